"""Versions of a published report: does a new one say something else than the one it replaces, and what."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from ..base.errors import InputError, shown
from ..intake import personal_data

# A file saved again has another checksum, a new release another number: the report says the same.
NOT_CONTENT = frozenset({"sha256"})
SOFTWARE = re.compile(r"industry-report \d\S*")
# What a number in a text is told by: its digits and, where they stand, its sign, its order of magnitude and
# whether it is up or down. "95% CI" and "95% confidence interval" are the same numbers.
NUMBER = re.compile(
    r"(?:(?<![\w%％.,])[-−+])?\d+(?:[.,]\d+)*(?:\s?(?:[万亿‰%％]|million|billion|thousand))?"
    r"|上升|下降|增加|减少|增长|高于|低于|\b(?:up|down|more|fewer|above|below|rose|fell)\b"
)
REASON_LENGTH = 200  # characters
DIGITS = 9  # significant ones: another library may round the last of sixteen otherwise


def check_reason(reason: str) -> str:
    """Return the reason of a correction as a line of text; it is published as it is written.

    Raises
    ------
    InputError
        If it says nothing, is longer than a sentence or two, or holds a number that names a person.
    """
    line = " ".join(reason.split())
    if not line or not any(character.isalnum() for character in line):
        problem = f"expected a sentence, got {shown(reason)}."
        raise InputError("--reason", problem, "Say why reports are corrected, or leave it out.")
    if not line.isprintable():
        raise InputError(
            "--reason", f"holds a character that is not printed, in {shown(line)}.", "Take it out."
        )
    if len(line) > REASON_LENGTH:
        problem = f"expected at most {REASON_LENGTH} characters, got {len(line)}."
        raise InputError("--reason", problem, "Say it in a sentence or two; the report has the numbers.")
    if found := personal_data.find(line):
        problem = f"seems to name a person ({', '.join(sorted(set(found)))}), and it is published."
        raise InputError("--reason", problem, "Say it without.")
    return line


def find_version(
    now: Mapping[str, Any], earlier: Mapping[str, Any] | None, kept: str, today: date, reason: str = ""
) -> dict[str, Any]:
    """Return the version of a report that is about to be published.

    Parameters
    ----------
    now : mapping
        What it says; see `exporters.report_data`.
    earlier : mapping or None
        The record of the report that it replaces; None if there is none.
    kept : str
        Name of the page under which the earlier report stays; empty if that is damaged and cannot be kept.
    today : date
        See `find_today`.
    reason : str
        Why the report is corrected, if somebody says so; see `check_reason`.

    Returns
    -------
    dict
        ``version``, from 1. A report that was corrected also has ``correction``: version, date, ``earlier``
        (a relative address), ``changes`` of key figures ([label, before, after]), in how many figures and
        tables a number changed (``exhibits``), ``renamed`` where no number did, and the ``reason``, if there
        is one. A report that says what the earlier one said keeps its version and date.
    """
    if earlier is None:
        return {"version": 1}
    if says_same(now, earlier):
        return {key: earlier[key] for key in ("version", "correction") if key in earlier}
    changes, exhibits = list_changes(now, earlier), count_changed_exhibits(now, earlier)
    renamed = not changes and not exhibits and _numbers(now) == _numbers(earlier)
    correction = {
        "version": earlier["version"] + 1,
        "date": today.isoformat(),
        "earlier": quote(kept),
        "changes": changes,
        "exhibits": exhibits,
        **({"renamed": True} if renamed else {}),
        **({"reason": reason} if reason else {}),
    }
    return {"version": correction["version"], "correction": correction}


def forget_earlier(version: Mapping[str, Any]) -> dict[str, Any]:
    """Return a version whose correction no longer leads to the report before it."""
    if "correction" not in version:
        return dict(version)
    return {**version, "correction": {**version["correction"], "earlier": ""}}


def says_same(now: Mapping[str, Any], earlier: Mapping[str, Any]) -> bool:
    """Tell whether two reports have the same key figures, figures and tables, and numbers in their sentences.

    Layout, wording of sentences and versions of software may differ.
    """
    return (
        _key_figures(now) == _key_figures(earlier)
        and _contents(now) == _contents(earlier)
        and _numbers(now) == _numbers(earlier)
    )


def list_changes(now: Mapping[str, Any], earlier: Mapping[str, Any]) -> list[list[str]]:
    """Return the key figures whose numbers differ: label, before, after; empty text where there was none.

    A label that went and one that came with the same numbers are one indicator under another name.
    """
    before, after = _key_figures(earlier), _key_figures(now)
    labels = dict.fromkeys([*after, *before])
    pairs = [(label, before.get(label, ""), after.get(label, "")) for label in labels]
    changes = [pair for pair in pairs if pair[1] != pair[2] and not _same_number(pair[1], pair[2])]
    gone = {label: read_numbers(old) for label, old, new in changes if label not in after}
    renamed = set()
    for label, _, new in changes:
        numbers = read_numbers(new)
        if label not in before and (name := next((n for n in gone if gone[n] == numbers != []), None)):
            del gone[name]
            renamed |= {label, name}
    return [list(change) for change in changes if change[0] not in renamed]


def _same_number(before: str, after: str) -> bool:
    numbers = read_numbers(before)
    return numbers != [] and numbers == read_numbers(after)


def read_numbers(words: str) -> list[str]:
    """Return the numbers of a text, each with sign, magnitude and direction where they stand.

    >>> read_numbers("22.5% (95% CI 20.10% to 1,025)")
    ['22.5%', '95%', '20.1%', '1025']
    """
    return [_plain_number(found.group()) for found in NUMBER.finditer(words)]


def _plain_number(found: str) -> str:
    digits = found.replace(",", "").replace("−", "-").replace("％", "%").replace(" ", "").lstrip("+")
    return re.sub(r"(\.\d*?)0+(?!\d)", r"\1", digits).replace(".%", "%").removesuffix(".")


def count_changed_exhibits(now: Mapping[str, Any], earlier: Mapping[str, Any]) -> int:
    """Return in how many figures and tables of the new report a number is not as it was in the earlier one.

    What was taken out counts, too, as far as nothing took its place. Other captions, heads or names of groups
    do not count.
    """
    gone, came = _contents(earlier), _contents(now)
    _take_out(gone, came, lambda one, other: one == other)
    _take_out(gone, came, _has_same_numbers)
    return max(len(gone), len(came))


def _take_out(gone: list[Any], came: list[Any], is_same: Callable[[Any, Any], bool]) -> None:
    """Take the pairs of exhibits that are the same out of both lists, each once."""
    for content in list(came):
        if (found := next((other for other in gone if is_same(content, other)), None)) is not None:
            gone.remove(found)
            came.remove(content)


def _has_same_numbers(one: list[Any], other: list[Any]) -> bool:
    """Tell whether two exhibits have the same numbers in the same places, under whatever names."""
    (kind, numbers, words), (other_kind, other_numbers, other_words) = _read(one), _read(other)
    # The same names in another order are not renamed: their numbers were exchanged.
    swapped = words != other_words and sorted(words) == sorted(other_words)
    return kind == other_kind and numbers == other_numbers and not swapped


def _read(content: list[Any]) -> tuple[str, list[Any], list[str]]:
    """Return an exhibit's kind, its numbers and withheld cells in order, and the words of its cells."""
    kind, words, heads, rows = content
    cells = [cell for row in rows for cell in row]
    texts = [cell for cell in cells if isinstance(cell, str)]
    numbers = [number for cell in cells for number in _read_cell(cell)]
    return kind, numbers if heads else read_numbers(words), texts


