"""Where a region stands among others in one year: counts and rates side by side, and what is clear of them.

The numbers of the others are those of their own reports, withheld alike (`publication.publish_outline`): a
function of what is published of each, so it tells no more than all their reports together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..analysis.conversion import HIGHER, LOWER, NO_DIFFERENCE, Measure
from ..base import origin, table_metadata
from ..intake import dataset
from ..scorecard.scorecards import Scorecard
from ..settings.editions import Policy
from . import comparison
from .publication import publish_outline
from .year_on_year import YearOnYear, are_before

_OPPOSITE = {HIGHER: LOWER, LOWER: HIGHER}
COLUMNS = ["received", "rate", "low", "high", "standardised", "verdict", "best", "worst"]


@dataclass(frozen=True, eq=False)
class Standing:
    """A region among others; see `publish_standing`.

    Attributes
    ----------
    region : str
        Whose report it is.
    measure : Measure
        What the rates are.
    table : DataFrame
        Index ``region``, its own among them, highest first by what ranks; ``received``; ``rate`` with its
        95 % interval ``low``, ``high``; ``standardised`` where all can be brought to one mix of customers;
        ``verdict`` of the other against its own, after Holm over all pairs, empty for its own; ``best`` and
        ``worst`` place, see `comparison.ranks`. Empty without another region that measures the same.
    """

    region: str
    measure: Measure
    table: pd.DataFrame


def publish_standing(
    pair: YearOnYear,
    data: str | Path,
    region: str,
    regions: Sequence[str],
    columns: str | Path | None = None,
    *,
    scorecard: Scorecard,
    policy: Policy,
    **window: Any,
) -> Standing:
    """Set a published region beside others of its year.

    Parameters
    ----------
    pair : YearOnYear
        The region's own, as published.
    data, region, columns, scorecard, policy
        See `publication.publish`.
    regions : sequence of str
        The others; its own may be among them. Those without that year are left out.
    **window
        ``follow_up_days`` and ``data_cut``, as for its own.
    """
    held = dataset.slices(data, columns) if regions else pd.DataFrame({"region": [], "year": []})
    there = set(held.loc[held["year"] == pair.year, "region"]) - {region}
    sides: comparison.Wholes = {
        region: pair.now,
        **{
            other: publish_outline(
                data, other, pair.year, columns, scorecard=scorecard, policy=policy, **window
            )
            for other in dict.fromkeys(regions)
            if other in there
        },
    }
    return compare_regions(sides, region)


def compare_regions(sides: comparison.Wholes, region: str) -> Standing:
    """Return where a region stands among published ones; of those, which measure the same as it does."""
    own = sides[region]
    alike = {side: one for side, one in sides.items() if one.measure == own.measure and not _lacks(one)}
    table = pd.DataFrame(columns=COLUMNS, dtype=float)
    if region in alike and len(alike) > 1:
        table = _rank(alike, region)
    return origin.release(Standing(region, own.measure, table.rename_axis("region")))


def _lacks(side: Any) -> bool:
    counts = side.outcomes if hasattr(side, "outcomes") else side.basis.outcomes
    return are_before(counts, side.average)


def _rank(sides: comparison.Wholes, region: str) -> pd.DataFrame:
    overview, mix = comparison.overview(sides), comparison.standardise(sides)
    compared = comparison.changes(sides)
    places = comparison.ranks(sides, compared, mix)
    fair = "standardised" in places
    table = overview[["rate", "low", "high"]].astype("float64")
    table.insert(0, "received", pd.Series({side: float(one.received) for side, one in sides.items()}))
    table["standardised"] = places["standardised"] if fair else float("nan")
    table["verdict"] = pd.Series(_judge(mix.pairs if fair else compared, region), dtype=object)
    table[["best", "worst"]] = places[["best", "worst"]].reindex(table.index)
    hidden = {**table_metadata.withheld(overview)}
    hidden["received"] = [side for side in table.index if pd.isna(table.loc[side, "received"])]
    table_metadata.describe(
        table, heads=table_metadata.heads(overview), withheld={k: v for k, v in hidden.items() if k in table}
    )
    order = table["standardised" if fair else "rate"].sort_values(
        ascending=False, kind="stable", na_position="last"
    )
    return table_metadata.carry(table, table.loc[order.index])


def _judge(pairs: pd.DataFrame, region: str) -> dict[Any, str]:
    """Return the verdict of each other region against this one."""
    found = {}
    for row in pairs.itertuples():
        if row.other == region:
            found[row.one] = str(row.verdict)
        elif row.one == region:
            found[row.other] = _OPPOSITE.get(str(row.verdict), str(row.verdict))
    return found


def is_ranked(standing: Standing) -> bool:
    """Tell whether the region's own place is known."""
    table = standing.table
    return standing.region in table.index and bool(pd.notna(table.loc[standing.region, "best"]))


def by_verdict(standing: Standing) -> dict[str, list[str]]:
    """Return the others by how the region stands to them: ``higher`` are those it is clearly above."""
    words = standing.table["verdict"]
    return {
        mine: [str(other) for other in words.index[words == theirs]]
        for mine, theirs in ((HIGHER, LOWER), (LOWER, HIGHER), (NO_DIFFERENCE, NO_DIFFERENCE))
    }


origin.trace_module(globals())
