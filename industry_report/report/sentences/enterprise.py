"""Tidy table → what a sales lead should do about it, in a sentence."""

from __future__ import annotations

import pandas as pd

from ...analysis.conversion import FEW, LOWER, REST, Measure
from ...analysis.history import DOWN, GONE, NEW, SAME, UNCLEAR, UP
from ...analysis.sales import RECENT_DAYS, HighGrades
from ...base import language, origin, table_metadata
from ...base.language import capital, grade_name, listing, several, text
from . import industry
from .wording import kind, listed, part, percent


def calls(work_list: pd.DataFrame, identified: bool = True, graded: int | None = None) -> str:
    """State how many customers are on the work list, by grade.

    Parameters
    ----------
    work_list : DataFrame
        See `sales.work_list`.
    identified : bool
        Whether the data name their customers: without identifiers nobody can be listed, which is not to say
        that nobody is left to call.
    graded : int, optional
        Graded consultations: without any, nobody can be put in order, which is not to say it either.
    """
    if graded == 0:
        return text(
            zh="没有可评级的咨询，无法按等级列出跟进名单",
            en="No consultation could be graded, so no list of customers to call can be made",
        )
    if not identified:
        return text(
            zh="数据没有客户编号，无法按客户列出跟进名单",
            en="The data name no customers, so no list of customers to call can be made",
        )
    return _list_calls(work_list) + _count_refusing(work_list)


def _count_refusing(work_list: pd.DataFrame) -> str:
    """Say how many nobody may call; nothing where all may be."""
    count = table_metadata.fact(work_list, "refusing", 0)
    if not count:
        return ""
    return text(
        zh=f"；另有{count:,}户不同意使用资料或已退订，不列入",
        en=f"; {count:,} more gave no consent or opted out and may not be listed",
    )


def _list_calls(work_list: pd.DataFrame) -> str:
    counts = work_list["grade"].astype(str).value_counts()
    if counts.empty:
        return text(zh="没有需要跟进的未成交客户", en="No customer without a purchase is left to call")
    present = [grade for grade in work_list["grade"].cat.categories[::-1] if grade in counts]
    parts = listing(
        [text(zh=f"{grade_name(g)}{counts[g]:,}户", en=f"{counts[g]:,} {grade_name(g)}") for g in present]
    )
    total = text(
        zh=f"未成交客户{len(work_list):,}户列入跟进名单",
        en=f"{several(len(work_list), 'customer')} without a purchase "
        f"{'is' if len(work_list) == 1 else 'are'} on the work list",
    )
    return (
        total + text(zh=f"，其中{parts}", en=f": {parts}")
        if len(present) > 1
        else total + text(zh=f"，均为{grade_name(present[0])}", en=f", all {grade_name(present[0])}")
    )


MOST_NAMED = 3  # groups that a sentence names


def leaks(table: pd.DataFrame, promising: HighGrades) -> str:
    """State where promising consultations convert most and least; nothing without outcomes.

    Parameters
    ----------
    table : DataFrame
        See `sales.funnel`.
    """
    if "rate" not in table:
        return ""
    rates = table.rename(columns={"known": "consultations"})
    found = industry.extremes(rates, Measure())
    return text(
        zh=f"{promising.name}咨询中，{found}{_rest(rates)}",
        en=f"Among {promising.name}, {_lower(found)}{_rest(rates)}",
    )


def _rest(rates: pd.DataFrame) -> str:
    """Say that the pooled rest is not compared where its rate lies beyond those of all groups."""
    pooled = rates.index.isin(REST.values())
    others = rates.loc[~pooled, "rate"]
    beyond = ~rates.loc[pooled, "rate"].dropna().between(others.min(), others.max())
    if others.isna().all() or not beyond.any():
        return ""
    return text(zh="，“其他”不参与比较", en="; “Other” is not compared")


