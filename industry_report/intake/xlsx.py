"""Guard and question xlsx files: sizes, passwords, and the facts that calamine does not tell."""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np

from ..base.errors import InputError

MAX_UNPACKED = 768 << 20  # a million rows of twenty columns take about 600 MiB of XML
MAX_RATIO, RATIO_FROM = 250, 64 << 20  # spreadsheets pack 5 to 60 times; bombs pack a thousand times
MAX_CELLS = 24_000_000  # calamine holds the rectangle around all cells, or aborts the process
RESAVE = "Open it in a spreadsheet program and save it again as .xlsx."
_ROWS = b"sheetData"  # the element around the rows
_PLACED = re.compile(rb"\sr\s*=")
_CHUNK, _PIECE, _OVERLAP = 16 << 20, 64 << 10, 64
_REFERENCE = re.compile(rb"""["']([A-Za-z]{0,7})(\d{1,12})["']""")
_SHARED_STRINGS = "xl/sharedstrings.xml"
_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error),
    *(KeyError, NotImplementedError, EOFError, ValueError),
)
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class SheetFacts:
    """Hidden rows, and the cells (row, column, from 1) with an error instead of a value.

    The error is what the cell shows, or "" for a formula without a saved result.
    """

    hidden_rows: tuple[int, ...] = ()
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """The date system of a workbook, and the facts of each sheet by name."""

    epoch_1904: bool
    sheets: Mapping[str, SheetFacts]


def question(path: Path) -> Facts:
    """Make sure that a workbook can be read in bounded memory, and tell what calamine does not.

    Raises
    ------
    InputError
        The file has a password, is an .xls, is damaged, or would unpack to more than memory should hold.
    """
    refuse_compound_file(path)
    try:
        with zipfile.ZipFile(path) as package:
            _check_sizes(path, package)
            _check_shared_strings(path, package)
            epoch_1904, names = _read_workbook(package)
            special = [part for part in package.infolist() if _scan_part(path, package, part, names)]
            sheets = {
                names[part.filename]: _read_facts(package, part) for part in special if part.filename in names
            }
    except _DAMAGES as error:
        raise InputError(str(path), f"is not a whole .xlsx workbook ({error}).", RESAVE) from None
    return Facts(epoch_1904, sheets)


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


def _check_sizes(path: Path, package: zipfile.ZipFile) -> None:
    unpacked = sum(part.file_size for part in package.infolist())
    packed = max(1, sum(part.compress_size for part in package.infolist()))
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_FROM and unpacked > MAX_RATIO * packed):
        size = f"unpacks from {packed / 2**20:,.1f} to {unpacked / 2**20:,.0f} MiB"
        problem = f"{size}; a workbook of consultations stays under {MAX_UNPACKED >> 20} MiB, and packs less."
        raise InputError(str(path), problem, "Save only the table as a new workbook, or as .csv.")


def _check_shared_strings(path: Path, package: zipfile.ZipFile) -> None:
    """Refuse texts announced in a number that no file holds: calamine reserves memory for them."""
    for part in package.infolist():
        if part.filename.lower() == _SHARED_STRINGS:
            announced = _read_root(_unpack(package, part)).values()
            if any(number.strip().isdigit() and int(number) > part.file_size for number in announced):
                raise InputError(str(path), "announces more texts than it can hold.", RESAVE)


def _read_root(chunks: Iterator[bytes]) -> dict[str, str]:
    """Give the attributes of the first element, reading no further."""
    found: list[dict[str, str]] = []
    parser = _make_parser(lambda tag, attributes: found.append(attributes))
    for chunk in chunks:
        for start in range(0, len(chunk), _PIECE):
            parser.Parse(chunk[start : start + _PIECE], False)
            if found:
                return found[0]
    return {}


def _read_workbook(package: zipfile.ZipFile) -> tuple[bool, dict[str, str]]:
    """Give the date system, and the sheet that each part holds."""
    targets: dict[str, str] = {}
    links: dict[str, str] = {}
    dates = []

    def see(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")
        elif tag == "sheet":
            link = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            links[link] = attributes.get("name", "")
        elif tag == "workbookPr":
            dates.append(attributes.get("date1904", "0") in ("1", "true"))

    for part in ("xl/_rels/workbook.xml.rels", "xl/workbook.xml"):
        _parse(_unpack(package, package.getinfo(part)), _make_parser(see))
    return any(dates), {_locate(targets.get(link, "")): name for link, name in links.items()}


def _locate(target: str) -> str:
    """Name the part that a relationship of the workbook points to."""
    return target.removeprefix("/") if target.startswith(("/", "xl/")) else f"xl/{target}"


def _unpack(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack a part by chunks, never more than its declared size; zipfile itself takes twice as long."""
    file = package.fp
    assert file is not None
    file.seek(part.header_offset + 26)
    name_length, extra_length = struct.unpack("<HH", file.read(4))
    file.seek(part.header_offset + 30 + name_length + extra_length)
    packed = file.read(part.compress_size)
    if part.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if part.compress_type != zipfile.ZIP_DEFLATED or part.flag_bits & 1:
        raise zipfile.BadZipFile(f"{part.filename} is packed in an unusual way")
    inflater, left = zlib.decompressobj(-15), part.file_size
    while packed and not inflater.eof:
        chunk = inflater.decompress(packed, _CHUNK)
        left -= len(chunk)
        if left < 0:
            raise zipfile.BadZipFile(f"{part.filename} is larger than it declares")
        yield chunk
        packed = inflater.unconsumed_tail


def _make_parser(start: Callable[[str, dict[str, str]], object]) -> Any:
    """Make an XML parser; a document type, the door to entity bombs, is refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: Any) -> None:
        raise zipfile.BadZipFile("its XML declares a document type")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    return parser


def _parse(chunks: Iterator[bytes], parser: Any) -> None:
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _scan_part(path: Path, package: zipfile.ZipFile, part: zipfile.ZipInfo, names: Mapping[str, str]) -> bool:
    """Search the bytes of a part for far cells; tells whether it is worth parsing.

    Every part is searched, since calamine may find a sheet where we do not look for one.
    """
    rows = columns = 0
    inside, special, tail = False, False, b""
    for chunk in _unpack(package, part):
        window = tail + chunk
        tail = chunk[-_OVERLAP:]
        if inside or _ROWS in window:
            cells = _cut_rows(window, inside)
            inside = True
            is_far, is_special = _scan(cells)
            special = special or is_special
            for letters, digits in set(_REFERENCE.findall(cells)) if is_far else ():
                rows, columns = max(rows, int(digits)), max(columns, number_column(letters.decode()))
    if rows * columns > MAX_CELLS:
        problem = f"its cells spread over {rows:,} rows and {columns:,} columns."
        mend = "Delete the stray cells far right or far below the table, or save the table alone."
        raise InputError(f"{path}, sheet {names.get(part.filename, part.filename)}", problem, mend)
    return special


def _read_facts(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> SheetFacts:
    """Parse a sheet for hidden rows and errors."""
    finder = _CellFinder()
    parser = _make_parser(finder.start)
    parser.EndElementHandler = lambda tag: finder.end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = finder.text
    _parse(_unpack(package, part), parser)
    return SheetFacts(tuple(finder.hidden_rows), finder.errors)


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
