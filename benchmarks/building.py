"""Whole builds: nothing to do, two workers against one, a Dask cluster against the pool; and the preview.

Each pair takes turns in one run, so that a busy machine slows both; medians of the counted rounds.
`--only` picks one of `nothing`, `workers`, `dask`, `preview`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import pandas as pd

PROJECT = Path(__file__).resolve().parent.parent
MAIN = [sys.executable, "-c", "from industry_report.cli import main; main()"]
REPORTS = 1000  # of the build with nothing to do
JOBS = 8  # of the builds that make something
SIZES = {"html": 150_000, "pdf": 260_000}  # bytes of an industry report


def main() -> None:
    """Print each comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5, help="counted rounds (default 5)")
    parser.add_argument("--only", choices=["nothing", "workers", "dask", "preview"])
    arguments = parser.parse_args()
    measures = {
        "nothing": compare_nothing,
        "workers": compare_workers,
        "dask": compare_dask,
        "preview": compare_preview,
    }
    for name, measure in measures.items():
        if arguments.only in (None, name):
            with tempfile.TemporaryDirectory(prefix="building-benchmark-") as folder:
                measure(make_project(Path(folder)), arguments.runs)


def make_project(root: Path) -> Path:
    """Make a project folder as a clone has it."""
    for name in ("notebooks", "params"):
        shutil.copytree(PROJECT / name, root / name)
    shutil.copy(PROJECT / "scoring.py", root)
    return root


def clock(arguments: Sequence[object], folder: Path) -> float:
    """Seconds of one command of ours; one that fails ends the benchmark with its own words."""
    start = time.perf_counter()
    words = [*MAIN, *(str(word) for word in arguments)]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{arguments}: exit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - start


def take_turns(runs: int, *ways: Callable[[], float]) -> list[list[float]]:
    """Seconds of each way in turn; the first round, which fills caches, is not counted."""
    rounds = [[way() for way in ways] for _ in range(runs + 1)]
    return [list(seconds) for seconds in zip(*rounds[1:], strict=True)]


def describe(seconds: Sequence[float]) -> str:
    """Median and range."""
    return f"{median(seconds):7.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})"


# --- nothing to do


def compare_nothing(root: Path, runs: int) -> None:
    """Clock a build of 1,000 published reports, none of them stale, against the start of the program."""
    write_fresh_shelf(root)
    imports = [sys.executable, "-c", "import click, pandas, yaml, scoring"]
    none, fresh, libraries = take_turns(
        runs,
        lambda: clock(["--version"], root),
        lambda: clock(["build", "params/many.yaml"], root),
        lambda: clock_process(imports),
    )
    print(f"Nothing to do, {REPORTS:,} reports")
    print(f"  build                        {describe(fresh)}")
    print(f"  industry-report --version    {describe(none)}  x {median(fresh) / median(none):.1f}")
    print(f"  importing pandas and scoring {describe(libraries)}  x {median(fresh) / median(libraries):.1f}")


def clock_process(words: Sequence[str]) -> float:
    """Seconds of a process."""
    start = time.perf_counter()
    subprocess.run(words, cwd=PROJECT, check=True)
    return time.perf_counter() - start


