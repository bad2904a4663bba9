"""One job: run the notebook with papermill, export it, publish the files whole or not at all."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from papermill.execute import prepare_notebook_metadata, raise_for_execution_errors, remove_error_markers
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from .. import __version__
from ..base import own_folders
from ..base.errors import InputError
from ..base.files import narrow_mode
from ..base.formats import FOLDER
from ..base.language import LANGUAGES
from ..export import appendix, citations, data_workbook, exporters, sharing
from ..export.attachments import write_attachment
from ..processes import engine
from ..shelf import catalogue, corrections, navigation
from ..shelf.released import withdraw
from ..shelf.report_records import (
    WORK_VARIABLE,
    find_earlier,
    find_published,
    find_work_folder,
    list_kept,
    make_work_folder,
    name_kept,
    read_record,
)
from . import marking
from .one_publication import find_threshold, is_outdated
from .output_check import check_outputs
from .plan import Job, describe_edition, is_internal
from .staleness import PRIVATE_FACTS, STAGING

CAUSE_LENGTH = 1000  # characters of a cell's error in a message


def render_report(job: Job, output: Path, facts: dict[str, Any]) -> list[str]:
    """Make one report: its page, PDF, workbook, CSV, attachments and ``.json``, under the job's stem.

    Parameters
    ----------
    job : Job
        What to make.
    output : Path
        The output folder, which exists.
    facts : dict
        What the build knows about the job and the report's JSON must tell: digest, inputs, synthetic.

    Returns
    -------
    list of str
        What a publisher should look at, such as a warning a cell wrote.

    Raises
    ------
    InputError
        If a cell fails, a file cannot be written, or a draft would take a published report's place; earlier
        files of the report are untouched.
    """
    if facts.get("draft"):
        refuse_draft(output, job.stem)
    with own_folders.make_folder(output, STAGING) as staging:
        notebook = run_notebook(job, staging / "executed.ipynb", output)
        marking.stamp(notebook, marking.list_marks(job, facts))
        data = exporters.report_data(notebook)
        warnings = data.pop("warnings")
        check_outputs(notebook, job.stem, is_public=not is_internal(job))
        version = find_version(data, output, job.stem, facts)
        version, outdated = _look_at_earlier(job, output, version, {**facts, **data})
        warnings += [
            f"version {kept} is withdrawn: beside this one it would tell of few customers"
            for kept in outdated
        ]
        resources = _resources(job, data, version)
        html, pdf = _make_pages(job, notebook, resources)
        warnings += resources.get("warnings", [])
        pages = {"html": html.encode(), "pdf": pdf, **resources["beside"].files}
        pages |= exporters.make_further(notebook, resources, facts.get("also", ()))
        pages["xlsx"] = data_workbook.write_workbook({**version, **data})
        pages["csv"] = appendix.write_csv(data)
        for name, attachment in exporters.list_attachments(notebook).items():
            suffix = "yaml" if "text" in attachment else "xlsx"
            pages[f"{name}.{suffix}"] = write_attachment(attachment, data["cover"])
        pages["json"] = write_record(job, facts, pages, {**version, **data}).encode()
        for kept in outdated:
            withdraw(output, name_kept(job.stem, kept), outdated[kept])
        if version["version"] > 1 and version["version"] - 1 not in outdated:
            keep_earlier(staging, output, job.stem, version["version"] - 1)
        publish(pages, staging, output, job.stem)
    return warnings


def _look_at_earlier(
    job: Job, output: Path, version: dict[str, Any], now: dict[str, Any]
) -> tuple[dict[str, Any], dict[int, list[str]]]:
    """Return the version, and the earlier ones that must not stay beside it with the suffixes of their files.

    Where the one before goes, the report neither leads to it nor says what stood in it.
    """
    threshold = find_threshold(job)
    earlier = {kept["version"]: kept for kept in list_kept(output, job.stem)}
    before = find_earlier(output, job.stem)
    if before is not None and before["version"] < version["version"]:
        earlier[before["version"]] = before
    record = {**now, "parameters": job.parameters}
    outdated = {
        number: list(kept["files"])
        for number, kept in earlier.items()
        if number < version["version"] and threshold and is_outdated(record, kept, threshold)
    }
    if version["version"] - 1 in outdated and "correction" in version:
        version = corrections.forget_earlier(version)
        version["correction"] = {**version["correction"], "changes": []}
    return version, outdated


def _make_pages(job: Job, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[str, bytes]:
    """Return page and PDF; a fault of theirs names the report, and shows the first line of what was said."""
    try:
        return exporters.make_pages(notebook, resources)
    except InputError as fault:
        remedy = _first_line(fault.remedy) or "Look at what the cells show."
        raise InputError(job.stem, f"{fault.thing}: {_first_line(fault.problem)}", remedy) from None


def run_notebook(job: Job, executed: Path, output: Path) -> NotebookNode:
    """Run a job's notebook in a fresh kernel of this Python.

    The notebook's own kernel name is whatever its last editor had, which another machine need not have.

    Raises
    ------
    InputError
        Names the cell and its error; the notebook as far as it ran is kept, outside of `output`.
    """
    # The steps of `papermill.execute_notebook`, without writing what only a failed job needs.
    notebook = remove_error_markers(load_notebook_node(str(job.notebook)))
    notebook = parameterize_notebook(
        notebook, job.parameters, kernel_name="python3", language="python", engine_name=engine.NAME
    )
    notebook = prepare_notebook_metadata(notebook, str(job.notebook), str(executed))
    try:
        notebook = engine.run(notebook)
        raise_for_execution_errors(notebook, str(executed))
    except PapermillExecutionError as error:
        ran = nbformat.read(executed, as_version=4)
        raise describe_failure(job, error, ran, keep_failed(executed, output, job.stem)) from None
    ended = [c for c in notebook.cells for o in c.get("outputs", []) if o.output_type == "error"]
    if ended:  # papermill takes sys.exit() for success, and the cells after it never ran
        nbformat.write(notebook, executed)
        kept = keep_failed(executed, output, job.stem)
        raise InputError(
            job.stem, f"a cell ended the notebook: {_first_line(ended[0].source)}.", _tell_kept(kept)
        )
    return notebook


def keep_failed(executed: Path, output: Path, stem: str) -> Path | None:
    """Move the notebook as far as it ran out of the staging folder; returns where it lies now, if it does."""
    kept = find_work_folder(output) / "failed" / f"{stem}.ipynb"
    try:
        make_work_folder(output)
        kept.parent.mkdir(parents=True, exist_ok=True)
        # A move, because the output folder may be on another disk.
        return Path(shutil.move(executed, kept))
    except OSError:  # the cell's fault matters more
        return None


def describe_failure(
    job: Job, error: PapermillExecutionError, notebook: NotebookNode, kept: Path | None
) -> InputError:
    """Return the message for a failed cell: report, cell, nearest heading, first line, cause."""
    marker_cells = 2  # papermill put one banner on top and one before the cell
    above = notebook.cells[: error.cell_index + marker_cells]
    heading = _nearest_heading(above, str(job.parameters.get("language", "")))
    under = f" under “{heading}”" if heading else ""
    problem = (
        f"cell In [{error.exec_count}]{under}, `{_first_line(error.source)}`, failed with {_cause(error)}."
    )
    return InputError(job.stem, problem, f"{_tell_kept(kept)} The last good report is untouched.")


def _tell_kept(kept: Path | None) -> str:
    if kept is None:
        return f"The notebook could not be kept: set {WORK_VARIABLE} to a folder that you may write."
    return f"The notebook as far as it ran: {kept}."


def _nearest_heading(cells: list[NotebookNode], language: str) -> str:
    others = set(LANGUAGES) - {language}
    for cell in reversed(cells):
        if cell.cell_type == "markdown" and not others.intersection(cell.metadata.get("tags", [])):
            headings = re.findall(r"^#+ +(.+?)\s*$", cell.source, re.MULTILINE)
            if headings:
                return headings[-1]
    return ""


def _first_line(source: str) -> str:
    return source.strip().splitlines()[0] if source.strip() else ""


def _cause(error: PapermillExecutionError) -> str:
    text = f"{error.ename}: {error.evalue}".strip(" :.\n")
    return text if len(text) <= CAUSE_LENGTH else text[:CAUSE_LENGTH] + "…"


# --- the files


def _resources(job: Job, data: dict[str, Any], version: dict[str, Any]) -> dict[str, Any]:
    """Tell the exporters where pictures of Markdown cells lie, how to cite the report, what was corrected."""
    cover = data["cover"]
    date = version.get("correction", {}).get("date", "")
    return {
        "metadata": {"name": job.notebook.stem, "path": str(job.notebook.parent)},
        "report": (Path(job.stem).name, data),
        "citations": citations.cite(cover, job.stem, version["version"], date),
        **({"correction": version["correction"]} if "correction" in version else {}),
    }


def write_record(job: Job, facts: dict[str, Any], pages: dict[str, bytes], data: dict[str, Any]) -> str:
    """Return the report's JSON: what it was made from, its files' checksums, its figures' data.

    The same input gives the same text: no time, no path of this machine.
    """
    record = {
        "report": job.stem,
        "notebook": job.notebook.name,
        "parameters": {name: _publishable(value) for name, value in job.parameters.items()},
        "software": __version__,
        "version": 1,
        "internal": is_internal(job),
        "edition_words": describe_edition(job),
        **{name: value for name, value in facts.items() if name not in PRIVATE_FACTS},
        "files": {suffix: _digest(suffix, content) for suffix, content in pages.items()},
        **data,
    }
    return _as_json(record)


def _digest(suffix: str, content: bytes) -> str:
    """Return a checksum; a page's leaves out what the shelf writes into it."""
    return navigation.digest_page(content) if suffix == "html" else catalogue.hash_bytes(content)


