"""Headlines of page 1 claim what a test, an interval or a count bears out; else they name the measure."""

from types import SimpleNamespace as Some

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.analysis import effects as judged
from industry_report.analysis.reviews.review_file import DOWN, UP
from industry_report.base import language
from industry_report.report.sentences import (
    lead_headlines,
    leads,
    market_headlines,
    opinion_headlines,
    review_headlines,
    value_headlines,
)


@pytest.fixture(autouse=True)
def chinese():
    language.use("zh")
    yield
    language.use("zh")


def market(before: float, after: float, whole=(2024, 2025), **more: object) -> Some:
    yearly = pd.DataFrame(
        {"sales": [before, after], "customers": [10.0, 12.0], "per_order": [5.0, 4.0]}, index=[2024, 2025]
    )
    return Some(year=2025, yearly=yearly, whole=whole, planned=pd.DataFrame(), **more)


def test_sales_are_compared_between_whole_years_alone():
    assert market_headlines.headline_sales(market(200.0, 324.0)) == "销售额比上年增长62.0%"
    assert market_headlines.headline_sales(market(200.0, 150.0)) == "销售额比上年下降25.0%"
    assert market_headlines.headline_sales(market(200.0, 324.0, whole=(2025,))) == "各年销售额"
    assert market_headlines.changes(market(200.0, 324.0)) == ["比上年+62.0%", "比上年+20.0%", "比上年−20.0%"]
    assert market_headlines.changes(market(200.0, 324.0, whole=(2025,))) == ["首次统计"] * 3
    assert market_headlines.changes(market(200.0, np.nan)) == []


@given(low=st.floats(0.01, 0.4), wide=st.floats(0.01, 0.2), gap=st.floats(-0.2, 0.4))
def test_intent_is_worth_something_only_where_intervals_are_apart(low, wide, gap):
    rates = [low + 0.2, low + 0.2 + gap]
    rows = pd.DataFrame({"dimension": "intent", "score": [1, 5], "rate": rates})
    rows = rows.assign(low=rows["rate"] - wide, high=rows["rate"] + wide)
    said = market_headlines.headline_intent(Some(consultations=Some(by_score=rows)))
    assert (said == "意向评分与成交") == (not rows["low"].iloc[1] > rows["high"].iloc[0])


@pytest.mark.parametrize(
    "low, high, said", [(0.61, 0.97, "投诉率比上年下降23.3%"), (0.61, 1.2, "投诉率变化不显著")]
)
def test_a_complaint_rate_moved_only_where_its_ratio_is_clear_of_one(low, high, said):
    told = Some(ratio=Some(value=0.767, low=low, high=high), before=Some(value=110.7))
    assert opinion_headlines.headline_complaints(told) == said


def test_reasons_are_not_ranked_where_some_are_withheld():
    by = pd.DataFrame({"consultations": [54.0, np.nan], "share": [0.7, np.nan]}, index=["故障", "慢"])
    assert opinion_headlines.headline_reasons(Some(by={"category": by})) == "投诉的类别"


@pytest.mark.parametrize(
    "low, high, said",
    [
        (0.1, 0.2, "评分卡显著优于现行标准"),
        (-0.2, -0.1, "评分卡显著不如现行标准"),
        (-0.1, 0.1, "评分卡与现行标准差异不显著"),
    ],
)
def test_a_card_is_better_only_where_the_interval_says_so(low, high, said):
    comparison = pd.DataFrame({"low": [low], "high": [high]})
    assert lead_headlines.headline_card(Some(comparison=comparison)) == said


def test_lapsing_customers_are_named_with_their_share():
    groups = pd.DataFrame({"customers": [367], "share": [0.247]}, index=["lapsing"])
    assert value_headlines.headline_groups(groups) == "久未购买的高额客户占净额24.7%"
    assert value_headlines.headline_groups(groups.iloc[:0]) == "按购买情况分群"


def test_the_type_with_most_sales_is_not_claimed_without_a_total():
    table = pd.DataFrame({"sales": [300.0, np.nan]}, index=["中型企业", "院校"])
    assert value_headlines.headline_sales(table, 1000.0) == "中型企业占净销售额30.0%"
    assert value_headlines.headline_sales(table, float("nan")) == "净销售额（扣除退款）"


def test_proposals_and_actions():
    moves = pd.DataFrame({"move": [UP, DOWN, DOWN]})
    assert review_headlines.headline_proposals(moves) == "建议升级1户、降级2户"
    actions = [
        Some(verdict=judged.FOUND, action=Some(label={"zh": "邮件", "en": "Mail"})),
        Some(verdict=judged.NOT_FOUND, action=Some(label={"zh": "短信", "en": "Text"})),
    ]
    assert review_headlines.headline_effects(actions) == "有效果的是邮件"
    assert review_headlines.headline_effects(actions[1:]) == "没有已证实有效的措施"


@pytest.mark.parametrize(
    ("low", "high", "due", "said"),
    [
        (1.06, 1.22, False, "宜重新校准"),
        (0.70, 0.90, False, "宜重新校准"),
        (0.90, 1.10, False, "暂不需要重新拟合"),
        (1.06, 1.22, True, "应重新拟合"),
    ],
)
def test_months_that_are_not_off_do_not_hide_predictions_that_are(low, high, due, said):
    test = pd.DataFrame({"ratio_low": [low], "ratio_high": [high]})
    drift = pd.DataFrame({"due": [False, due]}, index=["2025-01", "2025-02"])
    now = Some(test=test, drift=drift)
    assert said in lead_headlines.headline_months(now) and said in leads.drifting(now)


def regions(quotients: list[float], spread: float) -> pd.DataFrame:
    table = pd.DataFrame({"quotient": quotients}, index=["甲市", "乙市", "丙市"][: len(quotients)])
    thousand = 25 * table["quotient"]
    counts = {"firms": 100_000.0, "customers": 100 * thousand}
    return table.assign(per_thousand=thousand, low=thousand - spread, high=thousand + spread, **counts)


def test_a_quotient_is_called_highest_only_where_penetration_is():
    def said(quotients: list[float], spread: float) -> str:
        return market_headlines.headline_quotients(Some(places=Some(regions=regions(quotients, spread))))

    assert said([0.98, 1.09, 0.86], 9.0) == "各地区区位商在0.86～1.09之间，差异不显著"
    assert said([0.98, 1.09, 0.86], 0.5) == "乙市的区位商最高，为1.09"
    assert said([1.0], 0.5) == "区位商"
