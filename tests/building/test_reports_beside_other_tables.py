"""Files of other tables in the data folder change nothing of the reports on consultations, not a byte."""

from pathlib import Path

import pandas as pd
import pytest
from crossing import first
from reading import make_page
from running import ROOT, run_cells

from industry_report.intake import dataset, sample

ASKED = {"region": "黄山市", "year": 2025}


def make(notebook: str, folder: Path) -> tuple[str, list]:
    """Give the page of a report, and all that its cells put out."""
    ran = run_cells(ROOT / "notebooks" / f"{notebook}.ipynb", language="zh", data=str(folder), **ASKED)
    return str(make_page(ran)), [cell.get("outputs") for cell in ran.cells]


@pytest.mark.slow
@pytest.mark.parametrize("notebook", first(["enterprise", "industry"]))
def test_a_report_is_the_same_to_the_byte(notebook, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    sample.write(tmp_path, rows=400)
    before = make(notebook, tmp_path)
    sample.write_tables(tmp_path, rows=400)
    # But for who may not be called, which only the customers' table says; see test_consent.
    monkeypatch.setattr(dataset, "find_refusing", lambda *_: set())
    assert {path.suffix for path in tmp_path.iterdir()} >= {".csv"}
    assert make(notebook, tmp_path) == before


def test_everything_that_reports_ask_of_the_data_is_the_same(tmp_path):
    sample.write(tmp_path, rows=300)
    asked = (dataset.load, dataset.quality, dataset.reasons, dataset.rejects, dataset.flags, dataset.sources)
    before = [dataset.slices(tmp_path), *(ask(tmp_path, **ASKED) for ask in asked)]
    sample.write_tables(tmp_path, rows=300)
    after = [dataset.slices(tmp_path), *(ask(tmp_path, **ASKED) for ask in asked)]
    for one, other in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(one, other)
