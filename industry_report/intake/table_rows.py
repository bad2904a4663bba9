"""Clean rows of the tables beside the consultations: records, what cells say, what contradicts."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from . import row_kinds, values
from .code_lists import EXCHANGE, REFUND, find_code
from .column_readers import Reader
from .fault_kinds import KINDS
from .fault_log import TEXT_DTYPE, FaultLog
from .input_files import Block, Sheet
from .personal_data import cover
from .schemas import Schema
from .table_headers import Found
from .text_rows import list_long_rows
from .values import Reading

NO_REGION, NO_YEAR = "", 0  # of rows that nothing places: a customer's profile has no year
_TYPES = {
    "moment": "datetime64[us]",
    **dict.fromkeys(("amount", "quantity", "seconds"), "Float64"),
    **dict.fromkeys(("count", "score", "rating", "year"), "Int64"),
    "yes_no": "boolean",
}


def name_type(schema: Schema, column: str) -> str:
    """Name the type of a clean column of a table."""
    return _TYPES.get(schema.columns[column].kind, TEXT_DTYPE)


@dataclass(frozen=True)
class OpenTable:
    """A table with all that reading its rows needs."""

    file: str
    sheet: Sheet
    found: Found
    readers: Mapping[str, Reader]
    needed: tuple[str, ...] = ()  # personal columns that the mapping file asks for
    region: str | None = None
    year: int | None = None
    exported_on: pd.Timestamp | None = None
    refunds_are_negative: bool = False

    @property
    def schema(self) -> Schema:
        """What kind of table it is."""
        return self.found.schema

    def type_of(self, column: str) -> str:
        """Name the type of a clean column."""
        if column in self.found.further:
            return "Float64" if self.found.further[column] == "number" else TEXT_DTYPE
        return name_type(self.schema, column)


def clean_block(block: Block, table: OpenTable, faults: FaultLog, tally: Counter[str]) -> pd.DataFrame:
    """Clean a block of rows; each distinct value is judged once.

    Returns
    -------
    DataFrame
        The rows without a rejecting fault: file, sheet, row, the table's columns (without personal ones that
        nobody needs), region and year.
    """
    read = {name: _read_column(block, table, name) for name in table.found.columns}
    chosen = _find_records(block, table, read, faults, tally)
    rows = block.first_row + chosen
    bad = list_long_rows(block, table.sheet, table.found.as_table(), chosen, faults)
    cleaned: dict[str, Any] = {}
    for name, (codes, readings, raw) in read.items():
        picked = codes[chosen]
        bad |= _list_faults(name, picked, readings, raw, rows, table, faults)
        cleaned[name] = _take(table.type_of(name), readings, picked)
    frame = pd.DataFrame(
        {"file": cover(table.file), "sheet": cover(table.sheet.name), "row": rows, **cleaned},
        index=range(len(rows)),
    ).astype({"file": TEXT_DTYPE, "sheet": TEXT_DTYPE})
    bad |= _list_missing(read, chosen, rows, table, faults)
    bad |= judge(frame, table, faults, ~bad)
    frame = _place(frame, table)
    bad |= _list_unplaced(frame, table, faults, ~bad)
    tally["read"] += len(rows)
    tally["rejected"] += int(bad.sum())
    dropped = [name for name in table.schema.personal if name in frame and name not in table.needed]
    return frame[~bad].drop(columns=dropped)


_Cells = tuple[np.ndarray, list[Reading], list[Any]]


def _read_column(block: Block, table: OpenTable, name: str) -> _Cells:
    """Give codes into the distinct readings of a column, these, and what was read."""
    encoded = block.columns[table.found.columns[name]]
    reader = table.readers[name]
    readings = [
        Reading(None, "cell_error" if raw else "formula_without_value")
        if isinstance(raw, values.CellError)
        else reader(raw)
        for raw in encoded.values
    ]
    return encoded.codes, readings, encoded.values


def _take(kind: str, readings: list[Reading], codes: np.ndarray) -> Any:
    distinct = [reading.value for reading in readings]
    if kind.startswith("datetime"):
        return np.array(distinct, dtype="M8[us]")[codes]
    return pd.array(distinct, dtype=kind).take(codes)


def _find_records(
    block: Block, table: OpenTable, read: Mapping[str, _Cells], faults: FaultLog, tally: Counter[str]
) -> np.ndarray:
    """Give the positions of the records; only rows that lack something required are looked at closely."""
    suspect, filled = np.zeros(block.size, dtype=bool), np.zeros(block.size, dtype=np.intp)
    for name, (codes, readings, _) in read.items():
        lacks = np.array([reading.value is None for reading in readings], dtype=bool)
        filled += ~lacks[codes]
        if name in table.schema.required:
            head = table.found.headers[table.found.columns[name]]
            odd = [_may_label(reading.value, head) for reading in readings]
            suspect |= (lacks | np.array(odd, dtype=bool))[codes]
    suspect |= filled < 2
    keep = np.ones(block.size, dtype=bool)
    for place in np.flatnonzero(suspect).tolist():
        raw = block.raw(place) or [cells[codes[place]] for codes, _, cells in read.values()]
        kind = name_non_record(raw, table)
        if kind is None:
            continue
        keep[place] = False
        tally[kind] += 1
        if kind != "blank":
            first = next(text for cell in raw if (text := values.trim(cell)))
            faults.add(kind, table.sheet.name, "", [block.first_row + place], [first[:200]])
    return np.flatnonzero(keep)


def _may_label(value: Any, head: str) -> bool:
    """Tell whether a value may be the label of a total, or the header again."""
    return isinstance(value, str) and (value == head or row_kinds.is_surely_total(value))


def name_non_record(raw: Any, table: OpenTable) -> str | None:
    """Tell what a row is if it is no record: one of blank, total_row, repeated_header, footnote."""
    texts = [text for cell in raw if (text := values.trim(cell))]
    if not texts:
        return "blank"
    if row_kinds.repeats(raw, table.found.headers):
        return "repeated_header"
    if row_kinds.is_surely_total(texts[0]):
        return "total_row"
    is_identifier = len(table.schema.required) == 1 and row_kinds.has_figure(texts[0])
    return "footnote" if len(texts) == 1 and not is_identifier else None


def _list_faults(
    name: str,
    codes: np.ndarray,
    readings: list[Reading],
    raw: list[Any],
    rows: np.ndarray,
    table: OpenTable,
    faults: FaultLog,
) -> np.ndarray:
    """List the faults of a column's cells; gives the rows that they keep out."""
    bad = np.zeros(len(rows), dtype=bool)
    for kind in sorted({reading.code for reading in readings} - {""}):
        hit = np.array([reading.code == kind for reading in readings], dtype=bool)[codes]
        at = codes[hit][: faults.limit]
        # The value of personal data is told nowhere.
        shown = ["" if kind in ("personal_data", "uscc_invalid") else values.show(raw[code]) for code in at]
        faults.add(kind, table.sheet.name, name, rows[hit], shown, [readings[code].hint for code in at])
        if KINDS[kind].rejects:
            bad |= hit
    return bad


