"""Tell by its first bytes what a file really is, whatever its name says."""

import zipfile
from pathlib import Path

from ..base.errors import InputError

_HEAD_BYTES = 4096
_BEGINNINGS = (
    (b"PAR1", "a parquet file"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text of a word processor (RTF)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"Rar!", "a compressed file (RAR)"),
    (b"7z\xbc\xaf", "a compressed file (7z)"),
    (b"SQLite format 3", "a database (SQLite)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook in the old .xls format, or one with a password"),
)
# The part that tells what a zip package is.
_PACKAGES = (
    ("xl/workbook.bin", "a binary workbook (.xlsb)"),
    ("word/document.xml", "a text of a word processor (.docx)"),
    ("ppt/presentation.xml", "a presentation (.pptx)"),
    ("index/document.iwa", "a workbook of Numbers (.numbers)"),
    ("content.xml", "a workbook or text in OpenDocument format (.ods, .odt)"),
)
_SUFFIXES = {"a workbook (.xlsx)": ".xlsx", "a parquet file": ".parquet"}
_READ = {".xlsx": ("a workbook (.xlsx)",), ".parquet": ("a parquet file",), ".csv": ()}
_SAVE_AS = "Open it in the program that made it and save it as .xlsx or as “CSV UTF-8”."


def refuse_other_kind(path: Path) -> None:
    """Refuse a file that is something else than its name says; what is only damaged is told by its reader."""
    kind = tell_kind(path)
    suffix = path.suffix.lower()
    if (
        kind is None
        or kind in _READ[suffix]
        or (suffix == ".xlsx" and kind.startswith("a workbook in the old"))
    ):
        return
    if right := _SUFFIXES.get(kind):
        mend = f"Name it {path.stem}{right}."
    elif kind == "plain text":
        mend = f"Name it {path.stem}.csv if it is a table of separated text, or export it again."
    else:
        mend = _SAVE_AS
    raise InputError(str(path), f"is {kind}, though its name ends in {path.suffix}.", mend)


def tell_kind(path: Path) -> str | None:
    """Tell what a file is; None for separated text and for what begins like nothing known."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(b"PK"):
        return _tell_package(path)
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    text = head.decode("latin-1").lstrip("\xef\xbb\xbf \r\n\t").lower()
    if "urn:schemas-microsoft-com:office:spreadsheet" in text:
        return "a workbook in the XML format of 2003"
    if (
        text.startswith(("<html", "<!doctype html", "<table", "<meta", "<head", "<body"))
        or "<table" in text[:2000]
    ):
        return "a web page (HTML)"
    if text.startswith("<?xml"):
        return "XML"
    if text.startswith(("{", "[{", "[[")) and path.suffix.lower() != ".csv":
        return "JSON"
    return "plain text" if path.suffix.lower() != ".csv" and _is_text(head) else None


def _is_text(head: bytes) -> bool:
    """Tell whether bytes are lines of text with something between their cells."""
    return b"\0" not in head and b"\n" in head and any(mark in head for mark in (b",", b"\t", b";", b"|"))


def _tell_package(path: Path) -> str | None:
    """Tell what a zip package holds; None if it is damaged."""
    try:
        with zipfile.ZipFile(path) as package:
            names = [name.replace("\\", "/").lower().lstrip("/") for name in package.namelist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return (
            "a workbook (.xlsx)" if path.suffix.lower() == ".xlsx" else "a damaged or compressed file (zip)"
        )
    for part, kind in _PACKAGES:
        if part in names:
            return kind
    if any(name.startswith("xl/") or name.endswith("workbook.xml") for name in names):
        return "a workbook (.xlsx)"
    if "[content_types].xml" in names:
        return "a workbook (.xlsx)" if path.suffix.lower() == ".xlsx" else "an Office document"
    return "a compressed file (zip)"
