"""Builds on machines that are short of something, watched by others, or ended in the middle.

Real processes, started as a user starts them; several wants at once, for each build takes its seconds.
"""

from __future__ import annotations

import multiprocessing.synchronize
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from builds import GOOD, OUTPUT, left_in, list_jobs, run, start, wait_for, write_notebook

from industry_report.base.errors import InputError
from industry_report.building import build, one_report, plan
from industry_report.processes import fork_server, pool, worker
from industry_report.shelf import report_records

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kills processes, and shapes a machine, as on Linux"),
]
HELD = ("import pathlib, time", "while pathlib.Path('hold').exists(): time.sleep(0.05)", *GOOD)


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files in which nothing is left; not below tmp_path, which is too deep."""
    multiprocessing.util.get_temp_dir()
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)
        wait_for(lambda: not list(Path(folder).iterdir()))


# --- killed


def kill_when(find: Callable[[], list[psutil.Process]]) -> threading.Thread:
    """Kill the first process that is found, from a thread; then let notebooks go on."""

    def kill() -> None:
        try:
            wait_for(find, 240)
            find()[0].kill()
            time.sleep(0.3)
        finally:
            Path("hold").unlink(missing_ok=True)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def find_server_with(workers: int) -> list[psutil.Process]:
    pid = fork_server.find_server().pid
    try:
        server = psutil.Process(pid) if pid else None
        return [server] if server and len(server.children()) >= workers else []
    except psutil.Error:
        return []


def find_pandoc() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "serve.lua" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_a_killed_fork_server_costs_nothing(project, temporary):
    for name in ("one", "two", "three"):
        write_notebook(name, *HELD)
    Path("hold").touch()
    killer = kill_when(lambda: find_server_with(2))
    results = run("one", "two", "three")
    killer.join()
    assert {name: (result.status, result.attempts) for name, result in results.items()} == dict.fromkeys(
        ("one", "two", "three"), ("made", 1)
    )
    assert (OUTPUT / "index.html").is_file()
    wait_for(lambda: not left_in(project))
    assert not list(OUTPUT.glob(".*"))


def test_a_killed_pandoc_is_started_again(project, temporary):
    write_notebook("one", *GOOD)
    killer = kill_when(find_pandoc)
    results = run("one", workers=1)
    killer.join()
    assert (results["one"].status, results["one"].attempts) == ("made", 1)


def test_a_worker_that_was_killed_with_the_fork_server_is_replaced(temporary):
    workers = pool.Processes(1)
    try:
        first = workers.submit(os.getpid).result(60)
        pid = fork_server.find_server().pid
        if pid is None:
            pytest.skip("workers are not forked here")
        psutil.Process(pid).kill()
        assert workers.submit(os.getpid).result(60) == first  # it lives on without the server
        lost = workers.submit(time.sleep, 60)
        psutil.Process(first).kill()
        with pytest.raises(worker.WorkerEndedError):
            lost.result(30)
        assert workers.submit(os.getpid).result(60) != first
    finally:
        workers.close()
    assert not psutil.pid_exists(first)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_build_that_is_asked_to_end_clears_up(number, status, project, temporary):
    write_notebook("sleeps", "import time", "time.sleep(600)")
    list_jobs("sleeps")
    process = start("build", "params/x.yaml", start_new_session=True)
    wait_for(lambda: len(left_in(project)) > 2, 60)
    os.killpg(process.pid, number)  # as a terminal that closes does
    _, err = process.communicate(timeout=30)
    assert process.returncode == status
    assert err == "Stopped. Reports finished so far are published; build again to go on.\n"
    wait_for(lambda: not left_in(project))
    assert not list(OUTPUT.glob(".*"))


def test_what_a_build_left_that_was_killed_at_once_is_swept(project, temporary):
    write_notebook("one", *GOOD)
    list_jobs("one")
    process = start("build", "params/x.yaml", start_new_session=True)
    wait_for(lambda: list(temporary.iterdir()), 60)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert list(temporary.iterdir())
    result = run("one")["one"]
    assert result.status == "made", result.cause
    left = [each.name for each in temporary.iterdir()]
    assert left == [], left


# --- short of something


def test_no_semaphores_are_needed(temporary, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No such file or directory: /dev/shm")

    monkeypatch.setattr(multiprocessing.synchronize.SemLock, "__init__", fail)
    workers = pool.Processes(2)
    try:
        assert workers.submit(abs, -1).result(60) == 1
    finally:
        workers.close()


def test_no_more_processes_is_said(temporary, monkeypatch):
    def fail(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(worker.Worker, "_start", fail)
    workers = pool.Processes(1)
    try:
        with pytest.raises(InputError, match="Resource temporarily unavailable"):
            workers.submit(abs, -1)
    finally:
        workers.close()


def test_a_build_where_much_is_missing(project, monkeypatch):
    """A TMPDIR too deep for sockets, no home, no work folder, a damaged note, no output, a narrow console."""
    deep = project / ("d" * 100)
    deep.mkdir()
    Path(".build").touch()
    write_notebook("one", "import warnings; warnings.warn('甲')", *GOOD)
    list_jobs("one")
    monkeypatch.setenv("TMPDIR", str(deep))
    monkeypatch.setenv("HOME", "/dev/null")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    code = "from industry_report.cli import main; main()"
    command = f'exec "{sys.executable}" -c "{code}" build params/x.yaml --jobs 2 >&-'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1, done.stderr
    assert ".build/reports cannot be written" in done.stderr
    assert "INDUSTRY_REPORT_WORK" in done.stderr
    assert report_records.find_published(OUTPUT, "2025/黄山市/one.zh")
    assert (OUTPUT / "index.html").is_file()
    assert list(deep.iterdir()) == []


def test_a_work_folder_of_the_users_choice(project, tmp_path, monkeypatch):
    monkeypatch.setenv("INDUSTRY_REPORT_WORK", str(tmp_path / "work"))
    write_notebook("fails", "1 / 0")
    cause = run("fails")["fails"].cause
    [kept] = (tmp_path / "work").rglob("*.ipynb")
    assert str(kept) in cause
    assert not Path(".build").exists()
    assert (
        stat.S_IMODE((tmp_path / "work" / kept.relative_to(tmp_path / "work").parts[0]).stat().st_mode)
        == 0o700
    )


@pytest.mark.parametrize("output", [".", "..", "/"])
def test_an_output_folder_that_holds_the_project_is_refused(output, project):
    write_notebook("one", *GOOD)
    with pytest.raises(InputError, match="holds the folder that you work in"):
        build.build_shelves(list_jobs("one"), Path(output))


@pytest.mark.parametrize("epoch", ["", "yesterday", "-5", "1e9", "1_0", " 7 ", "9" * 30])
def test_an_odd_date_of_the_source_is_told_once(epoch, project, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    write_notebook("one", *GOOD)
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH: expected seconds since 1970"):
        run("one")


def test_a_full_disk_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))
    full = OSError(28, "No space left on device")
    assert "use --output" in one_report._describe_full_disk(OSError(28, "full", "reports/x"), OUTPUT)
    told = one_report._describe_full_disk(OSError(28, "full", str(tmp_path / "t" / "x")), OUTPUT)
    assert "set TMPDIR" in told
    assert "None" not in one_report._describe_full_disk(full, OUTPUT)


# --- watched by others


OTHER = 54321  # a user that no system has
CUSTOMERS = "客户ID,意向度,需求明确性,满意度\nK1,5,4,3\n"


def list_open_to(user: int, *roots: Path) -> list[str]:
    """Return the files that another user can read, and the sockets that answer it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            found = [path for root in roots for path in _walk(str(root))]
            os.write(writer, "\n".join(found).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as told:
        found = told.read().splitlines()
    os.waitpid(pid, 0)
    return found


def _walk(root: str) -> Iterator[str]:
    for folder, _, files in os.walk(root):
        for name in files:
            path = Path(folder, name)
            try:
                if path.is_socket():
                    with socket.socket(socket.AF_UNIX) as line:
                        line.connect(str(path))
                else:
                    path.open("rb").close()
            except OSError:
                continue
            yield str(path)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="becomes another user: needs root")
