"""Cut a column into bins that differ: blanks and special numbers apart, the rest merged by chi-square.

A column is first coded into *cells* (twenty quantiles of a number, the frequent categories of a text), once;
everything after that is counting, so a resample of the leads costs no second look at their values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import isotonic_regression
from scipy.stats import chi2

from ...base.errors import InputError
from ...scorecard.conditions import comparable

Codes = npt.NDArray[np.intp]
Counts = npt.NDArray[np.float64]

QUANTILES = 20
DIGITS = 3  # significant digits of a cut point: what a card can print is what is counted with
LEAST_ROWS, LEAST_SHARE = 30, 0.05  # of an ordinary bin
RARE_SHARE = 0.02  # categories below it are taken together
MOST_RARE = 300  # categories that a card lists as rare; a column of more is a name, not a class
LEVEL = 0.001  # of the chi-square tests
CRITICAL = float(chi2.isf(LEVEL, 1))  # neighbours that differ less are merged
NONE = -1


@dataclass(frozen=True)
class Cells:
    """How a column is coded: ordinary cells first, then special numbers, the blank and what was never seen.

    Attributes
    ----------
    column : str
    is_number : bool
    cuts : tuple of float
        Of a number: cell i holds the numbers from ``cuts[i - 1]`` to below ``cuts[i]``.
    specials : tuple of float
        Numbers with a cell of their own.
    texts : tuple of tuple of str
        Of a text: the categories of each cell, as written; several in that of the rare ones, which is last.
    has_rare : bool
        Whether the last cell of texts is that of the rare ones.
    """

    column: str
    is_number: bool
    cuts: tuple[float, ...] = ()
    specials: tuple[float, ...] = ()
    texts: tuple[tuple[str, ...], ...] = ()
    has_rare: bool = False

    @property
    def ordinary(self) -> int:
        """How many ordinary cells there are."""
        return len(self.cuts) + 1 if self.is_number else len(self.texts)

    @property
    def blank(self) -> int:
        """The cell of missing values."""
        return self.ordinary + len(self.specials)

    @property
    def size(self) -> int:
        """How many cells there are, with the last for what was never seen."""
        return self.blank + 2

    def encode(self, values: pd.Series) -> Codes:
        """Return the cell of every value."""
        return (self._encode_numbers if self.is_number else self._encode_texts)(values).astype(np.intp)

    def _encode_numbers(self, values: pd.Series) -> npt.NDArray[Any]:
        numbers = to_numbers(values)
        codes = np.searchsorted(np.array(self.cuts), numbers, "right")
        for place, special in enumerate(self.specials):
            codes[numbers == special] = self.ordinary + place
        codes[np.isnan(numbers)] = self.blank
        return codes

    def _encode_texts(self, values: pd.Series) -> npt.NDArray[Any]:
        places = {comparable(text): place for place, group in enumerate(self.texts) for text in group}
        places[""] = self.blank
        codes, distinct = pd.factorize(values.astype(object))
        found = [places.get(comparable(text), self.size - 1) for text in distinct]
        return np.array([*found, self.blank], dtype=np.intp)[codes]


def to_numbers(values: pd.Series) -> Counts:
    """Return numbers as doubles, NaN where missing.

    Raises
    ------
    InputError
        A value is no finite number.
    """
    try:
        numbers = np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    except (ValueError, TypeError):
        numbers = np.array([np.inf])
    if np.isinf(numbers).any():
        raise InputError(f"column {values.name}", "holds what is no number.", "Read it as text.")
    return numbers


def is_number(values: pd.Series) -> bool:
    """Tell whether a column is taken as a number: not as text, category or truth value."""
    return pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)


def cut(values: pd.Series, special: Sequence[float] = ()) -> Cells:
    """Choose the cells of a column from past leads; outcomes are not looked at.

    Parameters
    ----------
    values : Series
        Of the leads that the card is learned from.
    special : sequence of float
        Numbers with a meaning of their own, such as 0 for *never came*. Those that too few leads have are
        ordinary.

    Examples
    --------
    >>> cut(pd.Series([0.0] * 30 + [1, 2, 3, 4] * 10), special=[0]).cuts
    (2.0, 3.0, 4.0)
    """
    name = str(values.name)
    return _cut_numbers(name, to_numbers(values), special) if is_number(values) else _cut_texts(name, values)


def _cut_numbers(name: str, numbers: Counts, special: Sequence[float]) -> Cells:
    there = numbers[~np.isnan(numbers)]
    kept = tuple(sorted(float(one) for one in set(special) if (there == one).sum() >= LEAST_ROWS))
    rest = there[~np.isin(there, kept)]
    if not len(rest):
        return Cells(name, True, specials=kept)
    shares = np.arange(1, QUANTILES) / QUANTILES
    quantiles = np.unique(_round(np.quantile(rest, shares, method="inverted_cdf")))
    cuts = [float(one) for one in quantiles if rest.min() < one <= rest.max()]
    return Cells(name, True, tuple(cuts), kept)


def _round(numbers: Counts) -> Counts:
    return np.array([float(f"{number:.{DIGITS}g}") for number in numbers])


def _cut_texts(name: str, values: pd.Series) -> Cells:
    """Give each frequent category a cell, and the rare ones one together."""
    counts = values.dropna().astype(str).value_counts()
    written: dict[str, tuple[str, int]] = {}  # one spelling for each, by which cells compare
    for text in sorted(counts.index):
        key = comparable(text)
        if key:
            first, before = written.get(key, (text.strip(), 0))
            written[key] = first, before + int(counts[text])
    least = max(RARE_SHARE * len(values), 1)
    frequent = sorted(text for text, count in written.values() if count >= least)
    rare = tuple(sorted(text for text, count in written.values() if count < least))
    if len(rare) > MOST_RARE:
        rare = ()  # such as names: never seen again, so they earn nothing
    return Cells(
        name, False, texts=(*((text,) for text in frequent), *((rare,) if rare else ())), has_rare=bool(rare)
    )


# --- merging


@dataclass(frozen=True, eq=False)
class Bins:
    """The bins of a column.

    Attributes
    ----------
    of : array of int
        Bin of every cell; `NONE` for what was never seen, or too seldom to say.
    leads, converted : array of float
        Of each bin.
    """

    of: npt.NDArray[np.int16]
    leads: Counts
    converted: Counts


def merge(cells: Cells, leads: Counts, converted: Counts, trend: str = "none") -> Bins:
    """Merge cells until all neighbours differ and are large enough.

    Parameters
    ----------
    cells : Cells
    leads, converted : array of float
        Of each cell.
    trend : {"none", "up", "down"}
        Whether the rate may only rise, or only fall, with the number.

    Notes
    -----
    ChiMerge (Kerber 1992) at p < 0.001; the trend by pooling adjacent violators. Categories have no order of
    their own and are taken by their rate.
    """
    n = cells.ordinary
    order = np.arange(n) if cells.is_number else _by_rate(leads[:n], converted[:n])
    groups = [[int(place)] for place in order if leads[place] > 0 or cells.is_number]
    groups = _merge_alike(groups, leads, converted, max(LEAST_ROWS, LEAST_SHARE * leads.sum()))
    if trend != "none" and cells.is_number:
        groups = _enforce(groups, leads, converted, trend == "up")
    alone = [[place] for place in range(n, cells.size - 1) if leads[place] >= LEAST_ROWS]
    whole = [*(group for group in groups if leads[group].sum() >= LEAST_ROWS), *alone]
    of = np.full(cells.size, NONE, dtype=np.int16)
    for number, group in enumerate(whole):
        of[group] = number
    return Bins(of, *(np.array([counts[group].sum() for group in whole]) for counts in (leads, converted)))


def _by_rate(leads: Counts, converted: Counts) -> npt.NDArray[np.intp]:
    return np.argsort((converted + 0.5) / (leads + 1), kind="stable")


def _merge_alike(groups: list[list[int]], leads: Counts, converted: Counts, least: float) -> list[list[int]]:
    """Join the two neighbours that differ least, first those of a group that is too small."""
    groups = list(groups)
    n = [float(leads[group].sum()) for group in groups]
    x = [float(converted[group].sum()) for group in groups]
    apart = [_chi_square(n[place : place + 2], x[place : place + 2]) for place in range(len(groups) - 1)]
    while apart:
        small = n.index(min(n))
        if n[small] < least:
            sides = [place for place in (small - 1, small) if 0 <= place < len(apart)]
            place = min(sides, key=apart.__getitem__)
        elif min(apart) < CRITICAL:
            place = apart.index(min(apart))
        else:
            break
        groups[place : place + 2] = [groups[place] + groups[place + 1]]
        n[place : place + 2], x[place : place + 2] = [sum(n[place : place + 2])], [sum(x[place : place + 2])]
        del apart[place]
        for side in (place - 1, place):
            if 0 <= side < len(apart):
                apart[side] = _chi_square(n[side : side + 2], x[side : side + 2])
    return groups


def _chi_square(n: Sequence[float], x: Sequence[float]) -> float:
    """Return Pearson's chi-square of two neighbours."""
    a, b, c, d = x[0], n[0] - x[0], x[1], n[1] - x[1]
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    return (a + b + c + d) * (a * d - b * c) ** 2 / margins if margins > 0 else 0.0