def _list_missing(
    read: Mapping[str, _Cells], chosen: np.ndarray, rows: np.ndarray, table: OpenTable, faults: FaultLog
) -> np.ndarray:
    """List required cells without a value, but for those whose reason has been said already."""
    bad = np.zeros(len(rows), dtype=bool)
    for name in table.schema.required:
        codes, readings, _ = read[name]
        lacks = [
            reading.value is None and not (reading.code and KINDS[reading.code].rejects)
            for reading in readings
        ]
        missing = np.array(lacks, dtype=bool)[codes[chosen]]
        faults.add("required_missing", table.sheet.name, name, rows[missing])
        bad |= missing
    return bad


# --- what a row says as a whole


def judge(frame: pd.DataFrame, table: OpenTable, faults: FaultLog, good: np.ndarray) -> np.ndarray:
    """List what the cells of a row say against each other; gives the rows that it keeps out.

    `frame` is completed where the rules of the table say so: refunds get their sign and their kind.
    """
    bad = _judge_amounts(frame, table, faults, good) if table.schema.name == "orders" else ~good & False
    for begin, end in table.schema.order:
        if begin in frame and end in frame:
            early = (frame[end] < frame[begin].dt.floor("D")).fillna(False).to_numpy(dtype=bool) & good
            code = "ends_before_start" if end == "closed_on" else "dates_disagree"
            _add(code, end, frame, early, table, faults, partial(_show, begin))
            bad = bad | (early if code == "ends_before_start" else False)
    if table.exported_on is not None:
        for name in set(table.schema.dates) & set(frame):
            late = (frame[name] >= table.exported_on + pd.Timedelta(days=1)).to_numpy(dtype=bool) & good
            _add("after_export", name, frame, late, table, faults, lambda _: values.show(table.exported_on))
            bad = bad | late
    if table.schema.name == "interactions" and "staff" in frame:
        staff = frame["staff"].fillna(False).to_numpy(dtype=bool) & good
        _add("staff_visit", "staff", frame, staff, table, faults)
    if table.schema.name in ("customers", "leads"):
        bad = bad | _judge_consent(frame, table, faults, good)
    return bad


