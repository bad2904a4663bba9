"""An attacker who reads the value report and the industry report of one slice together.

They know who the customers are, of which type, since when they buy, what they gave themselves, and that no
amount is negative. Every sum of money that either report shows becomes an equation; a linear programme asks
for the least and the most that the largest customer of a withheld type can have given.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from test_publication import CARD, NOTHING
from test_value_publication import CARDS, PUBLIC, RULES

from industry_report.analysis.value.lifetime_value import discount_factor
from industry_report.protection import publication, value_protection
from industry_report.protection.money_masks import is_sensitive
from industry_report.protection.value_publication import protect_value

TYPES = ["小微企业", "个体工商户", "中型企业", "院校", "大型企业"]


def draw(seed: int) -> dict[str, pd.DataFrame]:
    """Draw a slice whose purchases are all of the year: consultations, and orders that hold them and more."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(150, 400))
    ids = [f"K{n:04}" for n in range(size)]
    share = rng.dirichlet(np.full(5, rng.choice([0.7, 3.0])))
    kinds = rng.choice(TYPES, size, p=share)
    day = pd.Series(pd.Timestamp("2025-02-01") + pd.to_timedelta(rng.integers(0, 200, size), "D"))
    bought = rng.random(size) < 0.85
    first = np.round(rng.lognormal(6, rng.choice([0.3, 1.5, 2.5]), size), 2)
    for kind in rng.choice(TYPES, 2):  # types of which one customer gives nearly all
        mine = np.flatnonzero(bought & (kinds == kind))
        if len(mine) and rng.random() < 0.7:
            first[mine[0]] = round(15 * first[mine].sum(), 2)
    more = np.where(rng.random(size) < 0.3, np.round(rng.lognormal(5, 1, size), 2), 0.0)
    said = pd.DataFrame(
        {
            "customer_id": ids, "customer_type": kinds, "year": 2025,
            "consulted_on": day.astype("datetime64[us]"),
            **{d.column: pd.array(rng.integers(1, 6, size), "Int64") for d in CARD.dimensions},
            "converted": pd.array(bought, "boolean"), "amount": pd.Series(first).where(bought),
            "converted_on": day.astype("datetime64[us]").where(bought),
        }
    )  # fmt: skip
    orders = said[bought][["customer_id", "converted_on", "amount"]].rename(
        columns={"converted_on": "ordered_on"}
    )
    extra = orders.assign(amount=more[bought], kind="增购")
    orders = pd.concat([orders.assign(kind="新购"), extra[extra["amount"] > 0]], ignore_index=True)
    orders["cost"] = (orders["amount"] * rng.uniform(0.2, 0.4, len(orders))).round(2)
    return {"consultations": said, "orders": orders, "customers": said[["customer_id", "customer_type"]]}


