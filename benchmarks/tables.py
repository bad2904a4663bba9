"""What the tables of the industry report cost, one by one and together, and how that grows with the rows.

Every figure is the median of several runs in this one process, for the sample's Huangshan 2025 (a workbook of
5,601 rows); larger slices are drawn from it with replacement. The first call of `validity.weights` in a
process also imports statsmodels' regression; the column "first" shows it.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
# A benchmark is called scoring too; the script's own folder must not hide the module.
sys.path[0] = str(ROOT)
import scoring  # noqa: E402
from industry_report.analysis import bases, conversion, validity, workload  # noqa: E402
from industry_report.intake import dataset  # noqa: E402

RUNS = 7
GROWTH = (1, 10, 100)  # times the rows of the slice
REGION, YEAR = "黄山市", 2025
SCORECARD = scoring.load_scorecard(ROOT / "params" / "scorecards" / "consultation.yaml")

Ways = dict[str, Callable[[], object]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--growth",
        type=int,
        nargs="*",
        default=GROWTH,
        help="times the rows of the slice (default: 1 10 100)",
    )
    growth = parser.parse_args().growth
    this, last = (
        scoring.score(dataset.load(dataset.SAMPLE, region=REGION, year=year), SCORECARD)
        for year in (YEAR, YEAR - 1)
    )
    # A part has the ways to measure and the most seconds that all of them together may take on the slice.
    for part, list_ways, most in [("tables", list_tables, 0.2)]:
        report(part, list_ways, most, this, last, growth)


def list_tables(this: pd.DataFrame, last: pd.DataFrame) -> Ways:
    """All tables of the report, for a slice and the year before it."""
    measure = conversion.choose_measure(this)
    columns = ("customer_type", "source", "product")
    dimensions = [dimension.column for dimension in SCORECARD.dimensions]
    grades, by_grade = conversion.grades(this), conversion.by_grade(this)
    by = {column: conversion.by(this, column, measure) for column in columns}
    before = {column: conversion.by(last, column, measure) for column in columns}
    contacts = workload.contacts(grades, SCORECARD)
    minutes = {"low": 10, "mid": 20, "high": 30}
    return {
        "conversion.overall": lambda: conversion.overall(this, measure),
        "conversion.grades": lambda: conversion.grades(this),
        "conversion.by_grade": lambda: conversion.by_grade(this),
        "conversion.by, 3 columns": lambda: [conversion.by(this, column, measure) for column in columns],
        "conversion.by_period": lambda: conversion.by_period(this, measure),
        "conversion.score_shares": lambda: conversion.score_shares(this, dimensions),
        "conversion.score_means": lambda: conversion.score_means(this, dimensions),
        "conversion.by_score": lambda: conversion.by_score(this, dimensions, measure),
        "conversion.compare, 3 tables": lambda: [
            conversion.compare(table, planned=False) for table in by.values()
        ],
        "conversion.differences, 3 tables": lambda: [
            conversion.differences(by[column], before[column]) for column in columns
        ],
        "conversion.trend": lambda: conversion.trend(by_grade),
        "conversion.standardised": lambda: conversion.standardised(this, "source", "customer_type", measure),
        "validity.auc": lambda: validity.auc(this),
        "validity.calibration": lambda: validity.calibration(this),
        "validity.lift": lambda: validity.lift(this),
        "validity.weights": lambda: validity.weights(this, SCORECARD),
        "validity.sensitivity": lambda: validity.sensitivity(
            this, SCORECARD, scoring.combinations(SCORECARD)
        ),
        "bases.missing": lambda: bases.missing(this),
        "bases.ungradable_bounds": lambda: bases.ungradable_bounds(this),
        "validity.outcome_before_score": lambda: validity.outcome_before_score(this),
        "workload.contacts": lambda: workload.contacts(grades, SCORECARD),
        "workload.by_month": lambda: workload.by_month(this, SCORECARD),
        "workload.full_time_equivalents": lambda: workload.full_time_equivalents(contacts, minutes, 1600),
    }


def report(
    part: str,
    list_ways: Callable[[pd.DataFrame, pd.DataFrame], Ways],
    most: float,
    this: pd.DataFrame,
    last: pd.DataFrame,
    growth: list[int],
) -> None:
    """Print milliseconds of every way at every size, their sums, and whether the slice meets its target."""
    sizes = [1, *(times for times in growth if times > 1)]
    slices = [this, *(this.sample(times * len(this), replace=True, random_state=YEAR) for times in sizes[1:])]
    first, *larger = (clock(list_ways(rows, last)) for rows in slices)
    heads = ["first", *(f"{len(rows):,} rows" for rows in slices)]
    print(f"{part}, milliseconds, median of {RUNS}")
    print(f"{'':<36}" + "".join(f"{head:>15}" for head in heads))
    for name, (cold, warm) in first.items():
        print_row(name, [cold, warm, *(times[name][1] for times in larger)])
    sums = [sum(cold for cold, _ in first.values())]
    sums += [sum(warm for _, warm in times.values()) for times in (first, *larger)]
    print_row("all", sums)
    print(f"target: {most:g} s for the slice: {'met' if sums[1] <= most else 'MISSED'}")


def print_row(name: str, seconds: list[float]) -> None:
    print(f"{name:<36}" + "".join(f"{1000 * value:>15.1f}" for value in seconds))


def clock(ways: Ways) -> dict[str, tuple[float, float]]:
    """First and median seconds of every way; the ways take turns, so that a busy moment falls on all."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            taken[name].append(time.perf_counter() - start)
    return {name: (times[0], statistics.median(times)) for name, times in taken.items()}


if __name__ == "__main__":
    main()
