"""Scored consultations → the grade of each customer over time: moves, transitions, suggested causes."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from ..base import own_names, table_metadata
from ..base.errors import InputError
from ..base.language import grade_label, listing, text
from ..scorecard.scorecards import Scorecard

FREQUENCIES = {"year": "Y", "quarter": "Q", "month": "M"}

# What became of a customer; the vocabulary words them.
UP, DOWN, SAME, NEW, GONE = "up", "down", "same", "new", "gone"
UNCLEAR = "not comparable"  # there in both periods, without a grade in one of them
MOVES = (UP, SAME, DOWN, NEW, GONE, UNCLEAR)
UNGRADABLE, TOTAL = "ungradable", "total"
_UNDATED = pd.Timestamp("1800-01-01")  # before every date that data may hold


def history(scored: pd.DataFrame, by: str = "customer_id", period: str = "year") -> pd.DataFrame:
    """Return the grade of each customer in each period.

    The latest graded consultation of the period decides: of one day the one that stands last in the data, and
    one without a date before all others. Who has no graded consultation in a period is there without a grade.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations of several periods.
    by : str
        The column that tells customers apart.
    period : {"year", "quarter", "month"}
        A year is the reporting year of the data; quarters and months are those of the consultation.

    Returns
    -------
    DataFrame
        One row per customer and period, in this order: `by`, ``period`` (pandas periods), its
        ``consultations``, and the columns of the consultation that decides, ``grade`` among them; one that
        the data call as these two is moved aside (`own_names.move_aside`).
        the fact ``unidentified`` counts consultations left out because they name no customer, as all do if
        there is no such column, ``undated`` those without what tells the period.

    Raises
    ------
    InputError
        There is no such period, or no dates to tell it by.
    """
    periods = _find_periods(scored, period)
    scored = own_names.move_aside(scored, ("period", "consultations"))
    if by not in scored:
        scored = scored.assign(**{by: pd.Series(pd.NA, index=scored.index, dtype="string")})
    named = scored[by].notna()
    rows = scored.assign(period=periods)[named & periods.notna()]
    keys = [by, "period"]
    latest = rows.iloc[_rank(rows)].drop_duplicates(keys, keep="last").sort_values(keys, ignore_index=True)
    counts = rows.groupby(keys, sort=True).size().reset_index(name="consultations")
    table = counts.merge(latest, on=keys, validate="one_to_one")
    table_metadata.describe(table, afresh=True)
    undated = int((named & periods.isna()).sum())
    return table_metadata.tell(table, unidentified=int((~named).sum()), undated=undated)


def _find_periods(scored: pd.DataFrame, period: str) -> pd.Series:
    if period not in FREQUENCIES:
        problem = f"expected {', '.join(FREQUENCIES)}, got {period!r}."
        raise InputError("parameter period", problem, "Choose one of these.")
    frequency = FREQUENCIES[period]
    if period == "year" and "year" in scored:
        years = scored["year"].astype("Int64").astype("object")
        named = {year: pd.Period(year=year, freq=frequency) for year in years.dropna().unique()}
        return years.map(named).astype(f"period[{frequency}]")
    if "consulted_on" not in scored:
        problem = f"is not in the data, so there are no periods by {period}."
        raise InputError("column consulted_on", problem, "Use period year, or add the dates.")
    return scored["consulted_on"].dt.to_period(frequency)


def _rank(rows: pd.DataFrame) -> np.ndarray:
    """Return the order of consultations in which the last one of a period decides."""
    days = rows["consulted_on"].fillna(_UNDATED) if "consulted_on" in rows else pd.Series(0, index=rows.index)
    return np.lexsort((days.to_numpy(), rows["grade"].notna().to_numpy()))  # stable; the last key comes first


def moves(history: pd.DataFrame, before: Any, after: Any) -> pd.DataFrame:
    """Return what became of each customer between two periods.

    Parameters
    ----------
    history : DataFrame
        See `history`.
    before, after : int, str or Period
        Two periods as the history has them: 2024, "2025Q1", "2025-03".

    Returns
    -------
    DataFrame
        One row per customer of either period, the index: grades ``before`` and ``after`` (missing where
        there is none) and ``move``: "up", "down", "same", "new" (in the later period only), "gone" (in the
        earlier one only) or "not comparable" (in both, without a grade in one).
    """
    first, second = _take(history, before), _take(history, after)
    customers = first.index.union(second.index)
    table = pd.DataFrame(
        {"before": first["grade"].reindex(customers), "after": second["grade"].reindex(customers)}
    )
    steps = table["after"].cat.codes.astype("int64") - table["before"].cat.codes
    conditions = [
        ~customers.isin(first.index),
        ~customers.isin(second.index),
        table.isna().any(axis=1),
        steps > 0,
        steps < 0,
    ]
    found = np.select(conditions, [NEW, GONE, UNCLEAR, UP, DOWN], SAME)
    return table.assign(move=pd.Categorical(found, MOVES)).rename_axis(_by(history))


def _by(history: pd.DataFrame) -> str:
    return str(history.columns[0])


def _take(history: pd.DataFrame, period: Any) -> pd.DataFrame:
    """Return the rows of one period by customer."""
    frequency = history["period"].dtype.freq
    try:
        wanted = pd.Period(str(period), frequency)
    except ValueError:
        known = ", ".join(map(str, sorted(history["period"].unique())))
        raise InputError("period", f"cannot read {period!r}.", f"Periods here are {known}.") from None
    return history[history["period"] == wanted].set_index(_by(history))


def count_moves(moves: pd.DataFrame) -> pd.DataFrame:
    """Return how many customers moved which way.

    Returns
    -------
    DataFrame
        Index ``move``, all of them but "not comparable" where nobody is; ``customers``.
    """
    counts = moves["move"].value_counts(sort=False).rename_axis("move").to_frame("customers")
    counts.index = counts.index.astype(str)
    return counts[(counts.index != UNCLEAR) | (counts["customers"] > 0)]


def transitions(history: pd.DataFrame, before: Any, after: Any) -> pd.DataFrame:
    """Return how many customers went from which grade to which.

    Parameters
    ----------
    history, before, after
        See `moves`.

    Returns
    -------
    DataFrame
        A row for each grade before, highest first, then "ungradable" if anybody was, "new" and "total"; a
        column for each grade after, then "ungradable", "gone" and "total". The column "total" counts the
        customers of the earlier period by grade, the row "total" those of the later one.
    """
    table = moves(history, before, after)
    grades = [str(grade) for grade in table["before"].cat.categories[::-1]]
    rows = _label(table["before"], table["move"] == NEW, NEW)
    columns = _label(table["after"], table["move"] == GONE, GONE)
    ungradable = [UNGRADABLE] if UNGRADABLE in {*rows, *columns} else []
    matrix = pd.crosstab(rows, columns).reindex(
        index=[*grades, *ungradable, NEW], columns=[*grades, *ungradable, GONE], fill_value=0
    )
    matrix[TOTAL] = matrix.sum(axis=1)
    matrix.loc[TOTAL] = matrix.sum()
    matrix = matrix.astype("int64").rename_axis(index="before", columns=None)
    return table_metadata.describe(
        matrix,
        heads={grade: grade_label(grade) for grade in grades},
        formats=dict.fromkeys(matrix.columns, "customers"),
    )


def _label(grades: pd.Series, absent: pd.Series, word: str) -> pd.Series:
    labels = grades.astype(object).where(grades.notna(), UNGRADABLE)
    return labels.mask(absent, word).astype(str)


def causes(
    history: pd.DataFrame, before: Any, after: Any, card: Scorecard, levels: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Suggest for every customer who rose or fell which dimension did it.

    It is the one whose level times weight changed most in the direction of the move; of ties all are named.
    A grade that a person set is put down to that. What moved the level itself the data do not say.

    Parameters
    ----------
    history, before, after
        See `moves`.
    card : scoring.Scorecard
        Its dimensions are compared; those without weight count alike.
    levels : DataFrame, optional
        See `scoring.levels`, of the rows of `history`; by default the dimensions' own columns. Tiers have no
        levels, and so no cause.

    Returns
    -------
    DataFrame
        Rows of `moves` with "up" or "down"; the change of each dimension, under the name of its level, and
        ``cause`` in the report's language, empty where no dimension moved that way.
    """
    values = own_names.bring_back(history, [d.column for d in card.dimensions]) if levels is None else levels
    rated = [d for d in card.dimensions if d.column in values]
    names = {d.column: d.level_name for d in rated}
    keys = history[[_by(history), "period"]]
    own = pd.concat([keys, values[list(names)].rename(columns=names)], axis=1)
    columns = list(names.values())
    first, second = _take(own, before), _take(own, after)
    table = moves(history, before, after)
    table = table[table["move"].isin([UP, DOWN])]
    changes = pd.DataFrame(
        {
            c: second[c].reindex(table.index).astype("Float64") - first[c].reindex(table.index)
            for c in columns
        },
        index=table.index,
    )
    found = _find_causes(changes, table["move"] == UP, rated)
    if "overridden" in history:
        set_by_hand = (_take(history, period)["overridden"] for period in (before, after))
        earlier, later = (flags.reindex(table.index) for flags in set_by_hand)
        by_hand = earlier | later
        found = found.mask(by_hand.astype(bool), text(zh="人工调整", en="set by hand"))
    return table.join(changes).assign(cause=found)


