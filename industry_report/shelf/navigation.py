"""The bar below a report's title, which the shelf writes into its page when all that it leads to is there.

A report does not know what stands beside it: another year, a translation, a version that replaces it may come
later. So its page leaves room, and its checksum leaves that room out.
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import jinja2

from ..base import language
from ..base.files import digest_file, write_whole
from ..base.formats import FORMATS
from ..base.language import text
from .catalogue import COMPARISON, ENDONYMS, Entry, hash_bytes, name_format, spell, tag_language

EMPTY = b"<!-- shelf --><!-- /shelf -->"  # where the page leaves room for it
PLACE = re.compile(rb"<!-- shelf -->.*?<!-- /shelf -->", re.S)
TEMPLATES = Path(__file__).parent / "templates"
ADDRESS = re.compile(r'(?:<a [^<>]*?href|<meta property="og:image" content)="([^"]*)"')
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
UNFOLDED = 8  # links of a group; more are folded
INDEXES = {"zh": "index.html", "en": "index.en.html"}


@dataclass(frozen=True)
class Link:
    """One link of the bar.

    Attributes
    ----------
    words : str
        What it says.
    address : str
        Relative to the page; empty for the page itself.
    lang : str
        Language tag of `words` and of where it leads, if that is another language.
    """

    words: str
    address: str
    lang: str = ""


def digest_page(content: bytes) -> str:
    """Return the checksum of a report's page without its bar: another report beside it changes only that."""
    return hash_bytes(PLACE.sub(EMPTY, content, count=1))


def digest_report_file(file: Path) -> str:
    """Return the checksum of a report's file as its record has it; nothing if it cannot be read."""
    if file.suffix != ".html":
        return digest_file(file)
    with suppress(OSError):
        return digest_page(file.read_bytes())
    return ""


def write_bars(output: Path, entries: Sequence[Entry]) -> None:
    """Write the bar of every page of a shelf, and what its file then is into its entry.

    Parameters
    ----------
    output : Path
        The shelf.
    entries : sequence of dict
        See `catalogue.describe_report`; size and checksum of the pages are set.
    """
    for entry in entries:
        with language.speaking(entry["language"]):
            home = INDEXES[entry["language"]]
            page = _find_page(entry["files"])
            bar = _render(list_groups(entry, entries), {}, _relate(home, page))
            _write_bar(output, entry["files"], bar)
            for earlier in entry.get("earlier", []):
                page = _find_page(earlier["files"])
                groups = [_list_files(earlier["files"], entry, page)]
                bar = _render(groups, _tell_outdated(entry, earlier, page), _relate(home, page))
                _write_bar(output, earlier["files"], bar)


def _write_bar(output: Path, files: list[dict[str, Any]], bar: str) -> None:
    for file in files:
        if file["format"] != "html":
            continue
        path = output / file["path"]
        with suppress(OSError):  # a page that went meanwhile is missed by the next look at the shelf
            before = path.read_bytes()
            content = _fill(before, f"<!-- shelf -->{bar}<!-- /shelf -->".encode())
            if content != before:
                write_whole(path, content.decode("utf-8"))
            file |= {"bytes": len(content), "sha256": hash_bytes(content)}


def _fill(page: bytes, bar: bytes) -> bytes:
    return PLACE.sub(lambda _: bar, page, count=1)


def _find_page(files: Iterable[dict[str, Any]]) -> str:
    return next((file["path"] for file in files if file["format"] == "html"), "")


# --- what it leads to


def list_groups(entry: Entry, entries: Sequence[Entry]) -> list[tuple[str, list[Link]]]:
    """Return the links of a report's bar by group, in the report's language; a group of itself is left out.

    Parameters
    ----------
    entry : dict
        The report; see `catalogue.describe_report`.
    entries : sequence of dict
        All of the shelf. A draft leads to drafts and a published report to published ones.

    Returns
    -------
    list of (str, list of Link)
        Files, languages, years, regions, comparisons: what each group is, and its links.
    """
    page = _find_page(entry["files"])
    others = [other for other in entries if other["draft"] == entry["draft"]]
    name = posixpath.basename(entry["report"])
    alike = [other for other in others if posixpath.basename(other["report"]) == name]
    years = [o for o in alike if o["year"] and entry["year"] and o["regions"] == entry["regions"]]
    regions = [o for o in alike if o["region"] and entry["region"] and o["years"] == entry["years"]]
    regions.sort(key=lambda other: spell(other["region"]))
    years.sort(key=lambda other: int(other["year"]))
    groups = [
        _list_files(entry["files"], entry, page),
        (text(zh="语言", en="Language"), _list_languages(entry, others, page)),
        (text(zh="年份", en="Year"), [_link(o, _name_year(o["year"]), page) for o in years]),
        (text(zh="地区", en="Region"), [_link(o, language.name(o["region"]), page) for o in regions]),
        (text(zh="比较", en="Comparison"), _list_comparisons(entry, others, page)),
    ]
    return [(head, links) for head, links in groups if any(link.address for link in links)]


