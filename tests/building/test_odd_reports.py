"""Whole reports on odd registers, run in this process: no broken sentence, no false reason."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import reading
import running
from crossing import cross, first

ROOT = Path(__file__).parents[2]
CITY = "黄山市"

# What no sentence may hold, whatever the data.
BROKEN = {
    "a missing number": r"\bnan\b|\bNone\b|\bNaT\b|\binf\b",
    "a unit of a withheld number": r"［保密］[条次户人]",
    "doubled punctuation": r"[，。；：、]{2}|(?<!\.)\.\.(?!\.)|,,|;;|：。|（）|\(\)",
    "a range with equal ends": r"(?<![\d.])(\d[\d.,]*%)(?:～| to )\1",
    "all of the gain and more": r"净增量的1\d\d\.|(?<!\d)1\d\d\.\d% of the (?:net )?gain",
    "a base of nothing": r"可评级的(?:咨询)?0条|cover the 0|比较.{0,4}0条| 0 graded consultations",
    "a change of nothing": r"比上年[+−]?0\.0%|\b(?:up|down) 0\.0(?:%| points)",
    "one of several": r"\b1 (?:consultations|customers|days|rows)\b",
}


def make_register(rows: int, year: int, seed: int = 3) -> pd.DataFrame:
    draw = np.random.default_rng(seed + year)
    days = pd.to_timedelta(draw.integers(0, 365, rows), "D")
    table = pd.DataFrame(draw.integers(1, 6, (rows, 3)), columns=["意向度", "需求明确性", "满意度"])
    bought = draw.random(rows) < table["意向度"] / 9
    consulted = pd.Timestamp(year, 1, 1) + days
    return table.assign(
        客户ID=[f"K{year}{row:05}" for row in range(rows)],
        客户类型=draw.choice(["小微企业", "个体工商户", "中型企业"], rows),
        客户来源=draw.choice(["官网", "电话咨询", "搜索引擎"], rows),
        咨询产品=draw.choice(["总账", "报税", "进销存"], rows),
        咨询日期=consulted,
        是否成交=np.where(bought, "是", "否"),
        成交日期=pd.Series(consulted + pd.Timedelta(days=9)).where(bought),
        成交金额=pd.Series(1000.0, range(rows)).where(bought),
    )


def of_nobody_graded(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(意向度=None)


def of_one_customer(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(客户ID="K1", 客户类型="院校", 客户来源="官网", 咨询产品="总账", 意向度=4)


def of_one_grade(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(意向度=4, 需求明确性=3, 满意度=3)


def of_buyers(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(是否成交="是", 成交日期=table["咨询日期"] + pd.Timedelta(days=9), 成交金额=1000.0)


def of_another_year(table: pd.DataFrame) -> pd.DataFrame:
    earlier = {name: table[name] - pd.Timedelta(days=730) for name in ("咨询日期", "成交日期")}
    return table.assign(**earlier, 统计年度=2025)


def of_purchases_before(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(成交日期=(table["咨询日期"] - pd.Timedelta(days=20)).where(table["是否成交"] == "是"))


def of_no_products(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(咨询产品=None, 客户来源=None)


def of_the_last_weeks(table: pd.DataFrame) -> pd.DataFrame:
    days = pd.Timestamp("2025-11-20") + pd.to_timedelta(np.arange(len(table)) % 40, "D")
    bought = table["是否成交"] == "是"
    return table.assign(咨询日期=days, 成交日期=(days + pd.Timedelta(days=2)).where(bought))


def of_one_record(table: pd.DataFrame) -> pd.DataFrame:
    return table.head(1)


def of_no_outcomes(table: pd.DataFrame) -> pd.DataFrame:
    return table.drop(columns=["是否成交", "成交日期", "成交金额"])


Write = Callable[[Callable[[pd.DataFrame], pd.DataFrame]], str]


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Write]:
    """Write an ordinary year and an odd one after it; return the folder."""
    folders: dict[str, str] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)

        def write(odd: Callable[[pd.DataFrame], pd.DataFrame]) -> str:
            if odd.__name__ not in folders:
                folder = tmp_path_factory.mktemp(odd.__name__)
                make_register(300, 2024).to_csv(folder / f"{CITY}-2024.csv", index=False)
                odd(make_register(300, 2025)).to_csv(folder / f"{CITY}-2025.csv", index=False)
                folders[odd.__name__] = str(folder)
            return folders[odd.__name__]

        yield write


@functools.cache
def read(notebook: str, data: str, language: str = "zh") -> str:
    """Run a notebook; return what its page says."""
    given: dict[str, Any] = (
        {"regions": [CITY]} if notebook == "comparison" else {"region": CITY, "year": 2025}
    )
    ran = running.run_cells(ROOT / "notebooks" / f"{notebook}.ipynb", data=data, language=language, **given)
    return reading.read_text(reading.make_page(ran))


def find_broken(said: str) -> list[str]:
    lines = [line.strip() for line in said.splitlines()]
    return [f"{why}: {line}" for line in lines for why, found in BROKEN.items() if re.search(found, line)]


@pytest.mark.parametrize(
    ("notebook", "odd"),
    cross(
        ["industry", "college", "enterprise", "comparison"],
        [of_nobody_graded, of_one_customer, of_one_grade, of_buyers],
    ),
)
def test_no_sentence_is_broken(
    notebook: str, odd: Callable[[pd.DataFrame], pd.DataFrame], write: Write
) -> None:
    assert find_broken(read(notebook, write(odd))) == []


@pytest.mark.parametrize("notebook", first(["industry", "enterprise"]))
def test_one_record_is_not_several(notebook: str, write: Write) -> None:
    assert find_broken(read(notebook, write(of_one_record), "en")) == []


def test_who_has_not_bought_is_not_known_without_outcomes(write: Write) -> None:
    data = write(of_no_outcomes)
    assert "“未成交”仅指没有成交登记" in read("enterprise", data)
    said = read("industry", data)  # the year before has outcomes, this one has no such column
    assert "数据未提供成交结果" in said and "口径不同，不作比较" in said
    assert "未成交客户的回访" not in said and "较晚的咨询成交时间较短" not in said


@pytest.mark.parametrize("notebook", first(["industry", "college", "enterprise", "comparison"], 2))
def test_no_english_sentence_is_broken(notebook: str, write: Write) -> None:
    assert find_broken(read(notebook, write(of_nobody_graded), "en")) == []


def test_where_nothing_could_be_graded_that_is_the_reason_everywhere(write: Write) -> None:
    data = write(of_nobody_graded)
    said = {name: read(name, data) for name in ("industry", "college", "enterprise", "comparison")}
    assert all("没有可评级的咨询" in words for words in said.values())
    assert not [
        (name, false)
        for name, words in said.items()
        for false in (
            "数据未提供",
            "数目过小",
            "不足两个",
            "没有需要跟进",
            "B级未成交",
            "平均分最低",
            "满意度低分占比",
        )
        if false in words
    ]
    assert (
        "均不可评级" in said["industry"] and "已知结果的" in said["industry"]
    )  # the rate of all known outcomes
    assert "2025年没有可评级的咨询，成交率不作比较" in said["industry"]
    assert "没有可评级的咨询，本报告不作结论" in said["college"]
    assert "没有可评级的咨询，无法按等级列出跟进名单" in said["enterprise"]
    assert "2025年90天成交率" not in said["comparison"]  # nor withheld: there is none
    assert "2025年没有可评级的咨询，“客户类型”不作比较" in said["comparison"]


def test_what_is_withheld_is_called_so_and_no_figure_has_axes_alone(write: Write) -> None:
    data = write(of_one_customer)
    said = {name: read(name, data) for name in ("industry", "college", "comparison")}
    assert "有效咨询数不公布" in said["industry"] and "没有有效评分" not in said["industry"]
    assert "本节的数字可能识别单个客户，均不公布" in said["industry"]
    assert "未满观察期" not in said["industry"] and "各条咨询均已满观察期" not in said["industry"]
    assert "本报告的数字不公布，不作结论" in said["college"] and "的咨询未注明" not in said["college"]
    assert "2025年的90天成交率不公布，不作年度比较" in said["comparison"]


def test_dates_of_another_year_are_neither_missing_nor_absent(write: Write) -> None:
    said = read("industry", write(of_another_year))
    assert "100.0%的咨询日期不在2025年内，不按月统计" in said
    assert "未填写“咨询日期”" not in said and "咨询日期（100.0%）" not in said


def test_purchases_before_the_consultation_make_no_fall(write: Write) -> None:
    said = read("industry", write(of_purchases_before))
    assert "成交早于咨询的" in said and "成交率因此偏低" in said
    assert "显著下降" not in said and "较多登记的成交早于咨询，不计入成交率，因此不作比较" in said


def test_a_column_of_blanks_is_no_crash_and_is_named(write: Write) -> None:
    said = {name: read(name, write(of_no_products)) for name in ("industry", "college", "enterprise")}
    assert all("各条咨询均未填写“咨询产品”" in words for words in said.values())


def test_where_no_outcome_is_known_yet_that_is_the_reason(write: Write) -> None:
    data = write(of_the_last_weeks)
    said = {name: read(name, data) for name in ("industry", "college", "comparison")}
    assert "还没有已知结果的咨询，不计算比率，本节从略" in said["industry"]
    assert "还没有观察满90天的咨询" in said["industry"] and "数目过小" not in said["industry"]
    assert "有一年还没有已知结果的咨询，90天成交率不作比较" in said["industry"]
    assert "回访宜安排在此之前" not in said["industry"]  # nobody has been followed for 90 days
    assert "安排岗位实习" not in said["college"]  # forty days are no season
    assert "2025年没有可计算90天成交率的咨询，不作年度比较" in said["comparison"]


def test_an_outcome_that_is_still_open_is_not_missing(write: Write) -> None:
    said = read("industry", write(of_one_grade))
    assert "尚无结果" in said and "缺失较多的字段" not in said
    assert "可评级的咨询均为B级" in said
    assert "有评分项没有变化，或随其他评分项同步变化，不估计各项评分的相对作用" in said
    assert "各条咨询的综合评分相同，不能区分成交与未成交" in said
