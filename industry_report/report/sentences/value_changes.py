"""How the sums of a year changed on the year before, in a sentence and on the cover."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...base import language, origin
from ...base.language import text
from .changes import NOTICEABLE
from .wording import percent


def sales_label() -> str:
    """Return what the cover calls the year's sales."""
    return text(zh="净销售额（扣除退款）", en="Net sales (after refunds)")


def contribution_label() -> str:
    """Return what the cover calls the year's contribution."""
    return text(zh="全年贡献利润", en="Contribution")


def growth(total: pd.Series, before: pd.Series | None, column: str) -> float:
    """Return the relative change of a sum.

    Parameters
    ----------
    total, before : Series
        Sums of this year and of the one before; empty or None where there is none to compare with.

    Returns
    -------
    float
        nan where one of them is unknown or withheld, or there was no gain before.
    """
    then = np.nan if before is None else before.get(column, np.nan)
    return float(total[column] / then - 1) if then > 0 else np.nan


def moved(change: float, earlier: int) -> str:
    """Tell a change within a sentence; nothing where none is known."""
    if pd.isna(change):
        return ""
    if abs(change) < NOTICEABLE:
        return text(zh="，与上年持平", en=f", as in {earlier}")
    word = text(zh="增长" if change > 0 else "下降", en="up" if change > 0 else "down")
    return text(
        zh=f"，比上年{word}{percent(abs(change))}", en=f", {word} {percent(abs(change))} on {earlier}"
    )


def changes(figures: Sequence[tuple[str, str]], total: pd.Series, before: pd.Series) -> list[str]:
    """Return what stands under each of `value.key_figures`; nothing under what all years add up to."""
    by_label = {sales_label(): "sales", contribution_label(): "contribution"}
    return [_under(total, before, by_label[label]) if label in by_label else "" for label, _ in figures]


def _under(total: pd.Series, before: pd.Series, column: str) -> str:
    if before.empty:
        return text(zh="上年无可比数据", en="no year before to compare with")
    change = growth(total, before, column)
    if pd.isna(change):
        return ""
    if abs(change) < NOTICEABLE:
        return text(zh="与上年持平", en="as in the year before")
    shown = language.formatted(change, "growth")
    return text(zh=f"比上年{shown}", en=f"{shown} on the year before")


origin.trace_module(globals())
