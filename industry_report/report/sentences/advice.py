"""What follows from the numbers: recommendations, and the work that follow-up takes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import norm

from ...analysis.conversion import ALPHA, COUNTS, LOWER, Measure, compare_pairs
from ...base import language, origin
from ...base.language import capital, grade_name, text
from ...scorecard.scorecards import Band
from .grade_findings import reversals_of
from .score_quality import is_upside_down
from .wording import kind, listed, percent

LEAST_STAFF = 0.1  # full-time equivalents: fewer are no posts to plan


def effort(contacts: pd.DataFrame) -> str:
    """State how much of the follow-up the highest grade takes."""
    if contacts["contacts"].isna().any():
        return ""
    top = contacts.iloc[0]
    total = contacts["consultations"].sum()
    if not total:
        return text(zh="没有需要回访的咨询", en="No consultation calls for follow-up")
    if not top.consultations:
        return text(zh="没有最高等级的咨询", en="Nobody has the highest grade")
    if pd.isna(top.share):
        return ""
    share = top.consultations / total
    return text(
        zh=f"{grade_name(top.name)}咨询占可评级咨询的{percent(share)}，按规定频次推算的回访占全年的{percent(top.share)}",
        en=f"{capital(grade_name(top.name))}, {percent(share)} of graded consultations, calls for "
        f"{percent(top.share)} of all contacts",
    )


def yearly(contacts: pd.DataFrame) -> str:
    """State how many contacts a year the policy asks for, and why that is an upper bound; no number if withheld."""
    total = contacts["contacts"].sum(skipna=False)
    if contacts["contacts"].isna().all():
        return text(
            zh="全年规定回访次数不公布",
            en="The contacts a year that the follow-up policy asks for are withheld",
        )
    number = "" if pd.isna(total) else f"{total:,.0f}"
    return text(
        zh=f"按评级标准规定的频次推算，全年规定回访{f'{number}次' if number else '次数见表'}。推算时每条咨询按一户计，"
        "未剔除重复咨询和已成交客户，结果为上限",
        en=f"The follow-up policy of the rating standard asks for {number or 'the following'} contacts a year. It cannot "
        "be more: every graded consultation counts as one customer, even if the same customer asked twice or has since bought",
    )


def staffing(staff: pd.DataFrame, *, of_customers: bool = False) -> str:
    """State the full-time equivalents of all roles together and the assumptions they rest on.

    Parameters
    ----------
    staff : DataFrame
        See `workload.full_time_equivalents`.
    of_customers : bool
        Whether the contacts are those of customers without a purchase, one each; else every consultation
        counts, and the result is an upper bound.
    """
    total = staff.groupby("assumption", sort=False)["full_time_equivalents"].agg(
        lambda values: values.sum(skipna=False)
    )
    if total.empty or total.isna().any() or not staff["contacts"].sum():
        return ""
    first = staff.drop_duplicates("assumption")
    minutes = language.listing([f"{value:g}" for value in first["minutes_per_contact"]])
    hours = language.listing(list(dict.fromkeys(f"{value:,.0f}" for value in first["hours_per_year"])))
    shown = [language.formatted(value, "full_time_equivalents") for value in total]
    if total.max() < LEAST_STAFF:
        return _hardly_any(minutes, hours, of_customers)
    values = language.listing(shown)
    what = text(
        zh="未成交客户的回访（每户计一次等级）" if of_customers else "全部咨询的回访",
        en="following up customers without a purchase" if of_customers else "following up every consultation",
    )
    bound = text(zh="" if of_customers else "（上限）", en="" if of_customers else " at most")
    return text(
        zh=f"按全时人员每年工作{hours}小时、每次回访用时{minutes}分钟（低、中、高三种假设）计，{what}分别折合全时人员{values}人{bound}；"
        "该数为工作量，不代表用人需求",
        en=f"At {hours} working hours a year and {minutes} minutes a contact (low, mid, high), {what} takes{bound} {values} "
        "full-time equivalents; this measures workload, not vacancies",
    )


def staffing_of_both(staff: pd.DataFrame, left: pd.DataFrame) -> list[str]:
    """State the work of all consultations and, of the same assumptions, of customers without a purchase.

    Parameters
    ----------
    staff, left : DataFrame
        See `workload.full_time_equivalents`: of every consultation, and of customers without a purchase.
    """
    whole, part = staffing(staff), staffing(left, of_customers=True)
    if not (whole and part):
        return [said for said in (whole, part) if said]
    total = left.groupby("assumption", sort=False)["full_time_equivalents"].sum()
    if total.max() < LEAST_STAFF:
        zh, en = f"均不足{LEAST_STAFF}人", f"less than {LEAST_STAFF}"
    else:
        values = language.listing([language.formatted(value, "full_time_equivalents") for value in total])
        zh, en = f"分别为{values}人", values
    return [
        whole,
        text(
            zh=f"未成交客户的回访（每户计一次等级）按同样假设折合，{zh}",
            en=f"On the same assumptions, following up customers without a purchase takes {en}",
        ),
    ]


def _hardly_any(minutes: str, hours: str, of_customers: bool) -> str:
    """Say of work that rounds to nobody that there is hardly any."""
    return text(
        zh=f"按全时人员每年工作{hours}小时、每次回访用时{minutes}分钟计，{'未成交客户' if of_customers else '全部咨询'}的回访"
        f"折合全时人员均不足{LEAST_STAFF}人",
        en=f"At {hours} working hours a year and {minutes} minutes a contact, following up "
        f"{'customers without a purchase' if of_customers else 'every consultation'} takes less than {LEAST_STAFF} "
        "full-time equivalents",
    )


def advise_follow_up(
    contacts: pd.DataFrame, top: Band, by_grade: pd.DataFrame | None = None, auc: pd.DataFrame | None = None
) -> str:
    """Advise to staff the follow-up of the highest grade first; nothing where that would be no good advice.

    Parameters
    ----------
    contacts : DataFrame
        See `workload.contacts`.
    top : Band
        The highest grade, with its follow-up policy.
    by_grade, auc : DataFrame, optional
        See `conversion.by_grade` and `validity.auc`. Where a lower grade clearly buys more often than the
        highest, the score is upside down, or everybody has bought, there is no such advice.
    """
    number = contacts["contacts"].iloc[0] if len(contacts) else np.nan
    if pd.isna(number) or not number or (auc is not None and is_upside_down(auc)):
        return ""
    if by_grade is not None and not _calls_for(by_grade):
        return ""
    role, cadence, grade = text(**top.follow_up.role), text(**top.follow_up.cadence), grade_name(top.grade)
    return text(
        zh=f"优先落实{grade}客户的跟进：由{role}{cadence}回访，全年至多{number:,.0f}次，安排前应先核定人力",
        en=f"Staff the follow-up of {grade} first: up to {number:,.0f} contacts a year ({role.lower()}, {cadence.lower()})",
    )


def _calls_for(by_grade: pd.DataFrame) -> bool:
    """Tell whether the outcomes leave sense in calling the highest grade first."""
    known = by_grade[COUNTS].dropna()
    if len(known) and known["consultations"].sum() and known["conversions"].equals(known["consultations"]):
        return False  # all have bought
    pairs = compare_pairs(by_grade)
    top = by_grade.index[0] if len(by_grade) else ""
    return not ((pairs["one"] == top) & (pairs["verdict"] == LOWER)).any()


def advise_reversals(by_grade: pd.DataFrame) -> str:
    """Advise on grades that clearly buy more often than a higher one; nothing where there are none."""
    against = reversals_of(by_grade, compare_pairs(by_grade)) if len(by_grade) else ""
    if not against:
        return ""
    return text(
        zh=f"{against}，与评级标准的次序相反：跟进先后不宜只看等级，并应复核这些等级的评分与权重",
        en=f"{capital(against)}, against the order of the standard: do not call by grade alone, and review how these grades are scored",
    )


def advise_dimension(
    means: pd.DataFrame, labels: Mapping[str, str], shares: pd.DataFrame | None = None
) -> str:
    """Advise on the dimension with the lowest mean score; nothing if none is clearly the lowest, or on a tie.

    Parameters
    ----------
    means : DataFrame
        See `conversion.score_means`.
    labels : mapping of str to str
        Dimension → its name in the report's language.
    shares : DataFrame, optional
        See `conversion.score_shares`: how the scores of each dimension vary. Without it nothing is tested.
    """
    known = means["mean"].dropna().round(2)
    if len(known) < 2 or (known == known.min()).sum() > 1:
        return ""
    if shares is not None and not _is_clearly_lowest(means["mean"].dropna(), shares):
        return ""
    weakest = labels[str(known.idxmin())]
    return text(
        zh=f"{weakest}平均分最低（{known.min():.2f}分），建议抽查低分记录，查明原因",
        en=f"{weakest} has the lowest mean score ({known.min():.2f}): check a sample of the low-scored records for "
        "the reasons, and compare again next year",
    )


def _is_clearly_lowest(means: pd.Series, shares: pd.DataFrame) -> bool:
    """Tell whether the lowest mean lies clearly below every other, after Bonferroni over the others.

    All dimensions are scored in the same consultations. Their correlation is not published, so the standard
    errors are added: that of a difference is never above their sum.
    """
    lowest, errors = means.idxmin(), {}
    for dimension, rows in shares.groupby("dimension", sort=False):
        scores, counts = (
            pd.to_numeric(rows[name], errors="coerce").to_numpy(float) for name in ("score", "consultations")
        )
        n = counts.sum()
        mean = (scores * counts).sum() / n if n else np.nan
        errors[dimension] = np.sqrt((counts * (scores - mean) ** 2).sum()) / n if n else np.nan
    z = norm.isf(ALPHA / 2 / (len(means) - 1))
    return all(
        means[other] - means[lowest] > z * (errors.get(other, np.nan) + errors.get(lowest, np.nan))
        for other in means.index.drop(lowest)
    )


def advise_groups(versus: pd.DataFrame, table: pd.DataFrame, measure: Measure) -> str:
    """Advise on the groups that are clearly lower than all others, the largest first; nothing if there is none.

    Parameters
    ----------
    versus : DataFrame
        See `conversion.compare`; groups whose rate is withheld left out.
    table : DataFrame
        See `conversion.by`.
    """
    lower = versus.index[versus["verdict"] == LOWER] if "verdict" in versus else pd.Index([])
    if lower.empty:
        return ""
    row = table.loc[table.loc[lower, "consultations"].idxmax()]
    count, rate, names = f"{row.consultations:,.0f}", percent(row.rate), listed(lower)
    most = language.mention(str(row.name))
    first = text(
        zh=f"，其中{most}咨询最多（{count}条，{measure.label}{rate}）"
        if len(lower) > 1
        else f"（{count}条，{measure.label}{rate}）",
        en=f"Start with the largest, {most} ({count} consultations, {rate}), and ask"
        if len(lower) > 1
        else f"It has {count} consultations ({rate}). Ask",
    )
    return text(
        zh=f"{measure.label}显著偏低的{kind(table)}有{names}{first}，建议抽取客户回访，了解其需求与顾虑",
        en=f"{measure.label} clearly below that of the rest: {names}. {first} a sample of its customers what held them back",
    )


origin.trace_module(globals())
