"""What a survey asks: items, scales, which of them is the overall judgement; read from params/survey.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...base.language import text
from ...base.yaml_forms import Keyed, Kind, Typed, read_words
from ...base.yaml_reader import Page, open_page

SURVEY = Kind("the file of survey items", "params/survey.yaml")
MOST_DRIVERS = 10  # Shapley shares look at all subsets of the items
RATING = (0, 10)  # the scale of the recommendation that NPS is defined on
# Columns that a sheet of answers has anyway, and those that are worked out beside the answers.
RESERVED = (
    *("response_id", "customer_id", "survey", "sent_on", "answered_on", "channel", "region", "year"),
    *("customer_type", "grade_before", "complete", "partial", "success", "_rank", "_day"),
)


@dataclass(frozen=True)
class Item:
    """One question that is answered on a scale.

    Attributes
    ----------
    column : str
        Its name in tables.
    label, question : mapping
        What a report calls it, and how it is asked, in both languages.
    low, high : int
        The ends of its scale.
    top : int
        From which answer on a customer counts as satisfied (the top-2-box of 1 to 5: 4), after turning a
        reversed item round.
    is_reversed : bool
        Whether a high answer is a bad one.
    dimension : str
        What it is grouped under; empty for none.
    headers : tuple of str
        What the question is called in answer sheets.
    words : mapping
        Answer in words → number, beside those that are known (非常满意 …).
    """

    column: str
    label: Mapping[str, str] = field(hash=False)
    question: Mapping[str, str] = field(hash=False)
    low: int = 1
    high: int = 5
    top: int = 4
    is_reversed: bool = False
    dimension: str = ""
    headers: tuple[str, ...] = ()
    words: Mapping[str, int] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        """What the report calls it."""
        return text(**self.label)

    @property
    def weak(self) -> int:
        """Up to which answer it is a bad experience: the lowest quarter of the scale, 2 of 1 to 5."""
        return self.low + (self.high - self.low) // 4

    @property
    def delight(self) -> int:
        """From which answer on it is an outstanding experience: 5 of 1 to 5, 9 of 0 to 10."""
        return self.high - (self.high - self.low) // 8


@dataclass(frozen=True)
class Questionnaire:
    """A survey; see params/survey.yaml.

    Attributes
    ----------
    title, version : mapping, str
        What it is called.
    items : tuple of Item
        Judgements of single sides: what may drive the overall one.
    overall, recommend : Item or None
        The overall satisfaction, and the willingness to recommend from 0 to 10 (NPS).
    choices : tuple of Item
        Questions with several answers in one cell.
    dimensions : mapping
        Dimension → what it is called.
    invited : mapping
        Wave → how many were invited, by customer type or as one number (under ""), where the data have no
        rows of those who did not answer.
    """

    title: Mapping[str, str] = field(hash=False)
    version: str
    items: tuple[Item, ...]
    overall: Item | None = None
    recommend: Item | None = None
    choices: tuple[Item, ...] = ()
    dimensions: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    invited: Mapping[str, Mapping[str, int]] = field(default_factory=dict, hash=False)

    @property
    def rated(self) -> tuple[Item, ...]:
        """All that is answered on a scale of satisfaction: the items, and the overall one last."""
        return (*self.items, *([self.overall] if self.overall else []))

    @property
    def asked(self) -> tuple[Item, ...]:
        """Everything that is asked."""
        return (*self.rated, *([self.recommend] if self.recommend else []), *self.choices)

    def headers(self) -> dict[str, str]:
        """Header of an answer sheet → column."""
        return {
            header: item.column
            for item in self.asked
            for header in dict.fromkeys((*item.headers, *item.label.values(), *item.question.values()))
        }


# --- the file


def _read_column(written: str) -> str:
    if not written.isidentifier() or not written.isascii():
        raise ValueError("is no name of small letters, digits and _. Write for example `column: quality`.")
    if written in RESERVED:
        raise ValueError("has a meaning of its own in a sheet of answers. Choose another name.")
    return written


def _read_whole(value: Any) -> int:
    if type(value) is not int:
        raise ValueError("is no whole number. Write for example 1.")
    return value


def _read_count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("is no number of customers. Write how many were invited, such as 300.")
    return value


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false. Write `reversed: true`, or leave the line out.")
    return value


_WORDING: dict[str, Any] = {"zh": read_words, "en": read_words}
_SCALE: dict[str, Any] = {
    "from": Typed(_read_whole),
    "to": Typed(_read_whole),
    "top?": Typed(_read_whole),
}
_ITEM: dict[str, Any] = {
    "column": _read_column,
    "label": _WORDING,
    "question?": _WORDING,
    "headers?": [read_words],
    "dimension?": read_words,
    "scale?": _SCALE,
    "reversed?": Typed(_read_flag),
    "words?": Keyed(read_words, Typed(_read_whole)),
}
_CHOICE = {key: _ITEM[key] for key in ("column", "label", "question?", "headers?")}
FORM: dict[str, Any] = {
    "title": _WORDING,
    "version": read_words,
    "scale?": _SCALE,
    "dimensions?": Keyed(read_words, _WORDING),
    "items": [_ITEM],
    "overall?": _ITEM,
    "recommend?": _ITEM,
    "choices?": [_CHOICE],
    "invited?": Keyed(read_words, Keyed(str, Typed(_read_count))),
}
ALL = "all"  # in `invited`: a number for all types together


def load_questionnaire(path: str | Path) -> Questionnaire:
    """Read what a survey asks.

    Parameters
    ----------
    path : str or Path
        A YAML file, see params/survey.yaml; looked for in the working folder and those above it.

    Raises
    ------
    InputError
        The file is missing or is not what it must be; all faults at once, each with its line and remedy.

    Examples
    --------
    >>> load_questionnaire("params/survey.yaml").overall.column  # doctest: +SKIP
    'overall'
    """
    page = open_page(path, SURVEY)
    values = page.read(page.root, FORM) if page.root is not None else {}
    _note_faults(page, values)
    page.refuse(path)
    scale = values.get("scale") or {}
    return Questionnaire(
        title=values["title"],
        version=values["version"],
        items=tuple(_make_item(entry, scale) for entry in values["items"]),
        overall=_make_item(values["overall"], scale) if "overall" in values else None,
        recommend=_make_item(values["recommend"], {"from": 0, "to": 10, "top": 9})
        if "recommend" in values
        else None,
        choices=tuple(_make_item(entry, scale) for entry in values.get("choices", ())),
        dimensions=MappingProxyType(values.get("dimensions") or {}),
        invited=MappingProxyType(
            {
                wave: {"" if kind == ALL else kind: count for kind, count in counts.items()}
                for wave, counts in (values.get("invited") or {}).items()
            }
        ),
    )


def _make_item(entry: Mapping[str, Any], scale: Mapping[str, int]) -> Item:
    own = entry.get("scale") or scale
    low, high = own.get("from", 1), own.get("to", 5)
    return Item(
        column=entry["column"],
        label=entry["label"],
        question=entry.get("question") or entry["label"],
        low=low,
        high=high,
        top=own.get("top", high - (high - low) // 4),
        is_reversed=bool(entry.get("reversed")),
        dimension=entry.get("dimension") or "",
        headers=tuple(entry.get("headers") or ()),
        words=entry.get("words") or {},
    )


def _list_entries(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    for key in ("items", "choices"):
        for number, entry in enumerate(values.get(key) or ()):
            yield (key, number), entry or {}
    for key in ("overall", "recommend"):
        if values.get(key):
            yield (key,), values[key]


def _note_faults(page: Page, values: Mapping[str, Any]) -> None:
    _note_scale(page, ("scale",), values.get("scale") or {})
    first: dict[str, int] = {}
    for place, entry in _list_entries(values):
        _note_scale(page, (*place, "scale"), entry.get("scale") or {})
        for name in _list_names(entry):
            if name in first:
                fault = f"“{name}” names two questions, first on line {first[name]}."
                page.note_at(place, f"{fault} A column and a header belong to one question.")
            first.setdefault(name, page.find_line(place))
        dimension, known = entry.get("dimension"), values.get("dimensions") or {}
        if dimension and known and dimension not in known:
            fault = f"there is no dimension {dimension}. There are {', '.join(map(str, known))}."
            page.note_at((*place, "dimension"), fault)
    if len(values.get("items") or ()) > MOST_DRIVERS:
        fault = f"there are {len(values['items'])} items, more than {MOST_DRIVERS}."
        page.note_at(("items",), f"{fault} Keep those that you would act on; ask the others elsewhere.")
    scale = (values.get("recommend") or {}).get("scale") or {}
    if scale and (scale.get("from"), scale.get("to")) != RATING:
        fault = "the recommendation is asked from 0 to 10: NPS is not defined on another scale."
        page.note_at(("recommend", "scale"), f"{fault} Write it under `items`, or ask it from 0 to 10.")


def _list_names(entry: Mapping[str, Any]) -> set[str]:
    names = {entry.get("column"), *(entry.get("headers") or ()), *(entry.get("label") or {}).values()}
    return {name for name in names | {*(entry.get("question") or {}).values()} if name}


def _note_scale(page: Page, place: tuple[str | int, ...], scale: Mapping[str, Any]) -> None:
    low, high, top = (scale.get(key) for key in ("from", "to", "top"))
    if low is None or high is None:
        return
    if not 1 <= high - low <= 100:
        page.note_at(place, f"the scale goes from {low} to {high}. Write for example {{from: 1, to: 5}}.")
    elif top is not None and not low < top <= high:
        page.note_at(
            place, f"top {top} does not lie between {low} and {high}. Write for example top: {high}."
        )
