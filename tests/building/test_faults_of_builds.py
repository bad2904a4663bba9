"""What goes wrong in a long build: each time the others are made, the cause is named and nothing is left.

Real worker processes and kernels, with notebooks of a few lines.
"""

from __future__ import annotations

import multiprocessing.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from builds import (
    GOOD,
    OUTPUT,
    find_forked,
    find_process,
    left_in,
    list_jobs,
    read_reports,
    read_shelf,
    run,
    start,
    wait_for,
    write_notebook,
)
from crossing import first

from industry_report.building import scheduling
from industry_report.shelf import report_records

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="kills processes by POSIX signals"),
]

MEGABYTES = 2000  # that a kernel may take here: more than one that prints without end, whose queue fills


SLEEPER = "[sys.executable, '-c', 'import time; time.sleep(600)']"
HELD = ("import pathlib, time", "while pathlib.Path('hold').exists(): time.sleep(0.05)", *GOOD)
NOTEBOOKS = {
    "good": HELD,
    "other": HELD,
    "litters": (
        "import subprocess, sys, threading, time",
        f"child = subprocess.Popen({SLEEPER})\n"
        f"daemon = subprocess.Popen({SLEEPER}, start_new_session=True)\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "print('done')",
    ),
}


@pytest.fixture(autouse=True)
def nothing_left(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After each of these tests no process works in the project, and no staging folder, lock or socket."""
    multiprocessing.util.get_temp_dir()  # which lives as long as the tests, is made where it usually is
    with tempfile.TemporaryDirectory() as folder:  # not below tmp_path, which is too deep for sockets
        monkeypatch.setattr(tempfile, "tempdir", folder)
        monkeypatch.setenv("TMPDIR", folder)
        yield
        wait_for(lambda: not left_in(project))
        assert list(Path(folder).iterdir()) == []
    assert not list(OUTPUT.glob(".*"))


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("undisturbed") / "reports"


@pytest.fixture
def undisturbed(project: Path, made_once: Path) -> Path:
    """The shelf of a build of all `NOTEBOOKS`, which lie in the project now, that nothing disturbed."""
    for name, cells in NOTEBOOKS.items():
        write_notebook(name, *cells)
    if not made_once.exists():  # by the first test that asks for it
        run(*NOTEBOOKS)
        OUTPUT.rename(made_once)
    return made_once


# --- what a notebook may do


def test_notebooks_that_misbehave_cost_their_own_report_only(project, undisturbed, monkeypatch):
    monkeypatch.setattr(scheduling, "_share_memory", lambda options, workers: MEGABYTES * 2**20)
    bad = {
        "loops": ("x = 1", "while True: pass"),
        "allocates": ("kept = []", "while True: kept.append(b'x' * 10**7)"),
        "floods": ("x = 1", "while True: print('x' * 10_000)"),
        "exits": ("import os", "os._exit(3)"),
    }
    for name, cells in bad.items():
        write_notebook(name, *cells)
    results = run("good", *bad, "litters", time_limit=15, retries=0)
    causes = {name: result.cause for name, result in results.items() if result.status == "failed"}
    assert causes.keys() == bad.keys(), causes
    assert "time limit of 15 s" in causes["loops"]
    assert "it used more than 2,000 MiB" in causes["allocates"]
    # On a busy machine its messages fill the memory before somebody counts them.
    flooded = ("its cells printed more than 10 million characters", "it used more than 2,000 MiB")
    assert any(cause in causes["floods"] for cause in flooded)
    assert "the cell ended the process" in causes["exits"]
    for name, cells in bad.items():
        assert causes[name].startswith(f"2025/黄山市/{name}.zh: cell In [")
        assert f"under “数据”, `{cells[1]}`, failed with DeadKernelError" in causes[name]
    assert not find_process(project, "time.sleep(600)")
    assert read_reports() == read_reports("good", "litters", folder=undisturbed)


# --- what others may do to kernels and workers


def find_kernels(project: Path) -> list[psutil.Process]:
    """Find kernels, stock ones by their command and warm ones by what they were forked from."""
    zygotes = {process.pid for process in find_process(project, "industry_report.processes.kernel_server")}
    forked = [
        p for p in find_process(project, "industry_report.processes.kernel_server") if p.ppid() in zygotes
    ]
    return find_process(project, "ipykernel_launcher") + forked + find_forked(project, 3)


def find_workers(project: Path) -> list[psutil.Process]:
    return find_process(project, "spawn_main") + find_forked(project, 1)


def test_worker_and_kernel_killed_while_they_start_cost_a_retry_each(project, undisturbed):
    Path("hold").touch()  # no report is finished before both are dead

    def kill() -> None:
        try:
            for find in (find_workers, find_kernels):
                wait_for(lambda find=find: find(project), 60)
                find(project)[0].kill()
        finally:
            Path("hold").unlink()

    killer = threading.Thread(target=kill)
    killer.start()
    results = run("good", "other", retries=2)
    killer.join()
    assert {result.status for result in results.values()} == {"made"}
    assert sum(result.attempts for result in results.values()) == 2 + 2
    assert read_reports() == read_reports("good", "other", folder=undisturbed)


SUICIDE = """
import os, pathlib, psutil, signal
if not pathlib.Path("{flag}").exists():
    pathlib.Path("{flag}").touch()
    os.kill({victim}, signal.SIGKILL)
"""


KERNEL = "os.getpid()"
WORKER = "psutil.Process().parents()[1].pid"  # the first is what the kernel was forked from


def test_kernel_or_worker_killed_in_a_cell(project, undisturbed):
    for name, victim in {"kernel": KERNEL, "worker": WORKER}.items():
        write_notebook(f"{name}-once", SUICIDE.format(flag=name, victim=victim), *GOOD)
        write_notebook(f"{name}-twice", SUICIDE.format(flag="x/y", victim=victim).replace("touch", "exists"))
    results = run("kernel-once", "kernel-twice", "worker-once", "worker-twice", "good")
    assert {name: (result.status, result.attempts) for name, result in results.items()} == {
        "kernel-once": ("made", 2),
        "kernel-twice": ("failed", 2),
        "worker-once": ("made", 2),
        "worker-twice": ("failed", 2),
        "good": ("made", 1),
    }
    assert "the kernel ended: the cell ended the process" in results["kernel-twice"].cause
    cause = "its worker process was ended from outside, perhaps for lack of memory. Try --jobs 1."
    assert cause in results["worker-twice"].cause
    assert read_reports("good") == read_reports("good", folder=undisturbed)


def test_worker_killed_while_it_publishes_leaves_no_torn_report(project, undisturbed, monkeypatch):
    """The worker is ended between two files of a report that is there already."""
    shutil.copytree(undisturbed, OUTPUT)
    before = read_shelf()
    write_notebook("good", *GOOD, "print('more')")
    write_hook(
        project,
        """
        import os, pathlib
        publish = pathlib.Path.replace
        def replace(self, target):
            done = publish(self, target)
            if str(target).endswith("good.zh.html") and not pathlib.Path("torn").exists():
                pathlib.Path("torn").touch()
                os.kill(os.getpid(), 9)
            return done
        pathlib.Path.replace = replace
        """,
        monkeypatch,
    )
    results = run("good", retries=0)
    assert results["good"].status == "failed"
    assert (
        report_records.find_published(OUTPUT, "2025/黄山市/good.zh") is None
    )  # noticed: its record is of other files
    assert run("good")["good"].status == "made"
    assert report_records.find_published(OUTPUT, "2025/黄山市/good.zh")
    assert read_shelf().keys() == before.keys()
    assert read_reports("other", "litters") == read_reports("other", "litters", folder=undisturbed)


def test_disk_full_while_publishing(project, undisturbed, monkeypatch):
    shutil.copytree(undisturbed, OUTPUT)
    write_hook(
        project,
        """
        import errno, pathlib
        write = pathlib.Path.write_bytes
        def write_bytes(self, content):
            if self.name == "pdf":
                raise OSError(errno.ENOSPC, "No space left on device", str(self))
            return write(self, content)
        pathlib.Path.write_bytes = write_bytes
        """,
        monkeypatch,
    )
    results = run("good", "other", force=True, workers=1)
    for result in results.values():
        assert result.status == "failed"
        assert "cannot be written: No space left on device" in result.cause
    assert read_reports() == read_reports(folder=undisturbed)


def write_hook(project: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every process that starts from now on run some code: it stands in for a disk or a system."""
    import textwrap

    folder = project / "hook"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(textwrap.dedent(code), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))


