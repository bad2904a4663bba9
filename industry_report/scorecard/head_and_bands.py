"""What the form of a scorecard cannot say of the parts that every kind has: its head and its bands."""

import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ..base.yaml_forms import Place
from ..base.yaml_reader import Page
from . import conditions
from .conditions import Interval, write
from .scorecards import Band, Dimension, FollowUp, Trigger

EXACT = 2**53  # whole numbers up to here are exact in a double, too


def check_names(page: Page, values: dict[str, Any]) -> None:
    """Note columns, grades, rules and triggers that are named twice."""
    parts = [("dimensions", "column"), ("inputs", "column"), ("items", "column"), ("bands", "grade")]
    for part, key in (*parts, ("rules", "name"), ("triggers", "name")):
        first: dict[str, int] = {}
        for number, entry in enumerate(values.get(part, [])):
            name, line = entry.get(key), page.lines.get((part, number, key), 0)
            if name in first:
                page.note(line, f"{key} {name} stands twice, first on line {first[name]}. Rename one.")
            elif name:
                first[name] = line


def check_dates(page: Page, values: dict[str, Any]) -> None:
    """Note a validity that ends before it begins."""
    valid = values.get("valid", {})
    begins, ends = valid.get("from"), valid.get("to")
    if begins and ends and ends < begins:
        page.note_at(("valid", "to"), f"to {ends} lies before from {begins}. Put the earlier day first.")


def check_band_names(page: Page, bands: list[Any]) -> None:
    """Note grades that running text could not name in both languages."""
    for number, band in enumerate(bands):
        grade = band.get("grade")
        if grade and not grade.isascii() and "name" not in band:
            mend = f"Say how running text calls it, for example `name: {{zh: {grade}等级, en: high grade}}`."
            page.note_at(("bands", number, "grade"), f"grade {grade} has no name in both languages. {mend}")


def make_head(values: dict[str, Any]) -> dict[str, Any]:
    """Make what every kind of scorecard says of itself, as arguments of `Scorecard`."""
    valid = values.get("valid", {})
    return {
        **{key: values[key] for key in ("kind", "name", "version", "title")},
        "valid_from": valid.get("from"),
        "valid_to": valid.get("to"),
        "review_on": values.get("review"),
        "triggers": tuple(map(make_trigger, values.get("triggers", []))),
    }


def make_trigger(values: dict[str, Any]) -> Trigger:
    """Make an action that several months in a row call for."""
    return Trigger(**{key: value for key, value in values.items() if key != "in"}, interval=values["in"])


def make_band(values: dict[str, Any]) -> Band:
    """Make one grade with what earns it and the follow-up it brings."""
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


def make_bands(values: dict[str, Any]) -> tuple[Band, ...]:
    """Make the bands of a composite, lowest first, in whatever order they are listed."""
    return tuple(map(make_band, sorted(values["bands"], key=lambda band: band["composite"].start)))


def check_bands(page: Page, bands: list[Any], dimensions: list[Dimension], zero: bool = False) -> None:
    """Check that bands meet exactly, and hold every composite from the least to the greatest possible."""
    intervals = [band.get("composite") for band in bands]
    if not intervals or None in intervals:
        return
    ranked = check_meeting(
        page, [(one, page.lines["bands", n, "composite"]) for n, one in enumerate(intervals)]
    )
    if dimensions:
        totals = [Fraction(sum(end(_list_ends(one)) for one in dimensions)) for end in (min, max)]
        totals += [Fraction(0)] if zero else []
        _check_reach(page, ranked[0], ranked[-1], min(totals), max(totals))


def check_meeting(page: Page, listed: list[tuple[Interval, int]]) -> list[tuple[Interval, int]]:
    """Note where intervals, given with their lines, do not meet; gives them lowest first."""
    ranked = sorted(listed, key=lambda pair: pair[0].start)
    for (lower, line), (upper, _) in pairwise(ranked):
        if lower.end != upper.start:
            relation = "overlaps" if lower.end > upper.start else "leaves a gap below"
            end = upper.text[1:].split(",")[0].strip() + (")" if upper.low_closed else "]")
            page.note(line, f'{lower.text} {relation} {upper.text}. Let it end with "{end}".')
    return ranked


def _list_ends(dimension: Dimension) -> list[Fraction]:
    return [value * (dimension.weight or 0) for value in dimension.ends]


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


def check_size(page: Page, part: str, dimensions: list[Dimension]) -> None:
    """Refuse numbers so long that a total would not be exact."""
    unit = math.lcm(*(((one.weight or Fraction(0)) / one.parts).denominator for one in dimensions))
    if unit * sum(max(map(abs, _list_ends(one))) for one in dimensions) >= EXACT:
        page.note_at((part,), "the numbers are too long for exact totals. Use weights of fewer digits.")


def check_texts(page: Page, lists: dict[Place, list[Any]]) -> None:
    """Note every text that stands twice, in one list or in two."""
    first: dict[str, int] = {}
    for place, texts in lists.items():
        for number, text in enumerate(texts):
            line, key = page.find_line((*place, number)), conditions.comparable(text or "")
            if text and key in first:
                page.note(line, f'"{text}" stands twice, first on line {first[key]}. Keep one of them.')
            elif text:
                first[key] = line
