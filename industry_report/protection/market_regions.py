"""Share of the market, regions side by side, growth against the market: from told sums and cited totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..analysis.trade import decomposition, market_share, sales
from ..analysis.trade.market_file import MarketFile
from ..settings.editions import Policy
from .market_inputs import Inputs
from .market_rules import Told, are_large
from .masked_tables import mark

GROSS, NET = "gross", "net"
_PLACES = 3  # of a quotient that is printed with two


@dataclass(frozen=True, eq=False)
class Place:
    """Where a region stands in its market.

    Attributes
    ----------
    shares : DataFrame
        See `market_share.shares`; newest year first.
    basis : str
        Whether own sales are "net" of refunds or, where these may not be told, "gross".
    regions : DataFrame
        See `market_share.penetration`, with ``standardised`` where firms by type are cited; of `year`.
    year : int
        The latest year that has firms and customers; 0 without any.
    sources : tuple of str
        Where the number of firms comes from.
    left_out : tuple of str
        Regions without a total of firms, or whose customers may not be told.
    growth : DataFrame
        See `decomposition.shift_share`, by region, to the latest year with totals from the one before.
    growth_year : int
        That year; 0 without any.
    competition : DataFrame
        One row, ``least`` and ``greatest`` Herfindahl-Hirschman index; empty without competitors.
    firms : DataFrame
        One row: the latest cited number of firms of the region, with range and source; see `find_totals`.
    """

    shares: pd.DataFrame
    basis: str
    regions: pd.DataFrame
    year: int
    sources: tuple[str, ...]
    left_out: tuple[str, ...]
    growth: pd.DataFrame
    growth_year: int
    competition: pd.DataFrame
    firms: pd.DataFrame


def describe_places(
    inputs: Inputs, told: Mapping[str, Told], market: MarketFile, policy: Policy, year: int
) -> Place:
    """Return where the report's region stands, as far as it may be told."""
    region = inputs.regions[0]
    totals = market_share.find_totals(inputs.market, market.metrics["sales"])
    totals = totals[totals["year"] <= year]
    firms = market_share.find_totals(inputs.market, market.metrics["firms"])
    firms = firms[firms["year"] <= year]
    basis = _find_basis(inputs, told[region], region)
    own = _sum_years(inputs.rows[inputs.rows["region"] == region], told[region], basis)
    regions, at = _compare_regions(inputs, told, firms, policy)
    regions = _standardise(regions, inputs, told, market, policy, at)
    growth, grown = _measure_growth(inputs, told, totals)
    here = firms[firms["region"] == region].head(1).reset_index(drop=True)
    cited = firms[firms["region"].isin(regions.index) & (firms["year"] == at)]
    return Place(
        shares=market_share.shares(own, totals[totals["region"] == region]),
        basis=basis,
        regions=mark(regions, internal=policy.internal),
        year=at,
        sources=tuple(dict.fromkeys(cited["source"].astype(str))),
        left_out=tuple(place for place in inputs.regions if place not in regions.index),
        growth=mark(growth, internal=policy.internal),
        growth_year=grown,
        competition=_concentrate(market),
        firms=here,
    )


def _find_basis(inputs: Inputs, told: Told, region: str) -> str:
    years = set(inputs.rows.loc[inputs.rows["region"] == region, "month"].dt.year) & told.years
    return NET if years <= told.refunds else GROSS


def _sum_years(rows: pd.DataFrame, told: Told, basis: str) -> pd.Series:
    table = sales.by_year(rows)
    own = table["net" if basis == NET else "sales"].astype("float64")
    return own[own.index.isin(list(told.years))]


def _count_customers(rows: pd.DataFrame, told: Mapping[str, Told], year: int) -> pd.Series:
    """Return customers by region in a year, of regions whose year may be told."""
    mine = rows[(rows["month"].dt.year == year) & (rows["sale"] > 0)]
    counts = mine.groupby("region")[sales.CUSTOMER].nunique().astype(float)
    return counts[[place for place in counts.index if year in told[place].years]]


