"""Read the tables of a file one after the other: each by its own header, summaries and copies told apart."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from . import contradictions, headers, sheet_tables, table_layout, values
from .contradictions import PROVENANCE
from .fault_log import FaultLog
from .headers import SCORES, Table
from .input_files import Block, Sheet, Source
from .mapping import ColumnMap
from .records import Grid, clean_block
from .row_kinds import is_perhaps_total
from .table_layout import HeaderRows, Piece, Rows

_OF_RECORDS = {"customer_id", "consulted_on", "detail", "converted_on"}  # what only single records have
_SUMMARY_ROWS = 300  # a table of averages or explanations is not longer
_COPIED_ROWS = 5  # as many equal rows in order are no coincidence
_ORDINALS = {headers.normalise(name) for name in ("序号", "行号", "编号", "no.", "#", "id", "index")}


class TableReader:
    """Takes the sheets of a file and hands their clean records over.

    Attributes
    ----------
    grids : list of Grid
        The tables whose records were read.
    """

    def __init__(
        self,
        source: Source,
        column_map: ColumnMap,
        faults: FaultLog,
        tally: Counter[str],
        today: dt.date | None,
        take: Callable[[pd.DataFrame], None],
    ) -> None:
        self._source, self._column_map, self._faults, self._tally = source, column_map, faults, tally
        self._today, self._take = today, take
        self.grids: list[Grid] = []
        self._summaries: list[Piece] = []
        self._unnamed: dict[int, list[pd.DataFrame]] = {}

    def read_sheet(self, sheet: Sheet, tables: Sequence[Table], rows: Rows) -> None:
        """Read the records of a sheet, of which the first tables and the rows from the top are known."""
        tables = [_drop_empty_claims(sheet, table) for table in tables]
        above = rows[: tables[0].skip - tables[0].storeys]
        complete = partial(sheet_tables.is_complete, self._column_map)
        open_grid = partial(self._open_grid, sheet)
        for piece in table_layout.split(sheet, tables, self._column_map.columns, complete, open_grid, above):
            if isinstance(piece, HeaderRows):
                self._count_header(piece, sheet)
            elif piece.grid is None:
                self._reject_foreign(piece, sheet)
            else:
                self._read_piece(piece.grid, piece)

    def finish(self) -> None:
        """Decide about tables that may be summaries, and about copies of sheets without identifiers."""
        is_beside_records = bool(self.grids)
        for piece in self._summaries:
            assert piece.grid is not None
            if is_beside_records:
                self._leave_out(piece.grid, piece)
            else:
                self._read_records(piece.grid, piece)
        self._summaries = []
        self._count_copies()

    def _open_grid(self, sheet: Sheet, table: Table, header_row: int, above: Rows) -> Grid:
        titles = sheet_tables.read_titles(above)
        region, year = sheet_tables.name_place(self._source, sheet, self._column_map, self._faults, titles)
        readers = sheet_tables.choose_readers(self._source, table, self._column_map)
        further = self._column_map.further
        self._faults.place(sheet, table, header_row)
        grid = Grid(self._source.file, sheet, table, readers, region, year, further, header_row)
        self._reject_above(grid, above)
        return grid

    def _reject_above(self, grid: Grid, above: Rows) -> None:
        """Reject rows above the first header that hold all scores: they are records, of unknown columns."""
        if grid.header_row != grid.sheet.first_row + grid.table.skip - 1:
            return
        for offset, row in enumerate(above):
            cells = [(column, grid.table.columns[column]) for column in grid.needed]
            told = [grid.read(column, row[place]).value for column, place in cells if place < len(row)]
            label = next(filter(None, map(values.trim, row)), "")
            if len(told) == len(cells) > 1 and None not in told and not is_perhaps_total(label):
                self._tally["read"] += 1
                self._tally["rejected"] += 1
                row_number = grid.sheet.first_row + offset
                self._faults.add("above_header", grid.sheet.name, "", [row_number], [label[:200]])

    def _count_header(self, header: HeaderRows, sheet: Sheet) -> None:
        self._tally[header.kind] += len(header.rows)
        texts, names = [header.text] * len(header.rows), [header.names] * len(header.rows)
        self._faults.add(header.kind, sheet.name, "", header.rows, texts, names)

    def _reject_foreign(self, piece: Piece, sheet: Sheet) -> None:
        """Reject rows below a header without scores; what stands alone there is a note."""
        for offset in range(piece.block.size):
            texts = [text for cell in piece.block.raw(offset) if (text := values.trim(cell))]
            row = [piece.block.first_row + offset]
            if len(texts) > 1 and not is_perhaps_total(texts[0]):
                self._tally["read"] += 1
                self._tally["rejected"] += 1
                self._faults.add(
                    "other_table", sheet.name, "", row, [texts[0][:200]], [str(piece.header_row)]
                )
                continue
            kind = "blank" if not texts else "total_row" if len(texts) > 1 else "footnote"
            self._tally[kind] += 1
            if texts:
                self._faults.add(kind, sheet.name, "", row, [texts[0][:200]])

    # --- records

    def _read_piece(self, grid: Grid, piece: Piece) -> None:
        held = next((other for other in self._summaries if other.grid is grid), None)
        if held:  # it goes on in a further block, so it is no summary
            self._summaries.remove(held)
            self._read_records(grid, held)
        elif not self._is_open(grid) and _may_be_summary(grid, piece.block):
            self._summaries.append(piece)
            return
        self._read_records(grid, piece)

    def _is_open(self, grid: Grid) -> bool:
        return any(grid is other for other in self.grids)

    def _read_records(self, grid: Grid, piece: Piece) -> None:
        if not self._is_open(grid):
            sheet_tables.refuse_unclear(str(self._source.path), grid.sheet, grid)
            self.grids.append(grid)
        rows = clean_block(piece.block, grid, self._faults, self._tally, piece.counts_blank)
        contradictions.flag_dates(rows, self._faults, self._today)
        if "customer_id" in grid.table.columns or len(self._source.sheets) == 1:
            self._take(rows)
        else:
            self._unnamed.setdefault(id(grid), []).append(rows)

    def _leave_out(self, grid: Grid, piece: Piece) -> None:
        label = next(iter(grid.table.headers.values()))
        row = piece.block.first_row
        self._tally["summary_table"] += piece.block.size
        self._faults.note("summary_table", grid.sheet.name, value=label, hint=str(row))

    def _count_copies(self) -> None:
        """Count a sheet whose records are those of an earlier one, row by row, as duplicates.

        Without identifiers nothing else would tell; of a few rows or of another year it is only said.
        """
        first: dict[str, Grid] = {}
        for grid in self.grids:
            frames = self._unnamed.get(id(grid), [])
            size = sum(map(len, frames))
            original = first.setdefault(_digest(frames), grid) if size else grid
            if original is not grid and original.sheet is not grid.sheet:
                names = grid.sheet.name, original.sheet.name
                self._faults.note("same_sheet_twice", grid.sheet.name, value=names[0], hint=names[1])
                if size >= _COPIED_ROWS and _same_places(frames, self._unnamed[id(original)]):
                    self._tally["duplicates"] += size
                    continue
            for rows in frames:
                self._take(rows)


def _same_places(frames: Sequence[pd.DataFrame], others: Sequence[pd.DataFrame]) -> bool:
    return all(
        one[column].tolist() == other[column].tolist()
        for one, other in zip(frames, others, strict=True)
        for column in ("region", "year")
    )


def _digest(frames: Sequence[pd.DataFrame]) -> str:
    """Digest what records say, but for where they stand and what the names of their sheet tell."""
    left_out = [*PROVENANCE, "region", "year"]
    digest = hashlib.sha256()
    for rows in frames:
        content = rows.drop(columns=[column for column in left_out if column in rows])
        digest.update(repr(list(content)).encode())
        digest.update(pd.util.hash_pandas_object(content, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _may_be_summary(grid: Grid, block: Block) -> bool:
    """Tell whether a table may be one of averages or explanations: no column of records, no label twice."""
    if _OF_RECORDS & set(grid.table.columns) or block.size > _SUMMARY_ROWS:
        return False
    scores = {grid.table.columns[column] for column in SCORES if column in grid.table.columns}
    ordinals = {place for place, name in grid.table.headers.items() if headers.normalise(name) in _ORDINALS}
    places = sorted(set(grid.table.headers) - scores - ordinals)
    labels = []
    for offset in range(block.size):
        row = block.raw(offset)
        texts = [values.trim(row[place]) if place < len(row) else "" for place in places]
        if any(values.trim(cell) for cell in row):
            labels.append(tuple(texts))
    return 0 < len(labels) == len(set(labels)) and bool(places)


def _drop_empty_claims(sheet: Sheet, table: Table) -> Table:
    """Let a column without any cell claim nothing where another one has the same name."""
    if not table.twice:
        return table
    claims = set(table.headers)
    filled = dict.fromkeys(claims, False)
    for block in sheet.blocks(table.skip, sorted(claims)):
        for position in claims:
            column = block.columns[position]
            cells = [bool(values.trim(value)) for value in column.values]
            filled[position] |= bool(np.array(cells, dtype=bool)[column.codes].any())
    return headers.drop_positions(table, {position for position, has in filled.items() if not has})
