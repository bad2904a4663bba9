"""Formulas as authors write them: each on the page, nearly all in print, and none that costs the document."""

import io

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook
from pypdf import PdfReader
from tex_constructs import FAULTY, list_constructs

from industry_report.export import exporters, formulas, html_tree, repair

MOST_AS_SOURCE = 17  # of print: 380 of 397 was what we promised


def export(*sources):
    """Return page, PDF and warnings of a notebook with these Markdown cells."""
    cells = [new_markdown_cell("# Formulas"), *map(new_markdown_cell, sources)]
    resources = {}
    page, pdf = exporters.make_pages(new_notebook(cells=cells), resources)
    return BeautifulSoup(page, "html.parser"), PdfReader(io.BytesIO(pdf)), resources["warnings"]


@pytest.fixture(scope="module")
def constructs():
    return list_constructs()


def test_the_list_is_long_enough(constructs):
    assert len(set(constructs)) >= 397


def test_every_construct_has_a_place_on_the_page(constructs):
    told = []
    for source in constructs:
        made = html_tree.parse(formulas.to_html(source, False, told.append))
        assert any(True for _ in html_tree.find(made, "math", "code")) or source.strip() in ("", "%"), source
    assert len(told) <= len(FAULTY)


def test_print_draws_all_but_what_is_no_tex(constructs):
    elements = {}
    for source in constructs:
        nodes = html_tree.parse(formulas.to_html(source, False, lambda _: None))
        elements.update((source, element) for element in html_tree.find(nodes, "math"))
    usual = {source: repair._convert(html_tree.write([element])) for source, element in elements.items()}
    refused = repair.find_refused([markup for markup in usual.values() if markup])
    lost = [
        source
        for source, element in elements.items()
        if usual[source] in (None, *refused) and repair.find_markup(element, source) is None
    ]
    as_source = len(constructs) - len(elements) + len(lost)
    assert as_source <= MOST_AS_SOURCE, lost


def test_a_formula_that_typst_refuses_is_set_otherwise():
    page, pdf, warnings = export(
        r"Events $A \cap B$, $\bigotimes_i x_i$, $\varrho$ and $\argmax_x f$. Last words."
    )
    assert len(page.main.find_all("math")) == 4
    assert "Last words." in pdf.pages[-1].extract_text()
    assert warnings == []


def test_what_is_no_tex_is_shown_as_it_was_typed_and_named():
    page, pdf, warnings = export(r"Of $x_a_b$ and $\left( y$ nothing is known. Last words.")
    assert [code.get_text() for code in page.main.find_all("code")] == ["$x_a_b$", r"$\left( y$"]
    assert "$x_a_b$" in pdf.pages[-1].extract_text()
    assert "Last words." in pdf.pages[-1].extract_text()
    assert warnings == [
        "cell 2 has the formula $x_a_b$, which is no TeX; its source is shown. Mend it.",
        r"cell 2 has the formula $\left( y$, which is no TeX; its source is shown. Mend it.",
    ]


def test_two_prices_are_no_formula():
    page, _, warnings = export("It costs $ 5 or $ 6, and $ $ is empty.")
    assert "$ $ is empty" in page.main.get_text() or "$ 5 or $ 6" in page.main.get_text()
    assert warnings == []


def test_the_source_of_a_formula_is_no_part_of_the_page():
    page, _, _ = export("$t = 4i$")
    assert page.main.math.attrs.keys() <= {"xmlns", "display"}
