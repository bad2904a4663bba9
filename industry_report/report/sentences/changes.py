"""What other sentences on a change rest on: how much was gained, and which group has most of it."""

from __future__ import annotations

import pandas as pd

from ...base import origin
from ...base.language import text
from ...protection.year_on_year import YearOnYear
from .wording import percent

LARGE = 0.5  # of the net gain: a group with more of it is named as where the gain comes from
NOTICEABLE = 0.0005  # of a rate: less is 0.0 points


def grown(pair: YearOnYear) -> str:
    """State by how much the number of consultations grew; nothing where that is not known."""
    if pair.total.empty or pd.isna(pair.total.loc[pair.year, "growth"]):
        return ""
    growth = pair.total.loc[pair.year, "growth"]
    if abs(growth) < NOTICEABLE:
        return text(zh="咨询量与上年持平", en=f"As many consultations as in {pair.earlier}")
    rise = growth > 0
    return text(
        zh=f"咨询量比上年{'增长' if rise else '下降'}{percent(abs(growth))}",
        en=f"Consultations {'up' if rise else 'down'} {percent(abs(growth))} on {pair.earlier}",
    )


def driver(pair: YearOnYear, kind: str = "source") -> pd.Series | None:
    """Return the row of the group that has at least half of the gain, if the gain is one, but not more than it."""
    table = pair.by.get(kind)
    if table is None or pair.total.empty or not (pair.total.loc[pair.year, "gained"] > 0):
        return None
    known = table[table["contribution"].notna() & (table["gained"] > 0)]
    # Where others lost, one group may have more than the whole net gain: no part of it.
    if known.empty or not LARGE <= known["contribution"].max() <= 1:
        return None
    return known.loc[known["contribution"].idxmax()]


def verdict_of(pair: YearOnYear, kind: str, group: str) -> str:
    """Return the verdict of a group against all others of this year; empty where it was not tested."""
    versus = pair.now.versus.get(kind, pd.DataFrame())
    return str(versus["verdict"].get(group, "")) if "verdict" in versus else ""


origin.trace_module(globals())
