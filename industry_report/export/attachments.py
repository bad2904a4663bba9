"""What a notebook attached: a table → a workbook that people filter, print and call from; a text as it is."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from ..base.workbook import ROWS, Format, Worksheet, add_formats, find_width, open_book, set_page, write_text

MEASURED = 1000  # rows by which the width of a column is found
SHEETS = {"zh": ("名单", "说明"), "en": ("List", "About")}
LIMIT = ROWS - 1  # rows of a sheet below its head
NOTES_WIDTH = 80


def write_attachment(attachment: dict[str, Any], cover: dict[str, Any]) -> bytes:
    """Write a table as a workbook: one sheet with the table, one that says what it is. A text stays as it is.

    All text is written as text, so that nothing in it acts as a formula.

    Parameters
    ----------
    attachment : dict
        See `exporters.list_attachments`.
    cover : dict
        The report's cover: its title, language and notice go into the workbook.

    Returns
    -------
    bytes
        Equal tables give equal bytes. Rows that exceed what a sheet can hold are left out, and the second
        sheet says so.
    """
    if "text" in attachment:
        return str(attachment["text"]).encode()
    stream = io.BytesIO()
    names = SHEETS[cover["language"]]
    with open_book(stream, title=attachment["caption"], subject=cover["notice"]) as book:
        formats = add_formats(book)
        _write_table(book.add_worksheet(names[0]), attachment, cover["notice"], formats)
        _write_notes(book.add_worksheet(names[1]), attachment, cover, formats)
    return stream.getvalue()


def _write_table(
    sheet: Worksheet, attachment: dict[str, Any], notice: str, formats: dict[str, Format]
) -> None:
    columns = attachment["columns"]
    rows = min(len(columns[0]["cells"]), LIMIT) if columns else 0
    for position, column in enumerate(columns):
        head = formats["number head" if column["kind"] == "number" else "head"]
        write_text(sheet, 0, position, column["head"], head)
        for number, value in enumerate(column["cells"][:rows], start=1):
            _write_cell(sheet, number, position, value, column["kind"], formats)
    sheet.freeze_panes(1, 1)
    if columns:
        sheet.autofilter(0, 0, rows, len(columns) - 1)
    widths = [find_width([column["head"], *_list_texts(column)]) + 1 for column in columns]
    set_page(sheet, rows + 1, widths, (0, 0), attachment["caption"], notice)


def _list_texts(column: dict[str, Any]) -> list[str]:
    return [str(value) for value in column["cells"][:MEASURED] if value is not None]


def _write_cell(
    sheet: Worksheet, row: int, position: int, value: Any, kind: str, formats: dict[str, Format]
) -> None:
    if value is None:
        return
    if kind == "date":
        sheet.write_datetime(row, position, datetime.fromisoformat(value), formats["date"])
    elif kind == "number":
        sheet.write_number(row, position, value)
    else:
        write_text(sheet, row, position, value, formats["words"])


def _write_notes(
    sheet: Worksheet, attachment: dict[str, Any], cover: dict[str, Any], formats: dict[str, Format]
) -> None:
    rows = len(attachment["columns"][0]["cells"]) if attachment["columns"] else 0
    left_out = rows - LIMIT
    words = {
        "zh": f"行数超过工作表上限，{left_out:,}行未列出。",
        "en": f"{left_out:,} rows exceed a sheet and are left out.",
    }
    lines = [attachment["caption"], cover["title"], cover["subtitle"], cover["notice"]]
    lines = [line for line in [*lines, words[cover["language"]] if left_out > 0 else ""] if line]
    for number, line in enumerate(lines):
        write_text(sheet, number, 0, line, formats["title" if number == 0 else "note"])
    set_page(sheet, len(lines), [NOTES_WIDTH], (0, 0), cover["title"], cover["notice"])
