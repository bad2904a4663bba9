"""The page and the PDF, by their parts."""

import io
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from industry_report import display, exporters, language
from industry_report.errors import InputError

NASTY = r"<script>alert(1)</script> $5 and $6 #x *y* \z @a _b_ `c` [d](e) ~f~ // -- ' &amp;"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SVG = "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='9'><text y='8'>drawn</text></svg>"
DATA = pd.DataFrame({"grade": ["A", "B"], "consultations": [1234, 5], "rate": [0.5, 0.25]}).set_index("grade")


def put_out(monkeypatch, *calls):
    """Return code cells, one for each call, with the outputs that it displays."""
    cells = []
    for call in calls:
        bundles = []
        monkeypatch.setattr(display, "display", lambda bundle, raw, into=bundles: into.append(bundle))
        call()
        cells.append(new_code_cell(outputs=[new_output("display_data", data=b) for b in bundles]))
    return cells


def draw(label="A"):
    figure = Figure(figsize=(4, 2))
    axes = figure.subplots()
    axes.bar([label, "B"], [2, 1])
    axes.set_title("A高于B")
    return figure


@pytest.fixture
def notebook(monkeypatch):
    """A report in Chinese with every kind of output."""
    ours = put_out(
        monkeypatch,
        lambda: display.begin("zh"),
        lambda: display.cover(
            title="测试报告", subtitle="2025年", facts={"地区": "黄山市", "年度": "2025年"}, synthetic=True
        ),
        lambda: display.say(zh=f"句子：{NASTY}", en=""),
        lambda: display.show(draw("$5 <b>"), caption=f"图示 {NASTY}", data=DATA),
        lambda: display.show(DATA, caption="表题"),
    )
    styler_html = (
        '<style type="text/css">#T_1f0ab_row0 {color: red}</style>'
        '<table id="T_1f0ab"><tr><td>styled</td></tr></table>'
    )
    others = new_code_cell(
        source="hidden = 'source code'",
        outputs=[
            new_output("execute_result", data={"text/html": DATA.to_html(), "text/plain": "frame"}),
            new_output("display_data", data={"text/html": styler_html, "text/plain": "Styler"}),
            new_output("display_data", data={"text/markdown": "**marked** $x^2$", "text/plain": "md"}),
            new_output("display_data", data={"image/png": PNG, "text/plain": "<Figure>"}),
            new_output(
                "display_data",
                data={"image/svg+xml": SVG},
            ),
            new_output("stream", name="stdout", text="printed <x> \x1b[31mred\x1b[0m"),
            new_output("execute_result", data={"text/plain": "'plain & simple'"}),
        ],
    )
    return new_notebook(
        cells=[
            *ours[:2],
            new_markdown_cell("## 摘要", metadata={"tags": ["zh"]}),
            new_markdown_cell("## Summary", metadata={"tags": ["en"]}),
            ours[2],
            new_markdown_cell("## 数据\n\n### 来源\n\n公式 $t = 4i$：\n\n$$\\frac{a}{b}$$"),
            new_markdown_cell("| 甲 | 乙 |\n|---|---|\n| 1 | 2 |"),
            *ours[3:],
            new_markdown_cell("# 发现\n\n![far](https://example.org/a.png)"),
            others,
            new_markdown_cell("## 附录\n\n### 术语"),
        ]
    )


@pytest.fixture
def page(notebook):
    html, _ = exporters.IndustryHTMLExporter().from_notebook_node(notebook)
    return BeautifulSoup(html, "html.parser")


@pytest.fixture
def pdf(notebook):
    content, _ = exporters.IndustryPDFExporter().from_notebook_node(notebook)
    return PdfReader(io.BytesIO(content))


@pytest.fixture(autouse=True)
def chinese_again():
    yield
    language.use("zh")


def squeezed(text):
    return re.sub(r"\s", "", text)


def printed_text(reader):
    return squeezed("".join(page.extract_text() for page in reader.pages))


def test_page_has_language_one_title_and_ordered_headings(page):
    assert page.html["lang"] == "zh-CN"
    assert [h.get_text() for h in page.find_all("h1")] == ["测试报告"]
    headings = [(h.name, h.get_text()) for h in page.main.find_all(["h2", "h3"])]
    assert headings == [
        ("h2", "摘要"),
        ("h2", "1 数据"),
        ("h3", "1.1 来源"),
        ("h2", "2 发现"),
        ("h2", "附录"),
        ("h3", "A 术语"),
    ]


