"""Mapping files: read strictly, drafted so that nothing is taken that nobody decided."""

from pathlib import Path

import pandas as pd
import pytest
from workbooks import HEADER, clean, record, write

from industry_report.base.errors import InputError
from industry_report.intake.contract import draft_mapping
from industry_report.intake.mapping import ColumnMap, load_column_map

EXAMPLE = Path(__file__).parents[2] / "params" / "columns" / "example.yaml"


def test_the_example_is_valid():
    assert load_column_map(EXAMPLE).columns


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colums: {}", "Did you mean columns?"),
        ("further: {x: {column: Visits, type: number}}", '"Visits" is not a name of small letters'),
        ("further: {x: {column: intent, type: number}}", '"intent" has a meaning of its own'),
        ("further: {x: {column: grade, type: text}}", '"grade" has a meaning of its own'),
        ("further: {x: {column: visits, type: numbre}}", "Did you mean number?"),
        ("further: {x: {columm: visits}}", "Did you mean column?"),
        ("further: {x: visits}", "has no keys"),
        ("further: {x: {column: a, type: text}, y: {column: a, type: text}}", "x and y both are a"),
        ("columns: {x: intnt}", "Did you mean intent?"),
        ("values: {inten: {a: 1}}", "Did you mean intent?"),
        ("columns: [a, b]", "has no keys"),
        ("values: {intent: 5}", "has no keys"),
        ("year: zwanzig", "whole number"),
        ("a: [", "line 1"),
        ("- x", "has no keys"),
    ],
)
def test_mistakes_are_named(tmp_path, text, said):
    path = tmp_path / "columns.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_column_map(path)
    assert said in str(error.value)
    assert str(path) in str(error.value)


def test_a_missing_mapping_file():
    with pytest.raises(InputError, match=r"nowhere\.yaml"):
        load_column_map("nowhere.yaml")
    assert load_column_map(None) == ColumnMap()


def test_a_draft_decides_nothing_and_can_be_completed(tmp_path):
    header = ["客户ID", "意向打分", "需求明确性", "满意度", "是否成交"]
    rows = [["C1", "高", 4, 3, "签了"], ["C2", "低", 4, 3, "没签"]]
    path = write(tmp_path, [header, *rows])
    draft = draft_mapping(path)
    mapping = tmp_path / "columns.yaml"
    mapping.write_text(draft, encoding="utf-8")
    assert load_column_map(mapping) == ColumnMap()
    assert "Required and not found: intent" in draft
    assert '# "意向打分": intent  # similar name, says 高, 低' in draft
    assert "C1" not in draft, "values are shown of code lists only"
    completed = draft.replace('  # "意向打分": intent', '  "意向打分": intent').replace(
        '  # converted: {"签了": true or false, "没签": true or false}',
        '  converted: {"签了": true, "没签": false}\n  intent: {"高": 5, "低": 1}',
    )
    mapping.write_text(completed, encoding="utf-8")
    _, table = clean(path, mapping)
    assert table["intent"].to_list() == [5, 1]
    assert table["converted"].to_list() == [True, False]


def test_a_draft_of_a_clean_workbook(tmp_path):
    draft = draft_mapping(write(tmp_path, [HEADER, record(1)]))
    assert "Required" not in draft
    assert 'known without this file: "意向度": intent' in draft


FURTHER = """further:
  浏览次数: {column: visits, type: number}
  转化率: {column: rate, type: number}
  最近活动: {column: last_activity, type: text}
values: {last_activity: {"01": 打开邮件}}
"""


def test_further_columns_come_along_as_numbers_and_texts(tmp_path):
    mapping = tmp_path / "columns.yaml"
    mapping.write_text(FURTHER, encoding="utf-8")
    rows = [
        [*record(1), "1,200", "15%", "01"],
        [*record(2), None, 0.05, "无"],
        [*record(3), "３", "-", "拜访"],
    ]
    found, table = clean(write(tmp_path, [[*HEADER, "浏览次数", "转化率", "最近活动"], *rows]), mapping)
    assert table["visits"].tolist() == [1200, pd.NA, 3] and table["visits"].dtype == "Float64"
    assert table["rate"].tolist() == [0.15, 0.05, pd.NA]
    assert table["last_activity"].isna().tolist() == [False, True, False]
    assert table["last_activity"].tolist()[::2] == ["打开邮件", "拜访"]
    assert found.graded == 3, "the scores decide where there are any"


def test_a_table_of_further_columns_needs_no_scores(tmp_path):
    mapping = tmp_path / "columns.yaml"
    mapping.write_text(FURTHER, encoding="utf-8")
    header = ["客户ID", "浏览次数", "转化率", "最近活动"]
    rows = [["C1", 3, 0.1, "拜访"], ["C2", None, 0.1, "拜访"], ["C3", "许多", 0.1, "拜访"], [None] * 4]
    path = write(tmp_path, [header, *rows, ["C1", 3, 0.1, "拜访"], ["合计", 3, None, None]])
    found, table = clean(path, mapping)
    assert (found.read, found.graded, found.ungradable, found.rejected, found.duplicates) == (4, 1, 1, 1, 1)
    assert dict(found.dropped) == {"blank": 1, "total_row": 1}
    assert found.rejects["code"].tolist() == ["number_unreadable"]
    assert table["customer_id"].tolist() == ["C1", "C2"]
    with pytest.raises(InputError, match="required columns are missing: last_activity"):
        clean(write(tmp_path, [header[:3], ["C1", 3, 0.1]]), mapping)
    with pytest.raises(InputError, match="required scores are missing"):
        clean(path, None)


def test_the_mapping_of_leads_is_valid():
    leads = load_column_map(EXAMPLE.parent / "leads.yaml")
    assert leads.further["visits"] == "number" and leads.columns["TotalVisits"] == "visits"
