"""The page and the PDF, by their parts."""

import base64
import hashlib
import io
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader
from reading import read_structure, scope_of
from traitlets.config import Config

from industry_report.base import language
from industry_report.base.errors import InputError
from industry_report.export import exporters, imprint, typesetting
from industry_report.report import display

NASTY = r"<script>alert(1)</script> $5 and $6 #x *y* \z @a _b_ `c` [d](e) ~f~ // -- ' &amp;"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SVG = "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='9'><text y='8'>drawn</text></svg>"
DATA = pd.DataFrame({"grade": ["A", "B"], "consultations": [1234, 5], "rate": [0.5, 0.25]}).set_index("grade")


def put_out(monkeypatch, *calls):
    """Return code cells, one for each call, with the outputs that it displays."""
    cells = []
    for call in calls:
        bundles = []
        monkeypatch.setattr(display, "display", lambda bundle, raw, into=bundles, **_: into.append(bundle))
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
    assert policy.startswith(
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-"
    )
    assert not page.find_all("iframe")
    assert [link["href"] for link in page.find_all("link")] == ["data:,"]  # else a browser asks for an icon
    assert all(img["src"].startswith("data:") for img in page.find_all("img"))
    assert "[far]" in page.get_text()


def test_only_the_script_that_copies_may_run(page):
    (script,) = page.find_all("script")
    digest = base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert f"script-src 'sha256-{digest}';" in policy
    assert not script.attrs
    assert not re.search(r"fetch|XMLHttp|import|https?:", script.string)
    assert not page.find_all("button")  # a button that does nothing without a script is not there without


def test_every_picture_has_a_description(page):
    pictures = page.find_all(["img", "svg"])
    assert len(pictures) == 3
    assert all((p.get("alt") or p.get("aria-label") or "").strip() for p in pictures)
    finding = page.find("svg", attrs={"aria-label": re.compile("图示")})["aria-label"]
    assert "A高于B" in finding


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
    details = page.main.find("details", class_=lambda name: name != "contents")
    assert [td.get_text() for td in details.tbody.find_all("td")] == ["1,234", "50.0%", "5", "25.0%（n<30）"]
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


def test_pdf_tags_every_figure_with_its_description(pdf, page):
    pictures = [p.get("alt") or p["aria-label"] for p in page.main.find_all(["img", "svg"])]
    figures = [node.get("/Alt", "") for tag, node, above in read_structure(pdf) if tag == "/Figure"]
    assert [squeezed(alt) for alt in figures] == [squeezed(alt) for alt in pictures]
    assert all(figures)


def test_pdf_tags_headings_as_the_page_does(pdf, page):
    tags = [tag for tag, _, _ in read_structure(pdf) if re.fullmatch(r"/H\d", tag)]
    first, *others = [f"/H{int(h.name[1]) - 1}" for h in page.main.find_all(["h2", "h3"])]
    assert tags == [first, "/H1", *others]  # the contents have a heading of their own


def test_pdf_tables_have_heads_with_a_scope(pdf, page):
    tags = list(read_structure(pdf))
    bodies = [table for table in page.main.find_all("table") if not table.find_parent("details")]
    heads = [node for tag, node, above in tags if tag == "/TH"]
    assert sum(tag == "/Table" for tag, _, _ in tags) == len(bodies)
    assert len(heads) == sum(len(table.select("thead th")) for table in bodies) > 0
    assert {scope_of(head) for head in heads} == {"/Column"}


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


def test_nothing_is_copied_for_preprocessors_that_have_no_work(notebook):
    assert exporters.IndustryHTMLExporter()._preprocess(notebook, {})[0] is notebook
    hidden = Config({"TagRemovePreprocessor": {"remove_cell_tags": {"secret"}}})
    configured = exporters.IndustryHTMLExporter(config=hidden)
    notebook.cells[0].metadata["tags"] = ["secret"]
    assert len(configured._preprocess(notebook, {})[0].cells) == len(notebook.cells) - 1


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
    assert BeautifulSoup(html, "html.parser").h1.get_text() == "我的笔记"
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


