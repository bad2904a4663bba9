"""Odd data (all bought, none, one grade, ties, scores upside down): the right sentence, or none."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import scoring
from industry_report.analysis import bases, conversion, follow_up, history, sales, validity, workload
from industry_report.analysis.conversion import Measure
from industry_report.base import language, table_metadata
from industry_report.intake import dataset
from industry_report.protection import derived
from industry_report.report import tables
from industry_report.report.sentences import college, enterprise, industry
from industry_report.settings.editions import Policy

CARD = scoring.load_scorecard(Path(__file__).parents[3] / "params" / "scorecards" / "consultation.yaml")
SALE = Measure()
MINUTES = {"low": 10, "mid": 20, "high": 30}


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    language.use("zh")


def rates(name: str, **groups: tuple[int, int]) -> pd.DataFrame:
    table = pd.DataFrame(groups, index=["consultations", "conversions"]).T.rename_axis(name)
    return conversion.with_interval(table, SALE)


def contacts(*counts: float) -> pd.DataFrame:
    table = pd.DataFrame({"consultations": counts}, index=pd.Index(list("ABCD"), name="grade"))
    return workload.contacts(table, CARD)


def rated(n: int, seed: int, buys: np.ndarray | None = None) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(1, 6, (n, 3)), columns=["intent", "clarity", "satisfaction"]).astype(
        "Int64"
    )
    bought = rng.random(n) < 0.3 if buys is None else buys
    return scoring.score(table.assign(converted=pd.array(bought, dtype="boolean")), CARD)


# Percentages and reasons


def test_no_percentage_of_fewer_than_ten_in_any_edition() -> None:
    table = rates("source", 官网=(7, 3), 电话=(10, 3))
    assert table["rate"].isna().tolist() == [True, False]
    assert table["consultations"].tolist() == [7, 10]
    assert industry.overall(rates("x", a=(7, 3)).iloc[0], SALE) == "不足10条，不计算成交率"


def test_a_rate_of_fewer_than_thirty_bears_a_mark_in_any_edition() -> None:
    shown = tables.printed(rates("source", 官网=(30, 9), 电话=(29, 9), 展会=(9, 3)))
    assert shown["成交率"].tolist() == ["30.0%", "31.0%（n<30）", language.MISSING_SIGN]
    language.use("en")
    assert tables.printed(rates("source", a=(12, 6)))["Conversion rate"].tolist() == ["50.0% (n<30)"]


def test_four_reasons_have_four_wordings() -> None:
    some = pd.DataFrame({"source": ["官网"]})
    assert industry.absent("product", some) == "数据未提供“咨询产品”，本节从略。"
    assert industry.absent("product", some.assign(product=None)) == "各条咨询均未填写“咨询产品”，本节从略。"
    assert industry.absent("source", some) == "“客户来源”没有可以公布比率的组，本节从略。"
    assert industry.absent("product", some, graded=0) == "没有可评级的咨询，本节从略。"
    few = industry.extremes(rates("source", 甲=(20, 3), 乙=(20, 9)), SALE)
    withheld = rates("source", 甲=(90, 30), 乙=(90, 31)).astype(float)
    withheld.loc["乙", ["conversions", "rate", "low", "high"]] = np.nan
    assert few == "满30条的客户来源不足两组，不作比较"
    assert industry.extremes(withheld, SALE) == "部分客户来源的数字不公布，不作比较"
    assert (
        industry.extremes(rates("source", 甲=(90, 30), 乙=(90, 31)), SALE) == "各客户来源的成交率没有显著差异"
    )


def test_a_title_is_about_the_groups_that_it_compares() -> None:
    # 12 of 12 stand beside three groups of about 100 that cannot be told apart.
    table = rates(
        "customer_type", 小微企业=(95, 25), 个体工商户=(101, 23), 中型企业=(104, 31), 社会团体=(12, 12)
    )
    assert industry.extremes(table, SALE) == "在满30条的客户类型中，成交率没有显著差异"


def test_the_most_extreme_of_eight_alike_is_no_finding() -> None:
    table = rates("source", **dict.fromkeys("abcdef", (700, 161)), g=(700, 178), h=(700, 146))
    assert (
        conversion.difference(table.loc["g"], table.loc["h"])[1] > 0
    )  # as if the two had been chosen beforehand
    assert industry.extremes(table, SALE) == "各客户来源的成交率没有显著差异"


def test_all_and_none_have_no_range() -> None:
    everybody = rates("product", 总账=(100, 100), 报税=(100, 100))
    assert industry.span(everybody, SALE) == "各咨询产品的成交率均为100.0%"
    assert industry.gradient(rates("grade", A=(40, 40), B=(50, 50))) == "各等级的咨询全部成交"
    assert industry.gradient(rates("grade", A=(40, 0), B=(50, 0))) == "各等级的咨询均未成交"


# Grades and advice


def test_reversals_between_grades_are_said_and_reach_the_advice() -> None:
    table = rates("grade", A=(900, 500), B=(2000, 608), C=(2000, 702), D=(900, 90))
    assert industry.gradient(table).endswith("其中C级（35.1%）显著高于B级（30.4%）")
    assert industry.advise_reversals(table).startswith(
        "C级（35.1%）显著高于B级（30.4%），与评级标准的次序相反"
    )
    assert industry.advise_reversals(rates("grade", A=(900, 500), B=(2000, 608))) == ""


def test_nobody_advises_to_call_the_highest_grade_where_the_score_is_upside_down() -> None:
    top, work = CARD.bands[-1], contacts(100, 100, 100, 100)
    fine = rates("grade", A=(100, 60), B=(100, 40), C=(100, 20), D=(100, 5))
    assert industry.advise_follow_up(work, top, fine).startswith("优先落实A级客户的跟进")
    assert industry.advise_follow_up(work, top, fine[::-1].set_axis(list("ABCD")).rename_axis("grade")) == ""
    assert industry.advise_follow_up(work, top, rates("grade", A=(100, 100), B=(100, 100))) == ""
    inverted = pd.DataFrame({"auc": [0.199], "low": [0.16], "high": [0.24]})
    assert industry.advise_follow_up(work, top, fine, inverted) == ""
    assert industry.advise_follow_up(contacts(np.nan, 1, 1, 1), top, fine) == ""


def test_no_advice_on_a_tie_or_on_a_single_score() -> None:
    labels = {"intent": "意向度", "clarity": "明确性"}
    assert industry.advise_dimension(pd.DataFrame({"mean": {"intent": 3.001, "clarity": 3.0}}), labels) == ""
    assert industry.advise_dimension(pd.DataFrame({"mean": {"intent": 3.0}}), labels) == ""
    assert industry.scores(pd.DataFrame({"mean": {"intent": 3.0}}), labels) == "意向度平均3.00分"


def test_one_low_group_is_not_the_largest_of_several() -> None:
    table = rates("source", 官网=(300, 30), 电话=(300, 150), 展会=(300, 90))
    said = industry.advise_groups(conversion.compare(table, planned=False), table, SALE)
    assert said.startswith("成交率显著偏低的客户来源有官网（300条，成交率10.0%），建议抽取客户回访")


# Withheld is not zero


def test_a_role_with_a_withheld_grade_has_no_equivalents() -> None:
    staff = workload.full_time_equivalents(contacts(np.nan, np.nan, 80, 60), MINUTES, 1600)
    by_role = staff.groupby("role")["full_time_equivalents"].agg(lambda values: values.isna().all())
    assert by_role.to_dict() == {"客户经理": True, "金牌销售": True, "销售": False}
    assert industry.staffing(staff) == ""
    assert industry.effort(contacts(4, np.nan, 80, 60)) == ""


def test_an_empty_table_is_not_a_table_of_zeros() -> None:
    table = rated(50, 1)
    assert validity.sensitivity(table.iloc[:0], CARD, scoring.combinations(CARD)).empty


# How the scores act


def test_an_effect_that_may_be_noise_is_not_called_opposed() -> None:
    fit = validity.weights(rated(1500, 7), CARD)  # scores and purchases have nothing to do with each other
    assert table_metadata.fact(fit, "reason") == "not clear"
    assert industry.contributions(fit, {}) == "各项评分与成交的关系不够明确，不估计各项评分的相对作用"


def test_why_no_weights_are_estimated_is_the_reason_that_holds() -> None:
    def said(table: pd.DataFrame) -> str:
        return industry.contributions(validity.weights(table, CARD), {})

    rest = "，不估计各项评分的相对作用"
    table = rated(400, 3)  # plenty of purchases and plenty of others
    assert said(table) == "各项评分与成交的关系不够明确" + rest
    assert (
        said(table.assign(intent=4, clarity=3, satisfaction=3))
        == "有评分项没有变化，或随其他评分项同步变化" + rest
    )
    assert said(table.assign(converted=True)) == "咨询全部成交" + rest
    assert said(table.assign(converted=False)) == "没有一条咨询成交" + rest
    assert said(table.assign(converted=table["composite"] >= 3)) == "评分把成交与未成交完全分开" + rest
    assert said(table.head(40)) == "成交或未成交的咨询太少" + rest


def test_an_effect_clearly_against_the_standard_is() -> None:
    table = rated(2000, 4)
    against = 1 / (1 + np.exp(1.2 * (table["clarity"].to_numpy(float) - 3)))
    fit = validity.weights(table.assign(converted=np.random.default_rng(1).random(2000) < against), CARD)
    assert table_metadata.fact(fit, "reason") == "opposed"


def weigh(weights: dict[str, Fraction], scores: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Fit weights to purchases that follow them."""
    total = sum(float(weight) * scores[name].to_numpy(float) for name, weight in weights.items())
    bought = np.random.default_rng(seed).random(len(scores)) < 1 / (1 + np.exp(-(total - total.mean())))
    card = SimpleNamespace(
        kind="weighted",
        dimensions=[SimpleNamespace(level_name=name, weight=w) for name, w in weights.items()],
    )
    return validity.weights(scores.assign(converted=pd.array(bought, dtype="boolean")), card)


