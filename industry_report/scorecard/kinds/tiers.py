"""Tiers: every band has conditions on inputs, joined by all and any."""

from itertools import combinations, pairwise
from typing import Any

import numpy as np

from ...base.yaml_reader import Page
from .. import conditions
from ..conditions import Condition
from ..head_and_bands import make_band, make_head
from ..scorecards import Dimension, Input, Scorecard
from .condition_reader import ConditionReader, check_cells


def check_tiers(page: Page, values: dict[str, Any]) -> None:
    """Note what contradicts itself in tiers: overlaps, bands never reached, rules never used."""
    _check_score_ranges(page, values.get("bands", []))
    if page.faults:  # what the conditions mean can only be told of a file that is otherwise whole
        return
    found = _read_tiers(page, values)
    if not page.faults and check_cells(page, ("bands",), found):
        _check_overlaps(page, values, found)
        for band, condition in zip(values["bands"], found, strict=True):
            band["condition"] = condition


def _read_tiers(page: Page, values: dict[str, Any]) -> list[Condition]:
    """Conditions of the bands as they are listed; rules and inputs that decide nothing are noted."""
    rules = values.get("rules", [])
    reader = ConditionReader(page, rules, {one["column"]: one["type"] for one in values["inputs"]})
    read = [reader.read(band, ("bands", number)) for number, band in enumerate(values["bands"])]
    for number, rule in enumerate(rules):
        reader.read(rule, ("rules", number), (rule["name"],))
        if rule["name"] not in reader.used_rules:
            page.note_at(("rules", number), f"the rule {rule['name']} is never used. Use it or remove it.")
    whole = [condition for condition in read if condition is not None]
    if len(whole) == len(read):
        asked = conditions.list_columns(whole)
        for number, one in enumerate(values["inputs"]):
            if one["column"] not in asked:
                page.note_at(("inputs", number), f"no band asks for {one['column']}. Use it or remove it.")
    return whole


def _check_score_ranges(page: Page, bands: list[Any]) -> None:
    """Check that ranges fall from band to band, as the bands do."""
    listed = [(band["score"], ("bands", n, "score")) for n, band in enumerate(bands) if band.get("score")]
    for (upper, _), (lower, place) in pairwise(listed):
        if lower.end > upper.start:
            mend = "List the highest band first, and let ranges not overlap."
            page.note_at(place, f"{lower.text} does not lie below {upper.text}. {mend}")


def _check_overlaps(page: Page, values: dict[str, Any], found: list[Condition]) -> None:
    axes = conditions.list_axes(found)
    truths = [conditions.hold(condition, axes) for condition in found]
    grades = [band["grade"] for band in values["bands"]]
    earlier = np.zeros_like(truths[0])
    for number, (grade, truth) in enumerate(zip(grades, truths, strict=True)):
        place = ("bands", number)
        if not truth.any():
            page.note_at(
                place, f"{grade} can never hold, its conditions exclude each other. Change one of them."
            )
        elif values.get("ordered") and not (truth & ~earlier).any():
            page.note_at(
                place, f"{grade} is never reached: a band above holds wherever it does. Change or remove it."
            )
        earlier |= truth
    if not values.get("ordered"):
        for (i, one), (j, other) in combinations(enumerate(truths), 2):
            if (one & other).any():
                example = conditions.name_example(one & other, axes)
                mend = "Change one, or write `ordered: true` so that the first that holds is taken."
                fault = f"{grades[j]} holds together with {grades[i]}, for example at {example}. {mend}"
                page.note_at(("bands", j), fault)


def make_tiers(values: dict[str, Any]) -> Scorecard:
    """Make tiers of values without faults."""
    inputs = [
        Dimension(one["column"], one["label"], None, {}, Input(one["type"], one.get("unit")))
        for one in values["inputs"]
    ]
    return Scorecard(
        **make_head(values),
        dimensions=tuple(inputs),
        bands=tuple(map(make_band, reversed(values["bands"]))),
        ordered=values.get("ordered", False),
    )
