"""Builds with real processes: notebooks of a few lines, the command as a user starts it, what is left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import psutil

from industry_report.building import build, plan
from industry_report.building.build import Options, Result

OUTPUT = Path("reports")
PARAMETERS = 'region: str = "黄山市"  # required\nyear: int = 2025  # required\nlanguage: str = "zh"'
GOOD = ("print(region)",)  # no number: a public edition shows none that did not come from the gate


def write_notebook(name: str, *cells: str) -> None:
    notebook = nbformat.v4.new_notebook()
    code = [nbformat.v4.new_code_cell(source) for source in (PARAMETERS, *cells)]
    code[0].metadata["tags"] = ["parameters"]
    notebook.cells = [nbformat.v4.new_markdown_cell("# 报告\n\n## 数据"), *code]
    nbformat.write(notebook, Path("notebooks", f"{name}.ipynb"))


def list_jobs(*notebooks: str) -> list[plan.Job]:
    entries = "".join(f"  - {{notebook: {name}, region: 黄山市, year: 2025}}\n" for name in notebooks)
    Path("params/x.yaml").write_text("reports:\n" + entries, encoding="utf-8")
    return plan.list_jobs([Path("params/x.yaml")])


def run(*notebooks: str, **options: Any) -> dict[str, Result]:
    """Build; give the results by notebook."""
    results = build.build_reports(list_jobs(*notebooks), OUTPUT, Options(**{"workers": 2, **options}))
    return {result.report.split("/")[-1].removesuffix(".zh"): result for result in results}


def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start the command as a user would, who is at a terminal, even where the tests run under nohup."""
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    stay = "hasattr(signal, 'SIGHUP') and signal.signal(signal.SIGHUP, signal.SIG_DFL)"
    code = f"{listen}; {stay}; from industry_report.__main__ import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        **options,
    )


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def left_in(folder: Path) -> list[psutil.Process]:
    """Return processes other than this one that work in the folder: workers, kernels, their children.

    What lives as long as the tests does not count: multiprocessing's tracker, what workers are forked from.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, FileNotFoundError):  # psutil 6 lets the second through
            if process.pid == os.getpid() or process.cwd() != str(folder):
                continue
            if "resource_tracker" not in " ".join(process.cmdline()) and not is_server(process):
                found.append(process)
    return found


def is_server(process: psutil.Process) -> bool:
    return process.ppid() == os.getpid() and "multiprocessing.forkserver" in " ".join(process.cmdline())


def find_forked(folder: Path, generation: int) -> list[psutil.Process]:
    """Find workers (1), what their kernels are forked from (2), and kernels (3)."""
    found = []
    for process in left_in(folder):
        with suppress(
            psutil.Error, FileNotFoundError
        ):  # psutil 6 lets the second through  # it ended in this moment
            names = [" ".join(each.cmdline()) for each in (process, *process.parents())]
            if sum("multiprocessing.forkserver" in name for name in names) == 1 + generation:
                found.append(process)
    return found


def find_process(folder: Path, mark: str) -> list[psutil.Process]:
    found = []
    for process in left_in(folder):
        with suppress(
            psutil.Error, FileNotFoundError
        ):  # psutil 6 lets the second through  # it ended in this moment
            if any(mark in word for word in process.cmdline()):
                found.append(process)
    return found


def read_shelf(folder: Path = OUTPUT) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def read_reports(*notebooks: str, folder: Path = OUTPUT) -> dict[str, bytes]:
    """Without the lists of the shelf, which name what a build could not update; of all or some notebooks."""
    files = {Path(name): content for name, content in read_shelf(folder).items() if "/" in name}
    return {
        str(file): content
        for file, content in files.items()
        if not notebooks or file.name.split(".")[0] in notebooks
    }
