"""The page that lists what is published: by year, with what changed, each region's course and a filter."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from ..base import language
from ..base.language import text
from ..settings.publisher import PUBLIC
from .catalogue import Entry, name_shelf, tag_language

TEMPLATES = Path(__file__).parent / "templates"
FORMATS = {"html": ("网页", "Page"), "xlsx": ("Excel", "Excel"), "json": ("JSON", "JSON")}
SHOWN_FIGURES = 3  # key figures in a line of the list, or more if they are shares; the report has them all
SHOWN_CHANGES = 5  # of each kind
OPEN_TRENDS = 9  # regions; more are folded, so that the list of reports is not far
SHOWN_TRENDS = 2  # key figures of a region
NUMBER = re.compile(r"([−-]?\d[\d,]*(?:\.\d+)?)\s*([^\s（(]*)")
INTERVAL = re.compile(r"(\d+(?:\.\d+)?)%\s*(?:～|to)\s*(\d+(?:\.\d+)?)%[)）]$")
SEPARATOR = "|"  # of the regions of one report in an attribute that the filter reads
WIDTH, HEIGHT, MARGIN = 120, 44, 4  # of a sparkline


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


def render_page(catalog: Mapping[str, Any], spoken: str) -> str:
    """Return the shelf's page in one language, complete without its script and without any request.

    Parameters
    ----------
    catalog : mapping
        See `catalogue.make_catalogue`.
    spoken : str
        Language of the page; every report's title stays in the report's own.
    """
    with language.speaking(spoken):
        return _render(catalog, spoken)


def _render(catalog: Mapping[str, Any], spoken: str) -> str:
    reports = [_describe(entry) for entry in _order(catalog["reports"], spoken)]
    by_stem = {report["stem"]: report for report in reports}
    css, script = _read("index.css"), _read("index.js")
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            lang=tag_language(spoken),
            t=lambda zh, en: text(zh=zh, en=en),
            title=name_shelf(catalog),
            twin={"zh": "index.en.html", "en": "index.html"}[spoken],
            MANY=OPEN_TRENDS,
            years=_group_by_year(reports),
            total=len(reports),
            regions=len({region for entry in catalog["reports"] for region in entry["regions"]}),
            synthetic=any(entry["synthetic"] for entry in catalog["reports"]),
            late=[by_stem.get(stem) or {"stem": stem} for stem in catalog["not_updated"]],
            changes=_list_changes(catalog["changes"], by_stem),
            trends=list_trends(catalog["reports"], spoken),
            choices=_list_choices(catalog["reports"]),
            css=css,
            script=script,
            policy=f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; "
            "base-uri 'none'; form-action 'none'",
        )
    )


@functools.cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(TEMPLATES)
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


@functools.cache
def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    """Return what a content security policy calls a script or style by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


# --- the list


def _order(entries: list[Entry], spoken: str) -> list[Entry]:
    """Return the latest year first, then by region as the alphabet has them, in both languages the same.

    What compares several regions stands before them, the edition for everyone before those for some, and a
    report in the page's language before its translation.
    """

    def rank(entry: Entry) -> tuple[Any, ...]:
        name = Path(entry["report"]).name.rpartition(".")[0]
        other = entry["language"] != spoken
        return (-(entry["year"] or 0), _spell(entry["region"]), _rank_edition(entry["edition"]), name, other)

    return sorted(entries, key=rank)


def _rank_edition(edition: str) -> tuple[int, str]:
    return (PUBLIC.index(edition) if edition in PUBLIC else len(PUBLIC), edition)


def _spell(region: str) -> str:
    """Return a place's name in letters, by which readers of both languages look it up."""
    return language.PLACES.get(region, region)


def _describe(entry: Entry) -> dict[str, Any]:
    """Return what one line of the list shows."""
    links = _list_links(entry["files"], entry)
    correction = entry.get("correction")
    return {
        "stem": entry["report"],
        "title": entry["title"],
        "subtitle": entry["subtitle"],
        "lang": tag_language(entry["language"]),
        "address": links[0]["address"] if links else "",
        "about": [
            language.name(entry["region"]),
            language.term(entry["edition"]),
            language.term(entry["language"]),
        ],
        "year": "" if entry["year"] is None else str(entry["year"]),
        "years": SEPARATOR.join(map(str, entry["years"])),
        "regions": SEPARATOR.join(entry["regions"]),
        "edition": entry["edition"],
        "language": entry["language"],
        "marks": _list_marks(entry),
        "figures": [] if entry["internal"] else _choose_figures(entry["key_figures"]),
        "links": links[1:],
        "correction": _tell_correction(correction) if correction else None,
        "earlier": [
            {
                "name": text(zh=f"第{e['version']}版", en=f"Version {e['version']}"),
                "links": _list_links(e["files"], entry),
            }
            for e in entry.get("earlier", [])
        ],
    }


def _choose_figures(figures: list[list[str]]) -> list[list[str]]:
    """Return the key figures that tell one report from the next: every share, then counts to fill the line.

    So a comparison shows all that it compares, not the first of it.
    """
    shares = [label for label, value in figures if "%" in value or value == language.PROTECTED]
    others = [label for label, _ in figures if label not in shares]
    chosen = {*shares, *others[: max(SHOWN_FIGURES - len(shares), 0)]}
    return [[label, value] for label, value in figures if label in chosen]


