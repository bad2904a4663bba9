"""Write what changed as files for the CRM's own import, with files that undo it and a manifest.

Each row is a record id and the changed fields, never more: the import overwrites what is mapped, and a record
without an id would be made anew. Files are split at the limits of the profile.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .. import __version__
from ..base import workbook
from ..base.errors import InputError
from ..base.files import narrow_mode
from ..base.own_folders import make_folder
from .differences import Change, Difference, as_json, list_changed_fields
from .profiles import Profile

MANIFEST = "manifest.json"
CHANGES = "changes.xlsx"
MOST_LISTED = 1_048_575  # rows of a sheet below its head
Rows = list[list[str]]


def write_files(difference: Difference, folder: Path) -> list[Path]:
    """Write import files, undo files, the list of changes and the manifest into a new folder, all or none.

    Parameters
    ----------
    difference : Difference
        See `differences.compare`.
    folder : Path
        Must not be there, or be empty: nothing is written over.

    Returns
    -------
    list of Path
        The files, by name; none where nothing changes.

    Raises
    ------
    InputError
        The folder is not empty or cannot be written, or the day of the grades is needed and was not given.
    """
    if not difference.changes:
        return []
    _refuse_folder(folder)
    _refuse_undated(difference)
    files = dict(make_files(difference))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with make_folder(folder.parent, f".{folder.name}-") as draft:
            whole = draft / "files"
            whole.mkdir()
            for name, content in files.items():
                (whole / name).write_bytes(content)
                narrow_mode(whole / name, difference.export.path)
            if folder.exists():
                folder.rmdir()
            whole.rename(folder)
    except OSError as error:
        remedy = "Name another folder, or free its place."
        raise InputError(str(folder), f"cannot be written: {error.strerror}.", remedy) from None
    return [folder / name for name in sorted(files)]


def _refuse_folder(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(str(folder), "is there already, and not empty.", "Name a new folder with --out.")


def _refuse_undated(difference: Difference) -> None:
    field = difference.profile.fields.get("graded_on")
    if field in difference.export.columns and not any(field in change.new for change in difference.changes):
        problem = f"the CRM has the field {field}, and the day of the grades is not told."
        raise InputError("crm write", problem, "Give it: --date 2025-12-31, the day of the report.")


def make_files(difference: Difference) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every file: import, undo, list of changes, manifest.

    Parameters
    ----------
    difference : Difference
        With at least one change.
    """
    profile, changes = difference.profile, difference.changes
    fields = list_changed_fields(changes, profile)
    names = name_columns(difference, fields)
    parts = split(changes, profile, names, fields)
    made: list[tuple[str, bytes, int]] = []
    for kind, is_undo in (("import", False), ("undo", True)):
        for number, part in enumerate(parts, 1):
            rows = [names, *make_rows(part, fields, is_undo=is_undo)]
            for suffix in profile.files:
                content = write_csv(rows, profile) if suffix == "csv" else write_xlsx(rows)
                made.append((f"{kind}-{profile.name}-{number}.{suffix}", content, len(part)))
    made.append((CHANGES, write_xlsx(_list_changes(changes, fields)), len(changes)))
    yield from ((name, content) for name, content, _ in made)
    yield MANIFEST, _write_manifest(difference, made)


def name_columns(difference: Difference, fields: Sequence[str]) -> list[str]:
    """Return the header of the files: API names, or what the export itself calls these columns."""
    profile, export = difference.profile, difference.export
    if profile.uses_api_names:
        headers = [profile.id[0], *fields]
        return [profile.api_names.get(header, header) for header in headers]
    return [export.headers[place] for place in (export.id, *(export.columns[field] for field in fields))]


def make_rows(changes: Sequence[Change], fields: Sequence[str], *, is_undo: bool = False) -> Rows:
    """Return one row a change: the record id and the fields, new or (to undo) as they were."""
    return [
        [change.id, *((change.old if is_undo else change.new).get(field, "") for field in fields)]
        for change in changes
    ]


def split(
    changes: Sequence[Change], profile: Profile, names: Sequence[str], fields: Sequence[str]
) -> list[list[Change]]:
    """Split changes into files within the profile's limits of rows and bytes, undo files included."""
    head = len(write_csv([list(names)], profile))
    new, old = (_measure(make_rows(changes, fields, is_undo=undo), profile) for undo in (False, True))
    parts: list[list[Change]] = [[]]
    size = head
    for change, *both in zip(changes, new, old, strict=True):
        if parts[-1] and (len(parts[-1]) == profile.rows or size + max(both) > profile.bytes):
            parts.append([])
            size = head
        parts[-1].append(change)
        size += max(both)
    return parts


def _measure(rows: Rows, profile: Profile) -> list[int]:
    """Return how many bytes each row takes as separated text."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=profile.delimiter, lineterminator="\n")
    sizes = []
    for row in rows:
        writer.writerow(row)
        sizes.append(len(stream.getvalue().encode(profile.encoding.removesuffix("-sig"))))
        stream.seek(0)
        stream.truncate()
    return sizes


def write_csv(rows: Rows, profile: Profile) -> bytes:
    """Write rows as separated text: the profile's encoding and delimiter, lines that end in LF."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=profile.delimiter, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode(profile.encoding)


def write_xlsx(rows: Rows) -> bytes:
    """Write rows as a workbook in which every cell is text, so that no program reads an id as a number."""
    stream = io.BytesIO()
    with workbook.open_book(stream, font="") as book:
        as_text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet()
        sheet.set_column(0, len(rows[0]) - 1, 26, as_text)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value:
                    workbook.write_text(sheet, number, place, value, as_text)
    return stream.getvalue()


def _list_changes(changes: Sequence[Change], fields: Sequence[str]) -> Rows:
    """List for people what each record held and will hold."""
    heads = [f"{field} ({when})" for field in fields for when in ("old", "new")]
    rows = [["record", "key", *heads]]
    for change in changes[:MOST_LISTED]:
        cells = [told.get(field, "") for field in fields for told in (change.old, change.new)]
        rows.append([change.id, change.key, *cells])
    return rows


def _write_manifest(difference: Difference, made: Sequence[tuple[str, bytes, int]]) -> bytes:
    files: dict[str, dict[str, Any]] = {
        name: {"rows": rows, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content, rows in made
    }
    told = {"software": f"industry-report {__version__}", **as_json(difference), "files": files}
    return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
