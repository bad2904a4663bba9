"""One row a customer, as it was known at a moment.

Each table is read once, in a stream, and only in the columns that are needed. What is counted can be merged
(sums of whole numbers, earliest, latest), so parts of a table may be read on other machines.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, reduce
from operator import or_
from typing import Any

import pandas as pd

from ...intake.code_lists import REFUND
from ...intake.fault_log import TEXT_DTYPE
from ...intake.spill import from_arrow, to_arrow
from . import time_rule
from .time_rule import Moment, is_recent

WINDOWS: Mapping[str, tuple[int, ...]] = {"interactions": (7, 30, 90), "orders": (90, 365)}
PART_ROWS = 1 << 21
PROFILE = (
    *("customer_type", "industry", "region", "registered_on", "employees", "registered_capital"),
    *("annual_revenue", "since", "referred_by", "parent_id", "channel"),
)
_SCORES = ("intent", "clarity", "satisfaction")
_LAST_SCORES = (*(f"last_{name}" for name in _SCORES), "last_overall")
_SCORE_PLACES = 100  # a score has at most two digits
_FEN = "_fen"  # amounts are added in 分: whole numbers give the same sum in every order

Measures = dict[str, tuple[Any, str]]
"""Name → an expression over a table's columns, and how it is merged: sum, min or max."""


def snapshot(tables: Mapping[str, Any], at: Moment) -> pd.DataFrame:
    """Tell of every customer what was known before a moment.

    Parameters
    ----------
    tables : mapping
        Table → its rows: a DataFrame, or an Arrow table or dataset (`dataset.open_tables` gives those).
    at : moment
        Rows dated before it count (see `time_rule.known_before`).

    Returns
    -------
    DataFrame
        One row a customer, by customer_id: `profile_on` and the profile of the last update; for each table
        that is there, how many rows the customer has (0 for none), their last date, and counts of the last
        days (`interactions_30`). Amounts are in yuan, refunds taken off. A score is the last one given.
        Visits of the firm's own staff count nowhere. Customers who withdrew their consent are not there.

    Examples
    --------
    >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "amount": [100.0, 50.0],
    ...                        "ordered_on": pd.to_datetime(["2025-01-02", "2025-03-04"])})
    >>> snapshot({"orders": orders}, "2025-02-01")[["customer_id", "orders", "amount"]].to_dict("records")
    [{'customer_id': 'a', 'orders': 1, 'amount': 100.0}]
    """
    parts = [_read_profiles(tables["customers"], at)] if "customers" in tables else []
    parts += [_count_all(name, tables[name], at) for name in _MEASURES if name in tables]
    if not parts:
        return pd.DataFrame({"customer_id": pd.Series(dtype=TEXT_DTYPE)})
    refusing = [_find_refusing(tables[name]) for name in ("customers", "leads") if name in tables]
    found = _join(parts)
    return found[~found["customer_id"].isin(set().union(*refusing))].reset_index(drop=True)


def _find_refusing(rows: Any) -> set[str]:
    """Find who gave no consent or opted out: whenever that was, nothing of them is shown any more."""
    import pyarrow.compute as pc
    from pyarrow import acero

    if isinstance(rows, pd.DataFrame):
        rows = to_arrow(rows, ("customer_id", "consent", "do_not_contact"))
    said = {"consent": False, "do_not_contact": True}
    refuses = [
        pc.coalesce(pc.field(name) == value, pc.scalar(False))
        for name, value in said.items()
        if name in rows.schema.names
    ]
    if not refuses or "customer_id" not in rows.schema.names:
        return set()
    steps = [
        time_rule.source(rows, {"customer_id", *said}),
        acero.Declaration("filter", acero.FilterNodeOptions(reduce(or_, refuses))),
    ]
    return set(acero.Declaration.from_sequence(steps).to_table()["customer_id"].to_pylist())


# --- what is counted of each table


def _derive_orders(names: Sequence[str]) -> dict[str, Any]:
    import pyarrow.compute as pc

    sold = pc.coalesce(pc.field("kind") != REFUND, pc.scalar(True)) if "kind" in names else pc.scalar(True)
    fen = pc.round(pc.field("amount").cast("double") * pc.scalar(100.0)).cast("int64")
    return {"sold": sold & pc.field("ordered_on").is_valid(), "fen": fen}


