"""Read input files: opens workbook, csv and parquet; knows name, sheet, row and checksum."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from ..base.errors import InputError
from . import csv_text, headers, xlsx
from .file_signatures import refuse_other_kind
from .values import CellError
from .xlsx_package import RESAVE

SUFFIXES = (".xlsx", ".csv", ".parquet")
OTHER_SPREADSHEETS = (".xls", ".xlsb", ".xlsm", ".xltx", ".ods", ".et", ".numbers", ".tsv")
BLOCK_ROWS = 1 << 18
HEAD_ROWS = 64
SYNTHETIC = "合成数据"
NOTES_SHEET = "说明"
_PARQUET_BYTES = 1 << 20
_SAVE_AS = "Save it as .xlsx, .csv or .parquet."


@dataclass(frozen=True)
class Encoded:
    """A column as codes into its distinct raw values, so that each value is judged once."""

    codes: np.ndarray
    values: list[Any]


@dataclass(frozen=True)
class Block:
    """Some rows of a sheet: the first's number, their columns, and each raw row for a closer look."""

    first_row: int
    size: int
    columns: Mapping[int, Encoded]
    raw: Callable[[int], Sequence[Any]]
    width: int

    def part(self, start: int, stop: int) -> "Block":
        """Give some of the rows as a block of its own."""
        if start == 0 and stop == self.size:
            return self
        columns = _PartOfColumns(self.columns, start, stop)
        return Block(
            self.first_row + start, stop - start, columns, lambda row: self.raw(start + row), self.width
        )


class _PartOfColumns(dict[int, Encoded]):
    """The same columns over some of their rows, with the values that occur there."""

    def __init__(self, whole: Mapping[int, Encoded], start: int, stop: int) -> None:
        super().__init__()
        self._whole, self._rows = whole, slice(start, stop)

    def __missing__(self, position: int) -> Encoded:
        column = self._whole[position]
        used, codes = np.unique(column.codes[self._rows], return_inverse=True)
        self[position] = Encoded(codes.astype(np.intp, copy=False), [column.values[code] for code in used])
        return self[position]


@dataclass(frozen=True)
class Sheet:
    """One sheet (of csv and parquet: the file).

    `head` holds the first rows for finding the header; `blocks(skip, positions)` reads the rows below it.
    `first_row` and `first_column` say which cell of the spreadsheet `head[0][0]` is (from 1); `is_text` that
    rows come from text, cut at `delimiter`, and may be longer than the header. `merges` are the cells merged
    downwards: first and last row as the spreadsheet numbers them, and the position of the column.
    """

    name: str
    head: Sequence[Sequence[Any]]
    blocks: Callable[[int, Sequence[int]], Iterator[Block]]
    hidden: bool = False
    is_text: bool = False
    delimiter: str = ""
    merges: tuple[tuple[int, int, int], ...] = ()
    first_row: int = 1
    first_column: int = 1
    facts: xlsx.SheetFacts = field(default_factory=xlsx.SheetFacts)


@dataclass(frozen=True)
class Source:
    """One opened input file."""

    path: Path
    sha256: str
    stamp: tuple[int, int]
    sheets: tuple[Sheet, ...]
    synthetic: bool = False
    epoch_1904: bool = False

    @property
    def file(self) -> str:
        """The file's name without its folder."""
        return self.path.name


def find_path(data: str | Path) -> Path:
    """Look for a path in the working folder, then in those above it (notebooks run in their own folder)."""
    path = Path(data).expanduser()
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / path).exists():
            return folder / path
    raise InputError(
        str(data), "there is no such file or folder.", "Check the path; it is looked for here and above."
    )


def list_files(data: Path) -> list[Path]:
    """List the input files of a folder by name, or the one file given.

    Raises
    ------
    InputError
        The folder holds no data, a spreadsheet of another kind, or a link that leads out of it.
    """
    if not data.is_dir():
        return [data]
    entries = sorted(entry for entry in data.iterdir() if not entry.name.startswith((".", "~$")))
    for entry in entries:
        if entry.suffix.lower() in OTHER_SPREADSHEETS:
            raise InputError(str(entry), "is a spreadsheet of a kind that is not read.", _SAVE_AS)
        if entry.is_symlink() and not entry.resolve().is_relative_to(data.resolve()):
            raise InputError(
                str(entry), "is a link that leads out of the data folder.", "Copy the file into the folder."
            )
    files = [entry for entry in entries if entry.suffix.lower() in SUFFIXES and entry.is_file()]
    if not files:
        names = ", ".join(entry.name for entry in entries[:10]) or "nothing"
        raise InputError(
            str(data),
            f"holds no {', '.join(SUFFIXES)} file; it holds {names}.",
            "Name the folder of the data.",
        )
    return files


