"""A Word document of a report: Word's own headings, contents, tables, figures; the notice on every page."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import PurePosixPath
from xml.etree import ElementTree

import nbformat
import pytest

from industry_report.export import exporters, word, word_reference
from industry_report.report.display import COVER

W = f"{{{word_reference.W}}}"
NOTICE = "合成数据演示"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="条形图。甲 3，乙 5。" width="300pt" '
    'height="100pt" viewBox="0 0 300 100"><rect width="100" height="50"/><text y="80">甲</text></svg>'
)
# Children of an element, in the order that the schema of WordprocessingML has (ECMA-376, part 1, 17).
ORDER = {
    "pPr": (
        *("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr"),
        *("suppressLineNumbers", "pBdr", "shd", "tabs", "suppressAutoHyphens", "spacing", "ind"),
        *("contextualSpacing", "jc", "textDirection", "textAlignment", "outlineLvl", "rPr", "sectPr"),
    ),
    "rPr": (
        *("rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "vanish", "color"),
        *("spacing", "w", "kern", "position", "sz", "szCs", "highlight", "u", "shd", "vertAlign", "lang"),
    ),
    "tblPr": (
        *("tblStyle", "tblW", "jc", "tblInd", "tblBorders", "tblLayout", "tblCellMar", "tblLook"),
        *("tblCaption", "tblDescription"),
    ),
    "style": (
        "name",
        "basedOn",
        "next",
        "link",
        "uiPriority",
        "qFormat",
        "pPr",
        "rPr",
        "tblPr",
        "tblStylePr",
    ),
    "sectPr": ("headerReference", "footerReference", "pgSz", "pgMar", "cols", "docGrid"),
}


@pytest.fixture(scope="module")
def notebook():
    cover = {
        "language": "zh",
        "title": "报告 <一> & “二”",
        "subtitle": "2025年",
        "facts": [["地区", "黄山市"]],
        "notice": NOTICE,
        "key_figures": [["成交率", "22.5%（95%置信区间21.4%～23.6%）"]],
        "publisher": {"names": {"zh": "某协会", "en": "An association"}, "short": {"zh": "协会", "en": "A"}},
    }
    rows = "".join(
        f"<tr><th scope='row'>组{n}</th><td style='text-align: right'>{n}</td></tr>" for n in range(30)
    )
    table = (
        "<figure class='table'><table><caption>各组</caption><thead><tr><th>组</th><th>数</th></tr></thead>"
    )
    shown = [
        {COVER: cover, "text/html": "<h1>报告</h1>"},
        {"text/html": f"{table}<tbody>{rows}</tbody></table></figure>"},
        {"text/html": f"<figure>{SVG}<figcaption>分布</figcaption></figure>"},
    ]
    outputs = [nbformat.v4.new_output("display_data", data=data) for data in shown]
    text = ["## 摘要\n\n- 一句话", "## 结果\n\n### 等级\n\n公式 $x^2$ 与 **粗体**", "## 局限\n\n文字"]
    cells = [nbformat.v4.new_code_cell(outputs=outputs[:1], execution_count=1)]
    cells += [nbformat.v4.new_markdown_cell(source) for source in text]
    cells.insert(3, nbformat.v4.new_code_cell(outputs=outputs[1:], execution_count=2))
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(scope="module")
def document(notebook):
    return exporters.IndustryWordExporter().from_notebook_node(notebook)[0]


@pytest.fixture(scope="module")
def parts(document):
    return word_reference.read_package(document)


def read(parts, name="word/document.xml"):
    return ElementTree.fromstring(parts[name])


def list_paragraphs(root):
    """Return style and text of each paragraph."""
    found = []
    for paragraph in root.iter(f"{W}p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        text = "".join(node.text or "" for node in paragraph.iter(f"{W}t"))
        found.append(("" if style is None else style.get(f"{W}val"), text))
    return found


def test_parts_are_well_formed_and_relations_lead_somewhere(document, parts):
    assert zipfile.ZipFile(io.BytesIO(document)).testzip() is None
    types = parts["[Content_Types].xml"].decode()
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(content)
        assert f'PartName="/{name}"' in types or f'Extension="{name.rsplit(".")[-1]}"' in types, name
    for name in [name for name in parts if name.endswith(".rels")]:
        folder = PurePosixPath(name).parent.parent
        for relation in ElementTree.fromstring(parts[name]):
            if relation.get("TargetMode") != "External":
                target = relation.get("Target")
                path = target.lstrip("/") if target.startswith("/") else str(folder / target)
                assert path.removeprefix("./") in parts, (name, target)


def test_elements_stand_in_the_order_of_the_schema(parts):
    for name in ("word/document.xml", "word/styles.xml", "word/header1.xml", "word/footer1.xml"):
        for element in read(parts, name).iter():
            order = ORDER.get(element.tag.removeprefix(W))
            if order is None:
                continue
            children = [child.tag.removeprefix(W) for child in element]
            assert set(children) <= set(order), (name, element.tag, children)
            assert [order.index(child) for child in children] == sorted(map(order.index, children)), children


def test_every_style_that_is_used_is_defined_and_names_a_chinese_font(parts):
    styles = read(parts, "word/styles.xml")
    known = {style.get(f"{W}styleId") for style in styles.iter(f"{W}style")}
    used = {
        node.get(f"{W}val")
        for name in ("word/document.xml", "word/header1.xml", "word/footer1.xml")
        for tag in ("pStyle", "rStyle", "tblStyle")
        for node in read(parts, name).iter(f"{W}{tag}")
    }
    assert used - known == set()
    fonts = {node.get(f"{W}eastAsia") for node in styles.iter(f"{W}rFonts")}
    assert fonts == {"宋体", "黑体"}


def test_headings_captions_tables_and_figures_are_words_own(parts):
    root = read(parts)
    told = list_paragraphs(root)
    assert [text for style, text in told if style == "Heading1"] == ["摘要", "1 结果", "2 局限"]
    assert ("Heading2", "1.1 等级") in told
    assert ("TableCaption", "表1 各组") in told and ("ImageCaption", "图1 分布") in told
    assert ("Title", "报告 <一> & “二”") in told
    assert len(list(root.iter(f"{W}tbl"))) == 2  # key figures, and the table
    assert len(list(root.iter(f"{W}tblHeader"))) == 2  # heads that are repeated on the next page
    descriptions = [node.get("descr") for node in root.iter() if node.tag.endswith("}docPr")]
    assert descriptions == ["条形图。甲 3，乙 5。"]
    assert any(name.endswith(".png") for name in parts) and not any(name.endswith(".svg") for name in parts)
    assert [node for node in root.iter() if node.tag.endswith("}oMath")]


def test_contents_are_a_field_whose_links_lead_to_headings(parts):
    root = read(parts)
    fields = [node.text for node in root.iter(f"{W}instrText")]
    assert len(fields) == 1 and fields[0].strip().startswith("TOC ")
    kinds = [node.get(f"{W}fldCharType") for node in root.iter(f"{W}fldChar")]
    assert kinds == ["begin", "separate", "end"]
    marks = {node.get(f"{W}name") for node in root.iter(f"{W}bookmarkStart")}
    links = [node.get(f"{W}anchor") for node in root.iter(f"{W}hyperlink")]
    assert len(links) == 6 and set(links) <= marks
    assert links[4:] == ["table-1", "figure-1"]  # the text refers to them
    assert [text for style, text in list_paragraphs(root) if style == "TOC1"] == ["摘要", "1 结果", "2 局限"]


def test_the_notice_runs_over_every_page_and_the_imprint_names_the_published_version(parts):
    [section] = read(parts).iter(f"{W}sectPr")
    assert [node.get(f"{W}type") for node in section.iter(f"{W}headerReference")] == ["default"]
    assert section.find(f"{W}titlePg") is None  # no page has another head
    assert ("RunningNotice", NOTICE) in list_paragraphs(read(parts, "word/header1.xml"))
    told = list_paragraphs(read(parts))
    assert ("Imprint", word.PUBLISHED["zh"]) in told
    assert ("CoverNotice", NOTICE) in told
    assert "PAGE" in parts["word/footer1.xml"].decode()


def test_equal_reports_give_equal_bytes_without_a_time(notebook, document, parts):
    assert exporters.IndustryWordExporter().from_notebook_node(notebook)[0] == document
    assert not re.search(rb"dcterms:(created|modified)", parts["docProps/core.xml"])


@pytest.mark.slow
def test_libreoffice_opens_it(document, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice here")
    (tmp_path / "report.docx").write_bytes(document)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        tmp_path,
        tmp_path / "report.docx",
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    import pypdf

    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "report.pdf").pages]
    assert len(pages) >= 3
    assert all(NOTICE in page for page in pages)
    assert "目录" in "".join(pages)
