"""The course of each region's published key figures over the years, as sparklines for the shelf's page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..base import language
from ..base.language import text
from .catalogue import Entry, spell, tag_language
from .index_by_year import name_edition

SHOWN_TRENDS = 2  # key figures of a region
NUMBER = re.compile(r"([−-]?\d[\d,]*(?:\.\d+)?)\s*([^\s（(]*)")
INTERVAL = re.compile(r"(\d+(?:\.\d+)?)%\s*(?:～|to)\s*(\d+(?:\.\d+)?)%[)）]$")
# What stands under a key figure: up or down, how much, of what, and whether a test found it significant.
CHINESE_CHANGE = re.compile(r"比上年([+−])([\d.,]+)(%|个百分点)(?:，(显著|不显著))?")
ENGLISH_CHANGE = re.compile(r"(up|down) ([\d.,]+)(%| points) on \d{4}(?:, (significant|not significant))?")
WIDTH, HEIGHT, MARGIN = 120, 44, 4  # of a sparkline, in its own units


@dataclass(frozen=True)
class Point:
    """A published key figure of one year; without a number where it is withheld."""

    year: int
    printed: str
    number: float | None
    low: float | None = None  # of its interval, if one is printed
    high: float | None = None

    @property
    def short(self) -> str:
        """What is printed, without the interval in brackets."""
        return re.split(r"\s*[（(]", self.printed)[0]

    @property
    def note(self) -> str:
        """The interval as it is printed."""
        return self.printed.removeprefix(self.short).strip(" （(）)")


def list_trends(entries: list[Entry], spoken: str) -> list[dict[str, Any]]:
    """Return, by region, the course of published key figures over years.

    Only numbers that a public report prints as key figures are drawn; where one is withheld, there is a gap.

    Returns
    -------
    list of dict
        ``region``; ``lang``, the language tag of its words; ``lines``, each with ``label``, ``points`` (list
        of Point), the ``first`` and ``latest`` that is known, years ``withheld``, the ``change`` that the
        latest report prints, and see `draw_line`; its ``finding`` where there is one in the page's language,
        from a translation, if need be; the ``address`` of that report, and the ``words`` that lead there. A
        share has one scale in all regions.
    """
    with language.speaking(spoken):
        return _draw_trends(entries, spoken)


def _draw_trends(entries: list[Entry], spoken: str) -> list[dict[str, Any]]:
    words = _match_labels(entries, spoken)
    regions: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: spell(entry["region"])):
        if entry["region"] and entry["year"] and not (entry["internal"] or entry["draft"]):
            regions.setdefault(entry["region"], []).append(entry)
    series = {region: _choose_series(own, spoken) for region, own in regions.items()}
    courses = {region: _list_courses(own) for region, own in series.items()}
    ranges = _find_ranges(courses.values())
    told = []
    for region, lines in courses.items():
        tag = tag_language(series[region][0]["language"])
        if tag != tag_language(spoken) and lines.keys() <= words.keys():  # every label has a translation
            lines = {words[label]: [_neutral(p) for p in points] for label, points in lines.items()}
            tag = tag_language(spoken)
        ranges = {words.get(label, label): extent for label, extent in ranges.items()} | ranges
        latest = _find_translation(series[region][-1], regions[region], spoken)
        own = latest["language"] == spoken
        changes = _list_changes(latest) if own else _translate_changes(latest, words)
        drawn = [
            {**_describe_line(label, points, ranges), "change": changes.get(label, "")}
            for label, points in lines.items()
        ]
        card = {"region": language.name(region), "lang": tag, "lines": drawn, **_lead_to(latest)}
        told += [{**card, "finding": latest.get("finding", "") if own else ""}] if drawn else []
    return told


def _list_changes(entry: Entry) -> dict[str, str]:
    """Return by label what a report prints of the change of its key figures."""
    labels = [label for label, _ in entry["key_figures"]]
    return dict(zip(labels, entry.get("changes", []), strict=False))


def _find_translation(latest: Entry, entries: list[Entry], spoken: str) -> Entry:
    """Return a report in the page's language, where it stands here; else the report itself."""
    stem = latest["report"].rpartition(".")[0]
    others = (e for e in entries if e["report"].rpartition(".")[0] == stem and e["language"] == spoken)
    return next(others, latest)


