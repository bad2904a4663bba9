"""The gate of the market report: odd registers, what may be told, and what nobody may work out."""

import dataclasses

import markets
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import ROOT

import scoring
from industry_report.analysis.trade import forecast, market_share, sales
from industry_report.analysis.trade.market_file import load_market
from industry_report.base.errors import InputError
from industry_report.protection import disclosure, market_publication, market_rules
from industry_report.protection.money_masks import is_sensitive
from industry_report.settings.editions import Policy

POLICY = Policy(threshold=10, dominance=10, internal=False)


@pytest.fixture(autouse=True)
def in_project(monkeypatch):
    monkeypatch.chdir(ROOT)


def publish(data, edition="industry", region="黄山市", year=2025, **given):
    card = scoring.load_scorecard("params/scorecards/consultation.yaml")
    policy = disclosure.load_policy("params/publisher.yaml", edition)
    rules = {"scorecard": card, "policy": policy, "market": load_market("params/market.yaml")} | given
    return market_publication.publish_market(data, region, year, **rules)


def months_to(end, count):
    return pd.period_range(end=end, periods=count, freq="M")


def draw(count, size=60, end="2025-12", seed=3):
    return markets.make_orders(months_to(end, count), size, np.random.default_rng(seed))


# --- odd registers


@pytest.mark.parametrize(
    ("count", "reason"), [(1, "short"), (11, "short"), (12, "short"), (24, ""), (120, "")]
)
def test_any_number_of_months(tmp_path, count, reason):
    now = publish(markets.write(tmp_path, draw(count)))
    assert len(now.monthly) == count and now.forecasts["sales"].reason == reason
    assert (now.year in now.whole) == (count >= 12)
    assert len(now.effects) == (3 if count >= 24 else 0)
    assert np.isfinite(now.averages.loc["per_order"]).all()
    if count == 120:
        assert now.forecasts["sales"].test["tested"].iloc[0] == 12


def test_three_years_give_next_year(tmp_path):
    now = publish(markets.write(tmp_path, draw(36, size=90)), "enterprise")
    assert now.outlook.size.loc["total", "forecast"] > now.outlook.size.loc["new", "forecast"] >= 0
    assert list(now.outlook.returning.index) == [2024, 2025]


def test_missing_months_are_named_and_not_forecast(tmp_path):
    orders = draw(36)
    quiet = orders["下单日期"].dt.to_period("M").isin([pd.Period("2024-03"), pd.Period("2024-04")])
    now = publish(markets.write(tmp_path, orders[~quiet]))
    assert now.gaps == ("2024-03", "2024-04") and len(now.monthly) == 36
    assert now.forecasts["sales"].reason == forecast.GAPS


@pytest.mark.parametrize("edition", ["industry", "enterprise"])
def test_one_order_tells_nobody_in_public_and_stands_alone_inside(tmp_path, edition):
    now = publish(markets.write(tmp_path, draw(1, size=1)), edition, data_cut="2025-12-31")
    shown = now.yearly.loc[2025, "sales"]
    assert np.isnan(shown) if edition == "industry" else shown > 0
    assert now.averages.empty == (edition == "industry")
    assert now.effects.empty and now.outlook.size.empty and now.outlook.returning.empty


@pytest.mark.parametrize("edition", ["industry", "enterprise"])
def test_no_orders_leave_the_consultations(tmp_path, edition):
    now = publish(markets.write(tmp_path), edition)
    assert now.absent == ("orders", "market", "customers")
    assert now.monthly.empty and now.yearly.empty and now.places.shares.empty
    assert now.forecasts["sales"].reason == forecast.NOTHING
    assert now.consultations.received == 300


def test_orders_of_another_year_alone(tmp_path):
    now = publish(markets.write(tmp_path, draw(12, end="2024-12")))
    assert list(now.yearly.index) == [2024] and now.averages.empty and now.effects.empty


def test_nothing_of_a_later_year_is_read(tmp_path):
    consultations = {y: markets.make_consultations(y, 200, np.random.default_rng(y)) for y in (2024, 2025)}
    now = publish(markets.write(tmp_path, draw(24), consultations=consultations), year=2024)
    assert now.monthly.index[-1] == "2024-12" and list(now.yearly.index) == [2024]


def test_a_negative_month_is_told_inside(tmp_path):
    orders = draw(24)
    back = orders[orders["下单日期"].dt.to_period("M") == pd.Period("2025-06")].assign(订单类型="退款")
    back = back.assign(订单编号=[f"R{i}" for i in range(len(back))], **{"订单金额(元)": -60_000.0})
    now = publish(markets.write(tmp_path, pd.concat([orders, back])), "enterprise")
    assert now.monthly.loc["2025-06", "net"] < 0 < now.monthly.loc["2025-06", "sales"]
    assert not now.forecasts["sales"].reason


