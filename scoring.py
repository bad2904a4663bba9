"""The rating standard: a scorecard and a table of consultations in, the same table with its grades out.

A scorecard is one YAML file; `params/scorecards/consultation.yaml` is the standard, and an institution's own
may be of any of three kinds. Each has its section below:

- *Weighted*: columns are brought to levels (as they are, by bins, ranks or points), and the weighted sum of
  the levels falls into a band.
- *Tiers*: the first conditions that hold decide; a record that meets none is undefined.
- *Checklists*: yes, no or unknown; a grade is given only if the unknown answers cannot change it.

Grades are decided in whole numbers, so that a composite of exactly 4 is never a hair below 4. In
`industry_report/scorecard`, `scorecards.py` holds what a scorecard says, `grammar.py` how its file is read,
`conditions.py` what a condition can tell apart. They know nothing of tables, and this module knows nothing
else of the package: one pleasant file could not hold the grammar of three kinds beside their arithmetic.

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from industry_report.base.errors import InputError, shown
from industry_report.scorecard import conditions
from industry_report.scorecard.conditions import Axis, Condition, Numbers, fold
from industry_report.scorecard.grammar import ScorecardError, load_scorecard
from industry_report.scorecard.scorecards import (
    RESULTS,
    Answers,
    Band,
    Bins,
    Dimension,
    FollowUp,
    Levels,
    Points,
    Ranks,
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

_Whole = npt.NDArray[np.int64]
_Float = npt.NDArray[np.float64]
_Truth = npt.NDArray[np.bool_]
_Codes = npt.NDArray[np.signedinteger[Any]]
_Bounds = tuple[_Truth, _Codes, _Codes, _Truth]  # rows looked at; their least and greatest grade; undefined

STATUSES = ("graded", "undefined", "ungradable")
MOST_COMBINATIONS = 100_000
_BLOCK = 1 << 17  # rows at a time: the working arrays stay small, whatever the table's size
_SHOWN = 12  # allowed values that a message lists


class ScoreError(InputError, ValueError):
    """A table cannot be scored. One line per faulty column: what came, what is allowed, what to do."""


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
    _check_columns(consultations, scorecard)
    found: dict[str, Any] = {}
    for dimension in scorecard.dimensions if scorecard.kind != "tiers" else ():
        column = _prepare(consultations, dimension)
        cells = _refuse_wrong([_read(column, dimension)], [column], [dimension])[0]
        whole = pd.array(cells.levels, dtype="Int64")
        whole[cells.missing] = pd.NA
        parts = _denominator(dimension)
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
    values = [dimension.values for dimension in scorecard.dimensions]
    count = math.prod(map(len, values))
    rows = list(itertools.product(*values)) if 0 < count <= MOST_COMBINATIONS else []
    is_whole = all(value.denominator == 1 for one in values for value in one)
    numbers = np.array(rows, dtype=np.float64).reshape(len(rows), len(values))
    table = pd.DataFrame(numbers, columns=[dimension.column for dimension in scorecard.dimensions])
    table = table.astype(np.int64) if is_whole else table
    unit, weights, floors = _to_whole_numbers(scorecard)
    parts = [_denominator(dimension) for dimension in scorecard.dimensions]
    cells = [
        (table[d.column] * part).to_numpy(dtype=np.int64)
        for d, part in zip(scorecard.dimensions, parts, strict=True)
    ]
    totals = _sum_up(cells, weights) if cells else np.zeros(0, dtype=np.int64)
    grade = pd.Categorical.from_codes(_find_bands(totals, floors), list(scorecard.grades), ordered=True)
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
    axes, tiers = _tabulate_tiers(scorecard)
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


# --- Weighted: levels times weights, in whole numbers


def _rate_weighted(consultations: pd.DataFrame, scorecard: Scorecard) -> tuple[_Float, _Codes]:
    """Composite of every row, and its grade as a place in `grades`; NaN and -1 where ungradable."""
    columns = [_prepare(consultations, dimension) for dimension in scorecard.dimensions]
    unit, weights, floors = _to_whole_numbers(scorecard)
    composite = np.empty(len(consultations), dtype=np.float64)
    codes = np.zeros(len(consultations), dtype=np.min_scalar_type(-len(scorecard.bands)))
    for start in range(0, len(consultations), _BLOCK):
        rows = slice(start, start + _BLOCK)
        cells = _read_block(columns, scorecard.dimensions, rows)
        missing = np.logical_or.reduce([cell.missing for cell in cells])
        total = _sum_up([cell.levels for cell in cells], weights)
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


def _to_whole_numbers(scorecard: Scorecard) -> tuple[int, list[int], list[int]]:
    """How many units make 1, what each level counts in units, the least total of every grade but the lowest.

    Weights of 0.4, 0.3 and 0.3 are 4, 3 and 3 tenths; (3, 4, 5) totals 39 of them, and B begins at 30.
    """
    shares = [(one.weight or Fraction(0)) / _denominator(one) for one in scorecard.dimensions]
    unit = math.lcm(*(share.denominator for share in shares))
    floors = [
        math.ceil(band.low * unit) if band.low_closed else math.floor(band.low * unit) + 1
        for band in scorecard.bands[1:]
        if band.low is not None
    ]
    return unit, [int(share * unit) for share in shares], floors


def _sum_up(levels: Sequence[_Whole], weights: Sequence[int]) -> _Whole:
    return np.asarray(sum(map(np.multiply, levels, weights)), dtype=np.int64)


def _denominator(dimension: Dimension) -> int:
    """How many parts a level is counted in: 2 where half scores are allowed."""
    return math.lcm(*(value.denominator for value in dimension.values))


def _find_bands(totals: _Whole, floors: Sequence[int]) -> _Whole:
    return np.searchsorted(np.array(floors, dtype=np.int64), totals, "right")


def _look_at_gate(
    consultations: pd.DataFrame, gate: Condition, rows: slice = slice(None)
) -> tuple[_Truth, _Truth, _Truth]:
    """Where the condition surely holds, where it may hold, and where what it asks for is missing."""
    axes = conditions.list_axes([gate])
    cells = [_locate(consultations[axis.column], axis, rows) for axis in axes]
    truth = conditions.hold(gate, axes)
    missing = np.logical_or.reduce([cell < 0 for cell in cells])
    return _complete(truth, cells, np.all), _complete(truth, cells, np.any), missing


def _bound_weighted(consultations: pd.DataFrame, scorecard: Scorecard) -> _Bounds:
    """Rows with something missing, and the places of the least and the greatest grade that they can have."""
    missing = consultations[list(scorecard.columns)].isna().any(axis=1).to_numpy(dtype=np.bool_)
    low, high = _bound_totals(consultations, scorecard)
    low, high = low[missing], high[missing]
    if scorecard.zero_when:
        certain, maybe, _ = _look_at_gate(consultations[missing], scorecard.zero_when)
        low, high = np.where(maybe, np.minimum(low, 0), low), np.where(maybe, np.maximum(high, 0), high)
        low[certain] = high[certain] = 0
    floors = _to_whole_numbers(scorecard)[2]
    return missing, _find_bands(low, floors), _find_bands(high, floors), np.zeros(len(low), dtype=np.bool_)


def _bound_totals(consultations: pd.DataFrame, scorecard: Scorecard) -> tuple[_Whole, _Whole]:
    """Least and greatest total of every row, over all levels that a missing one might have."""
    columns = [_prepare(consultations, dimension) for dimension in scorecard.dimensions]
    _, weights, _ = _to_whole_numbers(scorecard)
    cells = _read_block(columns, scorecard.dimensions, slice(None))
    low, high = np.zeros((2, len(consultations)), dtype=np.int64)
    for dimension, cell, weight in zip(scorecard.dimensions, cells, weights, strict=True):
        ends = [
            int(value * _denominator(dimension)) * weight
            for value in (dimension.values[0], dimension.values[-1])
        ]
        low += np.where(cell.missing, min(ends), cell.levels * weight)
        high += np.where(cell.missing, max(ends), cell.levels * weight)
    return low, high


# --- Tiers: the cell of every row, and which tier holds there


def _rate_tiers(consultations: pd.DataFrame, scorecard: Scorecard) -> tuple[_Float, _Codes]:
    axes, tiers = _tabulate_tiers(scorecard)
    codes = np.empty(len(consultations), dtype=tiers.dtype)
    for start in range(0, len(consultations), _BLOCK):
        rows = slice(start, start + _BLOCK)
        cells = [_locate(consultations[axis.column], axis, rows) for axis in axes]
        codes[rows] = tiers[tuple(cells)]
        codes[rows][np.logical_or.reduce([cell < 0 for cell in cells])] = -1
    return np.full(len(consultations), np.nan), codes


def _tabulate_tiers(scorecard: Scorecard) -> tuple[tuple[Axis, ...], npt.NDArray[np.int16]]:
    """Grade of every combination of cells, as a place in `grades`; -1 where no tier holds.

    Written from the lowest up, so that of several that hold the highest stays; unordered tiers never do.
    """
    found = [band.condition for band in scorecard.bands if band.condition is not None]
    axes = conditions.list_axes(found)
    tiers = np.full(tuple(axis.size for axis in axes), -1, dtype=np.int16)
    for place, condition in enumerate(found):
        tiers[conditions.hold(condition, axes)] = place
    return axes, tiers


def _bound_tiers(consultations: pd.DataFrame, scorecard: Scorecard) -> _Bounds:
    axes, tiers = _tabulate_tiers(scorecard)
    missing = consultations[list(scorecard.columns)].isna().any(axis=1).to_numpy(dtype=np.bool_)
    cells = [_locate(consultations.loc[missing, axis.column], axis) for axis in axes]
    above = len(scorecard.bands)
    lowest = _complete(np.where(tiers < 0, above, tiers), cells, np.min)
    return (
        missing,
        np.where(lowest == above, -1, lowest),
        _complete(tiers, cells, np.max),
        _complete(tiers < 0, cells, np.any),
    )


def _locate(column: pd.Series, axis: Axis, rows: slice = slice(None)) -> _Whole:
    """Cell of some rows along one column, -1 where the value is missing."""
    if isinstance(axis, Numbers):
        numbers, missing = _read_numbers(column.iloc[rows])
        if np.isinf(numbers).any():
            wrong = np.isinf(_read_numbers(column)[0])
            raise _describe_wrong(column, wrong, "a number", "numbers")
        cells = axis.locate(numbers)
        cells[missing] = -1
        return cells
    places = {fold(text): place for place, text in enumerate(axis.texts)}
    return _read_texts(column.iloc[rows], places, len(axis.texts))


def _complete(table: npt.NDArray[Any], cells: Sequence[_Whole], join: Callable[..., Any]) -> npt.NDArray[Any]:
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


# --- Checklists: the points of the yeses, with bounds for what is unknown


def _rate_checklist(consultations: pd.DataFrame, scorecard: Scorecard) -> tuple[_Float, _Codes]:
    unit, _, floors = _to_whole_numbers(scorecard)
    composite = np.empty(len(consultations), dtype=np.float64)
    codes = np.empty(len(consultations), dtype=np.int64)
    for start in range(0, len(consultations), _BLOCK):
        rows = slice(start, start + _BLOCK)
        low, high = _bound_totals(consultations.iloc[rows], scorecard)
        composite[rows] = np.where(low == high, low / unit, np.nan)
        least, most = _find_bands(low, floors), _find_bands(high, floors)
        codes[rows] = np.where(least == most, least, -1)
    return composite, codes


def _bound_checklist(consultations: pd.DataFrame, scorecard: Scorecard) -> _Bounds:
    low, high = _bound_totals(consultations, scorecard)
    open_ = low < high
    floors = _to_whole_numbers(scorecard)[2]
    low, high = _find_bands(low[open_], floors), _find_bands(high[open_], floors)
    return open_, low, high, np.zeros(len(low), dtype=np.bool_)


_RATE = {"weighted": _rate_weighted, "tiers": _rate_tiers, "checklist": _rate_checklist}
_BOUND = {"weighted": _bound_weighted, "tiers": _bound_tiers, "checklist": _bound_checklist}


# --- Reading a column: levels, bins, ranks, points, answers


class _Cells(NamedTuple):
    """Levels of a column in whole parts, where they are missing, and where the value is not allowed."""

    levels: _Whole
    missing: _Truth
    wrong: _Truth


def _prepare(consultations: pd.DataFrame, dimension: Dimension) -> pd.Series:
    """Column of a dimension; ranks are taken over the whole table before it is read in blocks."""
    column = consultations[dimension.column]
    if not isinstance(dimension.reading, Ranks):
        return column
    within = dimension.reading.within
    return _rank(column, consultations[within] if within else None, dimension.reading)


def _read_block(columns: list[pd.Series], dimensions: Sequence[Dimension], rows: slice) -> list[_Cells]:
    cells = [
        _read(column.iloc[rows], dimension) for column, dimension in zip(columns, dimensions, strict=True)
    ]
    return _refuse_wrong(cells, columns, dimensions)


def _refuse_wrong(
    cells: list[_Cells], columns: list[pd.Series], dimensions: Sequence[Dimension]
) -> list[_Cells]:
    """Give the cells back if none is wrong; else look through the whole columns, to name every fault."""
    if any(cell.wrong.any() for cell in cells):
        pairs = list(zip(columns, dimensions, strict=True))
        raise ScoreError.join(list(_list_wrong(pairs)))
    return cells


def _list_wrong(pairs: list[tuple[pd.Series, Dimension]]) -> Iterator[ScoreError]:
    for column, dimension in pairs:
        wrong = _read(column, dimension).wrong
        if wrong.any():
            yield _describe_wrong(column, wrong, *_word_allowed(dimension))


def _word_allowed(dimension: Dimension) -> tuple[str, str]:
    """Word what a value of the dimension is, and which are allowed."""
    match dimension.reading:
        case Levels():
            values = [f"{float(value):g}" for value in dimension.values]
            told = values if len(values) <= _SHOWN else [*values[: _SHOWN - 2], "…", values[-1]]
            return "a score", f"the numbers {', '.join(told)}"
        case Points(texts=texts):
            named = [text for group in texts for text in group]
            return "a text of the scorecard", ", ".join(named[:_SHOWN]) + (
                ", …" if len(named) > _SHOWN else ""
            )
        case Answers(yes=yes, no=no, unknown=unknown):
            return "an answer", f"{', '.join(yes)}; {', '.join(no)}; {', '.join(filter(None, unknown))}"
    return "a number", "numbers"


def _describe_wrong(column: pd.Series, wrong: _Truth, noun: str, allowed: str) -> ScoreError:
    places = np.flatnonzero(wrong)
    first = column.iloc[places[:1]]
    [label], [value] = first.index.tolist(), first.tolist()
    more = f" (the first of {len(places):,} such values)" if len(places) > 1 else ""
    problem = f"{shown(value)} is not {noun}{more}. Allowed are {allowed} and missing values."
    thing = f"column {column.name}, index {label!r}"
    return ScoreError(thing, problem, "Correct the value or leave it empty.")


def _read(column: pd.Series, dimension: Dimension) -> _Cells:
    match dimension.reading:
        case Bins() as bins:
            return _read_bins(column, bins)
        case Points() as points:
            return _read_points(column, points)
        case Answers() as answers:
            return _read_answers(column, answers)
    return _read_levels(column, dimension.values)


def _read_levels(column: pd.Series, allowed: Sequence[Fraction]) -> _Cells:
    """Take levels as they are. Plain integers, the common case of a large table, are never copied."""
    parts = math.lcm(*(value.denominator for value in allowed))
    least, greatest = allowed[0], allowed[-1]
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu" and parts == 1:
        found, none = column.to_numpy(), np.zeros(len(column), dtype=np.bool_)
        is_dense = greatest - least == len(allowed) - 1
        if not len(found) or (is_dense and found.min() >= least and found.max() <= greatest):
            return _Cells(found.astype(np.int64, copy=False), none, none)
    numbers, missing = _read_numbers(column)
    doubles = np.array(list(map(float, allowed)))
    # A missing number is beyond all levels for the search; it takes the last one and is then marked missing.
    places = np.minimum(np.searchsorted(doubles, numbers), len(allowed) - 1)
    whole = np.array([int(value * parts) for value in allowed], dtype=np.int64)
    return _Cells(whole[places], missing, ~missing & (doubles[places] != numbers))


def _read_bins(column: pd.Series, bins: Bins) -> _Cells:
    """Level of the bin of every number, found among the starts of the bins.

    A start that is left out, "(50000", is taken in by the next greater double, so that one search serves all.
    """
    numbers, missing = _read_numbers(column)
    starts = [
        float(one.low) if one.low_closed else np.nextafter(float(one.low), np.inf)
        for one in bins.intervals[1:]
    ]
    places = np.searchsorted(np.array(starts), numbers, "right")
    places[missing] = 0
    return _Cells(np.array(bins.levels, dtype=np.int64)[places], missing, np.isinf(numbers))


def _rank(column: pd.Series, group: pd.Series | None, ranks: Ranks) -> pd.Series:
    """Part of every number by its rank in its group, as whole numbers; missing where number or group is."""
    numbers, missing = _read_numbers(column)
    if (wrong := np.isinf(numbers)).any():
        raise _describe_wrong(column, wrong, "a number", "numbers")
    codes = np.zeros(len(column), dtype=np.intp) if group is None else pd.factorize(group)[0]
    there = ~missing & (codes >= 0)
    ordered = pd.Series(-numbers[there] if ranks.descending else numbers[there]).groupby(codes[there])
    # Twice the rank is whole also in the middle of ties, and so is all that follows.
    twice = (
        ordered.rank("min") + ordered.rank("max")
        if ranks.ties == "middle"
        else 2 * ordered.rank(_TIES[ranks.ties])
    )
    whole, sizes = twice.to_numpy(dtype=np.int64), ordered.transform("size").to_numpy(dtype=np.int64)
    found = pd.array(np.zeros(len(column), dtype=np.int16), dtype="Int16")
    found[there] = -(-whole * ranks.parts // (2 * sizes))  # rounded up
    found[~there] = pd.NA
    return pd.Series(found, index=column.index, name=column.name)


_TIES: Mapping[str, Any] = {"lowest": "min", "highest": "max"}


def _read_points(column: pd.Series, points: Points) -> _Cells:
    places = {fold(text): place for place, group in enumerate(points.texts) for text in group}
    other = len(points.texts)
    codes = _read_texts(column, places, other)
    earned = np.array([*points.points, points.otherwise or 0, 0], dtype=np.int64)  # missing is the last
    wrong = (codes == other) & (points.otherwise is None)
    return _Cells(earned[codes], codes < 0, wrong)


def _read_answers(column: pd.Series, answers: Answers) -> _Cells:
    """1 for yes and 0 for no; unknown is missing, as an empty cell is."""
    texts = {0: answers.no, 1: answers.yes, 2: answers.unknown}
    codes = _read_texts(column, {fold(text): code for code, group in texts.items() for text in group}, 3)
    return _Cells((codes == 1).astype(np.int64), (codes < 0) | (codes == 2), codes == 3)


def _read_texts(column: pd.Series, places: Mapping[str, int], other: int) -> _Whole:
    """Place of every text, `other` for one that is not named, -1 where it is missing; each is judged once."""
    if column.dtype == object:
        column = column.map(fold, na_action="ignore")  # a list in a cell has no hash to be told apart by
    codes, distinct = pd.factorize(column)
    found = np.array([*(places.get(fold(text), other) for text in distinct), -1], dtype=np.int64)
    return found[codes]


def _read_numbers(column: pd.Series) -> tuple[_Float, _Truth]:
    """Numbers as doubles and where they are missing (NaN); what is no finite number is infinite."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        numbers = np.array([*map(_read_number, column.cat.categories), np.nan])
        numbers = numbers[column.cat.codes.to_numpy()]  # missing has code -1: the last, NaN
        return numbers, np.isnan(numbers)
    if pd.api.types.is_integer_dtype(column.dtype) or pd.api.types.is_float_dtype(column.dtype):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        if getattr(column.dtype, "itemsize", 8) < 8 and pd.api.types.is_float_dtype(column.dtype):
            # 0.3 in single precision is meant as 0.3; widened it would be 0.30000001192092896.
            numbers = numbers.astype(np.float32).astype(str).astype(np.float64)
    else:
        missing = column.isna().to_numpy(dtype=np.bool_)
        pairs = zip(column, missing, strict=True)
        numbers = np.array(
            [math.nan if gone else _read_number(value) for value, gone in pairs], dtype=np.float64
        )
    return numbers, np.isnan(numbers)


def _read_number(value: Any) -> float:
    """Take the number in one cell, else infinity. Text and truth values are none, not even "5" and True."""
    is_number = isinstance(value, int | float | Decimal | np.integer | np.floating) and not isinstance(
        value, bool
    )
    try:
        return float(value) if is_number else math.inf
    except OverflowError:
        return math.inf
