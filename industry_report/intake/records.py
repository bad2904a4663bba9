"""Make clean records out of raw rows: leave out what is none, judge every cell, complete region and year."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from . import headers, place_names, values
from .fault_kinds import KINDS
from .fault_log import TEXT, Ledger
from .headers import SCORES, Table
from .sources import Block, Sheet
from .values import Reading

NON_RECORDS = ("blank", "total_row", "footnote", "repeated_header")
TYPES: dict[str, str] = dict.fromkeys(headers.COLUMNS, TEXT) | {
    **dict.fromkeys(("consulted_on", "converted_on"), "datetime64[us]"),
    **dict.fromkeys(("year", *SCORES), "Int64"),
    **dict.fromkeys(("composite_supplied", "amount"), "Float64"),
    "converted": "boolean",
}
_TOTAL = re.compile(
    r"(?:本页|全年|年度|本年|各项)?"
    r"(?:合计|总计|小计|累计|共计|汇总|总数|平均|平均值|平均分|均值"
    r"|grand total|subtotal|total|sum|average|mean)"
    r"(?:数|行|人数|条数|分)?(?:\s*[:：(].*|\s*\d+\s*[条行人次]?)?"
)
_FOOTNOTE = re.compile(
    r"(?:附?注|备注|(?:填表)?说明|(?:数据|资料)?来源|制表人?|填[表报]人?|审核人?|统计口径|打印时间|导出时间|单位"
    r"|notes?|source|prepared by)"
    r"\s*\d*\s*[:：].*|[*※].+|共\s*\d+\s*[条行人次].*",
    re.DOTALL,
)


@dataclass(frozen=True)
class Grid:
    """A sheet with its table, how its cells are read, and what holds for rows without region or year."""

    file: str
    sheet: Sheet
    table: Table
    readers: Mapping[str, Callable[[Any], Reading]]
    region: str | None
    year: int | None
    further: Mapping[str, str] = field(default_factory=dict)  # columns of the mapping's own: number or text

    def type_of(self, column: str) -> str:
        """Name the type of a clean column."""
        return TYPES.get(column) or ("Float64" if self.further[column] == "number" else TEXT)


@dataclass(frozen=True)
class _Column:
    """A column of a block: codes into its distinct raw values, and into what was read from each."""

    codes: np.ndarray
    raw: Sequence[Any]
    read: Sequence[Reading]

    def pick(self, rows: np.ndarray) -> "_Column":
        """Keep some rows."""
        return _Column(self.codes[rows], self.raw, self.read)

    def spread(self, holds: Callable[[Reading], bool]) -> np.ndarray:
        """Tell of each row whether something holds for its value."""
        return np.array([holds(reading) for reading in self.read], dtype=bool)[self.codes]


def clean_block(block: Block, grid: Grid, ledger: Ledger, tally: Counter[str]) -> pd.DataFrame:
    """Clean a block of rows; each distinct value is judged once.

    Parameters
    ----------
    block : Block
        Raw rows.
    grid : Grid
        What is known about their sheet.
    ledger : Ledger
        Takes the faults.
    tally : Counter
        Takes the counts of read and rejected rows, and of rows that are no records.

    Returns
    -------
    DataFrame
        The rows without a rejecting fault: file, sheet, row, and the columns of the contract that are there.
    """
    columns = {column: _read_column(block, grid, column) for column in grid.table.columns}
    chosen = _find_records(block, grid, columns, ledger, tally)
    columns = {column: cells.pick(chosen) for column, cells in columns.items()}
    rows = block.first_row + chosen
    bad = _list_long_rows(block, grid, chosen, ledger)
    for column, cells in columns.items():
        bad |= _list_faults(column, cells, rows, grid.sheet.name, ledger)
    told = {column: _take(grid.type_of(column), cells) for column, cells in columns.items()}
    bad |= _complete_places(told, columns, rows, bad, grid, ledger)
    tally["read"] += len(rows)
    tally["rejected"] += int(bad.sum())
    origin = {"file": _repeat(grid.file, TEXT, len(rows)), "sheet": _repeat(grid.sheet.name, TEXT, len(rows))}
    ordered = {column: told[column] for column in (*headers.COLUMNS, *grid.further) if column in told}
    cleaned = pd.DataFrame({**origin, "row": rows, **ordered})
    return cleaned[~bad] if bad.any() else cleaned


def _read_column(block: Block, grid: Grid, column: str) -> _Column:
    encoded, reader = block.columns[grid.table.columns[column]], grid.readers[column]
    read = [_read_error(raw) if isinstance(raw, values.CellError) else reader(raw) for raw in encoded.values]
    return _Column(encoded.codes, encoded.values, read)


def _read_error(cell: values.CellError) -> Reading:
    return Reading(None, "cell_error" if cell else "formula_without_value")


def _take(kind: str, cells: _Column) -> Any:
    """Build a clean column out of its distinct values."""
    distinct = [reading.value for reading in cells.read]
    if kind.startswith("datetime"):
        return np.array(distinct, dtype="M8[us]")[cells.codes]
    return pd.array(distinct, dtype=kind).take(cells.codes)


def _repeat(value: Any, kind: str, length: int) -> Any:
    return pd.array([value], dtype=kind).take(np.zeros(length, dtype=np.intp))


# --- which rows are records


def _find_records(
    block: Block, grid: Grid, columns: Mapping[str, _Column], ledger: Ledger, tally: Counter[str]
) -> np.ndarray:
    """Give the positions of the block's records; only rows with something doubtful are looked at closely."""
    suspect = np.zeros(block.size, dtype=bool)
    for column in ({*SCORES, "customer_id"} & set(columns)) or set(columns):
        suspect |= columns[column].spread(lambda reading: reading.value is None)
    for column in {"customer_id", "customer_type"} & set(columns):
        suspect |= columns[column].spread(
            lambda reading: reading.value is not None and is_total(reading.value)
        )
    keep = np.ones(block.size, dtype=bool)
    for place in np.flatnonzero(suspect).tolist():
        known = {column: values.trim(cells.raw[cells.codes[place]]) for column, cells in columns.items()}
        texts = [text for cell in block.raw(place) or known.values() if (text := values.trim(cell))]
        if kind := name_non_record(texts, known):
            keep[place] = False
            tally[kind] += 1
            if kind != "blank":
                ledger.add(kind, grid.sheet.name, "", [block.first_row + place], [texts[0][:200]])
    return np.flatnonzero(keep)