def test_report_data_counts_exhibits_as_the_page_does(notebook, monkeypatch):
    notebook.cells.insert(2, new_markdown_cell("<table><caption>手写的表</caption></table>"))
    notebook.cells += put_out(monkeypatch, lambda: display.show(DATA, caption="又一表"))
    exhibits = exporters.report_data(notebook)["exhibits"]
    html, _ = exporters.IndustryHTMLExporter().from_notebook_node(notebook)
    captions = BeautifulSoup(html, "html.parser").find_all(["figcaption", "caption"])
    printed = [caption.get_text() for caption in captions if "手写" not in caption.get_text()]
    words = {"figure": "图", "table": "表"}
    assert [f"{words[e['kind']]}{e['number']} {e['caption']}" for e in exhibits] == printed


def test_report_data_leaves_out_what_the_page_leaves_out(notebook, monkeypatch):
    [other] = put_out(monkeypatch, lambda: display.show(DATA, caption="In English only"))
    other.metadata["tags"] = ["en"]
    notebook.cells.append(other)
    assert "In English only" not in str(exporters.report_data(notebook))


def test_report_data_holds_what_was_said_and_nothing_of_other_libraries(notebook):
    assert exporters.report_data(notebook)["sentences"] == [f"句子：{NASTY}"]


COVER = {"language": "zh", "title": "题", "subtitle": "", "facts": [], "notice": ""}


@pytest.mark.parametrize("length", [1, 4, 9])
@pytest.mark.parametrize("words", ["Review of grades ", "客户等级评估与改进"])
def test_finding_stands_in_the_field_of_the_cover_below_any_title(length, words):
    """White letters below the field, which ends 149 mm above the foot of the page, could not be seen."""
    cover = COVER | {"title": (words * length).strip(), "finding": "F1NDING"}
    sheet = PdfReader(io.BytesIO(typesetting.compile_pdf("= A", imprint.describe(cover, {}), {}))).pages[0]
    places = []
    sheet.extract_text(visitor_text=lambda text, cm, tm, *_: places.append((text, tm[5] * cm[3] + cm[5])))
    (found,) = {place for text, place in places if "F1NDING" in text}
    assert found > 149 / 25.4 * 72


def test_what_typst_refuses_is_named():
    with pytest.raises(InputError, match="PDF of “题”: Typst stopped"):
        typesetting.compile_pdf('#image("none.svg", alt: "x")', imprint.describe(COVER, {}), {})


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
    assert "alert(1)" not in page
    assert "<iframe" not in page
    resources = {}
    exporters.make_pages(notebook, resources)
    assert resources["warnings"] == ["cell 2 puts out a script or frame, which a report leaves out."]


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
    assert all(kept in page for kept in ("<p>first</p>", "<p>second</p>", '<path d="M0 0"/>'))
    assert "<embed" not in page
    assert "<iframe" not in page


# --- who publishes, and what changed

LOGO = base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
).decode()
IDENTITY = {
    "names": {"zh": "黄山市软件行业协会", "en": "Huangshan Software Association"},
    "short": {"zh": "黄山软协", "en": "HSA"},
    "logo": f"data:image/svg+xml;base64,{LOGO}",
    "colours": {"accent": "#8a1c3c", "accent_on_dark": "#bd7d90"},
    "licence": {"name": {"zh": "署名4.0", "en": "CC BY 4.0"}, "url": "https://example.org/by"},
    "disclaimer": {"zh": "仅供参考", "en": "For information"},
    "published_on": "2026-01-31",
}
CORRECTION = {
    "version": 2,
    "date": "2026-03-01",
    "earlier": "industry.v1.html",
    "changes": [["成交率", "22.8%", "22.9%"]],
}
CITATIONS = {"text": "made", "bibtex": "@techreport{x,\n  year = {2025}\n}", "gbt7714": "甲. 乙[R/OL]. 2026."}


