"""The gate of the report on a market: orders, external totals and consultations in, what may be told out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..analysis import outcome_window
from ..analysis.outcome_window import DAYS
from ..analysis.trade import averages, decomposition, discovery, forecast, planned, sales
from ..analysis.trade.discovery import Discoveries
from ..analysis.trade.forecast import Forecast
from ..analysis.trade.market_file import MarketFile
from ..base import origin, table_metadata
from ..intake import dataset
from ..scorecard.scorecards import Scorecard
from ..settings.editions import Policy
from . import market_outlook, market_regions, publication, source_files
from .market_inputs import Inputs, read_inputs
from .market_outlook import Outlook
from .market_regions import Place
from .market_rules import Told, find_told, tells_no_largest
from .masked_tables import mark, mask_columns
from .publication import Published

COMPARISONS = ("average_purchase", "returning", "region", "intent")
MOST_YEARS = 5  # of consultations in a forecast
SIGNIFICANT = 3  # digits of an average and its interval in a public edition

_COUNTED = ["sales", "orders", "customers", "per_order", "per_customer"]
_REFUNDS = ["refunds", "refunded", "net"]


@dataclass(frozen=True, eq=False)
class Market:
    """One market, as far as it may be told; see `publish_market`.

    Attributes
    ----------
    region, year
        Of the report.
    absent : tuple of str
        Tables that the data lack: orders, market, customers.
    consultations : Published
        The report on consultations of the same slice: intent, and what it was worth, come from it.
    monthly, yearly : DataFrame
        Index ``month`` ("2025-01") or ``year``; see `sales.by_month`.
    whole : tuple of int
        Years that are told and of which the data hold all months: others are not compared.
    gaps : tuple of str
        Months between the first and the last without any order.
    unfinished : str
        A last month that the data do not reach the end of, and that is left out; else empty.
    averages : DataFrame
        Index ``measure``; ``mean``, ``low``, ``high``; see `averages.average_purchase`.
    effects : DataFrame
        What moved the sum since the year before; see `decomposition.sales_effects`.
    places : Place
        Share, regions and growth against the market; see `market_regions`.
    outlook : Outlook
        Demand, purchasing power, next year's customers; see `market_outlook`.
    forecasts : dict of str to Forecast
        ``sales``, ``consultations``, ``new``.
    planned : DataFrame
        Planned comparisons, adjusted together; see `planned.adjust`.
    discoveries : Discoveries or None
        The exploratory search; None in a public edition.
    coverage : DataFrame
        Which data there are of how many customers, by table.
    synthetic : bool
        Whether any row is invented.
    """

    region: str
    year: int
    absent: tuple[str, ...]
    consultations: Published
    monthly: pd.DataFrame
    yearly: pd.DataFrame
    whole: tuple[int, ...]
    gaps: tuple[str, ...]
    unfinished: str
    averages: pd.DataFrame
    effects: pd.DataFrame
    places: Place
    outlook: Outlook
    forecasts: Mapping[str, Forecast]
    planned: pd.DataFrame
    discoveries: Discoveries | None
    coverage: pd.DataFrame
    synthetic: bool


def publish_market(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None = None,
    *,
    scorecard: Scorecard,
    policy: Policy,
    market: MarketFile,
    regions: Sequence[str] = (),
    comparisons: Sequence[str] = COMPARISONS,
    follow_up_days: int = DAYS,
    data_cut: str = "",
) -> Market:
    """Read, count, compare, forecast and protect one market: the only way from orders to a public edition.

    Parameters
    ----------
    data, region, year, columns
        See `dataset.load`.
    scorecard, policy, follow_up_days, data_cut
        See `publication.publish`, which the consultations pass.
    market : MarketFile
        See `market_file.load_market`.
    regions : sequence of str
        Regions to set beside this one; without any, all that the data hold.
    comparisons : sequence of str
        The planned comparisons, decided on before the data are seen: of `COMPARISONS`.

    Examples
    --------
    >>> now = publish_market("sample", "黄山市", 2025, scorecard=card, policy=policy,
    ...                      market=load_market("params/market.yaml"))  # doctest: +SKIP
    """
    chosen = planned.check_planned(comparisons, COMPARISONS)
    rules: dict[str, Any] = {"scorecard": scorecard, "policy": policy}
    rules |= {"follow_up_days": follow_up_days, "data_cut": data_cut}
    consulted = _publish_consultations(data, region, year, columns, rules)
    inputs = read_inputs(data, region, year, columns, regions, data_cut)
    own = inputs.rows[inputs.rows["region"] == region]
    told = {p: _find_told(inputs, p, policy, follow_up_days, data_cut) for p in inputs.regions}
    monthly, yearly = tabulate(own, told[region], policy)
    whole = {place: _keep_whole(inputs, place, told[place]) for place in inputs.regions}
    asked = _count_consultations(data, region, year, columns, consulted, rules)
    new = market_outlook.new_customers(own, told[region], policy)
    series = {"sales": monthly["sales"].astype("float64"), "consultations": asked, "new": new}
    forecasts = {name: forecast.predict(values) for name, values in series.items()}
    mean = estimate(own, year, told[region], policy)
    places = market_regions.describe_places(inputs, whole, market, policy, year)
    here = market_outlook.Here(own, inputs.customers, whole[region], policy, year)
    outlook = market_outlook.look_ahead(here, market, places, consulted, mean, forecasts["new"])
    parts = _compare(here, places, outlook, consulted)
    return origin.release(
        Market(
            region=region,
            year=year,
            absent=inputs.absent,
            consultations=consulted,
            monthly=_name_months(monthly),
            yearly=yearly,
            whole=tuple(sorted(whole[region].years)),
            gaps=tuple(map(str, sales.find_gaps(sales.by_month(own)))),
            unfinished=str(inputs.unfinished or ""),
            averages=mean,
            effects=_split_change(yearly, whole[region], year),
            places=places,
            outlook=outlook,
            forecasts={name: _name_forecast(part) for name, part in forecasts.items()},
            planned=planned.adjust({name: parts[name] for name in chosen}),
            discoveries=search(inputs, region, year, follow_up_days, data_cut) if policy.internal else None,
            coverage=market_outlook.describe_coverage(data, region, columns, policy),
            synthetic=consulted.files.synthetic,
        )
    )


def _publish_consultations(
    data: str | Path, region: str, year: int, columns: str | Path | None, rules: Mapping[str, Any]
) -> Published:
    """Return the report on consultations of the slice; one of no rows where the data hold orders alone."""
    slices = dataset.slices(data, columns)
    orders = dataset.slices(data, columns, "orders")
    if ((slices["region"] == region) & (slices["year"] == year)).any() or region not in set(orders["region"]):
        return publication.publish(data, region, year, columns, **rules)
    names = [one.column for one in rules["scorecard"].dimensions]
    nothing = pd.DataFrame({name: pd.array([], dtype="Int64") for name in ["customer_id", *names]})
    files = source_files.describe_files(data, region, None, columns, rules["policy"], "orders")
    return publication.protect_slice(nothing, year, rules["scorecard"], rules["policy"], files)


def _find_told(inputs: Inputs, region: str, policy: Policy, days: int, cut: str) -> Told:
    parts = (inputs.rows, inputs.consultations, inputs.dropped)
    rows, asked, dropped = (part[part["region"] == region] for part in parts)
    return find_told(rows, asked, policy, dropped, outcome_window.choose_window(asked, days, cut))


def _split_change(yearly: pd.DataFrame, whole: Told, year: int) -> pd.DataFrame:
    """Return what moved the sum between two whole years; empty where one of them is none."""
    before, after = (yearly.reindex([one if one in whole.years else -1]).iloc[0] for one in (year - 1, year))
    return decomposition.sales_effects(before, after)


def _keep_whole(inputs: Inputs, region: str, told: Told) -> Told:
    years = sales.whole_years(inputs.rows[inputs.rows["region"] == region])
    return replace(told, years=told.years & years)


def tabulate(rows: pd.DataFrame, told: Told, policy: Policy) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return sales by month and by year without what may not be told."""
    monthly, yearly = sales.by_month(rows), sales.by_year(rows)
    if policy.internal:
        return mark(monthly, internal=True), mark(yearly, internal=True)
    hidden = ~yearly.index.isin(list(told.years))
    back = hidden | ~yearly.index.isin(list(told.refunds))
    yearly = mask_columns(yearly, dict.fromkeys(_COUNTED, hidden) | dict.fromkeys(_REFUNDS, back))
    # Refunds by month are few: they would be withheld nearly everywhere.
    monthly = monthly.drop(columns=_REFUNDS)
    away = ~monthly.index.year.isin(list(told.months)) if len(monthly) else np.array([], dtype=bool)
    return mask_columns(monthly, dict.fromkeys(_COUNTED, away)), yearly


