"""What a comparison says of years and regions: the right claim, or none."""

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from industry_report.analysis import conversion
from industry_report.analysis.conversion import Measure
from industry_report.base import language, table_metadata
from industry_report.report import tables
from industry_report.report.sentences import side_by_side, side_headlines

SALE = Measure()


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    language.use("zh")


def rates(**groups: tuple[int, int]) -> pd.DataFrame:
    table = pd.DataFrame(groups, index=["consultations", "conversions"]).T.rename_axis("side")
    return conversion.with_interval(table, SALE)


def years(*counts: tuple[int, int]) -> pd.DataFrame:
    return rates(**{str(2021 + i): count for i, count in enumerate(counts)}).set_axis(
        pd.RangeIndex(2021, 2021 + len(counts), name="side")
    )


def steps(table: pd.DataFrame) -> pd.DataFrame:
    names = list(table.index)
    pairs = [*zip(names[1:], names, strict=False), *([(names[-1], names[0])] if len(names) > 2 else [])]
    ours, theirs = (
        table.loc[[pair[place] for pair in pairs], ["consultations", "conversions"]].reset_index(drop=True)
        for place in (0, 1)
    )
    found = conversion.differences(ours, theirs, planned=True)
    return found.assign(one=[one for one, _ in pairs], other=[other for _, other in pairs])


def mixed(**counts: list[tuple[int, int]]) -> conversion.Standardised:
    """Standardise sides that are given as (consultations, conversions) of each type."""
    index, columns = pd.Index(list(counts), name="side"), pd.Index(["甲", "乙"], name="customer_type")
    n, x = (
        pd.DataFrame([[cell[place] for cell in row] for row in counts.values()], index, columns)
        for place in (0, 1)
    )
    return conversion.standardise_counts(n, x, SALE)


# Years


def test_three_years_are_told_from_first_to_last_and_as_a_trend() -> None:
    table = years((2000, 400), (2000, 440), (2000, 500))
    said = side_by_side.trend(steps(table), table, SALE)
    assert said.startswith("成交率2021年为20.0%，2023年为25.0%；2023年比2021年上升5.0个百分点，")
    assert said.endswith("3年逐年趋势上升")
    assert side_headlines.trend_test(table).endswith("检验：Z=3.8，P<0.001")
    assert side_headlines.trend_test(table.tail(2)) == ""


def test_two_years_have_no_trend() -> None:
    table = years((4930, 1088), (3997, 899))
    assert side_by_side.trend(steps(table), table, SALE) == (
        "成交率2021年为22.1%，2022年为22.5%；2022年比2021年变化不显著"
    )


def test_withheld_years_are_not_called_too_few() -> None:
    table = years((2000, 400), (2000, 440))
    table.loc[2022, ["consultations", "conversions", "rate"]] = np.nan
    assert "不公布" in side_by_side.trend(steps(table.iloc[:1]), table, SALE)
    few = years((2000, 400), (8, 2))
    assert side_by_side.trend(steps(few.iloc[:1]), few, SALE) == (
        "2022年不足十条，不计算成交率，不作年度比较"
    )


# Regions


def test_places_are_ranges_from_standardised_rates() -> None:
    # Hangzhou leads by its mix alone: in either type both sell alike.
    result = mixed(
        杭州市=[(2000, 400), (5000, 2000)],
        黄山市=[(5000, 1000), (2000, 800)],
        盐城市=[(3500, 350), (3500, 1050)],
    )
    assert result.rates["rate"].idxmax() == "杭州市"
    places = result.rates.join(conversion.rank_places(list(result.rates.index), result.pairs))
    places = places.sort_values("standardised", ascending=False, kind="stable")
    assert places.loc[["杭州市", "黄山市"], ["best", "worst"]].to_numpy().tolist() == [[1, 2], [1, 2]]
    said = side_by_side.order(places, SALE)
    assert said.startswith("按相同构成计算的成交率：") and said.endswith("盐城市（20.0%）第3位")
    assert said.count("差异不显著，均在第1～2位之间；") == 1 and said.count("～") == 1
    with language.speaking("en"):
        assert side_by_side.order(places, SALE).endswith(
            "not significantly different, between 1st and 2nd; Yancheng (20.0%) 3rd"
        )


def test_only_who_fill_their_range_of_places_are_joint() -> None:
    # 甲 is clearly above 丙 and nobody else is told from anybody.
    table = pd.DataFrame(
        {"rate": [0.3, 0.25, 0.2], "best": [1, 1, 2], "worst": [2, 3, 3]}, index=["甲", "乙", "丙"]
    )
    said = side_by_side.order(table, SALE)
    assert "并列" not in said and "差异不显著" not in said
    assert "甲（30.0%）在第1～2位之间，不能确定；乙（25.0%）在第1～3位之间" in said


