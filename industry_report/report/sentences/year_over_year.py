"""What changed since the year before, in sentences: for the cover, the summary and the chapter on it.

A change is called significant only where its interval excludes zero after adjustment; a change that is not
is printed all the same, and called so. With one year only nothing has changed: 首次统计.
"""

from __future__ import annotations

import pandas as pd

from ...analysis import growth
from ...analysis.conversion import HIGHER, LOWER, NO_DIFFERENCE
from ...base import language, origin, table_metadata
from ...base.language import formatted, grade_name, listing, mention, text
from ...protection.year_on_year import YearOnYear, lacks_buyers
from . import industry
from .changes import NOTICEABLE, driver, grown, verdict_of
from .headlines import (
    headline_effort,
    headline_gains,
    headline_grades,
    headline_groups,
    headline_rate,
    headline_volume,
)
from .points import points_for_government, points_for_trade
from .wording import bracketed, percent, points

# A notebook finds all sentences on the change since the year before here.
__all__ = [
    "conversion", "count_change", "finding", "first_time", "groups", "headline_effort", "headline_gains",
    "headline_grades", "headline_groups", "headline_rate", "headline_volume", "key_figures", "no_earlier",
    "not_compared", "parts", "points_change", "points_for_government", "points_for_trade", "rate_change",
    "share_change", "volume", "why",
]  # fmt: skip

MOST_NAMED = 3  # groups that a sentence names


def first_time() -> str:
    """Say that there is no year to compare with."""
    return text(zh="首次统计", en="first year counted")


def _amount(value: float) -> str:
    """Return a change of a rate without its sign, in points."""
    return formatted(abs(value), "difference").lstrip("+")


def volume(pair: YearOnYear, place: str) -> str:
    """State how many consultations there were, and how many more or fewer than the year before."""
    received = pair.now.received
    if pd.isna(received):
        return text(
            zh=f"{pair.year}年{place}的有效咨询数不公布",
            en=f"The number of consultations in {place} in {pair.year} is withheld",
        )
    whole = text(
        zh=f"{pair.year}年，{place}有效咨询{received:,}条",
        en=f"{place} had {received:,} consultations in {pair.year}",
    )
    change = _volume_change(pair)
    return whole + (text(zh=f"，{change}", en=f", {change}") if change else "")


def _volume_change(pair: YearOnYear) -> str:
    if pair.total.empty:
        return first_time()
    row = pair.total.loc[pair.year]
    if pd.isna(row.gained):
        return ""
    if not row.gained:
        return text(zh="与上年持平", en=f"the same as in {pair.earlier}")
    number = formatted(abs(row.gained), "consultations")
    grown = "" if pd.isna(row.growth) else percent(abs(row.growth))
    more = row.gained > 0
    zh = f"比上年{'增加' if more else '减少'}{number}条"
    en = f"{number} {'more' if more else 'fewer'} than in {pair.earlier}"
    if not grown:
        return text(zh=zh, en=en)
    return text(
        zh=f"{zh}，{'增长' if more else '下降'}{grown}", en=f"{en} ({'up' if more else 'down'} {grown})"
    )


def conversion(pair: YearOnYear) -> str:
    """State the measure with its interval, its change on the year before, and whether that is significant."""
    average, measure = pair.now.average, pair.now.measure
    if pd.isna(average.rate) or pd.isna(average.consultations):
        return ""
    rate, low, high = (percent(average[key]) for key in ("rate", "low", "high"))
    n, x = f"{average.consultations:,.0f}", f"{average.conversions:,.0f}"
    if measure.grade is not None:
        said = text(
            zh=f"可评级的{n}条中，{grade_name(measure.grade)}占{rate}（95%置信区间{low}～{high}）",
            en=f"Of {n} graded consultations, {rate} were {grade_name(measure.grade)} "
            f"(95% confidence interval {low} to {high})",
        )
    else:
        said = text(
            zh=f"可评级{'并观察期满' if measure.days else ''}的{n}条中，成交{x}条，{measure.label}{rate}（95%置信区间{low}～{high}）",
            en=f"Of {n} graded consultations, {rate} led to a purchase{_within(measure.days)} "
            f"(95% confidence interval {low} to {high})",
        )
    change = _rate_change(pair)
    return said + (text(zh=f"，{change}", en=f", {change}") if change else "")


