"""What exact scoring costs, beside copying the table and beside the usual ways with floats.

Every figure is the median of several runs in this one process; read the ratios, not the seconds. `apply` is
measured on a sample and scaled up. Memory is the peak beyond the input, per row. The targets are meant for
the 20 million rows of the default; on a small table the fixed cost of a call shows. A second table measures a
card that bins three columns of continuous values.
"""

import argparse
import re
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
# This file is called scoring too; the script's own folder must not hide the module it measures.
sys.path[0] = str(ROOT)
from scoring import Scorecard, load_scorecard, score  # noqa: E402

RUNS = 7
SAMPLE = 20_000
MOST_TIMES_COPY = 3.0
MOST_BYTES_A_ROW = 40.0
LEAST_TIMES_APPLY = 20.0
MOST_TIMES_INPUT = 4.0
SCORECARD = load_scorecard(ROOT / "params" / "scorecards" / "consultation.yaml")
EDGES = (10_000.0, 50_000.0, 100_000.0, 500_000.0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rows", type=int, default=20_000_000, help="rows of the table (default: 20 million)"
    )
    rows = parser.parse_args().rows
    measure_standard(rows)
    measure_binned(rows)


def measure_standard(rows: int) -> None:
    """Compare the default card with a copy and with floats."""
    generator = np.random.default_rng(2025)
    names = [dimension.column for dimension in SCORECARD.dimensions]
    table = pd.DataFrame({name: generator.integers(1, 6, rows) for name in names})
    sample = table.head(SAMPLE)

    ways: dict[str, Callable[[], object]] = {
        "copy of the three columns": lambda: table.copy(deep=True),
        "scoring.score": lambda: score(table, SCORECARD),
        "pandas float + cut": lambda: score_with_cut(table),
    }
    seconds = measure_seconds(ways)
    slow = measure_seconds({"apply": lambda: score_with_apply(sample)})["apply"]
    seconds["DataFrame.apply (scaled)"] = slow * rows / len(sample)
    peaks = {name: measure_peak(way) / rows for name, way in ways.items()}

    copy = seconds["copy of the three columns"]
    print(f"{rows:,} int64 rows x {len(names)}, median of {RUNS} runs")
    print(f"{'':<28}{'seconds':>10}{'x copy':>10}{'bytes/row':>11}")
    for name, second in seconds.items():
        peak = f"{peaks[name]:.1f}" if name in peaks else "-"
        print(f"{name:<28}{second:>10.3f}{second / copy:>10.1f}{peak:>11}")
    times, size = seconds["scoring.score"] / copy, peaks["scoring.score"]
    met = times <= MOST_TIMES_COPY and size <= MOST_BYTES_A_ROW
    print(f"target: {MOST_TIMES_COPY:g} x copy, {MOST_BYTES_A_ROW:g} bytes/row: {'met' if met else 'MISSED'}")


def measure_binned(rows: int) -> None:
    """Compare a card of three binned columns with the same rules row by row."""
    generator = np.random.default_rng(2025)
    card = load_binned()
    table = pd.DataFrame(
        {one.column: generator.choice([*EDGES, 7.5, 2e5, 9e5], rows) for one in card.dimensions}
    )
    sample = table.head(SAMPLE)
    assert score(sample, card)["grade"].tolist() == grade_rows(sample).tolist()
    fast = measure_seconds({"scoring.score": lambda: score(table, card)})["scoring.score"]
    slow = measure_seconds({"apply": lambda: grade_rows(sample)})["apply"] * rows / len(sample)
    peak = measure_peak(lambda: score(table, card)) / table.memory_usage(index=False).sum()
    print(f"\n{rows:,} float64 rows x 3, binned: {fast:.2f} s; DataFrame.apply (scaled) {slow:.0f} s")
    met = slow / fast >= LEAST_TIMES_APPLY and peak <= MOST_TIMES_INPUT
    print(f"{slow / fast:.0f} times as fast, peak {peak:.2f} x the input: {'met' if met else 'MISSED'}")


def load_binned() -> Scorecard:
    """Make a card of three binned columns, in tenths like the default one."""
    ends = ["(-inf", *(f"({edge:.0f}" for edge in EDGES)], [*(f"{edge:.0f}]" for edge in EDGES), "inf)"]
    bins = ", ".join(
        f'{{level: {n}, values: "{a}, {b}"}}' for n, (a, b) in enumerate(zip(*ends, strict=True), 1)
    )
    text = (ROOT / "params" / "scorecards" / "consultation.yaml").read_text(encoding="utf-8")
    text = re.sub(r"    levels:\n(?:      .*\n)+", f"    bins: [{bins}]\n", text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "binned.yaml"
        path.write_text(text, encoding="utf-8")
        return load_scorecard(path)


def grade_rows(table: pd.DataFrame) -> pd.Series:
    return table.apply(grade_row, axis=1)


def grade_row(row: pd.Series) -> str:
    levels = [1 + sum(value > edge for edge in EDGES) for value in row]
    return grade_composite((4 * levels[0] + 3 * levels[1] + 3 * levels[2]) / 10)


def measure_seconds(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median of every way; the ways take turns, so that a busy moment of the machine falls on all of them."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def measure_peak(way: Callable[[], object]) -> int:
    """Peak bytes that it holds, its result included; numpy reports what it allocates to tracemalloc."""
    tracemalloc.start()
    result = way()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del result
    return peak


def score_with_cut(table: pd.DataFrame) -> pd.DataFrame:
    composite = 0.4 * table["intent"] + 0.3 * table["clarity"] + 0.3 * table["satisfaction"]
    grade = pd.cut(composite, [0, 2, 3, 4, 5.01], right=False, labels=list("DCBA"))
    return table.assign(composite=composite, grade=grade)


def score_with_apply(table: pd.DataFrame) -> pd.DataFrame:
    composite = table.apply(weigh_row, axis=1)
    return table.assign(composite=composite, grade=composite.apply(grade_composite))


def weigh_row(row: pd.Series) -> float:
    return round(0.4 * row["intent"] + 0.3 * row["clarity"] + 0.3 * row["satisfaction"], 1)


def grade_composite(composite: float) -> str:
    return "A" if composite >= 4 else "B" if composite >= 3 else "C" if composite >= 2 else "D"


if __name__ == "__main__":
    main()