def _read_cell(cell: Any) -> list[Any]:
    return read_numbers(cell) if isinstance(cell, str) else [cell]


def _key_figures(record: Mapping[str, Any]) -> dict[str, str]:
    return dict(record.get("cover", {}).get("key_figures", []))


def _contents(record: Mapping[str, Any]) -> list[Any]:
    return [_content(exhibit) for exhibit in record.get("exhibits", [])]


def _content(exhibit: Mapping[str, Any]) -> list[Any]:
    columns = [c for c in exhibit.get("columns", []) if c["name"] not in NOT_CONTENT]
    rows = [[_plain(row.get(column["name"])) for column in columns] for row in exhibit["data"]]
    words = exhibit["caption"] if columns else exhibit.get("alt", exhibit["caption"])
    return [exhibit["kind"], words, [column["label"] for column in columns], rows]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    return SOFTWARE.sub("industry-report", value) if isinstance(value, str) else value


def _numbers(record: Mapping[str, Any]) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*", "\n".join(record.get("sentences", [])))


def find_today() -> date:
    """Return the day of a correction: today, or the day of ``SOURCE_DATE_EPOCH`` where that is set.

    Raises
    ------
    InputError
        If ``SOURCE_DATE_EPOCH`` is not a number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.now(UTC).date()
    try:
        if not re.fullmatch(r"[0-9]+", epoch):  # matplotlib and others that read it take no sign
            raise ValueError(epoch)
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        problem = f"expected seconds since 1970, got {epoch!r}."
        raise InputError("SOURCE_DATE_EPOCH", problem, "Correct the variable, or unset it.") from None