def read(path: Path) -> Source:
    """Open an input file.

    Raises
    ------
    InputError
        The file is missing, of another kind, damaged, protected, or larger than memory should hold.
    """
    readers = {".xlsx": _read_xlsx, ".csv": _read_csv, ".parquet": _read_parquet}
    reader = readers.get(path.suffix.lower())
    if not path.is_file():
        raise InputError(str(path), "is not a file.", "Name a file or a folder of files.")
    if reader is None:
        raise InputError(str(path), f"is not one of {', '.join(SUFFIXES)}.", _SAVE_AS)
    try:
        if path.stat().st_size == 0:
            raise InputError(str(path), "is empty.", "Export it again.")
        refuse_other_kind(path)
        return reader(path)
    except OSError as error:
        raise InputError(
            str(path), f"cannot be read: {error.strerror or error}.", "Check that you may read it."
        ) from None


def hash_file(path: Path) -> str:
    """Give the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp(path: Path) -> tuple[int, int]:
    """Give a file's size and time of change, by which a change shows."""
    about = path.stat()
    return about.st_size, about.st_mtime_ns


def refuse_change(source: Source) -> None:
    """Refuse a file that was written to while it was read."""
    if stamp(source.path) != source.stamp:
        raise InputError(
            str(source.path), "changed while it was read.", "Wait until it is saved, then try again."
        )


def encode(column: Sequence[Any]) -> Encoded:
    """Encode raw cells; where TRUE or FALSE could pass for 1 or 0 they become text."""
    places = dict.fromkeys(column)
    if (0 in places or 1 in places) and bool in set(map(type, column)):
        return encode([str(cell).upper() if isinstance(cell, bool) else cell for cell in column])
    for place, value in enumerate(places):
        places[value] = place
    codes = np.fromiter(map(places.__getitem__, column), dtype=np.intp, count=len(column))
    return Encoded(codes, list(places))


class _Columns(dict[int, Encoded]):
    """The columns of some rows, each encoded when it is asked for; beyond the widest row all are blank."""

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        super().__init__()
        self._size = len(rows)
        self._cells = list(zip_longest(*rows, fillvalue=""))
        self.finish: Callable[[int, Encoded], None] = lambda position, column: None

    @property
    def width(self) -> int:
        return len(self._cells)

    def __missing__(self, position: int) -> Encoded:
        is_there = position < len(self._cells)
        column = (
            encode(self._cells[position]) if is_there else Encoded(np.zeros(self._size, dtype=np.intp), [""])
        )
        self.finish(position, column)
        self[position] = column
        return column


def _blocks(
    rows: Callable[[], Iterator[Sequence[Any]]], first_row: int, skip: int, positions: Sequence[int]
) -> Iterator[Block]:
    """Turn rows into blocks of encoded columns."""
    below, row = islice(rows(), skip, None), first_row + skip
    while batch := list(islice(below, BLOCK_ROWS)):
        columns = _Columns(batch)
        yield Block(row, len(batch), columns, batch.__getitem__, columns.width)
        row += len(batch)


