from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from industry_report.processes import pool, watchdog
from industry_report.processes.worker import WorkerEndedError


@pytest.fixture
def group(tmp_path, monkeypatch):
    """A control group's files; gives the folder to write them in."""
    read = pool._read_group
    monkeypatch.setattr(pool, "_read_group", lambda name: read(name, tmp_path))
    (tmp_path / "memory").mkdir()
    (tmp_path / "cpu").mkdir()
    return tmp_path


def free(memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    total = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: total._replace(available=memory))


def test_as_many_workers_as_cores_unless_memory_is_short(group, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2, 3}, raising=False)
    free(100 * pool.WORKER_BYTES, monkeypatch)
    assert pool.count_workers() == 4
    free(2 * pool.WORKER_BYTES, monkeypatch)
    assert pool.count_workers() == 2
    free(1, monkeypatch)
    assert pool.count_workers() == 1


@pytest.mark.parametrize(
    "files",
    [
        {"memory.max": "3000000000", "memory.current": "1000000000", "cpu.max": "150000 100000"},
        {
            "memory/memory.limit_in_bytes": "3000000000",
            "memory/memory.usage_in_bytes": "1000000000",
            "cpu/cpu.cfs_quota_us": "150000",
            "cpu/cpu.cfs_period_us": "100000",
        },
    ],
)
def test_limits_of_a_container_hold(files, group, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(64)), raising=False)
    free(10**12, monkeypatch)
    for name, text in files.items():
        (group / name).write_text(text + "\n")
    assert pool.find_memory() == 2_000_000_000
    assert pool.count_workers() == 2


def test_container_without_limits(group, monkeypatch):
    free(10**12, monkeypatch)
    for name, text in {"memory.max": "max", "memory.current": "5", "cpu.max": "max 100000"}.items():
        (group / name).write_text(text + "\n")
    assert pool.find_memory() == 10**12
    assert pool._read_quota() is None


@pytest.mark.slow
def test_killed_process_takes_no_other_task_along_and_is_replaced():
    workers = pool.Processes(2)
    try:
        lost, kept = workers.submit(time.sleep, 60), workers.submit(time.sleep, 1.0)
        workers.kill(lost)
        with pytest.raises(WorkerEndedError):
            lost.result(timeout=20)
        first = workers.submit(os.getpid).result(timeout=20)
        assert kept.result(timeout=20) is None
        later = {workers.submit(os.getpid).result(timeout=20) for _ in range(4)}
        assert len({first, *later}) == 2  # a free process is used again
    finally:
        workers.close()
    assert not any(psutil.pid_exists(pid) for pid in (first, *later))


@pytest.mark.slow
def test_close_at_once_waits_for_nothing():
    workers = pool.Processes(1)
    started = workers.submit(os.getpid).result(timeout=20)
    workers.submit(time.sleep, 60)
    begin = time.monotonic()
    workers.close(at_once=True)
    assert time.monotonic() - begin < pool.WORKER_EXIT_SECONDS + 2
    assert not psutil.pid_exists(started)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to an ancestor")
def test_orphan_that_a_task_leaves_is_ended(tmp_path: Path):
    workers = pool.Processes(1)
    workers.submit(leave_orphan, str(tmp_path / "pid")).result(timeout=20)
    orphan = int((tmp_path / "pid").read_text())
    assert psutil.pid_exists(orphan)
    workers.close()
    assert not psutil.pid_exists(orphan)


def leave_orphan(note: str) -> None:
    import subprocess

    code = f"import os, time; open({note!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    child = (
        "import subprocess as s, sys; s.Popen([sys.executable, '-c', sys.argv[1]], start_new_session=True)"
    )
    subprocess.run([sys.executable, "-c", child, code], check=True)
    while not Path(note).exists() or not Path(note).read_text():
        time.sleep(0.02)


# --- what a report may use


def test_output_is_counted_in_every_form():
    cells = [
        {"outputs": [{"text": "12345"}, {"data": {"text/html": "123", "application/json": {"a": 1}}}]},
        {"source": "no outputs"},
    ]
    assert watchdog.count_output({"cells": cells}) == 8


@pytest.mark.parametrize(
    ("limits", "verdict"),
    [
        (watchdog.Limits(seconds=0.01), "it took longer than the time limit of 0.01 s"),
        (watchdog.Limits(output=2_000_000), "its cells printed more than 2 million characters"),
        (watchdog.Limits(), ""),
    ],
)
def test_limit_that_is_reached_explains_the_kernels_end(limits, verdict, monkeypatch):
    monkeypatch.setattr(watchdog, "WATCH_SECONDS", 0.02)
    monkeypatch.setattr(watchdog, "adopt_orphans", lambda: None)  # it would last for the whole test run
    with watchdog.watch(limits) as watch:
        watchdog.follow({"cells": [{"outputs": [{"text": "x" * 2_000_001}]}]})
        time.sleep(0.3)
        told = watchdog.explain_end()
    assert watch.verdict == verdict
    assert watch.kernel_ended
    natural = "the kernel ended: the cell ended the process, or memory ran out"
    assert told == (f"{verdict}, so it was stopped" if verdict else natural)
    assert ("memory ran out" in told) == (not verdict)
