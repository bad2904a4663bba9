"""Sentences of the college report: what the market asks for, who does the work, when."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...analysis.conversion import REST, Measure, rank_places
from ...analysis.market import FALLING, RISING, STEADY, UNSURE, Season
from ...base import language, origin
from ...base.language import formatted, listing, term, text
from .college_basis import basis as basis
from .college_basis import limits as limits
from .college_basis import regions as regions
from .college_basis import rule as rule
from .college_basis import stated as stated
from .college_basis import too_little as too_little
from .wording import bracketed, percent, points

FEW_NAMED = 3  # groups that a sentence names before it refers to the table
WORDS = {RISING: ("上升", "Rising"), STEADY: ("平稳", "Steady"), UNSURE: ("依据不足", "Not enough evidence"),
         FALLING: ("下降", "Falling")}  # fmt: skip


def direction_words() -> dict[str, str]:
    """Return direction → its name in the report's language."""
    return {key: text(zh=zh, en=en) for key, (zh, en) in WORDS.items()}


def wanted(needs: pd.DataFrame) -> str:
    """State the most wanted products and the courses for them; nothing where no product is named.

    Parameters
    ----------
    needs : DataFrame
        See `curriculum.needs`.
    """
    if needs.empty:
        return ""
    known = leading(needs[needs["rate"].notna()])
    if known.empty:
        return text(
            zh="各产品的咨询数不公布或相同，不作排列",
            en="The numbers by product are withheld or all alike: no ranking",
        )
    shares = listing(
        [
            f"{language.mention(str(product))}{bracketed(percent(rate))}"
            for product, rate in known["rate"].items()
        ]
    )
    courses = list(
        dict.fromkeys(c for row in known["courses"] for c in row.split(text(zh="；", en="; ")) if c)
    )
    said = text(
        zh=f"咨询最多的产品是{shares}",
        en=f"The products asked for most are {shares}"
        if len(known) > 1
        else f"The product asked for most is {shares}",
    )
    if not courses:
        return said
    return said + text(
        zh=f"，培养方案可优先保证对应课程：{'、'.join(courses)}",
        en=f". Give priority to the courses that serve them: {', '.join(courses)}",
    )


def leading(table: pd.DataFrame) -> pd.DataFrame:
    """Return the groups with the largest shares, about three: who ties with one that is named is named, too.

    Nothing where all of more than three are alike.
    """
    shares = table["rate"].map(percent)
    named = table.head(FEW_NAMED)
    if len(table) <= FEW_NAMED:
        return named
    last = shares.iloc[FEW_NAMED - 1]
    with_ties = table[(table["rate"] >= table["rate"].iloc[FEW_NAMED - 1]) | (shares == last)]
    if len(with_ties) <= FEW_NAMED + 2 and len(with_ties) < len(table):
        return with_ties
    if len(with_ties) == FEW_NAMED:
        return named
    return table[(shares != last) & (table["rate"] > table["rate"].iloc[FEW_NAMED - 1])]


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
                language.mention(str(row.group)) + bracketed(points(row.difference))
                for row in rows.head(FEW_NAMED).itertuples()
            ]
            more, others = ("等", ["others"]) if len(rows) > FEW_NAMED else ("", [])
            parts.append(text(zh=f"{zh}{listing(changed)}{more}", en=f"{listing([*changed, *others])} {en}"))
    if not parts:
        return text(
            zh=f"与{earlier}年相比，各{of}的占比没有显著升降",
            en=f"Compared with {earlier}, no {of} clearly gained or lost share",
        )
    joined = text(zh="，", en="; ").join(parts)
    return text(
        zh=f"与{earlier}年相比，{of}中{joined}",
        en=f"Compared with {earlier}, {joined}",
    )


def finding(needs: pd.DataFrame, changes: pd.DataFrame, earlier: int) -> str:
    """Return what is new in one sentence, for the cover: what is asked for most, what rises and falls."""
    known = needs["rate"].dropna()
    parts = []
    if len(known) and (known == known.iloc[0]).sum() == 1:
        most = language.mention(str(known.index[0]))
        parts.append(text(zh=f"{most}需求最大", en=f"{language.capital(most)} is in greatest demand"))
    mine = changes[changes["kind"] == "product"]
    for direction, zh, en in ((RISING, "上升", "up"), (FALLING, "下降", "down")):
        rows = mine[mine["direction"] == direction].sort_values("difference", key=abs, ascending=False)
        if len(rows):
            names = listing([language.mention(str(group)) for group in rows["group"].head(FEW_NAMED)])
            parts.append(text(zh=f"{names}比{earlier}年{zh}", en=f"{names} {en} on {earlier}"))
    return text(zh="，", en="; ").join(parts)


