"""The data appendix of a report: its figures' and tables' numbers as a workbook and as one long CSV table.

Both are made from what the executed notebook shows and from nothing else, so they are protected as the
report is.
"""

from __future__ import annotations

import csv
import functools
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from ..base import language
from ..base.language import MISSING_SIGN, text

Cell = float | int | str | None

CREATED = datetime(2000, 1, 1)  # a workbook must have a date; the same one gives the same bytes
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # characters that XML cannot hold
SHEET_NAME_LENGTH = 31  # characters, Excel's limits
CELL_LENGTH = 32767
REQUIRED = ("exhibit", "kind", "row", "measure", "shown")
ACTIVE = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet may take what begins so for a formula
JOINT = " · "  # between what tells a row apart: 意向度 · 5
RECORDS, CONTACTS, HOURS = ("条", "records"), ("次", "contacts"), ("小时", "hours")
UNITS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("received", "consultations", "conversions", "reference_consultations", "graded", "ungradable"),
        RECORDS,
    ),
    **dict.fromkeys(("read", "rejected", "duplicates", "used", "changed", "earlier", "same_day"), RECORDS),
    **dict.fromkeys(("rows", "protected_rows"), ("行", "rows")),
    **dict.fromkeys(("mean", "composite"), ("分", "score")),
    "contacts": CONTACTS,
    "contacts_per_year": ("次/年", "contacts a year"),
    "hours": HOURS,
    "hours_per_year": HOURS,
    "minutes_per_contact": ("分钟", "minutes"),
    "amount": ("元", "yuan"),
    "full_time_equivalents": ("人", "people"),
}


@dataclass(frozen=True)
class Measurement:
    """One line of the CSV table: one number or word that a figure or table shows.

    Attributes
    ----------
    exhibit : str
        As the report counts: 图1, Table 2.
    kind : str
        ``figure`` or ``table``.
    caption : str
        Of the figure or table.
    row : int
        Row of the exhibit, from 1.
    row_head, row_label : str
        What tells the row apart, such as 客户类型 and 小微企业, as printed.
    measure, measure_label : str
        The column: its name in the data, and as printed.
    value : float, int or None
        The number; a share in percent, a difference of shares in percentage points. None for words.
    shown : str
        As the report prints it.
    unit : str
        Of `value`.
    status : str
        ``shown``, ``protected`` (withheld because it would tell of single customers) or ``missing``.
    """

    exhibit: str
    kind: str
    caption: str
    row: int
    row_head: str
    row_label: str
    measure: str
    measure_label: str
    value: float | int | None
    shown: str
    unit: str
    status: str


# --- the CSV table


def write_csv(data: dict[str, Any]) -> bytes:
    """Return all numbers of a report as one CSV table; see `Measurement` for its columns.

    Parameters
    ----------
    data : dict
        See `exporters.report_data`.

    Returns
    -------
    bytes
        UTF-8 with a byte order mark, which spreadsheets ask for. Text that a spreadsheet would take for a
        formula begins with an apostrophe. Equal reports give equal bytes.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(field.name for field in fields(Measurement))
    for measurement in list_measurements(data):
        numeric = measurement.value is not None
        for_sheet = [
            value if name == "value" or (name == "shown" and numeric) else _harmless(value)
            for name, value in vars(measurement).items()
        ]
        writer.writerow(for_sheet)
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def describe_csv() -> dict[str, Any]:
    """Return the columns of the CSV table as a Table Schema (Frictionless)."""
    kinds = {"row": "integer", "value": "number"}
    names = [field.name for field in fields(Measurement)]
    required = {"constraints": {"required": True}}
    columns = [
        {"name": name, "type": kinds.get(name, "string"), **(required if name in REQUIRED else {})}
        for name in names
    ]
    statuses = {"required": True, "enum": ["shown", "protected", "missing"]}
    columns[names.index("status")]["constraints"] = statuses
    return {"fields": columns, "missingValues": [""], "primaryKey": ["exhibit", "row", "measure"]}


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(ACTIVE) else value


def list_measurements(data: dict[str, Any]) -> Iterator[Measurement]:
    """Return what the figures and tables of a report show, cell by cell."""
    with language.speaking(data["cover"]["language"]):
        return iter(list(_measure(data)))


def _measure(data: dict[str, Any]) -> Iterator[Measurement]:
    for exhibit in data["exhibits"]:
        head, labels = _label_rows(exhibit)
        for column in exhibit.get("columns", []):
            if column["role"] == "row":
                continue
            unit = find_unit(column)
            for row, record in enumerate(exhibit["data"]):
                value, shown, status = _read_cell(exhibit, column, row, record)
                yield Measurement(
                    name_exhibit(exhibit),
                    exhibit["kind"],
                    exhibit["caption"],
                    row + 1,
                    head,
                    labels[row],
                    column["name"],
                    column["label"],
                    value,
                    shown,
                    unit,
                    status,
                )


def name_exhibit(exhibit: dict[str, Any]) -> str:
    """Return how the report calls a figure or table: 图1, Table 2."""
    figure = exhibit["kind"] == "figure"
    word = text(zh="图", en="Figure ") if figure else text(zh="表", en="Table ")
    return f"{word}{exhibit['number']}"


def _label_rows(exhibit: dict[str, Any]) -> tuple[str, list[str]]:
    leading = [column for column in exhibit.get("columns", []) if column["role"] == "row"]
    labels = zip(*(column["printed"] for column in leading), strict=True)
    return JOINT.join(column["label"] for column in leading), [JOINT.join(printed) for printed in labels]


def _read_cell(
    exhibit: dict[str, Any], column: dict[str, Any], row: int, record: dict[str, Any]
) -> tuple[float | int | None, str, str]:
    """Return a cell's number, or None where it holds words; its print; whether it is shown."""
    name, value = column["name"], record[column["name"]]
    if value is None:
        withheld = row in exhibit["protected"].get(name, [])
        return (None, language.protected(), "protected") if withheld else (None, MISSING_SIGN, "missing")
    if column["role"] == "text":
        return None, column["printed"][row], "shown"
    form = _form(column)
    return scale(value, form), language.formatted(value, form), "shown"


