"""Averages of purchases with honest intervals: means by customer (cluster bootstrap), medians by ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binom

from ...base import origin
from .sales import CUSTOMER

RESAMPLES, SEED = 2000, 24
_CELLS = 5_000_000  # of the matrix of weights held at once


class Estimate(NamedTuple):
    """A number and its 95 % interval; NaN where there is none."""

    value: float
    low: float
    high: float


class Ranks(NamedTuple):
    """Which observations, counted from the smallest, bound a median, and how often they hold it."""

    low: int
    high: int
    coverage: float


def average_purchase(rows: pd.DataFrame) -> dict[str, Estimate]:
    """Return the average purchase per order and per customer, and the median per customer.

    Parameters
    ----------
    rows : DataFrame
        See `sales.read_sales`; the rows of one year.

    Returns
    -------
    dict
        ``per_order``, ``per_customer``: mean and percentile bootstrap interval, resampled by customer, for
        the orders of a customer resemble each other. ``median``: per customer, with its order-statistics
        interval, which assumes nothing of the distribution. NaN without a sale.
    """
    sold = rows[rows["sale"] > 0]
    given = sold.groupby(CUSTOMER)["sale"].agg(["sum", "size"]).sort_index()
    sums, sizes = given["sum"].to_numpy(float), given["size"].to_numpy(float)
    per_order, per_customer = bootstrap_ratios(sums, [sizes, np.ones_like(sums)])
    return {"per_order": per_order, "per_customer": per_customer, "median": median(sums)}


def bootstrap_ratios(sums: np.ndarray, sizes: Sequence[np.ndarray]) -> list[Estimate]:
    """Return the ratios of a sum to each other one over clusters, with 95 % percentile bootstrap intervals.

    Whole clusters are drawn with replacement (Davison and Hinkley 1997, section 3.8), with a fixed seed.

    Parameters
    ----------
    sums : array
        One entry a cluster: the amount of a customer.
    sizes : sequence of array
        For each ratio, the number of units of a customer.
    """
    clusters = len(sums)
    if not clusters:
        return [Estimate(np.nan, np.nan, np.nan) for _ in sizes]
    values = [float(sums.sum() / units.sum()) for units in sizes]
    if clusters == 1:
        return [Estimate(value, np.nan, np.nan) for value in values]
    rng, drawn = np.random.default_rng(SEED), []
    step = max(1, _CELLS // clusters)
    for start in range(0, RESAMPLES, step):
        draws = min(step, RESAMPLES - start)
        weights = rng.multinomial(clusters, np.full(clusters, 1 / clusters), draws).astype(float)
        drawn.append([(weights @ sums) / (weights @ units) for units in sizes])
    bounds = np.quantile(np.concatenate(drawn, axis=1), [0.025, 0.975], axis=1)
    return [Estimate(value, *map(float, pair)) for value, pair in zip(values, bounds.T, strict=True)]


def median_ranks(size: int, confidence: float = 0.95) -> Ranks | None:
    """Return the narrowest symmetric pair of ranks that holds the median often enough; None if none does.

    Parameters
    ----------
    size : int
        Number of independent observations.
    confidence : float
        At least this often. The coverage is that of the binomial distribution and exact for any
        distribution without ties (David and Nagaraja, Order Statistics, 2003, section 7.1).

    Examples
    --------
    >>> median_ranks(60)
    Ranks(low=22, high=39, coverage=0.9725...)
    """
    lower = int(binom.ppf((1 - confidence) / 2, size, 0.5)) if size else 0
    while lower and 1 - 2 * binom.cdf(lower - 1, size, 0.5) < confidence:
        lower -= 1
    if lower < 1:
        return None
    return Ranks(lower, size + 1 - lower, float(1 - 2 * binom.cdf(lower - 1, size, 0.5)))


def median(values: np.ndarray) -> Estimate:
    """Return the median and its 95 % order-statistics interval."""
    if not len(values):
        return Estimate(np.nan, np.nan, np.nan)
    ranks, ordered = median_ranks(len(values)), np.sort(values)
    middle = float(np.median(ordered))
    if ranks is None:
        return Estimate(middle, np.nan, np.nan)
    return Estimate(middle, float(ordered[ranks.low - 1]), float(ordered[ranks.high - 1]))


def quartiles(values: pd.Series, groups: pd.Series, least: int = 0) -> pd.DataFrame:
    """Return the quartiles of a quantity by group.

    Parameters
    ----------
    values, groups : Series
        One entry a customer.
    least : int
        How many customers must lie on either side of a quantile for it to be told: 0 tells all. Then they
        are rounded to two significant digits.

    Returns
    -------
    DataFrame
        Index by group, largest group first; ``customers``, ``lower``, ``middle`` and ``upper`` quartile.
        Without `least`, exact; with it, groups too small for all three are left out and ``customers`` is not
        told.
    """
    known = pd.DataFrame({"group": groups.to_numpy(object), "value": values.to_numpy(float)}).dropna()
    found = known.groupby("group")["value"].quantile([0.25, 0.5, 0.75]).unstack()
    found = found.reindex(columns=[0.25, 0.5, 0.75]).set_axis(["lower", "middle", "upper"], axis=1)
    size = known["group"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    table = found.reindex(size.index).rename_axis(groups.name)
    if least:
        table = table[size.reindex(table.index) // 4 >= least]
        return table.map(lambda number: round_to(number, 2)).sort_index()
    table.insert(0, "customers", size)
    return table


def round_to(value: float, digits: int) -> float:
    """Round to so many significant digits.

    Examples
    --------
    >>> round_to(12_345.0, 2)
    12000.0
    """
    return float(f"{value:.{digits - 1}e}") if np.isfinite(value) else value


origin.trace_module(globals())
