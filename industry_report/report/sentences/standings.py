"""Where a region stands among others, in a sentence: its place by size, its rate, and a range of places.

A difference is claimed only after adjustment over all pairs of regions; a place is a range, for rates are
uncertain. Without another region nothing is said.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...analysis.conversion import HIGHER, LOWER, NO_DIFFERENCE
from ...base import language, origin
from ...base.language import listing, text
from ...protection.comparison import named
from ...protection.standing import Standing, by_verdict, is_ranked
from ..tables import with_heads
from .wording import bracketed, ordinal, percent

MOST_NAMED = 3  # other regions that a sentence names, of more it gives the number


def standing(place: Standing) -> str:
    """State where a region stands by consultations and by its rate; nothing without another region."""
    said = [one for one in (size(place), rate(place)) if one]
    if not said:
        return ""
    count = len(place.table)
    return text(zh=f"与另外{count - 1}个地区相比，", en=f"Among {count} regions, ") + text(
        zh="；", en="; "
    ).join(said)


def size(place: Standing) -> str:
    """State the place by consultations, which are counted and not estimated; nothing where one is withheld."""
    counts = place.table["received"]
    if len(counts) < 2 or counts.isna().any():
        return ""
    own = counts[place.region]
    rank, alike = int((counts > own).sum()) + 1, int((counts == own).sum()) > 1
    return text(
        zh=f"咨询数{'并列' if alike else ''}居第{rank}位",
        en=f"{language.name(place.region)} is {'joint ' if alike else ''}{ordinal(rank)} by consultations",
    )


def rate(place: Standing) -> str:
    """State the rate, which others are clearly above and below, and the range of places."""
    if not is_ranked(place):
        return ""
    row, label = place.table.loc[place.region], place.measure.label
    fair = bool(pd.notna(row["standardised"]))
    value = percent(row["standardised" if fair else "rate"])
    told = text(
        zh=f"{'客户类型构成相同时，' if fair else ''}{label}为{value}",
        en=f"{'with the same mix of customer types its' if fair else 'its'} {label.lower()} "
        f"{'would be' if fair else 'is'} {value}",
    )
    parts = [told, *_against(place), _range(row, place)]
    return text(zh="，", en=", ").join(part for part in parts if part)


def _against(place: Standing) -> list[str]:
    """Say how it stands to the others: by name where they are few, else how many of each kind."""
    found = by_verdict(place)
    named = sum(map(len, found.values())) <= MOST_NAMED
    words = {
        HIGHER: ("显著高于{}", "significantly above {}"),
        LOWER: ("显著低于{}", "significantly below {}"),
        NO_DIFFERENCE: ("与{}差异不显著", "not significantly different from {}"),
    }
    said = []
    for verdict, (zh, en) in words.items():
        if others := found[verdict]:
            count = text(zh=f"{len(others)}个地区", en=str(len(others)))
            who = listing([_rated(place, other) for other in others]) if named else count
            said.append(text(zh=zh.format(who), en=en.format(who)))
    return said


def _rated(place: Standing, other: str) -> str:
    row = place.table.loc[other]
    value = row["standardised"] if pd.notna(row["standardised"]) else row["rate"]
    return language.name(other) + bracketed(percent(value))


def _range(row: pd.Series, place: Standing) -> str:
    best, worst = int(row["best"]), int(row["worst"])
    if (best, worst) == (1, int(place.table["worst"].max())):
        return text(zh="不排名次", en="so no place is given")
    if best == worst:
        return text(zh=f"名次为第{best}位", en=f"in {ordinal(best)} place")
    return text(
        zh=f"名次在第{best}～{worst}位之间", en=f"placed between {ordinal(best)} and {ordinal(worst)}"
    )


def shown(place: Standing) -> pd.DataFrame:
    """Return the table of regions as it is printed: named, with the range of places, without what none has."""
    table = named(place.table)
    kept = ["received", "rate", "low", "high", "standardised", "verdict"]
    if table["standardised"].isna().all():
        kept.remove("standardised")
    result = table[kept].assign(places=[_places(row) for row in table.itertuples()])
    name = language.name(place.region)
    return with_heads(
        result,
        {
            "standardised": text(zh="构成相同时", en="With the same mix"),
            "verdict": text(zh=f"与{name}相比", en=f"Against {name}"),
            "places": text(zh="名次", en="Place"),
        },
    )


def _places(row: Any) -> str:
    if pd.isna(row.best):
        return language.MISSING_SIGN
    best, worst = int(row.best), int(row.worst)
    return str(best) if best == worst else text(zh=f"{best}～{worst}", en=f"{best} to {worst}")


origin.trace_module(globals())
