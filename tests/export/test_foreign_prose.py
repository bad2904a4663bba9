"""Prose that nobody here wrote: text, levels, titles, links, languages; notebooks that failed."""

import io
import re

import pytest
from foreign import Made, printed_to
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from industry_report.export import exporters
from industry_report.export.failed_cells import ExportError

# --- text


def test_printed_tables_keep_their_columns():
    made = Made(printed_to("stdout", "地区   数\n黄山  100\nii    200\nWW    300\n"))
    left = {text: place for here in made.places() for text, place, *_ in here}
    fonts = {
        str(f)
        for s in made.pdf.pages
        for f in (v.get_object()["/BaseFont"] for v in s["/Resources"]["/Font"].values())
    }
    assert any("Mono" in font for font in fonts)
    assert "ii    200" in made.main.pre.get_text()
    assert left


def test_a_progress_bar_shows_its_last_state():
    made = Made(printed_to("stdout", " 10%|#   |\r 50%|##  |\r100%|####|\nready\n"))
    assert made.main.pre.get_text() == "100%|####|\nready\n"


def test_a_byte_order_mark_is_no_text():
    made = Made("\ufeff## First\n\nBody")
    assert made.main.h2.get_text() == "1 First"


def test_task_lists_show_their_boxes():
    made = Made("- [ ] open\n- [x] done")
    assert "☐" in made.main.get_text()
    assert "〓" not in made.printed
    assert "□" in made.printed


def test_stderr_tells_the_warning_and_not_the_line_of_source():
    text = (
        "/tmp/x.py:3: UserWarning: few rows\n  warnings.warn('few rows')\n"
        "/tmp/x.py:9: FutureWarning: old\n  f()\n"
    )
    notebook = new_notebook(cells=[printed_to("stderr", text)])
    assert exporters.report_data(notebook)["warnings"] == [
        "cell 1 wrote to stderr: UserWarning: few rows",
        "cell 1 wrote to stderr: FutureWarning: old",
    ]


# --- levels, titles, links, language


def outline(made):
    return [(h.name, h.get_text()) for h in made.main.find_all(re.compile("^h[2-6]$"))]


@pytest.mark.parametrize(
    ("source", "title", "found"),
    [
        ("# Apples\n\n## One\n\n### Two", "Apples", [("h2", "1 One"), ("h3", "1.1 Two")]),
        ("# One\n\n# Two\n\n## Three", "One", [("h2", "1 One"), ("h2", "2 Two"), ("h3", "2.1 Three")]),
        ("### One\n\n### Two", "One", [("h2", "1 One"), ("h2", "2 Two")]),
        ("<center><h1>Apples</h1></center>\n\n## One", "Apples", [("h2", "1 One")]),
        ("# Apples\n\n## One\n\n#### Deep", "Apples", [("h2", "1 One"), ("h3", "1.1 Deep")]),
        (
            "# Apples\n\n## 1. One\n\n### 1.1 In\n\n## 2. Two",
            "Apples",
            [("h2", "1. One"), ("h3", "1.1 In"), ("h2", "2. Two")],
        ),
        ("# 苹果\n\n## 一、数据\n\n## 二、结果", "苹果", [("h2", "一、数据"), ("h2", "二、结果")]),
    ],
)
def test_levels_and_numbers_are_the_authors(source, title, found):
    made = Made(source, title="", last="")
    assert [h.get_text() for h in made.page.find_all("h1")] == [title]
    assert outline(made) == found


@pytest.mark.parametrize(
    ("prose", "spoken"),
    [("# 苹果\n\n正文。", "zh-CN"), ("# Apples\n\nBody.", "en"), ("# Pommes\n\nLe texte", "en")],
)
def test_the_language_is_that_of_the_prose(prose, spoken):
    made = Made(prose, title="", last="")
    assert made.page.html["lang"] == spoken


def test_links_of_a_table_of_contents_lead_to_the_headings():
    made = Made(
        "[a](#First-Part) [b](#second-part) [c](#none) [d](#) [e]()\n\n## First Part\n\n"
        "## Second Part\n\n#### Deep\n\n[f](#Deep)"
    )
    ids = {tag["id"] for tag in made.main.find_all(id=True)}
    links = {a.get_text(): a["href"] for a in made.main.find_all("a")}
    assert set(links) == {"a", "b", "f"}
    assert {address[1:] for address in links.values()} <= ids
    assert made.warnings == [
        "cell 2 links to #none, which is nowhere in the report: the link is plain text. Name a heading."
    ]


def test_a_link_in_a_heading_is_a_link_once():
    made = Made("## See [the pages](https://example.org)\n\nBody.")
    assert made.main.h2.a
    assert not made.page.nav.select("a a")
    assert "See the pages" in made.sheets[-1]


def test_anchors_twice_and_with_blanks_cost_nothing():
    made = Made("<a id='a b'></a>one <a name=x></a><p id=x>two</p> [to](#a%20b) [x](#x)")
    ids = [tag["id"] for tag in made.main.find_all(id=True)]
    assert len(ids) == len(set(ids)) == 2
    assert made.warnings == []


# --- notebooks that failed


def failed(**metadata):
    output = new_output(
        "error", ename="KeyError", evalue="'x'", traceback=["/home/ann/x.py", "KeyError: 'x'"]
    )
    return new_code_cell(outputs=[output], metadata=metadata)


@pytest.mark.parametrize("exporter", [exporters.IndustryHTMLExporter, exporters.IndustryPDFExporter])
def test_a_failed_notebook_is_not_published(exporter):
    with pytest.raises(ExportError, match=r"cell 2 failed with KeyError: 'x'\. Mend it"):
        exporter().from_notebook_node(new_notebook(cells=[new_markdown_cell("# T"), failed()]))


def test_a_failed_notebook_that_is_asked_for_is_marked_on_every_sheet():
    notebook = new_notebook(cells=[new_markdown_cell("# T"), failed(), new_markdown_cell("Last words.")])
    exporter = exporters.IndustryPDFExporter()
    exporter.config.ExecutePreprocessor.allow_errors = True
    pdf = PdfReader(io.BytesIO(exporter.from_notebook_node(notebook)[0]))
    assert all(
        "cells failed while this report was made (cell 2)" in " ".join(s.extract_text().split())
        for s in pdf.pages
    )


def test_an_error_that_is_meant_is_shown():
    assert "KeyError" in Made(failed(tags=["raises-exception"])).printed