@pytest.fixture
def published(notebook):
    """The same report, with publisher and key figures."""
    bundle = notebook.cells[1].outputs[0]["data"][display.COVER]
    figures = [
        ["有效咨询", "5,588条"],
        ["A级占比", "［保密］"],
        ["成交率", "22.9%（95%置信区间21.8%～24.0%）"],
    ]
    bundle |= {"publisher": IDENTITY, "key_figures": figures}
    return notebook


def make_page(notebook, resources=None):
    html, _ = exporters.IndustryHTMLExporter().from_notebook_node(notebook, resources)
    return BeautifulSoup(html, "html.parser")


def make_pdf(notebook, resources=None):
    content, _ = exporters.IndustryPDFExporter().from_notebook_node(notebook, resources)
    return PdfReader(io.BytesIO(content))


def test_page_shows_who_publishes(published):
    page = make_page(published)
    assert page.header.img["src"] == IDENTITY["logo"]
    assert "黄山市软件行业协会" in page.header.get_text()
    assert page.header.time["datetime"] == "2026-01-31"
    assert "--accent-on-light: #8a1c3c; --accent-on-dark: #bd7d90" in page.style.string
    meta = {m.get("name"): m["content"] for m in page.find_all("meta") if m.get("name")}
    assert meta["author"] == "黄山市软件行业协会"
    assert "成交率" in meta["keywords"]
    assert "22.9%" in meta["description"]
    assert page.footer.find("a", href="https://example.org/by").get_text() == "署名4.0"
    assert "仅供参考" in page.footer.get_text()


def test_key_figures_open_page_and_pdf(published):
    page, cover = make_page(published), squeezed(make_pdf(published).pages[0].extract_text())
    rows = page.header.select(".key-figures > div")
    assert [row.dt.get_text() for row in rows] == ["有效咨询", "A级占比", "成交率"]
    assert rows[1].dd.get_text() == "［保密］"
    assert rows[2].small.get_text() == "95%置信区间21.8%～24.0%"
    assert "成交率22.9%95%置信区间21.8%～24.0%" in cover


def test_pdf_carries_who_publishes_in_its_information(published):
    reader = make_pdf(published)
    assert reader.metadata.author == "黄山市软件行业协会"
    assert "22.9%" in reader.metadata.subject
    assert "成交率" in reader.metadata["/Keywords"]
    assert reader.metadata.creation_date.date().isoformat() == "2026-01-31"
    assert "2026年1月31日" in squeezed(reader.pages[0].extract_text())
    imprint_page = squeezed(reader.pages[1].extract_text())
    assert "发布者黄山市软件行业协会" in imprint_page
    assert "仅供参考" in imprint_page
    assert all("黄山软协" in squeezed(sheet.extract_text()) for sheet in reader.pages[2:])


def test_a_dated_pdf_is_for_the_archive_too_and_none_is_given_a_date(published):
    dated = make_pdf(published).trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part>2<.*pdfaid:conformance>A<", dated, flags=re.S)
    assert "pdfuaid:part>1<" in dated
    cover = published.cells[1].outputs[0]["data"][display.COVER]
    cover["publisher"] = {key: value for key, value in IDENTITY.items() if key != "published_on"}
    undated = make_pdf(published)
    assert "pdfaid" not in undated.trailer["/Root"]["/Metadata"].get_data().decode()
    assert undated.metadata.creation_date is None


def test_a_correction_stands_under_the_title_and_in_the_imprint(published):
    resources = {"correction": CORRECTION, "citations": CITATIONS}
    page, reader = make_page(published, dict(resources)), make_pdf(published, dict(resources))
    note = page.header.select_one(".correction")
    assert "第2版" in note.get_text()
    assert note.a["href"] == "industry.v1.html"
    assert [td.get_text() for td in note.select("tbody > tr > *")] == ["成交率", "22.8%", "22.9%"]
    assert [pre.get_text() for pre in page.footer.select("details pre")] == [
        CITATIONS["gbt7714"],
        CITATIONS["bibtex"],
    ]
    imprint_page = squeezed(reader.pages[1].extract_text())
    assert "取代此前的版本" in imprint_page
    assert "成交率22.8%22.9%" in imprint_page
    assert "@techreport" in imprint_page


