"""What a public edition refuses to show: a table, a number or a figure that did not come from the gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from ..base import language, origin, table_metadata
from ..base.errors import InputError


def check_words(place: str, *words: str) -> None:
    """Refuse a text with a number that did not come from the gate.

    Raises
    ------
    InputError
        Names the number and says how to publish it.
    """
    if not origin.is_watching():
        return
    for text_given in words:
        if unknown := origin.find_unreleased(str(text_given)):
            problem = f"the number {unknown[0]} in “{text_given}” did not come from the gate."
            remedy = (
                "In a public edition take it from a table of publication.publish with number(table, row, "
                "column), from a sentence of report.sentences, or make the edition internal."
            )
            raise InputError(place, problem, remedy)


def check_table(place: str, table: pd.DataFrame | None) -> None:
    """Refuse a table that did not come from the gate.

    Raises
    ------
    InputError
        Says how to publish it.
    """
    if not origin.is_watching() or table is None or origin.is_released(table):
        return
    foreign = origin.find_foreign(table) if table_metadata.fact(table, "released") else None
    problem = (
        f"column {foreign[0]!r}, row {foreign[1]!r} holds a number that did not come from the gate."
        if foreign
        else f"a table with the columns {', '.join(map(str, table.columns[:6]))} did not come from the gate."
    )
    remedy = (
        "In a public edition show tables of publication.publish, and what functions of the package make of "
        "them; rows and counts of your own belong into an internal edition."
    )
    raise InputError(place, problem, remedy)


def number(table: pd.DataFrame | pd.Series, *place: Any, like: str = "") -> str:
    """Print a number of a released table for use in a sentence of your own.

    Parameters
    ----------
    table : DataFrame or Series
        From `publication.publish`.
    *place : label
        Row and column of a DataFrame, the label of a Series.
    like : str, optional
        Column of the vocabulary that it prints like; by default its own.

    Examples
    --------
    >>> say(f"官网带来{number(by_source, '官网', 'consultations')}条咨询。")  # doctest: +SKIP
    """
    value = table.loc[place] if len(place) > 1 else table[place[0]]
    printed = language.protected() if pd.isna(value) else language.formatted(value, like or str(place[-1]))
    return origin.release(printed) if origin.is_released(table) else printed


def check_figure(figure: Figure) -> None:
    """Refuse a figure that was not drawn from released tables alone.

    Raises
    ------
    InputError
        Says how to draw it.
    """
    if not origin.is_watching() or getattr(figure, "released", False):
        return
    problem = "the figure was drawn from numbers that need not have come from the gate."
    remedy = (
        "In a public edition draw with figures or panels, or with draw(function, …) from tables of "
        "publication.publish."
    )
    raise InputError("show", problem, remedy)


def draw(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Call a function that draws, such as seaborn's; the figure may be shown if all it got was released.

    Examples
    --------
    >>> axes = draw(sns.barplot, by_source.reset_index(), x="consultations", y="source")  # doctest: +SKIP
    """
    drawn = function(*arguments, **options)
    if origin.is_released([arguments, options]):
        drawn.figure.released = True
    return drawn
