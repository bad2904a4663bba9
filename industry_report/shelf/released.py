"""What reports have published of a slice: editions, languages, versions and comparisons are one publication.

A reader who holds two of them subtracts. Where a count differs by less than the threshold, the difference is
a count of few customers, such as the one who withdrew: then only the newer one may stay on the shelf.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..base.formats import FOLDER
from .report_records import find_work_folder

# Columns that count consultations, customers or what these did, whatever table they stand in.
COUNTS = frozenset(
    {
        *("received", "consultations", "conversions", "asked", "used", "graded", "reference_consultations"),
        *("customers", "contributors", "orders", "refunded", "base", "returned", "leads", "converted"),
        *("texts", "invited", "complete"),
    }
)
BEFORE = "year_before"  # column of the counts of the year before; they are of the column beside it
WITHDRAWN = "withdrawn"  # where withdrawn files lie, in the work folder

Slice = tuple[str, int]
Key = tuple[frozenset[str], str]


def list_slices(parameters: Mapping[str, Any]) -> set[Slice]:
    """Return region and year of the slices that a report is about, as far as its parameters name them."""
    regions = [parameters.get("region"), *(parameters.get("regions") or [])]
    years = [parameters.get("year"), find_earlier(parameters), *(parameters.get("years") or [])]
    return {(r, y) for r in regions if isinstance(r, str) and r for y in years if isinstance(y, int) and y}


def find_earlier(parameters: Mapping[str, Any]) -> int:
    """Return the year that a report of one year looks back to; 0 if it looks at none."""
    year = parameters.get("year")
    if "earlier_year" not in parameters or not isinstance(year, int):
        return 0
    return int(parameters["earlier_year"] or 0) or year - 1


def list_counts(record: Mapping[str, Any], of: Slice) -> dict[Key, float]:
    """Return the counts that a report shows of a slice.

    Parameters
    ----------
    record : mapping
        Its JSON.
    of : (str, int)
        Region and year. Of a report about several slices only the rows that name this one are taken, of one
        that sets others beside its own region theirs only for them.

    Returns
    -------
    dict
        What tells the row apart, without region and year, and the column → the count.
    """
    own, parameters = {of[0], str(of[1])}, record.get("parameters", {})
    earlier, home = find_earlier(parameters), parameters.get("region")
    beside = {str(region) for region in parameters.get("regions") or [] if home}
    is_guest = bool(home) and home != of[0]  # of others than its own a report shows its own year alone
    if is_guest and of[1] != parameters.get("year"):
        return {}
    other = {str(year) for year in (earlier, parameters.get("year")) if earlier and year != of[1]}
    other |= beside - {of[0]}
    needed = {of[0]} if is_guest else own if len(_list_sides(parameters)) > 1 else set()
    is_past = of[1] == earlier
    found: dict[Key, float] = {}
    for labels, column, value in _list_cells(record):
        if (needed and not labels & needed) or labels & other:
            continue
        if is_past and not labels & own and not column.startswith(BEFORE):
            continue  # a number of the report's own year
        if not is_past and column.startswith(BEFORE):
            continue
        found[labels - own, column.removeprefix(f"{BEFORE} ")] = value
    return found


def _list_sides(parameters: Mapping[str, Any]) -> list[Any]:
    """Return what a report sets side by side: years, or regions."""
    years = parameters.get("years")
    sides = [*(parameters.get("regions") or []), *(years or [])] if "region" not in parameters else []
    return [*sides, None] if years == [] else sides  # no years stand for all that there are


def _list_cells(record: Mapping[str, Any]) -> Iterator[tuple[frozenset[str], str, float]]:
    for exhibit in record.get("exhibits", []):
        heads = [column["name"] for column in exhibit.get("columns", []) if column["role"] == "row"]
        for row in exhibit["data"]:
            labels = frozenset(str(row[head]) for head in heads)
            for column in COUNTS & row.keys():
                if isinstance(row[column], int | float) and column not in heads:
                    yield labels, column, float(row[column])
            counted = next((c for c in ("received", "consultations") if c in row), "")
            if counted and isinstance(row.get(BEFORE), int | float) and BEFORE not in heads:
                yield labels, f"{BEFORE} {counted}", float(row[BEFORE])
    for label, shown in record.get("cover", {}).get("key_figures", []):
        number = re.match(r"[\d,]+(?=\D|$)", shown)
        if number and "%" not in shown:
            yield frozenset({str(label)}), "cover", float(number[0].replace(",", ""))


def differ_by_few(
    one: Mapping[str, Any], other: Mapping[str, Any], slices: set[Slice], threshold: int
) -> bool:
    """Tell whether two reports, subtracted, give a count from 1 to one below the threshold.

    Parameters
    ----------
    one, other : mapping
        Their JSON.
    slices : set
        Those that both are about.
    threshold : int
        The publisher's.
    """
    for place in slices:
        ours, theirs = list_counts(one, place), list_counts(other, place)
        if any(0 < abs(ours[key] - theirs[key]) < threshold for key in ours.keys() & theirs.keys()):
            return True
    return False


def has_other_standard(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two reports grade by different scorecards: the same rows, cut at other places."""
    first, second = (record.get("inputs", {}).get("files", {}).get("scorecard") for record in (one, other))
    return first != second and None not in (first, second)


def withdraw(output: Path, stem: str, suffixes: Iterator[str] | list[str]) -> None:
    """Move the files of a report out of the folder that is published, to the work folder."""
    for suffix in [*suffixes, "json"]:
        file = output / f"{stem}.{suffix}"
        kept = find_work_folder(output) / WITHDRAWN / f"{stem}.{suffix}"
        with suppress(FileNotFoundError):
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, kept)
    with suppress(OSError):  # not empty, or not there
        (output / f"{stem}.{FOLDER}").rmdir()
