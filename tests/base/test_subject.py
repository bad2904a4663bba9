"""Sentences speak of a subject in both languages; words of the data and of the scorecard stay."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.base import language
from industry_report.base.subject import STANDARD, Noun, Subject, adapt

COURSES = Subject(
    trade=Noun("职业课程", "course", "courses"),
    record=Noun("咨询线索", "lead", "leads"),
    outcome=Noun("报名", "enrolment", "enrolments"),
    customer=Noun("意向学员", "applicant", "applicants"),
    came_about={"zh": "线索是留下的联系方式。", "en": "A lead is a contact form."},
    phrases={"zh": {"咨询服务": "招生服务"}, "en": {"buyers": "those who enrolled"}},
)
ZH, EN = COURSES.list_words("zh"), COURSES.list_words("en")


def test_the_standard_subject_changes_nothing():
    assert STANDARD.list_words("zh") == STANDARD.list_words("en") == {}
    language.speak_of(STANDARD)
    assert language.text(zh="咨询", en="Consultations") == "咨询"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("5,560条咨询的90天成交率", "5,560条咨询线索的90天报名率"),
        ("满意度评价的是咨询服务", "满意度评价的是招生服务"),
        ("黄山市财务软件客户咨询转化报告", "黄山市职业课程意向学员咨询线索转化报告"),
        ("咨询线索", "咨询线索"),
    ],
)
def test_chinese_takes_the_longest_phrase(before, after):
    assert adapt(before, ZH) == after
    assert adapt(after, ZH) == after  # a text that becomes part of another is not changed twice


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Consultations: 9", "Leads: 9"),
        ("an consultation, a purchase, A purchase", "a lead, an enrolment, An enrolment"),
        ("customers and buyers", "applicants and those who enrolled"),
        ("a customer's consultation", "an applicant's lead"),
        ("purchasing and consultationless", "purchasing and consultationless"),
    ],
)
def test_english_keeps_capitals_and_articles(before, after):
    assert adapt(before, EN, english=True) == after


def test_words_of_the_data_and_of_the_scorecard_stay():
    language.use("zh")
    language.speak_of(COURSES, ["客户经理"])
    label = language.mention("电话咨询")
    said = language.text(zh=f"{label}最多，由客户经理跟进客户", en="")
    assert said == f"{label}最多，由客户经理跟进意向学员" and "电话咨询" in label
    assert language.term("consultations") == "咨询线索数"
    assert language.trade() == "职业课程"
    language.use("en")
    language.speak_of(COURSES)
    assert language.trade(opens=True) == "Course"
    assert language.came_about() == "A lead is a contact form."


def test_a_page_of_the_shelf_speaks_of_nothing_and_gives_the_subject_back():
    language.speak_of(COURSES)
    with language.speaking("en"):
        assert language.text(zh="", en="consultations") == "consultations"
    assert language.subject() == COURSES
    assert language.text(zh="咨询", en="") == "咨询线索"


@given(
    st.lists(st.sampled_from(["咨询", "成交", "客户", "财务软件", "率", "，", "9", "电话咨询"]), max_size=12)
)
def test_nothing_of_the_standard_is_left_but_what_is_verbatim(parts):
    said = adapt("".join(parts), ZH, ["电话咨询"])
    rest = said.replace("电话咨询", "").replace("咨询线索", "")
    assert not re.search("咨询|成交|客户|财务软件", rest)
