"""How good scores and predicted chances are on leads that they were not learned from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtr
from scipy.stats import chi2, gamma, rankdata

Float = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]

ALPHA = 0.05
Z = 1.959963984540054
STEPS = 100  # of a regression; one that has not settled by then separates the outcomes


# --- telling buyers from others


@dataclass(frozen=True)
class Area:
    """Area under the ROC curve: the chance that a buyer scores higher than another, ties counting half."""

    value: float
    error: float
    low: float
    high: float


def area(score: npt.NDArray[Any], y: Truth) -> Area:
    """Return the AUC with its standard error and 95 % interval; missing where all or none converted.

    Notes
    -----
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44: 837-845.
    """
    value, beaten, beating = _place(np.asarray(score, dtype=float), y)
    error = np.sqrt(_spread(beaten, beaten) + _spread(beating, beating))
    error = (
        float(error) if error > 0 else np.nan
    )  # no overlap: an interval without width would claim too much
    low, high = np.clip([value - Z * error, value + Z * error], 0, 1)
    return Area(value, error, float(low), float(high))


def _place(score: Float, y: Truth) -> tuple[float, Float, Float]:
    """Return AUC, how many others each buyer beats, and how many buyers beat each other."""
    m, n = int(y.sum()), int((~y).sum())
    if not m or not n:
        return np.nan, np.array([]), np.array([])
    ranks, own, others = rankdata(score), rankdata(score[y]), rankdata(score[~y])
    beaten, beating = (ranks[y] - own) / n, 1 - (ranks[~y] - others) / m
    return float(beaten.mean()), beaten, beating


def _spread(one: Float, other: Float) -> float:
    if len(one) < 2:
        return np.nan
    return float(((one - one.mean()) * (other - other.mean())).sum() / (len(one) - 1) / len(one))


@dataclass(frozen=True)
class Paired:
    """Difference of two AUCs on the same leads."""

    difference: float
    error: float
    low: float
    high: float
    p: float


def compare_areas(one: npt.NDArray[Any], other: npt.NDArray[Any], y: Truth) -> Paired:
    """Return how much better one score tells buyers than another does, on the same leads (paired DeLong)."""
    first, second = (_place(np.asarray(score, dtype=float), y) for score in (one, other))
    difference = first[0] - second[0]
    variance = sum(
        _spread(a, a) + _spread(b, b) - 2 * _spread(a, b) for a, b in zip(first[1:], second[1:], strict=True)
    )
    error = float(np.sqrt(variance)) if variance > 1e-18 else np.nan
    p = float(2 * ndtr(-abs(difference) / error)) if error > 0 else np.nan
    return Paired(difference, error, difference - Z * error, difference + Z * error, p)


def kolmogorov_smirnov(score: npt.NDArray[Any], y: Truth) -> float:
    """Return the greatest distance between the scores of buyers and of others."""
    values = np.unique(score)
    shares = [
        np.searchsorted(np.sort(part), values, "right") / max(len(part), 1) for part in (score[y], score[~y])
    ]
    return float(np.abs(shares[0] - shares[1]).max()) if y.any() and not y.all() else np.nan


# --- predicted chances


@dataclass(frozen=True)
class Brier:
    """Mean squared error of predicted chances: reliability - resolution + uncertainty (Murphy 1973)."""

    score: float
    reliability: float
    resolution: float
    uncertainty: float

    @property
    def skill(self) -> float:
        """How much smaller it is than that of always saying the mean."""
        return 1 - self.score / self.uncertainty if self.uncertainty else np.nan


def brier(chance: Float, y: Truth) -> Brier:
    """Return the Brier score with its parts, leads of equal chance taken together."""
    if not len(y):
        return Brier(np.nan, np.nan, np.nan, np.nan)
    values, place = np.unique(chance, return_inverse=True)
    n, x = np.bincount(place), np.bincount(place, weights=y)
    share, rate, mean = n / n.sum(), x / n, x.sum() / n.sum()
    reliability = float((share * (values - rate) ** 2).sum())
    resolution = float((share * (rate - mean) ** 2).sum())
    return Brier(float(((chance - y) ** 2).mean()), reliability, resolution, float(mean * (1 - mean)))


@dataclass(frozen=True)
class Calibration:
    """Whether predicted chances come true.

    Attributes
    ----------
    intercept, slope, slope_error : float
        Of log odds on predicted log odds; 0 and 1 if all is right. A slope below 1: too extreme.
    in_the_large, in_the_large_error : float
        Log odds by which the outcomes lie above the predictions.
    ratio, ratio_low, ratio_high : float
        Conversions observed by expected, with the exact Poisson interval.
    error : float
        Mean distance between predicted and observed rate, over equal predictions (ECE).
    """

    intercept: float
    slope: float
    slope_error: float
    in_the_large: float
    in_the_large_error: float
    ratio: float
    ratio_low: float
    ratio_high: float
    error: float


def calibrate(chance: Float, y: Truth) -> Calibration:
    """Return how well predicted chances agree with outcomes; missing where all or none converted."""
    values, place = np.unique(chance, return_inverse=True)
    n, x = count_equal(place, y)
    ratio = observed_to_expected(float(x.sum()), float((n * values).sum()))
    if not 0 < x.sum() < n.sum():
        return Calibration(np.nan, np.nan, np.nan, np.nan, np.nan, *ratio, np.nan)
    odds, one = logit(values), np.ones(len(values))
    (a, b), covariance = fit_logistic(np.column_stack([one, odds]), x, n)
    (shift,), alone = fit_logistic(one[:, None], x, n, offset=odds)
    error = float((n * np.abs(x / n - values)).sum() / n.sum())
    errors = np.sqrt(covariance[1, 1]), np.sqrt(alone[0, 0])
    return Calibration(float(a), float(b), float(errors[0]), float(shift), float(errors[1]), *ratio, error)


def count_equal(place: npt.NDArray[np.intp], y: Truth) -> tuple[Float, Float]:
    """Return how many leads stand at each place, and how many of them converted."""
    counts = np.bincount(2 * place + y, minlength=2 * (int(place.max(initial=-1)) + 1)).reshape(-1, 2)
    return np.asarray(counts.sum(axis=1), dtype=np.float64), np.asarray(counts[:, 1], dtype=np.float64)


def observed_to_expected(observed: float, expected: float) -> tuple[float, float, float]:
    """Return observed by expected with its 95 % interval (exact Poisson limits, Garwood 1936)."""
    if not expected:
        return np.nan, np.nan, np.nan
    low = gamma.ppf(ALPHA / 2, observed) if observed else 0.0
    high = gamma.ppf(1 - ALPHA / 2, observed + 1)
    return observed / expected, float(low) / expected, float(high) / expected


def fit_logistic(x: Float, successes: Float, n: Float, offset: Float | float = 0.0) -> tuple[Float, Float]:
    """Fit a logistic regression to counts by Newton's method; gives coefficients and their covariance.

    Coefficients are missing where the regression does not settle: the outcomes are separated.
    """
    beta = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = expit(x @ beta + offset)
        hessian = x.T @ (x * (n * p * (1 - p))[:, None])
        try:
            step = np.linalg.solve(hessian, x.T @ (successes - n * p))
        except np.linalg.LinAlgError:
            break
        size = float(np.abs(step).max())
        beta = beta + step / max(1.0, size / 5)  # a long step may overshoot
        if size < 1e-10:
            return beta, np.linalg.inv(hessian)
    return np.full(x.shape[1], np.nan), np.full((x.shape[1],) * 2, np.nan)


# --- whether the leads are still the same


@dataclass(frozen=True)
class Shift:
    """How far a distribution has moved: population stability index, and its 95 % limit of pure chance.

    The usual limit of 0.1 knows no sample size; by chance alone the index is chi-square with one degree less
    than there are groups, times (1/n + 1/m) (Yurdakul and Naranjo 2020).
    """

    index: float
    limit: float


def shift(before: Sequence[float], after: Sequence[float]) -> Shift:
    """Return the population stability index of counts by group, before and after.

    Examples
    --------
    >>> found = shift([200, 150, 150], [120, 150, 230])
    >>> round(found.index, 6), round(found.limit, 6)
    (0.150123, 0.023966)
    """
    one, other = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    n, m = one.sum(), other.sum()
    if not n or not m:
        return Shift(np.nan, np.nan)
    used = (one > 0) | (other > 0)
    one, other = one[used], other[used]
    smooth = 0.5 if (one == 0).any() or (other == 0).any() else 0.0
    p, q = ((part + smooth) / (part + smooth).sum() for part in (one, other))
    limit = chi2.ppf(1 - ALPHA, len(one) - 1) * (1 / n + 1 / m) if len(one) > 1 else 0.0
    return Shift(float(((q - p) * np.log(q / p)).sum()), float(limit))
