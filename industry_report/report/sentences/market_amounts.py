"""How sentences of a market give money, its changes, intervals and months."""

from __future__ import annotations

from ...base import language, origin
from ...base.language import text
from .wording import percent

YI, WAN, MILLION = 1e8, 1e4, 1e6
_UNITS = ("亿元", "万元", "元", " million yuan", " yuan")  # the longer ones first


def yuan(value: float) -> str:
    """Return money as a sentence gives it: 926.4万元 / 9.26 million yuan."""
    if abs(value) >= YI:
        zh = f"{value / YI:,.2f}亿元"
    else:
        zh = f"{value / WAN:,.1f}万元" if abs(value) >= WAN else f"{value:,.0f}元"
    large = abs(value) >= MILLION
    return text(zh=zh, en=f"{value / MILLION:,.2f} million yuan" if large else f"{value:,.0f} yuan")


def ranged(low: float, high: float, *, money: bool = False) -> str:
    """Return an interval as a sentence gives it: 8.3%～11.7% / 8.3% to 11.7%; of money, its unit once."""
    one, other = (yuan(end) if money else percent(end) for end in (low, high))
    for unit in _UNITS if money else ():
        if one.endswith(unit) and other.endswith(unit):
            number = one.removesuffix(unit)
            one = number if number[-1].isdigit() and other.removesuffix(unit)[-1].isdigit() else one
            break
    return text(zh=f"{one}～{other}", en=f"{one} to {other}")


def signed(value: float) -> str:
    """Return a change of money with its sign."""
    return ("+" if value > 0 else "−" if value < 0 else "") + yuan(abs(value))


def month_words(month: str) -> str:
    """Return a month as a sentence gives it: 2025年3月 / March 2025."""
    year, number = month.split("-")
    return language.month_of_year(int(year), int(number))


def moved(change: float) -> str:
    """Return a change of money as a verb and its amount: 增加354.4万元 / rose by 3.54 million yuan."""
    if not change:
        return text(zh="没有增减", en="did not change")
    word = text(zh="增加", en="rose by ") if change > 0 else text(zh="减少", en="fell by ")
    return word + yuan(abs(change))


origin.trace_module(globals())
