"""Read a column of a table as a scorecard means it: levels, bins, ranks, shares, numbers, points, answers."""

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...base.errors import InputError, shown
from ..conditions import comparable
from ..scorecards import Answers, Bins, Cumulative, Dimension, Levels, Linear, Points, Ranks
from .cumulative_shares import share_out

Whole = npt.NDArray[np.int64]

Float = npt.NDArray[np.float64]

Truth = npt.NDArray[np.bool_]

Codes = npt.NDArray[np.signedinteger[Any]]

Bounds = tuple[Truth, Codes, Codes, Truth]  # rows looked at; their least and greatest grade; undefined

BLOCK_ROWS = 1 << 17  # rows at a time: the working arrays stay small, whatever the table's size

_SHOWN = 12  # allowed values that a message lists


class ScoreError(InputError, ValueError):
    """A table cannot be scored. One line per faulty column: what came, what is allowed, what to do."""


def list_blocks(rows: int) -> Iterator[slice]:
    """Yield the rows of a table block by block, in order."""
    for start in range(0, rows, BLOCK_ROWS):
        yield slice(start, start + BLOCK_ROWS)


class Cells(NamedTuple):
    """Levels of a column in whole parts, where they are missing, and where the value is not allowed."""

    levels: Whole
    missing: Truth
    wrong: Truth


def prepare(consultations: pd.DataFrame, dimension: Dimension) -> pd.Series:
    """Column of a dimension; what depends on the whole table is found before it is read in blocks."""
    column, reading = consultations[dimension.column], dimension.reading
    if not isinstance(reading, Ranks | Cumulative):
        return column
    group = consultations[reading.within] if reading.within else None
    return _rank(column, group, reading) if isinstance(reading, Ranks) else _share(column, group, reading)


def read_block(columns: list[pd.Series], dimensions: Sequence[Dimension], rows: slice) -> list[Cells]:
    """Read some rows of the columns; every value that is not allowed is named, over all rows."""
    cells = [
        read(column.iloc[rows], dimension) for column, dimension in zip(columns, dimensions, strict=True)
    ]
    return refuse_wrong(cells, columns, dimensions)


def refuse_wrong(
    cells: list[Cells], columns: list[pd.Series], dimensions: Sequence[Dimension]
) -> list[Cells]:
    """Give the cells back if none is wrong; else look through the whole columns, to name every fault."""
    if any(cell.wrong.any() for cell in cells):
        pairs = list(zip(columns, dimensions, strict=True))
        raise ScoreError.join(list(_list_wrong(pairs)))
    return cells


def _list_wrong(pairs: list[tuple[pd.Series, Dimension]]) -> Iterator[ScoreError]:
    for column, dimension in pairs:
        wrong = read(column, dimension).wrong
        if wrong.any():
            yield describe_wrong(column, wrong, *_word_allowed(dimension))


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
        case Linear(least=least, most=most, step=step):
            span = f"from {float(least):.15g} to {float(most):.15g}"
            return "a number of the scorecard", f"multiples of {float(step):g} {span}"
        case Answers(yes=yes, no=no, unknown=unknown):
            return "an answer", f"{', '.join(yes)}; {', '.join(no)}; {', '.join(filter(None, unknown))}"
    return "a number", "numbers"


def describe_wrong(column: pd.Series, wrong: Truth, noun: str, allowed: str) -> ScoreError:
    """Say which value of a column is not allowed, where it stands and what is."""
    places = np.flatnonzero(wrong)
    first = column.iloc[places[:1]]
    [label], [value] = first.index.tolist(), first.tolist()
    more = f" (the first of {len(places):,} such values)" if len(places) > 1 else ""
    problem = f"{shown(value)} is not {noun}{more}. Allowed are {allowed} and missing values."
    thing = f"column {column.name}, index {label!r}"
    return ScoreError(thing, problem, "Correct the value or leave it empty.")


def read(column: pd.Series, dimension: Dimension) -> Cells:
    """Read a column in the way of its dimension."""
    cells = _read_values(column, dimension)
    if dimension.blank is None:
        return cells
    levels = np.where(cells.missing, dimension.blank * dimension.parts, cells.levels)
    return Cells(levels, np.zeros_like(cells.missing), cells.wrong)


def _read_values(column: pd.Series, dimension: Dimension) -> Cells:
    match dimension.reading:
        case Bins() as bins:
            return _read_bins(column, bins)
        case Linear() as linear:
            return _read_linear(column, linear)
        case Points() as points:
            return _read_points(column, points, has_blank=dimension.blank is not None)
        case Answers() as answers:
            return _read_answers(column, answers)
    return _read_levels(column, dimension.values)


