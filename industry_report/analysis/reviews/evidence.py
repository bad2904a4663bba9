"""What a review knows of each customer when a cycle begins, and conditions on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...base.language import text
from ...scorecard.conditions import (
    AllOf,
    Condition,
    NotOf,
    OneOf,
    Within,
    comparable,
    list_columns,
    list_leaves,
)
from ..customers.snapshots import snapshot
from ..customers.time_rule import known_before

# Column → how conditions ask for it, and its name. "Last cycle" is the one that ended when the review began.
EVIDENCE: Mapping[str, tuple[str, str, str]] = {
    "grade": ("text", "现等级", "Present grade"),
    "orders": ("number", "上期订单数", "Orders of the last cycle"),
    "orders_before": ("number", "再上期订单数", "Orders of the cycle before"),
    "orders_change": ("number", "订单数变化", "Change of orders"),
    "amount": ("number", "上期订单金额(元)", "Amount of the last cycle, yuan"),
    "amount_before": ("number", "再上期订单金额(元)", "Amount of the cycle before, yuan"),
    "amount_change": ("number", "订单金额变化(元)", "Change of the amount, yuan"),
    "days_since_order": ("number", "距最近订单天数", "Days since the last order"),
    "complaints": ("number", "上期投诉数", "Complaints of the last cycle"),
    "open_complaints": ("number", "未办结投诉数", "Open complaints"),
    "interactions": ("number", "上期互动次数", "Contacts of the last cycle"),
    "satisfaction_last": ("number", "最近咨询满意度", "Latest satisfaction with a consultation"),
    "satisfaction_change": ("number", "咨询满意度变化", "Change of that satisfaction"),
    "overall_last": ("number", "最近问卷总体满意度", "Latest overall satisfaction in a survey"),
    "overall_change": ("number", "问卷总体满意度变化", "Change of that satisfaction in surveys"),
}
NEEDED = ("customers", "orders", "interactions", "consultations", "responses", "complaints")
UNDATED = ("market",)  # totals of a market are no facts of customers
_COUNTED = ("orders", "amount", "complaints", "interactions")
_SCORED = {"satisfaction": "last_satisfaction", "overall": "last_overall"}


def name_evidence(column: str) -> str:
    """Return what a column of evidence is called, in the report's language.

    Examples
    --------
    >>> name_evidence("orders_change")
    '订单数变化'
    """
    _, zh, en = EVIDENCE[column]
    return text(zh=zh, en=en)


def gather_evidence(tables: Mapping[str, pd.DataFrame], cycle: pd.Period) -> pd.DataFrame:
    """Tell of every customer what was known when a cycle began: the last cycle beside the one before.

    Parameters
    ----------
    tables : mapping
        Table → its rows, as `dataset.open_tables` gives them; those not in `NEEDED` are not looked at.
    cycle : Period
        The cycle that is under review. Nothing of it is known yet (`customers.time_rule`).

    Returns
    -------
    DataFrame
        Index customer_id; the numeric columns of `EVIDENCE` that the tables can tell, missing where a
        customer has no such value. Customers who withdrew their consent are not there.
    """
    known = {name: tables[name] for name in NEEDED if "customer_id" in tables.get(name, ())}
    if not known:
        return pd.DataFrame(index=pd.Index([], name="customer_id", dtype=object))
    begins = [(cycle - back).start_time for back in (0, 1, 2)]
    now, before, earlier = (snapshot(known, at).set_index("customer_id") for at in begins)
    before, earlier = (table.reindex(now.index) for table in (before, earlier))
    columns: dict[str, pd.Series] = {}
    for name in (name for name in _COUNTED if name in now):
        last = _since(now, before, name)
        columns[name] = last
        if name in ("orders", "amount"):
            columns[f"{name}_before"] = _since(before, earlier, name)
            columns[f"{name}_change"] = (last - columns[f"{name}_before"]).round(2)
    if "last_order_on" in now:
        columns["days_since_order"] = (begins[0] - now["last_order_on"]).dt.days.astype("Float64")
    if "open_complaints" in now:
        columns["open_complaints"] = now["open_complaints"].astype("Float64")
    for name, source in _SCORED.items():
        if source in now:
            columns[f"{name}_last"] = now[source].astype("Float64")
            columns[f"{name}_change"] = columns[f"{name}_last"] - before[source].astype("Float64")
    return pd.DataFrame({name: columns[name] for name in EVIDENCE if name in columns}, index=now.index)


def _since(later: pd.DataFrame, earlier: pd.DataFrame, column: str) -> pd.Series:
    """Return what came between two moments, from what had come up to each."""
    both = [table[column].astype("Float64").fillna(0) for table in (later, earlier)]
    return (both[0] - both[1]).round(2)


def keep_known(tables: Mapping[str, pd.DataFrame], day: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Keep of every table what was known at the end of a day; see `time_rule.known_before`."""
    at = day.normalize() + pd.Timedelta(days=1)
    return {name: known_before(rows, at, name) for name, rows in tables.items() if name not in UNDATED}


