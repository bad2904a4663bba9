"""What page and PDF say around the body."""

import pytest
from bs4 import BeautifulSoup

from industry_report.export import imprint

COVER = {
    "language": "zh",
    "title": "题名",
    "subtitle": "2025年",
    "facts": [["地区", "黄山市"], ["年度", "2025年"], ["评级标准", "甲"]],
    "notice": "",
}
IDENTITY = {
    "names": {"zh": "软件协会", "en": "Software Association"},
    "published_on": "2026-01-31",
    "licence": {"name": {"zh": "署名4.0", "en": "CC BY 4.0"}, "url": "https://example.org/by"},
    "contact": {"email": "a@example.org", "website": "https://example.org/"},
    "registration": {
        "register": {"zh": "登记平台", "en": "Register"},
        "number": "007",
        "valid_until": "2028-02-29",
    },
}
CORRECTION = {
    "version": 2,
    "date": "2026-03-01",
    "earlier": "old.html",
    "changes": [["成交率", "22.8%", "22.9%"]],
}


def test_without_a_publisher_the_version_is_all_that_is_said():
    front = imprint.describe(COVER, {})
    assert front["imprint"] == [("版本", "第1版", "")]
    assert front["publisher"] == front["logo"] == front["date"] == front["disclaimer"] == ""
    assert front["correction"] is None
    assert front["citations"] == []


def test_the_imprint_is_in_the_reports_language():
    front = imprint.describe({**COVER, "publisher": IDENTITY}, {})
    assert front["imprint"] == [
        ("发布者", "软件协会", "https://example.org/"),
        ("发布日期", "2026年1月31日", ""),
        ("版本", "第1版", ""),
        ("数据登记", "登记平台，编号007，有效期至2028年2月29日", ""),
        ("许可", "署名4.0", "https://example.org/by"),
        ("电子邮箱", "a@example.org", "mailto:a@example.org"),
        ("网站", "https://example.org/", "https://example.org/"),
    ]
    english = imprint.describe({**COVER, "language": "en", "publisher": IDENTITY}, {})
    assert english["imprint"][0][:2] == ("Publisher", "Software Association")
    assert english["day"] == "31 January 2026"
    assert english["lang"] == "en"


@pytest.mark.parametrize(
    ("value", "number", "note"),
    [
        ("22.9%（95%置信区间21.8%～24.0%）", "22.9%", "95%置信区间21.8%～24.0%"),
        ("22.9% (95% CI 21.8% to 24.0%)", "22.9%", "95% CI 21.8% to 24.0%"),
        ("5,588条", "5,588条", ""),
        ("［保密］", "［保密］", ""),
        ("(none)", "(none)", ""),
    ],
)
def test_what_stands_in_brackets_after_a_number_is_its_note(value, number, note):
    assert imprint.split_figure("指标", value) == ("指标", number, note)


def test_key_figures_describe_the_report():
    front = imprint.describe({**COVER, "key_figures": [["成交率", "22.9%（21.8%～24.0%）"]]}, {})
    assert front["description"] == "2025年。成交率 22.9%"
    assert front["keywords"] == ["黄山市", "2025年", "成交率"]


def test_a_correction_dates_the_report_and_tells_what_changed():
    front = imprint.describe({**COVER, "publisher": IDENTITY}, {"correction": CORRECTION})
    assert front["correction"]["text"] == "本报告为第2版，2026年3月1日发布，取代此前的版本。"
    assert front["correction"]["changes"] == [["成交率", "22.8%", "22.9%"]]
    assert front["date"] == "2026-03-01"
    assert ("版本", "第2版（2026年3月1日）", "") in front["imprint"]
    assert ("发布日期", "2026年1月31日", "") in front["imprint"]


def test_a_correction_that_leaves_the_key_figures_says_so():
    front = imprint.describe(COVER, {"correction": {**CORRECTION, "changes": []}})
    assert front["correction"]["text"].endswith("关键数字没有变化。")


@pytest.mark.parametrize(
    ("spoken", "said", "new", "dropped"),
    [
        ("zh", "数字均未变化，仅名称或版式有调整。", "新增", "取消"),
        ("en", "All numbers are unchanged; only names or layout were altered.", "new", "dropped"),
    ],
)
def test_correction_tells_renamed_from_new_and_dropped(spoken, said, new, dropped):
    renamed = {**CORRECTION, "changes": [], "exhibits": 0, "renamed": True}
    assert imprint.tell_correction(renamed, spoken)["text"].endswith(said)
    changed = {**CORRECTION, "changes": [["A", "", "1"], ["B", "2", ""]]}
    assert imprint.tell_correction(changed, spoken)["changes"] == [["A", new, "1"], ["B", "2", dropped]]


def test_the_publishers_form_of_citation_comes_before_a_made_one():
    made = {"text": "made", "bibtex": "@x", "gbt7714": "[R]"}
    assert imprint.describe(COVER, {"citations": made})["citations"][0] == ("引用格式", "made")
    own = {**IDENTITY, "citation": {"zh": "{publisher}: {title}", "en": "x"}}
    front = imprint.describe({**COVER, "publisher": own}, {"citations": made})
    assert front["citations"] == [("引用格式", "软件协会: 题名"), ("GB/T 7714", "[R]"), ("BibTeX", "@x")]


@pytest.mark.parametrize(
    ("title", "names", "pieces"),
    [
        ("黄山市财务软件客户咨询转化报告", [], ["黄山市", "财务软件", "客户", "咨询", "转化", "报告"]),
        ("合肥市咨询报告", ["合肥市", "2025年"], ["合肥市", "咨询", "报告"]),
        ("合肥市咨询报告", [], ["咨询", "报告"]),
        ("财会类专业 · 2025年", [], ["财会类专业"]),
        ("Finance software in <Huangshan>", ["<Huangshan>"], []),
    ],
)
def test_lines_of_a_title_do_not_end_within_a_word(title, names, pieces):
    made = BeautifulSoup(imprint.keep_words(title, names), "html.parser")
    assert made.get_text() == title
    assert [piece.get_text() for piece in made.find_all(class_="whole")] == pieces
