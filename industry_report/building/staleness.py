"""What a report is made from, and whether the one that is published is still that."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Any

from ..base import own_folders
from ..base.checked_json import read_checked, write_checked
from ..base.errors import InputError
from ..base.files import DRAFT, digest_file, find_upwards, is_file
from ..base.yaml_reader import list_texts
from ..intake import dataset
from ..settings import parameters
from ..shelf import report_records
from . import plan
from .notebook_inputs import find_slice_keys, find_tables
from .plan import Job

# Another version of one of these may draw, word or round a report differently.
LIBRARIES = (
    *("babel", "ipython", "jinja2", "latex2mathml", "matplotlib", "mistune", "mplfonts", "nbconvert"),
    *("numpy", "pandas", "pypandoc_binary", "scipy", "seaborn", "statsmodels", "typst", "xlsxwriter"),
)
LISTS = (".yaml", ".yml")  # what may name further files
NAMED_FILES = (*LISTS, ".csv", ".xlsx", ".jsonl")  # a parameter that ends so names a file that is read
LONGEST_PATH = 1024  # letters of a text that may be a path
CLOCK_TICK_NS = 2_000_000_000  # the coarsest clock of a file system in use (FAT)
# Of the facts of a report, what no file of it may tell: a digest of rows is an oracle, with which readers try
# guesses of a customer's row until it is right; the formats that this build was asked for; and the reason of
# a correction, which is told with it if there is one.
PRIVATE_FACTS = frozenset({"also", "data", "reason"})
STAGING = ".staging-"  # how the folders begin in which reports are put together


# --- what a report is made from


def gather_facts(jobs: Sequence[Job], draft: bool = False) -> dict[str, dict[str, Any]]:
    """Return, by stem, what each report's record tells beside its content.

    Returns
    -------
    dict
        ``digest`` of all inputs but the rows, ``inputs`` with the digest of each part, ``synthetic``,
        ``draft``, ``data``, the digest of the rows, which is not published, and ``rows``, how many it reads.

    Raises
    ------
    InputError
        If an input cannot be read.
    """
    installation = describe_installation()
    notebooks = {notebook: _digest_notebook(notebook) for notebook in {job.notebook for job in jobs}}
    keys = {notebook: find_slice_keys(notebook) for notebook in notebooks}
    tables = {notebook: find_tables(notebook) for notebook in notebooks}
    slices: dict[str, plan.SliceIndex] = {}
    others: dict[str, list[str]] = {}
    for source, readers in plan.group_by_input(jobs).items():
        index = plan.index_slices(dataset.slices(*source))
        slices |= {job.stem: index for job in readers}
        digests = functools.cache(functools.partial(_list_digests, *source))
        others |= {
            job.stem: [one for name in tables[job.notebook] for one in digests(name)] for job in readers
        }
    files: dict[str, str] = {}
    find_within = functools.cache(list_named_within)  # a thousand jobs share a publisher
    facts = {}
    for job in jobs:
        mine = plan.select_slices(slices.get(job.stem, {}), job.parameters, keys[job.notebook])
        inputs = {"notebook": notebooks[job.notebook], **installation, **({"draft": True} if draft else {})}
        inputs["files"] = {
            name: _digest_named(name, path, files) for name, path in _list_named(job.parameters, find_within)
        }
        read = mine if job.stem in slices else None
        facts[job.stem] = _describe_job(job, inputs, read, others.get(job.stem, []))
    return facts


def _list_digests(data: str, columns: str | None, table: str) -> list[str]:
    return list(dataset.slices(data, columns, table)["digest"])


def _describe_job(
    job: Job, inputs: dict[str, Any], mine: Sequence[Any] | None, others: Sequence[str]
) -> dict[str, Any]:
    synthetic, rows, data = False, 0, ""
    if mine is not None:
        data = _digest(sorted([*(part.digest for part in mine), *others]))
        synthetic = any(part.synthetic for part in mine)
        rows = sum(part.consultations for part in mine)
    digest = _digest([inputs, publishable(job.parameters)])
    return {
        "digest": digest,
        "inputs": inputs,
        "synthetic": synthetic,
        "draft": "draft" in inputs,
        "data": data,
        "rows": rows,
    }


def publishable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters without the folders of this machine."""
    return {
        name: Path(value).name if isinstance(value, str) and Path(value).is_absolute() else value
        for name, value in values.items()
    }


