"""How the cells of each kind of column are read, and the guard that keeps personal data out."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from ..base import answer_words
from . import personal_data, values
from .code_lists import CODES, LONG_SESSION_SECONDS, LONGEST_SECONDS, find_code
from .schemas import Column, Schema
from .table_faults import KIND_NAMES
from .values import NO_VALUE, Reading

Reader = Callable[[Any], Reading]
GUARDED = ("text", "identifier", "page", "order_kind", "event", "grade")  # kinds that may hold any text


def choose_readers(
    schema: Schema,
    units: Mapping[str, int],
    codes: Mapping[str, Mapping[str, Any]],
    needed: Collection[str] = (),
    epoch_1904: bool = False,
) -> dict[str, Reader]:
    """Choose how the cells of each column are read.

    Parameters
    ----------
    schema : Schema
        The kind of table.
    units : mapping
        Column of amounts → what a plain number counts in, in yuan.
    codes : mapping
        Column → what a cell says → what it means (of a mapping file).
    needed : collection of str
        Columns in which personal data are needed.
    epoch_1904 : bool
        Whether the workbook counts days from 1904.
    """
    readers = {}
    for name, column in schema.columns.items():
        reader = _choose(column, units.get(name, 1), epoch_1904)
        if column.kind in GUARDED and not column.personal and name not in needed:
            reader = partial(_guard, reader)
        if own := codes.get(name):
            reader = partial(_translate, reader, own)
        readers[name] = reader
    return readers


def _choose(column: Column, unit: int, epoch_1904: bool) -> Reader:
    dated: dict[str, Callable[..., Reading]] = {"moment": values.read_moment, "year": values.read_year}
    if column.kind in dated:
        return partial(dated[column.kind], epoch_1904=epoch_1904)
    if column.kind == "amount":
        return partial(_read_amount, unit=unit, is_required=column.required)
    if column.kind in CODES:
        return partial(_read_code, column.kind)
    return _READERS[column.kind]


def _translate(reader: Reader, codes: Mapping[str, Any], raw: Any) -> Reading:
    return reader(codes.get(values.trim(raw), raw))


def _guard(reader: Reader, raw: Any) -> Reading:
    """Blank a cell that holds personal data; what it held is neither kept nor told."""
    if found := personal_data.find(values.trim(raw)):
        return Reading(None, "personal_data", KIND_NAMES[found[0]])
    return reader(raw)


def guard_text(reader: Reader) -> Reader:
    """Return a reader that blanks personal data."""
    return partial(_guard, reader)


def _read_amount(raw: Any, unit: int, is_required: bool) -> Reading:
    """Read an amount; whether it may be negative is decided with the rest of its row."""
    reading = values.read_amount(raw, unit)
    if reading.code == "amount_negative":
        return Reading(reading.value)
    return Reading(None, "amount_no_number") if reading.code and is_required else reading


def _read_code(kind: str, raw: Any) -> Reading:
    text = values.trim(raw)
    if not text:
        return NO_VALUE
    if (code := find_code(kind, text)) is not None:
        return Reading(code)
    if values.is_placeholder(text):
        return NO_VALUE
    if kind == "group":
        return Reading(None, "group_unreadable")
    return Reading(None if kind == "known" else text, "code_unknown")


def _read_count(raw: Any) -> Reading:
    """Read a number of people; of a range (20-99人) the lower end is not guessed."""
    text = values.fold(raw).removesuffix("人").strip()
    reading = values.read_quantity(text)
    if reading.code or (reading.value is not None and (reading.value < 0 or reading.value % 1)):
        return Reading(None, "count_unreadable")
    return Reading(int(reading.value)) if reading.value is not None else NO_VALUE


def _read_score(raw: Any) -> Reading:
    """Read an item of a survey; one that was not answered is missing, and nothing to be said about."""
    reading = values.read_score(_STEPS.get(values.fold(raw), raw))
    return NO_VALUE if reading.code in ("score_blank", "score_placeholder") else reading


def _read_rating(raw: Any) -> Reading:
    """Read a rating from 0 to 10."""
    reading = values.read_quantity(values.fold(raw).removesuffix("分"))
    if reading.value is None and not reading.code:
        return NO_VALUE
    if reading.code or reading.value % 1 or not 0 <= reading.value <= 10:
        return Reading(None, "rating_out_of_range")
    return Reading(int(reading.value))


def _read_seconds(raw: Any) -> Reading:
    reading = values.read_quantity(values.fold(raw).removesuffix("秒"))
    if reading.value is None:
        return reading
    if not 0 <= reading.value <= LONGEST_SECONDS:
        return Reading(None, "seconds_impossible")
    return Reading(reading.value, "long_session" if reading.value > LONG_SESSION_SECONDS else "")


def _read_credit_code(raw: Any) -> Reading:
    text = values.fold(raw).upper().replace(" ", "")
    if not text or values.is_placeholder(text):
        return NO_VALUE
    return Reading(text) if personal_data.is_credit_code(text) else Reading(None, "uscc_invalid")


def _read_page(raw: Any) -> Reading:
    """Read a page's address without what follows it: a query may name a person."""
    reading = values.read_text(raw)
    if reading.value is None:
        return reading
    return Reading(reading.value.partition("?")[0].partition("#")[0] or None)


_STEPS = {
    values.fold(word): step
    for step, words in enumerate(answer_words.STEPS, start=1)
    for word in words.split("|")
}
_READERS: Mapping[str, Reader] = {
    "text": values.read_text,
    "identifier": values.read_identifier,
    "quantity": values.read_quantity,
    "count": _read_count,
    "yes_no": values.read_yes_no,
    "score": _read_score,
    "rating": _read_rating,
    "grade": values.read_grade,
    "uscc": _read_credit_code,
    "page": _read_page,
    "seconds": _read_seconds,
}
