"""What a report rests on and what it lacks: rows, bases, withheld and absent numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ...analysis.bases import MOST_OFF_YEAR
from ...analysis.conversion import Measure
from ...analysis.outcome_window import BEFORE, Window
from ...base import language, origin
from ...base.language import several, text
from ...scorecard.scorecards import Scorecard
from .wording import bracketed, percent


def register(place: str, year: int, quality: pd.DataFrame, received: int, graded: int) -> str:
    """State what a report draws on: files, rows read, kept out, and the consultations that are its base.

    Parameters
    ----------
    place, year
        Of the report.
    quality : DataFrame
        See `dataset.quality`.
    received, graded : int
        Consultations of the slice, and those with a grade.
    """
    n = quality[["read", "rejected", "duplicates"]].sum()
    return text(
        zh=f"本报告依据{place}{year}年客户咨询登记表编制。数据文件共读入记录{n.read:,}条，剔除错误记录"
        f"{n.rejected:,}条、重复记录{n.duplicates:,}条。{_scope_zh(place, year, received, graded)}",
        en=f"This report draws on the register of customer consultations in {place}, {year}. "
        f"Of {several(n.read, 'row')} read, {n.rejected:,} were rejected and {n.duplicates:,} were duplicates. "
        f"{_scope_en(received, graded)}",
    )


def _scope_zh(place: str, year: int, received: float, graded: float) -> str:
    if pd.isna(received):
        return f"{place}{year}年有效咨询数不公布。"
    whole = f"{place}{year}年有效咨询{received:,}条，"
    if not graded:
        return whole + "均不可评级，不列等级和按等级计算的数字。"
    return whole + f"除特别注明外，数据以可评级的{graded:,}条为统计范围。"


def _scope_en(received: float, graded: float) -> str:
    if pd.isna(received):
        return "The number of consultations is withheld."
    whole = (
        f"There {'is' if received == 1 else 'are'} {received:,} consultation{'' if received == 1 else 's'}; "
    )
    if not graded:
        return whole + "none could be graded, so no figure rests on grades."
    return whole + f"unless stated otherwise, figures cover the {graded:,} that could be graded."


def reconciliation(quality: pd.DataFrame, graded: float, later: int = 0) -> str:
    """State that nothing was lost: every row read is graded, not graded, of another slice, rejected or a duplicate.

    Parameters
    ----------
    quality : DataFrame
        See `dataset.quality`.
    graded : float
        Consultations of the slice that have a grade; not a number where that is withheld.
    later : int
        Those of the slice that are dated after the day of the report, and so are in none of its numbers.
    """
    n = quality[["read", "used", "elsewhere", "rejected", "duplicates"]].sum()
    other = text(zh=f" + 其他地区或年度{n.elsewhere:,}条", en=f" + {n.elsewhere:,} of other regions or years")
    after = text(zh=f" + 晚于基准日{later:,}条", en=f" + {later:,} after the reference day")
    if later:
        other = after + (other if n.elsewhere else "")
    if pd.isna(graded):  # what is not graded would follow from the rest
        return text(zh="评级与未评级的条数不公布", en="How many were graded is not published")
    return text(
        zh=f"读入{n.read:,}条 = 已评级{graded:,.0f}条 + 未评级{n.used - graded - later:,.0f}条{other if n.elsewhere or later else ''}"
        f" + 剔除{n.rejected:,}条 + 重复{n.duplicates:,}条",
        en=f"{several(n.read, 'row')} read = {graded:,.0f} graded + {n.used - graded - later:,.0f} not graded{other if n.elsewhere or later else ''}"
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
        zh=f"公开版不公布可能识别单个客户的统计数字：各组、各等级中1至{threshold - 1}的数目，以及可据以推算出这些数目的其他数字，以“［保密］”表示；"
        "过小的组并入“其他”",
        en=f"A public edition shows no statistic that could identify a customer: counts of groups and grades from 1 to "
        f"{threshold - 1}, and numbers from which they could be worked out, are shown as [c]; small groups are combined",
    )


def follow_up(window: Window | None, counts: pd.DataFrame) -> str:
    """State within how many days a purchase counts, up to which day the data tell, and how many are open.

    Parameters
    ----------
    window : Window or None
        See `outcome_window.choose_window`.
    counts : DataFrame
        See `outcome_window.count_outcomes`; a withheld number is missing.
    """
    if window is None:
        return text(
            zh="数据没有足够的成交日期，无法按相同的观察期计算成交率；较晚的咨询成交时间较短，成交率可能偏低",
            en="The data hold too few dates of purchase to give every consultation the same time: late ones have had less "
            "time to end in a purchase, and their rate may be low",
        )
    said, before = _window(window, counts), counts.get(BEFORE, pd.Series(dtype=float)).sum(skipna=False)
    if pd.isna(before) or not before:
        return said
    return said + text(
        zh=f"；登记的成交早于咨询的{before:,.0f}条不计入，成交率因此偏低",
        en=f"; {before:,.0f} with a purchase before the consultation are left out, so the rate is on the low side",
    )


def _window(window: Window, counts: pd.DataFrame) -> str:
    day = language.day(window.cut)
    open_ones = counts["open"].sum(skipna=False) if len(counts) else float("nan")
    said = text(
        zh=f"成交率指咨询后{window.days}天内成交的比率，数据截至{day}",
        en=f"The conversion rate counts purchases within {window.days} days of the consultation, as known on {day}",
    )
    if pd.isna(open_ones):
        return said + text(zh="，不满观察期的不计入", en="; those not yet followed as long are in no rate")
    if not open_ones:
        return said + text(zh="，各条咨询均已满观察期", en="; every consultation has been followed as long")
    return said + text(
        zh=f"；咨询后不满{window.days}天的{open_ones:,.0f}条尚无结果，不计入成交率",
        en=f"; {open_ones:,.0f} {'has' if open_ones == 1 else 'have'} not been followed as long: "
        f"{'its' if open_ones == 1 else 'their'} outcome is open and in no rate",
    )


def when_to_call(found: pd.DataFrame, window: Window | None) -> str:
    """State after how many days purchases come (Kaplan-Meier); nothing where that is not known.

    Parameters
    ----------
    found : DataFrame
        See `days_to_purchase.estimate`.
    """
    if window is None or found.empty or pd.isna(found["median_days"].iloc[0]):
        return ""
    row = found.iloc[0]
    median, late = f"{row.median_days:.0f}", f"{row.three_quarter_days:.0f}"
    if median == late:
        return text(
            zh=f"在{window.days}天内成交的咨询中，至少四分之三在{late}天内成交（Kaplan-Meier法），回访宜安排在此之前",
            en=f"Of those who buy within {window.days} days, at least three quarters do so within {late} "
            f"{'day' if late == '1' else 'days'} (Kaplan-Meier): call before then",
        )
    return text(
        zh=f"在{window.days}天内成交的咨询中，一半在{median}天内成交，四分之三在{late}天内成交（Kaplan-Meier法），回访宜安排在此之前",
        en=f"Of those who buy within {window.days} days, half do so within {median} days and three quarters within {late} "
        "(Kaplan-Meier): call before then",
    )


def base(table: pd.DataFrame, received: int) -> str:
    """State over which consultations conversion is taken, and how far those without an outcome could move it.

    Parameters
    ----------
    table : DataFrame
        See `bases.conversion_bases`.
    received : int
        All consultations.
    """
    if table.empty:
        return ""
    whole, graded = table.loc["all"], table.loc["graded"]
    if table[["due", "consultations", "conversions"]].isna().any(axis=None) or pd.isna(whole.rate):
        return ""
    parts = []
    if whole.consultations < whole.due:
        known = f"{whole.consultations:,.0f}"
        share, low, high = (
            percent(v) for v in (whole.consultations / whole.due, whole.lowest, whole.highest)
        )
        parts.append(
            text(
                zh=f"{whole.due:,.0f}条中{known}条（{share}）已登记是否成交；其余无论成交与否，成交率都在{low}～{high}之间",
                en=f"{known} of {whole.due:,.0f} ({share}) have a known outcome; whatever the others', the rate is "
                f"between {low} and {high}",
            )
        )
    if not graded.consultations:
        n, rate = f"{whole.consultations:,.0f}", percent(whole.rate)
        parts.append(
            text(
                zh=f"已知结果的{n}条咨询成交率为{rate}，这些咨询均不可评级",
                en=f"Over {n} known outcomes the rate is {rate}; none of these consultations could be graded",
            )
        )
    if graded.consultations < whole.consultations and pd.notna(graded.rate):
        n, m = f"{whole.consultations:,.0f}", f"{graded.consultations:,.0f}"
        parts.append(
            text(
                zh=f"全部已知结果的{n}条成交率为{percent(whole.rate)}，其中可评级的{m}条为{percent(graded.rate)}",
                en=f"Over all {n} known outcomes the rate is {percent(whole.rate)}, over the {m} graded ones {percent(graded.rate)}",
            )
        )
    return text(zh="；", en=". ").join(parts)


def customers(found: pd.DataFrame, measure: Measure) -> str:
    """State how many customers stand behind consultations, and the rate with an interval that minds this.

    Parameters
    ----------
    found : DataFrame
        See `bases.cluster`.
    """
    if found.empty or pd.isna(found["customers"].iloc[0]):
        return ""
    row = found.iloc[0]
    if row.customers == row.consultations:
        return ""
    n, m = f"{row.consultations:,.0f}", f"{row.customers:,.0f}"
    if pd.isna(row.rate):
        return text(
            zh=f"{n}条咨询来自{m}户，户数过少，不作推断",
            en=f"{n} consultations come from {m} customers: too few to infer anything",
        )
    one = percent(row.per_customer)
    return text(
        zh=f"{n}条咨询来自{m}户；按咨询计{measure.label}{percent(row.rate)}（考虑同一客户多次咨询的95%置信区间{percent(row.low)}～"
        f"{percent(row.high)}），按客户计{one}",
        en=f"{n} consultations come from {m} customers: {measure.label} {percent(row.rate)} by consultation (95% confidence interval {percent(row.low)} "
        f"to {percent(row.high)}, customers who came again allowed for), {one} by customer",
    )


def completeness(missing: pd.DataFrame) -> str:
    """State which fields lack values most often; nothing if none does.

    Parameters
    ----------
    missing : DataFrame
        See `bases.missing`, of one slice.
    """
    lacking = missing[missing["share"] > 0].sort_values("share", ascending=False, kind="stable").head(3)
    if lacking.empty:
        return ""
    fields = [
        f"{language.field(str(row.field))}{bracketed(percent(row.share))}" for row in lacking.itertuples()
    ]
    return text(
        zh=f"缺失较多的字段：{language.listing(fields)}；各项占比以填写了该项的咨询为基数",
        en=f"Fields most often missing: {language.listing(fields)}; a share is of the consultations that state the field",
    )


def off_year(found: pd.DataFrame, year: int) -> str:
    """State that dates lie outside of the year, so that no month is told; nothing up to one in twenty.

    Parameters
    ----------
    found : DataFrame
        See `protection.basis.Basis.off_year`.
    year : int
        Of the report.
    """
    share = found["share"].iloc[0]
    if share <= MOST_OFF_YEAR:
        return ""
    return text(
        zh=f"{percent(share)}的咨询日期不在{year}年内，不按月统计",
        en=f"{percent(share)} of the dates lie outside of {year}: months are left out",
    )


def after_cut(count: int, day: pd.Timestamp) -> str:
    """State that records are dated after the reference day and are left out; nothing if none is."""
    if not count:
        return ""
    until = language.day(day)
    return text(
        zh=f"{count:,}条咨询的日期晚于基准日{until}，未计入",
        en=f"{count:,} consultations are dated after {until} and are left out",
    )


def version(scorecard: Scorecard, years: Sequence[int]) -> str:
    """State which version of the standard graded which year, where it was not in force in one of them.

    Parameters
    ----------
    scorecard : Scorecard
        With the dates from and to which it is valid.
    years : sequence of int
        The years that the report is about.
    """
    outside = [year for year in years if not _in_force(scorecard, year)]
    if not outside:
        return ""
    listed = language.listing([text(zh=f"{year}年", en=str(year)) for year in outside])
    return text(
        zh=f"{listed}不在评级标准{scorecard.version}版的有效期内；本报告一律按该版评级，与当年按其他版本发布的报告不可比",
        en=f"Version {scorecard.version} of the rating standard was not in force in {listed}: this report grades by it throughout, "
        "so its numbers cannot be compared with reports of the time by another version",
    )


def _in_force(scorecard: Scorecard, year: int) -> bool:
    begins, ends = scorecard.valid_from, scorecard.valid_to
    return not (begins and begins.year > year) and not (ends and ends.year < year)


def regression_to_mean() -> str:
    """Say what stands beside every table of grade moves."""
    return text(
        zh="打分有偶然波动：上年等级高的客户，本年即使没有变化也较容易降级，上年等级低的较容易升级（向均值回归），升降不都是真实变化",
        en="Scores vary by chance: a customer of a high grade last year is likely to fall and one of a low grade to rise even if "
        "nothing changed (regression to the mean); not every move is a real change",
    )


origin.trace_module(globals())
