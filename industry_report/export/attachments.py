"""A table that a notebook attached → a workbook that people filter, print and call from."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

CREATED = datetime(2000, 1, 1)  # the same table gives the same bytes
WIDEST, NARROWEST = 40, 8  # of a column, in characters
SHEETS = {"zh": ("名单", "说明"), "en": ("List", "About")}
LIMIT = 1_048_575  # rows of a sheet below its head


def write_attachment(attachment: dict[str, Any], cover: dict[str, Any]) -> bytes:
    """Write a table as a workbook: one sheet with the table, one that says what it is.

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
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": attachment["caption"], "subject": cover["notice"], "created": CREATED})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    names = SHEETS[cover["language"]]
    _write_table(book.add_worksheet(names[0]), attachment["columns"], cover["notice"], formats)
    _write_notes(book.add_worksheet(names[1]), attachment, cover, formats["wrap"])
    book.close()
    return stream.getvalue()


def _write_table(
    sheet: Worksheet, columns: list[dict[str, Any]], notice: str, formats: dict[str, Any]
) -> None:
    rows = min(len(columns[0]["cells"]), LIMIT) if columns else 0
    for position, column in enumerate(columns):
        sheet.write_string(0, position, column["head"], formats["head"])
        for number, value in enumerate(column["cells"][:rows], start=1):
            _write_cell(sheet, number, position, value, column["kind"], formats["date"])
        sheet.set_column(position, position, _find_width(column))
    sheet.freeze_panes(1, 1)
    if columns:
        sheet.autofilter(0, 0, rows, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header("&C" + notice.replace("&", "&&"))
    sheet.set_footer("&C&P / &N")


def _write_cell(sheet: Worksheet, row: int, position: int, value: Any, kind: str, date_format: Any) -> None:
    if value is None:
        return
    if kind == "date":
        sheet.write_datetime(row, position, datetime.fromisoformat(value), date_format)
    elif kind == "number":
        sheet.write_number(row, position, value)
    else:
        sheet.write_string(row, position, value)


def _find_width(column: dict[str, Any]) -> int:
    """Return about how wide a column must be; a Chinese character takes two places."""
    texts = [column["head"], *(str(value) for value in column["cells"][:1000] if value is not None)]
    widest = max(sum(1 if character.isascii() else 2 for character in text) for text in texts)
    return min(max(widest + 2, NARROWEST), WIDEST)


def _write_notes(sheet: Worksheet, attachment: dict[str, Any], cover: dict[str, Any], wrap: Any) -> None:
    rows = len(attachment["columns"][0]["cells"]) if attachment["columns"] else 0
    left_out = rows - LIMIT
    words = {
        "zh": f"行数超过工作表上限，{left_out:,}行未列出。",
        "en": f"{left_out:,} rows exceed a sheet and are left out.",
    }
    lines = [attachment["caption"], cover["title"], cover["subtitle"], cover["notice"]]
    lines += [words[cover["language"]]] if left_out > 0 else []
    sheet.set_column(0, 0, 80)
    for number, line in enumerate(filter(None, lines)):
        sheet.write_string(number, 0, line, wrap)
