"""Guard and inspect xlsx files: sizes, passwords, and the facts that calamine does not tell."""

import io
import re
import zipfile
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..base.errors import InputError
from .xlsx_package import (
    DAMAGES,
    RESAVE,
    check_shared_strings,
    check_sizes,
    make_parser,
    normalise,
    parse,
    read_workbook,
    replace_parts,
    unpack,
)

MAX_CELLS = 24_000_000  # calamine holds the rectangle around all cells, or aborts the process
_BEYOND_ALL = 10**13  # no text in quotation marks is meant, and 64 bits hold it
MAX_MEASURED = 64 << 20  # bytes of a part that are parsed to measure it
_STRAY_CELLS, _ROWS_BETWEEN, _COLUMNS_BETWEEN = 100, 200_000, 256  # few cells this far from all others
_ROWS = b"sheetData"  # the element around the rows
_PLACED = re.compile(rb"\sr\s*=")
_PIECE, _OVERLAP = 64 << 10, 4096
# Without an end: calamine counts rows in 32 bits, in which F4999999999997 is any row.
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_MOST_DIGITS, _MOST_LETTERS = 15, 9  # of a reference that are looked at
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CUT_STRAYS = "Delete the stray cells far right or far below the table, or save the table alone."
# What calamine knows; newer ones (#SPILL!, #CALC!, #FIELD!, ...) make it refuse the whole workbook.
_KNOWN_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}


@dataclass(frozen=True)
class SheetFacts:
    """Hidden rows, cells with an error instead of a value, and cells that were left out as stray.

    The error of a cell (row, column, from 1) is what it shows, or "" for a formula without a saved result.
    """

    hidden_rows: tuple[int, ...] = ()
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    strays: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """The date system of a workbook, the facts of each sheet by name, and what calamine is to read.

    `package` is None where that is the file itself.
    """

    epoch_1904: bool
    sheets: Mapping[str, SheetFacts]
    package: io.BytesIO | None = None


@dataclass
class _Part:
    """A part of the package: its name, its sheet, its stray cells, what calamine should get."""

    name: str
    sheet: str
    strays: tuple[str, ...] = ()
    content: bytes | None = None


def inspect(path: Path) -> Facts:
    """Make sure that a workbook can be read in bounded memory, and tell what calamine does not.

    Raises
    ------
    InputError
        The file has a password, is an .xls, is damaged, or would unpack to more than memory should hold.
    """
    refuse_compound_file(path)
    try:
        with zipfile.ZipFile(path) as package:
            check_sizes(path, package)
            check_shared_strings(path, package)
            epoch_1904, names = read_workbook(package)
            return _inspect_parts(path, package, epoch_1904, names)
    except DAMAGES as error:
        raise InputError(str(path), f"is not a whole .xlsx workbook ({error}).", RESAVE) from None


def refuse_compound_file(path: Path) -> None:
    """Refuse the container that password-protected workbooks and the old .xls share."""
    with path.open("rb") as file:
        if file.read(8) != _COMPOUND_FILE:
            return
        directory = file.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in directory:
        raise InputError(
            str(path), "is protected with a password.", "Remove the password in Excel and save it again."
        )
    raise InputError(str(path), "is a workbook in the old .xls format.", RESAVE)


def _inspect_parts(path: Path, package: zipfile.ZipFile, epoch_1904: bool, names: Mapping[str, str]) -> Facts:
    """Search every part, since calamine may find a sheet where we do not look for one."""
    sheets, changed = {}, {}
    for info in package.infolist():
        part = _Part(info.filename, names.get(normalise(info.filename), ""))
        if not _scan_part(path, package, info, part) or not part.sheet:
            continue
        chunks = iter([part.content]) if part.content is not None else unpack(package, info)
        facts = _read_facts(chunks, part.strays)
        if unknown := {error for error in facts.errors.values() if error} - _KNOWN_ERRORS:
            content = part.content if part.content is not None else b"".join(unpack(package, info))
            part.content = _replace_errors(content, unknown)
        sheets[part.sheet] = facts
        if part.content is not None:
            changed[part.name] = part.content
    return Facts(epoch_1904, sheets, replace_parts(path, changed) if changed else None)


