"""Rates of groups that are composed differently: as they would be with the same composition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from numbers import Real

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from ..base import origin, table_metadata
from ..base.errors import InputError
from ..base.language import text
from .group_tests import HIGHER, LOWER, NO_DIFFERENCE, holm
from .grouping import MOST, grouped
from .rates import ALPHA, FEW, REST, Measure, difference, printable, ratio, wilson

_Float = npt.NDArray[np.float64]

_SAME = 1e-9  # rates that are nearer than this differ by rounding only


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
    pairs : DataFrame
        Every two groups of at least 30, ``one`` and ``other``: ``crude``, the difference of their crude
        rates, with ``crude_p``; ``difference`` of the standardised ones, its 95 % interval ``low``, ``high``,
        ``p`` (score test, stratified), ``p_adjusted`` by Holm over all pairs and the ``verdict`` of the first
        against the second; ``explained``, the part of the crude difference that composition makes, with its
        95 % interval ``explained_low``, ``explained_high``, compositions taken as given. No rows where
        there is one stratum: then there is nothing to standardise for.
    """

    rates: pd.DataFrame
    weights: pd.DataFrame
    reversals: pd.DataFrame
    pairs: pd.DataFrame = field(default_factory=pd.DataFrame)


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
    pairs = _pairs(n[groups], x[groups], used)
    rates = rates.sort_values("consultations", ascending=False, kind="stable")
    return Standardised(rates, composition.rename_axis(over), reversals, pairs)


def _pairs(n: pd.DataFrame, x: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Return the table of `Standardised.pairs`."""
    columns = ["one", "other", "crude", "crude_p", "difference", "low", "high", "p"]
    columns += ["explained", "explained_low", "explained_high"]
    chosen = list(combinations(n.index, 2)) if len(weights) > 1 else []
    rows = [[one, other, *_pair(n.loc[[one, other]], x.loc[[one, other]], weights)] for one, other in chosen]
    table = pd.DataFrame(rows, columns=columns)
    table["p_adjusted"] = holm(table["p"].to_numpy(float))
    clear = table["p_adjusted"] < ALPHA
    up, down = clear & (table["low"] > 0), clear & (table["high"] < 0)
    return table.assign(verdict=np.select([up, down], [HIGHER, LOWER], NO_DIFFERENCE))


def _pair(n: pd.DataFrame, x: pd.DataFrame, weights: pd.Series) -> list[float]:
    """Return crude and standardised difference of two groups and what composition explains of the first."""
    cells, sold = n.to_numpy(float), x.to_numpy(float)
    fixed = np.concatenate([weights, -weights])
    own = np.concatenate([cells[0] / cells[0].sum(), -cells[1] / cells[1].sum()])
    apart, explained = (
        [float(value) for value in _weighted(factors, sold.ravel(), cells.ravel())]
        for factors in (fixed, own - fixed)
    )
    crude = sold[0].sum() / cells[0].sum() - sold[1].sum() / cells[1].sum()
    whole = [table.sum(axis=1, keepdims=True) for table in (cells, sold)]
    crude_p = _two_sided(crude, np.ones(1), *whole)
    return [crude, crude_p, *apart, _two_sided(apart[0], weights.to_numpy(float), cells, sold), *explained]


def _two_sided(value: float, weights: _Float, n: _Float, x: _Float) -> float:
    """Return the two-sided p value of a weighted difference of two groups, a column for each stratum.

    The variance is that under no difference, each stratum's rate taken from both groups: with one stratum
    this is the chi-square test without correction.
    """
    rate = x.sum(axis=0) / n.sum(axis=0)
    variance = (weights**2 * rate * (1 - rate) * (1 / n).sum(axis=0)).sum()
    if variance <= 0:
        return 1.0
    return float(2 * norm.sf(abs(value) / np.sqrt(variance)))


def _strata(scored: pd.DataFrame, by: str, over: str, measure: Measure) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return consultations and successes, a row for each group and a column for each stratum."""
    if by not in scored or over not in scored:
        nothing = pd.DataFrame(index=pd.Index([], name=by), columns=pd.Index([], name=over), dtype="int64")
        return nothing, nothing
    groups = grouped(scored, by, measure.successes(scored).notna(), MOST)
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
    n_printed = printable(counts["consultations"].to_numpy(float))
    rates = counts.assign(rate=ratio(counts["conversions"], n_printed))
    found = _weighted(weights.to_numpy(), x.to_numpy(float), n.to_numpy(float))
    for column, values in zip(("standardised", "low", "high"), found, strict=True):
        rates[column] = np.where(np.isnan(n_printed), np.nan, values)
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
    rate, (low, high) = x / np.where(n > 0, n, np.nan), wilson(x, n)
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


origin.trace_module(globals())
