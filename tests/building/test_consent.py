"""Who gave no consent or opted out stands in no list that names customers."""

import json

import pytest
from running import ROOT, run_cells

from industry_report.analysis.customers.data_coverage import coverage
from industry_report.intake import dataset

HERE = {"region": "黄山市", "year": 2025, "edition": "enterprise"}


@pytest.fixture(autouse=True)
def in_project(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.mark.slow
@pytest.mark.parametrize("notebook", ["enterprise", "review"])
def test_no_list_names_who_may_not_be_called(notebook):
    given = HERE if notebook == "enterprise" else {name: HERE[name] for name in ("region", "year")}
    shown = json.dumps(run_cells(ROOT / "notebooks" / f"{notebook}.ipynb", **given), ensure_ascii=False)
    refusing, asked = dataset.find_refusing("sample"), dataset.load("sample", "黄山市", 2025)["customer_id"]
    assert any(customer in shown for customer in set(asked) - refusing)
    assert len(refusing & set(asked)) > 100
    assert [customer for customer in refusing if customer in shown] == []


def test_a_market_counts_the_rows_that_other_reports_count():
    """The difference would be how many refuse; consultations are counted whole everywhere."""
    refusing = dataset.find_refusing("sample")
    told = coverage(dataset.scan_tables("sample", "黄山市"), refusing).groupby("table")["rows"].sum()
    for table in ("customers", "orders", "leads", "consultations"):
        assert told[table] == len(dataset.load("sample", "黄山市", table=table)), table