def losses(table: pd.DataFrame, promising: HighGrades) -> str:
    """State as `leaks` does, and which group has the most promising consultations without a purchase."""
    left = table["known"] - table["conversions"] if "rate" in table else pd.Series(dtype=int)
    if not left.sum():
        return leaks(table, promising)
    most = left.index[left == left.max()]
    if len(left) < 2 or len(most) == len(left):  # one group, or all alike: none has the most
        return leaks(table, promising)
    named, each = listed(most[:MOST_NAMED]), len(most) > 1
    more = len(most) - MOST_NAMED
    zh_named = named + (f"等{len(most)}组" if more > 0 else "")
    en_named = named + (f" and {more} more" if more > 0 else "")
    return leaks(table, promising) + text(
        zh=f"；未成交的以{zh_named}最多（{'各' if each else ''}{left.max():,}条）",
        en=f"; most of those without a purchase come from {en_named} ({left.max():,}{' each' if each else ''})",
    )


def spread(table: pd.DataFrame, promising: HighGrades) -> str:
    """State between which rates groups lie that overlap, as products do; nothing without outcomes."""
    if "rate" not in table:
        return ""
    found = industry.span(table.rename(columns={"known": "consultations"}), Measure())
    return text(
        zh=f"{promising.name}咨询的{found}", en=f"{capital(promising.name)}: {found[:1].lower()}{found[1:]}"
    )


def weakest(table: pd.DataFrame, dimensions: dict[str, str], graded: int | None = None) -> str:
    """State which group lies furthest below all others in which dimension.

    Parameters
    ----------
    table : DataFrame
        See `sales.weak_points`.
    dimensions : dict of str to str
        Dimension → its name in the report's language.
    graded : int, optional
        Graded consultations, of which the scores are.
    """
    if graded == 0:
        return text(
            zh="没有可评级的咨询，不比较评分", en="No consultation could be graded: scores are not compared"
        )
    if table.empty:
        return text(
            zh=f"满{FEW}条的组不足两个，不作比较",
            en=f"Fewer than two groups have {FEW} consultations: no comparison",
        )
    groups = table[~table.iloc[:, 0].isin(REST.values())]  # the pooled rest is no group
    low = groups[groups["verdict"] == LOWER].sort_values("gap", kind="stable")
    if low.empty:
        return text(zh="各组评分没有显著的薄弱项", en="No group is clearly weak in any score")
    row = low.iloc[0]
    group, dimension = language.mention(str(row.iloc[0])), dimensions[row["dimension"]]
    return text(
        zh=f"{group}的{dimension}最为薄弱：平均{row['mean']:.2f}分，比其余各组低{-row['gap']:.2f}分",
        en=f"The weakest score is {_lower(dimension)} among {group}: {row['mean']:.2f} on average, {-row['gap']:.2f} below all others",
    )


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def moved(counts: pd.DataFrame, before: int) -> str:
    """State how many customers who came back rose and fell.

    Parameters
    ----------
    counts : DataFrame
        See `history.count_moves`.
    before : int
        The year before.
    """
    n = counts["customers"].reindex([UP, DOWN, SAME, NEW, GONE, UNCLEAR], fill_value=0)
    back = n[UP] + n[DOWN] + n[SAME] + n[UNCLEAR]
    if not back:
        return text(zh=f"没有与{before}年共有的客户", en=f"No customer also asked in {before}")
    told = text(
        zh=f"与{before}年均有咨询的客户{back:,}户中，升级{n[UP]:,}户，降级{n[DOWN]:,}户，不变{n[SAME]:,}户",
        en=f"Of {back:,} customers who also asked in {before}, {n[UP]:,} rose, {n[DOWN]:,} fell and {n[SAME]:,} kept their grade",
    )
    if not n[UNCLEAR]:
        return told
    return told + text(
        zh=f"，{n[UNCLEAR]:,}户因一年不可评级而无法比较",
        en=f"; {n[UNCLEAR]:,} have no grade in one of the years",
    )


