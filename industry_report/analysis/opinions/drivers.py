"""What satisfaction goes with: shares of importance (LMG), importance and performance, penalty and reward.

LMG is the Shapley value of R² (Lindeman, Merenda and Gold 1980; Grömping 2006, Journal of Statistical
Software 17(1)). Answers are ordered classes, so R² of a linear regression is an approximation;
`logistic_shares` does the same with McFadden's R² of the top box, as a check of the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...base import origin, table_metadata
from ...base.language import text
from .answers import is_satisfied
from .questionnaire import Item, Questionnaire

RESAMPLES, SEED = 500, 2025
MOST_SOLVED = 40_000  # regressions a bootstrap may take: with ten items fewer resamples
# Bootstrap spreads of few answers are a little short; widened so, equal items are seldom told apart (in 3 to
# 8 % of draws with 60 to 600 answers and four to six items).
WIDENED = 1.1
FEWEST_PER_ITEM = 10  # answers for each item; with fewer no share is told
FEWEST_IN_GROUP = 10
COLLINEAR = 5.0  # a variance inflation factor above this is said
_Z95 = 1.959963984540054
BASIC, EXCITING, LINEAR, UNSURE = "basic", "exciting", "linear", "unsure"
IMPROVE, KEEP, LATER, SUFFICIENT = "improve", "keep", "later", "sufficient"

_Float = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Drivers:
    """What the overall satisfaction goes with.

    Attributes
    ----------
    shares : DataFrame
        Index ``item``, most important first; ``share`` (its part of R², adding up to 1), ``low``, ``high``
        (bootstrap), ``rank_low``, ``rank_high``: the best and the worst rank that the differences leave open,
        ``vif``.
    r_squared : float
        Of all items together.
    answered : int
        Who answered all items and the overall one.
    agreement : float
        Spearman's correlation of these shares with those of a logistic regression of the top box; missing
        where that cannot be fitted.
    reason : str
        Why there are no shares: ``""``, ``"few"``, ``"constant"`` or ``"items"``.
    """

    shares: pd.DataFrame
    r_squared: float
    answered: int
    agreement: float
    reason: str = ""


def lmg(correlations: _Float) -> _Float:
    """Return which part of R² goes to each regressor.

    Parameters
    ----------
    correlations : array, (…, k + 1, k + 1)
        Of the regressors and, last, the response; any number of matrices.

    Returns
    -------
    array, (…, k)
        They add up to R².
    """
    k = correlations.shape[-1] - 1
    fits: dict[tuple[int, ...], _Float] = {(): np.zeros(correlations.shape[:-2])}
    for size in range(1, k + 1):
        for subset in combinations(range(k), size):
            fits[subset] = _r_squared(correlations, subset)
    return np.stack([_share_of(place, k, fits) for place in range(k)], axis=-1)


def _r_squared(correlations: _Float, subset: tuple[int, ...]) -> _Float:
    chosen = list(subset)
    inner = correlations[..., np.ix_(chosen, chosen)[0], np.ix_(chosen, chosen)[1]]
    outer = correlations[..., chosen, -1]
    inverse = np.linalg.pinv(inner, hermitian=True)
    return np.einsum("...i,...ij,...j->...", outer, inverse, outer)


def _share_of(place: int, k: int, fits: dict[tuple[int, ...], _Float]) -> _Float:
    total: _Float = np.zeros_like(fits[()])
    for subset, fit in fits.items():
        if place in subset:
            continue
        size = len(subset)
        weight = factorial(size) * factorial(k - size - 1) / factorial(k)
        total = total + weight * (fits[tuple(sorted((*subset, place)))] - fit)
    return total


def inflation(correlations: _Float) -> _Float:
    """Return the variance inflation factor of each regressor; infinite where one follows from the others."""
    inner = correlations[:-1, :-1]
    if np.linalg.matrix_rank(inner) < len(inner):
        return np.full(len(inner), np.inf)
    return np.asarray(np.diag(np.linalg.inv(inner)), dtype=float)


def find_drivers(wave: pd.DataFrame, survey: Questionnaire) -> Drivers:
    """Return what the overall satisfaction goes with, and how surely.

    Parameters
    ----------
    wave : DataFrame
        One row a customer, see `answers.take_wave`.
    survey : Questionnaire
        Its items and the overall one.

    Notes
    -----
    Importance here is association: who thinks well of a firm may rate every side of it well (halo).
    """
    items = _list_answered(wave, survey)
    if survey.overall is None or len(items) < 2:
        return _nothing("items", 0)
    columns = [*(item.column for item in items), survey.overall.column]
    matrix = wave[columns].dropna().to_numpy(float)
    if len(matrix) < FEWEST_PER_ITEM * len(items) or len(matrix) < 30:
        return _nothing("few", len(matrix))
    if (matrix.std(axis=0) == 0).any():
        return _nothing("constant", len(matrix))
    correlations = np.corrcoef(matrix, rowvar=False)
    raw = lmg(correlations)
    resampled = _resample(matrix)
    shares = _describe_shares(items, raw, resampled, inflation(correlations))
    check = logistic_shares(matrix[:, :-1], matrix[:, -1] >= survey.overall.top)
    return Drivers(shares, float(raw.sum()), len(matrix), _rank_agreement(raw, check))


def _list_answered(wave: pd.DataFrame, survey: Questionnaire) -> list[Item]:
    """List items that at least half of those answered who answered the overall one."""
    if survey.overall is None:
        return []
    answered = wave[wave[survey.overall.column].notna()]
    return [item for item in survey.items if answered[item.column].notna().sum() * 2 >= max(len(answered), 1)]


def _nothing(reason: str, answered: int) -> Drivers:
    columns = ["share", "low", "high", "rank_low", "rank_high", "vif"]
    table = pd.DataFrame(columns=columns, dtype=float).rename_axis("item")
    return Drivers(table, np.nan, answered, np.nan, reason)


def _resample(matrix: _Float) -> _Float:
    """Return shares of R² in samples of the rows with replacement; those without any spread are left out."""
    n, columns = matrix.shape
    times = max(min(RESAMPLES, MOST_SOLVED // 2 ** (columns - 1)), 100)
    rng = np.random.default_rng(SEED)
    picks = matrix[rng.integers(0, n, (times, n))]
    centred = picks - picks.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).sum(axis=1))
    usable = (spread > 0).all(axis=1)
    scaled = centred[usable] / spread[usable][:, None, :]
    raw = lmg(np.einsum("tij,tik->tjk", scaled, scaled))
    return raw / raw.sum(axis=1, keepdims=True)


def _describe_shares(items: Sequence[Item], raw: _Float, resampled: _Float, vif: _Float) -> pd.DataFrame:
    share = raw / raw.sum()
    low, high = np.percentile(resampled, [2.5, 97.5], axis=0)
    above = find_above(share, resampled)
    k = len(items)
    table = pd.DataFrame(
        {
            "share": share,
            "low": low,
            "high": high,
            "rank_low": 1 + above.sum(axis=0),
            "rank_high": k - above.sum(axis=1),
            "vif": vif,
        },
        index=pd.Index([item.column for item in items], name="item"),
    )
    table = table.sort_values("share", ascending=False, kind="stable")
    return table_metadata.describe(table, heads=heads())


def find_above(share: _Float, resampled: _Float) -> npt.NDArray[np.bool_]:
    """Tell of each pair whether the first is clearly more important.

    All pairs are looked at, so each is tested at 5 % divided by their number (Bonferroni): else the first of
    six equal items would often come out as the clear winner.

    Returns
    -------
    array of bool, k × k
        Row above column.
    """
    k = len(share)
    pairs = max(k * (k - 1) // 2, 1)
    critical = WIDENED * NormalDist().inv_cdf(1 - 0.025 / pairs)
    gap = share[:, None] - share[None, :]
    spread = (resampled[:, :, None] - resampled[:, None, :]).std(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((gap > 0) & (gap / spread > critical))


def heads() -> dict[str, str]:
    """Return what the columns are called."""
    return {
        "item": text(zh="评价项目", en="Item"),
        "share": text(zh="影响份额", en="Share of importance"),
        "rank_low": text(zh="最高名次", en="Best rank"),
        "rank_high": text(zh="最低名次", en="Worst rank"),
        "rank": text(zh="名次", en="Rank"),
        "vif": text(zh="方差膨胀因子", en="VIF"),
        "rate": text(zh="满意度（高分占比）", en="Satisfied (top box)"),
        "quadrant": text(zh="分区", en="What follows"),
        "penalty": text(zh="评价差时的变化", en="Where it is poor"),
        "reward": text(zh="评价优时的变化", en="Where it is excellent"),
        "kind": text(zh="类型", en="Kind"),
    }


# --- the check


def logistic_shares(regressors: _Float, satisfied: npt.NDArray[np.bool_]) -> _Float:
    """Return shares of McFadden's R² of the top box; missing where it cannot be fitted.

    Parameters
    ----------
    regressors : array, n × k
        Answers to the items.
    satisfied : array of bool
        Whether the overall answer lies in the top box.
    """
    k = regressors.shape[1]
    if satisfied.all() or not satisfied.any():
        return np.full(k, np.nan)
    scaled = (regressors - regressors.mean(axis=0)) / regressors.std(axis=0)
    base = _log_likelihood(scaled[:, :0], satisfied)
    fits: dict[tuple[int, ...], _Float] = {(): np.array(0.0)}
    for size in range(1, k + 1):
        for subset in combinations(range(k), size):
            fits[subset] = np.array(1 - _log_likelihood(scaled[:, list(subset)], satisfied) / base)
    return np.array([float(_share_of(place, k, fits)) for place in range(k)])


def _log_likelihood(regressors: _Float, success: npt.NDArray[np.bool_]) -> float:
    """Fit a logistic regression by Newton's method with a weak ridge: separated answers have no maximum."""
    design = np.column_stack([np.ones(len(success)), regressors])
    weights = np.zeros(design.shape[1])
    ridge = np.diag([0.0, *[1e-3] * regressors.shape[1]])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (success - chance) - ridge @ weights
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature + 1e-12 * np.eye(len(weights)), gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    margin = np.clip(design @ weights, -30, 30)
    return float((success * margin - np.log1p(np.exp(margin))).sum())


