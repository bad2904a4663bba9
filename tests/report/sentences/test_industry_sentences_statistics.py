"""What the statistics allow to be said, word for word."""

import pandas as pd
import pytest

from industry_report.analysis import conversion
from industry_report.analysis.conversion import Measure, Standardised, Trend
from industry_report.base import language, table_metadata
from industry_report.report.sentences import industry

SALE = Measure()


@pytest.mark.parametrize(
    ("result", "zh", "en"),
    [
        (
            Trend(9.403, 1e-20, True, True, "rises"),
            "科克伦-阿米蒂奇（Cochran-Armitage）趋势检验：Z=9.4，P<0.001，成交率随等级上升",
            "Cochran-Armitage trend test (Z=9.4, P<0.001): conversion rises with the grade",
        ),
        (
            Trend(2.1, 0.0357, False, False, "rises"),
            "科克伦-阿米蒂奇（Cochran-Armitage）趋势检验：Z=2.1，P=0.036，成交率随等级上升，但并非逐级变化",
            "Cochran-Armitage trend test (Z=2.1, P=0.036): conversion rises with the grade, "
            "but not at every step",
        ),
        (
            Trend(0.5, 0.617, False, False, "no clear trend"),
            "科克伦-阿米蒂奇（Cochran-Armitage）趋势检验：Z=0.5，P=0.617，成交率未见随等级变化的显著趋势",
            "Cochran-Armitage trend test (Z=0.5, P=0.617): no clear trend across the grades",
        ),
        (
            Trend(float("nan"), float("nan"), True, False, "too few"),
            "满30条的等级不足两个，不作趋势检验",
            "Fewer than two grades have 30 consultations: no trend test",
        ),
    ],
)
def test_trend(result, zh, en):
    assert industry.trend(result) == zh
    language.use("en")
    assert industry.trend(result) == en


def rates(**groups):
    table = pd.DataFrame(groups, index=["consultations", "conversions"]).T.rename_axis("source")
    return conversion.with_interval(table, SALE)


def test_groups_against_all_others():
    table = conversion.compare(rates(甲=(500, 250), 乙=(500, 100), 丙=(500, 175)), planned=False)
    assert industry.versus(table, SALE) == (
        "与其余各组相比，“甲”的成交率更高，“乙”的成交率更低（校正后P<0.05）"
    )
    language.use("en")
    assert industry.versus(table, SALE) == (
        "Conversion rate against all others (adjusted P<0.05): higher for 甲; lower for 乙"
    )


def test_equal_groups_and_small_groups_are_not_told_apart():
    same = conversion.compare(rates(甲=(500, 100), 乙=(500, 100)), planned=False)
    assert industry.versus(same, SALE) == "满30条的各组与其余各组相比，成交率均无显著差异"
    few = conversion.compare(rates(甲=(20, 19), 乙=(9, 0)), planned=False)
    assert industry.versus(few, SALE) == "满30条的组不足两个，不作比较"


def standardised(reversals):
    table = pd.DataFrame(reversals, columns=["first", "second", "clear"])
    return Standardised(pd.DataFrame({"rate": [0.5, 0.4]}), pd.DataFrame({"weight": [0.5, 0.5]}), table)


