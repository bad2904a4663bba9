"""A year beside the year before: what may be published of both together.

Two slices have no consultation in common. What is shown of the year before is what its own report shows, by
the same standard and the same day up to which the data tell; every change is computed from two numbers that
are both shown. So this report opens nothing that last year's withholds, nor the other way round; a report of
last year made from other data is withdrawn where the two would tell of few (`shelf.released`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..analysis import conversion, growth
from ..base import origin
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
    sides = {earlier: before, year: now}
    tables = {**now.by, "grade": now.by_grade}
    past = {**before.by, "grade": before.by_grade} if before is not None and alike else {}
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


def _side_by_side(sides: comparison.Sides) -> pd.DataFrame:
    table = comparison.overview(sides)
    return table.rename_axis("year")


def _nothing() -> pd.DataFrame:
    empty = pd.DataFrame({column: [] for column in conversion.COUNTS}, dtype="int64")
    return conversion.differences(empty, empty, planned=True)


def _split(sides: comparison.Sides, kind: str) -> pd.Series:
    """Split the change of the measure by what both years show; all other groups are one."""
    counts = comparison.common_counts(sides, kind)
    return growth.decompose(*counts) if counts else growth.decompose(pd.DataFrame(), pd.DataFrame())
