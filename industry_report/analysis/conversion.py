"""Scored consultations → tidy tables: grades, rates with intervals, comparisons, scores, months."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..base import table_metadata
from ..base.table_metadata import Counts
from .group_tests import (
    FALLS,
    HIGHER,
    LOWER,
    NO_DIFFERENCE,
    NO_TREND,
    NOT_COMPARED,
    RISES,
    TOO_FEW,
    Trend,
    compare,
    compare_pairs,
    differences,
    rank_places,
    trend,
)
from .grouping import MOST, grouped
from .rates import (
    ALPHA,
    COUNTS,
    FEW,
    FEWEST,
    REST,
    Measure,
    choose_measure,
    difference,
    has_outcomes,
    overall,
    ratio,
    with_interval,
)
from .standardisation import Standardised, standardise_counts, standardised

# A notebook finds all rates here; each stands in a module of its own.
__all__ = [
    "ALPHA",
    "COUNTS",
    "FALLS",
    "FEW",
    "FEWEST",
    "HIGHER",
    "LOWER",
    "MOST",
    "NOT_COMPARED",
    "NO_DIFFERENCE",
    "NO_TREND",
    "REST",
    "RISES",
    "TOO_FEW",
    "Measure",
    "Standardised",
    "Trend",
    "by",
    "by_grade",
    "by_period",
    "by_score",
    "choose_measure",
    "compare",
    "compare_pairs",
    "difference",
    "differences",
    "grades",
    "has_outcomes",
    "overall",
    "rank_places",
    "score_means",
    "score_shares",
    "standardise_counts",
    "standardised",
    "trend",
    "with_interval",
]

# Which units the columns of a table of rates count; see `Counts`.
_LEVELS = {"received": "all", "consultations": "known", "conversions": "successes"}
PERIODS = {"month": 12, "quarter": 4}  # of a year
_NOTHING = pd.DataFrame({"consultations": [], "conversions": [], "rate": [], "low": [], "high": []})


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
    table["share"] = ratio(table["consultations"], table["consultations"].sum())
    return table_metadata.describe(table, counts=Counts(("grade",), {"consultations": "all"}))


def by_grade(scored: pd.DataFrame) -> pd.DataFrame:
    """Return the conversion rate of each grade, highest grade first.

    Returns
    -------
    DataFrame
        Index ``grade``; columns as in `by`. Grades that nobody has are there with a count of zero.
        Empty if the source gives no outcomes.
    """
    if not has_outcomes(scored):
        return _declare(_NOTHING.rename_axis("grade"), "grade")
    groups = scored["grade"].astype(str).where(scored["grade"].notna())
    measure = choose_measure(scored)
    successes = measure.successes(scored)
    table = _rates(groups, successes, measure)
    table = table.reindex([str(grade) for grade in scored["grade"].cat.categories[::-1]])
    table = with_interval(table[COUNTS].fillna(0).astype("int64"), measure).rename_axis("grade")
    if successes[scored["grade"].notna()].isna().any():  # then its base is not that of the table of grades
        table_metadata.describe(table, heads={**measure.heads, "consultations": measure.known})
    return _declare(table, "grade")


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
        carries what all consultations together count, as the fact ``all``.
    """
    if column not in scored:
        return _declare(_NOTHING.rename_axis(column), column)
    successes = measure.successes(scored)
    groups = grouped(scored, column, successes.notna(), most, least)
    table = _with_received(_rates(groups, successes.iloc[groups.index], measure), groups, successes, measure)
    if column == "product":
        named = successes.iloc[groups.dropna().index.unique()].dropna()
        every = {"consultations": len(named), "conversions": int(named.sum())}
        table = table_metadata.tell(table, all=every)
    return _declare(table.sort_values("consultations", ascending=False, kind="stable"), column)


def _declare(table: pd.DataFrame, *classification: str) -> pd.DataFrame:
    """Say what a table of rates counts, which `protection` asks."""
    levels = {column: level for column, level in _LEVELS.items() if column in table}
    return table_metadata.describe(table, counts=Counts(classification, levels))


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


def by_period(scored: pd.DataFrame, measure: Measure, period: str = "month") -> pd.DataFrame:
    """Return consultations and the measure for each month or quarter of the year.

    Parameters
    ----------
    period : {"month", "quarter"}
        A year of few consultations shows something by quarter only.

    Returns
    -------
    DataFrame
        Index `period`, 1 to 12 or 4; ``received``, all consultations of the time, and the columns of `by`. A
        time in which an outcome is still open has no rate. Empty if the source has no dates.
    """
    if "consulted_on" not in scored or scored["consulted_on"].isna().all():
        return _declare(_NOTHING.assign(received=[]).rename_axis(period), period)
    months = getattr(scored["consulted_on"].dt, period)
    table = _rates(months, measure.successes(scored), measure)[COUNTS]
    table = with_interval(table.reindex(range(1, PERIODS[period] + 1), fill_value=0).astype("int64"), measure)
    # Outcomes of late months are often still open: the season shows in all consultations, not in those.
    if "outcome" in scored:
        unfinished = months[(scored["outcome"] == "open").to_numpy()].unique()
        table.loc[table.index.isin(unfinished), ["rate", "low", "high"]] = np.nan
    table.insert(0, "received", months.value_counts().reindex(table.index, fill_value=0).astype("int64"))
    table_metadata.describe(table, heads={**measure.heads, "consultations": measure.known})
    return _declare(table.rename_axis(period), period)


def score_shares(scored: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Return how often each score was given in each dimension.

    Returns
    -------
    DataFrame
        Columns ``dimension``, ``score``, ``consultations``, ``share`` (within the dimension).
    """
    parts = [
        pd.DataFrame({"dimension": dimension, "score": scored[dimension].array}) for dimension in dimensions
    ]
    nothing = pd.DataFrame({"dimension": [], "score": []}, dtype=float)
    long = pd.concat(parts or [nothing], ignore_index=True).dropna()
    counts = long.groupby(["dimension", "score"], sort=True).size().rename("consultations").reset_index()
    counts["share"] = counts["consultations"] / counts.groupby("dimension")["consultations"].transform("sum")
    order = {dimension: position for position, dimension in enumerate(dimensions)}
    table = counts.sort_values(
        ["dimension", "score"], key=lambda s: s.map(order) if s.name == "dimension" else s, ignore_index=True
    )
    return table_metadata.describe(table, counts=Counts(("dimension", "score"), {"consultations": "all"}))


def score_means(scored: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Return the mean score of each dimension.

    Returns
    -------
    DataFrame
        Index ``dimension``; ``consultations`` with a score, ``mean`` from the lowest to the highest score.
    """
    scores = scored[list(dimensions)].astype("Float64")
    table = pd.DataFrame({"consultations": scores.notna().sum(), "mean": scores.mean()}, dtype="Float64")
    table = table.astype({"consultations": "int64", "mean": "float64"}).rename_axis("dimension")
    return table_metadata.describe(table, counts=Counts(("dimension",), {"consultations": "all"}))


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
    columns = ["dimension", "score", *(c for c in table.columns if c not in ("dimension", "score"))]
    return _declare(table[columns], "dimension", "score")


def _rates(groups: pd.Series, successes: pd.Series, measure: Measure) -> pd.DataFrame:
    known = pd.DataFrame({"group": groups.array, "success": successes.array}).dropna()
    counted = (
        known.astype({"success": "int64"})
        .groupby("group", observed=True)["success"]
        .agg(consultations="size", conversions="sum")
    )
    return with_interval(counted.rename_axis(groups.name), measure)
