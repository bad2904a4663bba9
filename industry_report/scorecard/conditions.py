"""What a scorecard asks of a column: intervals, lists of texts, and both joined by all, any and not.

Conditions are data, never code. All that they can tell apart is a finite set of *cells*: every border of a
numeric column and every open piece between two borders, every text that is named and "any other". One look
at the cells decides whether two tiers can hold together, whether one is never reached and what stays
undefined; scoring then only finds the cell of each row.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

Truth = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Float = npt.NDArray[np.float64]

_END = r"[-+]?(?:[0-9]+(?:\.[0-9]+)?|inf)"
_DIGITS = 15  # so many significant digits of a decimal survive the way into a double and back


# --- intervals


@dataclass(frozen=True)
class Interval:
    """Numbers between two ends, as written: "[3.0, 4.0)" takes 3.0 in and leaves 4.0 out.

    `low` and `high` are exact fractions, or minus and plus infinity.
    """

    text: str
    low: Fraction | float
    high: Fraction | float
    low_closed: bool
    high_closed: bool

    # An edge (v, False) lies just before v and (v, True) just after it, so that edges compare as they lie.
    @property
    def start(self) -> tuple[Fraction | float, bool]:
        """Where it begins, comparable with other edges."""
        return self.low, not self.low_closed

    @property
    def end(self) -> tuple[Fraction | float, bool]:
        """Where it ends, comparable with other edges."""
        return self.high, self.high_closed

    def __contains__(self, number: Fraction | float) -> bool:
        return self.start <= (number, False) and (number, True) <= self.end


def read_interval(text: str) -> Interval:
    """Read an interval such as "[3.0, 4.0)" or "(100000, inf)".

    Raises
    ------
    ValueError
        It is none, with fault and mend.
    """
    match = re.fullmatch(rf"([\[(])\s*({_END})\s*,\s*({_END})\s*([\])])", text)
    if not match:
        raise ValueError('is not an interval. Write two numbers between brackets, such as "[3.0, 4.0)".')
    low, high = _read_end(match[2]), _read_end(match[3])
    interval = Interval(text, low, high, match[1] == "[", match[4] == "]")
    if (interval.low_closed and math.isinf(low)) or (interval.high_closed and math.isinf(high)):
        raise ValueError("takes infinity in. Put a round bracket there.")
    if low > high or (low == high and not (interval.low_closed and interval.high_closed)):
        raise ValueError("has no width. Write the lower end first.")
    return interval


def _read_end(text: str) -> Fraction | float:
    if text.endswith("inf"):
        return float(text)
    if len(text.lstrip("+-").replace(".", "").lstrip("0")) > _DIGITS:
        raise ValueError(f"has an end of more than {_DIGITS} digits. Round it.")
    return Fraction(text)


def word_interval(interval: Interval) -> dict[str, str]:
    """Word an interval for people: 50,000 to under 100,000."""
    low, high = (f"{float(end):,.15g}" for end in (interval.low, interval.high))
    if math.isinf(interval.low) and math.isinf(interval.high):
        return {"zh": "任意值", "en": "any value"}
    if interval.low == interval.high:
        return {"zh": f"等于{low}", "en": f"exactly {low}"}
    above = ("不低于", "at least") if interval.low_closed else ("高于", "over")
    below = ("不超过", "at most") if interval.high_closed else ("低于", "under")
    parts = [] if math.isinf(interval.low) else [(above[0] + low, f"{above[1]} {low}")]
    parts += [] if math.isinf(interval.high) else [(below[0] + high, f"{below[1]} {high}")]
    return {"zh": "且".join(zh for zh, _ in parts), "en": " and ".join(en for _, en in parts)}


# --- conditions


@dataclass(frozen=True)
class Within:
    """The column's number lies in the interval."""

    column: str
    interval: Interval


@dataclass(frozen=True)
class OneOf:
    """The column's text is one of these; case and outer blanks make no difference."""

    column: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class NotOf:
    """The part does not hold."""

    part: "Condition"


Condition = Within | OneOf | AllOf | AnyOf | NotOf


def list_leaves(condition: Condition) -> list[Within | OneOf]:
    """List the single conditions that a condition is joined of, as they stand."""
    if isinstance(condition, Within | OneOf):
        return [condition]
    if isinstance(condition, NotOf):
        return list_leaves(condition.part)
    return [leaf for part in condition.parts for leaf in list_leaves(part)]