def _read_levels(column: pd.Series, allowed: Sequence[Fraction]) -> Cells:
    """Take levels as they are. Plain integers, the common case of a large table, are never copied."""
    parts = math.lcm(*(value.denominator for value in allowed))
    least, greatest = allowed[0], allowed[-1]
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu" and parts == 1:
        found, none = column.to_numpy(), np.zeros(len(column), dtype=np.bool_)
        is_dense = greatest - least == len(allowed) - 1
        if not len(found) or (is_dense and found.min() >= least and found.max() <= greatest):
            return Cells(found.astype(np.int64, copy=False), none, none)
    numbers, missing = read_numbers(column)
    doubles = np.array(list(map(float, allowed)))
    # A missing number is beyond all levels for the search; it takes the last one and is then marked missing.
    places = np.minimum(np.searchsorted(doubles, numbers), len(allowed) - 1)
    whole = np.array([int(value * parts) for value in allowed], dtype=np.int64)
    return Cells(whole[places], missing, ~missing & (doubles[places] != numbers))


def _read_bins(column: pd.Series, bins: Bins) -> Cells:
    """Level of the bin of every number, found among the starts of the bins.

    A start that is left out, "(50000", is taken in by the next greater double, so that one search serves all.
    """
    numbers, missing = read_numbers(column)
    starts = [
        float(one.low) if one.low_closed else np.nextafter(float(one.low), np.inf)
        for one in bins.intervals[1:]
    ]
    places = np.searchsorted(np.array(starts), numbers, "right")
    places[missing] = 0
    return Cells(np.array(bins.levels, dtype=np.int64)[places], missing, np.isinf(numbers))


def _read_linear(column: pd.Series, linear: Linear) -> Cells:
    """Count the steps of every number. A number is on a step if it is the double nearest to that decimal."""
    numbers, missing = read_numbers(column)
    least, most = float(linear.least), float(linear.most)
    wrong = np.isinf(numbers)
    beyond = ~missing & ((numbers < least) | (numbers > most))
    inside = np.clip(np.where(missing, least, numbers), least, most)
    steps = np.rint(inside / float(linear.step)).astype(np.int64)
    # Whole numbers below 2**53: one division gives the double nearest to the exact decimal.
    wrong |= steps * linear.step.numerator / linear.step.denominator != inside
    wrong |= beyond & (not linear.is_capped)
    return Cells(steps * (linear.step / linear.per).numerator, missing, wrong)


def _share(column: pd.Series, group: pd.Series | None, cumulative: Cumulative) -> pd.Series:
    """Level of every number by the share of its group's total; missing where number or group is."""
    numbers, missing = read_numbers(column)
    if (wrong := np.isinf(numbers) | (numbers < 0)).any():
        raise describe_wrong(column, wrong, "a part of a total", "numbers of 0 or more")
    codes = np.zeros(len(column), dtype=np.intp) if group is None else pd.factorize(group)[0]
    there = ~missing & (codes >= 0)
    found = pd.array(np.zeros(len(column), dtype=np.int32), dtype="Int32")
    parts = share_out(numbers[there], codes[there], cumulative.ends, cumulative.crossing)
    found[there] = np.array(cumulative.levels, dtype=np.int32)[parts]
    found[~there] = pd.NA
    return pd.Series(found, index=column.index, name=column.name)


def _rank(column: pd.Series, group: pd.Series | None, ranks: Ranks) -> pd.Series:
    """Part of every number by its rank in its group, as whole numbers; missing where number or group is."""
    numbers, missing = read_numbers(column)
    if (wrong := np.isinf(numbers)).any():
        raise describe_wrong(column, wrong, "a number", "numbers")
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


def _read_points(column: pd.Series, points: Points, has_blank: bool = False) -> Cells:
    places = {comparable(text): place for place, group in enumerate(points.texts) for text in group}
    if has_blank:  # a text of nothing but blanks is one, too
        places.setdefault("", -1)
    other = len(points.texts)
    codes = read_texts(column, places, other)
    earned = np.array([*points.points, points.otherwise or 0, 0], dtype=np.int64)  # missing is the last
    wrong = (codes == other) & (points.otherwise is None)
    return Cells(earned[codes], codes < 0, wrong)


def _read_answers(column: pd.Series, answers: Answers) -> Cells:
    """1 for yes and 0 for no; unknown is missing, as an empty cell is."""
    texts = {0: answers.no, 1: answers.yes, 2: answers.unknown}
    codes = read_texts(column, {comparable(text): code for code, group in texts.items() for text in group}, 3)
    return Cells((codes == 1).astype(np.int64), (codes < 0) | (codes == 2), codes == 3)


def read_texts(column: pd.Series, places: Mapping[str, int], other: int) -> Whole:
    """Place of every text, `other` for one that is not named, -1 where it is missing; each is judged once."""
    if column.dtype == object:
        column = column.map(
            comparable, na_action="ignore"
        )  # a list in a cell has no hash to be told apart by
    codes, distinct = pd.factorize(column)
    found = np.array([*(places.get(comparable(text), other) for text in distinct), -1], dtype=np.int64)
    return found[codes]


def read_numbers(column: pd.Series) -> tuple[Float, Truth]:
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
