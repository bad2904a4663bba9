"""What a report on the market could give away beside those on consultations and value: each kind once."""

import markets
import numpy as np
import pandas as pd
import pytest

from industry_report.protection import market_publication, market_regions, market_rules
from industry_report.protection.market_inputs import Inputs
from industry_report.protection.market_rules import Told
from industry_report.settings.editions import Policy

POLICY = Policy(10, 10.0)


def sales(amounts, month="2025-03", prefix="B"):
    who = [f"{prefix}{n}" for n in range(len(amounts))]
    rows = pd.DataFrame({"customer_id": who, "contributor": who, "sale": np.asarray(amounts, dtype=float)})
    return rows.assign(refund=0.0, month=pd.Period(month), customer_type="小微企业", region="黄山市")


def test_an_unfinished_month_of_few_withholds_its_year() -> None:
    whole, nobody = sales([100.0] * 40), pd.DataFrame({"region": [], "year": []})
    few, many = (sales([100.0] * n, "2025-04", "C") for n in (3, 12))
    assert market_rules.find_told(whole, nobody, POLICY, few).years == frozenset()
    assert market_rules.find_told(whole, nobody, POLICY, many).years == {2025}
    inside = Policy(10, 10.0, internal=True)
    assert market_rules.find_told(whole, nobody, inside, few).years == {2025}


def test_an_interval_does_not_give_the_largest_customer_away() -> None:
    told = Told(*[frozenset({2025})] * 3)
    others = list(np.linspace(40, 60, 59))
    dominated, alike = sales([2_900.0, *others]), sales([90.0, *others])
    for rows, shown in ((dominated, False), (alike, True)):
        assert market_rules.is_safe(rows, POLICY)  # the sum passes the p% rule
        row = market_publication.estimate(rows, 2025, told, POLICY).loc["per_customer"]
        assert np.isfinite(row["mean"]) and np.isfinite(row["low"]) == shown


def test_standardised_quotients_need_large_cells() -> None:
    regions = ["黄山市", "杭州市"]
    parts = []
    for region, counts in zip(regions, ((30, 4), (25, 30)), strict=True):
        for kind, count in zip(markets.TYPES, counts, strict=False):
            rows = sales([100.0] * count, prefix=f"{region}{kind}")
            parts.append(rows.assign(customer_type=kind, region=region))
    firms = [(r, 2025, "企业数", 900.0, 800.0, 990.0) for r in regions]
    cited = pd.DataFrame(firms, columns=["region", "year", "metric", "value", "low", "high"])
    by_type = pd.concat([cited.assign(customer_type=kind) for kind in markets.TYPES[:2]])
    market = by_type.assign(product=pd.NA, source="某市统计局", published_on=pd.Timestamp("2026-02-01"))
    told = {region: Told(*[frozenset({2025})] * 3) for region in regions}

    def standardise(policy):
        rows = pd.concat(parts, ignore_index=True)
        none = pd.DataFrame()
        inputs = Inputs(rows, none, none, market, (), tuple(regions), None, none)
        table = pd.DataFrame({"customers": [34, 55]}, index=pd.Index(regions, name="region"))
        return market_regions._standardise(table, inputs, told, load(), policy, 2025)

    assert "standardised" not in standardise(POLICY)
    assert "standardised" in standardise(Policy(4, 10.0))


def load():
    from running import ROOT

    from industry_report.analysis.trade.market_file import load_market

    return load_market(ROOT / "params" / "market.yaml")


def consulted(amounts, kinds, prefix="B"):
    """Return consultations of 2025 that all ended in a purchase in March."""
    return pd.DataFrame(
        {
            "customer_id": [f"{prefix}{n}" for n in range(len(amounts))],
            "amount": np.asarray(amounts, dtype=float),
            "customer_type": kinds,
            "converted": pd.array([True] * len(amounts), dtype="boolean"),
            "consulted_on": pd.Timestamp("2025-03-01"),
            "year": 2025,
        }
    )


@pytest.mark.parametrize(("largest", "told"), [(60_000.0, False), (900.0, True)])
def test_a_total_less_the_sums_shown_by_type_tells_of_nobody(largest: float, told: bool) -> None:
    """The p% rule passes for the total, but what is left beside the other type is one customer's."""
    amounts = [largest, *[100.0] * 29, *[300.0] * 40]
    asked = consulted(amounts, [*["小微企业"] * 30, *["院校"] * 40])
    assert market_rules.is_safe(sales(amounts), POLICY)
    assert (market_rules.find_told(sales(amounts), asked, POLICY).years == {2025}) == told


@pytest.mark.parametrize(("renewed", "told"), [(0, True), (3, False), (30, True)])
def test_what_is_sold_beside_registered_purchases_is_of_enough_customers(renewed: int, told: bool) -> None:
    """Customers less conversions are those who renewed, also where a renewal costs as much as a purchase."""
    before = consulted([200.0] * renewed, ["院校"] * renewed, "R").assign(year=2024)
    before["consulted_on"] -= pd.Timedelta(days=365)
    asked = pd.concat([before, consulted([300.0] * 60, ["院校"] * 60)], ignore_index=True)
    renewals = sales([200.0] * renewed, "2025-02", "R")
    first = sales([200.0] * renewed, "2024-03", "R")
    rows = pd.concat([first, renewals, sales([300.0] * 60)], ignore_index=True)
    assert (2025 in market_rules.find_told(rows, asked, POLICY).years) == told
