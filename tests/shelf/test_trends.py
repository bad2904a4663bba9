"""The course of published key figures over the years."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from shelf_entries import entry, page_of, series

from industry_report.base import language
from industry_report.shelf import trends


def test_course_of_a_figure_is_drawn_and_told():
    [region] = trends.list_trends(series("14.0%", "15.0%", "16.0%"), "zh")
    [line] = region["lines"]
    heights = [float(y) for _, y in line["dots"]]
    assert heights[0] > heights[1] > heights[2]  # up is more
    assert heights[1] == pytest.approx((heights[0] + heights[2]) / 2)
    assert (line["first"].printed, line["latest"].printed) == ("14.0%", "16.0%")
    assert re.fullmatch(r"M[\d. ]+L[\d. ]+L[\d. ]+", line["path"])
    drawing = page_of(*series("14.0%", "15.0%", "16.0%")).svg
    assert drawing["aria-label"] == "2023年 14.0%，2024年 15.0%，2025年 16.0%"


@pytest.mark.parametrize("middle", ["［保密］", ""])
def test_withheld_number_leaves_a_gap(middle):
    [region] = trends.list_trends(series("14.0%", middle, "16.0%"), "zh")
    [line] = region["lines"]
    assert (line["path"].count("M"), line["path"].count("L"), len(line["dots"])) == (2, 0, 2)
    assert line["withheld"] == ("2024" if middle == "［保密］" else "")


@pytest.mark.parametrize(
    "values",
    [["14.0%"], ["［保密］", "14.0%"], ["14.0%", "15.0分"], ["高", "低"]],
    ids=["one year", "one number", "other units", "words"],
)
def test_what_makes_no_course_is_not_drawn(values):
    assert trends.list_trends(series(*values), "zh") == []


def test_number_is_read_without_what_follows_in_brackets():
    [region] = trends.list_trends(series("22.9%（21.8%～24.0%）", "5,601.5%", label="成交率"), "zh")
    assert [point.number for point in region["lines"][0]["points"]] == [22.9, 5601.5]


@pytest.mark.parametrize("state", ["internal", "draft"])
def test_internal_editions_and_drafts_are_not_drawn(state):
    assert trends.list_trends(series("14.0%", "15.0%", **{state: True}), "zh") == []


def test_language_of_the_page_is_preferred_to_the_other():
    both = [*series("1%", "2%"), *series("1%", "2%", label="Grade A", spoken="en")]
    assert trends.list_trends(both, "en")[0]["lines"][0]["label"] == "Grade A"
    assert trends.list_trends(both, "zh")[0]["lines"][0]["label"] == "A级占比"


def test_flat_course_is_drawn():
    [region] = trends.list_trends(series("14.0%", "14.0%"), "zh")
    assert len({y for _, y in region["lines"][0]["dots"]}) == 1


def test_shares_have_one_scale_in_all_regions_and_counts_their_own():
    high, low = [
        [entry(region, year, key_figures=figures) for year, figures in zip((2024, 2025), given, strict=True)]
        for region, given in {
            "杭州市": ([["成交率", "40%"], ["咨询数", "900条"]], [["成交率", "50%"], ["咨询数", "990条"]]),
            "黄山市": ([["成交率", "20%"], ["咨询数", "10条"]], [["成交率", "30%"], ["咨询数", "20条"]]),
        }.items()
    ]
    lines = [region["lines"] for region in trends.list_trends([*high, *low], "zh")]
    (high_share, high_count), (low_share, low_count) = [
        [[float(y) for _, y in line["dots"]] for line in region] for region in lines
    ]
    assert max(high_share) < min(low_share)  # 40% lies above 30%
    assert high_count == low_count


def test_interval_of_an_estimate_is_drawn_and_comes_before_counts():
    figures = [
        [["咨询数", f"{n}条"], ["成交率", f"{n}.0%（95%置信区间{n - 1}.0%～{n + 2}.0%）"]] for n in (20, 30)
    ]
    entries = [entry(year=2024 + n, key_figures=pairs) for n, pairs in enumerate(figures)]
    estimate, count = trends.list_trends(entries, "zh")[0]["lines"]
    assert (estimate["label"], count["label"], count["intervals"]) == ("成交率", "咨询数", "")
    ends = [
        [float(y) for y in re.split("V", mark.split()[1])] for mark in estimate["intervals"].split("M")[1:]
    ]
    for (_, y), (low, high) in zip(estimate["dots"], ends, strict=True):
        assert high < float(y) < low  # the drawing counts from above
    printed = page_of(*entries).select_one(".trends dd")
    assert printed.find("span").get_text() == "30.0%"
    assert printed.find_next_sibling(class_="note").get_text() == "2025年95%置信区间29.0%～32.0%"


def test_english_interval_is_read():
    figures = [["Conversion rate", "22.9% (95% CI 21.8% to 24.0%)"]]
    entries = [entry(year=year, spoken="en", key_figures=figures) for year in (2024, 2025)]
    [line] = trends.list_trends(entries, "en")[0]["lines"]
    assert (line["latest"].low, line["latest"].high, line["latest"].short) == (21.8, 24.0, "22.9%")


def test_labels_are_translated_where_a_report_stands_here_in_both_languages():
    zh = series("14.0%", "15.0%（14.0%～16.0%）", "16.0%（15.0%～17.0%）")
    english = [["Share of grade A", "16.0% (15.0% to 17.0%)"]]
    twin = entry(spoken="en", key_figures=english)
    [region] = trends.list_trends([*zh, twin], "en")
    [line] = region["lines"]
    assert (region["lang"], line["label"], line["latest"].short) == ("en", "Share of grade A", "16.0%")
    assert not re.search(r"[\u4e00-\u9fff（）～]", line["latest"].printed)
    [region] = trends.list_trends(zh, "en")  # nothing to learn the words from
    assert (region["lang"], region["lines"][0]["label"]) == ("zh-CN", "A级占比")


def test_card_has_the_years_finding_and_its_change_and_leads_to_the_latest_report():
    entries = series("10%", "12%", finding="净增量来自短视频平台", changes=["比上年+2.0个百分点，不显著"])
    card = page_of(*entries).select_one(".trends > li")
    assert card.select_one(".finding").get_text() == "净增量来自短视频平台"
    assert "比上年+2.0个百分点，不显著" in card.dd.get_text()
    link = card.select_one(".read a")
    assert unquote(link["href"]) == entries[-1]["files"][0]["path"]
    assert (link.get_text(), link["aria-label"]) == ("读2024年行业版", "读2024年行业版：黄山市")


def test_card_of_another_language_has_no_sentence_that_its_reader_cannot_read():
    entries = series("10%", "12%", finding="净增量来自短视频平台", changes=["比上年+2.0个百分点"])
    card = page_of(*entries, spoken="en").select_one(".trends > li")
    assert not card.select(".finding") and "比上年" not in card.get_text()
    assert "up 2.0 points on 2023" in card.dd.get_text()  # numbers are read in both languages
    assert card.select_one(".read a").get_text() == "Read the 2024 industry edition (Chinese)"


def test_card_has_the_words_of_the_translation_where_there_is_one():
    said = {"finding": "净增量来自短视频平台", "changes": ["比上年+2.0个百分点"]}
    told = {"finding": "Short video brought the gain", "changes": ["up 2.0 points on 2024"]}
    entries = [*series("10%", "12%", "14%", **said), entry(spoken="en", key_figures=[["A", "14%"]], **told)]
    card = page_of(*entries, spoken="en").select_one(".trends > li")
    assert card.select_one(".finding").get_text() == told["finding"]
    assert told["changes"][0] in card.dd.get_text()
    assert card.select_one(".read a")["href"].endswith("industry.en.html")


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("比上年+12.8%", "up 12.8% on 2024"),
        ("比上年−1,002.8%", "down 1,002.8% on 2024"),
        ("比上年−1.6个百分点，不显著", "down 1.6 points on 2024, not significant"),
        ("比上年+1.6个百分点，显著", "up 1.6 points on 2024, significant"),
    ],
)
def test_change_in_numbers_is_said_in_the_pages_language(zh, en):
    for spoken, said, expected in (("en", zh, en), ("zh", en, zh)):
        with language.speaking(spoken):
            assert trends._translate_change(said, 2024) == expected
            assert trends._translate_change("首次统计", 2024) == ""
