"""What a reader may ask of every report: widths, sizes of type, the first chart, pages, references.

The list stands at the end of the redesign's order of work. Elsewhere: alternative texts in
`report/test_alternative_text`, links of the navigation bar in `shelf/test_navigation`, printed workbooks in
`export/test_data_workbook`, equal bytes in `export/test_exporters`, the printed index and axe
in `browser`; what breaks PDF/UA-1 the typesetter itself refuses.
"""

import io
import re
from functools import cache

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader
from reading import find_uncited
from running import ROOT, run_cells

from industry_report.base import language
from industry_report.export import exporters, typesetting

CITIES = ["黄山市", "杭州市", "盐城市"]
HERE = {"region": "黄山市", "year": 2025}
REPORTS = {
    "industry": ("industry", HERE),
    "government": ("industry", HERE | {"edition": "government"}),
    "college": ("college", HERE | {"regions": CITIES}),
    "years": ("comparison", {"regions": ["黄山市"], "years": []}),
    "regions": ("comparison", {"regions": CITIES, "years": [2025]}),
    "enterprise": ("enterprise", HERE),
    "value": ("value", HERE | {"edition": "enterprise"}),
    "satisfaction": ("satisfaction", HERE | {"edition": "enterprise"}),
    "leads": ("leads", HERE | {"edition": "enterprise"}),
    "market": ("market", HERE),
    "review": ("review", HERE),
}
# Each report in one language, half of them in each: the layout is the same code, and a report takes seconds.
COMBINATIONS = [(report, language.LANGUAGES[place % 2]) for place, report in enumerate(REPORTS)]
SMALLEST = 7.5  # points
MILLIMETRES = 25.4 / 72
WIDTHS = (50, 104, 160)  # of pictures, in millimetres
TEMPLATES = ("report.typ", "sharing.typ")


@pytest.fixture(autouse=True)
def in_project(monkeypatch):
    monkeypatch.chdir(ROOT)


@cache
def make(report, code):
    """Return page, PDF and what the exporters tell of a report on the sample."""
    notebook, given = REPORTS[report]
    ran = run_cells(ROOT / "notebooks" / f"{notebook}.ipynb", language=code, **given)
    told = {}
    html, pdf = exporters.make_pages(ran, told)
    return BeautifulSoup(html, "html.parser"), PdfReader(io.BytesIO(pdf)), told


@pytest.mark.slow
@pytest.mark.parametrize(("report", "code"), COMBINATIONS)
def test_every_report_is_laid_out_as_agreed(report, code):
    page, pdf, told = make(report, code)
    assert find_uncited(page.main) == []
    assert find_odd_widths(page) == []
    assert find_small_letters(page) == []
    assert [svg["aria-label"] for svg in page.find_all("svg") if len(svg.get("aria-label", "")) < 12] == []
    assert told["warnings"] == []
    assert find_first_chart(pdf) == 2
    references = page.select(':is(p, li) > a[href^="#figure-"], :is(p, li) > a[href^="#table-"]')
    assert references and count_links(pdf) >= len(references)


@pytest.mark.slow
@pytest.mark.parametrize("code", language.LANGUAGES)
def test_industry_report_has_nine_pages_at_most_and_the_last_is_half_full(code):
    page, pdf, _ = make("industry", code)
    assert len(pdf.pages) <= 9
    assert measure_fill(pdf.pages[-1]) >= 0.5
    assert len(str(page).encode()) < 400_000


@pytest.mark.slow
@pytest.mark.parametrize(("report", "code"), [*COMBINATIONS[:2], ("industry", "en")])
def test_every_number_of_the_cover_says_how_it_changed(report, code):
    page = make(report, code)[0]
    unchanged = [
        dd.get_text() for dd in page.select(".key-figures dd") if not CHANGED[code].search(dd.get_text())
    ]
    assert unchanged == []


CHANGED = {
    "zh": re.compile(r"比上年|首次统计|上年"),
    "en": re.compile(r"(?:up|down) .* on \d{4}|as in \d{4}|first", re.I),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_type_of_the_templates_is_smaller_than_agreed(name):
    sizes = [float(size) for size in re.findall(r"size: ([\d.]+)pt", typesetting.template(name))]
    assert len(sizes) > 3
    assert min(sizes) >= SMALLEST


def find_odd_widths(page):
    """Return the widths of drawings, in millimetres, that are none of those agreed; slack of a millimetre."""
    found = [float(svg["width"].removesuffix("pt")) * MILLIMETRES for svg in page.find_all("svg")]
    return [width for width in found if min(abs(width - agreed) for agreed in WIDTHS) > 1]


def find_small_letters(page):
    """Return the sizes of letters in drawings that are too small; all are set as they were drawn."""
    styles = [str(text.get("style", "")) for text in page.select("svg text")]
    sizes = [float(size) for style in styles for size in re.findall(r"font(?:-size)?: ([\d.]+)px", style)]
    assert sizes
    return [size for size in sizes if size < SMALLEST]


def count_links(pdf):
    """Return how many links within the report its PDF has."""
    notes = [note.get_object() for sheet in pdf.pages for note in sheet.get("/Annots", [])]
    return sum(note["/Subtype"] == "/Link" and ("/Dest" in note or "/D" in note["/A"]) for note in notes)


def find_first_chart(pdf):
    """Return the first sheet with a drawing that has a description, from 1: the tags tell the page."""
    pages = {page.indirect_reference.idnum: number for number, page in enumerate(pdf.pages, start=1)}
    for tag, node, page in walk(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"], None):
        if tag == "/Figure" and "/Alt" in node:
            return pages[page]
    return None


def walk(node, page):
    """Yield tag, dictionary and page of every element of a PDF's structure."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from walk(child, page)
    elif isinstance(node, dict) and "/S" in node:
        page = node.raw_get("/Pg").idnum if "/Pg" in node else page
        yield node["/S"], node, page
        yield from walk(node.get("/K", []), page)


def measure_fill(page):
    """Return how much of the height between running head and foot the lowest text of a page reaches."""
    lowest = []
    top, bottom = float(page.mediabox.height) - 66, 66.0

    def look(text, transform, matrix, font, size):
        height = transform[5] + matrix[5] * transform[3] if text.strip() else 0
        if bottom < height < top:
            lowest.append(height)

    page.extract_text(visitor_text=look)
    return (top - min(lowest, default=top)) / (top - bottom)
