"""Reports from data as nobody would wish them: page and PDF appear, and every character is drawn or told."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader
from running import ROOT, run_cells
from workbooks import write_csv

from industry_report import exporters

HEADER = (
    "客户ID",
    "客户类型",
    "客户来源",
    "咨询产品",
    "咨询日期",
    "意向度",
    "需求明确性",
    "满意度",
    "是否成交",
)
LONG = "从事农产品收购加工与冷链仓储并在多个县设有分支机构的农民专业合作社联合社第{:02}号"
DRAWN, UNDRAWN = "䶮㛃𠮷", "😀"
CASES = {
    "sixty names of forty characters": ([LONG.format(i) for i in range(60)], 1800, True),
    "one category": (["小微企业"], 200, True),
    "no conversion": (["小微企业", "大型企业"], 200, False),
    "one row": (["小微企业"], 1, True),
    "rare characters": (["䶮氏企业", "㛃记", "𠮷野家", "😀客户", "<b>&amp;$x_1$"], 400, True),
}


def write_rows(folder: Path, names: list[str], rows: int, converts: bool) -> Path:
    """Write consultations that score differently, spread evenly over the names and the year."""
    table = [list(HEADER)]
    for i in range(rows):
        name, scores = names[i % len(names)], [1 + i * step % 5 for step in (1, 2, 3)]
        day = f"2025-{i % 12 + 1:02d}-{i % 28 + 1:02d}"
        outcome = "是" if converts and i % 7 < scores[0] else "否"
        table.append([f"K{i:05}", name, name, name, day, *scores, outcome])
    return write_csv(folder, table)


@pytest.fixture(scope="module", params=CASES, ids=str)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One report: its names, page, PDF and what the build would warn of."""
    names, rows, converts = CASES[request.param]
    data = write_rows(tmp_path_factory.mktemp("data"), names, rows, converts)
    ran = run_cells(ROOT / "notebooks" / "industry.ipynb", data=str(data))
    html, _ = exporters.IndustryHTMLExporter().from_notebook_node(ran)
    pdf, _ = exporters.IndustryPDFExporter().from_notebook_node(ran)
    return {
        "case": request.param,
        "names": names,
        "page": BeautifulSoup(html, "html.parser"),
        "sheets": PdfReader(io.BytesIO(pdf)).pages,
        "warnings": exporters.report_data(ran)["warnings"],
    }


@pytest.mark.slow
def test_page_and_pdf_hold_the_whole_report(report):
    chapters = [h.get_text() for h in report["page"].main.find_all("h2")]
    assert chapters[0] == "摘要"
    assert chapters[-1] == "附录"
    printed = _printed(report)
    assert all(re.sub(r"\s", "", chapter) in printed for chapter in chapters)


@pytest.mark.slow
def test_nothing_that_is_no_number_is_printed(report):
    assert not re.search(r"\b(nan|NaN|None|inf|NaT|<NA>)\b", report["page"].get_text())


@pytest.mark.slow
def test_every_character_is_drawn_or_told(report):
    printed, told = _printed(report), " ".join(report["warnings"])
    shown = set(_read_tables(report)) & set("".join(report["names"]))
    assert shown or report["case"] == "one row"  # one row is withheld whole
    for character in shown - {" "}:
        assert character in printed or f"U+{ord(character):04X}" in told, unicodedata.name(character)
    if report["case"] == "rare characters":
        assert set(DRAWN) <= shown & set(printed)
        assert f"U+{ord(UNDRAWN):04X}" in told
    else:
        assert "glyph" not in told


def _read_tables(report: dict[str, Any]) -> str:
    """Return the names in tables that are printed, too.

    The text of a figure is drawn alike but copied otherwise: 民 as the radical ⺠, which has the same glyph.
    """
    tables = report["page"].main.find_all("table")
    return "".join(table.get_text() for table in tables if not table.find_parent("details"))


def _printed(report: dict[str, Any]) -> str:
    return re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in report["sheets"]))
