"""All public reports of a slice are one publication: one standard, one source, nothing outdated beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from ..base.errors import InputError
from ..base.files import find_upwards
from ..intake.mapping import ColumnMap, TableRules, load_column_map
from ..settings.publisher import load_policy
from ..shelf import released, report_records
from ..shelf.released import Slice
from . import plan
from .plan import Job

SAME = ("data", "columns", "scorecard", "follow_up_days")  # that all public reports of a slice share
# Nor two of a build: an earlier year's report knew less, or was made by rules that were stricter since; it is
# withdrawn where the two differ by few.
SAME_NOW = ("data_cut", "publisher")
_OF_GRADES = frozenset({"scorecard", "follow_up_days", "data_cut"})  # else it shows no grade or outcome


def check_jobs(jobs: Sequence[Job], output: Path) -> None:
    """Refuse a second standard, or a second source, for a slice.

    Grades by two scorecards are two cuts through the same customers, and a part of the data beside the whole
    gives the rest: a reader who subtracts learns counts that either withholds. So do purchases within two
    numbers of days, or as known on two days: the difference is who bought between them. By two thresholds,
    one report tells what the other withholds.

    Raises
    ------
    InputError
        Names slice, parameter and both reports.
    """
    public = [job for job in jobs if not plan.is_internal(job)]
    told: dict[tuple[Slice, str], tuple[str, Any]] = {}
    mine = {job.stem for job in public}
    there = [record for record in _list_public(output) if record["report"] not in mine]
    reports = [(record["report"], record["parameters"], SAME) for record in there] if public else []
    for stem, parameters, names in [
        *reports,
        *((job.stem, job.parameters, (*SAME, *SAME_NOW)) for job in public),
    ]:
        if not parameters.get("data"):  # it reads no slice, whatever region and year it is called after
            continue
        for place, name in product(sorted(released.list_slices(parameters)), _list_same(parameters, names)):
            value = _tell_rules(parameters) if name == "publisher" else _plain(name, parameters.get(name))
            other, before = told.setdefault((place, name), (stem, value))
            if before != value:
                _refuse(place, name, (other, before), (stem, value))


def _list_same(parameters: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Return of these parameters those that decide what a report counts.

    One without a standard shows no grade; one without a number of days, no outcome within them.
    """
    graded = bool(parameters.get("scorecard")) and "follow_up_days" in parameters
    used = {"scorecard"} if parameters.get("scorecard") else set()
    used |= _OF_GRADES if graded else set()
    if not parameters.get("publisher"):
        names = [name for name in names if name != "publisher"]
    return [name for name in names if name in used or name not in _OF_GRADES]


def _tell_rules(parameters: Mapping[str, Any]) -> str:
    """Return by which rules a report is protected, whatever the file that says so is called."""
    policy = load_policy(str(parameters["publisher"]), str(parameters.get("edition") or "industry"))
    return f"threshold {policy.threshold}, p {policy.dominance:g}"


def _plain(name: str, value: Any) -> str:
    """Return the name of a file; nothing for a mapping that only adds columns to other tables."""
    if not value or (name == "columns" and _adds_only(value)):
        return ""
    if name not in ("data", "columns", "scorecard"):
        return str(value)
    return Path(str(value)).name


def _adds_only(path: Any) -> bool:
    """Tell whether a mapping leaves the rows of every table as they are: it names further columns of some."""
    file = find_upwards(str(path))
    if file is None:
        return False
    told = load_column_map(file)
    named = [
        column for rules in told.tables.values() for column in {*rules.columns.values()} - {*rules.further}
    ]
    rest = [replace(rules, columns={}, further={}) for rules in told.tables.values()]
    return not named and replace(told, tables={}) == ColumnMap() and all(one == TableRules() for one in rest)


def _refuse(place: Slice, name: str, one: tuple[str, Any], other: tuple[str, Any]) -> None:
    problem = (
        f"{place[0]} {place[1]} would be published with two values of `{name}`: {one[1] or 'none'} in "
        f"{one[0]} and {other[1] or 'none'} in {other[0]}. Subtracted, they tell of few customers."
    )
    remedy = (
        "Keep one of them, make the edition internal, or publish other customers on a shelf of their own."
    )
    raise InputError(other[0], problem, remedy)


def _list_public(output: Path) -> Iterator[dict[str, Any]]:
    for record in report_records.list_published(output):
        if not record.get("internal") and not record.get("draft"):
            yield record


def find_threshold(job: Job) -> int:
    """Return the threshold of a job's publisher; 0 where nothing is protected."""
    publisher, edition = job.parameters.get("publisher"), job.parameters.get("edition")
    if not publisher or plan.is_internal(job):
        return 0
    return load_policy(str(publisher), str(edition or "industry")).threshold


def withdraw_outdated(
    output: Path, jobs: Sequence[Job], made: Iterable[str], done: Iterable[str]
) -> list[str]:
    """Withdraw reports of the same slices that a new one, subtracted, would make tell of few customers.

    Parameters
    ----------
    output : Path
        The shelf.
    jobs : sequence of Job
        Of the build.
    made, done : iterable of str
        Stems of the reports that were made, and of all that are as new as the data.

    Returns
    -------
    list of str
        What was withdrawn, in words.
    """
    new, current = set(made), set(done)
    makers = [job for job in jobs if job.stem in new and find_threshold(job)]
    if not makers:
        return []
    records = {record["report"]: record for record in _list_public(output)}
    said = []
    for stem, other in records.items():
        if stem in current:
            continue
        for job in makers:
            if job.stem in records and is_outdated(records[job.stem], other, find_threshold(job)):
                released.withdraw(output, stem, list(other["files"]))
                said.append(
                    f"{stem}: withdrawn. With {job.stem}, which is newer, it would tell of few customers."
                )
                break
    return said


def is_outdated(now: Mapping[str, Any], other: Mapping[str, Any], threshold: int) -> bool:
    """Tell whether an earlier report, beside a new one, would tell of few customers."""
    slices = released.list_slices(now["parameters"]) & released.list_slices(other["parameters"])
    if not slices:
        return False
    return released.has_other_standard(now, other) or released.differ_by_few(now, other, slices, threshold)
