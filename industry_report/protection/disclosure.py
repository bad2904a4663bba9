"""Small-number protection of a publication: all tables of a slice, in every edition that shows them.

The model. A report counts consultations by *classifications*: by grade, by customer type, by month, by each
score. A *group* of a classification has up to three nested counts: ``all`` its consultations, those whose
outcome is ``known``, and the ``successes`` among these. Everything printed is a function of these counts and
of totals, and the totals are taken as known to whoever reads the report.

1. A count from 1 to ``threshold - 1`` is masked, so are the successes where the failures are that few.
2. Further counts are masked until every count under the threshold could be anything from 1 to
   ``threshold - 1``, for a reader who knows this program, all totals and every number that is shown.
3. Every number that depends on a masked count is masked.

Which further count is masked must not itself give a hint. Were it the next smallest, readers would learn that
the masked one is smaller than all they see, and with the sum of both what the protected one is at least (Wong
and others, Minimality attack in privacy preserving data publishing, VLDB 2007). So groups come in pairs that
are fixed by what is shown anyway, a pair is masked whichever of the two is small, and whether a further pair
is needed is decided from what is shown.

Grades follow from scores. Their counts are margins of one joint distribution, so a linear programme over all
combinations of scores looks whether the shown margins narrow a masked one, and more is masked if they do.

Sources: Hundepool, Domingo-Ferrer, Franconi, Giessing, Schulte Nordholt, Spicer, de Wolf: Statistical
Disclosure Control, Wiley 2012, chapters 4 (tables of magnitudes: p% rule) and 5 (frequency tables).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from ..analysis.conversion import REST
from ..base import language, table_metadata
from ..base.errors import InputError
from ..base.language import text
from ..settings.publisher import Policy, load_policy

__all__ = [
    "Policy",
    "audit",
    "dominance",
    "is_protected",
    "load_policy",
    "protect",
    "protect_amounts",
    "shown",
]

LEVELS = ("all", "known", "successes")  # each counts part of what the one before it counts
MULTIPLE = {"product"}  # one consultation may belong to several groups
ORDERED = {"grade", "month"}  # the order of the rows says nothing about their numbers
RATES = ("rate", "low", "high")
LARGEST = 20_000  # cells of the joint distribution that are worth a linear programme

Masks = dict[str, np.ndarray]


# --- what the tables of a publication say


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
    """

    name: str
    labels: tuple[Any, ...]
    counts: dict[str, np.ndarray]
    sealed: frozenset[str] = frozenset()

    @property
    def levels(self) -> list[str]:
        """The levels that some table shows."""
        return [level for level in LEVELS if level in self.counts]


def _kind(table: pd.DataFrame | pd.Series) -> str:
    """Tell tables apart by what they hold; what is not known here must not pass unprotected."""
    if isinstance(table, pd.Series):
        return "average" if {"consultations", "conversions"} <= set(table.index) else ""
    columns = set(table.columns)
    if {"dimension", "score", "consultations"} <= columns:
        return "by_score" if "conversions" in columns else "shares"
    if "mean" in columns and table.index.name == "dimension":
        return "means"
    if "contacts" in columns and table.index.name == "grade":
        return "contacts"
    if "conversions" in columns and table.index.name:
        return "by"
    return "grades" if table.index.name == "grade" and "consultations" in columns else ""


def _collect(tables: Sequence[Any]) -> dict[str, dict[str, pd.Series]]:
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
    kind = _kind(table)
    columns = {"grades": {"consultations": "all"}, "contacts": {"consultations": "all"}}.get(kind, {})
    columns = {"shares": {"consultations": "all"}}.get(kind, columns)
    if kind in ("by", "by_score"):
        columns = {"received": "all", "consultations": "known", "conversions": "successes"}
    for column, level in columns.items():
        if column not in table or (kind == "by" and table.empty):
            continue
        if kind in ("shares", "by_score"):
            for dimension, rows in table.groupby("dimension", sort=False):
                yield f"score {dimension}", level, rows.set_index("score")[column].astype("int64")
        else:
            yield str(table.index.name), level, table[column].astype("int64")


def _arrange(
    name: str, levels: Mapping[str, pd.Series], known: int, successes: int, order: Sequence[Any]
) -> Groups:
    labels = sorted(set().union(*(counts.index for counts in levels.values())), key=lambda x: _rank(x, order))
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
    return Groups(name, tuple(labels), counts)


