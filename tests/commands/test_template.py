"""The command `template` writes a form once, never over one that is there."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from industry_report import cli
from industry_report.commands.template import TABLES
from industry_report.intake import schemas

CARDS = Path(__file__).parents[2] / "params" / "scorecards"


def run(*arguments: object, exit_code: int = 0) -> str:
    result = CliRunner().invoke(cli.main, ["template", *map(str, arguments)])
    assert result.exit_code == exit_code, result.output
    return result.output


def test_the_command_knows_every_table():
    assert set(TABLES) == set(schemas.TABLES)


def test_a_form_is_written_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # outside of any project
    run("a.xlsx", "--language", "zh")
    assert openpyxl.load_workbook("a.xlsx").sheetnames == ["填写说明", "咨询记录", "代码"]
    assert "is there already" in run("a.xlsx", exit_code=1)
    assert "ends in" in run("a.csv", exit_code=1) or "end in .xlsx" in run("a.csv", exit_code=1)


def test_a_questionnaire_has_the_items_of_its_file(tmp_path):
    survey = CARDS.parent / "survey.yaml"
    run(tmp_path / "a.xlsx", "--survey", survey, "--language", "zh")
    heads = [cell.value for cell in openpyxl.load_workbook(tmp_path / "a.xlsx")["问卷答卷"][1]]
    assert heads[:3] == ["答卷编号", "客户编号", "批次"]
    assert "推荐意愿" in heads
    assert "is there already" in run(tmp_path / "a.xlsx", "--survey", survey, exit_code=1)


def test_all_tables_and_the_codes_of_last_year(tmp_path):
    run(tmp_path / "a.xlsx", "--table", "all", "--language", "en")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert len(book.sheetnames) == len(TABLES) + 2
    consultations = book["consultations"]
    heads = {cell.value: cell.column for cell in consultations[1]}
    row = {"intent (required)": 5, "clarity (required)": 4, "satisfaction (required)": 3, "year": 2025}
    for head, value in {**row, "region": "黄山市", "customer type": "民宿"}.items():
        consultations.cell(2, heads[head], value)
    [types] = [cell.column for cell in book["Codes"][1] if cell.value == "Choices: customer type"]
    book["Codes"].cell(2, types, "学校")
    book.save(tmp_path / "a.xlsx")
    run(tmp_path / "b.xlsx", "--codes-from", tmp_path / "a.xlsx", "--language", "zh")
    codes = openpyxl.load_workbook(tmp_path / "b.xlsx")["代码"]
    lists = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in codes.columns}
    assert lists["可选值：客户类型"] == ["学校", "民宿"]
    assert lists["可选值：地区"] == ["黄山市"]


@pytest.mark.parametrize("card", ["consultation", "annual-purchases"])
def test_a_mapping_is_written_only_where_one_is_needed(tmp_path, card):
    run(tmp_path / "a.xlsx", "--scorecard", CARDS / f"{card}.yaml")
    assert (tmp_path / "a.columns.yaml").exists() == (card != "consultation")