def uses(needs: pd.DataFrame, season: Season | None, before: Season | None = None) -> list[str]:
    """Return what a college may use the report for: curriculum, case studies and internships.

    Parameters
    ----------
    needs : DataFrame
        See `curriculum.needs`.
    season, before : Season or None
        See `market.find_season`: this year's and the same months in the earlier one.
    """
    known = leading(needs[needs["rate"].notna()]) if len(needs) else needs
    found = []
    if len(known):
        names = listing([language.mention(str(product)) for product in known.index])
        found.append(
            text(
                zh=f"修订培养方案。咨询较多的是{names}，可核对对应课程和实训项目是否覆盖",
                en=f"Review the curriculum. {language.capital(names)} are asked for most; check that courses and exercises cover them",
            )
        )
    if season is not None and season.clear and before is not None and before.clear:
        months = listing([language.month(number) for number in sorted(season.months)])
        found.append(
            text(
                zh=f"安排岗位实习。{months}咨询较集中，宜与实习单位核对用人时间",
                en=f"Plan internships. Consultations are most frequent in {months}; agree the time with employers",
            )
        )
    if not found:
        return []
    found.append(
        text(
            zh="编写案例和招生材料。引用时应注明是客户咨询，不是招聘需求；不得单独作为调整招生计划的依据",
            en="Write case studies and brochures. Say that the numbers are customers' questions, not vacancies, and never change enrolment on their account alone",
        )
    )
    return found


def posts(staff: pd.DataFrame) -> str:
    """State which role carries most of the follow-up and what it amounts to; nothing where it is withheld.

    Parameters
    ----------
    staff : DataFrame
        See `workload.full_time_equivalents`.
    """
    if staff.empty or staff["contacts"].isna().any() or not staff["contacts"].sum():
        return ""
    by_role = staff.drop_duplicates("role").set_index("role")["contacts"]
    if len(by_role) > 1 and (by_role == by_role.max()).sum() > 1:
        return ""
    largest = str(by_role.idxmax())
    its = staff[staff["role"] == largest].set_index("assumption")
    own, minutes = its["full_time_equivalents"], its["minutes_per_contact"]
    low, mid, high = (formatted(own[key], "full_time_equivalents") for key in ("low", "mid", "high"))
    least, middle, most = (f"{minutes[key]:g}" for key in ("low", "mid", "high"))
    share = percent(by_role[largest] / by_role.sum())
    return text(
        zh=f"客户跟进的工作量以“{largest}”最多：占全年回访次数的{share}，每次回访按{middle}分钟计折合全时人员至多{mid}人"
        f"（按{least}分钟计{low}人，按{most}分钟计{high}人）；每条咨询按一户计，因此是上限，并且是工作量，不是招聘人数",
        en=f"The {largest.lower()} carries most of the follow-up: {share} of contacts, or at most {mid} full-time equivalents at {middle} "
        f"minutes a contact ({low} at {least}, {high} at {most}). Every consultation counts as one customer, so this is an upper "
        "bound; it measures work, not vacancies",
    )


