"""Read and draft mapping files: what an institution's own headers and codes mean."""

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..base import messages
from ..base.errors import InputError, near_match
from ..base.yaml_forms import Keyed, Kind, Tree, Typed
from ..base.yaml_reader import Page, open_page
from . import headers, input_files
from .headers import COLUMNS, IGNORE, SCORES, Table
from .schemas import CONSULTATIONS, SCHEMAS, TABLES
from .values import read_number, read_score, read_yes_no, trim

RESERVED = ("file", "sheet", "row", "composite", "grade", "ignore")  # what a table has or gets anyway
MAPPING = Kind("the mapping file", "params/columns/example.yaml", may_be_empty=True)
_SHORT_LIST, _SCORE_CODES, _SHORT_TEXT = 6, 40, 20  # what is shown of a column: a code list, never free text


@dataclass(frozen=True)
class TableRules:
    """What a mapping file says of one table beside the consultations.

    Attributes
    ----------
    columns, values, further : mapping
        As of a `ColumnMap`.
    personal : tuple of str
        Columns in which personal data are needed: they are stored as they are.
    exported_on : date or None
        Rows dated later are no records.
    refunds_are_negative : bool
        Whether a negative amount of an order is a refund.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    further: Mapping[str, str] = field(default_factory=dict)
    personal: tuple[str, ...] = ()
    exported_on: dt.date | None = None
    refunds_are_negative: bool = False


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
    table : str or None
        The one kind of table that every sheet is; without it each sheet is recognised by its headers.
    tables : mapping
        Table beside the consultations → what holds for it.
    personal : tuple of str
        Columns of the consultations in which personal data are needed.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    region: str | None = None
    year: int | None = None
    further: Mapping[str, str] = field(default_factory=dict)
    table: str | None = None
    tables: Mapping[str, TableRules] = field(default_factory=dict)
    personal: tuple[str, ...] = ()

    @property
    def columns_of(self) -> dict[str, Mapping[str, str]]:
        """Table → its own headers."""
        return {name: rules.columns for name, rules in self.tables.items()}

    @property
    def further_of(self) -> dict[str, Mapping[str, str]]:
        """Table → its columns of the file's own."""
        return {name: rules.further for name, rules in self.tables.items()}

    def rules_of(self, table: str) -> TableRules:
        """Return what holds for a table; nothing special if the file does not say."""
        return self.tables.get(table, TableRules())


def load_column_map(path: str | Path | None) -> ColumnMap:
    """Read a mapping file (`params/columns/*.yaml`); without a path nothing is mapped.

    Raises
    ------
    InputError
        The file is missing, is not YAML, or has a key or column that does not exist.
    """
    if not path:  # a notebook's empty parameter is no mapping file
        return ColumnMap()
    page = open_page(path, MAPPING)
    if page.root is None:
        page.refuse(path)
        return ColumnMap()
    content = page.read(page.root, FORM)
    table, parts = content.get("table"), dict(content.get("tables") or {})
    _note_faults_of_table(page, (), content, table or CONSULTATIONS)
    for name, part in parts.items() if None not in parts else ():
        _note_faults_of_table(page, ("tables", name), part, name)
    page.refuse(path)
    if table and table != CONSULTATIONS:
        parts[table] = content
    own = _make_rules(content) if table in (None, CONSULTATIONS) else TableRules()
    return ColumnMap(
        *(own.columns, own.values, content.get("region"), content.get("year"), own.further),
        table,
        {name: _make_rules(part) for name, part in parts.items()},
        own.personal,
    )


def _make_rules(part: Mapping[str, Any]) -> TableRules:
    further = part.get("further") or {}
    return TableRules(
        columns={**(part.get("columns") or {}), **{header: one["column"] for header, one in further.items()}},
        values=part.get("values") or {},
        further={one["column"]: one["type"] for one in further.values()},
        personal=tuple(part.get("personal") or ()),
        exported_on=part.get("exported_on"),
        refunds_are_negative=part.get("refunds") is not None,
    )


# --- the form of a mapping file