def _rank_agreement(one: _Float, other: _Float) -> float:
    if np.isnan(other).any() or len(one) < 3:
        return np.nan
    ranks = [pd.Series(values).rank().to_numpy() for values in (one, other)]
    return float(np.corrcoef(*ranks)[0, 1]) if all(np.ptp(r) for r in ranks) else np.nan


# --- importance and performance


def importance_performance(shares: pd.DataFrame, boxes: pd.DataFrame) -> pd.DataFrame:
    """Return the map of importance and performance: what to improve first.

    Martilla and James (1977), Journal of Marketing 41(1): 77-79; the lines cross at the medians.

    Parameters
    ----------
    shares : DataFrame
        `Drivers.shares`.
    boxes : DataFrame
        See `ratings.top_boxes`.

    Returns
    -------
    DataFrame
        Index ``item``; ``share``, ``low``, ``high`` of importance, ``rate``, ``rate_low``, ``rate_high`` of
        performance, ``quadrant``: ``"improve"`` (important, poor), ``"keep"``, ``"later"``,
        ``"sufficient"`` (good, not important); ``sure`` where neither interval reaches over a line. Items
        without a rate are left out.
    """
    rates = boxes[["rate", "low", "high"]].rename(columns={"low": "rate_low", "high": "rate_high"})
    table = shares[["share", "low", "high"]].join(rates, how="inner").dropna(subset=["rate"])
    if len(table) < 3:
        table = table.iloc[:0]
    important, good = table["share"] > table["share"].median(), table["rate"] > table["rate"].median()
    middle = (table["share"].median(), table["rate"].median())
    words = np.select(
        [important & ~good, important & good, ~important & ~good], [IMPROVE, KEEP, LATER], SUFFICIENT
    )
    crosses = table["low"].lt(middle[0]) & table["high"].gt(middle[0])
    crosses |= table["rate_low"].lt(middle[1]) & table["rate_high"].gt(middle[1])
    formats = dict.fromkeys(("rate_low", "rate_high"), "rate")
    return table_metadata.describe(
        table.assign(quadrant=words.astype(object), sure=~crosses), heads=heads(), formats=formats
    )


