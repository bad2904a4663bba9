"""The shelf for machines: a catalogue of all reports, a Frictionless data package, an Atom feed."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from ..base import language
from ..base.formats import FORMATS
from ..base.language import text
from ..base.workbook import FORBIDDEN
from ..export import appendix

FORM = (
    4  # of catalog.json, raised when an entry changes: one of another form is neither compared with nor kept
)
DONE = ("made", "fresh")
COMPARISON = "comparison"  # how the names of reports begin that set years or regions side by side
ENDONYMS = {"zh": "中文", "en": "English"}  # a translation is offered in the words of who reads it
LATEST = 50  # entries of the feed; the catalogue has them all
ATOM = "http://www.w3.org/2005/Atom"

Entry = dict[str, Any]


def hash_bytes(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def is_day(text: str) -> bool:
    """Tell whether a text is a day as ISO 8601 writes it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_day_or_none(text: str) -> bool:
    """Tell whether a text is a day, or empty."""
    return not text or is_day(text)


def is_language(text: str) -> bool:
    """Tell whether a text names a language of reports."""
    return text in language.LANGUAGES


# The forms of what is read back; see `checked_json.has_form`.
CORRECTION = {
    **{"version": int, "date": is_day, "earlier": str, "exhibits": int, "reason?": str, "renamed?": bool},
    "changes": [[str, str, str]],
}
_FILES = [{"format": str, "path": str, "bytes": int, "sha256": str}]
ENTRY = {
    **dict.fromkeys(("report", "title", "subtitle", "edition", "region", "publisher"), str),
    **{"language": is_language, "date": is_day_or_none, "regions": [str]},
    **{"year": (int, type(None)), "years": [int], "licence": {str: str}},
    **{"version": int, "draft": bool, "internal": bool, "synthetic": bool},
    **{
        "key_figures": [[str, str]],
        "changes?": [str],
        "finding?": str,
        "attachments": {str: str},
        "files": _FILES,
    },
    "edition_words?": {"name?": {str: str}, "readers?": {str: str}},
    "correction?": CORRECTION,
    "earlier?": [{"version": int, "files": _FILES}],
}
CATALOGUE = {"form": int, "reports": [ENTRY], "changes": {str: [str]}, "not_updated": [str]}


def describe_report(record: Mapping[str, Any], files: list[Entry], earlier: list[Entry]) -> Entry:
    """Return a report's entry in the catalogue.

    Parameters
    ----------
    record : mapping
        The report's JSON.
    files : list of dict
        ``format``, ``path``, ``bytes``, ``sha256`` of each file.
    earlier : list of dict
        ``version`` and ``files`` of each version that this one replaced, latest first.
    """
    cover, parameters = record.get("cover", {}), record["parameters"]
    spoken = str(cover.get("language") or parameters.get("language") or "zh")
    publisher = cover.get("publisher") or {}
    correction = record.get("correction")
    regions, years = _list_values(parameters, "region"), _list_values(parameters, "year")
    entry = {
        "report": record["report"],
        "title": cover.get("title") or record["report"],
        "subtitle": cover.get("subtitle", ""),
        "language": spoken,
        "edition": str(parameters.get("edition") or Path(record["notebook"]).stem),
        "region": regions[0] if len(regions) == 1 else "",
        "regions": regions,
        "year": years[0] if len(years) == 1 else None,
        "years": years,
        "version": record["version"],
        "date": correction["date"] if correction else publisher.get("published_on", ""),
        "draft": bool(record.get("draft")),
        "internal": bool(record.get("internal")),
        "synthetic": bool(record["synthetic"]),
        "publisher": publisher.get("names", {}).get(spoken, ""),
        "licence": _read_licence(publisher, spoken),
        "key_figures": cover.get("key_figures", []),
        "changes": cover.get("changes", []),
        "finding": cover.get("finding", ""),
        "attachments": record.get("attachments", {}),
        "files": files,
    }
    if words := record.get("edition_words"):
        entry["edition_words"] = words
    if correction:
        entry |= {"correction": correction, "earlier": earlier}
    return entry


def _list_values(parameters: Mapping[str, Any], key: str) -> list[Any]:
    """Return the regions or years that a report is about: a comparison names several.

    A report on one region may name others, to show how its numbers lie among theirs; it is not about them.
    """
    one, several = parameters.get(key), parameters.get(f"{key}s")
    kind = {"region": str, "year": int}[key]
    values = several if one is None and isinstance(several, list) else [one]
    return [value for value in values if isinstance(value, kind) and value]


