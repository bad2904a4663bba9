"""Page 1 of the desk sheet: each panel says what it draws, and nothing where there is nothing to draw."""

from __future__ import annotations

import pandas as pd
import pytest

from industry_report.analysis import history, sales
from industry_report.analysis.history import DOWN, SAME, UP
from industry_report.analysis.sales import HighGrades
from industry_report.base import language
from industry_report.report import follow_up_panels
from industry_report.report.sentences import enterprise

HIGH = HighGrades(grades=("B", "A"))
TODAY = pd.Timestamp("2025-12-31")


@pytest.fixture(autouse=True, params=["zh", "en"])
def spoken(request):
    language.use(request.param)
    yield request.param
    language.use("zh")


def work_list(*days_ago: int, grade: str = "A") -> pd.DataFrame:
    dates = [TODAY - pd.Timedelta(days=days) for days in days_ago]
    return pd.DataFrame({"grade": grade, "last_contact": pd.Series(dates, dtype="datetime64[us]")})


def test_recency_counts_as_the_lead_of_the_page_does(spoken):
    rows = pd.concat([work_list(0, 29, 30, 89, 90, 180, 700), work_list(1, 2, grade="C")])
    counts = sales.count_recency(rows, HIGH, TODAY)
    assert counts["customers"].tolist() == [2, 2, 1, 2]
    said = enterprise.desk(rows.assign(role="销售"), HIGH, TODAY)
    assert ("其中近30天咨询的2户" if spoken == "zh" else "the 2 who asked in the last 30 days") in said
    panel = follow_up_panels.recency(rows, HIGH, TODAY)
    assert panel is not None and panel.data is not None
    assert panel.title == ("近30天咨询的2户宜先联系" if spoken == "zh" else "2 asked in the last 30 days")
    assert panel.data.index[1] == ("30～89天" if spoken == "zh" else "30 to 89 days")


@pytest.mark.parametrize(
    "rows",
    [pd.DataFrame({"grade": ["A"]}), work_list(), work_list(3, grade="D")],
    ids=["undated", "none", "low"],
)
def test_without_recent_customers_there_is_no_panel(rows):
    panel = follow_up_panels.recency(rows, HIGH, TODAY)
    assert panel is None


@pytest.mark.parametrize(
    ("counts", "zh"),
    [([2, 9, 4], "待跟进以B级最多，9户"), ([9, 9, 4], "各等级待跟进客户"), ([9], "各等级待跟进客户")],
)
def test_the_most_are_named_only_where_one_grade_has_them(spoken, counts, zh):
    table = pd.DataFrame({"consultations": counts}, index=pd.Index(list("ABC")[: len(counts)], name="grade"))
    panel = follow_up_panels.to_call(table)
    assert panel is not None
    assert spoken == "en" or panel.title == zh


def funnel(**rates: float) -> pd.DataFrame:
    table = pd.DataFrame(
        {"known": 400, "rate": list(rates.values())}, index=pd.Index(list(rates), name="source")
    )
    return table.assign(conversions=(table["rate"] * table["known"]).astype(int))


def test_a_source_is_called_above_the_rest_only_by_its_test(spoken):
    clear = follow_up_panels.sources(funnel(官网=0.2, 老客户推荐=0.6, 电话咨询=0.2), HIGH)
    alike = follow_up_panels.sources(funnel(官网=0.3, 老客户推荐=0.3, 电话咨询=0.3), HIGH)
    assert clear is not None and alike is not None
    assert ("老客户推荐" in clear.title or "above the rest" in clear.title) and "above" not in alike.title
    assert spoken == "en" or alike.title == "客户来源"
    assert follow_up_panels.sources(funnel(官网=0.3).drop(columns="rate"), HIGH) is None


def test_products_have_a_span_and_no_first(spoken):
    table = funnel(报税=0.329, 总账=0.374).rename_axis("product")
    panel = follow_up_panels.products(table, HIGH)
    assert panel is not None
    assert panel.title == ("咨询产品：32.9%～37.4%" if spoken == "zh" else "By product: 32.9% to 37.4%")
    one = follow_up_panels.products(table.head(1), HIGH)
    assert one is not None and "%" not in one.title
    assert follow_up_panels.products(table.drop(columns="rate"), HIGH) is None


def test_moves_are_those_of_customers_of_both_years(spoken):
    moves = pd.DataFrame({"move": pd.Categorical([UP, UP, DOWN, SAME, history.NEW], history.MOVES)})
    panel = follow_up_panels.moves(history.count_moves(moves), 2024)
    assert panel is not None and panel.data is not None
    assert panel.data["customers"].tolist() == [2, 1, 1]
    assert panel.title == ("比上年升级2户，降级1户" if spoken == "zh" else "2 rose and 1 fell")
    nobody = pd.DataFrame({"customers": [3]}, index=pd.Index([history.NEW], name="move"))
    assert follow_up_panels.moves(nobody, 2024) is None