# --- units, read off what the report prints, so that the two cannot differ


def _form(column: dict[str, Any]) -> str:
    """Return the name of the column as which a column is printed, mostly its own."""
    return column.get("format", column["name"])


def find_unit(column: dict[str, Any]) -> str:
    """Return the unit of a column's numbers; empty if it has none."""
    if column["role"] != "number":
        return ""
    if (form := _find_form(_form(column))) != "number":
        return "%" if form == "share" else text(zh="个百分点", en="percentage points")
    zh, en = UNITS.get(_form(column), ("", ""))
    return text(zh=zh, en=en)


def scale(value: float | int, name: str) -> float | int:
    """Return a number in its unit: a share of 0.632 is 63.2 %, exactly."""
    if _find_form(name) != "number":
        # In decimals, for 100 * 0.138 is not 13.8; rounded, for an interval may begin at 7e-16.
        value = float(round(Decimal(repr(value)) * 100, 10))
    return int(value) if float(value).is_integer() else value


@functools.cache
def _find_form(name: str) -> str:
    """Return ``share`` for what is printed as 63.2%, ``points`` for a difference of such, else ``number``."""
    printed = language.formatted(2.0, name)
    if printed.endswith("%"):
        return "share"
    return "points" if printed.startswith("+200") else "number"


def find_number_format(name: str) -> str:
    """Return the Excel format of a column's numbers as the report prints them."""
    printed, plain = language.formatted(1234.5678, name), language.formatted(2.0, name)
    decimals = [len(shown.rstrip("%").partition(".")[2]) for shown in (printed, plain)]
    if decimals[0] != decimals[1]:  # as many digits as the number has
        return "General"
    digits = ("#,##0" if "," in printed else "0") + ("." + "0" * decimals[0] if decimals[0] else "")
    if printed.startswith("+"):
        return f"+{digits};-{digits};{digits}"
    return digits + ("%" if printed.endswith("%") else "")


# --- the workbook


def write_workbook(data: dict[str, Any]) -> bytes:
    """Return all numbers of a report as an Excel workbook: a sheet of contents, then a sheet for each table.

    Parameters
    ----------
    data : dict
        See `exporters.report_data`.

    Returns
    -------
    bytes
        Numbers are numbers, formatted as the report prints them; what is withheld is marked; no cell is a
        formula. Equal reports give equal bytes.
    """
    with language.speaking(data["cover"]["language"]):
        return _make_workbook(data)


def _make_workbook(data: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    # In memory the parts get fixed time stamps and no file modes of this machine.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": data["cover"]["title"], "created": CREATED})
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "number head": book.add_format(
                {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "align": "right"}
            ),
            "quiet": book.add_format({"font_color": "#5b6670", "align": "right"}),
            "right": book.add_format({"align": "right"}),
            "link": book.add_format({"font_color": "#1b5e8c", "underline": 1}),
        }
        exhibits = [exhibit for exhibit in data["exhibits"] if exhibit["data"]]
        sheets = {name_sheet(exhibit): exhibit for exhibit in exhibits}
        _write_contents(book, data["cover"], sheets, formats)
        for name, exhibit in sheets.items():
            _write_sheet(book, name, exhibit, data["cover"].get("notice", ""), formats)
    return stream.getvalue()


