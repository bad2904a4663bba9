"""The commands `init` and `update`: begin a project, and see later what newer templates would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..base.errors import InputError
from . import speech

# Everything that takes time to import is imported where it is used.
if TYPE_CHECKING:
    from ..settings.project_files import Change

TOLD = {
    "zh": {
        "new": "新增",
        "newer": "有更新",
        "edited": "您已修改，予以保留；新模板见 {template}",
        "removed": "您已删除",
    },
    "en": {
        "new": "new",
        "newer": "newer",
        "edited": "edited by you, so it stays; the newer template is {template}",
        "removed": "removed by you",
    },
}


@click.command(
    epilog="\b\nExamples:\n  industry-report init my-reports\n  industry-report init my-reports --language en"
    "\n  industry-report init courses --subject education"
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@speech.language_option("Of the texts, and of the first report.")
@click.option("--subject", metavar="NAME", help="finance-software (default), education or bank-calls.")
def init(folder: Path, language: str | None, subject: str | None) -> None:
    """Begin a project in DIR: notebooks, parameter files, and a place for the data.

    Nothing that is there already is written over. `industry-report build` then makes the first report, of
    built-in synthetic data.
    """
    from ..settings import project_files

    spoken = speech.find_language(language)
    count = len(project_files.begin_project(folder, spoken, subject or project_files.STANDARD))
    click.echo(
        speech.choose(
            spoken,
            zh=f"已在 {folder} 建立项目（{count} 个文件）。下一步：在其中运行 industry-report build。",
            en=f"The project stands in {folder} ({count} files). Next: go there, run industry-report build.",
        )
    )


@click.command(epilog="\b\nExamples:\n  industry-report update\n  industry-report update my-reports --write")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
@click.option("--write", is_flag=True, help="Take over what is new or newer. Edited files stay.")
@speech.language_option("Of the messages.")
def update(folder: Path | None, write: bool, language: str | None) -> None:
    """Show what newer templates would change in the project (default: of the working folder).

    A file that somebody edited is never written over; a notebook that was only run is not edited.
    """
    from ..settings import project, project_files

    spoken = speech.find_language(language)
    root = project.find_project(folder)
    if root is None:
        remedy = "Begin a project with `industry-report init DIR`."
        raise InputError(str(folder or Path.cwd()), "is no project, and lies in none.", remedy)
    changes = project_files.list_changes(root)
    for change in changes:
        if change.state in TOLD[spoken]:
            click.echo(f"{change.name}\t{TOLD[spoken][change.state].format(template=change.template)}")
    click.echo(_summarize(changes, project_files.apply_changes(root, changes) if write else None, spoken))


def _summarize(changes: list[Change], written: list[str] | None, spoken: str) -> str:
    if written is not None:
        return speech.choose(
            spoken, zh=f"已更新 {len(written)} 个文件。", en=f"Files updated: {len(written)}."
        )
    waiting = sum(change.state in ("new", "newer") for change in changes)
    if not waiting:
        return speech.choose(spoken, zh="没有可更新的文件。", en="There is nothing to update.")
    return speech.choose(
        spoken,
        zh=f"可更新 {waiting} 个文件：industry-report update --write",
        en=f"Files to update: {waiting}. Do it with industry-report update --write",
    )
