"""Complaints: how many for a customer-year, how long until they are closed, why, how often again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...base import origin, table_metadata
from ...base.language import text
from ...base.table_metadata import Counts
from .. import survival
from ..conversion import Measure, with_interval
from ..rates import ALPHA, FEWEST, wilson

PER = 1_000  # complaints for so many customer-years
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Rate:
    """Complaints for 1,000 customer-years.

    Attributes
    ----------
    complaints : int
        How many.
    years : float
        Customer-years that they come from.
    value, low, high : float
        The rate and its exact 95 % interval (Garwood 1936); missing without customer-years.
    """

    complaints: int
    years: float
    value: float
    low: float
    high: float


def complaint_rate(complaints: int, years: float) -> Rate:
    """Return complaints for 1,000 customer-years with the exact Poisson interval.

    Examples
    --------
    >>> rate = complaint_rate(37, 1480)
    >>> round(rate.value, 1), round(rate.low, 2), round(rate.high, 2)
    (25.0, 17.6, 34.46)
    """
    if not years > 0:
        return Rate(complaints, 0.0, np.nan, np.nan, np.nan)
    from scipy.stats import chi2

    low = chi2.ppf(ALPHA / 2, 2 * complaints) / 2 if complaints else 0.0
    high = chi2.ppf(1 - ALPHA / 2, 2 * complaints + 2) / 2
    return Rate(complaints, years, *(float(PER * end / years) for end in (complaints, low, high)))


@dataclass(frozen=True)
class Ratio:
    """Two complaint rates compared: their ratio, its 95 % interval, and the p value of equal rates."""

    value: float
    low: float
    high: float
    p: float


def rate_ratio(now: Rate, before: Rate) -> Ratio:
    """Return the ratio of two rates: of all complaints, those of the first are binomial (exact conditional).

    Examples
    --------
    >>> ratio = rate_ratio(complaint_rate(37, 1480), complaint_rate(52, 1400))
    >>> [round(number, 3) for number in (ratio.value, ratio.low, ratio.high, ratio.p)]
    [0.673, 0.429, 1.046, 0.071]
    """
    total = now.complaints + before.complaints
    if not total or not now.years > 0 or not before.years > 0:
        return Ratio(*[np.nan] * 4)
    from scipy.stats import binomtest

    tested = binomtest(now.complaints, total, now.years / (now.years + before.years))
    ends = tested.proportion_ci(1 - ALPHA, method="exact")
    per = before.years / now.years
    with np.errstate(divide="ignore"):
        low, high = (float(np.divide(end, 1 - end)) * per for end in (ends.low, ends.high))
    value = per * now.complaints / before.complaints if before.complaints else np.inf
    return Ratio(value, low, high, float(tested.pvalue))


def customer_years(since: pd.Series, start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Return for how many years customers were there within a period, both days included.

    Parameters
    ----------
    since : Series
        The day from which each is a customer; missing for one who is none.
    start, end : Timestamp
        The period.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2024-03-01", "2025-07-02", None]))
    >>> round(customer_years(days, pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31")), 2)
    1.5
    """
    begun = since.dropna().clip(lower=start)
    days = (end - begun).dt.days + 1
    return float(days.clip(lower=0).sum() / DAYS_A_YEAR)


def first_days(tables: dict[str, pd.DataFrame]) -> pd.Series:
    """Return since when each customer is one: the first order, else what the register says, else a purchase.

    Parameters
    ----------
    tables : dict
        ``orders``, ``customers``, ``consultations``: those that there are.

    Returns
    -------
    Series
        By ``customer_id``; empty where nothing tells.
    """
    found = []
    for table, column in (
        ("orders", "ordered_on"),
        ("customers", "since"),
        ("consultations", "converted_on"),
    ):
        rows = tables.get(table)
        if rows is not None and {"customer_id", column} <= set(rows) and rows[column].notna().any():
            found.append(rows.groupby("customer_id")[column].min().dropna())
    return found[0] if found else pd.Series(dtype="datetime64[us]").rename_axis("customer_id")


# --- how long it takes


def watch_closing(complaints: pd.DataFrame, cut: pd.Timestamp) -> tuple[np.ndarray, np.ndarray]:
    """Return for how many days each complaint is known, and whether it was closed then.

    Parameters
    ----------
    complaints : DataFrame
        ``received_on`` and, where any was closed, ``closed_on``.
    cut : Timestamp
        The last day that the data tell of: what is still open then is censored, not left out.
    """
    received = complaints["received_on"].dt.normalize()
    closed = (
        complaints["closed_on"].dt.normalize()
        if "closed_on" in complaints
        else pd.Series(pd.NaT, index=received.index)
    )
    is_closed = closed.notna() & (closed <= cut)
    days = (closed.where(is_closed, cut) - received).dt.days
    usable = (days >= 0).to_numpy(bool)
    return days.to_numpy(float)[usable], is_closed.to_numpy(bool)[usable]


