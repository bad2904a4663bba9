"""Read tables cell by cell, as they are: an export of a CRM, and a list of grades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..base.errors import InputError, near_match
from ..intake import input_files
from ..intake.headers import normalise
from ..intake.schemas import SCHEMAS
from ..intake.values import show, trim
from .profiles import Profile, find_header
from .record_ids import read_id, refuse_ruined

_KEY_WORDS = (
    "客户编号",
    "Customer ID",
    "customer_id",
    "线索编号",
    "线索ID",
    "Lead ID",
    "lead_id",
    "Record Id",
    "id",
)
_GRADE_WORDS = ("等级", "Grade", "评级", "评定等级", "grade")
_POINT_WORDS = (
    "综合评分",
    "Composite",
    "composite",
    "得分",
    "总分",
    "分数",
    "Points",
    "points",
    "Score",
    "score",
)


@dataclass(frozen=True)
class Record:
    """One record of an export.

    Attributes
    ----------
    row : int
        As a spreadsheet numbers it.
    id, key : str
        Its record id, and what a list of grades names it by (often the same).
    cells : tuple
        The raw cells, as wide as the header.
    """

    row: int
    id: str
    key: str
    cells: tuple[Any, ...]


@dataclass(frozen=True)
class Export:
    """An export as it is.

    Attributes
    ----------
    file, sha256 : str
        Its name, and the checksum of its bytes.
    headers : tuple of str
        As written.
    id, key : int
        Where ids and keys stand.
    columns : mapping
        Header of the profile → where it stands; headers that the export lacks are not there.
    """

    path: Path
    sha256: str
    headers: tuple[str, ...]
    id: int
    key: int
    columns: Mapping[str, int]
    records: tuple[Record, ...]

    def text(self, record: Record, header: str) -> str:
        """Return what a record says in a column, as it stands there; "" where there is no such column."""
        place = self.columns.get(header)
        return "" if place is None else write_cell(record.cells[place])


def write_cell(raw: Any) -> str:
    """Return a cell as text: text as it is, a number or day as a spreadsheet shows it.

    Examples
    --------
    >>> write_cell(" A "), write_cell(3.0), write_cell(None)
    (' A ', '3', '')
    """
    return raw if isinstance(raw, str) else show(raw)


def read_export(path: str | Path, profile: Profile) -> Export:
    """Read an export beside its profile.

    Raises
    ------
    InputError
        The file cannot be read, has no column of record ids, has a column twice, or its ids were ruined.
    """
    source = _open(path)
    sheet, skip, names = _find_table(source, profile.id, profile.api_names, str(path), "record ids", profile)
    place = find_header(names, profile.id, profile.api_names)
    key = find_header(names, [profile.match], profile.api_names) if profile.match else place
    if place is None or key is None:
        raise _lacking(str(path), profile.match, names, f"by which {profile.name} finds grades")
    wanted = _list_wanted(profile)
    _refuse_twice(str(path), names, [*profile.id, profile.match, *wanted])
    places = {header: find_header(names, [header], profile.api_names) for header in wanted}
    columns = {header: found for header, found in places.items() if found is not None}
    rows = list(_read_rows(sheet, skip, len(names)))
    ids = [read_id(row, cells[place]) for row, cells in rows]
    keys = ids if key == place else [read_id(row, cells[key]) for row, cells in rows]
    refuse_ruined(str(path), names[place], ids)
    refuse_ruined(str(path), names[key], keys)
    records = tuple(
        Record(row, one.text, other.text, cells)
        for (row, cells), one, other in zip(rows, ids, keys, strict=True)
    )
    return Export(source.path, source.sha256, tuple(names), place, key, columns, records)


def _list_wanted(profile: Profile) -> list[str]:
    """List the columns that a comparison looks at, beside ids and keys."""
    held = [one.column for one in profile.held]
    return list(
        dict.fromkeys(filter(None, [*profile.fields.values(), profile.owner, profile.modified, *held]))
    )


def _open(path: str | Path) -> input_files.Source:
    found = input_files.find_path(path)
    if found.suffix.lower() == ".parquet":
        raise InputError(str(path), "is no export of a CRM.", "Name the .csv or .xlsx as it was exported.")
    return input_files.read(found)


def _find_table(
    source: input_files.Source,
    wanted: Sequence[str],
    api_names: Mapping[str, str],
    thing: str,
    what: str,
    profile: Profile,
) -> tuple[input_files.Sheet, int, list[str]]:
    """Find the sheet and row whose cells name the column that is looked for."""
    fullest: list[str] = []
    for sheet in source.sheets:
        for row, cells in enumerate(sheet.head):
            names = [trim(cell) if isinstance(cell, str) else "" for cell in cells]
            if find_header(names, wanted, api_names) is not None and sum(map(bool, names)) > 1:
                return sheet, row + 1, names
            fullest = max(fullest, [name for name in names if name], key=len)
    near = next((n for one in wanted if (n := near_match(one, fullest))), None)
    problem = f"has no column of {what} ({' or '.join(wanted[:6])})."
    problem += f" Its columns are: {', '.join(fullest[:40]) or 'none'}."
    hint = (
        f"If {near!r} is it, write it" if near else "Export it with that column, or write what it is called"
    )
    remedy = f"{hint} in a copy of {profile.path.name}, and name that copy with --profile."
    raise InputError(thing, problem, remedy)


def _lacking(thing: str, header: str, names: Sequence[str], why: str) -> InputError:
    near = near_match(header, [name for name in names if name])
    told = f"Is it {near!r}? Write" if near else "Export it with that column, or write"
    problem = f"has no column {header}, {why}."
    return InputError(thing, problem, f"{told} its header in a copy of the profile.")


def _refuse_twice(thing: str, names: Sequence[str], wanted: Sequence[str]) -> None:
    folded = [normalise(name) for name in names]
    for header in filter(None, wanted):
        if folded.count(normalise(header)) > 1:
            problem = f"has the column {header} twice, and which of them counts is not ours to guess."
            raise InputError(thing, problem, "Take one of them out of the export.")


def _read_rows(sheet: input_files.Sheet, skip: int, width: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Give each row below the header that says something, as wide as the header."""
    for block in sheet.blocks(skip, range(width)):
        for offset in range(block.size):
            cells = list(block.raw(offset))[:width]
            if any(trim(cell) for cell in cells):
                yield block.first_row + offset, (*cells, *[""] * (width - len(cells)))