def estimate(rows: pd.DataFrame, year: int, told: Told, policy: Policy) -> pd.DataFrame:
    """Return the average purchase of a year with its intervals; no row where it may not be told.

    An interval needs 30 customers, none of whom gives nearly all of its width; the ends of the median's are
    single customers' amounts, so as many as the threshold must lie beyond them, and they are rounded.
    """
    mine = rows[rows["month"].dt.year == year]
    nothing = pd.DataFrame(columns=["mean", "low", "high"], dtype=float).rename_axis("measure")
    if year not in told.years or not (mine["sale"] > 0).any():
        return nothing
    table = pd.DataFrame.from_dict(averages.average_purchase(mine), orient="index")
    table = table.set_axis(["mean", "low", "high"], axis=1).rename_axis("measure")
    if policy.internal:
        return table
    contributors = mine.loc[mine["sale"] > 0, sales.CONTRIBUTOR].nunique()
    ranks = averages.median_ranks(contributors)
    if contributors < planned.FEW or ranks is None or not tells_no_largest(mine, policy):
        table[["low", "high"]] = np.nan
    elif ranks.low - 1 < policy.threshold:
        table.loc["median", ["low", "high"]] = np.nan
    table.loc["median"] = [averages.round_to(value, 2) for value in table.loc["median"]]
    if contributors // 2 < policy.threshold:
        table = table.drop(index="median")
    return table.map(lambda value: averages.round_to(value, SIGNIFICANT))


