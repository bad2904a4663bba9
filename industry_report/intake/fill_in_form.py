"""Write a workbook to fill in: protected heads, drop-downs, checks, a page of instructions, one of codes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from ..base.workbook import open_book, write_text, xl_col_to_name
from ..scorecard.scorecards import Scorecard
from . import input_files
from .form_fields import LISTED, Field, list_codes, list_fields
from .mapping import quote
from .schemas import CONSULTATIONS, SCHEMAS
from .values import trim

ROWS = 20_000  # below the head, for which answers are checked
CODE_ROWS = 500  # of a list of codes
PROMPT = 255  # characters of the note beside a cell, Excel's limit
SHEETS = {"zh": ("填写说明", "代码"), "en": ("Instructions", "Codes")}
CODE_HEAD = {"zh": "可选值：{}", "en": "Choices: {}"}
# One sentence for each kind of column: what is to be written there.
ASKED = {
    "zh": {
        "identifier": "编号，按文本填写，前面的零保留；不要填身份证号、手机号",
        "text": "文字；有选项时从中选择，选项可在“代码”页修改",
        "moment": "日期，如 2025-01-31",
        "year": "年度，四位数字",
        "amount": "金额，单位为元，只写数字",
        "quantity": "数字",
        "number": "数字",
        "count": "人数，整数",
        "seconds": "秒数，0至86400",
        "score": "1至5的整数",
        "rating": "0至10的整数",
        "yes_no": "是或否；尚不知道时留空",
        "known": "是、否或未知",
        "grade": "等级字母，如 A",
        "page": "网址或页面名称",
        "uscc": "统一社会信用代码，18位",
    },
    "en": {
        "identifier": "a number or code, kept as text with its zeros; no identity card or telephone number",
        "text": "words; where there are choices, one of them. They are edited on the page Codes",
        "moment": "a date such as 2025-01-31",
        "year": "a year of four digits",
        "amount": "an amount in yuan, digits only",
        "quantity": "a number",
        "number": "a number",
        "count": "a number of people, a whole number",
        "seconds": "seconds, 0 to 86400",
        "score": "a whole number from 1 to 5",
        "rating": "a whole number from 0 to 10",
        "yes_no": "yes or no; left empty while it is not known",
        "known": "yes, no or unknown",
        "grade": "a grade such as A",
        "page": "an address or the name of a page",
        "uscc": "the unified social credit code, 18 characters",
    },
}
CHOICE = {"zh": "选项之一", "en": "one of the choices"}
INTRODUCTION = {
    "zh": (
        "每张表从第二行起填写，一行一条记录；表头受保护，请勿改动或另加标题行、合计行。",
        "标有“必填”的列为空时，该行不作为记录。其他列没有数据时留空，不要写“无”。",
        "“代码”页列出各列的选项，可增删；换年时用 industry-report template --codes-from 带入上年的选项。",
        "填好后用 industry-report check 检查；不需要对照文件。",
    ),
    "en": (
        "Each sheet is filled in from its second row, one record a row. Heads are protected: leave them as "
        "they are, and add no title and no row of totals.",
        "A row without a required column is no record. Other columns stay empty where nothing is known.",
        "The page Codes lists the choices, which may be changed. For the next year, --codes-from of "
        "industry-report template takes them over.",
        "When it is filled in, industry-report check looks it over; it needs no mapping file.",
    ),
}
OWN = {
    "zh": "本表含评分标准自有的列，检查和制作报告时请同时给出对照文件：--columns {}",
    "en": "This form has columns of the scorecard's own: give its mapping file with it, --columns {}",
}
TABLE_HEADS = {
    "zh": ("工作表", "列", "填写内容", "含义"),
    "en": ("Sheet", "Column", "What to write", "Meaning"),
}


@dataclass(frozen=True)
class Form:
    """What a workbook to fill in asks for.

    Attributes
    ----------
    language : str
        zh or en.
    tables : mapping
        Name of a table → its fields.
    codes : mapping
        Column → the choices it offers.
    mapping_name : str
        Name of the mapping file that it needs; empty if it needs none.
    """

    language: str
    tables: Mapping[str, Sequence[Field]]
    codes: Mapping[str, Sequence[str]]
    mapping_name: str = ""


def plan_form(
    tables: Iterable[str],
    language: str,
    card: Scorecard | None = None,
    codes: Mapping[str, Sequence[str]] | None = None,
    mapping_name: str = "",
) -> Form:
    """Decide what a workbook asks for.

    Parameters
    ----------
    tables : iterable of str
        Names of tables, see `schemas.TABLES`.
    language : str
        zh or en.
    card : Scorecard, optional
        Its wording of the levels, and its own columns.
    codes : mapping, optional
        Column → choices, such as those of last year.
    mapping_name : str
        The file that `write_mapping` goes to, named if the form needs one.

    Examples
    --------
    >>> form = plan_form(["market"], "en")
    >>> form.tables["market"][0].head
    'region (required)'
    """
    fields = {name: list_fields(name, language, card) for name in tables}
    listed = dict.fromkeys(
        one.column for part in fields.values() for one in part if one.column in LISTED and not one.answers
    )
    usual = {"channel": list_codes("channel", language)}
    offered = {name: (codes or {}).get(name, usual.get(name, ())) for name in listed}
    needs = any(one.is_own for part in fields.values() for one in part)
    return Form(language, fields, offered, mapping_name if needs else "")


def list_used_codes(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    """Return the codes in last year's tables, the most frequent first: codes go on, records do not."""
    found: dict[str, list[str]] = {}
    for name in LISTED:
        cells = [table[name].dropna().astype(str) for table in tables.values() if name in table]
        if cells:
            counts = pd.concat(cells).value_counts()
            ordered = sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))
            found[name] = [str(code) for code, _ in ordered[:CODE_ROWS]]
    return found


