"""Leads with a known truth, as `lead_rows.gather` gives them, and model files for them."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from industry_report.analysis.leads.fitting import Rule
from industry_report.analysis.leads.model_file import ModelFile

START, TEST = pd.Timestamp("2024-01-01"), dt.date(2025, 1, 1)


def make_rows(size: int = 4000, seed: int = 0) -> pd.DataFrame:
    """Return leads of two years: pages and source work, noise does not, note is written after the outcome."""
    rng = np.random.default_rng(seed)
    pages = rng.choice([0, 1, 2, 3, 5, 9], size).astype(float)
    source = rng.choice(["官网", "展会", "老客户推荐", "短视频"], size)
    chance = 1 / (1 + np.exp(-(-2 + 0.3 * pages + 1.2 * (source == "老客户推荐"))))
    bought = rng.random(size) < chance
    note = np.where(bought, "已签约", rng.choice(["继续跟进", "无意向"], size)).astype(object)
    days = np.sort(rng.integers(0, 730, size))
    rows = pd.DataFrame(
        {
            "lead_id": [f"L{n:06}" for n in range(size)],
            "customer_id": [f"C{n:06}" for n in range(size)],
            "created_on": START + pd.to_timedelta(days, "D") + pd.Timedelta(hours=9),
            "pages": pages,
            "source": source,
            "noise": rng.normal(size=size).round(2),
            "note": np.where(rng.random(size) < 0.3, None, note),
            "chance": chance,
            "outcome": pd.array(bought, dtype="boolean"),
            "open": "",
            "bought": bought,
        }
    )
    return rows


def make_spec(columns=("pages", "source", "noise", "note"), **given) -> ModelFile:
    """Return a model file."""
    known = {
        "name": "own",
        "version": "1",
        "title": {"zh": "自有", "en": "Own"},
        "within_days": 90,
        "test_from": TEST,
        "rules": {name: Rule(special=(0.0,)) if name == "pages" else Rule() for name in columns},
        "kinds": dict.fromkeys(columns, "lead"),
        "labels": {},
        "accepted": {},
        "excluded": {},
        "double": 5,
        "grades": {},
        "follow_up": "params/scorecards/qualification.yaml",
        "compare": (),
        "worth": None,
    }
    return ModelFile(**(known | given))


@pytest.fixture(scope="session")
def rows():
    return make_rows()


@pytest.fixture(scope="session")
def spec():
    return make_spec()
