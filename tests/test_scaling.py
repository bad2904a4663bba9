"""The page on scaling: its recipe for large data gives what a notebook would."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import scoring
from industry_report.intake import dataset, sample

ROOT = Path(__file__).parent.parent
dd = pytest.importorskip("dask.dataframe")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_recipe_counts_what_one_machine_counts(project):
    sample.write(project / "data" / "sample", rows=60)
    page = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    [recipe] = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    names: dict[str, pd.DataFrame] = {}
    exec(recipe, names)
    counts = names["counts"].compute()
    card = scoring.load_scorecard("params/scorecards/consultation.yaml")
    whole = scoring.score(dataset.load("data/sample"), card)
    expected = whole.groupby(["region", "year", "grade"], observed=True)["converted"].agg(["size", "sum"])
    assert names["consultations"].npartitions == 9
    assert counts["size"].sum() == whole["grade"].notna().sum() > 400
    for column in ("size", "sum"):
        assert counts[column].to_dict() == expected[column].to_dict()