# --- grades


@dataclass(frozen=True)
class Graded:
    """One line of a list of grades: the grade and the points as the list says them."""

    row: int
    key: str
    grade: str
    points: str


@dataclass(frozen=True)
class Grades:
    """A list of grades that a report attached.

    Attributes
    ----------
    by_key : mapping
        Key → its line.
    contradictory : tuple of str
        Keys with several lines of different grades; they are in no mapping.
    """

    path: Path
    sha256: str
    by_key: Mapping[str, Graded]
    contradictory: tuple[str, ...]


def read_grades(path: str | Path, profile: Profile) -> Grades:
    """Read a list of grades: a workbook that a report attached, or a csv with the same columns.

    Raises
    ------
    InputError
        The file cannot be read, names no records or no grades, or its ids were ruined.
    """
    source = _open(path)
    words = _list_key_words(profile)
    sheet, skip, names = _find_table(source, words, {}, str(path), "records", profile)
    key, grade, points = (find_header(names, few, {}) for few in (words, _GRADE_WORDS, _POINT_WORDS))
    if key is None or grade is None:
        raise InputError(
            str(path),
            f"has no column of grades ({_GRADE_WORDS[0]}, Grade).",
            "Name the list a report attached.",
        )
    lines = []
    for row, cells in _read_rows(sheet, skip, len(names)):
        one = read_id(row, cells[key])
        told = trim(cells[points]) if points is not None else ""
        lines.append((one, Graded(row, one.text, trim(cells[grade]), told)))
    refuse_ruined(str(path), names[key], [one for one, _ in lines])
    return _settle(source, [line for _, line in lines])


def _list_key_words(profile: Profile) -> list[str]:
    """List what the column that names records may be called in a list of grades."""
    own = [profile.match] if profile.match else list(profile.id)
    column = next((profile.columns[header] for header in own if header in profile.columns), "")
    known = SCHEMAS[profile.table].columns.get(column)
    return list(
        dict.fromkeys([*own, *filter(None, [column]), *(known.headers if known else ()), *_KEY_WORDS])
    )


def _settle(source: input_files.Source, lines: Sequence[Graded]) -> Grades:
    """Take each key once; what is said differently of one key counts for nothing."""
    found: dict[str, Graded] = {}
    apart: dict[str, None] = {}
    for line in lines:
        if line.key:
            first = found.setdefault(line.key, line)
            if (first.grade, first.points) != (line.grade, line.points):
                apart[line.key] = None
    kept = {key: line for key, line in found.items() if key not in apart}
    return Grades(source.path, source.sha256, kept, tuple(apart))
