"""Sentences of the college and the comparison report: tidy table → what may be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ...analysis.conversion import HIGHER, LOWER, REST, TOO_FEW, Measure, Standardised, difference
from ...analysis.market import FALLING, RISING, STEADY, UNSURE, Season
from ...base import language, table_metadata
from ...base.language import formatted, listing, term, text
from ...protection.comparison import Sides, of_years, side_name
from .industry import percent

FEW_NAMED = 3  # groups that a sentence names before it refers to the table
WORDS = {RISING: ("上升", "Rising"), STEADY: ("平稳", "Steady"), UNSURE: ("依据不足", "Not enough evidence"),
         FALLING: ("下降", "Falling")}  # fmt: skip


def direction_words() -> dict[str, str]:
    """Return direction → its name in the report's language."""
    return {key: text(zh=zh, en=en) for key, (zh, en) in WORDS.items()}


# --- a college's reader


def wanted(needs: pd.DataFrame) -> str:
    """State the most wanted products and the courses for them.

    Parameters
    ----------
    needs : DataFrame
        See `curriculum.needs`.
    """
    known = needs[needs["rate"].notna()].head(FEW_NAMED)
    if known.empty:
        return text(zh="各模块咨询数目过小，不作排列", en="Too few consultations name a product to rank them")
    shares = listing(
        [
            f"{language.mention(str(product))}{_bracketed(percent(rate))}"
            for product, rate in known["rate"].items()
        ]
    )
    courses = list(
        dict.fromkeys(c for row in known["courses"] for c in row.split(text(zh="；", en="; ")) if c)
    )
    said = text(zh=f"咨询最多的模块是{shares}", en=f"The products asked for most are {shares}")
    if not courses:
        return said
    return said + text(
        zh=f"，培养方案可优先保证对应课程：{'、'.join(courses)}",
        en=f". Give priority to the courses that serve them: {', '.join(courses)}",
    )


def _bracketed(words: str) -> str:
    return text(zh=f"（{words}）", en=f" ({words})")


def moves(table: pd.DataFrame, kind: str, earlier: int) -> str:
    """State which groups of a kind gain or lose share; that none does is a finding, too.

    Parameters
    ----------
    table : DataFrame
        See `market.directions`.
    kind : str
        Such as "product".
    earlier : int
        The year that is compared with.
    """
    mine = table[table["kind"] == kind]
    if mine["difference"].isna().all():
        return ""
    of = text(zh=term(kind), en=term(kind).lower())
    parts = []
    for direction, zh, en in (
        (RISING, "占比上升的有", "gained share"),
        (FALLING, "占比下降的有", "lost share"),
    ):
        rows = mine[mine["direction"] == direction].sort_values("difference", key=abs, ascending=False)
        if len(rows):
            changed = [
                language.mention(str(row.group)) + _bracketed(_points(row.difference))
                for row in rows.head(FEW_NAMED).itertuples()
            ]
            more, others = ("等", ["others"]) if len(rows) > FEW_NAMED else ("", [])
            parts.append(text(zh=f"{zh}{listing(changed)}{more}", en=f"{listing([*changed, *others])} {en}"))
    if not parts:
        return text(
            zh=f"与{earlier}年相比，各{of}的占比没有可以确认的升降",
            en=f"Compared with {earlier}, no {of} clearly gained or lost share",
        )
    joined = text(zh="，", en="; ").join(parts)
    return text(
        zh=f"与{earlier}年相比，{of}中{joined}",
        en=f"Compared with {earlier}, {joined}",
    )


def posts(staff: pd.DataFrame) -> str:
    """State which role carries most of the follow-up and what it amounts to; nothing where it is withheld.

    Parameters
    ----------
    staff : DataFrame
        See `workload.full_time_equivalents`.
    """
    if staff.empty or staff["contacts"].isna().any() or not staff["contacts"].sum():
        return ""
    largest = staff.loc[staff["contacts"].idxmax(), "role"]
    its = staff[staff["role"] == largest].set_index("assumption")
    own, minutes = its["full_time_equivalents"], its["minutes_per_contact"]
    low, mid, high = (formatted(own[key], "full_time_equivalents") for key in ("low", "mid", "high"))
    least, middle, most = (f"{minutes[key]:g}" for key in ("low", "mid", "high"))
    share = percent(
        staff.loc[staff["role"] == largest, "contacts"].iloc[0]
        / staff.drop_duplicates("role")["contacts"].sum()
    )
    return text(
        zh=f"客户跟进的工作量主要由“{largest}”承担：占全年回访次数的{share}，每次回访按{middle}分钟计折合全时人员{mid}人"
        f"（按{least}分钟计{low}人，按{most}分钟计{high}人）；这是工作量，不是招聘人数",
        en=f"Most follow-up falls to the {largest.lower()}: {share} of contacts, or {mid} full-time equivalents at {middle} minutes "
        f"a contact ({low} at {least}, {high} at {most}); this measures work, not vacancies",
    )


