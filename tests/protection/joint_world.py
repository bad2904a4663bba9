"""Random worlds for `joint_attack`: who consulted, bought, renewed, gave back and answered the survey."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

REGION, YEARS = "黄山市", (2024, 2025)
CUTS = {year: f"{year}-12-31" for year in YEARS}
TYPES = ["小微企业", "个体工商户", "中型企业", "院校", "大型企业"]
NEVER, IN_TIME, LATE = "never", "in time", "late"
SILENT, PLEASED, DISPLEASED = "silent", "pleased", "displeased"


@dataclass(frozen=True, eq=False)
class World:
    """What is true: one row a customer, one row an order."""

    customers: pd.DataFrame
    orders: pd.DataFrame

    def write(self, folder: Path) -> str:
        """Write the tables as a firm would export them."""
        folder.mkdir(parents=True, exist_ok=True)
        asked = self.customers[self.customers["asked"] > 0]
        bought = asked["outcome"] != NEVER
        first = self.orders[self.orders["kind"] == "新购"].set_index("customer_id")
        first = first.reindex(asked["customer_id"])
        table = pd.DataFrame(
            {
                "客户ID": asked["customer_id"], "客户类型": asked["customer_type"], "客户来源": "官网",
                "咨询产品": "总账", "咨询日期": asked["asked_on"], "意向度": asked["intent"], "需求明确性": 3,
                "满意度": 3, "是否成交": np.where(bought, "是", "否"),
                "成交日期": first["ordered_on"].to_numpy(), "成交金额(元)": first["amount"].to_numpy(),
                "year": asked["asked"],
            }
        )  # fmt: skip
        for year, part in table.groupby("year"):
            part.drop(columns="year").to_csv(folder / f"{REGION}-{year}.csv", index=False)
        heads = {
            "customer_id": "客户编号",
            "ordered_on": "下单日期",
            "amount": "订单金额(元)",
            "kind": "订单类型",
        }
        orders = self.orders.rename(columns=heads).assign(城市=REGION)
        orders.insert(0, "订单编号", [f"D{n:06}" for n in range(len(orders))])
        orders.to_csv(folder / f"{REGION}-订单.csv", index=False)
        people = self.customers[["customer_id", "customer_type"]].assign(城市=REGION)
        people = people.set_axis(["客户编号", "客户类型", "城市"], axis=1)
        people.to_csv(folder / f"{REGION}-客户档案.csv", index=False)
        self._ask().to_csv(folder / f"{REGION}-问卷.csv", index=False)
        return str(folder)

    def _ask(self) -> pd.DataFrame:
        """Return the survey: all who ever bought are asked on the last day; few or most of them answer."""
        asked = self.customers[self.customers["outcome"] != NEVER]
        told = asked["answer"] != SILENT
        score = asked["answer"].map({PLEASED: 5, DISPLEASED: 2}).astype("Int64")
        return pd.DataFrame(
            {
                "答卷编号": [f"W{n}" for n in range(len(asked))], "客户编号": asked["customer_id"],
                "城市": REGION,
                "问卷": "年末", "发放日期": CUTS[YEARS[-1]], "填写日期": np.where(told, CUTS[YEARS[-1]], ""),
                "产品质量": score, "总体满意度": score, "推荐意愿": score,
            }
        )  # fmt: skip


def draw(seed: int) -> World:
    """Draw a world of few to some hundred customers, with few late, few lost, few new or few refunds."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(60, 420))
    table = pd.DataFrame({"customer_id": [f"K{n:04}" for n in range(size)]})
    table["customer_type"] = rng.choice(TYPES, size, p=rng.dirichlet(np.full(5, rng.choice([0.7, 3.0]))))
    table["asked"] = rng.choice(YEARS, size, p=[0.5, 0.5] if rng.random() < 0.5 else [0.93, 0.07])
    table["asked_on"] = pd.to_datetime(table["asked"].astype(str) + "-01-02") + pd.to_timedelta(
        rng.integers(0, 180, size), "D"
    )
    table["intent"] = rng.integers(1, 6, size)
    lost, late = float(rng.choice([0.03, 0.3, 0.6])), float(rng.choice([0.0, 0.03, 0.2]))
    chance = [lost, (1 - lost) * (1 - late), (1 - lost) * late]
    table["outcome"] = rng.choice([NEVER, IN_TIME, LATE], size, p=chance)
    orders = _draw_orders(table, rng)
    share = float(rng.choice([0.4, 0.97]))
    table["answer"] = rng.choice([SILENT, PLEASED, DISPLEASED], size, p=[1 - share, 0.7 * share, 0.3 * share])
    return World(table, orders)


def _draw_orders(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    size = len(table)
    lag = np.where(table["outcome"] == LATE, rng.integers(95, 120, size), rng.integers(1, 80, size))
    amounts = np.round(rng.lognormal(6, float(rng.choice([0.3, 1.5])), size), 2)
    for kind in rng.choice(TYPES, 2):  # one customer gives nearly all of the type
        mine = np.flatnonzero((table["customer_type"] == kind) & (table["outcome"] != NEVER))
        if len(mine) and rng.random() < 0.6:
            amounts[mine[0]] = round(15 * amounts[mine].sum(), 2)
    first = pd.DataFrame(
        {
            "customer_id": table["customer_id"],
            "ordered_on": table["asked_on"] + pd.to_timedelta(lag, "D"),
            "amount": amounts,
        }
    )
    first = first[table["outcome"] != NEVER].assign(kind="新购")
    renewed = first[
        (first["ordered_on"].dt.year == YEARS[0]) & (rng.random(len(first)) < rng.choice([0.0, 0.05, 0.6]))
    ]
    renewed = renewed.assign(ordered_on=renewed["ordered_on"] + pd.Timedelta(days=366), kind="续费")
    few = int(rng.choice([0, 3, 12]))
    back = first.iloc[: max(1, few // 4)].sample(few, replace=True, random_state=seed_of(rng))
    back = back.assign(kind="退款", amount=-back["amount"].round(0) / 10)
    back["ordered_on"] = back["ordered_on"].dt.year.astype(str) + "-12-31"
    back["ordered_on"] = pd.to_datetime(back["ordered_on"])
    return pd.concat([first, renewed, back], ignore_index=True)


def seed_of(rng: np.random.Generator) -> int:
    return int(rng.integers(0, 1 << 30))
