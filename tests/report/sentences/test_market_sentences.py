"""What a trade association reads: the right claim, or none; in the units of each language."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from industry_report.analysis.trade import forecast, market_share
from industry_report.base import language, origin
from industry_report.protection.market_publication import Market
from industry_report.protection.market_regions import GROSS, NET, Place
from industry_report.report import market_figures, market_tables, tables
from industry_report.report.sentences import market, market_amounts, market_outlook


@pytest.fixture(autouse=True)
def chinese():
    origin.watch(False)
    language.use("zh")


def place(**given):
    nothing = pd.DataFrame()
    base = {
        "shares": market_share.shares(pd.Series(dtype=float), pd.DataFrame()),
        "basis": NET,
        "regions": nothing,
    }
    base |= {"year": 2024, "sources": (), "left_out": (), "growth": nothing, "growth_year": 0}
    return Place(**base | {"competition": nothing, "firms": nothing} | given)


def now(**given):
    years = pd.DataFrame(
        {"sales": [2e6, 2.5e6], "orders": [100, 120], "customers": [90, 100], "refunds": [0.0, 1e4],
         "refunded": [0, 2], "net": [2e6, 2.49e6], "per_order": [2e4, 2.1e4], "per_customer": [2.2e4, 2.5e4]},
        index=pd.Index([2024, 2025], name="year"),
    )  # fmt: skip
    base = dict.fromkeys(Market.__dataclass_fields__)
    base |= {
        "region": "黄山市",
        "year": 2025,
        "absent": (),
        "yearly": years,
        "whole": (2024, 2025),
        "gaps": (),
    }
    base |= {
        "monthly": pd.DataFrame({"sales": [1.0]}, index=["2025-01"]),
        "unfinished": "",
        "places": place(),
    }
    return Market(**base | given)


def test_money_is_printed_in_the_units_of_the_language():
    assert [market_amounts.yuan(v) for v in (950, 12_345, 3.2e6, 4.5e8)] == [
        "950元",
        "1.2万元",
        "320.0万元",
        "4.50亿元",
    ]
    assert market_amounts.signed(-16_6000.0) == "−16.6万元"
    language.use("en")
    assert [market_amounts.yuan(v) for v in (950, 3.2e6)] == ["950 yuan", "3.20 million yuan"]


def test_sales_and_their_change():
    assert market.sales(now()) == "黄山市2025年销售额250.0万元，比上年增长25.0%；订单120笔，客户100户"
    assert "万元（上年没有可比的全年数据）；" in market.sales(now(whole=(2025,)))
    assert "万元（数据不足全年）；" in market.sales(now(whole=(2024,)))
    assert market.sales(now(absent=("orders",))) == "未提供订单，不统计销售额"
    assert market.sales(now(year=2026)) == "2026年没有订单"
    hidden = now()
    hidden.yearly.loc[2025] = np.nan
    assert "不予公布" in market.sales(hidden)


@pytest.mark.parametrize(
    ("zh", "en", "effects"),
    [
        ("销售额比上年增加354.3万元，", "Sales rose by 3.54 million yuan ", [3_426e3, 283e3, -166e3]),
        ("销售额比上年减少354.3万元，", "Sales fell by 3.54 million yuan ", [-3_426e3, -283e3, 166e3]),
        ("销售额比上年没有增减，", "Sales did not change ", [1e5, -1e5, 0.0]),
    ],
)  # fmt: skip
def test_a_change_of_sales_names_what_changed_and_which_way(zh, en, effects):
    factors = pd.Index(["customers", "frequency", "amount"], name="factor")
    moved = now(effects=pd.DataFrame({"effect": effects}, index=factors))
    assert market.why(moved).startswith(zh)
    assert f"客户数{market_amounts.signed(effects[0])}、户均订单数" in market.why(moved)
    language.use("en")
    assert market.why(moved).startswith(en)


def test_a_year_like_the_one_before_is_level_and_not_up_by_nothing():
    same = now()
    same.yearly.loc[2025, "sales"] = 2e6
    assert "万元，与上年持平；" in market.sales(same)


def shares_of(own, *totals):
    table = pd.DataFrame(totals, columns=["year", "value", "low", "high"])
    table = table.assign(source="统计局", published_on=pd.Timestamp("2026-03-01"))
    return market_share.shares(pd.Series(own), table)


def test_a_share_is_cited_with_its_range_or_refused_with_the_reason():
    told = place(shares=shares_of({2025: 3.2e6}, (2025, 40e6, 34e6, 48e6)))
    said = market.share(now(places=told))
    assert said == (
        "2025年市场份额为8.0%（6.7%～9.4%）。销售额扣除退款；市场总量来源：统计局（2026年3月1日发布）"
    )
    gross = place(shares=shares_of({2024: 3.2e6}, (2024, 40e6, np.nan, np.nan)), basis=GROSS)
    assert "未扣除退款" in market.share(now(places=gross)) and "未给出总量的范围" in market.share(
        now(places=gross)
    )
    assert "最近有市场总量的年份" in market.share(now(places=gross))
    small = place(shares=shares_of({2025: 3.2e6}, (2025, 3e6, 2e6, 4e6)))
    assert "小于本单位销售额，口径不一致，不计算市场份额" in market.share(now(places=small))
    assert market.share(now(absent=("market",))) == "未提供市场总量，不计算市场份额"
    part = place(shares=shares_of({}, (2025, 3e6, 2e6, 4e6)))
    assert "没有可以公布的全年销售额" in market.share(now(places=part))


def test_a_region_is_called_highest_only_beyond_the_range_of_the_totals():
    own, firms = pd.Series({"甲": 420, "乙": 180}), pd.Series({"甲": 12_000, "乙": 9_000})
    clear = market_share.penetration(own, firms, firms * 0.95, firms * 1.05)
    assert market.regions(now(places=place(regions=clear))).endswith("甲最高，乙最低")
    wide = market_share.penetration(own, firms, firms * 0.6, firms * 1.4)
    assert market.regions(now(places=place(regions=wide))).endswith("差异不显著")
    few = market_share.penetration(own / 60, firms / 60)  # 7 of 200 and 3 of 150
    assert market.regions(now(places=place(regions=few))).endswith("差异不显著")
    assert "没有可比的企业数" in market.regions(now(places=place(regions=clear.iloc[:0])))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (forecast.SHORT, "销售额：数据不足24个月（现有11个月），不作预测"),
        (forecast.WITHHELD, "销售额：部分月份不公布，不作预测"),
        (forecast.GAPS, "销售额：有的月份没有数据，不作预测"),
        (forecast.CONSTANT, "销售额：各月数值完全相同，不作预测"),
        (forecast.NOTHING, "销售额：没有数据，不作预测"),
    ],
)
def test_every_reason_for_no_forecast_is_said(reason, said):
    found = {"sales": forecast.no_forecast(reason, 11)}
    assert market_outlook.forecast(now(forecasts=found), "sales") == said
    assert market_outlook.tested(now(forecasts=found), "sales") == ""


def test_a_forecast_is_drawn_as_a_fan_after_the_last_month():
    months = pd.period_range("2023-01", periods=36, freq="M")
    values = pd.Series(100_000 + 20_000 * np.sin(np.arange(36)) + 500 * np.arange(36), months)
    found = forecast.predict(values)
    monthly = pd.DataFrame({"sales": values.to_numpy()}, index=map(str, months))
    ax = market_figures.sales_fan(monthly, found, "t").axes[0]
    assert len(ax.collections) == 2  # the bands of 80 and 95 %
    past, ahead = ax.lines[:2]
    assert len(past.get_xdata()) == 36 and len(ahead.get_xdata()) == 13
    assert ahead.get_xdata()[0] == past.get_xdata()[-1]
    assert ax.get_ylim()[0] == 0
    alone = market_figures.sales_fan(monthly, forecast.no_forecast(forecast.SHORT), "").axes[0]
    assert len(alone.collections) == 0


def test_effects_below_zero_reach_to_the_left():
    table = pd.DataFrame({"effect": [3e5, -2e5]}, index=["customers", "amount"])
    ax = market_figures.effects(table).axes[0]
    assert ax.get_xlim()[0] < -2e5 and ax.get_xlim()[1] > 3e5
    assert [patch.get_width() for patch in ax.patches] == [3e5, -2e5]


def test_a_share_of_net_sales_stands_beside_net_sales():
    shares = shares_of({2025: 3.2e6}, (2025, 40e6, 34e6, 48e6))
    heads = [list(tables.printed(market_tables.shares(now(places=place(shares=shares, basis=basis)))))[1]
             for basis in (NET, GROSS)]  # fmt: skip
    assert heads == ["本单位净销售额（扣除退款，元）", "本单位销售额（元）"]
    assert "净销售额（扣除退款）为249.0万元" in market.refunds(now())


def test_next_years_customers_have_their_unit_and_a_prediction_interval():
    size = pd.DataFrame({"forecast": [3149.0], "low95": [2891.0], "high95": [3407.0]}, index=["total"])
    ahead = SimpleNamespace(size=size)
    none = SimpleNamespace(reason=forecast.SHORT)
    shown = now(outlook=ahead, forecasts={"sales": none})
    assert market_outlook.key_figures(shown)[1:] == [
        ("客户", "100户"),
        ("单均金额", "2.1万元"),
        ("2026年客户", "3,149户（2,891～3,407户）"),
    ]
    assert list(tables.printed(market_tables.size(shown)))[-1] == "95%预测区间"