def _within(days: int | None) -> str:
    return f" within {days} days" if days else ""


def _rate_change(pair: YearOnYear) -> str:
    if pair.before is None or pair.rate.empty:
        return ""
    row = pair.rate.iloc[0]
    if row.verdict not in (HIGHER, LOWER, NO_DIFFERENCE) or pd.isna(row.difference):
        return ""
    if abs(row.difference) < NOTICEABLE:
        return text(zh="与上年基本相同，变化不显著", en=f"the same as in {pair.earlier}")
    points, up = _amount(row.difference), row.difference > 0
    clear = row.verdict != NO_DIFFERENCE
    return text(
        zh=f"比上年{'提高' if up else '下降'}{points}个百分点，变化{'显著' if clear else '不显著'}",
        en=f"{points} percentage points {'higher' if up else 'lower'} than in {pair.earlier}, "
        + ("a significant change" if clear else "not a significant change"),
    )


def why(pair: YearOnYear, kind: str = "source") -> str:
    """State how much of a changed rate lies within groups and how much in their mix.

    Nothing where the change is not significant: to explain it would be to explain chance.
    """
    parts = pair.mix.get(kind)
    if pair.rate.empty or pair.rate["verdict"].iloc[0] not in (HIGHER, LOWER):
        return ""
    if parts is None or parts.isna().any() or max(abs(parts["within"]), abs(parts["mix"])) < NOTICEABLE:
        return ""
    within, mix = parts["within"], parts["mix"]
    name = language.term(kind)
    return text(
        zh=f"按{name}分解，各组自身变化{_moves_zh(within)}，构成变化{_moves_zh(mix)}；"
        f"如构成与上年相同，{pair.now.measure.label}为{percent(parts['standardised'])}",
        en=f"By {name.lower()}, changes within groups {_moves_en(within)} and the changed mix {_moves_en(mix)}: with the mix "
        f"of {pair.earlier} the rate would be {percent(parts['standardised'])}",
    )


def _moves_zh(value: float) -> str:
    if abs(value) < NOTICEABLE:
        return "没有影响"
    return f"{'拉高' if value > 0 else '拉低'}{_amount(value)}个百分点"


def _moves_en(value: float) -> str:
    if abs(value) < NOTICEABLE:
        return "made no difference"
    return f"{'added' if value > 0 else 'took away'} {_amount(value)} points"


def finding(pair: YearOnYear) -> str:
    """Return the year's finding in one sentence, for the cover; nothing where nothing may be said."""
    parts = [grown(pair), _moved(pair), _driven(pair)]
    return text(zh="；", en="; ").join(part for part in parts if part)


def _moved(pair: YearOnYear) -> str:
    average, label = pair.now.average, pair.now.measure.label
    if pd.isna(average.rate) or pd.isna(average.consultations):
        return ""
    rate = percent(average.rate)
    said = text(zh=f"{label}{rate}", en=f"{label.lower()} {rate}")
    if pair.rate.empty or pair.rate["verdict"].iloc[0] not in (HIGHER, LOWER, NO_DIFFERENCE):
        return said
    verdict, points = pair.rate["verdict"].iloc[0], _amount(pair.rate["difference"].iloc[0])
    words = {
        HIGHER: (f"，显著提高{points}个百分点", f", significantly higher by {points} points"),
        LOWER: (f"，显著下降{points}个百分点", f", significantly lower by {points} points"),
        NO_DIFFERENCE: ("，与上年相比变化不显著", ", no significant change"),
    }
    return said + text(zh=words[verdict][0], en=words[verdict][1])


def _driven(pair: YearOnYear) -> str:
    row = driver(pair)
    if row is None:
        return ""
    group, verdict = str(row.name), verdict_of(pair, "source", str(row.name))
    clear = {
        HIGHER: text(zh="，其成交率显著偏高", en=", which convert significantly more often,"),
        LOWER: text(zh="，其成交率显著偏低", en=", which convert significantly less often,"),
    }.get(verdict, "")
    return text(
        zh=f"净增量的{percent(row.contribution)}来自{mention(group)}{clear}",
        en=f"{mention(group)}{clear} made up {percent(row.contribution)} of the net gain",
    )


# --- changes under key figures


