"""Share, regions, growth, demand and next year's customers: the numbers of the design, typed in."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.analysis.trade import decomposition, demand_chain, group_size, market_share, planned
from industry_report.analysis.trade.averages import Estimate
from industry_report.base.errors import InputError


def test_a_share_has_the_range_of_its_total():
    found = market_share.share(3.2e6, 40e6, 34e6, 48e6)
    assert f"{found['rate']:.1%} {found['low']:.1%} {found['high']:.1%}" == "8.0% 6.7% 9.4%"


@pytest.mark.parametrize(
    ("own", "total", "reason"),
    [
        (3.2e6, 3.0e6, market_share.TOO_SMALL),
        (3.2e6, np.nan, market_share.NO_TOTAL),
        (3.2e6, 0, market_share.NO_TOTAL),
        (0, 4e6, market_share.NO_SALES),
        (np.nan, 4e6, market_share.NO_SALES),
        (-5, 4e6, market_share.NO_SALES),
    ],
)
def test_nothing_is_divided_by_a_total_that_cannot_be_one(own, total, reason):
    found = market_share.share(own, total, total, total)
    assert found["reason"] == reason and np.isnan([found["rate"], found["low"], found["high"]]).all()


def test_a_total_that_may_be_smaller_than_own_sales_gives_no_upper_end():
    found = market_share.share(3.2e6, 4e6, 3e6, 5e6)
    assert found["rate"] == 0.8 and np.isnan(found["high"])


def make_market(*rows):
    columns = ["region", "year", "metric", "value", "low", "high", "source", "published_on", "customer_type"]
    return pd.DataFrame(rows, columns=columns).assign(
        published_on=lambda t: pd.to_datetime(t["published_on"])
    )


def test_totals_are_found_by_name_newest_first_and_an_impossible_range_is_dropped():
    market = make_market(
        ("甲市", 2024, "销售额", 40, 34, 48, "统计局", "2025-03-01", None),
        ("甲市", 2024, "销 售额", 41, 50, 60, "协会", "2025-05-01", None),
        ("甲市", 2023, "Sales", 30, None, None, "统计局", "2024-03-01", None),
        ("甲市", 2024, "销售额", 9, 8, 10, "统计局", "2025-03-01", "小微企业"),
        ("甲市", 2024, "企业数", 9, 8, 10, "统计局", "2025-03-01", None),
    )
    found = market_share.find_totals(market, ["销售额", "sales"])
    assert found["value"].tolist() == [41, 40, 30]
    assert np.isnan(found["low"].iloc[0]) and found["low"].iloc[1] == 34
    assert market_share.find_totals(market, ["销售额"], "customer_type")["value"].tolist() == [9]
    told = market_share.shares(pd.Series({2024: 3.2}), found)
    assert told["reason"].tolist() == ["", "", market_share.NO_SALES]


def test_penetration_and_location_quotient():
    own = pd.Series({"甲": 420, "乙": 180, "丙": 60})
    firms = pd.Series({"甲": 12_000, "乙": 9_000, "丙": 3_000})
    found = market_share.penetration(own, firms, firms * 0.8, firms * 1.2)
    assert found["per_thousand"].tolist() == [35, 20, 20]
    assert found["quotient"].round(3).tolist() == [1.273, 0.727, 0.727]
    assert found.loc["甲", ["low", "high"]].round(2).tolist() == [29.17, 43.75]


def test_a_region_without_a_total_or_with_more_customers_than_firms_is_in_no_base():
    found = market_share.penetration(
        pd.Series({"甲": 420, "乙": 180, "丁": 500}), pd.Series({"甲": 12_000, "丁": 100, "戊": 5})
    )
    assert list(found.index) == ["甲"] and found["quotient"].tolist() == [1.0]


def test_the_standardised_quotient_takes_composition_out():
    """Two regions that reach each type alike, of different composition: 1 and 1, though crude is not."""
    firms = pd.DataFrame({"大": [100, 900], "小": [900, 100]}, index=["甲", "乙"])
    own = firms * [0.2, 0.02]
    assert market_share.standardised_quotient(own, firms).round(9).tolist() == [1, 1]
    crude = market_share.penetration(own.sum(axis=1), firms.sum(axis=1))["quotient"]
    assert crude.round(2).tolist() == [0.35, 1.65]


def test_concentration():
    assert market_share.hhi([30, 25, 20, 15, 10]) == (2250, 2250)
    assert market_share.hhi({"甲": 30, "乙": 25}) == (1525, 1525 + 45**2)


def test_growth_against_the_market():
    own = pd.DataFrame({"before": [100, 50], "after": [130, 45]}, index=["甲", "乙"])
    market = pd.DataFrame({"before": [1000, 1000], "after": [1200, 900]}, index=["甲", "乙"])
    found = decomposition.shift_share(own, market)[["change", "market", "mix", "own"]].sum()
    assert found.round(9).tolist() == [25, 7.5, 7.5, 10]
    new = decomposition.shift_share(own, market.assign(before=[0, 1000]))
    assert list(new.index) == ["乙"]


def test_what_moved_the_sum():
    found = decomposition.lmdi(
        {"customers": 100, "frequency": 1.5, "amount": 2000},
        {"customers": 120, "frequency": 1.4, "amount": 2100},
    )["effect"]
    assert found.round(-1).tolist() == [59_380, -22_470, 15_890]
    assert found.sum() == pytest.approx(52_800)


@given(*[st.floats(0.01, 1e4)] * 6)
def test_the_parts_of_a_change_leave_nothing_over(a, b, c, d, e, f):
    found = decomposition.lmdi({"x": a, "y": b, "z": c}, {"x": d, "y": e, "z": f})["effect"]
    assert found.sum() == pytest.approx(d * e * f - a * b * c, rel=1e-6, abs=1e-6 * max(a * b * c, d * e * f))


def test_nothing_is_split_where_a_year_has_no_sales():
    none = pd.Series({"sales": 0.0, "orders": 0, "customers": 0})
    some = pd.Series({"sales": 100.0, "orders": 2, "customers": 1})
    assert decomposition.sales_effects(none, some).empty
    withheld = pd.Series({"sales": np.nan, "orders": np.nan, "customers": np.nan})
    assert decomposition.sales_effects(withheld, some).empty
    assert decomposition.sales_effects(some, some * 2)["effect"].round(9).tolist() == [100, 0, 0]


def test_the_chain_of_demand():
    links = [
        demand_chain.Link("firms", demand_chain.CITED, 11_000, 12_000, 13_000, "统计局"),
        demand_chain.Link("need", demand_chain.ASSUMED, 0.25, 0.35, 0.45, "协会"),
        demand_chain.Link("buys", demand_chain.OBSERVED, 0.60, 0.62, 0.64),
        demand_chain.Link("amount", demand_chain.OBSERVED, 1_700, 1_800, np.nan),
    ]
    found = demand_chain.chain(links)
    assert found.loc["demand", "mid"] == pytest.approx(4_687_200)
    assert found.loc["demand", "low"] == pytest.approx(11_000 * 0.25 * 0.6 * 1700)
    assert found.loc["demand", "high"] == pytest.approx(13_000 * 0.45 * 0.64 * 1800)
    assert found["weight"].idxmax() == "need" and found["weight"].sum() == pytest.approx(1)
    assert demand_chain.chain([*links, links[0]._replace(mid=np.nan)]).empty
    assert demand_chain.chain([]).empty


def test_the_size_of_the_group_next_year():
    back = group_size.returning(4000, 880, 4000)
    assert [round(part) for part in back] == [880, 830, 932]
    total = group_size.add_estimates(back, Estimate(3900, 3600, 4200))
    assert [round(part) for part in total] == [4780, 4476, 5085]
    assert np.isnan(group_size.returning(10, 0, 0)).all()


def test_planned_comparisons_are_adjusted_together():
    compared = {
        "returning": planned.compare_shares(56, 70, 48, 80),
        "average_purchase": planned.compare_means((2100, 900, 100), (2000, 900, 100)),
        "region": planned.compare_shares(5, 20, 3, 10),
    }
    found = planned.adjust(compared)
    assert found.loc["returning", ["low", "high"]].round(4).tolist() == [0.0524, 0.3339]  # Newcombe 1998
    assert found.loc["returning", "verdict"] == "higher"
    assert found.loc["returning", "p_adjusted"] == pytest.approx(2 * found.loc["returning", "p"])
    assert found.loc["region", "verdict"] == "not compared"
    assert found.loc["average_purchase", "p"] == pytest.approx(0.0184, abs=5e-4)


def test_a_comparison_that_the_report_does_not_make_is_refused():
    assert planned.check_planned(["a", "a"], ["a", "b"]) == ("a",)
    with pytest.raises(InputError, match="retuning"):
        planned.check_planned(["retuning"], ["returning", "region"])
