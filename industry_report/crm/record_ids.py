"""Record ids of a CRM: always text, and refused where a spreadsheet has ruined them.

A spreadsheet holds numbers as doubles of 15 significant digits: of an id of 18 digits it keeps the first 15,
fills up with zeros, and shows 4.87688E+17. Such an id names no record, or another one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from scipy.stats import binom

from ..base.errors import InputError
from ..intake.values import show, trim

_DIGITS_KEPT = 15
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,3}")
_LONG = re.compile(r"[0-9]{16,20}")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\"]|^[=+\-@\t\r]")
_LONGEST = 100
_NAMED = 10  # rows named in a message
_CHANCE = 1e-9
_REMEDY = (
    "Export again as csv and leave the file unopened, or read it in with that column set to text; "
    "never save an export from a spreadsheet."
)


class RecordId(NamedTuple):
    """An id as text, and the row in which it stands."""

    row: int
    text: str
    is_ruined: bool


def read_id(row: int, raw: Any) -> RecordId:
    """Read an id; a number of more than 15 digits, or one in scientific notation, is ruined.

    Examples
    --------
    >>> read_id(2, "487688000000123456").text
    '487688000000123456'
    >>> read_id(2, 4.87688e17).is_ruined, read_id(2, "4.87688E+17").is_ruined, read_id(2, 1024.0)
    (True, True, RecordId(row=2, text='1024', is_ruined=False))
    """
    text = trim(show(raw) if isinstance(raw, float) else raw)
    text = text[1:] if text.startswith("'") else text  # '487… keeps a spreadsheet from reading a number
    is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
    too_long = is_number and (math.isnan(raw) or abs(raw) >= 10**_DIGITS_KEPT)
    return RecordId(row, text, bool(too_long) or _SCIENTIFIC.fullmatch(text) is not None)


def is_writable(text: str) -> bool:
    """Tell whether an id may stand in a file: short, without marks that act in a csv or spreadsheet.

    Examples
    --------
    >>> is_writable("zcrm_487688000000123456"), is_writable("=1+1"), is_writable("")
    (True, False, False)
    """
    return 0 < len(text) <= _LONGEST and not _ODD.search(text)


def refuse_ruined(thing: str, column: str, ids: Iterable[RecordId]) -> None:
    """Refuse ids that a spreadsheet ruined.

    Of ids of 16 digits and more whose further digits are all zeros each may be one by chance (one in a
    thousand of 18 digits); that more of them are than chance allows is told by the binomial distribution.

    Raises
    ------
    InputError
        Names the rows, what happened, and how to export without damage.
    """
    told = [one for one in ids if one.text]
    ruined = [one for one in told if one.is_ruined] or _find_rounded(told)
    if ruined:
        rows = ", ".join(str(one.row) for one in ruined[:_NAMED])
        more = f" and {len(ruined) - _NAMED:,} more" if len(ruined) > _NAMED else ""
        problem = (
            f"{len(ruined):,} ids of the column {column} were ruined by a spreadsheet, such as "
            f"{ruined[0].text} (row {rows}{more}): of a long number it keeps {_DIGITS_KEPT} digits."
        )
        raise InputError(thing, problem, _REMEDY)


def _find_rounded(told: Sequence[RecordId]) -> list[RecordId]:
    """Find long ids that end in zeros beyond the 15th digit, where chance does not make so many."""
    long = [one for one in told if _LONG.fullmatch(one.text)]
    rounded = [one for one in long if not one.text[_DIGITS_KEPT:].strip("0")]
    if not rounded:
        return []
    likely = max(10.0 ** (_DIGITS_KEPT - len(one.text)) for one in rounded)
    chance = float(binom.sf(len(rounded) - 1, len(long), likely))
    return rounded if 2 * len(rounded) >= len(long) or chance < _CHANCE else []
