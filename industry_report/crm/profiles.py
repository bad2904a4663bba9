"""Profiles of a CRM's exports: mapping files that also say how grades go back (`params/crm/*.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..base.errors import InputError, did_you_mean
from ..base.files import is_folder, list_files
from ..base.yaml_forms import Keyed, Kind, Worded, read_words
from ..base.yaml_reader import Page, open_page
from ..intake import mapping
from ..intake.headers import normalise

PROFILE = Kind("the profile", "params/crm/zoho-leads.yaml")
FOLDER = Path("params", "crm")
LOCKED, CONVERTED, OPTED_OUT = "locked", "converted", "opted_out"
HELD = (LOCKED, CONVERTED, OPTED_OUT)
FIELDS = ("grade", "points", "graded_on")
FILES = ("csv", "xlsx")
_DELIMITERS = (",", ";", "|", ":", "\t")
_ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")


@dataclass(frozen=True)
class Held:
    """When a record is left alone: `state` if the column says one of these."""

    state: str
    column: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """What the exports of one module of a CRM look like, and how grades go back into it.

    Attributes
    ----------
    name : str
        The file's name without its ending.
    path : Path
        Where it stands; the same file serves as a mapping file for reports.
    table : str
        What kind of table the module is, such as "leads".
    api_names : mapping
        Header → the name of the column in the CRM's programming interface.
    not_verified : tuple
        What nobody has seen in the CRM itself yet, in both languages.
    id : tuple of str
        Headers of the column of record ids; the first that an export has.
    match : str
        Header of the column by which a list of grades names records; "" for the ids.
    fields : mapping
        grade, points, graded_on → header of the CRM's field.
    values : mapping
        Grade → the value of the CRM's pick list.
    """

    name: str
    path: Path
    title: Mapping[str, str] = field(hash=False)
    module: str
    table: str
    columns: Mapping[str, str] = field(hash=False)
    api_names: Mapping[str, str] = field(hash=False)
    not_verified: tuple[Mapping[str, str], ...] = field(hash=False)
    id: tuple[str, ...]
    match: str
    owner: str
    modified: str
    held: tuple[Held, ...]
    fields: Mapping[str, str] = field(hash=False)
    values: Mapping[str, str] = field(hash=False)
    date_format: str
    uses_api_names: bool
    encoding: str
    delimiter: str
    rows: int
    bytes: int
    files: tuple[str, ...]


def _one_of(*choices: str) -> Any:
    def choose(words: str) -> str:
        if words not in choices:
            raise ValueError(f"is none of {', '.join(map(repr, choices))}. Write one of them.")
        return words

    return choose


def _whole(most: int) -> Any:
    def count(text: str) -> int:
        if not re.fullmatch("[0-9]{1,10}", text) or not 1 <= int(text) <= most:
            raise ValueError(f"is not a whole number from 1 to {most:,}. Write it without separators.")
        return int(text)

    return count


def _date_format(text: str) -> str:
    try:
        told = date(2025, 11, 30).strftime(text)
    except ValueError:
        told = ""
    if not {"2025", "11", "30"} <= set(re.findall(r"\d+", told)):
        raise ValueError('tells no day, month and year. Write for example "%Y-%m-%d".')
    return text


_HELD = {"state": _one_of(*HELD), "column": read_words, "is": [read_words]}
_WRITE: dict[str, Any] = {
    "id": [read_words],
    "match?": read_words,
    "owner?": read_words,
    "modified?": read_words,
    "held?": [_HELD],
    "fields": {"grade": read_words, "points?": read_words, "graded_on?": read_words},
    "values": Keyed(read_words, read_words),
    "date": _date_format,
    "header": _one_of("api", "export"),
    "encoding": _one_of(*_ENCODINGS),
    "delimiter": _one_of(*_DELIMITERS),
    "rows": _whole(1_048_575),
    "bytes": _whole(1 << 30),
    "files": [_one_of(*FILES)],
}
FORM: dict[str, Any] = {
    **mapping.FORM,
    "title": Worded(read_words),
    "module": read_words,
    "not_verified?": [Worded(read_words)],
    "api_names?": Keyed(read_words, read_words),
    "write": _WRITE,
}


def load_profile(name: str | Path) -> Profile:
    """Read a profile by its name (zoho-leads) or its path.

    Raises
    ------
    InputError
        There is no such profile, or its file contradicts itself: all faults at once, each with its line.
    """
    path = _find(str(name))
    mapping.load_column_map(path)  # the faults of the mapping, with their lines
    page = open_page(path, PROFILE)
    values = page.read(page.root, FORM) if page.root is not None else {}
    _note_faults(page, values)
    page.refuse(path)
    return _make(path, values)


def _find(name: str) -> Path:
    if name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name:
        return Path(name)
    known = {path.stem: path for path in list_profiles()}
    if name not in known:
        remedy = did_you_mean(name, list(known), f"There are: {', '.join(known) or 'none'}.")
        raise InputError(f"profile {name}", "there is none of this name.", remedy)
    return known[name]


def list_profiles() -> list[Path]:
    """List the profiles of the nearest folder `params/crm`, here or above, by name."""
    here = Path.cwd()
    folder = next((one / FOLDER for one in (here, *here.parents) if is_folder(one / FOLDER)), None)
    return list_files(folder, "*.yaml") if folder else []


def _note_faults(page: Page, values: Mapping[str, Any]) -> None:
    if not values.get("table"):
        page.note_at(("table",), "the profile lacks table. Say what it holds, such as `table: leads`.")
    write = values.get("write") or {}
    headers = [header for header in (write.get("fields") or {}).values() if header]
    ids = write.get("id") or []
    for header in {normalise(one): one for one in headers}.values():
        if headers.count(header) > 1 or header in ids:
            page.note_at(("write", "fields"), f"{header} is written twice. Give each field its own.")


def _make(path: Path, values: Mapping[str, Any]) -> Profile:
    write = values["write"]
    return Profile(
        name=path.stem,
        path=path,
        title=values["title"],
        module=values["module"],
        table=values["table"],
        columns=values.get("columns") or {},
        api_names=values.get("api_names") or {},
        not_verified=tuple(values.get("not_verified") or ()),
        id=tuple(write["id"]),
        match=write.get("match") or "",
        owner=write.get("owner") or "",
        modified=write.get("modified") or "",
        held=tuple(Held(one["state"], one["column"], tuple(one["is"])) for one in write.get("held") or ()),
        fields={name: write["fields"][name] for name in FIELDS if name in write["fields"]},
        values=write["values"],
        date_format=write["date"],
        uses_api_names=write["header"] == "api",
        encoding=write["encoding"],
        delimiter=write["delimiter"],
        rows=write["rows"],
        bytes=write["bytes"],
        files=tuple(dict.fromkeys(write["files"])),
    )


def find_header(headers: Sequence[str], names: Sequence[str], api_names: Mapping[str, str]) -> int | None:
    """Return where the first of some columns stands, by its header or its API name; None if none does."""
    found = [normalise(header) for header in headers]
    for name in names:
        for known in filter(None, (name, api_names.get(name))):
            if normalise(known) in found:
                return found.index(normalise(known))
    return None
