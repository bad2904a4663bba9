"""The rating standard: a scorecard and a table of consultations in, the same table with its grades out.

A scorecard is one YAML file; `params/scorecards/consultation.yaml` is the standard, and an institution's own
may be of any of three kinds:

- *Weighted*: columns are brought to levels (as they are, by bins, ranks or points), and the weighted sum of
  the levels falls into a band.
- *Tiers*: the first conditions that hold decide; a record that meets none is undefined.
- *Checklists*: yes, no or unknown; a grade is given only if the unknown answers cannot change it.

Grades are decided in whole numbers, so that a composite of exactly 4 is never a hair below 4. This is the
face, and the whole of the weighted case. Beside it, in `industry_report/scorecard`: `scorecards.py` holds
what a scorecard says, `scorecard_file.py` reads it, `conditions.py` tells what a condition can tell apart,
and `rating/` has exact totals, the reading of columns, tiers and checklists. Nothing else of the package is
known here but `base/own_names`, for columns that are called as tables call theirs.

>>> import pandas as pd
>>> scorecard = load_scorecard("params/scorecards/consultation.yaml")
>>> scorecard.grades
('D', 'C', 'B', 'A')
>>> score(pd.DataFrame({"intent": [3, 5], "clarity": [4, 1], "satisfaction": [5, 1]}), scorecard)
   intent  clarity  satisfaction  composite grade
0       3        4             5        3.9     B
1       5        1             1        2.6     C
"""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from industry_report.base import own_names
from industry_report.scorecard import conditions
from industry_report.scorecard.conditions import Condition
from industry_report.scorecard.rating.columns import (
    Bounds,
    Codes,
    Float,
    ScoreError,
    Truth,
    list_blocks,
    prepare,
    read,
    read_block,
    refuse_wrong,
)
from industry_report.scorecard.rating.exact_totals import (
    bound_totals,
    denominator,
    find_bands,
    sum_up,
    to_whole_numbers,
)
from industry_report.scorecard.rating.rate_checklist import bound_checklist, rate_checklist
from industry_report.scorecard.rating.rate_tiers import (
    bound_tiers,
    complete,
    locate,
    rate_tiers,
    tabulate_tiers,
)
from industry_report.scorecard.scorecard_file import ScorecardError, load_scorecard
from industry_report.scorecard.scorecards import (
    RESULTS,
    Band,
    Dimension,
    FollowUp,
    Scorecard,
    Trigger,
    Wording,
)

__all__ = [
    "Band",
    "Dimension",
    "FollowUp",
    "ScoreError",
    "Scorecard",
    "ScorecardError",
    "Trigger",
    "Wording",
    "cells",
    "combinations",
    "levels",
    "load_scorecard",
    "possible",
    "score",
    "status",
]

STATUSES = ("graded", "undefined", "ungradable")

MOST_COMBINATIONS = 100_000


# --- The face


def score(consultations: pd.DataFrame, scorecard: Scorecard) -> pd.DataFrame:
    """Give every consultation its composite and its grade.

    Parameters
    ----------
    consultations : DataFrame
        One row per consultation, with every column that the scorecard looks at (`scorecard.columns`): numbers
        of any integer, float, nullable, Arrow, categorical or object type, or texts. Other columns and the
        index are kept.
    scorecard : Scorecard
        The standard to rate by.

    Returns
    -------
    DataFrame
        The columns that came and two more; the input is left as it was.

        - `composite`, float64: the double nearest to the exact weighted sum. Always missing for tiers, which
          have none, and for a checklist with an unknown answer.
        - `grade`, ordered categorical, lowest grade first.

        Where something that the scorecard needs is missing, the consultation is *ungradable*; where no tier
        holds, it is *undefined*. The grade is missing in both cases; `status` tells them apart.

    Raises
    ------
    ScoreError
        A column is absent or doubled, `composite` or `grade` is already there, or a value is not allowed.
    """
    _check_columns(consultations, scorecard, RESULTS)
    composite, codes = _RATE[scorecard.kind](consultations, scorecard)
    grade = pd.Categorical.from_codes(codes, list(scorecard.grades), ordered=True)
    # A Series that shares the table's index is taken over as it is; a bare array would be copied.
    index = consultations.index
    return consultations.assign(
        composite=pd.Series(composite, index=index, copy=False),
        grade=pd.Series(grade, index=index, copy=False),
    )


