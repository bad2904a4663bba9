"""Make one report in a worker; whatever goes wrong comes back as a result."""

from __future__ import annotations

import errno
import functools
import os
import platform
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..base.errors import InputError
from ..processes import watchdog
from ..processes.watchdog import Limits
from ..shelf import report_records
from . import staleness
from .outcome import Result
from .plan import Job


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
        remedy = "Share the project folder at the same path on every machine."
        raise InputError(f"folder {folder}", problem, remedy) from error
    # Kernels inherit it: a set in a cell has the same order in every build.
    os.environ["PYTHONHASHSEED"] = "0"
    mine = _describe_worker(folder)
    for part in ("code", "libraries"):
        if mine[part] != facts["inputs"].get(part, mine[part]):
            problem = f"has other {part} than the build: its reports would differ."
            remedy = "Install the same versions everywhere, and restart the workers."
            raise InputError(f"worker on {platform.node()}", problem, remedy)


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
        return "failed", f"{stem}: {_describe_full_disk(error, output)}"
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return "failed", f"{stem}: memory ran out. Try --jobs 1, or raise the limit (ulimit -v)."
    return "failed", _log_surprise(error, output, stem)


def _describe_full_disk(error: OSError, output: Path) -> str:
    """Say which disk is full: Python does not always know which file could not be written."""
    temporary = Path(tempfile.gettempdir())
    named = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else None
    with suppress(OSError):
        if named is None and shutil.disk_usage(temporary).free < shutil.disk_usage(output).free:
            named = temporary
    if named is not None and named.is_relative_to(temporary):
        return f"the disk for temporary files is full ({named}). Free space, or set TMPDIR to another folder."
    return f"the disk is full ({named or output}). Free space, or use --output."


def _log_surprise(error: Exception, output: Path, stem: str) -> str:
    """Keep the traceback of an error that no one foresaw; returns the message that points to it."""
    message = f"{stem}: {type(error).__name__}: {error}."
    log = report_records.find_work_folder(output) / "failed" / f"{stem}.log"
    try:
        report_records.make_work_folder(output)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError as second:
        return f"{message} The log could not be kept either: {second}."
    return f"{message} This is not a fault of your input that we know of; the details: {log}."
