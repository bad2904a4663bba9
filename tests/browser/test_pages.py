"""The published pages in a browser: accessible, usable by keyboard, and whole without a network."""

from __future__ import annotations

import csv
import io
import json

import pytest
from conftest import AXE, PAGES, SHELF

WIDTHS = (360, 768, 1280)
INDEXES = [path for path in PAGES if path.name.startswith("index")]
REPORTS = [path for path in PAGES if path not in INDEXES]
# axe runs every rule, those of "best practice" too; the size of targets is off by default.
RUN_AXE = """() => axe.run(document, {
  rules: {'target-size': {enabled: true}, 'color-contrast-enhanced': {enabled: false}},
  resultTypes: ['violations'],
})"""
# Text that is cut off or pushed out: wider than the window, or larger than a box that hides the rest.
FIND_CUT = """() => [...document.querySelectorAll('body *')].filter(e => {
  const style = getComputedStyle(e), hides = style.overflowX === 'hidden' || style.overflowX === 'clip';
  return hides && e.scrollWidth > e.clientWidth + 1 && e.textContent.trim();
}).map(e => e.outerHTML.slice(0, 120))"""
COUNT_USABLE = """() => [...document.querySelectorAll(
  'a[href], button, input, select, summary, [tabindex="0"]'
)].filter(e => e.checkVisibility({visibilityProperty: true})).length"""
# Each element counts once; one that shows no mark when it has the focus is a fault.
MARK_REACHED = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  if (e === document.body || e.dataset.reached) return 0;
  e.dataset.reached = 1;
  if (style.outlineStyle === 'none' && style.boxShadow === 'none') throw Error('no mark: ' + e.outerHTML);
  return 1;
}"""
FIND_SMALL_TARGETS = """() => [...document.querySelectorAll('button, summary, nav a, input, select')]
  .filter(e => e.checkVisibility()).map(e => [e.outerHTML.slice(0, 100), e.getBoundingClientRect()])
  .filter(([_, box]) => box.height < 24 || box.width < 24).map(([html]) => html)"""
# Lines of text in a figure: their boxes, as the browser draws them, and the box of the figure.
MEASURE_FIGURES = """() => [...document.querySelectorAll('figure svg')].map(svg => {
  const box = e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  return {
    label: svg.getAttribute('aria-label'), box: box(svg),
    texts: [...svg.querySelectorAll('text')].filter(t => t.textContent.trim())
      .map(t => ({text: t.textContent, box: box(t),
                  size: parseFloat(getComputedStyle(t).fontSize) * svg.getScreenCTM().a})),
  };
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(visit, page_path, width, scheme):
    if not AXE.exists():
        pytest.skip(f"there is no {AXE}: run make browser-test")
    with visit(page_path, width, scheme, bypass_csp=True) as page:  # only so that axe itself may run
        page.add_script_tag(path=AXE)
        found = page.evaluate(RUN_AXE)["violations"]
        told = [(rule["id"], [node["html"][:150] for node in rule["nodes"][:5]]) for rule in found]
        assert told == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_fits_its_window(visit, page_path, width):
    with visit(page_path, width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(FIND_CUT) == []


def test_a_page_asks_for_nothing_and_complains_of_nothing(visit, page_path):
    with visit(page_path) as page:
        assert page.requests == [(SHELF / page_path).as_uri()]
        assert page.complaints == []


def test_the_keyboard_reaches_everything_that_can_be_used(visit, page_path):
    with visit(page_path) as page:
        usable = page.evaluate(COUNT_USABLE)
        reached = 0
        for _ in range(usable + 5):
            page.keyboard.press("Tab")
            reached += page.evaluate(MARK_REACHED)
        assert reached >= usable


def test_targets_are_large_enough_for_a_thumb(visit, page_path):
    with visit(page_path, 360) as page:
        assert page.evaluate(FIND_SMALL_TARGETS) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_text_in_figures_is_whole_apart_and_readable(visit, page_path, width):
    with visit(page_path, width) as page:
        faults = []
        for figure in page.evaluate(MEASURE_FIGURES):
            faults += [
                f"{figure['label']}: {text['text']} is {text['size']:.1f} px"
                for text in figure["texts"]
                if text["size"] < 9
            ]
            faults += [
                f"{figure['label']}: {text['text']} leaves the figure"
                for text in figure["texts"]
                if _leaves(text["box"], figure["box"])
            ]
            faults += [
                f"{figure['label']}: {one['text']} lies on {other['text']}"
                for i, one in enumerate(figure["texts"])
                for other in figure["texts"][i + 1 :]
                if _overlap(one["box"], other["box"])
            ]
        assert faults == []


def _leaves(inner: list[float], outer: list[float], slack: float = 1.5) -> bool:
    return (
        inner[0] < outer[0] - slack
        or inner[1] < outer[1] - slack
        or inner[2] > outer[2] + slack
        or inner[3] > outer[3] + slack
    )


def _overlap(one: list[float], other: list[float]) -> bool:
    """Whether two boxes share more than a sliver: line boxes are taller than their ink."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return width > 1.5 and height > 0.35 * min(one[3] - one[1], other[3] - other[1])


@pytest.mark.parametrize("path", REPORTS, ids=str)
def test_every_table_can_be_unfolded_and_copied_as_csv(visit, path):
    with visit(path, permissions=["clipboard-read", "clipboard-write"]) as page:
        for summary in page.locator("details > summary").all():
            summary.press("Enter")
            assert summary.evaluate("e => e.parentElement.open")
        buttons = page.locator("button.copy")
        assert buttons.count() == page.locator("table").count()
        for number in range(buttons.count()):
            buttons.nth(number).press("Enter")
            page.wait_for_timeout(20)
            rows = list(csv.reader(io.StringIO(page.evaluate("navigator.clipboard.readText()"))))
            table = page.locator("table").nth(number)
            assert len(rows) == table.locator("tr").count()
            assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("path", INDEXES, ids=str)
def test_the_shelf_is_searched_from_the_file_system(visit, path):
    catalogue = json.loads((SHELF / "catalog.json").read_text(encoding="utf-8"))
    with visit(path) as page:
        links = page.locator("a[href$='.html']:visible")
        everything = links.count()
        page.locator("input[type=search]").fill("不可能有这样的报告")
        assert links.count() < everything
        page.locator("input[type=search]").fill("2025")
        assert 0 < links.count() <= everything
        page.locator("input[type=search]").fill("")
        assert links.count() == everything >= len(catalogue["reports"])


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_page_reads_without_script(visit, path):
    with visit(path, java_script_enabled=False) as page:
        assert page.locator("h1").is_visible()
        assert page.locator("main").is_visible()