def _rank(label: Any, order: Sequence[Any]) -> tuple[int, bool, Any]:
    """Order groups by what does not depend on counts, nor on the report's language."""
    place = list(order).index(label) if label in order else len(order)
    return place, label in REST.values(), label


# --- which counts are masked


def _mask_small(groups: Groups, threshold: int) -> Masks:
    """Mask what must not be seen in any case; a masked count hides its parts."""
    masks: Masks = {}
    above: np.ndarray | None = None
    for level in groups.levels:
        counts = groups.counts[level]
        mask = (counts >= 1) & (counts < threshold)
        if level == "successes":
            failures = groups.counts["known"] - counts
            mask |= (failures >= 1) & (failures < threshold)
        if above is not None:
            mask = mask | above
        if level in groups.sealed:
            mask[:-1] = True
        mask[-1] = level == "successes" and groups.counts["known"][-1] > 0
        masks[level] = above = mask
    return masks


def _with(groups: Groups, masks: Masks, level: str, places: Any) -> Masks:
    """Mask groups at a level and at all levels below it."""
    wider = dict(masks)
    for part in groups.levels[groups.levels.index(level) :]:
        wider[part] = masks[part].copy()
        wider[part][places] = True
    return wider


def _ranges(groups: Groups, masks: Masks) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield for each level and for the failures: counts, and between what a reader can tell them to be.

    The counts of a level are nested in those above. Only the sum of masked counts is known, and the sum of
    the masked counts above does not change when they are shifted among each other: the levels can be looked
    at one after the other. A count of zero is shown, so a masked count of a shown group is at least 1, unless
    nothing else helped and all of the level were masked.
    """
    above: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
    for level in groups.levels:
        counts, mask = groups.counts[level], masks[level]
        shown = ~masks[groups.levels[groups.levels.index(level) - 1]] if above else np.ones_like(mask)
        floor = 0 if (mask & shown & (counts == 0))[:-1].any() else 1
        if above is None:
            low, high = _share_out(counts, mask, floor)
            yield level, counts, low, high
        else:
            low, high = _share_out_parts(counts, mask, shown, above, floor, level == "successes")
            yield level, counts, low, high
            if level == "successes":
                failures = above[0] - counts
                yield "failures", failures, *_share_out_parts(failures, mask, shown, above, floor, True)
        above = counts, low, high


def _share_out(counts: np.ndarray, mask: np.ndarray, floor: int) -> tuple[np.ndarray, np.ndarray]:
    low, high = counts.copy(), counts.copy()
    if mask.sum() > 1:
        low[mask], high[mask] = floor, counts[mask].sum() - floor * (mask.sum() - 1)
    return low, high


def _share_out_parts(
    counts: np.ndarray,
    mask: np.ndarray,
    shown: np.ndarray,
    above: tuple[np.ndarray, np.ndarray, np.ndarray],
    floor: int,
    both: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Bound parts; `shown`: the count above is shown, `both`: the part and the rest have a floor."""
    whole, whole_low, whole_high = above
    least = np.where(shown, floor, 0)
    least[-1] = 0  # what nobody prints may well be zero
    most = np.where(shown, whole - (least if both else 0), whole_high)
    fewest = np.where(shown, most, whole_low)
    room = most[mask & shown].sum() + whole[mask & ~shown].sum()
    total, floors = counts[mask].sum(), least[mask].sum()
    low = np.maximum(least, total - room + fewest)
    high = np.minimum(most, total - floors + least)
    return np.where(mask, low, counts), np.where(mask, high, counts)


def _exposed(groups: Groups, masks: Masks, threshold: int) -> dict[str, np.ndarray]:
    """Return by level the masked groups that a reader can narrow, if they may be under the threshold at all.

    The answer follows from what is shown, not from the masked counts: stopping here gives no hint.
    """
    found: dict[str, np.ndarray] = {}
    for level, counts, low, high in _ranges(groups, masks):
        at = "successes" if level == "failures" else level
        if at in groups.sealed:
            continue
        _, least, most = _goal(groups, level, counts, threshold)
        may_be_small = masks[at] & (low < threshold) & (high >= np.minimum(1, most))
        places = np.flatnonzero(may_be_small & ((low > least) | (high < most)))
        if len(places):
            found[at] = np.union1d(found.get(at, places), places)
    return found


