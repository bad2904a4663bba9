"""Recompute the reports on value: purchases, contribution, lifetime value, potential, behaviour."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from recompute_shared import benjamini_hochberg, wilson
from recompute_tables import Tables, coverage, significant
from scipy import stats

Cells = Iterator[tuple[int, str, Any]]
TABLES = ("customers", "orders", "interactions")
MARGIN, YEARS, DISCOUNT = Fraction(6, 10), 3, Fraction(1, 10)  # params/customer-value.yaml
MINUTE, CONTACT = {"电话": 200, "远程": 250}, {"上门": 15_000, "培训": 20_000}  # 分
SIZES, PEERS = (10, 50, 200), 30
VISIT_MINUTES, ROBOT_PAGES, MOST_A_DAY = 30, 100, 20
OUTCOME_DAYS = 90
LEFT_OUT = {
    "rule: ratio": "shifted beta-geometric model fitted",
    "rule: mae": "shifted beta-geometric model fitted",
    "rule: rmse": "shifted beta-geometric model fitted",
    "renewal: predicted": "shifted beta-geometric model fitted",
    "renewal: actual": "which customers are held out is part of the check of the model",
    "renewal: customers": "which customers are held out is part of the check of the model",
}


class Value:
    """What the customers of a region are worth at the end of a year."""

    def __init__(self, tables: Tables, year: int, register: Any, *, internal: bool) -> None:
        self.tables, self.year, self.internal = tables, year, internal
        self.end = pd.Timestamp(year + 1, 1, 1)
        past = [rows for (place, y), rows in register.slices.items() if place == tables.region and y <= year]
        self.asked = pd.concat(past)
        self.orders = tables.sales.assign(net=tables.sales["sale"] - tables.sales["refund"])
        self.types = tables.of("customers").set_index("customer_id")

    # --- one row a buyer

    @cached_property
    def buyers(self) -> pd.DataFrame:
        """One row a buyer: orders, amounts, contribution, lifetime value, potential, grades."""
        by = self.orders.groupby("customer_id")
        sold = self.orders[self.orders["refund"] == 0].groupby("customer_id")["ordered_on"]
        found = pd.DataFrame({"amount": by["net"].sum(), "first": sold.min(), "last": sold.max()})
        found["orders"] = sold.size().reindex(found.index).fillna(0).astype(int)
        found["customer_type"] = self.types["customer_type"].reindex(found.index)
        found = found.join(self.earned).fillna({"sales": 0.0})
        found["contribution"] = found["contribution"].where(found.index.isin(self.earned.index), 0.0)
        found["clv"] = [self._lifetime(row) for row in found.itertuples()]
        worth = {who: round(float(100 * sum(gaps.values()))) / 100 for who, gaps in self.gaps.items()}
        found["potential"] = [worth.get(who, np.nan) for who in found.index]
        found["value_grade"] = [self._grade(row) for row in found.itertuples()]
        found["intent_grade"] = self.intent.reindex(found.index)
        return found

    @cached_property
    def earned(self) -> pd.DataFrame:
        """Sales, cost, service and contribution of the year, of whoever bought or was served."""
        rows = self.orders[self.orders["ordered_on"].dt.year == self.year]
        cost = rows["cost"].mask(rows["refund"] > 0, rows["cost"].fillna(0))
        by = rows.assign(cost=cost).groupby("customer_id")
        found = pd.DataFrame({"sales": by["net"].sum(), "cost": by["cost"].sum(min_count=1)})
        found["cost"] = found["cost"].mask(by["cost"].count() < by.size())
        served = self.tables.of("interactions")
        served = served[(served["occurred_at"].dt.year == self.year) & served["staff"].ne("是")]
        served = served[served["kind"].isin([*MINUTE, *CONTACT])]
        fen = served["kind"].map(CONTACT).fillna(served["kind"].map(MINUTE) * served["minutes"]).round()
        service = fen.groupby(served["customer_id"]).sum() / 100
        found = found.reindex(found.index.union(service.index))
        found["service"] = service.reindex(found.index).fillna(0)
        bought = found.index.isin(rows["customer_id"])
        found["cost"] = found["cost"].where(bought, 0.0)
        found["sales"] = found["sales"].fillna(0.0)
        return found.assign(contribution=(found["sales"] - found["cost"] - found["service"]).round(2))

    def _lifetime(self, row: Any) -> float:
        """Return orders a year x average amount x margin, discounted; whole 分, halves up."""
        days = max((self.end - row.first).days, 365) if pd.notna(row.first) else 365
        factor = MARGIN * sum(1 / (1 + DISCOUNT) ** k for k in range(1, YEARS + 1)) * 365
        fen = max(round(row.amount * 100), 0) * factor / days
        return float(int(fen + Fraction(1, 2))) / 100

    @cached_property
    def gaps(self) -> dict[str, dict[str, Fraction]]:
        """Potential of each buyer with enough peers, by the product that is lacking, in yuan."""
        everyone = sorted(self.orders["customer_id"].unique())
        people = self.types.reindex(everyone)
        size = np.searchsorted(SIZES, people["employees"].fillna(-1), "right")
        kind = pd.Series(list(zip(people["customer_type"], size, strict=True)), index=everyone)
        kind = kind[people["customer_type"].notna()]
        rows = self.orders[self.orders["ordered_on"].dt.year == self.year]
        spent = rows.groupby(["customer_id", "product"])["net"].sum().round(2)
        spent = spent[spent > 0].reset_index()
        spent["kind"] = spent["customer_id"].map(kind)
        owned = spent.groupby("customer_id")["product"].agg(set).to_dict()
        sizes, found = kind.value_counts(), {who: {} for who in kind.index}
        for (one, product), part in spent.groupby(["kind", "product"]):
            if sizes[one] - 1 < PEERS:
                continue
            worth = Fraction(len(part), int(sizes[one]) - 1) * Fraction(part["net"].median()) * MARGIN
            for who in kind.index[[other == one for other in kind]]:
                if product not in owned.get(who, ()):
                    found[who][product] = worth
        return {who: gaps for who, gaps in found.items() if sizes[kind[who]] - 1 >= PEERS}

    @staticmethod
    def _grade(row: Any) -> str | None:
        """Return the level of params/scorecards/customer-value.yaml; none where a number is unknown."""
        clv, ccp, cpv = row.clv, row.contribution, row.potential
        if np.isnan(ccp) or np.isnan(cpv):
            return None
        if clv >= 8000 and ccp >= 0:
            return "A"
        if clv >= 4000 or (clv >= 2000 and cpv >= 2000):
            return "B"
        return "C" if clv >= 1500 else "D"

    @cached_property
    def intent(self) -> pd.Series:
        """The grade of each customer's latest graded consultation."""
        rows = self.asked[self.asked["grade"].notna()].sort_values("consulted_on", kind="stable")
        return rows.drop_duplicates("customer_id", keep="last").set_index("customer_id")["grade"]

    # --- exhibits

    def expect(self, exhibit: dict[str, Any]) -> Cells:
        """Yield row, column and value of what an exhibit should hold."""
        names, data = [column["name"] for column in exhibit["columns"]], exhibit["data"]
        ways = {
            "purchase_group": self._groups,
            "tenth": self._tenths,
            "engagement_grade": self._engagement,
            "value_grade": self._matrix,
            "field": self._fields,
            "customer_id": self._list,
        }
        if names[0] in ways:
            yield from ways[names[0]](data)
        elif names[0] == "customer_type":
            yield from self._quartiles(data) if "q50" in names else self._sums(data)
        elif names[0] == "part_of_customers":
            is_whale = "鲸鱼" in exhibit["caption"]
            yield from self._curve(data, "contribution" if is_whale else "clv")
        elif names[0] == "product":
            yield from self._gaps(data) if "potential" in names else self._interests(data)
        elif names[:2] == ["table", "is_static"]:
            tables = {name: self.tables.of(name) for name in TABLES} | {"consultations": self.asked}
            yield from coverage(exhibit, tables, internal=self.internal)

    def _groups(self, data: list[dict]) -> Cells:
        rows = self.buyers
        recency = -(self.end - rows["last"]).dt.days
        r, m = fifths(recency).fillna(3), fifths(rows["amount"])
        large, late, new = m >= 4, r <= 2, r >= 4
        chosen = {
            "近期购买的高额客户": large & new,
            "久未购买的高额客户": large & late,
            "近期购买的一般客户": ~large & new,
            "久未购买的一般客户": ~large & late,
            "居中的客户": ~(new | late),
        }
        for i, row in enumerate(data):
            mine = rows[chosen[row["purchase_group"]]]
            yield from ((i, "customers", len(mine)), (i, "orders", int(mine["orders"].sum())))
            yield from ((i, "amount", mine["amount"].sum()),)
            yield i, "share", mine["amount"].sum() / rows["amount"].sum()

    def _mine(self, data: list[dict], row: dict, rows: pd.DataFrame) -> pd.DataFrame:
        label = row["customer_type"]
        named = [other["customer_type"] for other in data]
        if label in ("其他", "其他类型") and not rows["customer_type"].eq(label).any():
            return rows[~rows["customer_type"].isin(named)]
        return rows[rows["customer_type"].eq(label)] if label != "合计" else rows

    def _sums(self, data: list[dict]) -> Cells:
        for i, row in enumerate(data):
            mine = self._mine(data, row, self.buyers)
            yield i, "customers", len(mine)
            for name in ("sales", "contribution", "clv", "potential"):
                yield i, name, mine[name].sum()
                yield i, f"mean_{name}", mine[name].mean()

    def _quartiles(self, data: list[dict]) -> Cells:
        bought = self.buyers[self.buyers["sales"] > 0]
        for i, row in enumerate(data):
            mine = self._mine(data, row, bought)["sales"]
            yield i, "customers", len(mine)
            for name, q in (("q25", 0.25), ("q50", 0.5), ("q75", 0.75)):
                value = float(mine.quantile(q))
                yield i, name, value if self.internal else significant(value, 2)

    def _curve(self, data: list[dict], column: str) -> Cells:
        """Yield the curve of contributors: the firms of a group are one."""
        known = self.buyers[column].dropna()
        parents = self.types["parent_id"].reindex(known.index)
        values = known.groupby(parents.where(parents.notna(), known.index)).sum()
        values = np.sort(values.to_numpy())[::-1]
        for i in range(len(data)):
            n = -(-len(values) * (i + 1) // len(data))
            yield from ((i, "share_of_customers", (i + 1) / len(data)),)
            yield from ((i, "contributors", n), (i, "share", values[:n].sum() / values.sum()))

    def _tenths(self, data: list[dict]) -> Cells:
        values = np.sort(self.buyers["clv"].to_numpy())[::-1]
        tenth = np.arange(len(values)) * 10 // len(values)
        for i in range(len(data)):
            mine = values[tenth == i]
            yield from ((i, "customers", len(mine)), (i, "share", mine.sum() / values.sum()))
            yield i, "mean_value", mine.mean()

    def _gaps(self, data: list[dict]) -> Cells:
        for i, row in enumerate(data):
            mine = [gaps[row["product"]] for gaps in self.gaps.values() if row["product"] in gaps]
            yield from ((i, "potential", float(sum(mine))), (i, "customers", len(mine)))

    def _matrix(self, data: list[dict]) -> Cells:
        table = pd.crosstab(self.buyers["value_grade"], self.buyers["intent_grade"])
        for i, row in enumerate(data):
            yield from ((i, name, int(table.loc[row["value_grade"], name])) for name in "ABCD")

    def _fields(self, data: list[dict]) -> Cells:
        known = self.buyers.dropna(subset=["value_grade", "intent_grade"])
        for i, row in enumerate(data):
            value, intent = (
                set("AB") if part.endswith("高") else set("CD") for part in row["field"].split("、")
            )
            mine = known[known["value_grade"].isin(value) & known["intent_grade"].isin(intent)]
            yield from ((i, "customers", len(mine)), (i, "clv", mine["clv"].sum()))

    def _list(self, data: list[dict]) -> Cells:
        for i, row in enumerate(data):
            mine = self.buyers.loc[row["customer_id"]]
            yield from ((i, name, mine[name]) for name in ("clv", "contribution"))

    # --- behaviour

    @cached_property
    def seen(self) -> pd.DataFrame:
        """One row a customer: what was observed until 91 days before the end, and what followed."""
        at = self.end - pd.Timedelta(days=OUTCOME_DAYS + 1)
        return behaviour(self.tables.of("interactions"), self.orders, at)

    def _bought(self, days: int) -> pd.DataFrame:
        since = self.end - pd.Timedelta(days=days)
        rows = self.orders[(self.orders["sale"] > 0) & (self.orders["ordered_on"] < self.end)]
        return rows[rows["ordered_on"] >= since]

    def _engagement(self, data: list[dict]) -> Cells:
        """Yield the purchases from the moment on: a day without a time counts as after it, so 91 days."""
        outcome = self.seen.index.isin(self._bought(OUTCOME_DAYS + 1)["customer_id"])
        for i, row in enumerate(data):
            mine = self.seen["grade"].isin(row["engagement_grade"].split("、"))
            n, x = int(mine.sum()), int((mine & outcome).sum())
            yield from ((i, "consultations", n), (i, "conversions", x), (i, "rate", x / n))
            yield from zip((i, i), ("low", "high"), wilson(x, n), strict=True)

    def _interests(self, data: list[dict]) -> Cells:
        told = self.seen["interest"].dropna()
        bought = self._bought(OUTCOME_DAYS + 1)
        counts = []
        for row in data:
            mine = set(told.index[[row["product"] in products for products in told]])
            theirs = set(told.index) - mine
            buyers = set(bought.loc[bought["product"] == row["product"], "customer_id"])
            counts.append((len(mine & buyers), len(mine), len(theirs & buyers), len(theirs)))
        p = [stats.fisher_exact([[x, n - x], [y, m - y]])[1] for x, n, y, m in counts]
        for i, ((x, n, y, m), adjusted) in enumerate(zip(counts, benjamini_hochberg(p), strict=True)):
            yield from ((i, "customers", n), (i, "buyers", x), (i, "rate", x / n), (i, "other_rate", y / m))
            yield from zip((i, i, i), ("low", "high", "p_adjusted"), (*wilson(x, n), adjusted), strict=True)


def fifths(values: pd.Series) -> pd.Series:
    """Return the fifth of each value by rank, 5 the largest; equal values by the middle of their ranks."""
    rank, n = values.rank(), values.notna().sum()
    return np.floor((2 * rank - 1) * 5 / (2 * n) + 1e-12) + 1


def behaviour(rows: pd.DataFrame, orders: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """Return the grade of engagement and the products of interest of whoever was seen before a day."""
    rows = rows[(rows["occurred_at"] < at) & rows["staff"].ne("是")]
    rows = rows.sort_values(["customer_id", "occurred_at"], kind="stable").reset_index(drop=True)
    views = number_visits(rows[rows["kind"] == "浏览"])
    rows = rows.join(views[["visit", "stay"]])
    crowded = rows["visit"].map(rows["visit"].value_counts()) > ROBOT_PAGES
    rows = rows[~crowded]
    day = rows["occurred_at"].dt.normalize()
    rows = rows[rows.groupby(["customer_id", "kind", day]).cumcount() < MOST_A_DAY]
    found = count(rows, orders, at)
    viewed = rows[(rows["kind"] == "浏览") & rows["product"].notna()]
    pages = viewed.groupby(["customer_id", "product"]).size()
    most = pages[pages == pages.groupby("customer_id").transform("max")].reset_index()
    found["interest"] = most.groupby("customer_id")["product"].agg(set).reindex(found.index)
    return found


def number_visits(views: pd.DataFrame) -> pd.DataFrame:
    """Give each page view its visit (the session, else a run without a long gap) and its seconds."""
    new = views["customer_id"].ne(views["customer_id"].shift())
    new |= views["occurred_at"].diff() > pd.Timedelta(minutes=VISIT_MINUTES)
    run = new.cumsum().astype(str)
    visit = views["customer_id"] + "|" + views["session"].fillna("run " + run)
    following = views["occurred_at"].groupby(visit).shift(-1)
    gap = (following - views["occurred_at"]).dt.total_seconds().clip(upper=60 * VISIT_MINUTES)
    return views.assign(visit=visit, stay=views["seconds"].fillna(gap))


def count(rows: pd.DataFrame, orders: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """Count what the card of engagement asks for, and grade it."""
    everyone = sorted(rows["customer_id"].unique())
    age = (at - rows["occurred_at"].dt.normalize()).dt.days
    late, kind = rows[age <= 90], rows["kind"]
    views = late[late["kind"] == "浏览"].groupby("customer_id")
    clicks = late[late["kind"] == "邮件点击"].drop_duplicates(["customer_id", "campaign"])
    sold = orders[(orders["sale"] > 0) & (orders["ordered_on"] < at)]
    sold = sold[(at - sold["ordered_on"].dt.normalize()).dt.days <= 365]
    counts = {
        "visits": (views["visit"].nunique(), (1, 2, 4)),
        "pages": (rows[(age <= 30) & (kind == "浏览")].groupby("customer_id").size(), (1, 3, 6)),
        "seconds": (views["stay"].sum().round(), (60, 300, 900)),
        "clicked": (clicks.groupby("customer_id").size(), (1, 1, 2)),
        "social": (late[late["kind"] == "社交互动"].groupby("customer_id").size(), (1, 1)),
        "orders": (sold.groupby("customer_id").size(), (1, 2)),
    }
    total = sum(
        np.searchsorted(limits, values.reindex(everyone).fillna(0), "right")
        for values, limits in counts.values()
    )
    grade = np.select([total >= 8, total >= 4, total >= 1], ["A", "B", "C"], "D")
    return pd.DataFrame({"grade": grade}, index=pd.Index(everyone, name="customer_id"))
