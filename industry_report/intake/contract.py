"""What a consultation must look like: clean rows, rejects and flags, each fault with place and reason."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..base.errors import InputError
from . import contradictions, headers, mapping, place_names, sources, values
from .fault_log import COUNTS, Ledger, frame
from .headers import SCORES, Table
from .mapping import ColumnMap
from .records import NON_RECORDS, Grid, clean_block
from .spill import Spill
from .values import Reading

VERSION = "3"  # raise it when the same file would come out otherwise: the prepared store is then made anew
LISTED = 100_000  # rejecting faults, and flags, of a file that are listed one by one; all are counted

_READERS: dict[str, Callable[[Any], Reading]] = dict.fromkeys(headers.COLUMNS, values.read_text) | {
    "customer_id": values.read_identifier,
    **dict.fromkeys(SCORES, values.read_score),
    "composite_supplied": values.read_number,
    "grade_supplied": values.read_grade,
    "converted": values.read_yes_no,
    "year": values.read_year,
}

draft_mapping = mapping.draft_mapping


@dataclass(frozen=True)
class FileCheck:
    """What was found in one file.

    Attributes
    ----------
    read, graded, ungradable, rejected, duplicates : int
        Rows: read = graded + ungradable + rejected + duplicates.
    dropped : mapping
        How many rows are no records: blank, total_row, footnote, repeated_header.
    rejects, flags : DataFrame
        Faults that keep a row out, and those that do not: file, sheet, row, column, header, cell, value,
        code, reason_zh, reason_en. A row may have several.
    counts : mapping
        (code, column) → rows, also of faults beyond those listed.
    slices : sequence
        Region, year and clean rows of each slice.
    columns, suggestions : mapping
        Headers taken and their columns; unknown headers and the column each may be.
    header_rows : mapping
        Sheet → number of rows up to and including its header.
    error : InputError or None
        Why nothing could be read.
    """

    path: Path
    sha256: str = ""
    synthetic: bool = False
    read: int = 0
    graded: int = 0
    ungradable: int = 0
    rejected: int = 0
    duplicates: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    rejects: pd.DataFrame = field(default_factory=lambda: frame([]))
    flags: pd.DataFrame = field(default_factory=lambda: frame([]))
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    slices: Sequence[tuple[str, int, int]] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    suggestions: Mapping[str, str] = field(default_factory=dict)
    header_rows: Mapping[str, int] = field(default_factory=dict)
    error: InputError | None = None

    @property
    def file(self) -> str:
        """The file's name without its folder."""
        return self.path.name


def check(
    paths: Iterable[str | Path],
    columns: str | Path | None = None,
    score: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
    today: dt.date | None = None,
) -> list[FileCheck]:
    """Check files one by one; one that cannot be read is reported by its `error`.

    Parameters
    ----------
    paths : iterable of paths
        Files, or folders whose files are checked.
    columns : path, optional
        A mapping file.
    score : callable, optional
        Adds `composite` and `grade` to clean rows; supplied ones that differ are then flagged.
    today : date, optional
        Dates after it are flagged; the present day by default.
    """
    column_map = mapping.load_column_map(columns)
    files = [file for path in paths for file in sources.list_files(sources.find_path(path))]
    checks = [_check_file(file, column_map, score, today or dt.date.today()) for file in files]
    return _flag_copies(checks)


def _check_file(
    path: Path, column_map: ColumnMap, score: Callable[[pd.DataFrame], pd.DataFrame] | None, today: dt.date
) -> FileCheck:
    ledger = Ledger(LISTED)

    def compare(region: str, year: int, rows: pd.DataFrame) -> None:
        if score and {"composite_supplied", "grade_supplied"} & set(rows):
            contradictions.flag_supplied(score(rows), ledger)

    try:
        return clean(path, column_map, compare, ledger, today)
    except InputError as error:
        return FileCheck(path, error=error)


def _flag_copies(checks: list[FileCheck]) -> list[FileCheck]:
    """Flag files with the content of an earlier one."""
    first: dict[str, FileCheck] = {}
    flagged = []
    for found in checks:
        original = first.setdefault(found.sha256, found) if found.sha256 else found
        flagged.append(found if original is found else flag_copy(found, original.file))
    return flagged


def flag_copy(found: FileCheck, original: str) -> FileCheck:
    """Flag a file as a copy of another one."""
    ledger = Ledger(1)
    ledger.note("same_file_twice", "", value=found.file, hint=original)
    flags = pd.concat([frame(ledger.listed(rejects=False), found.file), found.flags], ignore_index=True)
    return replace(found, flags=flags, counts={**ledger.counts, **found.counts})