def _goal(groups: Groups, level: str, counts: np.ndarray, threshold: int) -> tuple[np.ndarray, ...]:
    """Return which counts are under the threshold, and what they must be able to be at least and at most."""
    small = (counts >= 1) & (counts < threshold)
    least, most = np.ones_like(counts), np.full_like(counts, threshold - 1)
    if level in ("successes", "failures"):
        rest = groups.counts["known"][-1]
        if 0 < rest < threshold:  # so few that their outcomes must stay wholly open
            least[-1], most[-1] = 0, rest
    else:
        small[-1] = False  # how many lack a score, a type or a date is told openly
    return small, least, most


def _complete(groups: Groups, masks: Masks, threshold: int) -> Masks:
    """Mask more until no count under the threshold can be narrowed within its classification."""
    for level in groups.levels:
        hit = [block for block in _blocks(groups, masks, level, threshold) if masks[level][block].any()]
        masks = _with(groups, masks, level, [place for block in hit for place in block])
    while exposed := _exposed(groups, masks, threshold):
        level = next(level for level in groups.levels if level in exposed)
        wider = _widen(groups, masks, level, exposed[level], threshold)
        if wider is None:  # all is masked: what is left to tell is a total, and it is not printed
            return masks
        masks = _complete(groups, wider, threshold)
    return masks


def _widen(groups: Groups, masks: Masks, level: str, exposed: np.ndarray, threshold: int) -> Masks | None:
    place = groups.levels.index(level)
    visible = exposed[exposed < len(groups.labels)]
    if level == "known" and place and not masks["all"][visible].all():
        return _with(groups, masks, "all", visible)  # how many outcomes are open may leave no room
    if further := _further(groups, masks, level, threshold):
        return _with(groups, masks, level, further)
    for wide in reversed(groups.levels[: place + 1]):
        if not masks[wide][:-1].all():
            return _with(groups, masks, wide, slice(0, -1))
    return None


def _further(groups: Groups, masks: Masks, level: str, threshold: int) -> list[int]:
    """Return the next groups to mask for others' sake."""
    blocks = _blocks(groups, masks, level, threshold)
    return next((block for block in blocks if not masks[level][block].any()), [])


def _blocks(groups: Groups, masks: Masks, level: str, threshold: int) -> list[list[int]]:
    """Return pairs of groups that are masked together, whichever of them is small.

    Neighbours in the order of the groups; for successes in the order of the numbers of consultations, which
    are shown. Counts of zero are shown and stay out. Where enough people are in no group, their count, which
    nobody prints, is everyone's partner.
    """
    counts = groups.counts[level][:-1]
    chosen = counts > 0
    order: list[int] = list(np.flatnonzero(chosen))
    if level == "successes":
        known = groups.counts["known"]
        chosen &= (counts < known[:-1]) & ~masks["known"][:-1]
        order = sorted(np.flatnonzero(chosen), key=lambda place: (known[place], place))
        if known[-1] >= threshold:
            return [[place] for place in order]
    pairs = [order[i : i + 2] for i in range(0, len(order), 2)]
    if len(pairs) > 1 and len(pairs[-1]) == 1:
        return [*pairs[:-2], pairs[-2] + pairs[-1]]
    return pairs


def _protect_groups(groups: Groups, threshold: int) -> Masks:
    return _complete(groups, _mask_small(groups, threshold), threshold)


# --- grades and scores are margins of one joint distribution


@dataclass(frozen=True)
class Joint:
    """Cells of the joint distribution of scores, grade and outcome, and what each count sums over.

    Attributes
    ----------
    sums : dict
        (classification, level, place in it) → which cells the count is the sum of, as 0 and 1.
    """

    sums: dict[tuple[str, str, int], np.ndarray]


