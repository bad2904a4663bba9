"""Begin a project with the templates that came with the program, and tell later what newer ones change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..base.errors import InputError, did_you_mean
from ..base.files import is_file
from . import parameters, project

STANDARD = "finance-software"
TEXTS = Path(__file__).parent / "templates" / "project"
TARGETS = {
    "annual.yaml": "params/annual.yaml",
    "data.md": "data/README.md",
    "readme.md": "README.md",
    "gitignore": ".gitignore",
}
NEW, NEWER, EDITED, REMOVED, SAME = "new", "newer", "edited", "removed", "same"


@dataclass(frozen=True)
class Change:
    """What an update would do with one template.

    Attributes
    ----------
    name : str
        Path in the project.
    state : str
        ``new``: it came with a newer version. ``newer``: the template changed, and nobody edited the
        project's file. ``edited``: both changed, so the project's file stays. ``removed``: the project has no
        longer what it was given. ``same``: there is nothing to do.
    template : Path
        The template, to compare with.
    """

    name: str
    state: str
    template: Path


def list_subjects() -> list[str]:
    """Return the names of the subjects that came with the program, the standard one first."""
    names = [name for name in project.list_templates() if name.startswith("params/subjects/")]
    return sorted((Path(name).stem for name in names), key=lambda name: (name != STANDARD, name))


def begin_project(folder: Path, language: str, subject: str = STANDARD) -> list[str]:
    """Write a new project: notebooks, parameter files, a place for the data, and which templates it has.

    Parameters
    ----------
    folder : Path
        A new or empty folder, or one that holds none of what is written.
    language : str
        Of the texts, and of the first report.
    subject : str
        What the reports are about, see `list_subjects`.

    Returns
    -------
    list of str
        What was written, by path in the project.

    Raises
    ------
    InputError
        The folder has such files already, or cannot be written; there is no such subject.
    """
    templates = project.list_templates()
    if subject not in (known := list_subjects()):
        remedy = did_you_mean(subject, known) or f"There are {', '.join(known)}."
        raise InputError(f"subject {subject}", "is none of those that came with the program.", remedy)
    contents = {name: _fit(name, path.read_bytes(), subject) for name, path in templates.items()}
    texts = {target: (TEXTS / language / name).read_bytes() for name, target in TARGETS.items()}
    _refuse_present(folder, [*contents, *texts, project.NOTE])
    digests = {name: _digest(name, content) for name, content in contents.items()}
    note = {"version": __version__, "language": language, "subject": subject, "files": digests}
    _write_all(folder, {**contents, **texts, project.NOTE: _write_note(note)})
    return [*contents, *texts, project.NOTE]


def _fit(name: str, content: bytes, subject: str) -> bytes:
    """Return a template as the project gets it: its publisher's file names the subject."""
    if name != "params/publisher.yaml":
        return content
    line = f"# What the reports are about.\nsubject: subjects/{subject}.yaml\n"
    return content.replace(b"\ndisclosure:\n", f"\n{line}\ndisclosure:\n".encode(), 1)


def _refuse_present(folder: Path, names: list[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(str(folder), "is a file, not a folder.", "Name a folder.")
    present = [name for name in names if (folder / name).exists()]
    if present:
        more = f" and {len(present) - 1} more of the project's files" if len(present) > 1 else ""
        remedy = "Name a new folder; in a project, `industry-report update` shows what is newer."
        raise InputError(str(folder), f"has {present[0]}{more} already.", remedy)


def list_changes(folder: Path) -> list[Change]:
    """Return what newer templates would change in a project, in the order of their names.

    A notebook counts as edited if a cell was; what a run left in it does not count.

    Raises
    ------
    InputError
        The folder is no project that `begin_project` wrote.
    """
    note = read_note(folder)
    return [
        Change(name, _find_state(folder, name, path, note), path)
        for name, path in project.list_templates().items()
    ]


def _find_state(folder: Path, name: str, template: Path, note: Mapping[str, Any]) -> str:
    given = note["files"].get(name)
    now = _digest(name, _fit(name, template.read_bytes(), note["subject"]))
    own = folder / name
    if not is_file(own):
        return NEW if given is None else REMOVED
    mine = _digest(name, own.read_bytes())
    if mine == now or given == now:
        return SAME
    return NEWER if mine == given else EDITED


def apply_changes(folder: Path, changes: list[Change]) -> list[str]:
    """Take over what is new, and what is newer where nobody edited the project's file.

    Returns
    -------
    list of str
        What was written.

    Raises
    ------
    InputError
        A file cannot be written.
    """
    note = read_note(folder)
    taken = [change for change in changes if change.state in (NEW, NEWER)]
    contents = {
        change.name: _fit(change.name, change.template.read_bytes(), note["subject"]) for change in taken
    }
    digests = {name: _digest(name, content) for name, content in contents.items()}
    whole = {**note, "version": __version__, "files": {**note["files"], **digests}}
    _write_all(folder, {**contents, project.NOTE: _write_note(whole)})
    return list(contents)


def read_note(folder: Path) -> dict[str, Any]:
    """Return what a project was made from: ``version``, ``language``, ``subject`` and ``files``.

    Raises
    ------
    InputError
        There is no such note, or it was changed by hand.
    """
    remedy = "Begin a project with `industry-report init DIR`."
    try:
        note = json.loads((folder / project.NOTE).read_text(encoding="utf-8"))
    except OSError:
        raise InputError(str(folder), f"is no project: it has no file {project.NOTE}.", remedy) from None
    except ValueError:
        note = None
    kinds = {"version": str, "language": str, "subject": str, "files": dict}
    if not isinstance(note, dict) or any(not isinstance(note.get(k), kind) for k, kind in kinds.items()):
        raise InputError(
            str(folder / project.NOTE), "is not as the program wrote it.", "Take it back from a backup."
        )
    return note


def _write_note(note: Mapping[str, Any]) -> bytes:
    return (json.dumps(note, ensure_ascii=False, indent=1) + "\n").encode()


def _digest(name: str, content: bytes) -> str:
    """Return a digest of a template; line ends do not count, nor what a run leaves in a notebook."""
    if name.endswith(".ipynb"):
        try:
            cells = parameters.list_cells(content.decode("utf-8"))
        except (ValueError, KeyError, TypeError):  # no longer a notebook, so it was edited
            cells = []
        parts = [(c["cell_type"], c["source"], c["metadata"].get("tags")) for c in cells]
        content = json.dumps(parts).encode() if parts else content
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _write_all(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write the files, the note last: a project that was cut short is none."""
    for name, content in contents.items():
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except OSError as error:
            problem = f"cannot be written: {error.strerror}."
            raise InputError(str(target), problem, "Name a folder that you may write.") from error