def count_change(pair: YearOnYear) -> str:
    """Return the change that stands under the number of consultations."""
    if pair.total.empty:
        return first_time()
    return _grown_by(pair.total.loc[pair.year, "growth"], pair.earlier)


def _grown_by(growth: float, earlier: int) -> str:
    """Return a change of a count as it stands under the number."""
    if pd.isna(growth):
        return ""
    if abs(growth) < NOTICEABLE:
        return text(zh="与上年持平", en=f"as in {earlier}")
    way = "up" if growth > 0 else "down"
    return text(zh=f"比上年{formatted(growth, 'growth')}", en=f"{way} {percent(abs(growth))} on {earlier}")


def rate_change(pair: YearOnYear) -> str:
    """Return the change that stands under the measure."""
    if pair.before is None:
        return first_time()
    return "" if pair.rate.empty else points_change(pair.rate.iloc[0], pair.earlier)


def points_change(row: pd.Series, earlier: int) -> str:
    """Return a change of a rate in points on an earlier year, and whether it is significant."""
    if pd.isna(row.difference) or row.verdict not in (HIGHER, LOWER, NO_DIFFERENCE):
        return ""
    points = formatted(row.difference, "difference")
    clear = row.verdict != NO_DIFFERENCE
    if abs(row.difference) < NOTICEABLE:
        return text(zh="与上年基本相同", en=f"much as in {earlier}")
    return text(
        zh=f"比上年{points}个百分点，{'显著' if clear else '不显著'}",
        en=f"{_by_points(row.difference, earlier)}, {'significant' if clear else 'not significant'}",
    )


def _by_points(change: float, earlier: int) -> str:
    """Return a change in points as English says it: up 0.4 points on 2024."""
    return f"{'up' if change > 0 else 'down'} {_amount(change)} points on {earlier}"


def parts(pair: YearOnYear) -> pd.DataFrame:
    """Return what a changed rate is made of, a row for each way to split it; empty where none may be."""
    found = {kind: split for kind, split in pair.mix.items() if split.notna().all()}
    table = pd.DataFrame(found).T.reindex(columns=["reference", "within", "mix", "rate"])
    table.index = pd.Index([language.term(kind) for kind in table.index], name="split_by", dtype=object)
    label = pair.now.measure.label
    heads = {
        "split_by": text(zh="分解依据", en="Split by"),
        "reference": text(zh=f"{pair.earlier}年{label}", en=f"{label}, {pair.earlier}"),
        "within": text(zh="各组自身变化", en="Within groups"),
        "mix": text(zh="构成变化", en="Changed mix"),
        "rate": text(zh=f"{pair.year}年{label}", en=f"{label}, {pair.year}"),
    }
    formats = {"within": "difference", "mix": "difference"}
    return table_metadata.describe(table, heads=heads, formats=formats, afresh=True)


def no_earlier(pair: YearOnYear) -> str:
    """Say that the data hold no year before."""
    return text(
        zh=f"数据中没有{pair.earlier}年的咨询，本年为首次统计，不作比较",
        en=f"The data hold no consultations of {pair.earlier}: {pair.year} is the first year counted, and nothing is compared",
    )


def not_compared(pair: YearOnYear) -> str:
    """Say why the rate is not compared although there is a year before."""
    ungraded = [
        year
        for year, one in ((pair.earlier, pair.before), (pair.year, pair.now))
        if one is not None and one.graded == 0
    ]
    if ungraded:
        years = listing([text(zh=f"{year}年", en=str(year)) for year in ungraded])
        return text(
            zh=f"{years}没有可评级的咨询，成交率不作比较",
            en=f"No consultation of {years} could be graded: rates are not compared",
        )
    early = [
        year
        for year, one in ((pair.earlier, pair.before), (pair.year, pair.now))
        if one is not None and lacks_buyers(one)
    ]
    if early:
        years = listing([text(zh=f"{year}年", en=str(year)) for year in early])
        return text(
            zh=f"{years}较多登记的成交早于咨询，不计入成交率，因此不作比较",
            en=f"Many purchases of {years} are dated before the consultation and in no rate: rates are not compared",
        )
    if pair.before is not None and pair.before.measure != pair.now.measure:
        return text(
            zh=f"{pair.earlier}年与{pair.year}年的成交率口径不同，不作比较",
            en=f"{pair.earlier} and {pair.year} do not measure the same: rates are not compared",
        )
    label = pair.now.measure.label
    if pair.before is not None and 0 in (pair.now.average.consultations, pair.before.average.consultations):
        return text(
            zh=f"有一年还没有已知结果的咨询，{label}不作比较",
            en=f"One of the years has no known outcome yet: the {label.lower()} is not compared",
        )
    return text(
        zh=f"没有两年都能比较的分组，{label}的变化不作分解",
        en=f"No groups can be compared over both years: the change of the {label.lower()} is not split",
    )


