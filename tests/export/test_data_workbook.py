"""The workbook of a report: numbers as numbers, sheets as the report counts, each on a printed page."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shown_exhibits import exhibit, rates, report

from industry_report.export import appendix, data_workbook

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def read_book(content: dict[str, Any]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data_workbook.write_workbook(content)))


def find_words(sheet: Any) -> list[Any]:
    return [cell.value for line in sheet.iter_rows() for cell in line if cell.value is not None]


def one_row(caption: str = "各等级", number: int = 1, **columns: Any) -> dict[str, Any]:
    index = pd.Index(["A"], name="grade")
    return exhibit(pd.DataFrame(columns or {"consultations": [1]}, index=index), caption, number)


def test_contents_come_first_and_lead_to_sheets_called_as_the_report_calls_them():
    content = report(exhibit(rates(), "各类型"), exhibit(rates(), "趋势", 6, "figure"), notice="合成数据")
    content["cover"]["facts"] = [["地区", "黄山市"], ["年度", "2025年"]]
    book = read_book(content)
    assert book.sheetnames == ["目录", "表1", "图6"]
    words = find_words(book["目录"])
    assert {"=题", "合成数据", "地区：黄山市；年度：2025年", "表1", "各类型", "图6", "趋势"} <= set(words)
    links = [c.hyperlink.location for line in book["目录"].iter_rows() for c in line if c.hyperlink]
    assert links == ["'表1'!A1", "'图6'!A1"]
    assert book["图6"]["A1"].value == "图6  趋势"
    assert book["图6"]["A2"].value == "小微企业最高"


def test_english_report_has_english_sheets():
    from industry_report.base import language

    language.use("en")
    content = report(exhibit(rates(), "By type"), spoken="en")
    assert read_book(content).sheetnames == ["Contents", "Table 1"]


def test_sheet_has_heads_with_units_and_numbers_as_numbers():
    sheet = read_book(report(exhibit(rates())))["表1"]
    lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=4)]
    assert lines[0][:4] == ["客户类型", "咨询数（条）", "比率", "95%置信区间下限"]
    assert "（个百分点）" in lines[0][5]
    assert lines[1][:3] == ["小微企业", 1234, 0.138]
    assert lines[2][2:4] == ["［保密］", "［保密］"]
    assert lines[3][2] == "–"
    assert sheet["C5"].number_format == "0.0%"
    assert (sheet["B5"].number_format, sheet["F5"].value) == ("#,##0", 5.2)


def test_every_sheet_is_set_for_print():
    wide = pd.DataFrame({f"很长的一列数字之{n}": [1] for n in range(9)}, index=pd.Index(["A"], name="grade"))
    book = read_book(report(exhibit(rates()), exhibit(wide, "宽表", 2), notice="内部 & 资料"))
    for sheet in book:
        assert sheet.page_setup.paperSize == 9  # A4
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, None)  # one page
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_area and sheet.print_title_rows
        assert "&P / &N" in sheet.oddFooter.right.text or "P / " in sheet.oddFooter.right.text
        assert sheet["A1"].font.name == "等线"
    assert [sheet.page_setup.orientation == "landscape" for sheet in book] == [False, True, True]
    top = book["表2"].freeze_panes
    assert book["表2"].print_title_rows == f"${int(top[1:]) - 1}:${int(top[1:]) - 1}"


def test_long_table_goes_on_over_pages_with_its_head():
    long = pd.DataFrame({"consultations": range(500)}, index=pd.Index(map(str, range(500)), name="source"))
    sheet = read_book(report(exhibit(long)))["表1"]
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)


@pytest.mark.parametrize(
    "words", ["=1+1", "+1", "-1", "@SUM(A1)", "http://x", "\t=1", "a\x01b", "x" * 40_000]
)
def test_text_stays_text(words):
    content = report(one_row(words, consultations=[1], reason=[words]))
    content["cover"]["title"] = words
    for sheet in read_book(content):
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f"
                assert cell.hyperlink is None or cell.hyperlink.location


@given(st.lists(st.text(max_size=50), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_any_captions_and_even_equal_numbers_make_a_workbook(captions):
    names = read_book(report(*(one_row(caption) for caption in captions))).sheetnames
    assert len(names) == len({name.casefold() for name in names}) == len(captions) + 1


def test_figure_without_numbers_has_no_sheet():
    content = report({"kind": "figure", "caption": "图题", "number": 1, "alt": "图题", "data": []})
    assert read_book(content).sheetnames == ["目录"]


def test_correction_is_told_in_the_contents():
    correction = {"version": 2, "date": "2026-02-14", "earlier": "x", "exhibits": 3}
    correction |= {"changes": [["咨询数", "5,601条", "5,600条"]], "reason": "补报三月数据。"}
    words = find_words(read_book({**report(one_row()), "correction": correction})["目录"])
    assert "更正原因：补报三月数据。" in words
    assert "咨询数：5,601条 → 5,600条" in words
    assert any("第2版" in str(word) and "3处图表有变动" in str(word) for word in words)


def test_same_report_gives_the_same_bytes():
    content = report(exhibit(rates()))
    assert data_workbook.write_workbook(content) == data_workbook.write_workbook(content)


@pytest.mark.skipif(not OFFICE, reason="no LibreOffice")
def test_every_sheet_prints_on_one_page_with_all_its_numbers(tmp_path: Path) -> None:
    many = pd.DataFrame(
        {f"咨询数第{n}列": [123_456 + n] * 40 for n in range(12)},
        index=pd.Index([f"第{n}组" for n in range(40)], name="source"),
    )
    content = report(
        exhibit(rates()), exhibit(many, "很长的题目" * 30, 2), one_row("短", 3), notice="合成数据"
    )
    (tmp_path / "a.xlsx").write_bytes(data_workbook.write_workbook(content))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    run = [OFFICE, "--headless", profile, "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "a.xlsx"]
    subprocess.run(run, check=True, capture_output=True, timeout=120)
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "a.pdf").pages]
    assert len(pages) == 4
    assert "123467" in pages[2] and "###" not in "".join(pages)
    assert all("合成数据" in page for page in pages)
    assert appendix.name_exhibit(content["exhibits"][1]) in pages[2]
