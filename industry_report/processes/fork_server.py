"""The process that workers are forked from: `multiprocessing`'s fork server, which has imported everything.

One serves all builds of a program, and ends with it. Where it is not safe or not possible (another system,
changed code, no place for its socket), workers are started afresh (`spawn`).
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker
from typing import Any, NamedTuple

import psutil

from . import forking, run_folders, signals
from .forking import PRELOADED

READY_POLL_SECONDS = 0.02  # between two looks whether the fork server is ready
# Python without the current folder on its path, with one order of sets, and without the debugger's warning.
AFRESH = {"PYTHONSAFEPATH": "1", "PYTHONHASHSEED": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}

_server: tuple[Any, ...] = ()  # what it was started with
_begun: tuple[Any, ...] = ()  # the same, until it is known whether it is ready


def begin() -> None:
    """Let it import while this process finds out what there is to do."""
    global _begun
    if forking.can_fork() and not _server and find_server().pid is None and run_folders.place_sockets():
        _begun = _describe_start()
        forkserver.set_forkserver_preload([PRELOADED])
        with _variables({**AFRESH, **run_folders.place_home_files()}), deaf_to_interrupts():
            forkserver.ensure_running()


def choose_start() -> str:
    """Return how worker processes start: forked from the fork server, where that is safe.

    It is as good as a fresh start while environment, code and libraries are what they were. Where temporary
    files lie, a worker is told.
    """
    global _server
    if _server and not _is_alive(find_server().pid):
        stop()
    state = _describe_start() if forking.can_fork() else None
    if state is None or state != (_server or state):
        return "spawn"  # the same on every system, and it inherits no thread and no lock
    if _begun and _begun != state:
        stop()
    if not _server and _start_server():
        _server = state
    return "forkserver" if _server else "spawn"


def _describe_start() -> tuple[Any, ...]:
    return forking.describe_state({**os.environ, "TMPDIR": ""})


def _start_server() -> bool:
    """Start the fork server, and wait until it is ready; a Ctrl-C may end that.

    Returns
    -------
    bool
        False if it could not import everything, or if the program has such a process already, for purposes
        of its own.
    """
    global _begun
    if not _begun:
        begin()
    if not _begun:
        return False
    probe = multiprocessing.get_context("forkserver").Process(target=_probe)
    # In a thread, for a start waits for the imports, and cannot be interrupted.
    start = threading.Thread(target=_start, args=(probe,), name="probe", daemon=True)
    start.start()
    try:
        while start.is_alive():
            start.join(READY_POLL_SECONDS)
        if probe.pid:
            probe.join()
    except BaseException:
        while start.is_alive():  # where the server has ended, the thread starts another
            stop()
            start.join(READY_POLL_SECONDS)
        stop()
        raise
    _begun = ()
    if probe.exitcode != 0:
        stop()
    return probe.exitcode == 0


def _start(process: multiprocessing.process.BaseProcess) -> None:
    with suppress(OSError, EOFError):  # what it is forked from has ended
        process.start()


def _probe() -> None:
    """Tell, by the exit status, whether this process was forked from one that has imported everything."""
    sys.exit(PRELOADED not in sys.modules)


class _Server(NamedTuple):
    pid: int | None
    stop: Callable[[], None]


def find_server() -> _Server:
    """Return the fork server; `multiprocessing` has no public name for what ends it."""
    server: Any = forkserver._forkserver
    return _Server(server._forkserver_pid, server._stop)


def _is_alive(pid: int | None) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def stop() -> None:
    """End it; it would only end when it notices that this process has.

    It may have ended already, and its socket may be gone: whatever is missing of it, the next one can start.
    """
    global _server, _begun
    pid, stop_server = find_server()
    if pid is not None:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
        try:
            stop_server()
        except OSError:
            server: Any = forkserver._forkserver
            server._forkserver_pid = server._forkserver_address = server._forkserver_alive_fd = None
    _server = _begun = ()


@atexit.register
def _end() -> None:
    if _server or _begun:
        stop()


@contextmanager
def _variables(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables for a moment."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            os.environ.update({} if value is None else {name: value})


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Let a process that starts now inherit that no request to end reaches it: these are for the build.

    The signals are blocked, not ignored: one that comes meanwhile reaches this process as soon as it is not,
    and never while it knows of a process that it does not yet know the number of.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows, where nothing of this is inherited
        yield
        return
    resource_tracker.ensure_running()  # a process would start it, and unblock the signal after that
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals.NUMBERS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
