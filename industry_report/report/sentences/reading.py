"""What stands beside a figure: how to read it, what it says, what it does not say."""

from __future__ import annotations

import pandas as pd

from ...analysis.conversion import Measure
from ...base import language, origin
from ...base.language import text

Notes = list[tuple[str, str]]


def _notes(how: str, says: str, says_not: str) -> Notes:
    heads = (
        text(zh="怎么看", en="How to read it"),
        text(zh="说明什么", en="What it says"),
        text(zh="不能说明什么", en="What it does not say"),
    )
    return [(head, words) for head, words in zip(heads, (how, says, says_not), strict=True) if words]


def months(now: pd.DataFrame, before: pd.DataFrame | None = None, says: str = "") -> Notes:
    """Return notes on the consultations of each month or quarter; `before` is the year before, if drawn."""
    zh, en = ("季度", "quarter") if now.index.name == "quarter" else ("月", "month")
    behind = text(zh=f"，后面的灰框为上年同{zh}", en="; the outline behind it is the year before")
    return _notes(
        text(zh=f"柱高为当{zh}咨询数", en=f"A column is a {en}")
        + (behind if before is not None else "")
        + text(zh="。", en="."),
        says,
        text(
            zh=f"各{zh}为何不同：数据不反映促销、季节等原因。",
            en=f"Why {en}s differ: campaigns and seasons are not in the data.",
        ),
    )


def grades(says: str = "") -> Notes:
    """Return notes on how many consultations have each grade."""
    return _notes(
        text(zh="条形为各等级咨询数，右侧为占比。", en="Bars are consultations; shares stand at the right."),
        says,
        text(
            zh="等级是对转化潜力的判断，不是成交结果。", en="Who bought: a grade is a judgement of potential."
        ),
    )


def by_grade(says: str = "") -> Notes:
    """Return notes on the rate of each grade."""
    return _notes(
        text(
            zh="条形为成交率，线段为误差范围：咨询越少，线越长。",
            en="Bars are rates, lines their margin: the fewer consultations, the longer.",
        ),
        says,
        text(
            zh="评分可能参考了客户的后续表现，等级与成交不是因果关系。",
            en="That a grade causes a purchase: scores may reflect what followed.",
        ),
    )


def rates(column: str, measure: Measure, says: str = "") -> Notes:
    """Return notes on a measure by group.

    Parameters
    ----------
    column : str
        What the groups are.
    measure : Measure
        What is drawn.
    says : str
        The finding in a sentence, if it is not the headline.
    """
    name = language.term(column)
    return _notes(
        text(
            zh="横线为误差范围：咨询越少，线越长，数字越不确定。虚线为全体。",
            en="Lines are margins of error: the fewer consultations, the longer. The dashed line is the whole.",
        ),
        says,
        text(
            zh=f"{name}与{measure.label}相关，不等于换一种{name}就能改变结果；各组其他构成不同。",
            en=f"That changing the {name.lower()} would change the result: groups differ in other ways, too.",
        ),
    )


def products(says: str = "") -> Notes:
    """Return notes on a measure by product."""
    return _notes(
        text(
            zh="一条咨询涉及多个产品的分别计入，各产品之和大于合计。",
            en="A consultation that names several products counts for each.",
        ),
        says,
        text(
            zh="各产品的咨询有重叠，不作差异检验。",
            en="Which product differs: they overlap, so no test is made.",
        ),
    )


def sides(over_years: bool, says: str = "") -> Notes:
    """Return notes on groups whose sides, years or regions, stand on one axis."""
    what = text(zh="年度" if over_years else "地区", en="years" if over_years else "regions")
    return _notes(
        text(
            zh=f"一行为一组，一种形状为一个{what}{'，蓝色为最近一年' if over_years else ''}；横线为误差范围。",
            en=f"A row is a group; shapes are {what}{', the last in blue' if over_years else ''}; "
            "lines are margins of error.",
        ),
        says,
        text(
            zh=f"登记方式和打分尺度在{what}之间如不一致，也会表现为差异。",
            en=f"Whether {what} record and score alike: if not, that shows as a difference.",
        ),
    )


def scores(says: str = "") -> Notes:
    """Return notes on the measure by score."""
    return _notes(
        text(
            zh="横轴为分值，由低到高；线越陡，该项越能区分成交与否。",
            en="Scores from low to high: the steeper, the better a criterion tells buyers apart.",
        ),
        says,
        text(
            zh="满意度指对咨询服务的评价，不是对产品的评价。",
            en="Satisfaction is with the consultation, not with the product.",
        ),
    )


def workload(says: str = "") -> Notes:
    """Return notes on consultations beside contacts."""
    return _notes(
        text(
            zh="灰条为咨询数，蓝条为按规定频次推算的回访次数。",
            en="Grey bars are consultations, blue ones the contacts that the standard asks for.",
        ),
        says,
        text(
            zh="实际回访了多少次；该数为上限，不代表用人需求。",
            en="How many contacts took place: this is a maximum, and no vacancy.",
        ),
    )


origin.trace_module(globals())
