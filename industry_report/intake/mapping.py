"""Read and draft mapping files: what an institution's own headers and codes mean."""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ..base.errors import InputError
from . import headers, sources
from .headers import COLUMNS, IGNORE, Table
from .values import read_yes_no, trim

RESERVED = ("file", "sheet", "row", "composite", "grade", "ignore")  # what a table has or gets anyway
_EXAMPLE = "See params/columns/example.yaml."
_SHORT_LIST, _SHORT_TEXT = 6, 20  # what is shown of a column: a code list, never free text


@dataclass(frozen=True)
class ColumnMap:
    """What a mapping file says.

    Attributes
    ----------
    columns : mapping
        Header → canonical column, or "ignore".
    values : mapping
        Canonical column → what a cell says → what it means.
    region, year : optional
        What holds for rows that do not say it themselves.
    further : mapping
        Column beyond those of a consultation → "number" or "text"; its header is among `columns`.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    region: str | None = None
    year: int | None = None
    further: Mapping[str, str] = field(default_factory=dict)


def load_column_map(path: str | Path | None) -> ColumnMap:
    """Read a mapping file (`params/columns/*.yaml`); without a path nothing is mapped.

    Raises
    ------
    InputError
        The file is missing, is not YAML, or has a key or column that does not exist.
    """
    if not path:  # a notebook's empty parameter is no mapping file
        return ColumnMap()
    path = sources.find_path(path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}
    except OSError as error:
        problem = f"the mapping file cannot be read ({error.strerror})."
        raise InputError(
            str(path), problem, "Draft one with `industry-report check FILE --write-mapping`."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"is not a YAML file: {error}.", "Mend the line named.") from None
    return _read_content(content, str(path))


def _read_content(content: Any, thing: str) -> ColumnMap:
    content = _expect_lines(content, thing, "a mapping file")
    for key in content:
        _choose(key, ("columns", "further", "values", "region", "year"), thing, "key")
    columns = _expect_lines(content.get("columns"), thing, "columns")
    values = _expect_lines(content.get("values"), thing, "values")
    further = {
        str(header): _read_further(entry, thing, str(header))
        for header, entry in _expect_lines(content.get("further"), thing, "further").items()
    }
    _refuse_same_column(further, thing)
    for column in columns.values():
        _choose(column, (*COLUMNS, IGNORE), thing, "column")
    for column, codes in values.items():
        _choose(column, (*COLUMNS, *(name for name, _ in further.values())), thing, "column")
        values[column] = {
            trim(code): value for code, value in _expect_lines(codes, thing, str(column)).items()
        }
    region, year = content.get("region"), content.get("year")
    if year is not None and (not isinstance(year, int) or isinstance(year, bool)):
        raise InputError(
            thing, f"year: expects a whole number, not {year!r}.", "Write for example `year: 2025`."
        )
    return ColumnMap(
        {str(header): column for header, column in columns.items()}
        | {header: column for header, (column, _) in further.items()},
        values,
        str(region) if region else None,
        year,
        dict(further.values()),
    )


def _read_further(entry: Any, thing: str, header: str) -> tuple[str, str]:
    """Read the name and the type of a column that no consultation has."""
    entry = _expect_lines(entry, thing, f"further, {header}:")
    for key in entry:
        _choose(key, ("column", "type"), thing, "key")
    column, kind = entry.get("column"), entry.get("type")
    if not isinstance(column, str) or not re.fullmatch("[a-z][a-z0-9_]*", column):
        problem = f"further, {header}: column is {column!r}, not a name of small letters, digits and _."
        raise InputError(thing, problem, "Write for example `{column: visits, type: number}`.")
    if column in (*COLUMNS, *RESERVED):
        problem = f"further, {header}: the column {column} has a meaning of its own."
        raise InputError(thing, problem, "Choose another name, or map the header under `columns`.")
    _choose(kind, ("number", "text"), thing, "type")
    return column, str(kind)


def _refuse_same_column(further: Mapping[str, tuple[str, str]], thing: str) -> None:
    first: dict[str, str] = {}
    for header, (column, _) in further.items():
        if column in first:
            problem = f"further: {first[column]} and {header} both are {column}."
            raise InputError(thing, problem, "Give each a name of its own.")
        first[column] = header


def _expect_lines(part: Any, thing: str, name: str) -> dict[Any, Any]:
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise InputError(thing, f"{name} expects lines like `left: right`, not {part!r}.", _EXAMPLE)
    return dict(part)


def _choose(name: Any, choices: Sequence[str], thing: str, kind: str) -> None:
    if name not in choices:
        near = difflib.get_close_matches(str(name), choices, n=1)
        mend = f"Did you mean {near[0]}?" if near else _EXAMPLE
        raise InputError(thing, f"there is no {kind} {name!r}; there are {', '.join(choices)}.", mend)


def draft_mapping(path: str | Path) -> str:
    """Draft a mapping file for a workbook: what is known, what may be meant, what is missing.

    Everything uncertain is a comment, so that nothing is taken that nobody decided.

    Raises
    ------
    InputError
        The file cannot be read or holds no table.
    """
    source = sources.read(sources.find_path(path))
    tables = [(sheet, table) for sheet in source.sheets if (table := headers.find_table(sheet.head, {}))]
    if not tables:
        raise InputError(str(path), "holds no table.", "Name a file whose table has a header row.")
    sheet, table = max(tables, key=lambda pair: len(pair[1].columns))
    lines = [
        f"# What the headers and codes of {source.file} mean. Take the # off a line that holds.",
        f"# A column is one of: {', '.join(COLUMNS)}; or {IGNORE}.",
    ]
    if table.missing_scores:
        missing = ", ".join(f"{column} ({headers.label(column, 'zh')})" for column in table.missing_scores)
        lines.append(f"# Required and not found: {missing}.")
    lines += ["columns:", *_draft_columns(sheet, table), "values:", *_draft_values(sheet, table)]
    return "\n".join(
        [
            *lines,
            "# Where neither a column nor the name of sheet or file tells them:",
            "# region: 黄山市",
            "# year: 2025",
            "",
        ]
    )


def _draft_columns(sheet: sources.Sheet, table: Table) -> list[str]:
    taken = {position: column for column, position in table.columns.items()}
    lines = [
        f"  # known without this file: {_quote(table.headers[p])}: {column}" for p, column in taken.items()
    ]
    for position, header in table.headers.items():
        if position not in taken:
            near = table.suggestions.get(header, "")
            remark = "similar name" if near else ""
            if examples := _list_codes(sheet, table, position):
                remark += f"{', ' if remark else ''}says {', '.join(examples)}"
            lines.append(f"  # {_quote(header)}: {near}".rstrip() + (f"  # {remark}" if remark else ""))
    return lines


def _draft_values(sheet: sources.Sheet, table: Table) -> list[str]:
    position = table.columns.get("converted", -1)
    unknown = [code for code in _list_codes(sheet, table, position) if read_yes_no(code).code]
    pairs = ", ".join(f"{_quote(code)}: true or false" for code in unknown)
    return [f"  # converted: {{{pairs}}}" if pairs else '  # converted: {"1": true, "0": false}']


def _list_codes(sheet: sources.Sheet, table: Table, position: int) -> list[str]:
    """Give the different texts of a column's first rows if they look like codes."""
    cells = [row[position] for row in sheet.head[table.skip :] if 0 <= position < len(row)]
    codes = list(dict.fromkeys(text for cell in cells if (text := trim(cell))))
    return codes if len(codes) <= _SHORT_LIST and all(len(code) <= _SHORT_TEXT for code in codes) else []


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
