"""Answers as survey tools write them, other scales, reversed items, waves, faults of the items' file."""

from pathlib import Path

import pandas as pd
import pytest

from industry_report.analysis.opinions import answers, questionnaire
from industry_report.base.errors import InputError

SHIPPED = Path(__file__).parents[3] / "params" / "survey.yaml"
SURVEY = questionnaire.load_questionnaire(SHIPPED)
QUALITY = SURVEY.items[0]


def make_item(low=1, high=5, **facts):
    return questionnaire.Item("q", {"zh": "甲", "en": "A"}, {"zh": "甲", "en": "A"}, low, high, **facts)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("5", (5, "")), (4.0, (4, "")), ("４分", (4, "")), ("五", (5, "")), ("非常满意", (5, "")),
        ("满意", (4, "")), ("一般", (3, "")), ("不满意", (2, "")), ("非常不满意", (1, "")),
        ("5 非常满意", (5, "")), ("3.一般", (3, "")), ("非常满意(5分)", (5, "")), ("2、不满意", (2, "")),
        ("Very Satisfied", (5, "")), (None, (None, "")), ("", (None, "")), ("(跳过)", (None, "")),
        ("-3", (None, "")), ("N/A", (None, "")), ("不适用", (None, "")), ("7", (None, "off_scale")),
        ("0", (None, "off_scale")), ("-1", (None, "off_scale")), ("好用", (None, "unreadable")),
        ("4.5", (None, "unreadable")), ("满意┋一般", (None, "several")), ("满意;一般", (None, "several")),
    ],
)  # fmt: skip
def test_what_a_cell_says(cell, told):
    assert answers.read_answer(cell, QUALITY) == told


@pytest.mark.parametrize(
    ("low", "high", "cell", "value"), [(0, 10, "10", 10), (0, 10, "0", 0), (1, 10, "十", 10)]
)
def test_other_scales(low, high, cell, value):
    assert answers.read_answer(cell, make_item(low, high)) == (value, "")
    assert answers.read_answer("非常满意", make_item(low, high))[1] == "unreadable"  # which step of eleven?


def test_words_of_ones_own_come_first():
    assert answers.read_answer("挺好", make_item(words={"挺好": 4})) == (4, "")
    assert answers.read_answer("无", make_item(words={"无": 1})) == (1, "")


def test_a_reversed_item_is_turned_round():
    item = make_item(is_reversed=True)
    told, _ = answers.read_answers(
        pd.DataFrame({"q": ["1", "2", "5", None], "survey": "a"}),
        questionnaire.Questionnaire({}, "1", (item,)),
    )
    assert told["q"].tolist()[:3] == [5, 4, 1]
    assert answers.is_satisfied(told["q"], item).tolist()[:3] == [1, 1, 0]


def test_several_answers_in_a_cell():
    assert answers.split_choices("产品质量┋价格") == ["产品质量", "价格"]
    assert answers.split_choices("价格；响应速度；价格") == ["价格", "响应速度"]
    assert answers.split_choices("(跳过)") == []
    assert answers.split_choices(None) == []
    assert answers.split_choices("A, B") == ["A", "B"]


def test_what_is_no_answer_is_counted():
    rows = pd.DataFrame(
        {"survey": "a", "quality": ["5", "9", "?", "满意;一般"], "overall": ["4", "4", None, "4"]}
    )
    told, faults = answers.read_answers(rows, SURVEY)
    assert faults.loc["quality"].to_dict() == {"off_scale": 1, "unreadable": 1, "several": 1}
    assert told["complete"].tolist() == [True, True, False, True]
    assert told["partial"].tolist() == [False] * 4
    assert "产品质量" in answers.count_faults(faults, SURVEY).index


def test_a_wave_has_one_answer_a_customer_and_an_answer_comes_before_none():
    day = pd.to_datetime(["2025-06-03", None, "2025-06-05", None, None])
    rows = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", None],
            "survey": "w",
            "answered_on": day,
            "overall": ["2", None, "5", None, "3"],
        }
    )
    wave = answers.take_wave(answers.read_answers(rows, SURVEY)[0], "w")
    assert wave["overall"].tolist()[0] == 5
    assert len(wave) == 3


def test_the_latest_wave_of_the_year_and_the_one_before():
    rows = pd.DataFrame(
        {
            "survey": ["2025-06", "2024-12", "2025-12", "2026-06"],
            "sent_on": pd.to_datetime(["2025-06-02", "2024-12-02", "2025-12-01", "2026-06-01"]),
            "year": [2025, 2024, 2025, 2026],
        }
    )
    assert answers.choose_wave(rows, 2025) == ("2025-12", "2025-06")
    assert answers.choose_wave(rows, 2024) == ("2024-12", "")
    assert answers.choose_wave(rows, 2020) == ("", "")
    assert answers.choose_wave(rows, 2025, "2025-06") == ("2025-06", "2024-12")
    assert answers.choose_wave(rows.iloc[:0], 2025) == ("", "")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("scale: {from: 1, to: 5, top: 4}", "scale: {from: 5, to: 1}"), "goes from 5 to 1"),
        (("top: 4}", "top: 9}"), "top 9"),
        (("column: quality", "column: 质量"), "no name of small letters"),
        (("column: quality", "column: customer_id"), "meaning of its own"),
        (("column: quality", "column: complete"), "meaning of its own"),
        (("column: quality", "column: attitude"), "names two questions"),
        (("dimension: product", "dimension: prodct"), "there is no dimension prodct"),
        (("column: recommend", "column: recommend\n  scale: {from: 1, to: 5}"), "NPS is not defined"),
        (("items:", "itmes:"), "itmes"),
    ],
)
def test_faults_of_the_file_of_items_are_told_with_their_line(change, told, tmp_path):
    file = tmp_path / "survey.yaml"
    file.write_text(SHIPPED.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"line \d+") as caught:
        questionnaire.load_questionnaire(file)
    assert told in str(caught.value)


def test_invited_numbers_by_wave(tmp_path):
    file = tmp_path / "survey.yaml"
    invited = 'invited:\n  "2025-12": {all: 800}\n  "2026-06": {小微企业: 420}\n'
    file.write_text(SHIPPED.read_text(encoding="utf-8") + invited, encoding="utf-8")
    survey = questionnaire.load_questionnaire(file)
    assert survey.invited == {"2025-12": {"": 800}, "2026-06": {"小微企业": 420}}
