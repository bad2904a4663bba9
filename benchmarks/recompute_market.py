"""Recompute the reports on a market: sales, averages, shares, regions, growth, returning customers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from recompute_shared import Z, holm, newcombe, test, wilson
from recompute_tables import NAMES, REGIONS, Tables, median_interval, significant, whole_tables

Cells = Iterator[tuple[int, str, Any]]
LEFT_OUT = {
    "measure: low": "bootstrap over customers",
    "measure: high": "bootstrap over customers",
    "month: forecast": "exponential smoothing (ETS) fitted",
    "month: low": "interval of a fitted ETS",
    "month: high": "interval of a fitted ETS",
    "group: mae": "rolling ETS fits; the value of a year ago is recomputed",
    "group: mase": "rolling ETS fits; the value of a year ago is recomputed",
    "group: forecast": "new customers are a forecast",
    "group: low": "new customers are a forecast",
    "group: high": "new customers are a forecast",
}


def totals(rows: pd.DataFrame) -> dict[str, float]:
    """Return sales, orders, customers, refunds and averages of some orders."""
    sold, back = rows[rows["sale"] > 0], rows[rows["refund"] > 0]
    found = {"sales": sold["sale"].sum(), "orders": len(sold), "customers": sold["customer_id"].nunique()}
    found |= {"refunds": back["refund"].sum(), "refunded": len(back)}
    found["net"] = found["sales"] - found["refunds"]
    if len(sold):
        found["per_order"] = found["sales"] / found["orders"]
        found["per_customer"] = found["sales"] / found["customers"]
    return found


class Market:
    """One region's market at the end of a year."""

    def __init__(self, tables: dict[str, Tables], region: str, year: int, register: Any, days: int) -> None:
        self.region, self.year, self.tables = region, year, tables
        self.asked = register.graded(region, year, days)
        past = [rows for (place, y), rows in register.slices.items() if place == region and y <= year]
        self.all_asked = pd.concat(past)
        folder = tables[region].folder
        self.own = self.tables[region].sales
        cited = pd.read_excel(next(folder.glob("市场总量*.xlsx")), engine="calamine", sheet_name=0)
        self.cited = cited.set_index(["指标", "地区", "年度"])[["数值", "下限", "上限"]]

    def of(self, year: int) -> pd.DataFrame:
        """Return the orders of a year."""
        return self.own[self.own["year"] == year]

    def expect(self, exhibit: dict[str, Any]) -> Cells:
        """Yield row, column and value of what an exhibit should hold."""
        names, data = [column["name"] for column in exhibit["columns"]], exhibit["data"]
        if {"score", "dimension"} <= set(names):
            yield from self._intents(data)
            return
        for columns, way in self._ways():
            if set(columns) <= set(names) and names[0] == columns[0]:
                yield from way(data)
                return
        if names[:2] == ["table", "rows"]:
            here = self.tables[self.region]
            tables = {name: here.of(name) for name in NAMES if name != "consultations"}
            cited = self.cited.xs(self.region, level="地区")
            yield from whole_tables(exhibit, tables | {"consultations": self.all_asked}, len(cited))

    def _ways(self) -> list[tuple[tuple[str, ...], Callable[[list[dict]], Cells]]]:
        """Return what reckons an exhibit that begins with one column and has some others."""
        return [
            (("month", "sales"), self._months),
            (("year", "returned"), self._returning),
            (("year", "own_sales"), self._shares),
            (("year", "sales"), self._years),
            (("measure", "average"), self._averages),
            (("factor", "effect"), self._effects),
            (("region", "change"), self._growth),
            (("region", "quotient"), self._regions),
            (("customer_type", "middle_quartile"), self._power),
            (("item", "middle_quartile"), self._buyers),
            (("comparison", "p_adjusted"), self._planned),
            (("group", "model"), self._naive),
            (("group", "forecast"), self._size),
        ]

    def _months(self, data: list[dict]) -> Cells:
        for i, row in enumerate(data):
            yield from (
                (i, name, value)
                for name, value in totals(self.own[self.own["month"] == row["month"]]).items()
            )

    def _years(self, data: list[dict]) -> Cells:
        for i, row in enumerate(data):
            yield from ((i, name, value) for name, value in totals(self.of(row["year"])).items())

    def _averages(self, data: list[dict]) -> Cells:
        found = totals(self.of(self.year))
        sold = self.of(self.year).query("sale > 0").groupby("customer_id")["sale"].sum().to_numpy()
        yield from (
            (0, "average", significant(found["per_order"], 3)),
            (1, "average", significant(found["per_customer"], 3)),
            (2, "average", significant(float(np.median(sold)), 2)),
        )
        ends = zip(("low", "high"), median_interval(sold), strict=True)
        yield from ((2, name, significant(value, 2)) for name, value in ends)

    def _effects(self, data: list[dict]) -> Cells:
        """Yield the additive logarithmic mean Divisia index (Ang 2004)."""
        old, new = (totals(self.of(year)) for year in (self.year - 1, self.year))
        weight = (new["sales"] - old["sales"]) / math.log(new["sales"] / old["sales"])
        parts = [
            (one["customers"], one["orders"] / one["customers"], one["sales"] / one["orders"])
            for one in (old, new)
        ]
        for i, (before, after) in enumerate(zip(*parts, strict=True)):
            yield i, "effect", weight * math.log(after / before)

    def _shares(self, data: list[dict]) -> Cells:
        for i, row in enumerate(data):
            own = totals(self.of(row["year"]))["net"]
            value, low, high = self.cited.loc["销售额", self.region, row["year"]]
            yield from ((i, "own_sales", own), (i, "market_total", value))
            yield from ((i, "rate", own / value), (i, "low", own / high), (i, "high", own / low))

    def _customers(self, region: str, year: int) -> set[str]:
        rows = self.tables[region].sales
        return set(rows.loc[(rows["sale"] > 0) & (rows["year"] == year), "customer_id"])

    def _regions(self, data: list[dict]) -> Cells:
        year = max(year for name, _, year in self.cited.index if name == "企业数")
        own = {row["region"]: len(self._customers(row["region"], year)) for row in data}
        firms = {region: self.cited.loc["企业数", region, year] for region in own}
        every = sum(one["数值"] for one in firms.values())
        for i, row in enumerate(data):
            n, (value, low, high) = own[row["region"]], firms[row["region"]]
            yield from ((i, "customers", n), (i, "firms", value), (i, "per_thousand", 1000 * n / value))
            yield from ((i, "low", 1000 * n / high), (i, "high", 1000 * n / low))
            yield i, "quotient", round(n / sum(own.values()) / (value / every), 3)

    def _growth(self, data: list[dict]) -> Cells:
        """Yield the classical shift-share decomposition (Dunn 1960)."""
        years = sorted({year for name, _, year in self.cited.index if name == "销售额"})[-2:]
        market = {r: [self.cited.loc["销售额", r, y]["数值"] for y in years] for r in REGIONS}
        sold = {r: self.tables[r].sales.groupby("year")["sale"].sum() for r in REGIONS}
        before, after = (sum(one[k] for one in market.values()) for k in (0, 1))
        for i, row in enumerate(data):
            old, new = (float(sold[row["region"]][year]) for year in years)
            grown = market[row["region"]][1] / market[row["region"]][0]
            yield from ((i, "change", new - old), (i, "market_effect", old * (after / before - 1)))
            yield from (
                (i, "mix_effect", old * (grown - after / before)),
                (i, "own_effect", new - old * grown),
            )

    def _power(self, data: list[dict]) -> Cells:
        sold = self.of(self.year).query("sale > 0").groupby("customer_id")["sale"].sum()
        types = self._profiles()["customer_type"].reindex(sold.index)
        for i, row in enumerate(data):
            yield from quartiles(i, sold[types.eq(row["customer_type"])])

    def _profiles(self) -> pd.DataFrame:
        return self.tables[self.region].of("customers").set_index("customer_id")

    def _buyers(self, data: list[dict]) -> Cells:
        people = self._profiles().reindex(sorted(self._customers(self.region, self.year)))
        yield from quartiles(0, people["employees"])
        yield from quartiles(1, people["registered_capital"] * 10_000)

    def _came_back(self, year: int) -> tuple[int, int]:
        before = self._customers(self.region, year - 1)
        return len(before & self._customers(self.region, year)), len(before)

    def _returning(self, data: list[dict]) -> Cells:
        for i, row in enumerate(data):
            x, n = self._came_back(row["year"])
            yield from ((i, "returned", x), (i, "base", n), (i, "rate", x / n))
            yield from zip((i, i), ("low", "high"), wilson(x, n), strict=True)

    def _size(self, data: list[dict]) -> Cells:
        x, n = self._came_back(self.year)
        now = len(self._customers(self.region, self.year))
        for name, rate in zip(("forecast", "low", "high"), (x / n, *wilson(x, n)), strict=True):
            yield 0, name, round(now * rate)

    def _series(self) -> dict[str, pd.Series]:
        sold = self.own[self.own["sale"] > 0]
        first = sold.groupby("customer_id")["month"].min()
        months = sorted(self.own["month"].unique())
        graded = self.all_asked.loc[self.all_asked["grade"].notna(), "consulted_on"]
        return {
            "销售额": self.own.groupby("month")["sale"].sum().reindex(months),
            "可评级的咨询": graded.dt.strftime("%Y-%m").value_counts().sort_index(),
            "新客户": first.value_counts().reindex(months[12:], fill_value=0),
        }

    def _intents(self, data: list[dict]) -> Cells:
        for i, row in enumerate(data):
            known = self.asked.loc[self.asked[row["dimension"]].eq(row["score"]), "success"].dropna()
            n, x = len(known), int(known.sum())
            yield from ((i, "consultations", n), (i, "conversions", x), (i, "rate", x / n))
            yield from zip((i, i), ("low", "high"), wilson(x, n), strict=True)

    def _naive(self, data: list[dict]) -> Cells:
        """Yield the errors of the value of a year ago, over the last months."""
        series = self._series()
        for i, row in enumerate(data):
            values = series[row["group"]].to_numpy(float)
            tested = min(12, len(values) - 24)
            yield i, "tested", tested
            if row["model"] == "上年同月值":
                apart = np.abs(values[12:] - values[:-12])
                yield i, "mae", apart[-tested:].mean()
                yield i, "mase", apart[-tested:].mean() / apart[:-tested].mean()

    def _planned(self, data: list[dict]) -> Cells:
        """Yield the planned comparisons, adjusted together."""
        now, before = self._came_back(self.year), self._came_back(self.year - 1)
        tests = [self._compare_means(), self._shares_of(now, before), self._reach(), self._intent()]
        made = [i for i, row in enumerate(data) if row["p_adjusted"] is not None]
        adjusted = dict(zip(made, holm([tests[i][0] for i in made]), strict=True))
        for i, (_, low, high) in enumerate(tests):
            if i not in adjusted:
                yield i, "verdict", "not compared"
                continue
            clear = adjusted[i] < 0.05
            told = "higher" if clear and low > 0 else "lower" if clear and high < 0 else "no clear difference"
            yield from ((i, "p_adjusted", adjusted[i]), (i, "verdict", told))

    @staticmethod
    def _shares_of(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float, float]:
        return test(*one, *other), *newcombe(*one, *other)

    def _compare_means(self) -> tuple[float, float, float]:
        sold = [self.of(year).query("sale > 0") for year in (self.year, self.year - 1)]
        given = [rows.groupby("customer_id")["sale"].sum() for rows in sold]
        gap = given[0].mean() - given[1].mean()
        error = math.sqrt(sum(one.var() / len(one) for one in given))
        return math.erfc(abs(gap) / error / math.sqrt(2)), gap - Z * error, gap + Z * error

    def _reach(self) -> tuple[float, float, float]:
        year = max(year for name, _, year in self.cited.index if name == "企业数")
        n = {r: (len(self._customers(r, year)), self.cited.loc["企业数", r, year]["数值"]) for r in REGIONS}
        rest = tuple(sum(n[r][k] for r in REGIONS if r != self.region) for k in (0, 1))
        return self._shares_of(n[self.region], rest)

    def _intent(self) -> tuple[float, float, float]:
        known = self.asked[self.asked["success"].notna()]
        top = known["intent"] == 5
        one, other = ((int(part["success"].sum()), len(part)) for part in (known[top], known[~top]))
        return self._shares_of(one, other)


def quartiles(i: int, values: pd.Series) -> Cells:
    """Yield the quartiles to two digits."""
    for name, q in (("lower_quartile", 0.25), ("middle_quartile", 0.5), ("upper_quartile", 0.75)):
        yield i, name, significant(float(values.dropna().quantile(q)), 2)
