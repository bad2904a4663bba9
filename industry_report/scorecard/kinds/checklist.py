"""Checklists: items that are yes, no or unknown; the points of the yeses are counted."""

from fractions import Fraction
from typing import Any

from ...base import answer_words
from ...base.yaml_forms import Place
from ...base.yaml_reader import Page
from ..head_and_bands import check_bands, check_size, check_texts, make_bands, make_head
from ..scorecards import Answers, Dimension, Scorecard

_YES = (*answer_words.YES, "有")

_NO = (*answer_words.NO, "没有")

_UNKNOWN = (*answer_words.UNKNOWN, "不确定", "unknown", "n/a", "na", "-", "")


def check_checklist(page: Page, values: dict[str, Any]) -> None:
    """Note what contradicts itself in a checklist."""
    for number, item in enumerate(values.get("items", [])):
        place: Place = ("items", number)
        answers = _make_answers(item)
        lists = {(*place, key): list(getattr(answers, key)) for key in ("yes", "no", "unknown")}
        check_texts(page, lists)
    if page.faults:
        return
    items = list(map(_make_item, values["items"]))
    check_size(page, "items", items)
    check_bands(page, values["bands"], items)


def _make_answers(item: dict[str, Any]) -> Answers:
    given = {
        key: item.get(key) or default for key, default in (("yes", _YES), ("no", _NO), ("unknown", _UNKNOWN))
    }
    return Answers(**{key: tuple(texts) for key, texts in given.items()})


def _make_item(values: dict[str, Any]) -> Dimension:
    levels = {0: {"zh": "否", "en": "no"}, 1: {"zh": "是", "en": "yes"}}
    return Dimension(
        values["column"], values["label"], values.get("weight", Fraction(1)), levels, _make_answers(values)
    )


def make_checklist(values: dict[str, Any]) -> Scorecard:
    """Make a checklist of values without faults."""
    items = tuple(map(_make_item, values["items"]))
    return Scorecard(**make_head(values), dimensions=items, bands=make_bands(values))
