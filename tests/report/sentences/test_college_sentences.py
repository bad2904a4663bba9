"""What a college reads, sentence by sentence: the right claim, or none."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from industry_report.analysis import market
from industry_report.analysis.conversion import Measure
from industry_report.analysis.market import FALLING, RISING, STEADY, UNSURE
from industry_report.analysis.seasonality import Season
from industry_report.base import language, table_metadata
from industry_report.report.sentences import college, college_headlines, figure_notes

LABELS = {"clarity": "需求明确性", "satisfaction": "满意度"}
TRAINING = {"clarity": "需求诊断", "satisfaction": "服务沟通"}


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    language.use("zh")


def needs(**rates: float) -> pd.DataFrame:
    return pd.DataFrame({"rate": pd.Series(rates, dtype=float)}).assign(courses="税法")


def service(**weak: float) -> pd.DataFrame:
    return pd.DataFrame({"weak": weak}).assign(low=0.1, high=0.5).rename_axis("dimension")


def changes(**rows: tuple[float, str]) -> pd.DataFrame:
    data = [("product", name, apart, way) for name, (apart, way) in rows.items()]
    return pd.DataFrame(data, columns=["kind", "group", "difference", "direction"])


def staff(**contacts: float) -> pd.DataFrame:
    rows = [
        (role, name, n, minutes, 1600, n * minutes / 60 / 1600)
        for role, n in contacts.items()
        for name, minutes in (("low", 10), ("mid", 20), ("high", 30))
    ]
    columns = [
        "role",
        "assumption",
        "contacts",
        "minutes_per_contact",
        "hours_per_year",
        "full_time_equivalents",
    ]
    return pd.DataFrame(rows, columns=columns)


def season(months: tuple[int, ...] = (3, 4, 5), p: float = 0.001) -> Season:
    return Season(months, 0.312, 0.3, 0.33, p)


# What is wanted


def test_products_that_are_asked_for_most_are_named_with_their_courses() -> None:
    said = college.wanted(needs(报税=0.4, 总账=0.3, 进销存=0.2, 固定资产=0.1))
    most = "报税（40.0%）、总账（30.0%）和进销存（20.0%）"
    assert said == f"咨询最多的产品是{most}，培养方案可优先保证对应课程：税法"
    language.use("en")
    assert college.wanted(needs(报税=0.4)).startswith("The product asked for most is tax filing (40.0%)")


def test_who_ties_with_a_named_product_is_named_too() -> None:
    assert "固定资产" in college.wanted(needs(报税=0.4, 总账=0.3, 进销存=0.2, 固定资产=0.2, 发票管理=0.1))


def test_products_that_are_all_alike_are_not_ranked() -> None:
    alike = needs(**dict.fromkeys("甲乙丙丁戊己", 0.25))
    assert college.wanted(alike) == "各产品的咨询数不公布或相同，不作排列"
    assert college.wanted(needs(报税=np.nan)) == "各产品的咨询数不公布或相同，不作排列"
    assert college.wanted(needs()) == ""


def test_clients_are_added_up_only_where_there_are_several() -> None:
    table = pd.DataFrame({"rate": {"小微企业": 0.5, "院校": 0.2, "其他": 0.3}})
    assert college.clients(table).startswith("咨询主要来自小微企业（50.0%）和院校（20.0%），合计70.0%")
    assert "合计" not in college.clients(table.head(1))
    assert college.clients(table.tail(1)) == ""


# Rising and falling


def test_moves_name_what_rises_and_falls() -> None:
    table = changes(报税=(0.05, RISING), 总账=(-0.04, FALLING), 进销存=(0.001, STEADY))
    assert college.moves(table, "product", 2024) == (
        "与2024年相比，咨询产品中占比上升的有报税（+5.0个百分点），占比下降的有总账（−4.0个百分点）"
    )
    assert college.moves(changes(报税=(0.01, UNSURE)), "product", 2024) == (
        "与2024年相比，各咨询产品的占比没有显著升降"
    )
    assert college.moves(changes(报税=(np.nan, UNSURE)), "product", 2024) == ""


def test_directions_have_words_in_both_languages() -> None:
    assert college.direction_words()[STEADY] == "平稳"
    language.use("en")
    assert college.direction_words()[UNSURE] == "Not enough evidence"


def test_a_field_that_is_left_blank_more_often_is_said_and_states_no_direction() -> None:
    # The same mix of products; 600 of 2,000 name none in the later year.
    def table(*counts: int) -> pd.DataFrame:
        index = pd.Index(["总账", "报税", "进销存"], name="product")
        return pd.DataFrame({"consultations": counts}, index=index)

    before, now = (
        market.demand(table(667, 667, 666), 2000, 2000),
        market.demand(table(474, 464, 462), 2000, 1400),
    )
    assert now["rate"].map("{:.1%}".format).tolist() == ["33.9%", "33.1%", "33.0%"]
    found = market.directions({"product": now}, {"product": before}, 20)
    assert set(found["direction"]) == {UNSURE}
    assert college.stated("product", now, before, 2024) == (
        "30.0%的咨询未注明咨询产品（2024年0.0%），占比以注明的咨询为基数"
    )
    assert college.stated("product", before, None, 2024) == ""
    falling = market.directions(
        {"product": market.demand(table(474, 464, 462), 2000)}, {"product": before}, 20
    )
    assert set(falling["direction"]) == {FALLING}  # what a base of all consultations would have said


def test_the_rule_says_that_steady_is_decided_first() -> None:
    said = college.rule(2025, 2024, 20)
    assert said.index("为平稳") < said.index("上升或下降")


# Work


def test_most_work_is_an_upper_bound() -> None:
    said = college.posts(staff(客户经理=9600, 销售=2400))
    assert said.startswith(
        "客户跟进的工作量以“客户经理”最多：占全年回访次数的80.0%，每次回访按20分钟计折合全时人员至多2.0人"
    )
    assert "上限" in said


def test_withheld_contacts_are_not_zero() -> None:
    assert college.posts(staff(客户经理=np.nan, 销售=70)) == ""
    assert college.posts(staff(客户经理=0, 销售=0)) == ""
    figures = college.key_figures(
        214, needs(), changes().assign(difference=[]), service(), None, staff(客户经理=np.nan, 销售=70)
    )
    assert [label for label, _ in figures] == ["统计的咨询"]


def test_a_tie_of_roles_has_no_largest() -> None:
    assert college.posts(staff(客户经理=100, 销售=100)) == ""


# Service


def test_a_score_is_called_weakest_only_after_a_paired_test() -> None:
    table = service(clarity=0.33, satisfaction=0.12)
    rows = {"clarity": [1] * 40 + [4] * 160, "satisfaction": [4] * 190 + [1] * 10}
    clear = market.compare_weak(pd.DataFrame(rows), list(TRAINING))
    assert clear["verdict"].tolist() == ["higher"]
    assert college.weakest(table, LABELS, TRAINING, clear).startswith("低分最多的服务评分项是需求明确性")
    untested = college.weakest(table, LABELS, TRAINING)
    assert "最多" not in untested and untested.endswith("差异不显著")
    same = market.compare_weak(
        pd.DataFrame({"clarity": [1, 5] * 50, "satisfaction": [5, 1] * 50}), list(TRAINING)
    )
    assert same["p"].tolist() == [1.0]
    assert "最多" not in college.weakest(table, LABELS, TRAINING, same)


def test_no_low_scores_call_for_no_training() -> None:
    assert college.weakest(service(clarity=0.0, satisfaction=0.0), LABELS, TRAINING) == ""
    assert college.weakest(service(clarity=np.nan), LABELS, TRAINING) == ""
    figures = college.key_figures(
        9, needs(), changes().assign(difference=[]), service(clarity=0.0), None, staff()
    )
    assert figures == [("统计的咨询", "9条")]


def test_gain_is_an_association() -> None:
    def apart(low: float, high: float) -> pd.DataFrame:
        return pd.DataFrame({"rate": [0.4, 0.2], "low": low, "high": high}, index=["strong", "weak"])

    assert college.gain(apart(0.1, 0.3), "满意度", Measure()).endswith("不等于提高评分就能带来成交")
    assert "没有显著差异" in college.gain(apart(-0.1, 0.3), "满意度", Measure())
    assert college.gain(apart(0, 0).iloc[:0], "满意度", Measure()) == ""


def test_lessons_follow_the_scorecard() -> None:
    assert college.lessons(TRAINING, LABELS) == ["需求明确性：需求诊断", "满意度：服务沟通"]
    assert college.no_service().startswith("评级标准没有评价咨询服务的评分项")


# Season


def test_internships_follow_a_season_that_came_twice() -> None:
    said = college.internship(season(), season())
    advice = "岗位实习宜在2月底前到岗，先完成产品操作训练"
    assert said == f"3月至5月咨询显著集中，占全年31.2%，上一年度同期也是旺季；{advice}"
    once = college.internship(season(), season(p=0.4))
    assert once == "3月至5月咨询较集中，占全年31.2%，但上一年度同期不显著，暂不据此安排实习"
    alone = college.internship(season(), None)
    assert alone == "3月至5月咨询显著集中，占全年31.2%；上一年度同期没有可比的数字，暂不据此安排实习"
    advised = [college.uses(needs(甲=0.5), season(), before) for before in (season(), season(p=0.4), None)]
    assert ["安排岗位实习" in "".join(points) for points in advised] == [True, False, False]
    assert "没有显著旺季" in college.internship(season(p=0.2), None)
    assert college.internship(None, None) == ""


def test_months_over_the_new_year_are_of_one_year() -> None:
    said = college.internship(season((11, 12, 1)), None)
    assert said.startswith("1月、11月和12月咨询显著集中") and "次年" not in said
    figures = college.key_figures(
        9, needs(), changes().assign(difference=[]), service(), season((11, 12, 1)), staff()
    )
    assert dict(figures)["咨询旺季"] == "1月、11月和12月"


def test_the_basis_says_what_is_compared() -> None:
    assert college.basis("黄山市", 2025, 5560, 2024, 4930).endswith("并与2024年的4,930条比较")
    assert college.basis("黄山市", 2025, 5560, 2024, None).endswith("因此不判断升降")


def test_key_figures_name_no_product_on_a_tie() -> None:
    empty = changes().assign(difference=[])
    assert len(college.key_figures(9, needs(甲=0.5, 乙=0.5), empty, service(), None, staff())) == 1
    figures = dict(
        college.key_figures(9, needs(报税=0.5, 乙=0.4), empty, service(), None, staff(客户经理=9600))
    )
    assert figures["报税占比"] == "50.0%"
    assert figures["跟进工作量折合全时人员（上限）"] == "1.0～3.0人"


def test_demand_carries_its_base() -> None:
    table = market.demand(
        pd.DataFrame({"consultations": [50]}, index=pd.Index(["甲"], name="product")), 200, 100
    )
    assert (table_metadata.fact(table, "total"), table_metadata.fact(table, "stated")) == (100, 0.5)


# --- above the panels of the summary


@pytest.mark.parametrize(
    ("rows", "zh", "en"),
    [
        ({"发票": (0.04, RISING), "总账": (-0.03, STEADY)}, "发票占比显著上升", "发票 gained share"),
        ({"发票": (0.04, RISING), "丁": (-0.03, FALLING)}, "发票占比显著上升，丁占比显著下降",
         "发票 gained share; 丁 lost share"),
        ({"甲": (0.02, RISING), "乙": (0.03, RISING), "丙": (0.04, RISING)}, "丙等3项占比显著上升",
         "丙 and 2 more gained share"),
        ({"甲": (0.0, STEADY), "乙": (-0.001, STEADY)}, "各产品占比平稳", "Shares of products are steady"),
        ({"甲": (0.0, STEADY), "乙": (-0.1, UNSURE)}, "各产品占比没有显著升降",
         "No product clearly gained or lost share"),
        ({"甲": (np.nan, UNSURE)}, "占比变化", "Change of shares"),
    ],
)  # fmt: skip
def test_panel_of_changes_is_headed_by_what_the_verdicts_say(rows, zh, en):
    moved = changes(**rows).set_index("group")
    assert re.sub("[“”]", "", college_headlines.headline_moves(moved)) == zh
    assert list(college_headlines.is_clear(moved)) == [way in (RISING, FALLING) for _, way in rows.values()]
    with language.speaking("en"):
        assert re.sub("[“”]", "", college_headlines.headline_moves(moved)) == en


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ({"报税": 0.35, "总账": 0.27}, "报税占比最高"),
        ({"报税": 0.35, "总账": 0.3499}, "咨询产品"),  # as printed they tie
        ({"报税": 0.35, "总账": np.nan}, "咨询产品"),  # what is withheld may be more
        ({"总账": 0.27}, "咨询产品"),
    ],
)
def test_product_asked_for_most_is_named_where_it_is_one(rates, expected):
    assert college_headlines.headline_products(needs(**rates)) == expected


def test_region_and_clients_with_most_consultations_head_their_panels():
    counts = pd.DataFrame({"consultations": [7170, 5588]}, index=["杭州市", "黄山市"])
    assert college_headlines.headline_regions(counts) == "杭州市咨询最多"
    assert college_headlines.headline_regions(counts.iloc[:0]) == "各地区咨询"
    assert college_headlines.headline_clients(needs(小微企业=0.4, 个体=0.3, 其他=0.2)) == "小微企业咨询最多"


def test_service_panel_names_the_weakest_only_where_one_is_singled_out():
    shares = service(clarity=0.33, satisfaction=0.11)
    assert college_headlines.headline_service(shares, LABELS, None) == "服务评分低分占比"
    for verdict, expected in (
        ("higher", "需求明确性低分最多"),
        ("no difference", "各项低分占比没有显著差异"),
    ):
        compared = pd.DataFrame({"one": ["clarity"], "other": ["satisfaction"], "verdict": [verdict]})
        assert college_headlines.headline_service(shares, LABELS, compared) == expected


def test_margin_of_steadiness_stands_beside_the_figure():
    (_, how), _ = figure_notes.of_directions(12.5)
    assert "±12.5%" in how