def test_the_reason_of_a_correction_stands_in_page_and_pdf(published):
    told = {**CORRECTION, "exhibits": 2, "reason": "补报<三月>的记录"}
    note = make_page(published, {"correction": told}).header.select_one(".correction")
    assert note.select_one(".reason").get_text() == "更正原因：补报<三月>的记录"
    assert "2处图表有变动" in note.get_text()
    imprint_page = squeezed(make_pdf(published, {"correction": told}).pages[1].extract_text())
    assert "更正原因：补报<三月>的记录" in imprint_page


def test_correction_of_a_version_that_was_withdrawn_leads_nowhere(published):
    note = make_page(published, {"correction": {**CORRECTION, "earlier": ""}}).header
    assert not note.select(".correction a")


def test_nothing_is_said_of_a_correction_where_there_is_none(published):
    assert not make_page(published).select(".correction")
    assert "更正" not in printed_text(make_pdf(published))


def test_the_record_of_a_report_has_no_logo(published):
    data = exporters.report_data(published)
    assert "logo" not in data["cover"]["publisher"]
    assert data["cover"]["publisher"]["names"] == IDENTITY["names"]


# --- complete for every reader


def elements(reader):
    return [element for _, element, _ in read_structure(reader)]


def test_pdf_structure_tells_headings_figures_and_table_heads(published):
    reader = make_pdf(published)
    found = elements(reader)
    kinds = [element["/S"] for element in found]
    figures = [element["/Alt"] for element in found if element["/S"] == "/Figure"]
    assert figures[0] == "黄山市软件行业协会"  # the logo
    assert any("图示" in alt and "A高于B" in alt for alt in figures)
    assert all(alt.strip() for alt in figures)
    heads = [element for element in found if element["/S"] == "/TH"]
    assert len(heads) >= 3
    scopes = {
        a.get_object()["/Scope"] for head in heads for a in attributes(head) if "/Scope" in a.get_object()
    }
    assert "/Column" in scopes
    assert {"/Table", "/TR", "/TD", "/Caption", "/Formula", "/TOC", "/P"} <= set(kinds)


def attributes(element):
    given = element.get("/A", [])
    return given if isinstance(given, list) else [given]


def test_pdf_headings_never_skip_a_level(published):
    levels = [int(e["/S"][2:]) for e in elements(make_pdf(published)) if re.fullmatch(r"/H\d", e["/S"])]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_page_tables_are_named_and_reachable(page):
    for table in page.main.find_all("table"):
        frame = table.parent
        assert frame["class"] == ["scroll"]
        assert table.find("caption") or table["aria-label"]
        assert table.find("th") is None or all(th.get("scope") for th in table.find_all("th"))
    regions = [d["aria-label"] for d in page.select("[role=region]")]
    assert len(set(regions)) == len(regions)


