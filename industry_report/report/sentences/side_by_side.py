"""Sentences of the comparison report: years of one region, or regions in one year, side by side."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...analysis.conversion import (
    ALPHA,
    FALLS,
    FEW,
    HIGHER,
    LOWER,
    NO_DIFFERENCE,
    NO_TREND,
    RISES,
    TOO_FEW,
    Measure,
    Standardised,
    Trend,
    compare_pairs,
    difference,
    rank_places,
)
from ...analysis.conversion import trend as test_trend
from ...analysis.group_tests import holm
from ...base import language, origin, table_metadata
from ...base.language import formatted, listing, term, text
from ...protection.comparison import Sides, of_years, side_name
from ..tables import with_heads
from . import coverage
from .side_absences import no_groups as no_groups
from .side_absences import no_months as no_months
from .side_absences import not_standardised as not_standardised
from .side_absences import withheld as withheld
from .side_absences import without_outcomes as without_outcomes
from .wording import bracketed, is_withheld, ordinal, percent

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
    number = language.protected() if pd.isna(total) else text(zh=f"{total:,}条", en=f"{total:,}")
    figures = [(text(zh="有效咨询合计", en="Consultations"), number)]
    hidden = is_withheld(table)
    rates = table["rate"].tail(SIDES_OPENING) if of_years(sides) else table["rate"].head(SIDES_OPENING)
    return figures + [
        (
            text(zh=f"{side_name(side)}{measure.label}", en=f"{measure.label}, {side_name(side)}"),
            language.protected() if hidden[side] else percent(rate),
        )
        for side, rate in rates.items()
        if hidden[side] or pd.notna(rate)  # of too few there is no rate, which is not to withhold one
    ]


def trend(compared: pd.DataFrame, table: pd.DataFrame, measure: Measure) -> str:
    """State how the measure moved: last year against the first, then step by step; nothing where withheld.

    Parameters
    ----------
    compared : DataFrame
        See `comparison.changes`.
    table : DataFrame
        See `comparison.overview`.
    """
    known = table[table["rate"].notna()]
    if len(known) < 2 or compared.empty:
        return _no_trend(table, measure)
    first, last = known.iloc[0], known.iloc[-1]
    path = text(
        zh=f"{measure.label}{first.name}年为{percent(first.rate)}，{last.name}年为{percent(last.rate)}",
        en=f"{measure.label}: {percent(first.rate)} in {first.name}, {percent(last.rate)} in {last.name}",
    )
    whole = (compared["one"] == last.name) & (compared["other"] == first.name)
    order = pd.concat([compared[whole], compared[~whole]])
    steps = [_step(row) for row in order.itertuples()]
    return path + text(zh="；", en="; ") + text(zh="，", en=", ").join(steps) + _steady_rise(known)


def _no_trend(table: pd.DataFrame, measure: Measure) -> str:
    """Say of which years there is no rate, and why, so that they are not compared."""
    hidden = is_withheld(table)
    withheld_ones = [side_name(side) for side in table.index[hidden]]
    none = [side_name(side) for side in table.index[table["consultations"] == 0]]
    few = [
        side_name(side) for side in table.index[~hidden & table["rate"].isna()] if side_name(side) not in none
    ]
    label = measure.label.lower()
    zh = [
        f"{listing(names)}{why}"
        for names, why in (
            (withheld_ones, f"的{measure.label}不公布"),
            (none, f"没有可计算{measure.label}的咨询"),
            (few, f"不足十条，不计算{measure.label}"),
        )
        if names
    ]
    en = [
        f"{listing(names)}: {why}"
        for names, why in (
            (withheld_ones, f"the {label} is withheld"),
            (none, f"no consultation to compute the {label} from"),
            (few, f"fewer than 10 consultations, no {label}"),
        )
        if names
    ]
    if not zh:
        return text(zh="只有一个年度，不作年度比较", en="There is one year only: nothing to compare")
    return text(zh=f"{'；'.join(zh)}，不作年度比较", en=f"{'; '.join(en)}. Years are not compared")


TRENDS = {
    RISES: ("逐年趋势上升", "an upward trend over the years"),
    FALLS: ("逐年趋势下降", "a downward trend over the years"),
    NO_TREND: ("没有显著的逐年趋势", "no clear trend over the years"),
}


def _steady_rise(known: pd.DataFrame) -> str:
    """State the trend over three years or more (Cochran-Armitage); nothing over two."""
    found = find_trend(known)
    if found is None or found.verdict not in TRENDS:
        return ""
    zh, en = TRENDS[found.verdict]
    return text(zh=f"；{len(known)}年{zh}", en=f"; {en}")


def find_trend(known: pd.DataFrame) -> Trend | None:
    """Test the trend of sides that are years; None for fewer than three."""
    if len(known) < 3:
        return None
    found = test_trend(known.iloc[::-1].astype({"consultations": float, "conversions": float}))
    return None if pd.isna(found.z) else found


def _step(row: Any) -> str:
    points = formatted(row.difference, "difference")
    zh, en = {
        HIGHER: (f"上升{points.lstrip('+')}个百分点", f"up {points.lstrip('+')} points"),
        LOWER: (f"下降{points.lstrip('−')}个百分点", f"down {points.lstrip('−')} points"),
        TOO_FEW: (f"不足{FEW}条，不作比较", f"fewer than {FEW} consultations, not compared"),
    }.get(row.verdict, ("变化不显著", "no clear change"))
    return text(zh=f"{row.one}年比{row.other}年{zh}", en=f"{en} from {row.other} to {row.one}")


def compared_heads(over_years: bool, measure: Measure) -> dict[str, str]:
    """Return the heads of the two rates that a table of differences sets side by side."""
    if over_years:
        return {
            "reference": text(zh=f"基期{measure.label}", en=f"{measure.label}, earlier year"),
            "rate": text(zh=f"比较期{measure.label}", en=f"{measure.label}, later year"),
        }
    return {
        "rate": text(zh=f"前者{measure.label}", en="First"),
        "reference": text(zh=f"后者{measure.label}", en="Second"),
    }


def pairs(
    compared: pd.DataFrame, over_years: bool, measure: Measure, *, tested: bool = False
) -> pd.DataFrame:
    """Return the table of differences as it is shown: a row a pair.

    Parameters
    ----------
    compared : DataFrame
        See `comparison.changes`.
    tested : bool
        With p values, for the data appendix.
    """
    rates = ["reference", "rate"] if over_years else ["rate", "reference"]
    numbers = ["difference", "low", "high", *(["p_adjusted"] if tested else []), "verdict"]
    return with_heads(compared, compared_heads(over_years, measure))[[*rates, *numbers]]


def order(table: pd.DataFrame, measure: Measure) -> str:
    """State between which places each region stands, from what is clear after adjustment.

    Parameters
    ----------
    table : DataFrame
        See `comparison.ranks`.
    """
    if len(table) < 2:
        return text(
            zh="可比较的地区不足两个，不作排名", en="Fewer than two regions can be compared: no ranking"
        )
    same = text(zh="按相同构成计算的", en=" with the same mix") if "standardised" in table else ""
    column = "standardised" if same else "rate"
    label = text(zh=f"{same}{measure.label}", en=f"{measure.label}{same}")
    if (table["best"] == 1).all() and (table["worst"] == len(table)).all():
        rates = _rated(table[column])
        return text(
            zh=f"{rates}的{label}差异不显著，不排名次",
            en=f"{label} of {rates} cannot be told apart: no ranking",
        )
    blocks = table.groupby(["best", "worst"], sort=False)
    told = [_place(rows[column], int(best), int(worst)) for (best, worst), rows in blocks]
    return text(zh=f"{label}：{'；'.join(told)}", en=f"{label}: {'; '.join(told)}")


def _rated(rates: pd.Series) -> str:
    return listing([f"{side_name(side)}{bracketed(percent(rate))}" for side, rate in rates.items()])


def _place(rates: pd.Series, best: int, worst: int) -> str:
    """Say where the sides of one range of places stand; they fill it alone, or others do, too."""
    names = _rated(rates)
    if best == worst:
        return text(zh=f"{names}第{best}位", en=f"{names} {ordinal(best)}")
    if len(rates) == worst - best + 1:
        return text(
            zh=f"{names}差异不显著，均在第{best}～{worst}位之间",
            en=f"{names} not significantly different, between {ordinal(best)} and {ordinal(worst)}",
        )
    return text(
        zh=f"{names}{'均' if len(rates) > 1 else ''}在第{best}～{worst}位之间，不能确定",
        en=f"{names} between {ordinal(best)} and {ordinal(worst)}",
    )


def composition(result: Standardised, over: str, measure: Measure) -> str:
    """State what the mix of customers has to do with a difference that is clear; nothing about any other.

    Of years it is that of the last against the first, of regions that of the two farthest apart.

    Parameters
    ----------
    result : Standardised
        See `comparison.standardise`.
    over : str
        The column whose mix is held fixed.
    measure : Measure
        What the rates are.
    """
    row = _clear_difference(result)
    if row is None:
        return ""
    crude, same = (formatted(abs(value), "difference").lstrip("+") for value in (row.crude, row.difference))
    by = text(zh=term(over), en=term(over).lower())
    upper, lower = (row.one, row.other) if row.crude > 0 else (row.other, row.one)
    names = text(
        zh=f"{side_name(upper)}与{side_name(lower)}", en=f"{side_name(upper)} and {side_name(lower)}"
    )
    if row.explained_low <= 0 <= row.explained_high:
        return text(
            zh=f"{names}的{measure.label}相差{crude}个百分点，{by}构成的不同不能解释这一差异",
            en=f"{names} are {crude} points apart in {measure.label.lower()}: the mix of {by}s does not explain the difference",
        )
    turned = row.crude * row.difference < 0
    narrows = abs(row.difference) < abs(row.crude)
    change = text(zh="缩小" if narrows else "扩大", en="narrows" if narrows else "widens")
    reason = text(
        zh=f"差异有一部分来自{by}构成不同"
        if row.crude * row.explained > 0
        else f"{by}构成不同掩盖了一部分差异",
        en=f"part of it comes from the mix of {by}s"
        if row.crude * row.explained > 0
        else f"the mix of {by}s hides part of it",
    )
    if turned:
        return text(
            zh=f"{names}的{measure.label}相差{crude}个百分点，按{by}构成标准化后次序相反，相差{same}个百分点：{reason}",
            en=f"{names} are {crude} points apart in {measure.label.lower()}; with the same mix of {by}s the order turns round "
            f"({same} points): {reason}",
        )
    return text(
        zh=f"按{by}构成标准化后，{names}的{measure.label}之差由{crude}个百分点{change}为{same}个百分点，{reason}",
        en=f"With the same mix of {by}s the difference between {names} {change} from {crude} to {same} points: {reason}",
    )


def _clear_difference(result: Standardised) -> Any:
    """Return the pair that `composition` is about if its crude difference is clear after Holm, else None."""
    pairs = result.pairs
    if pairs.empty:
        return None
    adjusted = holm(pairs["crude_p"].to_numpy(float))
    if of_years(result.rates.index):
        ends = {max(result.rates.index), min(result.rates.index)}
        place = next((i for i, row in enumerate(pairs.itertuples()) if {row.one, row.other} == ends), None)
        clear = place is not None and pairs["crude_p"].iloc[place] < ALPHA  # chosen beforehand
    else:
        place = int(pairs["crude"].abs().to_numpy().argmax())
        clear = adjusted[place] < ALPHA
    return next(pairs.iloc[[place]].itertuples()) if place is not None and clear else None


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
    if (table["verdict"] == TOO_FEW).all():
        return text(
            zh=f"{term(column)}各组不足{FEW}条，不比较{measure.label}",
            en=f"No group by {term(column).lower()} has {FEW} consultations in both: not compared",
        )
    of = text(zh=term(column), en=term(column).lower())
    last, first = table_metadata.fact(table, "sides")
    span = text(zh=f"{last}年与{first}年相比", en=f"{last} against {first}")
    if known.empty:
        return text(
            zh=f"{span}，没有一个{of}的{measure.label}变化显著", en=f"{span}: no {of} changed clearly"
        )
    parts = []
    for verdict, zh, en in ((HIGHER, "上升", "up"), (LOWER, "下降", "down")):
        rows = known[known["verdict"] == verdict].sort_values("difference", key=abs, ascending=False)
        if len(rows):
            names = [language.mention(str(group)) for group in rows.index[:FEW_NAMED]]
            left = len(rows) - FEW_NAMED
            groups = text(zh=listing(names), en=listing([*names, *([f"{left} more"] if left > 0 else [])]))
            more = text(zh=f"等{len(rows)}类", en="") if left > 0 else ""
            parts.append(text(zh=f"显著{zh}的{of}有{groups}{more}", en=f"{en} for {groups}{more}"))
    return text(
        zh=f"{span}，{measure.label}{'，'.join(parts)}",
        en=f"{span}: {measure.label.lower()} clearly {'; '.join(parts)}",
    )


def grade_label(grade: str) -> str:
    """Return a grade as a panel's title names it."""
    return language.capital(language.grade_name(grade))


