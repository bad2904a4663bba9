"""Read separated text: which encoding, which delimiter, which rows."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from ..base.errors import InputError

DELIMITERS = (",", "\t", ";", "|", "，", "；", "^", "~")
_CSV_BYTES = 8 << 20
_HEAD_BYTES = 1 << 16
_JUDGED_ROWS = 64
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a text is written: its encoding, its delimiter, and whether its first line only says the latter."""

    encoding: str
    delimiter: str
    is_told: bool


def find_dialect(path: Path, judge: Callable[[Sequence[Sequence[Any]]], tuple[int, ...]]) -> Dialect:
    """Find out how a csv is written.

    A first line `sep=;`, as Excel writes and obeys it, decides. Else every delimiter is tried, quotation
    marks and all, and the one whose rows make the best table is taken: a count of characters would count
    those in texts.

    Parameters
    ----------
    path : Path
        The file.
    judge : callable
        Rates the first rows as a delimiter cuts them; the highest wins, the first of equals.
    """
    encoding = find_encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        head = file.read(_HEAD_BYTES)
    if told := _SEPARATOR_LINE.match(head):
        return Dialect(encoding, told[1], True)
    used = [mark for mark in DELIMITERS if mark in head] or [","]
    return Dialect(encoding, max(used, key=lambda mark: judge(_cut(head, mark))), False)


def _cut(head: str, delimiter: str) -> list[list[str]]:
    """Cut the first rows; a faulty quotation mark ends them here and is told where the file is read."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), _JUDGED_ROWS))
    return rows[:-1] if len(head) >= _HEAD_BYTES and len(rows) < _JUDGED_ROWS else rows


def read_rows(path: Path, dialect: Dialect) -> Iterator[list[str]]:
    """Read a file's rows; the line that only names the delimiter is a row without cells.

    Raises
    ------
    InputError
        The file cannot be read on, or a quotation mark is never closed; names the line.
    """
    with path.open(encoding=dialect.encoding, newline="") as file:
        if dialect.is_told:
            file.readline()
            yield []
        reader = csv.reader(file, delimiter=dialect.delimiter, strict=True)
        try:
            yield from reader
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"{path}, line {reader.line_num}", f"cannot be read on ({error}).", "Copy it anew."
            ) from None
        except csv.Error as error:
            problem = f"the csv breaks off ({error}); often a quotation mark is opened and never closed."
            raise InputError(
                f"{path}, line {reader.line_num}", problem, "Mend the line, or export it again."
            ) from None


def find_encoding(path: Path) -> str:
    """Tell UTF-8 from GB18030, in which Chinese programs write csv; refuse a mixture and anything else."""
    decoder, line = codecs.getincrementaldecoder("utf-8")(), 1
    is_utf8 = True
    with path.open("rb") as file:
        for block in iter(partial(file.read, _CSV_BYTES), b""):
            if line == 1 and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise InputError(str(path), "is UTF-16 text.", "Save it as “CSV UTF-8”.")
            if (nul := block.find(b"\0")) >= 0:
                line += block.count(b"\n", 0, nul)
                raise InputError(
                    f"{path}, line {line}", "holds a NUL byte, so this is no csv text.", "Export it again."
                )
            if len(block) == _CSV_BYTES and b"\n" not in block and b"\r" not in block:
                raise InputError(f"{path}, line {line}", "is too long for a csv.", "Export it again.")
            line += block.count(b"\n")
            is_utf8 = is_utf8 and _decodes(block, decoder.decode)
    if is_utf8 and _decodes(b"", partial(decoder.decode, final=True)):
        return "utf-8-sig"
    _refuse_mixture(path)
    return "gb18030"


def _decodes(text: bytes, decode: Callable[[bytes], Any]) -> bool:
    try:
        decode(text)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_mixture(path: Path) -> None:
    """Refuse a file with lines in both encodings, or with a line in neither; names the first such line."""
    utf8_line = gb_line = 0
    with path.open("rb") as file:
        for number, line in enumerate(iter(partial(file.readline, 1 << 20), b""), 1):
            if line.isascii():
                continue
            if _decodes(line, partial(str, encoding="utf-8")):
                utf8_line = utf8_line or (number if _is_surely_utf8(line) else 0)
            elif _decodes(line, partial(str, encoding="gb18030")):
                gb_line = gb_line or number
            else:
                raise InputError(
                    f"{path}, line {number}",
                    "is neither UTF-8 nor GB18030 text.",
                    "Export it as “CSV UTF-8”.",
                )
            if utf8_line and gb_line:
                problem = f"the encodings are mixed: line {utf8_line} is UTF-8, line {gb_line} is GB18030."
                raise InputError(
                    f"{path}, line {max(utf8_line, gb_line)}", problem, "Export it as “CSV UTF-8”."
                )


def _is_surely_utf8(line: bytes) -> bool:
    """One or two Chinese characters in GB18030 can pass for UTF-8 by chance, three cannot."""
    return sum(character > "\u2e7f" for character in line.decode("utf-8")) >= 3
