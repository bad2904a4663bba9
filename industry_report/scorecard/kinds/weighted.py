"""Weighted scorecards: dimensions bring a record to levels, whose weighted sum is the composite."""

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ...base.yaml_forms import Place
from ...base.yaml_reader import Page
from ..conditions import Condition, word_interval, write
from ..file_forms import LEVELLED
from ..head_and_bands import EXACT, check_bands, check_meeting, check_size, check_texts, make_bands, make_head
from ..scorecards import (
    Bins,
    Cumulative,
    Dimension,
    Levels,
    Linear,
    Points,
    Ranks,
    Reading,
    Scorecard,
    Wording,
)
from .condition_reader import ConditionReader, check_cells

_MOST_LEVELS = 1_000
_NAMES = ", ".join(key.removesuffix("?") for key in LEVELLED)
_BLANKS = ("bins", "linear", "points")  # ways in which a missing value may be worth points


def check_weighted(page: Page, values: dict[str, Any]) -> None:
    """Note what contradicts itself in a weighted scorecard."""
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
        check_size(page, "dimensions", dimensions)
    check_bands(page, values.get("bands", []), dimensions, "zero_when" in values)


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
    ways = [key.removesuffix("?") for key in LEVELLED if key.removesuffix("?") in entry]
    if len(ways) != 1:
        told = f"says {' and '.join(ways)}" if ways else "does not say how its column gives a level"
        page.note_at(place, f"{page.name_place(place)} {told}. Write one of {_NAMES}.")
        return
    for key, way in (("step", "levels"), ("otherwise", "points")):
        if key in entry and way not in ways:
            page.note_at((*place, key), f"{key} belongs to {way}. Remove it, or write {way}.")
    if "missing" in entry and ways[0] not in _BLANKS:
        fault = f"missing belongs to {', '.join(_BLANKS)}. Remove it: a blank is ungradable."
        page.note_at((*place, "missing"), fault)
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
    ranked = check_meeting(page, list(zip(intervals, lines, strict=True)))
    if not math.isinf(ranked[0][0].low):
        page.note(ranked[0][1], f'{ranked[0][0].text} leaves lower values out. Let it begin with "(-inf".')
    if not math.isinf(ranked[-1][0].high):
        page.note(ranked[-1][1], f'{ranked[-1][0].text} leaves higher values out. Let it end with "inf)".')


def _check_linear(page: Page, entry: dict[str, Any], place: Place) -> None:
    """Check that a number's ends lie in order, and on its steps."""
    linear = entry["linear"]
    least, most, step = linear.get("least"), linear.get("most"), linear.get("step", Fraction(1))
    if None in (least, most, step):
        return
    if least >= most:
        fault = f"most {write(most)} is not above least {write(least)}. Put the greater number there."
        page.note_at((*place, "linear", "most"), fault)
    if max(abs(least), abs(most)) * step.denominator >= EXACT:
        page.note_at((*place, "linear", "step"), "the numbers are too long to be exact. Use a greater step.")
    for key in ("least", "most"):
        if linear[key] % step:
            told = f"{key} {write(linear[key])} is no multiple of the step {write(step)}"
            page.note_at((*place, "linear", key), f"{told}. Write `step:` with more decimals, such as 0.01.")


def _check_cumulative(page: Page, entry: dict[str, Any], place: Place) -> None:
    """Check that parts of a total follow each other and end with the whole of it."""
    cumulative, place = entry["cumulative"], (*place, "cumulative")
    if cumulative.get("within") is not None and cumulative["within"] == entry.get("column"):
        page.note_at((*place, "within"), "sums a column up within itself. Name the column of the groups.")
    ends = [one.get("to") for one in cumulative.get("parts", [])]
    if not ends or None in ends:
        return
    for number, (before, after) in enumerate(pairwise(ends), start=1):
        if after <= before:
            fault = (
                f"{write(after)} does not lie above {write(before)}. List the greatest customers' part first."
            )
            page.note_at((*place, "parts", number, "to"), fault)
    if ends[-1] != 1:
        fault = f"the last part ends at {write(ends[-1])} of the total. Let it end with 1."
        page.note_at((*place, "parts", len(ends) - 1, "to"), fault)