def _join(family: Mapping[str, Groups], grid: pd.DataFrame, top: str | None) -> Joint | None:
    """Lay out the joint distribution; None if it is too large or `grid` does not cover the scores.

    A cell is a combination of scores, any of them may be missing, with an outcome: success, failure, unknown.
    Where the measure is the share of the `top` grade, the outcome follows from the grade.
    """
    dimensions = [name.removeprefix("score ") for name in family if name != "grade"]
    values = [sorted(set(grid[d].dropna()) | set(family[f"score {d}"].labels)) for d in dimensions]
    if np.prod([len(v) + 1 for v in values]) * 3 > LARGEST:
        return None
    graded = {
        tuple(row): None if pd.isna(grade) else str(grade)
        for row, grade in zip(grid[dimensions].itertuples(index=False, name=None), grid["grade"], strict=True)
    }
    cells = list(itertools.product(*([*v, None] for v in values)))
    cells = [cell for cell in cells if None in cell or cell in graded]
    grades = np.array([graded.get(cell) or "" for cell in cells])
    outcomes = np.repeat(["successes", "failures", "unknown"], len(cells))
    columns = {"grade": np.tile(grades, 3)}
    for place, dimension in enumerate(dimensions):
        scores = [np.nan if cell[place] is None else cell[place] for cell in cells]
        columns[f"score {dimension}"] = np.tile(np.array(scores, dtype=float), 3)
    if top is not None:
        grade = columns["grade"]
        outcome = np.where(grade == top, "successes", np.where(grade == "", "unknown", "failures"))
        keep = outcomes == outcome
        outcomes, columns = outcomes[keep], {name: column[keep] for name, column in columns.items()}
    return Joint(dict(_sums(family, columns, outcomes)))


def _sums(
    family: Mapping[str, Groups], columns: Mapping[str, np.ndarray], outcomes: np.ndarray
) -> Iterator[tuple[tuple[str, str, int], np.ndarray]]:
    known = {
        "all": np.ones(len(outcomes), bool),
        "known": outcomes != "unknown",
        "successes": outcomes == "successes",
        "failures": outcomes == "failures",
    }
    for name, groups in family.items():
        inside = [columns[name] == label for label in groups.labels]
        nowhere = ~np.any(inside, axis=0) if inside else np.ones(len(outcomes), bool)
        for level in [*groups.levels, *(["failures"] if "successes" in groups.counts else [])]:
            for place, cells in enumerate([*inside, nowhere]):
                yield (name, level, place), (cells & known[level]).astype(float)


def _rows(
    family: Mapping[str, Groups], masks: Mapping[str, Masks], joint: Joint, totals: Mapping[str, int | None]
) -> tuple[list[np.ndarray], list[float], list[float]]:
    """Return all that a reader knows of the joint distribution: sums of cells with their least and most."""
    rows: list[np.ndarray] = []
    least: list[float] = []
    most: list[float] = []
    for name, groups in family.items():
        for level, _, low, high in _ranges(groups, masks[name]):
            if groups.sealed.intersection(LEVELS if level == "failures" else [level]):
                continue
            # How many lack a score is a matter of the totals; of some, no table of this level tells it.
            for place in range(len(low) - (level == "all")):
                rows.append(joint.sums[name, level, place])
                least.append(float(low[place]))
                most.append(float(high[place]))
            if not masks[name][level if level != "failures" else "successes"].any():
                continue
            visible = [joint.sums[name, level, place] for place in range(len(groups.labels))]
            if level in ("all", "known") and visible:
                rows.append(np.sum(visible, axis=0))
                least.append(float(groups.counts[level][:-1].sum()))
                most.append(least[-1])
    any_groups = next(iter(family))
    for level, total in totals.items():
        if total is not None and (any_groups, level, 0) in joint.sums:
            places = range(len(family[any_groups].labels) + 1)
            rows.append(np.sum([joint.sums[any_groups, level, place] for place in places], axis=0))
            least.append(float(total))
            most.append(float(total))
    return rows, least, most


def _narrowed(
    family: Mapping[str, Groups],
    masks: Mapping[str, Masks],
    joint: Joint,
    totals: Mapping[str, int | None],
    threshold: int,
) -> list[tuple[str, str, int]]:
    """Return the counts under the threshold that all margins together narrow."""
    goals: dict[tuple[str, str, int], tuple[float, float]] = {}
    for name, groups in family.items():
        for level, counts, _, _ in _ranges(groups, masks[name]):
            if groups.sealed.intersection(LEVELS if level == "failures" else [level]):
                continue
            small, low, high = _goal(groups, level, counts, threshold)
            for place in np.flatnonzero(small):
                goals[name, level, int(place)] = float(low[place]), float(high[place])
    if not goals:
        return []
    rows, least, most = _rows(family, masks, joint, totals)
    reached = _reach(goals, joint, sparse.csr_array(np.array(rows)), np.array(least), np.array(most))
    return [goal for goal, reach in reached.items() if reach is False]


