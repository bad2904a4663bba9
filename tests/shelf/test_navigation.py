"""The bar below a report's title leads to what is there, whenever that came, and to nothing else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from shelf_records import put

from industry_report.shelf import index_page, navigation, report_records


def bar_of(output: Path, stem: str) -> Tag:
    page = BeautifulSoup((output / f"{stem}.html").read_text("utf-8"), "html.parser")
    [bar] = page.select("[role=navigation]")
    return bar


def links_of(output: Path, stem: str) -> dict[str, str]:
    """Return where each link of a report's bar leads, from the shelf's root."""
    report_records.write_index(output)
    folder = (output / stem).parent
    links = {a.get_text(): folder / unquote(a["href"]) for a in bar_of(output, stem).select("a")}
    assert all(path.is_file() for path in links.values())
    return {words: path.resolve().relative_to(output.resolve()).as_posix() for words, path in links.items()}


def test_bar_leads_to_files_languages_years_regions_and_the_index(tmp_path):
    for stem in (
        *("2025/黄山市/industry.zh", "2025/黄山市/industry.en", "2024/黄山市/industry.zh"),
        *("2025/杭州市/industry.zh", "2024/盐城市/industry.zh", "2025/黄山市/college.zh"),
    ):
        put(tmp_path, stem)
    assert links_of(tmp_path, "2025/黄山市/industry.zh") == {
        "PDF": "2025/黄山市/industry.zh.pdf",
        "English": "2025/黄山市/industry.en.html",
        "2024年": "2024/黄山市/industry.zh.html",
        "杭州市": "2025/杭州市/industry.zh.html",
        "报告目录": "index.html",
    }
    assert links_of(tmp_path, "2025/黄山市/industry.en")["All reports"] == "index.en.html"
    here = [span.get_text() for span in bar_of(tmp_path, "2025/黄山市/industry.zh").select("[aria-current]")]
    assert here == ["2025年", "黄山市"]


def test_where_there_is_nothing_the_bar_offers_nothing(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    assert list(links_of(tmp_path, "2025/黄山市/industry.zh")) == ["PDF", "报告目录"]
    assert not bar_of(tmp_path, "2025/黄山市/industry.zh").select("[aria-current]")


def test_report_that_comes_later_is_found_from_those_that_were_there(tmp_path):
    first, second = "2024/黄山市/industry.zh", "2025/黄山市/industry.zh"
    put(tmp_path, first)
    assert "2025年" not in links_of(tmp_path, first)
    record = (tmp_path / f"{first}.json").read_bytes()
    put(tmp_path, second)
    assert links_of(tmp_path, first)["2025年"] == f"{second}.html"
    assert (tmp_path / f"{first}.json").read_bytes() == record
    assert report_records.find_published(tmp_path, first) is not None  # it is as it was written
    changes = json.loads((tmp_path / "catalog.json").read_text("utf-8"))["changes"]
    assert changes == {"new": [second]}  # a longer bar is no news of a report
    for file in tmp_path.glob(f"{second}.*"):
        file.unlink()
    assert "2025年" not in links_of(tmp_path, first)


def test_order_in_which_reports_came_makes_no_difference(tmp_path):
    stems = ["2024/黄山市/industry.zh", "2025/黄山市/industry.zh", "2025/杭州市/industry.zh"]
    for folder, order in (("one", stems), ("other", stems[::-1])):
        for stem in order:
            put(tmp_path / folder, stem)
            report_records.write_index(tmp_path / folder)
    for stem in stems:
        pages = [(tmp_path / folder / f"{stem}.html").read_bytes() for folder in ("one", "other")]
        assert pages[0] == pages[1]


def test_page_that_is_as_it_should_be_is_not_written_again(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    report_records.write_index(tmp_path)
    page = tmp_path / "2025/黄山市/industry.zh.html"
    before = page.stat()
    report_records.write_index(tmp_path)
    assert (page.stat().st_mtime_ns, page.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_bar_that_somebody_changed_is_put_right(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    report_records.write_index(tmp_path)
    page = tmp_path / "2025/黄山市/industry.zh.html"
    good = page.read_bytes()
    page.write_bytes(good.replace(b"industry.zh.pdf", b"https://elsewhere.example/x.pdf"))
    report_records.write_index(tmp_path)
    assert page.read_bytes() == good


def test_catalogue_has_size_and_checksum_of_the_page_as_it_is(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    report_records.write_index(tmp_path)
    [entry] = json.loads((tmp_path / "catalog.json").read_text("utf-8"))["reports"]
    content = (tmp_path / "2025/黄山市/industry.zh.html").read_bytes()
    told = next(file for file in entry["files"] if file["format"] == "html")
    assert (told["bytes"], told["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_names_with_any_signs_lead_where_they_should(tmp_path):
    put(tmp_path, "2025/黄 山#市?/industry.zh")
    put(tmp_path, "2025/a&b\"'<市/industry.zh")
    links = links_of(tmp_path, "2025/黄 山#市?/industry.zh")
    assert links["a&b\"'<市"] == "2025/a&b\"'<市/industry.zh.html"


def test_published_report_leads_to_no_draft(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    put(tmp_path, "2024/黄山市/industry.zh", draft=True)
    assert "2024年" not in links_of(tmp_path, "2025/黄山市/industry.zh")


def test_comparisons_of_a_region_are_offered(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    put(tmp_path, "2024/黄山市/industry.zh")
    about = {"regions": ["黄山市", "杭州市"], "years": [2025], "language": "zh"}
    put(tmp_path, "2025/x/comparison.zh", parameters=about)
    put(tmp_path, "2020/x/comparison.zh", parameters={"regions": ["黄山市"], "years": [], "language": "zh"})
    links = links_of(tmp_path, "2025/黄山市/industry.zh")
    assert links["2个地区"] == "2025/x/comparison.zh.html"
    assert links["历年"] == "2020/x/comparison.zh.html"
    assert "2个地区" not in links_of(tmp_path, "2024/黄山市/industry.zh")


def test_many_regions_are_folded(tmp_path):
    for number in range(navigation.UNFOLDED + 1):
        put(tmp_path, f"2025/{number}号地区/industry.zh")
    report_records.write_index(tmp_path)
    folded = bar_of(tmp_path, "2025/0号地区/industry.zh").details
    assert len(folded.select("li")) == navigation.UNFOLDED + 1
    assert not folded.has_attr("open")


CORRECTION = {
    "version": 2,
    "date": "2026-02-14",
    "earlier": "industry.zh.v1.html",
    "changes": [],
    "exhibits": 1,
}


def test_version_that_was_replaced_says_so_and_leads_to_the_latest(tmp_path):
    own = {"cover": {"title": "报告", "language": "zh"}, "parameters": {"region": "黄山市", "year": 2025}}
    put(tmp_path, "2025/黄山市/industry.zh.v1", **own)
    put(tmp_path, "2025/黄山市/industry.zh", version=2, correction=CORRECTION)
    links = links_of(tmp_path, "2025/黄山市/industry.zh.v1")
    assert links["看最新版"] == "2025/黄山市/industry.zh.html"
    assert links["PDF"] == "2025/黄山市/industry.zh.v1.pdf"
    assert "第1版，已被第2版取代" in bar_of(tmp_path, "2025/黄山市/industry.zh.v1").get_text()


def test_page_without_room_stays_as_it_is(tmp_path):
    put(tmp_path, "2025/黄山市/industry.zh")
    page = tmp_path / "2025/黄山市/industry.zh.html"
    page.write_bytes(b"<p>made by an earlier version")
    report_records.write_index(tmp_path)
    assert page.read_bytes() == b"<p>made by an earlier version"


@pytest.mark.parametrize(
    ("written", "missed"),
    [
        ('<a class="x" href="industry.zh.files/figure-1.csv">', "industry.zh.files/figure-1.csv"),
        ('<meta property="og:image" content="card.png">', "card.png"),
        ('<a href="%E5%9B%BE%20a.pdf#p2">', "图 a.pdf"),
        ('<a href="../../index.html">', ""),
        ('<a href="#chapter"><a href="https://x.example/y"><a href="mailto:a@b.example"><a href="">', ""),
    ],
)
def test_link_that_leads_nowhere_is_named(tmp_path, written, missed):
    put(tmp_path, "2025/黄山市/industry.zh")
    page = tmp_path / "2025/黄山市/industry.zh.html"
    page.write_text(page.read_text("utf-8") + written, encoding="utf-8")
    report_records.write_index(tmp_path)
    told: list[str] = []
    report_records.write_index(tmp_path, tell=told.append)
    expected = f"2025/黄山市/industry.zh.html: leads to {missed}, which is not there"
    assert told == ([expected] if missed else [])


def test_place_without_an_english_name_is_named(tmp_path):
    put(tmp_path, "2025/芜湖市/industry.zh")
    put(tmp_path, "2025/黄山市/industry.zh")
    told: list[str] = []
    report_records.write_index(tmp_path, tell=told.append)
    assert len(told) == 1 and "芜湖市" in told[0] and "黄山市" not in told[0]
    assert "index.en.html" in told[0]
    assert index_page.list_untranslated([]) == []