# --- penalty and reward


def penalties_rewards(wave: pd.DataFrame, survey: Questionnaire) -> pd.DataFrame:
    """Return how the overall satisfaction differs where an item is poor and where it is excellent.

    Penalty-reward contrast (Brandt 1987): overall = b0 + penalty·[item poor] + reward·[item excellent], so
    both are differences of means from the customers between. Poor is the lowest quarter of the scale (1 and
    2 of 5), excellent its top (5 of 5).

    Returns
    -------
    DataFrame
        Index ``item``; ``penalty``, ``penalty_low``, ``penalty_high``, ``reward``, ``reward_low``,
        ``reward_high`` (95 %, unequal variances) and ``kind``: ``"basic"`` where the penalty clearly
        outweighs the reward, ``"exciting"`` where the reward does, ``"linear"`` where both are clear and
        neither outweighs, else ``"unsure"``. Items with fewer than ten customers in one of the three groups
        are left out.
    """
    rows = {}
    for item in survey.items if survey.overall else ():
        pair = wave[[item.column, survey.overall.column]].dropna().to_numpy(float) if survey.overall else None
        if pair is not None and (row := _contrast(pair, item)):
            rows[item.column] = row
    ends = [f"{name}{end}" for name in ("penalty", "reward") for end in ("", "_low", "_high")]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[*ends, "kind"]).rename_axis("item")
    return table_metadata.describe(table, heads=heads(), formats=dict.fromkeys(ends, "gap"))