def test_landmarks_and_skip_link_lead_somewhere(page):
    assert [len(page.find_all(tag)) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    ids = {tag["id"] for tag in page.find_all(id=True)}
    inside = [a["href"][1:] for a in page.find_all("a") if a["href"].startswith("#")]
    assert "main" in inside
    assert set(inside) <= ids
    levels = [int(h.name[1]) for h in page.find_all(re.compile("^h[1-6]$"))]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_rare_characters_are_drawn_and_others_are_named(published):
    published.cells.append(new_markdown_cell("姓氏䶮、㛃、𠮷😀"))
    published.cells[1].outputs[0]["data"][display.COVER]["publisher"]["place"] = {"zh": "🏔", "en": "🏔"}
    (warning,) = [w for w in exporters.report_data(published)["warnings"] if "no glyph" in w]
    assert warning == "no glyph for 🏔 (U+1F3D4), 😀 (U+1F600); shown as 〓 in the PDF."
    printed = printed_text(make_pdf(published))
    assert "䶮、㛃、𠮷〓" in printed
    assert "发布地〓" in printed


def make_wide(columns, rows=3):
    data = pd.DataFrame({f"{i}月咨询": [99_999] * rows for i in range(1, columns + 1)})
    return data.set_index(pd.Index([f"第{i}类" for i in range(rows)], name="customer_type"))


@pytest.mark.parametrize(("columns", "turned", "size"), [(5, False, 9), (11, False, 7.5), (18, True, 7.5)])
def test_a_wide_table_is_set_smaller_and_a_wider_one_turned(monkeypatch, columns, turned, size):
    cells = put_out(monkeypatch, lambda: display.show(make_wide(columns), caption="宽表"))
    reader = make_pdf(new_notebook(cells=[new_markdown_cell("# 题\n\n## 章"), *cells]))
    sheet = next(p for p in reader.pages if "99999" in p.extract_text())
    assert (sheet.mediabox.width > sheet.mediabox.height) == turned
    sizes = set()
    sheet.extract_text(visitor_text=lambda t, _, m, __, s: sizes.add(round(s, 1)) if "99999" in t else None)
    assert sizes == {size}
    assert "1章" in squeezed(sheet.extract_text())  # the heading goes with it


def test_a_long_table_breaks_and_repeats_its_head(monkeypatch):
    cells = put_out(monkeypatch, lambda: display.show(make_wide(2, rows=120), caption="长表"))
    reader = make_pdf(new_notebook(cells=[new_markdown_cell("# 题\n\n## 章"), *cells]))
    sheets = [squeezed(p.extract_text()) for p in reader.pages if "99999" in p.extract_text()]
    assert len(sheets) > 1
    assert all("客户类型" in sheet for sheet in sheets)


@pytest.mark.parametrize("paragraphs", [34, 35, 36, 37])
def test_a_long_table_begins_with_some_rows_or_on_the_next_page(monkeypatch, paragraphs):
    cells = put_out(monkeypatch, lambda: display.show(make_wide(2, rows=40), caption="长表"))
    text = "\n\n".join(["# 题\n\n## 章", *["一段。"] * paragraphs, "### 节"])
    reader = make_pdf(new_notebook(cells=[new_markdown_cell(text), *cells]))
    sheet = next(s for s in map(squeezed, (p.extract_text() for p in reader.pages)) if "表1长表" in s)
    assert "1.1节" in sheet
    assert sheet.count("99999") >= 2 * 3


def test_figures_are_set_as_wide_as_drawn_and_no_list_of_them_is_printed(monkeypatch):
    display.begin("zh")
    cells = put_out(monkeypatch, *[lambda: display.show(draw(), caption="图题")] * 16)
    reader = make_pdf(new_notebook(cells=[new_markdown_cell("# 题\n\n## 章"), *cells]))
    assert "插图目录" not in printed_text(reader)
    scales = set()
    for page in reader.pages:
        page.extract_text(visitor_text=lambda _, matrix, *__: scales.add(round(matrix[0], 2)))
    assert max(scale for scale in scales if scale <= 1) == 1


@pytest.mark.parametrize("blank", ["\n" * 40_000, " " * 10_000])
def test_long_runs_in_a_cell_take_no_square_of_their_length(blank):
    """Each of these took minutes: a pattern that looked for its end anew from every place of the run."""
    address = "data:" + "x:" * 60_000
    cells = [
        new_markdown_cell(f"Apples{blank}pears. ![picture]({address})"),
        new_code_cell(f"a = 1{blank}b = 2", outputs=[]),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    page, _ = exporters.IndustryHTMLExporter().from_notebook_node(notebook)
    assert "pears" in page
