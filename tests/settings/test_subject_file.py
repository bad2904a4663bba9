"""Subjects and editions are files: read with every fault at its line, and part of a policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from industry_report.base.errors import InputError
from industry_report.base.subject import STANDARD
from industry_report.settings import publisher, subject_file

SUBJECTS = Path(__file__).parents[2] / "params" / "subjects"
RULES = "disclosure:\n  threshold: 10\n  dominance: {p: 10}\n  internal: [enterprise]\n"
OWN = """subject: subjects/mine.yaml
editions:
  parents: {name: {zh: 家长版, en: Parents' edition}, readers: {zh: 学生家长, en: Parents}, like: government}
  board: {name: {zh: 董事会版, en: Board edition}, internal: true}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "subjects").mkdir()
    (tmp_path / "subjects/mine.yaml").write_text(
        (SUBJECTS / "education.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "publisher.yaml").write_text(OWN + RULES, encoding="utf-8")
    return tmp_path


def test_the_standard_subject_is_what_its_file_says():
    assert subject_file.read_subject(SUBJECTS / "finance-software.yaml", "x") == STANDARD


@pytest.mark.parametrize("name", sorted(path.stem for path in SUBJECTS.glob("*.yaml")))
def test_no_other_subject_is_about_finance_software(name):
    read = subject_file.read_subject(SUBJECTS / f"{name}.yaml", "x")
    told = [*read.came_about.values(), read.trade.zh, read.trade.en]
    assert any("财务软件" in words for words in told) == (name == "finance-software")
    assert set(read.came_about) == {"zh", "en"}


def test_a_policy_knows_its_subject_and_its_editions(folder):
    policy = publisher.load_policy(folder / "publisher.yaml", "parents")
    assert policy.subject.record.zh == "咨询线索"
    assert (policy.internal, policy.like) == (False, "government")
    assert policy.names["parents"]["zh"] == "家长版"
    assert policy.readers == {"parents": {"zh": "学生家长", "en": "Parents"}}
    assert publisher.load_policy(folder / "publisher.yaml", "board").internal
    assert publisher.load_policy(folder / "publisher.yaml", "industry").like == "industry"
    assert "subject" not in publisher.load_identity(folder / "publisher.yaml")


def test_without_a_subject_it_is_the_standard_one(tmp_path):
    (tmp_path / "publisher.yaml").write_text(RULES, encoding="utf-8")
    assert publisher.load_policy(tmp_path / "publisher.yaml", "industry").subject == STANDARD


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("trade: 课程\n", "line 1"),
        ("trade: {zh: 课程}\n", "en"),
        ("trade: {zh: 课程, en: ''}\n", "empty"),
        ("trade: {zh: 课程, en: course, plurals: courses}\n", "plural"),
    ],
)
def test_faults_of_a_subject_name_their_line(folder, text, told):
    (folder / "subjects/mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        publisher.load_policy(folder / "publisher.yaml", "industry")


def test_a_subject_that_is_missing_is_told_with_the_line_that_names_it(folder):
    (folder / "subjects/mine.yaml").unlink()
    with pytest.raises(InputError, match=r"publisher\.yaml, line 1: names mine\.yaml, which is not there"):
        publisher.load_policy(folder / "publisher.yaml", "industry")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("editions: {industry: {name: {zh: 一, en: One}}}", "small letters"),
        ("editions: {Parents: {name: {zh: 一, en: One}}}", "small letters"),
        ("editions: {parents: {name: {zh: 一, en: One}, like: board}}", "whose sections"),
        ("editions: {parents: {name: {zh: 一, en: One}, internal: perhaps}}", "true or false"),
        ("editions: {parents: {}}", "name"),
    ],
)
def test_faults_of_editions(tmp_path, line, told):
    (tmp_path / "publisher.yaml").write_text(f"{line}\n{RULES}", encoding="utf-8")
    with pytest.raises(InputError, match=told):
        publisher.load_policy(tmp_path / "publisher.yaml", "industry")
