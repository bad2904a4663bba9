"""Tidy table → sentence. What may be claimed follows from the numbers.

A difference is claimed only where its interval excludes zero.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...analysis.conversion import (
    FEW,
    FEWEST,
    HIGHER,
    LOWER,
    NO_DIFFERENCE,
    REST,
    Measure,
    Standardised,
    compare,
)
from ...base import language, origin, table_metadata
from ...base.language import grade_name, listing, text
from ...scorecard import explanation
from ...scorecard.scorecards import Scorecard
from .absences import absent, amounts_withheld, no_months, no_outcomes, no_scores, unlisted, withheld
from .advice import (
    advise_dimension,
    advise_follow_up,
    advise_groups,
    advise_reversals,
    effort,
    staffing,
    staffing_of_both,
    yearly,
)
from .coverage import (
    after_cut,
    base,
    completeness,
    customers,
    follow_up,
    off_year,
    protection,
    reconciliation,
    register,
    regression_to_mean,
    unrated,
    version,
    when_to_call,
)
from .grade_findings import distribution, gradient, trend
from .score_quality import (
    bounds,
    contributions,
    discrimination,
    early,
    is_upside_down,
    lift,
    steepest,
    what_auc_is,
)
from .wording import bracketed, is_withheld, kind, listed, percent, where

# A notebook finds all sentences of the industry report here.
__all__ = [
    "absent",
    "advise_dimension",
    "advise_follow_up",
    "advise_groups",
    "advise_reversals",
    "after_cut",
    "amounts_withheld",
    "base",
    "bounds",
    "completeness",
    "contributions",
    "customers",
    "discrimination",
    "distribution",
    "early",
    "effort",
    "extremes",
    "follow_up",
    "gradient",
    "is_upside_down",
    "key_figures",
    "lift",
    "mix",
    "no_months",
    "no_outcomes",
    "no_scores",
    "off_year",
    "overall",
    "protection",
    "reconciliation",
    "register",
    "regression_to_mean",
    "rule",
    "scores",
    "season",
    "span",
    "staffing",
    "staffing_of_both",
    "steepest",
    "trend",
    "unlisted",
    "unrated",
    "version",
    "versus",
    "what_auc_is",
    "when_to_call",
    "withheld",
    "yearly",
]


def extremes(table: pd.DataFrame, measure: Measure, compared: pd.DataFrame | None = None) -> str:
    """State which groups have a clearly higher or lower rate than all others together.

    The claim is that of the table of comparisons, adjusted over all groups, so that a title never says what
    the table below it denies. Groups of fewer than 30 consultations are left out, and the pooled rest is no
    group.

    Parameters
    ----------
    table : DataFrame
        See `conversion.by`.
    measure : Measure
        What its rates are.
    compared : DataFrame, optional
        The table of comparisons that the report prints; by default `conversion.compare` of `table`.
    """
    compared = compare(table, planned=False) if compared is None else compared
    asked = compared[compared["verdict"].isin([HIGHER, LOWER, NO_DIFFERENCE])]
    of, hidden = kind(table), bool(is_withheld(table).any())
    if asked.empty:
        return _not_compared(table, of, hidden)
    among = _among(table, asked, of, measure, hidden)
    if (asked["verdict"] == NO_DIFFERENCE).all():
        return text(
            zh=f"{among or f'各{of}的'}{measure.label}没有显著差异",
            en=f"{measure.label}: no clear difference by {of}{among}",
        )
    return _clear_groups(asked, of, among, measure)


def _not_compared(table: pd.DataFrame, of: str, hidden: bool) -> str:
    groups = table[~table.index.isin(REST.values())]
    if groups.empty:
        return text(
            zh=f"各{of}合并公布，不作比较", en=f"The groups by {of} are published together: no comparison"
        )
    if hidden:
        return text(
            zh=f"部分{of}的数字不公布，不作比较",
            en=f"Numbers of some groups by {of} are withheld: no comparison",
        )
    if len(groups) < 2:
        return text(zh=f"{of}不足两组，不作比较", en=f"Fewer than two groups by {of}: nothing to compare")
    return text(
        zh=f"满{FEW}条的{of}不足两组，不作比较",
        en=f"Fewer than two groups by {of} have {FEW} consultations: no comparison",
    )


def _among(table: pd.DataFrame, asked: pd.DataFrame, of: str, measure: Measure, hidden: bool) -> str:
    """Name the groups that a claim is about where these are not all that the table lists."""
    if hidden:
        return text(zh=f"在公布{measure.label}的{of}中，", en=", where published")
    if len(asked) < len(table[~table.index.isin(REST.values())]):
        return text(zh=f"在满{FEW}条的{of}中，", en=f", of groups of {FEW} or more")
    return ""


MOST_NAMED = 3  # groups that a title names; more are counted


def _clear_groups(asked: pd.DataFrame, of: str, among: str, measure: Measure) -> str:
    """Name the groups that are clearly above or below all others together."""
    parts = []
    for verdict, zh, en in ((HIGHER, "较高的有", "higher"), (LOWER, "较低的有", "lower")):
        rows = asked[asked["verdict"] == verdict].sort_values(
            "rate", ascending=verdict == LOWER, kind="stable"
        )
        named = [
            language.mention(str(group)) + bracketed(percent(rate))
            for group, rate in rows["rate"].head(MOST_NAMED).items()
        ]
        left = len(rows) - len(named)
        if named:
            groups = text(
                zh=listing(named) + (f"等{len(rows)}组" if left else ""),
                en=listing([*named, *([f"{left} more"] if left else [])]),
            )
            parts.append(text(zh=f"{zh}{groups}", en=f"{en} for {groups}"))
    return text(
        zh=f"{among or f'分{of}看，'}{measure.label}{'，'.join(parts)}",
        en=f"{measure.label} by {of}{among}: {'; '.join(parts)}",
    )


def span(table: pd.DataFrame, measure: Measure) -> str:
    """State between which rates groups lie, where they overlap and must not be compared by a test."""
    rates = table["rate"].dropna()
    of = kind(table)
    if rates.empty:
        return _no_rates(table, of, measure)
    low, high = percent(rates.min()), percent(rates.max())
    if len(rates) == 1:
        only = language.mention(str(rates.index[0]))
        return text(zh=f"{only}的{measure.label}为{low}", en=f"{measure.label} of {only}: {low}")
    if low == high:
        return text(zh=f"各{of}的{measure.label}均为{low}", en=f"{measure.label} by {of}: {low} for all")
    return text(
        zh=f"各{of}的{measure.label}在{low}至{high}之间",
        en=f"{measure.label} by {of}: between {low} and {high}",
    )


def _no_rates(table: pd.DataFrame, of: str, measure: Measure) -> str:
    """Say why not one group has a rate: withheld, or too few for a percentage."""
    if is_withheld(table).any():
        return text(
            zh=f"各{of}的{measure.label}不公布", en=f"The {measure.label.lower()} by {of} is withheld"
        )
    return text(
        zh=f"各{of}均不足{FEWEST}条，不计算{measure.label}",
        en=f"No group by {of} has {FEWEST} consultations: no {measure.label.lower()}",
    )


MONTHS_NAMED = 4  # more are counted
_PERIODS = {"month": (("月份", "month"), "月"), "quarter": (("季度", "quarter"), "季度")}


def season(table: pd.DataFrame) -> str:
    """State the busiest and the quietest month or quarter."""
    counts, kind = table["received"], str(table.index.name)
    one, each = _PERIODS["quarter" if kind == "quarter" else "month"]
    if counts.isna().any():
        return text(
            zh=f"部分{one[0]}的咨询数不公布，不比较各{each}",
            en=f"The numbers of some {one[1]}s are withheld: {one[1]}s are not compared",
        )
    if not counts.sum():
        return text(zh="没有注明日期的咨询", en="No consultation has a date")
    if counts.min() == counts.max():
        return text(
            zh=f"各{each}咨询数相同（{counts.max():,.0f}条）",
            en=f"Every {one[1]} has {counts.max():,.0f} consultations",
        )
    most, fewest = (_periods(where(counts, count), count, kind) for count in (counts.max(), counts.min()))
    return text(
        zh=f"{most[0]}咨询最多{most[1]}，{fewest[0]}最少{fewest[1]}",
        en=f"Most consultations in {most[0]} {most[1]}, fewest in {fewest[0]} {fewest[1]}",
    )


def _periods(numbers: list[int], count: int, kind: str) -> tuple[str, str]:
    names = listing([language.period(number, kind) for number in numbers])
    if len(numbers) > MONTHS_NAMED:
        names = text(zh=f"{len(numbers)}个月", en=f"{len(numbers)} months")
    each = len(numbers) > 1
    return names, text(
        zh=f"（{'各' if each else ''}{count:,.0f}条）", en=f"({count:,.0f}{' each' if each else ''})"
    )


def scores(means: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """State which dimension is scored highest and which lowest on average.

    Parameters
    ----------
    means : DataFrame
        See `conversion.score_means`; no rows where the dimensions have no common scale.
    labels : mapping of str to str
        Dimension → its name in the report's language.
    """
    if means.empty:
        return text(
            zh="各项评分的分值范围不同，平均分不作比较",
            en="The scores have different scales, so means are not compared",
        )
    known = means["mean"].dropna()
    if known.empty and table_metadata.withheld(means):
        return text(zh="各项评分的平均分不公布", en="The mean scores are withheld")
    if known.empty:
        return text(zh="没有有效评分", en="No valid score")
    known = known.round(2)
    if len(known) == 1:
        label, mean = labels[str(known.index[0])], f"{known.iloc[0]:.2f}"
        return text(zh=f"{label}平均{mean}分", en=f"Mean score for {label.lower()}: {mean}")
    if known.min() == known.max():
        return text(zh=f"各项平均分相同（{known.min():.2f}分）", en=f"All mean scores are {known.min():.2f}")
    best, worst = (
        listing([labels[dimension] for dimension in where(known, mean)])
        for mean in (known.max(), known.min())
    )
    return text(
        zh=f"{best}平均分最高（{known.max():.2f}分），{worst}最低（{known.min():.2f}分）",
        en=f"Highest mean score: {best} ({known.max():.2f}); lowest: {worst} ({known.min():.2f})",
    )


def versus(table: pd.DataFrame, measure: Measure) -> str:
    """State which groups differ from all others together, after adjustment for the number of comparisons.

    Parameters
    ----------
    table : DataFrame
        See `conversion.compare`.
    """
    asked = table[table["verdict"].isin([HIGHER, LOWER, NO_DIFFERENCE])]
    if asked.empty:
        return text(
            zh=f"满{FEW}条的组不足两个，不作比较",
            en=f"Fewer than two groups have {FEW} consultations: no comparison",
        )
    higher, lower = (listed(table.index[table["verdict"] == verdict]) for verdict in (HIGHER, LOWER))
    if not higher and not lower:
        return text(
            zh=f"满{FEW}条的各组与其余各组相比，{measure.label}均无显著差异",
            en=f"{measure.label}: no group of {FEW} or more differs clearly from all others",
        )
    zh = [
        f"{groups}的{measure.label}{word}" for groups, word in ((higher, "更高"), (lower, "更低")) if groups
    ]
    en = [f"{word} for {groups}" for groups, word in ((higher, "higher"), (lower, "lower")) if groups]
    return text(
        zh=f"与其余各组相比，{'，'.join(zh)}（校正后P<0.05）",
        en=f"{measure.label} against all others (adjusted P<0.05): {'; '.join(en)}",
    )


def mix(result: Standardised, by: str, over: str, measure: Measure) -> str:
    """State whether the order of groups turns round once all have the same composition; nothing without data."""
    if len(result.rates) < 2 or result.weights["weight"].count() < 2:  # nothing to compare or to standardise
        return ""
    same = text(
        zh=f"按{language.term(over)}构成标准化后", en=f"Standardised for {language.term(over).lower()}"
    )
    if result.reversals.empty:
        return text(
            zh=f"{same}，各{language.term(by)}{measure.label}的高低次序没有逆转",
            en=f"{same}, no two groups change their order",
        )
    named = result.reversals[["first", "second"]].astype(str).map(language.mention)
    pairs = [
        text(zh=f"{row.first}与{row.second}", en=f"{row.first} and {row.second}")
        for row in named.itertuples()
    ]
    clear = bool(result.reversals["clear"].any())
    return text(
        zh=f"{same}，{'；'.join(pairs[:3])}{'等' if len(pairs) > 3 else ''}的次序逆转，"
        + ("未标准化时的高低部分来自构成差异" if clear else "但这些差异都不显著"),
        en=f"{same}, the order of {'; '.join(pairs[:3])}{' and others' if len(pairs) > 3 else ''} turns round"
        + ("" if clear else ", though these differences are not clear"),
    )


def rule(scorecard: Scorecard) -> str:
    """State how a consultation comes to its grade."""
    return explanation.describe_rule(scorecard, language.current())


def overall(average: pd.Series, measure: Measure) -> str:
    """State the measure over all consultations, with its interval."""
    if pd.isna(average.consultations) or (pd.isna(average.rate) and average.consultations >= FEWEST):
        return text(zh=f"{measure.label}不公布", en=f"The {measure.label.lower()} is withheld")
    if not average.consultations:
        return _no_base(measure)
    if pd.isna(average.rate):
        return text(
            zh=f"不足{FEWEST}条，不计算{measure.label}",
            en=f"Fewer than {FEWEST} consultations: no {measure.label.lower()}",
        )
    rate, low, high = percent(average.rate), percent(average.low), percent(average.high)
    return text(
        zh=f"{average.consultations:,.0f}条咨询的{measure.label}为{rate}（95%置信区间{low}～{high}）",
        en=f"{measure.label} over {average.consultations:,.0f} consultations: {rate} (95% confidence interval {low} to {high})",
    )


def _no_base(measure: Measure) -> str:
    if measure.grade is not None:
        return text(zh="没有可评级的咨询", en="No consultation could be graded")
    if measure.days:
        return text(
            zh=f"还没有观察满{measure.days}天的咨询",
            en=f"No consultation has been followed for {measure.days} days",
        )
    return text(zh="没有已登记是否成交的咨询", en="No consultation has a known outcome")


def key_figures(
    received: int | float, average: pd.Series, grades: pd.DataFrame, contacts: pd.DataFrame, measure: Measure
) -> list[tuple[str, str]]:
    """Return what opens a report: label and printed number, withheld ones marked.

    Parameters
    ----------
    received : int
        All consultations, graded or not.
    average, grades, contacts
        Protected tables; see `conversion.overall`, `conversion.grades` and `workload.contacts`.
    measure : Measure
        See `conversion.choose_measure`.
    """
    unit = text(zh="" if pd.isna(received) else "条", en="")
    figures = [(text(zh="有效咨询", en="Consultations"), f"{received:,}{unit}")]
    if not average.consultations:  # nothing is graded, and a share of nothing is no figure
        return figures
    if measure.grade is None:
        top = grades.index[0]
        label = text(zh=f"{grade_name(top)}占比", en=f"Share of {grade_name(top)}")
        figures.append((label, _published(grades.share[top], "share")))
    interval = text(
        zh=f"（95%置信区间{percent(average.low)}～{percent(average.high)}）",
        en=f" (95% confidence interval {percent(average.low)} to {percent(average.high)})",
    )
    figures.append(
        (measure.label, _published(average.rate, "rate") + (interval if pd.notna(average.rate) else ""))
    )
    total = contacts["contacts"].sum(skipna=False)
    unit = text(zh="次", en="") if pd.notna(total) else ""
    label = text(zh="规定回访次数（推算上限）", en="Contacts required a year (maximum)")
    figures.append((label, _published(total, "contacts") + unit))
    return figures


def _published(value: float, column: str) -> str:
    return language.protected() if pd.isna(value) else language.formatted(value, column)


origin.trace_module(globals())
