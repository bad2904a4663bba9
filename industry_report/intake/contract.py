"""What a consultation must look like: clean rows, rejects and flags, each fault with place and reason."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ..base.errors import InputError
from . import contradictions, headers, input_files, mapping, sheet_tables, table_contract, table_headers
from .fault_log import COUNTS, FaultLog, frame
from .headers import SCORES
from .mapping import ColumnMap
from .records import Grid
from .row_kinds import NON_RECORDS
from .schemas import CONSULTATIONS
from .spill import Spill
from .table_headers import Recognised
from .table_reader import TableReader
from .values import trim

VERSION = "5"  # raise it when the same file would come out otherwise: the prepared store is then made anew
LISTED = 100_000  # rejecting faults, and flags, of a file that are listed one by one; all are counted

draft_mapping = mapping.draft_mapping


@dataclass(frozen=True)
class FileCheck:
    """What was found in one file.

    Attributes
    ----------
    read, graded, ungradable, rejected, duplicates : int
        Rows: read = graded + ungradable + rejected + duplicates.
    dropped : mapping
        How many rows are no records, by their kind in `row_kinds.NON_RECORDS`.
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
    table : str
        What kind of table it is; of one beside the consultations `graded` counts the rows that are kept. A
        file with several kinds has a check for each.
    customers : mapping
        Customer → kept rows; only of `check`, where several kinds of table are looked at together.
    orphans : int
        Kept rows of customers who are in no other kind of table.
    unused, absent : sequence of str
        Headers that nothing is taken from; headers that the mapping file names and the file has not.
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
    table: str = CONSULTATIONS
    customers: Mapping[str, int] = field(default_factory=dict, repr=False)
    orphans: int = 0
    unused: Sequence[str] = ()
    absent: Sequence[str] = ()

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
        Adds `composite` and `grade` to clean rows: `graded` then counts by it, and supplied ones that differ
        are flagged. Without it `graded` counts the rows that have what a grade needs.
    today : date, optional
        Dates after it are flagged; the present day by default.
    """
    column_map = mapping.load_column_map(columns)
    files = [file for path in paths for file in input_files.list_files(input_files.find_path(path))]
    checks = [
        found for file in files for found in _check_file(file, column_map, score, today or dt.date.today())
    ]
    return _count_orphans(_flag_copies(checks))


def _count_orphans(checks: list[FileCheck]) -> list[FileCheck]:
    """Count the rows of customers who are in no other kind of table; with one kind alone there are none."""
    kinds: dict[str, set[str]] = {}
    for found in checks:
        if found.customers:
            kinds.setdefault(found.table, set()).update(found.customers)
    if len(kinds) < 2:
        return checks
    counted = []
    for found in checks:
        others = set().union(*(ids for table, ids in kinds.items() if table != found.table))
        rows = sum(n for customer, n in found.customers.items() if customer not in others)
        counted.append(replace(found, orphans=rows))
    return counted


def _tally_customers(into: Counter[str], rows: pd.DataFrame) -> None:
    if "customer_id" in rows:
        into.update(rows["customer_id"].dropna().astype(object).value_counts().to_dict())


def _check_file(
    path: Path, column_map: ColumnMap, score: Callable[[pd.DataFrame], pd.DataFrame] | None, today: dt.date
) -> list[FileCheck]:
    faults = FaultLog(LISTED)

    asking: Counter[str] = Counter()
    graded: Counter[bool] = Counter()

    def compare(region: str, year: int, rows: pd.DataFrame) -> None:
        _tally_customers(asking, rows)
        if score:
            scored = score(rows)
            graded.update(scored["grade"].notna().tolist())
            contradictions.flag_supplied(scored, faults)

    try:
        source = input_files.read(path)
        others = table_contract.find_tables(source, column_map)
        kinds = table_contract.list_kinds(others.values())
    except InputError as error:
        return [FileCheck(path, error=error)]
    tasks = [partial(_check_table, source, others, kind, column_map) for kind in kinds]
    if holds_consultations(source, others):
        tasks.insert(0, partial(clean, source, column_map, compare, faults, today, others))
    checks = [_try(task, path) for task in tasks]
    checks = [_add_counts(found, asking, graded if score else None) for found in checks]
    checks += [FileCheck(path, error=error) for error in table_contract.describe(source, others)]
    return [replace(found, absent=_list_absent(source, found.table, column_map)) for found in checks]


def _add_counts(found: FileCheck, asking: Mapping[str, int], graded: Mapping[bool, int] | None) -> FileCheck:
    """Add to a check of consultations whose they are, and how many of them the scorecard grades."""
    if found.table != CONSULTATIONS or found.error:
        return found
    found = replace(found, customers=asking)
    if graded is None:
        return found
    return replace(found, graded=graded.get(True, 0), ungradable=graded.get(False, 0))


def _list_absent(source: input_files.Source, table: str, column_map: ColumnMap) -> list[str]:
    """Return the headers that a mapping file names for a table and that no sheet of the file has."""
    mapped = column_map.columns if table == CONSULTATIONS else column_map.rules_of(table).columns
    cells = (cell for sheet in source.sheets for row in sheet.head for cell in row)
    there = {headers.normalise(text) for cell in cells if (text := trim(cell))}
    return [
        header
        for header, column in mapped.items()
        if column != headers.IGNORE and headers.normalise(header) not in there
    ]


def _try(task: Callable[[], FileCheck], path: Path) -> FileCheck:
    try:
        return task()
    except InputError as error:
        return FileCheck(path, error=error)


def _check_table(
    source: input_files.Source, others: dict[int, Recognised], table: str, column_map: ColumnMap
) -> FileCheck:
    customers: Counter[str] = Counter()

    def keep(region: str, year: int, rows: pd.DataFrame) -> None:
        _tally_customers(customers, rows)

    return replace(clean_table(source, others, table, column_map, keep), customers=customers)


def holds_consultations(source: input_files.Source, others: Collection[int]) -> bool:
    """Tell whether a file is one of consultations: without other tables any is, with them one with scores."""
    left = [sheet for place, sheet in enumerate(source.sheets) if place not in others]
    return bool(left) and (not others or any(table_headers.count_scores(sheet.head) for sheet in left))


def clean_table(
    source: input_files.Source,
    others: dict[int, Recognised],
    table: str,
    column_map: ColumnMap,
    keep: Callable[[str, int, pd.DataFrame], None] = lambda region, year, rows: None,
) -> FileCheck:
    """Clean the sheets of a file that are one kind of table beside the consultations.

    Parameters
    ----------
    source : Source
        The file.
    others : mapping
        What tables its sheets are (`table_contract.find_tables`).
    table : str
        The kind.
    column_map : ColumnMap
        What the institution's own headers and codes mean.
    keep : callable
        Takes region, year and the clean rows of each slice.
    """
    found = table_contract.clean(source, others, table, column_map, keep, LISTED)
    input_files.refuse_change(source)
    tally = found.tally
    return FileCheck(
        path=source.path,
        sha256=source.sha256,
        synthetic=source.synthetic,
        read=tally["read"],
        graded=tally["kept"],
        rejected=tally["rejected"],
        duplicates=tally["duplicates"],
        dropped=table_contract.list_dropped(tally),
        rejects=frame(found.faults.listed(rejects=True), source.file, table),
        flags=frame(found.faults.listed(rejects=False), source.file, table),
        counts=dict(found.faults.counts),
        slices=found.slices,
        columns={
            part.found.headers[place]: name
            for part in found.opened
            for name, place in part.found.columns.items()
        },
        header_rows={part.sheet.name: part.found.skip for part in found.opened},
        table=table,
        unused=_list_unused([part.found for part in found.opened], column_map.rules_of(table).columns),
    )


def _flag_copies(checks: list[FileCheck]) -> list[FileCheck]:
    """Flag files with the content of an earlier one."""
    first: dict[str, FileCheck] = {}
    flagged = []
    for found in checks:
        original = first.setdefault(found.sha256, found) if found.sha256 else found
        is_copy = original.path != found.path
        flagged.append(flag_copy(found, original.file) if is_copy else found)
    return flagged


def flag_copy(found: FileCheck, original: str) -> FileCheck:
    """Flag a file as a copy of another one."""
    faults = FaultLog(1)
    faults.note("same_file_twice", "", value=found.file, hint=original)
    flags = pd.concat(
        [frame(faults.listed(rejects=False), found.file, found.table), found.flags], ignore_index=True
    )
    return replace(found, flags=flags, counts={**faults.counts, **found.counts})


def clean(
    file: Path | input_files.Source,
    column_map: ColumnMap,
    keep: Callable[[str, int, pd.DataFrame], None],
    faults: FaultLog | None = None,
    today: dt.date | None = None,
    others: Collection[int] = (),
) -> FileCheck:
    """Clean the consultations of a file and hand them over slice by slice.

    Parameters
    ----------
    file : Path or Source
        The file, opened or not.
    column_map : ColumnMap
        What the institution's own headers and codes mean.
    keep : callable
        Takes region, year and the clean rows of each slice.
    faults : FaultLog, optional
        Where faults are listed; `keep` may add to it.
    today : date, optional
        Dates after it are flagged; without it none is, so that what is stored does not depend on the day.
    others : collection of int
        The positions of sheets that are another table.

    Raises
    ------
    InputError
        Nothing in the file can be read, or it changed meanwhile.
    """
    faults = faults or FaultLog(LISTED)
    source = input_files.read(file) if isinstance(file, Path) else file
    if others:
        own = [sheet for place, sheet in enumerate(source.sheets) if place not in others]
        source = replace(source, sheets=tuple(own))
    sheets = sheet_tables.find_tables(source, column_map, faults)
    tally: Counter[str] = Counter()
    slices = []
    with Spill() as spill:
        reading = TableReader(source, column_map, faults, tally, today, spill.add)
        for sheet, tables, rows in sheets:
            reading.read_sheet(sheet, tables, rows)
        reading.finish()
        for region, year, records in spill.slices():
            settled = _settle(records, faults, tally)
            if len(settled):
                slices.append((region, year, len(settled)))
                keep(region, year, settled)
    input_files.refuse_change(source)
    report = _report(source, reading.grids, faults, tally, slices)
    unused = _list_unused([grid.table for grid in reading.grids], column_map.columns)
    return replace(report, unused=[header for header in unused if header not in report.suggestions])


def _list_unused(tables: Iterable[Any], mapped: Mapping[str, str]) -> list[str]:
    """Return the headers of tables from which no column is taken, and which nobody asked to leave out."""
    ignored = {headers.normalise(header) for header, column in mapped.items() if column == headers.IGNORE}
    found = (
        header
        for table in tables
        for place, header in table.headers.items()
        if header and place not in table.columns.values() and headers.normalise(header) not in ignored
    )
    return list(dict.fromkeys(found))


def _report(
    source: input_files.Source,
    grids: list[Grid],
    faults: FaultLog,
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
        rejects=frame(faults.listed(rejects=True), source.file),
        flags=frame(faults.listed(rejects=False), source.file),
        counts=dict(faults.counts),
        slices=slices,
        columns=taken,
        suggestions={header: column for grid in grids for header, column in grid.table.suggestions.items()},
        header_rows={grid.sheet.name: grid.table.skip for grid in reversed(grids)},
    )


def _settle(rows: pd.DataFrame, faults: FaultLog, tally: Counter[str]) -> pd.DataFrame:
    """Take duplicates and conflicts out of a slice, flag its contradictions, and count what is left."""
    same, conflicting = contradictions.find_duplicates(rows, faults)
    tally["duplicates"] += len(same)
    tally["rejected"] += len(conflicting)
    out = same.append(conflicting)
    kept = rows.drop(out).reset_index(drop=True) if len(out) else rows
    contradictions.flag_identifiers(kept, faults)
    complete = int(kept[_list_needed(kept)].notna().all(axis=1).sum())
    tally["graded"] += complete
    tally["ungradable"] += len(kept) - complete
    return kept


def _list_needed(rows: pd.DataFrame) -> list[str]:
    """List what a record needs to count as gradable: its scores, or without any the further columns."""
    own = [column for column in rows if column not in (*contradictions.PROVENANCE, *headers.COLUMNS)]
    return list(SCORES) if set(SCORES) <= set(rows) else own
