"""What is published: the records beside the reports, and the shelf's own pages and lists."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..base.checked_json import has_form, read_checked, read_json, write_checked
from ..base.errors import InputError
from ..base.files import digest_file, write_whole
from ..base.formats import FORMATS
from ..base.language import LANGUAGES
from . import catalogue, index_page, navigation
from .catalogue import hash_bytes

WORK_FOLDER = Path(".build")  # in the working folder: what is not for publication
WORK_VARIABLE = "INDUSTRY_REPORT_WORK"  # names another place for it
# What the shelf reads of a record; see `render.write_record`.
_TEXTS = {str: str}
_EXHIBIT = {
    "kind": str,
    "caption": str,
    "alt?": str,
    "columns?": [{"name": str, "label": str}],
    "data": [dict],
}
RECORD = {
    **{"report": str, "notebook": str, "software": str, "version": int, "digest": str, "parameters": dict},
    **{"files": _TEXTS, "synthetic": bool, "draft?": bool, "internal?": bool, "attachments?": _TEXTS},
    "edition_words?": {"name?": _TEXTS, "readers?": _TEXTS},
    "inputs?": {
        **{"files?": _TEXTS, "libraries?": _TEXTS, "data?": str, "notebook?": str, "code?": str},
        "draft?": bool,
    },
    "correction?": catalogue.CORRECTION,
    "exhibits?": [_EXHIBIT],
    "sentences?": [str],
    "cover?": {
        **{"title?": str, "subtitle?": str, "language?": catalogue.is_language, "key_figures?": [[str, str]]},
        **{"finding?": str, "changes?": [str]},
        "publisher?": (
            {
                "published_on?": catalogue.is_day_or_none,
                "names?": _TEXTS,
                "licence?": {"name?": _TEXTS, "url?": str},
            },
            type(None),
        ),
    },
}
LISTS = ("catalog.json", "datapackage.json", "feed.xml")
KEPT = re.compile(r"\.v(\d+)$")  # the end of the stem of an earlier version


def find_work_folder(output: Path) -> Path:
    """Return where a build keeps its manifest, failed notebooks and logs.

    Never in the output folder: that is published as it is, and a failed notebook may show customers' rows.
    Where the environment names a place, several projects may share it.
    """
    whole = output.resolve()
    told = os.environ.get(WORK_VARIABLE)
    if not told:
        return WORK_FOLDER / whole.name
    return Path(told) / f"{whole.name}-{hashlib.sha256(str(whole).encode()).hexdigest()[:8]}"


def make_work_folder(output: Path) -> Path:
    """Make that folder, for this user alone: what lies in it may show customers' rows.

    Raises
    ------
    OSError
        If it cannot be made or written.
    """
    folder = find_work_folder(output)
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # another user's, who shares it
        folder.chmod(0o700)
    with tempfile.TemporaryFile(dir=folder):
        pass
    return folder


# --- the records


def read_record(path: Path) -> dict[str, Any] | None:
    """Return the JSON of a report, or None if the file is missing or not a report's."""
    record = read_json(path)  # a report without a sound record counts as not made, and is made again
    return record if has_form(record, RECORD) else None


def find_published(output: Path, stem: str) -> dict[str, Any] | None:
    """Return the record of a report of which every file is there as it was written, else None."""
    record = read_record(output / f"{stem}.json")
    if record is None:
        return None
    for suffix, digest in record["files"].items():
        if navigation.digest_report_file(output / f"{stem}.{suffix}") != digest:
            return None
    return record


def find_earlier(output: Path, stem: str) -> dict[str, Any] | None:
    """Return the record of the report that a new one replaces; None if nothing but a draft was there."""
    record = read_record(output / f"{stem}.json")
    if record is not None and not record.get("draft"):
        return record
    return next(iter(list_kept(output, stem)), None)


def list_kept(output: Path, stem: str) -> list[dict[str, Any]]:
    """Return the records of the earlier versions of a report, latest first; see `name_kept`."""
    folder, name = (output / stem).parent, Path(stem).name
    found = {}
    for file in folder.iterdir() if folder.is_dir() else ():
        kept = KEPT.search(file.stem)
        if kept and file.suffix == ".json" and file.stem == f"{name}.v{kept[1]}":
            found[int(kept[1])] = read_record(file)
    return [record for _, record in sorted(found.items(), reverse=True) if record]


def name_kept(stem: str, version: int) -> str:
    """Return the stem under which a version of a report stays when another takes its place."""
    return f"{stem}.v{version}"


def list_published(output: Path) -> list[dict[str, Any]]:
    """Return the records of all reports below a folder: latest year first, then region, edition, language."""
    found = [record for stem in _list_stems(output) if (record := _read_whole(output, stem))]
    return sorted(found, key=lambda record: _order({**record["parameters"], "report": record["report"]}))


def _list_stems(output: Path) -> Iterator[str]:
    """Yield what may be a report: every JSON file but those of earlier versions and of unfinished work."""
    for file in output.rglob("*.json"):
        stem = file.relative_to(output).as_posix().removesuffix(".json")
        if not stem.startswith(".") and not KEPT.search(stem) and f"{stem}.json" not in LISTS:
            yield stem


