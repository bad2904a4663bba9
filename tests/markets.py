"""Made-up markets for tests: consultations, orders and external totals of any length, written as files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

TYPES = ("小微企业", "个体工商户", "中型企业")


def make_consultations(year: int, rows: int, rng: np.random.Generator, prefix: str = "K") -> pd.DataFrame:
    """Consultations of a year, one a customer, with outcomes."""
    day = pd.Timestamp(year, 1, 1) + pd.to_timedelta(rng.integers(0, 360, rows), unit="D")
    intent = rng.integers(1, 6, rows)
    bought = rng.random(rows) < intent / 8
    return pd.DataFrame(
        {
            "客户ID": [f"{prefix}{year}{i:05}" for i in range(rows)],
            "客户类型": rng.choice(TYPES, rows),
            "客户来源": rng.choice(["搜索引擎", "老客户推荐"], rows),
            "咨询产品": rng.choice(["总账", "报税"], rows),
            "咨询日期": day,
            "意向度": intent,
            "需求明确性": rng.integers(1, 6, rows),
            "满意度": rng.integers(1, 6, rows),
            "是否成交": np.where(bought, "是", "否"),
            "成交日期": pd.Series(day + pd.Timedelta(days=5)).where(bought),
            "成交金额(元)": pd.Series(rng.integers(5, 60, rows) * 100.0).where(bought),
        }
    )


def make_orders(
    months: Iterable[pd.Period], size: int, rng: np.random.Generator, customers: int = 400, prefix: str = "B"
) -> pd.DataFrame:
    """Orders of some months, about `size` in each, with a season; customers come back, and new ones come."""
    parts = []
    for place, month in enumerate(months):
        count = max(1, round(size * (1 + 0.4 * np.sin(month.month / 12 * 2 * np.pi)))) if size > 1 else size
        day = rng.integers(1, month.days_in_month + 1, count)
        parts.append(
            pd.DataFrame(
                {
                    "客户编号": [f"{prefix}{i + 12 * place:05}" for i in rng.integers(0, customers, count)],
                    "下单日期": [pd.Timestamp(month.year, month.month, int(d)) for d in day],
                    "订单金额(元)": rng.integers(5, 60, count) * 100.0,
                    "订单类型": "续费",
                }
            )
        )
    orders = pd.concat(parts, ignore_index=True)
    orders.insert(0, "订单编号", [f"{prefix}{i:07}" for i in range(len(orders))])
    return orders


def make_totals(*rows: tuple) -> pd.DataFrame:
    """External totals of (region, year, metric, value, low, high)."""
    table = pd.DataFrame(rows, columns=["地区", "年度", "指标", "数值", "下限", "上限"])
    return table.assign(数据来源="某市统计局", 发布日期=pd.Timestamp("2026-02-01"))


def write(
    folder: Path,
    orders: pd.DataFrame | None = None,
    totals: pd.DataFrame | None = None,
    consultations: dict[int, pd.DataFrame] | None = None,
    region: str = "黄山市",
    rows: int = 300,
) -> str:
    """Write a market into a folder and return its path."""
    rng = np.random.default_rng(8)
    for year, table in (consultations or {2025: make_consultations(2025, rows, rng)}).items():
        table.to_csv(folder / f"{region}-{year}.csv", index=False)
    if orders is not None:
        orders.to_csv(folder / f"{region}-订单.csv", index=False)
    if totals is not None:
        totals.to_csv(folder / "市场总量.csv", index=False)
    return str(folder)