def fallen(causes: pd.DataFrame, work_list: pd.DataFrame, before: int) -> str:
    """State how many of those who fell may still be won, and what most falls go back to; nothing without falls.

    Parameters
    ----------
    causes : DataFrame
        See `history.causes`.
    work_list : DataFrame
        See `sales.work_list`.
    before : int
        The year before.
    """
    falls = causes.loc[causes["move"] == DOWN, "cause"]
    if falls.empty or "move" not in work_list:
        return ""
    open_ones = int((work_list["move"] == DOWN).sum())
    told = text(
        zh=f"比{before}年降级的客户{len(falls):,}户，其中{open_ones:,}户尚未成交（见名单“等级变化”一列），宜先了解原因",
        en=f"{len(falls):,} customers have a lower grade than in {before}; {open_ones:,} of them have not bought (see the work list): ask them why",
    )
    most = falls[falls != ""].value_counts()
    if most.empty:
        return told
    return told + text(
        zh=f"；降级时下降最多的评分项以{most.index[0]}居多（{most.iloc[0]:,}户）",
        en=f". The score that fell furthest was most often {_lower(str(most.index[0]))} ({most.iloc[0]:,})",
    )


def desk(
    work_list: pd.DataFrame, promising: HighGrades, today: pd.Timestamp, auc: pd.DataFrame | None = None
) -> str:
    """State how many customers of high grades have not bought, and how many of them asked recently, by role.

    Parameters
    ----------
    work_list : DataFrame
        See `sales.work_list`.
    promising : HighGrades
        See `sales.high_grades`.
    today : Timestamp
        The day that recent consultations are reckoned from.
    auc : DataFrame, optional
        See `validity.auc`. Where the score is upside down, nobody is to be called first for a high grade.
    """
    high = work_list[work_list["grade"].astype(str).isin(promising.grades)] if len(work_list) else work_list
    if high.empty:
        return ""
    said = text(
        zh=f"{promising.name}未成交客户{len(high):,}户",
        en=f"{several(len(high), 'customer')} of {promising.name} {'has' if len(high) == 1 else 'have'} not bought",
    )
    if auc is not None and industry.is_upside_down(auc):
        return said + text(
            zh="；但评分越高成交反而越少，不宜按等级安排联系先后，应先复核评分",
            en="; but the higher the score, the fewer the purchases: do not call by grade, review the scores first",
        )
    if "last_contact" not in high or "role" not in high:
        return said
    recent = high[high["last_contact"] > today - pd.Timedelta(days=RECENT_DAYS)]
    if recent.empty:
        return said
    by_role = recent["role"].value_counts(sort=False)
    parts = listing([text(zh=f"{role}{n:,}户", en=f"{role.lower()} {n:,}") for role, n in by_role.items()])
    return said + text(
        zh=f"，其中近{RECENT_DAYS}天咨询的{len(recent):,}户应优先联系：{parts}",
        en=f"; call first the {len(recent):,} who asked in the last {RECENT_DAYS} days: {parts}",
    )


def recent_of_role(role: str, leads: pd.DataFrame, work_list: pd.DataFrame, promising: HighGrades) -> str:
    """Return the caption of the customers whom a role calls first: their grades, and how many of how many.

    Parameters
    ----------
    role : str
        As the scorecard calls it.
    leads, work_list : DataFrame
        See `sales.fresh_leads` and `sales.work_list`.
    promising : HighGrades
        See `sales.high_grades`.
    """
    mine = work_list[(work_list["role"] == role) & work_list["grade"].astype(str).isin(promising.grades)]
    held = set(mine["grade"].astype(str))
    grades = listing([grade_name(grade) for grade in reversed(promising.grades) if grade in held])
    return text(zh=f"{role}：新近的{grades}客户", en=f"{role}: recent customers of {grades}") + part(
        len(leads), len(mine), "户"
    )


def no_fresh(graded: pd.DataFrame, promising: HighGrades) -> str:
    """Say why no recent customer of a high grade is listed.

    Parameters
    ----------
    graded : DataFrame
        The graded consultations.
    promising : HighGrades
        See `sales.high_grades`.
    """
    if "consulted_on" not in graded or graded["consulted_on"].isna().all():
        return industry.absent("consulted_on", graded)
    return text(
        zh=f"没有{promising.name}的未成交客户", en=f"No customer of {promising.name} is without a purchase"
    )


def unknown_buyers() -> str:
    """Say that without outcomes nobody can be taken off the list for having bought."""
    return text(
        zh="数据未提供成交结果，名单不能剔除已成交的客户，“未成交”仅指没有成交登记",
        en="The data give no outcomes: the list may hold customers who have bought, for no purchase is registered",
    )


