"""The one set-up of every workbook that the program writes: bytes, type, text, printed page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

__all__ = ["FileCreateError", "Format", "Workbook", "Worksheet", "xl_col_to_name"]  # for writers

CREATED = datetime(2000, 1, 1)  # a workbook must have a date; the same one gives the same bytes
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # characters that XML cannot hold
CELL_LENGTH = 32_767  # characters: Excel's limits
SHEET_NAME_LENGTH = 31
HEADER_LENGTH = 200  # of 255 that a header may have, codes included
ROWS = 1_048_576
# DengXian: Excel's own face for Chinese on every system; where it is missing, another one of the system's.
FONT, FONT_SIZE = "等线", 11
A4 = 9
PORTRAIT = 92  # characters: what is wider is printed on a turned sheet
ONE_PAGE = 90  # rows: what is longer would be too small to read on one page
NARROWEST, WIDEST = 8, 44  # of a column, in characters
ACCENT, INK, QUIET, PALE = "#1b5e8c", "#1f2933", "#56616b", "#e8eef4"
_HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": PALE, "top": 2, "bottom": 1}
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"},
    "note": {"font_color": QUIET, "text_wrap": True, "valign": "top"},
    "head": {**_HEAD, "indent": 1},
    "number head": {**_HEAD, "align": "right"},
    "words": {"text_wrap": True, "valign": "top", "indent": 1},
    "link": {"font_color": ACCENT, "underline": 1, "indent": 1},
    "quiet": {"font_color": QUIET, "align": "right", "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left", "indent": 1},
}
"""What cells look like, by name; see `add_formats`."""


@contextmanager
def open_book(target: Path | IO[bytes], font: str = FONT, **properties: Any) -> Iterator[Workbook]:
    """Open a workbook to write; it is whole when the block ends.

    No text becomes a formula or a link, whatever it begins with. Equal content gives equal bytes.

    Parameters
    ----------
    target : Path or binary stream
        A stream is written at once, from memory; a file as it grows.
    font : str
        Of every cell; empty for a spreadsheet's own.
    **properties : object
        The document's ``title``, ``subject``, ``author``, ``keywords``, ``comments`` and ``created``, which
        is never the time of writing.

    Examples
    --------
    >>> import io
    >>> with open_book(io.BytesIO(), title="名单") as book:
    ...     write_text(book.add_worksheet("名单"), 0, 0, "=1+1")
    """
    options = {
        # In memory the parts get fixed time stamps and no file modes of this machine.
        "in_memory": not isinstance(target, Path),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        **({"default_format_properties": {"font_name": font, "font_size": FONT_SIZE}} if font else {}),
    }
    with xlsxwriter.Workbook(target, options) as book:
        told = {key: clean(value) for key, value in properties.items() if isinstance(value, str)}
        book.set_properties({"created": CREATED, **properties, **told})
        yield book


def add_formats(book: Workbook, **more: dict[str, Any]) -> dict[str, Format]:
    """Return the formats of `STYLES`, and those that a writer has beside them."""
    return {name: book.add_format(look) for name, look in {**STYLES, **more}.items()}


def clean(words: str) -> str:
    """Return a text as a cell can hold it: no character that XML refuses, no more than there is room for."""
    return FORBIDDEN.sub("", words)[:CELL_LENGTH]


def write_text(sheet: Worksheet, row: int, column: int, words: str, style: Format | None = None) -> None:
    """Write a text as a text."""
    sheet.write_string(row, column, clean(words), style)


def write_across(sheet: Worksheet, row: int, columns: int, words: str, style: Format, width: int) -> None:
    """Write a line over so many columns, as high as it needs at their joint `width` in characters."""
    words = clean(words)
    if columns > 1:
        sheet.merge_range(row, 0, row, columns - 1, "", style)
    sheet.write_string(row, 0, words, style)
    scale = style.font_size / FONT_SIZE
    lines = sum(-(-max(measure(line), 1) * scale // max(width, 1)) for line in words.split("\n"))
    sheet.set_row(row, 15 * scale * max(lines, 1) + 3)


def measure(words: str) -> int:
    """Return how many characters wide a text is; a Chinese one takes the room of two others.

    >>> measure("A级"), measure("é")
    (3, 1)
    """
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in words
    )


def find_width(words: Iterable[str], widest: int = WIDEST) -> int:
    """Return the width of a column in which these texts stand, some of them in several lines."""
    longest = max((measure(line) for text in words for line in text.split("\n")), default=0)
    return min(max(longest + 2, NARROWEST), widest)


def name_sheet(name: str, taken: Iterable[str] = ()) -> str:
    """Return a legal name of a sheet that no other has: Excel counts a rare character as two, no case.

    >>> name_sheet("图1/2", ["图1-2"])
    '图1-2 (2)'
    """
    used = {other.casefold() for other in taken}
    plain = re.sub(r"[\[\]:*?/\\]", "-", " ".join(FORBIDDEN.sub("", name).split())).strip("' ") or "-"
    plain = "History-" if plain.casefold() == "history" else plain  # a name that Excel keeps for itself
    for number in range(1, ROWS):
        ending = f" ({number})" if number > 1 else ""
        room = 2 * (SHEET_NAME_LENGTH - len(ending))
        cut = plain.encode("utf-16-le")[:room].decode("utf-16-le", "ignore").rstrip("' ")
        if f"{cut}{ending}".casefold() not in used:
            return f"{cut}{ending}"
    raise ValueError(f"more sheets called {name!r} than a workbook holds")


def set_page(
    sheet: Worksheet, rows: int, widths: list[int], heads: tuple[int, int], header: str, notice: str
) -> None:
    """Set how a sheet is printed: A4, as wide as the page, one page if that can be read, heads on every one.

    Parameters
    ----------
    sheet : Worksheet
        Filled.
    rows : int
        How many of its rows are used.
    widths : list of int
        Of its columns, in characters.
    heads : (int, int)
        First and last row of the table's head, from 0: repeated where the table goes on over several pages.
    header, notice : str
        What stands above and below each page; the page's number is added.
    """
    sheet.set_paper(A4)
    if sum(widths) > PORTRAIT:
        sheet.set_landscape()
    sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
    sheet.print_area(0, 0, max(rows - 1, 0), max(len(widths) - 1, 0))
    sheet.fit_to_pages(1, 1 if rows <= ONE_PAGE else 0)
    sheet.repeat_rows(*heads)
    sheet.set_header(f"&L&9{_as_header(header)}" if header else "")
    sheet.set_footer(f"&L&9{_as_header(notice)}&R&9&P / &N")
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def _as_header(words: str) -> str:
    """Return a text for a header: `&`, which begins codes, is doubled; a space keeps digits from a size."""
    short = " ".join(FORBIDDEN.sub("", words).split())[:HEADER_LENGTH]
    while len(doubled := short.replace("&", "&&")) > HEADER_LENGTH:
        short = short[:-1]
    return f" {doubled}" if doubled[:1].isdigit() else doubled
