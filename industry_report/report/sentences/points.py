"""What a report means for its reader: a claim, its evidence, and what to do; at most three of each."""

from __future__ import annotations

import pandas as pd

from ...analysis.conversion import HIGHER, LOWER, NO_DIFFERENCE, REST
from ...base import language, origin
from ...base.language import capital, listing, mention, text
from ...protection.year_on_year import YearOnYear
from .changes import driver, verdict_of
from .wording import percent

MOST_NAMED, MOST_POINTS = 2, 3


def point_driver(pair: YearOnYear) -> str:
    """Say what a source that brings most of the gain means for advertising; nothing without one."""
    row = driver(pair)
    if row is None or verdict_of(pair, "source", str(row.name)) != LOWER:
        return ""
    group, rate = mention(str(row.name)), percent(row.rate)
    return text(
        zh=f"咨询变多，质量分化。{group}占可评级咨询净增量的{percent(row.contribution)}，{pair.now.measure.label}{rate}，显著低于其他来源；"
        "投放考核宜看高等级咨询量，不只看咨询量",
        en=f"More consultations, of uneven quality. {capital(group)} brought {percent(row.contribution)} of the gain and convert at "
        f"{rate}, significantly below other sources; judge advertising by high-grade consultations, not by their number",
    )


def point_best(pair: YearOnYear, kind: str = "source") -> str:
    """Say which groups convert significantly above the rest, and what to do; nothing without one."""
    versus = pair.now.versus.get(kind, pd.DataFrame())
    if "verdict" not in versus:
        return ""
    rows = versus[versus["verdict"] == HIGHER].sort_values("rate", ascending=False).head(MOST_NAMED)
    if rows.empty:
        return ""
    names = listing([mention(str(group)) for group in rows.index])
    rates = listing([percent(rate) for rate in rows["rate"]])
    each = "分别" if len(rows) > 1 else ""
    return text(
        zh=f"{names}转化效率较高。{pair.now.measure.label}{each}为{rates}，显著高于其他{language.term(kind)}；宜单独统计并总结做法",
        en=f"{capital(names)} convert better. {_own_rates(pair, rates, len(rows))}, significantly above the rest; "
        "track them separately and learn from them",
    )


def _own_rates(pair: YearOnYear, rates: str, count: int) -> str:
    label = pair.now.measure.label.lower()
    return f"Their {label}s are {rates}" if count > 1 else f"Their {label} is {rates}"


def point_types(pair: YearOnYear) -> str:
    """Say which customers are many and which convert; nothing where counts are withheld."""
    table = pair.now.by.get("customer_type", pd.DataFrame())
    versus = pair.now.versus.get("customer_type", pd.DataFrame())
    if table.empty or table["consultations"].isna().all() or "verdict" not in versus:
        return ""
    named = table[~table.index.isin(REST.values()) & table["consultations"].notna()]
    higher = versus[versus["verdict"] == HIGHER].sort_values("rate", ascending=False)
    if named.empty or higher.empty or table["consultations"].isna().any():
        return ""
    largest, best = named["consultations"].idxmax(), higher.index[0]
    share = percent(named["consultations"].max() / table["consultations"].sum())
    if largest == best:
        return ""
    return text(
        zh=f"{mention(str(largest))}是主体，{mention(str(best))}成交较多。前者占咨询的{share}，后者{pair.now.measure.label}"
        f"{percent(higher['rate'].iloc[0])}，显著高于其他客户；服务方案宜分类设计",
        en=f"{capital(mention(str(largest)))} ask most, {mention(str(best))} buy more often. The former make {share} of "
        f"consultations; the latter convert at {percent(higher['rate'].iloc[0])}, significantly above the rest. "
        "Offer each a service of its own",
    )


def points_for_trade(pair: YearOnYear) -> list[str]:
    """Return what an association and its members may take from the year."""
    found = [point_driver(pair), point_best(pair), point_types(pair)]
    return [point for point in found if point][:MOST_POINTS]


def points_for_government(pair: YearOnYear) -> list[str]:
    """Return what a department may take from the year: scale, small firms, what the numbers are not."""
    found = [point_small_firms(pair), point_small_conversion(pair), point_coverage()]
    return [point for point in found if point][:MOST_POINTS]


SMALL = ("小微企业", "个体工商户")  # the customers that a department asks for first


def point_small_firms(pair: YearOnYear) -> str:
    """State which part of the consultations comes from small firms, and whether it changed; nothing if withheld."""
    table = pair.now.by.get("customer_type", pd.DataFrame())
    there = [group for group in SMALL if group in table.index]
    if not there or table["consultations"].isna().any():
        return ""
    counts = table.loc[there, "consultations"]
    share, names = (
        percent(counts.sum() / table["consultations"].sum()),
        listing([mention(one) for one in there]),
    )
    change = pair.by.get("customer_type", pd.DataFrame())
    gains = change["gained"].reindex(there) if "gained" in change else pd.Series(dtype=float)
    more = ""
    if len(gains) and gains.notna().all() and gains.sum():
        number = language.formatted(abs(gains.sum()), "consultations")
        up = gains.sum() > 0
        more = text(
            zh=f"，比上年{'增加' if up else '减少'}{number}条",
            en=f", {number} {'more' if up else 'fewer'} than the year before",
        )
    return text(
        zh=f"小微企业和个体工商户是咨询的主体。{names}合计占{share}{more}"
        if len(there) > 1
        else f"{names}占咨询的{share}{more}",
        en=f"{capital(names)} made up {share} of consultations{more}",
    )


def point_small_conversion(pair: YearOnYear) -> str:
    """State how small firms convert against all others; nothing where none of them was tested."""
    versus = pair.now.versus.get("customer_type", pd.DataFrame())
    if "verdict" not in versus:
        return ""
    rows = versus[versus.index.isin(SMALL)]
    told = {verdict: rows[rows["verdict"] == verdict] for verdict in (LOWER, HIGHER, NO_DIFFERENCE)}
    label = pair.now.measure.label
    words = {
        LOWER: ("显著偏低", "below the rest"),
        HIGHER: ("显著偏高", "above the rest"),
        NO_DIFFERENCE: ("与其他客户差异不显著", "not significantly different from the rest"),
    }
    zh, en = [], []
    for verdict, mine in told.items():
        if len(mine):
            names = listing([mention(str(group)) for group in mine.index])
            rates = listing([percent(rate) for rate in mine["rate"]])
            zh.append(f"{names}{words[verdict][0]}（{rates}）")
            en.append(f"{names} {words[verdict][1]} ({rates})")
    if not zh:
        return ""
    claim = text(
        zh=f"小微客户的{label}各不相同" if len(zh) > 1 else f"{zh[0]}",
        en=f"Small firms differ in their {label.lower()}" if len(en) > 1 else capital(en[0]),
    )
    evidence = text(
        zh=f"{'，'.join(zh)}；" if len(zh) > 1 else "",
        en=f"{capital('; '.join(en))}. " if len(en) > 1 else "",
    )
    return text(
        zh=f"{claim}。{evidence}原因不在数据之中，制定扶持措施前宜另作调查",
        en=f"{claim}. {evidence}The data do not say why: ask before designing support",
    )


def point_coverage() -> str:
    """Say what the numbers do not stand for."""
    return text(
        zh="数据只反映有咨询记录的客户，不代表整个市场。引用时应注明统计范围，不宜据以推算地区总量",
        en="The data are recorded consultations, not the whole market. State the scope when quoting them; do not gross them up",
    )


origin.trace_module(globals())
