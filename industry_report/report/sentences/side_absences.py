"""What a comparison leaves out, and why: sides without outcomes or grades, groups and numbers that are withheld."""

from __future__ import annotations

import pandas as pd

from ...base import origin
from ...base.language import listing, term, text
from ...protection.comparison import Sides, of_years, side_name
from . import absences


def without_outcomes(sides: Sides, compared: Sides) -> str:
    """Say which sides give no outcomes and are therefore left out of the comparison of rates."""
    lacking = [side_name(side) for side in sides if side not in compared]
    if not lacking:
        return ""
    return text(
        zh=f"{listing(lacking)}未提供成交结果，不参与成交率的比较",
        en=f"{listing(lacking)}: no outcomes given, so left out where conversion rates are compared",
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
        zh=f"因数据保密，统计表中不公布的有{listing(counts)}；涉及这些数字的比较从略",
        en=f"Withheld to protect small numbers: {listing(counts)}; comparisons that rest on them are left out",
    )


def no_groups(sides: Sides, column: str) -> str:
    """Say why no group can be set side by side: no column, nothing graded, or no group that two sides publish."""
    lacking = all(one.by[column].empty for one in sides.values())
    if lacking and not any(one.graded for one in sides.values()):
        return text(
            zh="没有可评级的咨询，本节从略。", en="No consultation could be graded; this section is left out."
        )
    ungraded = [side_name(side) for side, one in sides.items() if one.graded == 0]
    if ungraded:
        return text(
            zh=f"{listing(ungraded)}没有可评级的咨询，“{term(column)}”不作比较。",
            en=f"No consultation of {listing(ungraded)} could be graded; “{term(column)}” is not compared.",
        )
    if lacking:
        return text(
            zh=f"数据未提供“{term(column)}”，本节从略。",
            en=f"The data have no column “{term(column)}”; this section is left out.",
        )
    kind = text(zh="年度" if of_years(sides) else "地区", en="years" if of_years(sides) else "regions")
    return text(
        zh=f"没有一个组在两个{kind}都公布，“{term(column)}”不作比较。",
        en=f"No group of “{term(column)}” is published in two {kind}; they are not compared.",
    )


def no_months(sides: Sides) -> str:
    """Say why the months of no side are shown."""
    one = next((side for side in sides.values() if len(side.by_month)), next(iter(sides.values())))
    return absences.no_months(one.by_month, one.fields)


def not_standardised(sides: Sides, column: str = "customer_type") -> str:
    """Say why rates are not standardised: nothing graded, no such column, or a total that is withheld."""
    ungraded = [side_name(side) for side, one in sides.items() if one.graded == 0]
    if ungraded:
        return text(
            zh=f"{listing(ungraded)}没有可评级的咨询，不作标准化。",
            en=f"No consultation of {listing(ungraded)} could be graded: rates are not standardised.",
        )
    name = term(column)
    lacking = [side_name(side) for side, one in sides.items() if column not in one.fields]
    if lacking:
        return text(
            zh=f"{listing(lacking)}的数据未提供“{name}”，不作标准化。",
            en=f"{listing(lacking)}: the data have no column “{name}”; rates are not standardised.",
        )
    return text(
        zh="部分总数不公布或尚无结果，不作标准化。",
        en="Some totals are withheld, or have no outcome yet: rates are not standardised.",
    )


origin.trace_module(globals())
