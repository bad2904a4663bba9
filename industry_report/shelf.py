"""The page that lists what is published: by year, with what changed, each region's course and a filter."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from . import language
from .catalogue import Entry, name_shelf, tag_language
from .language import text

TEMPLATES = Path(__file__).parent / "templates" / "site"
FORMATS = {"html": ("网页", "Page"), "xlsx": ("Excel", "Excel"), "json": ("JSON", "JSON")}
SHOWN_FIGURES = 3  # key figures in a line of the list; the report has them all
SHOWN_CHANGES = 5  # of each kind
OPEN_TRENDS = 9  # regions; more are folded, so that the list of reports is not far
SHOWN_TRENDS = 2  # key figures of a region
NUMBER = re.compile(r"([−-]?\d[\d,]*(?:\.\d+)?)\s*([^\s（(]*)")
WIDTH, HEIGHT, MARGIN = 120, 28, 4  # of a sparkline


@dataclass(frozen=True)
class Point:
    """A published key figure of one year; without a number where it is withheld."""

    year: int
    printed: str
    number: float | None


def render_page(catalog: Mapping[str, Any], spoken: str) -> str:
    """Return the shelf's page in one language, complete without its script and without any request.

    Parameters
    ----------
    catalog : mapping
        See `catalogue.make_catalogue`.
    spoken : str
        Language of the page; every report's title stays in the report's own.
    """
    language.use(spoken)
    reports = [_describe(entry) for entry in catalog["reports"]]
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
            regions=len({entry["region"] for entry in catalog["reports"]} - {""}),
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


def _describe(entry: Entry) -> dict[str, Any]:
    """Return what one line of the list shows."""
    links = _list_links(entry["files"])
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
        "region": entry["region"],
        "edition": entry["edition"],
        "language": entry["language"],
        "marks": _list_marks(entry),
        "figures": [] if entry["internal"] else entry["key_figures"][:SHOWN_FIGURES],
        "links": links[1:],
        "correction": _tell_correction(correction) if correction else "",
        "earlier": [
            {
                "name": text(zh=f"第{e['version']}版", en=f"Version {e['version']}"),
                "links": _list_links(e["files"]),
            }
            for e in entry.get("earlier", [])
        ],
    }


def _list_links(files: list[Entry]) -> list[dict[str, str]]:
    return [
        {
            "name": text(zh=zh, en=en),
            "size": _size(file["bytes"]),
            "address": quote(file["path"]),
        }
        for file in files
        for zh, en in [FORMATS.get(file["format"]) or _name_other(file["format"])]
    ]


def _name_other(kind: str) -> tuple[str, str]:
    """Return what a file is called that not every report has: an attachment by its own name."""
    name, dot, _ = kind.rpartition(".")
    return (f"附件{name}", f"Attachment {name}") if dot else (kind.upper(),) * 2


def _size(count: int) -> str:
    return f"{max(count / 1000, 1):.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


def _list_marks(entry: Entry) -> list[str]:
    marks = (
        (entry["draft"], text(zh="草稿", en="Draft")),
        (entry["internal"], text(zh="内部资料", en="Internal")),
        (entry["synthetic"], text(zh="合成数据", en="Synthetic data")),
    )
    return [words for holds, words in marks if holds]


def _tell_correction(correction: Mapping[str, Any]) -> str:
    """Return what a correction changed, in a sentence."""
    figures = text(zh="；", en="; ").join(
        f"{label} {before or '–'} → {after or '–'}" for label, before, after in correction["changes"]
    )
    count = correction["exhibits"]
    changed = text(zh=f"{count}处图表有变动", en=f"{count} figures and tables changed") if count else ""
    about = text(zh="；", en="; ").join(part for part in (figures, changed) if part)
    head = text(
        zh=f"第{correction['version']}版，{correction['date']}更正",
        en=f"Version {correction['version']}, corrected {correction['date']}",
    )
    return head + (text(zh="：", en=": ") + about if about else "")


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
        values = {entry[name] for entry in entries} - {None, ""}
        ordered = sorted(values, key=str, reverse=name == "year")
        options = [(str(value), label(value)) for value in ordered]
        labels = language.term(name) if name != "language" else text(zh="语言", en="Language")
        choices.append({"name": name, "label": labels, "options": options})
    return choices


def _list_changes(
    changes: Mapping[str, list[str]], by_stem: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return what changed since the build before, by kind: the first few, and how many more there are."""
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
            "reports": [by_stem.get(stem) or {"stem": stem} for stem in changes[kind][:SHOWN_CHANGES]],
            "more": max(len(changes[kind]) - SHOWN_CHANGES, 0),
        }
        for kind, head in heads.items()
        if changes.get(kind)
    ]