def levels(consultations: pd.DataFrame, scorecard: Scorecard) -> pd.DataFrame:
    """Bring every column that the scorecard rates by to its level.

    Returns
    -------
    DataFrame
        The dimensions' columns: nullable whole numbers (Float64 where a dimension has steps between whole
        levels), missing where the value is; 0 and 1 for the answers of a checklist. No columns for tiers.

    Raises
    ------
    ScoreError
        As in `score`.
    """
    consultations = own_names.bring_back(consultations, scorecard.columns)
    _check_columns(consultations, scorecard)
    found: dict[str, Any] = {}
    for dimension in scorecard.dimensions if scorecard.kind != "tiers" else ():
        column = prepare(consultations, dimension)
        cells = refuse_wrong([read(column, dimension)], [column], [dimension])[0]
        whole = pd.array(cells.levels, dtype="Int64")
        whole[cells.missing] = pd.NA
        parts = denominator(dimension)
        found[dimension.column] = whole.astype("Int32") if parts == 1 else whole / parts
    return pd.DataFrame(found, index=consultations.index)


def status(scored: pd.DataFrame, scorecard: Scorecard) -> pd.Series:
    """Tell of every scored consultation whether it is graded, undefined 未定义 or ungradable 不可评级.

    Returns
    -------
    Series
        Categorical: graded, undefined (all that is needed is there, and no tier holds), ungradable.
    """
    missing = scored[list(scorecard.columns)].isna().any(axis=1).to_numpy()
    # Only tiers leave combinations without a grade; the bands of the other kinds hold every total.
    codes = np.where(missing | (scorecard.kind != "tiers"), 2, 1)
    codes[scored["grade"].notna().to_numpy()] = 0
    return pd.Series(pd.Categorical.from_codes(codes, list(STATUSES)), index=scored.index, name="status")


def possible(consultations: pd.DataFrame, scorecard: Scorecard) -> pd.DataFrame:
    """List the grades that remain possible for consultations with something missing or unknown.

    Returns
    -------
    DataFrame
        A row per consultation in which something that the scorecard needs is missing, with the index that it
        had: `lowest` and `highest` (ordered categoricals) of the grades that some completion gives, and
        `undefined`, whether some completion meets no tier.

    Raises
    ------
    ScoreError
        As in `score`.
    """
    _check_columns(consultations, scorecard)
    chosen, lowest, highest, undefined = _BOUND[scorecard.kind](consultations, scorecard)
    names = list(scorecard.grades)
    return pd.DataFrame(
        {
            "lowest": pd.Categorical.from_codes(lowest, names, ordered=True),
            "highest": pd.Categorical.from_codes(highest, names, ordered=True),
            "undefined": undefined,
        },
        index=consultations.index[chosen],
    )


def combinations(scorecard: Scorecard) -> pd.DataFrame:
    """List every combination of levels with its composite and grade.

    Returns
    -------
    DataFrame
        A column of levels per dimension, composite, grade; the gate of a weighted scorecard is taken not to
        hold. No rows for tiers, and for scorecards of more than 100,000 combinations.
    """
    count = math.prod(
        dimension.count if dimension.weight is not None else 0 for dimension in scorecard.dimensions
    )
    values = (
        [dimension.values for dimension in scorecard.dimensions] if 0 < count <= MOST_COMBINATIONS else []
    )
    rows = list(itertools.product(*values)) if values else []
    is_whole = all(dimension.parts == 1 for dimension in scorecard.dimensions)
    numbers = np.array(rows, dtype=np.float64).reshape(len(rows), len(scorecard.dimensions))
    table = pd.DataFrame(numbers, columns=[dimension.column for dimension in scorecard.dimensions])
    table = table.astype(np.int64) if is_whole else table
    unit, weights, floors = to_whole_numbers(scorecard)
    parts = [denominator(dimension) for dimension in scorecard.dimensions]
    cells = [
        np.rint(table[d.column] * part).to_numpy(dtype=np.int64)
        for d, part in zip(scorecard.dimensions, parts, strict=True)
    ]
    totals = sum_up(cells, weights) if cells else np.zeros(0, dtype=np.int64)
    grade = pd.Categorical.from_codes(find_bands(totals, floors), list(scorecard.grades), ordered=True)
    return table.assign(composite=totals / unit, grade=grade)


