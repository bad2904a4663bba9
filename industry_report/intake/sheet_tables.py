"""Find the tables of a file: which sheets hold some, what they lack, which place their names tell."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..base.errors import InputError
from . import headers, input_files, place_names, table_layout, values
from .column_readers import guard_text
from .fault_log import FaultLog
from .headers import SCORES, Table
from .input_files import Sheet, Source
from .mapping import ColumnMap
from .records import Grid
from .table_layout import Rows
from .values import Reading

_READERS: dict[str, Callable[[Any], Reading]] = dict.fromkeys(headers.COLUMNS, values.read_text) | {
    "customer_id": values.read_identifier,
    **dict.fromkeys(SCORES, values.read_score),
    "composite_supplied": values.read_number,
    "grade_supplied": values.read_grade,
    "converted": values.read_yes_no,
}
_TEXTS = (values.read_text, values.read_identifier, values.read_grade)  # they may hold personal data
_TITLE_ROWS = 3  # rows above a header in which its title is looked for
SheetTables = tuple[Sheet, list[Table], Rows]


def find_tables(source: Source, column_map: ColumnMap, faults: FaultLog) -> list[SheetTables]:
    """Find the first tables of every sheet; a sheet without one is said, a file without one is an error.

    Returns
    -------
    list of (sheet, tables, rows)
        The tables that begin at the sheet's first header, and its rows from the top.

    Raises
    ------
    InputError
        No sheet has the required columns; says what is missing and every header found.
    """
    searched = [
        (sheet, *table_layout.find_first(sheet, column_map.columns, partial(is_complete, column_map)))
        for sheet in source.sheets
    ]
    if not any(tables and is_complete(column_map, tables[0]) for _, tables, _ in searched):
        raise _describe_missing(
            source, column_map, [(sheet, tables[0]) for sheet, tables, _ in searched if tables]
        )
    found = []
    for sheet, tables, rows in searched:
        if not tables or not {*SCORES, *column_map.further} & set(tables[0].columns):
            faults.note("sheet_without_table", sheet.name, value=sheet.name)
        elif lacking := _list_missing(tables[0], column_map):
            missing = ", ".join(headers.label(column, "zh") for column in lacking)
            faults.note("sheet_without_scores", sheet.name, value=sheet.name, hint=missing)
        else:
            found.append((sheet, tables, rows))
            _describe_sheet(sheet, faults)
    return found


def is_complete(column_map: ColumnMap, table: Table) -> bool:
    """Tell whether a table has the columns that it needs."""
    return not _list_missing(table, column_map)


def _list_missing(table: Table, column_map: ColumnMap) -> list[str]:
    """List the required columns that a table lacks: the scores, or without any the mapping's further ones."""
    if column_map.further and not set(SCORES) & set(table.columns):
        return [column for column in column_map.further if column not in table.columns]
    return table.missing_scores


def _describe_sheet(sheet: Sheet, faults: FaultLog) -> None:
    if sheet.hidden:
        faults.note("hidden_sheet", sheet.name, value=sheet.name)
    if hidden := sheet.facts.hidden_rows:
        faults.note("hidden_rows", sheet.name, value=str(len(hidden)), hint=_write_ranges(hidden))
    if strays := sheet.facts.strays:
        faults.note("stray_cells", sheet.name, value=strays[0], hint=str(len(strays)))


def _write_ranges(rows: Sequence[int], shown: int = 10) -> str:
    """Write row numbers as 5, 8-12."""
    numbers = np.asarray(rows)
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1)
    told = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs[:shown]]
    return ", ".join(told) + (", …" if len(runs) > shown else "")


def _describe_missing(source: Source, column_map: ColumnMap, tables: list[tuple[Sheet, Table]]) -> InputError:
    """Say all that is missing and every header that was found."""
    if not tables:
        return _describe_nothing(source)
    sheet, table = max(tables, key=lambda found: (len(found[1].columns), len(found[1].headers)))
    lacking = _list_missing(table, column_map)
    missing = ", ".join(f"{column} ({headers.label(column, 'zh')})" for column in lacking)
    found = "; ".join(
        (f"sheet {sheet.name}: " if len(tables) > 1 else "") + _write_headers(table)
        for sheet, table in tables[:10]
    )
    noun = "scores" if set(lacking) <= set(SCORES) else "columns"
    problem = f"the required {noun} are missing: {missing}. Columns found: {found}."
    near = [
        f"Perhaps {header!r} is {column}" for header, column in table.suggestions.items() if column in SCORES
    ]
    problem += f" {'; '.join(near)}." if near else ""
    region, year = name_place(source, sheet, column_map, FaultLog(0))
    untold = _list_untold(table, region, year)
    problem += f" Nothing tells the {' and the '.join(untold)} either." if untold else ""
    mend = (
        "Map them in a mapping file (`industry-report check FILE --write-mapping` drafts one) or supply them."
    )
    return InputError(str(source.path), problem, mend)