def test_half_scores_are_not_cut_and_negative_weights_are_no_fault() -> None:
    rng = np.random.default_rng(8)
    halves = pd.DataFrame({name: rng.integers(2, 11, 6000) / 2 for name in "ab"}).astype("Float64")
    fit = weigh({"a": Fraction(3, 2), "b": Fraction(1, 2)}, halves, 9)
    assert fit.loc["a", "low"] < 0.75 < fit.loc["a", "high"]
    negative = weigh({"a": Fraction(3, 2), "b": Fraction(-1, 2)}, halves, 9)
    assert table_metadata.fact(negative, "reason") is None
    assert negative["weight"].tolist() == [0.75, 0.25]
    assert negative.loc["b", "coefficient"] < 0 < negative.loc["b", "share"]


# Money, customers and the day of the list


def test_amounts_are_of_purchases_and_refunds_stand_beside() -> None:
    table = pd.DataFrame(
        {
            "customer_type": ["甲"] * 5,
            "customer_id": ["1", "2", "3", None, "5"],
            "converted": pd.array([True, True, False, True, None], dtype="boolean"),
            "amount": pd.array([1000, -500, 900, 300, 700], dtype="Float64"),
        }
    )
    row = sales.sum_purchases(table, "customer_type").loc["甲"]
    assert row.tolist() == [2, 1300, -500, 800, 1]
    assert sales.sum_purchases(table.drop(columns="amount"), "customer_type").empty