def weakest(service: pd.DataFrame, labels: Mapping[str, str], trainable: Mapping[str, str]) -> str:
    """State which of the trainable scores is weak most often and what training it calls for.

    Parameters
    ----------
    service : DataFrame
        See `market.service`.
    labels : mapping of str to str
        Dimension → its name.
    trainable : mapping of str to str
        Dimension → the training that answers to weak scores; the others are left out.
    """
    known = service.loc[[d for d in trainable if d in service.index], "weak"].dropna()
    if known.empty:
        return ""
    worst = known.idxmax()
    row = service.loc[worst]
    interval = f"{percent(row.low)}{text(zh='～', en=' to ')}{percent(row.high)}"
    return text(
        zh=f"低分最多的服务评分项是{labels[worst]}：低分咨询占{percent(row.weak)}（95%置信区间{interval}），宜加强{trainable[worst]}的训练",
        en=f"The weakest service score is {labels[worst].lower()}, low in {percent(row.weak)} of consultations (95% CI {interval}): train {trainable[worst]}",
    )


def gain(apart: pd.DataFrame, label: str, measure: Measure) -> str:
    """State how the measure differs between strong and weak scores of a dimension; nothing where unknown.

    Parameters
    ----------
    apart : DataFrame
        See `market.gain`.
    """
    if apart.empty:
        return ""
    strong, weak = apart.loc["strong"], apart.loc["weak"]
    rates = percent(strong.rate), percent(weak.rate)
    if strong.low <= 0 <= strong.high:
        return text(
            zh=f"{label}高分与低分咨询的{measure.label}（{rates[0]}与{rates[1]}）没有明显差异",
            en=f"The {measure.label.lower()} does not clearly differ between high and low scores for {label.lower()} ({rates[0]} and {rates[1]})",
        )
    return text(
        zh=f"{label}高分咨询的{measure.label}为{rates[0]}，低分咨询为{rates[1]}；二者相关，不等于提高评分就能带来成交",
        en=f"The {measure.label.lower()} is {rates[0]} where {label.lower()} scores high and {rates[1]} where it scores low; "
        "the two go together, which does not prove that raising the score brings sales",
    )


def internship(found: Season | None, before: Season | None) -> str:
    """State the busiest months and when an internship should begin; nothing where months are not told.

    Parameters
    ----------
    found : Season or None
        See `market.season`.
    before : Season or None
        The same months in the earlier year.
    """
    if found is None:
        return ""
    run, share = _run(found), percent(found.share)
    if not found.clear:
        return text(
            zh=f"各月咨询没有明显旺季（最多的{run}占{share}），实习时间不必随季节安排",
            en=f"There is no clear busy season ({run}, the busiest, bring {share}); internships need not follow one",
        )
    start = language.month((found.months[0] - 2) % 12 + 1)
    again = ""
    if before is not None:
        again = (
            text(zh="，上一年度同期也是旺季", en="; they were busiest the year before, too")
            if before.clear
            else text(zh="，但上一年度同期不明显", en="; no clear peak the year before")
        )
    return text(
        zh=f"{run}咨询最集中，占全年{share}{again}；顶岗实习宜在{start}底前到岗，先完成软件操作训练",
        en=f"Consultations peak from {run} ({share} of the year{again}); interns should be in place and trained on the software by the end of {start}",
    )


def _run(season: Season) -> str:
    """Name the first and the last month of a season."""
    first, last = (language.month(season.months[place]) for place in (0, -1))
    next_year = "次年" if season.months[0] > season.months[-1] else ""
    return text(zh=f"{first}至{next_year}{last}", en=f"{first} to {last}")


def _points(value: float) -> str:
    number = formatted(value, "difference")
    return text(zh=f"{number}个百分点", en=f"{number} points")