def no_contact_log() -> str:
    """Say what is not known without a log of contacts."""
    return text(
        zh="数据不含回访记录，不统计逾期；已经回访过的客户，应回访日期从实际回访之日起重新推算",
        en="The data hold no log of contacts, so nothing is called overdue; reckon from the actual contact where there was one",
    )


def key_figures(
    work_list: pd.DataFrame,
    promising: HighGrades,
    today: pd.Timestamp,
    contacts: pd.DataFrame,
    identified: bool = True,
    graded: int | None = None,
) -> list[tuple[str, str]]:
    """Return what opens the report: label and printed number.

    Parameters
    ----------
    work_list, contacts : DataFrame
        See `sales.work_list` and `workload.contacts`.
    promising : HighGrades
        See `sales.high_grades`.
    today : Timestamp
        The day that recent consultations are reckoned from.
    identified : bool
        Whether the data name their customers; else there are no figures about customers.
    graded : int, optional
        Graded consultations; without any there are no figures about customers either.
    """
    if not identified or graded == 0:
        return []
    unit = text(zh="户", en="")
    high = work_list["grade"].astype(str).isin(promising.grades) if len(work_list) else pd.Series(dtype=bool)
    figures = [
        (text(zh=f"{promising.name}未成交", en=f"Open, {promising.name}"), f"{high.sum():,}{unit}"),
        (text(zh="待跟进客户", en="Customers to call"), f"{len(work_list):,}{unit}"),
    ]
    if "last_contact" in work_list:
        recent = work_list["last_contact"] > today - pd.Timedelta(days=RECENT_DAYS)
        label = text(zh=f"近{RECENT_DAYS}天咨询", en=f"Asked in the last {RECENT_DAYS} days")
        figures.append((label, f"{recent.sum():,}{unit}"))
    total = f"{contacts['contacts'].sum():,}"
    return [*figures, (text(zh="规定回访次数", en="Yearly contacts"), text(zh=f"{total}次", en=total))]


def no_period(year: int) -> str:
    """Say that there is nothing to compare with."""
    return text(
        zh=f"数据没有{year}年的咨询，不作等级变化分析。",
        en=f"The data hold no consultations of {year}; changes of grade are left out.",
    )


# --- headlines of the summary's panels


def headline_grades(contacts: pd.DataFrame) -> str:
    """Return which grade most customers on the work list have; see `workload.contacts`."""
    counts = contacts["consultations"]
    most = counts.index[counts == counts.max()]
    if len(most) != 1 or len(counts) < 2:
        return text(zh="各等级待跟进客户", en="Customers to call")
    name = grade_name(str(most[0]))
    return text(zh=f"待跟进以{name}最多，{counts.max():,}户", en=f"Most to call: {name}, {counts.max():,}")


def headline_recent(ages: pd.DataFrame) -> str:
    """Return how many customers of high grades asked lately; see `sales.count_recency`."""
    recent = int(ages["customers"].iloc[0])
    return text(
        zh=f"近{RECENT_DAYS}天咨询的{recent:,}户宜先联系",
        en=f"{recent:,} asked in the last {RECENT_DAYS} days",
    )


def headline_span(table: pd.DataFrame) -> str:
    """Return between which rates groups lie that are not compared; see `sales.funnel`."""
    rates = table["rate"].dropna()
    if len(rates) < 2 or percent(rates.min()) == percent(rates.max()):
        return language.term(str(table.index.name))
    low, high = percent(rates.min()), percent(rates.max())
    return text(zh=f"{kind(table)}：{low}～{high}", en=f"By {kind(table)}: {low} to {high}")


def headline_moves(counts: pd.DataFrame) -> str:
    """Return how many customers rose and fell since the year before; see `history.count_moves`."""
    up, down = counts["customers"].reindex([UP, DOWN], fill_value=0)
    return text(zh=f"比上年升级{up:,}户，降级{down:,}户", en=f"{up:,} rose and {down:,} fell")


origin.trace_module(globals())
