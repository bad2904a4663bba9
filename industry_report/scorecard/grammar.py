"""How a scorecard file is written: its form, and what the form cannot say.

Three kinds share one format. Common to all are the head (kind, name, version, title, dates), `bands` (the
grades and what follows from them) and `triggers`. What differs is how a record comes to its band:

- `weighted`: `dimensions` bring a record to levels, whose weighted sum is the composite;
- `tiers`: every band has conditions on `inputs`, joined by all and any;
- `checklist`: `items` that are yes, no or unknown; the points of the yeses are counted.

Numbers are taken from the text as exact fractions. A file that contradicts itself is refused with every
fault, its line and its mend. Nothing in a file is ever executed.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..base.errors import InputError, near_match
from ..base.yaml_reader import Keyed, Kind, Page, Place, open_page
from . import conditions
from .conditions import AllOf, AnyOf, Condition, Interval, OneOf, Within, read_interval, word_interval, write
from .scorecards import (
    RESULTS,
    Answers,
    Band,
    Bins,
    Dimension,
    FollowUp,
    Input,
    Levels,
    Points,
    Ranks,
    Reading,
    Scorecard,
    Trigger,
    Wording,
)

MOST_CELLS = 200_000
_MOST_LEVELS = 1_000
_EXACT = 2**53  # whole numbers up to here are exact in a double, too


FILE = Kind("the scorecard", "params/scorecards/consultation.yaml")


class ScorecardError(InputError, ValueError):
    """A scorecard cannot be used. One line per fault: file, line, what is wrong, what to do."""


# --- reading a file


def load_scorecard(path: str | Path) -> Scorecard:
    """Read a scorecard and check that it nowhere contradicts itself.

    Parameters
    ----------
    path : str or Path
        A YAML file in UTF-8. A relative path is looked for in the working folder and then in the folders
        above it, so that a notebook finds the same file as a command.

    Returns
    -------
    Scorecard

    Raises
    ------
    ScorecardError
        The file is missing or is not what a scorecard must be; all faults at once, each with line and mend.
    """
    page = open_page(path, FILE, ScorecardError)
    make, values = _read_page(page)
    page.refuse(path, ScorecardError)
    return make(values)


def _read_page(page: Page) -> tuple[Callable[[dict[str, Any]], Scorecard], dict[str, Any]]:
    """Return what makes a scorecard of this kind, and the values it is made of; faults are noted."""
    if page.root is None:
        return _make_weighted, {}
    kind = page.find_text("kind")
    if kind not in _KINDS:
        told = "the scorecard lacks kind" if kind is None else f'kind "{kind}" is none'
        page.note(page.root.start_mark.line + 1, f"{told}. Write `kind: {'`, `kind: '.join(_KINDS)}`.")
        return _make_weighted, {}
    form, check, make = _KINDS[kind]
    values = page.read(page.root, form)
    _check_names(page, values)
    _check_dates(page, values)
    _check_band_names(page, values.get("bands", []))
    check(page, values)
    return make, values


# --- what turns the text of a key into its value
# Decimals are short, and totals are checked, so that a total in whole numbers stays below 2**53.

_DECIMAL = r"-?[0-9]{1,6}(?:\.[0-9]{1,9})?"


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty. Write a text.")
    return text.strip()


def _column(text: str) -> str:
    if text.strip() in RESULTS:
        raise ValueError("is a column that scoring adds. Name the column that holds the scores.")
    return _text(text)


def _weight(text: str) -> Fraction:
    if not re.fullmatch(_DECIMAL, text) or not Fraction(text):
        raise ValueError("is not a decimal number other than 0. Write it with a point, such as 0.4.")
    return Fraction(text)


def _step(text: str) -> Fraction:
    if not re.fullmatch(_DECIMAL, text) or not 0 < Fraction(text) <= 1:
        raise ValueError("is not a decimal number above 0 and up to 1. Write `step: 0.5` for half scores.")
    return Fraction(text)


def _range(text: str) -> Interval:
    interval = read_interval(text)
    if math.isinf(interval.low) or math.isinf(interval.high):
        raise ValueError("has no end. Write the least or greatest total that can be reached.")
    return interval


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text):
        raise ValueError("is not a whole number. Write the contacts a year as a number such as 12.")
    return int(text)


def _several(text: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", text) or int(text) < 1:
        raise ValueError("is not a whole number from 1 to 999. Write a number such as 3.")
    return int(text)


def _whole(text: str) -> int:
    if not re.fullmatch("-?[0-9]{1,6}", text):
        raise ValueError("is not a whole number. Write a number such as 3 or -2.")
    return int(text)


def _date(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError("is not a date. Write it like 2025-01-31.") from None


def _one_of(*choices: str) -> Callable[[str], str]:
    def choose(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is none of {', '.join(choices)}. Write one of them.")
        return text

    return choose


def _truth(text: str) -> bool:
    return _one_of("true", "false")(text) == "true"


# --- the form of a scorecard: which keys stand where

_WORDING = {"zh": _text, "en": _text}
_CONDITION: dict[str, Any] = {"rule?": _text, "column?": _column, "in?": read_interval, "is?": [_text]}
_CONDITION |= {"all?": [_CONDITION], "any?": [_CONDITION]}
_JOINED = {key: _CONDITION[key] for key in ("all?", "any?", "rule?")}
_FOLLOW_UP = {
    "role": _WORDING,
    "cadence": _WORDING,
    "contacts_per_year": _count,
    "action": _WORDING,
    "strategy?": _WORDING,
}
_BAND = {"grade": _text, "name?": _WORDING, "label": _WORDING, "follow_up": _FOLLOW_UP}
_TRIGGER = {
    "name": _text,
    "label": _WORDING,
    "column": _text,
    "monthly": _one_of("sum", "count", "mean"),
    "in": read_interval,
    "months": _several,
    "action": _WORDING,
}
_HEAD = {
    "kind": _text,
    "name": _text,
    "version": _text,
    "title": _WORDING,
    "valid?": {"from": _date, "to?": _date},
    "review?": _date,
}
_LEVELLED = {
    "levels?": Keyed(_whole, _WORDING),
    "bins?": [{"level": _whole, "values": read_interval, "label?": _WORDING}],
    "ranks?": {
        "parts": _several,
        "within?": _column,
        "ties": _one_of("lowest", "highest", "middle"),
        "order?": _one_of("ascending", "descending"),
    },
    "points?": [{"values": [_text], "points": _whole, "label?": _WORDING}],
}
_DIMENSION = {
    "column": _column,
    "label": _WORDING,
    "weight": _weight,
    **_LEVELLED,
    "step?": _step,
    "otherwise?": _whole,
}
_INPUT = {"column": _column, "label": _WORDING, "type": _one_of("number", "text"), "unit?": _WORDING}
_ITEM = {
    "column": _column,
    "label": _WORDING,
    "weight?": _weight,
    "yes?": [_text],
    "no?": [_text],
    "unknown?": [_text],
}
_WEIGHTED = {
    **_HEAD,
    "normalised?": _truth,
    "dimensions": [_DIMENSION],
    "zero_when?": _CONDITION,
    "zero_because?": _WORDING,
    "bands": [_BAND | {"composite": _range}],
    "triggers?": [_TRIGGER],
}
_TIERS = {
    **_HEAD,
    "inputs": [_INPUT],
    "rules?": [{"name": _text, **_JOINED}],
    "ordered?": _truth,
    "bands": [_BAND | _JOINED | {"score?": _range}],
    "triggers?": [_TRIGGER],
}
_CHECKLIST = {**_HEAD, "items": [_ITEM], "bands": [_BAND | {"composite": _range}], "triggers?": [_TRIGGER]}


# --- what the form cannot say: the parts that every kind has


def _check_names(page: Page, values: dict[str, Any]) -> None:
    parts = [("dimensions", "column"), ("inputs", "column"), ("items", "column"), ("bands", "grade")]
    for part, key in (*parts, ("rules", "name"), ("triggers", "name")):
        first: dict[str, int] = {}
        for number, entry in enumerate(values.get(part, [])):
            name, line = entry.get(key), page.lines.get((part, number, key), 0)
            if name in first:
                page.note(line, f"{key} {name} stands twice, first on line {first[name]}. Rename one.")
            elif name:
                first[name] = line


def _check_dates(page: Page, values: dict[str, Any]) -> None:
    valid = values.get("valid", {})
    begins, ends = valid.get("from"), valid.get("to")
    if begins and ends and ends < begins:
        page.note_at(("valid", "to"), f"to {ends} lies before from {begins}. Put the earlier day first.")


def _check_band_names(page: Page, bands: list[Any]) -> None:
    for number, band in enumerate(bands):
        grade = band.get("grade")
        if grade and not grade.isascii() and "name" not in band:
            mend = f"Say how running text calls it, for example `name: {{zh: {grade}等级, en: high grade}}`."
            page.note_at(("bands", number, "grade"), f"grade {grade} has no name in both languages. {mend}")


def _make_head(values: dict[str, Any]) -> dict[str, Any]:
    valid = values.get("valid", {})
    return {
        **{key: values[key] for key in ("kind", "name", "version", "title")},
        "valid_from": valid.get("from"),
        "valid_to": valid.get("to"),
        "review_on": values.get("review"),
        "triggers": tuple(map(_make_trigger, values.get("triggers", []))),
    }


def _make_trigger(values: dict[str, Any]) -> Trigger:
    return Trigger(**{key: value for key, value in values.items() if key != "in"}, interval=values["in"])


def _make_band(values: dict[str, Any]) -> Band:
    grade, interval, score = values["grade"], values.get("composite"), values.get("score")
    ends = ("low", "high", "low_closed", "high_closed")
    return Band(
        grade=grade,
        label=values["label"],
        interval=interval.text if interval else None,
        **{end: getattr(interval, end, None) for end in ends},
        follow_up=FollowUp(**values["follow_up"]),
        name=values.get("name") or {"zh": f"{grade}级", "en": f"grade {grade}"},
        condition=values.get("condition"),
        score_range=score.text if score else None,
    )


def _make_bands(values: dict[str, Any]) -> tuple[Band, ...]:
    """Make the bands of a composite, lowest first, in whatever order they are listed."""
    return tuple(map(_make_band, sorted(values["bands"], key=lambda band: band["composite"].start)))


def _check_bands(page: Page, bands: list[Any], dimensions: list[Dimension], zero: bool = False) -> None:
    """Check that bands meet exactly, and hold every composite from the least to the greatest possible."""
    intervals = [band.get("composite") for band in bands]
    if not intervals or None in intervals:
        return
    ranked = _check_meeting(
        page, [(one, page.lines["bands", n, "composite"]) for n, one in enumerate(intervals)]
    )
    if dimensions:
        totals = [Fraction(sum(end(_list_shares(one)) for one in dimensions)) for end in (min, max)]
        totals += [Fraction(0)] if zero else []
        _check_reach(page, ranked[0], ranked[-1], min(totals), max(totals))


def _check_meeting(page: Page, listed: list[tuple[Interval, int]]) -> list[tuple[Interval, int]]:
    """Note where intervals, given with their lines, do not meet; gives them lowest first."""
    ranked = sorted(listed, key=lambda pair: pair[0].start)
    for (lower, line), (upper, _) in pairwise(ranked):
        if lower.end != upper.start:
            relation = "overlaps" if lower.end > upper.start else "leaves a gap below"
            end = upper.text[1:].split(",")[0].strip() + (")" if upper.low_closed else "]")
            page.note(line, f'{lower.text} {relation} {upper.text}. Let it end with "{end}".')
    return ranked


def _list_shares(dimension: Dimension) -> list[Fraction]:
    return [value * (dimension.weight or 0) for value in dimension.values]


def _check_reach(
    page: Page,
    lowest: tuple[Interval, int],
    highest: tuple[Interval, int],
    least: Fraction,
    greatest: Fraction,
) -> None:
    (bottom, bottom_line), (top, top_line) = lowest, highest
    if bottom.start > (least, False):
        fault = f"{bottom.text} leaves the composite {write(least)} without a grade."
        page.note(bottom_line, f'{fault} Let it begin with "[{write(least)}".')
    if top.end <= (greatest, False):
        fault = f"{top.text} leaves the composite {write(greatest)} without a grade."
        page.note(top_line, f'{fault} Let it end with "{write(greatest)}]".')


def _check_size(page: Page, part: str, dimensions: list[Dimension]) -> None:
    """Refuse numbers so long that a total would not be exact."""
    shares = [_list_shares(dimension) for dimension in dimensions]
    unit = math.lcm(*(share.denominator for one in shares for share in one))
    if unit * sum(max(map(abs, one)) for one in shares) >= _EXACT:
        page.note_at((part,), "the numbers are too long for exact totals. Use weights of fewer digits.")


# --- weighted


def _check_weighted(page: Page, values: dict[str, Any]) -> None:
    entries = values.get("dimensions", [])
    _check_weights(page, entries, values.get("normalised", True))
    for number, entry in enumerate(entries):
        _check_reading(page, entry, ("dimensions", number))
    if "zero_when" in values:
        values["zero_when"] = _read_zero_when(page, values["zero_when"])
    elif "zero_because" in values:
        fault = "zero_because words a condition that is not there. Add zero_when, or remove it."
        page.note(page.lines["zero_because",], fault)
    dimensions = [] if page.faults else list(map(_make_dimension, entries))
    if dimensions:
        _check_size(page, "dimensions", dimensions)
    _check_bands(page, values.get("bands", []), dimensions, "zero_when" in values)


def _check_weights(page: Page, entries: list[Any], is_normalised: bool) -> None:
    weights = [entry.get("weight") for entry in entries]
    if not is_normalised or not weights or None in weights:
        return
    for number, weight in enumerate(weights):
        if weight < 0:
            mend = "Write `normalised: false` if it is meant to count against."
            page.note_at(("dimensions", number, "weight"), f"the weight {write(weight)} is below 0. {mend}")
    if sum(weights) != 1:
        parts = " + ".join(map(write, weights))
        fault = f"the weights {parts} sum to {write(sum(weights))}, not to 1."
        mend = "Change them until they do, or write `normalised: false`."
        page.note_at(("dimensions", 0, "weight"), f"{fault} {mend}")


def _check_reading(page: Page, entry: dict[str, Any], place: Place) -> None:
    """Check that a dimension says in one way, and wholly, how its column is brought to a level."""
    ways = [key.removesuffix("?") for key in _LEVELLED if key.removesuffix("?") in entry]
    if len(ways) != 1:
        told = f"says {' and '.join(ways)}" if ways else "does not say how its column gives a level"
        page.note_at(place, f"{page.name_place(place)} {told}. Write one of levels, bins, ranks, points.")
        return
    for key, way in (("step", "levels"), ("otherwise", "points")):
        if key in entry and way not in ways:
            page.note_at((*place, key), f"{key} belongs to {way}. Remove it, or write {way}.")
    _READING_CHECKS[ways[0]](page, entry, place)


def _check_levels(page: Page, entry: dict[str, Any], place: Place) -> None:
    levels, step = entry["levels"], entry.get("step")
    if not step or None in levels or not levels:
        return
    least = min(levels)
    if uneven := [level for level in levels if (level - least) % step]:
        page.note_at(
            (*place, "step"), f"steps of {write(step)} from {least} miss {uneven[0]}. Choose another step."
        )
    elif (max(levels) - least) / step > _MOST_LEVELS:
        page.note_at(
            (*place, "step"), f"step {write(step)} makes more than {_MOST_LEVELS:,} levels. Use bins."
        )


def _check_bins(page: Page, entry: dict[str, Any], place: Place) -> None:
    """Check that bins meet exactly and reach from minus to plus infinity."""
    intervals = [one.get("values") for one in entry["bins"]]
    if not intervals or None in intervals:
        return
    lines = [page.lines[(*place, "bins", number, "values")] for number in range(len(intervals))]
    ranked = _check_meeting(page, list(zip(intervals, lines, strict=True)))
    if not math.isinf(ranked[0][0].low):
        page.note(ranked[0][1], f'{ranked[0][0].text} leaves lower values out. Let it begin with "(-inf".')
    if not math.isinf(ranked[-1][0].high):
        page.note(ranked[-1][1], f'{ranked[-1][0].text} leaves higher values out. Let it end with "inf)".')


def _check_ranks(page: Page, entry: dict[str, Any], place: Place) -> None:
    ranks = entry["ranks"]
    if ranks.get("within") is not None and ranks["within"] == entry.get("column"):
        page.note_at(
            (*place, "ranks", "within"), "ranks a column within itself. Name the column of the groups."
        )


def _check_points(page: Page, entry: dict[str, Any], place: Place) -> None:
    groups = [one.get("values") or [] for one in entry["points"]]
    _check_texts(page, {(*place, "points", number, "values"): texts for number, texts in enumerate(groups)})


def _check_texts(page: Page, lists: dict[Place, list[Any]]) -> None:
    """Note every text that stands twice, in one list or in two."""
    first: dict[str, int] = {}
    for place, texts in lists.items():
        for number, text in enumerate(texts):
            line, key = page.find_line((*place, number)), conditions.fold(text or "")
            if text and key in first:
                page.note(line, f'"{text}" stands twice, first on line {first[key]}. Keep one of them.')
            elif text:
                first[key] = line


_READING_CHECKS = {
    "levels": _check_levels,
    "bins": _check_bins,
    "ranks": _check_ranks,
    "points": _check_points,
}


def _read_zero_when(page: Page, values: dict[str, Any]) -> Condition | None:
    condition = _ConditionReader(page, [], None).read(values, ("zero_when",))
    if condition and not page.faults:
        _check_cells(page, ("zero_when",), [condition])
    return condition


def _make_weighted(values: dict[str, Any]) -> Scorecard:
    return Scorecard(
        **_make_head(values),
        dimensions=tuple(map(_make_dimension, values["dimensions"])),
        bands=_make_bands(values),
        zero_when=values.get("zero_when"),
        zero_because=values.get("zero_because"),
        normalised=values.get("normalised", True),
    )


def _make_dimension(values: dict[str, Any]) -> Dimension:
    way = next(key for key in ("levels", "bins", "ranks", "points") if key in values)
    levels, reading = _READING_MAKERS[way](values)
    return Dimension(values["column"], values["label"], values["weight"], levels, reading)


def _make_levels(values: dict[str, Any]) -> tuple[Mapping[int, Wording], Reading]:
    return dict(sorted(values["levels"].items())), Levels(values.get("step"))


def _make_bins(values: dict[str, Any]) -> tuple[Mapping[int, Wording], Reading]:
    ranked = sorted(values["bins"], key=lambda one: one["values"].start)
    levels = _join_wordings(
        (one["level"], one.get("label") or word_interval(one["values"])) for one in ranked
    )
    return levels, Bins(tuple(one["values"] for one in ranked), tuple(one["level"] for one in ranked))


def _make_ranks(values: dict[str, Any]) -> tuple[Mapping[int, Wording], Reading]:
    ranks = values["ranks"]
    parts = ranks["parts"]
    levels = {
        part: {"zh": f"按名次分{parts}档之第{part}档", "en": f"part {part} of {parts} by rank"}
        for part in range(1, parts + 1)
    }
    is_descending = ranks.get("order") == "descending"
    return levels, Ranks(parts, ranks.get("within"), ranks["ties"], is_descending)


def _make_points(values: dict[str, Any]) -> tuple[Mapping[int, Wording], Reading]:
    groups, otherwise = values["points"], values.get("otherwise")
    worded = [
        (one["points"], one.get("label") or {"zh": "、".join(one["values"]), "en": ", ".join(one["values"])})
        for one in groups
    ]
    worded += [] if otherwise is None else [(otherwise, {"zh": "其他", "en": "anything else"})]
    texts = tuple(tuple(one["values"]) for one in groups)
    return _join_wordings(worded), Points(texts, tuple(one["points"] for one in groups), otherwise)


_READING_MAKERS = {"levels": _make_levels, "bins": _make_bins, "ranks": _make_ranks, "points": _make_points}


def _join_wordings(worded: Iterable[tuple[int, Wording]]) -> dict[int, Wording]:
    """Word every level, ascending; one that is earned in several ways has the wordings of all."""
    levels: dict[int, Wording] = {}
    for level, wording in worded:
        before = levels.get(level)
        levels[level] = (
            {"zh": f"{before['zh']}；{wording['zh']}", "en": f"{before['en']}; {wording['en']}"}
            if before
            else wording
        )
    return dict(sorted(levels.items()))


# --- conditions: of tiers, and of the gate of a weighted scorecard


class _ConditionReader:
    """Makes conditions out of what was read; a rule is put in where its name stands."""

    def __init__(self, page: Page, rules: list[Any], inputs: Mapping[str, str] | None) -> None:
        self._page, self._inputs = page, inputs
        self._rules = {rule["name"]: (rule, ("rules", n)) for n, rule in enumerate(rules) if rule.get("name")}
        self._types: dict[str, str] = {}
        self.used_rules: set[str] = set()

    def read(self, values: dict[str, Any], place: Place, trail: tuple[str, ...] = ()) -> Condition | None:
        """Condition of one entry, None where it has a fault; `trail` are the rules that led here."""
        ways = [key for key in ("all", "any", "rule", "column") if key in values]
        if len(ways) != 1:
            told = f"says {' and '.join(ways)}" if ways else "has no condition"
            fault = f"{self._page.name_place(place)} {told}. Write one of all, any, rule, column."
            self._page.note_at(place, fault)
            return None
        if "column" in ways:
            return self._read_leaf(values, place)
        if stray := [key for key in ("in", "is") if key in values]:
            self._page.note_at((*place, stray[0]), f"{stray[0]} needs a column beside it. Name the column.")
        return self._read_rule(values, place, trail) if ways == ["rule"] else self._join(values, place, trail)

    def _join(self, values: dict[str, Any], place: Place, trail: tuple[str, ...]) -> Condition | None:
        key = "all" if "all" in values else "any"
        parts = [self.read(one, (*place, key, n), trail) for n, one in enumerate(values[key])]
        whole = tuple(part for part in parts if part is not None)
        if not whole or len(whole) < len(parts):
            return None
        return AllOf(whole) if key == "all" else AnyOf(whole)

    def _read_rule(self, values: dict[str, Any], place: Place, trail: tuple[str, ...]) -> Condition | None:
        name = values["rule"]
        self.used_rules.add(name)
        if name in trail:
            circle = " → ".join((*trail[trail.index(name) :], name))
            fault = f"the rule {name} leads back to itself: {circle}. Break the circle."
            self._page.note_at((*place, "rule"), fault)
        elif name is not None and name not in self._rules:
            near = near_match(name, self._rules)
            mend = f"Did you mean {near}?" if near else "Write it under rules."
            self._page.note_at((*place, "rule"), f"there is no rule {name}. {mend}")
        elif name is not None:
            return self.read(*self._rules[name], (*trail, name))
        return None

    def _read_leaf(self, values: dict[str, Any], place: Place) -> Condition | None:
        column, ways = values["column"], [key for key in ("in", "is") if key in values]
        if len(ways) != 1:
            told = "both in and is" if ways else "neither in nor is"
            mend = 'Write an interval, `in: "(100000, inf)"`, or texts, `is: [月度]`.'
            self._page.note_at(place, f"{self._page.name_place(place)} says {told}. {mend}")
        elif column is not None and self._check_type(column, "number" if "in" in values else "text", place):
            if values.get("in"):
                return Within(column, values["in"])
            if values.get("is") and None not in values["is"]:
                return OneOf(column, tuple(values["is"]))
        return None

    def _check_type(self, column: str, kind: str, place: Place) -> bool:
        """Tell whether the column is an input, and a number or text as the condition needs it."""
        if self._inputs is not None and column not in self._inputs:
            near = near_match(column, self._inputs)
            mend = f"Did you mean {near}?" if near else f"The inputs are {', '.join(self._inputs)}."
            self._page.note_at((*place, "column"), f"{column} is no input. {mend}")
            return False
        known = (self._inputs or self._types).get(column) or kind
        self._types[column] = known
        if known != kind:
            mend = "Numbers take `in`, texts take `is`."
            self._page.note_at(place, f"{column} is a {known} and asked like a {kind}. {mend}")
        return known == kind


def _check_cells(page: Page, place: Place, whole: list[Condition]) -> bool:
    """Tell whether the combinations of cells are few enough to look at them all."""
    cells = conditions.count_cells(conditions.list_axes(whole))
    if cells > MOST_CELLS:
        told = f"the conditions tell {cells:,} combinations apart, more than {MOST_CELLS:,}."
        page.note_at(place, f"{told} Use fewer columns or fewer different borders.")
    return cells <= MOST_CELLS


# --- tiers


def _check_tiers(page: Page, values: dict[str, Any]) -> None:
    _check_score_ranges(page, values.get("bands", []))
    if page.faults:  # what the conditions mean can only be told of a file that is otherwise whole
        return
    found = _read_tiers(page, values)
    if not page.faults and _check_cells(page, ("bands",), found):
        _check_overlaps(page, values, found)
        for band, condition in zip(values["bands"], found, strict=True):
            band["condition"] = condition


def _read_tiers(page: Page, values: dict[str, Any]) -> list[Condition]:
    """Conditions of the bands as they are listed; rules and inputs that decide nothing are noted."""
    rules = values.get("rules", [])
    reader = _ConditionReader(page, rules, {one["column"]: one["type"] for one in values["inputs"]})
    read = [reader.read(band, ("bands", number)) for number, band in enumerate(values["bands"])]
    for number, rule in enumerate(rules):
        reader.read(rule, ("rules", number), (rule["name"],))
        if rule["name"] not in reader.used_rules:
            page.note_at(("rules", number), f"the rule {rule['name']} is never used. Use it or remove it.")
    whole = [condition for condition in read if condition is not None]
    if len(whole) == len(read):
        asked = conditions.list_columns(whole)
        for number, one in enumerate(values["inputs"]):
            if one["column"] not in asked:
                page.note_at(("inputs", number), f"no band asks for {one['column']}. Use it or remove it.")
    return whole


def _check_score_ranges(page: Page, bands: list[Any]) -> None:
    """Check that ranges fall from band to band, as the bands do."""
    listed = [(band["score"], ("bands", n, "score")) for n, band in enumerate(bands) if band.get("score")]
    for (upper, _), (lower, place) in pairwise(listed):
        if lower.end > upper.start:
            mend = "List the highest band first, and let ranges not overlap."
            page.note_at(place, f"{lower.text} does not lie below {upper.text}. {mend}")


def _check_overlaps(page: Page, values: dict[str, Any], found: list[Condition]) -> None:
    axes = conditions.list_axes(found)
    truths = [conditions.hold(condition, axes) for condition in found]
    grades = [band["grade"] for band in values["bands"]]
    earlier = np.zeros_like(truths[0])
    for number, (grade, truth) in enumerate(zip(grades, truths, strict=True)):
        place = ("bands", number)
        if not truth.any():
            page.note_at(
                place, f"{grade} can never hold, its conditions exclude each other. Change one of them."
            )
        elif values.get("ordered") and not (truth & ~earlier).any():
            page.note_at(
                place, f"{grade} is never reached: a band above holds wherever it does. Change or remove it."
            )
        earlier |= truth
    if not values.get("ordered"):
        for (i, one), (j, other) in combinations(enumerate(truths), 2):
            if (one & other).any():
                example = conditions.name_example(one & other, axes)
                mend = "Change one, or write `ordered: true` so that the first that holds is taken."
                fault = f"{grades[j]} holds together with {grades[i]}, for example at {example}. {mend}"
                page.note_at(("bands", j), fault)


def _make_tiers(values: dict[str, Any]) -> Scorecard:
    inputs = [
        Dimension(one["column"], one["label"], None, {}, Input(one["type"], one.get("unit")))
        for one in values["inputs"]
    ]
    return Scorecard(
        **_make_head(values),
        dimensions=tuple(inputs),
        bands=tuple(map(_make_band, reversed(values["bands"]))),
        ordered=values.get("ordered", False),
    )


# --- checklists

_YES = ("是", "有", "yes", "y", "true", "1", "√", "✓")
_NO = ("否", "没有", "no", "n", "false", "0", "×", "✗")
_UNKNOWN = ("未知", "不详", "不清楚", "不确定", "待确认", "unknown", "n/a", "na", "?", "？", "-", "")


def _check_checklist(page: Page, values: dict[str, Any]) -> None:
    for number, item in enumerate(values.get("items", [])):
        place: Place = ("items", number)
        answers = _make_answers(item)
        lists = {(*place, key): list(getattr(answers, key)) for key in ("yes", "no", "unknown")}
        _check_texts(page, lists)
    if page.faults:
        return
    items = list(map(_make_item, values["items"]))
    _check_size(page, "items", items)
    _check_bands(page, values["bands"], items)


def _make_answers(item: dict[str, Any]) -> Answers:
    given = {
        key: item.get(key) or default for key, default in (("yes", _YES), ("no", _NO), ("unknown", _UNKNOWN))
    }
    return Answers(**{key: tuple(texts) for key, texts in given.items()})


def _make_item(values: dict[str, Any]) -> Dimension:
    levels = {0: {"zh": "否", "en": "no"}, 1: {"zh": "是", "en": "yes"}}
    return Dimension(
        values["column"], values["label"], values.get("weight", Fraction(1)), levels, _make_answers(values)
    )


def _make_checklist(values: dict[str, Any]) -> Scorecard:
    items = tuple(map(_make_item, values["items"]))
    return Scorecard(**_make_head(values), dimensions=items, bands=_make_bands(values))


_Form = tuple[dict[str, Any], Callable[[Page, dict[str, Any]], None], Callable[[dict[str, Any]], Scorecard]]
_KINDS: dict[str, _Form] = {
    "weighted": (_WEIGHTED, _check_weighted, _make_weighted),
    "tiers": (_TIERS, _check_tiers, _make_tiers),
    "checklist": (_CHECKLIST, _check_checklist, _make_checklist),
}