def _compare_regions(
    inputs: Inputs, told: Mapping[str, Told], firms: pd.DataFrame, policy: Policy
) -> tuple[pd.DataFrame, int]:
    """Return penetration and quotient in the latest year in which the report's own region has both."""
    region = inputs.regions[0]
    nothing = market_share.penetration(pd.Series(dtype=float), pd.Series(dtype=float))
    for year in sorted(set(firms.loc[firms["region"] == region, "year"]), reverse=True):
        customers = _count_customers(inputs.rows, told, int(year))
        if region not in customers.index:
            continue
        latest = firms[firms["year"] == year].drop_duplicates("region").set_index("region")
        table = market_share.penetration(customers, latest["value"], latest["low"], latest["high"])
        if region in table.index:
            order = [place for place in inputs.regions if place in table.index]
            # A region that stands alone has the quotient 1 by definition.
            table["quotient"] = table["quotient"] if len(table) > 1 else np.nan
            return table.loc[order].round({"quotient": _PLACES}), int(year)
    return nothing, 0


def _standardise(
    regions: pd.DataFrame,
    inputs: Inputs,
    told: Mapping[str, Told],
    market: MarketFile,
    policy: Policy,
    year: int,
) -> pd.DataFrame:
    """Add the quotient standardised for customer type, where firms by type are cited for all regions."""
    types = market_share.find_totals(inputs.market, market.metrics["firms"], "customer_type")
    types = types[(types["year"] == year) & types["region"].isin(regions.index)]
    rows = inputs.rows
    mine = rows[
        (rows["month"].dt.year == year) & (rows["sale"] > 0) & rows["region"].isin(regions.index)
    ].drop_duplicates(["region", sales.CUSTOMER])
    if len(regions) < 2 or types.empty or mine["customer_type"].isna().any():
        return regions
    firms = types.pivot_table(index="region", columns="customer_type", values="value", aggfunc="first")
    own = pd.crosstab(mine["region"], mine["customer_type"]).reindex(firms.index, fill_value=0)
    if firms.isna().any(axis=None) or set(own) - set(firms) or len(firms) < len(regions):
        return regions
    own = own.reindex(columns=firms.columns, fill_value=0)
    if not are_large(policy, *own.to_numpy().ravel()):  # with as many regions as types each cell follows
        return regions
    return regions.join(market_share.standardised_quotient(own, firms).round(_PLACES))


def _measure_growth(
    inputs: Inputs, told: Mapping[str, Told], totals: pd.DataFrame
) -> tuple[pd.DataFrame, int]:
    """Return growth against the market over the regions that have both years."""
    own = {
        place: _sum_years(inputs.rows[inputs.rows["region"] == place], told[place], GROSS)
        for place in inputs.regions
    }
    latest = totals.drop_duplicates(["region", "year"])
    for year in sorted({int(y) for y in totals["year"]}, reverse=True):
        market = latest[latest["year"].isin([year - 1, year])].pivot(
            index="region", columns="year", values="value"
        )
        if set(market) != {year - 1, year}:
            continue
        sides = {"before": year - 1, "after": year}
        mine = pd.DataFrame(
            {side: {place: own[place].get(y, np.nan) for place in own} for side, y in sides.items()}
        )
        whole = pd.DataFrame({side: market[y] for side, y in sides.items()}).astype(float)
        # A total smaller than one's own sales is none.
        whole = whole[~(whole.reindex(mine.index) < mine).any(axis=1).reindex(whole.index, fill_value=True)]
        table = decomposition.shift_share(mine.dropna(), whole).rename_axis("region")
        if inputs.regions[0] in table.index:
            return table, year
    return decomposition.shift_share(*[pd.DataFrame({"before": [], "after": []})] * 2), 0


def _concentrate(market: MarketFile) -> pd.DataFrame:
    if not market.competitors:
        return pd.DataFrame(columns=["least", "greatest"], dtype=float)
    least, greatest = market_share.hhi(market.competitors)
    return pd.DataFrame({"least": [least], "greatest": [greatest]})