def read_code_page(path: str | Path) -> dict[str, list[str]]:
    """Return the choices on the page of codes of a workbook that came from here; none if it has no such page.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    pages = [names[1] for names in SHEETS.values()]
    found: dict[str, list[str]] = {}
    for sheet in input_files.read(input_files.find_path(path)).sheets:
        heads = [trim(cell) for cell in sheet.head[0]] if sheet.name in pages and sheet.head else []
        columns = {place: column for place, head in enumerate(heads) if (column := _CODE_HEADS.get(head))}
        for block in sheet.blocks(1, list(columns)) if columns else ():
            for row in (block.raw(number) for number in range(block.size)):
                for place, column in columns.items():
                    if place < len(row) and trim(row[place]):
                        found.setdefault(column, []).append(trim(row[place]))
    return found


def _name_code_head(one: Field, language: str) -> str:
    return CODE_HEAD[language].format(one.head.split("（")[0].split(" (")[0])


def write_form(form: Form) -> bytes:
    """Write the workbook; the same form gives the same bytes."""
    stream = io.BytesIO()
    styles = {
        "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#EAF1F7"},
        "required": {"bold": True, "bottom": 2, "text_wrap": True, "valign": "top", "bg_color": "#D3E4F1"},
        "wrap": {"text_wrap": True, "valign": "top"},
        "text": {"num_format": "@", "locked": False},
        "date": {"num_format": "yyyy-mm-dd", "locked": False},
        "free": {"locked": False},
    }
    with open_book(stream) as book:
        formats = {name: book.add_format(style) for name, style in styles.items()}
        names = {name: name_sheet(name, form.language) for name in form.tables}
        instructions = book.add_worksheet(SHEETS[form.language][0])
        for table, fields in form.tables.items():
            _write_table(book.add_worksheet(names[table]), fields, form, formats)
        _write_codes(book.add_worksheet(SHEETS[form.language][1]), form, formats)
        _write_instructions(instructions, form, names, formats)
    return stream.getvalue()


def name_sheet(table: str, language: str) -> str:
    """Return the name of a table's sheet."""
    if table == CONSULTATIONS:
        return {"zh": "咨询记录", "en": "consultations"}[language]
    return SCHEMAS[table].zh if language == "zh" else SCHEMAS[table].en


def write_mapping(form: Form) -> str:
    """Return the mapping file of a form: what the scorecard's own columns are called."""
    lines = ["further:"]
    for one in (field for fields in form.tables.values() for field in fields if field.is_own):
        kind = "number" if one.kind == "number" else "text"
        lines.append(f"  {quote(one.head)}: {{column: {one.column}, type: {kind}}}")
    return "\n".join([*lines, ""])


# --- sheets


