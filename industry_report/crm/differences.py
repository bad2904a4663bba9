"""Compare an export with a list of grades: what would change in the CRM, what not, and why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from ..base.errors import InputError
from ..base.language import text
from ..base.workbook import measure
from ..intake import values
from ..intake.values import read_grade, trim
from .exports import Export, Graded, Grades, Record
from .profiles import HELD, Profile
from .record_ids import is_writable

CHANGED, SAME = "changed", "same"
NOT_IN_EXPORT, NOT_IN_GRADES = "not_in_export", "not_in_grades"
NOT_IN_PICK_LIST, CHANGED_SINCE, OWNER_CHANGED = "not_in_pick_list", "changed_since", "owner_changed"
TWICE, NO_ID, FORMULA, CONTRADICTORY = "twice", "no_id", "formula", "contradictory"
REFUSED = (TWICE, NO_ID, CONTRADICTORY, NOT_IN_PICK_LIST, CHANGED_SINCE, OWNER_CHANGED, FORMULA)
# What a comparison says of records, in the order in which it is told.
STATES: Mapping[str, tuple[str, str]] = {
    CHANGED: ("将更改", "changed"),
    SAME: ("相同", "same"),
    NOT_IN_GRADES: ("清单中没有等级", "no grade in the list"),
    NOT_IN_EXPORT: ("导出文件中没有", "not in the export"),
    "locked": ("已锁定，不写", "locked, left alone"),
    "converted": ("已转换，不写", "converted, left alone"),
    "opted_out": ("已退订，不写", "opted out, left alone"),
    NOT_IN_PICK_LIST: ("等级不在CRM选项中", "grade not in the pick list"),
    CHANGED_SINCE: ("评级后CRM中已修改", "changed in the CRM since"),
    OWNER_CHANGED: ("评级后负责人已变更", "owner changed since"),
    TWICE: ("记录ID重复", "record twice"),
    NO_ID: ("记录ID缺失或不可用", "no usable record id"),
    FORMULA: ("原值是公式", "old value is a formula"),
    CONTRADICTORY: ("清单中等级不一致", "list gives two grades"),
}


@dataclass(frozen=True)
class Change:
    """What would be written to one record: field of the CRM → its new and its old value."""

    row: int
    id: str
    key: str
    new: Mapping[str, str]
    old: Mapping[str, str]


@dataclass(frozen=True)
class Difference:
    """What a comparison found.

    Attributes
    ----------
    changes : tuple of Change
        In the order of the export.
    states : mapping
        State → (row, id or key) of each record in it; see `STATES`.
    moves : Counter
        (old grade, new grade) → records that change.
    unchecked : tuple of str
        Columns of the profile that the export lacks, so that nothing could be held back by them.
    """

    profile: Profile
    export: Export
    grades: Grades
    changes: tuple[Change, ...]
    states: Mapping[str, tuple[tuple[int, str], ...]]
    moves: Counter[tuple[str, str]]
    unchecked: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """Whether anything was refused."""
        return any(self.states.get(state) for state in REFUSED)

    def count(self) -> dict[str, int]:
        """Return how many records are in each state, of those that occur."""
        return {state: len(self.states[state]) for state in STATES if self.states.get(state)}


def compare(
    profile: Profile,
    export: Export,
    grades: Grades,
    graded_on: date | None = None,
    since: Export | None = None,
) -> Difference:
    """Compare an export with a list of grades.

    Parameters
    ----------
    profile, export, grades
        See `load_profile`, `read_export`, `read_grades`.
    graded_on : date, optional
        The day of the grades. Records modified after it, as far as the export says when, are held back.
    since : Export, optional
        The export that the grades were made from: records that differ from it are held back.

    Raises
    ------
    InputError
        The export lacks the field of the grade: nothing could be compared, or undone.
    """
    _refuse_lacking(profile, export)
    judge = _Judge(profile, export, graded_on, since)
    states: dict[str, list[tuple[int, str]]] = {state: [] for state in STATES}
    changes, moves = [], Counter[tuple[str, str]]()
    twice = {one for one, times in Counter(record.id for record in export.records).items() if times > 1}
    for record in export.records:
        state, change = judge.tell(record, grades, twice)
        states[state].append((record.row, record.id or record.key))
        if change:
            changes.append(change)
            field = profile.fields["grade"]
            moves[trim(change.old[field]) or "–", change.new[field]] += 1
    there = {record.key for record in export.records}
    states[NOT_IN_EXPORT] = [(line.row, key) for key, line in grades.by_key.items() if key not in there]
    return Difference(
        *(profile, export, grades, tuple(changes)),
        states={state: tuple(found) for state, found in states.items() if found},
        moves=moves,
        unchecked=_list_unchecked(profile, export),
    )


def _refuse_lacking(profile: Profile, export: Export) -> None:
    field = profile.fields["grade"]
    if field not in export.columns:
        problem = f"has no column {field}: which grade the CRM holds is not known, nothing could be undone."
        remedy = (
            f"Make a field of that name in the CRM, add it to the export, or write its name in a copy of the "
            f"profile {profile.name}."
        )
        raise InputError(str(export.path), problem, remedy)


def _list_unchecked(profile: Profile, export: Export) -> tuple[str, ...]:
    """List what the export lacks of the columns by which records are held back, and of the fields."""
    wanted = [one.column for one in profile.held]
    wanted += [header for name, header in profile.fields.items() if name != "grade"]
    return tuple(dict.fromkeys(header for header in wanted if header not in export.columns))


class _Judge:
    """Says of each record what would become of it."""

    def __init__(
        self, profile: Profile, export: Export, graded_on: date | None, since: Export | None
    ) -> None:
        self._profile, self._export, self._graded_on, self._since = profile, export, graded_on, since
        self._before = {record.id: record for record in since.records} if since else {}
        self._picks = {values.fold(grade): value for grade, value in profile.values.items()}
        self._held = {
            one: {values.fold(told) for told in one.texts}
            for one in profile.held
            if one.column in export.columns
        }

    def tell(self, record: Record, grades: Grades, twice: set[str]) -> tuple[str, Change | None]:
        """Return the state of a record, and its change if it is to be written."""
        if not is_writable(record.id):
            return NO_ID, None
        if record.id in twice:
            return TWICE, None
        if record.key in grades.contradictory:
            return CONTRADICTORY, None
        line = grades.by_key.get(record.key)
        if line is None or not line.grade:
            return NOT_IN_GRADES, None
        new = self._find_new(line)
        if new is None:
            return NOT_IN_PICK_LIST, None
        old = {field: self._export.text(record, field) for field in self._fields()}
        if all(_is_same(old[field], value) for field, value in new.items()):
            return SAME, None
        return self._hold(record, old) or self._change(record, new, old)

    def _fields(self) -> list[str]:
        return [header for header in self._profile.fields.values() if header in self._export.columns]

    def _find_new(self, line: Graded) -> dict[str, str] | None:
        """Return the values of grade and points, None where the CRM has no such grade."""
        told = read_grade(line.grade).value
        pick = self._picks.get(values.fold(line.grade)) or self._picks.get(values.fold(told or ""))
        if pick is None:
            return None
        new = {self._profile.fields["grade"]: pick}
        points = self._profile.fields.get("points")
        if points in self._export.columns and (number := _number(line.points)) is not None:
            new[str(points)] = f"{number.normalize():f}"
        return new

    def _hold(self, record: Record, old: Mapping[str, str]) -> tuple[str, None] | None:
        """Return why a record is not written, None if it may be."""
        for state in HELD:
            for held, told in self._held.items():
                if held.state == state and values.fold(self._export.text(record, held.column)) in told:
                    return state, None
        if any(_is_formula(value) for value in old.values()):
            return FORMULA, None
        if state := self._find_later(record):
            return state, None
        return None

    def _find_later(self, record: Record) -> str:
        """Say whether the record, or who has it, changed after the grades were made."""
        before = self._before.get(record.id)
        own, profile = self._export, self._profile
        if self._since is not None and before is not None:
            owners = own.text(record, profile.owner), self._since.text(before, profile.owner)
            if profile.owner in self._since.columns and owners[0] != owners[1]:
                return OWNER_CHANGED
            if _describe(own, record) != _describe(self._since, before, own):
                return CHANGED_SINCE
        elif self._since is not None:
            return CHANGED_SINCE  # it was not there when the grades were made
        modified = own.columns.get(profile.modified)
        if self._graded_on is not None and modified is not None:
            moment = values.read_moment(record.cells[modified]).value
            if moment is not None and moment.date() > self._graded_on:
                return CHANGED_SINCE
        return ""

    def _change(self, record: Record, new: dict[str, str], old: dict[str, str]) -> tuple[str, Change]:
        day = self._profile.fields.get("graded_on")
        if day in old and self._graded_on is not None:
            new[str(day)] = self._graded_on.strftime(self._profile.date_format)
        return CHANGED, Change(record.row, record.id, record.key, new, {field: old[field] for field in new})


def _describe(export: Export, record: Record, like: Export | None = None) -> dict[str, str]:
    """Return what a record says in all columns that both exports have."""
    shared = set(export.headers) & set((like or export).headers)
    cells = zip(export.headers, record.cells, strict=True)
    return {header: trim(cell) for header, cell in cells if header in shared and header}


def _number(told: Any) -> Decimal | None:
    try:
        number = Decimal(str(told).replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _is_same(old: str, new: str) -> bool:
    """Tell whether two values are the same: as texts without outer blanks, or as numbers (3.60 is 3.6)."""
    if trim(old) == new:
        return True
    numbers = _number(trim(old)), _number(new)
    return None not in numbers and numbers[0] == numbers[1]


def _is_formula(value: str) -> bool:
    """Tell whether a spreadsheet would run a text, which an undo file would give back (CSV injection)."""
    told = value.lstrip()
    return bool(told) and (
        value[0] in "\t\r" or told[0] in "=@" or (told[0] in "+-" and _number(told) is None)
    )


# --- what is told


def tabulate_moves(difference: Difference) -> list[tuple[str, str, int]]:
    """Return from which grade to which how many records go, most first."""
    order = sorted(difference.moves.items(), key=lambda one: (-one[1], one[0]))
    return [(old, new, count) for (old, new), count in order]


def word_difference(difference: Difference) -> Iterator[str]:
    """Yield the lines of a report on a comparison, in the language in use."""
    counts = difference.count()
    if not difference.changes:
        yield text(zh="没有需要写入的更改。", en="There is nothing to write.")
    width = max(measure(text(zh=zh, en=en)) for zh, en in STATES.values())
    for state, number in counts.items():
        name = text(zh=STATES[state][0], en=STATES[state][1])
        refused = difference.states[state] if state in REFUSED else []
        rows = _name_some([str(row) for row, _ in refused], 10)
        ids = _name_some([one for _, one in refused], 3)
        told = text(zh=f"（第{rows}行：{ids}）", en=f" (rows {rows}: {ids})") if refused else ""
        yield f"{name}{' ' * (width - measure(name))}  {number:>8,}{told}"
    if difference.moves:
        yield ""
        yield text(zh="等级变更：", en="Grades:")
        for old, new, number in tabulate_moves(difference):
            yield f"  {old} → {new}  {number:>8,}"
    if difference.unchecked:
        yield ""
        names = _name_some(difference.unchecked, len(difference.unchecked))
        yield text(
            zh=f"导出文件缺少以下列，未据此检查或写入：{names}",
            en=f"Not in the export, so neither checked nor written: {names}",
        )


def _name_some(names: Sequence[str], most: int) -> str:
    """List the first names, and say that there are more."""
    told = text(zh="、", en=", ").join(names[:most])
    return told + text(zh="等", en=", …") if len(names) > most else told


def as_json(difference: Difference) -> dict[str, Any]:
    """Return a comparison for programs."""
    return {
        "profile": difference.profile.name,
        "export": {"file": difference.export.path.name, "sha256": difference.export.sha256},
        "grades": {"file": difference.grades.path.name, "sha256": difference.grades.sha256},
        "states": difference.count(),
        "refused": {
            state: [{"row": row, "record": one} for row, one in difference.states[state]]
            for state in REFUSED
            if difference.states.get(state)
        },
        "moves": [{"from": old, "to": new, "records": n} for old, new, n in tabulate_moves(difference)],
        "unchecked": list(difference.unchecked),
    }


def list_changed_fields(changes: Sequence[Change], profile: Profile) -> list[str]:
    """List the fields that any change writes, in the profile's order."""
    written = {field for change in changes for field in change.new}
    return [header for header in profile.fields.values() if header in written]