def test_an_unfinished_month_is_left_out(tmp_path):
    orders = draw(30, end="2025-06")
    now = publish(markets.write(tmp_path, orders), data_cut="2025-06-10")
    assert now.unfinished == "2025-06" and now.monthly.index[-1] == "2025-05"
    with pytest.raises(InputError, match="data_cut"):
        publish(str(tmp_path), data_cut="June")


def test_a_total_smaller_than_own_sales_is_said_and_not_divided_by(tmp_path):
    totals = markets.make_totals(
        ("黄山市", 2025, "销售额", 1000, 900, 1100), ("黄山市", 2024, "销售额", 9e7, 8e7, 1e8)
    )
    now = publish(markets.write(tmp_path, draw(24), totals))
    assert now.places.shares["reason"].tolist() == [market_share.TOO_SMALL, ""]
    assert np.isnan(now.places.shares["rate"].iloc[0])
    assert now.places.growth.empty


def test_a_region_that_is_there_in_one_year_only(tmp_path):
    other = markets.make_orders(months_to("2025-12", 12), 50, np.random.default_rng(1), prefix="C")
    other.to_csv(tmp_path / "杭州市-订单.csv", index=False)
    asked = markets.make_consultations(2025, 200, np.random.default_rng(2), "H")
    asked.to_csv(tmp_path / "杭州市-2025.csv", index=False)
    rows = [(r, y, m, v, None, None) for r in ("黄山市", "杭州市") for y in (2024, 2025)
            for m, v in (("销售额", 9e7), ("企业数", 20_000))]  # fmt: skip
    now = publish(markets.write(tmp_path, draw(24), markets.make_totals(*rows)))
    assert list(now.places.regions.index) == ["黄山市", "杭州市"]
    assert list(now.places.growth.index) == ["黄山市"]  # the other one has no year before


def test_part_of_a_year_is_not_set_against_a_whole_one(tmp_path):
    totals = markets.make_totals(("黄山市", 2025, "销售额", 9e7, 8e7, 1e8))
    now = publish(markets.write(tmp_path, draw(20, end="2025-08"), totals), data_cut="2025-08-31")
    assert now.whole == () or 2025 not in now.whole
    assert now.places.shares["reason"].tolist() == [market_share.NO_SALES]
    assert now.planned.loc["average_purchase", "verdict"] == "not compared"


def test_an_assumption_of_the_sample_is_none_for_real_data(tmp_path):
    totals = markets.make_totals(("黄山市", 2025, "企业数", 12_000, 11_000, 13_000))
    now = publish(markets.write(tmp_path, draw(12), totals))
    assert now.outlook.lacking == ("need",) and now.outlook.demand.empty
    market = dataclasses.replace(load_market("params/market.yaml"), need=None)
    assert publish(str(tmp_path), market=market).outlook.lacking == ("need",)


def test_an_unknown_comparison_is_refused(tmp_path):
    with pytest.raises(InputError, match="returnin"):
        publish(markets.write(tmp_path), comparisons=["returnin"])


# --- what may be told


def test_one_small_month_withholds_the_months_of_its_year_and_the_forecast(tmp_path):
    orders = draw(36)
    month = orders["下单日期"].dt.to_period("M") == pd.Period("2024-07")
    kept = orders[~month | (orders.groupby(month).cumcount() < 5)]
    now = publish(markets.write(tmp_path, kept))
    hidden = now.monthly["sales"].isna()
    assert set(now.monthly.index[hidden]) == {f"2024-{m:02}" for m in range(1, 13)}
    assert now.yearly["sales"].notna().all()
    assert now.forecasts["sales"].reason == forecast.WITHHELD and now.forecasts["sales"].table.empty
    assert now.forecasts["new"].reason == forecast.WITHHELD
    assert publish(str(tmp_path), "enterprise").forecasts["sales"].reason == ""


def test_a_dominating_group_of_firms_withholds_the_year(tmp_path):
    orders = draw(12)
    orders.loc[orders.index[:40], "订单金额(元)"] = 900_000.0
    people = pd.DataFrame({"客户编号": orders["客户编号"].unique(), "城市": "黄山市", "客户类型": "小微企业"})
    people["上级客户"] = np.where(people["客户编号"].isin(orders["客户编号"][:40]), "集团", None)
    people.to_csv(tmp_path / "黄山市-客户档案.csv", index=False)
    now = publish(markets.write(tmp_path, orders))
    assert np.isnan(now.yearly.loc[2025, ["sales", "orders", "net"]]).all()
    assert (
        now.averages.empty and now.outlook.power.empty and now.outlook.lacking == ("firms", "need", "amount")
    )


