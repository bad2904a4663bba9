"""What lies ahead of a market: demand as a chain, purchasing power, next year's customers; data channels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..analysis import outcome_window
from ..analysis.customers import coverage
from ..analysis.trade import averages, demand_chain, group_size, sales
from ..analysis.trade.averages import Estimate
from ..analysis.trade.demand_chain import ASSUMED, CITED, OBSERVED, Link
from ..analysis.trade.forecast import Forecast
from ..analysis.trade.market_file import MarketFile
from ..intake import dataset
from ..settings.editions import Policy
from . import data_channels
from .market_inputs import Inputs
from .market_regions import Place
from .market_rules import Told, are_large
from .masked_tables import mark, mask_columns
from .publication import Published

ATTRIBUTES = ("customer_type", "source", "product", "quarter", "employees", "registered_capital", "channel")
POWER = ("customer_type", "employees", "registered_capital")


@dataclass(frozen=True, eq=False)
class Outlook:
    """What lies ahead, as far as it may be told.

    Attributes
    ----------
    demand : DataFrame
        See `demand_chain.chain`; empty where a factor is missing.
    lacking : tuple of str
        The factors that are missing: firms, need, buys, amount.
    power : DataFrame
        Quartiles of customers' yearly amount by type; see `averages.quartiles`.
    buyers : DataFrame
        Quartiles of the employees and capital of those who bought; index ``item``.
    returning : DataFrame
        Index ``year``, this one last and the one before where the data reach back; ``base``, customers of
        the year before it, ``returned``, those of them who bought again, ``rate`` with its interval ``low``,
        ``high``.
    size : DataFrame
        Customers of next year: ``returning``, ``new``, ``total`` with ``forecast``, ``low95``, ``high95``;
        empty where one of both is missing.
    """

    demand: pd.DataFrame
    lacking: tuple[str, ...]
    power: pd.DataFrame
    buyers: pd.DataFrame
    returning: pd.DataFrame
    size: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Here:
    """The sales of the report's region: rows, profiles of customers, what may be told, and the year."""

    rows: pd.DataFrame
    customers: pd.DataFrame
    told: Told
    policy: Policy
    year: int


def look_ahead(
    here: Here,
    market: MarketFile,
    places: Place,
    consulted: Published,
    mean: pd.DataFrame,
    new: Forecast,
) -> Outlook:
    """Return what lies ahead of the sales of one region."""
    rows, year, policy = here.rows, here.year, here.policy
    links, lacking = _link(market, places, consulted, mean)
    back = _count_returning(rows, here.told, policy, year)
    mine = rows[(rows["month"].dt.year == year) & (rows["sale"] > 0)]
    shown = mine if year in here.told.years else mine.iloc[:0]
    return Outlook(
        demand=demand_chain.chain(links) if not lacking else demand_chain.chain([]),
        lacking=lacking,
        power=_describe_power(shown, policy),
        buyers=_describe_buyers(shown, here.customers, policy),
        returning=back,
        size=_add_up(rows, back, new, year),
    )


def _link(
    market: MarketFile, places: Place, consulted: Published, mean: pd.DataFrame
) -> tuple[list[Link], tuple[str, ...]]:
    """Return the factors of demand that there are, and the names of those that there are not."""
    links, lacking = [], []
    if len(places.firms):
        firms = places.firms.iloc[0]
        links.append(Link("firms", CITED, firms["low"], firms["value"], firms["high"], str(firms["source"])))
    else:
        lacking.append("firms")
    need = market.need
    if need is not None and not (need.example and not consulted.files.synthetic):
        links.append(Link("need", ASSUMED, need.low, need.mid, need.high, need.source))
    else:
        lacking.append("need")
    average = consulted.average
    if consulted.measure.grade is None and np.isfinite(average["rate"]):
        links.append(Link("buys", OBSERVED, average["low"], average["rate"], average["high"]))
    else:
        lacking.append("buys")
    if "per_customer" in mean.index:
        row = mean.loc["per_customer"]
        links.append(Link("amount", OBSERVED, row["low"], row["mean"], row["high"]))
    else:
        lacking.append("amount")
    return links, tuple(lacking)


