"""Where the tables of a sheet stand: below each other, beside each other, each read by its own header."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from . import headers, row_kinds, values
from .headers import SCORES, Table
from .input_files import Block, Sheet
from .records import Grid

_STATISTICS = re.compile(
    "户数|数量|人数|次数|条数|占比|比例|百分比|比重|平均|均分|均值|平均分|平均值|合计|总计|小计|金额|排名|"
    "名称|项目|指标|类别|级别|等级|评分|分值|分数|区间|范围|标准|说明|含义|解释|定义|[行列]标签|"
    "(?:平均值|计数|求和|最大值|最小值)项:.*|月份|季度|"
    "count|share|average|mean|total|percent|number|label|meaning|description|score"
)
_WORD = re.compile(r"[^\d\W]{2,12}")  # what stands in the upper storey of a header
_GROUP = re.compile(r"[^\d\W]{0,8}(?:信息|情况|评分|评价|得分|结果|内容|资料|数据|成交|跟进|咨询)")
Rows = Sequence[Sequence[Any]]
# Makes a table readable: takes it, the number of its header's last row, and the rows right above its header.
OpenGrid = Callable[[Table, int, Rows], Grid]


@dataclass(frozen=True)
class Piece:
    """Rows that one table has in a block.

    Attributes
    ----------
    grid : Grid or None
        The table that reads them; None for rows below a header without scores.
    block : Block
        The rows.
    header_row : int
        The row of that header, as the spreadsheet numbers it.
    counts_blank : bool
        Whether blank rows are counted here; of tables beside each other the first counts them.
    """

    grid: Grid | None
    block: Block
    header_row: int
    counts_blank: bool = True


@dataclass(frozen=True)
class HeaderRows:
    """Rows between records that are a header: of the same table again, or of a further one."""

    kind: str
    rows: list[int]
    text: str
    names: str


@dataclass
class _State:
    """The tables that are open at a row, and what decides about them."""

    sheet: Sheet
    mapped: Mapping[str, str]
    is_complete: Callable[[Table], bool]
    open_grid: "OpenGrid"
    upper: Mapping[int, str]
    grids: list[Grid] = field(default_factory=list)
    header_row: int = 0


def find_first(
    sheet: Sheet, mapped: Mapping[str, str], is_complete: Callable[[Table], bool]
) -> tuple[list[Table], Rows]:
    """Find the first header of a sheet; gives the tables that begin there, and the rows searched.

    The head is searched first, then the rows down to `SEARCHED_ROWS`. Without a complete header the best one
    of the head is given.
    """
    rows: Rows = sheet.head
    table = headers.find_table(rows, mapped, is_complete)
    if (table is None or not is_complete(table)) and len(rows) >= 60:
        further = _read_rows(sheet, headers.SEARCHED_ROWS)
        if (found := headers.find_table(further, mapped, is_complete)) and is_complete(found):
            table, rows = found, further
    if table is None:
        return [], rows
    if not is_complete(table):
        return [table], rows
    at = next(
        position
        for position in range(table.skip)
        if any(other == table for other in headers.read_header(rows, position, mapped))
    )
    return headers.read_header(rows, at, mapped), rows


def _read_rows(sheet: Sheet, most: int) -> list[Sequence[Any]]:
    block = next(iter(sheet.blocks(0, [])), None)
    return [block.raw(row) for row in range(min(block.size, most))] if block else []


def split(
    sheet: Sheet,
    tables: Sequence[Table],
    mapped: Mapping[str, str],
    is_complete: Callable[[Table], bool],
    open_grid: OpenGrid,
    above: Rows,
) -> Iterator[Piece | HeaderRows]:
    """Cut a sheet below its first header into the rows of its tables.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    tables : sequence of Table
        What begins at the first header.
    mapped, is_complete
        As in `headers.find_table`.
    open_grid : callable
        Makes a table readable.
    above : sequence of rows
        The rows above the first header.
    """
    skip = tables[0].skip
    upper = {place: values.trim(cell) for place, cell in enumerate(above[-1])} if above else {}
    state = _State(sheet, mapped, is_complete, open_grid, upper, header_row=sheet.first_row + skip - 1)
    state.grids = [open_grid(table, state.header_row, above) for table in tables]
    positions = sorted({place for table in tables for place in table.columns.values()})
    for block in sheet.blocks(skip, positions):
        yield from _split_block(block, state)


def _split_block(block: Block, state: _State) -> Iterator[Piece | HeaderRows]:
    start = 0
    candidates = _find_candidates(block, state, 0)
    while start < block.size:
        below = candidates[candidates >= start].tolist()
        headers_there = (_read_header(block, position, start, state) for position in below)
        found = next((header for header in headers_there if header), None)
        if (stop := found.first if found else block.size) > start:
            yield from _list_pieces(block.part(start, stop), state)
        if not found:
            return
        yield found.rows
        for grid in found.beside:
            yield Piece(grid, block.part(found.first, found.stop), state.header_row, counts_blank=False)
        start = found.stop
        if found.changes:
            _open_tables(block, found, state)
            candidates = _find_candidates(block, state, start)


def _list_pieces(block: Block, state: _State) -> Iterator[Piece]:
    for place, grid in enumerate(state.grids):
        yield Piece(grid, block, state.header_row, place == 0)
    if not state.grids:
        yield Piece(None, block, state.header_row)


def _find_candidates(block: Block, state: _State, start: int) -> np.ndarray:
    """Find rows that may be a header: no open table has a score there, or a column of none names one."""
    if not state.grids:
        return np.arange(start, block.size)
    hit = np.zeros(block.size, dtype=bool)
    taken: set[int] = set()
    for grid in state.grids:
        hit |= _lacks_scores(block, grid)
        taken |= set(grid.table.headers)
    beside = set(range(block.width)) - taken if block.raw(0) else set()  # parquet has no rows but its records
    for position in beside:
        column = block.columns[position]
        names = [isinstance(cell, str) and _names_score(cell, state) for cell in column.values]
        hit |= np.array(names, dtype=bool)[column.codes]
    places = np.flatnonzero(hit)
    return places[places >= start]


def _lacks_scores(block: Block, grid: Grid) -> np.ndarray:
    lacks = np.ones(block.size, dtype=bool)
    needed = [column for column in grid.needed if column in grid.table.columns]
    for column in needed:
        encoded = block.columns[grid.table.columns[column]]
        lacks &= np.array([grid.read(column, raw).value is None for raw in encoded.values], dtype=bool)[
            encoded.codes
        ]
    return lacks if needed else np.zeros(block.size, dtype=bool)


def _names_score(cell: str, state: _State) -> bool:
    found = headers.recognise(cell) if len(cell) < 60 else None
    return (found is not None and found[0] in SCORES) or state.mapped.get(values.trim(cell)) in SCORES


@dataclass(frozen=True)
class _Found:
    """A header found in a block: its rows there, the tables that it begins, whether it changes anything.

    `beside` are the tables that have a record in the same row.
    """

    first: int
    stop: int
    rows: HeaderRows
    tables: list[Table]
    changes: bool
    beside: list[Grid] = field(default_factory=list)


def _read_header(block: Block, position: int, start: int, state: _State) -> _Found | None:
    """Read a row as a header if it is one."""
    if headers.count_names(block.raw(position), state.mapped) + _count_statistics(block.raw(position)) < 2:
        return None
    beside = [
        grid for grid in state.grids if not _lacks_scores(block.part(position, position + 1), grid).all()
    ]
    first = max(start, position if beside else position - 1)
    stop = position + 1 if beside else min(block.size, position + 2)
    window = [_leave_out(block.raw(place), beside) for place in range(first, stop)]
    tables = headers.read_header(window, position - first, state.mapped)
    if not tables or not state.is_complete(tables[0]):
        return None if beside else _read_foreign(block, position, state)
    stop = first + tables[0].skip
    top = stop - tables[0].storeys
    top -= top > start and _is_upper_storey(block, top - 1, start, state)
    same = [table.columns for table in tables] == [grid.table.columns for grid in state.grids]
    kind = "repeated_header" if same else "further_header"
    return replace(_describe(block, top, stop, kind, tables, changes=not same), beside=beside)


def _leave_out(row: Sequence[Any], grids: Sequence[Grid]) -> Sequence[Any]:
    """Give a row without the cells of some tables."""
    spans = [grid.table.span for grid in grids]
    if not spans:
        return row
    return [None if _meets((place, place + 1), spans) else cell for place, cell in enumerate(row)]


def _is_upper_storey(block: Block, position: int, start: int, state: _State) -> bool:
    """Tell whether the row above a further header groups its columns: short words, apart from records."""
    if row_kinds.repeats(block.raw(position), state.upper):
        return True
    above = [_list_texts(block.raw(place)) for place in range(max(start, position - 1), position + 1)]
    words = above.pop()
    is_apart = not above or len(above[0]) < 2 or row_kinds.is_perhaps_total(above[0][0])
    word = _WORD if is_apart else _GROUP
    return len(words) > 1 and all(word.fullmatch(text) for text in words)


def _list_texts(row: Sequence[Any]) -> list[str]:
    return [text for cell in row if (text := values.trim(cell))]


def _read_foreign(block: Block, position: int, state: _State) -> _Found | None:
    """Read a row as the header of a table without scores: texts alone, most of them names of columns."""
    row = _list_texts(block.raw(position))
    names = headers.count_names(row, state.mapped) + _count_statistics(row)
    if (
        not state.grids
        or any(char.isdigit() for text in row for char in text)
        or 2 * names < len(row)
        or names < 2
    ):
        return None
    for grid in state.grids:
        place = grid.table.columns.get("customer_id")
        cells = block.raw(position)
        told = values.trim(cells[place]) if place is not None and place < len(cells) else ""
        if told and not headers.count_names([told], state.mapped) + _count_statistics([told]):
            return None
        if row_kinds.repeats(block.raw(position), grid.table.headers):
            return _describe(block, position, position + 1, "repeated_header", [], changes=False)
    return _describe(block, position, position + 1, "further_header", [], changes=True)


def _count_statistics(row: Sequence[Any]) -> int:
    return sum(isinstance(cell, str) and _STATISTICS.fullmatch(values.fold(cell)) is not None for cell in row)


def _describe(block: Block, first: int, stop: int, kind: str, tables: list[Table], changes: bool) -> _Found:
    texts = _list_texts(block.raw(stop - 1))
    rows = [block.first_row + place for place in range(first, stop)]
    return _Found(first, stop, HeaderRows(kind, rows, texts[0], ", ".join(texts)[:200]), tables, changes)


def _open_tables(block: Block, found: _Found, state: _State) -> None:
    """Open the tables of a header; those in whose columns it stands are closed."""
    spans = [table.span for table in found.tables] or [(0, block.width)]
    kept = [grid for grid in state.grids if found.tables and not _meets(grid.table.span, spans)]
    if kept:
        kept = [replace(grid, table=replace(grid.table, is_beside=True)) for grid in kept]
        found = replace(found, tables=[replace(table, is_beside=True) for table in found.tables])
    above = [block.raw(place) for place in range(max(0, found.first - 3), found.first)]
    state.header_row = block.first_row + found.stop - 1
    state.grids = kept + [state.open_grid(table, state.header_row, above) for table in found.tables]


def _meets(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < stop and start < span[1] for start, stop in others)