def _reach(
    goals: Mapping[tuple[str, str, int], tuple[float, float]],
    joint: Joint,
    rows: sparse.csr_array,
    least: np.ndarray,
    most: np.ndarray,
) -> dict[tuple[str, str, int], bool]:
    """Tell for each count whether it can be both as low and as high as its goal.

    Every solution is looked at for all counts, so most of them need no programme of their own.
    """
    sums = np.array([joint.sums[goal] for goal in goals])
    lows, highs = (np.array(ends) for ends in zip(*goals.values(), strict=True))
    low, high = np.full(len(lows), np.inf), np.full(len(lows), -np.inf)
    for place, vector in enumerate(sums):
        for sign, done in ((1.0, low <= lows + 1e-6), (-1.0, high >= highs - 1e-6)):
            if done[place]:
                continue
            cells = _solve(sign * vector, rows, least, most)
            if cells is None:
                return dict.fromkeys(goals, False)
            values = sums @ cells
            low, high = np.minimum(low, values), np.maximum(high, values)
    return {
        goal: bool(low[i] <= lows[i] + 1e-6 and high[i] >= highs[i] - 1e-6) for i, goal in enumerate(goals)
    }


def _solve(
    costs: np.ndarray, rows: sparse.csr_array, least: np.ndarray, most: np.ndarray
) -> np.ndarray | None:
    same = least == most
    above = sparse.vstack([rows[~same], -rows[~same]]) if not same.all() else None
    limits = np.concatenate([most[~same], -least[~same]]) if above is not None else None
    result = linprog(costs, A_ub=above, b_ub=limits, A_eq=rows[same], b_eq=least[same], method="highs")
    return result.x if result.status == 0 else None


def _protect_family(
    family: Mapping[str, Groups], joint: Joint | None, totals: Mapping[str, int | None], threshold: int
) -> dict[str, Masks]:
    """Mask grades and scores; where no further group is left to mask, all are withheld, scores first."""
    masks = {name: _protect_groups(groups, threshold) for name, groups in family.items()}
    if not any(mask[:-1].any() for levels in masks.values() for mask in levels.values()):
        return masks
    while joint is not None:
        exposed = _narrowed(family, masks, joint, totals, threshold)
        if not exposed:
            return masks
        # One more group for each count that is narrowed; a second look tells if that was enough.
        places = {(name, "successes" if level == "failures" else level) for name, level, _ in exposed}
        further = {key: _further(family[key[0]], masks[key[0]], key[1], threshold) for key in places}
        if not all(further.values()):
            break
        for (name, level), block in further.items():
            wider = _with(family[name], masks[name], level, block)
            masks[name] = _complete(family[name], wider, threshold)
    for name, groups in family.items():
        if name != "grade":
            masks[name] = _with(groups, masks[name], groups.levels[0], slice(0, -1))
    if joint is not None and _narrowed(family, masks, joint, totals, threshold):
        grades = family["grade"]
        masks["grade"] = _with(grades, masks["grade"], grades.levels[0], slice(0, -1))
    return masks


# --- protecting the tables


def protect(policy: Policy, *tables: Any, grid: pd.DataFrame | None = None, total: int | None = None) -> Any:
    """Return the tables of one slice as they may be published, in the order given.

    Parameters
    ----------
    policy : Policy
        See `load_policy`.
    *tables : DataFrame or Series
        What `conversion` and `workload` return. `conversion.overall` must be among them. Whoever gives a
        table of grades or scores must give all of them (`grades`, `by_grade`, `score_shares`, `by_score`),
        also those that the edition does not show: what is masked in one depends on the others, and two
        editions of a slice must mask the same.
    grid : DataFrame, optional
        Every combination of levels with its ``grade``: ``scoring.combinations(card)``. Without it, or where
        it has no rows, all scores are withheld as soon as one grade or score is masked.
    total : int, optional
        The number of consultations of the slice, as the report prints it.

    Returns
    -------
    tuple of DataFrame or Series
        Index, columns and attributes as given, but every score gets a row: a missing one would tell that its
        count is zero. A masked number is NaN, and the table carries which (`table_metadata.withheld`) or
        that nothing was protected (``internal``).
        Groups whose number is masked stand last, by name: their place would tell their size.

    Raises
    ------
    InputError
        If a table is none of those named above, if one of them is missing, or if they are not of one slice.
    """
    kinds = [_kind(table) for table in tables]
    if policy.internal:
        return tuple(_marked(table, internal=True) for table in tables)
    _check_kinds(tables, kinds)
    average = tables[kinds.index("average")]
    groups, masks, sealed = _decide(tables, kinds, average, policy.threshold, grid, total)
    return tuple(
        _mask_average(table, sealed) if kind == "average" else _mask_table(table, kind, groups, masks)
        for table, kind in zip(tables, kinds, strict=True)
    )


