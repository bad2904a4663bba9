"""Which counts of one classification are masked: primary and complementary cell suppression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .groups import ORDERED, Groups, Masks


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
        mask |= groups.thin.get(level, False)
        if above is not None:
            mask = mask | above
        if level in groups.sealed:
            mask[:-1] = True
        mask[-1] = level == "successes" and groups.counts["known"][-1] > 0
        masks[level] = above = mask
    return masks


def widen_mask(groups: Groups, masks: Masks, level: str, places: Any) -> Masks:
    """Mask groups at a level and at all levels below it."""
    wider = dict(masks)
    for part in groups.levels[groups.levels.index(level) :]:
        wider[part] = masks[part].copy()
        wider[part][places] = True
    return wider


def find_ranges(groups: Groups, masks: Masks) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
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
    for level, counts, low, high in find_ranges(groups, masks):
        at = "successes" if level == "failures" else level
        if at in groups.sealed:
            continue
        _, least, most = find_goal(groups, level, counts, threshold)
        may_be_small = masks[at] & (low < threshold) & (high >= np.minimum(1, most))
        places = np.flatnonzero(may_be_small & ((low > least) | (high < most)))
        if len(places):
            found[at] = np.union1d(found.get(at, places), places)
    return found


def find_goal(groups: Groups, level: str, counts: np.ndarray, threshold: int) -> tuple[np.ndarray, ...]:
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


def complete(groups: Groups, masks: Masks, threshold: int) -> Masks:
    """Mask more until no count under the threshold can be narrowed within its classification."""
    for level in groups.levels:
        blocks = _blocks(groups, masks, level, threshold)
        hit = [block for block in blocks if masks[level][block].any()]
        masks = widen_mask(groups, masks, level, [place for block in hit for place in block])
    while exposed := _exposed(groups, masks, threshold):
        level = next(level for level in groups.levels if level in exposed)
        wider = _widen(groups, masks, level, exposed[level], threshold)
        if wider is None:  # all is masked: what is left to tell is a total, and it is not printed
            return masks
        masks = complete(groups, wider, threshold)
    return masks


def _widen(groups: Groups, masks: Masks, level: str, exposed: np.ndarray, threshold: int) -> Masks | None:
    place = groups.levels.index(level)
    visible = exposed[exposed < len(groups.labels)]
    if level == "known" and place and not masks["all"][visible].all():
        return widen_mask(groups, masks, "all", visible)  # how many outcomes are open may leave no room
    if further := list_further(groups, masks, level, threshold):
        return widen_mask(groups, masks, level, further)
    for wide in reversed(groups.levels[: place + 1]):
        if not masks[wide][:-1].all():
            return widen_mask(groups, masks, wide, slice(0, -1))
    return None


def list_further(groups: Groups, masks: Masks, level: str, threshold: int) -> list[int]:
    """Return the next groups to mask for others' sake."""
    blocks = _blocks(groups, masks, level, threshold)
    return next((block for block in blocks if not masks[level][block].any()), [])


def _blocks(groups: Groups, masks: Masks, level: str, threshold: int) -> list[list[int]]:
    """Return pairs of groups that are masked together, whichever of them is small.

    Neighbours in the order of the groups; for successes in the order of the numbers of consultations, which
    are shown, but for grades, where the lowest go together and the main finding, the highest, is the last to
    be sacrificed. Counts of zero are shown and stay out. Where enough people are in no group, their count,
    which nobody prints, is everyone's partner.
    """
    counts = groups.counts[level][:-1]
    chosen = counts > 0
    order: list[int] = list(np.flatnonzero(chosen))
    if level == "successes":
        known = groups.counts["known"]
        chosen &= (counts < known[:-1]) & ~masks["known"][:-1]
        order = list(np.flatnonzero(chosen))
        if groups.name not in ORDERED:
            order.sort(key=lambda place: (known[place], place))
        if known[-1] >= threshold:
            return [[place] for place in order]
    return pair_up(order)


def pair_up(order: Sequence[int]) -> list[list[int]]:
    """Return neighbours as pairs, the last three together where their number is odd.

    Were the odd one to take a neighbour that does not take it in turn, to see both would tell which is small.
    """
    pairs = [list(order[i : i + 2]) for i in range(0, len(order), 2)]
    if len(pairs) > 1 and len(pairs[-1]) == 1:
        return [*pairs[:-2], pairs[-2] + pairs[-1]]
    return pairs


def protect_groups(groups: Groups, threshold: int) -> Masks:
    """Return the masks that one classification needs for its own sake."""
    return complete(groups, _mask_small(groups, threshold), threshold)
