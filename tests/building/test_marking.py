"""What a record knows of a report stands on every page of it, whatever its notebook's cover says."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from industry_report.base.marks import MARKS
from industry_report.building import marking
from industry_report.building.plan import Job
from industry_report.export import exporters
from industry_report.report.display import COVER

ROOT = Path(__file__).parents[2]
PUBLISHER = str(ROOT / "params" / "publisher.yaml")


def job(edition):
    return Job(Path("x.ipynb"), {"publisher": PUBLISHER, "edition": edition}, "x", "x.yaml, line 1")


def notebook(notice=None, language="en"):
    """A notebook with text, and with a cover if it has a notice, be it an empty one."""
    cells = [nbformat.v4.new_markdown_cell("# Title\n\nWords")]
    if notice is not None:
        cover = {
            "language": language,
            "title": "Title",
            "subtitle": "",
            "facts": [],
            "notice": notice,
            "key_figures": [],
            "publisher": {},
        }
        shown = nbformat.v4.new_output("display_data", data={COVER: cover, "text/html": "<h1>Title</h1>"})
        cells.insert(0, nbformat.v4.new_code_cell(outputs=[shown]))
    return nbformat.v4.new_notebook(cells=cells)


@pytest.mark.parametrize("edition", ["industry", "enterprise"])
@pytest.mark.parametrize("synthetic", [True, False])
@pytest.mark.parametrize("draft", [True, False])
def test_marks_are_what_the_record_says(edition, synthetic, draft):
    found = marking.list_marks(job(edition), {"synthetic": synthetic, "draft": draft})
    holds = {"draft": draft, "internal": edition == "enterprise", "synthetic": synthetic}
    assert found == [name for name in MARKS if holds[name]]


@pytest.mark.parametrize("notice", [None, "", "Preliminary", MARKS["synthetic"]["en"]])
def test_a_mark_cannot_be_lost_and_is_said_once(notice):
    made = notebook(notice)
    marking.stamp(made, ["internal", "synthetic"])
    told = exporters.find_cover(made)["notice"]
    for mark in ("internal", "synthetic"):
        assert told.count(MARKS[mark]["en"]) == 1
    assert "Preliminary" in told or notice != "Preliminary"
    page, pdf = exporters.make_pages(made, {})
    assert MARKS["synthetic"]["en"] in page
    assert pdf.startswith(b"%PDF")


def test_no_mark_leaves_the_notebook_as_it_is():
    made = notebook("Preliminary", "zh")
    marking.stamp(made, [])
    assert made == notebook("Preliminary", "zh") or exporters.find_cover(made)["notice"] == "Preliminary"
