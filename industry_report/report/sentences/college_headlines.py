"""A few words above each panel of the college report's summary; the noun where nothing may be claimed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...analysis.conversion import REST
from ...analysis.market import FALLING, RISING, STEADY
from ...base import language, origin
from ...base.language import capital, listing, term, text
from .college import find_weakest

MOST_NAMED = 2  # groups in a headline


def headline_moves(moved: pd.DataFrame) -> str:
    """Return which products gained and lost share; that none clearly did, where that is so.

    Parameters
    ----------
    moved : DataFrame
        See `market.directions`; index the groups.
    """
    known = moved[moved["difference"].notna()]
    if known.empty:
        return text(zh="占比变化", en="Change of shares")
    parts = [
        _name_moved(known[known["direction"] == direction], zh, en)
        for direction, zh, en in (
            (RISING, "占比显著上升", "gained share"),
            (FALLING, "占比显著下降", "lost share"),
        )
    ]
    if any(parts):
        return text(zh="，", en="; ").join(part for part in parts if part)
    if (known["direction"] == STEADY).all():
        return text(zh="各产品占比平稳", en="Shares of products are steady")
    return text(zh="各产品占比没有显著升降", en="No product clearly gained or lost share")


def _name_moved(rows: pd.DataFrame, zh: str, en: str) -> str:
    if rows.empty:
        return ""
    ordered = rows.sort_values("difference", key=abs, ascending=False).index
    names = [language.mention(str(group)) for group in ordered]
    if len(names) <= MOST_NAMED:
        return text(zh=f"{listing(names)}{zh}", en=f"{capital(listing(names))} {en}")
    return text(
        zh=f"{names[0]}等{len(names)}项{zh}", en=f"{capital(names[0])} and {len(names) - 1} more {en}"
    )


def is_clear(moved: pd.DataFrame) -> pd.Series:
    """Tell of which groups a direction is claimed: what is steady or uncertain is drawn in grey."""
    return moved["direction"].isin([RISING, FALLING])


def headline_products(demand: pd.DataFrame) -> str:
    """Return which product is asked for most; the noun where none is."""
    most = _find_most(demand, "rate")
    return text(zh=f"{most}占比最高", en=f"{capital(most)} is asked for most") if most else term("product")


def headline_clients(demand: pd.DataFrame) -> str:
    """Return which customers ask most; the noun where none do."""
    most = _find_most(demand, "rate")
    return (
        text(zh=f"{most}咨询最多", en=f"{capital(most)}: most consultations")
        if most
        else term("customer_type")
    )


def headline_regions(counts: pd.DataFrame) -> str:
    """Return which of the regions has the most consultations; the noun where none has."""
    most = _find_most(counts, "consultations")
    if not most:
        return text(zh="各地区咨询", en="Consultations by region")
    return text(zh=f"{most}咨询最多", en=f"{capital(most)} has the most consultations")


def headline_service(service: pd.DataFrame, labels: Mapping[str, str], compared: pd.DataFrame | None) -> str:
    """Return which service score is clearly low more often than every other, or that none is.

    Parameters
    ----------
    service : DataFrame
        See `market.service`.
    labels : mapping of str to str
        Dimension → its name.
    compared : DataFrame or None
        See `market.compare_weak`.
    """
    known = [name for name in labels if name in service.index and service["weak"].get(name, 0) > 0]
    worst = find_weakest(known, compared)
    if worst:
        return text(zh=f"{labels[worst]}低分最多", en=f"{labels[worst]} is low most often")
    if compared is None or len(known) < 2:
        return text(zh="服务评分低分占比", en="Low service scores")
    return text(zh="各项低分占比没有显著差异", en="No service score is clearly weaker")


def _find_most(table: pd.DataFrame, column: str) -> str:
    """Return the group with the most as a sentence names it; empty where it ties, is less than the rest, or any is withheld."""
    if table.empty or table[column].isna().any():
        return ""
    named = table[~table.index.isin(REST.values())][column]
    printed = named.map(lambda value: language.formatted(value, column))
    highest = named.max() if len(named) else 0
    if (
        len(named) < 2
        or not highest
        or highest < table[column].max()
        or (printed == printed[named.idxmax()]).sum() > 1
    ):
        return ""
    return language.mention(str(named.idxmax()))


origin.trace_module(globals())
