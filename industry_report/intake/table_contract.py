"""Read the tables of a file that stand beside the consultations: clean rows by slice, rejects and flags."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..base.errors import InputError
from . import headers, place_names, table_headers, values
from .column_readers import choose_readers, guard_text
from .contradictions import PROVENANCE, flag_identifiers
from .fault_log import FaultLog
from .input_files import Sheet, Source
from .mapping import ColumnMap
from .schemas import CONSULTATIONS, Schema
from .spill import Spill
from .table_headers import Found, Recognised
from .table_rows import OpenTable, clean_block

NON_RECORDS = ("blank", "total_row", "repeated_header", "footnote")
Keep = Callable[[str, int, pd.DataFrame], None]


@dataclass(frozen=True)
class Settled:
    """What became of one kind of table in a file."""

    table: str
    tally: Counter[str]
    faults: FaultLog
    slices: list[tuple[str, int, int]]
    opened: list[OpenTable]


def find_tables(source: Source, column_map: ColumnMap) -> dict[int, Recognised]:
    """Tell of each sheet, by its position, what table beside the consultations it is.

    A sheet with all three scores is a table of consultations whatever else it holds, and one that lacks some
    of them is one with a fault unless another table knows more of its columns.
    """
    if column_map.table == CONSULTATIONS:
        return {}
    found = {}
    for place, sheet in enumerate(source.sheets):
        names = (sheet.name, source.path.stem)
        told = table_headers.recognise(
            sheet.head, names, column_map.columns_of, column_map.further_of, column_map.table
        )
        is_other = told.table is not None or bool(told.tie) or _is_near(told, sheet)
        if is_other and (column_map.table or not _is_consultations(sheet, column_map, told)):
            found[place] = told
    return found


def _is_consultations(sheet: Sheet, column_map: ColumnMap, told: Recognised) -> bool:
    """Tell whether a sheet holds consultations, if need be some that lack a score."""
    table = headers.find_table(sheet.head, column_map.columns)
    if table is None:
        return False
    further = [column for column in column_map.further if column in table.columns]
    if not table.missing_scores or (further and len(further) == len(column_map.further)):
        return True
    other = told.table or told.nearest
    known = len(other.columns) if other else 0
    return len(table.columns) > known or (len(table.missing_scores) < 3 and len(table.columns) == known > 0)


def _is_near(told: Recognised, sheet: Sheet) -> bool:
    """Tell whether a sheet without a complete table is nearer to one of these than to consultations."""
    if told.nearest is None or table_headers.count_scores(sheet.head):
        return False
    own = headers.find_table(sheet.head, {})
    return len(told.nearest.columns) > max(2, len(own.columns) if own else 0)


def describe(source: Source, found: dict[int, Recognised]) -> list[InputError]:
    """Say of sheets that are no table for certain why not."""
    told = []
    for place, one in found.items():
        thing = (
            f"{source.path}, sheet {source.sheets[place].name}"
            if source.sheets[place].name
            else str(source.path)
        )
        if one.tie:
            problem = f"may be {' or '.join(one.tie)}: as many of their columns are there."
            told.append(InputError(thing, problem, f"Say which in a mapping file: `table: {one.tie[0]}`."))
        elif one.nearest is not None:
            missing = ", ".join(
                f"{name} ({headers.label(name, 'zh', one.nearest.schema.name)})"
                for name in one.nearest.lacking
            )
            problem = f"looks like {one.nearest.schema.name} ({one.nearest.schema.zh}) but lacks {missing}."
            problem += f" For consultations it lacks the scores {', '.join(headers.SCORES)}."
            problem += f" Columns found: {', '.join(one.nearest.headers.values())}."
            told.append(
                InputError(thing, problem, "Map the headers in a mapping file, or supply the columns.")
            )
    return told


def clean(
    source: Source,
    found: dict[int, Recognised],
    table: str,
    column_map: ColumnMap,
    keep: Keep,
    limit: int,
    exported_on: pd.Timestamp | None = None,
) -> Settled:
    """Clean all sheets of a file that are one kind of table, and hand the rows over slice by slice."""
    faults, tally = FaultLog(limit), Counter[str]()
    opened = [
        _open(source, source.sheets[place], one.table, column_map, faults, exported_on)
        for place, one in found.items()
        if one.table is not None and one.table.schema.name == table
    ]
    slices = []
    with Spill() as spill:
        for part in opened:
            positions = list(part.found.columns.values())
            for block in part.sheet.blocks(part.found.skip, positions):
                spill.add(clean_block(block, part, faults, tally))
        for region, year, rows in spill.slices():
            settled = _settle(rows, opened[0].schema, faults, tally)
            if len(settled):
                slices.append((region, year, len(settled)))
                keep(region, year, settled)
    return Settled(table, tally, faults, slices, opened)


def _open(
    source: Source,
    sheet: Sheet,
    found: Found,
    column_map: ColumnMap,
    faults: FaultLog,
    exported_on: pd.Timestamp | None,
) -> OpenTable:
    table = found.schema.name
    _refuse_twice(source, sheet, found)
    rules = column_map.rules_of(table)
    readers = choose_readers(found.schema, found.units, rules.values, rules.personal, source.epoch_1904)
    for name, kind in found.further.items():
        reader = values.read_quantity if kind == "number" else guard_text(values.read_text)
        readers[name] = reader if name not in rules.personal else values.read_text
    names = (sheet.name, source.path.stem)
    regions = [region for region in (column_map.region, *map(place_names.find_region, names)) if region]
    years = [year for year in (column_map.year, *map(place_names.find_year, names)) if year]
    faults.place(sheet, found.as_table(), sheet.first_row + found.skip - 1)
    if sheet.hidden:
        faults.note("hidden_sheet", sheet.name, value=sheet.name)
    export = rules.exported_on or exported_on
    return OpenTable(
        *(source.file, sheet, found, readers, tuple(rules.personal)),
        region=next(iter(regions), None),
        year=next(iter(years), None),
        exported_on=pd.Timestamp(export) if export is not None else None,
        refunds_are_negative=rules.refunds_are_negative,
    )


def _refuse_twice(source: Source, sheet: Sheet, found: Found) -> None:
    for column, several in found.twice.items():
        thing = f"{source.path}, sheet {sheet.name}" if sheet.name else str(source.path)
        problem = f"{' and '.join(map(repr, several))} both are {column}."
        remedy = f"Say in a mapping file which is {column}, and `{headers.IGNORE}` for the other."
        raise InputError(thing, problem, remedy)


# --- rows that come again


def _settle(rows: pd.DataFrame, schema: Schema, faults: FaultLog, tally: Counter[str]) -> pd.DataFrame:
    """Take duplicates and conflicts out of a slice, and count what is left."""
    content = [name for name in rows if name not in PROVENANCE]
    same = rows.duplicated(content).to_numpy(dtype=bool)
    conflicting = np.zeros(len(rows), dtype=bool)
    conflicting[~same] = _find_conflicts(rows[~same], schema, faults)
    tally["duplicates"] += int(same.sum())
    tally["rejected"] += int(conflicting.sum())
    kept = rows[~(same | conflicting)].reset_index(drop=True)
    flag_identifiers(kept, faults)
    if "uscc" in kept:
        _flag_credit_codes(kept, faults)
    tally["kept"] += len(kept)
    return kept


def _find_conflicts(rows: pd.DataFrame, schema: Schema, faults: FaultLog) -> np.ndarray:
    """List rows of one key with different contents, all of them, each group with its places."""
    key = [name for name in schema.key if name in rows]
    if not key or key[0] != schema.key[0]:
        return np.zeros(len(rows), dtype=bool)
    sure = rows[key[0]].notna() & ~is_vague(rows[key[0]])
    again = rows.duplicated(key, keep=False).to_numpy(dtype=bool) & sure.to_numpy(dtype=bool)
    if again.any():
        for _, group in rows[again].groupby(key, sort=False, dropna=False):
            places = "; ".join(
                f"{sheet}!{row}" if sheet else str(row)
                for sheet, row in zip(group["sheet"].head(10), group["row"].head(10), strict=True)
            )
            for sheet, part in group.groupby("sheet", sort=False):
                shown = [values.show(value) for value in part[key[0]].astype(object)]
                faults.add(
                    "conflicting_rows",
                    str(sheet),
                    key[0],
                    part["row"].to_numpy(),
                    shown,
                    [places] * len(part),
                )
    return again


def is_vague(ids: pd.Series) -> pd.Series:
    """Tell which identifiers many rows may share: cut to 1.2E+11."""
    return ids.astype("str").str.fullmatch(values.SCIENTIFIC.pattern, case=False).fillna(False).astype(bool)


def _flag_credit_codes(rows: pd.DataFrame, faults: FaultLog) -> None:
    """Flag customers who share a firm's credit code."""
    told = rows[rows["uscc"].notna()]
    shared = told[told.groupby("uscc")["customer_id"].transform("nunique") > 1]
    for _, group in shared.groupby("uscc"):
        ids = ", ".join(map(str, group["customer_id"].unique()[:5]))
        for sheet, part in group.groupby("sheet", sort=False):
            codes: list[Any] = part["uscc"].tolist()
            faults.add(
                "same_credit_code", str(sheet), "uscc", part["row"].to_numpy(), codes, [ids] * len(part)
            )


def list_dropped(tally: Counter[str]) -> dict[str, int]:
    """Give how many rows are no records, by kind."""
    return {kind: tally[kind] for kind in NON_RECORDS if tally[kind]}


def list_kinds(found: Iterable[Recognised]) -> list[str]:
    """List the kinds of table that a file holds, in the order of its sheets."""
    return list(dict.fromkeys(one.table.schema.name for one in found if one.table is not None))
