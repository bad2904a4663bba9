from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from typing import Any

import pytest

from industry_report.base.errors import InputError
from industry_report.shelf import corrections

TODAY = date(2026, 2, 14)


def report(**changed: Any) -> dict[str, Any]:
    table = {
        "kind": "table",
        "caption": "各等级",
        "number": 1,
        "columns": [
            {"name": "grade", "label": "等级", "role": "row"},
            {"name": "rate", "label": "成交率", "role": "number"},
            {"name": "sha256", "label": "校验值", "role": "text"},
        ],
        "data": [{"grade": "A", "rate": 1 / 3, "sha256": "abc"}, {"grade": "B", "rate": None, "sha256": "d"}],
        "protected": {"rate": [1]},
    }
    figure = {"kind": "figure", "caption": "走势", "number": 1, "alt": "走势。上升", "data": []}
    return {
        "cover": {"title": "报告", "key_figures": [["咨询数", "5,601条"], ["A级占比", "15.0%"]]},
        "exhibits": [table, figure],
        "sentences": ["A级占15.0%，共840条。"],
        **changed,
    }


def published(version: int = 1, **changed: Any) -> dict[str, Any]:
    return {"version": version, **report(**changed)}


def changed_table(**cells: Any) -> dict[str, Any]:
    now = copy.deepcopy(report())
    now["exhibits"][0]["data"][0] |= cells
    return now


def test_first_report_is_version_1_without_a_date():
    assert corrections.find_version(report(), None, "", TODAY) == {"version": 1}


def test_report_that_says_the_same_stays_what_it_is():
    correction = {"version": 2, "date": "2026-01-01"}
    earlier = published(2, correction=correction)
    found = corrections.find_version(report(), earlier, "x.v2.html", TODAY)
    assert found == {"version": 2, "correction": correction}


def test_corrected_report_tells_what_changed():
    now = changed_table(rate=0.35)
    now["cover"]["key_figures"] = [["咨询数", "5,600条"], ["成交率", "22.9%"]]
    found = corrections.find_version(now, published(), "报 告.v1.html", TODAY)
    assert found == {
        "version": 2,
        "correction": {
            "version": 2,
            "date": "2026-02-14",
            "earlier": "%E6%8A%A5%20%E5%91%8A.v1.html",
            "changes": [["咨询数", "5,601条", "5,600条"], ["成交率", "", "22.9%"], ["A级占比", "15.0%", ""]],
            "exhibits": 1,
        },
    }


@pytest.mark.parametrize(
    "now",
    [
        changed_table(rate=1 / 3 + 1e-12),
        changed_table(sha256="another file with the same rows"),
        report(sentences=["15.0%为A级，共840条。"]),
        {**report(), "software": "0.2.0", "files": {"html": "other layout"}},
    ],
    ids=["last digits", "checksum", "wording", "software"],
)
def test_layout_and_libraries_make_no_new_version(now):
    assert corrections.says_same(now, published())


@pytest.mark.parametrize(
    "now",
    [
        changed_table(rate=0.3334),
        changed_table(rate=None),
        changed_table(grade="甲"),
        report(exhibits=report()["exhibits"][:1]),
        report(sentences=["A级占15.0%，共841条。"]),
        report(cover={"key_figures": [["咨询数", "5,601条"], ["A级占比", "15.1%"]]}),
    ],
    ids=["number", "withheld", "group", "figure taken out", "number in a sentence", "key figure"],
)
def test_another_number_makes_a_new_version(now):
    found = corrections.find_version(now, published(), "", TODAY)
    assert found["version"] == 2
    assert found["correction"]["earlier"] == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["规定回访次数（推算上限）", "81,076次"], ["全年回访次数（上限）", "81,076 次"]),
        (
            ["Rate", "22.5% (95% CI 20.1% to 25.0%)"],
            ["Rate", "22.50% (95% confidence interval 20.1% to 25%)"],
        ),
        (["Change", "−2.8"], ["Difference", "-2.8"]),
    ],
    ids=["label", "words", "sign"],
)
def test_renamed_key_figure_is_no_erratum(before, after):
    earlier = published(cover={"key_figures": [["咨询数", "5,601条"], before]})
    now = report(cover={"key_figures": [["咨询数", "5,601条"], after]})
    correction = corrections.find_version(now, earlier, "", TODAY)["correction"]
    assert (correction["changes"], correction["exhibits"], correction["renamed"]) == ([], 0, True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("8.1万元", "8.1亿元"),
        ("up 12.8% on 2024", "down 12.8% on 2024"),
        ("比上年上升2.8", "比上年下降2.8"),
        ("−2.8", "2.8"),
        ("2.8", "28"),
        ("不公布", "22.9%"),
    ],
)
def test_other_magnitude_sign_or_direction_is_another_number(before, after):
    def told(value: str) -> dict[str, Any]:
        return report(cover={"key_figures": [["指标", value]]})

    assert corrections.list_changes(told(after), told(before)) == [["指标", before, after]]


