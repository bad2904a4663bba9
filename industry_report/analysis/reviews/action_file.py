"""Read `params/actions.yaml`: what was done, when, for whom, what it was to change and by how much."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ...base.errors import did_you_mean
from ...base.yaml_forms import Kind, Typed, read_words
from ...base.yaml_reader import open_page
from ...intake.code_lists import CODES, REFUND
from ...scorecard.conditions import Condition
from ...scorecard.file_forms import CONDITION, WORDING
from .review_file import read_condition

ACTIONS = Kind("the file of actions", "params/actions.yaml", may_be_empty=True)
_KINDS = tuple(kind for kind in CODES["order_kind"] if kind != REFUND)
_MOST_DAYS = 730
ORDERED, ORDERS, COMPLAINED, COMPLAINTS = "ordered", "orders", "complained", "complaints"
# Indicator → the table it is counted in, whether it is a share of customers, its name.
INDICATORS: Mapping[str, tuple[str, bool, str, str]] = {
    ORDERED: ("orders", True, "下单客户占比", "share of customers with an order"),
    ORDERS: ("orders", False, "户均订单数", "orders a customer"),
    COMPLAINED: ("complaints", True, "投诉客户占比", "share of customers with a complaint"),
    COMPLAINTS: ("complaints", False, "户均投诉数", "complaints a customer"),
}


@dataclass(frozen=True)
class Action:
    """One action.

    Attributes
    ----------
    name : str
        As the table of assignments names it.
    begins, ends : date
        First and last day.
    indicator : str
        One of `INDICATORS`.
    kinds : tuple of str
        Kinds of order that count; all but refunds without any.
    days : int
        How long after (and as long before) the assignment is counted.
    target : float or None
        The least change that was wanted; a negative one for what should fall.
    is_randomised : bool
        Whether the groups were drawn at random.
    condition : Condition or None
        To whom it was addressed, on evidence as of its begin; everybody without one.
    """

    name: str
    label: Mapping[str, str] = field(hash=False)
    begins: dt.date
    ends: dt.date
    indicator: str
    kinds: tuple[str, ...]
    days: int
    target: float | None
    is_randomised: bool
    condition: Condition | None = None

    @property
    def table(self) -> str:
        """The table that the indicator is counted in."""
        return INDICATORS[self.indicator][0]

    @property
    def is_share(self) -> bool:
        """Whether the indicator is a share of customers."""
        return INDICATORS[self.indicator][1]

    def choose(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the indicator's table that count."""
        if self.kinds and "kind" in rows:
            return rows[rows["kind"].isin(self.kinds)]
        return rows


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise ValueError("is no day. Write for example 2025-03-03.")


def _days(text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or not 7 <= int(text) <= _MOST_DAYS:
        raise ValueError(f"is no number of days from 7 to {_MOST_DAYS}. Write for example 90.")
    return int(text)


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError("is no number. Write for example 0.02 for two points, -0.01 for one point less.")


def _yes_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("is neither true nor false. Write true only if chance drew the groups.")


def _indicator(text: str) -> str:
    if text not in INDICATORS:
        raise ValueError(
            f"is none of {', '.join(INDICATORS)}. {did_you_mean(text, list(INDICATORS))}".strip()
        )
    return text


def _kind(text: str) -> str:
    if text not in _KINDS:
        raise ValueError(f"is no kind of order. There are {', '.join(_KINDS)}.")
    return text


_JOINED = {key: CONDITION[key] for key in CONDITION if key != "rule?"}
FORM: dict[str, Any] = {
    "actions": [
        {
            "name": read_words,
            "label": WORDING,
            "from": Typed(_day),
            "to": Typed(_day),
            "indicator": _indicator,
            "kinds?": [_kind],
            "days": _days,
            "target?": Typed(_number),
            "randomised": Typed(_yes_no),
            "who?": _JOINED,
        }
    ]
}


def load_actions(path: str | Path | None) -> tuple[Action, ...]:
    """Read what actions were taken; without a path, or of an empty file, none.

    Raises
    ------
    InputError
        The file is missing or contradicts itself; all faults at once, each with its line.
    """
    if not path:
        return ()
    page = open_page(path, ACTIONS)
    values = page.read(page.root, FORM) if page.root is not None else {"actions": []}
    listed = values.get("actions", [])
    conditions = [
        read_condition(page, one.get("who") or {}, ("actions", n, "who")) for n, one in enumerate(listed)
    ]
    _note_faults(page, listed)
    page.refuse(path)
    return tuple(_make(one, condition) for one, condition in zip(listed, conditions, strict=True))


def _note_faults(page: Any, listed: list[dict[str, Any]]) -> None:
    first: dict[str, int] = {}
    for number, one in enumerate(listed):
        line, name = page.find_line(("actions", number, "name")), one.get("name")
        if name in first and name:
            page.note(line, f"the action {name} stands twice, first on line {first[name]}. Keep one.")
        first.setdefault(str(name), line)
        begins, ends = one.get("from"), one.get("to")
        if begins and ends and begins > ends:
            page.note_at(("actions", number, "to"), f"{ends} lies before {begins}. Write the later day.")
        if one.get("kinds") and one.get("indicator") not in (ORDERED, ORDERS, None):
            place = ("actions", number, "kinds")
            page.note_at(place, "kinds are of orders, and the indicator is of complaints. Take kinds out.")


def _make(one: dict[str, Any], condition: Condition | None) -> Action:
    return Action(
        name=one["name"],
        label=one["label"],
        begins=one["from"],
        ends=one["to"],
        indicator=one["indicator"],
        kinds=tuple(one.get("kinds") or ()),
        days=one["days"],
        target=one.get("target"),
        is_randomised=one["randomised"],
        condition=condition,
    )
