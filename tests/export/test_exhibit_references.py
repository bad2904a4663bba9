"""References to figures and tables: each is there, before what it refers to, where the text speaks of it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from reading import find_uncited

from industry_report.base import language
from industry_report.export import body, exhibit_references
from industry_report.export.html_tree import parse, write
from industry_report.export.report_words import WORDS

FACTS = {"zh": [["地区", "黄山市"], ["年度", "2025年"]], "en": [["Region", "Huangshan"], ["Year", "2025"]]}


def figure(caption: str, finding: str = "") -> str:
    said = f'<strong>{finding}</strong> <span class="subtitle">{caption}</span>' if finding else caption
    return f'<figure class="exhibit"><figcaption>{said}</figcaption><svg></svg></figure>'


def table(caption: str) -> str:
    return f'<figure class="table"><table><caption>{caption}</caption></table></figure>'


def folded(caption: str) -> str:
    return f"<details><summary>补充数据：{caption}</summary>{table(caption)}</details>"


def refer(*parts: str, spoken: str = "zh") -> BeautifulSoup:
    nodes = parse("".join(parts))
    body.number_exhibits(nodes, WORDS[spoken])
    made = exhibit_references.refer(nodes, {"language": spoken, "facts": FACTS[spoken]})
    return BeautifulSoup(write(made), "html.parser")


def read_paragraphs(page: BeautifulSoup) -> list[str]:
    return [p.get_text() for p in page.find_all(["p", "li"])]


def test_the_sentence_that_speaks_of_an_exhibit_ends_with_its_number():
    said = "<h3>来源</h3><p>甲乙丙丁。各来源成交率相差很大。此处从略。</p>"
    page = refer(said, figure("各来源成交率，黄山市，2025年"))
    assert read_paragraphs(page) == ["甲乙丙丁。各来源成交率相差很大（图1）。此处从略。"]
    assert page.a["href"] == "#figure-1" and page.find(id="figure-1").get_text() == "图1"


def test_after_a_bracket_there_is_no_second_one():
    page = refer("<p>各来源成交率最高的是甲（30%）。</p>", figure("各来源成交率"))
    assert read_paragraphs(page) == ["各来源成交率最高的是甲（30%），见图1。"]
    page = refer("<p>The rate by source is 30% (12% to 40%).</p>", figure("Rate by source"), spoken="en")
    assert read_paragraphs(page) == ["The rate by source is 30% (12% to 40%), see Figure 1."]


def test_one_of_a_list_is_chosen():
    page = refer("<ul><li>各月咨询数有起伏。</li><li>各来源成交率不同。</li></ul>", table("各月咨询数（条）"))
    assert read_paragraphs(page) == ["各月咨询数有起伏（表1）。", "各来源成交率不同。"]


def test_two_exhibits_of_one_sentence_share_a_bracket():
    page = refer("<p>各来源成交率不同。</p>", figure("各来源成交率"), table("各来源成交率"))
    assert read_paragraphs(page) == ["各来源成交率不同（图1和表1）。"]


@pytest.mark.parametrize(
    ("spoken", "caption", "said"),
    [
        ("zh", "各月咨询数（条），黄山市，2025年；灰框为上年", "各月咨询数见图1。"),
        ("en", "Consultations by month, Huangshan, 2025", "Figure 1 shows the consultations by month."),
        ("en", "What the change is made of (points)", "Figure 1 shows what the change is made of."),
        ("en", "90-day rate, by grade, 2025", "Figure 1 shows the 90-day rate, by grade."),
    ],
)
def test_where_the_text_says_nothing_of_it_a_short_sentence_does(spoken, caption, said):
    page = refer("<h3>a</h3><p>Quite another matter.</p>", figure(caption, "finding"), spoken=spoken)
    assert read_paragraphs(page)[-1] == said or read_paragraphs(page)[-1].endswith(said)


def test_more_than_two_are_counted_and_ranges_are_ranges():
    page = refer(
        figure("甲"), *(table(name) for name in ("子", "丑", "寅", "卯")), "<h3>x</h3>", folded("源文件")
    )
    assert read_paragraphs(page) == ["详见图1和表1至表4。", "补充数据见网页版和数据附录的表5。"]
    page = refer(*(figure(name) for name in "ABC"), table("D"), table("E"), spoken="en")
    assert read_paragraphs(page) == ["For details see Figures 1 to 3 and Tables 1 and 2."]


def test_two_are_named_in_one_sentence():
    page = refer(figure("各等级咨询数"), table("主要指标"))
    assert read_paragraphs(page) == ["各等级咨询数见图1，主要指标见表1。"]
    page = refer(figure("Grades"), table("Indicators"), spoken="en")
    assert read_paragraphs(page) == ["Figure 1 shows the grades, and Table 1 gives the indicators."]


def test_text_of_another_section_does_not_count():
    page = refer("<p>各来源成交率不同。</p><h3>另一节</h3>", figure("各来源成交率"))
    assert read_paragraphs(page) == ["各来源成交率不同。", "各来源成交率见图1。"]


def test_the_summary_and_what_has_no_caption_stay_as_they_are():
    html = '<div class="summary"><p>各来源成交率不同。</p></div><figure><svg></svg></figure><p>a。</p>'
    assert str(refer(html)) == str(BeautifulSoup(html, "html.parser"))


def test_text_of_the_data_stays_text():
    said = "<p>各来源成交率：&lt;b&gt;甲&amp;乙&lt;/b&gt;最高。</p>"
    page = refer(said, figure("各来源成交率（&lt;i&gt;）"))
    assert read_paragraphs(page) == ["各来源成交率：<b>甲&乙</b>最高（图1）。"]


PARTS = st.one_of(
    st.sampled_from(["<h2>章</h2>", "<h3>节</h3>", "<p>各来源成交率不同。各月咨询数（12%）。</p>", "\n"]),
    st.sampled_from([figure, table, folded]).flatmap(
        lambda make: st.sampled_from(["各来源成交率", "各月咨询数，2025年", "等级", "（元）", "A"]).map(make)
    ),
)


@given(parts=st.lists(PARTS, max_size=14), spoken=st.sampled_from(language.LANGUAGES))
def test_every_exhibit_is_referred_to_before_it_stands(parts, spoken):
    page = refer(*parts, spoken=spoken)
    assert find_uncited(page) == []
    assert "{}" not in page.get_text() and "（）" not in page.get_text()