# --- the course of a region's key figures


def list_trends(entries: list[Entry], spoken: str) -> list[dict[str, Any]]:
    """Return, by region, the course of published key figures over years.

    Only numbers that a public report prints as key figures are drawn; where one is withheld, there is a gap.

    Returns
    -------
    list of dict
        ``region``; ``lang``, the language tag of its words; ``lines``, each with ``label``, ``points`` (list
        of Point), the ``first`` and ``latest`` that is known, years ``withheld``, and see `draw_line`.
    """
    language.use(spoken)
    regions: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry["region"] and entry["year"] and not (entry["internal"] or entry["draft"]):
            regions.setdefault(entry["region"], []).append(entry)
    trends = []
    for region, own in regions.items():
        series = _choose_series(own, spoken)
        if lines := _list_lines(series):
            lang = tag_language(series[0]["language"])
            trends.append({"region": language.name(region), "lang": lang, "lines": lines})
    return trends


def _choose_series(entries: list[Entry], spoken: str) -> list[Entry]:
    """Return the reports of one kind, oldest first: the most years, if possible in the page's language."""
    kinds: dict[tuple[str, str, str], dict[int, Entry]] = {}
    for entry in entries:
        kind = (entry["language"], entry["edition"], Path(entry["report"]).name)
        kinds.setdefault(kind, {})[entry["year"]] = entry
    ranked = sorted(kinds, key=lambda k: (-len(kinds[k]), k[0] != spoken, k[1] != "industry", k))
    return [entry for _, entry in sorted(kinds[ranked[0]].items())]


def _list_lines(series: list[Entry]) -> list[dict[str, Any]]:
    labels = dict.fromkeys(label for entry in series for label, _ in entry["key_figures"])
    lines = []
    for label in labels:
        points = [_read_point(entry, label) for entry in series]
        known = [point for point in points if point.number is not None]
        units = {NUMBER.match(point.printed)[2] for point in known}  # type: ignore[index]
        if len(known) > 1 and len(units) == 1:
            withheld = [str(point.year) for point in points if point.printed == language.PROTECTED]
            lines.append(
                {
                    "label": label,
                    "points": points,
                    "first": known[0],
                    "latest": known[-1],
                    "withheld": text(zh="、", en=", ").join(withheld),
                    **draw_line(points),
                }
            )
    return lines[:SHOWN_TRENDS]


def _read_point(entry: Entry, label: str) -> Point:
    printed = dict(entry["key_figures"]).get(label, "")
    found = NUMBER.match(printed)
    number = float(found[1].replace(",", "").replace("−", "-")) if found else None
    return Point(entry["year"], printed or language.MISSING, number)


def draw_line(points: list[Point]) -> dict[str, Any]:
    """Return a sparkline: ``path``, and ``dots``; a gap where a number is withheld."""
    known = [point for point in points if point.number is not None]
    numbers = [point.number or 0.0 for point in known]
    years = [point.year for point in points]
    low, span = min(numbers), (max(numbers) - min(numbers)) or 1
    breadth = (max(years) - min(years)) or 1
    dots, steps, previous = [], [], None
    for point in known:
        x = MARGIN + (WIDTH - 2 * MARGIN) * (point.year - min(years)) / breadth
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * ((point.number or 0.0) - low) / span
        joined = previous is not None and point.year == previous + 1
        steps.append(f"{'L' if joined else 'M'}{x:.1f} {y:.1f}")
        dots.append((f"{x:.1f}", f"{y:.1f}"))
        previous = point.year
    return {"path": "".join(steps), "dots": dots}