def test_table_of_differences_names_both_regions() -> None:
    compared = pd.DataFrame(
        {"rate": [0.2], "reference": [0.3], "difference": [-0.1], "low": [-0.2], "high": [-0.01]}
        | {"p_adjusted": [0.01], "verdict": ["lower"], "one": ["黄山市"], "other": ["杭州市"]},
        index=pd.Index(["黄山市比杭州市"], name="compared"),
    )
    shown = tables.printed(side_by_side.pairs(compared, False, SALE))
    assert list(shown.columns[:3]) == ["比较", "前者成交率", "后者成交率"]
    assert list(shown.iloc[0, :3]) == ["黄山市比杭州市", "20.0%", "30.0%"]
    years = tables.printed(side_by_side.pairs(compared, True, SALE))
    assert list(years.columns[:3]) == ["比较", "基期成交率", "比较期成交率"]


def test_regions_that_cannot_be_told_apart_have_no_places() -> None:
    table = rates(黄山市=(500, 100), 杭州市=(500, 104))
    places = table.join(conversion.rank_places(list(table.index), conversion.compare_pairs(table)))
    assert side_by_side.order(places, SALE).endswith("差异不显著，不排名次")
    assert side_by_side.order(places.iloc[:1], SALE) == "可比较的地区不足两个，不作排名"


def test_composition_explains_only_a_difference_that_is_clear() -> None:
    noise = mixed(黄山市=[(200, 50), (200, 50)], 杭州市=[(220, 57), (180, 46)])
    assert side_by_side.composition(noise, "customer_type", SALE) == ""
    all_mix = mixed(杭州市=[(2000, 400), (5000, 2000)], 黄山市=[(5000, 1000), (2000, 800)])
    said = side_by_side.composition(all_mix, "customer_type", SALE)
    assert said == (
        "按客户类型构成标准化后，杭州市与黄山市的成交率之差由8.6个百分点缩小为0.0个百分点，差异有一部分来自客户类型构成不同"
    )
    none_mix = mixed(黄山市=[(3000, 900), (3000, 900)], 杭州市=[(3000, 600), (3000, 600)])
    assert side_by_side.composition(none_mix, "customer_type", SALE).endswith("构成的不同不能解释这一差异")


def test_one_stratum_is_no_standardisation() -> None:
    n = pd.DataFrame({"甲": [3000, 3000]}, pd.Index(["黄山市", "杭州市"], name="side"))
    x = pd.DataFrame({"甲": [900, 600]}, n.index)
    result = conversion.standardise_counts(n.rename_axis(columns="customer_type"), x, SALE)
    assert result.pairs.empty
    assert side_by_side.composition(result, "customer_type", SALE) == ""


def test_the_highest_share_is_claimed_only_over_all_pairs() -> None:
    def said(**counts: tuple[int, int]) -> str:
        table = rates(**counts).reset_index().assign(group="A")
        return side_by_side.top_grade(table, dict.fromkeys(counts))

    assert "没有显著差异" in said(甲市=(700, 178), 乙市=(700, 161), 丙市=(700, 146))
    assert said(甲市=(2000, 700), 乙市=(2000, 400), 丙市=(2000, 390)) == (
        "A级占比甲市最高：甲市（35.0%）、乙市（20.0%）和丙市（19.5%）"
    )
    assert "甲市高于丙市" in said(甲市=(1500, 360), 乙市=(1500, 318), 丙市=(1500, 280))


# Groups


def test_shifts_name_what_changed_and_say_why_not() -> None:
    def said(first: pd.DataFrame, last: pd.DataFrame) -> str:
        table = conversion.differences(last, first)
        return side_by_side.shifted(table_metadata.tell(table, sides=(2025, 2024)), "source", SALE)

    assert said(rates(甲=(1000, 200), 乙=(1000, 200)), rates(甲=(1000, 300), 乙=(1000, 205))) == (
        "2025年与2024年相比，成交率显著上升的客户来源有“甲”"
    )
    assert said(rates(甲=(1000, 200)), rates(甲=(1000, 205))).endswith("没有一个客户来源的成交率变化显著")
    assert said(rates(甲=(20, 4)), rates(甲=(20, 9))) == "客户来源各组不足30条，不比较成交率"


def side(table: pd.DataFrame, graded: int = 10, measure: Measure = SALE) -> SimpleNamespace:
    return SimpleNamespace(by={"source": table}, graded=graded, measure=measure, received=100)


