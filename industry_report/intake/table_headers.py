"""Tell which table a sheet holds: the one whose required columns are all there, and most of the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from . import headers
from .headers import IGNORE, SCORES, UNITS, Table, normalise
from .schemas import CONSULTATIONS, SCHEMAS, TABLES, Schema
from .values import trim

SEARCHED_ROWS = 60
_UNITS = {**UNITS, "亿": 100_000_000, "亿元": 100_000_000, "百万元": 1_000_000, "美元": 0}


@dataclass(frozen=True)
class Found:
    """A table beside the consultations, found in a sheet.

    Attributes
    ----------
    schema : Schema
        What kind of table it is.
    skip : int
        How many rows there are up to and including the header.
    columns, headers : mapping
        Column → position; position → header as written.
    units : mapping
        Column of amounts → what a plain number counts in, in yuan.
    twice : mapping
        Column → the headers that claim it, where there are several.
    further : mapping
        Columns of the mapping's own: number or text.
    """

    schema: Schema
    skip: int
    columns: Mapping[str, int]
    headers: Mapping[int, str]
    units: Mapping[str, int]
    twice: Mapping[str, list[str]]
    further: Mapping[str, str]
    width: int = 0

    def as_table(self) -> Table:
        """Give the table in the form in which faults are located."""
        return Table(self.skip, self.columns, self.headers, 1, {}, {}, width=self.width)

    @property
    def lacking(self) -> list[str]:
        """Required columns that are not there."""
        return [name for name in self.schema.required if name not in self.columns]


@dataclass(frozen=True)
class Recognised:
    """What a sheet is: a table, or none and why not: several are equally likely, or one lacks a column."""

    table: Found | None = None
    tie: tuple[str, ...] = ()
    nearest: Found | None = None


@cache
def _know(table: str) -> dict[str, str]:
    schema = SCHEMAS[table]
    return {
        normalise(word): name for name, column in schema.columns.items() for word in (*column.headers, name)
    }


def recognise_header(table: str, header: str) -> tuple[str, int] | None:
    """Tell which column of a table a header names, and what a plain amount below it counts in.

    Examples
    --------
    >>> recognise_header("orders", "合同金额（万元）"), recognise_header("orders", "客户生日")
    (('amount', 10000), None)
    """
    return _remember(table, header) if len(header) <= headers.LONGEST_CACHED else _recognise(table, header)


def _recognise(table: str, header: str) -> tuple[str, int] | None:
    known, text = _know(table), normalise(header)
    if text in known:
        return known[text], 1
    name, remark = headers.split_remark(text)
    column = known.get(name)
    if column is None:
        return None
    if SCHEMAS[table].columns[column].kind == "amount" and _UNITS.get(remark):
        return column, _UNITS[remark]
    return (column, 1) if headers.is_remark(remark) or known.get(remark) == column else None


# The first rows of a sheet are read once for each table that it may hold, and again to say what was found.
_remember = lru_cache(maxsize=1 << 16)(_recognise)


def recognise(
    rows: Sequence[Sequence[Any]],
    names: Sequence[str],
    own: Mapping[str, Mapping[str, str]],
    further: Mapping[str, Mapping[str, str]],
    only: str | None = None,
) -> Recognised:
    """Tell which table beside the consultations a sheet's first rows hold.

    Parameters
    ----------
    rows : sequence of rows
        The first rows of the sheet.
    names : sequence of str
        The names of sheet and file: they decide between equals, nothing else.
    own, further : mapping
        Table → the headers that a mapping file names → their columns; → the columns of the file's own.
    only : str, optional
        The table that the mapping file says it is.
    """
    tables = [only] if only else [name for name in TABLES if name != CONSULTATIONS]
    told = [_name_single(row) for row in rows[:SEARCHED_ROWS]]
    found = [
        replace(best, width=len(rows[best.skip - 1]))
        for name in tables
        if (best := _find(told, SCHEMAS[name], own.get(name, {}), further.get(name, {})))
    ]
    complete = [table for table in found if not table.lacking and len(table.columns) > 1]
    if not complete:
        nearest = max(found, key=_rank, default=None)
        return Recognised(nearest=nearest if nearest and len(nearest.columns) > 1 else None)
    most = max(map(_rank, complete))
    best_ones = [table for table in complete if _rank(table) == most]
    if len(best_ones) > 1:
        named = [
            table for table in best_ones if any(word in name for word in table.schema.names for name in names)
        ]
        best_ones = named or best_ones
    if len(best_ones) > 1:
        return Recognised(tie=tuple(table.schema.name for table in best_ones))
    lesser = [table for table in found if table.lacking and _rank(table) > most]
    # What lacks a column but knows more is that table with a fault, not a poorer table without one.
    return Recognised(nearest=max(lesser, key=_rank)) if lesser else Recognised(table=best_ones[0])


def _rank(table: Found) -> int:
    return len(table.columns)


def count_scores(rows: Sequence[Sequence[Any]]) -> int:
    """Count which of the three scores of a consultation a sheet's first rows name."""
    table = headers.find_table(rows[:SEARCHED_ROWS], {})
    return len(set(SCORES) & set(table.columns)) if table else 0


