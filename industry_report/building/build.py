"""All jobs: which are stale, in what order they run, failures collected, manifest and index at the end."""

from __future__ import annotations

import errno
import functools
import json
import math
import os
import platform
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from .. import __version__
from ..base.errors import InputError
from ..intake import dataset
from ..processes import pool, watchdog
from ..processes.pool import Pool
from ..processes.watchdog import Limits
from ..shelf import report_records
from . import plan, staleness
from .plan import Job
from .staleness import Shelf

GRACE = 10.0  # seconds over the time limit after which a worker that did not end its report is killed itself
LOOK = 0.5  # seconds between two looks at what is overdue
GUESS = 3.0  # seconds that a report takes, until one of its notebook was made
ROWS_PER_SECOND = 500_000  # a guess, too: it puts large slices first


@dataclass(frozen=True)
class Result:
    """What became of one job.

    Attributes
    ----------
    report : str
        The job's stem.
    status : str
        ``made``, ``fresh`` (it was up to date) or ``failed``.
    seconds : float
        Time the job took in its worker.
    digest : str
        Of everything the report is made from.
    cause : str
        Why it failed; empty otherwise.
    warnings : tuple of str
        What a publisher should look at.
    attempts : int
        How often it was begun.
    """

    report: str
    status: str
    seconds: float
    digest: str
    cause: str = ""
    warnings: tuple[str, ...] = ()
    attempts: int = 1


@dataclass(frozen=True)
class Options:
    """How to build.

    Attributes
    ----------
    workers : int, optional
        Reports at a time; None for as many as cores and memory allow.
    force : bool
        Make fresh reports, too.
    time_limit : float, optional
        Seconds for one report.
    retries : int
        How often a report is begun again whose worker or kernel was ended from outside.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers then make the reports.
    draft : bool
        Mark the reports as drafts: no versions are counted, and none takes a published report's place.
    """

    workers: int | None = None
    force: bool = False
    time_limit: float | None = None
    retries: int = 1
    scheduler: str | None = None
    draft: bool = False


def build_shelves(
    jobs: Sequence[Job],
    output: Path,
    options: Options = Options(),
    tell: Callable[[Result], None] = lambda result: None,
    say: Callable[[str], None] = lambda message: None,
) -> list[Result]:
    """Make all stale reports, the internal ones on a shelf of their own; see `build_reports`."""
    shelves = assign_shelves(jobs, output)
    return [
        result
        for folder, mine in shelves.items()
        for result in build_reports(mine, folder, options, tell, say)
    ]


def assign_shelves(jobs: Sequence[Job], output: Path) -> dict[Path, list[Job]]:
    """Return the jobs by output folder.

    The output folder is published as it is. So reports of internal editions, which may list customers, go
    to a folder beside it, of the same name with ``-internal``.
    """
    shelves: dict[Path, list[Job]] = {}
    internal: dict[tuple[Any, Any], bool] = {}  # by publisher and edition: a thousand jobs share a few
    for job in jobs:
        kind = job.parameters.get("publisher"), job.parameters.get("edition")
        if kind not in internal:
            internal[kind] = plan.is_internal(job)
        folder = output.with_name(f"{output.name}-internal") if internal[kind] else output
        shelves.setdefault(folder, []).append(job)
    return shelves


