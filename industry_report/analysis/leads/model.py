"""Learn a card from past leads and test it on later ones: audit, fit, test, stability, comparison, drift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...base.language import text
from ...scorecard.conditions import Interval, read_interval
from ...scorecard.scorecards import Wording
from ..rates import wilson
from . import accuracy
from .accuracy import Area, Brier, Calibration, Shift
from .audit import audit
from .binning import is_number
from .fitting import Fit, Rule, fit
from .lead_rows import hold, list_late
from .model_file import ModelFile
from .stability import Stability, resample

FINE, TOO_HIGH, TOO_LOW, FEW_LEADS = "fine", "too high", "too low", "too few"
FEWEST = 10  # of a rate
GRADES = ("A", "B", "C", "D")
TIMES = (2.0, 1.0, 0.5)  # odds of the grades that are proposed, as times those of all leads
NO_TEST, ALIKE_TEST = "no test", "one outcome"
MONTHS_OFF = 3  # months in a row whose outcomes lie off the predictions before a card is to be learned anew


@dataclass(frozen=True, eq=False)
class Test:
    """How good a card is on leads that came in later.

    Attributes
    ----------
    why : str
        Why there is nothing to say: no lead of the test has an outcome, or all have the same.
    leads, converted : int
    area : Area
    ks : float
        Kolmogorov-Smirnov distance.
    brier : Brier
    calibration : Calibration
    shift : Shift
        Of totals, between past and test, by tenths of the past.
    unseen : int
        Leads with a category that no past lead had.
    """

    why: str
    leads: int
    converted: int
    area: Area
    ks: float
    brier: Brier
    calibration: Calibration
    shift: Shift
    unseen: int


@dataclass(frozen=True, eq=False)
class LeadModel:
    """A card, how it was learned, and how good it is.

    Attributes
    ----------
    spec : ModelFile
    audit : DataFrame
        See `audit.audit`.
    fit : Fit
    grades : mapping of str to Interval
        Highest first.
    past, test_rows : DataFrame
        Leads with an outcome, before and from the day of the test on; `test_rows` with ``total``,
        ``chance`` and ``grade``.
    test : Test
    by_grade : DataFrame
        See `tabulate_grades`.
    stability : Stability
    drift : DataFrame
        See `follow_months`.
    """

    spec: ModelFile
    audit: pd.DataFrame
    fit: Fit
    grades: Mapping[str, Interval]
    past: pd.DataFrame
    test_rows: pd.DataFrame
    test: Test
    by_grade: pd.DataFrame
    stability: Stability
    drift: pd.DataFrame = field(default_factory=pd.DataFrame)


def learn(rows: pd.DataFrame, spec: ModelFile, resamples: int = 40) -> LeadModel:
    """Learn a card from the leads before the day of the test, and test it on those from then on.

    Parameters
    ----------
    rows : DataFrame
        See `lead_rows.gather`.
    spec : ModelFile
        Its columns by the names that they have in `rows`; see `hold_names`.
    resamples : int
        Halves of the past that the card is learned again from.
    """
    known = rows[rows["outcome"].notna()]
    is_test = known["created_on"] >= pd.Timestamp(spec.test_from)
    past, later = known[~is_test], known[is_test]
    rules = choose_rules(past, spec)
    late = [name for name in list_late(list(spec.rules)) if name in rules]
    checked = audit(
        past, past["outcome"], rows[rows["open"] == "not yet known"], rules, late, _word(spec.accepted)
    )
    stopped = set(checked.loc[checked["stopped"].astype(bool), "column"])
    kept = {name: rule for name, rule in rules.items() if name not in stopped}
    fitted = fit(past, past["outcome"], kept, spec.double)
    grades = (spec.grades or propose_grades(fitted)) if not fitted.why else {}
    scored = grade(later, fitted, grades)
    return LeadModel(
        spec, checked, fitted, grades, past, scored, test_card(past, scored, fitted),
        tabulate_grades(scored, grades), _resample(fitted, past, later, kept, grades, spec.double, resamples),
        follow_months(past, scored, fitted),
    )  # fmt: skip


def hold_names(spec: ModelFile) -> ModelFile:
    """Return a model file whose columns have the names that they have among what is known of leads."""
    named = ("rules", "kinds", "labels", "accepted")
    held: dict[str, Any] = {
        part: {hold(name): one for name, one in getattr(spec, part).items()} for part in named
    }
    return replace(spec, **held)


def _word(accepted: Mapping[str, Wording]) -> dict[str, str]:
    return {name: text(zh=reason["zh"], en=reason["en"]) for name, reason in accepted.items()}


def choose_rules(past: pd.DataFrame, spec: ModelFile) -> dict[str, Rule]:
    """Return the rules of the columns that hold anything; special numbers are for numbers alone."""
    there = [name for name in spec.rules if name in past and past[name].notna().any()]
    return {
        name: spec.rules[name] if is_number(past[name]) else replace(spec.rules[name], special=())
        for name in there
    }


def list_empty(past: pd.DataFrame, spec: ModelFile) -> list[str]:
    """Return the columns of the model file that no past lead has a value in."""
    return [name for name in spec.rules if name not in past or past[name].isna().all()]


# --- grades


def propose_grades(fitted: Fit) -> dict[str, Interval]:
    """Return grades by odds: A from twice the odds of all past leads on, B from theirs, C from half."""
    odds = fitted.converted / (fitted.leads - fitted.converted)
    cuts = [round((np.log(times * odds) - fitted.intercept) / fitted.slope) for times in TIMES]
    for place in range(1, len(cuts)):
        cuts[place] = min(cuts[place], cuts[place - 1] - 1)
    ends = ["inf", *map(str, cuts), "-inf"]
    told = [("[" if low != "-inf" else "(", low, high) for high, low in pairwise(ends)]
    return {
        name: read_interval(f"{bracket}{low}, {high})")
        for name, (bracket, low, high) in zip(GRADES, told, strict=True)
    }


def list_floors(grades: Mapping[str, Interval]) -> list[int]:
    """Return the least whole total of every grade but the lowest, ascending."""
    floors = [int(one.low) if one.low_closed else int(one.low) + 1 for one in list(grades.values())[:-1]]
    return floors[::-1]


def grade(leads: pd.DataFrame, fitted: Fit, grades: Mapping[str, Interval]) -> pd.DataFrame:
    """Add ``total``, ``chance`` and ``grade`` to leads; nothing where there is no card."""
    if fitted.why:
        return leads.assign(
            total=np.nan, chance=np.nan, grade=pd.Categorical([None] * len(leads), ordered=True)
        )
    total = fitted.total(leads)
    codes = np.searchsorted(np.array(list_floors(grades)), total, "right")
    named = pd.Categorical.from_codes(codes, list(grades)[::-1], ordered=True)
    return leads.assign(total=total, chance=fitted.chance(total), grade=named)


# --- the test


def test_card(past: pd.DataFrame, scored: pd.DataFrame, fitted: Fit) -> Test:
    """Return how good a card is on later leads."""
    y = scored["outcome"].to_numpy(dtype=bool)
    nothing = accuracy.area(np.array([]), np.array([], dtype=bool))
    if fitted.why or not len(y):
        none = np.array([])
        return Test(
            NO_TEST, len(y), int(y.sum()), nothing, np.nan, accuracy.brier(none, none.astype(bool)),
            accuracy.calibrate(none, none.astype(bool)), Shift(np.nan, np.nan), 0,
        )  # fmt: skip
    total, chance = scored["total"].to_numpy(), scored["chance"].to_numpy(dtype=float)
    why = "" if 0 < y.sum() < len(y) else ALIKE_TEST
    return Test(
        why, len(y), int(y.sum()), accuracy.area(total, y), accuracy.kolmogorov_smirnov(total, y),
        accuracy.brier(chance, y), accuracy.calibrate(chance, y),
        accuracy.shift(*_count_tenths(fitted.total(past), total)), fitted.count_unseen(scored),
    )  # fmt: skip


def _count_tenths(before: npt.NDArray[Any], after: npt.NDArray[Any]) -> tuple[Any, Any]:
    """Count totals by the tenths of those before."""
    cuts = np.unique(np.quantile(before, np.arange(1, 10) / 10, method="inverted_cdf"))
    one, other = (np.searchsorted(cuts, part, "right") for part in (before, after))
    return np.bincount(one, minlength=len(cuts) + 1), np.bincount(other, minlength=len(cuts) + 1)


def tabulate_grades(scored: pd.DataFrame, grades: Mapping[str, Interval]) -> pd.DataFrame:
    """Return how often the leads of each grade converted, beside what was predicted, highest grade first.

    Returns
    -------
    DataFrame
        ``grade``, ``leads``, ``converted``, ``rate`` with its Wilson interval, ``predicted`` mean chance, and
        a ``verdict``: `FINE` where the prediction lies in the interval, `TOO_HIGH`, `TOO_LOW` or `FEW_LEADS`.
    """
    return judge_groups(scored, scored["grade"], list(grades), "grade")


def judge_groups(scored: pd.DataFrame, groups: pd.Series, names: Sequence[Any], label: str) -> pd.DataFrame:
    """Return observed and predicted rates of groups; see `tabulate_grades`."""
    rows = []
    for name in names:
        part = scored[(groups == name).to_numpy(dtype=bool, na_value=False)]
        rows.append(
            [
                name,
                len(part),
                int(part["outcome"].sum()),
                float(part["chance"].mean()) if len(part) else np.nan,
            ]
        )
    table = pd.DataFrame(rows, columns=[label, "leads", "converted", "predicted"])
    n, x = table["leads"].to_numpy(float), table["converted"].to_numpy(float)
    told = np.where(n >= FEWEST, n, np.nan)
    low, high = wilson(x, told) if len(table) else (told, told)
    table = table.assign(rate=x / told, low=low, high=high)
    verdict = np.where(table["predicted"] > high, TOO_HIGH, np.where(table["predicted"] < low, TOO_LOW, FINE))
    table["verdict"] = np.where(np.isnan(told), FEW_LEADS, verdict)
    return table[[label, "leads", "converted", "rate", "low", "high", "predicted", "verdict"]]


def _resample(
    fitted: Fit,
    past: pd.DataFrame,
    later: pd.DataFrame,
    rules: Mapping[str, Rule],
    grades: Mapping[str, Interval],
    double: int,
    resamples: int,
) -> Stability:
    if fitted.why:
        return Stability(np.nan, np.nan, np.nan, 0, {})
    from .binning import cut

    cells = [cut(past[name], rule.special) for name, rule in rules.items()]
    codes, test = ([one.encode(part[one.column]) for one in cells] for part in (past, later))
    y, trends = past["outcome"].to_numpy(dtype=bool), [rule.trend for rule in rules.values()]
    return resample(fitted, cells, codes, y, trends, test, list_floors(grades), double, resamples)


# --- afterwards


def follow_months(past: pd.DataFrame, scored: pd.DataFrame, fitted: Fit) -> pd.DataFrame:
    """Follow a card month by month: whether leads are still alike, and predictions still come true.

    Returns
    -------
    DataFrame
        ``month``, ``leads``, ``converted``, ``ratio`` (observed by expected) with its exact Poisson interval,
        ``shift`` of totals with its ``limit`` of chance, ``off``: whether the interval excludes 1, and
        ``due``: whether that is so for the third month running.
    """
    columns = ["month", "leads", "converted", "ratio", "low", "high", "shift", "limit", "off", "due"]
    if fitted.why or scored.empty:
        return pd.DataFrame(columns=columns)
    before, rows = fitted.total(past), []
    for month, part in scored.groupby(scored["created_on"].dt.to_period("M")):
        x = int(part["outcome"].sum())
        ratio, low, high = accuracy.observed_to_expected(x, float(part["chance"].sum()))
        moved = accuracy.shift(*_count_tenths(before, part["total"].to_numpy()))
        rows.append(
            [str(month), len(part), x, ratio, low, high, moved.index, moved.limit, not low <= 1 <= high]
        )
    table = pd.DataFrame(rows, columns=columns[:-1])
    return table.assign(due=table["off"].rolling(MONTHS_OFF).sum().eq(MONTHS_OFF))


def compare_cards(scored: pd.DataFrame, ranks: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Compare the fitted card with others on the same leads of the test (paired DeLong).

    Parameters
    ----------
    scored : DataFrame
        See `LeadModel.test_rows`.
    ranks : mapping of str to Series
        Name of a card → what it ranks each of these leads by; missing where it cannot.

    Returns
    -------
    DataFrame
        ``card``, ``leads`` that it ranks, ``auc`` of the fitted card on these, ``other`` of the card, and
        their ``difference`` with interval ``low``, ``high`` and ``p``.
    """
    rows = []
    for name, rank in ranks.items():
        there = rank.notna().to_numpy()
        part, other = scored[there], rank[there].to_numpy(dtype=float)
        y = part["outcome"].to_numpy(dtype=bool)
        if len(y) and 0 < y.sum() < len(y) and part["total"].notna().all():
            own = part["total"].to_numpy(dtype=float)
            found = accuracy.compare_areas(own, other, y)
            areas = accuracy.area(own, y).value, accuracy.area(other, y).value
            rows.append([name, len(part), *areas, found.difference, found.low, found.high, found.p])
        else:
            rows.append([name, len(part), *[np.nan] * 6])
    return pd.DataFrame(rows, columns=["card", "leads", "auc", "other", "difference", "low", "high", "p"])