# --- what a user may do


@pytest.mark.parametrize("delay", first([1.3, 0.1, 2.6]))
def test_interrupt_at_any_time_ends_within_two_seconds(delay, project):
    write_notebook("good", *GOOD)
    write_notebook("sleeps", "import time", "time.sleep(600)")
    list_jobs("good", "sleeps")
    process = start("build", "params/x.yaml", "--jobs", "2", start_new_session=True)
    wait_for(lambda: Path("reports/.lock").exists())
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGINT)
    begin = time.monotonic()
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - begin < 4  # two on a machine that does nothing else
    assert process.returncode == 130
    assert err.endswith("Stopped. Reports finished so far are published; build again to go on.\n")
    for record in report_records.list_published(OUTPUT):
        assert report_records.find_published(OUTPUT, record["report"])


def test_killed_build_leaves_nothing_and_the_next_goes_on(project, undisturbed):
    write_notebook("waits", "import time, pathlib", "while not pathlib.Path('go').exists(): time.sleep(0.05)")
    list_jobs("good", "waits")
    process = start("build", "params/x.yaml", "--jobs", "2", stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("made    2025/黄山市/good.zh")
    process.kill()
    process.communicate(timeout=30)
    wait_for(lambda: not left_in(project))
    assert list(Path(tempfile.gettempdir()).iterdir()) == []
    Path("go").touch()
    results = run("good", "waits")
    assert {name: result.status for name, result in results.items()} == {"good": "fresh", "waits": "made"}
    assert read_reports("good") == read_reports("good", folder=undisturbed)


def test_two_builds_at_once(project, undisturbed):
    list_jobs(*NOTEBOOKS)
    both = [start("build", "params/x.yaml") for _ in range(2)]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(out.count("made ") for out, _ in told) == [0, 3]
    assert sum("Another build works on reports" in err for _, err in told) == 1
    together = read_shelf()
    assert together == read_shelf(undisturbed)
    files = len(report_records.list_published(OUTPUT)[0]["files"])
    assert len(together) == 3 * (files + 1) + 5  # three reports, each with its record, and five lists
