"""Sentences of the comparison report: years of one region, or regions in one year, side by side."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...analysis.conversion import HIGHER, LOWER, TOO_FEW, Measure, Standardised, difference
from ...base import language
from ...base.language import formatted, listing, term, text
from ...protection.comparison import Sides, of_years, side_name
from .wording import bracketed, percent

FEW_NAMED = 3  # groups that a sentence names before it refers to the table


SIDES_OPENING = 5  # sides whose rates open a report


def key_figures_of_sides(sides: Sides, table: pd.DataFrame, measure: Measure) -> list[tuple[str, str]]:
    """Return what opens a comparison: all consultations, and the rate of each side, of many years the last.

    Parameters
    ----------
    table : DataFrame
        See `comparison.overview`.
    """
    total = sum(one.received for one in sides.values())
    figures = [(text(zh="有效咨询合计", en="Consultations"), text(zh=f"{total:,}条", en=f"{total:,}"))]
    rates = table["rate"].tail(SIDES_OPENING) if of_years(sides) else table["rate"].head(SIDES_OPENING)
    return figures + [
        (
            text(zh=f"{side_name(side)}{measure.label}", en=f"{measure.label}, {side_name(side)}"),
            language.PROTECTED if pd.isna(rate) else percent(rate),
        )
        for side, rate in rates.items()
    ]


def trend(compared: pd.DataFrame, table: pd.DataFrame, measure: Measure) -> str:
    """State how the measure moved from year to year; nothing where it is withheld.

    Parameters
    ----------
    compared : DataFrame
        See `comparison.changes`.
    table : DataFrame
        See `comparison.overview`.
    """
    known = table[table["rate"].notna()]
    if len(known) < 2 or compared.empty:
        return text(
            zh=f"{measure.label}数目过小，不作年度比较", en=f"{measure.label}: too few to compare years"
        )
    first, last = known.iloc[0], known.iloc[-1]
    path = text(
        zh=f"{measure.label}{first.name}年为{percent(first.rate)}，{last.name}年为{percent(last.rate)}",
        en=f"{measure.label}: {percent(first.rate)} in {first.name}, {percent(last.rate)} in {last.name}",
    )
    steps = [_step(row) for row in compared.itertuples()]
    return path + text(zh="；", en="; ") + text(zh="，", en=", ").join(steps)


def _step(row: Any) -> str:
    points = formatted(row.difference, "difference")
    zh, en = {
        HIGHER: (f"上升{points.lstrip('+')}个百分点", f"up {points.lstrip('+')} points"),
        LOWER: (f"下降{points.lstrip('−')}个百分点", f"down {points.lstrip('−')} points"),
        TOO_FEW: ("样本不足", "too few"),
    }.get(row.verdict, ("变化不明显", "no clear change"))
    return text(zh=f"{row.one}年比{row.other}年{zh}", en=f"{en} in {row.one}")


def compared_heads(over_years: bool, measure: Measure) -> dict[str, str]:
    """Return the heads of the two rates that a table of differences sets side by side."""
    ours, theirs = (
        (text(zh="本期", en="later"), text(zh="前期", en="earlier"))
        if over_years
        else (text(zh="前者", en="first"), text(zh="后者", en="second"))
    )
    return {
        "reference": text(zh=f"{theirs}{measure.label}", en=f"{measure.label}, {theirs}"),
        "rate": text(zh=f"{ours}{measure.label}", en=f"{measure.label}, {ours}"),
    }


def order(table: pd.DataFrame, measure: Measure) -> str:
    """State which regions can be ranked and which cannot be told apart.

    Parameters
    ----------
    table : DataFrame
        See `comparison.ranks`.
    """
    if len(table) < 2:
        return text(zh="各地区样本不足，不作排名", en="Too few consultations to rank regions")
    rates = listing([f"{side_name(side)}{bracketed(percent(rate))}" for side, rate in table["rate"].items()])
    if (table["best"] == table["worst"]).all():
        return text(
            zh=f"{measure.label}由高到低依次为{rates}，两两差异均明显",
            en=f"{measure.label} from high to low: {rates}; each differs clearly from the others",
        )
    if (table["best"] == 1).all() and (table["worst"] == len(table)).all():
        return text(
            zh=f"{rates}的{measure.label}分不出高低，不排名次",
            en=f"{measure.label} of {rates} cannot be told apart: no ranking",
        )
    return text(
        zh=f"{measure.label}为{rates}；部分地区分不出高低，只给出可能的名次范围",
        en=f"{measure.label}: {rates}; some cannot be told apart, so places are given as ranges",
    )


def composition(result: Standardised, over: str, measure: Measure) -> str:
    """State what the mix of customers has to do with the differences; nothing where that is unknown.

    Parameters
    ----------
    result : Standardised
        See `comparison.standardise`.
    over : str
        The column whose mix is held fixed.
    measure : Measure
        What the rates are.
    """
    rates = result.rates
    if len(rates) < 2 or rates["standardised"].isna().any():
        return ""
    crude, same = (round(100 * (rates[c].max() - rates[c].min()), 1) for c in ("rate", "standardised"))
    by = text(zh=term(over), en=term(over).lower())
    of = ("各年" if of_years(rates.index) else "各地区") + measure.label
    if abs(crude - same) < max(0.1 * crude, 0.15):
        return text(
            zh=f"按{by}构成标准化后，{of}最高与最低仍相差{same:.1f}个百分点，{by}构成不同不能解释这一差异",
            en=f"With the same mix of {by}s the highest and lowest rates are still {same:.1f} points apart: the mix does not "
            "explain the difference",
        )
    change = text(zh="缩小" if same < crude else "扩大", en="narrows" if same < crude else "widens")
    return text(
        zh=f"按{by}构成标准化后，{of}最高与最低之差由{crude:.1f}个百分点{change}为{same:.1f}个百分点，"
        + (f"差异有一部分来自{by}构成不同" if same < crude else f"{by}构成不同掩盖了一部分差异"),
        en=f"With the same mix of {by}s the gap between the highest and lowest rate {change} from {crude:.1f} to {same:.1f} points",
    )


def shifted(table: pd.DataFrame, column: str, measure: Measure) -> str:
    """State which groups changed clearly between the first and the last side.

    Parameters
    ----------
    table : DataFrame
        See `comparison.group_changes`.
    """
    if table.empty:
        return ""
    known = table[table["verdict"].isin([HIGHER, LOWER])]
    of = text(zh=term(column), en=term(column).lower())
    last, first = table.attrs["sides"]
    span = text(zh=f"{last}年与{first}年相比", en=f"{last} against {first}")
    if known.empty:
        return text(
            zh=f"{span}，没有一个{of}的{measure.label}变化明显", en=f"{span}: no {of} changed clearly"
        )
    parts = []
    for verdict, zh, en in ((HIGHER, "上升", "up"), (LOWER, "下降", "down")):
        rows = known[known["verdict"] == verdict].sort_values("difference", key=abs, ascending=False)
        if len(rows):
            names = [language.mention(str(group)) for group in rows.index[:FEW_NAMED]]
            left = len(rows) - FEW_NAMED
            groups = text(zh=listing(names), en=listing([*names, *([f"{left} more"] if left > 0 else [])]))
            more = text(zh=f"等{len(rows)}类", en="") if left > 0 else ""
            parts.append(text(zh=f"明显{zh}的{of}有{groups}{more}", en=f"{en} for {groups}{more}"))
    return text(
        zh=f"{span}，{measure.label}{'，'.join(parts)}",
        en=f"{span}: {measure.label.lower()} clearly {'; '.join(parts)}",
    )


def without_outcomes(sides: Sides, compared: Sides) -> str:
    """Say which sides give no outcomes and are therefore left out of the comparison of rates."""
    lacking = [side_name(side) for side in sides if side not in compared]
    if not lacking:
        return ""
    return text(
        zh=f"{listing(lacking)}未提供成交结果，不参与成交率的比较",
        en=f"{listing(lacking)}: no outcomes given, so left out where conversion rates are compared",
    )


def grade_label(grade: str) -> str:
    """Return a grade as a panel's title names it."""
    return language.capital(language.grade_name(grade))