def write_fresh_shelf(root: Path) -> None:
    """Publish reports without rendering them: files of the usual size, records as the build would write."""
    from industry_report.building import plan, render, staleness

    regions = [f"城市{number:03}" for number in range(REPORTS // 10)]
    years = list(range(2016, 2026))
    rows = [(f"C{region}{year}", region, f"{year}-03-01", 4, 3, 5) for region in regions for year in years]
    columns = ["客户编号", "地区", "咨询日期", "意向度评分", "需求明确性评分", "满意度评分"]
    pd.DataFrame(rows, columns=columns).to_csv(root / "all.csv", index=False)
    entry = {"notebook": "industry", "region": regions, "year": years, "data": "all.csv"}
    (root / "params" / "many.yaml").write_text(json.dumps({"reports": [entry]}, ensure_ascii=False), "utf-8")
    with contextlib.chdir(root):
        jobs = plan.list_jobs([Path("params/many.yaml")])
        facts = staleness.gather_facts(jobs)
        pages = {suffix: b"x" * size for suffix, size in SIZES.items()}
        exhibits = {"exhibits": [{"data": ["x" * 100_000]}]}
        for job in jobs:
            facts[job.stem].pop("rows")
            text = render.write_record(job, facts[job.stem], pages, exhibits)
            (Path("reports") / job.stem).parent.mkdir(parents=True, exist_ok=True)
            for suffix, content in {**pages, "json": text.encode()}.items():
                Path("reports", f"{job.stem}.{suffix}").write_bytes(content)
        time.sleep(staleness.CLOCK_TICK_NS / 1e9)  # files as old as those of yesterday's build


# --- workers and clusters


def write_jobs(root: Path) -> None:
    """Write a plan of the industry notebook on synthetic data."""
    from industry_report.intake import sample

    sample.write(root / "data")
    entry = {"notebook": "industry", "region": ["黄山市", "杭州市"], "year": [2024, 2025], "data": "data"}
    entry["language"] = ["zh", "en"]
    (root / "params" / "jobs.yaml").write_text(json.dumps({"reports": [entry]}, ensure_ascii=False), "utf-8")


def compare_workers(root: Path, runs: int) -> None:
    """Two workers against one."""
    write_jobs(root)
    build = ["build", "params/jobs.yaml", "--force", "--output"]
    one, two = take_turns(
        runs,
        lambda: clock([*build, "one", "--jobs", 1], root),
        lambda: clock([*build, "two", "--jobs", 2], root),
    )
    print(f"{JOBS} reports, HTML + PDF + data")
    print(f"  1 worker   {describe(one)}")
    print(f"  2 workers  {describe(two)}  x {median(one) / median(two):.2f}")


def compare_dask(root: Path, runs: int) -> None:
    """Two worker processes of a Dask cluster against the pool's two; the cluster is there beforehand."""
    write_jobs(root)
    build = ["build", "params/jobs.yaml", "--force", "--output"]
    with start_cluster(root) as address:
        pool, dask = take_turns(
            runs,
            lambda: clock([*build, "pool", "--jobs", 2], root),
            lambda: clock([*build, "dask", "--scheduler", address], root),
        )
    print(f"{JOBS} reports, HTML + PDF + data, 2 workers")
    print(f"  pool   {describe(pool)}")
    print(f"  Dask   {describe(dask)}  speed x {median(pool) / median(dask):.2f}")


@contextlib.contextmanager
def start_cluster(root: Path) -> Iterator[str]:
    """Start a scheduler and two workers on TCP."""
    note = root / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    python = [sys.executable, "-m"]
    scheduler = [*python, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    started = [subprocess.Popen([*scheduler, "--no-dashboard", "--scheduler-file", str(note)], **quiet)]
    while not note.exists():
        time.sleep(0.1)
    worker = [*python, "distributed.cli.dask_worker", "--scheduler-file", str(note), "--nthreads", "1"]
    for _ in range(2):
        started.append(subprocess.Popen([*worker, "--no-dashboard", "--local-directory", str(root)], **quiet))
    try:
        from distributed import Client

        address = json.loads(note.read_text("utf-8"))["address"]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(30)


# --- the preview


def compare_preview(root: Path, runs: int) -> None:
    """Clock a page from the save of its notebook, against papermill and nbconvert, each a command."""
    from industry_report.intake import sample

    sample.write(root / "data")
    parameters = {"data": "data", "region": "黄山市", "year": 2025}
    (root / "params" / "one.yaml").write_text(json.dumps(parameters, ensure_ascii=False), "utf-8")
    notebook = root / "notebooks" / "industry.ipynb"
    given = [word for name, value in parameters.items() for word in ("-p", name, str(value))]
    tools = Path(sys.executable).parent
    stock = [tools / "papermill", notebook, "out.ipynb", *given, "-k", "python3", "--no-progress-bar"]
    page = [tools / "jupyter", "nbconvert", "--to", "html", "--no-input", "out.ipynb"]

    def run_stock() -> float:
        start = time.perf_counter()
        for words in (stock, page):
            subprocess.run(words, cwd=root, check=True, capture_output=True)
        return time.perf_counter() - start

    command = [*MAIN, "preview", "notebooks/industry.ipynb", "-f", "params/one.yaml"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = next(word for word in process.stdout.readline().split() if word.startswith("http"))
            first = process.stdout.readline()

            def save() -> float:
                cells = json.loads(notebook.read_text("utf-8"))
                cells["cells"][-1]["source"] += " "
                start = time.perf_counter()
                notebook.write_text(json.dumps(cells, ensure_ascii=False), "utf-8")
                if "made in" not in process.stdout.readline():
                    sys.exit("preview: the report was not made again")
                with urlopen(f"{address}report") as answer:
                    answer.read()
                return time.perf_counter() - start

            saved, made = take_turns(runs, save, run_stock)
        finally:
            process.send_signal(signal.SIGINT)
    print(f"From save to page (the first page: {first.strip().rpartition(' made in ')[2]})")
    print(f"  preview                      {describe(saved)}")
    print(f"  papermill, then nbconvert    {describe(made)}  x {median(made) / median(saved):.1f}")


if __name__ == "__main__":
    main()
