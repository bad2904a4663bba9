"""The page of the shelf, from a catalogue alone."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from shelf_entries import entry, page_of, series

from industry_report.base import language
from industry_report.shelf import index_page
from industry_report.shelf.index_by_year import list_choices

# --- the page


def test_policy_allows_the_pages_own_style_and_script_only():
    page = page_of(*many(entry()))
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.find(tag).string.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
        assert len(page.find_all(tag)) == 1
    assert not page.find_all(style=True)
    assert not re.search(r"\son\w+=", str(page))


def test_page_is_complete_without_its_script():
    page = page_of(entry(), entry("杭州市"))
    assert not page.find_all(["form", "script"])  # two reports need no search
    assert len(page.select(".report:not([hidden])")) == 2


def test_from_thirty_reports_on_there_is_a_search_that_needs_the_script():
    many = [entry(f"{n}号地区") for n in range(index_page.SEARCHED)]
    assert page_of(*many).form.has_attr("hidden")  # a form that does nothing is not shown
    assert not page_of(*many[1:]).form


def many(*entries: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entries and as many more as the search asks for, all alike."""
    more = [entry(report=f"2025/黄山市/own{n}.zh") for n in range(index_page.SEARCHED)]
    return [*entries, *more]


def test_every_field_of_the_filter_has_a_label_and_every_choice_finds_something():
    page = page_of(*many(entry("杭州市", 2024), entry(spoken="en"), entry(edition="college")))
    labels = {label["for"] for label in page.find_all("label")}
    assert {field["id"] for field in page.find_all(["input", "select"])} == labels
    for select in page.find_all("select"):
        values = {option["value"] for option in select.find_all("option")} - {""}
        found = {v for item in page.select(".report") for v in item[f"data-{select['name']}"].split("|")}
        assert values == found
    editions = [option.get_text() for option in page.find("select", id="edition").find_all("option")]
    assert editions[1:] == ["行业版", "院校版"]


def test_choice_with_one_value_is_left_out():
    selects = page_of(*many(entry(year=2024))).find_all("select")
    assert [select["name"] for select in selects] == ["year"]


def test_headings_are_in_order_and_ids_unique():
    page = page_of(*series("1%", "2%"))
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {tag["aria-labelledby"] for tag in page.find_all(attrs={"aria-labelledby": True})} <= set(ids)


def test_page_and_pdf_come_first_and_the_data_after_them():
    cell = page_of(entry()).select_one(".report")
    assert [link.get_text() for link in cell.select(".main a")] == ["网页", "PDF"]
    assert cell.select_one(".main small").get_text() == "1.3 MB"
    assert [link.get_text() for link in cell.select(".data a")] == ["Excel", "CSV"]
    told = [link["aria-label"] for link in cell.select(".main a")]  # the others follow from their place
    assert told == ["黄山市，2025年，行业版：网页", "黄山市，2025年，行业版：PDF，1.3 MB"]


@pytest.mark.parametrize(
    ("size", "told", "is_shown"), [(294_000, "294 kB", False), (1_260_000, "1.3 MB", True)]
)
def test_link_tells_how_large_its_file_is_and_a_large_one_says_so(size, told, is_shown):
    own = entry()
    own["files"] = [file | {"bytes": size} for file in own["files"]]
    cell = page_of(own).select_one(".report")
    link = next(one for one in cell.select("a") if one.get_text() == "PDF")
    assert link["aria-label"].endswith(f"PDF，{told}") and link.get("title", "") == ("" if is_shown else told)
    assert [small.get_text() for small in cell.select("small")] == ([told] if is_shown else [])


def test_internal_editions_show_no_figures_and_say_so():
    listed = [entry(edition="enterprise", internal=True, year=year) for year in (2024, 2025)]
    page = page_of(*listed)
    assert "内部资料" in page.select_one(".notice").get_text()  # all of them are: said once
    assert "15.5%" not in page.body.get_text()
    assert page_of(entry(), *listed).select_one(".marks").get_text() == "内部资料"


def test_english_page_is_english_and_each_page_leads_to_the_other():
    page = page_of(entry(), entry("杭州市", 2024), spoken="en")
    assert page.html["lang"] == "en"
    assert page.nav.a["href"] == "index.html"
    assert page_of(entry()).nav.a["href"] == "index.en.html"
    for tag in page.find_all(lang="zh-CN"):
        tag.decompose()
    assert not re.search(r"[\u4e00-\u9fff]", page.body.get_text())


def test_page_names_the_publisher_if_it_is_one():
    page = page_of(entry(publisher="协会"), entry(year=2024))
    assert page.h1.get_text() == "协会报告目录"
    assert page.select_one(".publisher").get_text() == "协会"
    assert page_of(entry(publisher="协会"), entry(year=2024, publisher="学会")).h1.get_text() == "报告目录"


def test_page_of_500_reports_stays_small():
    entries = [entry(f"{n}号地区", year) for n in range(100) for year in range(2021, 2026)]
    catalog = {"reports": entries, "changes": {}, "not_updated": []}
    page = index_page.render_page(catalog, "zh")
    assert len(page.encode()) < 550_000
    folded = BeautifulSoup(page, "html.parser").details
    assert len(folded.select(".trends > li")) == 100
    assert not folded.has_attr("open")


