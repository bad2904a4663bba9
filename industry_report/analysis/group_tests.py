"""Tests of rates: groups against each other, the same groups in two tables, a trend over grades."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import false_discovery_control, fisher_exact, norm
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from ..base import origin, table_metadata
from ..base.language import text
from .rates import ALPHA, COUNTS, FEW, FEWEST, REST, printable, ratio

_Float = npt.NDArray[np.float64]

HIGHER, LOWER, NO_DIFFERENCE = "higher", "lower", "no clear difference"
RISES, FALLS, NO_TREND = "rises", "falls", "no clear trend"
TOO_FEW, NOT_COMPARED = "too few", "not compared"

_TESTED = ["difference", "low", "high", "p", "p_adjusted", "test", "method", "verdict"]
_EXPECTED = 5  # the least expected count of a chi-square test (Cochran 1954)


def compare(table: pd.DataFrame, *, planned: bool) -> pd.DataFrame:
    """Compare each group's rate with that of all other groups together.

    Parameters
    ----------
    table : DataFrame
        A table of `by`, `by_grade` or the like. Where groups overlap, as products do, the others of a group
        are the consultations that do not belong to it. Groups whose numbers are withheld (missing) are left
        out and are not among the others: a verdict that leans on them would tell of them.
    planned : bool
        True if these comparisons were decided on before the data were seen: their p values are adjusted
        after Holm (1979). False if the data are searched: after Benjamini and Hochberg (1995).

    Returns
    -------
    DataFrame
        Index of `table`; ``consultations`` and ``rate`` of the group, ``reference_consultations`` and
        ``reference`` (rate) of the others, ``difference`` and its 95 % interval ``low``, ``high`` (see
        `difference`), two-sided ``p`` of the ``test`` ("chi-square", without correction, or "Fisher" where
        an expected count is below 5), ``p_adjusted`` by the ``method`` ("Holm" or "Benjamini-Hochberg"), and
        the ``verdict``: "higher" or "lower" only if the adjusted p is below 0.05 and the interval excludes
        zero, else "no clear difference"; "too few" if the group or the others have fewer than 30
        consultations; "not compared" for the pooled rest, which is no group.
        The fact ``planned`` repeats `planned`. Empty if `table` is.
    """
    ours = table[COUNTS].dropna()
    whole = table_metadata.fact(table, "all", {}) if len(ours) == len(table) else {}
    others = pd.Series(whole or ours.sum()) - ours
    result = _compared(ours, others, planned)
    heads = {
        **_keep_heads(table),
        "reference": text(zh="其余各组", en="All others"),
        "reference_consultations": text(zh="其余各组咨询数", en="Consultations of all others"),
    }
    return table_metadata.describe(result, heads=heads)


def differences(first: pd.DataFrame, second: pd.DataFrame, *, planned: bool = False) -> pd.DataFrame:
    """Compare the same groups in two tables, such as two years or two regions.

    Parameters
    ----------
    first, second : DataFrame
        Tables of `by`, `by_grade` or the like. A group that is in one of them only has no consultations in
        the other.
    planned : bool
        As in `compare`.

    Returns
    -------
    DataFrame
        As of `compare`: the groups of `first` in their order, then those of `second` alone; differences are
        first less second, and ``reference`` is the rate in `second`. A customer who is in both tables makes
        them a little less independent than the interval supposes.
    """
    groups = first.index.union(second.index, sort=False)
    ours, others = (table[COUNTS].reindex(groups, fill_value=0) for table in (first, second))
    result = _compared(ours, others, planned)
    return table_metadata.describe(result, heads=_keep_heads(first))


def compare_pairs(table: pd.DataFrame) -> pd.DataFrame:
    """Compare every two groups, so that the highest and the lowest may be named.

    The most extreme two of many groups differ by chance alone: tested as if they had been chosen beforehand,
    8 equal groups of 700 give a false "highest" in about half of all cases. Holm (1979) over all pairs holds
    the chance of any false claim at 5 %.

    Parameters
    ----------
    table : DataFrame
        A table of `by`, `by_grade` or the like, of groups that do not overlap. Groups of fewer than 30, those
        that are withheld, and the pooled rest are left out.

    Returns
    -------
    DataFrame
        ``one`` and ``other`` in the order of `table`; ``difference`` of their rates, its 95 % interval
        ``low``, ``high``, ``p``, ``p_adjusted``, ``test``, ``method`` and ``verdict`` of the first against
        the second, as of `compare`.
    """
    counts = table[COUNTS].dropna()
    counts = counts[(counts["consultations"] >= FEW) & ~counts.index.isin(REST.values())]
    chosen = list(combinations(range(len(counts)), 2))
    ours, theirs = (counts.iloc[[pair[place] for pair in chosen]].reset_index(drop=True) for place in (0, 1))
    result = _tested(ours, theirs, planned=True)
    for place, name in ((1, "other"), (0, "one")):
        result.insert(0, name, [counts.index[pair[place]] for pair in chosen])
    return result


def rank_places(names: list[Any], compared: pd.DataFrame) -> pd.DataFrame:
    """Return between which places each group can stand, as far as differences are clear.

    Parameters
    ----------
    names : list
        The groups.
    compared : DataFrame
        ``one``, ``other`` and ``verdict`` of every two of them; see `compare_pairs`.

    Returns
    -------
    DataFrame
        Index `names`; ``best``, one more than the number of groups clearly above, and ``worst``, the number
        of groups less those clearly below.
    """
    above, below = (dict.fromkeys(names, 0) for _ in range(2))
    for row in compared.itertuples():
        if row.verdict in (HIGHER, LOWER):
            upper, lower = (row.one, row.other) if row.verdict == HIGHER else (row.other, row.one)
            above[lower] += 1
            below[upper] += 1
    places = {
        "best": [above[name] + 1 for name in names],
        "worst": [len(names) - below[name] for name in names],
    }
    return pd.DataFrame(places, index=names)


def _keep_heads(table: pd.DataFrame) -> dict[str, str]:
    """Return the heads of what a comparison repeats: the base of a rate is not all consultations."""
    kept = ("consultations", "rate")
    return {key: head for key, head in table_metadata.heads(table).items() if key in kept}


def _compared(ours: pd.DataFrame, others: pd.DataFrame, planned: bool) -> pd.DataFrame:
    """Return the table of `compare` from the counts of each group and of what it is compared with."""
    n, m = ours["consultations"], others["consultations"]
    enough = ((n >= FEW) & (m >= FEW)).to_numpy(bool)
    asked = enough & ~ours.index.isin(REST.values())
    table = pd.DataFrame(
        {
            "consultations": n,
            "rate": ratio(ours["conversions"], printable(n.to_numpy(float))),
            "reference_consultations": m,
            "reference": ratio(others["conversions"], printable(m.to_numpy(float))),
        }
    )
    table = table.join(_tested(ours[asked], others[asked], planned))
    table["verdict"] = table["verdict"].where(asked, np.where(enough, NOT_COMPARED, TOO_FEW))
    return table_metadata.tell(table, planned=planned)


def _tested(ours: pd.DataFrame, others: pd.DataFrame, planned: bool) -> pd.DataFrame:
    """Return difference, interval, p values and verdict of groups that are large enough."""
    if ours.empty:
        nothing = pd.DataFrame(index=ours.index, columns=_TESTED)
        return nothing.astype(dict.fromkeys(_TESTED[:5], float))
    x, n, y, m = (table[column].to_numpy(float) for table in (ours, others) for column in COUNTS[::-1])
    low, high = confint_proportions_2indep(x, n, y, m, method="newcomb", alpha=ALPHA)
    tests = [test_two(*counts) for counts in zip(x, n, y, m, strict=True)]
    p = np.array([value for value, _ in tests])
    adjusted = holm(p) if planned else false_discovery_control(p, method="bh")
    clear = adjusted < ALPHA
    verdict = np.select([clear & (low > 0), clear & (high < 0)], [HIGHER, LOWER], NO_DIFFERENCE)
    names = [name for _, name in tests]
    method = ["Holm" if planned else "Benjamini-Hochberg"] * len(p)
    values = (x / n - y / m, low, high, p, adjusted, names, method, verdict.tolist())
    return pd.DataFrame(dict(zip(_TESTED, values, strict=True)), index=ours.index)


def test_two(x: float, n: float, y: float, m: float) -> tuple[float, str]:
    """Test whether two rates are equal: two-sided p, and the name of the test."""
    reached, total = x + y, n + m
    if min(n, m) * min(reached, total - reached) / total < _EXPECTED:
        table = [[int(x), int(n - x)], [int(y), int(m - y)]]
        return float(fisher_exact(table).pvalue), "Fisher"
    # The square of this z is the chi-square statistic without correction.
    return float(proportions_ztest([x, y], [n, m])[1]), "chi-square"


def holm(p: _Float) -> _Float:
    """Adjust p values after Holm (1979); `multipletests` of statsmodels takes 40 ms a call (it runs `gc`)."""
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted


@dataclass(frozen=True)
class Trend:
    """How a rate moves with the grade.

    Attributes
    ----------
    z, p : float
        Cochran-Armitage statistic, positive where the rate rises with the grade, and its two-sided p value;
        NaN where no trend is defined (fewer than two grades, nobody or everybody converted).
    monotone : bool
        Whether no higher grade has a lower rate (or none a higher one): of the rates themselves, whatever
        their uncertainty, over the grades whose rate is printed (at least 10 consultations).
    strict : bool
        Whether it is monotone and no two of these rates are equal.
    verdict : str
        "rises" or "falls" if p is below 0.05, else "no clear trend"; "too few" where fewer than two grades
        have 30 consultations.
    """

    z: float
    p: float
    monotone: bool
    strict: bool
    verdict: str


def trend(by_grade: pd.DataFrame) -> Trend:
    """Test for a trend of the rate across the grades.

    Parameters
    ----------
    by_grade : DataFrame
        See `by_grade`: ordered, highest grade first. Grades score 0, 1, 2… from the lowest; one that nobody
        has keeps its place.

    Returns
    -------
    Trend
        A verdict "rises" with `monotone` false is a rise over all, not at every step.

    Notes
    -----
    Cochran (1954), Armitage (1955), with the variance of the binomial: p(1-p)(Σns² - (Σns)²/N).
    """
    n, x = (by_grade[column].to_numpy(float)[::-1] for column in COUNTS)
    scores, known = np.arange(len(n)), n > 0
    n, x, scores = n[known], x[known], scores[known]
    z = _armitage(n, x, scores)
    p = float(2 * norm.sf(abs(z)))
    steps = np.diff((x / n)[n >= FEWEST])
    clear = RISES if z > 0 else FALLS
    return Trend(
        z=z,
        p=p,
        monotone=bool((steps >= 0).all() or (steps <= 0).all()),
        strict=bool((steps > 0).all() or (steps < 0).all()),
        verdict=TOO_FEW if (n >= FEW).sum() < 2 else clear if p < ALPHA else NO_TREND,
    )


def _armitage(n: _Float, x: _Float, scores: npt.NDArray[np.int64]) -> float:
    total, reached = n.sum(), x.sum()
    if len(n) < 2 or reached in (0, total):
        return np.nan
    rate = reached / total
    spread = (n * scores**2).sum() - (n * scores).sum() ** 2 / total
    return float((scores * (x - n * rate)).sum() / np.sqrt(rate * (1 - rate) * spread))


origin.trace_module(globals())