def list_columns(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """List the columns that conditions look at, each once."""
    return tuple(dict.fromkeys(leaf.column for one in conditions for leaf in list_leaves(one)))


def comparable(cell: Any) -> str:
    """Give the text by which cells compare: no outer blanks, no case; 1, 1.0 and "1" are the same."""
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        cell = int(cell)
    return str(cell).strip().casefold()


# --- cells


@dataclass(frozen=True)
class Numbers:
    """The cells of a numeric column: piece 2·i + 1 is border i, the even ones lie open around the borders."""

    column: str
    borders: tuple[Fraction, ...]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return 2 * len(self.borders) + 1

    @property
    def examples(self) -> list[Fraction]:
        """A number out of every cell."""
        if not self.borders:
            return [Fraction(0)]
        middles: list[Fraction] = [(a + b) / 2 for a, b in zip(self.borders, self.borders[1:], strict=False)]
        opens = [self.borders[0] - 1, *middles, self.borders[-1] + 1]
        pairs = zip(opens, self.borders, strict=False)
        return [*(number for pair in pairs for number in pair), opens[-1]]

    def hold(self, leaf: Within) -> Truth:
        """Tell of each cell whether a condition holds in it."""
        return np.array([number in leaf.interval for number in self.examples], dtype=np.bool_)

    def word(self, first: int, last: int) -> dict[str, str]:
        """Word the numbers from one cell to another."""
        low = self.borders[(first - 1) // 2] if first else -math.inf
        high = self.borders[last // 2] if last < self.size - 1 else math.inf
        return word_interval(Interval("", low, high, bool(first % 2), bool(last % 2)))

    def locate(self, numbers: Float) -> Whole:
        """Find the cell of every number."""
        borders = np.array([float(border) for border in self.borders])
        return np.searchsorted(borders, numbers, "left") + np.searchsorted(borders, numbers, "right")


@dataclass(frozen=True)
class Texts:
    """The cells of a text column: every text that is named, and any other."""

    column: str
    texts: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.texts) + 1

    @property
    def examples(self) -> list[str]:
        """A text out of every cell."""
        return [*self.texts, "any other text"]

    def word(self, first: int, last: int) -> dict[str, str]:
        """Word the texts from one cell to another."""
        return {
            "zh": "、".join([*self.texts, "其他"][first : last + 1]),
            "en": ", ".join([*self.texts, "any other"][first : last + 1]),
        }

    def hold(self, leaf: OneOf) -> Truth:
        """Tell of each cell whether a condition holds in it."""
        wanted = set(map(comparable, leaf.texts))
        return np.array([*(comparable(text) in wanted for text in self.texts), False], dtype=np.bool_)


Axis = Numbers | Texts


def merge(
    table: npt.NDArray[Any], axes: Sequence[Axis]
) -> tuple[npt.NDArray[Any], list[list[dict[str, str]]]]:
    """Join neighbouring cells that a table of cells never tells apart.

    Returns
    -------
    tuple
        The smaller table, and for each axis the wordings zh and en of what is left of its cells.
    """
    names = []
    for place, axis in enumerate(axes):
        slices = np.moveaxis(table, place, 0).reshape(table.shape[place], -1)
        starts = [0, *(np.flatnonzero((slices[1:] != slices[:-1]).any(axis=1)) + 1).tolist()]
        if isinstance(axis, Texts):
            starts = list(range(axis.size))
        ends = [*starts[1:], axis.size]
        names.append([axis.word(start, end - 1) for start, end in zip(starts, ends, strict=True)])
        table = np.take(table, starts, axis=place)
    return table, names


def list_axes(conditions: Iterable[Condition]) -> tuple[Axis, ...]:
    """List the columns that conditions look at, each cut where any of them cuts it."""
    leaves = [leaf for condition in conditions for leaf in list_leaves(condition)]
    cut: dict[str, list[Within | OneOf]] = {}
    for leaf in leaves:
        cut.setdefault(leaf.column, []).append(leaf)
    return tuple(_cut(column, found) for column, found in cut.items())


def _cut(column: str, leaves: Sequence[Within | OneOf]) -> Axis:
    ends = {
        end for leaf in leaves if isinstance(leaf, Within) for end in (leaf.interval.low, leaf.interval.high)
    }
    if ends:
        return Numbers(column, tuple(sorted(end for end in ends if isinstance(end, Fraction))))
    texts = {comparable(text): text for leaf in leaves if isinstance(leaf, OneOf) for text in leaf.texts}
    return Texts(column, tuple(texts.values()))


def count_cells(axes: Sequence[Axis]) -> int:
    """Count the combinations of cells; it can be far more than memory holds."""
    return math.prod(axis.size for axis in axes)


def hold(condition: Condition, axes: Sequence[Axis]) -> Truth:
    """Tell of every combination of cells, one array axis per column, whether a condition holds in it."""
    return np.broadcast_to(_hold(condition, axes), tuple(axis.size for axis in axes))


def _hold(condition: Condition, axes: Sequence[Axis]) -> Truth:
    if isinstance(condition, NotOf):
        return np.logical_not(_hold(condition.part, axes))
    if isinstance(condition, AllOf | AnyOf):
        join = np.logical_and if isinstance(condition, AllOf) else np.logical_or
        truth = _hold(condition.parts[0], axes)
        for part in condition.parts[1:]:
            truth = join(truth, _hold(part, axes))
        return truth
    place = next(number for number, axis in enumerate(axes) if axis.column == condition.column)
    axis: Any = axes[place]
    return axis.hold(condition).reshape([-1 if number == place else 1 for number in range(len(axes))])


def name_example(cells: Truth, axes: Sequence[Axis]) -> str:
    """Name an example of the cells marked, such as "amount 500000, upgrades 3"."""
    first = np.argwhere(cells)[0]
    examples = [axis.examples[place] for axis, place in zip(axes, first, strict=True)]
    return ", ".join(f"{axis.column} {write(one)}" for axis, one in zip(axes, examples, strict=True))


def write(value: Fraction | float | str) -> str:
    """Write an example, or a number of a scorecard, the short way: 500000, 0.15, 其他."""
    return value if isinstance(value, str) else f"{float(value):.15g}"
