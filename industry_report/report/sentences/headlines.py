"""A few words that stand above each panel of a summary: what is claimed holds after adjustment."""

from __future__ import annotations

import pandas as pd

from ...analysis.conversion import HIGHER, LOWER, NO_DIFFERENCE, REST, compare_pairs
from ...base import origin
from ...base.language import capital, grade_name, listing, mention, text
from ...protection.year_on_year import YearOnYear
from .changes import driver, grown
from .wording import percent

MOST_NAMED = 2  # groups in a headline


def headline_volume(pair: YearOnYear) -> str:
    """Return a headline on the number of consultations."""
    return grown(pair) or text(zh="有效咨询", en="Consultations")


def headline_rate(pair: YearOnYear) -> str:
    """Return a headline on the measure as a whole."""
    label = pair.now.measure.label
    if pair.rate.empty:
        return label
    verdict = pair.rate["verdict"].iloc[0]
    words = {
        HIGHER: (f"{label}显著提高", f"{label} significantly higher"),
        LOWER: (f"{label}显著下降", f"{label} significantly lower"),
        NO_DIFFERENCE: (f"{label}变化不显著", f"{label}: no significant change"),
    }
    return text(zh=words[verdict][0], en=words[verdict][1]) if verdict in words else label


def headline_grades(by_grade: pd.DataFrame, otherwise: str) -> str:
    """Return how many times as often the highest grade converts as the next, where that is significant."""
    known = by_grade[by_grade["rate"].notna()] if "rate" in by_grade else by_grade.iloc[:0]
    if len(known) < 2 or list(known.index[:2]) != list(by_grade.index[:2]) or not known["rate"].iloc[1]:
        return otherwise
    pairs, (top, second) = compare_pairs(known), known.index[:2]
    told = pairs[(pairs["one"] == top) & (pairs["other"] == second)]["verdict"]
    if told.empty or told.iloc[0] != HIGHER:
        return otherwise
    times = f"{known['rate'].iloc[0] / known['rate'].iloc[1]:.1f}"
    return text(
        zh=f"{grade_name(top)}成交率是{grade_name(second)}的{times}倍",
        en=f"{capital(grade_name(top))} converts {times} times as often as {grade_name(second)}",
    )


def headline_groups(versus: pd.DataFrame, table: pd.DataFrame, otherwise: str) -> str:
    """Return which groups are significantly above the others, or else below."""
    asked = versus[versus["verdict"].isin([HIGHER, LOWER])] if "verdict" in versus else versus.iloc[:0]
    for verdict, zh, en in ((HIGHER, "显著偏高", "above the rest"), (LOWER, "显著偏低", "below the rest")):
        rows = asked[asked["verdict"] == verdict].sort_values("rate", ascending=verdict == LOWER)
        names = [mention(str(group)) for group in rows.index if group not in REST.values()]
        if names and len(names) <= MOST_NAMED:
            return text(zh=f"{listing(names)}{zh}", en=f"{capital(listing(names))} {en}")
        if names:
            return text(
                zh=f"{names[0]}等{len(names)}组{zh}", en=f"{capital(names[0])} and {len(names) - 1} more {en}"
            )
    return otherwise


def headline_gains(pair: YearOnYear, kind: str, otherwise: str) -> str:
    """Return where most of the gain comes from."""
    row = driver(pair, kind)
    if row is None:
        return otherwise
    return text(
        zh=f"净增量的{percent(row.contribution)}来自{mention(str(row.name))}",
        en=f"{capital(mention(str(row.name)))}: {percent(row.contribution)} of the gain",
    )


def headline_effort(contacts: pd.DataFrame, otherwise: str) -> str:
    """Return the highest grade's share of consultations beside that of the contacts."""
    if contacts.empty or contacts[["consultations", "contacts"]].isna().any(axis=None):
        return otherwise
    sums = contacts[["consultations", "contacts"]].sum()
    top = contacts.iloc[0]
    if not sums.all() or not top.consultations:
        return otherwise
    shares = (percent(top.consultations / sums["consultations"]), percent(top.contacts / sums["contacts"]))
    name = grade_name(str(top.name))
    return text(
        zh=f"{name}占咨询{shares[0]}，占规定回访{shares[1]}",
        en=f"{capital(name)}: {shares[0]} of consultations, {shares[1]} of contacts",
    )


origin.trace_module(globals())