def build_reports(
    jobs: list[Job],
    output: Path,
    options: Options = Options(),
    tell: Callable[[Result], None] = lambda result: None,
    say: Callable[[str], None] = lambda message: None,
) -> list[Result]:
    """Make all stale reports, then write ``manifest.json`` and ``index.html``.

    Parameters
    ----------
    jobs : list of Job
        From `plan.list_jobs`.
    output : Path
        The output folder; made if it is not there.
    options : Options
        How to build.
    tell : callable
        Called with each result as it comes.
    say : callable
        Called with what the user should know meanwhile: that another build is waited for.

    Returns
    -------
    list of Result
        In the order of `jobs`. A failed job does not stop the others.

    Raises
    ------
    InputError
        If the output folder cannot be written, or the jobs' inputs cannot be read.
    KeyboardInterrupt
        After Ctrl-C, with everything finished so far published and listed.
    """
    open_output(output)
    with _hold(output, say):
        staleness.sweep(output)
        facts = staleness.gather_facts(jobs, options.draft)
        rows = {stem: about.pop("rows") for stem, about in facts.items()}  # for us, not for the records
        shelf = staleness.open_shelf(output)
        results: dict[str, Result] = {}

        def finish(result: Result) -> None:
            results[result.report] = result
            if result.status == "made":
                shelf.learn_seconds(result.report, result.seconds)
            tell(result)

        stale = []
        for job in jobs:
            if not options.force and is_fresh(shelf, job, facts):
                finish(Result(job.stem, "fresh", 0.0, facts[job.stem]["digest"]))
            else:
                stale.append(job)
        try:
            if stale:
                _run(order(stale, rows, shelf), output, facts, options, finish)
        finally:
            done = [results[job.stem] for job in jobs if job.stem in results]
            staleness.sweep(output)  # what workers left that were killed
            _write_manifest(output, jobs, done)
            is_shown = not stale and shelf.shown == staleness.digest_stamps(shelf.stamps)
            if not is_shown:
                unfinished = dict.fromkeys((job.stem for job in jobs), "unfinished")
                report_records.write_index(
                    output, unfinished | {result.report: result.status for result in done}
                )
            if not is_shown or shelf.learned:
                shelf.save()
    return done


def open_output(output: Path) -> None:
    """Make the output folder and try whether it takes a file.

    Raises
    ------
    InputError
        If it does not.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=output):
            pass
    except OSError as error:
        problem = f"cannot be written: {error.strerror}."
        raise InputError(f"output folder {output}", problem, "Name another one with --output.") from error


@contextmanager
def _hold(output: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the output folder against other builds, waiting for one that is at work.

    The system lets go of the lock when its process ends, however that ends.
    """
    lock = FileLock(output / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"Another build works on {output}; waiting until it is done.")
        lock.acquire()
    try:
        yield
    finally:
        with suppress(OSError):  # while it is held, so that no other build holds a lock without a name
            (output / ".lock").unlink()
        lock.release()


def is_fresh(shelf: Shelf, job: Job, facts: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether a report is published as it would be made now."""
    record = shelf.find(job.stem)
    return record is not None and record["digest"] == facts[job.stem]["digest"]


def list_states(jobs: Sequence[Job], output: Path) -> Iterator[tuple[Job, str]]:
    """Yield each job and why it would be made; nothing if its report is fresh."""
    for folder, mine in assign_shelves(jobs, output).items():
        facts = staleness.gather_facts(mine)
        shelf = staleness.open_shelf(folder)
        for job in mine:
            is_there = f"{job.stem}.json" in shelf.stamps
            yield job, staleness.explain(shelf.find(job.stem), facts[job.stem], job, is_there)


def _write_manifest(output: Path, jobs: list[Job], results: list[Result]) -> None:
    """Run times and failures live here, so that the reports' own files stay the same from build to build."""
    manifest = {
        "version": __version__,
        "data": [
            {"data": data, **row}
            for data, columns in plan.group_by_input(jobs)
            for row in dataset.quality(data, columns=columns).to_dict("records")
        ],
        "reports": [asdict(result) for result in results],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, default=int) + "\n"
    report_records.write_whole(report_records.find_workshop(output) / "manifest.json", text)


# --- running


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
        job.stem: last.get(job.stem, typical.get(job.notebook, GUESS) + rows[job.stem] / ROWS_PER_SECOND)
        for job in jobs
    }


@dataclass(frozen=True)
class Attempt:
    """A job under way."""

    job: Job
    number: int
    begun: float


