"""The published pages in a browser: accessible, usable by keyboard, and whole without a network."""

from __future__ import annotations

import csv
import io
import json
import os
from itertools import product

import pytest
from conftest import AXE, PAGES, REPORTS, SHELVES, name_path
from shelf_entries import entry, page_of

VIEWS = [
    pytest.param((path, width, scheme), id=f"{name_path(path)}-{width}-{scheme}")
    for path, width, scheme in product(PAGES, (360, 768, 1280), ("light", "dark"))
]
in_every_view = pytest.mark.parametrize("view", VIEWS, indirect=True, scope="module")
on_every_page = pytest.mark.parametrize("path", PAGES, ids=name_path)

# Every rule, those of "best practice" too, and the size of targets, which is off by default.
RUN_AXE = """() => axe.run(document, {
  rules: {'target-size': {enabled: true}}, resultTypes: ['violations', 'incomplete'],
})"""
# What axe cannot decide alone: it sees no contrast in SVG, where figures have tests of their own.
UNDECIDED = {"color-contrast"}
# Text that is cut off: larger than a box that hides the rest.
FIND_CUT = """() => [...document.querySelectorAll('body *')].filter(e => {
  const style = getComputedStyle(e), hides = style.overflowX === 'hidden' || style.overflowX === 'clip';
  return hides && e.scrollWidth > e.clientWidth + 1 && e.textContent.trim();
}).map(e => e.outerHTML.slice(0, 120))"""
# Captions that a reader sees only in part: they are as wide as a table that scrolls.
FIND_CUT_CAPTIONS = """() => [...document.querySelectorAll('.scroll caption')].filter(e => {
  const text = document.createRange();
  text.selectNodeContents(e);
  return text.getBoundingClientRect().right > e.closest('.scroll').getBoundingClientRect().right + 1;
}).map(e => e.textContent)"""
# What the clipboard holds once the page says that it has copied, and what the table shows.
READ_COPY = """async number => {
  const said = document.querySelectorAll('main :is(.tools, .files) [role=status]')[number];
  const end = performance.now() + 10000;
  while (!said.textContent && performance.now() < end) await new Promise(requestAnimationFrame);
  const table = document.querySelectorAll('main table')[number];
  const printed = [...table.rows].map(r => [...r.cells].map(c => c.textContent.trim()));
  return [await navigator.clipboard.readText(), printed];
}"""
COUNT_USABLE = """() => [...document.querySelectorAll(
  'a[href], button:not(:disabled), input, select, summary, [tabindex="0"]'
)].filter(e => e.checkVisibility({visibilityProperty: true})).length"""
# Each element counts once; one that shows no mark when it has the focus, or is out of sight, is a fault.
MARK_REACHED = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  if (e === document.body || e.dataset.reached) return [0, ''];
  e.dataset.reached = 1;
  const marked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const shown = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return [1, marked && shown ? '' : e.outerHTML.slice(0, 120)];
}"""
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


@in_every_view
def test_axe_finds_nothing(view):
    if not AXE.exists():
        pytest.skip(f"there is no {AXE}: run make browser-test")
    found = view.evaluate(RUN_AXE)
    rules = found["violations"] + [rule for rule in found["incomplete"] if rule["id"] not in UNDECIDED]
    assert [(rule["id"], [node["html"][:150] for node in rule["nodes"][:5]]) for rule in rules] == []


@in_every_view
def test_a_page_fits_its_window(view):
    assert view.evaluate("document.documentElement.scrollWidth") <= view.width
    assert view.evaluate(FIND_CUT) == []
    assert view.evaluate(FIND_CUT_CAPTIONS) == []


@in_every_view
def test_a_page_asks_for_nothing_and_complains_of_nothing(view):
    assert view.requests == [view.path.as_uri()]
    assert view.complaints == []


@in_every_view
def test_text_in_figures_is_whole_apart_and_readable(view):
    faults = []
    for figure in view.evaluate(MEASURE_FIGURES):
        texts = figure["texts"]
        faults += [f"{text['text']} is {text['size']:.1f} px" for text in texts if text["size"] < 9]
        faults += [
            f"{text['text']} leaves {figure['label']}"
            for text in texts
            if _leaves(text["box"], figure["box"])
        ]
        faults += [
            f"{one['text']} lies on {other['text']} in {figure['label']}"
            for i, one in enumerate(texts)
            for other in texts[i + 1 :]
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


@on_every_page
@pytest.mark.parametrize("width", [360, 1280])
def test_the_keyboard_reaches_everything_that_can_be_used(visit, path, width):
    with visit(path, width, reduced_motion="reduce") as page:
        usable, reached, faults = page.evaluate(COUNT_USABLE), 0, []
        for _ in range(usable + 5):
            page.keyboard.press("Tab")
            new, fault = page.evaluate(MARK_REACHED)
            reached += new
            faults += [fault] if fault else []
        assert faults == []
        assert reached >= usable


@pytest.mark.parametrize("path", REPORTS, ids=name_path)
def test_every_table_can_be_unfolded_and_copied_as_csv(visit, path):
    with visit(path, permissions=["clipboard-read", "clipboard-write"]) as page:
        for summary in page.query_selector_all("details > summary"):
            summary.focus()
            page.keyboard.press("Enter")
        assert page.locator("details:not([open])").count() == 0
        buttons = page.query_selector_all("main :is(.tools, .files) button")
        assert len(buttons) == page.locator("main table").count() > 0
        for number, button in enumerate(buttons):
            page.evaluate("navigator.clipboard.writeText('')")
            button.focus()
            page.keyboard.press("Enter")
            copied, printed = page.evaluate(READ_COPY, number)
            rows = list(csv.reader(io.StringIO(copied)))
            assert [[cell.removeprefix("'") for cell in row] for row in rows] == printed
            assert len({len(row) for row in rows}) == 1
        assert page.requests == [path.as_uri()]


def test_a_large_shelf_is_searched_and_keeps_the_search_in_its_address(visit, tmp_path):
    entries = [entry(f"{n}号地区", year) for n in range(20) for year in (2024, 2025)]
    path = tmp_path / "index.html"
    path.write_text(str(page_of(*entries, entry(edition="college"))), encoding="utf-8")
    with visit(path) as page:
        shown = page.locator(".report:not([hidden])")
        assert shown.count() == 41
        page.locator("input[type=search]").fill("不可能有这样的报告")
        assert (shown.count(), page.locator(".year:visible").count()) == (0, 0)
        page.locator("input[type=search]").fill("7号地区")
        assert shown.count() == 4  # 7 and 17, two years each
        assert page.locator(".report:visible").count() == 4  # the earlier year is unfolded
        page.locator("select[name=year]").select_option("2025")
        assert shown.count() == 2
        address = page.url
        _clear(page)
        assert (shown.count(), page.url.partition("#")[2]) == (41, "reports")
        page.goto(f"{address}")
        page.reload()
        assert shown.count() == 2  # what was looked for can be sent on
        assert page.complaints == []


def _clear(page) -> None:
    """Clear the filter; the page's policy lets no condition be evaluated in it, so a locator waits."""
    page.locator("button[type=reset]").click()
    page.locator("button[type=reset]:disabled").wait_for()


