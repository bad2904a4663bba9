"""Headlines of a comparison: what stands above its panels and exhibits; a claim holds after adjustment."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...analysis.conversion import (
    HIGHER,
    LOWER,
    NO_DIFFERENCE,
    REST,
    Measure,
    compare_pairs,
    rank_places,
)
from ...base import language, origin
from ...base.language import listing, mention, text
from ...protection.comparison import Sides, of_years, side_name
from .side_by_side import find_trend
from .wording import p_value, percent

MOST_NAMED = 2


def headline_received(received: pd.DataFrame) -> str:
    """Say how consultations grew over years, or which region has most: counts, not estimates."""
    counts = received["used"].dropna()
    if len(counts) < 2 or len(counts) < len(received):
        return text(zh="有效咨询", en="Consultations")
    if not of_years(counts.index):
        most = counts[counts == counts.max()]
        if len(most) > 1:
            return text(zh="有效咨询", en="Consultations")
        return text(
            zh=f"{side_name(most.index[0])}咨询最多", en=f"Most consultations: {side_name(most.index[0])}"
        )
    first, last = counts.iloc[0], counts.iloc[-1]
    if not first:
        return text(zh="有效咨询", en="Consultations")
    growth, year = percent(abs(last / first - 1)), counts.index[0]
    if growth == percent(0):
        return text(zh=f"咨询量与{year}年持平", en=f"Consultations as many as in {year}")
    return text(
        zh=f"咨询量比{year}年{'增长' if last >= first else '下降'}{growth}",
        en=f"Consultations {'up' if last >= first else 'down'} {growth} on {year}",
    )


def headline_rates(table: pd.DataFrame, label: str) -> str:
    """Say which sides are clearly apart, from counts: regions by all pairs, years by the last and the first.

    Parameters
    ----------
    table : DataFrame
        Index ``side``; ``consultations``, ``conversions``, ``rate``.
    label : str
        What the rate is called.
    """
    known = table.dropna(subset=["rate", "consultations", "conversions"])
    if len(known) < 2:
        return label
    if of_years(known.index):
        known = known.iloc[[0, -1]]
    pairs = compare_pairs(known)
    if of_years(known.index):
        return _headline_years(pairs, known, label)
    return _join_ends(rank_places(list(known.index), pairs), label)


def _headline_years(pairs: pd.DataFrame, known: pd.DataFrame, label: str) -> str:
    row, year = pairs.iloc[0], known.index[0]
    if row["verdict"] not in (HIGHER, LOWER):
        same = row["verdict"] == NO_DIFFERENCE
        return text(zh=f"{label}变化不显著", en=f"{label}: no significant change") if same else label
    up = known["rate"].iloc[-1] > known["rate"].iloc[0]
    return text(
        zh=f"{label}显著{'高' if up else '低'}于{year}年",
        en=f"{label} significantly {'above' if up else 'below'} {year}",
    )


def headline_places(ranks: pd.DataFrame, label: str) -> str:
    """Say which region is clearly first and which last; see `comparison.ranks`."""
    return _join_ends(ranks, label) if len(ranks) > 1 else label


def _join_ends(places: pd.DataFrame, label: str) -> str:
    ends = [
        text(zh=f"{side_name(side)}{zh}", en=f"{en} in {side_name(side)}")
        for column, place, zh, en in (
            ("worst", 1, "最高", "highest"),
            ("best", len(places), "最低", "lowest"),
        )
        for side in places.index[places[column] == place][:1]
    ]
    if ends:
        return text(
            zh=f"{label}{listing(ends)}" if len(ends) == 1 else f"{label}：{'，'.join(ends)}",
            en=f"{label}: {', '.join(ends)}",
        )
    same = (places["best"] == 1).all() and (places["worst"] == len(places)).all()
    return text(zh=f"{label}差异不显著", en=f"{label}: no significant difference") if same else label


def headline_shifts(moved: pd.DataFrame, kind: str, measure: Measure) -> str:
    """Say of which groups the measure rose and fell clearly; see `comparison.group_changes`."""
    of, label = language.term(kind), measure.label
    parts = []
    for verdict, zh, en in ((HIGHER, "上升", "up"), (LOWER, "下降", "down")):
        rows = moved[moved["verdict"] == verdict].sort_values("difference", key=abs, ascending=False)
        if len(rows):
            names = listing([mention(str(group)) for group in rows.index[:MOST_NAMED]])
            left = len(rows) - MOST_NAMED
            parts.append(
                text(
                    zh=f"{names}{f'等{len(rows)}组' if left > 0 else ''}显著{zh}",
                    en=f"{en} for {names}{f' and {left} more' if left > 0 else ''}",
                )
            )
    if not parts:
        return text(zh=f"各{of}{label}变化不显著", en=f"{label} by {of.lower()}: no significant change")
    return text(zh="，".join(parts), en=f"{label} {'; '.join(parts)}")


def headline_everywhere(sides: Sides, kind: str, measure: Measure) -> str:
    """Name the groups that each region's own report finds clearly above the rest, or else below."""
    of = language.term(kind)
    for verdict, zh, en in ((HIGHER, "偏高", "above the rest"), (LOWER, "偏低", "below the rest")):
        if names := _find_everywhere(sides, kind, verdict):
            told = listing(names[:MOST_NAMED])
            left = len(names) - MOST_NAMED
            return text(
                zh=f"{told}{f'等{len(names)}组' if left > 0 else ''}在各地区均显著{zh}",
                en=f"{language.capital(told)}{f' and {left} more' if left > 0 else ''}: {en} everywhere",
            )
    return text(zh=f"各{of}的{measure.label}", en=f"{measure.label} by {of.lower()}")


