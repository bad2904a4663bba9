"""The pages as a browser prints them: nothing alone at head or foot of a sheet, and no empty sheet."""

from __future__ import annotations

import re
import shutil

import pytest
from conftest import PAGES, name_path
from test_sheets import read_sheets

ONE_OF_EACH = sorted({path.name: path for path in PAGES}.values())
FOOT = 50  # points: the browser's page number lies there
CAPTION = re.compile(r"(图|Figure) ?\d+\s")
TABLE = re.compile(r"(表|Table) ?\d+\s")
LIST_HEADINGS = "() => [...document.querySelectorAll('h2, h3')].map(e => e.textContent)"

pytestmark = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="there is no pdftotext (poppler-utils)"
)


@pytest.mark.parametrize("path", ONE_OF_EACH, ids=name_path)
def test_what_belongs_together_is_printed_on_one_sheet(visit, path, tmp_path):
    printed = tmp_path / "printed.pdf"
    with visit(path) as page:
        headings = {_squeeze(title) for title in page.evaluate(LIST_HEADINGS)}
        page.pdf(path=printed, prefer_css_page_size=True)
    sheets = [
        [
            words
            for words, (_, _, _, bottom) in sorted(lines, key=lambda line: line[1][1])
            if bottom < height - FOOT
        ]
        for _, height, lines in read_sheets(printed)
    ]
    assert all(sheets)
    assert [lines[0] for lines in sheets if CAPTION.match(lines[0])] == []
    last = [lines[-1] for lines in sheets]
    assert [line for line in last if _squeeze(line) in headings or TABLE.match(line)] == []


def _squeeze(words: str) -> str:
    return re.sub(r"\s", "", words)
