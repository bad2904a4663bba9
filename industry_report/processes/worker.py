"""A worker process and the pipes that lead to it; the functions of the second half run in that process."""

from __future__ import annotations

import atexit
import multiprocessing
import multiprocessing.util
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from ..base import own_folders
from . import fork_server, forking, run_folders, signals, watchdog
from .forking import PRELOADED

RELEASE_SECONDS = 2.0  # within which the system lets go of what a process that was killed held
RELEASE_POLL_SECONDS = 0.05


class WorkerEndedError(Exception):
    """A worker process ended before it gave its answer."""


class Worker:
    """One worker process, which runs one task at a time.

    Whether it lives, the pipe of answers tells: its other end is the worker's alone. The fork server would
    tell, too, by the exit status, but not once it was killed itself; the workers go on without it.

    Attributes
    ----------
    future : Future
        What comes of the task that it was given last.
    """

    def __init__(self, folder: Path) -> None:
        environ = {**forking.ONE_THREAD, **os.environ, **run_folders.place_home_files()}
        environ |= {"PYTHONHASHSEED": "0"}  # a set in a cell has the same order in every build
        self.future: Future[Any] = Future()
        self.future.set_result(None)
        self._ended = False  # as the pipe of answers told
        try:
            self._start(folder, environ)
        except (EOFError, OSError):  # the fork server ended in this moment
            fork_server.stop()
            self._start(folder, environ)
        self._handle = _find(self.process.pid)
        threading.Thread(target=self._listen, name="worker", daemon=True).start()

    def _start(self, folder: Path, environ: dict[str, str]) -> None:
        context: Any = multiprocessing.get_context(fork_server.choose_start())
        folders = [folder, *([run_folders.own().path] if run_folders.has_own() else [])]
        # Pipes of one way each: a pipe of two ways is a socket, which not every system has.
        tasks, self._tasks = context.Pipe(duplex=False)
        self._answers, answers = context.Pipe(duplex=False)
        with tasks, answers, fork_server.deaf_to_interrupts():
            # Kept as long as the worker lives: it takes the end of this object for the end of this process.
            self.process = context.Process(target=work, args=(tasks, answers, folders, environ))
            self.process.start()

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Start a task.

        Raises
        ------
        WorkerEndedError
            If the worker has ended since its last task.
        """
        before, self.future = self.future, Future()
        try:
            send(self._tasks, (task, arguments))
        except OSError:
            self.future = before
            raise WorkerEndedError from None
        # What the worker started may hold the pipe of tasks for a moment after it: then sending succeeds,
        # though its end was told already, and nobody would ever answer.
        if self._ended:
            self.future = before
            raise WorkerEndedError
        return self.future

    def _listen(self) -> None:
        """Pass on each answer; at the end of the worker, say so to who waits for one."""
        while True:
            try:
                is_made, answer = receive(self._answers)
            except (EOFError, OSError):
                break
            except Exception as error:  # an error that is not made anew from what was sent of it
                is_made, answer = False, error
            _answer(self.future, is_made, answer)
        self._answers.close()
        self._ended = True  # before the answer, so that `submit` notices, or its task is answered here
        _answer(self.future, False, WorkerEndedError())

    def kill(self) -> None:
        """End it at once."""
        with suppress(psutil.Error):
            if self._handle:
                self._handle.kill()

    def terminate(self) -> None:
        """Ask it to end, whatever it does."""
        with suppress(psutil.Error):
            if self._handle:
                self._handle.terminate()

    def finish(self) -> None:
        """Ask it to end once it has nothing to do."""
        with suppress(OSError):
            send(self._tasks, None)

    def wait(self, seconds: float) -> None:
        """Wait until it has ended; kill it if that takes longer."""
        end = time.monotonic() + seconds
        self.process.join(max(0.0, seconds))
        if self._handle:  # a fork server that was killed tells of no end
            _, alive = psutil.wait_procs([self._handle], max(0.0, end - time.monotonic()))
            watchdog.end_processes(alive)
        self.process.join(0)


def send(line: Connection, thing: Any) -> None:
    """Send an object through a pipe.

    Not by `Connection.send`, nor `recv`: they pass views of a BytesIO around. Where the other end is gone,
    the error's traceback holds such a view in a circle, and collecting that ends the interpreter (gh-111049,
    Python 3.12.0 and 3.12.1).
    """
    line.send_bytes(pickle.dumps(thing))


def receive(line: Connection) -> Any:
    """Wait for an object that was sent; EOFError where none will come."""
    return pickle.loads(line.recv_bytes())


def _find(pid: int | None) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.Error:  # it has ended again
        return None


def _answer(future: Future[Any], is_made: bool, answer: Any) -> None:
    if not future.done():
        future.set_result(answer) if is_made else future.set_exception(answer)


# --- in the worker


def work(tasks: Connection, answers: Connection, folders: list[Path], environ: dict[str, str]) -> None:
    """Run tasks until there are no more; an error of a task is its answer."""
    _prepare(folders, environ)
    while True:
        try:
            message = receive(tasks)
        except (EOFError, OSError):  # the build has ended
            return
        if message is None:
            return
        task, arguments = message
        try:
            answer = True, task(*arguments)
        except Exception as error:
            answer = False, error
        try:
            send(answers, answer)
        except OSError:
            return
        except Exception as error:  # it cannot be sent
            send(answers, (False, RuntimeError(f"{type(answer[1]).__name__}: {answer[1]} ({error})")))


def _prepare(folders: list[Path], environ: dict[str, str]) -> None:
    folder = str(folders[0])
    os.environ.clear()
    os.environ.update({**environ, "TMPDIR": folder})  # kernels inherit it
    tempfile.tempdir = folder
    for name in ("SIGINT", "SIGHUP"):  # the build stops its workers
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):  # blocked until now, see `deaf_to_interrupts`; kernels take it
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals.NUMBERS)
    if PRELOADED in sys.modules:  # forked, which leaves out what a process does at its end
        multiprocessing.util.Finalize(None, atexit._run_exitfuncs, exitpriority=0)
        forking.reopen_files()
        from . import kernels

        kernels.prepare()  # now, while there is one thread: the kernel server is forked, too
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, args=(folders,), name="parent", daemon=True).start()


def _leave(*_: Any) -> None:
    raise SystemExit


def _end_with_parent(folders: list[Path]) -> None:
    """End when the build was killed: nobody waits for this report any more.

    Its folders are removed if nobody holds their locks: never those of a build that lives.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    watchdog.end_processes(watchdog.list_foreign())
    end = time.monotonic() + RELEASE_SECONDS
    while any(folder.exists() for folder in folders) and time.monotonic() < end:
        for folder in folders:
            own_folders.remove_abandoned(folder)
        time.sleep(RELEASE_POLL_SECONDS)
    os._exit(1)
