"""Rates: what counts as a success, over which consultations, with which interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from ..base import table_metadata
from ..base.language import capital, grade_name, text
from ..base.table_metadata import Counts

_Float = npt.NDArray[np.float64]

ALPHA = 0.05  # the level of every test; intervals cover 95 %
FEW = 30  # below this a rate is too uncertain to compare
FEWEST = 10  # below this no percentage is printed

REST = {"zh": "其他", "en": "Other"}  # the smallest groups, pooled
COUNTS = ["consultations", "conversions"]


@dataclass(frozen=True)
class Measure:
    """What is counted as a success: a purchase or, where outcomes are not given, reaching the top grade.

    Attributes
    ----------
    grade : str or None
        None if the measure is the conversion rate; else the top grade, whose share is measured.
    days : int
        Within how many days a purchase counts, see `outcome_window`; 0 where the data do not tell.
    """

    grade: str | None = None
    days: int = 0

    @property
    def label(self) -> str:
        """The measure's name in the report's language."""
        if self.grade is None:
            if self.days:
                return text(zh=f"{self.days}天成交率", en=f"{self.days}-day conversion rate")
            return text(zh="成交率", en="Conversion rate")
        return text(zh=f"{grade_name(self.grade)}占比", en=f"Share of {grade_name(self.grade)}")

    @property
    def heads(self) -> dict[str, str]:
        """Heads of the columns ``conversions`` and ``rate`` where this measure is printed as a table."""
        reached = text(zh="成交数", en="Conversions")
        if self.grade is not None:
            reached = text(zh=f"{grade_name(self.grade)}数", en=capital(grade_name(self.grade)))
        return {"conversions": reached, "rate": self.label}

    @property
    def known(self) -> str:
        """Head of a column that counts the consultations over which the measure is taken."""
        if self.grade is None:
            if self.days:
                return text(zh=f"满{self.days}天的咨询数", en=f"Followed {self.days} days")
            return text(zh="已登记是否成交", en="With outcome")
        return text(zh="已评级", en="Graded")

    def successes(self, scored: pd.DataFrame) -> pd.Series:
        """Return 1, 0 or missing for each consultation, as nullable integers."""
        if self.grade is None:
            return scored["converted"].astype("Int64")
        return (scored["grade"] == self.grade).astype("Int64").where(scored["grade"].notna())


def has_outcomes(scored: pd.DataFrame) -> bool:
    """Tell whether the source says of any consultation if it was followed by a purchase.

    Outcomes that are all still open (see `outcome_window`) are outcomes: not yet known is not absent.
    """
    if "outcome" in scored:
        return bool((scored["outcome"] != "unknown").any())
    return "converted" in scored and bool(scored["converted"].notna().any())


def choose_measure(scored: pd.DataFrame) -> Measure:
    """Return the conversion rate where outcomes are given, else the share of the top grade.

    A grade is a potential, not a purchase: without an outcome column no conversion rate may be printed.
    """
    if has_outcomes(scored):
        return Measure(days=int(scored["window_days"].max()) if "window_days" in scored else 0)
    return Measure(grade=str(scored["grade"].cat.categories[-1]))


def overall(scored: pd.DataFrame, measure: Measure) -> pd.Series:
    """Return the measure over all consultations: one row of `by`."""
    successes = measure.successes(scored).dropna()
    table = pd.DataFrame({"consultations": [len(successes)], "conversions": [int(successes.sum())]})
    row = with_interval(table, measure).iloc[0]
    counts = Counts((), {"consultations": "known", "conversions": "successes"})
    return table_metadata.describe(row, counts=counts)


def difference(first: pd.Series, second: pd.Series) -> tuple[float, float, float]:
    """Compare two rows of a table of rates.

    Returns
    -------
    tuple of float
        ``first.rate - second.rate`` and its 95 % interval (Newcombe's hybrid score interval, 1998,
        method 10); NaN where a group is empty.
    """
    if not first.consultations or not second.consultations:
        return np.nan, np.nan, np.nan
    low, high = confint_proportions_2indep(
        first.conversions,
        first.consultations,
        second.conversions,
        second.consultations,
        method="newcomb",
        alpha=ALPHA,
    )
    return first.rate - second.rate, float(low), float(high)


def with_interval(counts: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Add ``rate`` and its Wilson interval (Wilson 1927) to ``consultations`` and ``conversions``.

    Fewer than 10 consultations have counts and no rate, in whatever edition: a percentage of seven is noise.
    """
    n, successes = counts["consultations"].to_numpy(float), counts["conversions"].to_numpy(float)
    n = printable(n)
    low, high = wilson(successes, n)
    table = counts.assign(rate=ratio(counts["conversions"], n), low=low, high=high)
    return table_metadata.describe(table, heads=measure.heads)


def printable(n: _Float) -> _Float:
    """Return numbers of consultations, missing where they are too few for a percentage."""
    return np.where(n >= FEWEST, n, np.nan)


def wilson(x: _Float, n: _Float) -> tuple[_Float, _Float]:
    """Return the interval of each rate; missing for a rate of nothing."""
    asked = n > 0
    low, high = np.full(n.shape, np.nan), np.full(n.shape, np.nan)
    low[asked], high[asked] = proportion_confint(x[asked], n[asked], alpha=ALPHA, method="wilson")
    return low, high


def ratio(part: pd.Series, whole: float | np.ndarray) -> np.ndarray:
    """Divide; a share of nothing is missing, not an error."""
    whole = np.asarray(whole, dtype=float)
    return part.to_numpy(float) / np.where(whole > 0, whole, np.nan)
