"""Make clean records out of raw rows: leave out what is none, judge every cell, complete region and year."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from . import headers, place_names, row_kinds, values
from .fault_kinds import KINDS
from .fault_log import TEXT_DTYPE, FaultLog
from .headers import SCORES, Table
from .input_files import Block, Encoded, Sheet
from .personal_data import cover
from .text_rows import list_long_rows, list_split_amounts
from .values import Reading

TYPES: dict[str, str] = dict.fromkeys(headers.COLUMNS, TEXT_DTYPE) | {
    **dict.fromkeys(("consulted_on", "converted_on"), "datetime64[us]"),
    **dict.fromkeys(("year", *SCORES), "Int64"),
    **dict.fromkeys(("composite_supplied", "amount"), "Float64"),
    "converted": "boolean",
}
_ENOUGH = 5  # identifiers that show a form
_CODES = ("customer_type", "source", "region", "product")  # columns whose codes may label a row of averages


@dataclass(frozen=True)
class Grid:
    """A table of a sheet: how its cells are read, and what holds for rows without region or year.

    `header_row` is the number of its header's last row; `further` are the mapping's own columns, number or
    text; `merged_values` takes what merged cells hold whose first row stands in an earlier block.
    """

    file: str
    sheet: Sheet
    table: Table
    readers: Mapping[str, Callable[[Any], Reading]]
    region: str | None
    year: int | None
    further: Mapping[str, str] = field(default_factory=dict)
    header_row: int = 0
    merged_values: dict[tuple[int, int], Any] = field(default_factory=dict)

    @property
    def needed(self) -> list[str]:
        """The columns that make a row a record: the scores, or where there are none the further numbers."""
        if set(SCORES) & set(self.table.columns):
            return [column for column in SCORES if column in self.table.columns]
        return [column for column, kind in self.further.items() if kind == "number"]

    def type_of(self, column: str) -> str:
        """Name the type of a clean column."""
        return TYPES.get(column) or ("Float64" if self.further[column] == "number" else TEXT_DTYPE)

    def read(self, column: str, raw: Any) -> Reading:
        """Read a raw cell of a column."""
        if isinstance(raw, values.CellError):
            return Reading(None, "cell_error" if raw else "formula_without_value")
        return self.readers[column](raw)


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


def clean_block(
    block: Block, grid: Grid, faults: FaultLog, tally: Counter[str], counts_blank: bool = True
) -> pd.DataFrame:
    """Clean a block of rows; each distinct value is judged once.

    Parameters
    ----------
    block : Block
        Raw rows.
    grid : Grid
        What is known about their table.
    faults : FaultLog
        Takes the faults.
    tally : Counter
        Takes the counts of read and rejected rows, and of rows that are no records.
    counts_blank : bool
        Whether blank rows are counted: beside another table they are counted there.

    Returns
    -------
    DataFrame
        The rows without a rejecting fault: file, sheet, row, and the columns of the contract that are there.
    """
    columns = {column: _read_column(block, grid, column, faults) for column in grid.table.columns}
    chosen, doubtful = _find_records(block, grid, columns, faults, tally, counts_blank)
    columns = {column: cells.pick(chosen) for column, cells in columns.items()}
    rows = block.first_row + chosen
    bad = list_long_rows(block, grid.sheet, grid.table, chosen, faults) | doubtful
    for column, cells in columns.items():
        bad |= _list_faults(column, cells, rows, grid.sheet.name, faults)
    cleaned = {column: _take(grid.type_of(column), cells) for column, cells in columns.items()}
    split = list_split_amounts(block, grid.sheet, grid.table, chosen, faults)
    if split.any():
        cleaned["amount"] = pd.Series(cleaned["amount"]).mask(split).array
    bad |= _complete_places(cleaned, columns, rows, bad, grid, faults)
    tally["read"] += len(rows)
    tally["rejected"] += int(bad.sum())
    return _join_columns(cleaned, rows, grid, bad)


def _join_columns(cleaned: Mapping[str, Any], rows: np.ndarray, grid: Grid, bad: np.ndarray) -> pd.DataFrame:
    origin = {
        "file": _repeat(cover(grid.file), TEXT_DTYPE, len(rows)),
        "sheet": _repeat(cover(grid.sheet.name), TEXT_DTYPE, len(rows)),
    }
    ordered = {column: cleaned[column] for column in (*headers.COLUMNS, *grid.further) if column in cleaned}
    table = pd.DataFrame({**origin, "row": rows, **ordered})
    return table[~bad] if bad.any() else table


def _read_column(block: Block, grid: Grid, column: str, faults: FaultLog) -> _Column:
    position = grid.table.columns[column]
    encoded = block.columns[position]
    if any(place == position for _, _, place in grid.sheet.merges):
        encoded = _spread_merges(block, grid, column, encoded, faults)
    return _Column(encoded.codes, encoded.values, [grid.read(column, raw) for raw in encoded.values])


def _spread_merges(block: Block, grid: Grid, column: str, encoded: Encoded, faults: FaultLog) -> Encoded:
    """Let a cell that is merged downwards hold for all its rows that say something; an amount only once."""
    position = grid.table.columns[column]
    codes, distinct = encoded.codes.copy(), list(encoded.values)
    for top, bottom, place in grid.sheet.merges:
        first, last = max(top, block.first_row), min(bottom, block.first_row + block.size - 1)
        if place != position or first > last or top <= grid.header_row:
            continue
        if top == first:
            grid.merged_values[top, position] = distinct[codes[top - block.first_row]]
        value = grid.merged_values.get((top, position), "")
        below = [row for row in range(first, last + 1) if row > top and _is_filled(block, row)]
        if not values.trim(value) or not below:
            continue
        kind = "amount_merged" if column == "amount" else "merged_cells"
        faults.add(kind, grid.sheet.name, column, [first], [values.show(value)], [f"{top}-{bottom}"])
        if kind == "merged_cells":
            distinct.append(value)
            codes[np.array(below) - block.first_row] = len(distinct) - 1
    return Encoded(codes, distinct)


def _is_filled(block: Block, row: int) -> bool:
    return any(values.trim(cell) for cell in block.raw(row - block.first_row))


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
    block: Block,
    grid: Grid,
    columns: Mapping[str, _Column],
    faults: FaultLog,
    tally: Counter[str],
    counts_blank: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Give the positions of the block's records, and which of these may be rows of a summary.

    Only rows with something doubtful are looked at closely.
    """
    codes = {reading.value for column in _CODES if column in columns for reading in columns[column].read}
    suspect = _find_suspects(columns, codes, block.size)
    suspect |= block.first_row + np.arange(block.size) == grid.header_row + 1
    keep, doubtful = np.ones(block.size, dtype=bool), np.zeros(block.size, dtype=bool)
    have_figures = _have_figures(columns.get("customer_id"))
    for place in np.flatnonzero(suspect).tolist():
        known = {column: values.trim(cells.raw[cells.codes[place]]) for column, cells in columns.items()}
        texts = _list_texts(block, grid, place) or [text for text in known.values() if text]
        row = block.first_row + place
        kind = row_kinds.name_non_record(texts, known, codes, ordinals=row == grid.header_row + 1)
        if kind is None:
            doubtful[place] = have_figures and row_kinds.names_group(known)
            _flag_doubt(known, grid.sheet.name, row, bool(doubtful[place]), faults)
            continue
        keep[place] = False
        if kind != "blank" or counts_blank:
            tally[kind] += 1
        if kind != "blank":
            faults.add(kind, grid.sheet.name, "", [row], [texts[0][:200]])
    return np.flatnonzero(keep), doubtful[keep]


