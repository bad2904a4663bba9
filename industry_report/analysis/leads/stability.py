"""Whether a card would give the same grades had other leads come in: learned again from halves of the past.

A half drawn without replacement varies as much as a bootstrap sample of all (Politis and Romano 1994), and
costs half as much. Bins are counted, not cut again: cells stay those of the card.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .binning import Cells, Codes
from .fitting import DOUBLE, Fit, fit_codes, refuse, sum_points

RESAMPLES = 40
SEED = 2025


@dataclass(frozen=True, eq=False)
class Stability:
    """How often a lead of the test keeps its grade.

    Attributes
    ----------
    same : float
        Mean share of test leads with the same grade; missing where nothing could be learned again.
    lowest, highest : float
        Of all resamples.
    resamples : int
        How many gave a card.
    columns : dict of str to float
        Column → share of resamples in whose card it stands.
    """

    same: float
    lowest: float
    highest: float
    resamples: int
    columns: dict[str, float]


def resample(
    fitted: Fit,
    cells: Sequence[Cells],
    codes: Sequence[Codes],
    y: npt.NDArray[np.bool_],
    trends: Sequence[str],
    test: Sequence[Codes],
    floors: Sequence[int],
    double: int = DOUBLE,
    resamples: int = RESAMPLES,
) -> Stability:
    """Learn a card from each of some halves of the past, and grade the leads of the test with it.

    Parameters
    ----------
    fitted : Fit
        The card; its coefficients are where each search begins.
    cells, codes, y, trends
        As for `fitting.fit_codes`: all columns that were offered.
    test : sequence of array
        Codes of the leads of the test, by the same cells.
    floors : sequence of int
        Least total of every grade but the lowest, ascending.
    """
    names = [one.column for one in cells]
    start = {"": float(np.log(fitted.converted / (fitted.leads - fitted.converted)))}
    start |= {part.cells.column: part.weight for part in fitted.parts}
    before = _grade(fitted, names, test, floors)
    rng = np.random.default_rng(SEED)
    same, met = [], dict.fromkeys(names, 0)
    for _ in range(resamples):
        rows = np.sort(rng.choice(len(y), len(y) // 2, replace=False, shuffle=False))
        if refuse(y[rows]):
            continue
        again = fit_codes(cells, [code[rows] for code in codes], y[rows], trends, double, start)
        if again.why:
            continue
        for part in again.parts:
            met[part.cells.column] += 1
        if len(before):
            same.append(float((_grade(again, names, test, floors) == before).mean()))
    if not same:
        return Stability(np.nan, np.nan, np.nan, 0, {})
    shares = {name: count / len(same) for name, count in met.items()}
    return Stability(float(np.mean(same)), min(same), max(same), len(same), shares)


def _grade(
    card: Fit, names: Sequence[str], test: Sequence[Codes], floors: Sequence[int]
) -> npt.NDArray[np.intp]:
    codes = [test[names.index(part.cells.column)] for part in card.parts]
    return np.searchsorted(
        np.array(floors), sum_points(card.parts, codes, len(test[0]) if len(test) else 0), "right"
    )
