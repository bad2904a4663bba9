"""Answer sheets as survey tools export them: numbers, words and several answers in a cell → tidy answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...base import answer_words, origin, table_metadata
from ...base.language import text
from .questionnaire import Item, Questionnaire

# The step from the bottom that a word stands for.
WORDS: Mapping[str, int] = {
    word: step for step, words in enumerate(answer_words.STEPS) for word in words.split("|")
}
# What tools write where a question was skipped, and what people write who cannot judge.
_BLANK = "-|--|-2|-3|(跳过)|(空)|跳过|空|无|未答|未使用|不适用|不清楚|不了解"
_BLANK += "|n/a|na|none|null|skipped|not applicable|don't know|nan"
BLANK = frozenset(("", *_BLANK.split("|")))
SEVERAL = re.compile(r"[┋;；|\n]|(?<=[^\d\s]),|(?<=[^\d\s])，|、")
_LEADING = re.compile(r"(-?\d+(?:\.0+)?)(?:\s*分)?(?:\s*[-.、:：(（ ]\s*\D*|[^\d.]*)$")
_TRAILING = re.compile(r"\D*[（(\s:：](\d+)\s*分?\s*[)）]?$")
_DIGITS = {"零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
OFF_SCALE, UNREADABLE, TWO = "off_scale", "unreadable", "several"


def read_answer(cell: Any, item: Item) -> tuple[int | None, str]:
    """Read one cell of an item.

    Parameters
    ----------
    cell : object
        5, "5", "５分", "5 非常满意", "非常满意" …
    item : Item
        Its scale, and words of its own.

    Returns
    -------
    tuple
        The answer as given (not turned round), None without one; and what is wrong with it: "",
        ``"off_scale"``, ``"unreadable"`` or ``"several"`` answers to a question that has one.

    Examples
    --------
    >>> quality = Item("quality", {"zh": "产品质量", "en": "Quality"}, {"zh": "?", "en": "?"})
    >>> read_answer("非常满意", quality), read_answer("4分", quality), read_answer("7", quality)
    ((5, ''), (4, ''), (None, 'off_scale'))
    """
    written = fold(cell)
    if written in BLANK and written not in item.words:
        return None, ""
    own = {fold(word): number for word, number in item.words.items()}
    number = own.get(written)
    if number is None:
        number = _read_number(written)
    if number is None and item.high - item.low == 4 and written in WORDS:
        number = item.low + WORDS[written]
    if number is None:
        return None, TWO if len(split_choices(cell)) > 1 else UNREADABLE
    return (number, "") if item.low <= number <= item.high else (None, OFF_SCALE)


def fold(cell: Any) -> str:
    """Return a cell's text in one form: full-width characters, case and blanks do not matter."""
    if cell is None or cell is pd.NA or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(unicodedata.normalize("NFKC", str(cell)).casefold().split())


def _read_number(written: str) -> int | None:
    if found := _LEADING.match(written) or _TRAILING.match(written):
        return int(float(found[1]))
    return _DIGITS.get(written.removesuffix("分").strip())


def split_choices(cell: Any) -> list[str]:
    """Return the answers of a cell that may hold several, each once.

    Examples
    --------
    >>> split_choices("产品质量┋价格"), split_choices("价格；价格; 其他")
    (['产品质量', '价格'], ['价格', '其他'])
    """
    if fold(cell) in BLANK:
        return []
    parts = SEVERAL.split(unicodedata.normalize("NFKC", str(cell)).replace("┋", ";"))
    return list(dict.fromkeys(part.strip() for part in parts if fold(part) not in BLANK))


