"""Where jobs run: worker processes of this machine, or a Dask cluster; how many fit."""

from __future__ import annotations

import atexit
import multiprocessing
import multiprocessing.util
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import psutil

from ..base.errors import InputError
from . import forking, watchdog

WORKER_MEMORY = 700 * 2**20  # bytes: a worker with its exporters, and the kernel of an ordinary report
SHARE = 0.9  # of the free memory that kernels may take together
TICK = 0.02  # seconds between two looks whether the process to fork from is ready
PATIENCE = 1.0  # seconds that a worker has to clear up before it is killed
PRELOADED = "industry_report.building.preloaded"
# Python without the current folder on its path, with one order of sets, and without the debugger's warning.
AFRESH = {"PYTHONSAFEPATH": "1", "PYTHONHASHSEED": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
ANSWER = "10s"  # within which a scheduler must answer


class Pool(Protocol):
    """Runs a few tasks at a time."""

    @property
    def capacity(self) -> int:
        """Tasks that it takes at once."""

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Start a task."""

    def kill(self, future: Future[Any]) -> None:
        """End the process that a task runs in."""

    def close(self, at_once: bool = False) -> None:
        """End all processes; running tasks are given up if it must be at once."""


# --- this machine


def count_workers() -> int:
    """Return how many reports to make at a time: one a core, as far as the memory reaches."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _read_quota() or cores, find_memory() // WORKER_MEMORY))


def find_memory() -> int:
    """Return the bytes that are free: of the machine, or of the control group (container) this runs in."""
    free = psutil.virtual_memory().available
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        bound, taken = _read_group(limit), _read_group(used)
        if bound and taken:
            free = min(free, max(0, int(bound[0]) - int(taken[0])))
    return free


def _read_quota() -> int | None:
    """Return the cores that a container is allowed, rounded up."""
    quota = _read_group("cpu.max") or [
        *_read_group("cpu/cpu.cfs_quota_us"),
        *_read_group("cpu/cpu.cfs_period_us"),
    ]
    return -(-int(quota[0]) // int(quota[1])) if len(quota) == 2 and int(quota[0]) > 0 else None


def _read_group(name: str, root: Path = Path("/sys/fs/cgroup")) -> list[str]:
    """Return the numbers of a file of the control group; none where it is absent or sets no bound."""
    with suppress(OSError):
        words = (root / name).read_text(encoding="ascii").split()
        return words if words and words[0] != "max" else []
    return []


class Lane:
    """One worker process with a queue of its own."""

    def __init__(self, folder: str) -> None:
        others = set(multiprocessing.active_children())
        environ = {**os.environ, "PYTHONHASHSEED": "0"}  # a set in a cell has the same order in every build
        try:
            self._start(folder, environ)
        except (EOFError, OSError):  # what workers are forked from ended in this moment
            _stop_server()
            self._start(folder, environ)
        self.process = next(iter(set(multiprocessing.active_children()) - others))

    def _start(self, folder: str, environ: dict[str, str]) -> None:
        start = _choose_start()
        with _deaf_to_interrupts():  # which the process inherits: Ctrl-C is for the parent to handle
            context = multiprocessing.get_context(start)
            self.executor = ProcessPoolExecutor(
                1, mp_context=context, initializer=_prepare_worker, initargs=(folder, environ)
            )
            self.future: Future[Any] = self.executor.submit(os.getpid)  # starts the process

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Start a task."""
        self.future = self.executor.submit(task, *arguments)
        return self.future


_server: tuple[Any, ...] = ()  # what the process that workers are forked from was started with
_begun: tuple[Any, ...] = ()  # the same, until it is known whether it is ready


def begin() -> None:
    """Let the process that workers are forked from import while this one finds out what there is to do."""
    global _begun
    if forking.can_fork() and not _server and _find_server().pid is None:
        _begun = _describe_start()
        forkserver.set_forkserver_preload([PRELOADED])
        with _variables(**AFRESH), _deaf_to_interrupts():
            forkserver.ensure_running()


def _choose_start() -> str:
    """Return how worker processes start: forked from one that has imported everything, where that is safe.

    It is as good as a fresh start while environment, code and libraries are what they were. Where temporary
    files lie, a worker is told.
    """
    global _server
    if _server and not _is_alive(_find_server().pid):
        _stop_server()
    state = _describe_start() if forking.can_fork() else None
    if state is None or state != (_server or state):
        return "spawn"  # the same on every system, and it inherits no thread and no lock
    if _begun and _begun != state:
        _stop_server()
    if not _server and _start_server():
        _server = state
    return "forkserver" if _server else "spawn"


def _describe_start() -> tuple[Any, ...]:
    return forking.describe_state({**os.environ, "TMPDIR": ""})


def _start_server() -> bool:
    """Start the process to fork from, and wait until it is ready; a Ctrl-C may end that.

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
    scout = multiprocessing.get_context("forkserver").Process(target=_scout)
    # In a thread, for a start waits for the imports, and cannot be interrupted.
    start = threading.Thread(target=_start, args=(scout,), name="scout", daemon=True)
    start.start()
    try:
        while start.is_alive():
            start.join(TICK)
        if scout.pid:
            scout.join()
    except BaseException:
        _stop_server()
        raise
    _begun = ()
    if scout.exitcode != 0:
        _stop_server()
    return scout.exitcode == 0


def _start(process: multiprocessing.process.BaseProcess) -> None:
    with suppress(OSError, EOFError):  # what it is forked from has ended
        process.start()


def _scout() -> None:
    """Tell, by the exit status, whether this process was forked from one that has imported everything."""
    sys.exit(PRELOADED not in sys.modules)


class _Server(NamedTuple):
    pid: int | None
    stop: Callable[[], None]


def _find_server() -> _Server:
    """Return the process that `multiprocessing` forks from; it has no public name for what ends it."""
    server: Any = forkserver._forkserver
    return _Server(server._forkserver_pid, server._stop)


def _is_alive(pid: int | None) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _stop_server() -> None:
    """End the process that workers are forked from; it would only end when it notices that this one has."""
    global _server, _begun
    pid, stop = _find_server()
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        stop()
    _server = _begun = ()


@atexit.register
def _end() -> None:
    if _server or _begun:
        _stop_server()


class Processes:
    """Worker processes of this machine; one that is killed takes no other's job along."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._lanes: list[Lane] = []
        # For the temporary files of workers and kernels: one that is killed clears up nothing.
        self._folder = tempfile.TemporaryDirectory(prefix="industry-report-", ignore_cleanup_errors=True)
        self._spared = {process.pid for process in watchdog.list_foreign()}
        watchdog.adopt_orphans()

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Start a task in a free process, or in a new one."""
        for lane in [lane for lane in self._lanes if lane.future.done()]:
            try:
                return lane.submit(task, *arguments)
            except BrokenProcessPool:  # its process has ended, perhaps just now
                self._lanes.remove(lane)
                lane.process.join(PATIENCE)
                watchdog.end_processes(watchdog.list_orphans(self._spared))  # the kernel it left
        self._lanes.append(Lane(self._folder.name))
        return self._lanes[-1].submit(task, *arguments)

    def kill(self, future: Future[Any]) -> None:
        """End the process that a task runs in."""
        for lane in self._lanes:
            if lane.future is future:
                lane.process.kill()

    def close(self, at_once: bool = False) -> None:
        """End all processes and what they started."""
        if at_once:
            for lane in self._lanes:
                lane.process.terminate()
            end = time.monotonic() + PATIENCE
            for lane in self._lanes:
                lane.process.join(max(0.0, end - time.monotonic()))
                lane.process.kill()
        for lane in self._lanes:
            lane.executor.shutdown(cancel_futures=True)
        watchdog.end_processes(watchdog.list_orphans(self._spared))
        self._folder.cleanup()


class InThread:
    """Makes one report after another in this process; its kernels are processes all the same.

    For systems without named semaphores (POSIX ``sem_open``, which on Linux needs ``/dev/shm``), where
    `multiprocessing` cannot have a queue.
    """

    capacity = 1

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1)

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Start a task, or let it wait for the one before."""
        return self._executor.submit(task, *arguments)

    def kill(self, future: Future[Any]) -> None:
        """Do nothing: a thread cannot be ended; the watchdog ends its kernel, and with it the report."""

    def close(self, at_once: bool = False) -> None:
        """Wait for the task under way; what its notebook started is ended, which ends it soon."""
        if at_once:
            watchdog.end_processes(watchdog.list_foreign())
        self._executor.shutdown(cancel_futures=True)


def open_processes(capacity: int) -> Pool:
    """Return so many worker processes; where this system cannot have them, a thread."""
    return Processes(capacity) if _has_semaphores() else InThread()


def _has_semaphores() -> bool:
    try:
        multiprocessing.get_context("spawn").Lock()
    except (OSError, ImportError):
        return False
    return True


# --- a cluster


class Cluster:
    """Workers of a Dask scheduler. Dask itself gives the job of a worker that dies to another one."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            mend = 'Install it: pip install "industry-report[cluster]".'
            raise InputError(f"--scheduler {address}", "needs Dask, which is not installed.", mend) from None
        try:
            self._client = Client(address, timeout=ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:  # ValueError: no address
            mend = "Start one with `dask scheduler`, and name the address that it prints."
            raise InputError(f"--scheduler {address}", f"no scheduler answers: {error}.", mend) from None
        self._executor = self._client.get_executor(pure=False)
        if not self.capacity or max(self._client.nthreads().values()) > 1:
            problem = "has workers of several threads." if self.capacity else "has no workers."
            self.close()
            mend = "Start them with `dask worker --nthreads 1`: a report needs a process to itself."
            raise InputError(f"--scheduler {address}", problem, mend)

    @property
    def capacity(self) -> int:
        """Count the workers that are there now: some may join or leave during a build."""
        return len(self._client.nthreads())

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Send a task to the cluster."""
        return self._executor.submit(task, *arguments)

    def kill(self, future: Future[Any]) -> None:
        """Do nothing: a worker holds itself to the limits, and the task may have moved to another one."""

    def close(self, at_once: bool = False) -> None:
        """Leave the cluster; a report that is being made is finished by its worker."""
        self._executor.shutdown(wait=not at_once)
        self._client.close(timeout=PATIENCE)


# --- in a worker


@contextmanager
def _variables(**values: str) -> Iterator[None]:
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
def _deaf_to_interrupts() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # signals are not this thread's business
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _prepare_worker(folder: str, environ: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update({**environ, "TMPDIR": folder})  # kernels inherit it
    tempfile.tempdir = folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops the workers
    if PRELOADED in sys.modules:  # forked, which leaves out what a process does at its end
        multiprocessing.util.Finalize(None, atexit._run_exitfuncs, exitpriority=0)
        forking.reopen_files()
        from . import kernels

        kernels.prepare()  # now, while there is one thread: the process to fork kernels from is forked, too
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, args=(folder,), name="parent", daemon=True).start()


def _leave(*_: Any) -> None:
    raise SystemExit


def _end_with_parent(folder: str) -> None:
    """End when the build was killed: nobody waits for this report any more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        watchdog.end_processes(watchdog.list_foreign())
        for left in (folder, multiprocessing.util.get_temp_dir()):
            shutil.rmtree(left, ignore_errors=True)  # each worker does; the last one leaves nothing
        os._exit(1)
