"""Forks that are as good as a fresh start: files of their own, nothing of the program that asked."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from builds import is_server

from industry_report.processes import fork_server, forking, pool

pytestmark = pytest.mark.skipif(not forking.can_fork(), reason="this system forks no processes")


def in_fork(function, *arguments):
    """Run a function in a forked process; returns its text, which comes by a file: pipes may be closed."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        pid = os.fork()
        if pid == 0:
            try:
                answer.write(str(function(*arguments)))
                answer.flush()
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        answer.seek(0)
        return answer.read()


def test_a_fork_has_a_position_of_its_own_in_a_file(tmp_path):
    path = tmp_path / "font"
    path.write_bytes(bytes(range(100)))

    def read_on(number, own):
        if own:
            forking.reopen_files()
        before = os.lseek(number, 0, os.SEEK_CUR)
        os.lseek(number, 77, os.SEEK_SET)
        return before

    with path.open("rb") as font:
        number = font.fileno()
        os.lseek(number, 10, os.SEEK_SET)
        assert in_fork(read_on, number, True) == "10"
        assert os.lseek(number, 0, os.SEEK_CUR) == 10
        in_fork(read_on, number, False)
        assert os.lseek(number, 0, os.SEEK_CUR) == 77  # which is why


def test_a_fork_closes_what_it_has_no_use_for(tmp_path):
    def close():
        forking.close_all_but(kept)
        return {number: Path(f"/proc/self/fd/{number}").exists() for number in (0, 1, 2, kept, other, file)}

    reader, other = os.pipe()
    kept = os.dup(reader)
    file = os.open(tmp_path / "font", os.O_CREAT)
    try:
        assert in_fork(close) == str({0: True, 1: True, 2: True, kept: True, other: False, file: True})
    finally:
        for number in (reader, other, kept, file):
            os.close(number)


def test_a_start_forgets_what_was_imported_since(monkeypatch):
    monkeypatch.delitem(sys.modules, "this_is_no_module", raising=False)
    start = forking.note_start()
    monkeypatch.setitem(sys.modules, "this_is_no_module", sys)
    monkeypatch.setattr(sys, "path", [*sys.path, "elsewhere"])
    start.restore()
    assert "this_is_no_module" not in sys.modules
    assert "elsewhere" not in sys.path


def describe_worker():
    return os.getppid(), sys.flags.hash_randomization, os.environ.get("PYTHONSAFEPATH"), os.environ["COLOUR"]


def test_workers_are_forked_from_one_process_in_the_environment_of_the_build(monkeypatch):
    fork_server.stop()
    monkeypatch.setenv("COLOUR", "red")
    workers = pool.Processes(2)
    try:
        answers = [workers.submit(describe_worker) for _ in range(2)]
        (parent, randomised, safe, colour), second = (answer.result(60) for answer in answers)
        assert second[0] == parent
        assert is_server(psutil.Process(parent))
        assert (randomised, safe, colour) == (0, None, "red")
        monkeypatch.setenv("COLOUR", "blue")  # no longer as a fresh start would be
        changed = pool.Processes(1)
        try:
            answer = changed.submit(describe_worker).result(60)
            assert answer[0] == os.getpid()
            assert answer[3] == "blue"
        finally:
            changed.close()
    finally:
        workers.close()
        fork_server.stop()


@pytest.mark.parametrize("preloaded", ["sys.exit(1)", "raise ImportError('no')", "x = 1"])
def test_where_nothing_can_be_imported_ahead_workers_start_afresh(preloaded, tmp_path, monkeypatch):
    fork_server.stop()
    (tmp_path / "broken.py").write_text(f"import sys; {preloaded}", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    set_preload = fork_server.forkserver.set_forkserver_preload
    monkeypatch.setattr(
        fork_server.forkserver, "set_forkserver_preload", lambda names: set_preload(["broken"])
    )
    assert parent_of_a_worker() == os.getpid()


def test_a_process_to_fork_from_that_died_is_replaced():
    fork_server.stop()
    before = parent_of_a_worker()
    psutil.Process(before).kill()
    after = parent_of_a_worker()
    assert after not in (before, os.getpid())
    fork_server.stop()


def test_a_process_to_fork_from_that_dies_while_a_worker_is_asked_for_is_replaced(monkeypatch):
    fork_server.stop()
    choose, killed = fork_server.choose_start, []

    def choose_then_kill():
        start = choose()
        if not killed:
            killed.append(fork_server.find_server().pid)
            psutil.Process(killed[0]).kill()
        return start

    monkeypatch.setattr(fork_server, "choose_start", choose_then_kill)
    assert parent_of_a_worker() not in (*killed, os.getpid())
    fork_server.stop()


def test_another_fork_server_of_the_program_is_left_alone(monkeypatch):
    fork_server.stop()
    fork_server.forkserver.set_forkserver_preload([])
    fork_server.forkserver.ensure_running()
    pid = fork_server.find_server().pid
    try:
        assert parent_of_a_worker() == os.getpid()
        assert psutil.pid_exists(pid)
    finally:
        fork_server.stop()


def parent_of_a_worker():
    workers = pool.Processes(1)
    try:
        return workers.submit(os.getppid).result(60)
    finally:
        workers.close()


def test_what_workers_are_forked_from_may_begin_before_the_first_is_wanted(monkeypatch):
    fork_server.stop()
    monkeypatch.setenv("COLOUR", "red")
    fork_server.begin()
    begun = fork_server.find_server().pid
    assert parent_of_a_worker() == begun
    fork_server.stop()
    fork_server.begin()
    begun = fork_server.find_server().pid
    monkeypatch.setenv("COLOUR", "blue")  # since then
    assert parent_of_a_worker() not in (begun, os.getpid())
    assert not psutil.pid_exists(begun)
    fork_server.stop()


def test_what_has_begun_ends_with_a_program_that_wants_no_worker():
    code = "from industry_report.processes import fork_server as s; s.begin(); print(s.find_server().pid)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not psutil.pid_exists(int(done.stdout))
    assert done.stderr == ""
