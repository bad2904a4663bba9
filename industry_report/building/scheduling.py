"""In what order reports are made, how many at a time, and which are begun again."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..processes import pool, signals
from ..processes.pool import Pool
from ..processes.watchdog import Limits
from ..processes.worker import WorkerEndedError
from .one_report import attempt
from .options import Options
from .outcome import Result
from .plan import Job
from .staleness import Shelf

GRACE_SECONDS = 10.0  # over the time limit, after which a worker that did not end its report is killed itself
OVERDUE_POLL_SECONDS = 0.5  # between two looks at what is overdue
TYPICAL_SECONDS = 3.0  # that a report takes, until one of its notebook was made
ROWS_PER_SECOND = 500_000  # a guess, too: it puts large slices first


def order(jobs: Sequence[Job], rows: Mapping[str, int], shelf: Shelf) -> list[Job]:
    """Return the jobs, the longest first, so that no long one is left to run alone at the end."""
    costs = expect_seconds(jobs, rows, shelf)
    return sorted(jobs, key=lambda job: -costs[job.stem])


def expect_seconds(jobs: Sequence[Job], rows: Mapping[str, int], shelf: Shelf) -> dict[str, float]:
    """Return the seconds that each job should take: the last time's, else by its notebook and its rows."""
    last = {stem: memory["seconds"] for stem, memory in shelf.known.items() if "seconds" in memory}
    kinds: dict[Path, list[float]] = {}
    for job in jobs:
        if job.stem in last:
            kinds.setdefault(job.notebook, []).append(last[job.stem])
    typical = {notebook: math.fsum(seconds) / len(seconds) for notebook, seconds in kinds.items()}
    return {
        job.stem: last.get(
            job.stem, typical.get(job.notebook, TYPICAL_SECONDS) + rows[job.stem] / ROWS_PER_SECOND
        )
        for job in jobs
    }


@dataclass(frozen=True)
class Attempt:
    """A job under way."""

    job: Job
    number: int
    begun: float


def run_jobs(
    jobs: Sequence[Job],
    output: Path,
    facts: dict[str, dict[str, Any]],
    options: Options,
    finish: Callable[[Result], None],
) -> None:
    """Keep the pool busy; a job is submitted when there is room for it, so that thousands cost no memory."""
    waiting = deque((job, 1) for job in jobs)
    running: dict[Future[Result], Attempt] = {}
    with open_pool(options, len(jobs)) as workers:
        limits = Limits(options.time_limit, _share_memory(options, workers))
        while waiting or running:
            while waiting and len(running) < workers.capacity:
                job, number = waiting.popleft()
                future = workers.submit(attempt, job, output, facts[job.stem], limits, Path.cwd())
                running[future] = Attempt(job, number, time.monotonic())
            done = wait(running, timeout=OVERDUE_POLL_SECONDS, return_when=FIRST_COMPLETED).done
            signals.raise_again()
            for future in done:
                begun = running.pop(future)
                result = _take(future, begun, facts[begun.job.stem]["digest"], options)
                if result.status == "died" and begun.number <= options.retries:
                    waiting.appendleft((begun.job, begun.number + 1))
                else:
                    finish(replace(result, status="failed") if result.status == "died" else result)
            for future, begun in running.items():
                if _is_overdue(begun, options):
                    workers.kill(future)


def open_pool(options: Options, jobs: int) -> AbstractContextManager[Pool]:
    """Open what the jobs are submitted to."""
    if options.scheduler:
        return pool.use(pool.Cluster(options.scheduler))
    return pool.use(pool.Processes(min(options.workers or pool.count_workers(), jobs)))


def _share_memory(options: Options, workers: Pool) -> int | None:
    """Return the bytes that the kernel of one report may take; on a cluster its own limits hold."""
    return (
        None if options.scheduler else int(pool.find_memory() * pool.KERNEL_MEMORY_SHARE / workers.capacity)
    )


def _is_overdue(begun: Attempt, options: Options) -> bool:
    limit = options.time_limit
    return limit is not None and time.monotonic() - begun.begun > limit + GRACE_SECONDS


def _take(future: Future[Result], begun: Attempt, digest: str, options: Options) -> Result:
    """Return what came of an attempt; a worker that ended gives status ``died``, and may be retried."""
    stem = begun.job.stem
    lost = Result(stem, "died", 0.0, digest, attempts=begun.number)
    try:
        return replace(future.result(), attempts=begun.number)
    except WorkerEndedError:
        if _is_overdue(begun, options):
            cause = (
                f"{stem}: took longer than the time limit of {options.time_limit:g} s outside of its cells."
            )
            return replace(lost, status="failed", cause=f"{cause} Raise --time-limit.")
        cause = f"{stem}: its worker process was ended from outside, perhaps for lack of memory."
        return replace(lost, cause=f"{cause} Try --jobs 1.")
    except (CancelledError, Exception) as error:  # whatever a cluster raises
        name = type(error).__name__
        cause = f"{stem}: the cluster lost it ({name}: {error}). See the log of its workers."
        return replace(lost, cause=cause)
