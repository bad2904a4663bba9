"""A search for what nobody asked: groups with unusual outcomes, honest about how many questions were asked.

Uncontrolled, such a search finds "something" in a third of all data without anything in them. So it runs over
one half of the customers, with the distribution of the largest |z| over all questions under permuted outcomes
(Westfall and Young 1993, max-T), and what it finds must hold in the other half (Holm).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from ...base import origin
from ..group_tests import holm

LEAST, MOST_TOLD = 30, 5  # rows of a condition in each half; findings told
PERMUTATIONS, SEED, ALPHA = 2000, 23, 0.05
BINS = 4  # of a number
_CELLS = 20_000_000

_Float = npt.NDArray[np.float64]


class Question(NamedTuple):
    """One or two attributes with a value each."""

    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Discoveries:
    """What a search found.

    Attributes
    ----------
    found : DataFrame
        At most five, strongest first: ``condition`` (tuple of attribute and value), ``rows`` and ``rate`` in
        both halves (``rows_a``, ``rate_a``, ``rows_b``, ``rate_b``), ``rest_b`` (the rate of all others in
        the other half), their ``difference`` with its Newcombe interval ``low``, ``high``, ``p_search``
        (max-z) and ``p_confirmed`` (Holm).
    questions : int
        Conditions that were looked at.
    critical, bonferroni : float
        |z| above which fewer than 5 % of permuted outcomes lie anywhere; and what it would be for questions
        that have nothing to do with each other.
    candidates : int
        Conditions beyond it in the first half.
    rows_a, rows_b : int
        Rows of the halves.
    """

    found: pd.DataFrame
    questions: int
    critical: float
    bonferroni: float
    candidates: int
    rows_a: int
    rows_b: int


def wracc(member: Sequence[bool] | _Float, success: Sequence[bool] | _Float) -> float:
    """Return the weighted relative accuracy of a group: its share of the rows times what its rate exceeds.

    Lavrač, Flach and Zupan 1999.

    Examples
    --------
    >>> wracc([True, True, False, False], [True, True, True, False])
    0.125
    """
    inside, good = np.asarray(member, dtype=float), np.asarray(success, dtype=float)
    return float((inside * (good - good.mean())).mean())


def ask(rows: pd.DataFrame, least: int = LEAST) -> tuple[list[Question], npt.NDArray[np.float32]]:
    """Return all conditions on one or two attributes that enough rows meet.

    Parameters
    ----------
    rows : DataFrame
        Attributes alone: texts as they are; numbers of more than four values are cut at their quartiles.
    least : int
        Rows that a condition and its opposite must have.

    Returns
    -------
    list of Question, array
        And for each condition a row that is 1 where it holds. Conditions that hold for the same rows are
        asked once.
    """
    single = {
        ((str(name), str(value)),): (labels == value).to_numpy(bool)
        for name in rows
        for labels in [_label(rows[name])]
        for value in sorted(labels.dropna().unique())
    }
    pairs = {
        (*one, *other): single[one] & single[other]
        for one, other in combinations(single, 2)
        if one[0][0] != other[0][0]
    }
    asked: list[Question] = []
    held: list[npt.NDArray[np.bool_]] = []
    seen: set[bytes] = set()
    for parts, member in (single | pairs).items():
        if least <= member.sum() <= len(rows) - least and member.tobytes() not in seen:
            seen.add(member.tobytes())
            asked.append(Question(parts))
            held.append(member)
    matrix = np.array(held, dtype=np.float32).reshape(len(held), len(rows))
    return asked, matrix


def _label(values: pd.Series) -> pd.Series:
    """Return the attribute as texts, numbers in quarters."""
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > BINS:
        number = values.astype("float64")
        edges = np.unique(np.nanquantile(number, np.linspace(0, 1, BINS + 1)))
        cut = pd.cut(number, edges, include_lowest=True)
        return cut.map(lambda part: f"{part.left:,.6g}–{part.right:,.6g}", na_action="ignore").astype(
            "object"
        )
    return values.astype("object").where(values.notna(), None).map(str, na_action="ignore")


def find_z(matrix: npt.NDArray[np.float32], success: npt.NDArray[np.floating]) -> _Float:
    """Return z of the successes in each group: hypergeometric mean and variance.

    Parameters
    ----------
    matrix : array, questions × rows
        See `ask`.
    success : array, rows or rows × draws
        1 or 0.
    """
    total, size = success.shape[0], matrix.sum(axis=1, dtype=np.float64)
    reached = float(success[:, 0].sum() if success.ndim == 2 else success.sum())
    mean, left = size * reached / total, total - size
    deviation = np.sqrt(mean * (total - reached) / total * left / (total - 1))
    hits = (matrix @ success.astype(np.float32)).astype(np.float64)
    shape = (-1, 1) if success.ndim == 2 else (-1,)
    return (hits - mean.reshape(shape)) / deviation.reshape(shape)


def permuted_maxima(
    matrix: npt.NDArray[np.float32], success: _Float, draws: int = PERMUTATIONS, seed: int = SEED
) -> _Float:
    """Return the largest |z| over all questions for permuted outcomes, smallest first."""
    rng, found = np.random.default_rng(seed), []
    step = max(1, _CELLS // max(len(success), len(matrix)))
    for start in range(0, draws, step):
        shuffled = np.tile(success.astype(np.float32), (min(step, draws - start), 1))
        rng.permuted(shuffled, axis=1, out=shuffled)
        found.append(np.abs(find_z(matrix, shuffled.T)).max(axis=0))
    return np.sort(np.concatenate(found))


def split_halves(customers: Sequence[object]) -> npt.NDArray[np.bool_]:
    """Tell who is in the first half: by a hash of the customer, so that each is in one half for good."""
    return np.array([hashlib.sha256(str(name).encode()).digest()[0] % 2 == 0 for name in customers], bool)


def discover(
    rows: pd.DataFrame,
    success: Sequence[float] | pd.Series,
    customers: Sequence[object] | pd.Series,
    *,
    draws: int = PERMUTATIONS,
    seed: int = SEED,
) -> Discoveries:
    """Search one half of the customers for groups with unusual outcomes; confirm them in the other half.

    Parameters
    ----------
    rows : DataFrame
        Attributes, one row a customer: rows of one customer are not independent.
    success : sequence
        1 or 0 for each row.
    customers : sequence
        Who it is; it decides on the half.
    draws, seed : int
        Permutations, and where they start.

    Returns
    -------
    Discoveries
        A condition on two attributes that says no more than one of them (the difference to that group is not
        significant in the first half) is not told.
    """
    outcome, first = np.asarray(success, dtype=float), split_halves(list(customers))
    a, b = rows[first].reset_index(drop=True), rows[~first].reset_index(drop=True)
    y, other = outcome[first], outcome[~first]
    asked, matrix = ask(a)
    if not asked or y.sum() in (0, len(y)):
        return Discoveries(_tell([]), len(asked), np.nan, np.nan, 0, len(a), len(b))
    z, maxima = find_z(matrix, y), permuted_maxima(matrix, y, draws, seed)
    p = (1 + len(maxima) - np.searchsorted(maxima, np.abs(z) - 1e-9)) / (1 + len(maxima))
    chosen = [k for k in np.argsort(-np.abs(z), kind="stable") if p[k] < ALPHA]
    kept = [k for k in chosen if not _is_redundant(k, asked, matrix, y)]
    records = _confirm(kept, asked, matrix, p, y, _meet(asked, kept, a, b), other)
    critical = float(np.quantile(maxima, 1 - ALPHA))
    bonferroni = float(norm.isf(ALPHA / 2 / len(asked)))
    return Discoveries(_tell(records), len(asked), critical, bonferroni, len(chosen), len(a), len(b))


def _meet(
    asked: Sequence[Question], kept: Sequence[int], a: pd.DataFrame, b: pd.DataFrame
) -> list[npt.NDArray[np.bool_]]:
    """Tell which rows of the other half meet the conditions; numbers are cut where the first half's were."""
    labels = {str(name): _label_like(a[name], b[name]) for name in a}
    return [
        np.logical_and.reduce([(labels[name] == value).to_numpy(bool) for name, value in asked[k].parts])
        for k in kept
    ]