def test_customers_without_a_purchase_are_those_of_the_work_list() -> None:
    table = scoring.score(dataset.load("sample", region="黄山市", year=2025), CARD)
    grades = workload.customers_to_contact(table)
    staff = workload.full_time_equivalents(workload.contacts(grades, CARD), MINUTES, 1600)
    total = staff.groupby("assumption", sort=False)["full_time_equivalents"].sum()
    assert f"{total['mid']:.1f}" == "8.3"
    assert "未成交客户" in industry.staffing(staff, of_customers=True)


def test_a_work_list_knows_nothing_after_its_day() -> None:
    day = pd.Timestamp("2025-06-30")
    known = follow_up.known_by(dataset.load("sample", region="黄山市"), day)
    assert not (known["converted_on"] > day).any() and not (known["consulted_on"] > day).any()
    everything = scoring.score(known, CARD)
    now, trail = everything[everything["year"] == 2025], history.history(everything)
    calls = sales.work_list(
        trail[trail["period"].dt.year == 2025], follow_up.calendar(now, CARD, day),
        history.causes(trail, 2024, 2025, CARD, scoring.levels(trail, CARD)),
        history.moves(trail, 2024, 2025), CARD, sales.find_buyers(now),
    )  # fmt: skip
    assert (len(calls), int((calls["grade"] == "A").sum())) == (2037, 180)


def test_without_identifiers_it_is_not_said_that_nobody_is_left_to_call() -> None:
    nobody = pd.DataFrame({"grade": pd.Categorical([], list("DCBA"), ordered=True)})
    assert enterprise.calls(nobody) == "没有需要跟进的未成交客户"
    assert enterprise.calls(nobody, identified=False) == "数据没有客户编号，无法按客户列出跟进名单"
    high, day = sales.HighGrades(grades=("B", "A")), pd.Timestamp("2025-12-31")
    assert enterprise.key_figures(nobody, high, day, contacts(1, 1, 1, 1), identified=False) == []
    assert enterprise.desk(nobody, high, day) == ""