def select_by_group(scored: pd.DataFrame, column: str, least: int = 30) -> pd.DataFrame:
    """Return of each group how many leads get the highest grade, and whether predictions hold for it.

    Returns
    -------
    DataFrame
        `column`, ``leads``, ``chosen`` (share of the highest grade) with Wilson interval ``chosen_low``,
        ``chosen_high``, ``rate`` converted with ``low``, ``high``, ``predicted``, ``verdict``; groups of
        at least 30.
    """
    if column not in scored or scored.empty or not len(scored["grade"].cat.categories):
        return pd.DataFrame(columns=[column, "leads", "chosen", "rate", "predicted", "verdict"])
    sizes = scored[column].value_counts()
    names = sorted(sizes.index[sizes >= least], key=lambda name: (-sizes[name], str(name)))
    table = judge_groups(scored, scored[column], names, column)
    top = scored["grade"] == scored["grade"].cat.categories[-1]
    chosen = np.array([int(top[scored[column] == name].sum()) for name in names], dtype=float)
    n = table["leads"].to_numpy(float)
    low, high = wilson(chosen, n) if len(n) else (n, n)
    return table.assign(chosen=chosen / n, chosen_low=low, chosen_high=high)


def find_break_even(fitted: Fit, spec: ModelFile) -> int | None:
    """Return the least total from which a contact pays: the chance is at least its cost by the margin."""
    if spec.worth is None or fitted.why or spec.worth.contact >= spec.worth.margin:
        return None
    p = spec.worth.contact / spec.worth.margin
    return int(np.ceil(round((np.log(p / (1 - p)) - fitted.intercept) / fitted.slope, 9)))


def top_rate(scored: pd.DataFrame, most: int) -> tuple[int, int, float, float]:
    """Return how many of the best leads converted: taken, converted, and the rate's interval."""
    best = scored.sort_values("total", ascending=False, kind="stable").head(most)
    x, n = int(best["outcome"].sum()), len(best)
    low, high = wilson(np.array([float(x)]), np.array([float(n)]))
    return n, x, float(low[0]), float(high[0])
