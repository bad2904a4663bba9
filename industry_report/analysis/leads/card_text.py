"""A fitted card as the text of a scorecard's file: what `scoring` reads back gives the same totals.

The text is a proposal. Nothing here writes it into `params/scorecards`: people decide that.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...base.own_names import plain_name
from ...scorecard.conditions import Interval
from ...scorecard.scorecards import FollowUp, Wording
from .binning import write_number
from .fitting import Part, find_ends

LIKELY = (
    {"zh": "成交可能高", "en": "Likely to buy"},
    {"zh": "成交可能较高", "en": "Fairly likely to buy"},
    {"zh": "成交可能一般", "en": "May buy"},
    {"zh": "成交可能低", "en": "Unlikely to buy"},
)


@dataclass(frozen=True)
class Grade:
    """A grade of the card: the totals that earn it, and what follows from it."""

    name: str
    interval: Interval
    label: Wording
    follow_up: FollowUp


def write_card(
    parts: Sequence[Part],
    grades: Sequence[Grade],
    *,
    name: str,
    version: str,
    title: Wording,
    labels: Mapping[str, Wording],
    remarks: Sequence[str] = (),
) -> str:
    """Write a card as YAML.

    Parameters
    ----------
    parts : sequence of Part
        See `fitting.Fit`.
    grades : sequence of Grade
        Highest first. Their intervals meet and have whole ends; the outermost are closed where totals end.
    name, version, title
        Of the scorecard.
    labels : mapping of str to Wording
        Column → what people call it.
    remarks : sequence of str
        What the card was learned from; stands above it as comments.
    """
    lines = [*(f"# {remark}".rstrip() for remark in remarks), "kind: weighted", f"name: {_quote(name)}"]
    lines += [f"version: {_quote(version)}", f"title: {_word(title)}", "normalised: false", "", "dimensions:"]
    for part in parts:
        column = plain_name(part.cells.column)
        label = labels.get(part.cells.column, {"zh": column, "en": column})
        lines += [f"  - column: {_quote(column)}", f"    label: {_word(label)}", "    weight: 1"]
        lines += _list_numbers(part) if part.cells.is_number else _list_texts(part)
        lines.append(f"    missing: {{points: {part.points[part.cells.blank]}}}")
    lines += ["", "bands:"]
    for grade, interval in zip(grades, _close(grades, find_ends(parts)), strict=True):
        lines += [f"  - grade: {_quote(grade.name)}", f"    name: {_word(_call(grade.name))}"]
        lines += [f"    label: {_word(grade.label)}", f"    composite: {_quote(interval)}", "    follow_up:"]
        lines += _list_follow_up(grade.follow_up)
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a text of JSON is one of YAML


def _word(wording: Wording) -> str:
    return f"{{zh: {_quote(wording['zh'])}, en: {_quote(wording['en'])}}}"


def _call(grade: str) -> Wording:
    return {"zh": f"{grade}级", "en": f"grade {grade}"}


def list_intervals(part: Part) -> list[tuple[str, int]]:
    """Return the intervals of a number, lowest first, with the points of each; special numbers are their own.

    Neighbours of equal points are one interval.
    """
    cells, points = part.cells, part.points
    pieces: list[tuple[str, str, str, str, int]] = []
    ends = ["-inf", *map(write_number, cells.cuts), "inf"]
    for place in range(cells.ordinary):
        low, bracket = ends[place], "(" if place == 0 else "["
        low_number = cells.cuts[place - 1] if place else float("-inf")
        high_number = cells.cuts[place] if place < len(cells.cuts) else float("inf")
        for number, special in enumerate(cells.specials):
            if low_number <= special < high_number:
                at = write_number(special)
                if not (bracket == "[" and low == at):
                    pieces.append((bracket, low, at, ")", int(points[place])))
                pieces.append(("[", at, at, "]", int(points[cells.ordinary + number])))
                low, bracket = at, "("
        pieces.append((bracket, low, ends[place + 1], ")", int(points[place])))
    return [(f"{a}{low}, {high}{b}", earned) for a, low, high, b, earned in _join(pieces)]


def _join(pieces: list[tuple[str, str, str, str, int]]) -> list[tuple[str, str, str, str, int]]:
    joined = pieces[:1]
    for piece in pieces[1:]:
        first = joined[-1]
        if piece[4] == first[4]:
            joined[-1] = (first[0], first[1], piece[2], piece[3], first[4])
        else:
            joined.append(piece)
    return joined


def _list_numbers(part: Part) -> list[str]:
    told = [
        f"      - {{level: {points}, values: {_quote(interval)}}}"
        for interval, points in list_intervals(part)
    ]
    return ["    bins:", *told]


def list_categories(part: Part) -> list[tuple[tuple[str, ...], int]]:
    """Return the categories that earn points together, most points first."""
    groups: dict[int, list[str]] = {}
    for texts, points in zip(part.cells.texts, part.points, strict=False):
        groups.setdefault(int(points), []).extend(texts)
    return [(tuple(groups[points]), points) for points in sorted(groups, reverse=True)]


def _list_texts(part: Part) -> list[str]:
    told = []
    for texts, points in list_categories(part):
        told += [f"      - values: [{', '.join(map(_quote, texts))}]", f"        points: {points}"]
    return ["    points:", *told, "    otherwise: 0"]


def _close(grades: Sequence[Grade], ends: tuple[int, int]) -> list[str]:
    """Write the intervals with their outer ends where totals can reach at most."""
    told = []
    for grade in grades:
        one = grade.interval
        low = write_end(one.low, min(ends[0], _finite(one.high, ends[0]) - 1))
        high = write_end(one.high, max(ends[1], _finite(one.low, ends[1]) + 1))
        left = "[" if one.low_closed or one.low == float("-inf") else "("
        told.append(f"{left}{low}, {high}{']' if one.high_closed or one.high == float('inf') else ')'}")
    return told


def _finite(end: object, otherwise: int) -> int:
    number = float(str(end) if isinstance(end, str) else end)  # type: ignore[arg-type]
    return otherwise if number in (float("inf"), float("-inf")) else int(number)


def write_end(end: object, otherwise: int) -> str:
    """Write an end of an interval; an infinite one as the number that stands for it."""
    return str(_finite(end, otherwise))


def _list_follow_up(follow_up: FollowUp) -> list[str]:
    told = [f"      role: {_word(follow_up.role)}", f"      cadence: {_word(follow_up.cadence)}"]
    told += [
        f"      contacts_per_year: {follow_up.contacts_per_year}",
        f"      action: {_word(follow_up.action)}",
    ]
    return told + ([f"      strategy: {_word(follow_up.strategy)}"] if follow_up.strategy else [])