def _describe_power(rows: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    given = rows.dropna(subset=["customer_type"]).groupby(sales.CUSTOMER)
    amounts, types = given["sale"].sum(), given["customer_type"].first().rename("customer_type")
    return mark(
        averages.quartiles(amounts, types, 0 if policy.internal else policy.threshold),
        internal=policy.internal,
    )


def _describe_buyers(rows: pd.DataFrame, customers: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return quartiles of how large the firms are that bought."""
    columns = [name for name in ("employees", "registered_capital") if name in customers]
    who = pd.DataFrame({sales.CUSTOMER: rows[sales.CUSTOMER].unique()})
    if not columns or who.empty:
        return averages.quartiles(pd.Series(dtype=float), pd.Series(dtype=object, name="item"))
    known = customers.drop_duplicates(sales.CUSTOMER, keep="last")[[sales.CUSTOMER, *columns]]
    long = who.merge(known, on=sales.CUSTOMER).melt(sales.CUSTOMER, columns, "item", "value").dropna()
    values = long["value"].astype("float64")
    return mark(
        averages.quartiles(values, long["item"], 0 if policy.internal else policy.threshold),
        internal=policy.internal,
    )


def _count_returning(rows: pd.DataFrame, told: Told, policy: Policy, year: int) -> pd.DataFrame:
    """Return how many customers of a year came back in the next; years that may not be told are left out."""
    records = {}
    for now in (year - 1, year):
        customers, base, returned = sales.count_returning(rows, now)
        again = sales.count_reactivated(rows, now)  # of all others, new customers are told elsewhere
        enough = are_large(policy, returned, base - returned, customers - returned, again)
        if base and {now, now - 1} <= told.years and now not in told.open and enough:
            found = group_size.returning(1, returned, base)
            records[now] = [base, returned, *found]
    columns = ["base", "returned", "rate", "low", "high"]
    table = pd.DataFrame.from_dict(records, orient="index", columns=columns)
    return table.astype({"base": "int64", "returned": "int64"}).rename_axis("year")


def _add_up(rows: pd.DataFrame, back: pd.DataFrame, new: Forecast, year: int) -> pd.DataFrame:
    columns = ["forecast", "low95", "high95"]
    if year not in back.index or new.reason:
        return pd.DataFrame(columns=columns, dtype=float).rename_axis("group")
    customers, _, _ = sales.count_returning(rows, year)
    last = back.loc[year]
    returning = group_size.returning(customers, int(last["returned"]), int(last["base"]))
    fresh = Estimate(*new.total)
    parts = {"returning": returning, "new": fresh, "total": group_size.add_estimates(returning, fresh)}
    table = pd.DataFrame.from_dict(parts, orient="index").set_axis(columns, axis=1)
    return table.round().rename_axis("group")


def new_customers(rows: pd.DataFrame, told: Told, policy: Policy) -> pd.Series:
    """Return customers who bought for the first time, by month; withheld as a whole where some month is."""
    table = sales.count_new(rows)
    series = table["new"].astype("float64")
    years = set(series.index.year) if len(series) else set()
    if not policy.internal and not (years <= told.months and are_large(policy, *series)):
        return series * np.nan
    return series


def first_consultations(inputs: Inputs, region: str, year: int, days: int, cut: str) -> pd.DataFrame:
    """Return each customer's first consultation of a year whose outcome is known, with what is known of both.

    Returns
    -------
    DataFrame
        `ATTRIBUTES`, as far as the data have them; ``success`` (1 or 0) and ``who``. A row without a customer
        is a customer of its own.
    """
    asked = inputs.consultations[inputs.consultations["region"] == region]
    window = outcome_window.choose_window(asked, days, cut)
    rows = outcome_window.follow(asked[asked["year"] == year].reset_index(drop=True), window)
    if "converted" not in rows:
        return pd.DataFrame({"success": [], "who": []})
    rows = rows[rows["converted"].notna()].copy()
    if "consulted_on" in rows:
        rows["quarter"] = rows["consulted_on"].dt.quarter.map("Q{:.0f}".format, na_action="ignore")
        rows = rows.sort_values(["consulted_on"], kind="stable")
    named = rows["customer_id"] if "customer_id" in rows else pd.Series(pd.NA, index=rows.index)
    rows["who"] = named.astype(object).where(named.notna(), [f"row {place}" for place in rows.index])
    rows = rows.drop_duplicates("who").assign(success=lambda table: table["converted"].astype(float))
    profile = [name for name in ("employees", "registered_capital", "channel") if name in inputs.customers]
    if profile and "customer_id" in rows:
        known = inputs.customers.drop_duplicates("customer_id", keep="last")[["customer_id", *profile]]
        rows = rows.drop(columns=profile, errors="ignore").merge(known, on="customer_id", how="left")
    return rows.reset_index(drop=True)


def describe_coverage(
    data: str | Path, region: str, columns: str | Path | None, policy: Policy
) -> pd.DataFrame:
    """Return which data there are: internally of how many customers, by channel; in public rows by table."""
    refusing = dataset.find_refusing(data, columns)  # other reports leave them out: the difference would tell
    told = coverage(dataset.scan_tables(data, region, columns), refusing)
    if policy.internal or told.empty:
        return mark(told.drop(columns="is_static"), internal=policy.internal)
    dates = told.groupby("table", sort=False).agg({"first_on": "min", "last_on": "max"})
    whole = told.groupby("table", sort=False)[["rows"]].sum().join(dates).reset_index()
    exact = whole["rows"].astype("float64").where(whole["table"].eq("market"))  # totals tell of no customer
    whole["rows"] = exact.fillna(data_channels.coarsen(whole["rows"], policy))
    return mask_columns(whole, {"rows": whole["rows"].isna().to_numpy(bool)})
