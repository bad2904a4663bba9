"""All jobs: which are stale, in what order they run, failures collected, manifest and index at the end."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from .. import __version__
from ..base.errors import InputError
from ..intake import dataset
from ..shelf import corrections, report_records
from . import one_publication, plan, scheduling, staleness
from .options import Options
from .outcome import Result
from .plan import Job
from .staleness import Shelf

AS_USUAL = Options()


def build_shelves(
    jobs: Sequence[Job],
    output: Path,
    options: Options = AS_USUAL,
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
        folder = _name_internal(output) if internal[kind] else output
        shelves.setdefault(folder, []).append(job)
    return shelves


def _name_internal(output: Path) -> Path:
    whole = output if output.name not in ("", "..") else output.resolve()
    if not whole.name:
        raise InputError(f"output folder {output}", "has no folder beside it.", "Name a folder below it.")
    return whole.with_name(f"{whole.name}-internal")


def build_reports(
    jobs: list[Job],
    output: Path,
    options: Options = AS_USUAL,
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
    corrections.find_today()  # what is wrong with its variable is no report's fault
    open_output(output, is_private=any(plan.is_internal(job) for job in jobs))
    with _hold(output, say):
        staleness.sweep(output)
        if not options.draft:
            one_publication.check_jobs(jobs, output)
        facts = _gather_facts(jobs, options)
        rows = {stem: about.pop("rows") for stem, about in facts.items()}  # for us, not for the records
        shelf = staleness.open_shelf(output)
        results: dict[str, Result] = {}

        def finish(result: Result) -> None:
            results[result.report] = result
            if result.status == "made":
                shelf.learn_seconds(result.report, result.seconds)
                shelf.learn_data(result.report, facts[result.report]["data"])
            tell(result)

        fresh = dict.fromkeys(job.stem for job in jobs if not options.force and is_fresh(shelf, job, facts))
        stale = [job for job in jobs if job.stem not in fresh]
        for stem in fresh:
            finish(Result(stem, "fresh", 0.0, facts[stem]["digest"]))
        try:
            if stale:
                scheduling.run_jobs(scheduling.order(stale, rows, shelf), output, facts, options, finish)
                for words in _withdraw(output, jobs, results):
                    say(words)
            _miss_correction(output, results, options.reason, say)
        finally:
            done = [results[job.stem] for job in jobs if job.stem in results]
            staleness.sweep(output)  # what workers left that were killed
            is_shown = not stale and shelf.shown == staleness.digest_stamps(shelf.stamps)
            if not is_shown:
                unfinished = dict.fromkeys((job.stem for job in jobs), "unfinished")
                statuses = unfinished | {result.report: result.status for result in done}
                report_records.write_index(output, statuses, say)
            _write_manifest(output, jobs, done, say)
            if not is_shown or shelf.learned:
                shelf.save()
    return done


def _gather_facts(jobs: list[Job], options: Options) -> dict[str, dict[str, Any]]:
    """Return the facts of all reports, in which formats they are asked for, and why they are corrected."""
    known = staleness.gather_facts(jobs, options.draft)
    asked = {"also": options.also, "reason": options.reason}
    return {stem: {**about, **asked} for stem, about in known.items()}


def _withdraw(output: Path, jobs: list[Job], results: Mapping[str, Result]) -> list[str]:
    """Withdraw what must not stay beside the new reports; returns what to say."""
    done = {
        status: [r.report for r in results.values() if r.status == status] for status in ("made", "fresh")
    }
    return one_publication.withdraw_outdated(output, jobs, done["made"], done["made"] + done["fresh"])


def check_reason(reason: str | None, draft: bool) -> str:
    """Return the reason of a build's corrections, empty if nobody gave one; see `corrections.check_reason`.

    Raises
    ------
    InputError
        If it cannot be published, or the build makes drafts.
    """
    if reason is None:
        return ""
    if draft:
        raise InputError("--reason", "a draft corrects nothing.", "Leave out --reason or --draft.")
    return corrections.check_reason(reason)


def _miss_correction(
    output: Path, results: Mapping[str, Result], reason: str, say: Callable[[str], None]
) -> None:
    """Say so if a reason was given that none of the reports just made tells."""
    records = {
        stem: report_records.read_record(output / f"{stem}.json") or {}
        for stem, result in results.items()
        if result.status == "made"
    }
    told = any(record.get("correction", {}).get("reason") == reason for record in records.values())
    if reason and not told:
        say("The reason is told nowhere: no report says anything else than the one it replaces.")


def open_output(output: Path, is_private: bool = False) -> None:
    """Make the output folder, for this user alone if it is private, and try whether it takes a file.

    Raises
    ------
    InputError
        If it does not, or if it is no folder of its own.
    """
    if Path.cwd().is_relative_to(output.resolve()):
        problem = "holds the folder that you work in: data and notebooks would be published with the reports."
        raise InputError(f"output folder {output}", problem, "Name a folder of its own with --output.")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.mkdir(mode=0o700 if is_private else 0o777, exist_ok=True)
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
    now = facts[job.stem]
    if record is None or not has_formats(record, now.get("also", ())):
        return False
    return record["digest"] == now["digest"] and record.get("data") == now.get("data")


def has_formats(record: Mapping[str, Any], also: Sequence[str]) -> bool:
    """Tell whether a published report is there in all formats that are asked for beside the usual ones."""
    return set(also) <= set(record.get("files") or record.get("stamps") or ())


def list_states(jobs: Sequence[Job], output: Path) -> Iterator[tuple[Job, str]]:
    """Yield each job and why it would be made; nothing if its report is fresh."""
    for folder, mine in assign_shelves(jobs, output).items():
        facts = staleness.gather_facts(mine)
        shelf = staleness.open_shelf(folder)
        for job in mine:
            is_there = f"{job.stem}.json" in shelf.stamps
            yield job, staleness.explain(shelf.find(job.stem), facts[job.stem], job, is_there)


def _write_manifest(output: Path, jobs: list[Job], results: list[Result], say: Callable[[str], None]) -> None:
    """Run times and failures live here, so that the reports' own files stay the same from build to build."""
    try:
        folder = report_records.make_work_folder(output)
    except OSError as error:
        place = report_records.find_work_folder(output)
        told = f"{place} cannot be written ({error.strerror}): run times and faults are not kept"
        say(f"{told}. Set {report_records.WORK_VARIABLE} to a folder that you may write.")
        return
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
    report_records.write_file(folder / "manifest.json", text)