def test_another_user_of_the_machine_reads_no_customer(project, temporary):
    with tempfile.TemporaryDirectory() as place:
        home = Path(place, "project")
        shutil.copytree(project, home)
        for folder in (Path(place), home):
            folder.chmod(0o755)
        os.chdir(home)
        before = os.umask(0o022)
        try:
            Path("data").mkdir()
            Path("data/黄山市-2025.csv").write_text(CUSTOMERS, encoding="utf-8")
            Path("data/黄山市-2025.csv").chmod(0o600)
            load = "from industry_report.intake import dataset; print(dataset.load('data'))"
            write_notebook("fails", load, "1 / 0")
            write_notebook("open", load, *HELD)
            Path("hold").touch()
            list_jobs("fails", "open")
            process = start("build", "params/x.yaml", "--jobs", "2")
            wait_for(lambda: Path(".build/reports/failed").exists() and len(left_in(home)) > 4, 240)
            temporary.chmod(0o755)
            during = list_open_to(OTHER, home, temporary)
            Path("hold").unlink()
            process.communicate(timeout=60)
            after = list_open_to(OTHER, home, temporary)
        finally:
            os.umask(before)
            os.chdir(project)
        private = ("/data/黄山市", "/.prepared/", "/.build/", "/industry-report-", "/.staging-")
        assert [path for path in [*during, *after] if any(part in path for part in private)] == []
        assert any(path.endswith("index.html") for path in after)  # what is published may be read


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="becomes another user: needs root")
def test_another_user_reads_no_internal_report(project, monkeypatch):
    monkeypatch.setattr(plan, "is_internal", lambda job: True)
    write_notebook("one", *GOOD)
    jobs = list_jobs("one")
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        before = os.umask(0o022)
        try:
            [result] = build.build_shelves(jobs, Path(place, "reports"))
        finally:
            os.umask(before)
        assert result.status == "made", result.cause
        made = list(Path(place, "reports-internal").rglob("*"))
        assert any(path.suffix == ".pdf" for path in made)
        assert not [path for path in made if path.stat().st_mode & 0o077]
        assert list_open_to(OTHER, Path(place)) == []
