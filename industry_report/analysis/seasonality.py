"""The busy season: a run of months that is busier than chance makes one of twelve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom

from ..base import origin
from .rates import ALPHA, Measure, with_interval

RUN = 3  # months of a season
SIMULATED = 20_000  # years without a season, for the critical value
SEED = 20250101  # the same data find the same season
DAYS_OF_MONTH = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

_Float = npt.NDArray[np.float64]
_RUNS = [tuple((start + step) % 12 + 1 for step in range(RUN)) for start in range(12)]


@dataclass(frozen=True)
class Season:
    """The busiest three months that follow each other; December and January of one year adjoin.

    Attributes
    ----------
    months : tuple of int
        In their order.
    share, low, high : float
        Their share of a year's dated consultations and its interval.
    p : float
        How often a year without a season has a run that stands out as much: of all twelve runs where the run
        was searched for, of this one where it was given.
    """

    months: tuple[int, ...]
    share: float
    low: float
    high: float
    p: float

    @property
    def clear(self) -> bool:
        """Whether there is a season at all."""
        return self.p < ALPHA


def find_season(by_month: pd.DataFrame, months: tuple[int, ...] | None = None) -> Season | None:
    """Find the busiest run of months, or look at a given one.

    The busiest of twelve runs is above its expected share in every year: a test of that run alone finds a
    season in a quarter to a third of years that have none. The scan statistic compares the most outstanding
    run with that of simulated years in which every day is alike (Wallenstein 1980, American Journal of
    Epidemiology 111: 367-372), its critical value by simulation.

    Parameters
    ----------
    by_month : DataFrame
        See `conversion.by_period`.
    months : tuple of int, optional
        Look at these months, such as those that were busiest in another year: a test chosen beforehand.

    Returns
    -------
    Season or None
        None without dates, where a month is withheld or quarters are told instead, or where all consultations
        are of one or two months: no run of three stands out then.
    """
    received = by_month["received"]
    if by_month.index.name == "quarter" or received.empty or received.isna().any() or not received.sum():
        return None
    counts = received.reindex(range(1, 13), fill_value=0).to_numpy(float)
    expected = DAYS_OF_MONTH / DAYS_OF_MONTH.sum()
    apart = _stand_out(counts[None, :], expected)[0]
    place = _RUNS.index(months) if months else int(apart.argmax())
    reached, total = _runs(counts[None, :])[0][place], counts.sum()
    if (_runs(counts[None, :])[0] == total).sum() > 1:
        return None
    if months:
        p = float(binom.sf(reached - 1, int(total), _runs(expected[None, :])[0][place]))
    else:
        p = _chance(float(apart.max()), int(total), expected)
    share = pd.DataFrame({"consultations": [total], "conversions": [reached]})
    row = with_interval(share, Measure()).iloc[0]
    return Season(_RUNS[place], row.rate, row.low, row.high, p)


def _runs(counts: _Float) -> _Float:
    """Return the sums of all circular runs, a row for each year."""
    return np.asarray(sum(np.roll(counts, -step, axis=1) for step in range(RUN)), dtype=float)


def _stand_out(counts: _Float, expected: _Float) -> _Float:
    """Return how many standard deviations each run lies above what its days would bring."""
    share, total = _runs(expected[None, :]), counts.sum(axis=1, keepdims=True)
    return (_runs(counts) - total * share) / np.sqrt(total * share * (1 - share))


def _chance(found: float, total: int, expected: _Float) -> float:
    years = np.random.default_rng(SEED).multinomial(total, expected, size=SIMULATED).astype(float)
    most = _stand_out(years, expected).max(axis=1)
    return float((1 + (most >= found - 1e-12).sum()) / (1 + SIMULATED))  # Davison and Hinkley (1997), 4.2


origin.trace_module(globals())