def test_one_new_figure_takes_the_place_of_one_that_went():
    def told(*names: str) -> dict[str, Any]:
        return report(cover={"key_figures": [[name, "840条"] for name in names]})

    assert corrections.list_changes(told("新一", "新二"), told("旧")) == [["新二", "", "840条"]]


def test_table_under_other_names_is_not_counted_and_exchanged_numbers_are():
    renamed = changed_table(grade="甲")
    renamed["exhibits"][0]["caption"] = "按等级"
    assert corrections.count_changed_exhibits(renamed, report()) == 0
    exchanged = copy.deepcopy(report())
    for row, grade in zip(exchanged["exhibits"][0]["data"], "BA", strict=True):
        row["grade"] = grade
    assert corrections.count_changed_exhibits(exchanged, report()) == 1


def test_version_of_the_software_in_a_table_does_not_count():
    def told(software: str) -> dict[str, Any]:
        return changed_table(grade=f"industry-report {software}")

    assert corrections.says_same(told("0.1.0"), told("0.2.0rc1"))


def test_exhibits_added_and_taken_out_are_counted():
    less = report(exhibits=report()["exhibits"][:1])
    assert corrections.count_changed_exhibits(less, report()) == 1
    assert corrections.count_changed_exhibits(report(), less) == 1
    assert corrections.count_changed_exhibits(report(), report()) == 0


def test_day_of_a_correction_can_be_set(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1771027200")
    assert corrections.find_today() == date(2026, 2, 14)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert abs((corrections.find_today() - datetime.now(UTC).date()).days) <= 1
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH: expected seconds since 1970, got 'yesterday'"):
        corrections.find_today()


# --- the reason


def test_reason_stands_with_the_correction_and_stays_with_it():
    now = changed_table(rate=0.35)
    found = corrections.find_version(now, published(), "", TODAY, "补报三月的咨询记录。")
    assert found["correction"]["reason"] == "补报三月的咨询记录。"
    kept = corrections.find_version(now, {**published(2), **now, **found}, "", TODAY, "another")
    assert kept["correction"]["reason"] == "补报三月的咨询记录。"


def test_report_that_says_the_same_or_is_the_first_has_no_reason():
    assert corrections.find_version(report(), published(), "", TODAY, "x") == {"version": 1}
    assert corrections.find_version(report(), None, "", TODAY, "x") == {"version": 1}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("", "expected a sentence"),
        (" \n ", "expected a sentence"),
        ("……", "expected a sentence"),
        ("x" * 201, "at most 200 characters, got 201"),
        ("撤回\x00", "not printed"),
        ("撤回\u202e一条", "not printed"),
        ("客户 13800138000 要求删除", "seems to name a person"),
        ("按王某（110105 19491231 002X）的申请删除", "seems to name a person"),
        ("write to a.wang@example.com", "seems to name a person"),
    ],
)
def test_reason_that_cannot_be_published_is_refused(given, fault):
    with pytest.raises(InputError, match=fault):
        corrections.check_reason(given)


def test_reason_is_one_line_as_it_was_written():
    assert corrections.check_reason("  补报三月\n的<b>记录 ") == "补报三月 的<b>记录"