def test_why_no_group_stands_side_by_side() -> None:
    one, nothing = rates(甲=(100, 20)), rates(甲=(100, 20)).iloc[:0]
    apart = {2024: side(one), 2025: side(one)}
    assert side_by_side.no_groups(apart, "source") == "没有一个组在两个年度都公布，“客户来源”不作比较。"
    assert side_by_side.no_groups({"甲市": side(nothing)}, "source") == "数据未提供“客户来源”，本节从略。"
    assert side_by_side.no_groups({2024: side(nothing, 0)}, "source") == "没有可评级的咨询，本节从略。"


def test_sides_without_outcomes_are_named() -> None:
    sides = {2024: side(rates()), 2025: side(rates(), measure=Measure("A"))}
    assert (
        side_by_side.without_outcomes(sides, {2024: sides[2024]})
        == "2025年未提供成交结果，不参与成交率的比较"
    )
    assert side_by_side.without_outcomes(sides, sides) == ""


def test_key_figures_say_what_is_withheld() -> None:
    table = rates(甲市=(100, 20), 乙市=(100, 30))
    table.loc["乙市", "rate"] = np.nan
    figures = side_by_side.key_figures_of_sides({"甲市": side(table), "乙市": side(table)}, table, SALE)
    assert figures == [
        ("有效咨询合计", "200条"),
        ("甲市成交率", "20.0%"),
        ("乙市成交率", language.protected()),
    ]


def test_withheld_rows_are_counted() -> None:
    table = pd.DataFrame({"rows": [9, 9], "protected_rows": [2, 0]}, index=[2024, 2025])
    assert side_by_side.withheld(table).startswith("因数据保密，统计表中不公布的有2024年2行")
    assert side_by_side.withheld(table.tail(1)) == ""


def test_heads_name_the_two_rates() -> None:
    assert side_by_side.compared_heads(True, SALE) == {
        "reference": "基期成交率",
        "rate": "比较期成交率",
    }
    assert side_by_side.grade_label("A") == "A级"


# Headlines of a comparison


def test_headline_of_years_claims_only_what_the_interval_allows() -> None:
    assert side_headlines.headline_rates(years((2000, 400), (2000, 440), (2000, 500)), "成交率") == (
        "成交率显著高于2021年"
    )
    assert side_headlines.headline_rates(years((200, 40), (200, 42)), "成交率") == "成交率变化不显著"


def test_headline_of_regions_names_ends_that_are_clear_of_all() -> None:
    told = rates(黄山市=(2000, 600), 杭州市=(2000, 800), 盐城市=(2000, 400))
    assert side_headlines.headline_rates(told, "成交率") == "成交率：杭州市最高，盐城市最低"
    assert (
        side_headlines.headline_rates(told.iloc[[0, 1, 0]].set_axis(list("甲乙丙")), "成交率")
        == "成交率乙最高"
    )
    same = rates(黄山市=(500, 100), 杭州市=(500, 104))
    assert side_headlines.headline_rates(same, "成交率") == "成交率差异不显著"
    assert side_headlines.headline_rates(same.iloc[:1], "成交率") == "成交率"


def test_headline_of_groups_names_what_every_region_finds() -> None:
    def side(**verdicts: str) -> SimpleNamespace:
        return SimpleNamespace(versus={"source": pd.DataFrame({"verdict": verdicts})})

    both = {
        "甲市": side(官网="higher", 电话咨询="lower"),
        "乙市": side(官网="no clear difference", 电话咨询="lower"),
    }
    assert side_headlines.headline_everywhere(both, "source", SALE) == "电话咨询在各地区均显著偏低"  # type: ignore[arg-type]
    none = {"甲市": side(官网="higher"), "乙市": side(官网="lower")}
    assert side_headlines.headline_everywhere(none, "source", SALE) == "各客户来源的成交率"  # type: ignore[arg-type]


def test_headline_of_shifts_counts_what_it_does_not_name() -> None:
    moved = pd.DataFrame(
        {"verdict": ["higher", "higher", "higher", "lower"], "difference": [0.1, 0.3, 0.2, -0.1]},
        index=["官网", "搜索引擎", "老客户推荐", "电话咨询"],
    )
    assert (
        side_headlines.headline_shifts(moved, "source", SALE)
        == "搜索引擎和老客户推荐等3组显著上升，电话咨询显著下降"
    )
    still = moved.assign(verdict="no clear difference")
    assert side_headlines.headline_shifts(still, "source", SALE) == "各客户来源成交率变化不显著"
