"""Which sums of money are withheld: those that give a contributor away, and those that would give these away.

A sum is *sensitive* where few contribute to it or one of them could be worked out (the p% rule). Where the
total of all is known, the withheld groups of a grouping are together one more sum that readers can work out,
so it must itself be safe. And a linear programme over all groupings at once looks whether what is shown still
narrows a withheld sum to less than the rule asks for (Hundepool and others 2012, section 4.4: secondary cell
suppression, protection levels).

What is masked for others' sake goes in pairs by an order fixed beforehand, see `suppression`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from ..settings.editions import Policy
from .amounts import dominance
from .groups import rank_label
from .suppression import pair_up

NOBODY = "\ue000"  # the group of rows that state none: never printed, but it follows from the total
LEEWAY = 1e-6  # of the total: what a linear programme may be off
MOST = 10.0  # times the total: an amount of which nothing is told
LARGEST = 3_000  # cells of crossed groupings that are worth a linear programme

Masks = dict[str, frozenset[Any]]


@dataclass(frozen=True)
class Contributions:
    """What each contributor gave to each group.

    Attributes
    ----------
    rows : DataFrame
        ``contributor``, the groupings, and the columns of money, in which a missing amount does not count.
    by, columns : tuple of str
        The groupings; the columns of money.
    policy : Policy
        Threshold and p of the p% rule.
    labels : mapping
        Grouping → its groups, in an order that does not depend on their sums.
    known : mapping
        Grouping → group → which part of its sum another report shows: no cover for others.
    """

    rows: pd.DataFrame
    by: tuple[str, ...]
    columns: tuple[str, ...]
    policy: Policy
    labels: Mapping[str, list[Any]] = field(default_factory=dict)
    known: Mapping[str, Mapping[Any, float]] = field(default_factory=dict)

    def among(self, chosen: Any, column: str) -> np.ndarray:
        """Return one amount a contributor, of some of the rows."""
        part = self.rows.loc[chosen, ["contributor", column]].dropna()
        return part.groupby("contributor")[column].sum().to_numpy(float)

    def is_sensitive(self, chosen: Any) -> bool:
        """Tell whether the sum of some rows gives a contributor away in any column of money.

        A column in which nothing is known of them has no sum.
        """
        if self.rows.loc[chosen, "contributor"].nunique() < self.policy.threshold:
            return True
        amounts = [self.among(chosen, column) for column in self.columns]
        return any(len(part) and is_sensitive(part, self.policy) for part in amounts)

    def within(self, grouping: str, labels: Any) -> pd.Series:
        """Return which rows belong to some groups."""
        return self.rows[grouping].isin(list(labels))


def is_sensitive(amounts: np.ndarray, policy: Policy) -> bool:
    """Tell whether a sum must be withheld.

    Parameters
    ----------
    amounts : array
        One amount a contributor, of either sign. The p% rule is applied to their absolute values and to
        those of each sign alone, unless these are under p percent of all and so hide in the others.
    policy : Policy
        See `load_policy`.

    Examples
    --------
    >>> policy = Policy(threshold=3, dominance=10, internal=False)
    >>> [is_sensitive(np.array(given), policy) for given in ([900, 60, 30, 20], [900, 60, 50, 45])]
    [True, False]
    """
    giving = amounts[amounts != 0]
    if len(giving) < policy.threshold:
        return len(giving) > 0 or len(amounts) < policy.threshold
    size = np.abs(giving)
    signs = (size[giving > 0], size[giving < 0])
    large = [part for part in signs if part.sum() >= policy.dominance / 100 * size.sum()]
    return any(dominance(part, policy.dominance) for part in (size, *large))


def find_masks(given: Contributions, hidden: Mapping[str, Any]) -> tuple[Masks, bool]:
    """Return which groups are withheld by grouping, and whether the total of all may be told.

    Parameters
    ----------
    given : Contributions
        All that is summed.
    hidden : mapping
        Grouping → groups that another table of the slice withholds.
    """
    told = not given.is_sensitive(given.rows.index)
    primary = {
        grouping: frozenset(
            label
            for label in given.labels[grouping]
            if label == NOBODY
            or label in hidden.get(grouping, ())
            or given.is_sensitive(given.within(grouping, [label]))
        )
        for grouping in given.by
    }
    masks = {g: _complete(given, g, mask) for g, mask in primary.items()}
    if told and not all(_is_covered(given, g, mask) for g, mask in masks.items()):
        # Nothing is left to hide among, and the total may be told elsewhere (`market_publication`).
        return {g: frozenset(given.labels[g]) for g in given.by}, False
    # Where the total is not told, all of a grouping is not, either, which tells it.
    if not told and all(primary.values()):
        masks = primary
    while exposed := _find_exposed(given, masks, told):
        if (wider := _widen(given, masks, exposed)) is None:
            return {g: frozenset(given.labels[g]) for g in given.by}, False
        masks = wider
    return masks, told


def _list_blocks(given: Contributions, grouping: str) -> list[list[Any]]:
    """Return pairs of groups that are withheld together, whichever of them is sensitive."""
    named = [label for label in given.labels[grouping] if label != NOBODY]
    return [[named[place] for place in block] for block in pair_up(range(len(named)))]


def _complete(given: Contributions, grouping: str, mask: frozenset[Any]) -> frozenset[Any]:
    """Withhold more until the withheld groups are together a sum that may be known."""
    blocks = _list_blocks(given, grouping)
    # A rest that nobody prints is a partner for all, if it is large enough to hide among.
    alone = NOBODY in mask and not given.is_sensitive(given.within(grouping, [NOBODY]))
    if not alone:
        mask = mask.union(*(block for block in blocks if mask & set(block)))
    while not _is_covered(given, grouping, mask):
        further = next((block for block in blocks if not mask.issuperset(block)), None)
        if further is None:
            return mask
        mask = mask.union(further)
    return mask


def _is_covered(given: Contributions, grouping: str, mask: frozenset[Any]) -> bool:
    """Tell whether the sum of the withheld groups may be known, also to who knows parts of some of them."""
    if mask and given.is_sensitive(given.within(grouping, mask)):
        return False
    known = {label: part for label, part in given.known.get(grouping, {}).items() if label in mask and part}
    return not known or not any(
        _is_bare(given, grouping, mask, label, known)
        for label in mask
        if label != NOBODY and given.is_sensitive(given.within(grouping, [label]))
    )


def _is_bare(
    given: Contributions, grouping: str, mask: frozenset[Any], label: Any, known: Mapping[Any, float]
) -> bool:
    """Tell whether a sensitive sum has too little beside it that is not known."""
    rows = given.rows[given.within(grouping, mask)]
    left = (
        rows[grouping].map({other: 1 - known.get(other, 0) for other in mask if other != label}).fillna(1.0)
    )
    scaled = rows.assign(**{column: rows[column] * left.astype(float) for column in given.columns})
    unknown = replace(given, rows=scaled)
    return unknown.is_sensitive(scaled.index)


def _widen(given: Contributions, masks: Masks, exposed: Sequence[str]) -> Masks | None:
    """Withhold one more pair in each grouping where a sum is narrowed; None if nothing is left."""
    wider = dict(masks)
    for grouping in exposed:
        blocks = _list_blocks(given, grouping)
        further = next((block for block in blocks if not masks[grouping].issuperset(block)), None)
        if further is not None:
            wider[grouping] = _complete(given, grouping, masks[grouping].union(further))
    if wider != masks:
        return wider
    # All of the grouping is withheld and the others still tell of it: the last of them goes.
    for grouping in reversed(given.by):
        if not masks[grouping].issuperset(given.labels[grouping]):
            return {**masks, grouping: frozenset(given.labels[grouping])}
    return None


# --- what all groupings together tell


@dataclass(frozen=True)
class Targets:
    """Sums that a reader must stay unsure of.

    Attributes
    ----------
    covers : array of shape (targets, cells)
        Which cells each is the sum of, as 0 and 1.
    needs : array
        By how much a reader must be off, upwards and downwards: the protection level.
    groupings : list of str
        Where more is to be withheld if a reader is not.
    """

    covers: np.ndarray
    needs: np.ndarray
    groupings: list[str]


def _find_exposed(given: Contributions, masks: Masks, told: bool) -> list[str]:
    """Return the groupings of which less must be shown: a sensitive sum can be narrowed by all that is.

    Looked at are the groups that are withheld and, of several groupings, what nobody prints: the cells in
    which they cross. Which cells are empty is taken as known.
    """
    places = [given.rows[g].map({label: n for n, label in enumerate(given.labels[g])}) for g in given.by]
    cells, code = np.unique(np.array(places, np.int64).T, axis=0, return_inverse=True)
    code = code.ravel()
    if len(cells) > LARGEST and len(given.by) > 1:
        return [] if all(masks[g].issuperset(given.labels[g]) for g in given.by[1:]) else list(given.by[1:])
    covers = {
        (g, label): (cells[:, column] == place).astype(float)
        for column, g in enumerate(given.by)
        for place, label in enumerate(given.labels[g])
    }
    shown = [cover for (g, label), cover in covers.items() if label not in masks[g]]
    shown += [np.ones(len(cells))] if told else []
    if not shown:
        return []
    least = [
        (covers[g, label], part)
        for g, of in given.known.items()
        for label, part in of.items()
        if (g, label) in covers
    ]
    found: list[str] = []
    for column in given.columns:
        values = np.bincount(code, given.rows[column].fillna(0).to_numpy(float), len(cells))
        withheld = [(covers[g, label], g) for g in given.by for label in masks[g] if label != NOBODY]
        crossing = [(cover, given.by[-1]) for cover in np.eye(len(cells))] if len(given.by) > 1 else []
        targets = _list_targets(given, code, column, [*withheld, *crossing])
        found += _list_narrowed(targets, values, np.array(shown), least)
    return list(dict.fromkeys(found))


def _list_targets(
    given: Contributions, code: np.ndarray, column: str, sums: Sequence[tuple[np.ndarray, str]]
) -> Targets:
    """Return those of some sums that are sensitive, with their protection levels."""
    p = given.policy.dominance / 100
    kept, needs, groupings = [], [], []
    for cover, grouping in sums:
        amounts = given.among(cover[code] > 0, column)
        largest = np.sort(np.abs(amounts))[::-1]
        if not is_sensitive(amounts, given.policy) or not largest[:1].any():
            continue
        kept.append(cover)
        needs.append(max(p * largest[0] - largest[2:].sum(), p * abs(amounts.sum())))
        groupings.append(grouping)
    return Targets(np.array(kept), np.array(needs), groupings)


def _list_narrowed(
    targets: Targets, values: np.ndarray, shown: np.ndarray, known: Sequence[tuple[np.ndarray, float]]
) -> list[str]:
    """Return the groupings of the sums that cannot be as low and as high as they must, for what is shown.

    Of some sums a part is `known`: they are no less.

    Every solution is looked at for all sums, so most of them need no programme of their own.
    """
    scale = np.abs(values).sum()
    if not targets.groupings or not scale:
        return []
    cells, needs = values / scale, targets.needs / scale - LEEWAY
    least = 0.0 if (cells >= 0).all() else -MOST
    true = targets.covers @ cells
    low, high = true.copy(), true.copy()
    rows = sparse.csr_array(shown)
    parts = [(cover, part * (cover @ cells)) for cover, part in known if least == 0]
    floors = {"A_ub": -np.array([c for c, _ in parts]), "b_ub": [-v for _, v in parts]} if parts else {}
    narrowed: list[str] = []
    for place, cover in enumerate(targets.covers):
        for sign in (1.0, -1.0):
            if (true[place] - low[place] if sign > 0 else high[place] - true[place]) >= needs[place]:
                continue
            found = linprog(
                sign * cover, A_eq=rows, b_eq=shown @ cells, bounds=[(least, MOST)], method="highs", **floors
            )
            if found.status == 0:
                sums = targets.covers @ found.x
                low, high = np.minimum(low, sums), np.maximum(high, sums)
        if min(true[place] - low[place], high[place] - true[place]) < needs[place]:
            narrowed.append(targets.groupings[place])
    return narrowed


def arrange(
    rows: pd.DataFrame,
    by: Sequence[str],
    columns: Sequence[str],
    policy: Policy,
    known: Mapping[str, Mapping[Any, float]] = MappingProxyType({}),
) -> Contributions:
    """Lay out what each contributor gave, groups in an order that does not depend on their sums."""
    told = rows.assign(**{g: rows[g].astype(object).where(rows[g].notna(), NOBODY) for g in by})
    kept = told[["contributor", *by, *columns]].groupby(["contributor", *by], observed=True, sort=False)
    # An amount that is missing everywhere stays missing: it is no contribution of zero.
    summed = kept[list(columns)].sum(min_count=1).reset_index()
    labels = {g: sorted(summed[g].unique(), key=lambda x: (x == NOBODY, rank_label(x))) for g in by}
    parts = {g: _list_known(summed.groupby(g)[columns[0]].sum(), known.get(g, {})) for g in by}
    return Contributions(summed, tuple(by), tuple(columns), policy, labels, parts)


def _list_known(sums: pd.Series, known: Mapping[Any, float]) -> dict[Any, float]:
    """Return which part of each group's sum, in 分, is known in yuan."""
    amounts = {label: 100 * float(amount) for label, amount in known.items() if label in sums.index}
    return {label: min(a / sums[label], 1.0) for label, a in amounts.items() if a > 0 and sums[label] > 0}