def _have_figures(identifiers: _Column | None) -> bool:
    """Tell whether the identifiers of a block have digits, or stars, so that one without is another thing."""
    names = [str(reading.value) for reading in identifiers.read if reading.value] if identifiers else []
    return len(names) >= _ENOUGH and sum(map(row_kinds.has_figure, names)) >= 0.8 * len(names)


def _find_suspects(columns: Mapping[str, _Column], codes: set[Any], size: int) -> np.ndarray:
    """Find rows that may be none: a score or identifier lacks, a label reads like a total, all is blank."""
    suspect = np.zeros(size, dtype=bool)
    for column in ({*SCORES, "customer_id"} & set(columns)) or set(columns):
        suspect |= columns[column].spread(lambda reading: reading.value is None)
    for column in set(row_kinds.LABELS) & set(columns):
        suspect |= columns[column].spread(partial(_may_label, column == "customer_id", codes))
    content = (set(row_kinds.CONTENT[1:]) & set(columns)) or {"customer_id"} & set(columns)
    blank = np.ones(size, dtype=bool)
    for column in content:
        blank &= columns[column].spread(lambda reading: reading.value is None)
    return suspect | blank  # without any such column every row


def _may_label(is_identifier: bool, codes: set[Any], reading: Reading) -> bool:
    if not isinstance(reading.value, str):
        return reading.code == "date_unreadable"
    text = reading.value
    return (is_identifier and text in codes) or row_kinds.is_perhaps_total(text)


