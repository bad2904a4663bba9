"""One row a buyer: what they bought, are worth, contributed and could buy; and what follows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..customers import snapshots, time_rule
from ..customers.time_rule import Moment, known_before
from . import contribution, lifetime_value, potential, purchase_groups
from .assumptions import Assumptions

HIGH, LOW = "high", "low"
# Value × intent, high or low → what to do (001: strategies by level).
STRATEGIES: Mapping[tuple[str, str], tuple[str, str]] = {
    (HIGH, HIGH): (
        "专属客服，优先响应，提供定制方案",
        "Exclusive service, first in line, tailored solutions",
    ),
    (HIGH, LOW): ("客户关怀，查明意向偏低的原因", "Customer care; find out why intent is low"),
    (LOW, HIGH): ("优惠活动和研讨会，促成增购", "Offers and seminars, to win a further purchase"),
    (LOW, LOW): ("留存数据，低成本触达", "Keep the record, contact at low cost"),
}


@dataclass(frozen=True, eq=False)
class Tables:
    """The tables of a region; a table that the data lack is None.

    Attributes
    ----------
    orders : DataFrame or None
        All years. Where there is no table of orders, the purchases of the consultations stand in.
    interactions, customers : DataFrame or None
        All years.
    are_orders : bool
        False where purchases of consultations stand in for orders.
    """

    orders: pd.DataFrame | None
    interactions: pd.DataFrame | None
    customers: pd.DataFrame | None
    are_orders: bool = True


def take_purchases(consultations: pd.DataFrame) -> pd.DataFrame | None:
    """Return the purchases of consultations in the form of orders, None where none has customer and amount.

    What is not known of them, such as a cost, is missing.
    """
    needed = {"customer_id", "converted", "converted_on", "amount"}
    if not needed <= set(consultations):
        return None
    bought = consultations[consultations["converted"].fillna(False).astype(bool)]
    bought = bought.dropna(subset=["customer_id", "converted_on", "amount"])
    if bought.empty:
        return None
    product = bought["product"].str.split("、").str[0] if "product" in bought else pd.NA
    return pd.DataFrame(
        {
            "customer_id": bought["customer_id"],
            "ordered_on": bought["converted_on"],
            "amount": bought["amount"],
            "product": product,
            "kind": "新购",
        }
    ).reset_index(drop=True)


READ = ("customer_id", "ordered_on", "occurred_at", "amount", "kind", "cost", "product", "minutes", "staff")
MISSING_DAYS = 2  # that the last month of a year may lack
DATES = {"orders": "ordered_on", "interactions": "occurred_at", "consultations": "consulted_on"}


def find_end(all_tables: Mapping[str, pd.DataFrame], year: int, data_cut: str = "") -> str:
    """Return the day up to which, it left out, the data of a year reach: what is after it is not known yet.

    Parameters
    ----------
    all_tables : mapping
        Table → its rows of all years.
    year : int
        The year of the report.
    data_cut : str
        The last day that the data tell of. Without it the latest date of any table in the year or before.

    Examples
    --------
    >>> orders = pd.DataFrame({"ordered_on": pd.to_datetime(["2025-06-30 09:00", "2026-02-01"])})
    >>> find_end({"orders": orders}, 2025), find_end({"orders": orders}, 2025, "2025-08-31")
    ('2025-07-01', '2025-09-01')
    """
    end = time_rule.moment(f"{year + 1}-01-01")
    if data_cut:
        days = [time_rule.moment(data_cut).normalize()]
    else:
        dated = [all_tables[name][date] for name, date in DATES.items() if date in all_tables.get(name, ())]
        latest = [day[day.dt.year.le(year)].max() for day in dated if len(day)]
        days = [day.normalize() for day in latest if pd.notna(day) and day.year == year]
    known = min([end, max(days) + pd.Timedelta(days=1)]) if days else end
    return f"{known:%Y-%m-%d}"


def covers_two_years(orders: pd.DataFrame | None, at: str) -> bool:
    """Return whether orders cover the year that ends before a day, and the one before.

    Less than a year is not compared with a whole one. The first order must be of the first month of the one
    or earlier, and the last of the last month of the other, which counts as full to within two days, as in
    the report on the market.

    Examples
    --------
    >>> orders = pd.DataFrame({"ordered_on": pd.to_datetime(["2024-01-09", "2025-12-03"])})
    >>> covers_two_years(orders, "2025-12-30"), covers_two_years(orders, "2025-12-10")
    (True, False)
    """
    dates = pd.Series(dtype="datetime64[us]") if orders is None else orders["ordered_on"].dropna()
    if dates.empty:
        return False
    last = time_rule.moment(at) - pd.Timedelta(days=1)
    is_over = last.month == 12 and last.day >= 31 - MISSING_DAYS
    return (
        is_over
        and dates.min() < time_rule.moment(f"{last.year - 1}-02-01")
        and (dates.max() >= time_rule.moment(f"{last.year}-12-01"))
    )


def value_customers(tables: Tables, at: str, rules: Assumptions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row a buyer as known before a day, and the potential by product.

    Parameters
    ----------
    tables : Tables
        With orders.
    at : str
        See `find_end`. Sales, contribution and potential are of the year of the day before it, the rest of
        all time.
    rules : Assumptions
        See `load_assumptions`.

    Returns
    -------
    DataFrame
        Index customer_id: ``orders``, ``amount`` (refunds deducted), ``recency_days``, ``recency``,
        ``frequency``, ``monetary``, ``purchase_group``; of the year ``sales``, ``cost``, ``service``,
        ``contribution`` (missing where unknown); ``clv``, ``potential``; ``customer_type`` and ``parent_id``
        where customers have them.
    DataFrame
        See `potential.potentials`.
    """
    buyers = _list_buyers(tables, at)
    of_year = _take_year(tables.orders, "ordered_on", at)
    served = None if tables.interactions is None else _take_year(tables.interactions, "occurred_at", at)
    if served is not None and "staff" in served:
        served = served[~served["staff"].fillna(False).astype(bool)]
    earned = contribution.contributions(of_year, served, rules.service).reindex(buyers.index)
    if "cost" in of_year and of_year["cost"].notna().any():  # else nothing is known of any contribution
        earned = earned.mask(earned["sales"].isna(), 0.0)  # nothing bought and no service in the year
    earned["sales"] = earned["sales"].fillna(0.0)
    bought = of_year.assign(product=of_year.get("product", pd.NA))
    bought = bought.groupby(["customer_id", "product"], as_index=False, observed=True)["amount"].sum()
    bought["amount"] = pd.to_numeric(bought["amount"]).astype("float64").round(2)
    lack, by_product = potential.potentials(buyers, bought, rules.potential, rules.lifetime.margin)
    clv = lifetime_value.lifetime_values(buyers["amount"], buyers["age_days"], rules.lifetime)
    groups = purchase_groups.group_purchases(buyers)
    return buyers.join(groups).join(earned).assign(clv=clv, potential=lack), by_product


