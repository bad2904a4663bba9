"""Parameter files and plans → the list of report jobs, with every fault found before anything runs."""

from __future__ import annotations

import difflib
import itertools
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..base.errors import InputError, did_you_mean, shown
from ..base.files import find_upwards
from ..base.language import LANGUAGES
from ..intake import dataset
from ..intake.schemas import SCHEMAS
from ..settings.parameters import (
    Entry,
    Parameter,
    read_entries,
    read_parameters,
    show_example,
    type_name,
    word_remedy,
)
from ..settings.publisher import load_policy
from . import first_reading
from .notebook_inputs import find_tables

FLAT_NOTEBOOK = "industry"  # what a flat parameter file renders
KEYS = ("region", "regions", "year", "years")  # parameters that choose slices of the data
SliceIndex = dict[tuple[str | None, int | None], list[Any]]
MOST_REPORTS = 20_000
SHOWN = 12  # regions named in a message before "and … more"


@dataclass(frozen=True)
class Job:
    """One report to make.

    Attributes
    ----------
    notebook : Path
        The notebook file, absolute.
    parameters : dict
        Every parameter of the notebook: as given, else its default.
    stem : str
        Output path below the output folder, without suffix: ``2025/黄山市/industry.zh``.
    origin : str
        Parameter file and line that ask for it.
    """

    notebook: Path
    parameters: dict[str, Any]
    stem: str
    origin: str


def list_jobs(
    files: Sequence[Path],
    data: str | None = None,
    only: str | None = None,
    workers: int | None = 1,
    say: Callable[[str], None] = lambda message: None,
) -> list[Job]:
    """Return the reports that the parameter files ask for, in their order.

    Parameters
    ----------
    files : sequence of Path
        Flat parameter files and plans.
    data : str, optional
        Takes the place of every job's ``data`` parameter.
    only : str, optional
        Keep the jobs whose output path contains this text.
    workers, say : optional
        New files that are read at a time, and what is called with it; see `first_reading`.

    Raises
    ------
    InputError
        Names all faults of all files at once.
    """
    faults: list[InputError] = []
    entries: list[Entry] = []
    jobs: list[Job] = []
    for file in files:
        try:
            entries += read_entries(file)
        except InputError as fault:
            faults += fault.faults
    for entry in entries:
        try:
            jobs += _expand(entry, data, faults)
        except InputError as fault:
            faults.append(fault)
    faults += _find_clashes(jobs)
    if only is not None and not faults:
        jobs = _select(jobs, only)
    groups = {source: {job.notebook for job in mine} for source, mine in group_by_input(jobs).items()}
    first_reading.read_new_files(groups, workers, say)
    faults += _find_missing_slices(jobs)
    _raise_all(faults)
    return jobs


def find_job(notebook: Path, file: Path | None = None, data: str | None = None) -> Job:
    """Return the first report of a notebook that a parameter file asks for; without a file, by its defaults.

    Raises
    ------
    InputError
        Names all faults of the file, or says that it asks for no report of this notebook.
    """
    path = notebook.resolve()
    if file is None:
        known = read_parameters(path)
        values = {p.name: p.default for p in known.values() if p.default is not None}
        values |= {} if data is None else {"data": data}
        return Job(path, values, _name_output(path, values), str(notebook))
    faults: list[InputError] = []
    for entry in read_entries(file):
        if not entry.multiplies:  # a flat file has no notebook of its own: it is for the one that is named
            named = {"notebook": str(path), **entry.values}
            entry = replace(entry, values=named, multiplies=True)
        if _find_notebook(entry, entry.values.get("notebook")) == path:
            jobs = _expand(entry, data, faults)
            _raise_all([*faults, *_find_missing_slices(jobs[:1])])
            return jobs[0]
    remedy = f"Add an entry `- notebook: {path.stem}`."
    raise InputError(str(file), f"asks for no report of {notebook}.", remedy)


def group_by_input(jobs: Sequence[Job]) -> dict[tuple[str, str | None], list[Job]]:
    """Return the jobs by what they read: data, and the mapping file of its columns if there is one."""
    groups: dict[tuple[str, str | None], list[Job]] = {}
    for job in jobs:
        if isinstance(job.parameters.get("data"), str):
            key = job.parameters["data"], job.parameters.get("columns") or None
            groups.setdefault(key, []).append(job)
    return groups