def test_empty_shelf_has_no_script_and_no_form():
    page = page_of()
    assert "还没有报告" in page.get_text()
    assert not page.find_all(["form", "script"])


# --- the year in a sentence


def test_latest_rates_are_listed_and_not_ranked():
    known = [["成交率", "{}%（95%置信区间{}%～{}%）"]]
    entries = [
        entry(region, year, key_figures=[[label, printed.format(rate, rate - 1, rate + 1)]])
        for region, rate in (("黄山市", 22.9), ("杭州市", 25.0))
        for year in (2024, 2025)
        for label, printed in known
    ]
    assert page_of(*entries).select_one(".lead").get_text() == "2025年成交率：杭州市25.0%，黄山市22.9%。"
    assert page_of(*entries[:1]).select_one(".lead") is None  # one year is no course


# --- the table


def head_and_rows(page: BeautifulSoup) -> tuple[list[str], list[str]]:
    table = page.select_one("table")
    heads = [th.find(string=True).strip() for th in table.select("thead tr:last-child th")]
    return heads, [th.get_text() for th in table.select("tbody th")]


def test_regions_stand_down_and_readers_across_for_each_year():
    page = page_of(
        entry("盐城市"),
        entry(year=2024),
        entry(edition="government"),
        entry(),
        entry(region="", regions=["盐城市", "黄山市"], report="2025/comparison.zh"),
        {**entry(report="黄山市/comparison.zh", years=[2024, 2025]), "year": None},
    )
    assert [details.summary.get_text() for details in page.select("details.year")] == [
        "2025年（5份）",
        "2024年（1份）",
    ]
    assert [details.has_attr("open") for details in page.select("details.year")] == [True, False]
    assert head_and_rows(page) == (
        ["地区", "行业版", "政府版"],
        ["黄山市", "盐城市"],  # H, Y
    )
    filled = [[bool(td.a) for td in tr.select("td")] for tr in page.table.select("tbody tr")]
    assert filled == [[True, True], [True, False]]
    compared = page.details.select(".comparisons li")
    assert [item.strong.get_text() for item in compared] == ["2个地区比较", "黄山市历年比较"]
    assert all(item.select_one(".main a") for item in compared)


def test_year_of_comparisons_alone_has_no_table():
    page = page_of(entry(region="", regions=["盐城市", "黄山市"], report="2025/comparison.zh"))
    assert page.select_one(".comparisons .report") and not page.table


def test_names_of_regions_are_never_broken_and_cells_may_be():
    style = page_of(entry()).style.string
    assert re.search(r"tbody th[^{]*\{ white-space: nowrap", style)
    assert not re.search(r"(?:td|\.report) p \{[^}]*nowrap", style)


def test_corrections_of_translations_say_whose_they_are():
    both = [entry(spoken=code, **CORRECTED) for code in ("zh", "en")]
    heads = [tag.get_text() for tag in page_of(*both).select(".correction summary")]
    assert heads == [f"{name}：第2版，2026年2月14日更正" for name in ("中文", "English")]


def test_translation_stands_with_its_report_in_the_words_of_its_reader():
    for spoken, name, tag in (("zh", "English", "en"), ("en", "中文", "zh-CN")):
        cell = page_of(entry(), entry(spoken="en"), spoken=spoken).select(".report")
        assert len(cell) == 1
        twin = cell[0].select(".data a")[-1]
        assert (twin.get_text(), twin["hreflang"], twin["lang"]) == (name, tag, tag)
    assert "(Chinese)" in page_of(entry(), spoken="en").select_one(".main").get_text()


def test_report_of_a_notebook_of_ones_own_has_a_column_with_its_title():
    own = entry(report="2025/黄山市/survey.zh", title="黄山市出口报告")
    assert head_and_rows(page_of(entry(), own))[0] == ["地区", "行业版", "出口报告"]


@pytest.mark.parametrize(
    ("spoken", "heads"), [("zh", ["客户价值", "市场统计"]), ("en", ["Customer value", "Market"])]
)
def test_columns_have_heads_in_the_language_of_the_page(spoken, heads):
    made = [
        entry(spoken=code, report=f"2025/黄山市/{name}.{code}", title="Anything", edition=edition)
        for code in ("en", "zh")
        for name, edition in (("value-industry", "industry"), ("market", "industry"))
    ]
    assert sorted(head_and_rows(page_of(*made, spoken=spoken))[0][1:]) == sorted(heads)


def test_readers_of_several_columns_are_named_once_above_them():
    two = [entry(report=f"2025/黄山市/{name}.zh", edition="industry") for name in ("industry", "market")]
    page = page_of(*two, entry(report="2025/黄山市/college.zh", edition="college"))
    groups = [(th.get_text(), th["colspan"]) for th in page.select("thead th[scope=colgroup]")]
    assert groups == [("协会、厂商、服务商", "2"), ("招生与就业部门", "1")]
    alone = page_of(two[0], entry(report="2025/黄山市/college.zh", edition="college"))
    assert not alone.select("thead th[scope=colgroup]")
    assert [small.get_text() for small in alone.select("thead small")] == [
        "协会、厂商、服务商",
        "招生与就业部门",
    ]


