"""The page that lists what is published: the year in a sentence, each region's course, reports by reader."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from ..base import language
from ..base.language import text
from .catalogue import Entry, find_publisher, name_shelf, spell, tag_language
from .index_by_year import describe, list_choices, list_marks, list_years, name_edition, tell_correction
from .trends import list_trends

TEMPLATES = Path(__file__).parent / "templates"
SHOWN_CHANGES = 5  # of each kind
OPEN_TRENDS = 9  # regions; more are folded, so that the table of reports is not far
NAMED_REGIONS = 6  # in the year's sentence
SEARCHED = 30  # reports from which on the page has a search
HAN = re.compile(r"[\u3400-\u9fff]")
TWINS = {"zh": "index.en.html", "en": "index.html"}


def render_page(catalog: Mapping[str, Any], spoken: str) -> str:
    """Return the shelf's page in one language, complete without its script and without any request.

    Parameters
    ----------
    catalog : mapping
        See `catalogue.make_catalogue`.
    spoken : str
        Language of the page; titles of reports in another language are composed in it.
    """
    with language.speaking(spoken):
        return _render(catalog, spoken)


def _render(catalog: Mapping[str, Any], spoken: str) -> str:
    entries = catalog["reports"]
    by_stem = {entry["report"]: entry for entry in entries}
    trends = list_trends(entries, spoken)
    css, script = _read("index.css"), _read("index.js")
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            lang=tag_language(spoken),
            t=lambda zh, en: text(zh=zh, en=en),
            title=name_shelf(catalog),
            publisher=find_publisher(catalog),
            twin=TWINS[spoken],
            lead=_tell_year(trends),
            years=list_years(entries, spoken),
            total=len(entries),
            regions=len({region for entry in entries for region in entry["regions"]}),
            shared=_list_shared_marks(entries),
            synthetic=any(entry["synthetic"] for entry in entries),
            late=[describe(by_stem[stem]) for stem in catalog["not_updated"] if stem in by_stem],
            changes=_list_changes(catalog["changes"], by_stem),
            trends=trends,
            folded=len(trends) > OPEN_TRENDS,
            choices=list_choices(entries) if len(entries) >= SEARCHED else [],
            css=css,
            script=script,
            policy=f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; "
            "base-uri 'none'; form-action 'none'",
        )
    )


@functools.cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(TEMPLATES)
    made = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.tests["han"] = lambda words: HAN.search(words) is not None
    return made


@functools.cache
def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    """Return what a content security policy calls a script or style by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _tell_year(trends: list[dict[str, Any]]) -> str:
    """Return the latest published rate of each region, a list and no ranking; empty where there is none.

    Which region stands first is decided by the alphabet: whether one is higher is for the comparison to say.
    """
    known = [
        (region["region"], line)
        for region in trends
        for line in region["lines"][:1]
        if line["latest"].low is not None
    ]
    if not known or len(known) > NAMED_REGIONS or len({line["label"] for _, line in known}) > 1:
        return ""
    year = max(line["latest"].year for _, line in known)
    now = [(name, line["latest"].short) for name, line in known if line["latest"].year == year]
    label = known[0][1]["label"]
    zh = f"{year}年{label}：" + "，".join(f"{name}{value}" for name, value in now) + "。"
    en = f"{label} in {year}: " + ", ".join(f"{name} {value}" for name, value in now) + "."
    return text(zh=zh, en=en)


def _list_shared_marks(entries: list[Entry]) -> list[str]:
    """Return the marks that all reports carry: they are said once, at the head of the page."""
    marks = [{words for holds, words in list_marks(entry) if holds} for entry in entries]
    return sorted(set.intersection(*marks)) if marks else []


def _list_changes(changes: Mapping[str, list[str]], by_stem: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """Return what changed since the build before, by kind: the first few, and how many more there are.

    Reports that say what they said before are no news: they are counted, not named. What an institution took
    away is not announced: a trial or a mistake of its own is no news for readers.
    """
    heads = {
        "corrected": text(zh="更正", en="Corrected"),
        "new": text(zh="新增", en="New"),
        "replaced": text(zh="重新制作，内容未变", en="Made anew, contents unchanged"),
    }
    told = []
    for kind, head in heads.items():
        stems = sorted((s for s in changes.get(kind, []) if s in by_stem), key=lambda s: _place(by_stem[s]))
        named = stems[: 0 if kind == "replaced" else SHOWN_CHANGES]
        reports = [{**describe(by_stem[s]), "correction": tell_correction(by_stem[s])} for s in named]
        if stems:
            told.append({"kind": kind, "head": head, "reports": reports, "more": len(stems) - len(named)})
    return told


def list_untranslated(entries: list[Entry]) -> list[str]:
    """Return what the English page says in Chinese for want of a name; nothing where it does not."""
    with language.speaking("en"):
        names = {language.name(name) for entry in entries for name in entry["regions"]}
        names |= {name_edition(entry) for entry in entries}
        lacking = sorted(name for name in names if HAN.search(language.term(name)))
    if not lacking:
        return []
    listed = ", ".join(lacking)
    return [f"{TWINS['zh']} shows Chinese names, for want of English ones: {listed}."]


def _place(entry: Entry) -> tuple[int, str, str]:
    return (-(entry["year"] or 0), spell(entry["region"]), entry["report"])
