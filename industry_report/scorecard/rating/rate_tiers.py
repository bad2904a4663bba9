"""Tiers: the cell of every row, and which tier holds there."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import conditions
from ..conditions import Axis, Numbers, comparable
from ..scorecards import Scorecard
from .columns import Bounds, Codes, Float, Whole, describe_wrong, list_blocks, read_numbers, read_texts


def rate_tiers(consultations: pd.DataFrame, scorecard: Scorecard) -> tuple[Float, Codes]:
    """Grade of every record; tiers have no composite."""
    axes, tiers = tabulate_tiers(scorecard)
    codes = np.empty(len(consultations), dtype=tiers.dtype)
    for rows in list_blocks(len(consultations)):
        cells = [locate(consultations[axis.column], axis, rows) for axis in axes]
        codes[rows] = tiers[tuple(cells)]
        codes[rows][np.logical_or.reduce([cell < 0 for cell in cells])] = -1
    return np.full(len(consultations), np.nan), codes


def tabulate_tiers(scorecard: Scorecard) -> tuple[tuple[Axis, ...], npt.NDArray[np.int16]]:
    """Grade of every combination of cells, as a place in `grades`; -1 where no tier holds.

    Written from the lowest up, so that of several that hold the highest stays; unordered tiers never do.
    """
    found = [band.condition for band in scorecard.bands if band.condition is not None]
    axes = conditions.list_axes(found)
    tiers = np.full(tuple(axis.size for axis in axes), -1, dtype=np.int16)
    for place, condition in enumerate(found):
        tiers[conditions.hold(condition, axes)] = place
    return axes, tiers


def bound_tiers(consultations: pd.DataFrame, scorecard: Scorecard) -> Bounds:
    """Least and greatest grade that records with missing values may have."""
    axes, tiers = tabulate_tiers(scorecard)
    missing = consultations[list(scorecard.columns)].isna().any(axis=1).to_numpy(dtype=np.bool_)
    cells = [locate(consultations.loc[missing, axis.column], axis) for axis in axes]
    above = len(scorecard.bands)
    lowest = complete(np.where(tiers < 0, above, tiers), cells, np.min)
    return (
        missing,
        np.where(lowest == above, -1, lowest),
        complete(tiers, cells, np.max),
        complete(tiers < 0, cells, np.any),
    )


def locate(column: pd.Series, axis: Axis, rows: slice = slice(None)) -> Whole:
    """Cell of some rows along one column, -1 where the value is missing."""
    if isinstance(axis, Numbers):
        numbers, missing = read_numbers(column.iloc[rows])
        if np.isinf(numbers).any():
            wrong = np.isinf(read_numbers(column)[0])
            raise describe_wrong(column, wrong, "a number", "numbers")
        cells = axis.locate(numbers)
        cells[missing] = -1
        return cells
    places = {comparable(text): place for place, text in enumerate(axis.texts)}
    return read_texts(column.iloc[rows], places, len(axis.texts))


def complete(table: npt.NDArray[Any], cells: Sequence[Whole], join: Callable[..., Any]) -> npt.NDArray[Any]:
    """Look up every row in a table of cells; over the columns that are missing, join what all cells say."""
    found = np.zeros(len(cells[0]), dtype=table.dtype)
    patterns = sum((cell < 0) * (1 << place) for place, cell in enumerate(cells))
    for pattern in np.unique(patterns):
        rows = patterns == pattern
        lost = tuple(place for place in range(len(cells)) if pattern >> place & 1)
        kept = tuple(cell[rows] for place, cell in enumerate(cells) if place not in lost)
        joined = join(table, axis=lost) if lost else table
        found[rows] = joined[kept] if kept else joined
    return found