def _measure_orders(names: Sequence[str], at: Moment) -> Measures:
    import pyarrow.compute as pc

    day, sold, fen = pc.field("ordered_on"), pc.field("sold"), pc.field("fen")
    dated = pc.if_else(sold, day, _nothing("timestamp[us]"))
    measures: Measures = {
        "orders": (sold, "sum"),
        "refunds": (~sold, "sum"),
        f"amount{_FEN}": (fen, "sum"),
        "first_order_on": (dated, "min"),
        "last_order_on": (dated, "max"),
    }
    for days in WINDOWS["orders"]:
        recent = is_recent(day, at, days)
        measures[f"orders_{days}"] = recent & sold, "sum"
        measures[f"amount_{days}{_FEN}"] = pc.if_else(recent, fen, _nothing("int64")), "sum"
    return measures


def _derive_interactions(names: Sequence[str]) -> dict[str, Any]:
    import pyarrow.compute as pc

    seen = pc.field("occurred_at").is_valid()
    return {"seen": seen & ~pc.coalesce(pc.field("staff"), pc.scalar(False)) if "staff" in names else seen}


def _measure_interactions(names: Sequence[str], at: Moment) -> Measures:
    import pyarrow.compute as pc

    day, seen = pc.field("occurred_at"), pc.field("seen")
    dated = pc.if_else(seen, day, _nothing("timestamp[us]"))
    measures: Measures = {"interactions": (seen, "sum"), "last_interaction_on": (dated, "max")}
    for days in WINDOWS["interactions"]:
        measures[f"interactions_{days}"] = seen & is_recent(day, at, days), "sum"
    return measures


def _measure_consultations(names: Sequence[str], at: Moment) -> Measures:
    measures = _measure_rows("consultations", "consulted_on", "consultation", names, at)
    scores = {name: _last_score(name, "consulted_on") for name in _SCORES if name in names}
    return measures | {f"last_{name}": (expression, "max") for name, expression in scores.items()}


def _measure_responses(names: Sequence[str], at: Moment) -> Measures:
    import pyarrow.compute as pc

    answered = pc.field("answered_on")
    measures = {"invited": (pc.field("customer_id").is_valid(), "sum")}
    if "answered_on" in names:
        measures |= {"answered": (answered.is_valid(), "sum"), "last_answer_on": (answered, "max")}
        if "overall" in names:
            measures["last_overall"] = _last_score("overall", "answered_on"), "max"
    return measures


def _measure_complaints(names: Sequence[str], at: Moment) -> Measures:
    import pyarrow.compute as pc

    measures = _measure_rows("complaints", "received_on", "complaint", names, at)
    if "closed_on" in names:
        measures["open_complaints"] = pc.field("closed_on").is_null(), "sum"
    return measures


def _measure_rows(plural: str, date: str, singular: str, names: Sequence[str], at: Moment) -> Measures:
    """Count rows, and give the date of the last one."""
    import pyarrow.compute as pc

    return {
        plural: (pc.field("customer_id").is_valid(), "sum"),
        f"last_{singular}_on": (pc.field(date), "max"),
    }


def _nothing(kind: str) -> Any:
    import pyarrow
    import pyarrow.compute as pc

    kinds = {"timestamp[us]": pyarrow.timestamp("us"), "int64": pyarrow.int64()}
    return pc.scalar(pyarrow.scalar(None, kinds[kind]))


def _last_score(score: str, date: str) -> Any:
    """Return day · 100 + score: its maximum ends in the score of the last day, the highest of several."""
    import pyarrow.compute as pc

    days = pc.field(date).cast("date32").cast("int32").cast("int64")
    return days * pc.scalar(_SCORE_PLACES) + pc.field(score).cast("int64")


_MEASURES: Mapping[str, Callable[[Sequence[str], Moment], Measures]] = {
    "orders": _measure_orders,
    "interactions": _measure_interactions,
    "consultations": _measure_consultations,
    "responses": _measure_responses,
    "complaints": _measure_complaints,
    "leads": partial(_measure_rows, "leads", "created_on", "lead"),
    "feedback": partial(_measure_rows, "feedback", "given_on", "feedback"),
}
# What several measures need is computed once.
_DERIVED: Mapping[str, Callable[[Sequence[str]], dict[str, Any]]] = {
    "orders": _derive_orders,
    "interactions": _derive_interactions,
}
# Of a dataset only these columns are read.
_READ: Mapping[str, tuple[str, ...]] = {
    "orders": ("customer_id", "ordered_on", "amount", "kind"),
    "interactions": ("customer_id", "occurred_at", "staff"),
    "consultations": ("customer_id", "consulted_on", *_SCORES),
    "responses": ("customer_id", "answered_on", "overall"),
    "complaints": ("customer_id", "received_on", "closed_on"),
    "leads": ("customer_id", "created_on"),
    "feedback": ("customer_id", "given_on"),
}
_COUNTS = (
    *("orders", "refunds", "interactions", "consultations", "invited", "answered", "complaints"),
    *("open_complaints", "leads", "feedback"),
)


