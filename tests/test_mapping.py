"""Mapping files: read strictly, drafted so that nothing is taken that nobody decided."""

from pathlib import Path

import pytest
from workbooks import HEADER, clean, record, write

from industry_report.contract import draft_mapping
from industry_report.errors import InputError
from industry_report.mapping import ColumnMap, load_column_map

EXAMPLE = Path(__file__).parents[1] / "params" / "columns" / "example.yaml"


def test_the_example_is_valid():
    assert load_column_map(EXAMPLE).columns


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colums: {}", "Did you mean columns?"),
        ("columns: {x: intnt}", "Did you mean intent?"),
        ("values: {inten: {a: 1}}", "Did you mean intent?"),
        ("columns: [a, b]", "left: right"),
        ("values: {intent: 5}", "left: right"),
        ("year: zwanzig", "whole number"),
        ("a: [", "line 1"),
        ("- x", "left: right"),
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
