"""`init` and `update`, and commands that find the project they belong to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from industry_report import cli
from industry_report.intake import sample as samples


def run(*arguments: object, exit_code: int = 0) -> str:
    result = CliRunner().invoke(cli.main, [str(argument) for argument in arguments])
    assert result.exit_code == exit_code, result.output
    return result.output


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project with little data, and a folder that is none."""
    folder = tmp_path_factory.mktemp("projects")
    (folder / "elsewhere").mkdir()
    run("init", folder / "mine")
    samples.write(folder / "mine/data/sample", rows=60)
    return folder / "mine"


@pytest.fixture
def mine(made, monkeypatch):
    """The project; the working folder is another one."""
    monkeypatch.chdir(made.parent / "elsewhere")
    return made


def test_init_speaks_the_language_that_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "zh_CN:en")
    assert "已在" in run("init", tmp_path / "a")
    assert "The project stands in" in run("init", tmp_path / "b", "--language", "en")


@pytest.mark.parametrize("folder", [".", "notebooks", "params/columns", "../elsewhere"])
def test_a_plan_says_the_same_wherever_it_is_asked_for(mine, monkeypatch, folder):
    monkeypatch.chdir(mine)
    expected = run("plan", "params/annual.yaml")
    assert "params/annual.yaml, line" in expected
    monkeypatch.chdir(mine / folder)
    assert run("plan", os.path.relpath(mine / "params/annual.yaml")) == expected
    if folder != ".":  # where it need not be renamed it is called as it was typed
        assert run("plan", mine / "params/annual.yaml") == expected
    assert Path.cwd() == (mine / folder).resolve()  # the command has left the project again


def test_a_plan_is_found_from_below(mine, monkeypatch):
    monkeypatch.chdir(mine / "params" / "columns")
    assert "1 to make" in run("plan", "params/annual.yaml")


def test_data_are_those_of_the_folder_that_the_command_is_typed_in(mine, monkeypatch):
    monkeypatch.chdir(mine / "data")
    named = run("plan", "params/annual.yaml", "--data", "sample")
    monkeypatch.chdir(mine)
    assert run("plan", "params/annual.yaml", "--data", "data/sample") == named


def test_files_of_two_projects_are_refused(mine, tmp_path):
    run("init", tmp_path / "other")
    told = run("plan", mine / "params/annual.yaml", tmp_path / "other/params/annual.yaml", exit_code=1)
    assert "several projects" in told


def test_the_sample_goes_into_the_project(mine, monkeypatch):
    (mine / "data" / "sample").rename(mine / "data" / "kept")
    monkeypatch.chdir(mine / "notebooks")
    run("sample", "--rows", 60)
    assert (mine / "data/sample").is_dir()
    assert not (mine / "notebooks/data").exists()


def test_a_check_needs_no_project(mine):
    [file] = list((mine / "data/sample").glob("黄山市-2025.xlsx"))
    assert "60" in run("check", file)


def test_update_tells_that_there_is_nothing_and_refuses_outside(mine, tmp_path):
    assert "nothing to update" in run("update", mine / "params")
    assert "is no project" in run("update", tmp_path, exit_code=1)
