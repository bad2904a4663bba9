"""What figures say at their marks: names of grades and scores, counts, shares, rates and months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..analysis.conversion import Measure
from ..base import language, style
from ..base.language import text


def grade_labels(grades: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return names and colours of grades that are given highest first."""
    colours = style.grade_colours(list(grades)[::-1])
    return [language.capital(language.grade_name(grade)) for grade in grades], [
        colours[grade] for grade in grades
    ]


def with_interval(measure: Measure) -> str:
    """Return a measure's name with its interval."""
    return text(zh=f"{measure.label}及95%置信区间", en=f"{measure.label} with 95% confidence interval")


def count_head() -> str:
    """Return the head of a column of counts."""
    head = language.term("consultations")  # as the subject names its records
    return "Cons." if head == "Consultations" else head


def count_label(count: float) -> str:
    """Return a count as it is printed."""
    return language.protected() if pd.isna(count) else f"{count:,.0f}"


def share_label(row: Any) -> str:
    """Return a row's share and count."""
    return "" if pd.isna(row.consultations) else language.formatted(row.share, "share")


def rate_label(row: Any) -> str:
    """Print a rate; of a group that has consultations it is missing only where it is protected."""
    if pd.isna(row.rate) and row.consultations != 0:
        return language.protected()
    return language.formatted(row.rate, "rate")


def rate_numbers(table: pd.DataFrame, measure: Measure) -> dict[str, list[str]]:
    """Return the columns of numbers beside rates."""
    head = measure.label if style.text_width(measure.label) < 0.8 else language.term("rate")
    return {
        head: [rate_label(row) for row in table.itertuples()],
        count_head(): [count_label(count) for count in table["consultations"]],
    }


def score_name(score: Any) -> str:
    """Return a score as people say it."""
    return text(zh=f"{score}分", en=str(score)) if pd.api.types.is_number(score) else str(score)


def effort_label(column: str, count: float, share: float) -> str:
    """Return a count of contacts with its share."""
    if pd.isna(count):
        return language.protected()
    number, part = f"{count:,.0f}", language.formatted(share, "share")
    unit = {"consultations": "条", "contacts": "次"}[column]
    return text(zh=f"{number}{unit}（{part}）", en=f"{number} {column} ({part})")


def period_names(index: pd.Index[Any]) -> list[str]:
    """Return the short names of months or quarters, of one year or of several."""
    if isinstance(index, pd.PeriodIndex):
        return list(index.strftime("%Y-%m"))
    return [language.period(number, str(index.name), short=True) for number in index]
