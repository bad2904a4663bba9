"""What a report rests on and what it lacks: rows, bases, withheld and absent numbers."""

from __future__ import annotations

import pandas as pd

from ...base import language
from ...base.language import text


def unlisted(protected: bool) -> str:
    """Continue `versus` where the table it rests on is withheld."""
    if not protected:
        return ""
    return text(
        zh="；因小数目保护，不列出逐组比较的数字",
        en="; to protect small numbers, the comparisons are not listed",
    )


def amounts_withheld(amounts: pd.DataFrame) -> str:
    """Say why sums of money are withheld beside rates that are not; nothing where all are shown.

    Parameters
    ----------
    amounts : DataFrame
        See `disclosure.protect_amounts`.
    """
    if not amounts["amount"].isna().any():
        return ""
    return text(
        zh="客户过少或金额过于集中于个别客户的组，以及可据以推算出这些组的其他组，不公布金额",
        en="No amount is published where customers are few or one dominates, nor where it would give such an amount away",
    )


def withheld() -> str:
    """Say that a section would tell too much of small groups."""
    return text(
        zh="部分等级或分值的数目过小，为避免据以推算单个客户的情况，本节不公布相关结果。",
        en="Some grades or scores are so rare that results derived from them could identify a customer; "
        "they are not published.",
    )


def absent(column: str, graded: pd.DataFrame) -> str:
    """Say why a section is missing."""
    if graded.empty:
        return text(
            zh="没有可评级的咨询，本节从略。", en="No consultation could be graded; this section is left out."
        )
    name = language.term(column)
    return text(
        zh=f"数据未提供“{name}”，本节从略。",
        en=f"The data have no column “{name}”; this section is left out.",
    )


def no_scores(graded: pd.DataFrame) -> str:
    """Say why there is no section on scores."""
    if graded.empty:
        return absent("score", graded)
    return text(
        zh="评级标准按条件分级，没有分值，本节从略。",
        en="The scorecard grades by conditions and has no scores; this section is left out.",
    )


def no_outcomes(graded: pd.DataFrame) -> str:
    """Say that grades are potential only, or that there are no grades."""
    if graded.empty:
        return absent("converted", graded)
    return text(
        zh="数据未提供成交结果。等级只反映转化潜力，本报告不给出成交率，各维度以最高等级占比作比较。",
        en="The data give no purchase outcomes. A grade is a potential; this report prints no conversion rate and "
        "compares groups by the share of the highest grade.",
    )


def reconciliation(quality: pd.DataFrame, graded: int) -> str:
    """State that nothing was lost: every row read is graded, not graded, of another slice, rejected or a duplicate.

    Parameters
    ----------
    quality : DataFrame
        See `dataset.quality`.
    graded : int
        Consultations of the slice that have a grade.
    """
    n = quality[["read", "used", "elsewhere", "rejected", "duplicates"]].sum()
    other = text(zh=f" + 其他地区或年度{n.elsewhere:,}条", en=f" + {n.elsewhere:,} of other regions or years")
    return text(
        zh=f"读入{n.read:,}条 = 已评级{graded:,}条 + 未评级{n.used - graded:,}条{other if n.elsewhere else ''}"
        f" + 剔除{n.rejected:,}条 + 重复{n.duplicates:,}条",
        en=f"{n.read:,} rows read = {graded:,} graded + {n.used - graded:,} not graded{other if n.elsewhere else ''}"
        f" + {n.rejected:,} rejected + {n.duplicates:,} duplicates",
    )


def unrated(status: pd.Series, least: int) -> str:
    """State how many consultations have no grade and why; nothing if all have one.

    Parameters
    ----------
    status : Series
        See `scoring.status`.
    least : int
        Smaller counts are not told apart, because they could identify a customer.
    """
    undefined, ungradable = ((status == kind).sum() for kind in ("undefined", "ungradable"))
    if not undefined + ungradable:
        return ""
    total = undefined + ungradable
    lacking = text(zh="缺少评级所需的数据", en="that lack what grading needs")
    outside = text(zh="不符合任何等级的条件（未定义）", en="that meet the conditions of no grade (undefined)")
    others = "其余" if total < len(status) else ""
    rest = text(zh=f"{others}{total:,}条", en=f"Not graded: {total:,} ")
    if not undefined:
        return text(zh=f"{rest}{lacking}，不可评级", en=f"{rest}{lacking}")
    if not ungradable:
        return f"{rest}{outside}"
    if min(undefined, ungradable) < least:
        return text(zh=f"{rest}{lacking}，或{outside}", en=f"{rest}{lacking} or {outside}")
    return text(
        zh=f"{rest}中，{ungradable:,}条{lacking}，不可评级；{undefined:,}条{outside}",
        en=f"Not graded: {ungradable:,} {lacking}; {undefined:,} {outside}",
    )


def protection(threshold: int) -> str:
    """State what a public edition withholds."""
    return text(
        zh=f"公开版不公布可能识别单个客户的统计数字：各组、各等级中1至{threshold - 1}的数目，以及可据以推算出这些数目的其他数字，均以“…”代替；"
        "过小的组并入“其他”",
        en=f"A public edition shows no statistic that could identify a customer: counts of groups and grades from 1 to "
        f"{threshold - 1}, and numbers from which they could be worked out, are replaced by “…”; small groups are pooled",
    )
