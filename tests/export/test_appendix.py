"""The appendix holds what the report shows: the same numbers, the same gaps, and no formula."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from industry_report.base import language
from industry_report.export import appendix
from industry_report.report import as_json, tables

Data = dict[str, Any]


def rates() -> pd.DataFrame:
    """Three groups: one withheld, one without outcomes."""
    table = pd.DataFrame(
        {
            "consultations": [1234, 20, 0],
            "rate": [0.138, None, None],
            "low": [0.1, None, None],
            "high": [0.2, None, None],
            "difference": [0.052, -0.3, None],
            "verdict": ["higher", "too few", "not compared"],
        },
        index=pd.Index(["小微企业", "=cmd()", "@x"], name="customer_type"),
    )
    table.attrs["protected"] = {"rate": ["=cmd()"], "low": ["=cmd()"]}
    return table


def exhibit(table: pd.DataFrame, caption: str = "各类型", number: int = 1, kind: str = "table") -> Data:
    content = {"kind": kind, "caption": caption, "number": number, "alt": f"{caption}。小微企业最高"}
    return {**content, "data": as_json.list_records(table), **tables.describe(table)}


def report(*exhibits: Data, spoken: str = "zh", notice: str = "") -> Data:
    cover = {"language": spoken, "title": "=题", "subtitle": "2025年", "facts": [], "notice": notice}
    return {"cover": cover, "exhibits": list(exhibits)}


def read_csv(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")  # else Excel takes Chinese for something else
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def find(rows: list[dict[str, str]], row: int, measure: str) -> dict[str, str]:
    [found] = [r for r in rows if r["row"] == str(row) and r["measure"] == measure]
    return found


def read_book(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


# --- CSV


def test_share_is_in_percent_and_a_difference_in_points():
    rows = read_csv(appendix.write_csv(report(exhibit(rates()))))
    rate, difference = find(rows, 1, "rate"), find(rows, 1, "difference")
    assert (rate["value"], rate["unit"], rate["shown"]) == ("13.8", "%", "13.8%")
    assert (difference["value"], difference["unit"], difference["shown"]) == ("5.2", "个百分点", "+5.2")
    assert (rate["exhibit"], rate["row_head"], rate["row_label"]) == ("表1", "客户类型", "小微企业")
    assert find(rows, 1, "consultations")["value"] == "1234"
    assert find(rows, 1, "low")["measure_label"] == "95%置信区间下限"


def test_withheld_and_missing_numbers_are_told_apart():
    rows = read_csv(appendix.write_csv(report(exhibit(rates()))))
    withheld, missing = find(rows, 2, "rate"), find(rows, 3, "rate")
    assert (withheld["value"], withheld["shown"], withheld["status"]) == ("", "［保密］", "protected")
    assert (missing["value"], missing["shown"], missing["status"]) == ("", "–", "missing")


def test_words_of_the_program_are_printed_in_the_language_of_the_report():
    assert find(read_csv(appendix.write_csv(report(exhibit(rates())))), 1, "verdict")["shown"] == "更高"
    language.use("en")
    rows = read_csv(appendix.write_csv(report(exhibit(rates(), "By type"), spoken="en")))
    assert find(rows, 1, "verdict")["shown"] == "Higher"
    assert find(rows, 1, "difference")["unit"] == "percentage points"
    assert rows[0]["exhibit"] == "Table 1"


def test_rows_are_told_apart_by_as_many_columns_as_it_takes():
    table = pd.DataFrame(
        {"dimension": ["intent", "intent", "clarity"], "score": [1, 2, 1], "consultations": [5, 6, 7]}
    )
    rows = read_csv(appendix.write_csv(report(exhibit(table))))
    assert [row["row_label"] for row in rows] == ["意向度 · 1", "意向度 · 2", "需求明确性 · 1"]


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_never_becomes_a_formula(words):
    table = pd.DataFrame({"consultations": [1], "reason": [words]}, index=pd.Index([words], name="source"))
    content = report(exhibit(table, caption=words))
    for row in read_csv(appendix.write_csv(content)):
        assert not any(str(value).startswith(appendix.ACTIVE) for value in row.values())
    for sheet in read_book(appendix.write_workbook(content)):
        assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_csv_keeps_its_own_description():
    rows = read_csv(appendix.write_csv(report(exhibit(rates()), exhibit(rates(), number=1, kind="figure"))))
    schema = appendix.describe_csv()
    assert [field["name"] for field in schema["fields"]] == list(rows[0])
    keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
    assert len(set(keys)) == len(keys)
    for field in schema["fields"]:
        values = [row[field["name"]] for row in rows]
        if field.get("constraints", {}).get("required"):
            assert all(values)
        assert set(values) <= set(field.get("constraints", {}).get("enum", values))
        if field["type"] in ("integer", "number"):
            assert all(float(value) is not None for value in values if value)


@given(st.floats(0, 1))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_percent_and_printed_percent_agree(share):
    percent = appendix.scale(share, "rate")
    assert percent == pytest.approx(100 * share, abs=1e-9)
    assert abs(percent - float(language.formatted(share, "rate").rstrip("%"))) <= 0.0500001


# --- workbook


def test_workbook_lists_its_sheets_and_has_one_for_each_exhibit():
    content = report(exhibit(rates(), "各类型"), exhibit(rates(), "趋势", 1, "figure"), notice="合成数据")
    book = read_book(appendix.write_workbook(content))
    assert book.sheetnames == ["目录", "表1 各类型", "图1 趋势"]
    words = [cell.value for line in book["目录"].iter_rows() for cell in line]
    assert {"=题", "合成数据", "表1", "各类型", "图1", "趋势"} <= set(words)
    assert [
        cell.hyperlink.location for line in book["目录"].iter_rows() for cell in line if cell.hyperlink
    ] == [
        "'表1 各类型'!A1",
        "'图1 趋势'!A1",
    ]
    assert book["图1 趋势"]["A2"].value == "小微企业最高"


def test_sheet_has_heads_units_and_numbers_as_numbers():
    sheet = read_book(appendix.write_workbook(report(exhibit(rates()))))["表1 各类型"]
    lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=4)]
    assert lines[0] == ["客户类型", "咨询数", "比率", "95%置信区间下限", "95%置信区间上限", *lines[0][5:]]
    assert lines[1][:4] == ["", "条", "%", "%"] or lines[1][:4] == [None, "条", "%", "%"]
    assert lines[2][:3] == ["小微企业", 1234, 0.138]
    assert lines[3][2:4] == ["［保密］", "［保密］"]
    assert lines[4][2] == "–"
    assert sheet["C6"].number_format == "0.0%"
    assert (sheet["B6"].number_format, sheet["F6"].value) == ("#,##0", 5.2)


def test_sheet_of_words_has_no_row_of_units():
    table = pd.DataFrame({"meaning": ["高"]}, index=pd.Index(["A"], name="grade"))
    sheet = read_book(appendix.write_workbook(report(exhibit(table))))["表1 各类型"]
    assert [cell.value for cell in sheet[sheet.max_row - 1]] == ["等级", "含义"]


@given(st.lists(st.text(max_size=50), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_caption_gives_legal_and_unique_sheet_names(captions):
    table = pd.DataFrame({"consultations": [1]}, index=pd.Index(["A"], name="grade"))
    content = report(*(exhibit(table, caption, n) for n, caption in enumerate(captions, start=1)))
    names = read_book(appendix.write_workbook(content)).sheetnames
    assert len(names) == len({name.casefold() for name in names}) == len(captions) + 1
    assert all(0 < len(name) <= 31 and not set("[]:*?/\\") & set(name) for name in names)


def test_figure_without_numbers_has_no_sheet_and_no_lines():
    content = report({"kind": "figure", "caption": "图题", "number": 1, "alt": "图题", "data": []})
    assert read_book(appendix.write_workbook(content)).sheetnames == ["目录"]
    assert read_csv(appendix.write_csv(content)) == []


def test_same_report_gives_the_same_bytes():
    content = report(exhibit(rates()))
    assert appendix.write_workbook(content) == appendix.write_workbook(content)
    assert appendix.write_csv(content) == appendix.write_csv(content)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("consultations", "#,##0"),
        ("rate", "0.0%"),
        ("mean", "0.00"),
        ("p", "0.000"),
        ("difference", "+0.0;-0.0;0.0"),
        ("full_time_equivalents", "#,##0.0"),
        ("小微企业", "General"),
    ],
)
def test_number_format_is_that_of_the_report(name, expected):
    assert appendix.find_number_format(name) == expected


def test_limits_of_a_difference_are_points_as_the_difference_is() -> None:
    table = pd.DataFrame(
        {"difference": [0.052], "low": [0.01], "high": [0.094]}, index=pd.Index(["甲"], name="source")
    )
    rows = read_csv(appendix.write_csv(report(exhibit(table))))
    assert [row["shown"] for row in rows] == ["+5.2", "+1.0", "+9.4"]
    assert {row["unit"] for row in rows} == {"个百分点"}
    rated = table.rename(columns={"difference": "rate"})
    assert [row["shown"] for row in read_csv(appendix.write_csv(report(exhibit(rated))))] == [
        "5.2%",
        "1.0%",
        "9.4%",
    ]
