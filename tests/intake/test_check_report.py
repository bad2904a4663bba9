"""What `check` writes: a page, a list for programs, a workbook for those who mend."""

import json

import openpyxl
import pandas as pd
import pytest
from workbooks import HEADER, NAME, list_faults, record, write, write_csv

from industry_report.base.errors import InputError
from industry_report.intake import check_report, contract, fault_kinds

FIELDS = {"file", "sheet", "row", "column", "value", "code", "reason"}


@pytest.fixture
def checks(tmp_path):
    rows = [
        ["黄山市"],
        HEADER,
        record(1),
        record(2, 意向度=6),
        record(3, 满意度="-"),
        record(4),
        record(4, 需求明确性=1),
    ]
    good = write(tmp_path, rows)
    return contract.check([good, write(tmp_path, [["a", "b"], ["c", "d"]], "other.xlsx")])


def test_json_has_the_promised_fields(checks):
    told = json.loads(json.dumps(check_report.as_json(checks), ensure_ascii=False))
    good, bad = told["files"]
    assert {key: good[key] for key in ("read", "graded", "ungradable", "rejected", "duplicates")} == {
        "read": 5, "graded": 1, "ungradable": 1, "rejected": 3, "duplicates": 0
    }  # fmt: skip
    assert set(good["rejects"][0]) >= FIELDS
    assert good["rejects"][0]["row"] == 4
    assert good["rejects"][0] | {"cell": "D4", "header": "意向度", "value": "6"} == good["rejects"][0]
    assert good["error"] is None
    assert "intent" in bad["error"]
    english = check_report.as_json(checks, "en")["files"][0]["rejects"][0]["reason"]
    assert english == "intent is “6”; a score is a whole number from 1 to 5."


def test_the_page_in_chinese(checks):
    page = check_report.summary(checks, "zh", graded=True)
    assert "读入 5 = 可评级 1 + 不可评级 1 + 退回 3 + 重复 0" in page
    assert "采用：黄山市 2025年 2 条" in page
    assert "意向度 · 评分不在1至5之间" in page
    assert "咨询数据!D4 “6”" in page
    assert "共检查2个文件；无法读取：1" in page


def test_the_page_in_english(checks):
    page = check_report.summary(checks, "en", graded=True)
    assert "read 5 = graded 1 + ungradable 1 + rejected 3 + duplicates 0" in page
    assert "Cannot be read" in page
    assert "score outside 1 to 5" in page


def test_columns_of_the_page_are_aligned(checks):
    lines = [line for line in check_report.summary(checks, "zh").splitlines() if "咨询数据!" in line]
    assert (
        len({check_report._width(line[: line.index("咨询数据!")]) for line in lines if "退回" not in line})
        <= 2
    )


def test_a_clean_file_says_so(tmp_path):
    page = check_report.summary(contract.check([write(tmp_path, [HEADER, record(1)])]), "zh")
    assert page.endswith("没有退回的记录。")


def test_the_workbook_lists_every_fault_and_colours_the_cells(checks, tmp_path):
    path = tmp_path / "faults.xlsx"
    check_report.write_workbook(checks, path)
    book = openpyxl.load_workbook(path)
    listed = book["问题清单 Faults"]
    kinds = [row[0].value for row in listed.iter_rows(min_row=2)]
    assert kinds.count("退回 rejected") == 3
    assert kinds.count("提示 noticed") == 1
    assert kinds.count("无法读取 unreadable") == 1
    rows = book[book.sheetnames[1]]
    copied = {row[0].value: row for row in rows.iter_rows(min_row=3)}
    assert sorted(copied) == [4, 5, 6, 7]
    assert [cell.value for cell in rows[2]] == ["行 Row", *HEADER]
    bad = copied[4][4]
    assert (bad.value, bad.fill.start_color.rgb[-6:]) == ("6", "F8B4AE")
    assert "评分" in bad.comment.text or "整数" in bad.comment.text
    assert copied[4][5].fill.fill_type is None


def test_formula_like_text_is_inert(tmp_path):
    cells = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "=HYPERLINK(0)"]
    path = write_csv(
        tmp_path, [HEADER, *([*record(n, 客户类型=c)[:3], c, 4, 3] for n, c in enumerate(cells, 1))]
    )
    checks = contract.check([path])
    assert checks[0].rejected == len(cells)
    check_report.write_workbook(checks, tmp_path / "faults.xlsx")
    book = openpyxl.load_workbook(tmp_path / "faults.xlsx")
    texts = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)
    ]
    assert {"=1+1", "@SUM(A1)"} <= {cell.value for cell in texts}
    assert {cell.data_type for cell in texts} == {"s"}
    assert not any(cell.hyperlink for cell in texts)


def test_a_folder_that_cannot_be_written(checks, tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        check_report.write_workbook(checks, tmp_path / "nowhere" / "faults.xlsx")


def test_every_reason_is_written_in_both_languages():
    for code, kind in fault_kinds.KINDS.items():
        for language in ("zh", "en"):
            told = fault_kinds.explain(code, language, "intent", "<6>", "<hint>")
            assert told.endswith("。" if language == "zh" else ("." if not told.endswith("?") else "?"))
            assert "{" not in told + fault_kinds.name_kind(code, language)
        assert any("\u4e00" <= character <= "\u9fff" for character in kind.title_zh)


def test_reasons_survive_braces_in_a_value(tmp_path):
    [check] = contract.check([write(tmp_path, [HEADER, record(1, 意向度="{x}")])])
    assert "{x}" in check.rejects.loc[0, "reason_zh"]
    assert list_faults(check.rejects, "file", "value") == [(NAME, "{x}")]
    assert check.rejects["row"].dtype == pd.Int64Dtype()
