import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import industry_report
import scoring
from industry_report.analysis import conversion, workload
from industry_report.analysis.conversion import Measure
from industry_report.base import language
from industry_report.report.sentences import industry

CARD = scoring.load_scorecard(Path(__file__).parents[3] / "params" / "scorecards" / "consultation.yaml")
SALE, TOP = Measure(), Measure(grade="A")
LABELS = {"intent": "意向度", "clarity": "明确性", "satisfaction": "满意度"}
HALF_WIDTH = re.compile(r"[\u3000-\u9fff\uff00-\uffef][,:;()!?]|[,:;()!?][\u3000-\u9fff\uff00-\uffef]")


def rows(counts: dict[str, tuple[int, int]], column: str, **constant: Any) -> pd.DataFrame:
    """Scored consultations from (consultations, conversions) of each group."""
    table = pd.DataFrame(
        {
            column: [group for group, (n, _) in counts.items() for _ in range(n)],
            "converted": [i < bought for n, bought in counts.values() for i in range(n)],
        }
    ).assign(**constant)
    return table.astype({"grade": pd.CategoricalDtype(list("DCBA"), ordered=True), "converted": "boolean"})


def by_grade(**counts: tuple[int, int]) -> pd.DataFrame:
    return conversion.by_grade(rows(counts, "grade"))


def by_type(**counts: tuple[int, int]) -> pd.DataFrame:
    return conversion.by(rows(counts, "customer_type", grade="A"), "customer_type", SALE)


def average(n: int, bought: int) -> pd.Series:
    return conversion.overall(rows({"甲": (n, bought)}, "customer_type", grade="A"), SALE)


def grades(*counts: int) -> pd.DataFrame:
    table = pd.DataFrame({"consultations": counts}, index=pd.Index(list("ABCD"), name="grade"))
    return table.assign(share=table["consultations"] / (sum(counts) or np.nan))


def contacts(*counts: int) -> pd.DataFrame:
    return workload.contacts(grades(*counts), CARD)


def means(**values: float) -> pd.DataFrame:
    return pd.DataFrame({"mean": values}).rename_axis("dimension")


def months(**counts: int) -> pd.DataFrame:
    numbers = {int(key[1:]): count for key, count in counts.items()}
    return pd.DataFrame(
        {"received": [numbers.get(month, counts["m0"]) for month in range(1, 13)]}, range(1, 13)
    )


def quality(*files: tuple[int, ...]) -> pd.DataFrame:
    return pd.DataFrame(files, columns=["read", "used", "elsewhere", "rejected", "duplicates"])


def status(**counts: int) -> pd.Series:
    return pd.Series([kind for kind, count in counts.items() for _ in range(count)], dtype="category")


# What is said, in Chinese and in English
SOME = pd.DataFrame({"intent": [1]})  # consultations, so that what is absent is a column


def advise(table: pd.DataFrame) -> str:
    return industry.advise_groups(conversion.compare(table, planned=False), table, SALE)


def withhold(table: pd.DataFrame, groups: str) -> pd.DataFrame:
    """Return the table as `disclosure.protect` leaves it where outcomes are withheld."""
    table = table.astype({"conversions": "float64"})
    table.loc[list(groups), ["conversions", "rate", "low", "high"]] = float("nan")
    return table


