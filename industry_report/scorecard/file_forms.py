"""What keys stand where in a scorecard's file, and what turns the text of each into its value."""

import datetime as dt
import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ..base.yaml_forms import Keyed
from .conditions import Interval, read_interval
from .scorecards import RESULTS

# Decimals are short, and totals are checked, so that a total in whole numbers stays below 2**53.
_DECIMAL = r"-?[0-9]{1,6}(?:\.[0-9]{1,9})?"


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty. Write a text.")
    return text.strip()


def _column(text: str) -> str:
    if text.strip() in RESULTS:
        raise ValueError("is a column that scoring adds. Name the column that holds the scores.")
    return _text(text)


def _weight(text: str) -> Fraction:
    if not re.fullmatch(_DECIMAL, text) or not Fraction(text):
        raise ValueError("is not a decimal number other than 0. Write it with a point, such as 0.4.")
    return Fraction(text)


def _step(text: str) -> Fraction:
    if not re.fullmatch(_DECIMAL, text) or not 0 < Fraction(text) <= 1:
        raise ValueError("is not a decimal number above 0 and up to 1. Write `step: 0.5` for half scores.")
    return Fraction(text)


def _number(text: str) -> Fraction:
    if not re.fullmatch(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?", text):
        raise ValueError("is not a decimal number. Write it with a point, such as 30 or 0.5.")
    return Fraction(text)


def _above_zero(text: str) -> Fraction:
    number = _number(text)
    if number <= 0:
        raise ValueError("is not above 0. Write a number such as 100 or 0.01.")
    return number


def _share(text: str) -> Fraction:
    number = _number(text)
    if not 0 < number <= 1:
        raise ValueError("is no share of a total, above 0 and up to 1. Write a number such as 0.8.")
    return number


def _range(text: str) -> Interval:
    interval = read_interval(text)
    if math.isinf(interval.low) or math.isinf(interval.high):
        raise ValueError("has no end. Write the least or greatest total that can be reached.")
    return interval


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text):
        raise ValueError("is not a whole number. Write the contacts a year as a number such as 12.")
    return int(text)


def _several(text: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", text) or int(text) < 1:
        raise ValueError("is not a whole number from 1 to 999. Write a number such as 3.")
    return int(text)


def _whole(text: str) -> int:
    if not re.fullmatch("-?[0-9]{1,6}", text):
        raise ValueError("is not a whole number. Write a number such as 3 or -2.")
    return int(text)


def _date(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError("is not a date. Write it like 2025-01-31.") from None


def _one_of(*choices: str) -> Callable[[str], str]:
    def choose(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is none of {', '.join(choices)}. Write one of them.")
        return text

    return choose


def _truth(text: str) -> bool:
    return _one_of("true", "false")(text) == "true"


_WORDING = {"zh": _text, "en": _text}

_CONDITION: dict[str, Any] = {"rule?": _text, "column?": _column, "in?": read_interval, "is?": [_text]}

_CONDITION |= {"all?": [_CONDITION], "any?": [_CONDITION], "not?": _CONDITION}

_JOINED = {key: _CONDITION[key] for key in ("all?", "any?", "not?", "rule?")}

_FOLLOW_UP = {
    "role": _WORDING,
    "cadence": _WORDING,
    "contacts_per_year": _count,
    "action": _WORDING,
    "strategy?": _WORDING,
}

_BAND = {"grade": _text, "name?": _WORDING, "label": _WORDING, "follow_up": _FOLLOW_UP}

_TRIGGER = {
    "name": _text,
    "label": _WORDING,
    "column": _text,
    "monthly": _one_of("sum", "count", "mean"),
    "in": read_interval,
    "months": _several,
    "action": _WORDING,
}

_HEAD = {
    "kind": _text,
    "name": _text,
    "version": _text,
    "title": _WORDING,
    "valid?": {"from": _date, "to?": _date},
    "review?": _date,
}

# What files beside the scorecards ask in the same grammar: rules of a review, customers of an action.
CONDITION, TRIGGER, WORDING = _CONDITION, _TRIGGER, _WORDING

LEVELLED = {
    "levels?": Keyed(_whole, _WORDING),
    "bins?": [{"level": _whole, "values": read_interval, "label?": _WORDING}],
    "ranks?": {
        "parts": _several,
        "within?": _column,
        "ties": _one_of("lowest", "highest", "middle"),
        "order?": _one_of("ascending", "descending"),
    },
    "cumulative?": {
        "parts": [{"level": _whole, "to": _share, "label?": _WORDING}],
        "within?": _column,
        "crossing": _one_of("higher", "lower"),
    },
    "linear?": {
        "per": _above_zero,
        "least": _number,
        "most": _number,
        "step?": _above_zero,
        "capped?": _truth,
    },
    "points?": [{"values": [_text], "points": _whole, "label?": _WORDING}],
}

_DIMENSION = {
    "column": _column,
    "label": _WORDING,
    "weight": _weight,
    **LEVELLED,
    "step?": _step,
    "otherwise?": _whole,
    "missing?": {"points": _whole, "label?": _WORDING},
}

_INPUT = {"column": _column, "label": _WORDING, "type": _one_of("number", "text"), "unit?": _WORDING}

_ITEM = {
    "column": _column,
    "label": _WORDING,
    "weight?": _weight,
    "yes?": [_text],
    "no?": [_text],
    "unknown?": [_text],
}

WEIGHTED = {
    **_HEAD,
    "normalised?": _truth,
    "dimensions": [_DIMENSION],
    "zero_when?": _CONDITION,
    "zero_because?": _WORDING,
    "bands": [_BAND | {"composite": _range}],
    "triggers?": [_TRIGGER],
}

TIERS = {
    **_HEAD,
    "inputs": [_INPUT],
    "rules?": [{"name": _text, **_JOINED}],
    "ordered?": _truth,
    "bands": [_BAND | _JOINED | {"score?": _range}],
    "triggers?": [_TRIGGER],
}

CHECKLIST = {**_HEAD, "items": [_ITEM], "bands": [_BAND | {"composite": _range}], "triggers?": [_TRIGGER]}