def _run(
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
            for future in wait(running, timeout=LOOK, return_when=FIRST_COMPLETED).done:
                begun = running.pop(future)
                result = _take(future, begun, facts[begun.job.stem]["digest"], options)
                if result.status == "died" and begun.number <= options.retries:
                    waiting.appendleft((begun.job, begun.number + 1))
                else:
                    finish(replace(result, status="failed") if result.status == "died" else result)
            for future, begun in running.items():
                if _is_overdue(begun, options):
                    workers.kill(future)


@contextmanager
def open_pool(options: Options, jobs: int) -> Iterator[Pool]:
    """Open what the jobs are submitted to; at Ctrl-C its processes are ended."""
    workers: Pool
    if options.scheduler:
        workers = pool.Cluster(options.scheduler)
    else:
        workers = pool.open_processes(min(options.workers or pool.count_workers(), jobs))
    try:
        yield workers
    except BaseException:
        workers.close(at_once=True)
        raise
    workers.close()


def _share_memory(options: Options, workers: Pool) -> int | None:
    """Return the bytes that the kernel of one report may take; on a cluster its own limits hold."""
    return None if options.scheduler else int(pool.find_memory() * pool.SHARE / workers.capacity)


def _is_overdue(begun: Attempt, options: Options) -> bool:
    limit = options.time_limit
    return limit is not None and time.monotonic() - begun.begun > limit + GRACE


def _take(future: Future[Result], begun: Attempt, digest: str, options: Options) -> Result:
    """Return what came of an attempt; a worker that ended gives status ``died``, and may be retried."""
    stem = begun.job.stem
    lost = Result(stem, "died", 0.0, digest, attempts=begun.number)
    try:
        return replace(future.result(), attempts=begun.number)
    except BrokenProcessPool:
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


# --- in a worker


def attempt(job: Job, output: Path, facts: dict[str, Any], limits: Limits, folder: Path) -> Result:
    """Make one report in a worker; whatever goes wrong comes back as a result.

    Parameters
    ----------
    job, output, facts
        As for `render.render_report`.
    limits : Limits
        What it may use.
    folder : Path
        The build's working folder, which a worker on another machine must see, too.

    Returns
    -------
    Result
        Its status is ``died`` if the kernel was ended by something else than a limit or the notebook's end.
    """
    start = time.perf_counter()
    status, cause, warnings = "made", "", []
    with watchdog.watch(limits) as watch:
        try:
            _enter(folder, facts)
            _warm_up()
            from . import render  # here, so that the parent never pays for papermill and nbconvert

            warnings = render.render_report(job, output, facts)
        except InputError as error:
            status, cause = "died" if watch.kernel_ended and not watch.verdict else "failed", str(error)
        except SystemExit:  # from a signal: the kernel and the staging folder are gone, no job must begin
            watch.stop()
            os._exit(1)
        except Exception as error:
            status, cause = _explain(error, watch, output, job.stem)
    seconds = round(time.perf_counter() - start, 3)
    return Result(job.stem, status, seconds, facts["digest"], cause, tuple(warnings))


def spare_imports() -> None:
    """Leave out what jsonschema spends 0.9 s on importing, to check addresses that no notebook has."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _warm_up() -> None:
    """Start the process that kernels are forked from; it gets ready while this one imports the rest."""
    spare_imports()
    from ..processes import kernels

    kernels.prepare()


def _enter(folder: Path, facts: Mapping[str, Any]) -> None:
    """Work where the build was started, by the same program."""
    try:
        os.chdir(folder)
    except OSError as error:
        problem = f"is not there for the worker on {platform.node()}."
        mend = "Share the project folder at the same path on every machine."
        raise InputError(f"folder {folder}", problem, mend) from error
    # Kernels inherit it: a set in a cell has the same order in every build.
    os.environ["PYTHONHASHSEED"] = "0"
    mine = _describe_worker(folder)
    for part in ("code", "libraries"):
        if mine[part] != facts["inputs"].get(part, mine[part]):
            problem = f"has other {part} than the build: its reports would differ."
            mend = "Install the same versions everywhere, and restart the workers."
            raise InputError(f"worker on {platform.node()}", problem, mend)


@functools.cache
def _describe_worker(folder: Path) -> dict[str, Any]:
    return staleness.describe_installation()


def _explain(error: Exception, watch: watchdog.Watch, output: Path, stem: str) -> tuple[str, str]:
    """Return status and cause of an error that is no fault of a cell."""
    if watch.verdict:
        return "failed", f"{stem}: {watch.verdict}, so it was stopped. See --time-limit."
    if type(error).__name__ == "DeadKernelError" or "Kernel died" in str(error):
        return "died", f"{stem}: the kernel ended while it started, perhaps for lack of memory. Try --jobs 1."
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "failed", f"{stem}: the disk is full ({error.filename}). Free space, or use --output."
    return "failed", _log_surprise(error, output, stem)


def _log_surprise(error: Exception, output: Path, stem: str) -> str:
    """Keep the traceback of an error that no one foresaw; returns the message that points to it."""
    message = f"{stem}: {type(error).__name__}: {error}."
    log = report_records.find_workshop(output) / "failed" / f"{stem}.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError as second:
        return f"{message} The log could not be kept either: {second}."
    return f"{message} This is not a fault of your input that we know of; the details: {log}."
