"""Where jobs run: worker processes of this machine, or a Dask cluster; how many fit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psutil

from ..base.errors import InputError
from . import run_folders, watchdog
from .worker import Worker, WorkerEndedError

WORKER_BYTES = 700 * 2**20  # a worker with its exporters, and the kernel of an ordinary report
KERNEL_MEMORY_SHARE = 0.9  # of the free memory that kernels may take together
WORKER_EXIT_SECONDS = 1.0  # that a worker has to clear up before it is killed
WORKER_FINISH_SECONDS = 30.0  # the same, of one that was only asked to end
SCHEDULER_TIMEOUT = "10s"  # within which it must answer


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


@contextmanager
def use(workers: Pool) -> Iterator[Pool]:
    """Give a pool for a block; at Ctrl-C, or another error, its processes are ended at once."""
    try:
        yield workers
    except BaseException:
        workers.close(at_once=True)
        raise
    workers.close()


# --- this machine


def count_workers() -> int:
    """Return how many reports to make at a time: one a core, as far as the memory reaches."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _read_quota() or cores, find_memory() // WORKER_BYTES))


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


class Processes:
    """Worker processes of this machine; one that is killed takes no other's job along."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._workers: list[Worker] = []
        # For the temporary files of workers and kernels: one that is killed clears up nothing.
        self._folder = run_folders.make_run_folder()
        self._spared = {process.pid for process in watchdog.list_foreign()}
        watchdog.adopt_orphans()

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Start a task in a free process, or in a new one.

        Raises
        ------
        InputError
            If the system starts no more processes.
        """
        for worker in [worker for worker in self._workers if worker.future.done()]:
            try:
                return worker.submit(task, *arguments)
            except WorkerEndedError:  # perhaps just now
                self._workers.remove(worker)
                worker.wait(WORKER_EXIT_SECONDS)
                watchdog.end_processes(watchdog.list_orphans(self._spared))  # the kernel it left
        try:
            self._workers.append(Worker(self._folder.path))
            return self._workers[-1].submit(task, *arguments)
        except (OSError, WorkerEndedError) as error:
            problem = f"cannot be started ({getattr(error, 'strerror', None) or 'it ended at once'})."
            remedy = "Make fewer reports at a time with --jobs, or raise the system's limits on processes."
            raise InputError("worker process", problem, remedy) from None

    def kill(self, future: Future[Any]) -> None:
        """End the process that a task runs in."""
        for worker in self._workers:
            if worker.future is future:
                worker.kill()

    def close(self, at_once: bool = False) -> None:
        """End all processes and what they started."""
        for worker in self._workers:
            worker.terminate() if at_once else worker.finish()
        end = time.monotonic() + (WORKER_EXIT_SECONDS if at_once else WORKER_FINISH_SECONDS)
        for worker in self._workers:
            worker.wait(end - time.monotonic())
        watchdog.end_processes(watchdog.list_orphans(self._spared))
        self._folder.remove()


# --- a cluster


class Cluster:
    """Workers of a Dask scheduler. Dask itself gives the job of a worker that dies to another one."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            remedy = 'Install it: pip install "industry-report[cluster]".'
            raise InputError(
                f"--scheduler {address}", "needs Dask, which is not installed.", remedy
            ) from None
        try:
            self._client = Client(address, timeout=SCHEDULER_TIMEOUT, set_as_default=False)
        except (OSError, ValueError) as error:  # ValueError: no address
            remedy = "Start one with `dask scheduler`, and name the address that it prints."
            raise InputError(f"--scheduler {address}", f"no scheduler answers: {error}.", remedy) from None
        self._executor = self._client.get_executor(pure=False)
        if not self.capacity or max(self._client.nthreads().values()) > 1:
            problem = "has workers of several threads." if self.capacity else "has no workers."
            self.close()
            remedy = "Start them with `dask worker --nthreads 1`: a report needs a process to itself."
            raise InputError(f"--scheduler {address}", problem, remedy)

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
        self._client.close(timeout=WORKER_EXIT_SECONDS)
