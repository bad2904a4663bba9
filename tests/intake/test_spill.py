"""Rows come back slice by slice, whether they waited in memory or on disk."""

import pandas as pd
import pytest

from industry_report.intake.spill import Spill, join


def make(numbers, region="黄山市", **more):
    table = {
        "region": region,
        "year": pd.array([2024 + n % 2 for n in numbers], dtype="Int64"),
        "number": numbers,
    }
    return pd.DataFrame({**table, **more})


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_slices_are_sorted_and_whole(limit):
    with Spill(limit) as spill:
        for start in range(0, 12, 3):
            spill.add(make([start, start + 1, start + 2], region="杭州市" if start % 2 else "黄山市"))
        found = [(region, year, part["number"].to_list()) for region, year, part in spill.slices()]
    assert found == [
        ("杭州市", 2024, [4, 10]),
        ("杭州市", 2025, [3, 5, 9, 11]),
        ("黄山市", 2024, [0, 2, 6, 8]),
        ("黄山市", 2025, [1, 7]),
    ]


@pytest.mark.parametrize("limit", [1, 100])
def test_a_column_that_some_rows_lack(limit):
    with Spill(limit) as spill:
        spill.add(make([0]))
        spill.add(make([2], amount=pd.array([1.5], dtype="Float64")))
        [(_, _, part)] = spill.slices()
    assert part["amount"].isna().to_list() == [True, False]
    assert part["amount"].dtype == pd.Float64Dtype()


def test_nothing_gives_nothing():
    with Spill() as spill:
        spill.add(make([]))
        assert list(spill.slices()) == []


def test_join_keeps_types():
    one, other = make([1], flag=pd.array([True], dtype="boolean")), make([2])
    assert join([one, other])["flag"].dtype == "boolean"