# --- conditions


def holds(condition: Condition, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell of each row whether a condition holds; what is missing, or no column, meets no condition.

    Examples
    --------
    >>> from industry_report.scorecard.conditions import read_interval
    >>> orders = pd.DataFrame({"orders": pd.array([0, 3, None], dtype="Float64")})
    >>> holds(Within("orders", read_interval("[1, inf)")), orders).tolist()
    [False, True, False]
    """
    if isinstance(condition, Within | OneOf):
        return _holds_alone(condition, table)
    if isinstance(condition, NotOf):
        columns = [table[name] for name in list_columns([condition]) if name in table]
        is_known = np.logical_and.reduce([column.notna().to_numpy(bool) for column in columns])
        is_whole = len(columns) == len(list_columns([condition]))
        return is_known & ~holds(condition.part, table) if is_whole else np.zeros(len(table), dtype=np.bool_)
    join = np.logical_and if isinstance(condition, AllOf) else np.logical_or
    return join.reduce([holds(part, table) for part in condition.parts])


def _holds_alone(leaf: Within | OneOf, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    if leaf.column not in table:
        return np.zeros(len(table), dtype=np.bool_)
    column = table[leaf.column]
    if isinstance(leaf, OneOf):
        wanted = {comparable(one) for one in leaf.texts}
        return np.array([not pd.isna(one) and comparable(one) in wanted for one in column], dtype=np.bool_)
    ends, numbers = leaf.interval, column.astype("Float64").to_numpy(float, na_value=np.nan)
    low, high = float(ends.low), float(ends.high)
    above = numbers >= low if ends.low_closed else numbers > low
    return above & (numbers <= high if ends.high_closed else numbers < high)


def list_reasons(condition: Condition, table: pd.DataFrame) -> list[str]:
    """Name for each row the values that met the condition, as a person would check them.

    Examples
    --------
    >>> from industry_report.scorecard.conditions import read_interval
    >>> table = pd.DataFrame({"orders_change": [-2.0], "complaints": [0.0]})
    >>> list_reasons(Within("orders_change", read_interval("(-inf, 0)")), table)
    ['订单数变化−2']
    """
    leaves = {leaf.column: leaf for leaf in list_leaves(condition) if leaf.column in table}
    met = {column: _holds_alone(leaf, table) for column, leaf in leaves.items()}
    comma = text(zh="；", en="; ")
    return [
        comma.join(_word(column, table[column].iloc[row]) for column in leaves if met[column][row])
        for row in range(len(table))
    ]


def _word(column: str, value: Any) -> str:
    signed = "+" if column.endswith("_change") else ""
    shown = value if isinstance(value, str) else f"{float(value):{signed},.15g}".replace("-", "−")
    return f"{name_evidence(column)}{text(zh='', en=' ')}{shown}"
