"""The fields of a workbook to fill in: what each column of a table asks for, and which answers it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..scorecard.scorecards import Answers, Dimension, Input, Levels, Points, Scorecard
from . import headers
from .code_lists import CHANNELS, CODES
from .headers import SCORES, SYNONYMS
from .schemas import CONSULTATIONS, SCHEMAS, Column

# Texts of which an institution has a list of its own: the workbook has a column of choices for each.
LISTED = (
    *("region", "customer_type", "source", "product", "industry", "channel", "survey", "category"),
    *("severity", "department", "campaign", "status", "page", "metric", "action", "outcome", "decision"),
)
_KINDS = {
    "customer_id": "identifier",
    "consulted_on": "moment",
    "converted_on": "moment",
    "year": "year",
    "converted": "yes_no",
    "amount": "amount",
    **dict.fromkeys(SCORES, "score"),
}
# What consultations ask for; composites and grades are computed, so nobody fills them in.
_CONSULTATION = {
    name: Column(_KINDS.get(name, "text"), names, required=name in SCORES)
    for name, names in SYNONYMS.items()
    if not name.endswith("_supplied")
}
_YES_NO = {"zh": ("是", "否"), "en": ("yes", "no")}


@dataclass(frozen=True)
class Field:
    """One column to fill in.

    Attributes
    ----------
    column, head : str
        Its name in programs, and what stands above it.
    kind : str
        How it is read, see `schemas.Column`; also number.
    required : bool
        Whether a row without it is no record.
    answers : tuple of str
        The only answers there are; empty if any will do.
    wording : mapping
        Answer → what it means, of a scorecard's levels.
    is_own : bool
        Whether it takes a mapping file to be read: a scorecard's own column.
    """

    column: str
    head: str
    kind: str
    required: bool = False
    answers: tuple[str, ...] = ()
    wording: Mapping[str, str] = field(default_factory=dict)
    is_own: bool = False


def list_fields(table: str, language: str, card: Scorecard | None = None) -> list[Field]:
    """Return the columns of a table to fill in, in their order, with a scorecard's wording and own columns.

    Columns that hold personal data are left out where the table can do without them.
    """
    dimensions = {one.column: one for one in card.dimensions} if card else {}
    columns = _CONSULTATION if table == CONSULTATIONS else SCHEMAS[table].columns
    asked = {name: column for name, column in columns.items() if column.required or not column.personal}
    own = [one for name, one in dimensions.items() if name not in columns] if table == CONSULTATIONS else []
    if own and not set(SCORES) & dimensions.keys():  # rated by other columns, so nobody gives the scores
        asked = {name: column for name, column in asked.items() if name not in SCORES}
    fields = [_make(table, name, column, language, dimensions.get(name)) for name, column in asked.items()]
    # What a scorecard looks at beside its dimensions: a veto, a group to rank within.
    beside = [name for name in (card.columns if card else ()) if name not in {*columns, *dimensions}]
    further = [Field(name, name, "text", is_own=True) for name in beside if table == CONSULTATIONS]
    return fields + [_make_own(one, language) for one in own] + further


def _make(table: str, name: str, column: Column, language: str, dimension: Dimension | None) -> Field:
    named = headers.label(name, language, table)
    remark = {"zh": "（必填）", "en": " (required)"}[language] if column.required else ""
    wording = _word(dimension, language) if dimension else {}
    answers = _list_answers(column.kind, language) or tuple(wording)
    return Field(name, named + remark, column.kind, column.required, answers, wording)


def _make_own(dimension: Dimension, language: str) -> Field:
    wording, reading = _word(dimension, language), dimension.reading
    if isinstance(reading, Answers):
        first = [texts[0] for texts in (reading.yes, reading.no, reading.unknown) if texts]
        return Field(dimension.column, dimension.label[language], "text", False, tuple(first), {}, True)
    if isinstance(reading, Points):
        texts = tuple(text for group in reading.texts for text in group)
        return Field(
            dimension.column,
            dimension.label[language],
            "text",
            False,
            texts if reading.otherwise is None else (),
            {},
            True,
        )
    is_text = isinstance(reading, Input) and reading.type == "text"
    answers = tuple(wording) if isinstance(reading, Levels) and reading.step is None else ()
    kind = "text" if is_text else "number"
    return Field(dimension.column, dimension.label[language], kind, False, answers, wording, True)


def _word(dimension: Dimension, language: str) -> dict[str, str]:
    """Return what the levels of a dimension mean, if its column holds the levels themselves."""
    if not isinstance(dimension.reading, Levels):
        return {}
    return {str(level): words.get(language, "") for level, words in sorted(dimension.levels.items())}


def _list_answers(kind: str, language: str) -> tuple[str, ...]:
    if kind == "score":
        return ("1", "2", "3", "4", "5")
    if kind == "rating":
        return tuple(map(str, range(11)))
    if kind == "yes_no":
        return _YES_NO[language]
    if kind == "known":
        return (*_YES_NO[language], {"zh": "未知", "en": "unknown"}[language])
    return list_codes(kind, language)


def list_codes(kind: str, language: str) -> tuple[str, ...]:
    """Return the codes of a list as a language writes them: the code itself, or its first English word."""
    known = CHANNELS if kind == "channel" else CODES.get(kind, {})
    if language == "zh":
        return tuple(known)
    return tuple(next((word for word in words if word.isascii()), code) for code, words in known.items())