def _name_months(table: pd.DataFrame) -> pd.DataFrame:
    """Call months by text: 2025-01; what is withheld is named likewise."""
    named = table.set_axis(pd.Index([str(month) for month in table.index], name="month"), axis=0)
    hidden = {c: [str(month) for month in rows] for c, rows in table_metadata.withheld(table).items()}
    return table_metadata.describe(table_metadata.carry(table, named), withheld=hidden)


def _name_forecast(found: Forecast) -> Forecast:
    table = _name_months(found.table)
    return Forecast(found.reason, found.months, found.model, found.test, table, found.total)


def _count_consultations(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None,
    now: Published,
    rules: Mapping[str, Any],
) -> pd.Series:
    """Return graded consultations by month as the reports of the years tell them, without a hole before."""
    slices = dataset.slices(data, columns)
    held = set(slices.loc[slices["region"] == region, "year"])
    parts: list[pd.Series] = []
    for past in range(year, year - MOST_YEARS, -1):
        if past not in held:
            break
        publish_months = publication.publish_months
        one = now.by_month if past == year else publish_months(data, region, past, columns, **rules)
        if one.empty or one.index.name != "month":  # few: told by quarter
            break
        months = pd.PeriodIndex([pd.Period(year=past, month=int(m), freq="M") for m in one.index])
        parts.insert(0, pd.Series(one["received"].to_numpy(float, na_value=np.nan), months))
    return _trim(pd.concat(parts)) if parts else pd.Series(dtype=float)


def _trim(series: pd.Series) -> pd.Series:
    """Leave out months without any consultation at both ends: the register did not run yet, or no more."""
    some = np.flatnonzero(series.to_numpy() != 0)
    return series.iloc[some[0] : some[-1] + 1] if len(some) else series.iloc[:0]


def _compare(
    here: market_outlook.Here, places: Place, outlook: Outlook, consulted: Published
) -> dict[str, dict[str, float]]:
    """Return what the planned comparisons compare, from numbers that are told."""
    table, own, told, year, policy = places.regions, here.rows, here.told, here.year, here.policy
    compared = dict.fromkeys(COMPARISONS, planned.compare_shares(0, 0, 0, 0))
    if {year, year - 1} <= told.years and all(
        tells_no_largest(own[own["month"].dt.year == y], policy) for y in (year, year - 1)
    ):
        compared["average_purchase"] = planned.compare_means(*(_mean(own, y) for y in (year, year - 1)))
    back = outlook.returning
    if len(back) == 2:
        now, before = back.iloc[-1], back.iloc[0]
        counts = now["returned"], now["base"], before["returned"], before["base"]
        compared["returning"] = planned.compare_shares(*counts)
    if len(table) > 1:  # the report's own region first
        mine, rest = table.iloc[0], table.iloc[1:][["customers", "firms"]].sum()
        counts = mine["customers"], mine["firms"], rest["customers"], rest["firms"]
        compared["region"] = planned.compare_shares(*counts)
    best = _split_intent(consulted.by_score)
    return compared | ({"intent": planned.compare_shares(*best)} if best else {})


def _mean(rows: pd.DataFrame, year: int) -> tuple[float, float, float]:
    """Return the mean of customers' amounts in a year, its variance, and how many they are."""
    mine = rows[(rows["month"].dt.year == year) & (rows["sale"] > 0)]
    given = mine.groupby(sales.CUSTOMER)["sale"].sum()
    return float(given.mean()), float(given.var(ddof=1) / max(len(given), 1)), float(len(given))


def _split_intent(by_score: pd.DataFrame) -> tuple[float, float, float, float] | None:
    """Return conversions and consultations at the highest intent and at all others; None if withheld."""
    if by_score.empty or "intent" not in set(by_score["dimension"]):
        return None
    rows = by_score[by_score["dimension"] == "intent"].set_index("score")[["conversions", "consultations"]]
    if rows.isna().any(axis=None):
        return None
    top, rest = rows.loc[rows.index.max()], rows.drop(index=rows.index.max()).sum()
    return top["conversions"], top["consultations"], rest["conversions"], rest["consultations"]


def search(inputs: Inputs, region: str, year: int, days: int, cut: str) -> Discoveries:
    """Search the consultations of a slice, one a customer, for groups that bought more or less often."""
    rows = market_outlook.first_consultations(inputs, region, year, days, cut)
    attributes = [name for name in market_outlook.ATTRIBUTES if name in rows]
    return discovery.discover(rows[attributes], rows["success"], rows["who"])