def _write_table(sheet: Any, fields: Sequence[Field], form: Form, formats: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 32)
    for place, one in enumerate(fields):
        kind = "date" if one.kind == "moment" else "text" if one.kind in ("identifier", "text") else "free"
        sheet.set_column(place, place, 18, formats[kind])
        write_text(sheet, 0, place, one.head, formats["required" if one.required else "head"])
        if rule := _choose_rule(one, form):
            sheet.data_validation(1, place, ROWS, place, rule)
    _protect(sheet)


def _protect(sheet: Any) -> None:
    """Protect the heads, without a password: against a slip, not against a person."""
    allowed = ("sort", "autofilter", "insert_rows", "delete_rows", "format_columns", "format_rows")
    sheet.protect("", dict.fromkeys(allowed, True))


def _choose_rule(one: Field, form: Form) -> dict[str, Any]:
    """Return what Excel checks in a column, with a note on what is to be written there."""
    words = ASKED[form.language]
    asked = words.get(one.kind, CHOICE[form.language])
    meant = "\n".join(f"{answer} {word}" for answer, word in one.wording.items() if word)
    told = {
        "input_title": one.head[:32],
        "input_message": (meant or asked)[:PROMPT],
        "error_title": one.head[:32],
        "error_message": asked[:PROMPT],
    }
    if one.column in form.codes:
        place = list(form.codes).index(one.column)
        return {**told, "validate": "list", "source": _name_range(form, place), "error_type": "warning"}
    if one.answers:
        return {**told, "validate": "list", "source": list(one.answers)}
    return {**told, **_CHECKS.get(one.kind, {"validate": "any"})}


_CHECKS: Mapping[str, dict[str, Any]] = {
    "moment": {
        "validate": "date",
        "criteria": "between",
        "minimum": date(1950, 1, 1),
        "maximum": date(2199, 12, 31),
    },
    "year": {"validate": "integer", "criteria": "between", "minimum": 1950, "maximum": 2199},
    "amount": {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15},
    "quantity": {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15},
    "number": {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15},
    "count": {"validate": "integer", "criteria": ">=", "value": 0},
    "seconds": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 86_400},
    "uscc": {"validate": "length", "criteria": "==", "value": 18},
}


def _name_range(form: Form, place: int) -> str:
    column = xl_col_to_name(place)
    return f"='{SHEETS[form.language][1]}'!${column}$2:${column}${CODE_ROWS + 1}"


def _write_codes(sheet: Any, form: Form, formats: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    for place, (column, codes) in enumerate(form.codes.items()):
        named = next(one for part in form.tables.values() for one in part if one.column == column)
        sheet.set_column(place, place, 22, formats["text"])
        write_text(sheet, 0, place, _name_code_head(named, form.language), formats["head"])
        for row, code in enumerate(codes[:CODE_ROWS], start=1):
            write_text(sheet, row, place, code, formats["text"])
    _protect(sheet)


def _write_instructions(sheet: Any, form: Form, names: Mapping[str, str], formats: Mapping[str, Any]) -> None:
    lines = list(INTRODUCTION[form.language])
    if form.mapping_name:
        lines[-1] = OWN[form.language].format(form.mapping_name)
    for place, width in enumerate((18, 26, 48, 60)):
        sheet.set_column(place, place, width, formats["wrap"])
    for row, line in enumerate(lines):
        sheet.merge_range(row, 0, row, 3, line, formats["wrap"])
        sheet.set_row(row, 32)
    start = len(lines) + 1
    for place, head in enumerate(TABLE_HEADS[form.language]):
        write_text(sheet, start, place, head, formats["head"])
    rows = [(names[table], one) for table, fields in form.tables.items() for one in fields]
    for row, (name, one) in enumerate(rows, start=start + 1):
        asked = ASKED[form.language].get(one.kind, CHOICE[form.language])
        meant = "; ".join(f"{answer} {word}" for answer, word in one.wording.items() if word)
        chosen = " / ".join(one.answers) if not meant else ""
        for place, text in enumerate((name, one.head, asked, meant or chosen)):
            write_text(sheet, row, place, text, formats["wrap"])
    sheet.protect("")


# Head of a column of codes, as any form may have it → the column.
_CODE_HEADS = {
    _name_code_head(one, language): one.column
    for language in SHEETS
    for table in (CONSULTATIONS, *SCHEMAS)
    for one in list_fields(table, language)
    if one.column in LISTED
}
