"""The reports of a shelf as a table for each year: regions down, readers across."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..base import language
from ..base.formats import FORMATS
from ..base.language import text
from ..export.report_words import name_changes
from ..settings.editions import PUBLIC
from .catalogue import COMPARISON, ENDONYMS, Entry, name_format, spell, tag_language

LARGE_BYTES = 1e6  # a file of more says so; the size of another is told by its link
SEPARATOR = "|"  # of several values in an attribute that the filter reads
# Who each edition is for, in the words of its readers; an edition of an institution's own says it itself.
READERS = {
    "industry": ("协会、厂商、服务商", "Trade associations and suppliers"),
    "government": ("主管部门", "Public bodies"),
    "training": ("培训机构", "Training providers"),
    "college": ("招生与就业部门", "Admissions and careers offices"),
    "enterprise": ("本单位销售负责人", "The company's own sales lead"),
}


# What the program's own notebooks are about; one of an institution's own has its title.
SUBJECTS = {
    "value": ("客户价值", "Customer value"),
    "satisfaction": ("满意度与投诉", "Satisfaction and complaints"),
    "leads": ("线索评分", "Lead scores"),
    "market": ("市场统计", "Market"),
    "review": ("等级评估", "Grade reviews"),
}


def list_years(entries: list[Entry], spoken: str) -> list[dict[str, Any]]:
    """Return one table of reports for each year, the latest first.

    Parameters
    ----------
    entries : list of dict
        See `catalogue.describe_report`.
    spoken : str
        Language of the page; a report in another language is listed behind its translation, if there is one.

    Returns
    -------
    list of dict
        ``year``, a text; ``count`` of reports; ``comparisons``, each with ``head`` and ``reports``;
        ``columns``, each with ``head`` and ``about``; ``readers``, what neighbours of these are about and how
        many they are; ``rows``, each with ``id``, ``head`` and ``cells``, one
        list of reports for every column, see `describe_group`. What spans several years stands with the
        latest. A comparison is of no one region and reader, and stands above the table.
    """
    newest = max((entry["year"] for entry in entries if entry["year"]), default=None)
    years: dict[int | None, list[Entry]] = {}
    for entry in entries:
        years.setdefault(entry["year"] or newest, []).append(entry)
    ordered = sorted(years, key=lambda year: -(year or 0))
    return [
        {
            "year": "" if year is None else str(year),
            "count": len(years[year]),
            "comparisons": _list_comparisons(years[year], spoken),
            **_lay_out([entry for entry in years[year] if not _is_comparison(entry)], spoken, year),
        }
        for year in ordered
    ]


def _is_comparison(entry: Entry) -> bool:
    return _find_kind(entry)[0] == COMPARISON


def _list_comparisons(entries: list[Entry], spoken: str) -> list[dict[str, Any]]:
    """Return the comparisons of a year: between regions first, then each region's over the years."""
    found: dict[tuple[str, ...], list[Entry]] = {}
    for entry in filter(_is_comparison, entries):
        found.setdefault(tuple(entry["regions"]), []).append(entry)
    return [
        {"head": _name_comparison(place), "reports": _list_groups(found[place], spoken)}
        for place in _sort_places(found)
    ]


def _name_comparison(place: tuple[str, ...]) -> str:
    named = _name_place(place)
    if len(place) == 1:
        return text(zh=f"{named}历年比较", en=f"{named} over the years")
    return text(zh=f"{named}比较", en=f"{named} compared")


