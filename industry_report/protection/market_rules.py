"""Which months and years of sales may be told, beside what other reports of the slice tell.

All or nothing: the months of a year are told if every one of them may be, else the year alone. So no month
follows from a total and its neighbours, and what is withheld hints at no more than that some month is small.

The report on consultations tells of purchases, too: how many ended in one, and what they amount to by type.
A total of orders less those gives what is sold beside them (renewals, upgrades), so that must itself be the
doing of enough customers. It must also be there in a year (or its months) in which few consultations were
lost: where orders and purchases are the same, their number gives what is withheld. And less the sums that are
shown by type, a total gives what is sold beside these, so that must tell of nobody, either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..analysis import outcome_window
from ..analysis.outcome_window import Window
from ..analysis.trade import sales
from ..settings.editions import Policy
from .amounts import dominance
from .money_masks import is_sensitive
from .pooling import pool_categories


@dataclass(frozen=True)
class Told:
    """Years of which the sum, the months and the refunds may be told, and those that hang on what is beside.

    Of an `open` year the purchases that consultations register are hidden by other sales alone, so how many
    customers these have, such as those who bought again, is not told.
    """

    years: frozenset[int]
    months: frozenset[int]
    refunds: frozenset[int]
    open: frozenset[int] = frozenset()


def find_told(
    rows: pd.DataFrame,
    consultations: pd.DataFrame,
    policy: Policy,
    dropped: pd.DataFrame | None = None,
    window: Window | None = None,
) -> Told:
    """Return what may be told of the sales of one region.

    Parameters
    ----------
    rows : DataFrame
        See `sales.read_sales`.
    consultations : DataFrame
        Those of the region, all years; empty where there are none.
    policy : Policy
        Of an internal edition everything is told.
    dropped : DataFrame, optional
        Rows of the unfinished month that is left out: another report of the slice counts them.
    window : Window, optional
        Within which the report on consultations counts a purchase.
    """
    years = {int(year): part for year, part in rows.groupby(rows["month"].dt.year)}
    if policy.internal:
        everything = frozenset(years)
        return Told(everything, everything, everything)
    by_year, by_month = _find_open(consultations, policy, window)
    beside = rows[~_find_purchases(rows, consultations)]
    rests = [beside, *_list_rests(rows, consultations, window, policy)]
    rests = [rest for n, rest in enumerate(rests) if not any(rest.index.equals(r.index) for r in rests[:n])]
    told = {
        y
        for y, part in years.items()
        if is_safe(part, policy)
        and all(is_safe(_of(rest, y), policy) for rest in rests)
        and (y not in by_year or len(_sold(_of(beside, y))))
    }
    if dropped is not None and not all(is_safe(dropped, policy, c) for c in ("sale", "refund")):
        told -= set(dropped["month"].dt.year)
    monthly = {
        y
        for y in told
        if _are_months_safe(years[y], policy)
        and all(_covers(beside[beside["month"] == month], policy) for month in by_month if month.year == y)
    }
    refunds = {y for y in told if is_safe(years[y], policy, "refund")}
    return Told(frozenset(told), frozenset(monthly), frozenset(refunds), frozenset(by_year))


def _of(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    return rows[rows["month"].dt.year == year]


def _find_purchases(rows: pd.DataFrame, consultations: pd.DataFrame) -> pd.Series:
    """Tell which orders are a purchase that the consultations register, too: same customer, same amount.

    Of several such orders it is the nearest by month: a renewal at the same price is another sale.
    """
    nothing = pd.Series(False, index=rows.index)
    if rows.empty or not {"customer_id", "amount"} <= set(consultations):
        return nothing
    known = consultations.dropna(subset=["customer_id", "amount"])
    paid = pd.DataFrame({"who": known["customer_id"], "sum": known["amount"].astype(float).round(2)})
    paid = paid.assign(at=_number_months(known)).reset_index(drop=True).rename_axis("purchase").reset_index()
    sold = pd.DataFrame({"who": rows[sales.CUSTOMER], "sum": rows["sale"].round(2), "order": rows.index})
    pairs = sold.assign(month=_number(rows["month"].dt)).merge(paid, on=["who", "sum"])
    gap = (pairs["month"] - pairs["at"]).abs().fillna(0.0)
    nearest = gap == gap.groupby(pairs["purchase"]).transform("min")
    return nothing.index.to_series().isin(pairs.loc[nearest, "order"])


def _number_months(consultations: pd.DataFrame) -> pd.Series:
    """Return the month of each purchase as a number; of the consultation where the purchase has no date."""
    found = pd.Series(np.nan, index=consultations.index)
    for column in ("converted_on", "consulted_on"):
        if column in consultations:
            found = found.fillna(_number(consultations[column].dt))
    return found


def _number(dates: Any) -> pd.Series:
    return 12.0 * dates.year + dates.month


def _list_rests(
    rows: pd.DataFrame, consultations: pd.DataFrame, window: Window | None, policy: Policy
) -> Iterator[pd.DataFrame]:
    """Yield the orders beside those whose sum the reports on consultations show by type.

    These pool types by the outcomes within their window, of what they can grade; which that is nobody knows
    here, so types are pooled by all outcomes as well, and the rest of neither may tell of somebody.
    """
    if not {"converted", "customer_id", "amount", "customer_type"} <= set(consultations):
        return
    known = consultations[consultations["converted"].notna()]
    followed = outcome_window.follow(known, window)["converted"]
    years = [part for _, part in known.groupby("year")]
    shown = [
        pd.concat([known.iloc[:0], *(_find_shown(part, outcomes[part.index], policy) for part in years)])
        for outcomes in (known["converted"], followed)
    ]
    for purchases in shown[: 1 if shown[0].index.equals(shown[1].index) else 2]:
        yield rows[~_find_purchases(rows, purchases)]


def _find_shown(known: pd.DataFrame, outcomes: pd.Series, policy: Policy) -> pd.DataFrame:
    """Return the purchases of a year's consultations that count in a sum that is shown."""
    pooled = pool_categories(known, outcomes.astype("Int64"), ["customer_type"], policy)
    paid = known["converted"].astype(bool) & known["amount"].gt(0).fillna(False)
    named = known[paid & known["customer_id"].notna() & pooled["customer_type"].notna()]
    kinds = pooled.loc[named.index, "customer_type"]
    given = named["amount"].astype(float).groupby([kinds, named["customer_id"]]).sum()
    sensitive = [kind for kind, part in given.groupby(level=0) if is_sensitive(part.to_numpy(float), policy)]
    return named[~kinds.isin(sensitive)]