def _read_header(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty. Write the header as it stands in the table.")
    return text


def _read_code(text: str) -> str:
    if not trim(text):
        raise ValueError("is no code: a blank cell is a missing value, and nothing is filled in. Remove it.")
    return trim(text)


def _read_column(text: str) -> str:
    if text not in (*COLUMNS, IGNORE) and not any(text in schema.columns for schema in SCHEMAS.values()):
        otherwise = f"There are {', '.join((*COLUMNS, IGNORE))}."
        raise ValueError(f"is no column. {_near(text, (*COLUMNS, IGNORE), otherwise)}")
    return text


def _read_further(text: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]*", text):
        example = "`{column: visits, type: number}`"
        raise ValueError(f"is not a name of small letters, digits and _. Write for example {example}.")
    if text in (*COLUMNS, *RESERVED):
        raise ValueError("has a meaning of its own. Choose another name, or map the header under `columns`.")
    return text


def _read_type(text: str) -> str:
    if text not in ("number", "text"):
        raise ValueError(f"is none of number, text. {_near(text, ('number', 'text'), 'Write one of them.')}")
    return text


def _read_year(value: Any) -> int | None:
    if value is not None and (type(value) is not int or not 1900 <= value <= 2200):
        raise ValueError("is no year: a whole number of four digits. Write for example `year: 2025`.")
    return value


def _read_region(value: Any) -> str | None:
    if isinstance(value, bool):
        raise ValueError(_AS_TRUTH)
    return str(value).strip() or None if value is not None else None


def _read_table(text: str) -> str:
    if text not in TABLES:
        raise ValueError(f"is no table. {_near(text, TABLES, f'There are {_ALL_TABLES}.')}")
    return text


def _read_other_table(text: str) -> str:
    if text == CONSULTATIONS:
        raise ValueError("are told at the top of the file. Move these lines there.")
    return _read_table(text)


def _read_refunds(text: str) -> str:
    if text != "negative":
        raise ValueError("is none that is known. Write `refunds: negative`, or leave the line out.")
    return text


def _read_day(value: Any) -> dt.date | None:
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    raise ValueError("is no day. Write for example `exported_on: 2025-12-31`.")


def _near(text: str, names: Sequence[str], otherwise: str) -> str:
    near = near_match(text, names)
    return f"Did you mean {near}?" if near else otherwise


# What YAML 1.1 makes of yes, no, on and off without quotation marks.
_AS_TRUTH = "is read by YAML as true or false. Put it in quotation marks."
_ALL_TABLES = ", ".join(TABLES)
_CODES = Keyed(_read_code, Typed(lambda value: value), may_be_empty=True)
_OF_TABLE: dict[str, Any] = {
    "columns?": Keyed(_read_header, _read_column, may_be_empty=True),
    "further?": Keyed(_read_header, {"column": _read_further, "type": _read_type}, may_be_empty=True),
    "values?": Keyed(str, _CODES, may_be_empty=True),
    "personal?": [str],
    "exported_on?": Typed(_read_day),
    "refunds?": _read_refunds,
}
# A profile of a CRM is a mapping file that also says how grades go back; `crm.profiles` reads these parts.
OF_A_PROFILE = ("title", "module", "not_verified", "api_names", "write")
FORM: dict[str, Any] = {
    **_OF_TABLE,
    **{f"{key}?": Tree() for key in OF_A_PROFILE},
    "region?": Typed(_read_region),
    "year?": Typed(_read_year),
    "table?": _read_table,
    "tables?": Keyed(_read_other_table, _OF_TABLE, may_be_empty=True),
}


def _note_faults_of_table(page: Page, place: tuple[str, ...], part: Mapping[str, Any], table: str) -> None:
    """Note what a part of the file says of columns that its table has not."""
    further = part.get("further") or {}
    _note_same_column(page, place, further)
    known = COLUMNS if table == CONSULTATIONS else tuple(SCHEMAS[table].columns)
    named = {
        "columns": (part.get("columns") or {}).items(),
        "personal": enumerate(part.get("personal") or ()),
    }
    for key, entries in named.items():
        for at, column in entries:
            own = (
                column in known
                or (key == "columns" and column == IGNORE)
                or (key == "personal" and column in [one.get("column") for one in further.values()])
            )
            if column and not own:
                remedy = _near(column, known, f"There are {', '.join(known)}.")
                page.note_at((*place, key, at), f"{key}: {table} have no column {column}. {remedy}")
    _note_unknown_columns(page, place, part.get("values") or {}, known, further)
    _note_truths(page, place, part.get("values") or {}, table)


def _note_same_column(page: Page, place: tuple[str, ...], further: Mapping[str, Mapping[str, str]]) -> None:
    first: dict[str | None, str] = {}
    for header, entry in further.items():
        column = entry.get("column")
        if column is not None and column in first:
            fault = f"further: {first[column]} and {header} both are {column}. Give each a name of its own."
            page.note_at((*place, "further", header), fault)
        first.setdefault(column, header)


def _note_unknown_columns(
    page: Page,
    place: tuple[str, ...],
    values: Mapping[str, Any],
    columns: Sequence[str],
    further: Mapping[str, Any],
) -> None:
    """Note codes of a column that neither the table nor this file has."""
    known = (*columns, *(one["column"] for one in further.values() if one.get("column")))
    for column in values:
        if column not in known:
            remedy = _near(column, known, f"There are {', '.join(known)}.")
            page.note_at((*place, "values", column), f"values: there is no column {column}. {remedy}")


def _note_truths(page: Page, place: tuple[str, ...], values: Mapping[str, Any], table: str) -> None:
    """Note codes that YAML read as true or false, of columns that are neither."""
    for column, codes in values.items():
        is_answer = column == "converted" if table == CONSULTATIONS else _is_answer(table, column)
        for code, meaning in () if is_answer else (codes or {}).items():
            if isinstance(meaning, bool):
                page.note_at((*place, "values", column, code), f"values: {column} of {code} {_AS_TRUTH}")


def _is_answer(table: str, column: str) -> bool:
    return column in SCHEMAS[table].columns and SCHEMAS[table].columns[column].kind == "yes_no"


def draft_mapping(path: str | Path) -> str:
    """Draft a mapping file for a workbook: what is known, what may be meant, what is missing.

    Everything uncertain is a comment, so that nothing is taken that nobody decided.

    Raises
    ------
    InputError
        The file cannot be read or holds no table.
    """
    source = input_files.read(input_files.find_path(path))
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
    lines += ["columns:", *_draft_columns(sheet, table), *_draft_further(sheet, table)]
    lines += ["values:", *_draft_values(sheet, table)]
    lines += ["# Where neither a column nor the name of sheet or file tells them:"]
    return "\n".join([*say_comments(lines), "# region: 黄山市", "# year: 2025", ""])


def say_comments(lines: Sequence[str]) -> list[str]:
    """Return the lines of a draft, their comments in the language of messages."""
    return [_say_comment(line) if line.lstrip().startswith("# ") else line for line in lines]


def _say_comment(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    told = messages.say(line.strip())
    return indent + told


def _draft_further(sheet: input_files.Sheet, table: Table) -> list[str]:
    """Draft columns of the file's own, for a scorecard or a grouping of one's own, with what they hold."""
    taken = set(table.columns.values())
    free = {place: header for place, header in table.headers.items() if place not in taken and header}
    lines = [
        "# Columns of the file's own, for a scorecard or tables of your own; give each a name:",
        "further:",
    ]
    for number, (place, header) in enumerate(free.items(), start=1):
        kind, told = _describe_cells(sheet, table, place)
        name = header.lower() if re.fullmatch("[a-z][a-z0-9_]*", header.lower()) else f"column_{number}"
        name = f"{name}_own" if name in (*COLUMNS, *RESERVED) else name
        lines.append(
            f"  # {quote(header)}: {{column: {name}, type: {kind}}}" + (f"  # {told}" if told else "")
        )
    return lines if free else []


def _describe_cells(sheet: input_files.Sheet, table: Table, position: int) -> tuple[str, str]:
    """Tell of the first rows of a column whether they hold numbers or texts, and which; no free text."""
    cells = [row[position] for row in sheet.head[table.skip :] if position < len(row)]
    texts = list(dict.fromkeys(text for cell in cells if (text := trim(cell))))
    read = [read_number(text) for text in texts]
    numbers = [one.value for one in read if one.value is not None]
    if numbers and not any(one.code for one in read):
        return "number", f"{min(numbers):g} – {max(numbers):g}"
    codes = _list_codes(sheet, table, position)
    return "text", ", ".join(codes)


def _draft_columns(sheet: input_files.Sheet, table: Table) -> list[str]:
    taken = {position: column for column, position in table.columns.items()}
    lines = [
        f"  # known without this file: {quote(table.headers[p])}: {column}" for p, column in taken.items()
    ]
    for position, header in table.headers.items():
        if position not in taken:
            near = table.suggestions.get(header, "")
            remark = "similar name" if near else ""
            if examples := _list_codes(sheet, table, position):
                remark += f"{', ' if remark else ''}says {', '.join(examples)}"
            lines.append(f"  # {quote(header)}: {near}".rstrip() + (f"  # {remark}" if remark else ""))
    return lines


def _draft_values(sheet: input_files.Sheet, table: Table) -> list[str]:
    """Draft what codes mean, those of scores with the number that they begin with, if any."""
    lines = []
    for column in SCORES:
        codes = _list_codes(sheet, table, table.columns.get(column, -1), _SCORE_CODES)
        unknown = [code for code in codes if read_score(code).code in ("score_not_number", "score_not_whole")]
        if unknown:
            pairs = ", ".join(f"{quote(code)}: {_guess_score(code)}" for code in unknown)
            lines.append(f"  # {column}: {{{pairs}}}")
    for column in ("customer_type", "source", "product"):
        if codes := _list_codes(sheet, table, table.columns.get(column, -1), _SCORE_CODES):
            lines.append(f"  # {column}: {{{', '.join(f'{quote(code)}: {quote(code)}' for code in codes)}}}")
    codes = _list_codes(sheet, table, table.columns.get("converted", -1))
    unknown = [code for code in codes if read_yes_no(code).code]
    pairs = ", ".join(f"{quote(code)}: true or false" for code in unknown)
    return [*lines, f"  # converted: {{{pairs}}}" if pairs else '  # converted: {"1": true, "0": false}']


def _guess_score(code: str) -> str:
    begins = re.match(r"[1-5](?!\d|\.\d)", code)
    return begins[0] if begins else "1 to 5"


def _list_codes(sheet: input_files.Sheet, table: Table, position: int, most: int = _SHORT_LIST) -> list[str]:
    """Give the different texts of a column's first rows if they look like codes."""
    cells = [row[position] for row in sheet.head[table.skip :] if 0 <= position < len(row)]
    codes = list(dict.fromkeys(text for cell in cells if (text := trim(cell))))
    return codes if len(codes) <= most and all(len(code) <= _SHORT_TEXT for code in codes) else []


def quote(text: str) -> str:
    """Write a header or code as YAML text in quotation marks."""
    return json.dumps(text, ensure_ascii=False)
