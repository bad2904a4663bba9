"""A filled-in form passes `check` with no mapping, for every table, in both languages."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from industry_report.intake import contract, dataset, fill_in_form, form_fields
from industry_report.intake.schemas import TABLES
from industry_report.scorecard.scorecard_file import load_scorecard

CARDS = Path(__file__).parents[2] / "params" / "scorecards"
ANSWERS = {
    "identifier": "0017",
    "text": "甲",
    "moment": "2025-03-05",
    "year": 2025,
    "amount": 1200.5,
    "quantity": 12,
    "number": 3,
    "count": 8,
    "seconds": 90,
    "uscc": "91350211M000100Y46",
    "grade": "A",
    "page": "首页",
}


def fill(content: bytes, path: Path, form: fill_in_form.Form, rows: int = 2) -> Path:
    """Fill every column of every sheet in, as a person would."""
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    for table, fields in form.tables.items():
        sheet = book[fill_in_form.name_sheet(table, form.language)]
        for row in range(2, rows + 2):
            for place, one in enumerate(fields, start=1):
                chosen = -1 if one.column in ("do_not_contact", "staff") else 0
                answer = one.answers[chosen] if one.answers else ANSWERS[one.kind]
                answer = f"00{row}" if one.kind == "identifier" else answer
                answer = 2023 + row if one.kind == "year" and table == "market" else answer
                answer = None if one.kind == "uscc" and row > 2 else answer
                sheet.cell(row, place, int(answer) if str(answer).isdigit() and one.answers else answer)
    book.save(path)
    return path


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("table", TABLES)
def test_a_filled_form_passes_with_no_mapping(table, language, tmp_path):
    form = fill_in_form.plan_form([table], language, load_scorecard(CARDS / "consultation.yaml"))
    assert form.mapping_name == ""
    [found] = contract.check([fill(fill_in_form.write_form(form), tmp_path / "form.xlsx", form)])
    assert found.error is None, str(found.error)
    assert (found.table, found.read, found.rejected) == (table, 2, 0), found.rejects["reason_en"].tolist()
    told = found.flags[~found.flags["reason_en"].str.contains("holds no consultations")]  # the two pages
    assert found.graded == 2 and told.empty, told["reason_en"].tolist()
    personal = {"text"} if table == "feedback" else set()
    assert {one.column for one in form.tables[table]} - set(found.columns.values()) <= personal
    assert found.suggestions == {}


def test_all_tables_fit_into_one_workbook(tmp_path):
    form = fill_in_form.plan_form(TABLES, "zh", load_scorecard(CARDS / "consultation.yaml"))
    found = contract.check([fill(fill_in_form.write_form(form), tmp_path / "form.xlsx", form)])
    assert sorted(one.table for one in found) == sorted(TABLES)
    assert [str(one.error or one.rejects["reason_en"].tolist()) for one in found if one.rejected] == []


def test_an_empty_form_has_no_record_and_no_fault(tmp_path):
    form = fill_in_form.plan_form(["orders"], "zh")
    (tmp_path / "form.xlsx").write_bytes(fill_in_form.write_form(form))
    [found] = contract.check([tmp_path / "form.xlsx"])
    assert (found.error, found.read) == (None, 0)


def rules(sheet):
    """Return what Excel checks, by column letter."""
    return {str(rule.sqref)[0]: rule for rule in sheet.data_validations.dataValidation}


def test_heads_are_protected_answers_are_checked_and_cells_are_free(tmp_path):
    form = fill_in_form.plan_form(["consultations"], "zh", load_scorecard(CARDS / "consultation.yaml"))
    (tmp_path / "form.xlsx").write_bytes(fill_in_form.write_form(form))
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    assert book.sheetnames == ["填写说明", "咨询记录", "代码"]
    sheet = book["咨询记录"]
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    assert sheet.protection.sheet and sheet["A1"].protection.locked
    assert not sheet.column_dimensions["A"].protection.locked
    checked = rules(sheet)
    intent = checked[heads["意向度（必填）"]]
    assert intent.type == "list" and intent.formula1 == '"1,2,3,4,5"'
    assert "购买意向强烈" in intent.prompt
    assert checked[heads["咨询日期"]].type == "date"
    assert checked[heads["是否成交"]].formula1 == '"是,否"'
    assert checked[heads["客户类型"]].formula1.startswith("'代码'!")
    assert sheet.column_dimensions["A"].number_format == "@"  # numbers keep their zeros
    told = [cell.value for row in book["填写说明"].iter_rows() for cell in row if cell.value]
    assert any("购买意向强烈" in text for text in told)


def test_codes_go_on_to_the_next_year_and_records_do_not(tmp_path):
    form = fill_in_form.plan_form(
        ["consultations"], "zh", None, {"customer_type": ["个体工商户", "小微企业"]}
    )
    path = fill(fill_in_form.write_form(form), tmp_path / "2025.xlsx", form)
    used = fill_in_form.list_used_codes({"consultations": dataset.load(path)})
    assert used["customer_type"] == ["甲"]
    assert fill_in_form.read_code_page(path)["customer_type"] == ["个体工商户", "小微企业"]
    again = fill_in_form.plan_form(["consultations"], "en", None, {**used})
    (tmp_path / "2026.xlsx").write_bytes(fill_in_form.write_form(again))
    book = openpyxl.load_workbook(tmp_path / "2026.xlsx")
    assert [cell.value for cell in book["consultations"][2] if cell.value] == []
    assert fill_in_form.read_code_page(tmp_path / "2026.xlsx")["customer_type"] == ["甲"]


@pytest.mark.parametrize("card", sorted(path.stem for path in CARDS.glob("*.yaml")))
def test_a_scorecard_with_columns_of_its_own_brings_its_mapping(card, tmp_path):
    scorecard = load_scorecard(CARDS / f"{card}.yaml")
    form = fill_in_form.plan_form(["consultations"], "zh", scorecard, mapping_name="own.yaml")
    mapping = None
    if form.mapping_name:
        mapping = tmp_path / "own.yaml"
        mapping.write_text(fill_in_form.write_mapping(form), encoding="utf-8")
    path = fill(fill_in_form.write_form(form), tmp_path / "form.xlsx", form)
    [found] = contract.check([path], mapping)
    assert found.error is None, str(found.error)
    assert (found.read, found.rejected) == (2, 0)
    loaded = dataset.load(path, columns=mapping)
    assert set(scorecard.columns) <= set(loaded)


def test_english_codes_are_known_to_the_reader():
    from industry_report.intake.code_lists import CODES, find_code

    for kind in CODES:
        for language in ("zh", "en"):
            for word in form_fields.list_codes(kind, language):
                assert find_code(kind, word) is not None


def test_the_same_form_has_the_same_bytes():
    form = fill_in_form.plan_form(TABLES, "en")
    assert fill_in_form.write_form(form) == fill_in_form.write_form(form)