def read_answers(responses: pd.DataFrame, survey: Questionnaire) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the answers of a table of responses.

    Parameters
    ----------
    responses : DataFrame
        One row a person invited or answering, the items under their column names as they were written.
    survey : Questionnaire
        What was asked.

    Returns
    -------
    answers : DataFrame
        ``customer_id``, ``survey``, ``sent_on``, ``answered_on``, ``customer_type`` and what else the rows
        have, as given; each item as whole number (a reversed one turned round: high is good), each question
        with several answers as list. ``complete``: the overall item is answered (without one, any is);
        ``partial``: some item is, but not that. Items nobody was asked are missing everywhere.
    faults : DataFrame
        Index ``item``; ``off_scale``, ``unreadable``, ``several``: how many cells were no answer.
    """
    answers = responses.drop(columns=[i.column for i in survey.asked if i.column in responses]).copy()
    faults: dict[str, dict[str, int]] = {}
    for item in (*survey.rated, *([survey.recommend] if survey.recommend else [])):
        cells = responses[item.column] if item.column in responses else pd.Series(None, index=answers.index)
        answers[item.column], faults[item.column] = _read_column(cells.astype(object), item)
    for item in survey.choices:
        cells = responses[item.column] if item.column in responses else pd.Series(None, index=answers.index)
        answers[item.column] = pd.Series([split_choices(c) for c in cells], index=answers.index, dtype=object)
    answers["complete"], answers["partial"] = _judge_completeness(answers, survey)
    table = pd.DataFrame.from_dict(faults, orient="index", dtype="int64").rename_axis("item")
    return answers, table.reindex(columns=[OFF_SCALE, UNREADABLE, TWO], fill_value=0)


def _read_column(cells: pd.Series, item: Item) -> tuple[pd.Series, dict[str, int]]:
    codes, distinct = pd.factorize(cells, use_na_sentinel=True)
    read = [read_answer(cell, item) for cell in distinct]
    turned = item.low + item.high
    numbers = [None if n is None else turned - n if item.is_reversed else n for n, _ in read]
    values = pd.array([*numbers, None], dtype="Int64").take(codes)
    wrong = pd.Series([fault for _, fault in read] + [""], dtype=object).to_numpy()[codes]
    found = {kind: int((wrong == kind).sum()) for kind in (OFF_SCALE, UNREADABLE, TWO)}
    return pd.Series(values, index=cells.index), found


def _judge_completeness(answers: pd.DataFrame, survey: Questionnaire) -> tuple[pd.Series, pd.Series]:
    rated = [item.column for item in (*survey.rated, *([survey.recommend] if survey.recommend else []))]
    some = answers[rated].notna().any(axis=1) if rated else pd.Series(False, index=answers.index)
    key = survey.overall or survey.recommend
    whole = answers[key.column].notna() if key else some
    return whole.astype(bool), (some & ~whole).astype(bool)


def choose_wave(answers: pd.DataFrame, year: int, wave: str = "") -> tuple[str, str]:
    """Return the wave that a report is about, and the one before it; empty where there is none.

    Parameters
    ----------
    answers : DataFrame
        See `read_answers`; all years.
    year : int
        The latest wave of this year is meant.
    wave : str
        Or this one.

    Examples
    --------
    >>> day = pd.to_datetime(["2024-12-02", "2025-06-02", "2025-12-01"])
    >>> waves = pd.DataFrame({"survey": ["a", "b", "c"], "sent_on": day, "year": day.year})
    >>> choose_wave(waves, 2025)
    ('c', 'b')
    """
    order = order_waves(answers)
    if not order:
        return "", ""
    if wave:
        chosen = wave if wave in order else ""
    else:
        own = set(answers.loc[answers["year"] == year, "survey"].dropna())
        chosen = next((name for name in reversed(order) if name in own), "")
    before = order[: order.index(chosen)] if chosen else []
    return chosen, before[-1] if before else ""


def order_waves(answers: pd.DataFrame) -> list[str]:
    """Return the waves of a survey in the order of their first day."""
    if answers.empty:
        return []
    dates = [answers[name] for name in ("sent_on", "answered_on") if name in answers]
    first = dates[0].fillna(dates[-1]) if dates else pd.Series(pd.NaT, index=answers.index)
    begun = first.groupby(answers["survey"]).min()
    return [str(name) for name in begun.reset_index().sort_values([begun.name or 0, "survey"])["survey"]]


def take_wave(answers: pd.DataFrame, wave: str) -> pd.DataFrame:
    """Return one row a customer of a wave: an answer before none, a whole one before a part, then the last.

    Rows without a customer's number count as a customer each.
    """
    rows = answers[answers["survey"] == wave]
    if "customer_id" not in rows or rows.empty:
        return rows.reset_index(drop=True)
    rank = rows["complete"].astype(int) * 2 + rows["partial"].astype(int)
    dates = rows["answered_on"] if "answered_on" in rows else pd.Series(pd.NaT, index=rows.index)
    ordered = rows.assign(_rank=rank, _day=dates).sort_values(["_rank", "_day"], kind="stable")
    named = ordered["customer_id"].notna()
    last = ordered[named].drop_duplicates("customer_id", keep="last")
    chosen = pd.concat([last, ordered[~named]]).sort_index(kind="stable")
    return chosen.drop(columns=["_rank", "_day"]).reset_index(drop=True)


def count_faults(faults: pd.DataFrame, survey: Questionnaire) -> pd.DataFrame:
    """Return how many cells were no answer, by item as the report names it; no rows where there are none."""
    named = {item.column: item.name for item in survey.asked}
    table = faults[faults.sum(axis=1) > 0].rename(index=named)
    heads = {
        OFF_SCALE: text(zh="超出量表", en="Off the scale"),
        UNREADABLE: text(zh="无法识别", en="Unreadable"),
        TWO: text(zh="单选题多个答案", en="Several answers"),
    }
    return table_metadata.describe(table, heads=heads, formats=dict.fromkeys(heads, "rows"))


def is_satisfied(answers: pd.Series, item: Item) -> pd.Series:
    """Return 1, 0 or missing: whether an answer lies in the top box of its item."""
    return answers.ge(item.top).astype("Int64").where(answers.notna())


def as_matrix(answers: pd.DataFrame, items: tuple[Item, ...]) -> np.ndarray:
    """Return the answers of those who answered all items, one row each, as real numbers."""
    columns = [item.column for item in items]
    return answers[columns].dropna().to_numpy(float) if columns else np.empty((0, 0))


origin.trace_module(globals())
