"""The zip package of a workbook: bounds what it unpacks to, checks every part, finds and replaces parts."""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

from ..base.errors import InputError

MAX_UNPACKED = 768 << 20  # a million rows of twenty columns take about 600 MiB of XML
MAX_RATIO, RATIO_FROM = 250, 64 << 20  # spreadsheets pack 5 to 60 times; bombs pack a thousand times
RESAVE = "Open it in a spreadsheet program and save it again as .xlsx."
DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error),
    *(KeyError, NotImplementedError, EOFError, ValueError),
)
_CHUNK, _PIECE = 16 << 20, 64 << 10
_USUAL_WORKBOOK = "xl/workbook.xml"
_SHARED_STRINGS = "xl/sharedstrings.xml"


def check_sizes(path: Path, package: zipfile.ZipFile) -> None:
    """Refuse a package that unpacks to more than memory should hold."""
    unpacked = sum(part.file_size for part in package.infolist())
    packed = max(1, sum(part.compress_size for part in package.infolist()))
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_FROM and unpacked > MAX_RATIO * packed):
        size = f"unpacks from {packed / 2**20:,.1f} to {unpacked / 2**20:,.0f} MiB"
        problem = f"{size}; a workbook of consultations stays under {MAX_UNPACKED >> 20} MiB, and packs less."
        raise InputError(str(path), problem, "Save only the table as a new workbook, or as .csv.")


def check_shared_strings(path: Path, package: zipfile.ZipFile) -> None:
    """Refuse texts announced in a number that no file holds: calamine reserves memory for them.

    `uniqueCount` is the number of texts; `count`, of the cells that refer to them (ECMA-376, 18.4.9).
    """
    for part in package.infolist():
        if normalise(part.filename) == _SHARED_STRINGS:
            announced = _read_root(unpack(package, part)).get("uniqueCount", "").strip()
            if announced.isdigit() and int(announced) > part.file_size:
                raise InputError(str(path), "announces more texts than it can hold.", RESAVE)


def _read_root(chunks: Iterator[bytes]) -> dict[str, str]:
    """Give the attributes of the first element, reading no further."""
    found: list[dict[str, str]] = []
    parser = make_parser(lambda tag, attributes: found.append(attributes))
    for chunk in chunks:
        for start in range(0, len(chunk), _PIECE):
            parser.Parse(chunk[start : start + _PIECE], False)
            if found:
                return found[0]
    return {}


def normalise(name: str) -> str:
    """Reduce the name of a part to what readers compare: slashes, no case (some write backslashes)."""
    return posixpath.normpath(name.replace("\\", "/").lstrip("/").lower())


def read_workbook(package: zipfile.ZipFile) -> tuple[bool, dict[str, str]]:
    """Give the date system of a workbook, and the sheet that each part (by its normalised name) holds."""
    parts = {normalise(part.filename): part for part in package.infolist()}
    workbook = _find_workbook(package, parts)
    folder, name = posixpath.split(workbook)
    targets = _read_links(package, parts.get(f"{folder}/_rels/{name}.rels"), "Id")
    sheets: dict[str, str] = {}
    dates: list[bool] = []

    def see(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            link = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            sheets[_locate(targets.get(link, ""), folder)] = attributes.get("name", "")
        elif tag == "workbookPr":
            dates.append(attributes.get("date1904", "0") in ("1", "true"))

    parse(unpack(package, parts[workbook]), make_parser(see))
    return any(dates), sheets


def _find_workbook(package: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo]) -> str:
    """Name the part that holds the workbook, as the package's own list of relationships tells."""
    links = _read_links(package, parts.get("_rels/.rels"), "Type")
    told = next((target for kind, target in links.items() if kind.endswith("/officeDocument")), "")
    for name in (_locate(told, ""), _USUAL_WORKBOOK):
        if (told and name in parts) or (name == _USUAL_WORKBOOK and name in parts):
            return name
    raise zipfile.BadZipFile("there is no workbook in it")


def _read_links(package: zipfile.ZipFile, part: zipfile.ZipInfo | None, key: str) -> dict[str, str]:
    links: dict[str, str] = {}

    def see(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            links.setdefault(attributes.get(key, ""), attributes.get("Target", ""))

    if part:
        parse(unpack(package, part), make_parser(see))
    return links


def _locate(target: str, folder: str) -> str:
    """Name the part that a relationship points to, from the folder of the part that has it."""
    target = target.replace("\\", "/")
    inside = target.startswith("/") or (folder and target.lower().startswith(f"{folder}/"))
    return normalise(target if inside else f"{folder}/{target}")


def unpack(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack a part by chunks, never more than its declared size; zipfile itself takes twice as long.

    Raises
    ------
    BadZipFile
        The part is packed in an unusual way, larger than it declares, or not what its checksum (CRC-32) says:
        calamine stops at the end of what it looks for and never compares it.
    """
    file = package.fp
    assert file is not None
    file.seek(part.header_offset + 26)
    name_length, extra_length = struct.unpack("<HH", file.read(4))
    file.seek(part.header_offset + 30 + name_length + extra_length)
    packed, checksum = file.read(part.compress_size), 0
    for chunk in _inflate(packed, part):
        checksum = zlib.crc32(chunk, checksum)
        yield chunk
    if checksum != part.CRC:
        raise zipfile.BadZipFile(f"{part.filename} is not what its checksum says: the file is damaged")


def _inflate(packed: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    if part.compress_type == zipfile.ZIP_STORED and not part.flag_bits & 1:
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


def make_parser(start: Callable[[str, dict[str, str]], object]) -> Any:
    """Make an XML parser; a document type, the door to entity bombs, is refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: Any) -> None:
        raise zipfile.BadZipFile("its XML declares a document type")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    return parser


def parse(chunks: Iterator[bytes], parser: Any) -> None:
    """Give a parser the whole text."""
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def replace_parts(path: Path, parts: Mapping[str, bytes]) -> io.BytesIO:
    """Give the package with other content in some parts, in memory; the file stays as it is."""
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(path) as package,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for part in package.infolist():
            content = parts.get(part.filename)
            new.writestr(part.filename, b"".join(unpack(package, part)) if content is None else content)
    changed.seek(0)
    return changed
