"""A project is begun with the program's templates; an update never writes over what somebody edited."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from industry_report.base.errors import InputError
from industry_report.settings import project, project_files

ROOT = Path(__file__).parents[2]


@pytest.fixture
def templates(tmp_path, monkeypatch):
    """Templates that a test may change; returns their folder."""
    for name in ("notebooks", "params"):
        shutil.copytree(ROOT / name, tmp_path / "shipped" / name)
    monkeypatch.setattr(project, "find_templates", lambda: tmp_path / "shipped")
    return tmp_path / "shipped"


@pytest.fixture
def mine(templates, tmp_path):
    project_files.begin_project(tmp_path / "mine", "zh")
    return tmp_path / "mine"


def states(folder):
    changes = project_files.list_changes(folder)
    return {change.name: change.state for change in changes if change.state != "same"}


def edit(notebook, source="print('mine')"):
    content = nbformat.read(notebook, as_version=4)
    content.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(content, notebook)


def test_every_notebook_and_parameter_file_is_a_template():
    names = set(project.list_templates())
    there = {p.relative_to(ROOT).as_posix() for p in (ROOT / "notebooks").glob("*.ipynb")}
    there |= {p.relative_to(ROOT).as_posix() for p in (ROOT / "params").rglob("*.yaml")}
    assert there - names == {"params/annual.yaml"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_new_project_has_what_it_was_given(templates, tmp_path, language):
    written = project_files.begin_project(tmp_path / "new", language)
    assert sorted(written) == sorted(
        p.relative_to(tmp_path / "new").as_posix() for p in (tmp_path / "new").rglob("*") if p.is_file()
    )
    assert f"language: {language}" in (tmp_path / "new/params/annual.yaml").read_text(encoding="utf-8")
    assert states(tmp_path / "new") == {}


def test_no_checkpoint_and_no_hidden_file_is_carried(templates):
    (templates / "notebooks/.ipynb_checkpoints").mkdir()
    (templates / "notebooks/.ipynb_checkpoints/industry-checkpoint.ipynb").write_text("{}")
    (templates / "params/.draft.yaml").write_text("a: b")
    assert not [name for name in project.list_templates() if "checkpoint" in name or "/." in name]


def test_nothing_that_is_there_is_written_over(mine):
    with pytest.raises(InputError, match=r"has notebooks/.* already"):
        project_files.begin_project(mine, "zh")
    with pytest.raises(InputError, match="is a file"):
        project_files.begin_project(mine / "README.md", "zh")


def test_a_folder_with_other_files_may_become_a_project(templates, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "notes.txt").write_text("mine")
    project_files.begin_project(tmp_path / "new", "zh")
    assert (tmp_path / "new" / "notes.txt").read_text() == "mine"


def test_an_update_takes_over_what_nobody_edited_and_leaves_the_rest(mine, templates):
    edit(templates / "notebooks/industry.ipynb", "print('newer')")
    edit(templates / "notebooks/college.ipynb", "print('newer')")
    edit(mine / "notebooks/college.ipynb")
    edit(mine / "notebooks/comparison.ipynb")  # edited, but no newer template
    (templates / "notebooks/weekly.ipynb").write_bytes((templates / "notebooks/college.ipynb").read_bytes())
    (mine / "params/skills.yaml").unlink()
    kept = (mine / "notebooks/college.ipynb").read_bytes()
    assert states(mine) == {
        "notebooks/industry.ipynb": "newer",
        "notebooks/college.ipynb": "edited",
        "notebooks/weekly.ipynb": "new",
        "params/skills.yaml": "removed",
    }
    written = project_files.apply_changes(mine, project_files.list_changes(mine))
    assert written == ["notebooks/industry.ipynb", "notebooks/weekly.ipynb"]
    assert (mine / "notebooks/college.ipynb").read_bytes() == kept
    assert states(mine) == {"notebooks/college.ipynb": "edited", "params/skills.yaml": "removed"}


def test_a_notebook_that_was_only_run_is_not_edited(mine, templates):
    notebook = mine / "notebooks/industry.ipynb"
    content = nbformat.read(notebook, as_version=4)
    code = next(cell for cell in content.cells if cell.cell_type == "code")
    code.execution_count = 3
    code.outputs = [nbformat.v4.new_output("stream", text="seen")]
    nbformat.write(content, notebook)
    edit(templates / "notebooks/industry.ipynb")
    assert states(mine) == {"notebooks/industry.ipynb": "newer"}


def test_line_ends_of_another_system_are_no_edit(mine):
    file = mine / "params/skills.yaml"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert states(mine) == {}


@pytest.mark.parametrize("text", ["", "[]", '{"version": 1}', "{"])
def test_a_note_that_was_changed_is_refused(mine, text):
    (mine / project.NOTE).write_text(text)
    with pytest.raises(InputError, match=r"\.industry-report\.json"):
        project_files.list_changes(mine)


def test_a_project_is_found_from_below_and_none_outside(mine, tmp_path):
    assert project.find_project(mine / "params" / "columns") == mine
    assert project.find_project(mine) == mine
    assert project.find_project(tmp_path) is None
    assert json.loads((mine / project.NOTE).read_text(encoding="utf-8"))["language"] == "zh"