def _check_kinds(tables: Sequence[Any], kinds: Sequence[str]) -> None:
    if "" in kinds:
        columns = ", ".join(map(str, tables[kinds.index("")].axes[-1]))
        problem = f"does not know table {kinds.index('') + 1}, with {columns}."
        raise InputError("disclosure.protect", problem, "Give tables of `conversion` and `workload`.")
    if "average" not in kinds:
        raise InputError("disclosure.protect", "the average is missing.", "Give `conversion.overall`, too.")
    names = {
        "by_grade" if kind == "by" and table.index.name == "grade" else kind
        for table, kind in zip(tables, kinds, strict=True)
    }
    family = ("grades", "by_grade", "shares", "by_score")
    missing = [name for name in family if name not in names]
    if missing and names & {*family, "means", "contacts"}:
        problem = f"grades and scores depend on each other, and {missing[0]} is missing."
        mend = f"Give {', '.join(family)}, also those that this edition does not show."
        raise InputError("disclosure.protect", problem, mend)


def _decide(
    tables: Sequence[Any],
    kinds: Sequence[str],
    average: pd.Series,
    threshold: int,
    grid: pd.DataFrame | None,
    total: int | None,
) -> tuple[dict[str, Groups], dict[str, Masks], frozenset[str]]:
    known, successes = int(average["consultations"]), int(average["conversions"])
    found = _collect(tables)
    grades = next((list(t.index)[::-1] for t, k in zip(tables, kinds, strict=True) if k == "grades"), [])
    groups = {
        name: _arrange(name, _filled(name, levels, grid), known, successes, grades if name == "grade" else ())
        for name, levels in found.items()
    }
    # Without outcomes a success is to reach the top grade: its count and the total are one number.
    top = grades[-1] if grades and "known" not in found.get("grade", {}) else None
    sealed = _seal(known, successes, threshold)
    while True:
        sealed_groups = {name: _sealed(group, sealed, threshold) for name, group in groups.items()}
        masks = _protect_all(sealed_groups, sealed, known, successes, threshold, grid, total, top)
        hidden = top is not None and masks["grade"]["all"][len(grades) - 1]
        if not hidden or "successes" in sealed:
            return sealed_groups, masks, sealed
        sealed = sealed | {"successes"}


def _filled(name: str, levels: Mapping[str, pd.Series], grid: pd.DataFrame | None) -> Mapping[str, pd.Series]:
    """Add the scores that nobody gave: that their count is zero is known, too."""
    dimension = name.removeprefix("score ")
    if grid is None or dimension == name or dimension not in grid:
        return levels
    return {
        level: counts.reindex(counts.index.union(pd.Index(grid[dimension].unique())), fill_value=0)
        for level, counts in levels.items()
    }


def _seal(known: int, successes: int, threshold: int) -> frozenset[str]:
    """Return the levels whose total over all consultations is too small to be shown."""
    if 0 < known < threshold:
        return frozenset({"known", "successes"})
    small = 0 < successes < threshold or 0 < known - successes < threshold
    return frozenset({"successes"}) if small else frozenset()


def _sealed(groups: Groups, sealed: frozenset[str], threshold: int) -> Groups:
    for level in ("all", "known"):
        if level in groups.counts and 0 < groups.counts[level].sum() - groups.counts[level][-1] < threshold:
            sealed = sealed | set(LEVELS[LEVELS.index(level) :])
    return replace(groups, sealed=sealed)