def test_contents_lead_to_the_headings(page):
    links = [a["href"].removeprefix("#") for a in page.nav.find_all("a")]
    assert links == [h["id"] for h in page.main.find_all(["h2", "h3"])]


def test_page_asks_no_host_for_anything(page):
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert not page.find_all(["script", "link", "iframe"])
    assert all(img["src"].startswith("data:") for img in page.find_all("img"))
    assert "[far]" in page.get_text()


def test_every_picture_has_a_description(page):
    pictures = page.find_all(["img", "svg"])
    assert len(pictures) == 3
    assert all((p.get("alt") or p.get("aria-label") or "").strip() for p in pictures)
    finding = page.find("svg", attrs={"aria-label": re.compile("图示")})["aria-label"]
    assert finding.endswith("A高于B")


def test_synthetic_data_are_announced_on_page_and_on_every_sheet(page, pdf):
    assert "合成数据" in page.find("p", class_="notice").get_text()
    assert all("合成数据" in squeezed(sheet.extract_text()) for sheet in pdf.pages)


def test_code_is_hidden_and_every_output_appears(page, pdf):
    text, printed = page.get_text(), printed_text(pdf)
    assert "source code" not in text
    assert "sourcecode" not in printed
    for output in ("1234", "styled", "marked", "printed <x> red", "plain & simple"):
        assert output in text
        assert squeezed(output) in printed
    assert "drawn" in text
    assert "drawn" in printed


def test_text_from_the_data_shows_as_itself(page, pdf):
    assert not page.main.find_all("script")
    assert f"句子：{NASTY}" in page.get_text()
    assert f"图示 {NASTY}" in page.get_text()
    assert squeezed(NASTY) in printed_text(pdf)
    assert "$5 <b>" in page.svg.get_text()


def test_figures_and_tables_are_numbered_alike(page, pdf):
    captions = [c.get_text() for c in page.find_all(["figcaption", "caption"])]
    assert captions == [f"图1 图示 {NASTY}", "表1 表题"]
    printed = printed_text(pdf)
    assert "图1图示" in printed
    assert "表1表题" in printed


def test_figure_data_unfold_on_the_page_only(page, pdf):
    details = page.find("details")
    assert [td.get_text() for td in details.tbody.find_all("td")] == ["1,234", "50.0%", "5", "25.0%"]
    assert "查看图中数据" not in printed_text(pdf)


def test_tables_have_scoped_heads(page):
    table = page.find("figure", class_="table")
    assert {th["scope"] for th in table.thead.find_all("th")} == {"col"}
    assert {th["scope"] for th in table.tbody.find_all("th")} == {"row"}


def test_line_breaks_between_chinese_characters_leave_no_space():
    notebook = new_notebook(cells=[new_markdown_cell("第一行，\n第二行\nEnglish\nwords\n\n- 甲\n  乙")])
    html, _ = exporters.IndustryHTMLExporter().from_notebook_node(notebook)
    page = BeautifulSoup(html, "html.parser").main
    assert page.p.get_text() == "第一行，第二行\nEnglish\nwords"
    assert page.li.get_text() == "甲乙"


def test_formulas_need_no_script(page):
    assert len(page.find_all("math")) == 3


def test_random_ids_of_other_libraries_do_not_reach_the_report(page):
    assert page.find("table", id="T_1")
    assert "1f0ab" not in str(page)


def test_pdf_is_tagged_titled_and_in_chinese(pdf):
    catalog = pdf.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "zh-CN"
    assert pdf.metadata.title == "测试报告"
    assert "pdfuaid:part" in catalog["/Metadata"].get_data().decode()


def test_pdf_outline_is_the_headings(pdf, page):
    def flatten(items):
        for item in items:
            yield from flatten(item) if isinstance(item, list) else [squeezed(item.title)]

    headings = [squeezed(h.get_text()) for h in page.main.find_all(["h2", "h3"])]
    assert list(flatten(pdf.outline)) == headings


def test_pdf_contents_follow_the_summary(pdf):
    sheet = squeezed(pdf.pages[1].extract_text())
    assert sheet.index("摘要") < sheet.index("目录") < sheet.index("1数据")