def list_input_stamps(job: Job) -> dict[str, Stamp]:
    """Return the stamps of every file that a report is made from, by path."""
    package = Path(__file__).parents[1]
    files = [job.notebook, _find_scoring(), *(f for f in package.rglob("*") if "__pycache__" not in f.parts)]
    named = [path for _, path in _list_named(job.parameters, list_named_within)]
    data = job.parameters.get("data")
    found = [find_upwards(Path(path)) for path in [*named, data] if isinstance(path, str)]
    stamps = {str(f): stamp(f.stat()) for f in [*files, *filter(None, found)] if f.is_file()}
    if isinstance(data, str) and Path(data).is_dir():
        stamps |= list_stamps(Path(data), f"{data}/")
    return stamps


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _digest_notebook(notebook: Path) -> str:
    """Cells only: outputs and counters that JupyterLab stores change nothing in the report."""
    cells = parameters.read_cells(notebook)
    return _digest(
        [(c["cell_type"], c["source"], c["metadata"].get("tags"), c.get("attachments")) for c in cells]
    )


def _list_named(
    values: Mapping[str, Any], find_within: Callable[[str], tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """Yield the files that parameters name, and those that such a file names; data have slices instead."""
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and item.endswith(NAMED_FILES) and name != "data":
                yield name if item is value else f"{name}: {item}", item
                yield from ((f"{name}: {Path(other).name}", other) for other in find_within(item))


def list_named_within(path: str) -> tuple[str, ...]:
    """List the files that a YAML file names, such as a publisher's logo and subject or a model's scorecards.

    They lie beside it or where the working folder finds them, and may name further ones.
    """
    found: dict[Path, None] = {}
    first = find_upwards(path) if path.endswith(LISTS) else None
    waiting = [first] if first else []
    while waiting:
        file = waiting.pop(0)
        for text in list_texts(file):
            named = _find_file(text, file.parent)
            if named is not None and named != first and named not in found:
                found[named] = None
                waiting += [named] if named.suffix in LISTS else []
    return tuple(map(str, found))


def _find_file(text: str, folder: Path) -> Path | None:
    """Return the file that a text names, if it names one: a text without a suffix names none."""
    if not Path(text).suffix or len(text) > LONGEST_PATH:
        return None
    beside = folder / text
    return beside.resolve() if is_file(beside) else find_upwards(text)


def _digest_named(name: str, path: str, known: dict[str, str]) -> str:
    if path not in known:
        file = find_upwards(Path(path))
        if file is None:
            problem = f"there is no such file in {Path.cwd()} or the folders above it."
            raise InputError(f"{name} {path}", problem, f"Check the parameter `{name}`.")
        known[path] = digest_file(file)
    return known[path]


def describe_installation() -> dict[str, Any]:
    """Return the digest of our own code and templates, and the versions of what draws and words a report."""
    package = Path(__file__).parents[1]
    files = sorted(f for f in package.rglob("*") if f.is_file() and "__pycache__" not in f.parts)
    digests = {f.relative_to(package).as_posix(): digest_file(f) for f in files}
    digests["scoring.py"] = digest_file(_find_scoring())
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


# --- what is published


Stamp = list[int]
"""Size, time of change and time of entry's change of a file: content cannot change without one of them."""


@dataclass
class Shelf:
    """The output folder as it is, and what earlier builds knew about it.

    Attributes
    ----------
    output : Path
        The folder.
    stamps : dict
        Of all its files, by path below it.
    known : dict
        By stem: seconds, digest, inputs, parameters and stamps of each report as last seen whole.
    shown : str
        Digest of all stamps when the index was last written.
    learned : bool
        Whether there is something to write down.
    """

    output: Path
    stamps: dict[str, Stamp]
    known: dict[str, dict[str, Any]]
    shown: str
    learned: bool = False

    def find(self, stem: str) -> dict[str, Any] | None:
        """Return what a report says of itself if every file of it is there as it was written, else None.

        Its files are hashed once; later their stamps are compared.
        """
        memory = self.known.get(stem, {})
        if memory.get("stamps") and self._matches(stem, memory["stamps"]):
            return {**memory, "data": self._recall_data(stem)}
        seal = digest_file(self.output / f"{stem}.json")
        record = report_records.find_published(self.output, stem)
        is_known = record is not None and record["digest"] == memory.get("digest")
        if record is None or (is_known and seal != memory.get("record", seal)):
            return None  # the same input gives the same record: this one was damaged, or changed by somebody
        stamps = {suffix: self.stamps.get(f"{stem}.{suffix}") for suffix in (*record["files"], "json")}
        about = {name: record.get(name) for name in ("digest", "inputs", "parameters")} | {"record": seal}
        self.known[stem] = {**memory, **about, "stamps": stamps if _is_settled(stamps) else {}}
        self.learned = True
        return {**record, "data": self._recall_data(stem)}

    def learn_data(self, stem: str, digest: str) -> None:
        """Keep which rows a report was made from, beside the shelf: no file of it tells."""
        with suppress(OSError):
            folder = report_records.make_work_folder(self.output)
            note = folder / "rows" / f"{stem}.txt"
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(digest, encoding="utf-8")

    def _recall_data(self, stem: str) -> str | None:
        try:
            note = report_records.find_work_folder(self.output) / "rows" / f"{stem}.txt"
            return note.read_text(encoding="utf-8")
        except OSError:  # then the report is made again
            return None

    def _matches(self, stem: str, stamps: Mapping[str, Stamp]) -> bool:
        return all(self.stamps.get(f"{stem}.{suffix}") == stamp for suffix, stamp in stamps.items())

    def learn_seconds(self, stem: str, seconds: float) -> None:
        """Keep how long a report took, to expect the same the next time."""
        self.known.setdefault(stem, {})["seconds"] = seconds

    def save(self) -> None:
        """Write down what is known; without it the next build is slower, no more."""
        note = {"reports": self.known, "shown": digest_stamps(list_stamps(self.output))}
        with suppress(OSError):
            report_records.make_work_folder(self.output)
            write_checked(_find_note(self.output), note)


def open_shelf(output: Path) -> Shelf:
    """Look at the output folder and recall what is known about it."""
    note: dict[str, Any] = read_checked(_find_note(output)) or {}
    return Shelf(output, list_stamps(output), note.get("reports", {}), note.get("shown", ""))


def _find_note(output: Path) -> Path:
    return report_records.find_work_folder(output) / "known.json"


def list_stamps(folder: Path, prefix: str = "") -> dict[str, Stamp]:
    """Return the stamps of all files below a folder, by path; hidden ones are left out."""
    stamps: dict[str, Stamp] = {}
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                stamps |= list_stamps(Path(entry.path), f"{prefix}{entry.name}/")
            else:
                stamps[f"{prefix}{entry.name}"] = stamp(entry.stat())
    return stamps


def stamp(facts: os.stat_result) -> Stamp:
    """Return the stamp of a file."""
    return [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns]


def digest_stamps(stamps: Mapping[str, Stamp]) -> str:
    """Return one digest for all files of a folder."""
    return _digest(stamps)


def _is_settled(stamps: Mapping[str, Stamp | None]) -> bool:
    """Tell whether another change would show: not if it came within the same tick of the clock."""
    return all(stamp is not None and time.time_ns() - stamp[2] > CLOCK_TICK_NS for stamp in stamps.values())


def sweep(output: Path) -> None:
    """Remove what a build that was killed left; only while no other build works on the folder."""
    own_folders.sweep(output, STAGING)
    for folder in (output, report_records.find_work_folder(output)):
        for draft in folder.glob(f"{DRAFT}*"):
            with suppress(OSError):
                draft.unlink()


# --- why a report is made again


def explain(record: Mapping[str, Any] | None, facts: Mapping[str, Any], job: Job, is_there: bool) -> str:
    """Say what has changed since a report was published; nothing if it is fresh.

    Parameters
    ----------
    record : mapping, optional
        From `Shelf.find`.
    facts : mapping
        The job's, from `gather_facts`.
    job : Job
        What is asked for.
    is_there : bool
        Whether some file of the report is there.
    """
    if record is None:
        return "a published file is missing or was changed" if is_there else "not made yet"
    rows = record.get("data", facts.get("data"))
    if record["digest"] == facts["digest"] and rows == facts.get("data"):
        return ""
    before, now = record.get("inputs") or {}, facts["inputs"]
    changes = list(_compare(record.get("parameters") or {}, publishable(job.parameters), "parameter {}"))
    changes += _compare(before.get("files", {}), now["files"], "the file of {}")
    changes += _compare(before.get("libraries", {}), now["libraries"], "{}", tell=True)
    words = {"data": "the data", "notebook": "the notebook", "code": "the program code"}
    changes += [word for part, word in words.items() if before.get(part) != now.get(part)]
    if rows != facts.get("data") and words["data"] not in changes:
        changes.append(words["data"])
    return f"{', '.join(changes) or 'the form of the record'} changed"


def _compare(
    before: Mapping[str, Any], now: Mapping[str, Any], name: str, tell: bool = False
) -> Iterator[str]:
    for key in dict.fromkeys([*now, *before]):
        old, new = before.get(key), now.get(key)
        if old != new:
            yield name.format(key.replace(": ", " ")) + (f" {old} → {new}" if tell else "")