def _translate_changes(entry: Entry, words: Mapping[str, str]) -> dict[str, str]:
    """Return by label in the page's language the changes that are numbers, and no others."""
    changes = _list_changes(entry).items()
    translated = {label: _translate_change(said, entry["year"] - 1) for label, said in changes}
    return {words.get(label, label): said for label, said in translated.items() if said}


def _translate_change(said: str, earlier: int) -> str:
    """Return a change as the page's language says it; nothing where it is no number that both languages know.

    >>> with language.speaking("en"):
    ...     _translate_change("比上年−1.6个百分点，不显著", 2024)
    'down 1.6 points on 2024, not significant'
    """
    found = CHINESE_CHANGE.fullmatch(said) or ENGLISH_CHANGE.fullmatch(said)
    if not found:
        return ""
    way, number, unit, test = found.groups()
    up, share = way in ("+", "up"), unit == "%"
    unsure = test in ("不显著", "not significant")
    verdict = text(
        zh="，不显著" if unsure else "，显著", en=", not significant" if unsure else ", significant"
    )
    zh = f"比上年{'+' if up else '−'}{number}{'%' if share else '个百分点'}"
    en = f"{'up' if up else 'down'} {number}{'%' if share else ' points'} on {earlier}"
    return text(zh=zh, en=en) + (verdict if test else "")


def _lead_to(entry: Entry) -> dict[str, str]:
    """Return where the latest report of a region lies, of which year it is and for whom."""
    page = next((file["path"] for file in entry["files"] if file["format"] == "html"), "")
    year, reader = str(entry["year"]), name_edition(entry)
    foreign = "" if entry["language"] == language.current() else language.term(entry["language"])
    zh, en = f"读{year}年{reader}", f"Read the {year} {reader[:1].lower()}{reader[1:]}"
    words = text(zh=f"{zh}（{foreign}）", en=f"{en} ({foreign})") if foreign else text(zh=zh, en=en)
    return {"address": quote(page), "words": words}


def _match_labels(entries: list[Entry], spoken: str) -> dict[str, str]:
    """Return label → label in the page's language, learned from reports that stand here in both.

    A translation has the same key figures in the same order.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry["report"].rpartition(".")[0], []).append(entry)
    words: dict[str, str] = {}
    for group in groups.values():
        own = [entry for entry in group if entry["language"] == spoken]
        for entry in group if own else ():
            if len(entry["key_figures"]) == len(own[0]["key_figures"]):
                pairs = zip(entry["key_figures"], own[0]["key_figures"], strict=True)
                words |= {label: translated for (label, _), (translated, _) in pairs}
    return words


def _neutral(point: Point) -> Point:
    """Return a figure as both languages read it: the number, its per cent, and its interval."""
    if point.number is None:
        return point
    found = NUMBER.match(point.printed)
    unit = "%" if found[2].startswith("%") else ""  # type: ignore[index]
    interval = (
        ""
        if point.low is None
        else text(zh=f"（{point.low}%～{point.high}%）", en=f" ({point.low}% to {point.high}%)")
    )
    return replace(point, printed=f"{found[1]}{unit}{interval}")  # type: ignore[index]


def _choose_series(entries: list[Entry], spoken: str) -> list[Entry]:
    """Return the reports of one kind, oldest first: the most years, if possible in the page's language."""
    kinds: dict[tuple[str, str, str], dict[int, Entry]] = {}
    for entry in entries:
        kind = (entry["language"], entry["edition"], Path(entry["report"]).name)
        kinds.setdefault(kind, {})[entry["year"]] = entry
    ranked = sorted(kinds, key=lambda k: (-len(kinds[k]), k[0] != spoken, k[1] != "industry", k))
    return [entry for _, entry in sorted(kinds[ranked[0]].items())]


