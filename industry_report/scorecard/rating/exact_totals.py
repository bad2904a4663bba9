"""Totals in whole numbers: 0.4, 0.3, 0.3 become 4, 3, 3 tenths; a composite of 4 is never a hair below 4."""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from ..scorecards import Dimension, Scorecard
from .columns import Whole, prepare, read_block


def to_whole_numbers(scorecard: Scorecard) -> tuple[int, list[int], list[int]]:
    """How many units make 1, what each level counts in units, the least total of every grade but the lowest.

    Weights of 0.4, 0.3 and 0.3 are 4, 3 and 3 tenths; (3, 4, 5) totals 39 of them, and B begins at 30.
    """
    shares = [(one.weight or Fraction(0)) / denominator(one) for one in scorecard.dimensions]
    unit = math.lcm(*(share.denominator for share in shares))
    floors = [
        math.ceil(band.low * unit) if band.low_closed else math.floor(band.low * unit) + 1
        for band in scorecard.bands[1:]
        if band.low is not None
    ]
    return unit, [int(share * unit) for share in shares], floors


def sum_up(levels: Sequence[Whole], weights: Sequence[int]) -> Whole:
    """Total of levels times weights, in units."""
    return np.asarray(sum(map(np.multiply, levels, weights)), dtype=np.int64)


def denominator(dimension: Dimension) -> int:
    """How many parts a level is counted in: 2 where half scores are allowed."""
    return dimension.parts


def find_bands(totals: Whole, floors: Sequence[int]) -> Whole:
    """Place of the band of every total, 0 for the lowest."""
    return np.searchsorted(np.array(floors, dtype=np.int64), totals, "right")


def bound_totals(consultations: pd.DataFrame, scorecard: Scorecard) -> tuple[Whole, Whole]:
    """Least and greatest total of every row, over all levels that a missing one might have."""
    columns = [prepare(consultations, dimension) for dimension in scorecard.dimensions]
    _, weights, _ = to_whole_numbers(scorecard)
    cells = read_block(columns, scorecard.dimensions, slice(None))
    low, high = np.zeros((2, len(consultations)), dtype=np.int64)
    for dimension, cell, weight in zip(scorecard.dimensions, cells, weights, strict=True):
        ends = [int(value * denominator(dimension)) * weight for value in dimension.ends]
        low += np.where(cell.missing, min(ends), cell.levels * weight)
        high += np.where(cell.missing, max(ends), cell.levels * weight)
    return low, high