def _read_licence(publisher: Mapping[str, Any], spoken: str) -> Entry:
    licence = publisher.get("licence", {})
    about = {"title": licence.get("name", {}).get(spoken, ""), "path": licence.get("url", "")}
    return {key: value for key, value in about.items() if value}


def make_catalogue(
    entries: list[Entry], before: Mapping[str, Any] | None, statuses: Mapping[str, str]
) -> dict[str, Any]:
    """Return the catalogue of a shelf.

    Parameters
    ----------
    entries : list of dict
        See `describe_report`.
    before : mapping or None
        The catalogue of the build before.
    statuses : mapping of str to str
        What became of the jobs of this build, by stem.

    Returns
    -------
    dict
        ``reports``; ``changes`` since the build before (``new``, ``corrected``, ``replaced``, ``removed``,
        lists of stems), or the last ones where nothing changed; ``not_updated``, stems of reports that
        failed.
    """
    return {
        "form": FORM,
        "reports": entries,
        "changes": _list_changes(entries, before),
        "not_updated": _list_late(entries, before, statuses),
    }


def _list_changes(entries: list[Entry], before: Mapping[str, Any] | None) -> dict[str, list[str]]:
    if before is None:  # the first build: all is new, and that is no news
        return {}
    old = {entry["report"]: entry for entry in before["reports"]}
    changes: dict[str, list[str]] = {}
    for entry in entries:
        if kind := _tell_change(entry, old.pop(entry["report"], None)):
            changes.setdefault(kind, []).append(entry["report"])
    if old:
        changes["removed"] = sorted(old)
    return changes or dict(before["changes"])


def _tell_change(entry: Entry, old: Entry | None) -> str:
    if old is None:
        return "new"
    if entry["version"] > old["version"]:
        return "corrected"
    return "replaced" if _list_content(entry) != _list_content(old) else ""


def _list_content(entry: Entry) -> list[Any]:
    """Return the files that tell whether a report was made anew: its page changes with what is beside it."""
    return [file for file in entry["files"] if file["format"] != "html"]


def _list_late(
    entries: list[Entry], before: Mapping[str, Any] | None, statuses: Mapping[str, str]
) -> list[str]:
    """Return what this build could not make, and what an earlier one could not and this one did not try."""
    published = {entry["report"] for entry in entries}
    waiting = {stem for stem in (before or {}).get("not_updated", []) if stem in published} - statuses.keys()
    return sorted(waiting | {stem for stem, status in statuses.items() if status not in DONE})


# --- Frictionless


@language.speaking("zh")
def make_datapackage(catalog: Mapping[str, Any]) -> dict[str, Any]:
    """Return the descriptor of all CSV files, after the Data Package specification (v1, Frictionless)."""
    entries = catalog["reports"]
    resources = [
        _describe_resource(entry, version["version"], file)
        for entry in entries
        for version in (entry, *entry.get("earlier", []))
        for file in version["files"]
        if file["format"] == "csv"
    ]
    licences = _unique([entry["licence"] for entry in entries if entry["licence"].get("path")])
    publishers = _unique([entry["publisher"] for entry in entries if entry["publisher"]])
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": "reports",
        "title": name_shelf(catalog),
        "resources": resources,
    }
    if licences:
        package["licenses"] = licences
    if publishers:
        package["contributors"] = [{"title": name, "role": "publisher"} for name in publishers]
    return package


def _describe_resource(entry: Entry, version: int, file: Entry) -> Entry:
    outdated = version < entry["version"]
    resource = {
        "profile": "tabular-data-resource",
        "name": _make_name(file["path"], entry),
        "path": file["path"],
        "title": " ".join(part for part in (entry["title"], entry["subtitle"]) if part),
        "description": text(zh="已被更正的旧版", en="superseded") if outdated else "",
        "format": "csv",
        "mediatype": FORMATS["csv"].media_type,
        "encoding": "utf-8",
        "bytes": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
        "version": str(version),
        "licenses": [entry["licence"]] if entry["licence"].get("path") else [],
        "schema": appendix.describe_csv(),
    }
    return {key: value for key, value in resource.items() if value not in ("", [])}


def _make_name(path: str, entry: Entry) -> str:
    """Return a name in the letters that the specification allows, with what tells it from all others."""
    readable = [str(part) for part in (entry["edition"], entry["year"], entry["language"]) if part]
    readable.append(hashlib.sha256(path.encode()).hexdigest()[:8])
    return re.sub(r"[^-a-z0-9._]", "-", "-".join(readable).lower())