@pytest.mark.skipif("SHELF" in os.environ, reason="SHELF names a shelf that need not have every kind of page")
def test_every_kind_of_page_is_among_those_that_are_walked():
    catalogues = [json.loads(file.read_text("utf-8")) for s in SHELVES for file in s.glob("catalog.json")]
    reports = [report for catalogue in catalogues for report in catalogue["reports"]]
    kinds = {(report["edition"], report["language"]) for report in reports}
    assert kinds >= {
        *(
            ("industry", "zh"),
            ("government", "zh"),
            ("training", "zh"),
            ("college", "zh"),
            ("enterprise", "zh"),
        ),
        *(("industry", "en"), ("college", "en")),
    }
    assert {len(report["regions"]) > 1 for report in reports} == {True, False}
    assert all(any(report[state] for report in reports) for state in ("draft", "internal", "synthetic"))
    corrected = [report for report in reports if report["version"] == 2]
    assert {report["language"] for report in corrected} == {"zh", "en"}
    assert all(report["earlier"] for report in corrected)
    assert any(catalogue["not_updated"] for catalogue in catalogues)
    assert any(catalogue["changes"].get("corrected") for catalogue in catalogues)


@on_every_page
def test_a_page_reads_without_script(visit, path):
    with visit(path, java_script_enabled=False) as page:
        assert page.locator("h1").is_visible()
        hidden = "main :is(h2, h3, p, li, figure, table, svg):not(details *, [role=status]):not(:visible)"
        assert page.locator(hidden).count() == 0
        assert page.locator("button:visible, input:visible, select:visible").count() == 0  # would do nothing
