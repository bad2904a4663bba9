"""One finished report, HTML and PDF: `industry-report build` against the stock tools, side by side.

The stock loop is `papermill`, then `jupyter nbconvert --to html`, then Chromium's print-to-pdf, each a
command of its own, on the same notebook, parameters and synthetic data. The two take turns, so that a busy
machine slows both; a first round that nobody counts fills the disk cache and the prepared store for both.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from industry_report import sample

PROJECT = Path(__file__).resolve().parent.parent
NOTEBOOK = PROJECT / "notebooks" / "industry.ipynb"
PARAMETERS = PROJECT / "params" / "huangshan-2025.yaml"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


def main() -> None:
    """Print the median seconds of both ways and their ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5, help="counted rounds; each runs both ways (default 5)")
    runs = parser.parse_args().runs
    if runs < 1:
        parser.error(f"--runs: expected at least 1, got {runs}")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    with tempfile.TemporaryDirectory(prefix="render-benchmark-") as folder:
        data = Path(folder) / "data"
        sample.write(data)
        rounds = []
        for turn in range(runs + 1):
            output = Path(folder) / str(turn)
            rounds.append((run_ours(data, output), run_stock(data, output, browser)))
            print(f"round {turn} of {runs}{'' if turn else ' (not counted)'}", file=sys.stderr)
    report(rounds[1:], browser)


def run_ours(data: Path, output: Path) -> dict[str, float]:
    """Build the report by the command; seconds by step."""
    reports = output / "ours"
    build = [find("industry-report"), "build", PARAMETERS, "--data", data, "--output", reports]
    seconds = {"industry-report build": clock([*build, "--force", "--jobs", "1"])}
    for suffix in (".html", ".pdf"):
        made = [path for path in reports.rglob(f"*{suffix}") if path.name != "index.html"]
        if len(made) != 1:
            sys.exit(f"industry-report build: expected one {suffix} file in {reports}, found {made}")
    return seconds


def run_stock(data: Path, output: Path, browser: str | None) -> dict[str, float]:
    """Make the same report with the stock tools; seconds by step."""
    folder = output / "stock"
    folder.mkdir(parents=True)
    executed, page, pdf = (folder / f"report{suffix}" for suffix in (".ipynb", ".html", ".pdf"))
    run = [find("papermill"), NOTEBOOK, executed, "-f", PARAMETERS, "-p", "data", data]
    steps: dict[str, list[object]] = {
        "papermill": [*run, "--no-progress-bar"],
        "nbconvert": [find("jupyter"), "nbconvert", "--to", "html", "--no-input", executed],
    }
    if browser:
        quiet = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
        steps["chromium"] = [browser, *quiet, f"--print-to-pdf={pdf}", page.as_uri()]
    seconds = {name: clock(command) for name, command in steps.items()}
    for path in (page, pdf) if browser else (page,):
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


def report(rounds: list[tuple[dict[str, float], dict[str, float]]], browser: str | None) -> None:
    """Print medians, spread, and the ratio of the medians."""
    ours, stock = ([sum(steps.values()) for steps in way] for way in zip(*rounds, strict=True))
    parts = ", ".join(f"{name} {median(stock[name] for _, stock in rounds):.2f}" for name in rounds[0][1])
    print(f"One finished report, HTML and PDF, median seconds of {len(rounds)} (fastest to slowest)")
    print(f"  industry-report build  {median(ours):6.2f}  ({min(ours):.2f} to {max(ours):.2f})")
    print(f"  stock loop             {median(stock):6.2f}  ({min(stock):.2f} to {max(stock):.2f}): {parts}")
    print(f"  stock / ours           {median(stock) / median(ours):6.2f}")
    if not browser:
        print(f"  No browser ({', '.join(BROWSERS)}) on PATH: the stock loop made no PDF, ours did.")


if __name__ == "__main__":
    main()
