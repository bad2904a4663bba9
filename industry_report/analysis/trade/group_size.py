"""How many customers there will be next year: those who return and those who are new, with an interval."""

from __future__ import annotations

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from ...base import origin
from .averages import Estimate


def returning(customers: int, returned: int, before: int) -> Estimate:
    """Return how many of this year's customers will buy next year, if as many return as did this year.

    Parameters
    ----------
    customers : int
        Of this year.
    returned, before : int
        Of last year's customers, those who bought this year, and all.

    Returns
    -------
    Estimate
        Customers × share, with the Wilson interval of the share; NaN without customers last year.

    Examples
    --------
    >>> [round(part) for part in returning(4000, 880, 4000)]
    [880, 830, 932]
    """
    if not before:
        return Estimate(np.nan, np.nan, np.nan)
    low, high = proportion_confint(returned, before, method="wilson")
    return Estimate(customers * returned / before, customers * float(low), customers * float(high))


def add_estimates(*parts: Estimate) -> Estimate:
    """Return the sum of independent estimates with an interval out of theirs.

    Method of variance estimates recovery (Zou and Donner 2008): distances from the middle add in squares, on
    each side by itself.

    Examples
    --------
    >>> [round(p) for p in add_estimates(Estimate(880, 830, 932), Estimate(3900, 3600, 4200))]
    [4780, 4476, 5084]
    """
    values, lows, highs = np.array(parts, dtype=float).T
    middle = values.sum()
    below, above = np.hypot.reduce(values - lows), np.hypot.reduce(highs - values)
    return Estimate(float(middle), float(middle - below), float(middle + above))


origin.trace_module(globals())
