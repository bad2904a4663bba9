"""What an action changed, as far as its design lets one say: differences, differences in differences, MOVER.

MOVER (method of variance estimates recovery, Zou and Donner 2008) makes the interval of a sum or product out
of the intervals of its parts, so that parts with skew limits, such as Wilson's, stay skew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t
from statsmodels.stats.proportion import confint_proportions_2indep

from ..base.errors import InputError
from .rates import ALPHA, wilson

_Float = npt.NDArray[np.float64]
Counted: TypeAlias = tuple[float, float]
"""Successes, and of how many."""

FOUND, NOT_FOUND, NOT_SURE = "found", "not found", "not sure"
REACHED, NOT_REACHED, CANNOT_SAY = "reached", "not reached", "cannot be said"
WALD, MOVER = "Wald", "MOVER"
_Z = float(norm.ppf(1 - ALPHA / 2))


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval; all three are NaN where nothing can be estimated.

    Examples
    --------
    >>> Estimate(880, 830, 932).value
    880
    """

    value: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Whether there is a value with both limits."""
        return not any(map(math.isnan, (self.value, self.low, self.high)))


UNKNOWN = Estimate(math.nan, math.nan, math.nan)


def exact(value: float) -> Estimate:
    """Return a number that is known without error, as a factor of `multiply`.

    Examples
    --------
    >>> exact(1800)
    Estimate(value=1800.0, low=1800.0, high=1800.0)
    """
    return Estimate(*[float(value)] * 3)


def estimate_rate(successes: float, of: float) -> Estimate:
    """Return a share with its Wilson interval (Wilson 1927); unknown where there is nothing to share.

    Examples
    --------
    >>> estimate_rate(8, 10).value
    0.8
    """
    _refuse_counts((successes, of))
    if not of:
        return UNKNOWN
    low, high = wilson(np.array([successes], dtype=float), np.array([of], dtype=float))
    return Estimate(successes / of, float(low[0]), float(high[0]))


def _refuse_counts(*counted: Counted) -> None:
    for successes, of in counted:
        if not 0 <= successes <= of:
            problem = f"expected successes from 0 up to their number, got {successes:g} of {of:g}."
            raise InputError("effects", problem, "Give (successes, number).")


# --- MOVER


def add(*parts: Estimate, signs: Sequence[float] = ()) -> Estimate:
    """Return the sum of independent estimates with its interval, by MOVER.

    Parameters
    ----------
    *parts : Estimate
        Independent of each other.
    signs : sequence of float, optional
        What each is multiplied by: ``(1, -1)`` gives a difference. By default 1.

    Returns
    -------
    Estimate
        Unknown if a part is.

    Notes
    -----
    Zou and Donner (2008): the distance of the lower limit from the sum is the root of the sum of squared
    distances, of each part that is added to its lower, of each that is subtracted to its upper limit.

    Examples
    --------
    >>> whole = add(Estimate(880, 830, 932), Estimate(3900, 3600, 4200))
    >>> round(whole.value), round(whole.low), round(whole.high)
    (4780, 4476, 5084)
    """
    factors = [float(sign) for sign in signs] or [1.0] * len(parts)
    scaled = [_scale(part, factor) for part, factor in zip(parts, factors, strict=True)]
    value = math.fsum(part.value for part in scaled)
    below = math.hypot(*(part.value - part.low for part in scaled))
    above = math.hypot(*(part.high - part.value for part in scaled))
    return Estimate(value, value - below, value + above)


def _scale(part: Estimate, factor: float) -> Estimate:
    low, high = sorted((part.low * factor, part.high * factor))
    return Estimate(part.value * factor, low, high)


def multiply(*factors: Estimate) -> Estimate:
    """Return the product of independent estimates that are not negative, with its interval.

    MOVER on the logarithms (Zou and Donner 2008). Where a factor is zero its logarithm has no width to
    recover; the upper limit is then the product of the upper limits, which covers too much rather than too
    little.

    Raises
    ------
    InputError
        A factor or one of its limits is negative.

    Examples
    --------
    >>> chain = multiply(exact(12_000), Estimate(0.35, 0.31, 0.39), Estimate(0.62, 0.55, 0.68), exact(1_800))
    >>> f"{chain.value:,.0f}"
    '4,687,200'
    """
    limits = [limit for factor in factors for limit in (factor.value, factor.low, factor.high)]
    if any(limit < 0 for limit in limits):
        raise InputError("effects", "a factor of a product is negative.", "Use `add` for differences.")
    value = math.prod(factor.value for factor in factors)
    if any(map(math.isnan, limits)):
        return UNKNOWN
    if not value:
        return Estimate(0.0, 0.0, math.prod(factor.high for factor in factors))
    below = math.hypot(*(_log_ratio(factor.value, factor.low) for factor in factors))
    above = math.hypot(*(_log_ratio(factor.high, factor.value) for factor in factors))
    return Estimate(value, value * math.exp(-below), value * math.exp(above))


def _log_ratio(upper: float, lower: float) -> float:
    return math.log(upper / lower) if lower else math.inf


# --- a group against another that was chosen at random


def difference_of_rates(treated: Counted, control: Counted) -> Estimate:
    """Return the difference of two shares with Newcombe's hybrid score interval (1998, method 10).

    Examples
    --------
    >>> effect = difference_of_rates((56, 70), (48, 80))
    >>> round(effect.value, 4), round(effect.low, 4), round(effect.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    _refuse_counts(treated, control)
    if not treated[1] or not control[1]:
        return UNKNOWN
    low, high = confint_proportions_2indep(*treated, *control, method="newcomb", alpha=ALPHA)
    return Estimate(treated[0] / treated[1] - control[0] / control[1], float(low), float(high))


def difference_of_means(treated: _Float, control: _Float) -> Estimate:
    """Return the difference of two means with Welch's interval; unknown below two values in a group.

    Parameters
    ----------
    treated, control : array of float
        One value a customer. Of changes (after less before) this is the difference in differences of the
        same customers, see `difference_in_changes`.

    Notes
    -----
    Welch (1947), degrees of freedom after Satterthwaite. Where nobody differs from anybody the interval has
    no width.
    """
    n, m = len(treated), len(control)
    if min(n, m) < 2:
        return UNKNOWN
    value = float(np.mean(treated) - np.mean(control))
    first, second = float(np.var(treated, ddof=1)) / n, float(np.var(control, ddof=1)) / m
    if not first + second:
        return exact(value)
    part = first / (first + second)
    freedom = 1 / (part**2 / (n - 1) + (1 - part) ** 2 / (m - 1))
    half = float(t.ppf(1 - ALPHA / 2, freedom)) * math.sqrt(first + second)
    return Estimate(value, value - half, value + half)


# --- two groups in two periods


def difference_in_differences(
    treated: tuple[Counted, Counted], control: tuple[Counted, Counted], method: str = MOVER
) -> Estimate:
    """Return how much more a share changed in one group than in another, of four independent samples.

    Parameters
    ----------
    treated, control : pair of (successes, number)
        Before and after.
    method : {"MOVER", "Wald"}
        The interval: from Wilson's limits of the four shares, or from their variances, which is that of the
        interaction in a linear regression with White's errors (HC0).

    Returns
    -------
    Estimate
        Unknown if a sample is empty. Where the same customers stand in both periods the samples are not
        independent: use `difference_in_changes`.

    Examples
    --------
    >>> effect = difference_in_differences(((40, 200), (66, 220)), ((50, 250), (55, 250)))
    >>> round(effect.value, 3), round(effect.low, 4), round(effect.high, 4)
    (0.08, -0.0295, 0.1877)
    """
    cells = [treated[1], treated[0], control[1], control[0]]
    signs = (1, -1, -1, 1)
    if method == MOVER:
        return add(*(estimate_rate(*cell) for cell in cells), signs=signs)
    if method != WALD:
        raise InputError("effects", f"there is no interval {method!r}.", f"Choose {MOVER} or {WALD}.")
    _refuse_counts(*cells)
    if not all(number for _, number in cells):
        return UNKNOWN
    shares = [successes / number for successes, number in cells]
    value = math.fsum(sign * share for sign, share in zip(signs, shares, strict=True))
    error = math.sqrt(sum(p * (1 - p) / n for p, (_, n) in zip(shares, cells, strict=True)))
    return Estimate(value, value - _Z * error, value + _Z * error)


def compare_changes(treated: tuple[float, float], control: tuple[float, float]) -> float:
    """Return the difference in differences of four means: before and after in each group.

    Examples
    --------
    Full-time employees of fast-food restaurants (Card and Krueger 1994, means as printed there):

    >>> round(compare_changes((20.44, 21.03), (23.33, 21.17)), 2)
    2.75
    """
    return (treated[1] - treated[0]) - (control[1] - control[0])


def difference_in_changes(treated: _Float, control: _Float) -> Estimate:
    """Return the difference in differences where the same customers stand in both periods.

    Parameters
    ----------
    treated, control : array of shape (customers, 2)
        Each customer's value before and after; of shares 0 or 1.

    Notes
    -----
    A customer's own change carries what the two values have in common, so that the interval holds although
    they depend on each other (Bertrand, Duflo and Mullainathan 2004).

    Examples
    --------
    >>> before_and_after = np.array([[0, 1], [0, 0], [1, 1], [0, 1]])
    >>> difference_in_changes(before_and_after, before_and_after).value
    0.0
    """
    changes = [np.asarray(group, dtype=float).reshape(-1, 2) for group in (treated, control)]
    return difference_of_means(*(group[:, 1] - group[:, 0] for group in changes))


# --- what may be said


def judge_effect(effect: Estimate, *, randomised: bool) -> str:
    """Say whether an action had an effect.

    Only groups drawn at random let a difference be put down to the action. Of others nothing of the kind
    can be said, whether they differ or not: whoever was chosen may have been different before.

    Returns
    -------
    str
        "found": at random, and the interval excludes zero; "not found": at random, and it does not; "not
        sure": not at random, or nothing to reckon with.

    Examples
    --------
    >>> judge_effect(Estimate(0.04, 0.01, 0.07), randomised=True)
    'found'
    >>> judge_effect(Estimate(0.04, 0.01, 0.07), randomised=False)
    'not sure'
    """
    if not randomised or not effect.is_known:
        return NOT_SURE
    return FOUND if excludes_zero(effect) else NOT_FOUND


def excludes_zero(effect: Estimate) -> bool:
    """Tell whether an interval lies on one side of zero."""
    return effect.is_known and (effect.low > 0 or effect.high < 0)


def judge_target(estimate: Estimate, target: float) -> str:
    """Say whether a target is reached: the whole interval must lie on one side of it.

    Parameters
    ----------
    estimate : Estimate
        What was to reach the target.
    target : float
        The least that was wanted; a negative one the most (complaints fall by 2 points or more).

    Examples
    --------
    >>> judge_target(Estimate(0.04, 0.01, 0.07), 0.02)
    'cannot be said'
    >>> judge_target(Estimate(-0.05, -0.07, -0.03), -0.02)
    'reached'
    """
    if not estimate.is_known or math.isnan(target):
        return CANNOT_SAY
    towards = _scale(estimate, -1.0) if target < 0 else estimate
    wanted = abs(target)
    if towards.low >= wanted:
        return REACHED
    return NOT_REACHED if towards.high < wanted else CANNOT_SAY
