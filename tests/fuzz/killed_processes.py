"""Builds of which processes are killed at random: all reports come, as undisturbed, to the byte.

Run with ``python -m tests.fuzz.killed_processes --seconds 600``; it prints counts by what was killed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil

ROOT = Path(__file__).parents[2]
REPORTS = 12  # of one build
RETRIES = 20  # a report may be hit again and again
HELPERS = ("fork server", "worker", "kernel server", "kernel", "pandoc", "tracker")
PARENT = {"build KILL": signal.SIGKILL, "build INT": signal.SIGINT, "build TERM": signal.SIGTERM}
PARENT |= {"build HUP": getattr(signal, "SIGHUP", signal.SIGTERM)}
STATUS = {"build KILL": -9, "build INT": 130, "build TERM": 143, "build HUP": 129}
CELLS = (
    'region: str = "黄山市"\nyear: int = 2025\nlanguage: str = "zh"\nnumber: int = 0',
    "import time; time.sleep(0.2); print(region)",
)
BUILD = """
import signal; signal.signal(signal.SIGINT, signal.default_int_handler)
from industry_report.__main__ import main; main()
"""


@dataclass
class Outcome:
    """What was killed, and what went wrong."""

    kills: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    builds: int = 0


def make_project(folder: Path) -> None:
    """Write a notebook of a few lines, and a plan with several reports of it."""
    (folder / "notebooks").mkdir(parents=True)
    (folder / "params").mkdir()
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell("# 报告"), *map(nbformat.v4.new_code_cell, CELLS)]
    notebook.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, folder / "notebooks" / "small.ipynb")
    line = "  - {{notebook: small, region: 黄山市, year: {}, number: {}}}\n"
    plan = "reports:\n" + "".join(line.format(2000 + n, n) for n in range(REPORTS))
    (folder / "params" / "x.yaml").write_text(plan, encoding="utf-8")


def find_by_kind(build: psutil.Process) -> dict[str, list[psutil.Process]]:
    """Return the processes below a build, by what they are: forks have the command of their fork server."""
    found: dict[str, list[psutil.Process]] = {kind: [] for kind in HELPERS}
    with suppress(psutil.Error):
        for child in build.children():
            command = " ".join(child.cmdline())
            if "resource_tracker" in command:
                found["tracker"].append(child)
            elif "multiprocessing.forkserver" in command:
                found["fork server"].append(child)
                _add_forks(child, 0, found)
            else:
                _add_forks(child, 1, found)  # its fork server was killed
    return found


def _add_forks(parent: psutil.Process, depth: int, found: dict[str, list[psutil.Process]]) -> None:
    for child in parent.children():
        if "serve.lua" in " ".join(child.cmdline()):
            found["pandoc"].append(child)
        elif depth < 3:
            found[("worker", "kernel server", "kernel")[depth]].append(child)
            _add_forks(child, depth + 1, found)


def read_reports(folder: Path) -> dict[str, bytes]:
    """Return the published files, without the lists of the shelf."""
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.glob("*/*/*") if f.is_file()}


class Fuzzer:
    """A project, its undisturbed reports, and builds of it that are disturbed."""

    def __init__(self, place: Path, seed: int) -> None:
        self.project, self.temporary = place / "project", place / "t"
        self.temporary.mkdir()
        make_project(self.project)
        self.at = random.Random(seed)
        self.outcome = Outcome()
        self.environ = {**os.environ, "TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT)}
        begin = time.monotonic()
        self._finish(self._start("sound"), expected=0)
        self.seconds = time.monotonic() - begin  # of a build that nobody disturbs
        self.sound = read_reports(self.project / "sound")
        assert len(self.sound) >= REPORTS, self.outcome.faults

    def run(self, seconds: float, kinds: Sequence[str] = (*HELPERS, *PARENT)) -> Outcome:
        """Build and kill for so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            shutil.rmtree(self.project / "reports", ignore_errors=True)
            parents = [kind for kind in kinds if kind in PARENT]
            helpers = [kind for kind in kinds if kind not in PARENT]
            if parents and (not helpers or self.at.random() < 0.4):
                self._disturb_build(self.at.choice(parents))
            else:
                self._disturb_helpers(helpers)
        return self.outcome

    def _disturb_build(self, kind: str) -> None:
        """End the build itself at any moment, then build again."""
        process = self._start("reports")
        time.sleep(self.at.uniform(0.2, self.seconds))
        if process.poll() is None:
            self.outcome.kills[kind] += 1
            process.send_signal(PARENT[kind])
            self._finish(process, STATUS[kind])
            process = self._start("reports")
        self._finish(process, expected=0)
        self._compare(kind)

    def _disturb_helpers(self, kinds: Sequence[str]) -> None:
        """Kill one helper after the other while a build runs; each costs a retry at most."""
        process = self._start("reports")
        build, killed = psutil.Process(process.pid), []
        while process.poll() is None:
            time.sleep(self.at.uniform(0.1, 2.0))
            found = {kind: there for kind, there in find_by_kind(build).items() if there and kind in kinds}
            if found:
                kind = self.at.choice(sorted(found))
                with suppress(psutil.Error):
                    self.at.choice(found[kind]).kill()
                    killed.append(kind)
        self.outcome.kills.update(killed)
        self._finish(process, expected=0)
        self._compare(", ".join(killed))

    def _start(self, output: str) -> subprocess.Popen[str]:
        self.outcome.builds += 1
        command = [sys.executable, "-c", BUILD, "build", "params/x.yaml", "--jobs", "2"]
        return subprocess.Popen(
            [*command, "--output", output, "--retries", str(RETRIES)],
            cwd=self.project,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def _finish(self, process: subprocess.Popen[str], expected: int) -> None:
        try:
            told, _ = process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            process.kill()
            self.outcome.faults.append("hangs")
            return
        done = process.returncode == expected or (process.returncode == 0 and expected > 0)
        if not done or "Traceback" in told:
            self.outcome.faults.append(f"status {process.returncode}, not {expected}: {told[-2000:]}")

    def _compare(self, killed: str) -> None:
        if read_reports(self.project / "reports") != self.sound:
            self.outcome.faults.append(f"other reports after {killed}")
        if left := [path.name for path in (self.project / "reports").glob(".*")]:
            self.outcome.faults.append(f"{left} in the output folder after {killed}")
        if left := [path.name for path in self.temporary.iterdir()]:
            self.outcome.faults.append(f"{left} in TMPDIR after {killed}")


def main() -> None:
    """Fuzz for a while and print what was killed and what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as place:
        outcome = Fuzzer(Path(place), given.seed).run(given.seconds)
    for kind, number in sorted(outcome.kills.items()):
        print(f"{kind:<14} {number:>5}")
    print(f"{outcome.kills.total()} kills, {outcome.builds} builds, {len(outcome.faults)} faults")
    print("\n".join(outcome.faults))
    sys.exit(bool(outcome.faults))


if __name__ == "__main__":
    main()
