"""Wording that several sentences share: numbers, lists of groups, what the rows of a table are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...analysis.conversion import FEWEST
from ...base import language, origin
from ...base.language import formatted, text


def percent(value: float) -> str:
    """Return 0.632 as 63.2%."""
    return language.formatted(value, "rate")


def ordinal(place: int) -> str:
    """Return a place as English says it: 1st, 2nd, 11th."""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def cut(share: float) -> str:
    """Return where customers are divided: a cut that was chosen is exact and has no decimal, 20%."""
    return percent(share).replace(".0%", "%")


def part(shown: int, total: int, unit: str, *, latest: bool = False) -> str:
    """Return how many rows a table has and of how many: （前20户，共1,002户）, (first 20 of 1,002).

    Examples
    --------
    >>> part(7, 7, "户")
    '（共7户）'
    """
    if shown >= total:
        return text(zh=f"（共{total:,}{unit}）", en=f" ({total:,})")
    return text(
        zh=f"（{'最近' if latest else '前'}{shown:,}{unit}，共{total:,}{unit}）",
        en=f" ({'latest' if latest else 'first'} {shown:,} of {total:,})",
    )


def where(values: pd.Series, value: float) -> list[Any]:
    """Return the labels that have a value: a tie is not won by whoever comes first."""
    return list(values.index[values == value])


def p_value(value: float) -> str:
    """Return a p value as a sentence gives it: P=0.012, P<0.001."""
    shown = language.formatted(value, "p")
    return f"P{shown}" if shown.startswith("<") else f"P={shown}"


def listed(groups: pd.Index) -> str:
    """Return groups as a sentence lists them."""
    return language.listing([language.mention(str(group)) for group in groups])


def kind(table: pd.DataFrame) -> str:
    """Return what the rows of a table are, so that a sentence read without its figure names it."""
    name = language.term(str(table.index.name)) if table.index.name else text(zh="组", en="group")
    return text(zh=name, en=name.lower())


def bracketed(words: str) -> str:
    """Put words in the brackets of the report's language."""
    return text(zh=f"（{words}）", en=f" ({words})")


def points(value: float) -> str:
    """Return a difference of shares as percentage points, with its sign."""
    number = formatted(value, "difference")
    return text(zh=f"{number}个百分点", en=f"{number} points")


def point_range(low: float, high: float) -> str:
    """Return an interval of percentage points, its unit once: −4.8～+5.6个百分点."""
    one, other = (formatted(end, "difference") for end in (low, high))
    return text(zh=f"{one}～{other}个百分点", en=f"{one} to {other} points")


def is_withheld(table: pd.DataFrame) -> pd.Series:
    """Tell which rows of a table of rates are withheld: neither too few for a percentage nor absent."""
    counts, rates = table["consultations"], table["rate"]
    return counts.isna() | (rates.isna() & (counts >= FEWEST))


origin.trace_module(globals())
