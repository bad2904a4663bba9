"""Many jobs and large stores.

`jobs`: thousands of trivial jobs through the real pool; memory, file handles and processes of the parent.
`slice`: a slice of a store of many rows against a store that holds that slice alone; seconds and memory.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import psutil

PROJECT = Path(__file__).resolve().parent.parent
MIB = 2**20
SLICES = 100  # regions of the large store
HEADER = ("客户编号", "地区", "咨询日期", "客户类型", "意向度评分", "需求明确性评分", "满意度评分")
LOAD = """
import pathlib, re, sys, time
from industry_report.intake import dataset
start = time.perf_counter()
rows = len(dataset.load(sys.argv[1], region="城市000", year=2025))
seconds = time.perf_counter() - start
print(rows, seconds, re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["jobs", "slice"])
    parser.add_argument("--jobs", type=int, default=3000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.what == "jobs":
        measure_jobs(arguments.jobs)
    else:
        with tempfile.TemporaryDirectory(prefix="scale-benchmark-") as folder:
            compare_slices(Path(folder), arguments.rows, arguments.runs)


# --- many jobs


def trivial(job: Any, *_: object) -> Any:
    """Make nothing, in a worker."""
    from industry_report.building.build import Result

    return Result(job.stem, "made", 0.0, "")


def measure_jobs(jobs: int) -> None:
    """Run the build's loop over trivial jobs; the parent is measured at every tenth of them."""
    from industry_report.building import scheduling
    from industry_report.building.options import Options
    from industry_report.building.plan import Job

    scheduling.attempt = trivial
    todo = [Job(Path("x.ipynb"), {"year": n}, f"2025/{n:05}/x.zh", "x.yaml, line 1") for n in range(jobs)]
    facts: dict[str, Any] = {job.stem: {"digest": "", "inputs": {}} for job in todo}
    here = psutil.Process()
    seen: list[tuple[int, int, int]] = []
    done = 0

    def finish(result: object) -> None:
        nonlocal done
        done += 1
        if done % (jobs // 10) == 0:
            gc.collect()
            seen.append((here.memory_info().rss, here.num_fds(), len(here.children(recursive=True))))

    start = time.perf_counter()
    scheduling.run_jobs(todo, Path("reports"), facts, Options(workers=2), finish)
    print(f"{jobs:,} trivial jobs, 2 workers: {time.perf_counter() - start:.1f} s")
    for tenth, (memory, handles, processes) in enumerate(seen, 1):
        print(f"  {tenth * 10:3} %  {memory / MIB:6.1f} MiB  {handles} handles  {processes} processes below")
    left = [p for p in here.children(recursive=True) if "resource_tracker" not in " ".join(p.cmdline())]
    print(
        f"  after  {here.memory_info().rss / MIB:.1f} MiB  {here.num_fds()} handles  {len(left)} processes",
        end="",
    )
    print(" (what workers are forked from ends with the program)" if left else "")


# --- a slice of a large store


def compare_slices(folder: Path, rows: int, runs: int) -> None:
    """Load the same slice from both stores in turn, each time in a fresh process."""
    from industry_report.intake import dataset

    large, alone = folder / "large", folder / "alone"
    for place in (large, alone):
        place.mkdir()
    table = make_rows(rows)
    table.to_parquet(large / "all.parquet")
    table[table["地区"] == "城市000"].to_parquet(alone / "one.parquet")
    size = len(table)
    del table
    for place in (large, alone):
        print(f"{place.name}: prepared in {clock(lambda place=place: dataset.prepare(place)):.1f} s")
    rounds = [(load(large), load(alone)) for _ in range(runs + 1)][1:]
    for name, ways in zip(("of the large store", "alone"), zip(*rounds, strict=True), strict=True):
        seconds, memory = median(way[1] for way in ways), max(way[2] for way in ways)
        print(f"  slice of {ways[0][0]:,} rows {name} ({size:,}): {seconds:.3f} s, {memory / MIB:.0f} MiB")
    ratio = median(r[0][1] for r in rounds) / median(r[1][1] for r in rounds)
    print(f"  time x {ratio:.2f}")


def clock(task: Callable[[], object]) -> float:
    """Seconds of a call."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def load(data: Path) -> tuple[int, float, int]:
    """Rows, seconds and peak bytes of loading a slice in a process of its own."""
    told = subprocess.check_output([sys.executable, "-c", LOAD, str(data)], cwd=PROJECT, text=True).split()
    return int(told[0]), float(told[1]), int(told[2]) * 1024


def make_rows(rows: int) -> pd.DataFrame:
    """Return consultations of many regions."""
    draw = np.random.default_rng(5)
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(draw.integers(0, 365, rows), unit="D")
    numbers = np.arange(rows)
    columns = {
        "客户编号": pd.Series(numbers).astype("string"),
        "地区": pd.Categorical.from_codes(numbers % SLICES, [f"城市{n:03}" for n in range(SLICES)]).astype(
            str
        ),
        "咨询日期": days,
        "客户类型": pd.Categorical.from_codes(draw.integers(0, 2, rows), ["小微企业", "个体工商户"]).astype(
            str
        ),
    }
    return pd.DataFrame({**columns, **{name: draw.integers(1, 6, rows) for name in HEADER[4:]}})


if __name__ == "__main__":
    main()