def _as_json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _publishable(value: Any) -> Any:
    """Return a parameter without the folders of this machine."""
    return Path(value).name if isinstance(value, str) and Path(value).is_absolute() else value


# --- versions and drafts


def refuse_draft(output: Path, stem: str) -> None:
    """Keep a draft from taking the place of a published report.

    Raises
    ------
    InputError
        If there is one.
    """
    record = find_earlier(output, stem)
    if record is not None:
        problem = f"is published (version {record['version']}); a draft would take its place."
        raise InputError(stem, problem, "Give drafts a folder of their own: --draft --output drafts.")


def find_version(data: dict[str, Any], output: Path, stem: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Return a report's version and, if it corrects a published one, what changed; see `corrections`."""
    if facts.get("draft"):
        return {"version": 1}
    earlier = find_earlier(output, stem)
    kept = ""
    if earlier is not None:
        name = name_kept(stem, earlier["version"])
        whole = any(_says_version(output, s, earlier["version"]) for s in (name, stem))
        kept = f"{Path(name).name}.html" if whole else ""
    found = corrections.find_version(data, earlier, kept, corrections.find_today(), facts.get("reason", ""))
    before = found["version"] - 1
    if earlier and earlier["version"] > before and not _says_version(output, name_kept(stem, before), before):
        found = corrections.forget_earlier(found)  # it was withdrawn since
    return found


def _says_version(output: Path, stem: str, version: int) -> bool:
    """Tell whether all files of a version are there as they were published."""
    record = find_published(output, stem)
    return record is not None and record["version"] == version and not record.get("draft")


def keep_earlier(staging: Path, output: Path, stem: str, version: int) -> None:
    """Copy an earlier version to its own names, each file in one step, the JSON last.

    A copy, because the files it is made from are the published report until the new ones are there. Where it
    was kept before, as after a publication that was cut short, it stays as it is.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    kept = name_kept(stem, version)
    if _says_version(output, kept, version) or not _says_version(output, stem, version):
        return
    suffixes = [*(read_record(output / f"{stem}.json") or {"files": {}})["files"], "json"]
    files = {suffix: (output / f"{stem}.{suffix}").read_bytes() for suffix in suffixes}
    publish(_rename(files, Path(stem).name, Path(kept).name), staging, output, kept)


def _rename(files: dict[str, bytes], name: str, kept: str) -> dict[str, bytes]:
    """Let the page of an earlier version lead to its own files, which lie beside it under its own name.

    Its record then has the checksum of the page as it is.
    """
    record = json.loads(files["json"])
    if "html" not in files:
        return files
    for own in (FOLDER, sharing.CARD):
        before, after = (f'"{quote(each)}.{own}'.encode() for each in (name, kept))
        files["html"] = files["html"].replace(before, after)
    record["files"]["html"] = navigation.digest_page(files["html"])
    return {**files, "json": _as_json(record).encode()}


def publish(pages: dict[str, bytes], staging: Path, output: Path, stem: str) -> None:
    """Put all files of a report in place, each in one step, and take away those that it no longer has.

    The JSON comes last: it holds the checksums of the others, so a publication that was cut short is noticed
    and made anew. What a page links to comes before it.

    Raises
    ------
    InputError
        If a file cannot be written or replaced.
    """
    try:
        for suffix, content in pages.items():
            (staging / suffix).parent.mkdir(exist_ok=True)
            (staging / suffix).write_bytes(content)
        for suffix in sorted(pages, key=lambda name: (name == "json", "/" not in name)):
            if suffix == "json":
                _clear(output, stem, pages)
            target = output / f"{stem}.{suffix}"
            target.parent.mkdir(parents=True, exist_ok=True)
            for folder in target.relative_to(output).parents:
                narrow_mode(output / folder, output)
            narrow_mode(staging / suffix, output)
            (staging / suffix).replace(target)
    except OSError as error:
        problem = f"cannot be written: {error.strerror} ({error.filename2 or error.filename})."
        raise InputError(
            stem, problem, "Close the file if it is open, free space, or use --output."
        ) from error
    for kind in exporters.FURTHER.keys() - pages.keys():  # of an earlier version
        with suppress(OSError):
            (output / f"{stem}.{kind}").unlink()
    for suffix in ("ipynb", "log"):
        with suppress(OSError):  # an earlier failure is mended; it may lie on a disk that is only read now
            (find_work_folder(output) / "failed" / f"{stem}.{suffix}").unlink()


def _clear(output: Path, stem: str, pages: dict[str, bytes]) -> None:
    """Remove what the report that is replaced has and the new one has not."""
    before = (read_record(output / f"{stem}.json") or {"files": {}})["files"]
    folder = output / f"{stem}.{FOLDER}"
    there = [*(output / f"{stem}.{suffix}" for suffix in before), *folder.glob("*")]
    kept = {output / f"{stem}.{suffix}" for suffix in pages}
    for file in there:
        if file not in kept and file.is_file():
            file.unlink()
    with suppress(OSError):  # not empty, or not there
        folder.rmdir()