def _find(
    rows: Sequence[Mapping[int, str]], schema: Schema, own: Mapping[str, str], further: Mapping[str, str]
) -> Found | None:
    """Find the header that names most columns, the first of equals; one row, or two in storeys."""
    best: tuple[int, Mapping[int, str]] | None = None
    most = 0
    mapped = {normalise(header): column for header, column in own.items()}
    for skip, names in _list_headers(rows, schema.name, mapped):
        count = len(_claim(names, schema, mapped)) if len(names) > 1 else 0
        if count > most:
            best, most = (skip, names), count
    return _assign(best[1], best[0], schema, mapped, further) if best else None


def _list_headers(
    rows: Sequence[Mapping[int, str]], table: str, mapped: Mapping[str, str]
) -> Iterator[tuple[int, Mapping[int, str]]]:
    for row, names in enumerate(rows):
        yield row + 1, names
        if row and names and rows[row - 1]:  # with an empty one they are no more than the other alone
            yield row + 1, _name_storeys(rows[row - 1], names, table, mapped)


def _name_single(row: Sequence[Any]) -> dict[int, str]:
    return {place: text for place, cell in enumerate(row) if isinstance(cell, str) and (text := trim(cell))}


def _name_storeys(
    above: Mapping[int, str], below: Mapping[int, str], table: str, mapped: Mapping[str, str]
) -> dict[int, str]:
    """Name columns by two rows: both joined if that is known, else the lower, else the upper."""
    names, last = {}, ""
    for place in range(max(*above, *below) + 1):
        upper, lower = above.get(place, ""), below.get(place, "")
        last = upper or (last if lower else "")
        joined = last + lower
        is_known = last and lower and (normalise(joined) in mapped or recognise_header(table, joined))
        if name := joined if is_known else lower or upper:
            names[place] = name
    return names


def _claim(names: Mapping[int, str], schema: Schema, mapped: Mapping[str, str]) -> dict[str, list[int]]:
    """Return column → the places whose header names it; a header of the mapping goes before the others."""
    chosen = {}
    if mapped:
        chosen = {place: mapped[key] for place, name in names.items() if (key := normalise(name)) in mapped}
    claims: dict[str, list[int]] = {}
    for place, name in names.items():
        known = recognise_header(schema.name, name)
        column = chosen.get(place) or (known[0] if known else None)
        if column is None or column == IGNORE or (place not in chosen and column in chosen.values()):
            continue
        claims.setdefault(column, []).append(place)
    return claims


def _assign(
    names: Mapping[int, str], skip: int, schema: Schema, mapped: Mapping[str, str], further: Mapping[str, str]
) -> Found:
    claims = _claim(names, schema, mapped)
    units = {}
    for column, places in claims.items():
        for place in places:
            known = recognise_header(schema.name, names[place])
            if known and known[1] != 1:
                units[column] = known[1]
    return Found(
        schema=schema,
        skip=skip,
        columns={column: places[0] for column, places in claims.items()},
        headers=dict(names),
        units=units,
        twice={column: [names[p] for p in places] for column, places in claims.items() if len(places) > 1},
        further=dict(further),
    )
