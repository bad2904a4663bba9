"""A shelf of reports, HTML and PDF: `industry-report build` against the stock tools and against the limit.

- The stock loop is `papermill`, then `jupyter nbconvert --to html`, then Chromium's print-to-pdf, each a
  command of its own, report after report.
- The careful script keeps all it can in one process (`careful_script.py`); its start-up is not counted.
- The limit is the notebook's cells run by `exec` in one warm process (`warm_cells.py`), as processor time.

All work on the same notebook, parameters and synthetic data, and take turns, so that a busy machine slows
all of them; a first round of two reports that nobody counts fills the disk cache and the prepared store. Our
build is one command that makes the whole shelf; its start-up is counted.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from industry_report.intake import dataset, sample

PROJECT = Path(__file__).resolve().parent.parent
NOTEBOOK = PROJECT / "notebooks" / "industry.ipynb"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
LANGUAGES, EDITIONS = ("zh", "en"), ("industry", "government", "training")

Round = dict[str, float]


def main() -> None:
    """Print reports a minute, their ratios, and processor time against the limit."""
    options = read_options()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"No browser ({', '.join(BROWSERS)}) on PATH: the stock tools cannot make a PDF.")
    with tempfile.TemporaryDirectory(prefix="render-benchmark-") as folder:
        data = Path(folder) / "data"
        sample.write(data)
        jobs = list_jobs(data, options.reports)
        rounds = []
        python = [sys.executable, "-P"]  # else the folder of a script comes first, and it has a scoring.py
        careful = [*python, str(PROJECT / "benchmarks" / "careful_script.py"), browser]
        limit = [*python, str(PROJECT / "benchmarks" / "warm_cells.py")]
        with keep(careful) as ask_careful, keep(limit) as ask_limit:
            for turn in range(options.runs + 1):
                output = Path(folder) / str(turn)
                some = jobs if turn else jobs[:2]
                rounds.append(run_round(some, turn, output, browser, ask_careful, ask_limit))
                print(f"round {turn} of {options.runs}{'' if turn else ' (not counted)'}", file=sys.stderr)
    report(rounds[1:], options.reports)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5, help="counted rounds (default 5)")
    parser.add_argument("--reports", type=int, default=40, help="reports of a shelf (default 40, at most 54)")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error(f"--runs: expected at least 1, got {options.runs}")
    if not 2 <= options.reports <= 54:
        parser.error(f"--reports: expected 2 to 54, got {options.reports}")
    return options


def list_jobs(data: Path, reports: int) -> list[dict[str, Any]]:
    """Return parameters of different reports: every city and year, then other languages and editions."""
    slices = dataset.slices(str(data))[["region", "year"]].to_dict("records")
    jobs = [
        {**row, "year": int(row["year"]), "language": language, "edition": edition, "data": str(data)}
        for edition, language, row in itertools.product(EDITIONS, LANGUAGES, slices)
    ]
    return jobs[:reports]


def run_round(
    jobs: list[dict[str, Any]], turn: int, output: Path, browser: str, ask_careful: Any, ask_limit: Any
) -> Round:
    """Run everything once; seconds of real time a report, and of processor time where the name says so."""
    output.mkdir()
    job = jobs[turn % len(jobs)]
    one = {"notebook": str(NOTEBOOK), "parameters": job, "folder": str(output)}
    two_workers, _ = build(jobs, output / "two", 2)
    one_worker, processor = build(jobs, output / "one", 1)  # alone on a core, as the limit is
    _, start_up = build(jobs[:1], output / "start", 1)
    return {
        "two workers": two_workers / len(jobs),
        "one worker": one_worker / len(jobs),
        "stock": run_stock(job, output, browser),
        "careful": ask_careful(one),
        "processor": processor / len(jobs),
        "processor, further": (processor - start_up) / (len(jobs) - 1),
        "limit": sum(ask_limit({**one, "parameters": each}) for each in jobs) / len(jobs),
    }


@contextmanager
def keep(command: list[str]) -> Iterator[Any]:
    """Keep a process that answers a line with a number."""
    process = subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )

    def ask(job: dict[str, Any]) -> float:
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            sys.exit(f"{Path(command[2]).name} ended; its message is above")
        return float(answer)

    with process:
        yield ask
        process.stdin.close()


def build(jobs: list[dict[str, Any]], output: Path, workers: int) -> tuple[float, float]:
    """Build a shelf by the command; returns its seconds of real and of processor time."""
    plan = output.with_suffix(".yaml")
    entries = [{"notebook": str(NOTEBOOK), **job} for job in jobs]
    plan.write_text(yaml.safe_dump({"reports": entries}, allow_unicode=True), encoding="utf-8")
    command = [sys.executable, "-c", "from industry_report.cli import main; main()", "build", plan]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = clock([*command, "--output", output, "--jobs", workers, "--force"])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    for suffix in (".html", ".pdf"):
        made = [path for path in output.rglob(f"*{suffix}") if not path.name.startswith("index.")]
        if len(made) != len(jobs):
            sys.exit(f"industry-report build: expected {len(jobs)} {suffix} files, found {len(made)}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_stock(job: dict[str, Any], output: Path, browser: str) -> float:
    """Make one report with the stock tools; returns seconds."""
    executed, page, pdf = (output / f"stock{suffix}" for suffix in (".ipynb", ".html", ".pdf"))
    given = [word for name, value in job.items() for word in ("-p", name, value)]
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={output / 'profile'}"]
    seconds = sum(
        clock(command)
        for command in (
            [find("papermill"), NOTEBOOK, executed, *given, "--no-progress-bar", "-k", "python3"],
            [find("jupyter"), "nbconvert", "--to", "html", "--no-input", executed],
            [browser, *quiet, f"--print-to-pdf={pdf}", page.as_uri()],
        )
    )
    for path in (page, pdf):
        if not path.is_file():
            sys.exit(f"stock loop: {path.name} was not made")
    return seconds


def find(name: str) -> str:
    """Path of a command of the environment that runs this script."""
    path = shutil.which(name, path=str(Path(sys.executable).parent))
    if path is None:
        sys.exit(f"{name}: not found beside {sys.executable}. Run this with the project's environment.")
    return path


def clock(command: Sequence[object]) -> float:
    """Seconds of one command; a command that fails ends the benchmark with its own words."""
    words = [str(part) for part in command]
    start = time.perf_counter()
    done = subprocess.run(
        words, cwd=PROJECT, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{Path(words[0]).name}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return seconds


def report(rounds: list[Round], reports: int) -> None:
    """Print medians, spread, and medians of the ratios within a round."""
    print(f"Reports a minute, HTML and PDF; a shelf of {reports}; {os.cpu_count()} cores; ", end="")
    print(f"median of {len(rounds)} (slowest to fastest)")
    for name in ("two workers", "one worker", "careful", "stock"):
        rates = sorted(60 / row[name] for row in rounds)
        print(f"  {name:20}{median(rates):7.1f}  ({rates[0]:.1f} to {rates[-1]:.1f})")
    print("Ratios within a round")
    for name, above, below in (
        ("against the stock loop", "stock", "two workers"),
        ("against the careful script", "careful", "two workers"),
        ("two workers against one", "one worker", "two workers"),
    ):
        print(f"  {name:50}{median(row[above] / row[below] for row in rounds):6.2f}")
    print("Seconds of processor time a report")
    print(f"  cells alone, by exec in one warm process (the limit){median(r['limit'] for r in rounds):7.2f}")
    for name, words in (
        ("processor", "whole build by one worker, start-up counted"),
        ("processor, further", "each report after the first"),
    ):
        ratio = median(row[name] / row["limit"] for row in rounds)
        print(f"  {words:50}{median(row[name] for row in rounds):9.2f}  {ratio:.2f} times the limit")


if __name__ == "__main__":
    main()
