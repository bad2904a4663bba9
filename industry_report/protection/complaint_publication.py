"""What may be published of complaints: rate, time to close, reasons, repeated ones, months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..analysis import control_charts, survival
from ..analysis.opinions import complaints
from ..analysis.opinions.complaints import Rate, Ratio
from ..analysis.rates import FEWEST, wilson
from ..base import table_metadata
from ..base.origin import Number, Withheld
from ..settings.editions import Policy
from . import derived, disclosure, opinion_masks, opinion_sources
from .customers import find_thin
from .masked_tables import mark
from .opinion_sources import Gathered
from .pooling import pool_categories

GROUPINGS = ("category", "product")
HAPPY = 4  # from which answer on a customer is satisfied with how a complaint was handled
MONTHS_BEFORE = 24  # that a chart shows before the year


@dataclass(frozen=True, eq=False)
class Complained:
    """What may be told of the complaints of a year.

    Attributes
    ----------
    received : Number
        How many came in; `Withheld` where few.
    rate, before : Rate or None
        Per 1,000 customer-years, of the year and the one before; None where withheld or nothing tells how
        many customers there were.
    ratio : Ratio or None
        Of the two.
    knows_customers : bool
        Whether anything tells how many customers there were.
    average : Series
        All complaints and the repeated ones; these are missing where few.
    by : dict of str to DataFrame
        By category and product: complaints with their ``share`` and, in an internal edition, repeated ones.
    versus : DataFrame
        Categories against all others: share of repeated complaints (exploratory, Benjamini-Hochberg).
    curve : DataFrame
        See `survival.curve`.
    median_days, median_low, median_high : float
        By when half are closed, with its interval; missing where it may not be told or is not reached.
    replied, closed : tuple of float or None
        Share answered, and closed, within the days asked, with interval.
    has_replies : bool
        Whether the data say when complaints were answered first.
    still_open : Number
        Open on the last day known.
    handling : Series or None
        Satisfaction with the handling: ``consultations``, ``conversions``, ``rate``, ``low``, ``high``,
        ``asked`` closed ones.
    months : DataFrame
        See `control_charts.chart`; of complaints by month.
    withheld_months : bool
        Whether the months are withheld.
    """

    received: Number | Withheld
    rate: Rate | None
    before: Rate | None
    ratio: Ratio | None
    knows_customers: bool
    average: pd.Series
    by: Mapping[str, pd.DataFrame]
    versus: pd.DataFrame
    curve: pd.DataFrame
    median_days: float
    median_low: float
    median_high: float
    replied: tuple[float, float, float] | None
    closed: tuple[float, float, float] | None
    has_replies: bool
    still_open: Number | Withheld
    handling: pd.Series | None
    months: pd.DataFrame
    withheld_months: bool


def publish_complaints(rows: Gathered, year: int, policy: Policy, within: tuple[int, int]) -> Complained:
    """Return what may be told of the complaints of a year; see `opinion_publication.publish`."""
    every = rows.tables["complaints"]
    told = opinion_sources.of_year(every, "received_on", year, rows.cut)
    average, by = _protect_groups(told, policy)
    days, is_closed = complaints.watch_closing(told, rows.cut)
    curve = survival.curve(days, is_closed)
    rate, before = (_rate(rows, every, of, year, policy) for of in (year, year - 1))
    median, low, high = _median(curve, len(days), policy)
    months, hidden = _chart(rows, year, policy)
    ended = _has_ended(told, "closed_on", rows.cut)
    found = Complained(
        received=_number(len(told), policy),
        rate=rate,
        before=before,
        ratio=complaints.rate_ratio(rate, before) if rate and before else None,
        knows_customers=bool(len(complaints.first_days(dict(rows.tables)))),
        average=average,
        by=by,
        versus=_compare(by["category"], average, policy),
        curve=_head_curve(opinion_masks.protect_curve(curve, len(days), policy)),
        median_days=median,
        median_low=low,
        median_high=high,
        replied=_within(told, rows.cut, "first_reply_on", within[0], policy),
        closed=_within(told, rows.cut, "closed_on", within[1], policy),
        has_replies="first_reply_on" in told and bool(told["first_reply_on"].notna().any()),
        still_open=_count_open(told, ended, is_closed, policy),
        handling=_handling(told, rows.cut, policy),
        months=months,
        withheld_months=hidden,
    )
    return _withhold(found) if _are_few(told, policy) else found


def _are_few(
    rows: pd.DataFrame, policy: Policy, reached: np.ndarray | None = None, by: Sequence[str] = ()
) -> bool:
    """Tell whether few customers made these complaints, or those that reached something, or did not."""
    if policy.internal or rows.empty:
        return False
    success = pd.Series(0 if reached is None else np.asarray(reached, dtype=int), index=rows.index)
    thin = find_thin(rows, success, list(by), policy)
    levels = ("all",) if reached is None else ("all", "successes")
    return any(thin.get(name, {}).get(level) for name in (*by, "total") for level in levels)


def _withhold(found: Complained) -> Complained:
    """Return complaints that few customers made: that there are some is all that is told."""
    nothing = found.average.astype("float64") * np.nan
    hidden: dict[str, Any] = dict.fromkeys(("received", "still_open"), Withheld())
    hidden |= dict.fromkeys(("rate", "ratio", "replied", "closed", "handling"))
    hidden |= dict.fromkeys(("median_days", "median_low", "median_high"), np.nan)
    hidden["average"] = mark(nothing, {name: [found.average.name] for name in nothing.index})
    hidden |= {"curve": mark(found.curve.iloc[:0]), "months": mark(found.months.iloc[:0])}
    return replace(found, **hidden, withheld_months=True)


def _count_open(
    told: pd.DataFrame, ended: pd.Series, is_closed: np.ndarray, policy: Policy
) -> Number | Withheld:
    """Return how many are open, unless few are, or few are closed, which is all less the open ones."""
    counts = [int((~is_closed).sum()), int(is_closed.sum())]
    few = _are_few(told[~ended], policy) or _are_few(told[ended], policy)
    return Withheld() if few or opinion_masks.is_small(counts, policy) else Number(counts[0])


def _number(count: int, policy: Policy) -> Number | Withheld:
    return Withheld() if opinion_masks.is_small([count], policy) else Number(count)


def _protect_groups(told: pd.DataFrame, policy: Policy) -> tuple[pd.Series, dict[str, pd.DataFrame]]:
    """Return all complaints, and those by category and product.

    Repeated ones are rare: by group they would be withheld, and with them much else. So a public edition has
    the complaints alone, all of which count as successes for `disclosure.protect`.
    """
    average = complaints.count_complaints(told)
    if policy.internal:
        tables = {name: _share(complaints.complaints_by(told, name), len(told)) for name in GROUPINGS}
        return mark(average, internal=True), {name: mark(t, internal=True) for name, t in tables.items()}
    every = pd.Series(1, index=told.index, dtype="Int64")
    names = [name for name in GROUPINGS if name in told]
    rows = pool_categories(told, every, names, policy).assign(
        reopened=pd.array([True] * len(told), "boolean")
    )
    thin = find_thin(rows, every, names, policy)
    open_tables = [complaints.complaints_by(rows, name) for name in GROUPINGS]
    _, *by = disclosure.protect(
        policy, complaints.count_complaints(rows), *open_tables, total=len(rows), thin=thin
    )
    shown = [_share(table, len(rows)).drop(columns=["conversions", "rate", "low", "high"]) for table in by]
    counts = [average["conversions"], average["consultations"] - average["conversions"]]
    few = opinion_masks.is_small(counts, policy) or "all" in thin.get("total", {})
    hidden = ["conversions", "rate", "low", "high"] if few else []
    if opinion_masks.is_small([len(told)], policy):
        hidden = list(average.index)
    masked = average.astype("float64").mask(average.index.isin(hidden))
    return mark(masked, {name: [average.name] for name in hidden}), dict(zip(GROUPINGS, shown, strict=True))


def _share(table: pd.DataFrame, total: int) -> pd.DataFrame:
    """Add the share of all complaints."""
    shown = table.copy()
    shown.insert(1, "share", table["consultations"].astype(float) / total if total else np.nan)
    withheld = dict(table_metadata.withheld(table))
    if "consultations" in withheld:
        withheld["share"] = withheld["consultations"]
    return table_metadata.describe(shown, withheld=withheld)


def _compare(table: pd.DataFrame, average: pd.Series, policy: Policy) -> pd.DataFrame:
    """Compare the share of repeated complaints of each category with all others; inside the house alone."""
    told = table if policy.internal else table.iloc[:0]
    told = told.reindex(columns=["consultations", "conversions", "rate", "low", "high"])
    return derived.compare_groups(told.astype({"consultations": "int64", "conversions": "int64"}), average)


# --- how many


def _rate(rows: Gathered, every: pd.DataFrame, of: int, year: int, policy: Policy) -> Rate | None:
    """Return the rate of a year; None where it is withheld or nothing tells how many customers there were."""
    told = opinion_sources.of_year(every, "received_on", of, rows.cut)
    count = len(told)
    since = complaints.first_days(dict(rows.tables))
    end = min(pd.Timestamp(of, 12, 31), rows.cut)
    years = complaints.customer_years(since, pd.Timestamp(of, 1, 1), end)
    # A year that the register of complaints does not reach back to is no year without complaints.
    reaches = of == year or (len(every) > 0 and every["received_on"].min() < pd.Timestamp(of, 2, 1))
    few = opinion_masks.is_small([count], policy) or _are_few(told, policy)
    if not reaches or not years > 0 or few:
        return None
    return complaints.complaint_rate(count, round(years))


# --- how long


def _head_curve(curve: pd.DataFrame) -> pd.DataFrame:
    shown = curve.round({"survival": 3, "low": 3, "high": 3})
    shown["days"] = shown["days"].round().astype("int64")
    table_metadata.carry(curve, shown)
    return table_metadata.describe(shown, heads=complaints.heads(), formats={"survival": "rate"})


def _median(curve: pd.DataFrame, watched: int, policy: Policy) -> tuple[float, float, float]:
    median = opinion_masks.protect_quantile(survival.quantile(curve), 0.5, watched, policy)
    if np.isnan(median):
        return np.nan, np.nan, np.nan
    low, high = (
        float(f"{end:.2g}") if np.isfinite(end) else np.nan for end in survival.quantile_interval(curve)
    )
    return median, low, high


def _has_ended(told: pd.DataFrame, column: str, cut: pd.Timestamp) -> pd.Series:
    if column not in told:
        return pd.Series(False, index=told.index)
    return (told[column].dt.normalize() <= cut).fillna(False).astype(bool)


def _within(
    told: pd.DataFrame, cut: pd.Timestamp, column: str, days: int, policy: Policy
) -> tuple[float, float, float] | None:
    """Return which share has met a date after so many days, the open ones censored; None where few did."""
    if column not in told or told[column].isna().all():
        return None
    told = told[~(told[column].dt.normalize() < told["received_on"].dt.normalize()).fillna(False)]
    watched, met = complaints.watch_closing(told.assign(closed_on=told[column]), cut)
    early = np.asarray(met & (watched <= days), dtype=bool)
    counts, curve = [early.sum(), (~early).sum()], survival.curve(watched, met)
    if opinion_masks.is_small(counts, policy) or _are_few(told, policy, early):
        return None
    # Of the closing the curve is told as well.
    if column == "closed_on" and opinion_masks.is_between_steps(curve, counts[0], len(watched), policy):
        return None
    share, low, high = survival.share_ended(curve, days)
    return round(share, 3), round(low, 3), round(high, 3)


def _handling(told: pd.DataFrame, cut: pd.Timestamp, policy: Policy) -> pd.Series | None:
    """Return how satisfied customers were with the handling, of those closed complaints that tell."""
    if "satisfied" not in told or "closed_on" not in told:
        return None
    closed = told[told["closed_on"].notna() & (told["closed_on"].dt.normalize() <= cut)]
    given = closed["satisfied"].dropna()
    n, happy = len(given), int(given.ge(HAPPY).sum())
    few = _are_few(closed.loc[given.index], policy, given.ge(HAPPY).to_numpy(bool))
    if n < FEWEST or few or opinion_masks.is_small([happy, n - happy, len(closed) - n], policy):
        return None
    # How many are closed would give how many are open.
    asked = np.nan if opinion_masks.is_small([len(told) - len(closed)], policy) else len(closed)
    low, high = wilson(np.array([float(happy)]), np.array([float(n)]))
    facts = {"consultations": n, "conversions": happy, "rate": happy / n, "low": low[0], "high": high[0]}
    return pd.Series({**facts, "asked": asked}, dtype=float)


# --- months


def _chart(rows: Gathered, year: int, policy: Policy) -> tuple[pd.DataFrame, bool]:
    """Return complaints by month with the limits that the months before the year set, or the year's own.

    Where anything tells how many customers there were, complaints for 1,000 customer-years: a growing number
    of customers is no signal.
    """
    every, nothing = rows.tables["complaints"], mark(control_charts.chart(pd.Series(dtype=float)))
    shown = _list_months(every, year, rows.cut)
    told = every[every["received_on"].dt.normalize() <= rows.cut].assign(
        month=lambda table: table["received_on"].dt.to_period("M")
    )
    counts = complaints.count_by_month(told, shown)
    if opinion_masks.is_small(counts.to_numpy(), policy):
        return nothing, True
    if _are_few(told[told["month"].isin(shown)], policy, by=["month"]):
        return nothing, True
    # The year less its whole months is its last month, as far as the data go.
    begun = told[(told["received_on"].dt.year == year) & ~told["month"].isin(shown)]
    if opinion_masks.is_small([len(begun)], policy) or _are_few(begun, policy):
        return nothing, True
    since = complaints.first_days(dict(rows.tables))
    values = complaints.rate_by_month(counts, since, rows.cut) if len(since) else counts
    before = int((counts.index.year < year).sum())
    table = control_charts.chart(values, before if before >= control_charts.FEWEST else None, least=0)
    if table.empty:
        return nothing, False
    table.index = pd.Index([f"{month}" for month in table.index], name="month")
    shown = table_metadata.carry(table, table.round(1)) if not policy.internal else table
    return mark(shown, internal=policy.internal), False


def _list_months(every: pd.DataFrame, year: int, cut: pd.Timestamp) -> pd.PeriodIndex:
    """List the months of the year and the two before that the register reaches back to, whole ones alone."""
    last = min(pd.Timestamp(year, 12, 31), cut)
    first = every["received_on"].min() if len(every) else last
    begun = max(pd.Timestamp(first), pd.Timestamp(year, 1, 1) - pd.DateOffset(months=MONTHS_BEFORE))
    whole = last.to_period("M") if last == last + pd.offsets.MonthEnd(0) else last.to_period("M") - 1
    return pd.period_range(begun.to_period("M"), whole, freq="M")