def groups(pair: YearOnYear, kind: str) -> list[str]:
    """State which groups grew most, and which rates changed significantly; nothing without a year before."""
    table = pair.by.get(kind)
    if table is None:
        return []
    return [said for said in (_gains(table), _rates_moved(table, pair)) if said]


def _gains(table: pd.DataFrame) -> str:
    known = table[table["gained"].notna() & table["growth"].notna()]
    if len(known) < 2:
        return ""
    said = []
    for most, zh, en in ((True, "增加", "more"), (False, "减少", "fewer")):
        row = known.loc[known["gained"].idxmax() if most else known["gained"].idxmin()]
        if (row.gained > 0) != most or not row.gained:
            continue
        number = formatted(abs(row.gained), "consultations")
        group, rate = mention(str(row.name)), formatted(row.growth, "growth")
        said.append(text(zh=f"{group}{zh}{number}条（{rate}）", en=f"{group} {number} {en} ({rate})"))
    if not said:
        return ""
    return text(
        zh=f"咨询数比上年增减最多的：{'，'.join(said)}",
        en=f"Largest changes in consultations: {'; '.join(said)}",
    )


def _rates_moved(table: pd.DataFrame, pair: YearOnYear) -> str:
    label = pair.now.measure.label
    asked = table[table["verdict"].isin([HIGHER, LOWER, NO_DIFFERENCE])]
    if asked.empty:
        return ""
    clear = asked[asked["verdict"].isin([HIGHER, LOWER])]
    if clear.empty:
        return text(
            zh=f"各组{label}与上年相比变化均不显著",
            en=f"{label}: no group changed significantly on {pair.earlier}",
        )
    named = [
        mention(str(group)) + bracketed(points(value))
        for group, value in clear["difference"].head(MOST_NAMED).items()
    ]
    return text(
        zh=f"{label}比上年变化显著的有{listing(named)}",
        en=f"{label} changed significantly for {listing(named)}",
    )


def key_figures(pair: YearOnYear, *, official: bool = False) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the key figures of the industry report, and what stands under each: its change.

    Parameters
    ----------
    official : bool
        For a department: without the work of following up.
    """
    now = pair.now
    figures = industry.key_figures(now.received, now.average, now.grades, now.contacts, now.measure)
    changes = [count_change(pair)]
    if len(figures) > 1 and now.measure.grade is None:
        changes.append(share_change(pair))
    if len(figures) > 1:
        changes.append(rate_change(pair))
        changes.append(contacts_change(pair))
    return (figures[:-1], changes[:-1]) if official and len(figures) > 2 else (figures, changes)


def contacts_change(pair: YearOnYear) -> str:
    """Return the change that stands under the contacts required."""
    if pair.before is None:
        return first_time()
    ours, theirs = (one.contacts["contacts"].sum(skipna=False) for one in (pair.now, pair.before))
    return _grown_by(
        growth.of_total(ours, theirs, (pair.earlier, pair.year)).loc[pair.year, "growth"], pair.earlier
    )


def share_change(pair: YearOnYear) -> str:
    """Return the change that stands under the share of the highest grade: points, without a test."""
    if pair.before is None:
        return first_time()
    ours, theirs = pair.now.grades["share"], pair.before.grades["share"]
    if ours.empty or theirs.empty or pd.isna(ours.iloc[0]) or pd.isna(theirs.iloc[0]):
        return ""
    change = ours.iloc[0] - theirs.iloc[0]
    if abs(change) < NOTICEABLE:
        return text(zh="与上年相同", en=f"as in {pair.earlier}")
    return text(zh=f"比上年{points(change)}", en=_by_points(change, pair.earlier))


origin.trace_module(globals())
