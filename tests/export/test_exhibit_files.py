"""The files beside a report: numbers as printed, drawings that say what they are, links that lead."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from shown_exhibits import exhibit, rates

from industry_report.base import language, origin
from industry_report.export import exhibit_files, exporters, sharing
from industry_report.report import display

SVG = "{http://www.w3.org/2000/svg}"


def read(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


# --- numbers


def test_table_has_units_in_its_heads_and_numbers_as_they_are_printed():
    rows = read(exhibit_files.write_table(exhibit(rates())))
    assert rows[0][:4] == ["客户类型", "咨询数（条）", "比率（%）", "95%置信区间下限"]
    assert rows[1][:3] == ["小微企业", "1234", "13.8"]
    assert (rows[1][5], rows[2][5]) == ("5.2", "-30.0")
    assert rows[2][2] == "［保密］" and rows[3][2] == "–"
    assert [row[0] for row in rows[2:]] == ["'=cmd()", "'@x"]


@given(st.floats(0, 1), st.integers(0, 10**9), st.floats(-1, 1))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_no_digit_is_published_that_the_report_does_not_print(share, count, difference):
    table = pd.DataFrame(
        {"consultations": [count], "rate": [share], "difference": [difference]},
        index=pd.Index(["A"], name="grade"),
    )
    cells = read(exhibit_files.write_table(exhibit(table)))[1][1:]
    printed = [language.formatted(v, n) for v, n in zip((count, share, difference), table, strict=True)]
    plain = [p.replace(",", "").replace("−", "-").lstrip("+").rstrip("%") for p in printed]
    assert cells == plain
    assert all(float(cell) is not None for cell in cells)


def test_probability_below_its_bound_stays_words():
    table = pd.DataFrame({"p": [1e-9]}, index=pd.Index(["A"], name="grade"))
    assert read(exhibit_files.write_table(exhibit(table)))[1] == ["A", "<0.001"]


# --- a report


@pytest.fixture
def notebook(monkeypatch) -> nbformat.NotebookNode:
    """A report with a figure that has numbers, one that has none, and a table."""
    outputs: list[Any] = []

    def take(data: dict[str, Any], **_: Any) -> None:
        outputs.append(nbformat.v4.new_output("display_data", data=data))

    monkeypatch.setattr(display, "display", take)
    monkeypatch.setattr(origin, "is_watching", lambda: False)
    display.begin("zh")
    monkeypatch.setattr(display, "check_table", lambda *_: None)
    monkeypatch.setattr(display, "check_words", lambda *_: None)
    monkeypatch.setattr(display, "check_figure", lambda *_: None)
    display.cover(title="报告", subtitle="2025年", facts={}, synthetic=True)
    for data in (rates(), None):
        figure, ax = plt.subplots(figsize=(4, 2))
        ax.barh([0, 1], [0.138, 0.2])
        display.show(figure, caption="各<类型>", data=data)
    display.show(rates(), caption="表题")
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=outputs)])


def make(notebook: nbformat.NotebookNode) -> tuple[BeautifulSoup, exhibit_files.Beside, list[str]]:
    data = exporters.report_data(notebook)
    resources: dict[str, Any] = {"report": ("报 告.zh", data)}
    page, _ = exporters.make_pages(notebook, resources)
    return BeautifulSoup(page, "html.parser"), resources["beside"], resources["warnings"]


def test_every_link_of_an_exhibit_leads_to_a_file_and_every_file_is_linked(notebook):
    page, beside, warnings = make(notebook)
    links = [unquote(a["href"]) for a in page.select(".files a")]
    files = {f"报 告.zh.{name}" for name in beside.files if "/" in name}
    assert set(links) == files and len(links) == len(files)
    assert sorted(name.rpartition("/")[2] for name in files) == [
        *("figure-1.csv", "figure-1.png", "figure-1.svg"),
        *("figure-2.png", "figure-2.svg", "table-1.csv"),
    ]
    assert all(
        a.has_attr("download") and a["aria-label"].startswith(a.get_text()) for a in page.select(".files a")
    )
    assert not warnings


def test_drawing_says_what_it_is_and_picture_has_its_title(notebook):
    _, beside, _ = make(notebook)
    drawing = ElementTree.fromstring(beside.files["files/figure-1.svg"])
    title, description = list(drawing)[:2]
    assert (title.tag, title.text) == (f"{SVG}title", "图1  各<类型>")
    assert description.tag == f"{SVG}desc" and "各<类型>" in description.text
    assert not {element.tag for element in drawing.iter()} & {f"{SVG}script", f"{SVG}metadata"}
    picture = Image.open(io.BytesIO(beside.files["files/figure-1.png"]))
    assert picture.width > 800 and picture.getpixel((0, 0))[:3] == (255, 255, 255)


def test_card_has_the_size_that_services_ask_for_and_the_page_names_it(notebook):
    page, beside, _ = make(notebook)
    assert Image.open(io.BytesIO(beside.files["card.png"])).size == sharing.CARD_PIXELS
    assert unquote(page.find("meta", property="og:image")["content"]) == "报 告.zh.card.png"
    assert "summary.png" not in beside.files  # it has no summary


def test_summary_is_a_picture_of_its_own_page(notebook):
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("## 摘要\n\n甲乙丙\n\n## 数据\n\n丁"))
    _, beside, _ = make(notebook)
    assert Image.open(io.BytesIO(beside.files["summary.png"])).size == sharing.A4_PIXELS


def test_same_report_gives_the_same_files(notebook):
    assert make(notebook)[1] == make(notebook)[1]


def test_page_of_plain_nbconvert_has_no_links_to_files_that_nobody_made(notebook):
    page, _ = exporters.IndustryHTMLExporter().from_notebook_node(notebook)
    assert "files/" not in page and "og:image" not in page and "<!-- shelf -->" not in page


def test_figure_without_a_drawing_is_named(notebook):
    [cell] = notebook.cells
    shown = next(o for o in cell.outputs if display.EXHIBIT in o.data)
    shown.data["text/html"] = "<figure><img src='data:,'><figcaption>各类型</figcaption></figure>"
    _, beside, warnings = make(notebook)
    assert any("图1" in warning and "no drawing" in warning for warning in warnings)
    assert "files/figure-1.svg" not in beside.files and "files/figure-1.csv" in beside.files


def test_drawing_that_cannot_be_set_costs_itself_alone():
    told: list[str] = []
    svg = f'<svg xmlns="{SVG[1:-1]}" width="9" height="9"><rect width="9" height="9"/></svg>'.encode()
    sheets = {
        f"files/figure-{number}.png": sharing.Sheet(content, f"图{number}")
        for number, content in enumerate((b"<svg", svg), start=1)
    }
    cover = {"language": "zh", "title": "题", "subtitle": ""}
    made = sharing.draw(sheets, b"%PDF-no", 1, cover, told.append)
    assert list(made) == ["files/figure-2.png", "card.png"]
    assert [line.split(" ")[0] for line in told] == ["files/figure-1.png", "summary.png"]
