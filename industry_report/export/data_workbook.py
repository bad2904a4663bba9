"""The numbers of a report as an Excel workbook: contents first, then a sheet for each figure and table."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ..base import language
from ..base.language import MISSING_SIGN, text
from ..base.workbook import (
    Format,
    Workbook,
    Worksheet,
    add_formats,
    find_width,
    name_sheet,
    open_book,
    set_page,
    write_across,
    write_text,
)
from .appendix import find_form, find_number_format, find_unit, name_exhibit, read_cell, scale
from .imprint import tell_correction

Formats = dict[str, Format]
CONTENTS_WIDTHS = [14, 78]


def write_workbook(data: dict[str, Any]) -> bytes:
    """Return all numbers of a report as an Excel workbook: a sheet of contents, then a sheet for each table.

    Parameters
    ----------
    data : dict
        See `exporters.report_data`; with ``correction`` the contents say what changed.

    Returns
    -------
    bytes
        Numbers are numbers, formatted as the report prints them; what is withheld is marked; no cell is a
        formula; each sheet is set for one printed page. Equal reports give equal bytes.
    """
    stream = io.BytesIO()
    cover = data["cover"]
    with language.speaking(cover["language"]), open_book(stream, title=cover["title"]) as book:
        formats = add_formats(book)
        sheets: dict[str, dict[str, Any]] = {}
        contents = text(zh="目录", en="Contents")
        for exhibit in data["exhibits"]:
            if exhibit["data"]:
                sheets[name_sheet(name_exhibit(exhibit), [contents, *sheets])] = exhibit
        _write_contents(book.add_worksheet(contents), data, sheets, formats)
        for name, exhibit in sheets.items():
            _write_sheet(book, name, exhibit, cover, formats)
    return stream.getvalue()


# --- contents


def _write_contents(
    sheet: Worksheet, data: dict[str, Any], sheets: Mapping[str, dict[str, Any]], formats: Formats
) -> None:
    cover = data["cover"]
    width = sum(CONTENTS_WIDTHS)
    write_across(sheet, 0, 2, cover["title"], formats["title"], width)
    lines = [cover["subtitle"], cover.get("notice", ""), *_tell_version(data), _tell_basis(cover), _marks()]
    row = 1
    for line in filter(None, lines):
        write_across(sheet, row, 2, line, formats["note"], width)
        row += 1
    head = row + 1
    write_text(sheet, head, 0, text(zh="编号", en="Number"), formats["head"])
    write_text(sheet, head, 1, text(zh="内容", en="Caption"), formats["head"])
    for row, (name, exhibit) in enumerate(sheets.items(), start=head + 1):
        address = "internal:'" + name.replace("'", "''") + "'!A1"
        sheet.write_url(row, 0, address, formats["link"], string=name_exhibit(exhibit))
        write_text(sheet, row, 1, exhibit["caption"], formats["words"])
    rows = head + 1 + len(sheets)
    set_page(sheet, rows, CONTENTS_WIDTHS, (head, head), _name_report(cover), cover.get("notice", ""))


def _marks() -> str:
    mark = language.protected()
    return text(
        zh=f"{mark}：为保护单个客户不予公布。{MISSING_SIGN}：无此数或不适用。",
        en=f"{mark}: confidential, withheld to protect single customers. {MISSING_SIGN}: no such number.",
    )


def _tell_basis(cover: dict[str, Any]) -> str:
    """Return what the numbers are about, as the cover says it."""
    colon, stop = text(zh="：", en=": "), text(zh="；", en="; ")
    return stop.join(f"{label}{colon}{fact}" for label, fact in cover.get("facts", []))


def _tell_version(data: dict[str, Any]) -> list[str]:
    """Return what a corrected report changed, in lines; nothing for a first version."""
    if not data.get("correction"):
        return []
    told = tell_correction(data["correction"], data["cover"]["language"])
    changes = [
        f"{label}{text(zh='：', en=': ')}{before} → {after}" for label, before, after in told["changes"]
    ]
    return [told["text"], told["reason"], *changes]


def _name_report(cover: dict[str, Any]) -> str:
    return " ".join(part for part in (cover["title"], cover["subtitle"]) if part)


# --- a figure's or a table's sheet


def _write_sheet(
    book: Workbook, name: str, exhibit: dict[str, Any], cover: dict[str, Any], formats: Formats
) -> None:
    """Write caption and notes over the table's width, the heads with their units, the numbers."""
    sheet = book.add_worksheet(name)
    columns = exhibit["columns"]
    heads = [_head(column) for column in columns]
    widths = [
        find_width([head, *_list_prints(exhibit, column)])
        for head, column in zip(heads, columns, strict=True)
    ]
    widths[-1] += max(30 - sum(widths), 0)  # room for the title
    title = f"{name_exhibit(exhibit)}  {exhibit['caption']}"
    write_across(sheet, 0, len(columns), title, formats["title"], sum(widths))
    finding = exhibit.get("alt", "").removeprefix(exhibit["caption"]).lstrip("。. ")
    notes = [note for note in (finding, cover.get("notice", "")) if note]
    for row, note in enumerate(notes, start=1):
        write_across(sheet, row, len(columns), note, formats["note"], sum(widths))
    head = len(notes) + 2
    for position, (column, words) in enumerate(zip(columns, heads, strict=True)):
        style = formats["number head" if column["role"] == "number" else "head"]
        write_text(sheet, head, position, words, style)
        _write_column(book, sheet, head + 1, position, exhibit, formats)
    sheet.freeze_panes(head + 1, sum(column["role"] == "row" for column in columns))
    rows = head + 1 + len(exhibit["data"])
    set_page(sheet, rows, widths, (head, head), _name_report(cover), cover.get("notice", ""))


def _head(column: dict[str, Any]) -> str:
    """Return a column's head with its unit; a share carries its sign in every cell."""
    label, unit = column["label"], find_unit(column)
    if not unit or unit == "%" or unit in label:
        return label
    return text(zh=f"{label}（{unit}）", en=f"{label} ({unit})")


def _list_prints(exhibit: dict[str, Any], column: dict[str, Any]) -> list[str]:
    if column["role"] == "row":
        return column["printed"]
    return [read_cell(exhibit, column, row, record)[1] for row, record in enumerate(exhibit["data"])]


def _write_column(
    book: Workbook, sheet: Worksheet, top: int, position: int, exhibit: dict[str, Any], formats: Formats
) -> None:
    column = exhibit["columns"][position]
    number_format = find_number_format(find_form(column))
    percent = number_format.endswith("%")  # Excel itself multiplies by 100
    is_number = column["role"] == "number"
    style = book.add_format({"num_format": number_format, "valign": "top"}) if is_number else None
    for row, record in enumerate(exhibit["data"]):
        value = record[column["name"]]
        if is_number and value is not None:
            number = round(value, 12) if percent else scale(value, find_form(column))
            sheet.write_number(top + row, position, number, style)
        elif column["role"] == "row":
            _write_label(sheet, top + row, position, value, column["printed"][row], formats["words"])
        else:
            shown = read_cell(exhibit, column, row, record)[1]
            write_text(sheet, top + row, position, shown, formats["quiet" if value is None else "words"])


def _write_label(sheet: Worksheet, row: int, position: int, value: Any, printed: str, style: Format) -> None:
    """Write what tells a row apart; a number such as a year or month stays one."""
    if str(value) == printed and not isinstance(value, str):
        sheet.write_number(row, position, value, style)
    else:
        write_text(sheet, row, position, printed, style)