def _show(column: str, row: Any) -> str:
    return values.show(row[column])


def _judge_amounts(frame: pd.DataFrame, table: OpenTable, faults: FaultLog, good: np.ndarray) -> np.ndarray:
    """Refuse negative amounts that are no refunds; give refunds their sign."""
    negative = (frame["amount"] < 0).fillna(False).to_numpy(dtype=bool)
    kind = frame["kind"] if "kind" in frame else pd.Series(None, index=frame.index, dtype=TEXT_DTYPE)
    if table.refunds_are_negative:
        kind = kind.mask(negative, REFUND)
    is_refund = kind.eq(REFUND).fillna(False).to_numpy(dtype=bool)
    if "kind" in frame or table.refunds_are_negative:
        frame["kind"] = kind
    frame["amount"] = frame["amount"].mask(is_refund & ~negative, -frame["amount"])
    wrong = negative & ~is_refund & good
    _add("negative_without_refund", "amount", frame, wrong, table, faults)
    zero = (frame["amount"] == 0).fillna(False).to_numpy(dtype=bool) & good
    _add("amount_zero", "amount", frame, zero, table, faults)
    return wrong


def _judge_consent(frame: pd.DataFrame, table: OpenTable, faults: FaultLog, good: np.ndarray) -> np.ndarray:
    """Count who gave no consent, and leave nothing of them but the number; refuse exchanges without any."""
    refused = np.zeros(len(frame), dtype=bool)
    for name, value in (("consent", False), ("do_not_contact", True)):
        if name in frame:
            refused |= frame[name].eq(value).fillna(False).to_numpy(dtype=bool)
    refused &= good
    exchanged = np.zeros(len(frame), dtype=bool)
    if table.schema.name == "customers" and "channel" in frame:
        is_exchange = [find_code("channel", text) == EXCHANGE for text in frame["channel"].fillna("")]
        agreed = frame["consent"].fillna(False) if "consent" in frame else pd.Series(False, index=frame.index)
        named = frame["provider"].notna() if "provider" in frame else pd.Series(False, index=frame.index)
        exchanged = (
            np.array(is_exchange, dtype=bool) & ~(agreed & named).to_numpy(dtype=bool) & good & ~refused
        )
    _add("no_consent", "customer_id", frame, refused, table, faults, shows=False)
    _add("no_consent_exchange", "channel", frame, exchanged, table, faults, shows=False)
    keys = {*table.schema.key, *table.schema.required, "customer_id", "consent", "do_not_contact"}
    for name in set(table.found.columns) - keys:
        frame[name] = frame[name].mask(refused)
    return exchanged


def _add(
    code: str,
    column: str,
    frame: pd.DataFrame,
    hit: np.ndarray,
    table: OpenTable,
    faults: FaultLog,
    hint: Callable[[Any], str] = lambda _: "",
    shows: bool = True,
) -> None:
    """Add one fault for each row that is hit."""
    part = frame[hit]
    if part.empty:
        return
    listed = part.head(faults.limit)
    shown = [values.show(cell) for cell in listed[column].astype(object)] if shows else [""] * len(listed)
    hints = [hint(row) for _, row in listed.iterrows()]
    faults.add(code, table.sheet.name, column, part["row"].to_numpy(), shown, hints)


# --- region and year


def _place(frame: pd.DataFrame, table: OpenTable) -> pd.DataFrame:
    """Complete region and year: a column's, else the name's; the year at first from the row's date."""
    region = pd.Series(table.region or NO_REGION, index=frame.index, dtype=TEXT_DTYPE)
    if "region" in frame:
        region = frame["region"].fillna(table.region or NO_REGION)
    if table.schema.is_static:
        return frame.assign(region=region, year=pd.array([NO_YEAR] * len(frame), dtype="Int64"))
    if "year" in frame:
        return frame.assign(region=region)
    year = pd.Series(pd.NA, index=frame.index, dtype="Int64")
    for name in table.schema.dates:
        if name in frame:
            year = year.fillna(frame[name].dt.year.astype("Int64"))
    return frame.assign(region=region, year=year.fillna(table.year) if table.year else year)


def _list_unplaced(frame: pd.DataFrame, table: OpenTable, faults: FaultLog, good: np.ndarray) -> np.ndarray:
    missing = frame["year"].isna().to_numpy(dtype=bool) & good
    faults.add("year_missing", table.sheet.name, "year", frame["row"].to_numpy()[missing])
    return missing