def _protect_all(
    groups: Mapping[str, Groups],
    sealed: frozenset[str],
    known: int,
    successes: int,
    threshold: int,
    grid: pd.DataFrame | None,
    total: int | None,
    top: str | None,
) -> dict[str, Masks]:
    family = {name: g for name, g in groups.items() if name == "grade" or name.startswith("score ")}
    masks = {name: _protect_groups(g, threshold) for name, g in groups.items() if name not in family}
    if not family:
        return masks
    totals = {
        "all": total,
        "known": None if "known" in sealed else known,
        "successes": None if "successes" in sealed else successes,
    }
    joint = None if grid is None or grid.empty else _join(family, grid, top)
    return masks | _protect_family(family, joint, totals, threshold)


# Which columns show a count of which level, or depend on it.
DEPENDENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "grades": {"all": ("consultations", "share")},
    "contacts": {"all": ("consultations", "contacts")},
    "shares": {"all": ("consultations", "share")},
    "by": {"all": ("received",), "known": ("consultations",), "successes": ("conversions", *RATES)},
    "by_score": {"known": ("consultations",), "successes": ("conversions", *RATES)},
}


def _mask_table(
    table: pd.DataFrame, kind: str, groups: Mapping[str, Groups], masks: Mapping[str, Masks]
) -> pd.DataFrame:
    if table.empty:
        return _marked(table, {})
    if kind in ("shares", "by_score"):
        table = _with_all_scores(table, groups)
    if kind == "means":
        given = [f"score {d}" in groups for d in table.index]  # else nobody gave a score
        hidden = [g and masks[f"score {d}"]["all"].any() for d, g in zip(table.index, given, strict=True)]
        sealed = [g and "all" in groups[f"score {d}"].sealed for d, g in zip(table.index, given, strict=True)]
        return _masked(table, {"consultations": np.array(sealed), "mean": np.array(hidden)})
    names = (
        [f"score {dimension}" for dimension in table["dimension"]]
        if "dimension" in table
        else [str(table.index.name)] * len(table)
    )
    labels = table["score"] if "dimension" in table else table.index
    places = [groups[name].labels.index(label) for name, label in zip(names, labels, strict=True)]
    hidden_in = {
        column: np.array([masks[name][level][place] for name, place in zip(names, places, strict=True)])
        for level, columns in DEPENDENTS[kind].items()
        for column in columns
        if column in table
    }
    if (
        kind == "contacts"
    ):  # one share shown would give the sum of all contacts, and with it a further equation
        hidden_in["share"] = np.full(len(table), hidden_in["contacts"].any())
    masked = _masked(table, hidden_in)
    if any(mask.any() for mask in hidden_in.values()):
        table_metadata.forget(masked, "all")  # what all products together count is one more equation
    if kind == "by" and table.index.name not in ORDERED:
        unknown = hidden_in["consultations"]
        shown_first = sorted(range(len(table)), key=lambda i: (unknown[i], places[i] if unknown[i] else i))
        masked = masked.iloc[shown_first]
    return masked


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
    table_metadata.carry(table, whole)
    return whole[list(table.columns)]


def _masked(table: pd.DataFrame, hidden: Mapping[str, np.ndarray]) -> pd.DataFrame:
    masked = table.copy()
    for column, mask in hidden.items():
        if mask.any():
            masked[column] = table[column].astype("float64").mask(mask)
    protected = {column: table.index[mask].tolist() for column, mask in hidden.items() if mask.any()}
    return _marked(masked, protected)


def _mask_average(average: pd.Series, sealed: frozenset[str]) -> pd.Series:
    hidden = ["consultations"] * ("known" in sealed) + ["conversions", *RATES] * ("successes" in sealed)
    masked = average.astype("float64").mask(average.index.isin(hidden))
    return _marked(masked, {column: [average.name] for column in hidden})


def _marked(table: Any, protected: dict[str, list[Any]] | None = None, *, internal: bool = False) -> Any:
    if internal:
        return table_metadata.describe(table.copy(), internal=True)
    return table_metadata.describe(table.copy(), withheld=protected or {})


def is_protected(*tables: Any) -> bool:
    """Tell whether a number of these tables was withheld: what is derived from them may then not be shown."""
    return any(table_metadata.withheld_rows(table) for table in tables)