def name_non_record(texts: Sequence[str], known: Mapping[str, str]) -> str | None:
    """Tell what a row is if it is no record.

    Parameters
    ----------
    texts : sequence of str
        The row's cells that say something, in order.
    known : mapping
        Canonical column → what its cell says.

    Returns
    -------
    str or None
        "blank", "total_row", "footnote", "repeated_header"; None for a record.
    """
    if not texts:
        return "blank"
    if is_total(texts[0]):
        return "total_row"
    scores = {column: known.get(column, "") for column in SCORES}  # a table may have none
    if sum(_is_header(text, column) for column, text in scores.items()) > 1:
        return "repeated_header"
    if any(values.read_score(text).value for text in scores.values()):
        return None
    if _FOOTNOTE.fullmatch(values.fold(texts[0])):
        return "footnote"
    if not any(known.values()):
        return "blank"
    # A text that stands alone is a remark, unless it is an identifier or meant as a score.
    meant = known.get("customer_id", "") + "".join(scores.values())
    return "footnote" if len(texts) == 1 and not re.search(r"[\d*]", meant) else None


def is_total(text: str) -> bool:
    """Tell whether a text stands at the head of a row of totals."""
    return _TOTAL.fullmatch(values.fold(text)) is not None


def _is_header(text: str, column: str) -> bool:
    found = headers.recognise(text) if text else None
    return found is not None and found[0] == column


# --- what is wrong with them


def _list_long_rows(block: Block, grid: Grid, chosen: np.ndarray, ledger: Ledger) -> np.ndarray:
    """List rows of text with more cells than the header: a comma without quotes has shifted them."""
    bad = np.zeros(len(chosen), dtype=bool)
    width = len(grid.sheet.head[grid.table.skip - 1])
    if not grid.sheet.is_text or block.width <= width:
        return bad
    for place, position in enumerate(chosen.tolist()):
        if more := [text for cell in block.raw(position)[width:] if (text := values.trim(cell))]:
            bad[place] = True
            ledger.add("too_many_cells", grid.sheet.name, "", [block.first_row + position], [more[0][:200]])
    return bad


def _list_faults(column: str, cells: _Column, rows: np.ndarray, sheet: str, ledger: Ledger) -> np.ndarray:
    """List the faults of a column; gives the rows that they keep out."""
    bad = np.zeros(len(rows), dtype=bool)
    for kind in sorted({reading.code for reading in cells.read} - {""}):
        hit = cells.spread(partial(_has_code, kind))
        at = cells.codes[hit][: ledger.limit]
        shown, hints = [values.show(cells.raw[code]) for code in at], [cells.read[code].hint for code in at]
        ledger.add(kind, sheet, column, rows[hit], shown, hints)
        if KINDS[kind].rejects:
            bad |= hit
    return bad


def _has_code(code: str, reading: Reading) -> bool:
    return reading.code == code


def _complete_places(
    told: dict[str, Any],
    columns: Mapping[str, _Column],
    rows: np.ndarray,
    bad: np.ndarray,
    grid: Grid,
    ledger: Ledger,
) -> np.ndarray:
    """Complete region and year by what the names tell; gives the readable rows that nothing places."""
    lost = np.zeros(len(rows), dtype=bool)
    for column, own in (("region", grid.region), ("year", grid.year)):
        if column in columns and own is not None:
            _flag_place(column, str(own), columns[column], rows, grid.sheet.name, ledger)
        told[column] = _fill(told, column, own, len(rows))
        missing = pd.isna(told[column]) & ~bad
        if missing.any():
            ledger.add(f"{column}_missing", grid.sheet.name, column, rows[missing])
            lost |= missing
    return lost


def _fill(told: Mapping[str, Any], column: str, own: str | int | None, length: int) -> Any:
    """Fill region or year from the names, the year at last from the date."""
    if own is not None:
        return told[column].fillna(own) if column in told else _repeat(own, TYPES[column], length)
    filled = told[column] if column in told else _repeat(None, TYPES[column], length)
    if column == "year" and "consulted_on" in told:
        dates = pd.Series(told["consulted_on"])
        return pd.Series(filled).fillna(dates.dt.year.astype("Int64")).array
    return filled


def _flag_place(column: str, own: str, cells: _Column, rows: np.ndarray, sheet: str, ledger: Ledger) -> None:
    """Flag each region or year of the column that differs from what the names tell, at its first row."""
    for code, reading in enumerate(cells.read):
        if reading.value is not None and not place_names.agree(str(reading.value), own):
            hit = rows[cells.codes == code]
            ledger.add(f"{column}_disagrees", sheet, column, hit, [str(reading.value)], [own])