def _list_texts(block: Block, grid: Grid, place: int) -> list[str]:
    """List what a row says, of tables beside each other within this one's columns only."""
    start, stop = grid.table.span if grid.table.is_beside else (0, block.width)
    return [text for cell in block.raw(place)[start:stop] if (text := values.trim(cell))]


def _flag_doubt(known: Mapping[str, str], sheet: str, row: int, names_group: bool, faults: FaultLog) -> None:
    if names_group:
        faults.add("maybe_summary", sheet, "customer_id", [row], [known["customer_id"]])
        return
    for column in ("customer_id", "customer_type"):
        if (text := known.get(column, "")) and row_kinds.is_perhaps_total(text):
            faults.add("maybe_total", sheet, column, [row], [text])
            return


# --- what is wrong with them


def _list_faults(column: str, cells: _Column, rows: np.ndarray, sheet: str, faults: FaultLog) -> np.ndarray:
    """List the faults of a column; gives the rows that they keep out."""
    bad = np.zeros(len(rows), dtype=bool)
    for kind in sorted({reading.code for reading in cells.read} - {""}):
        hit = cells.spread(partial(_has_code, kind))
        at = cells.codes[hit][: faults.limit]
        shown, hints = [values.show(cells.raw[code]) for code in at], [cells.read[code].hint for code in at]
        faults.add(kind, sheet, column, rows[hit], shown, hints)
        if KINDS[kind].rejects:
            bad |= hit
    return bad


def _has_code(code: str, reading: Reading) -> bool:
    return reading.code == code


def _complete_places(
    cleaned: dict[str, Any],
    columns: Mapping[str, _Column],
    rows: np.ndarray,
    bad: np.ndarray,
    grid: Grid,
    faults: FaultLog,
) -> np.ndarray:
    """Complete region and year by what the names tell; gives the readable rows that nothing places."""
    unplaced = np.zeros(len(rows), dtype=bool)
    for column, by_name in (("region", grid.region), ("year", grid.year)):
        if column in columns and by_name is not None:
            _flag_place(column, str(by_name), columns[column], rows, bad, grid.sheet.name, faults)
        cleaned[column] = _fill(cleaned, column, by_name, len(rows))
        missing = pd.isna(cleaned[column]) & ~bad
        if missing.any():
            faults.add(f"{column}_missing", grid.sheet.name, column, rows[missing])
            unplaced |= missing
    return unplaced


def _fill(cleaned: Mapping[str, Any], column: str, by_name: str | int | None, length: int) -> Any:
    """Fill region or year from the names, the year at last from the date."""
    if by_name is not None:
        return (
            cleaned[column].fillna(by_name) if column in cleaned else _repeat(by_name, TYPES[column], length)
        )
    filled = cleaned[column] if column in cleaned else _repeat(None, TYPES[column], length)
    if column == "year" and "consulted_on" in cleaned:
        dates = pd.Series(cleaned["consulted_on"])
        return pd.Series(filled).fillna(dates.dt.year.astype("Int64")).array
    return filled


def _flag_place(
    column: str, by_name: str, cells: _Column, rows: np.ndarray, bad: np.ndarray, sheet: str, faults: FaultLog
) -> None:
    """Flag regions or years that differ from what the names tell, at their first row; then blanks, too."""
    disagrees = False
    for code, reading in enumerate(cells.read):
        if reading.value is not None and not place_names.agree(str(reading.value), by_name):
            hit = rows[cells.codes == code]
            faults.add(f"{column}_disagrees", sheet, column, hit, [str(reading.value)], [by_name])
            disagrees |= len(hit) > 0
    blank = cells.spread(lambda reading: reading.value is None and not reading.code) & ~bad
    if disagrees and blank.any():
        faults.add(f"{column}_filled", sheet, column, rows[blank], [""], [by_name])
