"""Files that the store does not know yet are read several at a time, before anything is asked of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..base.errors import InputError
from ..intake import data_files
from ..intake.mapping import ColumnMap
from ..processes import pool, signals
from ..processes.worker import WorkerEndedError
from .notebook_inputs import find_tables
from .progress import count_noun

LEAST_BYTES = 5_000_000  # what takes less time to read than worker processes to start
POLL_SECONDS = 0.5


def read_new_files(
    groups: Mapping[tuple[str, str | None], Iterable[Path]],
    workers: int | None = None,
    say: Callable[[str], None] = lambda message: None,
) -> None:
    """Bring the store up to date, where there is enough to read for several processes.

    Each worker reads whole files. What is wrong with one is told by who needs it and reads it once more: the
    plan names all faults together, with the reports that ask for the data.

    Parameters
    ----------
    groups : mapping
        The notebooks by what they read: data, and the mapping file of its columns if there is one.
    workers : int, optional
        Files at a time; as cores and memory allow without it.
    say : callable
        Called with what the user should know meanwhile.
    """
    if workers == 1:
        return
    tasks = [task for source, notebooks in groups.items() for task in _list_tasks(*source, notebooks)]
    tasks.sort(key=lambda task: -task[0].stat().st_size)  # no large one is left to be read alone at the end
    count = min(len(tasks), workers or pool.count_workers())
    if count < 2 or sum(task[0].stat().st_size for task in tasks) < LEAST_BYTES:
        return
    say(f"Reading {count_noun(len({task[0] for task in tasks}), 'new file')}.")
    with pool.use(pool.Processes(count)) as processes, suppress(InputError):  # no more processes to be had
        _read(deque(tasks), processes)


def _list_tasks(
    data: str, columns: str | None, notebooks: Iterable[Path]
) -> list[tuple[Path, ColumnMap, list[str]]]:
    with suppress(InputError, OSError):
        tables = sorted({name for notebook in set(notebooks) for name in find_tables(notebook)})
        return [(*unread, tables) for unread in data_files.list_unread(data, columns, tables)]
    return []


def _read(tasks: deque[tuple[Any, ...]], processes: pool.Pool) -> None:
    running: set[Future[Any]] = set()
    while tasks or running:
        while tasks and len(running) < processes.capacity:
            running.add(processes.submit(data_files.read_file, *tasks.popleft()))
        done, running = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        signals.raise_again()
        if any(isinstance(future.exception(), WorkerEndedError) for future in done):
            tasks.clear()  # perhaps for lack of memory: what is left is read one at a time