def _label_like(model: pd.Series, values: pd.Series) -> pd.Series:
    both = pd.concat([model, values], ignore_index=True)
    if pd.api.types.is_numeric_dtype(model) and model.nunique() > BINS:
        edges = np.unique(np.nanquantile(model.astype("float64"), np.linspace(0, 1, BINS + 1)))
        names = dict(enumerate(sorted(_label(model).dropna().unique(), key=lambda w: _lower(w))))
        place = pd.cut(values.astype("float64"), [-np.inf, *edges[1:-1], np.inf], labels=False)
        return place.map(names)
    return _label(both).iloc[len(model) :].reset_index(drop=True)


def _lower(label: str) -> float:
    return float(label.split("–")[0].replace(",", ""))


def _is_redundant(
    k: int, asked: Sequence[Question], matrix: npt.NDArray[np.float32], success: _Float
) -> bool:
    """Tell whether one of the two attributes explains it: within that group the other makes no difference."""
    parts = asked[k].parts
    if len(parts) == 1:
        return False
    inside = matrix[k] > 0
    for parent, question in enumerate(asked):
        if len(question.parts) > 1 or question.parts[0] not in parts:
            continue
        rest = (matrix[parent] > 0) & ~inside
        if not rest.any():
            return True
        x, n = [success[inside].sum(), success[rest].sum()], [inside.sum(), rest.sum()]
        if sum(x) in (0, sum(n)) or proportions_ztest(x, n)[1] >= ALPHA:
            return True
    return False


