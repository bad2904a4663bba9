"""How many customers stand behind each count: the threshold is about people, not about rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.grouping import split_several
from ..settings.editions import Policy
from .groups import MULTIPLE, TOTAL

IDENTIFIER = "customer_id"


def find_thin(
    rows: pd.DataFrame, successes: pd.Series, columns: Sequence[str], policy: Policy
) -> dict[str, dict[str, frozenset[Any]]]:
    """Return the counts that too few customers make up, or that one of them dominates.

    Parameters
    ----------
    rows : DataFrame
        The consultations that are counted; ``customer_id`` where identifiers exist.
    successes : Series
        1, 0 or missing for each of them: `Measure.successes`.
    columns : sequence of str
        What groups them: grade, customer type, ``month``, ``score intent``.
    policy : Policy
        Its threshold, for customers, and its p of the p% rule, for how many consultations are one customer's.

    Returns
    -------
    dict
        Classification, or ``"total"`` for all consultations → level → groups. Few failures count as few
        successes. Rows without an identifier count as a customer each.
    """
    if IDENTIFIER not in rows:
        return {}
    owner = pd.factorize(rows[IDENTIFIER])[0].astype(np.int64)
    unnamed = owner < 0
    owner[unnamed] = owner.max(initial=0) + 1 + np.arange(unnamed.sum())
    success = pd.to_numeric(successes, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    everything = pd.Series("", index=range(len(rows)))
    found = {TOTAL: _find_levels(everything, owner, success, policy)}
    for column in columns:
        if column in rows:
            labels = split_labels(rows[column], column)
            place = labels.index.to_numpy()
            found[column] = _find_levels(labels, owner[place], success[place], policy)
    return found


def split_labels(values: pd.Series, column: str) -> pd.Series:
    """Return the categories of each consultation, which has several of `MULTIPLE`; indexed by position."""
    labels = values.reset_index(drop=True)
    if column not in MULTIPLE:
        return labels.dropna()
    return split_several(labels).dropna()


def _find_levels(
    labels: pd.Series, owner: np.ndarray, success: np.ndarray, policy: Policy
) -> dict[str, frozenset[Any]]:
    code, names = pd.factorize(labels)
    chosen = {"all": np.ones(len(code), bool), "known": ~np.isnan(success)}
    thin = {level: set(_find_groups(code[part], owner[part], policy)) for level, part in chosen.items()}
    thin["successes"] = {
        group
        for value in (0, 1)
        for group in _find_groups(code[success == value], owner[success == value], policy)
    }
    return {level: frozenset(names[group] for group in groups) for level, groups in thin.items() if groups}


def _find_groups(code: np.ndarray, owner: np.ndarray, policy: Policy) -> Iterator[int]:
    """Yield the groups whose consultations are of few customers, or too many of them of one."""
    if not len(code):
        return
    owners = int(owner.max()) + 1
    pairs, counts = np.unique(code.astype(np.int64) * owners + owner, return_counts=True)
    group = pairs // owners
    order = np.lexsort((-counts, group))
    group, counts = group[order], counts[order]
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    for start, end in zip(starts, np.r_[starts[1:], len(group)], strict=True):
        mine = counts[start:end]
        if len(mine) < policy.threshold or mine[2:].sum() < policy.dominance / 100 * mine[0]:
            yield int(group[start])
