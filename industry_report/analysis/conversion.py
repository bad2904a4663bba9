"""Scored consultations → tidy tables: grades, rates with intervals, comparisons, scores, months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from numbers import Real

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import false_discovery_control, fisher_exact, norm
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
    proportions_ztest,
)

from ..base import table_metadata
from ..base.errors import InputError
from ..base.language import capital, grade_name, text

_Float = npt.NDArray[np.float64]

ALPHA = 0.05  # the level of every test; intervals cover 95 %
FEW = 30  # below this a rate is too uncertain to compare
FEWEST = 10  # below this no percentage is printed

# What may be said of a comparison; the vocabulary words them.
HIGHER, LOWER, NO_DIFFERENCE = "higher", "lower", "no clear difference"
RISES, FALLS, NO_TREND = "rises", "falls", "no clear trend"
TOO_FEW, NOT_COMPARED = "too few", "not compared"

SEPARATORS = "[、,，;；/]"  # between several products of one consultation
REST = {"zh": "其他", "en": "Other"}  # the smallest groups, pooled
MOST = 15  # groups of a table, the pooled rest among them

_COUNTS = ["consultations", "conversions"]
_TESTED = ["difference", "low", "high", "p", "p_adjusted", "test", "method", "verdict"]
_EXPECTED = 5  # the least expected count of a chi-square test (Cochran 1954)
_SAME = 1e-9  # rates that are nearer than this differ by rounding only
_NOTHING = pd.DataFrame({"consultations": [], "conversions": [], "rate": [], "low": [], "high": []})


@dataclass(frozen=True)
class Measure:
    """What is counted as a success: a purchase or, where outcomes are not given, reaching the top grade.

    Attributes
    ----------
    grade : str or None
        None if the measure is the conversion rate; else the top grade, whose share is measured.
    """

    grade: str | None = None

    @property
    def label(self) -> str:
        """The measure's name in the report's language."""
        if self.grade is None:
            return text(zh="成交率", en="Conversion rate")
        return text(zh=f"{grade_name(self.grade)}占比", en=f"Share of {grade_name(self.grade)}")

    @property
    def heads(self) -> dict[str, str]:
        """Heads of the columns ``conversions`` and ``rate`` where this measure is printed as a table."""
        reached = text(zh="成交数", en="Conversions")
        if self.grade is not None:
            reached = text(zh=f"{grade_name(self.grade)}数", en=capital(grade_name(self.grade)))
        return {"conversions": reached, "rate": self.label}

    @property
    def known(self) -> str:
        """Head of a column that counts the consultations over which the measure is taken."""
        if self.grade is None:
            return text(zh="已登记是否成交", en="With outcome")
        return text(zh="已评级", en="Graded")

    def successes(self, scored: pd.DataFrame) -> pd.Series:
        """Return 1, 0 or missing for each consultation, as nullable integers."""
        if self.grade is None:
            return scored["converted"].astype("Int64")
        return (scored["grade"] == self.grade).astype("Int64").where(scored["grade"].notna())


def has_outcomes(scored: pd.DataFrame) -> bool:
    """Tell whether the source says of any consultation if it was followed by a purchase."""
    return "converted" in scored and bool(scored["converted"].notna().any())


def choose_measure(scored: pd.DataFrame) -> Measure:
    """Return the conversion rate where outcomes are given, else the share of the top grade.

    A grade is a potential, not a purchase: without an outcome column no conversion rate may be printed.
    """
    return Measure() if has_outcomes(scored) else Measure(grade=str(scored["grade"].cat.categories[-1]))


def grades(scored: pd.DataFrame) -> pd.DataFrame:
    """Return how many consultations have each grade, highest grade first.

    Returns
    -------
    DataFrame
        Index ``grade``; ``consultations`` and ``share`` of the graded ones.
    """
    counts = scored["grade"].value_counts(sort=False).iloc[::-1]
    table = pd.DataFrame(
        {"consultations": counts.to_numpy()}, index=pd.Index(counts.index.astype(str), name="grade")
    )
    table["share"] = _ratio(table["consultations"], table["consultations"].sum())
    return table


def by_grade(scored: pd.DataFrame) -> pd.DataFrame:
    """Return the conversion rate of each grade, highest grade first.

    Returns
    -------
    DataFrame
        Index ``grade``; columns as in `by`. Grades that nobody has are there with a count of zero.
        Empty if the source gives no outcomes.
    """
    if not has_outcomes(scored):
        return _NOTHING.rename_axis("grade")
    groups = scored["grade"].astype(str).where(scored["grade"].notna())
    table = _rates(groups, Measure().successes(scored), Measure())
    table = table.reindex([str(grade) for grade in scored["grade"].cat.categories[::-1]])
    return with_interval(
        table[["consultations", "conversions"]].fillna(0).astype("int64"), Measure()
    ).rename_axis("grade")


def by(scored: pd.DataFrame, column: str, measure: Measure, most: int = MOST, least: int = 1) -> pd.DataFrame:
    """Return the measure for each value of a column, largest group first.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations.
    column : str
        For example ``"customer_type"``. A ``"product"`` that names several counts for each of them.
    measure : Measure
        See `choose_measure`.
    most : int
        Keep this many groups; pool the smaller ones into 其他.
    least : int
        Pool groups with fewer known outcomes than this; the pool itself has at least as many. A public
        edition gives the threshold of its publisher.

    Returns
    -------
    DataFrame
        Index `column`; ``consultations`` (those whose outcome is known), ``conversions`` (successes of the
        measure), ``rate``, ``low``, ``high``; before them ``received``, all consultations, if the outcome of
        some is not known. Empty if the source has no such column. Products overlap, so their table also
        carries what all consultations together count, as ``attrs["all"]``.
    """
    if column not in scored:
        return _NOTHING.rename_axis(column)
    successes = measure.successes(scored)
    groups = _grouped(scored, column, successes.notna(), most, least)
    table = _with_received(_rates(groups, successes.iloc[groups.index], measure), groups, successes, measure)
    if column == "product":
        named = successes.iloc[groups.dropna().index.unique()].dropna()
        every = {"consultations": len(named), "conversions": int(named.sum())}
        table = table_metadata.tell(table, all=every)
    return table.sort_values("consultations", ascending=False, kind="stable")


def _with_received(
    table: pd.DataFrame, groups: pd.Series, successes: pd.Series, measure: Measure
) -> pd.DataFrame:
    """Add all consultations of each group where the outcome of some is open: demand is more than outcomes."""
    if successes.notna().all():
        return table
    received = groups.value_counts().reindex(table.index).astype("int64")
    wider = table.assign(received=received)[["received", *table.columns]]
    heads = {**measure.heads, "consultations": measure.known}
    return table_metadata.describe(wider, heads=heads, afresh=True)


def monthly(scored: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Return consultations and the measure for each month from January to December.

    Returns
    -------
    DataFrame
        Index ``month``, 1 to 12; ``received``, all consultations of the month, and the columns of `by`.
        Empty if the source has no dates.
    """
    if "consulted_on" not in scored or scored["consulted_on"].isna().all():
        return _NOTHING.assign(received=[]).rename_axis("month")
    months = scored["consulted_on"].dt.month
    table = _rates(months, measure.successes(scored), measure)[_COUNTS]
    table = with_interval(table.reindex(range(1, 13), fill_value=0).astype("int64"), measure)
    # Outcomes of late months are often still open: the season shows in all consultations, not in those.
    table.insert(0, "received", months.value_counts().reindex(table.index, fill_value=0).astype("int64"))
    table_metadata.describe(table, heads={**measure.heads, "consultations": measure.known})
    return table.rename_axis("month")


