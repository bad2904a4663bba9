"""What data there are of customers: by table and by the way in which they were collected."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...base.errors import InputError
from ...base.language import text
from ...intake.code_lists import CHANNEL_NAMES, CHANNELS, find_code
from ...intake.schemas import CONSULTATIONS, TABLES
from ...intake.spill import from_arrow, to_arrow
from . import time_rule

NOT_TOLD = "未注明"
OTHER = "其他"
COLUMNS = (
    *("table", "is_static", "channel", "rows", "customers", "share", "orphans"),
    *("first_on", "last_on", "median_age_days"),
)


def coverage(tables: Mapping[str, Any], refusing: Collection[str] = ()) -> pd.DataFrame:
    """Tell what data there are of how many customers, how they were collected, and from when they are.

    Parameters
    ----------
    tables : mapping
        Table → its rows: a DataFrame, or an Arrow table or dataset.
    refusing : collection of str
        Customers whose rows are not counted but in consultations, which every report counts whole.

    Returns
    -------
    DataFrame
        One row for each table and channel: table, is_static, channel (one of the twelve of `CHANNELS`, or
        未注明 where none is told), rows, customers, share (of all customers in any table), orphans (rows of
        customers who are in no other table), first_on, last_on, median_age_days (before the last day of all
        tables).

    Examples
    --------
    >>> orders = pd.DataFrame({"customer_id": ["a", "b"], "channel": ["官网", "电话"],
    ...                        "ordered_on": pd.to_datetime(["2025-01-01", "2025-01-03"])})
    >>> coverage({"orders": orders})[["channel", "rows", "share"]].to_dict("records")
    [{'channel': '电话', 'rows': 1, 'share': 0.5}, {'channel': '网站', 'rows': 1, 'share': 0.5}]
    """
    known = {name: _as_arrow(name, tables[name]) for name in TABLES if name in tables}
    if unknown := set(tables) - set(known):
        raise InputError(
            "coverage", f"there is no table {sorted(unknown)}.", f"There are: {', '.join(TABLES)}."
        )
    without = {name: refusing if name != CONSULTATIONS else () for name in known}
    days = {name: _count_by_day(name, rows, without[name]) for name, rows in known.items()}
    ids = {
        name: _count_by_customer(rows, without[name])
        for name, rows in known.items()
        if _has(rows, "customer_id")
    }
    everyone, alone = _list_everyone(ids)
    last = max((day for part in days.values() for day in part["day"].dropna()), default=pd.NaT)
    records = [
        record
        for name, part in days.items()
        for record in _describe_table(name, part, ids.get(name), everyone, alone, last)
    ]
    return pd.DataFrame(records, columns=list(COLUMNS))


def _as_arrow(table: str, rows: Any) -> Any:
    if not isinstance(rows, pd.DataFrame):
        return rows
    return to_arrow(rows, {"customer_id", "channel", *time_rule.dating(table).dates})


def _has(rows: Any, column: str) -> bool:
    return column in rows.schema.names


def _count_by_day(table: str, rows: Any, refusing: Collection[str]) -> pd.DataFrame:
    """Count rows by channel as written and day."""
    import pyarrow
    import pyarrow.compute as pc

    dates = [name for name in time_rule.dating(table).dates if _has(rows, name)]
    nothing = pc.scalar(pyarrow.scalar(None, pyarrow.timestamp("us")))
    day = pc.coalesce(*map(pc.field, dates)) if dates else nothing
    channel = pc.field("channel") if _has(rows, "channel") else pc.scalar("")
    return _count(rows, {"channel": channel, "day": day.cast("date32")}, refusing)


def _count_by_customer(rows: Any, refusing: Collection[str]) -> pd.DataFrame:
    """Count rows by customer and channel as written."""
    import pyarrow.compute as pc

    channel = pc.field("channel") if _has(rows, "channel") else pc.scalar("")
    counted = _count(rows, {"customer_id": pc.field("customer_id"), "channel": channel}, refusing)
    return counted[counted["customer_id"].notna()]


def _count(rows: Any, by: Mapping[str, Any], refusing: Collection[str]) -> pd.DataFrame:
    import pyarrow
    import pyarrow.compute as pc
    from pyarrow import acero

    named = refusing and _has(rows, "customer_id")
    without = ~pc.field("customer_id").isin(pyarrow.array(sorted(refusing), pyarrow.string()))
    steps = [
        time_rule.source(rows),
        *([acero.Declaration("filter", acero.FilterNodeOptions(without))] if named else []),
        acero.Declaration("project", acero.ProjectNodeOptions(list(by.values()), list(by))),
        acero.Declaration(
            "aggregate", acero.AggregateNodeOptions([([], "hash_count_all", None, "rows")], list(by))
        ),
    ]
    counted = from_arrow(acero.Declaration.from_sequence(steps).to_table())
    meant = {written: classify_channel(written) for written in counted["channel"].unique()}
    counted["channel"] = [meant[written] for written in counted["channel"]]
    return counted


def name_channel(channel: str) -> str:
    """Return what a channel is called in the language in use; what is none stays as it is.

    Examples
    --------
    >>> name_channel("展会"), name_channel(NOT_TOLD)
    ('展会', '未注明')
    """
    return text(zh=channel, en={**CHANNEL_NAMES, NOT_TOLD: "not told"}.get(channel, channel))


def classify_channel(written: Any) -> str:
    """Return which of the twelve channels is meant; what is none of them is 其他, what is blank 未注明.

    Examples
    --------
    >>> classify_channel("线下展会"), classify_channel("路边摊"), classify_channel(None)
    ('展会', '其他', '未注明')
    """
    if written is None or written is pd.NA or written != written or not str(written).strip():
        return NOT_TOLD
    return find_code("channel", str(written)) or OTHER


def _list_everyone(ids: Mapping[str, pd.DataFrame]) -> tuple[int, set[str]]:
    """Count all customers, and list those who are in one table alone."""
    seen = pd.concat([part["customer_id"].drop_duplicates() for part in ids.values()]) if ids else pd.Series()
    times = seen.value_counts()
    return len(times), set(times.index[times == 1]) if len(ids) > 1 else set()


def _describe_table(
    name: str, days: pd.DataFrame, ids: pd.DataFrame | None, everyone: int, alone: set[str], last: Any
) -> list[list[Any]]:
    order = [*CHANNELS, NOT_TOLD]
    records = []
    for channel, part in sorted(days.groupby("channel"), key=lambda group: order.index(group[0])):
        own = ids[ids["channel"] == channel] if ids is not None else None
        customers = own["customer_id"].nunique() if own is not None else pd.NA
        orphans = int(own.loc[own["customer_id"].isin(alone), "rows"].sum()) if own is not None else 0
        share = customers / everyone if own is not None and everyone else pd.NA
        dated = part[part["day"].notna()].sort_values("day")
        first, latest = (dated["day"].iloc[0], dated["day"].iloc[-1]) if len(dated) else (pd.NaT, pd.NaT)
        counts = [int(part["rows"].sum()), customers, share, orphans]
        is_static = time_rule.dating(name).is_static
        records.append([name, is_static, channel, *counts, first, latest, _find_median_age(dated, last)])
    return records


def _find_median_age(dated: pd.DataFrame, last: Any) -> Any:
    """Return the median of the rows' ages in days before the last day of all tables."""
    if dated.empty:
        return pd.NA
    ages = (pd.to_datetime(last) - pd.to_datetime(dated["day"])).dt.days.to_numpy()
    rows = dated["rows"].to_numpy(np.int64)
    order = np.argsort(ages)
    cumulated = np.cumsum(rows[order])
    middle = [
        np.searchsorted(cumulated, place, side="right") for place in ((rows.sum() - 1) // 2, rows.sum() // 2)
    ]
    return float(ages[order][middle].mean())
