from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from shelf_records import put

from industry_report.base.errors import InputError
from industry_report.shelf import report_records


def page_of(output: Path) -> str:
    return report_records.write_index(output).read_text(encoding="utf-8")


def test_index_lists_the_latest_year_first_then_region_and_language(tmp_path):
    for stem in (
        "2024/杭州市/industry.zh",
        "2025/黄山市/industry.zh",
        "2025/黄山市/industry.en",
        "2025/杭州市/industry.zh",
    ):
        put(tmp_path, stem)
    page = page_of(tmp_path)
    assert re.findall(r"<h3>(\d.*?)</h3>", page) == ["2025年（3份）", "2024年（1份）"]
    assert [record["report"] for record in report_records.list_published(tmp_path)] == [
        "2025/杭州市/industry.zh",
        "2025/黄山市/industry.en",
        "2025/黄山市/industry.zh",
        "2024/杭州市/industry.zh",
    ]
    assert "全部报告（4份" in page


def test_every_link_leads_to_a_file(tmp_path):
    put(tmp_path, "2025/黄 山#市/industry.zh")
    links = [link for link in re.findall(r'href="([^"]*)"', page_of(tmp_path)) if not link.startswith("#")]
    own = {"feed.xml", "catalog.json", "datapackage.json", "index.en.html"}
    assert len([link for link in links if link not in own]) == 2  # a record is for programs: the catalogue
    assert all((tmp_path / unquote(link)).is_file() and "#" not in link for link in links)