def _check_ranks(page: Page, entry: dict[str, Any], place: Place) -> None:
    ranks = entry["ranks"]
    if ranks.get("within") is not None and ranks["within"] == entry.get("column"):
        page.note_at(
            (*place, "ranks", "within"), "ranks a column within itself. Name the column of the groups."
        )


def _check_points(page: Page, entry: dict[str, Any], place: Place) -> None:
    groups = [one.get("values") or [] for one in entry["points"]]
    check_texts(page, {(*place, "points", number, "values"): texts for number, texts in enumerate(groups)})


_READING_CHECKS = {
    "levels": _check_levels,
    "bins": _check_bins,
    "ranks": _check_ranks,
    "cumulative": _check_cumulative,
    "linear": _check_linear,
    "points": _check_points,
}


def _read_zero_when(page: Page, values: dict[str, Any]) -> Condition | None:
    condition = ConditionReader(page, [], None).read(values, ("zero_when",))
    if condition and not page.faults:
        check_cells(page, ("zero_when",), [condition])
    return condition


def make_weighted(values: dict[str, Any]) -> Scorecard:
    """Make a weighted scorecard of values without faults."""
    return Scorecard(
        **make_head(values),
        dimensions=tuple(map(_make_dimension, values["dimensions"])),
        bands=make_bands(values),
        zero_when=values.get("zero_when"),
        zero_because=values.get("zero_because"),
        normalised=values.get("normalised", True),
    )


def _make_dimension(values: dict[str, Any]) -> Dimension:
    way = next(key for key in _READING_MAKERS if key in values)
    levels, reading = _READING_MAKERS[way](values)
    blank = values.get("missing")
    if blank:
        wording = blank.get("label") or {"zh": "空白", "en": "blank"}
        levels = _join_wordings([*levels.items(), (blank["points"], wording)])
    blank_level = blank["points"] if blank else None
    return Dimension(values["column"], values["label"], values["weight"], levels, reading, blank_level)


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


def _make_cumulative(values: dict[str, Any]) -> tuple[Mapping[int, Wording], Reading]:
    cumulative = values["cumulative"]
    ends = [one["to"] for one in cumulative["parts"]]
    levels = _join_wordings(
        (part["level"], part.get("label") or _word_share(low, high))
        for part, low, high in zip(cumulative["parts"], [Fraction(0), *ends], ends, strict=False)
    )
    points = tuple(part["level"] for part in cumulative["parts"])
    return levels, Cumulative(tuple(ends), points, cumulative.get("within"), cumulative["crossing"])


def _word_share(low: Fraction, high: Fraction) -> Wording:
    """Word a part of a total, which the greatest make up first: 50 % to 80 %."""
    start, end = (f"{float(share * 100):.15g}%" for share in (low, high))
    return {"zh": f"累计占总额{start}至{end}", "en": f"{start} to {end} of the total, the greatest first"}


def _make_linear(values: dict[str, Any]) -> tuple[Mapping[int, Wording], Reading]:
    linear = values["linear"]
    step, is_capped = linear.get("step", Fraction(1)), linear.get("capped", False)
    return {}, Linear(linear["per"], linear["least"], linear["most"], step, is_capped)


def _make_points(values: dict[str, Any]) -> tuple[Mapping[int, Wording], Reading]:
    groups, otherwise = values["points"], values.get("otherwise")
    worded = [
        (one["points"], one.get("label") or {"zh": "、".join(one["values"]), "en": ", ".join(one["values"])})
        for one in groups
    ]
    worded += [] if otherwise is None else [(otherwise, {"zh": "其他", "en": "anything else"})]
    texts = tuple(tuple(one["values"]) for one in groups)
    return _join_wordings(worded), Points(texts, tuple(one["points"] for one in groups), otherwise)


_READING_MAKERS = {
    "levels": _make_levels,
    "bins": _make_bins,
    "ranks": _make_ranks,
    "cumulative": _make_cumulative,
    "linear": _make_linear,
    "points": _make_points,
}


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