def is_internal(job: Job) -> bool:
    """Tell whether the publisher keeps a job's edition in the house.

    Raises
    ------
    InputError
        If the publisher's file cannot be read, or does not know the edition.
    """
    publisher, edition = job.parameters.get("publisher"), job.parameters.get("edition")
    return bool(publisher and edition) and load_policy(str(publisher), str(edition)).internal


def describe_edition(job: Job) -> dict[str, Mapping[str, str]]:
    """Return what an edition that the publisher added is called, and whom it is for; of another nothing."""
    publisher, edition = job.parameters.get("publisher"), str(job.parameters.get("edition"))
    if not publisher or job.parameters.get("edition") is None:
        return {}
    policy = load_policy(str(publisher), edition)
    words = {"name": policy.names, "readers": policy.readers}
    return {what: told[edition] for what, told in words.items() if edition in told}


def index_slices(slices: pd.DataFrame) -> SliceIndex:
    """Return the rows of `dataset.slices` by region and year, each of which may be None for all."""
    index: SliceIndex = {}
    for part in slices.itertuples(index=False):
        for place in itertools.product((part.region, None), (part.year, None)):
            index.setdefault(place, []).append(part)
    return index


def select_slices(
    index: SliceIndex, parameters: Mapping[str, Any], keys: Collection[str] = ("region", "year")
) -> list[Any]:
    """Return the slices of the data that a job reads.

    They are those of its region and year, where it has them, of the ``regions`` and ``years`` that it sets
    beside them, and of the ``earlier_year`` that it looks back to, by default the year before.

    Parameters
    ----------
    index : dict
        From `index_slices`.
    parameters : mapping
        The job's.
    keys : collection of str
        What of region and year the notebook keeps to.
    """
    regions, years = (
        (_values(parameters, key) if key in keys else []) or [None] for key in ("region", "year")
    )
    places = dict.fromkeys(itertools.product(regions, years))
    return [part for place in places for part in index.get(place, [])]


def _values(parameters: Mapping[str, Any], key: str) -> list[Any]:
    """Return all values of region or year that a job reads; none stands for whatever the data hold."""
    values = [*_asked(parameters, key), *parameters.get(f"{key}s", [])]
    if key == "year" and values and "earlier_year" in parameters:
        values.append(parameters["earlier_year"] or int(values[0]) - 1)
    return values


def _asked(parameters: Mapping[str, Any], key: str) -> list[Any]:
    return [] if parameters.get(key) is None else [parameters[key]]


# --- entries → jobs


def _expand(entry: Entry, data: str | None, faults: list[InputError]) -> list[Job]:
    """Return an entry's jobs: check its parameters, multiply its lists out."""
    values = dict(entry.values)
    notebook = _find_notebook(entry, values.pop("notebook", None) if entry.multiplies else FLAT_NOTEBOOK)
    known = read_parameters(notebook)
    if data is not None:
        values["data"] = data
    found = list(_find_faults(entry, values, known, notebook))
    faults += found
    if found:
        return []
    defaults = {p.name: p.default for p in known.values() if p.default is not None}
    choices = [_options(entry, value, known[key]) for key, value in values.items()]
    if (reports := math.prod(map(len, choices))) > MOST_REPORTS:
        problem = f"the lists of this entry multiply out to {reports:,} reports, more than {MOST_REPORTS:,}."
        faults.append(InputError(entry.at("notebook"), problem, "Shorten a list."))
        return []
    combinations = [dict(zip(values, choice, strict=True)) for choice in itertools.product(*choices)]
    origin = f"{entry.file}, line {entry.line}"
    return [
        Job(notebook, parameters, _name_output(notebook, parameters, defaults.get("edition")), origin)
        for parameters in ({**defaults, **combination} for combination in combinations)
    ]


def _options(entry: Entry, value: Any, parameter: Parameter) -> list[Any]:
    multiplies = entry.multiplies and isinstance(value, list) and "list" not in parameter.types
    return value if multiplies else [value]