def test_page_asks_no_other_host_and_has_one_h1_and_its_language(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    page = page_of(tmp_path)
    assert not re.search(r"https?:|\bsrc=|@import|url\(", page)
    assert page.count("<h1") == 1
    assert '<html lang="zh-CN">' in page


def test_text_of_a_report_is_text(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh", cover={"title": "<script>alert(1)</script>"})
    assert "<script>alert" not in page_of(tmp_path)
    assert "&lt;script&gt;alert(1)" in page_of(tmp_path)


def test_synthetic_reports_are_labelled(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    assert "合成数据" not in page_of(tmp_path)
    put(tmp_path, "2025/杭州市/industry.zh", synthetic=True)
    visible = BeautifulSoup(page_of(tmp_path), "html.parser").body.get_text()
    assert visible.count("合成数据") == 2  # the line of the report, and the note on top


def test_report_in_english_is_marked_as_english(tmp_path):
    put(tmp_path, "2025/黄山市/industry.en")
    put(tmp_path, "2025/黄山市/industry.zh")
    pages = {spoken: tmp_path / f"index{spoken}.html" for spoken in ("", ".en")}
    report_records.write_index(tmp_path)
    for spoken, expected in (("", [None, None, "en"]), (".en", [None, None, "zh-CN"])):
        page = BeautifulSoup(pages[spoken].read_text(encoding="utf-8"), "html.parser")
        assert [a.get("lang") for a in page.select(".main a, .data a[hreflang]")] == expected


def test_edition_is_named_else_the_notebook_tells_it(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    assert "黄山市，2025年，行业版" in page_of(tmp_path)
    put(tmp_path, "2025/黄山市/industry.zh", parameters={"edition": "college", "year": 2025})
    assert "院校版" in page_of(tmp_path)


def test_empty_folder_says_so(tmp_path):
    assert "还没有报告" in page_of(tmp_path)


def test_same_reports_give_the_same_page(tmp_path):
    reports = ["2025/黄山市/industry.zh", "2024/黄山市/industry.zh", "2025/杭州市/college.zh"]
    for folder, order in (("one", reports), ("other", reports[::-1])):
        for report in order:
            put(tmp_path / folder, report)
    assert page_of(tmp_path / "one") == page_of(tmp_path / "other")


def test_other_files_and_half_reports_are_left_out(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    put(tmp_path, "2025/杭州市/industry.zh")
    (tmp_path / "2025/杭州市/industry.zh.pdf").unlink()
    (tmp_path / "manifest.json").write_text('{"reports": []}', encoding="utf-8")
    (tmp_path / "torn.json").write_text('{"report": "', encoding="utf-8")
    (tmp_path / "list.json").write_text("[1]", encoding="utf-8")
    assert [record["report"] for record in report_records.list_published(tmp_path)] == [
        "2025/黄山市/industry.zh"
    ]


def test_moved_report_is_listed_where_it_lies(tmp_path):
    put(tmp_path / "old", "2025/黄山市/industry.zh")
    assert report_records.list_published(tmp_path)[0]["report"] == "old/2025/黄山市/industry.zh"


@pytest.mark.parametrize("suffix", ["html", "pdf", "json"])
def test_report_is_published_only_with_every_file_as_written(suffix, tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    assert report_records.find_published(tmp_path, "2025/黄山市/industry.zh")["digest"] == "d"
    (tmp_path / f"2025/黄山市/industry.zh.{suffix}").write_bytes(b"torn")
    assert report_records.find_published(tmp_path, "2025/黄山市/industry.zh") is None


def test_file_is_written_whole_or_not_at_all(tmp_path):
    (tmp_path / "index.html").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        report_records.write_file(tmp_path / "index.html", "x")
    assert [file.name for file in tmp_path.iterdir()] == ["index.html"]


# --- versions


def keep(output: Path, stem: str, version: int) -> None:
    """Publish a report and put it aside as an earlier version."""
    put(output, stem, version=version)
    for suffix in ("html", "pdf", "json"):
        (output / f"{stem}.{suffix}").rename(output / f"{stem}.v{version}.{suffix}")


def test_earlier_versions_are_no_reports_of_their_own(tmp_path):
    stem = "2025/黄山市/industry.zh"
    keep(tmp_path, stem, 1)
    keep(tmp_path, stem, 10)
    correction = {
        "version": 11,
        "date": "2026-02-14",
        "earlier": "x",
        "changes": [["咨询数", "2", "3"]],
        "exhibits": 4,
    }
    put(tmp_path, stem, version=11, correction=correction)
    assert [record["version"] for record in report_records.list_published(tmp_path)] == [11]
    assert [record["version"] for record in report_records.list_kept(tmp_path, stem)] == [10, 1]
    page = BeautifulSoup(page_of(tmp_path), "html.parser")
    assert " ".join(page.find(class_="correction").get_text().split()) == (
        "第11版，2026年2月14日更正 咨询数 2 → 3 4处图表有变动 第10版：网页 PDF JSON 第1版：网页 PDF JSON"
    )
    earlier = [unquote(a["href"]) for p in page.find_all("p", class_="earlier") for a in p.find_all("a")]
    assert earlier[0] == f"{stem}.v10.html"
    assert all((tmp_path / link).is_file() for link in earlier)


def test_what_a_report_replaces_is_the_published_one_else_the_latest_kept(tmp_path):
    stem = "2025/黄山市/industry.zh"
    assert report_records.find_earlier(tmp_path, stem) is None
    put(tmp_path, stem, draft=True)
    assert report_records.find_earlier(tmp_path, stem) is None
    keep(tmp_path, stem, 2)
    assert report_records.find_earlier(tmp_path, stem)["version"] == 2
    put(tmp_path, stem, version=3)
    assert report_records.find_earlier(tmp_path, stem)["version"] == 3


# --- what changed


def headed(page: str, section: str) -> str:
    found = BeautifulSoup(page, "html.parser").find(id=section)
    return found.parent.get_text(" ", strip=True) if found else ""


def test_first_build_has_no_news_and_the_next_tells_them(tmp_path):
    put(tmp_path, "2024/黄山市/industry.zh")
    put(tmp_path, "2024/杭州市/industry.zh")
    assert headed(page_of(tmp_path), "changes") == ""
    put(tmp_path, "2025/黄山市/industry.zh")
    put(tmp_path, "2024/黄山市/industry.zh", digest="another")
    (tmp_path / "2024/杭州市/industry.zh.json").unlink()
    page = page_of(tmp_path)
    assert "新增 黄山市2025年报告" in headed(page, "changes")
    assert "内容未变 1份" in headed(page, "changes")  # that is no news: counted, not named
    assert "杭州市" not in headed(page, "changes")  # what one takes away is no news
    assert page_of(tmp_path) == page  # until something changes again


def test_failed_reports_are_said_without_their_cause(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    statuses = {"2025/黄山市/industry.zh": "failed", "2025/杭州市/industry.zh": "unfinished"}
    page = report_records.write_index(tmp_path, statuses).read_text(encoding="utf-8")
    assert headed(page, "late") == ("未能更新 黄山市2025年报告 上一版仍可读")
    assert "上一版仍可读" in page_of(tmp_path)  # a build of other reports does not mend it
    mended = report_records.write_index(tmp_path, {"2025/黄山市/industry.zh": "made"}).read_text(
        encoding="utf-8"
    )
    assert headed(mended, "late") == ""


def test_unchanged_report_is_not_read_again_and_a_changed_one_is(tmp_path, monkeypatch):
    for stem in ("2025/黄山市/industry.zh", "2025/杭州市/industry.zh"):
        put(tmp_path, stem)
    page_of(tmp_path)
    put(tmp_path, "2025/黄山市/industry.zh", cover={"title": "新题名", "language": "zh"})
    read, whole = [], report_records.read_record
    monkeypatch.setattr(
        report_records, "read_record", lambda path: read.append(path.parent.name) or whole(path)
    )
    assert "新题名" in page_of(tmp_path)
    assert read == ["黄山市"]


@pytest.mark.parametrize("name", ["index.html", "index.en.html", "feed.xml", "datapackage.json"])
def test_missing_page_or_list_is_written_again(name, tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    page_of(tmp_path)
    before = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    page_of(tmp_path)
    assert (tmp_path / name).read_bytes() == before


def test_damaged_catalogue_is_made_anew(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    page = page_of(tmp_path)
    (tmp_path / "catalog.json").write_text('{"form', encoding="utf-8")
    assert page_of(tmp_path) == page
    assert json.loads((tmp_path / "catalog.json").read_text("utf-8"))["reports"]
