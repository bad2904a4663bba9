"""Grades and scores are margins of one joint distribution: what all of them together tell of one count."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from .groups import LEVELS, Groups, Masks
from .suppression import complete, find_goal, find_ranges, list_further, protect_groups, widen_mask

LARGEST = 20_000  # cells of the joint distribution that are worth a linear programme


@dataclass(frozen=True)
class Joint:
    """Cells of the joint distribution of scores, grade and outcome, and what each count sums over.

    Attributes
    ----------
    sums : dict
        (classification, level, place in it) → which cells the count is the sum of, as 0 and 1.
    """

    sums: dict[tuple[str, str, int], np.ndarray]


def join_family(family: Mapping[str, Groups], grid: pd.DataFrame, top: str | None) -> Joint | None:
    """Lay out the joint distribution; None without scores, or if it is too large, or `grid` lacks some.

    A cell is a combination of scores, any of them may be missing, with an outcome: success, failure, unknown.
    Where the measure is the share of the `top` grade, the outcome follows from the grade.
    """
    dimensions = [name.removeprefix("score ") for name in family if name != "grade"]
    if not dimensions:
        return None
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
        for level, _, low, high in find_ranges(groups, masks[name]):
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
        for level, counts, _, _ in find_ranges(groups, masks[name]):
            if groups.sealed.intersection(LEVELS if level == "failures" else [level]):
                continue
            small, low, high = find_goal(groups, level, counts, threshold)
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


def protect_family(
    family: Mapping[str, Groups], joint: Joint | None, totals: Mapping[str, int | None], threshold: int
) -> dict[str, Masks]:
    """Mask grades and scores; where no further group is left to mask, all are withheld, scores first."""
    masks = {name: protect_groups(groups, threshold) for name, groups in family.items()}
    if not any(mask[:-1].any() for levels in masks.values() for mask in levels.values()):
        return masks
    while joint is not None:
        exposed = _narrowed(family, masks, joint, totals, threshold)
        if not exposed:
            return masks
        # One more group for each count that is narrowed; a second look tells if that was enough.
        places = {(name, "successes" if level == "failures" else level) for name, level, _ in exposed}
        further = {key: list_further(family[key[0]], masks[key[0]], key[1], threshold) for key in places}
        if not all(further.values()):
            break
        for (name, level), block in further.items():
            wider = widen_mask(family[name], masks[name], level, block)
            masks[name] = complete(family[name], wider, threshold)
    for name, groups in family.items():
        if name != "grade":
            masks[name] = widen_mask(groups, masks[name], groups.levels[0], slice(0, -1))
    if joint is not None and _narrowed(family, masks, joint, totals, threshold):
        grades = family["grade"]
        masks["grade"] = widen_mask(grades, masks["grade"], grades.levels[0], slice(0, -1))
    return masks
