"""A table beside the report: complete, harmless, the same each time."""

import io
import json

import nbformat
import openpyxl
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from industry_report.base.errors import InputError
from industry_report.export import exporters
from industry_report.export.attachments import write_attachment
from industry_report.report import display

COVER = {
    "title": "黄山市财务软件客户跟进报告",
    "subtitle": "2025年",
    "language": "zh",
    "notice": "内部资料 & 合成数据",
}


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr(display, "display", lambda bundle, **_: bundles.append(bundle))
    display.begin("zh")
    return bundles


def table():
    return pd.DataFrame(
        {
            "customer_id": ["007", "=1+1", "http://x"],
            "grade": pd.Categorical(["A", "B", "B"], ["B", "A"], ordered=True),
            "due": pd.to_datetime(["2025-12-31", None, "2026-02-28"]),
            "days_overdue": pd.array([3, None, 0], dtype="Int64"),
            "move": ["up", None, "gone"],
            "overridden": [True, False, False],
        }
    )


def as_notebook(bundles):
    outputs = [new_output("display_data", data=json.loads(json.dumps(b, allow_nan=False))) for b in bundles]
    notebook = new_notebook(cells=[new_code_cell("", outputs=outputs)])
    nbformat.validate(notebook)
    return notebook


def write(shown):
    (attachment,) = exporters.list_attachments(as_notebook(shown)).values()
    return write_attachment(attachment, COVER)


def test_a_workbook_has_all_rows_with_true_dates_and_numbers(shown):
    display.attach(table(), "work-list", "跟进名单")
    book = openpyxl.load_workbook(io.BytesIO(write(shown)))
    rows = list(book["名单"].values)
    assert rows[0] == ("客户编号", "等级", "应回访日期", "逾期天数", "等级变化", "overridden")
    assert rows[1] == ("007", "A", pd.Timestamp(2025, 12, 31), 3, "升级", "是")
    assert rows[2][:5] == ("=1+1", "B", None, None, None)
    assert book["名单"]["A3"].data_type == "s"  # text, not a formula
    assert book["名单"]["A4"].hyperlink is None
    assert book["名单"].auto_filter.ref == "A1:F4"
    notes = [cell for (cell,) in book["说明"].values]
    assert notes == ["跟进名单", COVER["title"], COVER["subtitle"], COVER["notice"]]


def test_equal_tables_give_equal_bytes(shown):
    display.attach(table(), "work-list", "跟进名单")
    assert write(shown) == write(shown)


def test_the_report_says_that_there_is_one_and_shows_none_of_it(shown):
    display.attach(table(), "work-list", "跟进名单")
    assert "跟进名单（3行）" in shown[0]["text/html"] and ".work-list.xlsx" in shown[0]["text/html"]
    assert "007" not in shown[0]["text/html"] + shown[0]["text/plain"]
    data = exporters.report_data(as_notebook(shown))
    assert "007" not in json.dumps(data)
    assert "007" not in exporters.IndustryHTMLExporter().from_notebook_node(as_notebook(shown))[0]


def test_of_one_name_the_last_counts(shown):
    display.attach(table(), "work-list", "first")
    display.attach(table().head(1), "work-list", "second")
    assert exporters.list_attachments(as_notebook(shown))["work-list"]["caption"] == "second"
    assert exporters.report_data(as_notebook(shown))["attachments"] == {"work-list": "second"}


@pytest.mark.parametrize("name", ["", "名单", "Work", "a/b", "../x", "a.b", "-a"])
def test_a_name_must_do_for_a_file_everywhere(shown, name):
    with pytest.raises(InputError, match="attach"):
        display.attach(table(), name, "x")


def test_an_empty_table_is_an_empty_sheet(shown):
    display.attach(table().head(0), "work-list", "跟进名单")
    assert openpyxl.load_workbook(io.BytesIO(write(shown)))["名单"].max_row == 1