def _replace_errors(xml: bytes, unknown: set[str]) -> bytes:
    """Write #N/A for errors that calamine does not know; what the cell shows is kept in the facts."""
    any_of = b"|".join(re.escape(error.encode()) for error in sorted(unknown))
    return re.sub(rb"(<(?:\w+:)?v[^<>]*>\s*)(?:" + any_of + rb")(\s*</)", rb"\g<1>#N/A\g<2>", xml)


def _scan_part(path: Path, package: zipfile.ZipFile, info: zipfile.ZipInfo, part: _Part) -> bool:
    """Search the bytes of a part for far cells; tells whether it is worth parsing."""
    rows = columns = 0
    inside, special, hides, tail = False, False, False, b""
    for chunk in unpack(package, info):
        window = tail + chunk
        tail = chunk[-_OVERLAP:]
        if inside or _ROWS in window:
            cells = _cut_rows(window, inside)
            inside = True
            is_far, is_special = _scan(cells)
            special = special or is_special
            hides = hides or not tail[-_OVERLAP // 2 :].strip()  # blanks enough to hide a reference
            for letters, digits in set(_REFERENCE.findall(cells)) if is_far else ():
                row, column = int(digits[:_MOST_DIGITS]), number_column(letters[:_MOST_LETTERS].decode())
                rows, columns = max(rows, row), max(columns, column)
    if hides or rows * columns > min(info.file_size, MAX_CELLS):  # fewer than a byte a cell: most are blank
        _measure(path, package, info, part, rows * columns)
    return special or bool(part.strays)


def _measure(path: Path, package: zipfile.ZipFile, info: zipfile.ZipInfo, part: _Part, most: int) -> None:
    """Measure the rectangle of all cells that hold something, without a few stray ones far away."""
    thing = f"{path}, sheet {part.sheet or part.name}"
    if most > MAX_CELLS and (info.file_size > MAX_MEASURED or most > _BEYOND_ALL):
        raise InputError(thing, f"its cells spread over {most:,} places.", _CUT_STRAYS)
    rows, columns = _find_cells(unpack(package, info))
    if len(rows) and int(rows.max()) * int(columns.max()) > MAX_CELLS:
        problem = f"its cells spread over {rows.max():,} rows and {columns.max():,} columns."
        raise InputError(thing, problem, _CUT_STRAYS)
    stray = _find_strays(rows, columns)
    if stray.any():
        places = zip(rows[stray].tolist(), columns[stray].tolist(), strict=True)
        part.strays = tuple(f"{name_column(column)}{row}" for row, column in places)
        part.content = _remove_cells(b"".join(unpack(package, info)), part.strays)


def _find_cells(chunks: Iterator[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Give rows and columns of all cells that hold something."""
    finder = _CellFinder()
    rows, columns = array("q"), array("q")

    def see(tag: str, attributes: dict[str, str]) -> None:
        if tag in ("v", "is", "f"):
            if not rows or (rows[-1], columns[-1]) != (finder.row, finder.column):
                rows.append(min(finder.row, _BEYOND_ALL))
                columns.append(min(finder.column, _BEYOND_ALL))
        else:
            finder.start(tag, attributes)

    parse(chunks, make_parser(see))
    return np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)


def _find_strays(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Find a few cells beyond a wide gap below or right of all others."""
    stray = np.zeros(len(rows), dtype=bool)
    for numbers, between in ((rows, _ROWS_BETWEEN), (columns, _COLUMNS_BETWEEN)):
        taken = np.unique(numbers[~stray])
        gaps = np.flatnonzero(np.diff(taken) > between)
        if len(gaps) and np.count_nonzero(beyond := numbers > taken[gaps[0]]) <= _STRAY_CELLS:
            stray |= beyond
    return stray


def _remove_cells(xml: bytes, references: tuple[str, ...]) -> bytes:
    any_of = "|".join(references).encode()
    cell = rb"""<((?:\w+:)?c)\b[^<>]*\sr\s*=\s*["'](?:""" + any_of + rb""")["'][^<>]*>.*?</\1>"""
    return re.sub(cell, b"", xml, flags=re.DOTALL | re.IGNORECASE)


def _read_facts(chunks: Iterator[bytes], strays: tuple[str, ...]) -> SheetFacts:
    """Parse a sheet for hidden rows and errors."""
    finder = _CellFinder()
    parser = make_parser(finder.start)
    parser.EndElementHandler = lambda tag: finder.end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = finder.text
    parse(chunks, parser)
    return SheetFacts(tuple(finder.hidden_rows), finder.errors, strays)


def _cut_rows(xml: bytes, inside: bool) -> bytes:
    """Leave out what stands before and after the rows, unless it could be a cell all the same."""
    start = 0 if inside else xml.find(_ROWS)
    end = xml.rfind(_ROWS)
    return xml[start:end] if end > start and not _PLACED.search(xml, end) else xml[start:]


def _scan(xml: bytes) -> tuple[bool, bool]:
    """Tell whether a sheet may have cells far out, and whether it has formulas, errors or hidden rows.

    Far out is right of column Z or below row 99,999. A regular expression takes ten times as long. Quotes and
    blanks around `=` can be written in several ways, so nothing but the characters of a reference is looked
    at; calamine refuses references written as entities.
    """
    text = np.frombuffer(xml, dtype=np.uint8)
    pieces = [_scan_piece(text[start : start + _PIECE + 8]) for start in range(0, len(text), _PIECE)]
    return any(far for far, _ in pieces), any(special for _, special in pieces)


def _scan_piece(text: np.ndarray) -> tuple[bool, bool]:
    letter, digit = ((text | 32) - 97) < 26, (text - 48) < 10
    wide = letter[:-2] & letter[1:-1] & digit[2:]
    two = digit[:-1] & digit[1:]
    six = two[:-4] & two[2:-2] & two[4:]
    quote = (text == 34) | (text == 39)
    deep = (letter | quote)[:-6] & six[1:]
    formula = (text[:-1] == 102) & (text[1:] == 62)  # f>
    hidden = (text[:-1] == 100) & (text[1:] == 100)  # hidden
    error = quote[:-2] & (text[1:-1] == 101) & quote[2:]  # t="e"
    return bool(wide.any() or deep.any()), bool(formula.any() or hidden.any() or error.any())


def number_column(letters: str) -> int:
    """Give the number of a spreadsheet column, A = 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def name_column(number: int) -> str:
    """Name a spreadsheet column, 1 = A, 27 = AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class _CellFinder:
    """Collects hidden rows and cells with errors while a sheet is parsed."""

    def __init__(self) -> None:
        self.hidden_rows: list[int] = []
        self.errors: dict[tuple[int, int], str] = {}
        self.row = self.column = 0
        self.is_error = self.is_text = self.has_formula = False
        self.value = ""
        self.inside = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self.enter_cell(attributes)
        elif tag == "row":
            self.row, self.column = int(attributes.get("r") or self.row + 1), 0
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.append(self.row)
        elif tag == "f":
            self.has_formula = True
        elif tag in ("v", "t"):
            self.inside = tag

    def enter_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r", "")
        letters = reference.rstrip("0123456789")
        self.column = number_column(letters) if letters else self.column + 1
        self.row = int(reference[len(letters) :] or self.row)
        # An empty text is what such a formula found; any other formula without value was never calculated.
        self.is_error, self.is_text = attributes.get("t") == "e", attributes.get("t") == "str"
        self.has_formula, self.value = False, ""

    def text(self, text: str) -> None:
        if self.inside:
            self.value += text

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.inside = ""
        elif tag == "c" and (self.is_error or (self.has_formula and not self.value and not self.is_text)):
            self.errors[self.row, self.column] = self.value