def name_sheet(exhibit: dict[str, Any]) -> str:
    """Return a legal sheet name: the number, which no other has, and as much caption as there is room for."""
    caption = re.sub(r"[\[\]:*?/\\\s]", " ", FORBIDDEN.sub("", exhibit["caption"]))
    name = f"{name_exhibit(exhibit)} {caption}".encode("utf-16-le")[: 2 * SHEET_NAME_LENGTH]
    return name.decode("utf-16-le", "ignore").rstrip(" '")  # Excel counts a rare character as two


def _write_contents(
    book: xlsxwriter.Workbook, cover: dict[str, Any], sheets: dict[str, Any], formats: dict[str, Any]
) -> None:
    sheet = book.add_worksheet(text(zh="目录", en="Contents"))
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 80)
    _write_text(sheet, 0, 0, cover["title"], formats["title"])
    mark = language.protected()
    marks = text(
        zh=f"{mark}：为保护单个客户不予公布。{MISSING_SIGN}：无此数或不适用。",
        en=f"{mark}: confidential, withheld to protect single customers. {MISSING_SIGN}: no such number.",
    )
    lines = [line for line in (cover["subtitle"], cover.get("notice", ""), marks) if line]
    for row, line in enumerate(lines, start=1):
        _write_text(sheet, row, 0, line)
    row = len(lines) + 2
    _write_text(sheet, row, 0, text(zh="编号", en="Number"), formats["head"])
    _write_text(sheet, row, 1, text(zh="内容", en="Caption"), formats["head"])
    for below, (name, exhibit) in enumerate(sheets.items(), start=row + 1):
        address = "internal:'" + name.replace("'", "''") + "'!A1"
        sheet.write_url(below, 0, address, formats["link"], string=name_exhibit(exhibit))
        _write_text(sheet, below, 1, exhibit["caption"])


def _write_sheet(
    book: xlsxwriter.Workbook, name: str, exhibit: dict[str, Any], notice: str, formats: dict[str, Any]
) -> None:
    """Write caption and notes, the heads, a row of units, the numbers."""
    sheet = book.add_worksheet(name)
    _write_text(sheet, 0, 0, f"{name_exhibit(exhibit)}  {exhibit['caption']}", formats["title"])
    finding = exhibit.get("alt", "").removeprefix(exhibit["caption"]).lstrip("。. ")
    notes = [note for note in (finding, notice) if note]
    for row, note in enumerate(notes, start=1):
        _write_text(sheet, row, 0, note)
    head = len(notes) + 2
    units = [find_unit(column) for column in exhibit["columns"]]
    top = head + (2 if any(units) else 1)
    for position, (column, unit) in enumerate(zip(exhibit["columns"], units, strict=True)):
        style = formats["number head" if column["role"] == "number" else "head"]
        _write_text(sheet, head, position, column["label"], style)
        if any(units):
            _write_text(sheet, head + 1, position, unit, formats["quiet"])
        sheet.set_column(position, position, _find_width([column["label"], *column.get("printed", [])]))
        _write_column(book, sheet, top, position, exhibit, formats)
    sheet.freeze_panes(top, sum(column["role"] == "row" for column in exhibit["columns"]))


def _find_width(words: list[str]) -> int:
    """Return a column's width; a Chinese character takes the room of two others."""
    widest = max(sum(2 if character > "\u2e80" else 1 for character in word) for word in words)
    return min(max(widest + 2, 12), 60)


def _write_column(
    book: xlsxwriter.Workbook,
    sheet: Any,
    top: int,
    position: int,
    exhibit: dict[str, Any],
    formats: dict[str, Any],
) -> None:
    column = exhibit["columns"][position]
    number_format = find_number_format(_form(column))
    style = book.add_format({"num_format": number_format}) if column["role"] == "number" else None
    percent = number_format.endswith("%")  # Excel itself multiplies by 100
    for row, record in enumerate(exhibit["data"]):
        value = record[column["name"]]
        if column["role"] == "number" and value is not None:
            number = round(value, 12) if percent else scale(value, _form(column))
            sheet.write_number(top + row, position, number, style)
        elif column["role"] == "row":
            _write_label(sheet, top + row, position, value, column["printed"][row])
        else:
            _, shown, _ = _read_cell(exhibit, column, row, record)
            _write_text(sheet, top + row, position, shown, formats["right"] if value is None else None)


def _write_label(sheet: Any, row: int, position: int, value: Cell, printed: str) -> None:
    """Write what tells a row apart; a number such as a year or month stays one."""
    if str(value) == printed and not isinstance(value, str):
        sheet.write_number(row, position, value)
    else:
        _write_text(sheet, row, position, printed)


def _write_text(sheet: Any, row: int, position: int, words: str, style: Any = None) -> None:
    sheet.write_string(row, position, FORBIDDEN.sub("", words)[:CELL_LENGTH], style)