def _name_year(year: int) -> str:
    return text(zh=f"{year}年", en=str(year))


def _link(entry: Entry, words: str, page: str, lang: str = "") -> Link:
    target = _find_page(entry["files"])
    return Link(words, "" if target == page else _relate(target, page), lang)


def _relate(target: str, page: str) -> str:
    """Return the address of a file of the shelf as a page of it writes it."""
    return quote(posixpath.relpath(target, posixpath.dirname(page) or "."))


def _list_files(files: Iterable[dict[str, Any]], entry: Entry, page: str) -> tuple[str, list[Link]]:
    links = []
    for file in files:
        known = FORMATS.get(file["format"])
        if file["format"] == "html" or (known and known.is_hidden):
            continue
        words, lang = name_format(file["format"], entry)
        links.append(
            Link(words, _relate(file["path"], page), "" if lang == tag_language(entry["language"]) else lang)
        )
    return text(zh="下载", en="Download"), links


def _list_languages(entry: Entry, others: Sequence[Entry], page: str) -> list[Link]:
    own = entry["report"].rpartition(".")[0]
    twins = [other for other in others if other["report"].rpartition(".")[0] == own]
    return [
        _link(twin, ENDONYMS.get(spoken, spoken), page, tag_language(spoken))
        for twin in twins
        if (spoken := str(twin["language"])) != entry["language"]
    ]


def _list_comparisons(entry: Entry, others: Sequence[Entry], page: str) -> list[Link]:
    """Return the comparisons that a report's region takes part in: over the years, and with other regions."""
    found = []
    for other in others:
        name = posixpath.basename(other["report"])
        if not name.startswith(COMPARISON) or other["language"] != entry["language"] or other is entry:
            continue
        if entry["region"] not in other["regions"] or not set(other["years"]) <= set(entry["years"]):
            continue
        count = len(other["regions"])
        words = (
            text(zh=f"{count}个地区", en=f"{count} regions")
            if count > 1
            else text(zh="历年", en="Over the years")
        )
        found.append(_link(other, words, page))
    return found


def _tell_outdated(entry: Entry, earlier: dict[str, Any], page: str) -> dict[str, str]:
    """Return what stands above a version that another one replaced, and where that is."""
    number, now = earlier["version"], entry["version"]
    return {
        "told": text(
            zh=f"这是第{number}版，已被第{now}版取代。",
            en=f"This is version {number}; version {now} replaces it.",
        ),
        "address": _relate(_find_page(entry["files"]), page),
        "words": text(zh="看最新版", en="See the latest version"),
    }


# --- what it misses


def list_dead_links(output: Path, entries: Iterable[Entry]) -> list[str]:
    """Return which page of a shelf leads to which file that is not there, in words.

    Links to other hosts and within the page are not followed.
    """
    told = []
    for entry in entries:
        for files in (entry["files"], *(earlier["files"] for earlier in entry.get("earlier", []))):
            page = output / _find_page(files)
            for address in _list_addresses(page) if page.is_file() else ():
                if not (page.parent / address).exists():
                    told.append(
                        f"{page.relative_to(output).as_posix()}: leads to {address}, which is not there"
                    )
    return told


def _list_addresses(page: Path) -> list[str]:
    """Return the files that a page links to or names as its picture, relative to it."""
    content = page.read_text(encoding="utf-8", errors="replace")
    found = [unescape(address) for address in ADDRESS.findall(content)]
    inner = [address for address in found if address and not SCHEME.match(address)]
    return list(
        dict.fromkeys(unquote(re.split("[?#]", address)[0]) for address in inner if address[0] not in "#/")
    )


def _render(groups: list[tuple[str, list[Link]]], outdated: dict[str, str], index: str) -> str:
    return (
        _template()
        .render(
            groups=groups,
            outdated=outdated,
            index=index,
            unfolded=UNFOLDED,
            t=lambda zh, en: text(zh=zh, en=en),
        )
        .strip()
    )


@functools.cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(TEMPLATES)
    made = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return made.get_template("bar.html.j2")