def _unique(items: list[Any]) -> list[Any]:
    return [item for position, item in enumerate(items) if item not in items[:position]]


# --- Atom


@language.speaking("zh")
def make_feed(catalog: Mapping[str, Any]) -> str:
    """Return the Atom feed (RFC 4287) of published reports, latest first; drafts are not in it.

    A report is as new as its correction or, before any, as the day its publisher names. Where none is named
    it is dated by the end of the year that it is about: a feed must have dates, and the same input gives the
    same feed. Addresses are relative to the feed's own.
    """
    entries = [entry for entry in catalog["reports"] if not entry["draft"]]
    entries.sort(key=lambda entry: (_date(entry), entry["report"]), reverse=True)
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"xml:lang": "zh-CN"})
    _add(feed, "title", name_shelf(catalog))
    _add(feed, "id", _make_id("feed"))
    _add(feed, "updated", max(map(_date, entries), default="1970-01-01T00:00:00Z"))
    _add(feed, "link", rel="self", type="application/atom+xml", href="feed.xml")
    _add(feed, "link", rel="alternate", type="text/html", href="index.html")
    _add(_add(feed, "author"), "name", find_publisher(catalog) or name_shelf(catalog))
    for entry in entries[:LATEST]:
        _add_entry(feed, entry)
    ElementTree.indent(feed, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def _add_entry(feed: ElementTree.Element, entry: Entry) -> None:
    added = _add(feed, "entry")
    added.set("xml:lang", tag_language(entry["language"]))
    edition = text(zh=f"（第{entry['version']}版）", en="") if entry["version"] > 1 else ""
    _add(added, "title", " ".join(part for part in (entry["title"], entry["subtitle"]) if part) + edition)
    _add(added, "id", _make_id(entry["report"]))
    _add(added, "updated", _date(entry))
    for file in entry["files"]:
        rel = "alternate" if file["format"] == "html" else "enclosure"
        known = FORMATS.get(file["format"])
        kind = known.media_type if known else "application/octet-stream"
        _add(added, "link", rel=rel, type=kind, href=quote(file["path"]), length=str(file["bytes"]))
    figures = "；".join(f"{label} {value}" for label, value in entry["key_figures"])
    _add(added, "summary", "".join((_tell_reason(entry), figures or entry["title"])))


def _tell_reason(entry: Entry) -> str:
    reason = entry.get("correction", {}).get("reason", "")
    return f"更正原因：{reason}{'' if reason[-1] in '。.！!？?' else '。'}" if reason else ""


def _add(parent: ElementTree.Element, tag: str, content: str = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{ATOM}}}{tag}", attributes)
    element.text = FORBIDDEN.sub("", content) or None
    return element


def _date(entry: Entry) -> str:
    day = entry["date"] or f"{entry['year'] or 1970:04}-12-31"
    return f"{day}T00:00:00Z"


def _make_id(name: str) -> str:
    """Return an id that stays the same wherever the shelf is put."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"industry-report/{name}").urn


# --- names


def tag_language(spoken: str) -> str:
    """Return the language tag for HTML and XML."""
    return "zh-CN" if spoken == "zh" else spoken


def name_format(kind: str, entry: Entry) -> tuple[str, str]:
    """Return what a file is called, and the language tag of the name.

    An attachment is called what it is: by a word of both languages, else by its caption in the report.
    """
    own = tag_language(language.current())
    if known := FORMATS.get(kind):
        return text(zh=known.zh, en=known.en), own
    name, dot, _ = kind.rpartition(".")
    if not dot:
        return kind.upper(), own
    if name in language.VOCABULARY:
        return language.term(name), own
    return entry["attachments"].get(name, name), tag_language(entry["language"])


def spell(region: str) -> str:
    """Return a place's name in letters, by which readers of both languages look it up."""
    return language.PLACES.get(region, region)


def find_publisher(catalog: Mapping[str, Any]) -> str:
    """Return who publishes the shelf, in the language in use; empty if nobody or more than one is named."""
    names = {e["publisher"] for e in catalog["reports"] if e["language"] == language.current()} - {""}
    return names.pop() if len(names) == 1 else ""


def name_shelf(catalog: Mapping[str, Any]) -> str:
    """Return the shelf's title in the language in use."""
    publisher = find_publisher(catalog)
    return text(zh=f"{publisher}报告目录", en=f"Reports of {publisher}" if publisher else "Reports")
