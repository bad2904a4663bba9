"""After how many days consultations end in a purchase: by hand, and without dates."""

import numpy as np
import pandas as pd
import pytest

from industry_report.analysis import days_to_purchase
from industry_report.analysis.outcome_window import Window

CUT = pd.Timestamp("2025-12-31")


def register(*rows):
    """Return consultations from (consulted, converted, bought) triples."""
    table = pd.DataFrame(rows, columns=["consulted_on", "converted", "converted_on"])
    for column in ("consulted_on", "converted_on"):
        table[column] = pd.to_datetime(table[column])
    return table.astype({"converted": "boolean"})


def test_median_days_count_the_open_as_far_as_they_are_known():
    # By hand: 4 at risk; one buys on day 2 (3/4 left), one is open from day 3, one buys on day 6 (3/8 left).
    table = register(
        ("2025-01-01", True, "2025-01-03"),
        ("2025-12-28", False, None),
        ("2025-01-01", True, "2025-01-07"),
        ("2025-01-01", False, None),
    )
    row = days_to_purchase.estimate(table, Window(90, CUT)).iloc[0]
    assert row["bought"] == pytest.approx(1 - 3 / 8)
    assert (row["quarter_days"], row["median_days"], row["three_quarter_days"]) == (2, 6, 6)


def test_days_are_not_told_where_nobody_has_been_followed_to_the_end():
    """All asked nine days ago: who has bought by now is known, who will within 90 days is not."""
    consulted = pd.Series(pd.Timestamp("2025-03-15"), range(40))
    bought = pd.Series(range(40)) % 3 == 0
    rows = pd.DataFrame({"consulted_on": consulted, "converted": pd.array(bought, dtype="boolean")})
    rows["converted_on"] = (consulted + pd.Timedelta(days=5)).where(bought)
    short = Window(90, pd.Timestamp("2025-03-24"))
    long = Window(90, pd.Timestamp("2025-09-30"))
    assert days_to_purchase.estimate(rows, short)["median_days"].isna().all()
    assert days_to_purchase.estimate(rows, long)["median_days"].tolist() == [5]


def test_nobody_who_buys_has_no_days():
    row = days_to_purchase.estimate(register(("2025-01-01", False, None)), Window(90, CUT)).iloc[0]
    assert row["conversions"] == 0
    assert np.isnan(row["median_days"])


def test_days_to_purchase_without_dates_are_no_days():
    dated = days_to_purchase.estimate(register(("2025-01-01", False, None)), Window(90, CUT))
    undated = days_to_purchase.estimate(pd.DataFrame({"converted": [True, False]}), None)
    assert undated.empty
    assert list(undated) == list(dated)