def shown(derived: pd.DataFrame, protected: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a derived table whose group has no withheld number in the table it is derived from.

    Only what a row says in words may then be told; its numbers follow from more than its own group.
    """
    return derived[~derived.index.isin(table_metadata.withheld_rows(protected))]


def audit(policy: Policy, *tables: Any) -> pd.DataFrame:
    """List how much of each table was protected.

    Which numbers are small themselves and which were masked for their sake is not told: it would undo the
    protection. Neither is anything listed that the table itself does not show.

    Parameters
    ----------
    policy : Policy
        The policy the tables were protected with.
    *tables : DataFrame or Series
        What `protect` returned.

    Returns
    -------
    DataFrame
        Index ``table``, in the report's language; ``rows``, ``protected_rows`` and ``rule``.
    """
    rule = text(
        zh=f"1至{policy.threshold - 1}的计数及可据以推算的数字",
        en=f"Counts from 1 to {policy.threshold - 1}, and numbers that would give them away",
    )
    rows = []
    for table in tables:
        labels = table_metadata.withheld_rows(table)
        size = len(table) if isinstance(table, pd.DataFrame) else 1
        said = text(zh="内部版，未作保护", en="Internal edition, not protected") if policy.internal else rule
        rows.append({"table": _title(table), "rows": size, "protected_rows": len(labels), "rule": said})
    return pd.DataFrame(rows, columns=["table", "rows", "protected_rows", "rule"]).set_index("table")


def _title(table: Any) -> str:
    kind = _kind(table)
    if kind == "average":
        return text(zh="全体", en="All consultations")
    group = language.term("score" if kind in ("shares", "by_score") else str(table.index.name))
    shown = {"grades": "consultations", "shares": "share", "means": "mean", "contacts": "contacts"}.get(kind)
    return f"{group}{text(zh='：', en=': ')}{language.term(shown or 'rate')}"


# --- money


def dominance(amounts: pd.Series, p: float) -> bool:
    """Tell whether a sum gives its largest contribution away: the p% rule.

    The second largest contributor, who knows their own, could bound the largest contribution to within p
    percent: what all others give, total - x1 - x2, is less than p/100 of x1 (Hundepool and others 2012,
    section 4.2.2).

    Parameters
    ----------
    amounts : Series
        One amount a contributor, not negative.
    p : float
        Percent.
    """
    largest = np.sort(amounts.to_numpy(float))[::-1]
    return len(largest) > 0 and bool(largest[2:].sum() < p / 100 * largest[0])


def protect_amounts(policy: Policy, sales: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return sums of money by group as they may be published.

    Parameters
    ----------
    policy : Policy
        See `load_policy`.
    sales : DataFrame
        One row a sale: `column`, ``customer_id``, ``amount`` in yuan. Rows where one is missing do not count.
    column : str
        What to group by.

    Returns
    -------
    DataFrame
        Index `column`; ``customers`` and ``amount``, with NaN and what is withheld marked as in `protect`.
        A sum is masked where the customers are too few or one of them dominates. Further sums are masked,
        fewest customers first, until all masked ones together, which follow from the total, are safe as one
        group.

    Raises
    ------
    InputError
        If an amount is negative: the rule holds for contributions.
    """
    parts = sales[[column, "customer_id", "amount"]].dropna().astype({"amount": "float64"})
    if (parts["amount"] < 0).any():
        problem = f"expected amounts of 0 or more, got {parts['amount'].min():,.2f}."
        raise InputError("disclosure.protect_amounts", problem, "Add refunds to the sales they belong to.")
    given = parts.groupby([column, "customer_id"])["amount"].sum()
    table = given.groupby(level=0).agg(customers="size", amount="sum")
    if policy.internal:
        return _marked(table, internal=True)
    if table.empty:
        return _marked(table, {})
    order = sorted(table.index, key=lambda group: _rank(group, ()))
    counts = np.append(table["customers"].reindex(order).to_numpy(np.int64), 0)
    few = _protect_groups(Groups(column, tuple(order), {"all": counts}), policy.threshold)["all"][:-1]
    sums = few | np.array([dominance(given.loc[group], policy.dominance) for group in order])
    for place in sorted(np.flatnonzero(~sums), key=lambda i: (few[i], counts[i], i)):
        if not sums.any() or _safe_together(
            given, [g for g, m in zip(order, sums, strict=True) if m], policy
        ):
            break
        sums[place] = True
    hidden = {"customers": few, "amount": sums}
    return _masked(table.reindex(order), hidden)


def _safe_together(given: pd.Series, groups: list[Any], policy: Policy) -> bool:
    union = given.loc[groups].groupby(level=1).sum()
    return len(groups) > 1 and len(union) >= policy.threshold and not dominance(union, policy.dominance)
