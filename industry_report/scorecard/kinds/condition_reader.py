"""Make conditions out of what was read: those of tiers, and the gate of a weighted scorecard."""

from collections.abc import Mapping
from typing import Any

from ...base.errors import near_match
from ...base.yaml_forms import Place
from ...base.yaml_reader import Page
from .. import conditions
from ..conditions import AllOf, AnyOf, Condition, NotOf, OneOf, Within

MOST_CELLS = 200_000


class ConditionReader:
    """Makes conditions out of what was read; a rule is put in where its name stands."""

    def __init__(self, page: Page, rules: list[Any], inputs: Mapping[str, str] | None) -> None:
        self._page, self._inputs = page, inputs
        self._rules = {rule["name"]: (rule, ("rules", n)) for n, rule in enumerate(rules) if rule.get("name")}
        self._types: dict[str, str] = {}
        self.used_rules: set[str] = set()

    def read(self, values: dict[str, Any], place: Place, trail: tuple[str, ...] = ()) -> Condition | None:
        """Condition of one entry, None where it has a fault; `trail` are the rules that led here."""
        ways = [key for key in ("all", "any", "not", "rule", "column") if key in values]
        if len(ways) != 1:
            told = f"says {' and '.join(ways)}" if ways else "has no condition"
            fault = f"{self._page.name_place(place)} {told}. Write one of all, any, not, rule, column."
            self._page.note_at(place, fault)
            return None
        if "column" in ways:
            return self._read_leaf(values, place)
        if stray := [key for key in ("in", "is") if key in values]:
            self._page.note_at((*place, stray[0]), f"{stray[0]} needs a column beside it. Name the column.")
        if "not" in ways:
            part = self.read(values["not"], (*place, "not"), trail)
            return None if part is None else NotOf(part)
        return self._read_rule(values, place, trail) if ways == ["rule"] else self._join(values, place, trail)

    def _join(self, values: dict[str, Any], place: Place, trail: tuple[str, ...]) -> Condition | None:
        key = "all" if "all" in values else "any"
        parts = [self.read(one, (*place, key, n), trail) for n, one in enumerate(values[key])]
        whole = tuple(part for part in parts if part is not None)
        if not whole or len(whole) < len(parts):
            return None
        return AllOf(whole) if key == "all" else AnyOf(whole)

    def _read_rule(self, values: dict[str, Any], place: Place, trail: tuple[str, ...]) -> Condition | None:
        name = values["rule"]
        self.used_rules.add(name)
        if name in trail:
            circle = " → ".join((*trail[trail.index(name) :], name))
            fault = f"the rule {name} leads back to itself: {circle}. Break the circle."
            self._page.note_at((*place, "rule"), fault)
        elif name is not None and name not in self._rules:
            near = near_match(name, self._rules)
            mend = f"Did you mean {near}?" if near else "Write it under rules."
            self._page.note_at((*place, "rule"), f"there is no rule {name}. {mend}")
        elif name is not None:
            return self.read(*self._rules[name], (*trail, name))
        return None

    def _read_leaf(self, values: dict[str, Any], place: Place) -> Condition | None:
        column, ways = values["column"], [key for key in ("in", "is") if key in values]
        if len(ways) != 1:
            told = "both in and is" if ways else "neither in nor is"
            mend = 'Write an interval, `in: "(100000, inf)"`, or texts, `is: [月度]`.'
            self._page.note_at(place, f"{self._page.name_place(place)} says {told}. {mend}")
        elif column is not None and self._check_type(column, "number" if "in" in values else "text", place):
            if values.get("in"):
                return Within(column, values["in"])
            if values.get("is") and None not in values["is"]:
                return OneOf(column, tuple(values["is"]))
        return None

    def _check_type(self, column: str, kind: str, place: Place) -> bool:
        """Tell whether the column is an input, and a number or text as the condition needs it."""
        if self._inputs is not None and column not in self._inputs:
            near = near_match(column, self._inputs)
            mend = f"Did you mean {near}?" if near else f"The inputs are {', '.join(self._inputs)}."
            self._page.note_at((*place, "column"), f"{column} is no input. {mend}")
            return False
        known = (self._inputs or self._types).get(column) or kind
        self._types[column] = known
        if known != kind:
            mend = "Numbers take `in`, texts take `is`."
            self._page.note_at(place, f"{column} is a {known} and asked like a {kind}. {mend}")
        return known == kind


def check_cells(page: Page, place: Place, whole: list[Condition]) -> bool:
    """Tell whether the combinations of cells are few enough to look at them all."""
    cells = conditions.count_cells(conditions.list_axes(whole))
    if cells > MOST_CELLS:
        told = f"the conditions tell {cells:,} combinations apart, more than {MOST_CELLS:,}."
        page.note_at(place, f"{told} Use fewer columns or fewer different borders.")
    return cells <= MOST_CELLS
