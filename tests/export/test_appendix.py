"""The appendix holds what the report shows: the same numbers, the same gaps, and no formula."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shown_exhibits import exhibit, rates, report

from industry_report.base import language
from industry_report.export import appendix


def read_csv(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")  # else Excel takes Chinese for something else
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def find(rows: list[dict[str, str]], row: int, measure: str) -> dict[str, str]:
    [found] = [r for r in rows if r["row"] == str(row) and r["measure"] == measure]
    return found


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
    assert find(read_csv(appendix.write_csv(report(exhibit(rates())))), 1, "verdict")["shown"] == "显著较高"
    language.use("en")
    rows = read_csv(appendix.write_csv(report(exhibit(rates(), "By type"), spoken="en")))
    assert find(rows, 1, "verdict")["shown"] == "Significantly higher"
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


def test_figure_without_numbers_has_no_lines():
    content = report({"kind": "figure", "caption": "图题", "number": 1, "alt": "图题", "data": []})
    assert read_csv(appendix.write_csv(content)) == []


def test_same_report_gives_the_same_bytes():
    assert appendix.write_csv(report(exhibit(rates()))) == appendix.write_csv(report(exhibit(rates())))


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