def test_reversal_of_an_order_is_said_and_weighed():
    none = standardised([])
    assert industry.mix(none, "source", "customer_type", SALE) == (
        "按客户类型构成标准化后，各客户来源成交率的高低次序没有逆转"
    )
    clear = standardised([("甲", "乙", True)])
    assert industry.mix(clear, "source", "customer_type", SALE) == (
        "按客户类型构成标准化后，“甲”与“乙”的次序逆转，未标准化时的高低部分来自构成差异"
    )
    faint = standardised([("甲", "乙", False)])
    assert industry.mix(faint, "source", "customer_type", SALE).endswith("但这些差异都不显著")
    empty = Standardised(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    assert industry.mix(empty, "source", "customer_type", SALE) == ""
    one_stratum = Standardised(none.rates, none.weights.iloc[:1], none.reversals)
    assert industry.mix(one_stratum, "source", "customer_type", SALE) == ""


def test_how_good_the_scores_are():
    auc = pd.DataFrame({"auc": [0.8012], "low": [0.787], "high": [0.8149]})
    assert industry.discrimination(auc) == "综合评分区分成交与未成交的AUC为0.801（95%置信区间0.787～0.815）"
    assert industry.discrimination(auc.assign(auc=float("nan"))) == ""
    assert industry.discrimination(auc.assign(low=0.18, high=0.22)).endswith(
        "评分越高成交反而越少，与评级标准的用意相反"
    )
    assert industry.discrimination(auc.assign(low=0.366, high=0.584)).endswith("不能认为评分能够区分")
    assert industry.discrimination(auc.iloc[:0]) == ""
    assert "成交的那条综合评分较高的概率" in industry.what_auc_is(auc)
    assert industry.what_auc_is(auc.iloc[:0]) == ""
    parts = pd.DataFrame({"share": [0.105], "lift": [2.957]})
    assert industry.lift(parts) == "综合评分最高的10.5%的咨询，成交率是全体的2.96倍"
    assert industry.lift(parts.iloc[:0]) == ""
    assert industry.lift(parts.assign(share=1.0)) == industry.lift(parts.assign(lift=1.001)) == ""


def test_weights_are_an_observation():
    fit = pd.DataFrame(
        {"share": [0.6, 0.4], "low": [0.5, 0.3], "high": [0.7, 0.5], "weight": [0.5, 0.5]}, index=["a", "b"]
    )
    sentence = industry.contributions(fit, {"a": "甲", "b": "乙"})
    assert sentence == (
        "从成交结果估计的各项评分相对作用（括号内为95%置信区间）：甲60.0%（50.0%～70.0%），标准权重50%；"
        "乙40.0%（30.0%～50.0%），标准权重50%。各项标准权重均在置信区间内；上述结果仅反映本年数据，不作为评价评级标准的依据"
    )
    assert "乙的标准权重在置信区间之外" in industry.contributions(
        fit.assign(weight=[0.5, 0.6]), {"a": "甲", "b": "乙"}
    )
    nothing = fit.iloc[:0]
    table_metadata.tell(nothing, reason="separated")
    assert industry.contributions(nothing, {}) == "评分把成交与未成交完全分开，不估计各项评分的相对作用"


def test_bounds_early_outcomes_and_staffing():
    bounds = pd.DataFrame({"lowest": [0.155], "highest": [0.16]}, index=["A"])
    assert industry.bounds(bounds) == "无论未评级的咨询归入何级，A级占比都在15.5%～16.0%之间"
    assert industry.bounds(bounds.assign(highest=0.155)) == ""
    always = "日期不能说明评分是否在已知结果之后给出，上述指标可能因此偏高"
    assert industry.early(pd.DataFrame({"share": []})) == ""
    assert industry.early(pd.DataFrame({"share": [0.0]})) == always
    assert industry.early(pd.DataFrame({"share": [0.033]})) == f"有一部分成交不晚于咨询日期；{always}"
    assert industry.early(pd.DataFrame({"share": [float("nan")]})) == f"有一部分成交不晚于咨询日期；{always}"
    assert industry.early(pd.DataFrame({"share": [1.0]})) == f"多数成交不晚于咨询日期；{always}"
    staff = pd.DataFrame(
        {
            "assumption": ["low", "mid", "high"],
            "contacts": 100,
            "minutes_per_contact": [10, 20, 30],
            "hours_per_year": 1600,
            "full_time_equivalents": [1.04, 2.08, 3.12],
        }
    )
    assert industry.staffing(staff) == (
        "按全时人员每年工作1,600小时、每次回访用时10、20和30分钟（低、中、高三种假设）计，"
        "全部咨询的回访分别折合全时人员1.0、2.1和3.1人（上限）；该数为工作量，不代表用人需求"
    )
    assert "上限" not in industry.staffing(staff, of_customers=True)
    withheld = staff.assign(full_time_equivalents=[1.0, 2.0, float("nan")])
    assert industry.staffing(withheld) == ""


def test_assumptions_of_full_time_equivalents_are_stated_once():
    staff, left = (
        pd.DataFrame(
            {
                "assumption": ["low", "mid", "high"],
                "contacts": contacts,
                "minutes_per_contact": [10, 20, 30],
                "hours_per_year": 1600,
                "full_time_equivalents": [contacts * m / 60 / 1600 for m in (10, 20, 30)],
            }
        )
        for contacts in (81_076, 40_000)
    )
    first, second = industry.staffing_of_both(staff, left)
    assert first == industry.staffing(staff)
    assert second == "未成交客户的回访（每户计一次等级）按同样假设折合，分别为4.2、8.3和12.5人"
    hidden = staff.assign(full_time_equivalents=float("nan"))
    assert industry.staffing_of_both(hidden, left) == [industry.staffing(left, of_customers=True)]
    assert industry.staffing_of_both(staff, hidden) == [first]


def two_criteria(*ends):
    rows = [
        {
            "dimension": dimension,
            "score": score,
            "consultations": 1000,
            "conversions": sold,
            "rate": sold / 1000,
        }
        for dimension, pair in zip(("intent", "clarity"), ends, strict=True)
        for score, sold in zip((1, 5), pair, strict=True)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (((100, 500), (100, 200)), "最能区分成交率"),  # one rises clearly more
        (((100, 300), (100, 310)), "各评分项最高分的成交率均显著高于最低分"),
        (((100, 130), (100, 105)), ""),  # one of them may not rise at all
        (((300, 100), (300, 110)), ""),
    ],
)
def test_finding_on_scores_claims_no_more_than_its_intervals(ends, expected):
    said = industry.steepest(two_criteria(*ends), Measure())
    assert expected in said and bool(said) == bool(expected)
