"""The questionnaire as a workbook to fill in: one row a customer, a column a question, answers checked."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from ...base.workbook import open_book, write_text
from .questionnaire import Item, Questionnaire

ROWS = 5_000  # below the head, for which answers are checked
FACTS = {
    "zh": ("答卷编号", "客户编号", "批次", "发放日期", "填写日期"),
    "en": ("response id", "customer id", "wave", "invited on", "submitted at"),
}
SHEETS = {"zh": ("填写说明", "问卷答卷"), "en": ("Instructions", "survey responses")}
HEADS = {"zh": ("项目", "问题", "量表"), "en": ("Item", "Question", "Scale")}
NOTES = {
    "zh": (
        "每位受邀客户一行；没有作答的也保留一行，填写日期和各项留空，否则无法计算回收率。",
        "多选题的几个答案写在同一格，用分号隔开。客户编号用内部编号，不要填姓名、电话。",
    ),
    "en": (
        "One row for each customer who was invited; who did not answer keeps a row without date and answers: "
        "else there is no response rate.",
        "Several answers stand in one cell, parted by semicolons. Use your own numbers for customers, no "
        "names and no telephone numbers.",
    ),
}
_STANDARD = (1, 5)


def write_questionnaire(survey: Questionnaire, language: str) -> bytes:
    """Write a workbook to fill in with a survey's items; it is read by the same file of items.

    Parameters
    ----------
    survey : Questionnaire
        See `questionnaire.load_questionnaire`.
    language : {"zh", "en"}
        Of heads and instructions.

    Returns
    -------
    bytes
        The same survey gives the same bytes.
    """
    stream = io.BytesIO()
    with open_book(stream, title=survey.title[language]) as book:
        head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#EAF1F7"}
        )
        wrap, date = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format(
            {"num_format": "yyyy-mm-dd"}
        )  # fmt: skip
        names = SHEETS[language]
        _write_notes(book.add_worksheet(names[0]), survey, language, head, wrap)
        _write_answers(book.add_worksheet(names[1]), survey, language, head, date)
    return stream.getvalue()


def _write_notes(sheet: Any, survey: Questionnaire, language: str, head: Any, wrap: Any) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 60)
    sheet.set_column(2, 2, 14)
    write_text(sheet, 0, 0, f"{survey.title[language]} {survey.version}", head)
    for row, note in enumerate(NOTES[language], start=1):
        sheet.merge_range(row, 0, row, 2, note, wrap)
        sheet.set_row(row, 32)
    begin = len(NOTES[language]) + 2
    for place, word in enumerate(HEADS[language]):
        write_text(sheet, begin, place, word, head)
    for row, item in enumerate(survey.asked, start=begin + 1):
        scale = "" if item in survey.choices else f"{item.low}–{item.high}"
        for place, word in enumerate((item.label[language], item.question[language], scale)):
            write_text(sheet, row, place, word, wrap)


def _write_answers(sheet: Any, survey: Questionnaire, language: str, head: Any, date: Any) -> None:
    sheet.freeze_panes(1, 2)
    facts = FACTS[language]
    for place, name in enumerate(facts):
        sheet.set_column(place, place, 14, date if place >= len(facts) - 2 else None)
        write_text(sheet, 0, place, name, head)
    for place, item in enumerate(survey.asked, start=len(facts)):
        sheet.set_column(place, place, 16)
        write_text(sheet, 0, place, name_column(item, survey.choices, language), head)
        if item not in survey.choices:
            sheet.data_validation(1, place, ROWS, place, _choose_rule(item, language))


def name_column(item: Item, choices: Sequence[Item], language: str) -> str:
    """Return the head of an item's column: its label or, where the scale is its own, the whole question.

    The usual names (产品质量 …) are taken for answers from 1 to 5 wherever a table of responses is read.
    """
    is_standard = item in choices or (item.low, item.high) in (_STANDARD, (0, 10))
    return item.label[language] if is_standard else item.question[language]


def _choose_rule(item: Item, language: str) -> dict[str, Any]:
    told = {
        "zh": f"请填{item.low}至{item.high}的整数",
        "en": f"A whole number from {item.low} to {item.high}",
    }
    return {
        "validate": "integer",
        "criteria": "between",
        "minimum": item.low,
        "maximum": item.high,
        "input_message": item.question[language][:250],
        "error_message": told[language],
    }