def clean(
    path: Path,
    column_map: ColumnMap,
    keep: Callable[[str, int, pd.DataFrame], None],
    ledger: Ledger | None = None,
    today: dt.date | None = None,
) -> FileCheck:
    """Clean a file and hand its rows over slice by slice.

    Parameters
    ----------
    path : Path
        The file.
    column_map : ColumnMap
        What the institution's own headers and codes mean.
    keep : callable
        Takes region, year and the clean rows of each slice.
    ledger : Ledger, optional
        Where faults are listed; `keep` may add to it.
    today : date, optional
        Dates after it are flagged; without it none is, so that what is stored does not depend on the day.

    Raises
    ------
    InputError
        Nothing in the file can be read, or it changed meanwhile.
    """
    ledger = ledger or Ledger(LISTED)
    source = sources.read(path)
    grids = _find_grids(source, column_map, ledger)
    tally: Counter[str] = Counter()
    slices = []
    with Spill() as spill:
        for grid in grids:
            for block in grid.sheet.blocks(grid.table.skip, list(grid.table.columns.values())):
                rows = clean_block(block, grid, ledger, tally)
                contradictions.flag_dates(rows, ledger, today)
                spill.add(rows)
        for region, year, rows in spill.slices():
            settled = _settle(rows, ledger, tally)
            if len(settled):
                slices.append((region, year, len(settled)))
                keep(region, year, settled)
    sources.refuse_change(source)
    return _report(source, grids, ledger, tally, slices)


def _report(
    source: sources.Source,
    grids: list[Grid],
    ledger: Ledger,
    tally: Counter[str],
    slices: list[tuple[str, int, int]],
) -> FileCheck:
    counts: dict[str, Any] = {count: tally[count] for count in COUNTS}
    taken = {
        grid.table.headers[place]: column for grid in grids for column, place in grid.table.columns.items()
    }
    return FileCheck(
        path=source.path,
        sha256=source.sha256,
        synthetic=source.synthetic,
        **counts,
        dropped={kind: tally[kind] for kind in NON_RECORDS if tally[kind]},
        rejects=frame(ledger.listed(rejects=True), source.file),
        flags=frame(ledger.listed(rejects=False), source.file),
        counts=dict(ledger.counts),
        slices=slices,
        columns=taken,
        suggestions={header: column for grid in grids for header, column in grid.table.suggestions.items()},
        header_rows={grid.sheet.name: grid.table.skip for grid in grids},
    )


# --- sheets

_Found = tuple[sources.Sheet, Table]


def _find_grids(source: sources.Source, column_map: ColumnMap, ledger: Ledger) -> list[Grid]:
    """Find the table of every sheet; a sheet without one is said, a file without one is an error."""
    tables = [(sheet, headers.find_table(sheet.head, column_map.columns)) for sheet in source.sheets]
    lacks = {id(table): _list_missing(table, column_map) for _, table in tables if table}
    if all(table is None or lacks[id(table)] for _, table in tables):
        raise _describe_missing(source, column_map, [(sheet, table) for sheet, table in tables if table])
    grids = []
    for sheet, table in tables:
        if table is None or not {*SCORES, *column_map.further} & set(table.columns):
            ledger.note("sheet_without_table", sheet.name, value=sheet.name)
        elif lacks[id(table)]:
            missing = ", ".join(headers.label(column, "zh") for column in lacks[id(table)])
            ledger.note("sheet_without_scores", sheet.name, value=sheet.name, hint=missing)
        else:
            grids.append(_prepare_grid(source, sheet, table, column_map, ledger))
    return grids


def _list_missing(table: Table, column_map: ColumnMap) -> list[str]:
    """List the required columns that a table lacks: the scores, or without any the mapping's further ones."""
    if column_map.further and not set(SCORES) & set(table.columns):
        return [column for column in column_map.further if column not in table.columns]
    return table.missing_scores


def _describe_missing(source: sources.Source, column_map: ColumnMap, tables: list[_Found]) -> InputError:
    """Say all that is missing and every header that was found."""
    if not tables:
        return InputError(str(source.path), "holds no table.", "Name a file whose table has a header row.")
    sheet, table = max(tables, key=lambda found: (len(found[1].columns), len(found[1].headers)))
    lacking = _list_missing(table, column_map)
    missing = ", ".join(f"{column} ({headers.label(column, 'zh')})" for column in lacking)
    found = "; ".join(
        (f"sheet {sheet.name}: " if len(tables) > 1 else "") + ", ".join(table.headers.values())
        for sheet, table in tables
    )
    noun = "scores" if set(lacking) <= set(SCORES) else "columns"
    problem = f"the required {noun} are missing: {missing}. Columns found: {found}."
    near = [f"{header!r} may be {column}" for header, column in table.suggestions.items() if column in SCORES]
    problem += f" {'; '.join(near)}." if near else ""
    region, year = _name_place(source, sheet, column_map, Ledger(0))
    untold = _list_untold(table, region, year)
    problem += f" Nothing tells the {' and the '.join(untold)} either." if untold else ""
    mend = (
        "Map them in a mapping file (`industry-report check FILE --write-mapping` drafts one) or supply them."
    )
    return InputError(str(source.path), problem, mend)