def _covers(rows: pd.DataFrame, policy: Policy) -> bool:
    """Tell whether enough customers bought something else, so that a sum tells of no register but its own."""
    return bool((rows["sale"] > 0).any()) and is_safe(rows, policy)


def is_safe(rows: pd.DataFrame, policy: Policy, column: str = "sale") -> bool:
    """Tell whether a sum and the number of its orders tell of nobody; a sum of nothing tells of nobody."""
    given = rows[rows[column] > 0].groupby(sales.CONTRIBUTOR)[column].agg(["sum", "size"])
    return given.empty or not any(is_sensitive(given[name].to_numpy(float), policy) for name in given)


def _are_months_safe(rows: pd.DataFrame, policy: Policy) -> bool:
    """Tell whether `is_safe` holds for every month."""
    given = _sold(rows).groupby(["month", sales.CONTRIBUTOR])["sale"].agg(["sum", "size"])
    months = (part for _, part in given.groupby(level=0))
    return not any(is_sensitive(part[name].to_numpy(float), policy) for part in months for name in part)


def tells_no_largest(rows: pd.DataFrame, policy: Policy) -> bool:
    """Tell whether an interval of a mean keeps the largest amount open: the p% rule for sums of squares.

    Number, sum and interval give the sum of squares, and from that the largest amount follows to within
    p percent where the others' squares, without the second largest who knows their own, are too small.
    """
    p = 100 * ((1 + policy.dominance / 100) ** 2 - 1)
    given = rows[rows["sale"] > 0].groupby(sales.CONTRIBUTOR)["sale"].sum().to_numpy(float)
    return policy.internal or not dominance(given**2, p)


def are_large(policy: Policy, *counts: float) -> bool:
    """Tell whether counts of customers are zero or large enough."""
    return policy.internal or all(not 0 < count < policy.threshold for count in counts)


def _sold(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["sale"] > 0]


def _find_open(
    consultations: pd.DataFrame, policy: Policy, window: Window | None
) -> tuple[set[int], set[pd.Period]]:
    """Return the years and the months of which a total would give what consultations withhold."""
    if "converted" not in consultations or consultations.empty:
        return set(), set()
    known = consultations[consultations["converted"].notna()]
    lost = ~known["converted"].astype(bool)
    by_year = {int(str(y)) for y in _list_few(lost, known["year"], policy)}
    by_year |= {int(str(y)) for y in _list_few(_find_late(known, window), known["year"], policy)}
    if "consulted_on" not in known:
        return by_year, set()
    few = _list_few(lost, known["consulted_on"].dt.to_period("M"), policy)
    return by_year, {pd.Period(str(month), "M") for month in few}


def _find_late(known: pd.DataFrame, window: Window | None) -> pd.Series:
    """Tell which purchases the report on consultations does not count: outside of its window."""
    followed = outcome_window.follow(known, window)
    counted = followed["converted"].fillna(False).astype(bool)
    return known["converted"].astype(bool) & ~counted.to_numpy()


def _list_few(lost: pd.Series, groups: pd.Series, policy: Policy) -> Iterable[object]:
    """Return the groups in which few did not buy."""
    counts = lost.groupby(groups).sum()
    return list(counts.index[(counts > 0) & (counts < policy.threshold)])
