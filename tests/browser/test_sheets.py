"""The printed pages as poppler sees them: no text outside its place, no heading alone, no page left empty."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from conftest import SHELVES, name_path
from pypdf import PdfReader

PDFS = [path for shelf in SHELVES for path in sorted(shelf.rglob("*.pdf"))]
MARGIN, EDGE = 54, 28  # points: at the sides, and above and below running heads
HEAD, FOOT = 66, 50  # what lies nearer to the edge is a running head or foot
LEAST_FILLED = 0.5  # of the height between them; what comes next did not fit

pytestmark = [
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="there is no pdftotext (poppler-utils)"),
    pytest.mark.parametrize("path", PDFS, ids=name_path),
]


@functools.cache
def read_sheets(path) -> list[tuple[float, float, list[tuple[str, list[float]]]]]:
    """Return width, height and lines of text of every page: words, and left, top, right, bottom in points."""
    command = ["pdftotext", "-bbox-layout", str(path), "-"]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    sheets = []
    for page in BeautifulSoup(run.stdout, "html.parser").find_all("page"):
        lines = [
            (" ".join(w.get_text() for w in line.find_all("word")), _box(line))
            for line in page.find_all("line")
        ]
        sheets.append((float(page["width"]), float(page["height"]), lines))
    return sheets


def _box(tag) -> list[float]:
    return [float(tag[side]) for side in ("xmin", "ymin", "xmax", "ymax")]


def test_text_stays_within_the_margins(path):
    outside = [
        (number, words)
        for number, (width, height, lines) in enumerate(read_sheets(path), start=1)
        for words, (left, top, right, bottom) in lines
        if left < MARGIN or right > width - MARGIN or top < EDGE or bottom > height - EDGE
    ]
    assert outside == []


def test_no_heading_stands_at_the_foot_of_a_page(path):
    headings = {re.sub(r"\s", "", title) for title in _flatten(PdfReader(path).outline)}
    assert headings
    feet = []
    for _, height, lines in read_sheets(path):
        body = [line for line in lines if line[1][1] > HEAD and line[1][3] < height - FOOT]
        feet += [max(body, key=lambda line: line[1][3])[0]] if body else []
    assert [foot for foot in feet if re.sub(r"\s", "", foot) in headings] == []


def _flatten(items):
    for item in items:
        yield from _flatten(item) if isinstance(item, list) else [item.title]


def test_no_page_is_left_half_empty(path):
    """Leaves out what stands alone: cover, imprint, contents, a turned table, and what comes before one."""
    sheets = read_sheets(path)
    empty = []
    for number, ((width, height, lines), (next_width, next_height, _)) in enumerate(
        pairwise(sheets), start=1
    ):
        alone = number < 3 or width > height or next_width > next_height or _is_contents(lines)
        bottoms = [bottom for _, (_, _, _, bottom) in lines if bottom < height - FOOT]
        filled = (max(bottoms, default=0) - HEAD) / (height - HEAD - FOOT)
        empty += [(number, round(filled, 2))] if not alone and filled < LEAST_FILLED else []
    assert empty == []


def _is_contents(lines) -> bool:
    return sum(". . ." in words or "......" in words or "· · ·" in words for words, _ in lines) > 3