def _list_courses(series: list[Entry]) -> dict[str, list[Point]]:
    """Return the key figures that have a course, by label: first what reports estimate, then the counts."""
    courses = {}
    for label in dict.fromkeys(label for entry in series for label, _ in entry["key_figures"]):
        points = [_read_point(entry, label) for entry in series]
        if len(_list_known(points)) > 1 and len({_find_unit(point) for point in _list_known(points)}) == 1:
            courses[label] = points
    estimated = [label for label, points in courses.items() if any(point.low is not None for point in points)]
    shown = [*estimated, *(label for label in courses if label not in estimated)][:SHOWN_TRENDS]
    return {label: courses[label] for label in shown}


def _list_known(points: list[Point]) -> list[Point]:
    return [point for point in points if point.number is not None]


def _find_unit(point: Point) -> str:
    return NUMBER.match(point.printed)[2]  # type: ignore[index]


def _find_ranges(courses: Iterable[dict[str, list[Point]]]) -> dict[str, tuple[float, float]]:
    """Return by label the least and the greatest of a share: regions are then drawn on one scale.

    Counts are as large as a region is; each keeps a scale of its own.
    """
    values: dict[str, list[float]] = {}
    for lines in courses:
        for label, points in lines.items():
            known = _list_known(points)
            if _find_unit(known[0]).startswith("%"):
                values.setdefault(label, []).extend(_list_heights(known))
    return {label: (min(found), max(found)) for label, found in values.items()}


def _list_heights(points: list[Point]) -> list[float]:
    return [value for point in points for value in (point.low, point.number, point.high) if value is not None]


def _describe_line(
    label: str, points: list[Point], ranges: Mapping[str, tuple[float, float]]
) -> dict[str, Any]:
    known = _list_known(points)
    withheld = [str(point.year) for point in points if point.printed in language.PROTECTED_MARKS.values()]
    return {
        "label": label,
        "points": points,
        "first": known[0],
        "latest": known[-1],
        "withheld": text(zh="、", en=", ").join(withheld),
        **draw_line(points, ranges.get(label)),
    }


def _read_point(entry: Entry, label: str) -> Point:
    printed = dict(entry["key_figures"]).get(label, "")
    found, interval = NUMBER.match(printed), INTERVAL.search(printed)
    number = float(found[1].replace(",", "").replace("−", "-")) if found else None
    limits = (float(interval[1]), float(interval[2])) if interval else (None, None)
    return Point(entry["year"], printed or language.MISSING_SIGN, number, *limits)


def draw_line(points: list[Point], extent: tuple[float, float] | None = None) -> dict[str, Any]:
    """Return a sparkline: ``path``, ``dots`` and ``intervals``; a gap where a number is withheld.

    Parameters
    ----------
    points : list of Point
    extent : tuple of float, optional
        What lies at foot and head of the drawing; its own least and greatest number if it is left out.
    """
    known = _list_known(points)
    years = [point.year for point in points]
    heights = _list_heights(known)
    low, high = extent or (min(heights), max(heights))
    breadth = (max(years) - min(years)) or 1

    def place(value: float) -> str:
        return f"{HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (value - low) / ((high - low) or 1):.1f}"

    dots, steps, intervals, previous = [], [], [], None
    for point in known:
        x = f"{MARGIN + (WIDTH - 2 * MARGIN) * (point.year - min(years)) / breadth:.1f}"
        y = place(point.number or 0.0)
        joined = previous is not None and point.year == previous + 1
        steps.append(f"{'L' if joined else 'M'}{x} {y}")
        dots.append((x, y))
        if point.low is not None and point.high is not None:
            intervals.append(f"M{x} {place(point.low)}V{place(point.high)}")
        previous = point.year
    return {"path": "".join(steps), "dots": dots, "intervals": "".join(intervals)}
