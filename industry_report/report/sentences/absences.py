"""Why a section or a number is missing: absent, withheld, nothing graded, no outcome; four reasons, four wordings."""

from __future__ import annotations

import pandas as pd

from ...base import language, origin, table_metadata
from ...base.language import text


def unlisted(protected: bool) -> str:
    """Continue `versus` where the table it rests on is withheld."""
    if not protected:
        return ""
    return text(
        zh="；因数据保密，不列出逐组比较的数字",
        en="; to protect small numbers, the comparisons are not listed",
    )


def amounts_withheld(amounts: pd.DataFrame) -> str:
    """Say why sums of money are withheld beside rates that are not, or that no amount is above zero.

    Parameters
    ----------
    amounts : DataFrame
        See `disclosure.protect_amounts`.
    """
    if table_metadata.fact(amounts, "none_above_zero", False):
        return text(
            zh="登记的成交金额没有大于零的，不列金额",
            en="No purchase has an amount above zero, so no sums are listed",
        )
    if not amounts["amount"].isna().any():
        return ""
    return text(
        zh="客户过少或金额过于集中于个别客户的组，以及可据以推算出这些组的其他组，不公布金额",
        en="No amount is published where customers are few or one dominates, nor where it would give such an amount away",
    )


def withheld() -> str:
    """Say that a section would tell too much of small groups."""
    return text(
        zh="部分等级或分值的数目过小，由其得出的结果可能据以推算单个客户的情况，不予公布。",
        en="Some grades or scores are so rare that results derived from them could identify somebody; "
        "they are not published.",
    )


def absent(column: str, data: pd.DataFrame, graded: int | None = None) -> str:
    """Say why a section is missing: nothing graded, no such column, no value in it, or no group to show.

    Parameters
    ----------
    column : str
        What the section is about.
    data : DataFrame
        The consultations that it would be about.
    graded : int, optional
        How many of them are graded, where `data` are all.
    """
    if data.empty or graded == 0:
        return text(
            zh="没有可评级的咨询，本节从略。", en="No consultation could be graded; this section is left out."
        )
    name = language.term(column)
    if column not in data:
        return text(
            zh=f"数据未提供“{name}”，本节从略。",
            en=f"The data have no column “{name}”; this section is left out.",
        )
    if data[column].isna().all():
        return text(
            zh=f"各条咨询均未填写“{name}”，本节从略。",
            en=f"No consultation states “{name}”; this section is left out.",
        )
    if column == "consulted_on":
        return text(
            zh="有较多咨询的日期不在统计年度内，不按月统计，本节从略。",
            en="Many consultations are dated outside of the year: months are left out.",
        )
    return text(
        zh=f"“{name}”没有可以公布比率的组，本节从略。",
        en=f"No group of “{name}” has a rate that can be published; this section is left out.",
    )


def no_months(by_month: pd.DataFrame, data: pd.DataFrame) -> str:
    """Say why there is no section on months: their numbers are withheld, or what `absent` says.

    Parameters
    ----------
    by_month : DataFrame
        See `conversion.by_month`, protected.
    data : DataFrame
        As `absent` takes it.
    """
    if by_month.index.name == "quarter" and len(by_month):
        return text(
            zh="咨询较少，只按季度公布，不比较各月，本节从略。",
            en="Consultations are few and told by quarter, not by month; this section is left out.",
        )
    if len(by_month):
        return text(
            zh="部分月份的咨询数不公布，本节从略。",
            en="The numbers of some months are withheld; this section is left out.",
        )
    return absent("consulted_on", data)


def no_scores(graded: pd.DataFrame) -> str:
    """Say why there is no section on scores."""
    if graded.empty:
        return absent("score", graded)
    return text(
        zh="评级标准按条件分级，没有分值，本节从略。",
        en="The rating standard grades by conditions and has no scores; this section is left out.",
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


origin.trace_module(globals())
