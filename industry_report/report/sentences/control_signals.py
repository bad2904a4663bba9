"""Which months of a control chart stand out, and by which rule: beyond a limit, or a run on one side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from ...analysis.control_charts import OUTSIDE, SHIFT
from ...base import language, origin
from ...base.language import listing, text


def name_signals(table: pd.DataFrame, since: str = "") -> str:
    """Name the months beyond the limits and the runs on one side of the average; nothing without any.

    Parameters
    ----------
    table : DataFrame
        See `control_charts.chart`, indexed by month.
    since : str
        Look at signals from this month on, such as ``2025-03``. A run is told from its begin.

    Examples
    --------
    >>> months = [f"2025-{month:02}" for month in range(1, 10)]
    >>> table = chart(pd.Series([5, 3, 4, 2, 5, 3, 9, 4, 3], index=months))  # doctest: +SKIP
    >>> name_signals(table)  # doctest: +SKIP
    '2025年7月超出控制限'
    """
    months = [str(month) for month in table.index]
    late = np.array([month >= since for month in months], dtype=bool)
    beyond = (table["signal"] == OUTSIDE).to_numpy()
    said = []
    if (beyond & late).any():
        spans = listing(_span([month for month, flag in zip(months, beyond & late, strict=True) if flag]))
        said.append(text(zh=f"{spans}超出控制限", en=f"{spans} beyond the limits"))
    shifted = (table["signal"] == SHIFT).to_numpy() & late
    for first, last in _find_runs(table):
        if shifted[first : last + 1].any():
            said.append(_run(months[first : last + 1], table.iloc[first], beyond[first : last + 1].any()))
    return text(zh="；", en="; ").join(said)


def _find_runs(table: pd.DataFrame) -> list[tuple[int, int]]:
    """Return first and last position of each stretch of months on one side of the centre."""
    sides = np.sign(table["value"].to_numpy(float) - table["centre"].to_numpy(float))
    runs, place = [], 0
    for side, alike in groupby(sides):
        length = len(list(alike))
        if side in (-1.0, 1.0):
            runs.append((place, place + length - 1))
        place += length
    return runs


def _run(months: Sequence[str], first: pd.Series, beyond: bool) -> str:
    (span,) = _span(months)
    above = first["value"] > first["centre"]
    inside = "" if beyond else text(zh="（未超出控制限）", en=" (none beyond the limits)")
    return text(
        zh=f"{span}连续{len(months)}个月{'高' if above else '低'}于平均水平{inside}",
        en=f"{span}: {len(months)} months running {'above' if above else 'below'} average{inside}",
    )


def _span(months: Sequence[str]) -> list[str]:
    """Return months in words, those that follow each other as one: 2025年7—12月."""
    spans: list[list[pd.Period]] = []
    for month in (pd.Period(month, "M") for month in months):
        if spans and month == spans[-1][-1] + 1:
            spans[-1].append(month)
        else:
            spans.append([month])
    return [_between(span[0], span[-1]) for span in spans]


def _between(first: pd.Period, last: pd.Period) -> str:
    one, other = (language.month_of_year(month.year, month.month) for month in (first, last))
    if first == last:
        return one
    if first.year == last.year:
        return text(zh=f"{first.year}年{first.month}—{last.month}月", en=f"{one.split()[0]} to {other}")
    return text(zh=f"{one}—{other}", en=f"{one} to {other}")


origin.trace_module(globals())
