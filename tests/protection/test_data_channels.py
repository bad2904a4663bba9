"""Numbers of rows that several reports tell: no difference of them is of few."""

import itertools

import pandas as pd

from industry_report.analysis.customers import coverage
from industry_report.protection import data_channels
from industry_report.settings.editions import Policy

POLICY = Policy(10, 10.0)


def orders(web, shop):
    channels = ["官网"] * web + ["门店"] * shop
    rows = pd.DataFrame({"customer_id": [f"K{n}" for n in range(len(channels))], "channel": channels})
    return {"orders": rows.assign(ordered_on=pd.Timestamp("2025-01-01"), amount=1.0)}


def test_a_small_channel_does_not_follow_from_all_rows() -> None:
    """Whatever is told of 1 to 9 rows in a channel is told of each of these numbers."""
    worlds = {}
    for few in range(1, 10):
        told = data_channels.protect_coverage(coverage(orders(480 + 9 - few, few)), POLICY)
        whole = data_channels.coarsen(pd.Series([489]), POLICY)
        worlds.setdefault(
            repr((told[["rows", "customers", "share"]].to_numpy().tolist(), whole[0])), []
        ).append(few)
    assert list(worlds.values()) == [list(range(1, 10))]


def test_steps_hide_who_withdrew() -> None:
    files = pd.DataFrame({"read": [1003, 20]}, index=["a.xlsx", "b.csv"])
    told = data_channels.protect_files(files, POLICY)
    assert told["read"].tolist()[0] == 1000.0 and pd.isna(told["read"].iloc[1])
    counts = pd.Series(range(30, 3000))
    pairs = itertools.pairwise(sorted(set(data_channels.coarsen(counts, POLICY))))
    assert all(after - before == 50 for before, after in pairs)


def test_inside_the_house_all_is_told() -> None:
    inside = Policy(10, 10.0, internal=True)
    table = data_channels.protect_coverage(coverage(orders(40, 3)), inside)
    assert sorted(table["rows"]) == [3, 40]