def test_pdf_embeds_every_font(pdf):
    descriptors = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for sheet in pdf.pages
        for font in sheet["/Resources"]["/Font"].values()
    ]
    assert descriptors
    assert all("/FontFile3" in d or "/FontFile2" in d for d in (d.get_object() for d in descriptors))


@pytest.mark.parametrize("exporter", [exporters.IndustryHTMLExporter, exporters.IndustryPDFExporter])
def test_same_notebook_gives_the_same_bytes(notebook, exporter):
    assert exporter().from_notebook_node(notebook)[0] == exporter().from_notebook_node(notebook)[0]


def test_exporting_leaves_the_notebook_alone(notebook):
    before = nbformat.writes(notebook)
    exporters.IndustryHTMLExporter().from_notebook_node(notebook)
    assert nbformat.writes(notebook) == before


def test_english_report_has_english_cells_and_words(notebook, monkeypatch):
    cover = put_out(
        monkeypatch,
        lambda: language.use("en"),
        lambda: display.cover(title="Report", subtitle="2025", facts={}),
    )[1]
    notebook.cells[1] = cover
    html, _ = exporters.IndustryHTMLExporter().from_notebook_node(notebook)
    page = BeautifulSoup(html, "html.parser")
    assert page.html["lang"] == "en"
    assert page.main.h2.get_text() == "Summary"
    assert page.nav["aria-label"] == "Contents"


def test_notebook_without_a_cover_is_a_report_too():
    notebook = new_notebook(cells=[new_markdown_cell("# 我的笔记\n\n正文")])
    html, _ = exporters.IndustryHTMLExporter().from_notebook_node(notebook)
    assert BeautifulSoup(html, "html.parser").body.get_text().split().count("我的笔记") == 2  # head and foot
    assert exporters.IndustryPDFExporter().from_notebook_node(notebook)[0].startswith(b"%PDF")


def test_report_data_lists_exhibits_and_warns(notebook):
    notebook.cells[-2].outputs.append(new_output("stream", name="stderr", text="x\nDeprecated: y\n"))
    data = exporters.report_data(notebook)
    assert data["cover"]["title"] == "测试报告"
    assert [e["kind"] for e in data["exhibits"]] == ["figure", "table"]
    assert data["exhibits"][0]["data"] == [
        {"grade": "A", "consultations": 1234, "rate": 0.5},
        {"grade": "B", "consultations": 5, "rate": 0.25},
    ]
    assert any("without a description" in w for w in data["warnings"])
    assert any("Deprecated: y" in w for w in data["warnings"])


def test_what_typst_refuses_is_named():
    cover = {"language": "zh", "title": "题", "subtitle": "", "facts": [], "notice": ""}
    with pytest.raises(InputError, match="PDF of “题”: Typst stopped"):
        exporters.compile_pdf('#image("none.svg", alt: "x")', cover, {})


@pytest.mark.slow
def test_stock_nbconvert_knows_the_exporters(notebook, tmp_path):
    nbformat.write(notebook, tmp_path / "executed.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "industry-pdf", str(tmp_path / "executed.ipynb")]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert run.returncode == 0, run.stderr
    assert Path(tmp_path / "executed.pdf").read_bytes().startswith(b"%PDF")


def test_scripts_and_frames_of_a_cell_are_left_out_and_told():
    html = "<p>kept</p><script>alert(1)</script><iframe src='x'></iframe>"
    cell = new_code_cell(outputs=[new_output("display_data", data={"text/html": html})])
    notebook = new_notebook(cells=[new_markdown_cell("# T"), cell])
    page, _ = exporters.IndustryHTMLExporter().from_notebook_node(notebook)
    assert "kept" in page
    assert "<script" not in page
    assert "<iframe" not in page
    assert exporters.report_data(notebook)["warnings"] == [
        "cell 2 puts out a script or frame, which a report leaves out."
    ]


def test_a_tag_that_is_never_closed_takes_nothing_with_it():
    cells = [
        new_code_cell(outputs=[new_output("display_data", data={"text/html": html})])
        for html in (
            "<embed src='x'><p>first</p>",
            "<iframe src='x'><p>second</p>",
            "<svg><path d='M0 0'/></svg>",
        )
    ]
    page, _ = exporters.IndustryHTMLExporter().from_notebook_node(new_notebook(cells=cells))
    assert all(kept in page for kept in ("<p>first</p>", "<p>second</p>", "<path d='M0 0'/>"))
    assert "<embed" not in page
    assert "<iframe" not in page
