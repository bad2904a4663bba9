"""Small charts of a comparison's summary: volume, rates, rates with one mix, grades, and what moved."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..analysis.conversion import HIGHER, LOWER, Measure
from ..base import language, origin
from ..base.language import term, text
from ..protection import comparison
from ..protection.comparison import Standardised, of_years
from . import small_figures
from .one_page import Panel
from .sentences import side_headlines as says

KINDS = ("customer_type", "source")


def of_sides(
    received: pd.DataFrame, rates: pd.DataFrame, mix: Standardised, grades: pd.DataFrame, measure: Measure
) -> list[Panel | None]:
    """Return the small charts of the whole; None where there is nothing to draw.

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
    used = received[["used"]].rename(columns={"used": "received"})
    volume = _draw(
        used, "received", says.headline_received(received), text(zh="有效咨询，条", en="Consultations")
    )
    unit = text(zh=f"{measure.label}，未按构成调整", en=f"{measure.label}, as observed")
    crude = _draw(rates, "rate", says.headline_rates(rates, measure.label), unit)
    return [volume, crude, _with_one_mix(mix, measure), _highest_grade(grades)]


def of_changes(shifts: Mapping[str, pd.DataFrame], measure: Measure) -> list[Panel | None]:
    """Return how the measure of groups changed from the first year to the last, a chart for each column."""
    return [_draw_changes(shifts[kind], kind, measure) for kind in KINDS if kind in shifts]


def of_largest(groups: Mapping[str, pd.DataFrame], measure: Measure) -> list[Panel | None]:
    """Return the measure of the largest group of each column in all regions; see `comparison.groups`."""
    return [_draw_largest(groups[kind], kind, measure) for kind in KINDS if kind in groups]


def _draw(table: pd.DataFrame, column: str, title: str, measure: str) -> Panel | None:
    """Draw years as columns, of which the last is in colour, and regions as bars, the highest first."""
    if of_years(table.index):
        return small_figures.columns(table, column, title=title, measure=measure)
    ordered = table.sort_values(column, ascending=False, kind="stable", na_position="last")
    return small_figures.bars(comparison.named(ordered), column, title=title, measure=measure)


def _with_one_mix(mix: Standardised, measure: Measure) -> Panel | None:
    if mix.rates.empty:
        return None
    table = mix.rates[["standardised"]].rename(columns={"standardised": "rate"})
    if of_years(table.index):
        table = table.sort_index()
    same = text(zh="构成相同时", en="With the same mix")
    title = same if of_years(table.index) else _name_ends(mix, same)
    unit = text(
        zh=f"{measure.label}，按客户类型构成标准化", en=f"{measure.label}, standardised for customer types"
    )
    return _draw(table, "rate", title, unit)


def _name_ends(mix: Standardised, label: str) -> str:
    places = comparison.place_sides(mix)
    return says.headline_places(places, label)


def _highest_grade(grades: pd.DataFrame) -> Panel | None:
    if grades.empty:
        return None
    top = str(grades["group"].iloc[0])
    table = says.by_side(grades, top)
    label = text(zh=f"{language.grade_name(top)}占比", en=f"Share of {language.grade_name(top)}")
    unit = text(zh="占可评级咨询的比例", en="Share of graded consultations")
    return _draw(table, "rate", says.headline_rates(table, label), unit)


def _draw_changes(moved: pd.DataFrame, kind: str, measure: Measure) -> Panel | None:
    if moved.empty:
        return None
    clear = moved["verdict"].isin([HIGHER, LOWER])
    unit = text(
        zh=f"各{term(kind)}{measure.label}的变化，百分点；灰色为不显著",
        en=f"Change by {term(kind).lower()}, points; grey: not significant",
    )
    title = says.headline_shifts(moved, kind, measure)
    return small_figures.changes(moved, "difference", title=title, measure=unit, clear=clear)


def _draw_largest(table: pd.DataFrame, kind: str, measure: Measure) -> Panel | None:
    if table.empty:
        return None
    group = str(table["group"].iloc[0])
    unit = text(
        zh=f"{measure.label}，咨询最多的{term(kind)}", en=f"{measure.label}, largest {term(kind).lower()}"
    )
    mine = says.by_side(table, group)
    return _draw(mine, "rate", says.name_side_group(mine, group, measure.label), unit)


origin.trace_module(globals())