def key_figures(
    graded: int,
    needs: pd.DataFrame,
    changes: pd.DataFrame,
    service: pd.DataFrame,
    season: Season | None,
    staff: pd.DataFrame,
) -> list[tuple[str, str]]:
    """Return what opens a college's report: label and printed number; what is not known is left out.

    Parameters
    ----------
    graded : int
        Consultations that the report is about.
    needs, changes, service, season, staff
        See `curriculum.needs`, `market.directions`, `market.service`, `market.season` and
        `workload.full_time_equivalents`.
    """
    figures = [(text(zh="统计的咨询", en="Consultations"), text(zh=f"{graded:,}条", en=f"{graded:,}"))]
    wanted = needs["rate"].dropna()
    if len(wanted):
        product = str(wanted.index[0])
        label = text(zh=f"{language.name(product)}占咨询比重", en=f"Ask for {language.mention(product)}")
        figures.append((label, percent(wanted.iloc[0])))
    products = changes[(changes["kind"] == "product") & changes["difference"].notna()]
    if len(products):
        up, down = ((products["direction"] == way).sum() for way in (RISING, FALLING))
        label = text(zh="占比有升降的模块数", en="Products changing share")
        figures.append((label, text(zh=f"升{up}、降{down}", en=f"{up} up, {down} down")))
    weak = service["weak"].dropna()
    if len(weak):
        label = term(str(weak.idxmax()))
        figures.append((text(zh=f"{label}低分占比", en=f"{label}: low scores"), percent(weak.max())))
    if season is not None and season.clear:
        first, last = (language.month(season.months[place], short=True) for place in (0, -1))
        run = text(zh=f"{first}至{last}", en=f"{first} to {last}")  # a cover has room for no more
        figures.append((text(zh="咨询旺季", en="Busiest months"), run))
    totals = [
        staff.loc[staff["assumption"] == end, "full_time_equivalents"].sum(skipna=False)
        for end in ("low", "high")
    ]
    if graded and pd.notna(totals).all():
        low, high = (formatted(total, "full_time_equivalents") for total in totals)
        label = text(zh="跟进工作量折合全时人员", en="Follow-up, full-time equivalents")
        figures.append((label, text(zh=f"{low}～{high}人", en=f"{low} to {high}")))
    return figures


def no_service() -> str:
    """Say that the scorecard does not judge the consultation itself."""
    return text(
        zh="评级标准没有评价咨询服务的项目，本节从略",
        en="The scorecard does not score the consultation itself; this section is left out",
    )


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
    about = text(
        zh=f"本报告统计{place}{year}年可评级的咨询{graded:,}条",
        en=f"This report covers {graded:,} graded consultations in {place} in {year}",
    )
    if graded_before is None:
        return about + text(
            zh=f"；数据中没有{earlier}年的咨询，因此不判断升降",
            en=f"; the data hold none from {earlier}, so no change is stated",
        )
    return about + text(
        zh=f"，并与{earlier}年的{graded_before:,}条比较",
        en=f" and compares them with {graded_before:,} in {earlier}",
    )


def rule(year: int, earlier: int, steady_within: float) -> str:
    """State when a share counts as rising, steady or falling; see `market.directions`."""
    return text(
        zh=f"下表比较{year}年与{earlier}年各项占全部咨询的比重。模块的升降可供调整课程参考，客户类型和客户来源的升降可供选取案例、"
        "安排营销与客服实训参考。变化超出偶然波动的，判断为上升或下降（规则见附录“方法”）；变化的整个区间不超过"
        f"{earlier}年比重的±{steady_within:g}%的，为平稳；其余为依据不足：可能有变化，也可能没有，不能当作平稳",
        en=f"The table compares shares of all consultations in {year} and {earlier}: those of products for the curriculum, those of "
        "customer types and sources for case studies and for training in marketing and service. A share is rising or falling only "
        "if its change is larger than chance would explain (see Method in the appendix), steady if the whole interval of the change "
        f"is within {steady_within:g}% of the {earlier} share. Not enough evidence means that it may or may not have changed, not "
        "that it is steady",
    )


def lessons(training: Mapping[str, str], labels: Mapping[str, str]) -> list[str]:
    """Return what each trainable score calls for, in the order of the scorecard."""
    colon = text(zh="：", en=": ")
    return [f"{label}{colon}{training[column]}" for column, label in labels.items() if column in training]


# --- slices side by side

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
    rates = listing([f"{side_name(side)}{_bracketed(percent(rate))}" for side, rate in table["rate"].items()])
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
    last, first = table_metadata.fact(table, "sides")
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


def clients(demand: pd.DataFrame) -> str:
    """State which customers ask most, and where their accounting is done.

    Parameters
    ----------
    demand : DataFrame
        See `market.demand`, by customer type.
    """
    known = demand[demand["rate"].notna() & ~demand.index.isin(REST.values())].head(FEW_NAMED)
    if known.empty:
        return ""
    groups = listing(
        [
            f"{language.mention(str(group))}{_bracketed(percent(rate))}"
            for group, rate in known["rate"].items()
        ]
    )
    together = percent(known["rate"].sum())
    return text(
        zh=f"咨询主要来自{groups}，合计{together}；实训案例和实习单位可优先从这些客户类型中选取",
        en=f"Most consultations come from {groups}, {together} together; look to these first for case studies and internship places",
    )


def protection(threshold: int) -> str:
    """State what a public edition withholds."""
    return text(
        zh=f"公开版不公布可能识别单个客户的统计数字：各组、各等级中1至{threshold - 1}的数目，以及可据以推算出这些数目的其他数字，均以“…”代替；"
        "过小的组并入“其他”",
        en=f"A public edition shows no statistic that could identify a customer: counts of groups and grades from 1 to "
        f"{threshold - 1}, and numbers from which they could be worked out, are replaced by “…”; small groups are pooled",
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