def _list_buyers(tables: Tables, at: Moment) -> pd.DataFrame:
    """Return who has bought: a snapshot of orders and profile, by customer."""
    given = {"orders": tables.orders}
    if tables.customers is not None:
        given["customers"] = tables.customers
    table = snapshots.snapshot(given, at).set_index("customer_id")
    buyers = table[table["orders"] + table["refunds"] > 0].sort_index()
    end = time_rule.moment(at).normalize()
    first = buyers["first_order_on"].dt.normalize()
    kept = [c for c in ("customer_type", "parent_id", "employees", "annual_revenue") if c in buyers]
    return buyers[[*kept, "orders", "refunds", "amount"]].assign(
        recency_days=(end - buyers["last_order_on"].dt.normalize()).dt.days.astype("Int64"),
        age_days=(end - first).dt.days.astype("Int64").fillna(0),
    )


def _take_year(rows: pd.DataFrame | None, date: str, at: str) -> pd.DataFrame:
    table = "orders" if date == "ordered_on" else "interactions"
    known = known_before(rows, at, table, READ)
    year = (time_rule.moment(at) - pd.Timedelta(days=1)).year
    return known[known[date].dt.year.eq(year) & known["customer_id"].notna()]


# --- value beside intent


def cross_grades(values: pd.Series, intents: pd.Series) -> pd.DataFrame:
    """Count customers by grade of value and grade of intent, highest first.

    Parameters
    ----------
    values, intents : Series
        Index customer_id; ordered categoricals. Customers with one grade alone are left out.
    """
    both = pd.concat(
        [values.rename("value_grade"), intents.rename("intent_grade")], axis=1, join="inner"
    ).dropna()
    table = pd.crosstab(both["value_grade"], both["intent_grade"], dropna=False)
    rows = list(values.cat.categories[::-1])
    columns = list(intents.cat.categories[::-1])
    table = table.reindex(index=rows, columns=columns).fillna(0).astype("int64")
    return table.rename_axis(index="value_grade", columns=None)


def choose_strategy(values: pd.Series, intents: pd.Series) -> pd.Series:
    """Return what to do with each customer, as a key of `STRATEGIES`; missing where a grade is.

    The upper half of the grades counts as high.
    """
    both = pd.concat([values.rename("value"), intents.rename("intent")], axis=1)
    high = {name: both[name].map(_name_halves(both[name])) for name in both}
    known = both.notna().all(axis=1)
    keys = [(v, i) if k else None for v, i, k in zip(high["value"], high["intent"], known, strict=True)]
    return pd.Series(keys, index=both.index, name="strategy", dtype=object)


def _name_halves(grades: pd.Series) -> dict[str, str]:
    names: Sequence[str] = list(grades.cat.categories)
    return {name: HIGH if place >= len(names) / 2 else LOW for place, name in enumerate(names)}


def sum_strategies(strategy: pd.Series, customers: pd.DataFrame) -> pd.DataFrame:
    """Return customers and their value by field of the matrix.

    Parameters
    ----------
    strategy : Series
        See `choose_strategy`.
    customers : DataFrame
        See `value_customers`.

    Returns
    -------
    DataFrame
        ``value`` and ``intent``, high or low; ``customers``, ``clv``.
    """
    rows = []
    for value, intent in STRATEGIES:
        mine = strategy.index[[key == (value, intent) for key in strategy]]
        worth = float(customers["clv"].reindex(mine).sum())
        rows.append((value, intent, len(mine), worth))
    return pd.DataFrame(rows, columns=["value_half", "intent_half", "customers", "clv"])


def share_by_tenth(customers: pd.DataFrame, column: str = "clv") -> pd.DataFrame:
    """Return which share of all value each tenth of the customers has, the most valuable first.

    Returns
    -------
    DataFrame
        Index ``tenth``, 1 to 10 (fewer for fewer than ten customers); ``customers``, ``share``, ``mean``.
    """
    values = customers[column].dropna().astype(float).sort_values(ascending=False, ignore_index=True)
    if values.sum() <= 0:
        return pd.DataFrame({"customers": [], "share": [], "mean_value": []}).rename_axis("tenth")
    tenth = pd.Series(np.arange(len(values)) * 10 // len(values) + 1, name="tenth")
    groups = values.groupby(tenth)
    table = pd.DataFrame({"customers": groups.size(), "share": groups.sum() / values.sum()})
    return table.assign(mean_value=groups.mean())
