"""What every workbook of the program has in common."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industry_report.base import workbook


def make(fill=lambda book: book.add_worksheet("a")) -> bytes:
    stream = io.BytesIO()
    with workbook.open_book(stream, title="题\x01") as book:
        fill(book)
    return stream.getvalue()


def test_equal_content_gives_equal_bytes_without_the_time_of_writing():
    assert make() == make()
    properties = openpyxl.load_workbook(io.BytesIO(make())).properties
    assert (properties.title, properties.created) == ("题", workbook.CREATED)


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_text_is_a_text_as_it_was_written(words):
    def fill(book):
        sheet = book.add_worksheet("a")
        workbook.write_text(sheet, 0, 0, words)
        sheet.write(1, 0, words)  # the library's own way, too
        workbook.set_page(sheet, 2, [20], (0, 0), words, words)

    sheet = openpyxl.load_workbook(io.BytesIO(make(fill)))["a"]
    assert sheet["A1"].data_type != "f" and sheet["A2"].data_type != "f"
    assert sheet["A1"].hyperlink is None


@pytest.mark.parametrize(
    ("words", "width"),
    [("abc", 3), ("客户", 4), ("A级", 3), ("e\u0301", 1), ("“甲”", 6), ("ＡＢ", 4), ("", 0)],
)
def test_width_of_chinese_text(words, width):
    assert workbook.measure(words) == width


def test_width_of_a_column_is_that_of_its_longest_line_within_bounds():
    assert workbook.find_width(["客户类型\n小", "a"]) == 10
    assert workbook.find_width([]) == workbook.NARROWEST
    assert workbook.find_width(["很" * 99]) == workbook.WIDEST


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_names_of_sheets_are_legal_and_differ(names):
    taken: list[str] = []
    for name in names:
        taken.append(workbook.name_sheet(name, taken))
    read = openpyxl.load_workbook(io.BytesIO(make(lambda book: [book.add_worksheet(n) for n in taken])))
    assert read.sheetnames == taken


@pytest.mark.parametrize("name", ["History", "history", "'a'", "a/b", "", "[x]", "\U0001f4c8" * 20])
def test_name_that_a_spreadsheet_refuses_becomes_one_that_it_takes(name):
    made = workbook.name_sheet(name)
    assert 0 < len(made.encode("utf-16-le")) // 2 <= 31
    assert made.casefold() != "history"
    assert not set("[]:*?/\\") & set(made) and not made.startswith("'")


@pytest.mark.parametrize("notice", ["A & B", "&P&N", "2025年", "&" * 400, "很长" * 300])
def test_header_shows_what_it_is_given_and_no_code_of_it(notice):
    def fill(book):
        sheet = book.add_worksheet("a")
        workbook.write_text(sheet, 0, 0, "x")
        workbook.set_page(sheet, 1, [20], (0, 0), notice, notice)

    sheet = openpyxl.load_workbook(io.BytesIO(make(fill)))["a"]
    assert len(str(sheet.oddHeader.left.text)) <= 255
    if notice == "2025年":
        assert "2025年" in sheet.oddHeader.left.text
