"""Checklists: the points of the yeses, with bounds for what is unknown."""

import numpy as np
import pandas as pd

from ..scorecards import Scorecard
from .columns import Bounds, Codes, Float, list_blocks
from .exact_totals import bound_totals, find_bands, to_whole_numbers


def rate_checklist(consultations: pd.DataFrame, scorecard: Scorecard) -> tuple[Float, Codes]:
    """Composite and grade of every record; missing where unknown answers could change the grade."""
    unit, _, floors = to_whole_numbers(scorecard)
    composite = np.empty(len(consultations), dtype=np.float64)
    codes = np.empty(len(consultations), dtype=np.int64)
    for rows in list_blocks(len(consultations)):
        low, high = bound_totals(consultations.iloc[rows], scorecard)
        composite[rows] = np.where(low == high, low / unit, np.nan)
        least, most = find_bands(low, floors), find_bands(high, floors)
        codes[rows] = np.where(least == most, least, -1)
    return composite, codes


def bound_checklist(consultations: pd.DataFrame, scorecard: Scorecard) -> Bounds:
    """Least and greatest grade that records with unknown answers may have."""
    low, high = bound_totals(consultations, scorecard)
    open_ = low < high
    floors = to_whole_numbers(scorecard)[2]
    low, high = find_bands(low[open_], floors), find_bands(high[open_], floors)
    return open_, low, high, np.zeros(len(low), dtype=np.bool_)
