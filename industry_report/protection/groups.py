"""What the tables of a publication count: classifications, their groups, and the levels of each count.

The model of `disclosure`: a *group* of a *classification* (grade, customer type, month, a score) has up
to three nested counts: ``all`` its consultations, those whose outcome is ``known``, the ``successes`` among
these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.conversion import REST
from ..base import language, table_metadata
from ..base.errors import InputError

LEVELS = ("all", "known", "successes")  # each counts part of what the one before it counts
MULTIPLE = {"product"}  # one consultation may belong to several groups
ORDERED = {"grade", "month", "quarter"}  # the order of the rows says nothing about their numbers

TOTAL = "total"  # of all consultations, where a classification is asked for

Masks = dict[str, np.ndarray]
Thin = Mapping[str, Mapping[str, frozenset[Any]]]
"""Classification → level → groups of too few customers, or with one that dominates; see `customers`."""


@dataclass(frozen=True)
class Groups:
    """The counts of one classification.

    Attributes
    ----------
    name : str
        The column that it groups by; for scores the dimension.
    labels : tuple
        The groups in an order that does not depend on their counts.
    counts : dict of str to int array
        By level, the first being the widest. One entry a group and a last one for those in no group (their
        score, type or date is missing): nobody prints it, but it follows from the totals.
    sealed : frozenset of str
        Levels whose total is itself under the threshold and so is not shown.
    thin : dict of str to bool array
        By level, groups that too few customers make up, or that one dominates; as protected as small counts.
    """

    name: str
    labels: tuple[Any, ...]
    counts: dict[str, np.ndarray]
    sealed: frozenset[str] = frozenset()
    thin: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def levels(self) -> list[str]:
        """The levels that some table shows."""
        return [level for level in LEVELS if level in self.counts]


def find_kind(table: pd.DataFrame | pd.Series) -> str:
    """Tell which rules protect a table, from what it says it counts; nothing where it does not say."""
    counts = table_metadata.counts(table)
    if counts is None:
        return ""
    levels = set(counts.levels.values())
    match counts.classification:
        case ():
            return "average"
        case ("dimension",):
            return "means"
        case ("dimension", "score"):
            return "by_score" if "successes" in levels else "shares"
        case (_,) if "contacts" in levels:
            return "contacts"
        case (_,):
            return "by" if "successes" in levels else "grades"
    return ""


def collect_counts(tables: Sequence[Any]) -> dict[str, dict[str, pd.Series]]:
    """Return classification → level → counts by group, from all tables that hold them."""
    found: dict[str, dict[str, pd.Series]] = {}
    for table in tables:
        for name, level, counts in _read_counts(table):
            known = found.setdefault(name, {}).setdefault(level, counts)
            if not known.sort_index().equals(counts.sort_index()):
                problem = f"two tables by {name} have different counts."
                raise InputError("disclosure.protect", problem, "Give the tables of one slice at a time.")
    return found


def _read_counts(table: Any) -> Iterator[tuple[str, str, pd.Series]]:
    kind = find_kind(table)
    if kind in ("", "average", "means") or (kind == "by" and table.empty):
        return
    counts = table_metadata.counts(table)
    for column, level in (counts.levels if counts else {}).items():
        if level not in LEVELS or column not in table:
            continue
        if kind in ("shares", "by_score"):
            for dimension, rows in table.groupby("dimension", sort=False):
                yield f"score {dimension}", level, rows.set_index("score")[column].astype("int64")
        else:
            yield str(table.index.name), level, table[column].astype("int64")


def arrange(
    name: str,
    levels: Mapping[str, pd.Series],
    known: int,
    successes: int,
    order: Sequence[Any],
    thin: Mapping[str, frozenset[Any]],
) -> Groups:
    """Lay the counts of a classification out in an order fixed beforehand, those in no group last."""
    labels = sorted(
        set().union(*(counts.index for counts in levels.values())), key=lambda x: rank_label(x, order)
    )
    counts = {
        level: np.append(levels[level].reindex(labels, fill_value=0).to_numpy(np.int64), 0)
        for level in LEVELS
        if level in levels
    }
    if "known" in counts and name not in MULTIPLE:
        rest = known - counts["known"].sum(), successes - counts["successes"].sum()
        if not 0 <= rest[1] <= rest[0]:
            problem = f"the table by {name} and the average do not add up."
            raise InputError("disclosure.protect", problem, "Give the tables of one slice at a time.")
        counts["known"][-1], counts["successes"][-1] = rest
    few = {level: np.array([*(label in thin.get(level, ()) for label in labels), False]) for level in counts}
    return Groups(name, tuple(labels), counts, thin=few)


USUAL = {label: place for place, label in enumerate(reversed(language.CODE_NAMES))}


def rank_label(label: Any, order: Sequence[Any] = ()) -> tuple[int, bool, int, Any]:
    """Order groups by what is fixed beforehand: no count of this year, nor the report's language.

    The pooled rest comes first, then what the vocabulary does not list, by name, then what it lists, from the
    end, for the usual ones stand first there. Neighbours in this order are each other's partners.
    """
    place = list(order).index(label) if label in order else len(order)
    return place, label not in REST.values(), USUAL.get(label, -1), label