def _sort_places(places: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return places in order: what is of several regions comes first."""
    return sorted(places, key=lambda place: (len(place) < 2, *map(spell, place)))


def _lay_out(entries: list[Entry], spoken: str, year: int | None) -> dict[str, Any]:
    kinds = sorted({_find_kind(entry): None for entry in entries}, key=_rank_kind)
    places = _sort_places({tuple(entry["regions"]) for entry in entries})
    cells: dict[tuple[Any, Any], list[Entry]] = {}
    for entry in entries:
        cells.setdefault((tuple(entry["regions"]), _find_kind(entry)), []).append(entry)
    spoken_first = sorted(entries, key=lambda entry: entry["language"] != spoken)
    first = {kind: next(e for e in spoken_first if _find_kind(e) == kind) for kind in kinds}
    columns = [_head(kind, first[kind], spoken) for kind in kinds]
    return {
        "columns": columns,
        "readers": [(about, len([*group])) for about, group in groupby(columns, itemgetter("about"))],
        "rows": [
            {
                "id": f"{year or ''}{'-'.join(place)}",
                "head": _name_place(place),
                "cells": [_list_groups(cells.get((place, kind), []), spoken) for kind in kinds],
            }
            for place in places
        ],
    }


def _find_kind(entry: Entry) -> tuple[str, str]:
    """Return what makes two reports of one column: notebook and edition, as the file's name has them."""
    name = Path(entry["report"]).name.rpartition(".")[0]
    return (COMPARISON if name.startswith(COMPARISON) else name, entry["edition"])


def _rank_kind(kind: tuple[str, str]) -> tuple[bool, int, str, str]:
    name, edition = kind
    known = PUBLIC.index(edition) if edition in PUBLIC else len(PUBLIC)
    return (name == COMPARISON, known, edition, name)


def _head(kind: tuple[str, str], entry: Entry, spoken: str) -> dict[str, str]:
    name, edition = kind
    if name == COMPARISON:
        return {"head": text(zh="比较", en="Comparison"), "about": ""}
    if name in (edition, f"industry-{edition}"):
        return {"head": name_edition(entry), "about": _name_readers(entry)}
    if subject := SUBJECTS.get(name.removesuffix(f"-{edition}")):
        about = _name_readers(entry) or name_edition(entry)
        return {"head": text(zh=subject[0], en=subject[1]), "about": about}
    title = entry["title"] if entry["language"] == spoken else name.replace("-", " ").capitalize()
    place = language.name(entry["region"]) if entry["region"] else ""
    return {"head": title.removeprefix(place).strip(), "about": name_edition(entry)}


def name_edition(entry: Entry) -> str:
    """Return what a report's edition is called: by its publisher, where the publisher added it."""
    own = entry.get("edition_words", {}).get("name")
    return _speak(own) if own else language.term(entry["edition"])


def _name_readers(entry: Entry) -> str:
    known = dict(zip(("zh", "en"), READERS.get(entry["edition"], ("", "")), strict=True))
    return _speak(entry.get("edition_words", {}).get("readers", known))


def _speak(words: Mapping[str, str]) -> str:
    """Return a publisher's words in the page's language, or in the only one that there is."""
    return words.get(language.current()) or next(iter(words.values()), "")


def _name_place(place: tuple[str, ...]) -> str:
    if len(place) == 1:
        return language.name(place[0])
    return text(zh=f"{len(place)}个地区", en=f"{len(place)} regions") if place else text(zh="全部", en="All")


def _list_groups(entries: list[Entry], spoken: str) -> list[dict[str, Any]]:
    """Return the reports of one cell, each with its translations."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry["report"].rpartition(".")[0], []).append(entry)
    return [
        describe_group(sorted(group, key=lambda e: (e["language"] != spoken, e["language"])), spoken)
        for _, group in sorted(groups.items())
    ]


def describe_group(group: list[Entry], spoken: str) -> dict[str, Any]:
    """Return what a cell shows of one report and its translations: the first one leads."""
    lead, *others = group
    files = [file for file in lead["files"] if not _is_hidden(file["format"])]
    return {
        **describe(lead),
        "foreign": "" if lead["language"] == spoken else language.term(lead["language"]),
        "main": [file for file in _list_links(files, lead) if file["format"] in ("html", "pdf")],
        "data": [file for file in _list_links(files, lead) if file["format"] not in ("html", "pdf")],
        "translations": [
            {
                "name": ENDONYMS.get(other["language"], other["language"]),
                "lang": tag_language(other["language"]),
                "address": link["address"],
            }
            for other in others
            for link in _list_links(other["files"], other)[:1]
        ],
        "years": SEPARATOR.join(map(str, lead["years"])),
        "regions": SEPARATOR.join(lead["regions"]),
        "edition": lead["edition"],
        "languages": SEPARATOR.join(entry["language"] for entry in group),
        "corrections": [
            {**told, "of": _name_language(entry, group), "earlier": _list_earlier(entry)}
            for entry in group
            if (told := tell_correction(entry))
        ],
    }


def _name_language(entry: Entry, group: list[Entry]) -> str:
    """Return in its own words which of several translations a report is; nothing where it is the only one."""
    return str(ENDONYMS.get(entry["language"], entry["language"])) if len(group) > 1 else ""


def describe(entry: Entry) -> dict[str, Any]:
    """Return how a report is named where it is not in the table: composed in the page's language."""
    own = entry["language"] == language.current()
    place = language.name(entry["region"]) if entry["region"] else _name_place(tuple(entry["regions"]))
    year = "" if entry["year"] is None else text(zh=f"{entry['year']}年", en=str(entry["year"]))
    kind = _head(_find_kind(entry), entry, language.current())["head"]
    composed = text(zh="，", en=", ").join(part for part in (place, year, kind) if part)
    return {
        "stem": entry["report"],
        "title": entry["title"] if own else composed,
        "subtitle": entry["subtitle"] if own else f"({language.term(entry['language'])})",
        "composed": composed,
        "address": next((link["address"] for link in _list_links(entry["files"], entry)), ""),
        "marks": [words for holds, words in list_marks(entry) if holds],
    }


def list_marks(entry: Entry) -> list[tuple[bool, str]]:
    """Return what a reader must know of a report before opening it, and whether it holds."""
    return [
        (entry["draft"], text(zh="草稿", en="Draft")),
        (entry["internal"], text(zh="内部资料", en="Internal")),
        (entry["synthetic"], text(zh="合成数据", en="Synthetic data")),
    ]


def _list_links(files: Iterable[Entry], entry: Entry) -> list[dict[str, Any]]:
    links = []
    for file in files:
        name, lang = name_format(file["format"], entry)
        kind = "attachment" if "." in file["format"] else file["format"]
        link = {"name": name, "lang": lang, "format": kind, "address": quote(file["path"])}
        links.append(link | {"size": _size(file["bytes"]), "large": file["bytes"] >= LARGE_BYTES})
    return links


def _is_hidden(suffix: str) -> bool:
    """Tell whether a format is only for those who read the catalogue by program."""
    return suffix in FORMATS and FORMATS[suffix].is_hidden


def _size(count: int) -> str:
    return f"{max(count / 1000, 1):.0f} kB" if count < LARGE_BYTES else f"{count / 1e6:.1f} MB"


def tell_correction(entry: Entry) -> dict[str, Any] | None:
    """Return what a correction changed: ``changes`` in the report's language, the ``reason`` as written."""
    correction: Mapping[str, Any] | None = entry.get("correction")
    if not correction:
        return None
    day = language.day(date.fromisoformat(correction["date"]))
    return {
        "head": text(
            zh=f"第{correction['version']}版，{day}更正",
            en=f"Version {correction['version']}, corrected on {day}",
        ),
        "lang": tag_language(entry["language"]),
        "changes": name_changes(correction["changes"], entry["language"]),
        "more": _tell_rest(correction),
        "reason": correction.get("reason", ""),
    }


def _tell_rest(correction: Mapping[str, Any]) -> str:
    """Say what changed beside the key figures, or that no number did."""
    count = correction["exhibits"]
    if correction.get("renamed"):
        return text(
            zh="数字未变，仅名称或版式有调整", en="Numbers unchanged; only names or layout were altered"
        )
    changed = "1 figure or table changed" if count == 1 else f"{count} figures and tables changed"
    return text(zh=f"{count}处图表有变动", en=changed) if count else ""


def _list_earlier(entry: Entry) -> list[dict[str, Any]]:
    return [
        {
            "name": text(zh=f"第{kept['version']}版", en=f"Version {kept['version']}"),
            "links": _list_links(kept["files"], entry),
        }
        for kept in entry.get("earlier", [])
    ]


# --- the filter


def list_choices(entries: list[Entry]) -> list[dict[str, Any]]:
    """Return the lists of the filter: name, label, and value with label of each choice.

    The latest year, the first letter, the edition for everyone come first.
    """
    years = sorted({year for entry in entries for year in entry["years"]}, reverse=True)
    regions = sorted({region for entry in entries for region in entry["regions"]}, key=spell)
    named = {entry["edition"]: name_edition(entry) for entry in entries}
    editions = sorted(named, key=lambda e: _rank_kind(("", e)))
    languages = sorted({entry["language"] for entry in entries}, key=language.LANGUAGES.index)
    lists: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("year", language.term("year"), [(str(year), str(year)) for year in years]),
        ("region", language.term("region"), [(region, language.name(region)) for region in regions]),
        ("edition", text(zh="读者", en="Reader"), [(name, named[name]) for name in editions]),
        ("language", text(zh="语言", en="Language"), [(name, language.term(name)) for name in languages]),
    ]
    return [{"name": name, "label": label, "options": options} for name, label, options in lists]