def _confirm(
    kept: Sequence[int],
    asked: Sequence[Question],
    matrix: npt.NDArray[np.float32],
    p: _Float,
    y: _Float,
    members: Sequence[npt.NDArray[np.bool_]],
    other: _Float,
) -> list[dict[str, object]]:
    """Return what holds in the other half, in the same direction, Holm over all that was asked of it."""
    records = []
    for k, member in zip(kept, members, strict=True):
        inside, rest = other[member], other[~member]
        if min(len(inside), len(rest)) < LEAST:
            continue
        x, n = [inside.sum(), rest.sum()], [len(inside), len(rest)]
        chance = 1.0 if sum(x) in (0, sum(n)) else float(proportions_ztest(x, n)[1])
        low, high = confint_proportions_2indep(x[0], n[0], x[1], n[1], method="newcomb")
        mine = y[matrix[k] > 0]
        records.append(
            {
                "condition": asked[k].parts,
                "rows_a": len(mine),
                "rate_a": float(mine.mean()),
                "rows_b": len(inside),
                "rate_b": float(inside.mean()),
                "rest_b": float(rest.mean()),
                "difference": float(inside.mean() - rest.mean()),
                "low": float(low),
                "high": float(high),
                "p_search": float(p[k]),
                "p_confirmed": chance,
                "same": (mine.mean() - y.mean()) * (inside.mean() - rest.mean()) > 0,
            }
        )
    adjusted = holm(np.array([record["p_confirmed"] for record in records], dtype=float))
    told = [record | {"p_confirmed": float(q)} for record, q in zip(records, adjusted, strict=True)]
    return [record for record in told if record["p_confirmed"] < ALPHA and record["same"]][:MOST_TOLD]


def _tell(records: Sequence[dict[str, object]]) -> pd.DataFrame:
    columns = ["condition", "rows_a", "rate_a", "rows_b", "rate_b", "rest_b", "difference", "low", "high"]
    return pd.DataFrame(list(records), columns=[*columns, "p_search", "p_confirmed"])


origin.trace_module(globals())