def _find_everywhere(sides: Sides, kind: str, verdict: str) -> list[str]:
    """Return the groups that have a verdict in every side, in the order of the first."""
    tables = [one.versus.get(kind, pd.DataFrame()) for one in sides.values()]
    if len(tables) < 2 or any("verdict" not in table for table in tables):
        return []
    found = [set(table.index[table["verdict"] == verdict]) for table in tables]
    return [
        mention(str(group))
        for group in tables[0].index
        if group not in REST.values() and all(group in one for one in found)
    ]


def headline_range(table: pd.DataFrame, kind: str, measure: Measure) -> str:
    """Say between which rates all groups of all sides lie, where they overlap and no test is made."""
    rates, of = table["rate"].dropna(), language.term(kind)
    if rates.empty:
        return text(zh=f"各{of}的{measure.label}", en=f"{measure.label} by {of.lower()}")
    low, high = percent(rates.min()), percent(rates.max())
    return text(
        zh=f"各{of}的{measure.label}在{low}至{high}之间",
        en=f"{measure.label} by {of.lower()}: between {low} and {high}",
    )


def headline_months(months: pd.DataFrame) -> str:
    """Say which month has most consultations in every side; the noun where they differ."""
    tops = {int(part.loc[part["received"].idxmax(), "month"]) for _, part in months.groupby("side")}
    if len(tops) != 1:
        return ""
    month = tops.pop()
    years, name = of_years(months["side"]), language.month(month)
    return text(
        zh=f"{'各年度' if years else '各地区'}均以{name}咨询最多",
        en=f"Most consultations in {name} in every {'year' if years else 'region'}",
    )


def points(sides: Sides, measure: Measure) -> list[str]:
    """Say what regions have in common, and how their rates are to be quoted; of years nothing."""
    found = []
    label = measure.label
    for verdict, zh, en in ((HIGHER, "偏高", "above the rest"), (LOWER, "偏低", "below the rest")):
        parts = [
            text(zh=f"{language.term(kind)}中的{listing(names)}", en=listing(names))
            for kind in ("customer_type", "source")
            if (names := _find_everywhere(sides, kind, verdict))
        ]
        if parts:
            found.append(
                text(
                    zh=f"各地区{label}均显著{zh}的组相同。{'，'.join(parts)}",
                    en=f"Groups {en} in every region. {language.capital('; '.join(parts))}",
                )
            )
    return [
        *found,
        text(
            zh="引用名次时应说明口径。客户类型构成不同的地区，宜比较构成相同时的比率；差异不显著的不宜排先后",
            en="Quote places with care. Where customers differ, compare the rates with one mix; regions that do not differ "
            "significantly have no order",
        ),
    ]


def name_side_group(table: pd.DataFrame, group: str, label: str) -> str:
    """Say how a group's rate differs between sides, the group's name first."""
    name = mention(group)
    said = headline_rates(table, label)
    return text(zh=f"{name}{said}", en=f"{language.capital(name)}: {said}")


def by_side(table: pd.DataFrame, group: Any) -> pd.DataFrame:
    """Return one group of `comparison.groups`, a row for each side."""
    return table[table["group"] == group].set_index("side").drop(columns="group")


def trend_test(table: pd.DataFrame) -> str:
    """Give the test behind the trend that `trend` states, for the annex."""
    found = find_trend(table[table["rate"].notna()])
    if found is None:
        return ""
    shown = f"Z={found.z:.1f}".replace("-", "−")
    p = p_value(found.p)
    return text(
        zh=f"逐年趋势采用科克伦-阿米蒂奇（Cochran-Armitage）检验：{shown}，{p}",
        en=f"Cochran-Armitage trend test over the years: {shown}, {p}",
    )


origin.trace_module(globals())