def _read_whole(output: Path, stem: str) -> dict[str, Any] | None:
    """Return the record of a report of which no file is missing, else None."""
    record = read_record(output / f"{stem}.json")
    if record is None or not all((output / f"{stem}.{suffix}").is_file() for suffix in record["files"]):
        return None
    return {**record, "report": stem}  # where it lies, even if someone moved it


def _order(about: Mapping[str, Any]) -> tuple[int, str, str]:
    year = about.get("year")
    return (-year if isinstance(year, int) else 0, str(about.get("region", "")), about["report"])


# --- the shelf


def write_index(
    output: Path, statuses: Mapping[str, str] | None = None, tell: Callable[[str], None] = lambda fault: None
) -> Path:
    """Write the pages and lists of the shelf, and into its reports' pages what stands beside them.

    ``index.html`` and ``index.en.html``, ``catalog.json``, ``datapackage.json`` and ``feed.xml``.

    Parameters
    ----------
    output : Path
        The output folder.
    statuses : mapping of str to str, optional
        What became of the jobs of the build that ends, by stem: ``made``, ``fresh``; anything else means that
        the report is not there, or not as new as its data.
    tell : callable
        Called with what a reader would miss: a link that leads nowhere, a name without its translation.

    Returns
    -------
    Path
        The Chinese page. Equal reports on an equal shelf give equal bytes.
    """
    before = _read_catalogue(output)
    entries = _list_entries(output, before)
    navigation.write_bars(output, entries)
    catalog = catalogue.make_catalogue(entries, before, statuses or {})
    pages = {f"index{'' if name == 'zh' else f'.{name}'}.html": name for name in LANGUAGES}
    texts = {
        **{file: index_page.render_page(catalog, name) for file, name in pages.items()},
        "datapackage.json": _as_json(catalogue.make_datapackage(catalog)),
        "feed.xml": catalogue.make_feed(catalog),
        "catalog.json": _as_json(catalog),  # last: the next build compares with it
    }
    for file, content in texts.items():
        if digest_file(output / file) != hash_bytes(content.encode()):
            write_file(output / file, content)
    for fault in (*navigation.list_dead_links(output, entries), *index_page.list_untranslated(entries)):
        tell(fault)
    with suppress(OSError):  # without it, the next build believes what it finds
        make_work_folder(output)
        write_checked(_find_seal(output), digest_file(output / "catalog.json"))
    return output / "index.html"


def _read_catalogue(output: Path) -> dict[str, Any] | None:
    """Return the catalogue of the build before; None on a new shelf, or where it is not what was written.

    Then all is read from the records again, and nothing is told of what changed.
    """
    catalog, seal = read_json(output / "catalog.json"), read_checked(_find_seal(output))
    if seal is not None and seal != digest_file(output / "catalog.json"):
        return None
    return catalog if has_form(catalog, catalogue.CATALOGUE) and catalog["form"] == catalogue.FORM else None


def _find_seal(output: Path) -> Path:
    return find_work_folder(output) / "catalog.sha256.json"


def _list_entries(output: Path, before: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the catalogue's entries; those of unchanged reports are taken over, for records are long."""
    known = {entry["report"]: entry for entry in (before or {}).get("reports", [])}
    entries = []
    for stem in _list_stems(output):
        if stem in known and _holds(output, known[stem]):
            entries.append(known[stem])
        elif record := _read_whole(output, stem):
            entries.append(_describe(output, record))
    return sorted(entries, key=_order)


def _holds(output: Path, entry: dict[str, Any]) -> bool:
    """Tell whether an entry describes what is there: its record by checksum, the other files by size."""
    for version in (entry, *entry.get("earlier", [])):
        for file in version["files"]:
            path = output / file["path"]
            if not path.is_file() or path.stat().st_size != file["bytes"]:
                return False
    record = next((file for file in entry["files"] if file["format"] == "json"), None)
    return record is not None and digest_file(output / record["path"]) == record["sha256"]


def _describe(output: Path, record: dict[str, Any]) -> dict[str, Any]:
    earlier = [
        {
            "version": kept["version"],
            "files": _list_files(output, name_kept(record["report"], kept["version"]), kept),
        }
        for kept in list_kept(output, record["report"])
    ]
    return catalogue.describe_report(record, _list_files(output, record["report"], record), earlier)


def _list_files(output: Path, stem: str, record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return format, path, size and checksum of each file of a report.

    Those of its single figures and tables are left to its page and its record: there are some forty.
    """
    own = output / f"{stem}.json"
    digests = {**record["files"], "json": digest_file(own)}
    order = list(FORMATS)
    named = sorted(digests, key=lambda s: (order.index(s) if s in order else len(order), s))
    paths = {suffix: output / f"{stem}.{suffix}" for suffix in named if "/" not in suffix}
    return [
        {
            "format": suffix,
            "path": f"{stem}.{suffix}",
            "bytes": path.stat().st_size,
            "sha256": digests[suffix],
        }
        for suffix, path in paths.items()
        if path.is_file()
    ]


def _as_json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write_file(path: Path, text: str) -> Path:
    """Write a text file of the shelf in one step; an `InputError` says why it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_whole(path, text)
    except OSError as error:
        remedy = "Write it elsewhere, or free its place."
        raise InputError(str(path), f"cannot be written: {error.strerror}.", remedy) from error
