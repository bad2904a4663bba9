"""Masks of counts → the tables as a reader sees them, without all that a masked count would follow from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.conversion import Measure, with_interval
from ..base import table_metadata
from ..base.language import text
from .groups import ORDERED, Groups, Masks

RATES = ("rate", "low", "high")

# Which columns show a count of which level, or depend on it.
DEPENDENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "grades": {"all": ("consultations", "share")},
    "contacts": {"all": ("consultations", "contacts")},
    "shares": {"all": ("consultations", "share")},
    "by": {"all": ("received",), "known": ("consultations",), "successes": ("conversions", *RATES)},
    "by_score": {"known": ("consultations",), "successes": ("conversions", *RATES)},
}


def mask_table(
    table: pd.DataFrame,
    kind: str,
    groups: Mapping[str, Groups],
    masks: Mapping[str, Masks],
    threshold: int,
) -> pd.DataFrame:
    """Return a table of `kind` without the numbers that a masked count would follow from."""
    if table.empty:
        return mark(table, {})
    if kind in ("shares", "by_score"):
        table = _with_all_scores(table, groups)
    if kind == "means":
        return _mask_means(table, groups, masks)
    names, places = _find_places(table, groups)
    hidden = {
        column: np.array([masks[name][level][place] for name, place in zip(names, places, strict=True)])
        for level, columns in DEPENDENTS[kind].items()
        for column in columns
        if column in table
    }
    if kind == "contacts":  # one share would give the sum of all contacts, which is a further equation
        hidden["share"] = np.full(len(table), hidden["contacts"].any())
    masked = mask_columns(table, hidden)
    if any(mask.any() for mask in hidden.values()):
        table_metadata.forget(masked, "all")  # what all products together count is one more equation
    if kind == "by" and table.index.name == "grade":
        return _join_masked(table, masked, groups["grade"], hidden, threshold)
    if kind == "by" and table.index.name not in ORDERED:
        unknown = hidden["consultations"]
        shown_first = sorted(range(len(table)), key=lambda i: (unknown[i], places[i] if unknown[i] else i))
        masked = masked.iloc[shown_first]
    return masked


def _find_places(table: pd.DataFrame, groups: Mapping[str, Groups]) -> tuple[list[str], list[int]]:
    """Return of which classification each row is, and its group's place there."""
    of_scores = "dimension" in table
    names = (
        [f"score {dimension}" for dimension in table["dimension"]]
        if of_scores
        else [str(table.index.name)] * len(table)
    )
    labels = table["score"] if of_scores else table.index
    return names, [groups[name].labels.index(label) for name, label in zip(names, labels, strict=True)]


def _mask_means(
    table: pd.DataFrame, groups: Mapping[str, Groups], masks: Mapping[str, Masks]
) -> pd.DataFrame:
    given = [f"score {d}" in groups for d in table.index]  # else nobody gave a score
    hidden = [g and masks[f"score {d}"]["all"].any() for d, g in zip(table.index, given, strict=True)]
    sealed = [g and "all" in groups[f"score {d}"].sealed for d, g in zip(table.index, given, strict=True)]
    return mask_columns(table, {"consultations": np.array(sealed), "mean": np.array(hidden)})


def _join_masked(
    table: pd.DataFrame,
    masked: pd.DataFrame,
    grades: Groups,
    hidden: Mapping[str, np.ndarray],
    threshold: int,
) -> pd.DataFrame:
    """Show grades whose outcomes are masked as one row, where their sum follows from the total anyway.

    So the main finding, conversion by grade, stays whole: the lowest two grades take one row together. Where
    some consultations have no grade, their outcomes are masked as well and the sum does not follow.
    """
    places = np.flatnonzero(hidden["conversions"])
    follows = not grades.counts["known"][-1] and not grades.sealed and 2 <= len(places) < len(table)
    if (
        not follows
        or _is_thin_together(grades, table.index[places], threshold)
        or hidden["consultations"].any()
        or np.ptp(places) != len(places) - 1
    ):
        return masked
    counts = table.iloc[places][["consultations", "conversions"]].sum()
    if not 0 < counts["conversions"] < counts["consultations"]:
        return masked
    name = text(zh="、", en=", ").join(table.index[places])
    joined = counts.to_frame(name).T.astype("int64")
    whole = masked[["consultations", "conversions"]].drop(index=table.index[places])
    parts = [whole.iloc[: places[0]], joined, whole.iloc[places[0] :]]
    rates = with_interval(pd.concat(parts).astype("int64").rename_axis("grade"), Measure())
    return table_metadata.tell(table_metadata.carry(table, rates), protected={}, joined=True)


def _is_thin_together(grades: Groups, labels: pd.Index, threshold: int) -> bool:
    """Tell whether grades may still be of few customers together: unless they are so for being small."""
    places = [grades.labels.index(label) for label in labels]
    known, reached = (grades.counts[level][places] for level in ("known", "successes"))
    thin = grades.thin["successes"][places]
    fewest = np.minimum(reached, known - reached)
    return bool(grades.thin["known"][places].any() or thin.all() or (thin & (fewest >= threshold)).any())


def _with_all_scores(table: pd.DataFrame, groups: Mapping[str, Groups]) -> pd.DataFrame:
    """Add a row for every score that the table leaves out: a missing row would say that its count is zero."""
    dimensions = list(dict.fromkeys(table["dimension"]))
    rows = [(d, score) for d in dimensions for score in groups[f"score {d}"].labels]
    whole = table.set_index(["dimension", "score"]).reindex(pd.MultiIndex.from_tuples(rows))
    counts = [column for column in ("consultations", "conversions") if column in whole]
    whole[counts] = whole[counts].fillna(0).astype("int64")
    if "share" in whole:
        whole["share"] = whole["share"].fillna(0.0)
    whole = whole.rename_axis(["dimension", "score"]).reset_index()
    return table_metadata.carry(table, whole)[list(table.columns)]


def mask_columns(table: pd.DataFrame, hidden: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return a table without the numbers of some rows: column → which, as bool array."""
    masked = table.copy()
    for column, mask in hidden.items():
        if mask.any():
            masked[column] = table[column].astype("float64").mask(mask)
    protected = {column: table.index[mask].tolist() for column, mask in hidden.items() if mask.any()}
    return mark(masked, protected)


def mask_average(average: pd.Series, sealed: frozenset[str]) -> pd.Series:
    """Return the measure over all consultations without what is too small."""
    hidden = ["consultations"] * ("known" in sealed) + ["conversions", *RATES] * ("successes" in sealed)
    masked = average.astype("float64").mask(average.index.isin(hidden))
    return mark(masked, {column: [average.name] for column in hidden})


def mark(table: Any, protected: dict[str, list[Any]] | None = None, *, internal: bool = False) -> Any:
    """Return a copy that says what was withheld of it, or that nothing was protected."""
    if internal:
        return table_metadata.describe(table.copy(), internal=True)
    return table_metadata.describe(table.copy(), withheld=protected or {})