def _list_links(files: list[Entry], entry: Entry) -> list[dict[str, str]]:
    links = []
    for file in files:
        name, lang = _name_format(file["format"], entry)
        address = quote(file["path"])
        links.append({"name": name, "lang": lang, "size": _size(file["bytes"]), "address": address})
    return links


def _name_format(kind: str, entry: Entry) -> tuple[str, str]:
    """Return what a file is called, and the language tag of the name.

    An attachment is called what it is: by a word of both languages, else by its caption in the report.
    """
    own = tag_language(language.current())
    name, dot, _ = kind.rpartition(".")
    if not dot:
        zh, en = FORMATS.get(kind) or (kind.upper(), kind.upper())
        return text(zh=zh, en=en), own
    if name in language.VOCABULARY:
        return language.term(name), own
    return entry["attachments"].get(name, name), tag_language(entry["language"])


def _size(count: int) -> str:
    return f"{max(count / 1000, 1):.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


def _list_marks(entry: Entry) -> list[str]:
    marks = (
        (entry["draft"], text(zh="草稿", en="Draft")),
        (entry["internal"], text(zh="内部资料", en="Internal")),
        (entry["synthetic"], text(zh="合成数据", en="Synthetic data")),
    )
    return [words for holds, words in marks if holds]


def _tell_correction(correction: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a correction changed: ``changes`` in the report's language, the rest in the page's."""
    count, day = correction["exhibits"], language.day(date.fromisoformat(correction["date"]))
    return {
        "head": text(
            zh=f"第{correction['version']}版，{day}更正",
            en=f"Version {correction['version']}, corrected on {day}",
        ),
        "changes": [
            (label, before or language.MISSING, after or language.MISSING)
            for label, before, after in correction["changes"]
        ],
        "more": _tell_exhibits(count) if count else "",
    }


def _tell_exhibits(count: int) -> str:
    en = "1 figure or table changed" if count == 1 else f"{count} figures and tables changed"
    return text(zh=f"{count}处图表有变动", en=en)


def _group_by_year(reports: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    years: dict[str, list[dict[str, Any]]] = {}
    for report in reports:
        years.setdefault(report["year"], []).append(report)
    return years


def _list_choices(entries: list[Entry]) -> list[dict[str, Any]]:
    """Return the lists of the filter: name, label, and value with label of each choice."""
    shown: dict[str, Callable[[Any], str]] = {
        "year": str,
        "region": language.name,
        "edition": language.term,
        "language": language.term,
    }
    choices = []
    for name, label in shown.items():
        values = _list_values(entries, name)
        options = [(str(value), label(value)) for value in values]
        labels = language.term(name) if name != "language" else text(zh="语言", en="Language")
        choices.append({"name": name, "label": labels, "options": options})
    return choices


def _list_values(entries: list[Entry], name: str) -> Iterable[Any]:
    """Return what entries can be chosen by, in the order of the list: the latest year, the first letter."""
    if name == "year":
        return sorted({year for entry in entries for year in entry["years"]}, reverse=True)
    if name == "region":
        return sorted({region for entry in entries for region in entry["regions"]}, key=_spell)
    if name == "edition":
        return sorted({entry["edition"] for entry in entries}, key=_rank_edition)
    return sorted({entry["language"] for entry in entries}, key=language.LANGUAGES.index)


def _list_changes(
    changes: Mapping[str, list[str]], by_stem: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return what changed since the build before, by kind: the first few, and how many more there are.

    Reports that say what they said before are no news: they are counted, not named.
    """
    heads = {
        "corrected": text(zh="更正", en="Corrected"),
        "new": text(zh="新增", en="New"),
        "replaced": text(zh="重新制作，内容未变", en="Made anew, contents unchanged"),
        "removed": text(zh="移出", en="Removed"),
    }
    return [
        {
            "kind": kind,
            "head": head,
            "reports": [by_stem.get(stem) or {"stem": stem} for stem in named],
            "more": len(changes[kind]) - len(named),
        }
        for kind, head in heads.items()
        if changes.get(kind)
        for named in [changes[kind][: 0 if kind == "replaced" else SHOWN_CHANGES]]
    ]


# --- the course of a region's key figures


def list_trends(entries: list[Entry], spoken: str) -> list[dict[str, Any]]:
    """Return, by region, the course of published key figures over years.

    Only numbers that a public report prints as key figures are drawn; where one is withheld, there is a gap.

    Returns
    -------
    list of dict
        ``region``; ``lang``, the language tag of its words; ``lines``, each with ``label``, ``points`` (list
        of Point), the ``first`` and ``latest`` that is known, years ``withheld``, and see `draw_line`. A
        share has one scale in all regions.
    """
    with language.speaking(spoken):
        return _draw_trends(entries, spoken)


def _draw_trends(entries: list[Entry], spoken: str) -> list[dict[str, Any]]:
    regions: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: _spell(entry["region"])):
        if entry["region"] and entry["year"] and not (entry["internal"] or entry["draft"]):
            regions.setdefault(entry["region"], []).append(entry)
    series = {region: _choose_series(own, spoken) for region, own in regions.items()}
    courses = {region: _list_courses(own) for region, own in series.items()}
    ranges = _find_ranges(courses.values())
    return [
        {
            "region": language.name(region),
            "lang": tag_language(series[region][0]["language"]),
            "lines": [_describe_line(label, points, ranges) for label, points in lines.items()],
        }
        for region, lines in courses.items()
        if lines
    ]


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
    withheld = [str(point.year) for point in points if point.printed == language.PROTECTED]
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
    return Point(entry["year"], printed or language.MISSING, number, *limits)


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