def _find_notebook(entry: Entry, name: Any) -> Path:
    if not isinstance(name, str) or not name:
        problem = (
            "the entry does not name its notebook."
            if name is None
            else f"notebook must be a name, got {shown(name)}."
        )
        raise InputError(
            entry.at("notebook"), problem, "Write `notebook: industry` for notebooks/industry.ipynb."
        )
    path = Path(name) if name.endswith(".ipynb") else Path("notebooks", f"{name}.ipynb")
    found = find_upwards(path)
    if found is None:
        folder = find_upwards(Path("notebooks", f"{FLAT_NOTEBOOK}.ipynb"))
        names = sorted(
            other.stem for other in (folder.parent if folder else Path("notebooks")).glob("*.ipynb")
        )
        remedy = did_you_mean(name, names) or f"There are: {', '.join(names) or 'none'}."
        problem = f"there is no notebook {path} in {Path.cwd()} or the folders above it."
        raise InputError(entry.at("notebook"), problem, remedy)
    return found


def _find_faults(
    entry: Entry, values: dict[str, Any], known: dict[str, Parameter], notebook: Path
) -> Iterator[InputError]:
    listing = f"Its parameters: {', '.join(known)}."
    for name in [name for name in values if name not in known]:
        problem = f"{notebook.name} has no parameter {shown(name)}."
        yield InputError(entry.at(name), problem, f"{did_you_mean(name, list(known))} {listing}".strip())
    for parameter in known.values():
        if parameter.name in values:
            yield from _find_misfits(entry, values[parameter.name], parameter)
        elif parameter.required:
            problem = f"the required parameter `{parameter.name}` of {notebook.name} is missing."
            yield InputError(
                entry.at(parameter.name), problem, f"Add a line such as `{show_example(parameter)}`."
            )


def _find_misfits(entry: Entry, value: Any, parameter: Parameter) -> Iterator[InputError]:
    where = entry.at(parameter.name)
    options = _options(entry, value, parameter)
    if not options:
        yield InputError(where, f"the list of `{parameter.name}` is empty.", "Name at least one value.")
    for option in options:
        if parameter.types and not _fits(option, parameter.types):
            expected = " or ".join(parameter.types)
            problem = f"`{parameter.name}` must be {expected}, got {shown(option)} ({type_name(option)})."
            yield InputError(where, problem, word_remedy(parameter, option))
        elif parameter.name in ("regions", "years"):
            yield from _find_odd_slices(where, parameter.name, option)
        elif parameter.name == "language" and option not in LANGUAGES:
            problem = f"`language` must be {' or '.join(LANGUAGES)}, got {shown(option)}."
            yield InputError(
                where, problem, did_you_mean(str(option), list(LANGUAGES)) or "Write `language: zh`."
            )


def _find_odd_slices(where: str, name: str, values: list[Any]) -> Iterator[InputError]:
    """Yield a fault for each of several regions or years that is none, or that stands twice."""
    kind, noun = (int, "whole numbers") if name == "years" else (str, "names")
    for number, value in enumerate(values):
        if type(value) is not kind:
            problem = f"`{name}` must be a list of {noun}, got {shown(value)} ({type_name(value)}) in it."
            yield InputError(where, problem, f"Write for example `{name}: [{_SLICES[name]}]`.")
        elif value in values[:number]:
            yield InputError(where, f"`{name}` names {shown(value)} twice.", "Remove one of them.")


_SLICES = {"regions": "黄山市, 杭州市", "years": "2024, 2025"}


def _fits(value: Any, types: tuple[str, ...]) -> bool:
    name = type_name(value)
    return name in types or (name == "int" and "float" in types)


# --- output paths


def _name_output(notebook: Path, parameters: dict[str, Any], usual: str | None = None) -> str:
    """Return year/region/notebook[-edition].language, of which a job has what its notebook knows.

    What a job has several of is no folder: regions side by side lie under their year, years under their
    region. The edition is named unless it is the notebook's own, or its `usual` one.
    """
    edition = str(parameters.get("edition", notebook.stem))
    name = notebook.stem if edition in (notebook.stem, usual) else f"{notebook.stem}-{edition}"
    if "language" in parameters:
        name += f".{parameters['language']}"
    folders = [_folder(parameters, key) for key in ("year", "region")]
    folders = [folder for folder in folders if folder]
    return "/".join(_safe(part) for part in (*folders, name))


