"""The catalogue of a finished build: which reports are there, and the page that lists them."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from .errors import InputError

WORKSHOP = Path(".build")  # in the working folder: what is not for publication
RECORD_KEYS = frozenset({"report", "notebook", "parameters", "digest", "files", "synthetic"})
EDITIONS = {"enterprise": "企业版", "industry": "行业版", "government": "政府版", "college": "院校版"}
LANGUAGES = {"zh": "中文", "en": "English"}


def find_workshop(output: Path) -> Path:
    """Return where a build keeps its manifest, failed notebooks and logs.

    Never in the output folder: that is published as it is, and a failed notebook may show customers' rows.
    """
    return WORKSHOP / output.resolve().name


def read_record(path: Path) -> dict[str, Any] | None:
    """Return the JSON of a report, or None if the file is missing or not a report's."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a report without a readable record counts as not made, and is made again
        return None
    return record if isinstance(record, dict) and record.keys() >= RECORD_KEYS else None


def find_published(output: Path, stem: str) -> dict[str, Any] | None:
    """Return the record of a report of which every file is there as it was written, else None."""
    record = read_record(output / f"{stem}.json")
    if record is None:
        return None
    for suffix, digest in record["files"].items():
        file = output / f"{stem}.{suffix}"
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            return None
    return record


def list_published(output: Path) -> list[dict[str, Any]]:
    """Return the records of all reports below a folder: latest year first, then region, edition, language."""
    found = []
    for file in output.rglob("*.json"):
        stem = file.relative_to(output).as_posix().removesuffix(".json")
        record = None if stem.startswith(".") else read_record(file)
        if record and all((output / f"{stem}.{suffix}").is_file() for suffix in record["files"]):
            found.append({**record, "report": stem})  # where it lies, even if someone moved it
    return sorted(found, key=_order)


def _order(record: dict[str, Any]) -> tuple[int, str, str]:
    year = record["parameters"].get("year")
    return (
        -year if isinstance(year, int) else 0,
        str(record["parameters"].get("region", "")),
        record["report"],
    )


def write_index(output: Path) -> Path:
    """Write ``index.html``, one self-contained page that lists every report below the folder.

    Returns
    -------
    Path
        The page. Equal reports give equal bytes.
    """
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates" / "site")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    records = list_published(output)
    years: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        years.setdefault(str(record["parameters"].get("year", "")), []).append(_describe(record))
    synthetic = any(record["synthetic"] for record in records)
    page = environment.get_template("index.html.j2").render(
        years=years, total=len(records), synthetic=synthetic
    )
    return write_whole(output / "index.html", page)


def _describe(record: dict[str, Any]) -> dict[str, Any]:
    """Return what one line of the page shows."""
    parameters = record["parameters"]
    edition = str(parameters.get("edition") or Path(record["notebook"]).stem)
    language = str(parameters.get("language", "zh"))
    about = (
        str(parameters.get("region", "")),
        EDITIONS.get(edition, edition),
        LANGUAGES.get(language, language),
    )
    return {
        "title": record.get("cover", {}).get("title") or record["report"],
        "about": " · ".join(part for part in about if part),
        "lang": "zh-CN" if language == "zh" else language,
        "synthetic": record["synthetic"],
        "links": [
            (suffix.upper(), quote(f"{record['report']}.{suffix}")) for suffix in (*record["files"], "json")
        ],
    }


def write_whole(path: Path, text: str) -> Path:
    """Write a text file in one step: a reader sees the old one or the new one, never half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8", newline="\n")
        return draft.replace(path)
    except OSError as error:
        with suppress(OSError):  # where the folder is none, there is no draft either
            draft.unlink()
        mend = "Write it elsewhere, or free its place."
        raise InputError(str(path), f"cannot be written: {error.strerror}.", mend) from error