class Attacker:
    """Variables of each customer: purchases with consultations, other orders, cost."""

    def __init__(self, tables: dict[str, pd.DataFrame]) -> None:
        said, orders = tables["consultations"], tables["orders"]
        self.kinds = said["customer_type"].to_numpy()
        self.size = len(said)
        amounts = orders.pivot_table(index="customer_id", columns="kind", values="amount", aggfunc="sum")
        amounts = amounts.reindex(said["customer_id"]).fillna(0)
        cost = orders.groupby("customer_id")["cost"].sum().reindex(said["customer_id"]).fillna(0)
        self.first = amounts["新购"].to_numpy()
        self.more = amounts["增购"].to_numpy() if "增购" in amounts else np.zeros(self.size)
        self.true = np.concatenate([self.first, self.more, cost.to_numpy()])
        self.equations: list[tuple[np.ndarray, float]] = []

    def cover(self, chosen: np.ndarray, *weights: float) -> np.ndarray:
        return np.concatenate([chosen * weight for weight in weights])

    def read(self, now: dict[str, Any], industry: pd.DataFrame, types: pd.Series) -> None:
        """Turn all that is shown into equations; `types` are the names that the reports use."""
        kinds = types.to_numpy()
        factor = float(
            RULES.lifetime.margin * discount_factor(RULES.lifetime)
        )  # all bought less than a year ago
        weights = {
            "sales": (1, 1, 0),
            "cost": (0, 0, 1),
            "contribution": (1, 1, -1),
            "clv": (factor, factor, 0),
        }
        table, total = now["money"].by["customer_type"], now["money"].total
        for column, given in weights.items():
            shown = [(kinds == label, table.loc[label, column]) for label in table.index]
            for chosen, value in [*shown, (np.ones(self.size), total[column])]:
                if pd.notna(value):
                    self.equations.append((self.cover(chosen.astype(float), *given), float(value)))
        for label, value in industry["amount"].dropna().items():
            self.equations.append((self.cover((kinds == label).astype(float), 1, 0, 0), float(value)))

    def bound(self, target: int, own: int | None) -> float:
        """Return the most that a customer's sales can be, for a reader or for one who knows their own."""
        if not self.equations:
            return np.inf
        scale = self.true.sum()
        rows = [row for row, _ in self.equations]
        values = [value / scale for _, value in self.equations]
        ends = np.full((len(self.true), 2), [0.0, 10.0])
        if own is not None:
            mine = [own, own + self.size, own + 2 * self.size]
            ends[mine] = (self.true[mine] / scale)[:, None]
        chosen = np.zeros(self.size)
        chosen[target] = 1
        slack = 2e-7  # amounts are printed to the 分
        above = np.array([*rows, *(-row for row in rows)])
        limits = np.array([*values, *(-value for value in values)]) + slack
        found = linprog(-self.cover(chosen, 1, 1, 0), A_ub=above, b_ub=limits, bounds=ends, method="highs")
        assert found.status == 0
        return -float(found.fun) * scale


def attack(seed: int) -> tuple[int, int]:
    """Return how many sensitive types there are, and how many types are shown."""
    tables = draw(seed)
    industry = publication.protect_slice(tables["consultations"], 2025, CARD, PUBLIC, NOTHING)
    groups = industry.by["customer_type"]
    now = protect_value(tables, 2025, CARDS, RULES, PUBLIC, groups, industry.amounts)
    buyers = tables["consultations"].set_index("customer_id")[["customer_type"]]
    bought = buyers[buyers.index.isin(tables["orders"]["customer_id"])]
    pooled = value_protection.pool_types(bought, pd.DataFrame(), groups, PUBLIC)["customer_type"]
    types = pooled.reindex(buyers.index).fillna("none")
    attacker = Attacker(tables)
    attacker.read(now, industry.amounts, types)
    sales = attacker.first + attacker.more
    table, sensitive = now["money"].by["customer_type"], 0
    for label in table.index[table["sales"].isna()]:
        members = np.flatnonzero(types.to_numpy() == label)
        if not is_sensitive(sales[members], PUBLIC):
            continue
        sensitive += 1
        order = members[np.argsort(-sales[members])]
        for own in (None, order[1] if len(order) > 1 else None):
            most = attacker.bound(int(order[0]), own)
            assert most >= 1.1 * sales[order[0]] * (1 - 1e-5), (seed, label, own, most, sales[order[0]])
    return sensitive, int(table["sales"].notna().sum())


def test_value_and_industry_report_together_narrow_no_withheld_sum() -> None:
    found = [attack(seed) for seed in range(6)]
    sensitive, shown = (sum(column) for column in zip(*found, strict=True))
    assert sensitive >= 2
    assert shown >= 2  # where large types stay named, the small rest costs one of them its sum


def test_the_attack_succeeds_where_one_sum_is_left_open() -> None:
    tables = draw(3)
    attacker = Attacker(tables)
    sales = attacker.first + attacker.more
    largest = int(np.argmax(sales))
    attacker.equations.append(
        (attacker.cover(np.eye(attacker.size)[largest], 1, 1, 0), float(sales[largest]))
    )
    assert attacker.bound(largest, None) == pytest.approx(sales[largest], rel=1e-4)
