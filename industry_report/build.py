"""All jobs: which are stale, the worker pool, failures collected, manifest and index at the end."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import platform
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Any

import pandas as pd

from . import __version__, dataset, parameters, plan, site
from .errors import InputError
from .plan import Job

# Another version of one of these may draw, word or round a report differently.
LIBRARIES = (
    *(
        "ipython",
        "jinja2",
        "latex2mathml",
        "matplotlib",
        "mistune",
        "mplfonts",
        "nbconvert",
        "numpy",
        "pandas",
    ),
    *("pypandoc_binary", "scipy", "seaborn", "statsmodels", "typst"),
)


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
    """

    report: str
    status: str
    seconds: float
    digest: str
    cause: str = ""
    warnings: tuple[str, ...] = ()


def build_reports(
    jobs: list[Job],
    output: Path,
    workers: int,
    force: bool = False,
    tell: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Make all stale reports, then write ``manifest.json`` and ``index.html``.

    Parameters
    ----------
    jobs : list of Job
        From `plan.list_jobs`.
    output : Path
        The output folder; made if it is not there.
    workers : int
        Number of processes.
    force : bool
        Make fresh reports, too.
    tell : callable
        Called with each result as it comes.

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
    facts = gather_facts(jobs)
    results: dict[str, Result] = {}

    def finish(result: Result) -> None:
        results[result.report] = result
        tell(result)

    stale = []
    for job in jobs:
        record = None if force else site.find_published(output, job.stem)
        if record and record["digest"] == facts[job.stem]["digest"]:
            finish(Result(job.stem, "fresh", 0.0, record["digest"]))
        else:
            stale.append(job)
    try:
        _run(stale, output, facts, workers, finish)
    finally:
        done = [results[job.stem] for job in jobs if job.stem in results]
        _write_manifest(output, jobs, done)
        site.write_index(output)
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
    site.write_whole(site.find_workshop(output) / "manifest.json", text)


# --- what a report is made from


def gather_facts(jobs: list[Job]) -> dict[str, dict[str, Any]]:
    """Return, by stem, what each report's JSON tells beside its content: digest, inputs, synthetic or not."""
    installation = _describe_installation()
    notebooks = {notebook: _digest_notebook(notebook) for notebook in {job.notebook for job in jobs}}
    slices: dict[str, pd.DataFrame] = {}
    for source, readers in plan.group_by_input(jobs).items():
        slices |= dict.fromkeys((job.stem for job in readers), dataset.slices(*source))
    facts = {}
    for job in jobs:
        inputs: dict[str, Any] = {"notebook": notebooks[job.notebook], **installation}
        synthetic = False
        if job.stem in slices:
            mine = plan.select_slices(slices[job.stem], job.parameters)
            inputs["data"] = _digest(sorted(mine["digest"]))
            synthetic = bool(mine["synthetic"].any())
        named = {name: value for name, value in job.parameters.items() if _is_yaml(value)}
        inputs["files"] = {name: _digest_named(name, value) for name, value in named.items()}
        facts[job.stem] = {
            "digest": _digest([inputs, job.parameters]),
            "inputs": inputs,
            "synthetic": synthetic,
        }
    return facts


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _digest_file(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _digest_notebook(notebook: Path) -> str:
    """Cells only: outputs and counters that JupyterLab stores change nothing in the report."""
    cells = parameters.read_cells(notebook)
    return _digest(
        [(c["cell_type"], c["source"], c["metadata"].get("tags"), c.get("attachments")) for c in cells]
    )


def _is_yaml(value: Any) -> bool:
    return isinstance(value, str) and value.endswith((".yaml", ".yml"))


def _digest_named(name: str, path: str) -> str:
    """Return the digest of a file that a parameter names: scorecard, publisher, mapping of columns."""
    file = parameters.find_file(Path(path))
    if file is None:
        problem = f"there is no such file in {Path.cwd()} or the folders above it."
        raise InputError(f"{name} {path}", problem, f"Check the parameter `{name}`.")
    return _digest_file(file)


def _describe_installation() -> dict[str, Any]:
    """Return the digest of our own code and templates, and the versions of what draws and words a report."""
    package = Path(__file__).parent
    files = sorted(f for f in package.rglob("*") if f.is_file() and "__pycache__" not in f.parts)
    digests = {f.relative_to(package).as_posix(): _digest_file(f) for f in files}
    digests["scoring.py"] = _digest_file(_find_scoring())
    libraries = {name: _find_version(name) for name in LIBRARIES}
    return {"code": _digest(digests), "libraries": {"python": platform.python_version(), **libraries}}


def _find_version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:  # conda calls some of them otherwise
        return "unknown"


def _find_scoring() -> Path:
    """Return the file that `import scoring` in a notebook finds: the working folder's comes first."""
    own = Path("scoring.py")
    spec = util.find_spec("scoring")
    return own if own.is_file() or spec is None or spec.origin is None else Path(spec.origin)


# --- the workers


def _run(
    jobs: list[Job],
    output: Path,
    facts: dict[str, dict[str, Any]],
    workers: int,
    finish: Callable[[Result], None],
) -> None:
    if not jobs:
        return
    with open_pool(min(workers, len(jobs))) as pool:
        try:
            with (
                _deaf_to_interrupts()
            ):  # which the processes started here inherit: Ctrl-C is for us to handle
                futures = {pool.submit(attempt, job, output, facts[job.stem]): job for job in jobs}
            for future in as_completed(futures):
                finish(_take(future, facts[futures[future].stem]["digest"], futures[future].stem))
        except KeyboardInterrupt:
            _stop(pool)
            raise


def open_pool(workers: int) -> Executor:
    """Return the executor that the jobs are submitted to."""
    # spawn, because it is the same on every system and inherits no thread and no lock
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare_worker)


def attempt(job: Job, output: Path, facts: dict[str, Any]) -> Result:
    """Make one report in a worker; whatever goes wrong comes back as a result."""
    start = time.perf_counter()
    status, cause, warnings = "made", "", []
    try:
        from . import render  # here, so that the parent never pays for papermill and nbconvert

        warnings = render.render_report(job, output, facts)
    except InputError as error:
        status, cause = "failed", str(error)
    except SystemExit:  # from _leave: the kernel and the staging folder are gone, the next job must not begin
        os._exit(1)
    except Exception as error:
        status, cause = "failed", _log_surprise(error, output, job.stem)
    seconds = round(time.perf_counter() - start, 3)
    return Result(job.stem, status, seconds, facts["digest"], cause, tuple(warnings))


def _log_surprise(error: Exception, output: Path, stem: str) -> str:
    """Keep the traceback of an error that no one foresaw; returns the message that points to it."""
    message = f"{stem}: {type(error).__name__}: {error}."
    log = site.find_workshop(output) / "failed" / f"{stem}.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError as second:
        return f"{message} The log could not be kept either: {second}."
    return f"{message} This is not a fault of your input that we know of; the details: {log}."


def _take(future: Future[Result], digest: str, stem: str) -> Result:
    try:
        return future.result()
    except BrokenProcessPool:
        cause = f"{stem}: a worker process was ended from outside, perhaps for lack of memory. Try --jobs 1."
        return Result(stem, "failed", 0.0, digest, cause)


def _prepare_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops the workers
    signal.signal(signal.SIGTERM, _leave)
    os.environ["PYTHONHASHSEED"] = (
        "0"  # kernels inherit it: a set in a cell has the same order in every build
    )


def _leave(*_: Any) -> None:
    raise SystemExit


def _stop(pool: Executor) -> None:
    pool.shutdown(wait=False, cancel_futures=True)
    for process in multiprocessing.active_children():
        process.terminate()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
