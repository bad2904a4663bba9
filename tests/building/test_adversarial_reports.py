"""Reports from data as nobody would wish them: page and PDF appear, and every character is drawn or told."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from figure_checks import find_faults
from matplotlib.figure import Figure
from pypdf import PdfReader
from running import ROOT, run_cells

from industry_report.export import exporters
from industry_report.report import display

LONG = "从事农产品收购加工与冷链仓储并在多个县设有分支机构的农民专业合作社联合社第{:02}号"
DRAWN, UNDRAWN = "䶮㛃𠮷", "😀"
CASES = {
    "sixty names of forty characters": ([LONG.format(i) for i in range(60)], 1800, True),
    "one category": (["小微企业"], 200, True),
    "no conversion": (["小微企业", "大型企业"], 200, False),
    "one row": (["小微企业"], 1, True),
    "rare characters": (["䶮氏企业", "㛃记", "𠮷野家", "😀客户", "<b>&amp;$x_1$"], 4_000, True),
    "a hundred thousand rows": (["小微企业", "大型企业", "院校"], 100_000, True),
}


def write_rows(folder: Path, names: list[str], rows: int, converts: bool) -> Path:
    """Write consultations that score differently, spread evenly over the names and the year."""
    i = np.arange(rows)
    name = np.array(names, dtype=object)[i % len(names)]
    table = pd.DataFrame(dict.fromkeys(("客户类型", "客户来源", "咨询产品"), name))
    table.insert(0, "客户ID", "K" + pd.Series(i).astype("string"))
    table["咨询日期"] = np.datetime64("2025-01") + i % 12 * np.timedelta64(1, "M") + i % 28
    for step, column in enumerate(("意向度", "需求明确性", "满意度"), start=1):
        table[column] = 1 + i * step % 5
    table["是否成交"] = np.where(converts & (i % 7 < table["意向度"]), "是", "否")
    table.to_parquet(folder / "黄山市-2025.parquet")
    return folder / "黄山市-2025.parquet"


@pytest.fixture(scope="module", params=CASES, ids=str)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One report: its names, page, printed text, what its figures lack and what the build would warn of."""
    names, rows, converts = CASES[request.param]
    data = write_rows(tmp_path_factory.mktemp("data"), names, rows, converts)
    figures, publish = [], display._publish_figure

    def note(figure: Figure, *given: Any) -> None:
        figures.append(figure)
        publish(figure, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(display, "_publish_figure", note)  # `show` reads the literals of its caller
        ran = run_cells(ROOT / "notebooks" / "industry.ipynb", data=str(data))
    html, pdf = exporters.make_pages(ran, {})
    sheets = PdfReader(io.BytesIO(pdf)).pages
    return {
        "case": request.param,
        "names": names,
        "figures": len(figures),
        "faults": [fault for figure in figures for fault in find_faults(figure)],
        "least": 3 if rows > 1 else 0,  # figures: one record has no axes to itself
        "html": html,
        "page": BeautifulSoup(html, "html.parser"),
        "printed": re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in sheets)),
        "warnings": exporters.report_data(ran)["warnings"],
    }


@pytest.mark.slow
def test_page_and_pdf_hold_the_whole_report(report):
    chapters = [h.get_text() for h in report["page"].main.find_all("h2")]
    assert chapters[0] == "一页读懂"
    assert chapters[-1] == "附录"
    printed = report["printed"]
    assert all(re.sub(r"\s", "", chapter) in printed for chapter in chapters)
    assert len(report["html"].encode()) < 400_000


@pytest.mark.slow
def test_every_figure_is_whole(report):
    small = report["page"].select(".summary-panel svg")
    assert report["figures"] == len(report["page"].main.find_all("svg")) - len(small) >= report["least"]
    assert report["faults"] == []


@pytest.mark.slow
def test_nothing_that_is_no_number_is_printed(report):
    assert not re.search(r"\b(nan|NaN|None|inf|NaT|<NA>)\b", report["page"].get_text())


@pytest.mark.slow
def test_every_character_is_drawn_or_told(report):
    printed, told = report["printed"], " ".join(report["warnings"])
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
    """Return the words of all tables; those behind figures are drawn in print."""
    return "".join(table.get_text() for table in report["page"].main.find_all("table"))