CASES: dict[str, tuple[Callable[[], str], str, str]] = {
    "distribution": (
        lambda: industry.distribution(grades(10, 20, 50, 20)),
        "C级咨询最多，占50.0%；A级占10.0%",
        "Grade C is the most common (50.0%); 10.0% are grade A",
    ),
    "all in the highest grade": (
        lambda: industry.distribution(grades(7, 0, 0, 0)),
        "可评级的咨询均为A级",
        "Every graded consultation is grade A",
    ),
    "all in the lowest grade": (
        lambda: industry.distribution(grades(0, 0, 0, 7)),
        "可评级的咨询均为D级",
        "Every graded consultation is grade D",
    ),
    "tied grades": (
        lambda: industry.distribution(grades(10, 45, 45, 0)),
        "B级和C级咨询最多，各占45.0%；A级占10.0%",
        "Grade B and grade C are the most common (45.0% each); 10.0% are grade A",
    ),
    "nothing graded": (
        lambda: industry.distribution(grades(0, 0, 0, 0)),
        "没有可评级的咨询",
        "No consultation could be graded",
    ),
    "conversion rises": (
        lambda: industry.gradient(by_grade(A=(100, 60), B=(200, 80), C=(200, 40), D=(100, 10))),
        "等级越高，成交率越高：A级60.0%，D级10.0%",
        "The higher the grade, the higher the conversion rate: 60.0% for grade A, 10.0% for grade D",
    ),
    "conversion rises, not at every step": (
        lambda: industry.gradient(by_grade(A=(100, 60), B=(100, 70), C=(100, 40), D=(100, 10))),
        "成交率总体随等级上升，但并非逐级显著上升：A级60.0%，D级10.0%",
        "Conversion rises with the grade, not clearly at every step: 60.0% for grade A, 10.0% for grade D",
    ),
    "two grades alike": (
        lambda: industry.gradient(by_grade(A=(100, 60), B=(100, 40), C=(100, 40), D=(100, 10))),
        "成交率总体随等级上升，但并非逐级显著上升：A级60.0%，D级10.0%",
        "Conversion rises with the grade, not clearly at every step: 60.0% for grade A, 10.0% for grade D",
    ),
    "conversion falls": (
        lambda: industry.gradient(by_grade(A=(100, 10), B=(100, 30), C=(100, 40), D=(100, 60))),
        "成交率未随等级上升，反而下降：A级10.0%，D级60.0%",
        "Conversion falls as the grade rises: 10.0% for grade A, 60.0% for grade D",
    ),
    "highest in the middle": (
        lambda: industry.gradient(by_grade(A=(100, 20), B=(100, 60), C=(100, 30), D=(100, 21))),
        "成交率高低与等级不一致：B级（60.0%）显著高于A级（20.0%）",
        "Conversion does not follow the grade: grade B (60.0%) is clearly above grade A (20.0%)",
    ),
    "no difference between grades": (
        lambda: industry.gradient(by_grade(A=(40, 10), B=(40, 9), C=(40, 8), D=(40, 7))),
        "各等级成交率没有显著差异：A级25.0%，D级17.5%",
        "No clear difference between grades: 25.0% for grade A, 17.5% for grade D",
    ),
    "small grades are not compared": (
        lambda: industry.gradient(by_grade(A=(29, 29), B=(300, 150), C=(300, 30), D=(5, 5))),
        "等级越高，成交率越高：B级50.0%，C级10.0%",
        "The higher the grade, the higher the conversion rate: 50.0% for grade B, 10.0% for grade C",
    ),
    "one grade only": (
        lambda: industry.gradient(by_grade(A=(500, 200))),
        "满30条的等级不足两个，不比较成交率",
        "Fewer than two grades have 30 consultations; their conversion is not compared",
    ),
    "extremes": (
        lambda: industry.extremes(by_type(甲=(100, 50), 乙=(100, 30), 丙=(100, 10)), SALE),
        "分客户类型看，成交率较高的有“甲”（50.0%），较低的有“丙”（10.0%）",
        "Conversion rate by customer type: higher for 甲 (50.0%); lower for 丙 (10.0%)",
    ),
    "extremes of a share": (
        lambda: industry.extremes(by_type(甲=(100, 50), 乙=(100, 30)), TOP),
        "分客户类型看，A级占比较高的有“甲”（50.0%），较低的有“乙”（30.0%）",
        "Share of grade A by customer type: higher for 甲 (50.0%); lower for 乙 (30.0%)",
    ),
    "small and pooled groups are not compared": (
        lambda: industry.extremes(by_type(甲=(100, 50), 乙=(100, 30), 其他=(500, 5), 丁=(29, 0)), SALE),
        "在满30条的客户类型中，成交率较高的有“甲”（50.0%）和“乙”（30.0%）",
        "Conversion rate by customer type, of groups of 30 or more: higher for 甲 (50.0%) and 乙 (30.0%)",
    ),
    "only inner groups differ": (
        lambda: industry.extremes(by_type(甲=(30, 14), 乙=(2000, 900), 丙=(2000, 640), 丁=(30, 9)), SALE),
        "分客户类型看，成交率较高的有“乙”（45.0%），较低的有“丙”（32.0%）",
        "Conversion rate by customer type: higher for 乙 (45.0%); lower for 丙 (32.0%)",
    ),
    "tied for the highest": (
        lambda: industry.extremes(by_type(甲=(100, 50), 乙=(100, 50), 丙=(100, 10)), SALE),
        "分客户类型看，成交率较高的有“乙”（50.0%）和“甲”（50.0%），较低的有“丙”（10.0%）",
        "Conversion rate by customer type: higher for 乙 (50.0%) and 甲 (50.0%); lower for 丙 (10.0%)",
    ),
    "no difference between groups": (
        lambda: industry.extremes(by_type(甲=(100, 31), 乙=(100, 30)), SALE),
        "各客户类型的成交率没有显著差异",
        "Conversion rate: no clear difference by customer type",
    ),
    "one group": (
        lambda: industry.extremes(by_type(甲=(100, 31)), SALE),
        "客户类型不足两组，不作比较",
        "Fewer than two groups by customer type: nothing to compare",
    ),
    "season": (
        lambda: industry.season(months(m0=200, m3=5601, m8=10)),
        "3月咨询最多（5,601条），8月最少（10条）",
        "Most consultations in March (5,601), fewest in August (10)",
    ),
    "tied months": (
        lambda: industry.season(months(m0=200, m1=300, m2=300, m10=0, m11=0, m12=0)),
        "1月和2月咨询最多（各300条），10月、11月和12月最少（各0条）",
        "Most consultations in January and February (300 each), "
        "fewest in October, November and December (0 each)",
    ),
    "months alike": (
        lambda: industry.season(months(m0=20)),
        "各月咨询数相同（20条）",
        "Every month has 20 consultations",
    ),
    "no dates": (
        lambda: industry.season(conversion.by_period(rows({}, "source", grade="A"), SALE)),
        "没有注明日期的咨询",
        "No consultation has a date",
    ),
    "scores": (
        lambda: industry.scores(means(intent=3.0, clarity=3.456, satisfaction=2.5), LABELS),
        "明确性平均分最高（3.46分），满意度最低（2.50分）",
        "Highest mean score: 明确性 (3.46); lowest: 满意度 (2.50)",
    ),
    "scores that print alike": (
        lambda: industry.scores(means(intent=3.4561, clarity=3.4559, satisfaction=2.5), LABELS),
        "意向度和明确性平均分最高（3.46分），满意度最低（2.50分）",
        "Highest mean score: 意向度 and 明确性 (3.46); lowest: 满意度 (2.50)",
    ),
    "all scores alike": (
        lambda: industry.scores(means(intent=3.001, clarity=3.0, satisfaction=np.nan), LABELS),
        "各项平均分相同（3.00分）",
        "All mean scores are 3.00",
    ),
    "no scores": (
        lambda: industry.scores(means(intent=np.nan, clarity=np.nan), LABELS),
        "没有有效评分",
        "No valid score",
    ),
    "effort": (
        lambda: industry.effort(contacts(10, 20, 30, 40)),
        "A级咨询占可评级咨询的10.0%，按规定频次推算的回访占全年的56.5%",
        "Grade A, 10.0% of graded consultations, calls for 56.5% of all contacts",
    ),
    "effort without the highest grade": (
        lambda: industry.effort(contacts(0, 20, 30, 40)),
        "没有最高等级的咨询",
        "Nobody has the highest grade",
    ),
    "no effort": (
        lambda: industry.effort(contacts(0, 0, 0, 0)),
        "没有需要回访的咨询",
        "No consultation calls for follow-up",
    ),
    "overall": (
        lambda: industry.overall(average(5601, 1400), SALE),
        "5,601条咨询的成交率为25.0%（95%置信区间23.9%～26.1%）",
        "Conversion rate over 5,601 consultations: 25.0% (95% confidence interval 23.9% to 26.1%)",
    ),
    "overall of nothing": (
        lambda: industry.overall(average(0, 0), SALE),
        "没有已登记是否成交的咨询",
        "No consultation has a known outcome",
    ),
    "absent": (
        lambda: industry.absent("customer_type", SOME),
        "数据未提供“客户类型”，本节从略。",
        "The data have no column “Customer type”; this section is left out.",
    ),
    "reconciliation": (
        lambda: industry.reconciliation(quality((5000, 4950, 0, 40, 10), (20, 13, 0, 5, 2)), 4910),
        "读入5,020条 = 已评级4,910条 + 未评级53条 + 剔除45条 + 重复12条",
        "5,020 rows read = 4,910 graded + 53 not graded + 45 rejected + 12 duplicates",
    ),
    "reconciliation of a part": (
        lambda: industry.reconciliation(quality((5000, 4000, 950, 40, 10)), 3990),
        "读入5,000条 = 已评级3,990条 + 未评级10条 + 其他地区或年度950条 + 剔除40条 + 重复10条",
        "5,000 rows read = 3,990 graded + 10 not graded + 950 of other regions or years + 40 rejected "
        "+ 10 duplicates",
    ),
    "all are graded": (lambda: industry.unrated(status(graded=5), 10), "", ""),
    "some lack a score": (
        lambda: industry.unrated(status(graded=5, ungradable=3), 10),
        "其余3条缺少评级所需的数据，不可评级",
        "Not graded: 3 that lack what grading needs",
    ),
    "some meet no tier": (
        lambda: industry.unrated(status(graded=5, undefined=1200), 10),
        "其余1,200条不符合任何等级的条件（未定义）",
        "Not graded: 1,200 that meet the conditions of no grade (undefined)",
    ),
    "both, well filled": (
        lambda: industry.unrated(status(undefined=12, ungradable=10), 10),
        "22条中，10条缺少评级所需的数据，不可评级；12条不符合任何等级的条件（未定义）",
        "Not graded: 10 that lack what grading needs; 12 that meet the conditions of no grade (undefined)",
    ),
    "both, too few to be told apart": (
        lambda: industry.unrated(status(undefined=12, ungradable=2), 10),
        "14条缺少评级所需的数据，或不符合任何等级的条件（未定义）",
        "Not graded: 14 that lack what grading needs or that meet the conditions of no grade (undefined)",
    ),
    "no common scale": (
        lambda: industry.scores(means(), LABELS),
        "各项评分的分值范围不同，平均分不作比较",
        "The scores have different scales, so means are not compared",
    ),
    "advice on the largest weak group": (
        lambda: advise(by_type(其他=(400, 4), 甲=(300, 30), 乙=(200, 10), 丙=(300, 200))),
        "成交率显著偏低的客户类型有“甲”和“乙”，其中“甲”咨询最多（300条，成交率10.0%），建议抽取客户回访，了解其需求与顾虑",
        "Conversion rate clearly below that of the rest: 甲 and 乙. Start with the largest, "
        "甲 (300 consultations, 10.0%), and ask a sample of its customers what held them back",
    ),
    "some grades withheld": (
        lambda: industry.gradient(
            withhold(by_grade(A=(100, 60), B=(200, 80), C=(200, 20), D=(100, 5)), "AD")
        ),
        "在公布成交率的等级中，B级（40.0%）高于C级（10.0%）",
        "Of the grades shown: grade B (40.0%) is above grade C (10.0%)",
    ),
    "most grades withheld": (
        lambda: industry.gradient(withhold(by_grade(A=(100, 60), B=(200, 80), C=(200, 20)), "AB")),
        "部分等级的成交率不公布，不作等级间比较",
        "Some grades' rates are withheld; grades are not compared",
    ),
    "some groups withheld": (
        lambda: industry.extremes(withhold(by_type(甲=(300, 90), 乙=(300, 30), 丙=(90, 5)), "丙"), SALE),
        "在公布成交率的客户类型中，成交率较高的有“甲”（30.0%），较低的有“乙”（10.0%）",
        "Conversion rate by customer type, where published: higher for 甲 (30.0%); lower for 乙 (10.0%)",
    ),
    "groups that overlap": (
        lambda: industry.span(by_type(甲=(300, 90), 乙=(300, 30)), SALE),
        "各客户类型的成交率在10.0%至30.0%之间",
        "Conversion rate by customer type: between 10.0% and 30.0%",
    ),
    "yearly": (
        lambda: industry.yearly(contacts(10, 20, 30, 40)),
        "按评级标准规定的频次推算，全年规定回访920次。推算时每条咨询按一户计，"
        "未剔除重复咨询和已成交客户，结果为上限",
        "The follow-up policy of the rating standard asks for 920 contacts a year. It cannot be more: "
        "every graded consultation counts as one customer, even if the same customer asked twice "
        "or has since bought",
    ),
    "amounts all shown": (
        lambda: industry.amounts_withheld(pd.DataFrame({"amount": [1.0, 2.0]})),
        "",
        "",
    ),
    "amounts withheld": (
        lambda: industry.amounts_withheld(pd.DataFrame({"amount": [1.0, np.nan]})),
        "客户过少或金额过于集中于个别客户的组，以及可据以推算出这些组的其他组，不公布金额",
        "No amount is published where customers are few or one dominates, "
        "nor where it would give such an amount away",
    ),
    "no advice": (
        lambda: advise(by_type(甲=(300, 90), 乙=(29, 0))),
        "",
        "",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_sentences(case: str) -> None:
    speak, zh, en = CASES[case]
    assert speak() == zh
    language.use("en")
    assert speak() == en


def test_without_any_grade_nothing_is_said_of_the_columns() -> None:
    nothing = SOME.iloc[:0]
    assert industry.absent("product", nothing) == "没有可评级的咨询，本节从略。"
    assert industry.no_outcomes(nothing) == "没有可评级的咨询，本节从略。"


def test_without_outcomes_no_conversion_rate_is_spoken_of_as_given() -> None:
    assert industry.no_outcomes(SOME).startswith("数据未提供成交结果。")
    language.use("en")
    assert industry.no_outcomes(SOME).startswith("The data give no purchase outcomes.")


# No claim without evidence

counts = st.integers(0, 120).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


@settings(max_examples=60, deadline=None)
@given(groups=st.lists(counts, min_size=1, max_size=5))
def test_a_title_claims_what_the_adjusted_table_claims(groups: list[tuple[int, int]]) -> None:
    table = by_type(**dict(zip("甲乙丙丁戊", groups, strict=False)))
    sentence = industry.extremes(table, SALE)
    verdicts = conversion.compare(table, planned=False)["verdict"]
    clear = set(verdicts.index[verdicts.isin(["higher", "lower"])])
    named = set(re.findall("“(.)”", sentence))
    assert named <= clear
    assert bool(named) == bool(clear)
    assert ("没有显著差异" in sentence) <= (not clear)


@settings(max_examples=60, deadline=None)
@given(groups=st.lists(counts, min_size=4, max_size=4))
def test_conversion_rises_or_falls_only_where_the_adjusted_difference_does(
    groups: list[tuple[int, int]],
) -> None:
    table = by_grade(**dict(zip("ABCD", groups, strict=True)))
    sentence = industry.gradient(table)
    pairs = conversion.compare_pairs(table)
    verdicts = set(pairs["verdict"])
    if "没有显著差异" in sentence:
        assert verdicts == {"no clear difference"}
    if "等级越高" in sentence or "总体随等级上升" in sentence:
        assert pairs[pairs["verdict"] == "higher"].shape[0] > 0
    assert ("显著高于" in sentence or "反而下降" in sentence) == ("lower" in verdicts)


# Chinese typesetting


def chinese_wordings() -> Iterator[tuple[str, str]]:
    """Every Chinese wording in the package, with a character in place of what is computed."""
    for file in sorted(Path(industry_report.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "zh":
                yield f"{file.name}:{node.value.lineno}", flatten(node.value)


def flatten(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(wording)):
            return wording
        case ast.JoinedStr(values=parts):
            return "".join(map(flatten, parts))
    return "字"


def test_chinese_uses_full_width_punctuation() -> None:
    wordings = list(chinese_wordings())
    assert len(wordings) > 40
    assert [place for place, wording in wordings if HALF_WIDTH.search(wording)] == []
    assert [case for case, (_, zh, _) in CASES.items() if HALF_WIDTH.search(zh)] == []
