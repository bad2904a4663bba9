"""How items are answered: distributions with their top box, recommendation (NPS), reliability of a scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...base import origin, table_metadata
from ...base.language import text
from ..rates import ALPHA, FEWEST, wilson
from .answers import as_matrix, is_satisfied, order_waves, take_wave
from .questionnaire import Item, Questionnaire
from .response import Z95

RELIABLE = 0.7  # below this no mean of several items is printed
PROMOTER, PASSIVE = 9, 7  # from which answers on


def distribution(wave: pd.DataFrame, survey: Questionnaire) -> pd.DataFrame:
    """Return how often each answer was given to each item.

    Returns
    -------
    DataFrame
        ``dimension`` (the item's column), ``score``, ``consultations`` (answers), ``share``; every step of
        the scale has a row. An item that nobody answered has none.
    """
    parts = []
    for item in survey.rated:
        given = wave[item.column].dropna()
        if given.empty:
            continue
        steps = range(item.low, item.high + 1)
        counts = given.astype(int).value_counts().reindex(steps, fill_value=0)
        share = counts / len(given)
        parts.append(
            pd.DataFrame(
                {"dimension": item.column, "score": list(steps), "consultations": counts.to_numpy("int64"),
                 "share": share.to_numpy(float)}
            )
        )  # fmt: skip
    columns = ["dimension", "score", "consultations", "share"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return table_metadata.describe(table, heads=heads())


def top_boxes(wave: pd.DataFrame, survey: Questionnaire) -> pd.DataFrame:
    """Return the share of satisfied answers to each item, and the mean beside it.

    Returns
    -------
    DataFrame
        Index ``item`` (its column); ``consultations`` answers, ``conversions`` in the top box, ``rate`` and
        its Wilson interval ``low``, ``high``; ``mean``, ``mean_low``, ``mean_high`` (t interval). Rates and
        means are missing of fewer than ten answers.
    """
    rows = {item.column: _describe_item(wave[item.column], item) for item in survey.rated}
    columns = ["consultations", "conversions", "rate", "low", "high", "mean", "mean_low", "mean_high"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("item")
    table = table.astype({"consultations": "int64", "conversions": "int64"})
    formats = dict.fromkeys(("mean_low", "mean_high"), "mean")
    return table_metadata.describe(table, heads=heads(), formats=formats)


def _describe_item(answers: pd.Series, item: Item) -> list[float]:
    given = answers.dropna().to_numpy(float)
    n, satisfied = len(given), int(is_satisfied(answers, item).sum())
    if n < FEWEST:
        return [n, satisfied, *[np.nan] * 6]
    low, high = wilson(np.array([satisfied], dtype=float), np.array([n], dtype=float))
    return [n, satisfied, satisfied / n, float(low[0]), float(high[0]), *mean_interval(given)]


def mean_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Return mean and its 95 % t interval; no interval of one answer, nor of answers that are all alike.

    Examples
    --------
    >>> answers = np.repeat([1, 2, 3, 4, 5], [3, 7, 20, 50, 40])
    >>> [round(float(end), 3) for end in mean_interval(answers)]
    [3.975, 3.797, 4.153]
    """
    from scipy.stats import t

    n, mean = len(values), float(np.mean(values)) if len(values) else np.nan
    if n < 2 or np.ptp(values) == 0:  # answers that are all alike do not tell how far others may lie
        return mean, np.nan, np.nan
    reach = float(t.ppf(1 - ALPHA / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return mean, mean - reach, mean + reach


def heads() -> dict[str, str]:
    """Return what the columns are called."""
    return {
        "item": text(zh="评价项目", en="Item"),
        "dimension": text(zh="评价项目", en="Item"),
        "score": text(zh="分值", en="Answer"),
        "consultations": text(zh="答卷数", en="Answers"),
        "conversions": text(zh="满意", en="Satisfied"),
        "rate": text(zh="满意度（高分占比）", en="Satisfied (top box)"),
        "mean": text(zh="平均分", en="Mean"),
        "mean_low": text(zh="平均分下限", en="Mean, lower limit"),
        "mean_high": text(zh="平均分上限", en="Mean, upper limit"),
    }


# --- the recommendation


@dataclass(frozen=True)
class Promotion:
    """The net promoter score.

    Attributes
    ----------
    promoters, passives, detractors : int
        Answers 9 and 10, 7 and 8, 0 to 6.
    value : float
        Promoters less detractors, in points of 100; missing without answers.
    low, high : float
        The adjusted 95 % interval, cut at -100 and 100.
    """

    promoters: int
    passives: int
    detractors: int
    value: float
    low: float
    high: float

    @property
    def answered(self) -> int:
        """How many answered."""
        return self.promoters + self.passives + self.detractors


def net_promoter(promoters: int, passives: int, detractors: int) -> Promotion:
    """Return NPS with an interval that holds for small numbers and near the ends, too.

    Three quarters of a promoter and a detractor and one and a half passives are added before the usual
    interval is computed (after Agresti and Min 2005, Statistics in Medicine 24: 729-740, for three classes).

    Examples
    --------
    >>> score = net_promoter(50, 30, 20)
    >>> round(score.value, 1), round(score.low, 1), round(score.high, 1)
    (30.0, 14.1, 44.2)
    """
    n = promoters + passives + detractors
    if not n:
        return Promotion(0, 0, 0, np.nan, np.nan, np.nan)
    low, high = interval(promoters + 0.75, passives + 1.5, detractors + 0.75)
    value = 100 * (promoters - detractors) / n
    return Promotion(promoters, passives, detractors, value, low, high)


def interval(promoters: float, passives: float, detractors: float) -> tuple[float, float]:
    """Return the normal interval of NPS, cut at -100 and 100; too short where hardly anybody differs.

    Examples
    --------
    >>> [round(end, 1) for end in interval(50, 30, 20)]
    [14.7, 45.3]
    """
    n = promoters + passives + detractors
    score = (promoters - detractors) / n
    reach = Z95 * np.sqrt(_variance(promoters, passives, detractors))
    return max(100 * (score - reach), -100.0), min(100 * (score + reach), 100.0)


def _variance(promoters: float, passives: float, detractors: float) -> float:
    n = promoters + passives + detractors
    return ((promoters + detractors) / n - ((promoters - detractors) / n) ** 2) / n


def promotion_difference(now: Promotion, before: Promotion) -> tuple[float, float, float]:
    """Return the difference of two scores and its 95 % interval, in points; missing without answers.

    Examples
    --------
    >>> [round(end, 1) for end in promotion_difference(net_promoter(120, 60, 20), net_promoter(50, 30, 20))]
    [20.0, 2.1, 37.9]
    """
    if not now.answered or not before.answered:
        return np.nan, np.nan, np.nan
    variance = sum(_variance(one.promoters, one.passives, one.detractors) for one in (now, before))
    gap, reach = now.value - before.value, 100 * Z95 * float(np.sqrt(variance))
    if not reach:  # all answers alike: from the adjusted limits of both (MOVER, Zou and Donner 2008)
        below = np.hypot(now.value - now.low, before.high - before.value)
        above = np.hypot(now.high - now.value, before.value - before.low)
        return gap, float(gap - below), float(gap + above)
    return gap, max(gap - reach, -200.0), min(gap + reach, 200.0)


def count_promoters(answers: pd.Series) -> Promotion:
    """Return the score of answers from 0 to 10."""
    given = answers.dropna().to_numpy(float)
    promoters, detractors = int((given >= PROMOTER).sum()), int((given < PASSIVE).sum())
    return net_promoter(promoters, len(given) - promoters - detractors, detractors)


def as_points(answers: pd.Series) -> pd.Series:
    """Return 100 for a promoter, 0 for a passive, -100 for a detractor: NPS is their mean."""
    known = answers.astype("Float64")
    points = known.ge(PROMOTER).astype("Float64") * 100 - known.lt(PASSIVE).astype("Float64") * 100
    return points.where(known.notna())


def promotion_by_wave(answers: pd.DataFrame, item: Item, until: str = "") -> pd.DataFrame:
    """Return NPS of every wave up to one, each with its interval.

    Returns
    -------
    DataFrame
        Index ``wave``; ``promoters``, ``passives``, ``detractors``, ``consultations``, ``nps``, ``low``,
        ``high``. A wave in which fewer than ten answered has no score.
    """
    waves = order_waves(answers)
    waves = waves[: waves.index(until) + 1] if until in waves else waves
    rows = {}
    for wave in waves:
        score = count_promoters(take_wave(answers, wave)[item.column])
        counts = [score.promoters, score.passives, score.detractors, score.answered]
        known = score.answered >= FEWEST
        rows[wave] = [*counts, *((score.value, score.low, score.high) if known else [np.nan] * 3)]
    return describe_promotion(rows)


def describe_promotion(rows: dict[str, list[float]]) -> pd.DataFrame:
    """Return a table of scores by wave."""
    columns = ["promoters", "passives", "detractors", "consultations", "nps", "low", "high"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("wave")
    told = {
        "wave": text(zh="批次", en="Wave"),
        "promoters": text(zh="推荐者（9–10分）", en="Promoters (9–10)"),
        "passives": text(zh="中立者（7–8分）", en="Passives (7–8)"),
        "detractors": text(zh="贬损者（0–6分）", en="Detractors (0–6)"),
        "consultations": text(zh="答卷数", en="Answers"),
        "nps": text(zh="净推荐值", en="NPS"),
    }
    formats = dict.fromkeys(("promoters", "passives", "detractors"), "consultations")
    return table_metadata.describe(table, heads=told, formats=formats | {"nps": "nps"})


# --- reliability


@dataclass(frozen=True)
class Reliability:
    """How consistently several items measure one thing.

    Attributes
    ----------
    items, answered : int
        How many, and who answered all of them.
    alpha, low, high : float
        Cronbach's alpha and its 95 % interval (Feldt 1965); missing where it cannot be computed.
    standardised : float
        Alpha of items of equal variance.
    without : tuple of pairs
        Item → alpha of the others, where there are at least three.
    """

    items: int
    answered: int
    alpha: float
    low: float
    high: float
    standardised: float
    without: tuple[tuple[str, float], ...] = field(default=())

    @property
    def is_reliable(self) -> bool:
        """Whether a mean of the items may be printed."""
        return bool(self.alpha >= RELIABLE)


def cronbach(matrix: np.ndarray, names: Sequence[str] = ()) -> Reliability:
    """Return the reliability of a scale.

    Cronbach (1951), Psychometrika 16: 297-334.

    Parameters
    ----------
    matrix : array, people × items
        Answers without gaps.
    names : sequence of str, optional
        Of the items.
    """
    n, k = matrix.shape
    alpha = _alpha(matrix)
    if np.isnan(alpha):
        return Reliability(k, n, np.nan, np.nan, np.nan, np.nan)
    from scipy.stats import f

    ends = [1 - (1 - alpha) * f.ppf(q, n - 1, (n - 1) * (k - 1)) for q in (1 - ALPHA / 2, ALPHA / 2)]
    spread = matrix.std(axis=0)
    standard = np.nan
    if (spread > 0).all():
        mean = float((np.corrcoef(matrix, rowvar=False).sum() - k) / (k * (k - 1)))
        standard = k * mean / (1 + (k - 1) * mean)
    without = tuple(
        (name, _alpha(np.delete(matrix, place, axis=1))) for place, name in enumerate(names) if k > 2
    )
    return Reliability(k, n, alpha, float(ends[0]), float(ends[1]), standard, without)


def _alpha(matrix: np.ndarray) -> float:
    n, k = matrix.shape
    if n < 3 or k < 2:
        return np.nan
    total = float(matrix.sum(axis=1).var(ddof=1))
    return k / (k - 1) * (1 - float(matrix.var(axis=0, ddof=1).sum()) / total) if total > 0 else np.nan


def reliabilities(wave: pd.DataFrame, survey: Questionnaire) -> dict[str, Reliability]:
    """Return the reliability of all items together (under ``""``) and of each dimension with two or more."""
    groups = {"": survey.items} | {
        name: tuple(item for item in survey.items if item.dimension == name) for name in survey.dimensions
    }
    return {
        name: cronbach(as_matrix(wave, items), [item.column for item in items])
        for name, items in groups.items()
        if len(items) >= 2 and len({(item.low, item.high) for item in items}) == 1
    }


origin.trace_module(globals())