def _contrast(pair: _Float, item: Item) -> list[object] | None:
    poor, excellent = pair[:, 0] <= item.weak, pair[:, 0] >= item.delight
    groups = [pair[chosen, 1] for chosen in (poor, ~poor & ~excellent, excellent)]
    if min(map(len, groups)) < FEWEST_IN_GROUP:
        return None
    means = [float(group.mean()) for group in groups]
    spread = [float(group.var(ddof=1)) / len(group) for group in groups]
    penalty, reward = means[0] - means[1], means[2] - means[1]
    reach = [_Z95 * float(np.sqrt(spread[side] + spread[1])) for side in (0, 2)]
    # |penalty| - reward is m1·2 - m0 - m2: the middle group counts twice.
    excess, error = (
        -penalty - reward,
        _Z95 * float(np.sqrt(spread[0] + 4 * spread[1] + spread[2])),
    )
    clear = penalty + reach[0] < 0 and reward - reach[1] > 0
    kind = BASIC if excess > error else EXCITING if excess < -error else LINEAR if clear else UNSURE
    ends = [penalty, penalty - reach[0], penalty + reach[0], reward, reward - reach[1], reward + reach[1]]
    return [*ends, kind]


def satisfied_by_item(wave: pd.DataFrame, survey: Questionnaire) -> pd.DataFrame:
    """Return 1, 0 or missing for each customer and item: whether the answer lies in the top box."""
    return pd.DataFrame({item.column: is_satisfied(wave[item.column], item) for item in survey.rated})


origin.trace_module(globals())