def _read_xlsx(path: Path) -> Source:
    import python_calamine

    changed, sha256, facts = stamp(path), hash_file(path), xlsx.inspect(path)
    try:
        workbook = python_calamine.CalamineWorkbook.from_object(facts.package or path)
        grids = [
            about
            for about in workbook.sheets_metadata
            if about.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        sheets = tuple(_open_sheet(workbook, about, facts) for about in grids)
    except python_calamine.PasswordError:
        raise InputError(
            str(path), "is protected with a password.", "Remove the password and save it again."
        ) from None
    except BaseException as error:  # calamine is Rust: on some damage it panics, which is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise InputError(str(path), f"is not a whole .xlsx workbook ({error}).", RESAVE) from None
    notes = [cell for sheet in sheets if sheet.name == NOTES_SHEET for row in sheet.head for cell in row]
    synthetic = any(isinstance(cell, str) and SYNTHETIC in cell for cell in notes)
    return Source(path, sha256, changed, sheets, synthetic, facts.epoch_1904)


def _xlsx_blocks(grid: Any, facts: xlsx.SheetFacts, skip: int, positions: Sequence[int]) -> Iterator[Block]:
    """Read the rows of a sheet; calamine leaves cells with errors blank, so they are put in.

    Its rows begin at the first column that is not blank, but in the first row of the sheet.
    """
    row, column = grid.start
    errors: dict[int, list[tuple[int, CellError]]] = {}
    for (r, c), error in facts.errors.items():
        errors.setdefault(c - column - 1, []).append((r, CellError(error)))
    for block in _blocks(lambda: islice(grid.iter_rows(), row, None), row + 1, skip, positions):
        if errors and isinstance(block.columns, _Columns):
            block.columns.finish = partial(_finish_column, block, errors)
        yield block


def _finish_column(
    block: Block, errors: Mapping[int, Sequence[tuple[int, CellError]]], position: int, column: Encoded
) -> None:
    _put_errors(block, column, errors.get(position, ()))


def _put_errors(block: Block, column: Encoded, errors: Sequence[tuple[int, CellError]]) -> None:
    for row, error in errors:
        if 0 <= row - block.first_row < block.size:
            if column.values[-1] is not error:
                column.values.append(error)
            column.codes[row - block.first_row] = len(column.values) - 1


def _open_sheet(workbook: Any, about: Any, facts: xlsx.Facts) -> Sheet:
    grid = workbook.get_sheet_by_name(about.name)
    row, column = grid.start or (0, 0)
    return Sheet(
        name=about.name,
        head=grid.to_python(nrows=HEAD_ROWS),
        blocks=partial(_xlsx_blocks, grid, facts.sheets.get(about.name, xlsx.SheetFacts())),
        merges=_list_merges(grid, column),
        hidden=str(about.visible) != "SheetVisibleEnum.Visible",
        first_row=row + 1,
        first_column=column + 1,
        facts=facts.sheets.get(about.name, xlsx.SheetFacts()),
    )


def _list_merges(grid: Any, first_column: int) -> tuple[tuple[int, int, int], ...]:
    """List the cells merged over several rows: first row, last row, position of the column."""
    areas = sorted(grid.merged_cell_ranges or ())
    return tuple(
        (top + 1, bottom + 1, left - first_column) for (top, left), (bottom, _) in areas if bottom > top
    )


def _read_csv(path: Path) -> Source:
    dialect = csv_text.find_dialect(path, _judge_rows)
    rows = partial(csv_text.read_rows, path, dialect)
    head = list(islice(rows(), HEAD_ROWS))
    sheet = Sheet("", head, partial(_blocks, rows, 1), is_text=True, delimiter=dialect.delimiter)
    synthetic = bool(head) and SYNTHETIC in map(str.strip, head[0])
    return Source(path, hash_file(path), stamp(path), (sheet,), synthetic)


def _judge_rows(rows: Sequence[Sequence[Any]]) -> tuple[int, ...]:
    """Rate rows as a table: known columns first, then how many rows are as wide as most, and wide at all."""
    table = headers.find_table(rows, {})
    widths = Counter(len(row) for row in rows if len(row) > 1)
    same = max(widths.values(), default=0)
    return len(table.columns) if table else 0, same, max(widths, default=0)


def _read_parquet(path: Path) -> Source:
    import pyarrow
    import pyarrow.parquet

    try:
        names = pyarrow.parquet.read_schema(path).names
    except pyarrow.ArrowException as error:
        raise InputError(str(path), f"is not a whole parquet file ({error}).", "Export it again.") from None
    sheet = Sheet("", [names], partial(_parquet_blocks, path, names))
    return Source(path, hash_file(path), stamp(path), (sheet,))


def _parquet_blocks(path: Path, names: list[str], skip: int, positions: Sequence[int]) -> Iterator[Block]:
    """Read batches; a row is numbered as a record, from 1, since no spreadsheet shows it."""
    import pyarrow
    import pyarrow.parquet

    row, wanted = 1, [names[position] for position in positions]
    try:
        with pyarrow.parquet.ParquetFile(path, buffer_size=_PARQUET_BYTES) as file:
            for batch in file.iter_batches(BLOCK_ROWS, columns=wanted, use_threads=False):
                columns = {
                    place: _encode_arrow(batch.column(name))
                    for place, name in zip(positions, wanted, strict=True)
                }
                yield Block(row, batch.num_rows, columns, lambda _: (), len(names))
                row += batch.num_rows
    except (pyarrow.ArrowException, OSError, OverflowError, ValueError) as error:
        raise InputError(
            f"{path}, row {row}", f"cannot be read on ({error}).", "Export the file again."
        ) from None


def _encode_arrow(column: Any) -> Encoded:
    import pyarrow

    if pyarrow.types.is_nested(column.type):
        return encode([_write_nested(cell) for cell in column.to_pylist()])
    if pyarrow.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)
    if not pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    nothing = len(column.dictionary)
    codes = column.indices.cast("int64").fill_null(nothing).to_numpy(zero_copy_only=False)
    return Encoded(
        codes.astype(np.intp, copy=False), [*map(_write_value, column.dictionary.to_pylist()), None]
    )


def _write_value(cell: Any) -> Any:
    """Give a value as a spreadsheet would hold it: bytes as the text they encode, decimals as text."""
    if isinstance(cell, bytes):
        try:
            return cell.decode("utf-8")
        except UnicodeDecodeError:
            return cell.decode("gb18030", errors="replace")
    return cell if isinstance(cell, (str, bool, int, float, dt.date, dt.time, dt.timedelta)) else str(cell)


def _write_nested(cell: Any) -> str:
    """Write a list or a structure as its parts, which a scorecard's codes may know."""
    if isinstance(cell, dict):
        cell = list(cell.values())
    if isinstance(cell, (list, tuple)):
        return "、".join(text for part in cell if (text := _write_nested(part)))
    return "" if cell is None else str(_write_value(cell))
