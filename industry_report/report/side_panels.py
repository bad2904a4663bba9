"""Small charts of a comparison's summary: volume, rates, rates with the same mix, the highest grade."""

from __future__ import annotations

import pandas as pd

from ..analysis.conversion import Measure
from ..base import language, origin
from ..base.language import term, text
from ..protection import comparison
from ..protection.comparison import Standardised
from . import small_figures
from .one_page import Panel


def of_sides(
    received: pd.DataFrame, rates: pd.DataFrame, mix: Standardised, grades: pd.DataFrame, measure: Measure
) -> list[Panel | None]:
    """Return the small charts; None where there is nothing to draw.

    Parameters
    ----------
    received, rates : DataFrame
        See `comparison.received` and `comparison.overview`.
    mix : Standardised
        See `comparison.standardise`.
    grades : DataFrame
        See `comparison.grade_shares`.
    measure : Measure
        Of the rates.
    """
    used = comparison.named(received[["used"]].rename(columns={"used": "received"}))
    volume = small_figures.columns(used, "received", title=term("received"))
    crude = small_figures.bars(comparison.named(rates), "rate", title=measure.label)
    return [volume, crude, _with_one_mix(mix), _highest_grade(grades)]


def _with_one_mix(mix: Standardised) -> Panel | None:
    if mix.rates.empty:
        return None
    table = comparison.named(mix.rates[["standardised"]].rename(columns={"standardised": "rate"}))
    measure = text(zh="按客户类型构成标准化", en="Standardised for customer types")
    return small_figures.bars(
        table, "rate", title=text(zh="构成相同时", en="With the same mix"), measure=measure
    )


def _highest_grade(grades: pd.DataFrame) -> Panel | None:
    if grades.empty:
        return None
    top = str(grades["group"].iloc[0])
    table = comparison.named(grades[grades["group"] == top].set_index("side")[["rate"]])
    label = language.grade_name(top)
    return small_figures.bars(table, "rate", title=text(zh=f"{label}占比", en=f"Share of {label}"))


origin.trace_module(globals())