def test_comparison_is_found_by_each_of_its_regions():
    regions = ["杭州市", "黄山市"]
    page = page_of(*many(entry(region="", regions=regions), entry("盐城市")))
    assert {"杭州市|黄山市", "盐城市"} <= {item["data-region"] for item in page.select(".report")}
    choices = page.find("select", id="region").find_all("option")
    assert [choice["value"] for choice in choices] == ["", "杭州市", "黄山市", "盐城市"]  # H, H, Y


def test_what_was_taken_away_or_never_made_leaves_no_trace():
    catalog = {
        "reports": [entry()],
        "changes": {"removed": ["2024/试验/industry.zh"]},
        "not_updated": ["2025/试验/draft.zh"],
    }
    assert "试验" not in index_page.render_page(catalog, "zh")


@pytest.mark.parametrize(
    ("kind", "count", "named", "told"),
    [("new", 5, 5, ""), ("new", 7, 5, "另有2份"), ("replaced", 7, 0, "7份"), ("replaced", 1, 0, "1份")],
)
def test_changes_are_named_as_far_as_they_are_news(kind, count, named, told):
    entries = [entry(f"{n}号地区") for n in range(count)]
    catalog = {"reports": entries, "changes": {kind: [e["report"] for e in entries]}, "not_updated": []}
    items = BeautifulSoup(index_page.render_page(catalog, "zh"), "html.parser").select(".box li")
    assert len([item for item in items if item.a]) == named
    assert "".join(item.get_text() for item in items if not item.a) == told


CORRECTED = {
    "version": 2,
    "correction": {
        "version": 2,
        "date": "2026-02-14",
        "earlier": "x",
        "changes": [["Conversion rate", "22.9%", ""]],
        "exhibits": 1,
    },
    "earlier": [],
}


def test_correction_is_told_in_the_pages_language_and_its_figures_in_the_reports():
    corrected = entry(spoken="en", **CORRECTED)
    for spoken, head, more, tag in (
        ("zh", "第2版，2026年2月14日更正", "1处图表有变动", "en"),
        ("en", "Version 2, corrected on 14 February 2026", "1 figure or table changed", None),
    ):
        told = page_of(corrected, spoken=spoken).select_one(".correction")
        assert [told.summary.get_text(), *(p.get_text() for p in told.find_all("p"))] == [head, more]
        assert told.ul.get("lang") == tag
        assert " ".join(told.ul.get_text().split()) == "Conversion rate 22.9% → dropped"


def test_correction_of_names_alone_says_that_the_numbers_stayed():
    correction = {**CORRECTED["correction"], "changes": [], "exhibits": 0, "renamed": True}
    told = page_of(entry(version=2, correction=correction, earlier=[])).select_one(".correction")
    assert [p.get_text() for p in told.find_all("p")] == ["数字未变，仅名称或版式有调整"]
    assert told.ul is None


def test_reason_of_a_correction_is_told_as_it_was_written():
    state = {**CORRECTED, "correction": {**CORRECTED["correction"], "reason": "补报<三月>的记录"}}
    told = page_of(entry(spoken="en", **state), spoken="en").select_one(".correction")
    assert "Reason: 补报<三月>的记录" in told.get_text()
    assert told.select_one("p span")["lang"] == "zh-CN"


@pytest.mark.parametrize(
    ("name", "spoken", "expected"),
    [
        ("work-list", "zh", ("跟进名单", None)),
        ("work-list", "en", ("Work list", None)),
        ("own", "zh", ("本所清单", None)),
        ("own", "en", ("本所清单", "zh-CN")),
    ],
)
def test_attachment_is_called_what_it_is(name, spoken, expected):
    listed = entry(edition="enterprise", attachments={"work-list": "跟进名单（全部）", "own": "本所清单"})
    listed["files"].append({"format": f"{name}.xlsx", "path": "a.xlsx", "bytes": 1, "sha256": "0" * 64})
    called = page_of(listed, spoken=spoken).select(".data a")[-1]
    assert (called.get_text().strip(), called.span and called.span["lang"]) == expected


OWN = {"name": {"zh": "家长版", "en": "Parents' edition"}, "readers": {"zh": "学生家长", "en": "Parents"}}


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_own_edition_stands_under_the_name_and_the_readers_that_its_publisher_gave(spoken):
    entries = [entry(spoken=spoken, edition="parents", edition_words=OWN), entry(spoken=spoken)]
    page = page_of(*entries, spoken=spoken)
    text = page.get_text(" ", strip=True)
    assert OWN["name"][spoken] in text
    assert OWN["readers"][spoken] in text
    assert "parents" not in text
    with language.speaking(spoken):
        options = {name: label for choice in list_choices(entries) for name, label in choice["options"]}
    assert options["parents"] == OWN["name"][spoken]