def top_grade(grades: pd.DataFrame, sides: Sides) -> str:
    """Compare the share of the highest grade: last year with the first, or the extremes of the regions.

    Parameters
    ----------
    grades : DataFrame
        See `comparison.grade_shares`.

    Returns
    -------
    str
        Nothing where one of the two is withheld.
    """
    top = grades[grades["group"] == grades["group"].iloc[0]].set_index("side")
    known = top.dropna(subset="rate")
    if len(known) < 2:
        return ""
    by_size = known["rate"].sort_values(ascending=False, kind="stable").index
    one, other = (known.index[-1], known.index[0]) if of_years(sides) else (by_size[0], by_size[-1])
    apart, low, high = difference(known.loc[one], known.loc[other])
    label, rates = (
        language.grade_name(str(top["group"].iloc[0])),
        [percent(known["rate"][s]) for s in (other, one)],
    )
    if low <= 0 <= high:
        return text(
            zh=f"{label}占比没有明显差异（{side_name(other)}{rates[0]}，{side_name(one)}{rates[1]}）",
            en=f"The share of {label} does not clearly differ ({side_name(other)} {rates[0]}, {side_name(one)} {rates[1]})",
        )
    points = f"{100 * abs(apart):.1f}"
    if of_years(sides):
        word = text(zh="上升" if apart > 0 else "下降", en="up" if apart > 0 else "down")
        return text(
            zh=f"{label}占比由{side_name(other)}的{rates[0]}{word}到{side_name(one)}的{rates[1]}，相差{points}个百分点",
            en=f"The share of {label} is {word} from {rates[0]} in {other} to {rates[1]} in {one} ({points} points)",
        )
    return text(
        zh=f"{label}占比{side_name(one)}最高（{rates[1]}），{side_name(other)}最低（{rates[0]}），相差{points}个百分点",
        en=f"The share of {label} is highest in {side_name(one)} ({rates[1]}), lowest in {side_name(other)} ({rates[0]}), a gap of {points} points",
    )


def withheld(table: pd.DataFrame) -> str:
    """State how many rows each side withholds, as its own report does; nothing if none.

    Parameters
    ----------
    table : DataFrame
        See `comparison.withheld`.
    """
    counts = [
        text(
            zh=f"{side_name(side)}{row.protected_rows:,}行",
            en=f"{row.protected_rows:,} rows of {side_name(side)}",
        )
        for side, row in table.iterrows()
        if row.protected_rows
    ]
    if not counts:
        return ""
    return text(
        zh=f"因小数目保护，统计表中不公布的有{listing(counts)}；涉及这些数字的比较从略",
        en=f"Withheld to protect small numbers: {listing(counts)}; comparisons that rest on them are left out",
    )