def weakest(
    service: pd.DataFrame,
    labels: Mapping[str, str],
    trainable: Mapping[str, str],
    compared: pd.DataFrame | None = None,
) -> str:
    """State which of the trainable scores is weak most often and what training it calls for.

    Parameters
    ----------
    service : DataFrame
        See `market.service`.
    labels : mapping of str to str
        Dimension → its name.
    trainable : mapping of str to str
        Dimension → the training that answers to weak scores; the others are left out.
    compared : DataFrame, optional
        See `market.compare_weak`. Without it, or where it does not single one out, none is called weakest.
    """
    known = service.loc[[d for d in trainable if d in service.index], "weak"].dropna()
    known = known[known > 0]
    if known.empty:
        return ""
    shares = {
        str(name): text(
            zh=f"{labels[str(name)]}{percent(row.weak)}（95%置信区间{percent(row.low)}～{percent(row.high)}）",
            en=f"{labels[str(name)].lower()} {percent(row.weak)} (95% confidence interval {percent(row.low)} to {percent(row.high)})",
        )
        for name, row in service.loc[known.index].iterrows()
    }
    worst = find_weakest([str(name) for name in known.index], compared)
    if worst:
        return text(
            zh=f"低分最多的服务评分项是{shares[worst]}，宜加强{trainable[worst]}的训练",
            en=f"The service score that is low most often is {shares[worst]}: train {trainable[worst]}",
        )
    if len(known) == 1:
        only = str(known.index[0])
        return text(
            zh=f"服务评分的低分咨询占比：{shares[only]}，相应的训练是{trainable[only]}",
            en=f"Share of low service scores: {shares[only]}; train {trainable[only]}",
        )
    return text(
        zh=f"服务评分的低分咨询占比为{listing(list(shares.values()))}，差异不显著",
        en=f"Shares of low service scores: {listing(list(shares.values()))}; none is clearly weaker",
    )


def find_weakest(names: list[str], compared: pd.DataFrame | None) -> str:
    """Return the score that is clearly weak more often than every other; empty if none is."""
    if compared is None or len(names) < 2:
        return ""
    places = rank_places(names, compared[compared["one"].isin(names) & compared["other"].isin(names)])
    first = places.index[places["worst"] == 1]
    return str(first[0]) if len(first) else ""


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
            zh=f"{label}高分与低分咨询的{measure.label}（{rates[0]}与{rates[1]}）没有显著差异",
            en=f"The {measure.label.lower()} does not clearly differ between high and low scores for {label.lower()} ({rates[0]} and {rates[1]})",
        )
    return text(
        zh=f"{label}高分咨询的{measure.label}为{rates[0]}，低分咨询为{rates[1]}；二者相关，不等于提高评分就能带来成交",
        en=f"The {measure.label.lower()} is {rates[0]} where {label.lower()} scores high and {rates[1]} where it scores low; "
        "the two go together, which does not prove that raising the score brings sales",
    )


def internship(found: Season | None, before: Season | None) -> str:
    """State the busiest months and when an internship should begin; nothing where months are not told.

    Advice follows only from a season that the earlier year had as well.

    Parameters
    ----------
    found : Season or None
        See `market.find_season`.
    before : Season or None
        The same months in the earlier year.
    """
    if found is None:
        return ""
    run, share = _run(found), percent(found.share)
    if not found.clear:
        return text(
            zh=f"各月咨询没有显著旺季（连续三个月中最多的占{share}），实习时间不必随季节安排",
            en=f"There is no clear busy season (the busiest three months bring {share}); internships need not follow one",
        )
    if before is not None and not before.clear:
        return text(
            zh=f"{run}咨询较集中，占全年{share}，但上一年度同期不显著，暂不据此安排实习",
            en=f"Consultations were most frequent in {run} ({share} of the year), which was no clear peak the year before: do not plan "
            "internships by it yet",
        )
    if before is None:
        return text(
            zh=f"{run}咨询显著集中，占全年{share}；上一年度同期没有可比的数字，暂不据此安排实习",
            en=f"Consultations are concentrated in {run} ({share} of the year); nothing is known of the same months the year "
            "before: do not plan internships by it yet",
        )
    again = text(zh="，上一年度同期也是旺季", en=", as the year before")
    start = language.month((found.months[0] - 2) % 12 + 1)
    return text(
        zh=f"{run}咨询显著集中，占全年{share}{again}；岗位实习宜在{start}底前到岗，先完成产品操作训练",
        en=f"Consultations are concentrated in {run} ({share} of the year{again}); interns should be in place and trained on the product "
        f"by the end of {start}",
    )


