"""What several test files need: a project folder of its own, and data that needs no workbook."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from industry_report.base import language
from industry_report.processes import pool, watchdog

HERE = Path(__file__).parent
QUALITY = pd.DataFrame(
    {
        "file": ["x.csv"],
        "read": [9],
        "graded": [7],
        "ungradable": [1],
        "rejected": [1],
        "duplicates": [0],
        "used": [8],
    }
)
CURRENT = "PYTEST_CURRENT_TEST"
SCORECARD = Path("params", "scorecards", "consultation.yaml")


os.environ["LANGUAGE"] = "en"  # commands, also in processes of their own, speak English unless told otherwise


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `make long` runs."""
    if not os.environ.get("LONG"):
        long = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in set(long)]
        config.hook.pytest_deselected(items=long)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Generator[None, object, object]:
    """Take the name of the running test out of the environment.

    A changed environment asks for fresh processes, and this name changes with each test.
    """
    name = os.environ.pop(CURRENT, None)
    try:
        return (yield)
    finally:
        os.environ.update({CURRENT: name} if name else {})


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    """Do the same for fixtures."""
    return (yield from pytest_pyfunc_call())


@pytest.fixture(autouse=True)
def chinese() -> Generator[None, None, None]:
    """Every test begins in Chinese, as a new process does, and leaves the next one no other language."""
    language.use("zh")
    yield
    language.use("zh")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the fixture notebooks and the scorecard; returns it."""
    folder = tmp_path / "project"
    shutil.copytree(HERE / "notebooks", folder / "notebooks")
    (folder / SCORECARD).parent.mkdir(parents=True)
    shutil.copy(HERE.parent / SCORECARD, folder / SCORECARD)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def write_params(project: Path) -> Callable[..., Path]:
    """Write a parameter file into the project; returns its path as a user would name it."""

    def write(text: str, name: str = "params/x.yaml") -> Path:
        (project / name).write_text(text, encoding="utf-8")
        return Path(name)

    return write


@pytest.fixture
def slices(monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """What `dataset.slices` says of any data: two cities, two years; a test may change it."""
    table = pd.DataFrame(
        [
            (region, year, 100, f"{region}{year}", True)
            for region in ("黄山市", "杭州市")
            for year in (2024, 2025)
        ],
        columns=["region", "year", "consultations", "digest", "synthetic"],
    )
    monkeypatch.setattr("industry_report.intake.dataset.slices", lambda data, columns=None: table)
    monkeypatch.setattr("industry_report.intake.dataset.quality", lambda data, columns=None: QUALITY)
    return table


class OneThread:
    """A pool for jobs that need no process of their own."""

    capacity = 1

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1)

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        return self._executor.submit(task, *arguments)

    def kill(self, future: Future[Any]) -> None:
        future.cancel()

    def close(self, at_once: bool = False) -> None:
        self._executor.shutdown(cancel_futures=at_once)


@pytest.fixture
def in_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds run their jobs in a thread, and no process of the test run is taken for a kernel."""
    monkeypatch.setattr(pool, "Processes", lambda capacity: OneThread())
    monkeypatch.setattr(watchdog, "adopt_orphans", lambda: None)
    monkeypatch.setattr(watchdog, "list_foreign", lambda spared=(): [])