def cells(scorecard: Scorecard, language: str = "zh") -> pd.DataFrame:
    """List every combination of conditions that tiers can tell apart, with its grade.

    Returns
    -------
    DataFrame
        A column per input that words its numbers or texts, and `grade`, missing where no tier holds. No rows
        for other kinds.
    """
    if scorecard.kind != "tiers":
        return pd.DataFrame({"grade": pd.Categorical([], list(scorecard.grades), ordered=True)})
    axes, tiers = tabulate_tiers(scorecard)
    merged, names = conditions.merge(tiers, axes)
    worded = [[name[language] for name in axis] for axis in names]
    table = pd.DataFrame(list(itertools.product(*worded)), columns=[axis.column for axis in axes])
    grade = pd.Categorical.from_codes(merged.ravel(), list(scorecard.grades), ordered=True)
    return table.assign(grade=grade)


def _check_columns(consultations: pd.DataFrame, scorecard: Scorecard, added: Sequence[str] = ()) -> None:
    names = list(consultations.columns)
    faults = [
        ScoreError(
            f"column {name}",
            f"the table already has a column {name}.",
            f"Rename it, for example to {name}_supplied, to compare them.",
        )
        for name in added
        if name in names
    ]
    for column in scorecard.columns:
        if column not in names:
            found = ", ".join(map(str, names)) or "none"
            remedy = f"Rename or add it; the columns found are: {found}."
            faults.append(ScoreError(f"column {column}", "is missing.", remedy))
        elif names.count(column) > 1:
            problem = f"is there {names.count(column)} times."
            faults.append(ScoreError(f"column {column}", problem, "Keep one of them."))
    if faults:
        raise ScoreError.join(faults)


# --- The weighted case: levels times weights, in whole numbers


def _rate_weighted(consultations: pd.DataFrame, scorecard: Scorecard) -> tuple[Float, Codes]:
    """Composite of every row, and its grade as a place in `grades`; NaN and -1 where ungradable."""
    columns = [prepare(consultations, dimension) for dimension in scorecard.dimensions]
    unit, weights, floors = to_whole_numbers(scorecard)
    composite = np.empty(len(consultations), dtype=np.float64)
    codes = np.zeros(len(consultations), dtype=np.min_scalar_type(-len(scorecard.bands)))
    for rows in list_blocks(len(consultations)):
        cells = read_block(columns, scorecard.dimensions, rows)
        missing = np.logical_or.reduce([cell.missing for cell in cells])
        total = sum_up([cell.levels for cell in cells], weights)
        if scorecard.zero_when:
            holds, _, unsure = _look_at_gate(consultations, scorecard.zero_when, rows)
            total[holds] = 0
            missing |= unsure
        # Both are whole and below 2**53: one IEEE division gives the double nearest to the exact quotient.
        np.divide(total, unit, out=composite[rows])
        for floor in floors:
            codes[rows] += total >= floor
        composite[rows][missing] = np.nan
        codes[rows][missing] = -1
    return composite, codes


def _look_at_gate(
    consultations: pd.DataFrame, gate: Condition, rows: slice = slice(None)
) -> tuple[Truth, Truth, Truth]:
    """Where the condition surely holds, where it may hold, and where what it asks for is missing."""
    axes = conditions.list_axes([gate])
    cells = [locate(consultations[axis.column], axis, rows) for axis in axes]
    truth = conditions.hold(gate, axes)
    missing = np.logical_or.reduce([cell < 0 for cell in cells])
    return complete(truth, cells, np.all), complete(truth, cells, np.any), missing


def _bound_weighted(consultations: pd.DataFrame, scorecard: Scorecard) -> Bounds:
    """Rows with something needed missing, and the places of the least and greatest grade they can have."""
    missing = consultations[list(scorecard.needed)].isna().any(axis=1).to_numpy(dtype=np.bool_)
    low, high = bound_totals(consultations, scorecard)
    low, high = low[missing], high[missing]
    if scorecard.zero_when:
        certain, maybe, _ = _look_at_gate(consultations[missing], scorecard.zero_when)
        low, high = np.where(maybe, np.minimum(low, 0), low), np.where(maybe, np.maximum(high, 0), high)
        low[certain] = high[certain] = 0
    floors = to_whole_numbers(scorecard)[2]
    return missing, find_bands(low, floors), find_bands(high, floors), np.zeros(len(low), dtype=np.bool_)


_RATE = {"weighted": _rate_weighted, "tiers": rate_tiers, "checklist": rate_checklist}

_BOUND = {"weighted": _bound_weighted, "tiers": bound_tiers, "checklist": bound_checklist}