def _folder(parameters: dict[str, Any], key: str) -> str:
    one, several = parameters.get(key), parameters.get(f"{key}s")
    if one is None and several is not None and len(several) == 1:
        one = several[0]
    return "" if one is None else str(one)


def _safe(name: str) -> str:
    """Return a name that every file system takes: no separator, no device name of Windows, no hidden file."""
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", unicodedata.normalize("NFC", name))
    name = re.sub(r"^[. ]|[. ]$", "_", name) or "_"
    reserved = re.match(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", name, re.IGNORECASE)
    return f"_{name}" if reserved else name


def _find_clashes(jobs: list[Job]) -> Iterator[InputError]:
    first: dict[str, Job] = {}
    for job in jobs:
        earlier = first.setdefault(job.stem.casefold(), job)  # Windows and macOS ignore case
        if earlier is not job:
            problem = f"would write {job.stem}, which {earlier.origin} writes too."
            yield InputError(job.origin, problem, "Remove one of them, or give each its own `edition:`.")


def _select(jobs: list[Job], only: str) -> list[Job]:
    chosen = [job for job in jobs if only in job.stem]
    if not chosen:
        stems = [job.stem for job in jobs]
        remedy = f"The reports are: {_shorten(stems)}."
        raise InputError(f"--only {only}", f"none of the {len(jobs)} reports has this in its name.", remedy)
    return chosen


# --- what the data holds


def _find_missing_slices(jobs: list[Job]) -> Iterator[InputError]:
    """Yield one fault for each input that cannot be read or lacks what its jobs ask for."""
    for (data, columns), mine in group_by_input(jobs).items():
        try:
            slices = dataset.slices(data, columns)
            index = index_slices(slices)
            missing = [job for job in mine if not _has_what_is_asked(index, job.parameters)]
            missing = _keep_without_other_tables(missing, data, columns)
        except InputError as fault:
            yield fault
            continue
        if missing:
            yield _describe_missing(data, missing, slices)


def _keep_without_other_tables(jobs: list[Job], data: str, columns: str | None) -> list[Job]:
    """Leave out the jobs whose notebook reads further tables that hold its region and year.

    A sales team's export of leads, or a survey, may come without any consultation.
    """
    read = {notebook: find_tables(notebook) for notebook in {job.notebook for job in jobs}}
    names = {name for tables in read.values() for name in tables if not SCHEMAS[name].is_static}
    held = {name: index_slices(dataset.slices(data, columns, name)) for name in names}
    return [
        job
        for job in jobs
        if not any(_has_what_is_asked(held.get(name, {}), job.parameters) for name in read[job.notebook])
    ]


def _has_what_is_asked(index: SliceIndex, parameters: dict[str, Any]) -> bool:
    """Tell whether the data hold every region and year that a job names; an earlier year may be missing."""
    regions, years = (
        _asked(parameters, key) or parameters.get(f"{key}s") or [None] for key in ("region", "year")
    )
    return all(place in index for place in itertools.product(regions, years))


def _describe_missing(data: str, missing: list[Job], slices: pd.DataFrame) -> InputError:
    wanted = [" ".join(str(job.parameters[k]) for k in KEYS if job.parameters.get(k)) for job in missing]
    there = [
        f"{region} {', '.join(str(year) for year in sorted(years))}"
        for region, years in slices.groupby("region")["year"].unique().items()
    ]
    asked = str(missing[0].parameters.get("region", ""))
    there.sort(key=lambda line: -difflib.SequenceMatcher(None, asked, line.split(" ")[0]).ratio())
    problem = f"has no consultations of {_shorten(wanted)} ({missing[0].origin})."
    remedy = (
        f"There are: {_shorten(there, '; ')}." if there else "`industry-report check` tells what there is."
    )
    return InputError(f"data {data}", problem, remedy)


def _shorten(items: Sequence[str], separator: str = ", ") -> str:
    rest = len(items) - SHOWN
    return separator.join(items[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _raise_all(faults: list[InputError]) -> None:
    faults = list(
        {str(fault): fault for fault in faults}.values()
    )  # a notebook's own fault comes with each entry
    if len(faults) == 1:
        raise faults[0]
    if faults:
        lines = "".join(f"\n  - {fault}" for fault in faults)
        raise InputError(
            "plan", f"{len(faults)} faults, so nothing was made.{lines}\n", "Mend them and try again."
        )
