from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from industry_report import site
from industry_report.errors import InputError


def put(output: Path, stem: str, **changes: Any) -> None:
    """Publish a report as far as the catalogue is concerned."""
    year, region, name = stem.split("/")
    pages = {"html": b"<p>", "pdf": b"%PDF"}
    record = {
        "report": stem,
        "notebook": "industry.ipynb",
        "parameters": {"region": region, "year": int(year), "language": name[-2:]},
        "digest": "d",
        "synthetic": False,
        "files": {suffix: hashlib.sha256(content).hexdigest() for suffix, content in pages.items()},
        "cover": {"title": f"{region}{year}年报告"},
        **changes,
    }
    (output / stem).parent.mkdir(parents=True, exist_ok=True)
    for suffix, content in pages.items():
        (output / f"{stem}.{suffix}").write_bytes(content)
    (output / f"{stem}.json").write_text(json.dumps(record), encoding="utf-8")


def page_of(output: Path) -> str:
    return site.write_index(output).read_text(encoding="utf-8")


def test_index_lists_the_latest_year_first_then_region_and_language(tmp_path):
    for stem in (
        "2024/杭州市/industry.zh",
        "2025/黄山市/industry.zh",
        "2025/黄山市/industry.en",
        "2025/杭州市/industry.zh",
    ):
        put(tmp_path, stem)
    page = page_of(tmp_path)
    assert re.findall(r"<h2>(.*?)</h2>", page) == ["2025年", "2024年"]
    assert [record["report"] for record in site.list_published(tmp_path)] == [
        "2025/杭州市/industry.zh",
        "2025/黄山市/industry.en",
        "2025/黄山市/industry.zh",
        "2024/杭州市/industry.zh",
    ]
    assert "共4份报告" in page


def test_every_link_leads_to_a_file(tmp_path):
    put(tmp_path, "2025/黄 山#市/industry.zh")
    links = re.findall(r'href="([^"]*)"', page_of(tmp_path))
    assert len(links) == 3
    assert all((tmp_path / unquote(link)).is_file() and "#" not in link for link in links)


def test_page_asks_no_other_host_and_has_one_h1_and_its_language(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    page = page_of(tmp_path)
    assert not re.search(r"https?:|src=|@import|url\(", page)
    assert page.count("<h1") == 1
    assert '<html lang="zh-CN">' in page


def test_text_of_a_report_is_text(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh", cover={"title": "<script>alert(1)</script>"})
    assert "<script" not in page_of(tmp_path)


def test_synthetic_reports_are_labelled(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    assert "合成数据" not in page_of(tmp_path)
    put(tmp_path, "2025/杭州市/industry.zh", synthetic=True)
    assert page_of(tmp_path).count("合成数据") == 2  # the line of the report, and the note on top


def test_report_in_english_is_marked_as_english(tmp_path):
    put(tmp_path, "2025/黄山市/industry.en")
    assert '<span class="title" lang="en">' in page_of(tmp_path)


def test_edition_is_named_else_the_notebook_tells_it(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    assert "黄山市 · 行业版 · 中文" in page_of(tmp_path)
    put(tmp_path, "2025/黄山市/industry.zh", parameters={"edition": "college", "year": 2025})
    assert "院校版 · 中文" in page_of(tmp_path)


def test_empty_folder_says_so(tmp_path):
    assert "还没有报告" in page_of(tmp_path)


def test_same_reports_give_the_same_page(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    assert page_of(tmp_path) == page_of(tmp_path)


def test_other_files_and_half_reports_are_left_out(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    put(tmp_path, "2025/杭州市/industry.zh")
    (tmp_path / "2025/杭州市/industry.zh.pdf").unlink()
    (tmp_path / "manifest.json").write_text('{"reports": []}', encoding="utf-8")
    (tmp_path / "torn.json").write_text('{"report": "', encoding="utf-8")
    (tmp_path / "list.json").write_text("[1]", encoding="utf-8")
    assert [record["report"] for record in site.list_published(tmp_path)] == ["2025/黄山市/industry.zh"]


def test_moved_report_is_listed_where_it_lies(tmp_path):
    put(tmp_path / "old", "2025/黄山市/industry.zh")
    assert site.list_published(tmp_path)[0]["report"] == "old/2025/黄山市/industry.zh"


@pytest.mark.parametrize("suffix", ["html", "pdf", "json"])
def test_report_is_published_only_with_every_file_as_written(suffix, tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    assert site.find_published(tmp_path, "2025/黄山市/industry.zh")["digest"] == "d"
    (tmp_path / f"2025/黄山市/industry.zh.{suffix}").write_bytes(b"torn")
    assert site.find_published(tmp_path, "2025/黄山市/industry.zh") is None


def test_file_is_written_whole_or_not_at_all(tmp_path):
    (tmp_path / "index.html").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        site.write_whole(tmp_path / "index.html", "x")
    assert [file.name for file in tmp_path.iterdir()] == ["index.html"]