def _find_causes(changes: pd.DataFrame, rose: pd.Series, dimensions: list[Any]) -> pd.Series:
    """Return the names of the dimensions that changed most; in whole numbers, so that ties are ties."""
    weights = [Fraction(1) if d.weight is None else Fraction(d.weight) for d in dimensions]
    unit = math.lcm(*(weight.denominator for weight in weights))
    whole = np.array([int(weight * unit) for weight in weights], dtype=float)
    labels = [text(**dimension.label) for dimension in dimensions]
    pushes = changes.to_numpy(float, na_value=0.0) * whole * np.where(rose, 1, -1)[:, None]
    most = pushes.max(axis=1, initial=0.0)
    named = [
        listing([label for label, push in zip(labels, row, strict=True) if push == top]) if top > 0 else ""
        for row, top in zip(pushes, most, strict=True)
    ]
    return pd.Series(named, index=changes.index, dtype=object)


def count_causes(causes: pd.DataFrame) -> pd.DataFrame:
    """Return how often each cause stands behind a rise and behind a fall, most frequent fall first.

    Returns
    -------
    DataFrame
        Index ``cause``; customers ``up`` and ``down``. Who moved without a cause is left out.
    """
    named = causes[causes["cause"] != ""]
    counts = pd.crosstab(named["cause"], named["move"].astype(str)).reindex(columns=[UP, DOWN], fill_value=0)
    return counts.sort_values([DOWN, UP], ascending=False, kind="stable").rename_axis(columns=None)
