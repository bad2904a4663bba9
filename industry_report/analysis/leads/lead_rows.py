"""One row a lead: what was known of it when it came in, and whether it converted within the horizon.

Dates are compared by `time_rule` alone.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ...base.errors import InputError, near_match
from ...base.own_names import OWN
from ...intake.schemas import SCHEMAS
from ..customers import time_rule
from ..customers.outcomes import outcomes

KINDS: Mapping[str, tuple[str, ...]] = {
    "pages": ("浏览",),
    "seconds": ("浏览",),
    "sessions": ("浏览",),
    "mails_sent": ("邮件发送",),
    "mails_opened": ("邮件打开",),
    "mails_clicked": ("邮件点击",),
    "social": ("社交互动",),
    "calls": ("电话",),
}
WINDOWED = re.compile(rf"({'|'.join(KINDS)})_([1-9][0-9]{{0,2}})")
_EVENT = ("customer_id", "occurred_at", "staff", "seconds", "session")
FIRM = ("customer_type", "industry", "employees", "registered_capital", "annual_revenue", "channel")
NOT_YET, NOT_TOLD, UNDATED = "not yet known", "not told", "undated"
# What this program adds to leads; a column of the data of such a name stands under one of its own.
ADDED = frozenset({"outcome", "open", "bought", "total", "chance", "grade"})


def hold(column: str) -> str:
    """Return the name under which a column of the data stands among what is known of leads.

    Examples
    --------
    >>> hold("pages_30"), hold("outcome")
    ('pages_30', 'outcome (own)')
    """
    return column + OWN if column in ADDED else column


def pick(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame | None:
    """Return columns of the data under the names that the data give them; None where one is lacking."""
    held = [hold(column) for column in columns]
    return rows[held].set_axis(list(columns), axis=1) if set(held) <= set(rows) else None


def list_late(columns: Sequence[str]) -> list[str]:
    """Return the columns of the leads' table that are known only with the outcome, or at the export."""
    known = SCHEMAS["leads"].columns
    return [name for name in columns if name in known and known[name].known_from]


def gather(
    tables: Mapping[str, pd.DataFrame], columns: Sequence[str], within_days: int, covered_to: str = ""
) -> pd.DataFrame:
    """Tell of every lead what a card may know of it, and its outcome.

    Parameters
    ----------
    tables : mapping
        ``leads`` and, where there are some, ``interactions``, ``customers`` and ``orders``.
    columns : sequence of str
        Which columns: of the leads' table; of the customer (`FIRM`), as last updated before the lead came in;
        or counts of the days before it, such as ``pages_30`` (see `KINDS`).
    within_days : int
        The horizon of an outcome.
    covered_to : str
        The last day that the data cover; without it the last day of any lead or conversion.

    Returns
    -------
    DataFrame
        lead_id, customer_id, created_on, the columns by their names of `hold`, ``outcome`` (yes, no or
        missing), ``open``, why it is missing (not yet known, not told, undated), and ``bought``, whether a
        purchase is registered at all.
        Sorted by created_on and lead_id.

    Raises
    ------
    InputError
        A column is misspelt. One that the data lack is missing throughout.
    """
    leads = tables["leads"].sort_values(["created_on", "lead_id"], kind="stable", ignore_index=True)
    told = {name: _find_column(name, leads, tables) for name in columns}
    kept = [name for name in ("lead_id", "customer_id", "region", "source", "created_on") if name in leads]
    kept += [name for name in ("need", "budget", "authority") if name in leads]
    rows = leads[kept].copy()
    for name, values in told.items():
        rows[hold(name)] = _as_plain(values)
    return rows.assign(**_follow(leads, tables, within_days, covered_to))


def _as_plain(values: pd.Series) -> pd.Series:
    """Return a truth value as a word: a card has numbers and texts."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.map({True: "是", False: "否"}).astype(object)
    return values


def _find_column(name: str, leads: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    windowed = WINDOWED.fullmatch(name)
    if name in leads:
        return leads[name]
    if windowed:
        return _count_before(leads, tables.get("interactions"), windowed[1], int(windowed[2]))
    if name in FIRM:
        return _look_up_firm(leads, tables.get("customers"), name)
    known = [*map(str, leads.columns), *SCHEMAS["leads"].columns, *FIRM, *(f"{kind}_30" for kind in KINDS)]
    near = near_match(name, known, 0.8)
    if near is not None and name not in known:
        problem = "is no column of the leads, none of the customers and no count such as pages_30."
        raise InputError(f"column {name}", problem, f"Did you mean {near}?")
    return pd.Series(pd.NA, index=leads.index, dtype=object)  # the report says that there are no data of it


def _count_before(leads: pd.DataFrame, events: pd.DataFrame | None, what: str, days: int) -> pd.Series:
    """Count a customer's events in the days before each lead; missing where none are registered at all."""
    if events is None or "customer_id" not in leads:
        return pd.Series(pd.NA, index=leads.index, dtype="Float64")
    own = events[events["kind"].isin(KINDS[what])]
    own = own[[name for name in _EVENT if name in own]]  # any other may be called as a column of the leads
    own = own[~own["staff"].fillna(False).astype(bool)] if "staff" in own else own
    joined = leads[["customer_id", "created_on"]].reset_index(names="lead").merge(own, on="customer_id")
    known = time_rule.was_known(joined["occurred_at"], joined["created_on"])
    near = joined[known & time_rule.was_recent(joined["occurred_at"], joined["created_on"], days)]
    grouped = near.groupby("lead")
    if what == "seconds":
        found = grouped["seconds"].sum() if "seconds" in near else None
    else:
        found = grouped["session"].nunique() if what == "sessions" and "session" in near else grouped.size()
    if found is None:
        return pd.Series(pd.NA, index=leads.index, dtype="Float64")
    counted = found.reindex(leads.index).fillna(0).astype("Float64")
    return counted.where(leads["customer_id"].notna())