def test_records_after_the_day_of_the_list_are_named() -> None:
    table = pd.DataFrame({"consulted_on": pd.to_datetime(["2025-06-30", "2025-07-01", None])})
    assert follow_up.count_later(table, pd.Timestamp("2025-06-30")) == 1
    assert industry.after_cut(1, pd.Timestamp("2025-06-30")) == "1条咨询的日期晚于基准日2025年6月30日，未计入"
    quality = pd.DataFrame(
        [[10, 9, 0, 1, 0]], columns=["read", "used", "elsewhere", "rejected", "duplicates"]
    )
    assert industry.reconciliation(quality, 6, later=1) == (
        "读入10条 = 已评级6条 + 未评级2条 + 晚于基准日1条 + 剔除1条 + 重复0条"
    )


def test_a_scorecard_that_was_not_in_force_is_named() -> None:
    card = SimpleNamespace(version="2025.1", valid_from=pd.Timestamp("2025-01-01"), valid_to=None)
    assert industry.version(card, [2025]) == ""
    assert industry.version(card, [2023, 2024, 2025]).startswith(
        "2023年和2024年不在评级标准2025.1版的有效期内"
    )
    assert industry.version(CARD, [2023, 2025]) == ""


def test_grade_moves_stand_beside_regression_to_the_mean() -> None:
    assert "向均值回归" in industry.regression_to_mean()


def test_two_columns_under_one_head_have_one_base() -> None:
    table = rated(400, 5)
    table.loc[:50, "converted"] = pd.NA
    by_grade = conversion.by_grade(table)
    assert table_metadata.heads(by_grade)["consultations"] == "已登记是否成交"
    assert by_grade["consultations"].sum() < conversion.grades(table)["consultations"].sum()


def test_bounds_of_conversion_include_the_unknown() -> None:
    table = rated(400, 6)
    table.loc[table.index % 2 == 0, "converted"] = pd.NA
    row = bases.conversion_bases(table).loc["all"]
    assert row["lowest"] == row["conversions"] / 400
    assert row["highest"] == (row["conversions"] + 200) / 400


def test_where_no_amount_is_above_zero_that_is_said_in_place_of_an_empty_table() -> None:
    rows = rated(300, 4).assign(customer_id=[f"K{n}" for n in range(300)], customer_type="小微企业")
    rows["amount"] = pd.Series(-120.0, rows.index).where(rows["converted"].astype(bool))
    groups = conversion.by(rows, "customer_type", SALE)
    for internal in (False, True):
        told = derived.sum_amounts(rows, groups, Policy(10, 10.0, internal=internal))
        assert told.empty
        assert industry.amounts_withheld(told) == "登记的成交金额没有大于零的，不列金额"
    paid = derived.sum_amounts(rows.assign(amount=rows["amount"].abs()), groups, Policy(10, 10.0))
    assert len(paid) == 1 and industry.amounts_withheld(paid) == ""


def test_a_lift_of_one_and_a_range_of_equal_ends_are_not_said() -> None:
    alike = pd.DataFrame({"lift": [1.0], "share": [1.0]})
    assert industry.lift(alike) == ""
    assert industry.lift(pd.DataFrame({"lift": [1.0], "share": [0.2]})) == ""
    graded = rated(200, 5)
    assert graded["grade"].notna().all()
    assert industry.bounds(bases.ungradable_bounds(graded)) == ""


def test_a_rounding_tie_is_printed_alike_in_table_sentence_and_key_figure() -> None:
    """39,520 contacts of 30 minutes at 1,600 hours are 12.35 persons, a tie of one decimal."""
    staff = workload.full_time_equivalents(contacts(760, 0, 0, 0), MINUTES, 1600)
    high = staff[(staff["assumption"] == "high") & (staff["contacts"] == 39_520)]
    assert high["full_time_equivalents"].iloc[0] == pytest.approx(12.35)
    wide = tables.staff(staff)
    printed = language.formatted(wide.iloc[0, -1], "full_time_equivalents")
    assert f">{printed}<" in tables.to_html(wide)
    assert f"{printed}人" in college.posts(staff)
    assert printed in industry.staffing(staff)