def time_to_close(complaints: pd.DataFrame, cut: pd.Timestamp) -> pd.DataFrame:
    """Return the share of complaints that are still open by days since they came; see `survival.curve`."""
    return survival.curve(*watch_closing(complaints, cut))


def reply_shares(complaints: pd.DataFrame, cut: pd.Timestamp, column: str, within: int) -> pd.DataFrame:
    """Return how many complaints met a date within so many days, of those due by the last day known.

    Parameters
    ----------
    complaints : DataFrame
        See `watch_closing`.
    cut : Timestamp
        A complaint that came later than `within` days before it has no outcome yet and is left out.
    column : str
        ``first_reply_on`` or ``closed_on``.
    within : int
        Days.

    Returns
    -------
    DataFrame
        One row: ``consultations`` due, ``conversions`` in time, ``rate``, ``low``, ``high``.
    """
    received = complaints["received_on"].dt.normalize()
    due = received + pd.Timedelta(days=within) <= cut
    absent = pd.Series(pd.NaT, index=received.index, dtype=received.dtype)
    met = complaints.get(column, absent).dt.normalize()
    in_time = (met - received).dt.days.le(within).fillna(False).astype(bool) & due
    return _describe(pd.DataFrame({"consultations": [int(due.sum())], "conversions": [int(in_time.sum())]}))


def _describe(counts: pd.DataFrame) -> pd.DataFrame:
    n = counts["consultations"].to_numpy(float)
    n = np.where(n >= FEWEST, n, np.nan)
    low, high = wilson(counts["conversions"].to_numpy(float), np.nan_to_num(n))
    return counts.assign(rate=counts["conversions"].to_numpy(float) / n, low=low, high=high)


# --- why, and how often again


def complaints_by(complaints: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return complaints by category or product, and how many of them came again.

    Returns
    -------
    DataFrame
        Index `column`; ``consultations`` complaints, ``conversions`` repeated ones, ``rate``, ``low``,
        ``high``. It declares what it counts, for `disclosure.protect`. No rows where the column is missing.
    """
    from .. import conversion

    told = complaints.assign(converted=is_repeated(complaints))
    if column not in told or told[column].isna().all():
        told = told.iloc[:0].assign(**{column: pd.Series(dtype=object)})
    table = conversion.by(told, column, Measure(), most=len(told) + 1)
    return table_metadata.describe(table, heads=heads())


def count_complaints(complaints: pd.DataFrame) -> pd.Series:
    """Return all complaints and the repeated ones, as one row of `complaints_by`."""
    repeated = is_repeated(complaints)
    table = pd.DataFrame({"consultations": [len(repeated)], "conversions": [int(repeated.sum())]})
    row = with_interval(table, Measure()).iloc[0]
    counts = Counts((), {"consultations": "known", "conversions": "successes"})
    return table_metadata.describe(row, heads=heads(), counts=counts)


def is_repeated(complaints: pd.DataFrame) -> pd.Series:
    """Tell which complaints came again: as the data say, else a further one of a customer in one category."""
    if "reopened" in complaints and complaints["reopened"].notna().any():
        return complaints["reopened"].fillna(False).astype("boolean")
    keys = [name for name in ("customer_id", "category") if name in complaints]
    if "customer_id" not in keys or complaints.empty:
        return pd.Series(False, index=complaints.index, dtype="boolean")
    ordered = complaints.sort_values("received_on", kind="stable")
    again = ordered.duplicated(keys) & ordered["customer_id"].notna()
    return again.reindex(complaints.index).astype("boolean")


def count_by_month(complaints: pd.DataFrame, months: pd.PeriodIndex) -> pd.Series:
    """Return complaints by month of arrival; a month without any is 0."""
    found = complaints["received_on"].dt.to_period("M").value_counts()
    return found.reindex(months, fill_value=0).astype("int64").rename_axis("month").rename("complaints")


def rate_by_month(counts: pd.Series, since: pd.Series, cut: pd.Timestamp) -> pd.Series:
    """Return complaints for 1,000 customer-years by month; missing where there was no customer.

    Parameters
    ----------
    counts : Series
        See `count_by_month`.
    since, cut
        See `customer_years` and `watch_closing`.
    """
    years = [
        customer_years(since, month.start_time, min(month.end_time.normalize(), cut))
        for month in counts.index
    ]
    at_risk = pd.Series(years, index=counts.index, dtype=float)
    return (PER * counts / at_risk.where(at_risk > 0)).rename("complaints")


def heads() -> dict[str, str]:
    """Return what the columns are called."""
    return {
        "consultations": text(zh="投诉件数", en="Complaints"),
        "conversions": text(zh="重复投诉", en="Repeated"),
        "rate": text(zh="重复投诉占比", en="Share repeated"),
        "category": text(zh="投诉类别", en="Category"),
        "days": text(zh="天数", en="Days"),
        "survival": text(zh="尚未办结占比", en="Still open"),
        "at_risk": text(zh="在办件数", en="At risk"),
        "ended": text(zh="当日办结", en="Closed"),
    }


origin.trace_module(globals())
