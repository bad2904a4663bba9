"""What followed a moment within a horizon, and where that cannot be known yet."""

from typing import Any

import pandas as pd

from ...base.errors import InputError
from ...intake.code_lists import REFUND
from ...intake.spill import from_arrow, to_arrow
from . import time_rule
from .time_rule import Moment, dating


def outcomes(
    starts: pd.DataFrame, rows: Any, horizon: int, covered_to: Moment | None = None, table: str = "orders"
) -> pd.DataFrame:
    """Tell of each start whether something followed within `horizon` days.

    Known is only what lies between: a start whose horizon ends after the last day that the rows cover has no
    outcome yet, even where something has followed already. To count that one and leave the others open
    would count the quick ones alone (right censoring).

    Parameters
    ----------
    starts : DataFrame
        customer_id and `at`, the moment after which is looked; other columns stay.
    rows : DataFrame, or Arrow table or dataset
        Rows of the table, such as orders. Refunds are no outcome.
    horizon : int
        Days.
    covered_to : moment, optional
        The last day that the rows cover: the day of the export. Without it the last day on which one lies.
    table : str
        What kind of table the rows are.

    Returns
    -------
    DataFrame
        `starts` with `outcome` (yes, no, or missing for *not yet known*), `events` (rows that followed) and
        `first_on` (the first of them), both missing where the outcome is.

    Examples
    --------
    >>> starts = pd.DataFrame({"customer_id": ["a", "b"], "at": pd.to_datetime(["2025-01-01", "2025-03-20"])})
    >>> orders = pd.DataFrame({"customer_id": ["a"], "ordered_on": pd.to_datetime(["2025-01-15"])})
    >>> outcomes(starts, orders, 90, covered_to="2025-04-30")["outcome"].tolist()
    [True, <NA>]
    """
    if horizon < 1:
        raise InputError("horizon", f"is {horizon}, not a number of days.", "Write for example 90.")
    (date, *_) = dating(table).dates
    if isinstance(rows, pd.DataFrame):
        rows = to_arrow(rows, {"customer_id", date, "kind"})
    if covered_to is None:
        covered_to = _find_last(rows, date)
    result = starts.reset_index(drop=True)
    due = _list_due(result, horizon, covered_to)
    followed = _count_following(result, rows, date, horizon)
    events = pd.Series(followed["events"].reindex(result.index), dtype="Int64").fillna(0).where(due)
    first = pd.Series(followed["first_on"].reindex(result.index), dtype="datetime64[us]").where(due)
    return result.assign(outcome=(events > 0).astype("boolean"), events=events, first_on=first)


def count_outcomes(told: pd.DataFrame) -> dict[str, int]:
    """Count starts, and of how many the outcome is yes, no, not yet known.

    Examples
    --------
    >>> count_outcomes(pd.DataFrame({"outcome": pd.array([True, False, None], dtype="boolean")}))
    {'starts': 3, 'yes': 1, 'no': 1, 'not_yet_known': 1}
    """
    outcome = told["outcome"]
    yes, unknown = int(outcome.fillna(False).sum()), int(outcome.isna().sum())
    return {"starts": len(told), "yes": yes, "no": len(told) - yes - unknown, "not_yet_known": unknown}


def _find_last(rows: Any, date: str) -> Any:
    """Find the last day on which a row lies."""
    from pyarrow import acero

    last = acero.AggregateNodeOptions([([date], "max", None, "last")])
    found = acero.Declaration.from_sequence(
        [time_rule.source(rows), acero.Declaration("aggregate", last)]
    ).to_table()["last"][0]
    if not found.is_valid:
        problem = "there is no dated row, so nothing tells what days the data cover."
        raise InputError("outcomes", problem, "Give `covered_to`, the day of the export.")
    return pd.Timestamp(found.as_py())


def _list_due(starts: pd.DataFrame, horizon: int, covered_to: Any) -> pd.Series:
    import pyarrow
    import pyarrow.compute as pc
    from pyarrow import acero

    moments = pyarrow.table({"at": pyarrow.array(starts["at"], pyarrow.timestamp("us"), from_pandas=True)})
    due = acero.ProjectNodeOptions([time_rule.is_due(pc.field("at"), horizon, covered_to)], ["due"])
    steps = [time_rule.source(moments), acero.Declaration("project", due)]
    told = acero.Declaration.from_sequence(steps).to_table(use_threads=False)
    return told["due"].to_pandas().fillna(False).astype(bool)


def _count_following(starts: pd.DataFrame, rows: Any, date: str, horizon: int) -> pd.DataFrame:
    """Count the rows that followed each start, and give the first of them, by the start's position."""
    import pyarrow.compute as pc
    from pyarrow import acero

    number = pd.RangeIndex(len(starts))
    heads = pd.DataFrame({"start": number, "customer_id": starts["customer_id"], "at": starts["at"]})
    left = to_arrow(heads).cast(_describe_heads(rows))
    names = ["customer_id", date, *(["kind"] if "kind" in rows.schema.names else [])]
    join = acero.HashJoinNodeOptions("inner", ["customer_id"], ["customer_id"], names[1:], ["start", "at"])
    shown = acero.ProjectNodeOptions([pc.field(name) for name in names], names)
    right = acero.Declaration.from_sequence([time_rule.source(rows), acero.Declaration("project", shown)])
    follows = time_rule.is_outcome(pc.field(date), pc.field("at"), horizon)
    if "kind" in names:
        follows = follows & pc.coalesce(pc.field("kind") != REFUND, pc.scalar(True))
    count = acero.AggregateNodeOptions(
        [(["start"], "hash_count", None, "events"), ([date], "hash_min", None, "first_on")], ["start"]
    )
    plan = acero.Declaration("hashjoin", join, [right, time_rule.source(left)])
    steps = [plan, acero.Declaration("filter", acero.FilterNodeOptions(follows))]
    steps.append(acero.Declaration("aggregate", count))
    return from_arrow(acero.Declaration.from_sequence(steps).to_table()).set_index("start")


def _describe_heads(rows: Any) -> Any:
    import pyarrow

    identifier = rows.schema.field("customer_id").type  # a join wants the same type of text on both sides
    moments = pyarrow.timestamp("us")
    return pyarrow.schema([("start", pyarrow.int64()), ("customer_id", identifier), ("at", moments)])
