"""Read ``params/lead-model.yaml``: what a card is learned from, when it is tested, which grades it gives."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ...base.yaml_forms import Keyed, Kind, Worded, read_words
from ...base.yaml_reader import Page, open_page
from ...scorecard.conditions import Interval, read_interval
from ...scorecard.scorecards import RESULTS, Wording
from .fitting import DOUBLE, Rule

FILE = Kind("the model", "params/lead-model.yaml")
TRENDS = ("none", "up", "down")
KINDS = ("behaviour", "firm", "person", "lead")


@dataclass(frozen=True)
class Worth:
    """What a contact costs and a purchase brings, in yuan: a contact pays from a chance of their ratio."""

    contact: float
    margin: float


@dataclass(frozen=True)
class ModelFile:
    """What a model file says.

    Attributes
    ----------
    name, version, title
        Of the card that is proposed.
    within_days : int
        A lead converts if it buys within so many days.
    test_from : date
        Leads that came in from this day on are the test.
    rules : mapping of str to Rule
    kinds, labels : mapping
        Column → what it is, what people call it.
    accepted, excluded : mapping of str to Wording
        Column → why it is used although it is suspect; why it is not used.
    double : int
        Points that double the odds.
    grades : mapping of str to Interval
        Highest first; empty where they are to be proposed.
    follow_up : str
        The card whose follow-up the grades take over, from the highest down.
    compare : tuple of str
        Cards that the test compares with.
    worth : Worth or None
    """

    name: str
    version: str
    title: Wording
    within_days: int
    test_from: dt.date
    rules: Mapping[str, Rule]
    kinds: Mapping[str, str]
    labels: Mapping[str, Wording]
    accepted: Mapping[str, Wording]
    excluded: Mapping[str, Wording]
    double: int
    grades: Mapping[str, Interval]
    follow_up: str
    compare: tuple[str, ...]
    worth: Worth | None


def load_model_file(path: str | Path) -> ModelFile:
    """Read a model file.

    Raises
    ------
    InputError
        All faults at once, each with line and remedy.
    """
    page = open_page(path, FILE)
    values = page.read(page.root, _FORM) if page.root is not None else {}
    _check(page, values)
    page.refuse(path)
    columns = values["columns"]
    return ModelFile(
        name=values["name"],
        version=values["version"],
        title=values["title"],
        within_days=values["target"]["within_days"],
        test_from=values["test_from"],
        rules={
            name: Rule(one.get("trend", "none"), tuple(one.get("special", ())))
            for name, one in columns.items()
        },
        kinds={name: one["kind"] for name, one in columns.items()},
        labels={name: one["label"] for name, one in columns.items() if "label" in one},
        accepted={name: one["accept"] for name, one in columns.items() if "accept" in one},
        excluded=values.get("exclude", {}),
        double=values.get("points_to_double", DOUBLE),
        grades=values.get("grades", {}),
        follow_up=values["follow_up"],
        compare=tuple(values.get("compare", ())),
        worth=Worth(**values["worth"]) if "worth" in values else None,
    )


def _check(page: Page, values: dict[str, Any]) -> None:
    """Note a column that is both used and excluded, and grades that do not hold every total."""
    for name in set(values.get("columns", {})) & set(values.get("exclude", {})):
        page.note_at(("exclude", name), f"{name} stands under columns, too. Remove it from one of them.")
    grades = list(values.get("grades", {}).items())
    if not grades or any(interval is None for _, interval in grades):
        return
    for grade, interval in grades:
        if any(not math.isinf(end) and end % 1 for end in (interval.low, interval.high)):
            page.note_at(
                ("grades", grade), f"{interval.text} has an end that is not whole. Totals are whole."
            )
    for (_, upper), (grade, lower) in pairwise(grades):
        if lower.end != upper.start:
            page.note_at(
                ("grades", grade), f"{lower.text} does not end where {upper.text} begins. Let them meet."
            )
    for place, end, word in ((0, grades[0][1].high, '"inf)"'), (-1, grades[-1][1].low, '"(-inf"')):
        if not math.isinf(end):
            page.note_at(("grades", grades[place][0]), f"some totals have no grade. Write {word} there.")


# --- what turns the text of a key into its value


def _day(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError("is not a date. Write it like 2025-07-01.") from None


def _whole(text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or int(text) < 1:
        raise ValueError("is not a whole number of at least 1. Write a number such as 90.")
    return int(text)


def _number(text: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", text):
        raise ValueError("is not a number. Write one such as 0 or 1200.")
    return float(text)


def _above_zero(text: str) -> float:
    if _number(text) <= 0:
        raise ValueError("is not above 0. Write an amount in yuan.")
    return float(text)


def _one_of(*choices: str) -> Any:
    def choose(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is none of {', '.join(choices)}. Write one of them.")
        return text

    return choose


def _read_column(text: str) -> str:
    """Read a column's name; no card can rate by one that rating itself writes."""
    if text.strip() in RESULTS:
        raise ValueError("is a column that scoring adds. Give the data's own another name by a mapping file.")
    return read_words(text)


_WORDING = {"zh": read_words, "en": read_words}

_COLUMN = {
    "kind": _one_of(*KINDS),
    "trend?": _one_of(*TRENDS),
    "special?": [_number],
    "label?": _WORDING,
    "accept?": Worded(read_words),
}

_FORM = {
    "name": read_words,
    "version": read_words,
    "title": _WORDING,
    "target": {"within_days": _whole},
    "test_from": _day,
    "columns": Keyed(_read_column, _COLUMN),
    "exclude?": Keyed(read_words, Worded(read_words)),
    "points_to_double?": _whole,
    "grades?": Keyed(read_words, read_interval),
    "follow_up": read_words,
    "compare?": [read_words],
    "worth?": {"contact": _above_zero, "margin": _above_zero},
}
