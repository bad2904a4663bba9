"""Builds on a Dask cluster: a real scheduler, two worker processes, TCP."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from builds import GOOD, OUTPUT, list_jobs, read_shelf, wait_for, write_notebook

from industry_report.base.errors import InputError
from industry_report.building import build
from industry_report.building.build import Options
from industry_report.processes import pool
from industry_report.shelf import report_records

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    # what tornado and Dask leave open at the end of a client is theirs
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SLOW = ("import time", "time.sleep(1)", *GOOD)


def start(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.fixture
def address(project: Path) -> Iterator[str]:
    """Start a scheduler; workers are started from another folder than the project's."""
    note = project / "scheduler.json"
    scheduler = start(
        *("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
        *("--scheduler-file", str(note)),
    )
    wait_for(note.exists)
    yield json.loads(note.read_text("utf-8"))["address"]
    scheduler.terminate()
    scheduler.wait(20)


@pytest.fixture
def workers(address: str, tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path))
    both = [start("distributed.cli.dask_worker", address, *options) for _ in range(2)]
    yield both
    for worker in both:
        worker.terminate()
        worker.wait(20)


def test_all_reports_arrive_although_a_worker_is_killed_and_are_the_pools(address, workers, project):
    names = [f"report{number}" for number in range(5)]
    for name in names:
        write_notebook(name, *SLOW)
    wait_for_workers(address, 2)
    killer = threading.Thread(target=kill_at_work, args=(workers[0],))
    killer.start()
    results = build.build_reports(list_jobs(*names), OUTPUT, Options(scheduler=address, time_limit=60))
    killer.join()
    assert workers[0].poll() is not None
    assert {result.status for result in results} == {"made"}
    from_cluster = read_shelf()
    assert not list(OUTPUT.glob(".*"))
    shutil.rmtree(OUTPUT)
    build.build_reports(list_jobs(*names), OUTPUT, Options(workers=2))
    assert read_shelf() == from_cluster
    assert len(report_records.list_published(OUTPUT)) == len(names)


def kill_at_work(worker: subprocess.Popen[bytes]) -> None:
    """Kill a worker while it has a kernel."""
    wait_for(lambda: psutil.Process(worker.pid).children(recursive=True))
    time.sleep(0.5)
    worker.kill()


def wait_for_workers(address: str, number: int) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(number, timeout=30)


def test_scheduler_that_does_not_answer(monkeypatch):
    monkeypatch.setattr(pool, "SCHEDULER_TIMEOUT", "1s")
    with pytest.raises(InputError, match=r"--scheduler tcp://127.0.0.1:9: no scheduler answers"):
        pool.Cluster("tcp://127.0.0.1:9")


def test_scheduler_without_workers(address):
    with pytest.raises(InputError, match="has no workers"):
        pool.Cluster(address)


def test_without_dask(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"industry-report\[cluster\]"):
        pool.Cluster("tcp://127.0.0.1:9")
