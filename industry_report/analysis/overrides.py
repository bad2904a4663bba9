"""Grades that a person set: read the file, put them over the scores, keep a log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..base import own_names
from ..base.errors import InputError, near_match
from ..intake import input_files, values
from ..scorecard.scorecards import Scorecard

# What a list of overrides says, under which heads; capitals and outer blanks make no difference.
HEADS = {
    "customer_id": ("customer_id", "客户编号", "客户ID"),
    "grade": ("grade", "等级", "最终评级"),
    "who": ("who", "经办人", "调整人"),
    "why": ("why", "理由", "调整理由"),
    "date": ("date", "日期", "调整日期"),
}
_MEND = "Give each override customer_id, grade, who, why and date."
_NAMED = 20  # faults in one message


@dataclass(frozen=True)
class Override:
    """One grade set by a person, and where it was read."""

    row: int
    customer: str
    grade: str
    who: str
    why: str
    date: pd.Timestamp


def read_overrides(path: str | Path, card: Scorecard) -> tuple[Override, ...]:
    """Read a list of grades that people set.

    Parameters
    ----------
    path : str or Path
        A csv or xlsx file, whose first row names customer_id (客户编号), grade (等级), who (经办人),
        why (理由) and date (日期). A relative path is looked for in the working folder and those above it.
    card : scoring.Scorecard
        Its grades may be set.

    Returns
    -------
    tuple of Override
        In the order of the file.

    Raises
    ------
    InputError
        A column is missing, or rows lack who, why or a date or name an unknown grade: all of them, by row.
    """
    rows = list(_read_rows(input_files.find_path(path)))
    places = _find_columns(rows[0][1] if rows else [], path)
    read = [_read_row(number, [row[place] for place in places], card.grades) for number, row in rows[1:]]
    _refuse([fault for _, faults in read for fault in faults], path)
    return tuple(override for override, _ in read if override)


def _read_rows(path: Path) -> Iterator[tuple[int, list[Any]]]:
    """Give each row of the first sheet that says something, with its number, as wide as the first one."""
    sheet = input_files.read(path).sheets[0]
    width = len(sheet.head[0]) if sheet.head else 0
    for block in sheet.blocks(0, range(width)):
        for offset in range(block.size):
            row = list(block.raw(offset))[:width]
            if any(values.trim(cell) for cell in row):
                yield block.first_row + offset, row + [""] * (width - len(row))


def _find_columns(header: list[Any], path: str | Path) -> list[int]:
    """Return where the columns of `HEADS` stand."""
    found = [values.fold(cell) for cell in header]
    places = [
        next((found.index(name.lower()) for name in names if name.lower() in found), None)
        for names in HEADS.values()
    ]
    if missing := [name for name, place in zip(HEADS, places, strict=True) if place is None]:
        problem = (
            f"the first row lacks {', '.join(missing)}; it has {', '.join(filter(None, found)) or 'nothing'}."
        )
        raise InputError(f"{path}, row 1", problem, _MEND)
    return [place for place in places if place is not None]


def _read_row(number: int, cells: list[Any], grades: tuple[str, ...]) -> tuple[Override | None, list[str]]:
    customer, grade, who, why = (
        values.read_identifier(cells[0]).value,
        *(values.read_text(c).value for c in cells[1:4]),
    )
    date = values.read_moment(cells[4]).value
    given = {"customer_id": customer, "grade": grade, "who": who, "why": why, "date": date}
    faults = [f"row {number} has no {name}" for name, value in given.items() if not value]
    if grade and grade not in grades:
        near = near_match(grade.upper(), grades)
        hint = f", did you mean {near}?" if near else f", grades are {', '.join(reversed(grades))}"
        faults.append(f"row {number}: there is no grade {grade!r}{hint}")
    if faults:
        return None, faults
    return Override(number, customer, grade, who, why, pd.Timestamp(date).normalize()), []


def _refuse(faults: list[str], path: str | Path) -> None:
    if faults:
        more = f"; {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        raise InputError(str(path), f"{'; '.join(faults[:_NAMED])}{more}.", _MEND)


def apply_overrides(
    scored: pd.DataFrame, overrides: tuple[Override, ...], card: Scorecard, by: str = "customer_id"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put grades that people set over those of the scores.

    An override holds until the customer asks again: it takes the place of the grade of the customer's latest
    consultation up to its date, and a later consultation is graded by its own scores. Of several for the
    same consultation the latest counts, and of one day the last in the list.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations.
    overrides : tuple of Override
        See `read_overrides`.
    card : scoring.Scorecard
        The order of its grades.

    Returns
    -------
    DataFrame
        `scored` with the grades set and ``overridden``, true where one was.
    DataFrame
        The log, by date: `by`, ``date``, ``grade_by_score``, ``grade``, ``who``, ``why``, ``holds`` (false
        where a later override took its place).

    Raises
    ------
    InputError
        A customer is not in the data, or has no consultation up to the date; all rows are named.
    """
    ordered = sorted(overrides, key=lambda override: override.date)
    targets = [_find_consultation(scored, override, by) for override in ordered]
    pairs = list(zip(ordered, targets, strict=True))
    _refuse_unknown([o for o, target in pairs if target is None])
    last = {target: override for override, target in pairs}
    grades = scored["grade"].astype(object)
    columns = [by, "date", "grade_by_score", "grade", "who", "why", "holds"]
    log = pd.DataFrame(
        [(o.customer, o.date, grades.iloc[t], o.grade, o.who, o.why, last[t] is o) for o, t in pairs],
        columns=columns,
    )
    grades.iloc[list(last)] = [override.grade for override in last.values()]
    overridden = pd.Series(False, index=scored.index)
    overridden.iloc[list(last)] = True
    ranked = pd.Categorical(grades, categories=list(card.grades), ordered=True)
    scored = own_names.move_aside(scored, ("overridden",))
    return scored.assign(grade=ranked, overridden=overridden), log


def _find_consultation(scored: pd.DataFrame, override: Override, by: str) -> int | None:
    """Return the position of the customer's latest consultation up to the override's date."""
    own = (scored[by] == override.customer).fillna(False).to_numpy(bool).nonzero()[0]
    if "consulted_on" not in scored:
        return int(own[-1]) if len(own) else None
    days = scored["consulted_on"].iloc[own].set_axis(own).fillna(pd.Timestamp("1800-01-01"))  # undated: first
    until = days[days.dt.normalize() <= override.date].sort_values(kind="stable")
    return int(until.index[-1]) if len(until) else None


def _refuse_unknown(unknown: list[Override]) -> None:
    if unknown:
        listed = ", ".join(f"{o.customer} (row {o.row}, {o.date:%Y-%m-%d})" for o in unknown[:_NAMED])
        raise InputError(
            "overrides",
            f"expected customers with a consultation up to the date, got {listed}.",
            "Correct the customer or the date, or remove the row.",
        )
