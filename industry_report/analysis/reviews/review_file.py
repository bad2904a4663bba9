"""Read `params/review.yaml`: how often grades are reviewed, by whom, which rules propose a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ...base.errors import InputError, did_you_mean
from ...base.language import text
from ...base.yaml_forms import Kind, Place, Worded, read_words
from ...base.yaml_reader import Page, open_page
from ...scorecard.conditions import Condition
from ...scorecard.file_forms import CONDITION, TRIGGER, WORDING
from ...scorecard.head_and_bands import make_trigger
from ...scorecard.kinds.condition_reader import ConditionReader
from ...scorecard.scorecards import Trigger
from .evidence import EVIDENCE

REVIEW = Kind("the review file", "params/review.yaml")
CYCLES = {"month": "M", "quarter": "Q", "year": "Y"}
UP, DOWN = "up", "down"
TWO = "two"


@dataclass(frozen=True)
class Rule:
    """By what a change of one grade is proposed."""

    name: str
    label: Mapping[str, str] = field(hash=False)
    move: str
    condition: Condition


@dataclass(frozen=True)
class Review:
    """How grades are reviewed.

    Attributes
    ----------
    cycle : str
        "month", "quarter" or "year".
    team : mapping of str to mapping
        Name → role in both languages. Who is not in it may neither propose nor approve.
    needs_two : bool
        Whether who approves must be somebody else than who proposed.
    rules : tuple of Rule
        In the order of the file.
    triggers : tuple of Trigger
        Actions that several months of orders in a row call for, beside those of the scorecard.
    """

    cycle: str
    team: Mapping[str, Mapping[str, str]] = field(hash=False)
    needs_two: bool
    rules: tuple[Rule, ...]
    triggers: tuple[Trigger, ...] = ()

    def cycle_of(self, day: pd.Timestamp) -> pd.Period:
        """Return the cycle that a day lies in."""
        return pd.Period(day, CYCLES[self.cycle])

    def read_cycle(self, name: str, day: pd.Timestamp) -> pd.Period:
        """Return the cycle of a name such as "2025Q3", by default the one that the day lies in.

        Raises
        ------
        InputError
            There is no such cycle, or it begins after the day.
        """
        if not name:
            return self.cycle_of(day)
        try:
            cycle = pd.Period(name, CYCLES[self.cycle])
        except ValueError:
            example = self.cycle_of(day)
            raise InputError("cycle", f"{name!r} is none.", f"Write for example {example}.") from None
        if cycle.start_time > day:
            raise InputError("cycle", f"{cycle} begins after {day:%Y-%m-%d}.", "Name an earlier one.")
        return cycle


def name_cycle(cycle: pd.Period) -> str:
    """Return a cycle as prose writes it: 2025年第3季度 / third quarter of 2025.

    Examples
    --------
    >>> name_cycle(pd.Period("2025Q3"))
    '2025年第3季度'
    """
    if cycle.freqstr.startswith("Q"):
        return text(zh=f"{cycle.year}年第{cycle.quarter}季度", en=f"Q{cycle.quarter} {cycle.year}")
    if cycle.freqstr.startswith("M"):
        return text(zh=f"{cycle.year}年{cycle.month}月", en=f"{cycle.year}-{cycle.month:02}")
    return text(zh=f"{cycle.year}年", en=str(cycle.year))


def _one_of(*choices: str) -> Any:
    def choose(words: str) -> str:
        if words not in choices:
            raise ValueError(f"is none of {', '.join(choices)}. {did_you_mean(words, choices)}".rstrip())
        return words

    return choose


_JOINED = {key: CONDITION[key] for key in CONDITION if key != "rule?"}
_RULE = {"name": read_words, "label": WORDING, "move": _one_of(UP, DOWN), "when": _JOINED}
FORM: dict[str, Any] = {
    "cycle": _one_of(*CYCLES),
    "approval": _one_of(TWO, "one"),
    "team": [{"name": read_words, "role": Worded(read_words)}],
    "propose": [_RULE],
    "triggers?": [TRIGGER],
}


def load_review(path: str | Path) -> Review:
    """Read how grades are reviewed.

    Parameters
    ----------
    path : str or Path
        A YAML file, see params/review.yaml.

    Raises
    ------
    InputError
        The file is missing or contradicts itself; all faults at once, each with its line.
    """
    page = open_page(path, REVIEW)
    values = page.read(page.root, FORM) if page.root is not None else {}
    conditions = [
        read_condition(page, one.get("when") or {}, ("propose", place, "when"))
        for place, one in enumerate(values.get("propose", []))
    ]
    for part in ("team", "propose", "triggers"):
        _note_twice(page, part, values.get(part) or [])
    if values.get("approval") == TWO and len(values.get("team") or []) == 1:
        page.note_at(("team",), "one person cannot be two. Name another, or write `approval: one`.")
    page.refuse(path)
    rules = [
        Rule(one["name"], one["label"], one["move"], condition)
        for one, condition in zip(values["propose"], conditions, strict=True)
        if condition is not None
    ]
    team = {one["name"]: one["role"] for one in values["team"]}
    triggers = tuple(map(make_trigger, values.get("triggers", [])))
    return Review(values["cycle"], team, values["approval"] == TWO, tuple(rules), triggers)


def read_condition(page: Page, values: dict[str, Any], place: Place) -> Condition | None:
    """Make a condition on evidence out of what was read; what it cannot ask for is noted."""
    if not values:
        return None
    known = {name: kind for name, (kind, _, _) in EVIDENCE.items()}
    return ConditionReader(page, [], known).read(values, place)


def _note_twice(page: Page, part: str, entries: list[dict[str, Any]]) -> None:
    """Note names that stand twice."""
    first: dict[str, int] = {}
    for number, entry in enumerate(entries):
        name, line = entry.get("name"), page.find_line((part, number, "name"))
        if name and name in first:
            page.note(line, f"the name {name} stands twice, first on line {first[name]}. Keep one of them.")
        elif name:
            first[name] = line
