"""Watch one report in its worker: time, memory and output of its kernel; leave no process behind.

The kernel is found by what holds for any kernel: it is given a session of its own, so that whatever runs
below the worker in another session than the worker's is a kernel or what a notebook started.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psutil

WATCH_SECONDS = 0.25  # between two looks: a kernel that allocates at full speed gains about 1 GB
OUTPUT_LIMIT = 10_000_000  # characters that cells may print; a page of that size opens in no browser
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h: who becomes the parent of orphans


@dataclass(frozen=True)
class Limits:
    """What one report may use.

    Attributes
    ----------
    seconds : float, optional
        From the start of its kernel to its publication.
    memory : int, optional
        Bytes of its kernel and of what the notebook starts.
    output : int
        Characters that its cells print.
    """

    seconds: float | None = None
    memory: int | None = None
    output: int = OUTPUT_LIMIT


class Watch:
    """What is known about the report that this process makes.

    Attributes
    ----------
    verdict : str
        Which limit was reached; empty if none.
    kernel_ended : bool
        True if the kernel ended before its notebook did.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.verdict = ""
        self.kernel_ended = False
        self.notebook: Mapping[str, Any] | None = None
        self._start = time.monotonic()
        self._over = threading.Event()

    def run(self) -> None:
        """Look at the kernel until the report is made; at a limit, end it."""
        while not self._over.wait(WATCH_SECONDS):
            self.verdict = self.verdict or self._judge()
            if self.verdict:  # every tick anew: a notebook may be starting another process just now
                end_processes(list_foreign())

    def stop(self) -> None:
        """End the watch and whatever the notebook left running."""
        self._over.set()
        end_processes(list_foreign())

    def _judge(self) -> str:
        seconds, memory = self.limits.seconds, self.limits.memory
        if seconds is not None and time.monotonic() - self._start > seconds:
            return f"it took longer than the time limit of {seconds:g} s"
        if self.notebook and count_output(self.notebook) > self.limits.output:
            return f"its cells printed more than {self.limits.output / 1e6:g} million characters"
        if memory is not None and measure_memory(list_foreign()) > memory:
            return f"it used more than {memory / 2**20:,.0f} MiB, its share of the memory"
        return ""


_watch = Watch(Limits())  # of the report that is being made; a worker makes one at a time


@contextmanager
def watch(limits: Limits) -> Iterator[Watch]:
    """Hold one report to its limits; afterwards its kernel and all that its notebook started are gone."""
    global _watch
    adopt_orphans()
    _watch = mine = Watch(limits)
    threading.Thread(target=mine.run, name="watchdog", daemon=True).start()
    try:
        yield mine
    finally:
        mine.stop()


def follow(notebook: Mapping[str, Any]) -> None:
    """Say which notebook runs; its outputs are counted while they come."""
    _watch.notebook = notebook


def explain_end() -> str:
    """Say why a kernel ended before its notebook did."""
    _watch.kernel_ended = True
    if _watch.verdict:
        return f"{_watch.verdict}, so it was stopped"
    return "the kernel ended: the cell ended the process, or memory ran out"


def count_output(notebook: Mapping[str, Any]) -> int:
    """Count the characters that the cells of a notebook have put out so far."""
    outputs = [output for cell in notebook["cells"] for output in list(cell.get("outputs", ()))]
    printed = sum(len(output.get("text", "")) for output in outputs)
    shown = [value for output in outputs for value in list(output.get("data", {}).values())]
    return printed + sum(len(value) for value in shown if isinstance(value, str))


# --- processes


_kept: set[int] = set()


def keep(pid: int) -> None:
    """Spare a process that serves one report after another and ends with this one."""
    _kept.add(pid)


def adopt_orphans() -> None:
    """Become the subreaper: the parent of every process below whose own parent ends, so that it is found."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def list_foreign(spared: Collection[int] = ()) -> list[psutil.Process]:
    """List the processes below this one that run in a session of their own: kernels and what they started."""
    return [process for process in _children(recursive=True) if _is_foreign(process.pid, {*spared, *_kept})]


def list_orphans(spared: Collection[int] = ()) -> list[psutil.Process]:
    """List what workers that ended left to this process, with all below it."""
    left = [process for process in _children(recursive=False) if _is_foreign(process.pid, spared)]
    below = []
    for process in left:
        with suppress(psutil.Error):
            below += process.children(recursive=True)
    return left + below


def _children(recursive: bool) -> list[psutil.Process]:
    try:
        return psutil.Process().children(recursive=recursive)
    except psutil.Error:  # a child ended while the table was read
        return []


def _is_foreign(pid: int, spared: Collection[int]) -> bool:
    if pid in spared or not hasattr(os, "getsid"):  # Windows knows no sessions; its kernels end by themselves
        return False
    try:
        return os.getsid(pid) != os.getsid(0)
    except OSError:  # it has ended
        return False


def measure_memory(processes: list[psutil.Process]) -> int:
    """Return the bytes that processes hold in memory together."""
    total = 0
    for process in processes:
        with suppress(psutil.Error):
            total += process.memory_info().rss
    return total


def end_processes(processes: list[psutil.Process], patience: float = 2) -> None:
    """Kill processes and wait until they are gone."""
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    if processes:
        psutil.wait_procs(processes, timeout=patience)
