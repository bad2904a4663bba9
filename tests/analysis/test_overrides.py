"""Grades that people set: refused without who and why, put over the scores, logged."""

from pathlib import Path

import pandas as pd
import pytest

import scoring
from industry_report.analysis import overrides
from industry_report.base.errors import InputError

CARD = scoring.load_scorecard("params/scorecards/consultation.yaml")
HEAD = "customer_id,grade,who,why,date\n"


def scored():
    table = pd.DataFrame(
        {
            "customer_id": ["007", "007", "008"],
            "consulted_on": pd.to_datetime(
                ["2025-01-10", "2025-06-10 15:30", "2025-03-01"], format="ISO8601"
            ),
            **{score: [5, 1, None] for score in ("intent", "clarity", "satisfaction")},
        }
    )
    return scoring.score(table, CARD)


def write(folder: Path, text: str) -> Path:
    path = folder / "overrides.csv"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder, text):
    return overrides.read_overrides(write(folder, text), CARD)


def test_chinese_heads_and_a_workbook_are_read_alike(tmp_path):
    csv = read(tmp_path, "客户编号,等级,经办人,理由,日期\n007,B,张三,已签框架协议,2025年2月1日\n")
    table = pd.DataFrame(
        [["007", "B", "张三", "已签框架协议", pd.Timestamp(2025, 2, 1)]],
        columns=["客户编号", "等级", "经办人", "理由", "日期"],
    )
    table.to_excel(tmp_path / "overrides.xlsx", index=False)
    assert csv == overrides.read_overrides(tmp_path / "overrides.xlsx", CARD)
    assert csv == (overrides.Override(2, "007", "B", "张三", "已签框架协议", pd.Timestamp(2025, 2, 1)),)


def test_all_faults_are_told_with_their_rows(tmp_path):
    rows = "007,B,,,2025-01-01\n\n008,E,Li,why,2025-01-01\n009,b,Li,why,\n"
    with pytest.raises(InputError) as refused:
        read(tmp_path, HEAD + rows)
    for part in ("row 2 has no who", "row 2 has no why", "row 4: there is no grade 'E'", "grades are A, B",
                 "row 5 has no date", "did you mean B?"):  # fmt: skip
        assert part in str(refused.value)


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(InputError, match=r"row 1: the first row lacks why, date"):
        read(tmp_path, "customer_id,grade,who\n007,A,Li\n")


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="is empty"):
        read(tmp_path, "")


def test_an_override_holds_until_the_customer_asks_again(tmp_path):
    table, log = overrides.apply_overrides(
        scored(), read(tmp_path, HEAD + "007,C,Li,budget cut,2025-02-01\n"), CARD
    )
    assert table["grade"].tolist()[:2] == ["C", "D"]
    assert table["overridden"].tolist() == [True, False, False]
    assert log.loc[0, ["grade_by_score", "grade", "who", "why", "holds"]].tolist() == [
        "A",
        "C",
        "Li",
        "budget cut",
        True,
    ]


def test_it_takes_the_consultation_of_its_own_day_and_the_ungradable(tmp_path):
    text = HEAD + "007,A,Li,letter of intent,2025-06-10\n008,B,Li,met in person,2025-04-01\n"
    table, _ = overrides.apply_overrides(scored(), read(tmp_path, text), CARD)
    assert table["grade"].tolist() == ["A", "A", "B"]
    assert table["grade"].cat.ordered and tuple(table["grade"].cat.categories) == CARD.grades


def test_of_several_the_latest_counts_and_all_are_logged(tmp_path):
    text = HEAD + "007,B,Li,second look,2025-03-01\n007,C,Wang,first look,2025-02-01\n"
    table, log = overrides.apply_overrides(scored(), read(tmp_path, text), CARD)
    assert table["grade"].iloc[0] == "B"
    assert log[["grade", "holds"]].to_numpy().tolist() == [["C", False], ["B", True]]


def test_unknown_customers_are_told_with_row(tmp_path):
    text = HEAD + "999,A,Li,why,2025-02-01\n007,A,Li,too early,2024-02-01\n"
    with pytest.raises(InputError, match=r"007 \(row 3, 2024-02-01\), 999 \(row 2, 2025-02-01\)"):
        overrides.apply_overrides(scored(), read(tmp_path, text), CARD)


def test_without_dates_the_last_row_is_the_latest(tmp_path):
    table, _ = overrides.apply_overrides(
        scored().drop(columns="consulted_on"), read(tmp_path, HEAD + "007,B,Li,why,2025-02-01\n"), CARD
    )
    assert table["grade"].tolist()[:2] == ["A", "B"]


def test_no_overrides_leave_the_grades_as_they_are():
    before = scored()
    table, log = overrides.apply_overrides(before, (), CARD)
    pd.testing.assert_series_equal(table["grade"], before["grade"])
    assert log.empty and not table["overridden"].any()
