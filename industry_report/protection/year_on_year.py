"""A year beside the year before: what may be published of both together.

Two slices have no consultation in common. What is shown of the year before is what its own report shows, by
the same standard and the same day up to which the data tell; every change is computed from two numbers that
are both shown. So this report opens nothing that last year's withholds, nor the other way round; a report of
last year made from other data is withdrawn where the two would tell of few (`shelf.released`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..analysis import conversion, growth, outcome_window
from ..base import language, origin, table_metadata
from ..base.errors import InputError
from ..scorecard.scorecards import Scorecard
from ..settings.editions import Policy
from . import comparison
from .publication import Published


@dataclass(frozen=True, eq=False)
class YearOnYear:
    """A slice and the one of the year before; see `publish`.

    Attributes
    ----------
    now : Published
        This year.
    before : Published or None
        The year before; None where the data hold none.
    year, earlier : int
        The years.
    total : DataFrame
        See `growth.of_total`; empty without a year before.
    volumes : DataFrame
        Index ``year``; ``received`` of the years that there are.
    rates : DataFrame
        Index ``year``; the measure as a whole, see `conversion.overall`, of the years that measure the same.
    rate : DataFrame
        One row of `conversion.differences`: the measure as a whole against the year before; empty where
        either is withheld, or the two do not measure the same.
    by : mapping of str to DataFrame
        See `growth.of_groups`, by customer type, source, product and ``grade``; empty likewise.
    mix : mapping of str to Series
        See `growth.decompose`, by customer type and source; missing numbers likewise.
    """

    now: Published
    before: Published | None
    year: int
    earlier: int
    total: pd.DataFrame
    volumes: pd.DataFrame
    rates: pd.DataFrame
    rate: pd.DataFrame
    by: Mapping[str, pd.DataFrame]
    mix: Mapping[str, pd.Series]


def publish(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None = None,
    *,
    scorecard: Scorecard,
    policy: Policy,
    earlier: int = 0,
    **window: Any,
) -> YearOnYear:
    """Publish a slice and, where the data hold it, the one of the year before.

    Parameters
    ----------
    data, region, year, columns, scorecard, policy
        See `publication.publish`.
    earlier : int
        The year to compare with; 0 is the year before.
    **window
        ``follow_up_days`` and ``data_cut``: consultations of both years have the same time to purchase.

    Raises
    ------
    InputError
        `earlier` is not before `year`.
    """
    past = earlier or year - 1
    if past >= year:
        problem = f"expected a year before {year}, got {past}."
        raise InputError("parameter earlier_year", problem, "Write 0 for the year before.")
    sides = comparison.of_one_region(
        data, region, [past, year], columns, scorecard=scorecard, policy=policy, **window
    )
    return compare_years(sides[year], sides.get(past), year, past)


def compare_years(now: Published, before: Published | None, year: int, earlier: int) -> YearOnYear:
    """Return two published years with what changed between them."""
    alike = before is not None and before.measure == now.measure
    alike = alike and not any(lacks_buyers(one) for one in (now, before) if one is not None)
    sides = {earlier: before, year: now}
    tables = {**now.by, "grade": _with_all_graded(now)}
    past = {**before.by, "grade": _with_all_graded(before)} if before is not None and alike else {}
    total = growth.of_total(now.received, before.received if before else float("nan"), (earlier, year))
    return origin.release(
        YearOnYear(
            now=now,
            before=before,
            year=year,
            earlier=earlier,
            total=total if before is not None else total.iloc[:0],
            volumes=total[["received"]].iloc[0 if before is not None else 1 :],
            rates=_side_by_side(
                {y: one for y, one in sides.items() if one is not None and (alike or y == year)}
            ),
            rate=comparison.changes(sides) if alike else _nothing(),  # type: ignore[arg-type]
            by={
                kind: growth.of_groups(table, past[kind], overlapping=kind == "product")
                for kind, table in tables.items()
                if kind in past and len(table) and len(past[kind])
            },
            mix={
                kind: _split(sides, kind) if alike else growth.decompose(pd.DataFrame(), pd.DataFrame())  # type: ignore[arg-type]
                for kind in ("customer_type", "source")
            },
        )
    )


def lacks_buyers(side: Published) -> bool:
    """Tell whether so many purchases are dated before their consultation that the rate is one of the others.

    Who bought before is no outcome and in no rate, while who never bought stays in it.
    """
    return are_before(side.basis.outcomes, side.average)


def are_before(counts: pd.DataFrame, average: pd.Series) -> bool:
    """Tell `lacks_buyers` from the outcomes and the measure of a slice."""
    if counts.empty or outcome_window.BEFORE not in counts:
        return False
    early, bought = counts[outcome_window.BEFORE].sum(), average.conversions
    return bool(early > outcome_window.MOST_BEFORE * (early + (0 if pd.isna(bought) else bought)))


def _with_all_graded(side: Published) -> pd.DataFrame:
    """Return the rates of grades with all consultations of each, not only those followed in full."""
    table, counts = side.by_grade, side.grades["consultations"]
    if table.empty or "received" in table:
        return table
    parts = [
        [one for one in re.split(language.JOINED, str(grade)) if one in counts.index] for grade in table.index
    ]
    received = [
        counts[[grade]].iloc[0] if grade in counts.index else counts[names].sum(skipna=False, min_count=1)
        for grade, names in zip(table.index, parts, strict=True)
    ]
    return table_metadata.carry(table, table.assign(received=received))


def _side_by_side(sides: comparison.Sides) -> pd.DataFrame:
    table = comparison.overview(sides)
    return table.rename_axis("year")


def _nothing() -> pd.DataFrame:
    empty = pd.DataFrame({column: [] for column in conversion.COUNTS}, dtype="int64")
    return conversion.differences(empty, empty, planned=True)


def _split(sides: comparison.Sides, kind: str) -> pd.Series:
    """Split the change of the measure by what both years show; all other groups are one."""
    counts = comparison.common_counts(sides, kind)
    if counts is None or counts[0].shape[1] < 2:  # one group has no mix that could change
        return growth.decompose(pd.DataFrame(), pd.DataFrame())
    return growth.decompose(*counts)
