"""Whether behaviour goes with purchases: what was done before a moment beside what was bought after it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests

from .. import rates
from ..customers import outcomes, time_rule
from ..customers.time_rule import known_before
from . import behaviour
from .assumptions import Behaviour
from .contribution import is_refund
from .customer_values import Tables

OUTCOME_DAYS = 90
RATES = ("rate", "low", "high")
INTERESTS = ("customers", "buyers", *RATES, "other_rate", "p_adjusted")


def with_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Add a rate and its Wilson interval to ``consultations`` and ``conversions``: here customers or mails.

    Examples
    --------
    >>> with_rates(pd.DataFrame({"consultations": [60], "conversions": [18]})).round(4).iloc[0].tolist()
    [60.0, 18.0, 0.3, 0.199, 0.4251]
    """
    n, x = counts["consultations"].to_numpy(float), counts["conversions"].to_numpy(float)
    n = rates.printable(n)
    low, high = rates.wilson(x, n)
    return counts.assign(rate=x / np.where(n > 0, n, np.nan), low=low, high=high)


def no_rates(index: str) -> pd.DataFrame:
    """Return a table of rates without a row."""
    columns = dict.fromkeys(("consultations", "conversions", *RATES), pd.Series(dtype=float))
    return pd.DataFrame(columns).rename_axis(index)


def rate_mails(rows: pd.DataFrame) -> pd.DataFrame:
    """Return of which share of mails were opened and clicked, with intervals; see `behaviour.open_rates`."""
    named = behaviour.open_rates(rows).rename(columns={"sent": "consultations", "count": "conversions"})
    return with_rates(named) if len(named) else no_rates("event")


def look_back(tables: Tables, at: str, rules: Behaviour, days: int = OUTCOME_DAYS) -> pd.DataFrame:
    """Return the behaviour known some days before a moment, and whether a purchase followed in these days.

    Parameters
    ----------
    tables : Tables
        With orders and interactions.
    at : str
        A day; everything before it is covered by the orders.
    rules : Behaviour
        See `behaviour.features`.

    Returns
    -------
    DataFrame
        See `behaviour.features`, with ``interest`` (see `behaviour.interests`) and ``outcome``, missing where
        it is not known yet.
    """
    end = time_rule.moment(at)
    start = end - pd.Timedelta(days=days + 1)
    rows, _ = behaviour.observe(tables.interactions, start, rules)
    before = behaviour.count_features(rows, tables.orders, start).join(behaviour.interests(rows))
    starts = pd.DataFrame({"customer_id": before.index, "at": start})
    followed = outcomes(starts, tables.orders, days, covered_to=end - pd.Timedelta(days=1))
    return before.assign(outcome=followed["outcome"].to_numpy())


def rate_grades(grades: pd.Series, outcome: pd.Series) -> pd.DataFrame:
    """Return by grade of behaviour which share bought afterwards, the highest grade first.

    Parameters
    ----------
    grades : Series
        Ordered categorical, index customer_id.
    outcome : Series
        Yes, no or not yet known.
    """
    known = pd.DataFrame({"grade": grades, "outcome": outcome}).dropna()
    counts = known.groupby("grade", observed=True)["outcome"].agg(["size", "sum"]).astype("int64")
    table = counts.rename(columns={"size": "consultations", "sum": "conversions"}).iloc[::-1]
    table.index = pd.Index(table.index.astype(str), name="engagement_grade")
    return with_rates(table)


def no_interests() -> pd.DataFrame:
    """Return the table of `compare_interests` without a row."""
    return pd.DataFrame(dict.fromkeys(INTERESTS, pd.Series(dtype=float))).rename_axis("product")


def compare_interests(
    told: pd.Series, orders: pd.DataFrame, at: str, days: int = OUTCOME_DAYS
) -> pd.DataFrame:
    """Compare by product those who were interested with those who were not: how many bought it afterwards.

    Exploratory: Fisher's exact test, adjusted by the Benjamini-Hochberg method.

    Parameters
    ----------
    told : Series
        The interests known `days` before the moment; see `look_back`.
    orders : DataFrame
        All orders.

    Returns
    -------
    DataFrame
        Index ``product``, of at least 30 on either side; ``customers`` interested, ``buyers`` among them,
        ``rate`` with interval, ``other_rate`` of those interested in other products, ``p_adjusted``.
    """
    known, none = told.dropna(), no_interests()
    if "product" not in orders or known.empty:
        return none
    table = behaviour.count_interest(known, _list_later(orders, time_rule.moment(at), days), known.index)
    table = table[table["customers"].ge(rates.FEW) & table["others"].ge(rates.FEW)]
    if table.empty:
        return none
    named = table.rename(columns={"customers": "consultations", "buyers": "conversions"})
    found = with_rates(named).rename(columns={"consultations": "customers", "conversions": "buyers"})
    p = [_compare(row) for row in table.itertuples()]
    adjusted = multipletests(p, method="fdr_bh")[1]
    found = found.assign(other_rate=table["other_buyers"] / table["others"], p_adjusted=adjusted)
    return found[list(INTERESTS)]


def _list_later(orders: pd.DataFrame, end: pd.Timestamp, days: int) -> pd.DataFrame:
    """Return who bought what from the moment of `look_back` on: a day without a time counts as after it."""
    known = known_before(orders, end, "orders", ["customer_id", "ordered_on", "amount", "kind", "product"])
    later = (end - known["ordered_on"].dt.normalize()).dt.days.le(days + 1)
    return known.loc[later & ~is_refund(known), ["customer_id", "product"]]


def _compare(row: Any) -> float:
    mine = [row.buyers, row.customers - row.buyers]
    others = [row.other_buyers, row.others - row.other_buyers]
    return float(fisher_exact([mine, others]).pvalue)