def do_differ(bins: Bins) -> bool:
    """Tell whether the rates of a column's bins differ by more than chance (chi-square, p < 0.001).

    Bins of ordinary numbers do by how they were merged; those of blanks and special numbers may not.
    """
    n, x = bins.leads, bins.converted
    if len(n) < 2 or not 0 < x.sum() < n.sum():
        return False
    rate = x.sum() / n.sum()
    statistic = ((x - n * rate) ** 2 / (n * rate * (1 - rate))).sum()
    return bool(chi2.sf(statistic, len(n) - 1) < LEVEL)


def _enforce(groups: list[list[int]], leads: Counts, converted: Counts, rises: bool) -> list[list[int]]:
    """Join neighbours that break the trend (pool adjacent violators)."""
    n = np.array([leads[group].sum() for group in groups])
    rates = np.array([converted[group].sum() for group in groups]) / np.maximum(n, 1)
    blocks = isotonic_regression(rates, weights=np.maximum(n, 1e-9), increasing=rises).blocks
    return [list(chain.from_iterable(groups[start:stop])) for start, stop in pairwise(blocks)]


# --- what a bin says


def weigh(bins: Bins, smooth: float = 0.5) -> Counts:
    """Return the weight of evidence of each bin: how much higher its log odds are than those of all.

    Notes
    -----
    ln((converted + ½) / (not + ½)) - ln(all converted / all not): ½ keeps it finite where a bin has none.
    """
    x, rest = bins.converted, bins.leads - bins.converted
    return np.log((x + smooth) / (rest + smooth)) - np.log(x.sum() / rest.sum())


def information(bins: Bins, smooth: float = 0.5) -> float:
    """Return the information value: the sum of (share of converted - share of not) times weight.

    Over 0.3 is called strong; over 1 a column mostly knows the outcome already (Siddiqi 2006).
    """
    x, rest = bins.converted, bins.leads - bins.converted
    return float((((x / x.sum()) - (rest / rest.sum())) * weigh(bins, smooth)).sum())


def write_number(number: float) -> str:
    """Write a cut point as a card reads it, without exponent: 0.0001, 123000."""
    return f"{Decimal(repr(number)).normalize():f}"