def score_shares(scored: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Return how often each score was given in each dimension.

    Returns
    -------
    DataFrame
        Columns ``dimension``, ``score``, ``consultations``, ``share`` (within the dimension).
    """
    long = scored[list(dimensions)].melt(var_name="dimension", value_name="score").dropna()
    counts = long.groupby(["dimension", "score"], sort=True).size().rename("consultations").reset_index()
    counts["share"] = counts["consultations"] / counts.groupby("dimension")["consultations"].transform("sum")
    order = {dimension: position for position, dimension in enumerate(dimensions)}
    return counts.sort_values(
        ["dimension", "score"], key=lambda s: s.map(order) if s.name == "dimension" else s, ignore_index=True
    )


def score_means(scored: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Return the mean score of each dimension.

    Returns
    -------
    DataFrame
        Index ``dimension``; ``consultations`` with a score, ``mean`` from the lowest to the highest score.
    """
    scores = scored[list(dimensions)].astype("Float64")
    table = pd.DataFrame({"consultations": scores.notna().sum(), "mean": scores.mean()}, dtype="Float64")
    return table.astype({"consultations": "int64", "mean": "float64"}).rename_axis("dimension")


def by_score(scored: pd.DataFrame, dimensions: Sequence[str], measure: Measure) -> pd.DataFrame:
    """Return the measure for each score of each dimension.

    Returns
    -------
    DataFrame
        Columns ``dimension``, ``score`` and those of `by`.
    """
    successes = measure.successes(scored)
    parts = [
        _rates(scored[dimension], successes, measure)
        .rename_axis("score")
        .reset_index()
        .assign(dimension=dimension)
        for dimension in dimensions
    ]
    nothing = _rates(pd.Series(dtype=float), successes[:0], measure).rename_axis("score").reset_index()
    table = pd.concat(parts or [nothing.assign(dimension="")], ignore_index=True)
    table_metadata.describe(table, heads=measure.heads)
    return table[["dimension", "score", *(c for c in table.columns if c not in ("dimension", "score"))]]


def overall(scored: pd.DataFrame, measure: Measure) -> pd.Series:
    """Return the measure over all consultations: one row of `by`."""
    successes = measure.successes(scored).dropna()
    table = pd.DataFrame({"consultations": [len(successes)], "conversions": [int(successes.sum())]})
    return with_interval(table, measure).iloc[0]


def difference(first: pd.Series, second: pd.Series) -> tuple[float, float, float]:
    """Compare two rows of a table of rates.

    Returns
    -------
    tuple of float
        ``first.rate - second.rate`` and its 95 % interval (Newcombe's hybrid score interval, 1998,
        method 10); NaN where a group is empty.
    """
    if not first.consultations or not second.consultations:
        return np.nan, np.nan, np.nan
    low, high = confint_proportions_2indep(
        first.conversions,
        first.consultations,
        second.conversions,
        second.consultations,
        method="newcomb",
        alpha=ALPHA,
    )
    return first.rate - second.rate, float(low), float(high)


def compare(table: pd.DataFrame, *, planned: bool) -> pd.DataFrame:
    """Compare each group's rate with that of all other groups together.

    Parameters
    ----------
    table : DataFrame
        A table of `by`, `by_grade` or the like. Where groups overlap, as products do, the others of a group
        are the consultations that do not belong to it.
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
    ours = table[_COUNTS]
    others = pd.Series(table_metadata.fact(table, "all", ours.sum())) - ours
    result = _compared(ours, others, planned)
    heads = {
        **_rate_head(table),
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
    ours, others = (table[_COUNTS].reindex(groups, fill_value=0) for table in (first, second))
    result = _compared(ours, others, planned)
    return table_metadata.describe(result, heads=_rate_head(first))


def _rate_head(table: pd.DataFrame) -> dict[str, str]:
    return {key: head for key, head in table_metadata.heads(table).items() if key == "rate"}


def _compared(ours: pd.DataFrame, others: pd.DataFrame, planned: bool) -> pd.DataFrame:
    """Return the table of `compare` from the counts of each group and of what it is compared with."""
    n, m = ours["consultations"], others["consultations"]
    enough = ((n >= FEW) & (m >= FEW)).to_numpy(bool)
    asked = enough & ~ours.index.isin(REST.values())
    table = pd.DataFrame(
        {
            "consultations": n,
            "rate": _ratio(ours["conversions"], n),
            "reference_consultations": m,
            "reference": _ratio(others["conversions"], m),
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
    x, n, y, m = (table[column].to_numpy(float) for table in (ours, others) for column in _COUNTS[::-1])
    low, high = confint_proportions_2indep(x, n, y, m, method="newcomb", alpha=ALPHA)
    tests = [_test(*counts) for counts in zip(x, n, y, m, strict=True)]
    p = np.array([value for value, _ in tests])
    adjusted = _holm(p) if planned else false_discovery_control(p, method="bh")
    clear = adjusted < ALPHA
    verdict = np.select([clear & (low > 0), clear & (high < 0)], [HIGHER, LOWER], NO_DIFFERENCE)
    names = [name for _, name in tests]
    method = ["Holm" if planned else "Benjamini-Hochberg"] * len(p)
    values = (x / n - y / m, low, high, p, adjusted, names, method, verdict.tolist())
    return pd.DataFrame(dict(zip(_TESTED, values, strict=True)), index=ours.index)


def _test(x: float, n: float, y: float, m: float) -> tuple[float, str]:
    """Test whether two rates are equal: two-sided p, and the name of the test."""
    reached, total = x + y, n + m
    if min(n, m) * min(reached, total - reached) / total < _EXPECTED:
        table = [[int(x), int(n - x)], [int(y), int(m - y)]]
        return float(fisher_exact(table).pvalue), "Fisher"
    # The square of this z is the chi-square statistic without correction.
    return float(proportions_ztest([x, y], [n, m])[1]), "chi-square"


def _holm(p: _Float) -> _Float:
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
    n, x = (by_grade[column].to_numpy(float)[::-1] for column in _COUNTS)
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


@dataclass(frozen=True)
class Standardised:
    """Rates as they would be if all groups were of the same composition; see `standardised`.

    Attributes
    ----------
    rates : DataFrame
        Index the groups, largest first; ``consultations``, ``conversions``, ``rate`` (crude),
        ``standardised`` and its 95 % interval ``low``, ``high``; ``reversal``, whether the group is in
        `reversals`. ``standardised`` is missing for a small group that lacks a stratum.
    weights : DataFrame
        Index the strata; ``consultations`` of all groups, ``weight``, missing for a stratum that is left out
        since a group has no consultation in it (or its weight is zero).
    reversals : DataFrame
        Each pair of groups whose order turns round: ``first`` has the higher crude rate and the lower
        standardised one; ``crude``, ``crude_low``, ``crude_high``, the difference of the crude rates with its
        interval, ``difference``, ``low``, ``high``, that of the standardised ones; ``clear``, whether both
        intervals exclude zero.
    """

    rates: pd.DataFrame
    weights: pd.DataFrame
    reversals: pd.DataFrame


def standardised(
    scored: pd.DataFrame,
    by: str,
    over: str,
    measure: Measure,
    weights: Mapping[str, float] | None = None,
) -> Standardised:
    """Compare groups that are composed differently: crude and directly standardised rates.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations.
    by : str
        Column of the groups, as in `by`. Products overlap: a pair of them is then less independent than the
        intervals in `Standardised.reversals` suppose.
    over : str
        Column whose composition is held fixed; each consultation must be in one stratum of it.
    measure : Measure
        See `choose_measure`.
    weights : mapping of str to float, optional
        The standard composition: one weight for each stratum, in any unit. By default the composition of all
        groups together.

    Returns
    -------
    Standardised
        All tables count the same consultations: those in strata where every group of at least 30 has some.
        Pairs are looked at among these groups, the pooled rest left out. Empty tables if the source lacks a
        column.

    Raises
    ------
    InputError
        `over` is "product", whose strata overlap, or `weights` lacks a stratum, is negative, or sums to zero.

    Notes
    -----
    Interval: Zou, Huang and Zhang (2009), A note on confidence interval estimation for a linear function of
    binomial proportions, Computational Statistics & Data Analysis 53: 1080-1085, with Wilson limits. With one
    stratum it is the Wilson interval, for a difference Newcombe's.
    """
    if over == "product":
        raise InputError(
            "over",
            'expected a column with one value a consultation, got "product".',
            "Choose another column.",
        )
    n, x = _strata(scored, by, over, measure)
    standard = None if weights is None else _standard(weights, over, n.columns)
    return standardise_counts(n, x, measure, standard)


def standardise_counts(
    n: pd.DataFrame, x: pd.DataFrame, measure: Measure, standard: pd.Series | None = None
) -> Standardised:
    """Standardise rates whose counts are known by group and stratum.

    Parameters
    ----------
    n, x : DataFrame
        Consultations and successes: a row for each group, a column for each stratum.
    measure : Measure
        Names the rates.
    standard : Series, optional
        The standard composition, by stratum; by default that of all groups together.

    Returns
    -------
    Standardised
        As of `standardised`.
    """
    over = n.columns.name
    standard = n.sum() if standard is None else standard
    n, x = (table.reindex(columns=standard.index, fill_value=0) for table in (n, x))
    groups = (n.sum(axis=1) >= FEW) & ~n.index.isin(REST.values())
    standard = standard.where((n[groups] > 0).all() & (standard > 0))
    composition = pd.DataFrame({"consultations": n.sum(), "weight": standard / standard.sum()})
    used = composition["weight"].dropna()
    n, x = n[used.index], x[used.index]
    groups &= n.sum(axis=1) >= FEW
    rates = _crude_and_standardised(n, x, used, measure)
    reversals = _reversals(rates[groups], n[groups], x[groups], used)
    rates["reversal"] = rates.index.isin([*reversals["first"], *reversals["second"]])
    rates = rates.sort_values("consultations", ascending=False, kind="stable")
    return Standardised(rates, composition.rename_axis(over), reversals)


def _strata(scored: pd.DataFrame, by: str, over: str, measure: Measure) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return consultations and successes, a row for each group and a column for each stratum."""
    if by not in scored or over not in scored:
        nothing = pd.DataFrame(index=pd.Index([], name=by), columns=pd.Index([], name=over), dtype="int64")
        return nothing, nothing
    groups = _grouped(scored, by, measure.successes(scored).notna(), MOST)
    columns = (groups, scored[over].iloc[groups.index], measure.successes(scored).iloc[groups.index])
    names = ("group", "stratum", "success")
    known = pd.DataFrame({name: values.array for name, values in zip(names, columns, strict=True)}).dropna()
    counted = (
        known.astype({"success": "int64"})
        .groupby(["group", "stratum"], observed=True)["success"]
        .agg(["size", "sum"])
        .rename_axis([by, over])
    )
    return counted["size"].unstack(fill_value=0), counted["sum"].unstack(fill_value=0)


def _standard(weights: Mapping[str, float], over: str, strata: pd.Index) -> pd.Series:
    """Return a chosen standard composition, checked; strata that nobody is in stand last."""
    given = dict(weights)
    if absent := [str(stratum) for stratum in strata if stratum not in given]:
        raise InputError("weights", f"no weight for {over} {', '.join(absent)}.", "Give one for each value.")
    numbers = all(isinstance(weight, Real) and 0 <= weight < np.inf for weight in given.values())
    if not numbers or not sum(given.values()):
        raise InputError(
            "weights", f"expected numbers from 0, one of them above it, got {given}.", "Correct them."
        )
    standard = pd.Series(given, dtype=float)
    return standard.reindex(strata.union(standard.index, sort=False))


def _crude_and_standardised(
    n: pd.DataFrame, x: pd.DataFrame, weights: pd.Series, measure: Measure
) -> pd.DataFrame:
    counts = pd.DataFrame({"consultations": n.sum(axis=1), "conversions": x.sum(axis=1)}, dtype="int64")
    rates = counts.assign(rate=_ratio(counts["conversions"], counts["consultations"]))
    rates["standardised"], rates["low"], rates["high"] = _weighted(
        weights.to_numpy(), x.to_numpy(float), n.to_numpy(float)
    )
    heads = {
        **measure.heads,
        "rate": text(zh=f"粗{measure.label}", en=f"{measure.label}, crude"),
        "standardised": text(zh=f"标准化{measure.label}", en=f"{measure.label}, standardised"),
    }
    return table_metadata.describe(rates, heads=heads)


def _weighted(weights: _Float, x: _Float, n: _Float) -> tuple[_Float, _Float, _Float]:
    """Return Σ weight · rate along the last axis and its interval (Zou, Huang and Zhang 2009).

    Weights may be negative: 1 and -1 give Newcombe's interval of a difference.
    """
    if not len(weights):
        nothing = np.full(n.shape[:-1], np.nan)
        return nothing, nothing, nothing
    rate, (low, high) = x / np.where(n > 0, n, np.nan), _wilson(x, n)
    below = np.where(weights > 0, rate - low, high - rate)
    above = np.where(weights > 0, high - rate, rate - low)
    total = (weights * rate).sum(axis=-1)
    down, up = (np.sqrt(((weights * side) ** 2).sum(axis=-1)) for side in (below, above))
    return total, total - down, total + up


def _reversals(rates: pd.DataFrame, n: pd.DataFrame, x: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Return the pairs of groups whose order turns round; see `Standardised`."""
    both = np.concatenate([weights, -weights])
    rows = []
    for first, second in combinations(rates.sort_values("rate", ascending=False, kind="stable").index, 2):
        one, other = rates.loc[first], rates.loc[second]
        if one.rate - other.rate > _SAME and one.standardised - other.standardised < -_SAME:
            crude = difference(one, other)
            counts = (np.concatenate([table.loc[first], table.loc[second]]).astype(float) for table in (x, n))
            adjusted = _weighted(both, *counts)
            rows.append([first, second, *crude, *adjusted, bool(crude[1] > 0 and adjusted[2] < 0)])
    columns = ["first", "second", "crude", "crude_low", "crude_high", "difference", "low", "high", "clear"]
    return pd.DataFrame(rows, columns=columns)


def _grouped(scored: pd.DataFrame, column: str, known: pd.Series, most: int, least: int = 1) -> pd.Series:
    """Return each consultation's group; a consultation about several products is there once for each.

    The index holds positions, not labels: they lead back to the consultation even where an index repeats.
    """
    groups = scored[column].reset_index(drop=True)
    if column != "product":
        return _pooled(groups, known, most, least)
    named = groups.str.split(SEPARATORS, regex=True).explode().str.strip().replace("", pd.NA)
    # A product that a consultation names twice counts once, and so does the pooled rest.
    named = _once(named)
    return _once(_pooled(named, known.reset_index(drop=True)[named.index], most, least))


def _once(groups: pd.Series) -> pd.Series:
    return groups.reset_index().drop_duplicates().set_index("index")[groups.name]


def _rates(groups: pd.Series, successes: pd.Series, measure: Measure) -> pd.DataFrame:
    known = pd.DataFrame({"group": groups.array, "success": successes.array}).dropna()
    counted = (
        known.astype({"success": "int64"})
        .groupby("group", observed=True)["success"]
        .agg(consultations="size", conversions="sum")
    )
    return with_interval(counted.rename_axis(groups.name), measure)


def with_interval(counts: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Add ``rate`` and its Wilson interval (Wilson 1927) to ``consultations`` and ``conversions``."""
    n, successes = counts["consultations"].to_numpy(float), counts["conversions"].to_numpy(float)
    low, high = _wilson(successes, n)
    table = counts.assign(rate=_ratio(counts["conversions"], n), low=low, high=high)
    return table_metadata.describe(table, heads=measure.heads)


def _wilson(x: _Float, n: _Float) -> tuple[_Float, _Float]:
    """Return the interval of each rate; missing for a rate of nothing."""
    asked = n > 0
    low, high = np.full(n.shape, np.nan), np.full(n.shape, np.nan)
    low[asked], high[asked] = proportion_confint(x[asked], n[asked], alpha=ALPHA, method="wilson")
    return low, high


def _ratio(part: pd.Series, whole: float | np.ndarray) -> np.ndarray:
    """Divide; a share of nothing is missing, not an error."""
    whole = np.asarray(whole, dtype=float)
    return part.to_numpy(float) / np.where(whole > 0, whole, np.nan)


def _pooled(groups: pd.Series, known: pd.Series, most: int, least: int) -> pd.Series:
    """Pool the smallest groups until `most` are left, each with `least` known outcomes; so has the pool."""
    counts = groups[known.to_numpy()].value_counts()
    own = counts.index.isin(list(REST.values()))
    pool = int(counts[own].sum())
    kept = sorted(counts.index[~own], key=lambda group: (-counts[group], str(group)))
    while kept and (counts[kept[-1]] < least or 0 < pool < least or len(kept) + (pool > 0) > most):
        pool += int(counts[kept.pop()])
    return groups.astype(object).where(groups.isin(kept) | groups.isna(), text(**REST))
