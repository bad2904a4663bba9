"""Whom to call, where buyers are lost, what is weak."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

import scoring
from industry_report.analysis import conversion, follow_up, history, sales, workload
from industry_report.base import language
from industry_report.base.errors import InputError
from industry_report.report.sentences import enterprise
from industry_report.settings.editions import Policy

CARD = scoring.load_scorecard("params/scorecards/consultation.yaml")
DIMENSIONS = [dimension.column for dimension in CARD.dimensions]
LABELS = {dimension.column: dimension.label["zh"] for dimension in CARD.dimensions}
TODAY = pd.Timestamp(2025, 12, 31)


def make_table(rows=600, seed=3):
    draw = np.random.default_rng(seed)
    scores = pd.DataFrame(draw.integers(1, 6, (rows, 3)), columns=DIMENSIONS).astype("Int64")
    table = scores.assign(
        customer_id=[f"c{i:04}" for i in range(rows)],
        consulted_on=pd.Timestamp(2025, 1, 1) + pd.to_timedelta(draw.integers(0, 365, rows), unit="D"),
        year=pd.array([2025] * rows, dtype="Int64"),
        source=draw.choice(["搜索引擎", "老客户推荐", "其他"], rows),
        product=draw.choice(["总账", "总账、报税", "报税"], rows),
        converted=pd.array(draw.random(rows) < 0.3, dtype="boolean"),
    )
    return scoring.score(table, CARD)


def list_work(scored):
    trail = history.history(scored)
    args = trail, 2024, 2025
    calendar = follow_up.calendar(scored, CARD, TODAY)
    return sales.work_list(
        trail[trail["period"].dt.year == 2025],
        calendar, history.causes(*args, CARD), history.moves(*args), CARD, sales.find_buyers(scored),
    )  # fmt: skip


def test_the_upper_half_of_the_grades_is_promising():
    assert sales.high_grades(CARD).grades == ("B", "A")
    assert sales.high_grades(CARD).name == "A级和B级"
    three = type("Card", (), {"grades": ("低", "中", "高")})
    assert sales.high_grades(three).grades == ("中", "高")


@pytest.mark.parametrize("column", ["source", "product"])
def test_funnel_against_counting_by_hand(column):
    scored = make_table()
    table = sales.funnel(scored, column, sales.high_grades(CARD))
    for group, row in table.iterrows():
        own = [r for r in scored.to_dict("records") if group in r[column].split("、")]
        good = [r for r in own if r["grade"] in "AB"]
        bought = [r for r in good if r["converted"]]
        assert (row.graded, row.promising, row.conversions) == (len(own), len(good), len(bought))
        assert row.rate == pytest.approx(len(bought) / len(good))
    assert table["graded"].is_monotonic_decreasing


def test_a_funnel_ends_at_the_grades_where_outcomes_are_not_given():
    table = sales.funnel(make_table().drop(columns="converted"), "source", sales.high_grades(CARD))
    assert list(table) == ["graded", "promising", "share"]
    assert (
        enterprise.leaks(table, sales.high_grades(CARD))
        == enterprise.losses(table, sales.high_grades(CARD))
        == ""
    )
    assert sales.funnel(make_table(), "detail", sales.high_grades(CARD)).empty


def test_a_pooled_rest_beyond_all_groups_is_said_not_to_be_compared():
    table = pd.DataFrame(
        {"promising": [200, 200, 60], "known": [200, 200, 60], "conversions": [120, 40, 6]},
        index=["甲", "乙", "其他"],
    )
    table["rate"] = table["conversions"] / table["known"]
    told = enterprise.leaks(table, sales.high_grades(CARD))
    assert (
        told == "A级和B级咨询中，分组看，成交率较高的有“甲”（60.0%），较低的有“乙”（20.0%），“其他”不参与比较"
    )
    between = table.assign(rate=[0.6, 0.2, 0.4])
    assert "其他" not in enterprise.leaks(between, sales.high_grades(CARD))


def test_a_group_without_promising_consultations_stays_in_the_funnel():
    scored = make_table(60)
    lost = scored.assign(source="电话咨询", **dict.fromkeys(DIMENSIONS, 1)).drop(
        columns=["composite", "grade"]
    )
    table = sales.funnel(
        pd.concat([scored, scoring.score(lost, CARD)], ignore_index=True), "source", sales.high_grades(CARD)
    )
    assert table.loc["电话咨询", ["promising", "conversions"]].tolist() == [0, 0]
    assert pd.isna(table.loc["电话咨询", "rate"])


def test_weak_points_are_welch_tests_against_all_others():
    scored = make_table()
    scored.loc[scored["source"] == "搜索引擎", "clarity"] = scored["clarity"].clip(upper=3)
    table = sales.weak_points(scored, "source", DIMENSIONS).set_index(["source", "dimension"])
    own = scored["source"] == "搜索引擎"
    ours, theirs = (scored.loc[mask, "clarity"].astype(float) for mask in (own, ~own))
    row = table.loc[("搜索引擎", "clarity")]
    assert row["gap"] == pytest.approx(ours.mean() - theirs.mean())
    interval = ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    assert row["verdict"] == "lower"
    assert len(table) == 9
    sentence = enterprise.weakest(table.reset_index(), LABELS)
    assert sentence.startswith("搜索引擎的需求明确性最为薄弱")


def test_groups_too_small_to_compare_and_constant_scores_are_left_out():
    scored = make_table(58)
    assert sales.weak_points(scored, "source", DIMENSIONS).empty
    assert sales.weak_points(scored, "customer_type", DIMENSIONS).empty
    same = make_table(200).assign(clarity=pd.array([3] * 200, dtype="Int64"))
    assert set(sales.weak_points(same, "source", DIMENSIONS)["dimension"]) == {"intent", "satisfaction"}


def test_nothing_is_called_weak_without_a_clear_difference():
    noise = sales.weak_points(make_table(), "source", DIMENSIONS).assign(verdict="no clear difference")
    assert enterprise.weakest(noise, LABELS) == "各组评分没有显著的薄弱项"
    rest = (
        sales.weak_points(make_table(), "source", DIMENSIONS)
        .query("source == '其他'")
        .assign(verdict="lower")
    )
    assert enterprise.weakest(rest, LABELS) == "各组评分没有显著的薄弱项"


def test_the_work_list_has_everyone_who_has_not_bought_in_order():
    scored = make_table()
    calls = list_work(scored)
    assert set(calls["customer_id"]) == set(scored.loc[~scored["converted"], "customer_id"])
    keys = [("DCBA".index(r.grade), -r.due.value) for r in calls.itertuples()]
    assert keys == sorted(keys, reverse=True)
    assert set(calls["role"][calls["grade"] == "A"]) == {"客户经理"}
    assert "detail" not in calls


def test_who_bought_last_is_no_prospect_and_who_asked_again_is():
    rows = [
        ("bought", 1, False),
        ("bought", 5, True),
        ("again", 1, True),
        ("again", 5, False),
        (None, 1, True),
    ]
    table = pd.DataFrame(rows, columns=["customer_id", "month", "converted"]).sample(frac=1, random_state=1)
    table["consulted_on"] = [pd.Timestamp(2025, month, 1) for month in table["month"]]
    table["converted"] = table["converted"].astype("boolean")
    assert list(sales.find_buyers(table)) == ["bought"]
    assert list(sales.find_buyers(table.drop(columns="converted"))) == []
    unknown = table.assign(converted=pd.array([pd.NA] * 5, dtype="boolean"))
    assert list(sales.find_buyers(unknown)) == []


def test_the_work_list_needs_no_dates_and_no_outcomes():
    calls = list_work(make_table().drop(columns=["consulted_on", "converted", "product"]))
    assert len(calls) == 600
    assert not {"due", "last_contact", "product"} & set(calls)
    assert calls["grade"].cat.codes.is_monotonic_decreasing
    assert list_work(make_table().drop(columns="customer_id")).empty


def test_a_public_edition_may_not_list_customers():
    sales.require_internal(Policy(10, 10.0, internal=True), "enterprise")
    with pytest.raises(InputError, match="the edition industry is public"):
        sales.require_internal(Policy(10, 10.0), "industry")


def test_sentences_say_who_is_to_do_what():
    calls, high = list_work(make_table()), sales.high_grades(CARD)
    upper = calls[calls["grade"].isin(["A", "B"])]
    recent = upper[upper["last_contact"] > TODAY - pd.Timedelta(days=30)]
    said = enterprise.desk(calls, high, TODAY)
    assert said.startswith(
        f"A级和B级未成交客户{len(upper):,}户，其中近30天咨询的{len(recent)}户应优先联系：客户经理"
    )
    assert enterprise.desk(calls.head(0), high, TODAY) == ""
    assert enterprise.calls(calls).startswith(f"未成交客户{len(calls)}户列入跟进名单，其中A级")
    alone = calls[calls["grade"] == "A"]
    assert enterprise.calls(alone) == f"未成交客户{len(alone)}户列入跟进名单，均为A级"
    assert enterprise.calls(calls.head(0)) == "没有需要跟进的未成交客户"


def test_a_desk_has_the_most_recent_of_its_high_grades():
    calls = list_work(make_table())
    desks = sales.fresh_leads(calls, sales.high_grades(CARD))
    assert list(desks) == ["客户经理", "金牌销售"]
    for leads in desks.values():
        assert len(leads) == 15
        assert leads["last_contact"].is_monotonic_decreasing
        others = calls[(calls["role"] == leads["role"].iloc[0]) & ~calls.index.isin(leads.index)]
        assert others["last_contact"].max() <= leads["last_contact"].min()
    assert sales.fresh_leads(calls.drop(columns="last_contact"), sales.high_grades(CARD)) == {}
    assert sales.fallen_leads(calls.drop(columns="move", errors="ignore")).empty


def test_losses_name_the_group_with_the_most_unsold():
    scored = make_table()
    table = sales.funnel(scored, "source", sales.high_grades(CARD))
    left = scored[scored["grade"].isin(["A", "B"]) & ~scored["converted"]]["source"].value_counts()
    assert f"未成交的以{left.index[0]}最多（{left.iloc[0]}条）" in enterprise.losses(
        table, sales.high_grades(CARD)
    )


def test_changes_of_grade_in_words():
    now = make_table(40)
    now.loc[now["customer_id"] == "c0000", "converted"] = False
    before = now.assign(year=pd.array([2024] * 40, dtype="Int64"), **dict.fromkeys(DIMENSIONS, 5))
    before = scoring.score(before.drop(columns=["composite", "grade"]), CARD)
    trail = history.history(pd.concat([before, now], ignore_index=True))
    moves = history.moves(trail, 2024, 2025)
    fell = int((now["grade"] != "A").sum())
    assert f"客户40户中，升级0户，降级{fell}户，不变{40 - fell}户" in enterprise.moved(
        history.count_moves(moves), 2024
    )
    calls = pd.DataFrame({"move": ["down", "same", "down"]})
    told = enterprise.fallen(history.causes(trail, 2024, 2025, CARD), calls, 2024)
    assert told.startswith(f"比2024年降级的客户{fell}户，其中2户尚未成交")
    assert enterprise.fallen(history.causes(trail, 2025, 2024, CARD), calls, 2025) == ""
    empty = history.count_moves(history.moves(trail, 2023, 2024))
    assert enterprise.moved(empty, 2023) == "没有与2023年共有的客户"


def test_products_overlap_so_only_their_span_is_told():
    table = sales.funnel(make_table(), "product", sales.high_grades(CARD))
    rates = [language.formatted(rate, "rate") for rate in (table["rate"].min(), table["rate"].max())]
    assert enterprise.spread(table, sales.high_grades(CARD)) == (
        f"A级和B级咨询的各咨询产品的成交率在{rates[0]}至{rates[1]}之间"
    )
    assert conversion.has_outcomes(make_table())


def test_key_figures_are_those_of_the_tables():
    calls, high = list_work(make_table()), sales.high_grades(CARD)
    contacts = workload.contacts(conversion.grades(calls), CARD)
    figures = dict(enterprise.key_figures(calls, high, TODAY, contacts))
    assert figures["待跟进客户"] == f"{len(calls):,}户"
    assert figures["A级和B级未成交"] == f"{calls['grade'].isin(['A', 'B']).sum():,}户"
    undated = enterprise.key_figures(calls.drop(columns="last_contact"), high, TODAY, contacts)
    assert list(dict(undated)) == ["A级和B级未成交", "待跟进客户", "规定回访次数"]