def top_grade(grades: pd.DataFrame, sides: Sides) -> str:
    """Compare the share of the highest grade: last year with the first, or regions, adjusted over all pairs.

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
    label = language.grade_name(str(top["group"].iloc[0]))
    if not of_years(sides):
        return _top_grade_of_regions(known, label)
    one, other = known.index[-1], known.index[0]
    apart, low, high = difference(known.loc[one], known.loc[other])
    rates = [percent(known["rate"][side]) for side in (other, one)]
    if low <= 0 <= high:
        return text(
            zh=f"{label}占比没有显著差异（{side_name(other)}{rates[0]}，{side_name(one)}{rates[1]}）",
            en=f"The share of {label} does not clearly differ ({side_name(other)} {rates[0]}, {side_name(one)} {rates[1]})",
        )
    points = formatted(abs(apart), "difference").lstrip("+")
    word = text(zh="上升" if apart > 0 else "下降", en="up" if apart > 0 else "down")
    return text(
        zh=f"{label}占比由{side_name(other)}的{rates[0]}{word}到{side_name(one)}的{rates[1]}，相差{points}个百分点",
        en=f"The share of {label} is {word} from {rates[0]} in {other} to {rates[1]} in {one} ({points} points)",
    )


def _top_grade_of_regions(known: pd.DataFrame, label: str) -> str:
    """Name the regions that are clearly first and last in the share of a grade, if any are."""
    table = known.sort_values("rate", ascending=False, kind="stable")
    rates = listing([f"{side_name(side)}{bracketed(percent(rate))}" for side, rate in table["rate"].items()])
    pairs = compare_pairs(table)
    clear = pairs[pairs["verdict"] != NO_DIFFERENCE]
    if clear.empty:
        return text(
            zh=f"各地区{label}占比没有显著差异：{rates}",
            en=f"The share of {label} does not clearly differ: {rates}",
        )
    places = rank_places(list(table.index), pairs)
    ends = [places.index[places[column] == place] for column, place in (("worst", 1), ("best", len(places)))]
    said = [
        text(zh=f"{side_name(end[0])}最{zh}", en=f"{en} in {side_name(end[0])}")
        for end, zh, en in zip(ends, ("高", "低"), ("highest", "lowest"), strict=True)
        if len(end)
    ]
    if not said:
        row = next(clear.loc[[clear["difference"].abs().idxmax()]].itertuples())
        upper, lower = (row.one, row.other) if row.difference > 0 else (row.other, row.one)
        said = [
            text(
                zh=f"{side_name(upper)}高于{side_name(lower)}",
                en=f"{side_name(upper)} above {side_name(lower)}",
            )
        ]
    return text(
        zh=f"{label}占比{'，'.join(said)}：{rates}", en=f"The share of {label} is {', '.join(said)}: {rates}"
    )


def follow_up(sides: Sides) -> list[str]:
    """State for each side how its outcomes are followed and how many are open; once where all say the same."""
    said = {
        side: coverage.follow_up(one.basis.window, one.basis.outcomes)
        for side, one in sides.items()
        if one.measure.grade is None
    }
    return _by_side(said)


def reconciliation(sides: Sides) -> list[str]:
    """State for each side that no row was lost."""
    return _by_side(
        {side: coverage.reconciliation(one.files.quality, one.graded) for side, one in sides.items()}
    )


def _by_side(said: dict[Any, str]) -> list[str]:
    """Name the side in front of each sentence, unless all sides say the same."""
    if len(set(said.values())) == 1:
        return [next(iter(said.values()))]
    return [
        text(zh=f"{side_name(side)}：{words}", en=f"{side_name(side)}: {words}")
        for side, words in said.items()
    ]


origin.trace_module(globals())