def _write_headers(table: Table, shown: int = 60, longest: int = 60) -> str:
    names = [name if len(name) <= longest else f"{name[:longest]}…" for name in table.headers.values()]
    return ", ".join(names[:shown]) + (f", … ({len(names)} in all)" if len(names) > shown else "")


def _describe_nothing(source: Source) -> InputError:
    """Say what the first row reads like where no row looks like a header."""
    first = next((row for sheet in source.sheets for row in sheet.head if any(map(values.trim, row))), None)
    if first is None:
        return InputError(
            str(source.path), "holds no cells with anything in them.", "Name a file with a table."
        )
    text = " ".join(filter(None, map(values.trim, first)))[:80]
    problem = f"holds no table: no row of the first {headers.SEARCHED_ROWS:,} names two columns."
    problem += f" It begins “{text}”."
    mend = "Name a file whose table has a header row"
    if source.sheets[0].is_text:
        mend += "; between cells it may have , ; | or a tab, or the first line may say which: sep=#"
    return InputError(str(source.path), problem, f"{mend}.")


# --- region and year


def name_place(
    source: Source, sheet: Sheet, column_map: ColumnMap, faults: FaultLog, titles: Sequence[str] = ()
) -> tuple[str | None, int | None]:
    """Give region and year as told by the mapping file, else the names of sheet and file, else a title."""
    names = (sheet.name, source.path.stem)
    regions = [region for region in (column_map.region, *map(place_names.find_region, names)) if region]
    years = [year for year in (column_map.year, *map(place_names.find_year, names)) if year]
    for column, told in (("region", regions), ("year", [str(year) for year in years])):
        for other in dict.fromkeys(told[1:]):
            if not place_names.agree(told[0], other):
                faults.note(f"{column}_disagrees", sheet.name, column, told[0], other)
    title_regions = [region for title in titles if (region := place_names.find_city(title))]
    title_years = [year for title in titles if (year := place_names.find_year(title))]
    for by_name, by_title in (
        (regions, title_regions),
        ([str(y) for y in years], [str(y) for y in title_years]),
    ):
        if by_name and by_title and not place_names.agree(by_title[-1], by_name[0]):
            faults.note("title_disagrees", sheet.name, value=by_title[-1], hint=by_name[0])
    return next(iter(regions or title_regions[-1:]), None), next(iter(years or title_years[-1:]), None)


def read_titles(above: Rows) -> list[str]:
    """Give the short texts that stand alone in the rows right above a header."""
    rows = [[text for cell in row if (text := values.trim(cell))] for row in above[-_TITLE_ROWS:]]
    return [row[0] for row in rows if len(row) == 1 and len(row[0]) <= 40]


def refuse_unclear(path: str, sheet: Sheet, grid: Grid) -> None:
    """Refuse a table whose headers clash, or of which nothing tells region or year."""
    thing = f"{path}, sheet {sheet.name}" if sheet.name else path
    for column, several in grid.table.twice.items():
        problem = f"{' and '.join(repr(header) for header in several)} both are {column}."
        mend = f"Say in a mapping file which is {column}, and `{headers.IGNORE}` for the other."
        if len(set(map(headers.normalise, several))) < len(several):
            mend = "Rename one of the two headers in the file, or delete its column."
        raise InputError(thing, problem, mend)
    if untold := _list_untold(grid.table, grid.region, grid.year):
        problem = f"nothing tells the {' and the '.join(untold)}: no column, nor the name of sheet or file."
        mend = (
            "Name the file like 黄山市-2025.xlsx, add the columns 地区 and 统计年度, or use a mapping file."
        )
        raise InputError(thing, problem, mend)


def _list_untold(table: Table, region: str | None, year: int | None) -> list[str]:
    """List which of region and year neither a column nor a name tells."""
    untold = ["region"] if region is None and "region" not in table.columns else []
    return untold + (["year"] if year is None and not {"year", "consulted_on"} & set(table.columns) else [])


# --- readers


def choose_readers(
    source: input_files.Source, table: Table, column_map: ColumnMap
) -> Mapping[str, Callable[[Any], Reading]]:
    """Choose how the cells of each column are read."""
    return {column: _choose_reader(column, source, table, column_map) for column in table.columns}


def _choose_reader(
    column: str, source: input_files.Source, table: Table, column_map: ColumnMap
) -> Callable[[Any], Reading]:
    dated: dict[str, Callable[..., Reading]] = {
        "consulted_on": values.read_moment,
        "converted_on": values.read_outcome_date,
        "year": values.read_year,
    }
    if column in dated:
        reader: Callable[[Any], Reading] = partial(dated[column], epoch_1904=source.epoch_1904)
    elif column == "amount":
        reader = partial(values.read_amount, unit=table.unit)
    elif column in _READERS:
        reader = _READERS[column]
    else:
        reader = values.read_quantity if column_map.further[column] == "number" else values.read_text
    if (reader in _TEXTS) and column not in column_map.personal:
        reader = guard_text(reader)
    if codes := column_map.values.get(column):
        return lambda raw: reader(codes.get(values.trim(raw), raw))
    return reader
