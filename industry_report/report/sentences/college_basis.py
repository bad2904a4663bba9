"""What a college's report rests on: which consultations, which comparison, what was not stated."""

from __future__ import annotations

import pandas as pd

from ...base import language, origin, table_metadata
from ...base.language import listing, term, text
from .wording import percent


def basis(place: str, year: int, graded: int, earlier: int, graded_before: int | None) -> str:
    """State what a report is about, and what it is compared with, if anything.

    Parameters
    ----------
    place : str
        The region, in the report's language.
    year, earlier : int
        The year of the report and the one it looks back to.
    graded, graded_before : int
        Graded consultations of both; None where the data hold none of the earlier year.
    """
    if pd.isna(graded):
        return text(
            zh=f"{place}{year}年可评级的咨询数不公布",
            en=f"The number of graded consultations in {place} in {year} is withheld",
        )
    if not graded:
        return text(
            zh=f"{place}{year}年没有可评级的咨询，不与{earlier}年比较",
            en=f"No consultation in {place} in {year} could be graded, so nothing is compared with {earlier}",
        )
    about = text(
        zh=f"本报告统计{place}{year}年可评级的咨询{graded:,}条",
        en=f"This report covers {graded:,} graded consultations in {place} in {year}",
    )
    if graded_before is None:
        return about + text(
            zh=f"；数据中没有{earlier}年的咨询，因此不判断升降",
            en=f"; the data hold none from {earlier}, so no change is stated",
        )
    if pd.isna(graded_before) or not graded_before:
        return about + text(
            zh=f"；{earlier}年可评级的咨询数不公布，因此不判断升降"
            if pd.isna(graded_before)
            else f"；{earlier}年没有可评级的咨询，因此不判断升降",
            en=f"; the number in {earlier} is withheld, so no change is stated"
            if pd.isna(graded_before)
            else f"; none in {earlier} could be graded, so no change is stated",
        )
    return about + text(
        zh=f"，并与{earlier}年的{graded_before:,}条比较",
        en=f" and compares them with {graded_before:,} in {earlier}",
    )


def rule(year: int, earlier: int, steady_within: float) -> str:
    """State when a share counts as rising, steady or falling; see `market.directions`."""
    return text(
        zh=f"比较{year}年与{earlier}年各项占注明该项的咨询的比例。产品的升降可供调整课程参考，客户类型和客户来源的升降可供选取案例、"
        f"安排营销与客服实训参考。变化的整个区间不超过{earlier}年比重的±{steady_within:g}%的，为平稳；此外变化超出偶然波动的，判断为上升或下降"
        "（规则见附录“方法”）；其余为依据不足：可能有变化，也可能没有，不能当作平稳。两年填写该项的比例相差过大的，也不判断",
        en=f"Directions compare shares of the consultations that name one in {year} and {earlier}: those of products for the curriculum, "
        "those of customer types and sources for case studies and for training in marketing and service. A share is steady if the whole "
        f"interval of its change is within {steady_within:g}% of the {earlier} share; else rising or falling only if the change is larger "
        "than chance would explain (see Method in the appendix). Not enough evidence means that it may or may not have changed, not "
        "that it is steady; so it is where the two years fill the field to a different degree",
    )


def stated(kind: str, now: pd.DataFrame, before: pd.DataFrame | None, earlier: int) -> str:
    """State how many consultations do not name a kind of group; nothing if all do.

    Parameters
    ----------
    kind : str
        Such as "product".
    now, before : DataFrame
        See `market.demand`; None without an earlier year.
    earlier : int
        The year of `before`.
    """
    lacking = 1 - table_metadata.fact(now, "stated", 1.0)
    past = None if before is None else 1 - table_metadata.fact(before, "stated", 1.0)
    if now.empty or pd.isna(lacking) or (lacking <= 0 and not past):
        return ""
    if past is not None and pd.isna(past):
        past = None
    then = (
        ""
        if past is None
        else text(zh=f"（{earlier}年{percent(past)}）", en=f" ({earlier}: {percent(past)})")
    )
    name = text(zh=term(kind), en=term(kind).lower())
    return text(
        zh=f"{percent(lacking)}的咨询未注明{name}{then}，占比以注明的咨询为基数",
        en=f"{percent(lacking)} of consultations name no {name}{then}; shares are of those that name one",
    )


def too_little(graded: float | None = None) -> str:
    """Say why a slice has no finding: nothing graded, all withheld, or too little to conclude from.

    Parameters
    ----------
    graded : int, optional
        Graded consultations; not a number where they are withheld.
    """
    if graded == 0:
        return text(
            zh="没有可评级的咨询，本报告不作结论",
            en="No consultation could be graded: this report concludes nothing",
        )
    if graded is not None and pd.isna(graded):
        return text(
            zh="为避免泄露单个客户的情况，本报告的数字不公布，不作结论",
            en="The numbers of this report could identify somebody and are withheld: it concludes nothing",
        )
    return text(
        zh="咨询数目过小，或相关数据未提供，不能据以得出结论",
        en="There are too few consultations, or too little is stated, to conclude anything",
    )


def limits() -> str:
    """Say in one line what the report may not be used for."""
    return text(
        zh="咨询不等于招聘需求，不得单独作为调整招生计划的依据，应与人社、教育部门的统计和用人单位调研结合使用",
        en="Consultations are not vacancies: never the only ground for changing enrolment; use with official statistics and employers' views",
    )


def regions(counts: pd.DataFrame, region: str, year: int) -> str:
    """Give the consultations of each region; that there is one alone is said, too.

    Parameters
    ----------
    counts : DataFrame
        See `publication.count_regions`.
    """
    if len(counts) < 2:
        place = language.name(region)
        return text(
            zh=f"本报告只统计{place}，没有与其他地区并列。", en=f"This report is about {place} alone."
        )
    number = {
        name: language.formatted(count, "consultations") for name, count in counts["consultations"].items()
    }
    told = listing(
        [
            text(zh=f"{language.name(str(name))}{n}条", en=f"{language.name(str(name))} {n}")
            for name, n in number.items()
        ]
    )
    return text(
        zh=f"{year}年各地区有效咨询：{told}（含不可评级的）",
        en=f"Consultations in {year}, graded or not: {told}",
    )


origin.trace_module(globals())
