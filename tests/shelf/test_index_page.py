"""The page of the shelf, from a catalogue alone."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

from industry_report.shelf import index_page


def entry(region: str = "黄山市", year: int = 2025, spoken: str = "zh", **changed: Any) -> dict[str, Any]:
    edition = changed.get("edition", "industry")
    stem = f"{year}/{region}/{edition}.{spoken}"
    files = [
        {"format": suffix, "path": f"{stem}.{suffix}", "bytes": size, "sha256": "0" * 64}
        for suffix, size in (("html", 140_400), ("pdf", 1_290_000), ("xlsx", 300), ("csv", 9000), ("json", 9))
    ]
    about = {
        "title": f"{region}财务软件客户咨询转化报告",
        "subtitle": f"{year}年 · 行业版",
        "language": spoken,
    }
    state = {"version": 1, "date": "", "draft": False, "internal": False, "synthetic": False}
    known = {
        "publisher": "",
        "licence": {},
        "key_figures": [["咨询数", f"{year * 2:,}条"], ["A级占比", "15.5%"]],
    }
    place = {"report": stem, "edition": edition, "region": region, "year": year, "files": files}
    several = {"regions": [region], "years": [year], "attachments": {}}
    return {**about, **state, **known, **place, **several, **changed}


def page_of(*entries: dict[str, Any], spoken: str = "zh") -> BeautifulSoup:
    catalog = {"reports": list(entries), "changes": {}, "not_updated": []}
    return BeautifulSoup(index_page.render_page(catalog, spoken), "html.parser")


def series(*values: str, label: str = "A级占比", **changed: Any) -> list[dict[str, Any]]:
    return [entry(year=2023 + n, key_figures=[[label, value]], **changed) for n, value in enumerate(values)]


# --- the page


def test_policy_allows_the_pages_own_style_and_script_only():
    page = page_of(entry())
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
    assert page.form.has_attr("hidden")  # a form that does nothing is not shown
    assert len(page.select(".reports > li:not([hidden])")) == 2


def test_every_field_of_the_filter_has_a_label_and_every_choice_finds_something():
    page = page_of(entry(), entry("杭州市", 2024), entry(spoken="en"), entry(edition="college"))
    labels = {label["for"] for label in page.find_all("label")}
    assert {field["id"] for field in page.find_all(["input", "select"])} == labels
    for select in page.find_all("select"):
        values = {option["value"] for option in select.find_all("option")} - {""}
        assert values == {item[f"data-{select['name']}"] for item in page.select(".reports > li")}
    assert [o.get_text() for o in page.find("select", id="edition").find_all("option")][1:] == [
        "行业版",
        "院校版",
    ]


def test_choice_with_one_value_is_left_out():
    assert [select["name"] for select in page_of(entry(), entry(year=2024)).find_all("select")] == ["year"]


def test_headings_are_in_order_and_ids_unique():
    page = page_of(*series("1%", "2%"))
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {tag["aria-labelledby"] for tag in page.find_all(attrs={"aria-labelledby": True})} <= set(ids)


def test_formats_are_links_with_their_size():
    links = page_of(entry()).select_one(".links").find_all("a")
    assert [link.get_text() for link in links] == ["PDF 1.3 MB", "Excel 1 kB", "CSV 9 kB", "JSON 1 kB"]


def test_internal_editions_show_no_figures_and_say_so():
    item = page_of(entry(edition="enterprise", internal=True)).select_one(".reports > li")
    assert "内部资料" in item.get_text()
    assert "15.5%" not in item.get_text()


def test_english_page_is_english_and_each_page_leads_to_the_other():
    page = page_of(entry(), entry("杭州市", 2024), spoken="en")
    assert page.html["lang"] == "en"
    assert page.nav.a["href"] == "index.html"
    assert page_of(entry()).nav.a["href"] == "index.en.html"
    for tag in page.find_all(lang="zh-CN"):
        tag.decompose()
    assert not re.search(r"[\u4e00-\u9fff]", page.body.get_text())


def test_page_names_the_publisher_if_it_is_one():
    assert page_of(entry(publisher="协会"), entry(year=2024)).h1.get_text() == "协会报告目录"
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


# --- trends


def test_course_of_a_figure_is_drawn_and_told():
    [region] = index_page.list_trends(series("14.0%", "15.0%", "16.0%"), "zh")
    [line] = region["lines"]
    heights = [float(y) for _, y in line["dots"]]
    assert heights[0] > heights[1] > heights[2]  # up is more
    assert heights[1] == pytest.approx((heights[0] + heights[2]) / 2)
    assert (line["first"].printed, line["latest"].printed) == ("14.0%", "16.0%")
    assert re.fullmatch(r"M[\d. ]+L[\d. ]+L[\d. ]+", line["path"])
    drawing = page_of(*series("14.0%", "15.0%", "16.0%")).svg
    assert drawing["aria-label"] == "2023年 14.0%，2024年 15.0%，2025年 16.0%"


@pytest.mark.parametrize("middle", ["…", ""])
def test_withheld_number_leaves_a_gap(middle):
    [region] = index_page.list_trends(series("14.0%", middle, "16.0%"), "zh")
    [line] = region["lines"]
    assert (line["path"].count("M"), line["path"].count("L"), len(line["dots"])) == (2, 0, 2)
    assert line["withheld"] == ("2024" if middle == "…" else "")


@pytest.mark.parametrize(
    "values",
    [["14.0%"], ["…", "14.0%"], ["14.0%", "15.0分"], ["高", "低"]],
    ids=["one year", "one number", "other units", "words"],
)
def test_what_makes_no_course_is_not_drawn(values):
    assert index_page.list_trends(series(*values), "zh") == []


def test_number_is_read_without_what_follows_in_brackets():
    [region] = index_page.list_trends(series("22.9%（21.8%～24.0%）", "5,601.5%", label="成交率"), "zh")
    assert [point.number for point in region["lines"][0]["points"]] == [22.9, 5601.5]


@pytest.mark.parametrize("state", ["internal", "draft"])
def test_internal_editions_and_drafts_are_not_drawn(state):
    assert index_page.list_trends(series("14.0%", "15.0%", **{state: True}), "zh") == []


def test_language_of_the_page_is_preferred_to_the_other():
    both = [*series("1%", "2%"), *series("1%", "2%", label="Grade A", spoken="en")]
    assert index_page.list_trends(both, "en")[0]["lines"][0]["label"] == "Grade A"
    assert index_page.list_trends(both, "zh")[0]["lines"][0]["label"] == "A级占比"


def test_flat_course_is_drawn():
    [region] = index_page.list_trends(series("14.0%", "14.0%"), "zh")
    assert len({y for _, y in region["lines"][0]["dots"]}) == 1


def test_shares_have_one_scale_in_all_regions_and_counts_their_own():
    high, low = [
        [entry(region, year, key_figures=figures) for year, figures in zip((2024, 2025), given, strict=True)]
        for region, given in {
            "杭州市": ([["成交率", "40%"], ["咨询数", "900条"]], [["成交率", "50%"], ["咨询数", "990条"]]),
            "黄山市": ([["成交率", "20%"], ["咨询数", "10条"]], [["成交率", "30%"], ["咨询数", "20条"]]),
        }.items()
    ]
    lines = [region["lines"] for region in index_page.list_trends([*high, *low], "zh")]
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
    estimate, count = index_page.list_trends(entries, "zh")[0]["lines"]
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
    [line] = index_page.list_trends(entries, "en")[0]["lines"]
    assert (line["latest"].low, line["latest"].high, line["latest"].short) == (21.8, 24.0, "22.9%")


# --- what a line of the list says


@pytest.mark.parametrize(
    ("figures", "shown"),
    [
        (["7条", "1%", "2%（1%～3%）", "8次"], ["7条", "1%", "2%（1%～3%）"]),
        (["7条", "1%", "2%", "3%", "4%"], ["1%", "2%", "3%", "4%"]),  # a comparison: none is left out
        (["7条", "…", "2%", "3%"], ["…", "2%", "3%"]),  # one that is withheld keeps its place
        (["7户", "8户", "9户", "10户"], ["7户", "8户", "9户"]),
    ],
)
def test_line_shows_every_share_and_counts_where_there_is_room(figures, shown):
    page = page_of(entry(key_figures=[[f"指标{n}", value] for n, value in enumerate(figures)]))
    assert [value.get_text() for value in page.select(".figures dd")] == shown


def test_comparison_is_found_by_each_of_its_regions():
    regions = ["杭州市", "黄山市"]
    page = page_of(entry(region="", regions=regions), entry("盐城市"))
    assert [item["data-region"] for item in page.select(".reports > li")] == ["杭州市|黄山市", "盐城市"]
    choices = page.find("select", id="region").find_all("option")
    assert [choice["value"] for choice in choices] == ["", "杭州市", "黄山市", "盐城市"]  # H, H, Y


def test_list_begins_with_the_latest_year_and_the_edition_for_everyone():
    entries = [
        entry("盐城市"),
        entry(year=2024),
        entry(edition="government"),
        entry(),
        entry(spoken="en"),
        entry(region="", regions=["盐城市", "黄山市"]),
    ]
    for spoken, languages in (("zh", ["zh-CN", "en"]), ("en", ["en", "zh-CN"])):
        page = page_of(*entries, spoken=spoken)
        items = page.select(".reports > li")
        assert [(item["data-year"], item["data-region"], item["data-edition"]) for item in items] == [
            ("2025", "盐城市|黄山市", "industry"),
            ("2025", "黄山市", "industry"),
            ("2025", "黄山市", "industry"),
            ("2025", "黄山市", "government"),
            ("2025", "盐城市", "industry"),
            ("2024", "黄山市", "industry"),
        ]
        assert [item.a.get("lang", page.html["lang"]) for item in items[1:3]] == languages


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
        assert [p.get_text() for p in told.find_all("p")] == [head, more]
        assert told.ul.get("lang") == tag
        assert " ".join(told.ul.get_text().split()) == "Conversion rate 22.9% → –"


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
    called = page_of(listed, spoken=spoken).select(".links a")[-1]
    called.small.decompose()
    assert (called.get_text().strip(), called.span and called.span["lang"]) == expected
