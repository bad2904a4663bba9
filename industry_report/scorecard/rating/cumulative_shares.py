"""Cumulative shares of a total, from the greatest number down (Pareto or ABC analysis), in whole numbers."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt


def share_out(
    numbers: npt.NDArray[np.float64], codes: npt.NDArray[np.intp], ends: Sequence[Fraction], crossing: str
) -> npt.NDArray[np.intp]:
    """Find the part of its group's total that every number falls in, 0 for that of the greatest.

    Parameters
    ----------
    numbers : array of float
        Of 0 or more, none missing. A double stands for the shortest decimal that reads as it: ten of 0.1 are
        exactly 1.
    codes : array of int
        The group of each.
    ends : sequence of Fraction
        Where the parts end, ascending, the last is 1.
    crossing : {"higher", "lower"}
        Where the number with which the total passes an end belongs.

    Examples
    --------
    >>> share_out(np.array([60.0, 30, 10]), np.zeros(3, int), [Fraction(1, 2), Fraction(1)], "higher")
    array([0, 1, 1])
    """
    found = np.zeros(len(numbers), dtype=np.intp)
    order = np.lexsort((-numbers, codes))
    starts = np.flatnonzero(np.r_[len(order) > 0, np.diff(codes[order]) != 0])
    for start, stop in pairwise([*starts, len(order)]):
        rows = order[start:stop]
        found[rows] = _share_out_group(numbers[rows], ends, crossing)
    return found


def _share_out_group(
    falling: npt.NDArray[np.float64], ends: Sequence[Fraction], crossing: str
) -> npt.NDArray[np.intp]:
    """Find the parts of one group's numbers, which fall; equal ones are taken together."""
    firsts = np.flatnonzero(np.r_[True, np.diff(falling) != 0])
    counts = np.diff(np.r_[firsts, len(falling)]).tolist()
    whole = _to_whole(falling[firsts].tolist())
    total = sum(number * count for number, count in zip(whole, counts, strict=True))
    borders = [(end.numerator * total, end.denominator) for end in ends[:-1]]
    parts, part, passed = [], 0, 0
    for number, count in zip(whole, counts, strict=True):
        reached = passed + number * count
        # A total of what lies before, or with this number in it, is compared with an end without dividing.
        while part < len(borders) and _is_past(
            passed if crossing == "higher" else reached, borders[part], crossing
        ):
            part += 1
        parts.append(part if number else len(borders))
        passed = reached
    return np.repeat(np.array(parts, dtype=np.intp), counts)


def _is_past(reached: int, border: tuple[int, int], crossing: str) -> bool:
    """Tell whether a total lies beyond the end of a part: at it, if what follows is asked about."""
    end, denominator = border
    return reached * denominator >= end if crossing == "higher" else reached * denominator > end


def _to_whole(numbers: Sequence[float]) -> list[int]:
    """Write decimals as whole numbers of one unit, so that sums are exact."""
    if all(number.is_integer() for number in numbers):
        return list(map(int, numbers))
    decimals = [Decimal(repr(number)) for number in numbers]
    places = max(-int(one.as_tuple().exponent) for one in decimals)
    scale = 10 ** max(places, 0)
    return [int(Fraction(one) * scale) for one in decimals]