# --- counting


def _count_all(table: str, rows: Any, at: Moment) -> Any:
    """Count a table's rows by customer, some files at a time, and merge.

    A customer's rows mostly stand in few files (a region's), so each part has few customers and its hash
    table fits into the processor's cache; all at once would take twice as long.
    """
    import pyarrow
    from pyarrow import acero

    if isinstance(rows, pd.DataFrame):
        rows = to_arrow(rows, {*_READ[table], *time_rule.list_dating(table)})
    counted = [_count(table, part, at) for part in _split(rows)]
    if len(counted) == 1:
        return counted[0]
    merged = acero.TableSourceNodeOptions(pyarrow.concat_tables(counted))
    measures = _MEASURES[table](rows.schema.names, at)
    return _group(
        [acero.Declaration("table_source", merged)], {name: how for name, (_, how) in measures.items()}
    )


def _split(rows: Any) -> Iterator[Any]:
    """Give the files of a dataset in parts of about `PART_ROWS` rows; anything else as it is."""
    import pyarrow.dataset

    if not isinstance(rows, pyarrow.dataset.FileSystemDataset):
        yield rows
        return
    held: list[Any] = []
    size = 0
    for fragment in rows.get_fragments():
        held.append(fragment)
        size += fragment.count_rows()
        if size >= PART_ROWS:
            yield pyarrow.dataset.FileSystemDataset(held, rows.schema, rows.format, rows.filesystem)
            held, size = [], 0
    if held:
        yield pyarrow.dataset.FileSystemDataset(held, rows.schema, rows.format, rows.filesystem)


def _count(table: str, rows: Any, at: Moment) -> Any:
    """Count rows by customer; the result can be merged with that of other rows."""
    import pyarrow.compute as pc
    from pyarrow import acero

    names = [name for name in _READ[table] if name in rows.schema.names]
    derived = _DERIVED[table](names) if table in _DERIVED else {}
    measures = _MEASURES[table](names, at)
    own = {name: pc.field(name) for name in names}
    told = {"customer_id": own["customer_id"], **{name: value for name, (value, _) in measures.items()}}
    steps = [
        time_rule.known_before(rows, at, table, names),
        *(
            acero.Declaration("project", acero.ProjectNodeOptions(list(step.values()), list(step)))
            for step in (own | derived, told)
        ),
    ]
    counted = _group(steps, {name: how for name, (_, how) in measures.items()})
    return counted.filter(pc.field("customer_id").is_valid())


def _group(steps: Sequence[Any], how: Mapping[str, str]) -> Any:
    from pyarrow import acero

    aggregates = [([name], f"hash_{way}", None, name) for name, way in how.items()]
    step = acero.Declaration("aggregate", acero.AggregateNodeOptions(aggregates, ["customer_id"]))
    return acero.Declaration.from_sequence([*steps, step]).to_table()


def _read_profiles(rows: Any, at: Moment) -> Any:
    """Return the profile of each customer as last updated before `at`; an undated one counts as the first."""
    if isinstance(rows, pd.DataFrame):
        rows = to_arrow(rows, {"customer_id", *PROFILE, *time_rule.list_dating("customers")})
    known = time_rule.known_before(rows, at, "customers")
    table = from_arrow(known.to_table())
    dates = [name for name in time_rule.dating("customers").dates if name in table]
    table["profile_on"] = table[dates].bfill(axis=1).iloc[:, 0] if dates else pd.NaT
    shown = ["customer_id", "profile_on", *(name for name in PROFILE if name in table)]
    # Equal dates: the order of the other columns decides, so that the order of files does not.
    ordered = table[shown].sort_values(["customer_id", "profile_on", *shown[2:]], na_position="first")
    return to_arrow(ordered.drop_duplicates("customer_id", keep="last"))


def _join(parts: Sequence[Any]) -> pd.DataFrame:
    """Join one table for each kind by customer; a customer without rows has 0 of them."""
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.join(part, "customer_id", join_type="full outer")
    told = from_arrow(joined.sort_by("customer_id"))
    return pd.DataFrame({name.removesuffix(_FEN): _finish(name, told[name]) for name in told})


def _finish(name: str, values: pd.Series) -> pd.Series:
    if name.endswith(_FEN):
        return (values.fillna(0).astype("Int64") / 100).astype("Float64")
    if name.rstrip("_0123456789") in _COUNTS:
        return values.fillna(0).astype("Int64")
    return values % _SCORE_PLACES if name in _LAST_SCORES else values
