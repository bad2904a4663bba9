"""Learn a card of whole points from past leads: bins, weights of evidence, a logistic regression, points.

Deterministic: the same leads in the same order give the same card. What it gives is a proposal as text
(`card_text`); `scoring` reads and applies it like any other standard.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit

from .binning import NONE, Bins, Cells, Codes, cut, do_differ, information, merge, weigh

Float = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

PER_COEFFICIENT = 10  # conversions, and leads without one, for each column (Peduzzi et al. 1996)
HIGHEST = 3.0  # a coefficient above it says that a column separates the outcomes; points stay finite
DOUBLE = 5  # points that double the odds
STEPS, SETTLED, ROUNDS = 12, 1e-6, 8  # of Newton's method; a coefficient is kept to six decimals

# Why a column is not on the card.
CONSTANT, TOO_MANY, NO_WEIGHT = "constant", "too few conversions", "no weight"
# Why there is no card.
NO_OUTCOMES, ALL_ALIKE, TOO_FEW, NOTHING_LEFT = "no outcomes", "one outcome", "too few", "nothing left"


@dataclass(frozen=True)
class Rule:
    """How a column may be used.

    Attributes
    ----------
    trend : {"none", "up", "down"}
    special : tuple of float
        Numbers with a bin of their own.
    """

    trend: str = "none"
    special: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Part:
    """One column of a card.

    Attributes
    ----------
    cells : Cells
    bins : Bins
    weight : float
        Coefficient of its weight of evidence, not negative.
    points : array of int
        Of every cell; 0 for what was never seen.
    information : float
        See `binning.information`.
    """

    cells: Cells
    bins: Bins
    weight: float
    points: Whole
    information: float


@dataclass(frozen=True, eq=False)
class Fit:
    """A card that was learned, or why there is none.

    Attributes
    ----------
    parts : tuple of Part
        Strongest column first.
    left_out : mapping of str to str
        Column → why it is not on the card.
    why : str
        Why there is no card; empty where there is one.
    leads, converted : int
        What it was learned from.
    intercept, slope : float
        Log odds of a conversion by total, for probabilities; no grade depends on them.
    """

    parts: tuple[Part, ...]
    left_out: Mapping[str, str]
    why: str
    leads: int
    converted: int
    intercept: float = np.nan
    slope: float = np.nan

    def total(self, leads: pd.DataFrame) -> Whole:
        """Return the points of every lead."""
        return sum_points(
            self.parts, [part.cells.encode(leads[part.cells.column]) for part in self.parts], len(leads)
        )

    def chance(self, total: npt.NDArray[Any]) -> Float:
        """Return the predicted chance of a conversion for totals."""
        return np.asarray(expit(self.intercept + self.slope * np.asarray(total, dtype=float)))

    def count_unseen(self, leads: pd.DataFrame) -> int:
        """Count leads with a category that no past lead had: it earns nothing."""
        unseen = np.zeros(len(leads), dtype=bool)
        for part in self.parts:
            unseen |= part.cells.encode(leads[part.cells.column]) == part.cells.size - 1
        return int(unseen.sum())


def fit(leads: pd.DataFrame, converted: pd.Series, rules: Mapping[str, Rule], double: int = DOUBLE) -> Fit:
    """Learn a card of points.

    Parameters
    ----------
    leads : DataFrame
        Past leads with the columns named in `rules`, numbers or texts, as known when each came in.
    converted : Series of bool
        The outcome of each; none may be missing.
    rules : mapping of str to Rule
        The columns to learn from.
    double : int
        Points that double the odds.

    Examples
    --------
    >>> made = pd.DataFrame({"pages": [1.0] * 200 + [5.0] * 200})
    >>> bought = pd.Series([True] * 20 + [False] * 180 + [True] * 80 + [False] * 120)
    >>> card = fit(made, bought, {"pages": Rule()})
    >>> card.total(pd.DataFrame({"pages": [1.0, 5.0, None]})).tolist()
    [-8, 5, 0]
    """
    y = converted.to_numpy(dtype=bool)
    if why := refuse(y):
        return Fit((), {}, why, len(y), int(y.sum()))
    cells = [cut(leads[name], rule.special) for name, rule in rules.items()]
    codes = [one.encode(leads[one.column]) for one in cells]
    return fit_codes(cells, codes, y, [rule.trend for rule in rules.values()], double)


def refuse(y: npt.NDArray[np.bool_]) -> str:
    """Return why outcomes are too few to learn from, or nothing."""
    if not len(y):
        return NO_OUTCOMES
    rarer = int(min(y.sum(), (~y).sum()))
    return ALL_ALIKE if not rarer else TOO_FEW if rarer < PER_COEFFICIENT else ""


def fit_codes(
    cells: Sequence[Cells],
    codes: Sequence[Codes],
    y: npt.NDArray[np.bool_],
    trends: Sequence[str],
    double: int = DOUBLE,
    start: Mapping[str, float] | None = None,
) -> Fit:
    """Learn a card from leads that are coded already; see `fit`.

    Parameters
    ----------
    cells, codes : sequence
        See `binning.cut`; one array of codes a column.
    y : array of bool
        Whether each lead converted.
    trends : sequence of str
        Of each column.
    start : mapping of str to float, optional
        Column → a coefficient near the one sought, and the constant for "".
    """
    drafts, left_out = _draft(cells, codes, y, trends)
    room = int(min(y.sum(), (~y).sum())) // PER_COEFFICIENT
    left_out |= {draft[0].column: TOO_MANY for draft in drafts[room:]}
    drafts = drafts[:room]
    woe = [_by_cell(bins) for _, bins, _, _ in drafts]
    chosen = [codes[place] for *_, place in drafts]
    begin = [start.get(name, 0.0) for name in ("", *(one.column for one, *_ in drafts))] if start else None
    evidence = (
        np.column_stack([w[c] for w, c in zip(woe, chosen, strict=True)]) if drafts else np.zeros((0, 0))
    )
    weights: Float = np.round(_find_weights(evidence, y, begin), 6) if drafts else np.array([])
    parts = []
    for (one, bins, value, place), by_cell, weight in zip(drafts, woe, weights, strict=True):
        points = np.rint(double / np.log(2) * weight * by_cell).astype(np.int64)
        if points.any():
            parts.append((Part(one, bins, float(weight), points, value), codes[place]))
        else:
            left_out[one.column] = NO_WEIGHT
    told = tuple(part for part, _ in parts)
    if not told:
        return Fit((), left_out, NOTHING_LEFT, len(y), int(y.sum()))
    total = sum_points(told, [code for _, code in parts], len(y))
    intercept, slope = _calibrate(total, y)
    return Fit(told, left_out, "", len(y), int(y.sum()), intercept, slope)


def _draft(
    cells: Sequence[Cells],
    codes: Sequence[Codes],
    y: npt.NDArray[np.bool_],
    trends: Sequence[str],
) -> tuple[list[tuple[Cells, Bins, float, int]], dict[str, str]]:
    """Return cells, bins, information and place of the columns that tell leads apart, strongest first."""
    drafts, left_out = [], {}
    for place, (one, code, trend) in enumerate(zip(cells, codes, trends, strict=True)):
        bins = count_bins(one, code, y, trend)
        if not do_differ(bins):
            left_out[one.column] = CONSTANT
        else:
            drafts.append((one, bins, information(bins), place))
    return sorted(drafts, key=lambda draft: (-draft[2], draft[0].column)), left_out


def count_bins(cells: Cells, codes: Codes, y: npt.NDArray[np.bool_], trend: str) -> Bins:
    """Count leads and conversions by cell, and merge the cells."""
    counts = np.bincount(2 * codes + y, minlength=2 * cells.size).reshape(-1, 2).astype(float)
    return merge(cells, counts.sum(axis=1), counts[:, 1], trend)


def _by_cell(bins: Bins) -> Float:
    """Return the weight of evidence of every cell, 0 where nothing is known."""
    return np.append(weigh(bins), 0.0)[np.where(bins.of == NONE, len(bins.leads), bins.of)]


def _find_weights(woe: Float, y: npt.NDArray[np.bool_], start: Sequence[float] | None) -> Float:
    """Fit a logistic regression on weights of evidence, with coefficients from 0 to `HIGHEST`.

    A negative one would say that more evidence makes a conversion less likely, which only collinear columns
    bring about. scipy's L-BFGS-B takes bounds; scikit-learn's and statsmodels' regressions do not. Newton's
    method then goes on to the optimum itself, so that the last digits do not depend on the machine; from a
    start that is near it is ten times as fast, and enough.
    """
    if start is not None:
        found = _polish(woe, y, np.array(start))
        if found is not None:
            return found
    rough = _search(woe, y)
    polished = _polish(woe, y, rough)
    return rough[1:] if polished is None else polished


def _search(woe: Float, y: npt.NDArray[np.bool_]) -> Float:
    sign = np.where(y, -1.0, 1.0)

    def loss(beta: Float) -> tuple[float, Float]:
        margin = sign * (woe @ beta[1:] + beta[0])
        slack = expit(margin) * sign
        return float(np.logaddexp(0, margin).mean()), np.append(slack.sum(), slack @ woe) / len(y)

    begin = [float(np.log(y.sum() / (~y).sum())), *[1.0] * woe.shape[1]]
    bounds = [(None, None), *[(0.0, HIGHEST)] * woe.shape[1]]
    return np.asarray(minimize(loss, begin, jac=True, bounds=bounds, method="L-BFGS-B").x)


def _polish(woe: Float, y: npt.NDArray[np.bool_], start: Float) -> Float | None:
    """Go to the optimum from near it by Newton's method; None where it is not found in a few rounds.

    Coefficients that fall below 0 stay there; one that would rather rise is let go (Karush-Kuhn-Tucker).
    """
    beta = start
    for _ in range(ROUNDS):
        free = np.flatnonzero(np.append(1.0, beta[1:]) > 0)
        x = np.column_stack([np.ones(len(y)), woe[:, free[1:] - 1]])
        found = _climb(x, y, beta[free])
        if found is None or (found[1:] > HIGHEST).any():
            return None
        beta = np.zeros(len(start))
        beta[free] = found
        rising = woe.T @ (y - expit(x @ found)) / len(y) * (beta[1:] == 0)
        if (found[1:] >= 0).all() and (rising <= SETTLED).all():
            return beta[1:]
        beta[1:] = np.where(rising > SETTLED, SETTLED, np.maximum(beta[1:], 0.0))
    return None


def _climb(x: Float, y: npt.NDArray[np.bool_], beta: Float) -> Float | None:
    for _ in range(STEPS):
        p = expit(x @ beta)
        step = np.linalg.lstsq(x.T @ (x * (p * (1 - p))[:, None]), x.T @ (y - p))[0]
        beta = beta + step
        if np.abs(step).max() < SETTLED:
            return beta
    return None


def _calibrate(total: Whole, y: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Fit log odds = intercept + slope times total, from the counts at each total."""
    from .accuracy import count_equal, fit_logistic

    values, place = np.unique(total, return_inverse=True)
    n, x = count_equal(place, y)
    beta, _ = fit_logistic(np.column_stack([np.ones(len(values)), values]), x, n)
    return float(beta[0]), float(beta[1])


def sum_points(parts: Sequence[Part], codes: Sequence[Codes], size: int) -> Whole:
    """Return the total of every lead, in whole numbers."""
    total = np.zeros(size, dtype=np.int64)
    for part, code in zip(parts, codes, strict=True):
        total += part.points[code]
    return total


def find_ends(parts: Sequence[Part]) -> tuple[int, int]:
    """Return the least and the greatest total that a lead can reach."""
    return sum(int(part.points.min()) for part in parts), sum(int(part.points.max()) for part in parts)