def _look_up_firm(leads: pd.DataFrame, customers: pd.DataFrame | None, name: str) -> pd.Series:
    """Return what the customers' table said before each lead came in; missing where it was updated later."""
    nothing = pd.Series(pd.NA, index=leads.index, dtype=object)
    if customers is None or name not in customers or "customer_id" not in leads:
        return nothing
    dates = [one for one in time_rule.dating("customers").dates if one in customers]
    profile = customers[["customer_id", name]].assign(
        profile_on=customers[dates].bfill(axis=1).iloc[:, 0] if dates else pd.NaT
    )
    joined = leads[["customer_id", "created_on"]].reset_index(names="lead").merge(profile, on="customer_id")
    known = time_rule.was_known(joined["profile_on"], joined["created_on"]) | joined["profile_on"].isna()
    last = (
        joined[known]
        .sort_values(["lead", "profile_on"], na_position="first")
        .drop_duplicates("lead", keep="last")
    )
    found = last.set_index("lead")[name].reindex(leads.index)
    return found if found.notna().any() else nothing


def _follow(
    leads: pd.DataFrame, tables: Mapping[str, pd.DataFrame], within_days: int, covered_to: str
) -> dict[str, Any]:
    """Return the outcome of every lead, and why it is missing."""
    if not {"converted", "converted_on"} & set(leads) or not _tells(leads):
        return _follow_orders(leads, tables, within_days, covered_to)
    nothing = pd.Series(pd.NaT, index=leads.index)
    day = leads.get("converted_on", nothing)
    said = leads["converted"] if "converted" in leads else day.notna().astype("boolean")
    last = covered_to or max(one for one in (leads["created_on"].max(), day.max()) if one is not pd.NaT)
    due = time_rule.was_due(leads["created_on"], within_days, last)
    inside = time_rule.was_within(day, leads["created_on"], within_days)
    has_dates = bool(day.notna().any())
    yes = inside if has_dates else said.fillna(False).astype(bool)
    undated = (
        said.fillna(False).astype(bool) & day.isna() if has_dates else pd.Series(False, index=leads.index)
    )
    untold = said.isna() & day.isna()
    open_ = pd.Series("", index=leads.index).mask(untold, NOT_TOLD).mask(undated, UNDATED).mask(~due, NOT_YET)
    outcome = yes.astype("boolean").mask(open_ != "")
    return {"outcome": outcome, "open": open_, "bought": said.fillna(False).astype(bool) | day.notna()}


def _tells(leads: pd.DataFrame) -> bool:
    return any(name in leads and leads[name].notna().any() for name in ("converted", "converted_on"))


def _follow_orders(
    leads: pd.DataFrame, tables: Mapping[str, pd.DataFrame], within_days: int, covered_to: str
) -> dict[str, Any]:
    """Take an order of the customer within the horizon for the outcome of a lead that tells none itself."""
    orders = tables.get("orders")
    if orders is None or orders.empty or "customer_id" not in leads or leads.empty:
        unknown = pd.array([pd.NA] * len(leads), dtype="boolean")
        return {"outcome": unknown, "open": NOT_TOLD, "bought": False}
    starts = leads[["customer_id", "created_on"]].rename(columns={"created_on": "at"})
    found = outcomes(starts, orders, within_days, covered_to or None)["outcome"]
    open_ = pd.Series("", index=leads.index).mask(found.isna(), NOT_YET)
    return {"outcome": found.array, "open": open_, "bought": found.fillna(False).to_numpy(dtype=bool)}


def count_outcomes(rows: pd.DataFrame) -> dict[str, int]:
    """Count leads: all, converted, not converted, and those whose outcome is not known, by the reason."""
    yes = int(rows["outcome"].fillna(False).sum())
    counts = {reason: int((rows["open"] == reason).sum()) for reason in (NOT_YET, NOT_TOLD, UNDATED)}
    return {
        "leads": len(rows),
        "converted": yes,
        "not converted": len(rows) - yes - sum(counts.values()),
        **counts,
    }
