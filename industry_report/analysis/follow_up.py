"""Grades × follow-up policy → when each customer is due, what is overdue, which triggers fire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..base import table_metadata
from ..base.errors import InputError
from ..base.language import text
from ..scorecard.scorecards import Scorecard

WEEKS, MONTHS = 52, 12  # of a year


def read_today(today: str, scored: pd.DataFrame) -> pd.Timestamp:
    """Return the day that due dates are reckoned from.

    Parameters
    ----------
    today : str
        A date such as "2025-12-31"; empty for the last day of the latest year of the data. It is never the
        clock's: the same input makes the same report.

    Raises
    ------
    InputError
        The text is no date.
    """
    if not today:
        return pd.Timestamp(int(scored["year"].max()), 12, 31)
    try:
        return pd.to_datetime(str(today), format="%Y-%m-%d")
    except ValueError:
        problem = f"expected a date, got {today!r}."
        raise InputError("parameter today", problem, 'Write it as "2025-12-31".') from None


def known_by(scored: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """Return what is known on a day: consultations up to it, those without a date, and purchases up to it.

    A purchase of a later day is not known yet: the register had none then, and neither date nor amount. A
    purchase without a date may have been made by then and stays.
    """
    known = scored
    if "consulted_on" in known:
        known = known[~(known["consulted_on"].dt.normalize() > today)].reset_index(drop=True)
    if "converted_on" in known:
        later = known["converted_on"].dt.normalize() > today
        told = {column: known[column].mask(later) for column in ("converted_on", "amount") if column in known}
        if "converted" in known:  # as the register had it on that day; `outcome_window` tells open from no
            told["converted"] = known["converted"].mask(later, False)
        known = known.assign(**told)
    return known


def count_later(scored: pd.DataFrame, today: pd.Timestamp) -> int:
    """Return how many consultations are dated after a day, and so are not in a list of that day."""
    if "consulted_on" not in scored:
        return 0
    return int((scored["consulted_on"].dt.normalize() > today).sum())


def calendar(
    scored: pd.DataFrame, card: Scorecard, today: pd.Timestamp, by: str = "customer_id"
) -> pd.DataFrame:
    """Return when each customer is next due.

    Of k contacts a year the n-th falls due n · 12/k months after the last contact, where k divides 12: in the
    month's last day where the month is too short, so that from 31 January monthly contacts fall due on
    28 February and 31 March. Where k divides 52 it is n · 52/k weeks, else n · 365/k days, whole ones.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations with dates. The latest graded one of a customer up to `today` gives the grade;
        the latest of all, graded or not, is the last contact.
    card : scoring.Scorecard
        Its bands carry the follow-up policy.
    today : Timestamp
        The day to reckon from.

    Returns
    -------
    DataFrame
        One row per customer, highest grade first, then by date due: `by`, ``grade``, ``role``,
        ``contacts_per_year``, ``last_contact``, ``due`` (the first contact after it), ``missed`` (contacts
        that fell due before today), ``days_overdue`` and ``next_on`` (the first contact from today on).
        Who is never contacted has no dates. Empty if the data have no dates or no customers.
    """
    columns = [by, "grade", "role", "contacts_per_year", "last_contact"]
    if not {by, "consulted_on"} <= set(scored):
        return pd.DataFrame(columns=[*columns, "due", "missed", "days_overdue", "next_on"])
    table = _find_last(scored, today.normalize(), by)
    policy = {band.grade: band.follow_up for band in card.bands}
    table["role"] = table["grade"].map({grade: text(**p.role) for grade, p in policy.items()}).astype(str)
    contacts = {grade: p.contacts_per_year for grade, p in policy.items()}
    table["contacts_per_year"] = table["grade"].map(contacts).astype("int64")
    parts = [_fall_due(group, int(k), today.normalize()) for k, group in table.groupby("contacts_per_year")]
    dated = table[columns].join(pd.concat(parts)) if parts else table[columns].assign(
        due=pd.NaT, missed=0, days_overdue=0, next_on=pd.NaT
    )  # fmt: skip
    order = dated.assign(grade=-dated["grade"].cat.codes.astype(int))
    return dated.loc[order.sort_values(["grade", "due", by], kind="stable").index].reset_index(drop=True)


def _find_last(scored: pd.DataFrame, today: pd.Timestamp, by: str) -> pd.DataFrame:
    """Return the grade and the last contact of each customer who has both."""
    days = scored["consulted_on"].dt.normalize()
    own = scored.assign(last_contact=days)[scored[by].notna() & (days <= today)]
    own = own.sort_values("last_contact", kind="stable").drop(columns="consulted_on")
    graded = own[own["grade"].notna()].drop_duplicates(by, keep="last").set_index(by)
    last = own.drop_duplicates(by, keep="last").set_index(by)["last_contact"]
    return graded[["grade"]].join(last).reset_index()


def _fall_due(table: pd.DataFrame, contacts_per_year: int, today: pd.Timestamp) -> pd.DataFrame:
    """Return the dates of customers who are contacted equally often."""
    last = table["last_contact"]
    if not contacts_per_year:
        never = pd.Series(pd.NaT, index=last.index, dtype=last.dtype)
        return pd.DataFrame({"due": never, "missed": 0, "days_overdue": 0, "next_on": never})
    passed = _count_passed(last, contacts_per_year, today)
    due = add_contacts(last, contacts_per_year, np.ones(len(last), dtype=int))
    late = (today - due).dt.days.clip(lower=0)
    next_on = add_contacts(last, contacts_per_year, passed + 1)
    return pd.DataFrame({"due": due, "missed": passed, "days_overdue": late, "next_on": next_on})


def _count_passed(last: pd.Series, contacts_per_year: int, today: pd.Timestamp) -> np.ndarray:
    """Return how many contacts fell due before today."""
    days = (today - last).dt.days.to_numpy()
    passed = (days * contacts_per_year // 366 - 1).clip(min=0)  # never too many, whatever the months' lengths
    while (more := (add_contacts(last, contacts_per_year, passed + 1) < today).to_numpy()).any():
        passed = passed + more
    return passed


def add_contacts(last: pd.Series, contacts_per_year: int, numbers: np.ndarray) -> pd.Series:
    """Return the date of the n-th contact after the last one; see `calendar`.

    Parameters
    ----------
    last : Series of datetime64
        Days of the last contact.
    contacts_per_year : int
        At least 1.
    numbers : array of int
        n for each row.
    """
    if MONTHS % contacts_per_year == 0:
        return _add_months(last, numbers * (MONTHS // contacts_per_year))
    if WEEKS % contacts_per_year == 0:
        return last + pd.to_timedelta(numbers * 7 * (WEEKS // contacts_per_year), unit="D")
    return last + pd.to_timedelta(numbers * 365 // contacts_per_year, unit="D")


def _add_months(days: pd.Series, months: np.ndarray) -> pd.Series:
    """Return the same day of a later month, or its last day where it has no such day."""
    month = days.to_numpy().astype("datetime64[M]") + np.asarray(months).astype("timedelta64[M]")
    first, end = (ends.astype("datetime64[D]") for ends in (month, month + np.timedelta64(1, "M")))
    day = np.minimum(days.dt.day.to_numpy(), (end - first).astype(int)) - 1
    return pd.Series((first + day.astype("timedelta64[D]")).astype(days.dtype), index=days.index)


def overdue(calendar: pd.DataFrame, today: pd.Timestamp, days: int = 7) -> pd.DataFrame:
    """Return how many customers of each grade are overdue or fall due soon, highest grade first.

    Parameters
    ----------
    calendar : DataFrame
        See `calendar`; or some of its rows, such as those of `sales.work_list`.
    today : Timestamp
        The day of the calendar.
    days : int
        How far "soon" reaches.

    Returns
    -------
    DataFrame
        Index ``grade``; ``role``, ``customers`` with a date due, ``overdue`` (due before today), ``share`` of
        them, ``median_days_overdue`` of those, ``due_soon`` (due from today to `days` days later). Empty if
        the calendar is.
    """
    columns = ["role", "customers", "overdue", "share", "median_days_overdue", "due_soon"]
    if "due" not in calendar or calendar["due"].isna().all():
        return pd.DataFrame(columns=columns).rename_axis("grade")
    dated = calendar[calendar["due"].notna()]
    late = dated["due"] < today
    soon = (dated["due"] >= today) & (dated["due"] <= today + pd.Timedelta(days=days))
    groups = dated.assign(late=late, soon=soon).groupby("grade", observed=True)
    table = groups.agg(
        role=("role", "first"), customers=("late", "size"), overdue=("late", "sum"), due_soon=("soon", "sum")
    )
    table["share"] = table["overdue"] / table["customers"]
    table["median_days_overdue"] = dated[late].groupby("grade", observed=True)["days_overdue"].median()
    table.index = table.index.astype(str).rename("grade")
    table = table.iloc[::-1][columns]
    return table_metadata.describe(table, heads={"share": text(zh="逾期占比", en="Share overdue")})


def strategies(card: Scorecard) -> pd.DataFrame:
    """Return what the policy wants done for each grade, highest first.

    Returns
    -------
    DataFrame
        Index ``grade``; ``meaning``, ``role``, ``cadence``, ``action`` and, where the scorecard words one,
        ``strategy``.
    """
    rows = []
    for band in reversed(card.bands):
        policy = band.follow_up
        row = {"grade": band.grade, "meaning": text(**band.label)}
        row |= {name: text(**getattr(policy, name)) for name in ("role", "cadence", "action")}
        strategy = policy.strategy
        rows.append(row | ({"strategy": text(**strategy)} if strategy else {}))
    return pd.DataFrame(rows).set_index("grade")


def triggers(
    amounts: pd.DataFrame, triggers: Iterable[Any], by: str = "customer_id", on: str = "month"
) -> pd.DataFrame:
    """Return which customers meet a condition in so many consecutive months.

    A month without a record is a month in which the condition is not met: it begins the count anew.

    Parameters
    ----------
    amounts : DataFrame
        `by`, the date `on` and the columns of the triggers; records of one month are taken together.
    triggers : iterable of scoring.Trigger
        See `scoring.load_scorecard`.
    by, on : str
        The columns of the customer and of the date.

    Returns
    -------
    DataFrame
        One row per customer, trigger and run of months that is long enough: `by`, ``trigger``, ``since`` and
        ``until`` (first and last month of the run), ``months`` of it, ``fired`` (the month that completed the
        condition), ``action``. Triggers whose column is not in the data find nothing.
    """
    found = [_find_runs(amounts, trigger, by, on) for trigger in triggers if trigger.column in amounts]
    columns = [by, "trigger", "since", "until", "months", "fired", "action"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def fire(
    orders: pd.DataFrame | None, consultations: pd.DataFrame, chosen: Iterable[Any]
) -> tuple[pd.DataFrame, str]:
    """Return which customers met a trigger, by their orders where there are some, else by their purchases.

    Returns
    -------
    tuple
        As of `triggers`, months as text, and "orders", "consultations" or "" (neither has customers, dates
        and amounts).
    """
    sources = ((orders, "ordered_on", "orders"), (consultations, "converted_on", "consultations"))
    for rows, on, name in sources:
        if rows is not None and len(rows) and {"customer_id", on, "amount"} <= set(rows):
            found = triggers(rows, chosen, on=on)
            return found.astype(dict.fromkeys(("since", "until", "fired"), str)), name
    return triggers(consultations.iloc[:0], ()), ""


def _find_runs(amounts: pd.DataFrame, trigger: Any, by: str, on: str) -> pd.DataFrame:
    known = amounts[amounts[[by, on, trigger.column]].notna().all(axis=1)]
    months = known[on].dt.to_period("M") if known[on].dtype.kind == "M" else known[on]
    values = known[trigger.column].rename("value")
    grouped = values.groupby([known[by], months.rename("month")])
    monthly = grouped.agg(trigger.monthly).round(6)  # cents add up
    met = monthly[_holds(monthly, trigger)].reset_index()
    number = met["month"].dt.year * MONTHS + met["month"].dt.month
    # Months of one run grow by one with each row, so that month less row is the same in all of them.
    run = (number - np.arange(len(met))).rename("run")
    runs = (
        met.groupby([by, run], sort=True)["month"].agg(since="min", until="max", months="count").reset_index()
    )
    runs = runs[runs["months"] >= trigger.months]
    return runs.assign(
        trigger=text(**trigger.label),
        fired=runs["since"] + (trigger.months - 1),
        action=text(**trigger.action),
    )


def _holds(values: pd.Series, trigger: Any) -> pd.Series:
    """Tell which values lie in the trigger's interval."""
    ends = trigger.interval
    low, high = float(ends.low), float(ends.high)
    above = values.ge(low) if ends.low_closed else values.gt(low)
    return (above & (values.le(high) if ends.high_closed else values.lt(high))).astype(bool)