def _prepare_grid(
    source: sources.Source, sheet: sources.Sheet, table: Table, column_map: ColumnMap, ledger: Ledger
) -> Grid:
    ledger.place(sheet, table)
    if sheet.hidden:
        ledger.note("hidden_sheet", sheet.name, value=sheet.name)
    if hidden := sheet.facts.hidden_rows:
        ledger.note("hidden_rows", sheet.name, value=str(len(hidden)), hint=_write_ranges(hidden))
    region, year = _name_place(source, sheet, column_map, ledger)
    _refuse_unclear(source, sheet, table, region, year)
    readers = {column: _choose_reader(column, source, table, column_map) for column in table.columns}
    return Grid(source.file, sheet, table, readers, region, year, column_map.further)


def _write_ranges(rows: Sequence[int], shown: int = 10) -> str:
    """Write row numbers as 5, 8-12."""
    numbers = np.asarray(rows)
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1)
    told = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs[:shown]]
    return ", ".join(told) + (", …" if len(runs) > shown else "")


def _name_place(
    source: sources.Source, sheet: sources.Sheet, column_map: ColumnMap, ledger: Ledger
) -> tuple[str | None, int | None]:
    """Give region and year as told by the mapping file, else the sheet's name, else the file's name."""
    names = (sheet.name, source.path.stem)
    regions = [region for region in (column_map.region, *map(place_names.find_region, names)) if region]
    years = [year for year in (column_map.year, *map(place_names.find_year, names)) if year]
    for column, told in (("region", regions), ("year", [str(year) for year in years])):
        for other in dict.fromkeys(told[1:]):
            if not place_names.agree(told[0], other):
                ledger.note(f"{column}_disagrees", sheet.name, column, told[0], other)
    return regions[0] if regions else None, years[0] if years else None


def _refuse_unclear(
    source: sources.Source, sheet: sources.Sheet, table: Table, region: str | None, year: int | None
) -> None:
    """Refuse a table whose headers clash, or of which nothing tells region or year."""
    thing = f"{source.path}, sheet {sheet.name}" if sheet.name else str(source.path)
    for column, several in table.twice.items():
        problem = f"{' and '.join(repr(header) for header in several)} both are {column}."
        raise InputError(
            thing, problem, f"Say in a mapping file which is {column}, and `{headers.IGNORE}` for the other."
        )
    if untold := _list_untold(table, region, year):
        problem = f"nothing tells the {' and the '.join(untold)}: no column, nor the name of sheet or file."
        mend = (
            "Name the file like 黄山市-2025.xlsx, add the columns 地区 and 统计年度, or use a mapping file."
        )
        raise InputError(thing, problem, mend)


def _list_untold(table: Table, region: str | None, year: int | None) -> list[str]:
    """List which of region and year neither a column nor a name tells."""
    untold = ["region"] if region is None and "region" not in table.columns else []
    return untold + (["year"] if year is None and not {"year", "consulted_on"} & set(table.columns) else [])


def _choose_reader(
    column: str, source: sources.Source, table: Table, column_map: ColumnMap
) -> Callable[[Any], Reading]:
    reader = _READERS.get(column) or (
        values.read_quantity if column_map.further[column] == "number" else values.read_text
    )
    if column in ("consulted_on", "converted_on"):
        reader = partial(values.read_moment, epoch_1904=source.epoch_1904)
    elif column == "amount":
        reader = partial(values.read_amount, unit=table.unit)
    if codes := column_map.values.get(column):
        return lambda raw: reader(codes.get(values.trim(raw), raw))
    return reader


def _settle(rows: pd.DataFrame, ledger: Ledger, tally: Counter[str]) -> pd.DataFrame:
    """Take duplicates and conflicts out of a slice, flag its contradictions, and count what is left."""
    same, conflicting = contradictions.find_duplicates(rows, ledger)
    tally["duplicates"] += len(same)
    tally["rejected"] += len(conflicting)
    out = same.append(conflicting)
    kept = rows.drop(out).reset_index(drop=True) if len(out) else rows
    contradictions.flag_identifiers(kept, ledger)
    complete = int(kept[_list_needed(kept)].notna().all(axis=1).sum())
    tally["graded"] += complete
    tally["ungradable"] += len(kept) - complete
    return kept


def _list_needed(rows: pd.DataFrame) -> list[str]:
    """List what a record needs to count as gradable: its scores, or without any the further columns."""
    own = [column for column in rows if column not in (*contradictions.PROVENANCE, *headers.COLUMNS)]
    return list(SCORES) if set(SCORES) <= set(rows) else own