def _run(season: Season) -> str:
    """Name the months of a season; over the new year one by one, for all are of the same year."""
    if season.months[0] > season.months[-1]:
        return listing([language.month(number) for number in sorted(season.months)])
    first, last = (language.month(season.months[place]) for place in (0, -1))
    return text(zh=f"{first}至{last}", en=f"{first} to {last}")


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
        See `curriculum.needs`, `market.directions`, `market.service`, `market.find_season` and
        `workload.full_time_equivalents`.
    """
    unit = text(zh="" if pd.isna(graded) else "条", en="")
    figures = [(text(zh="统计的咨询", en="Consultations"), f"{graded:,}{unit}")]
    wanted = needs["rate"].dropna()
    if len(wanted) and (wanted == wanted.iloc[0]).sum() == 1:
        product = str(wanted.index[0])
        label = text(zh=f"{language.name(product)}占比", en=f"Asked about {language.mention(product)}")
        figures.append((label, percent(wanted.iloc[0])))
    products = changes[(changes["kind"] == "product") & changes["difference"].notna()]
    if len(products):
        figures += _moved_products(products)
    weak = service["weak"].dropna()
    if len(weak) and weak.max() > 0 and (weak == weak.max()).sum() == 1:
        label = term(str(weak.idxmax()))
        figures.append((text(zh=f"{label}低分占比", en=f"{label}: low scores"), percent(weak.max())))
    if season is not None and season.clear:
        first, last = (language.month(season.months[place], short=True) for place in (0, -1))
        run = text(zh=f"{first}至{last}", en=f"{first} to {last}")  # a cover has room for no more
        if season.months[0] > season.months[-1]:
            run = listing([language.month(number, short=True) for number in sorted(season.months)])
        figures.append((text(zh="咨询旺季", en="Busiest months"), run))
    totals = [
        staff.loc[staff["assumption"] == end, "full_time_equivalents"].sum(skipna=False)
        for end in ("low", "high")
    ]
    if graded and pd.notna(totals).all() and staff["contacts"].sum():
        low, high = (formatted(total, "full_time_equivalents") for total in totals)
        label = text(zh="跟进工作量折合全时人员（上限）", en="Follow-up, full-time equivalents (at most)")
        figures.append((label, text(zh=f"{low}～{high}人", en=f"{low} to {high}")))
    return figures


def _moved_products(products: pd.DataFrame) -> list[tuple[str, str]]:
    """Name the product that rose most and the one that fell most, or say that none did."""
    found = []
    for way, zh, en, sign in (
        (RISING, "上升最快", "Fastest growing", "↑"),
        (FALLING, "下降最快", "Falling most", "↓"),
    ):
        rows = products[products["direction"] == way]
        if len(rows):
            row = rows.loc[rows["difference"].abs().idxmax()]
            by = formatted(abs(row.difference), "difference").lstrip("+")
            label = text(zh=f"占比{zh}（{sign}{by}个百分点）", en=f"{en} ({sign}{by} points)")
            found.append((label, language.name(str(row.group))))
    if not found:
        found = [(text(zh="占比显著升降的产品", en="Products changing share"), text(zh="无", en="none"))]
    return found


def no_service() -> str:
    """Say that the rating standard does not judge the consultation itself."""
    return text(
        zh="评级标准没有评价咨询服务的评分项，本节从略",
        en="The rating standard does not score the consultation itself; this section is left out",
    )


def lessons(training: Mapping[str, str], labels: Mapping[str, str]) -> list[str]:
    """Return what each trainable score calls for, in the order of the rating standard."""
    colon = text(zh="：", en=": ")
    return [f"{label}{colon}{training[column]}" for column, label in labels.items() if column in training]


def clients(demand: pd.DataFrame) -> str:
    """State which customers ask most, and where their accounting is done.

    Parameters
    ----------
    demand : DataFrame
        See `market.demand`, by customer type.
    """
    known = leading(demand[demand["rate"].notna() & ~demand.index.isin(REST.values())])
    if known.empty:
        return ""
    groups = listing(
        [f"{language.mention(str(group))}{bracketed(percent(rate))}" for group, rate in known["rate"].items()]
    )
    together = percent(known["rate"].sum())
    several = len(known) > 1
    return text(
        zh=f"咨询主要来自{groups}{f'，合计{together}' if several else ''}；实训案例和实习单位可优先从这些客户类型中选取",
        en=f"Most consultations come from {groups}{f', {together} together' if several else ''}; look to these first for case "
        "studies and internship places",
    )


origin.trace_module(globals())