def as_orders(consultations):
    """Orders that are the purchases of the register and nothing else."""
    bought = consultations[consultations["是否成交"] == "是"]
    return pd.DataFrame(
        {
            "订单编号": [f"D{i:06}" for i in range(len(bought))],
            "客户编号": bought["客户ID"].to_numpy(),
            "下单日期": bought["成交日期"].to_numpy(),
            "订单金额(元)": bought["成交金额(元)"].to_numpy(),
        }
    )


def test_orders_do_not_tell_how_few_consultations_were_lost(tmp_path):
    """95 of 100 bought: the report on consultations withholds it, and the number of orders would tell it."""
    asked = markets.make_consultations(2025, 500, np.random.default_rng(4))
    lost = asked.index >= 495
    day = asked["咨询日期"] + pd.Timedelta(days=5)
    asked = asked.assign(是否成交=np.where(lost, "否", "是"), 成交日期=day.where(~lost))
    asked["成交金额(元)"] = pd.Series(1000.0 + 10 * asked.index, index=asked.index).where(~lost)
    now = publish(
        markets.write(tmp_path, as_orders(asked), consultations={2025: asked}), data_cut="2026-06-30"
    )
    assert disclosure.is_protected(now.consultations.average)
    assert now.yearly["sales"].isna().all() and now.monthly["orders"].isna().all()


def test_orders_do_not_tell_a_sum_that_is_withheld_by_type(tmp_path):
    """One customer has nearly all of a type: total less the other types would be theirs."""
    asked = markets.make_consultations(2025, 600, np.random.default_rng(5))
    mine = asked["客户类型"] == "中型企业"
    first = asked.index[mine & (asked["是否成交"] == "是")][0]
    asked.loc[first, "成交金额(元)"] = 5e7
    orders = as_orders(asked)
    now = publish(markets.write(tmp_path, orders, consultations={2025: asked}))
    assert now.yearly["sales"].isna().all()


rows = st.lists(
    st.tuples(st.integers(0, 25), st.integers(1, 12), st.integers(1, 400)), min_size=1, max_size=150
)


@settings(max_examples=40, deadline=None)
@given(rows)
def test_no_told_sum_and_no_difference_of_told_sums_gives_a_contributor_away(drawn):
    orders = pd.DataFrame(drawn, columns=["customer_id", "month", "amount"])
    orders["ordered_on"] = pd.to_datetime({"year": 2025, "month": orders["month"], "day": 3})
    table = sales.read_sales(orders)
    policy = Policy(threshold=4, dominance=10, internal=False)
    told = market_rules.find_told(table, pd.DataFrame({"region": [], "year": []}), policy)
    monthly, yearly = market_publication.tabulate(table, told, policy)
    given_by = table.groupby(["month", "contributor"])["sale"].sum()
    shown = [month for month in monthly.index if monthly.loc[month, "orders"] > 0]
    for month in shown:
        assert not is_sensitive(given_by[month].to_numpy(), policy)
    whole = given_by.groupby(level=1).sum().to_numpy()
    assert yearly["sales"].isna().all() == is_sensitive(whole, policy) or yearly["sales"].isna().all()
    if shown:  # then nothing is left over that a total would give
        assert monthly["sales"].sum() == pytest.approx(yearly["sales"].sum())


def test_a_public_edition_holds_no_search_no_customer_and_no_exact_quantile(tmp_path):
    orders = draw(36)
    people = pd.DataFrame({"客户编号": [f"B{i:05}" for i in range(900)], "城市": "黄山市"})
    people["客户类型"] = np.where(people.index % 30 > 0, "小微企业", "大型企业")
    people["员工人数"] = np.arange(900) + 7
    people.to_csv(tmp_path / "黄山市-客户档案.csv", index=False)
    data = markets.write(tmp_path, orders)
    now, inside = publish(data), publish(data, "enterprise")
    assert now.discoveries is None and inside.discoveries is not None
    assert list(now.outlook.power.index) == ["小微企业"] and "customers" not in now.outlook.power
    assert all(float(f"{v:.1e}") == v for v in now.outlook.power.to_numpy().ravel())
    assert set(inside.outlook.power.index) == {"小微企业", "大型企业"}
    assert all(v % 50 == 0 for v in now.coverage["rows"])
