"""What several tests of opinions need: a small firm's files, to be changed as a test likes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

ITEMS = ("产品质量", "服务态度", "售后服务", "易用性", "价格", "响应速度")
TYPES = ("小微企业", "中型企业", "个体工商户")
TEXTS = ("客服态度很好", "响应太慢", "软件总是卡顿", "价格合理", "已收到", "操作不方便")
CATEGORIES = ("软件故障", "响应慢", "收费争议")

Change = Callable[[dict[str, pd.DataFrame]], Mapping[str, pd.DataFrame]]


def make_tables(
    customers: int = 240, answered: int = 150, complaints: int = 60, seed: int = 5
) -> dict[str, pd.DataFrame]:
    """Return the tables of a firm in Huangshan, with the headers that exports have."""
    rng = np.random.default_rng(seed)
    ids = [f"K{number:05}" for number in range(customers)]
    bought = pd.Timestamp("2024-02-01") + pd.to_timedelta(rng.integers(0, 400, customers), unit="D")
    people = pd.DataFrame({"客户编号": ids, "客户类型": rng.choice(TYPES, customers), "城市": "黄山市"})
    orders = pd.DataFrame(
        {
            "订单编号": [f"D{n}" for n in range(customers)],
            "客户编号": ids,
            "下单日期": bought,
            "订单金额": 900.0,
        }
    ).assign(城市="黄山市")
    waves = [_ask(rng, ids, wave, min(answered, customers)) for wave in ("2025-01", "2025-06")]
    tables = {
        "2025-咨询": _consult(rng, ids, bought),
        "客户档案": people,
        "订单": orders,
        "问卷": pd.concat(waves, ignore_index=True).assign(城市="黄山市"),
        "反馈": _speak(rng, ids),
        "投诉": _complain(rng, ids, complaints),
    }
    tables["问卷"]["答卷编号"] = [f"A{n}" for n in range(len(tables["问卷"]))]
    return tables


def _consult(rng: np.random.Generator, ids: list[str], bought: pd.DatetimeIndex) -> pd.DataFrame:
    scores = rng.integers(1, 6, (len(ids), 3))
    return pd.DataFrame(
        {
            "客户ID": ids,
            "咨询日期": bought - pd.Timedelta(days=20),
            "意向度": scores[:, 0],
            "需求明确性": scores[:, 1],
            "满意度": scores[:, 2],
            "城市": "黄山市",
        }
    )


def _ask(rng: np.random.Generator, ids: list[str], wave: str, answered: int) -> pd.DataFrame:
    sent = pd.Timestamp(f"{wave}-05")
    size = len(ids)
    mood = rng.normal(0.3, 0.8, size)
    scores = np.clip(np.round(3.4 + mood[:, None] + rng.normal(0, 0.8, (size, len(ITEMS)))), 1, 5).astype(int)
    table = pd.DataFrame(scores, columns=list(ITEMS), dtype=object)
    overall = np.clip(np.round(scores.mean(axis=1) + rng.normal(0, 0.3, size)), 1, 5).astype(int)
    table["总体满意度"] = pd.Series(overall, dtype=object)
    table["推荐意愿"] = pd.Series(np.clip(overall * 2 + rng.integers(-1, 2, size), 0, 10), dtype=object)
    is_silent = ~np.isin(np.arange(size), rng.permutation(size)[:answered])
    table.loc[is_silent] = None
    day = pd.Series(sent + pd.to_timedelta(rng.integers(0, 9, size), unit="D")).mask(is_silent)
    return table.assign(客户编号=ids, 批次=wave, 发放日期=sent, 填写日期=day, 渠道="邮件")


def _speak(rng: np.random.Generator, ids: list[str]) -> pd.DataFrame:
    size = len(ids) // 2
    day = pd.Timestamp("2025-02-01") + pd.to_timedelta(rng.integers(0, 300, size), unit="D")
    facts = {"客户编号": ids[:size], "反馈日期": day, "反馈渠道": "邮件", "反馈内容": rng.choice(TEXTS, size)}
    return pd.DataFrame({**facts, "城市": "黄山市"})


def _complain(rng: np.random.Generator, ids: list[str], size: int) -> pd.DataFrame:
    day = pd.Timestamp("2025-01-03") + pd.to_timedelta(rng.integers(0, 350, size), unit="D")
    closed = pd.Series(day + pd.to_timedelta(rng.integers(0, 15, size), unit="D"))
    return pd.DataFrame(
        {
            "投诉编号": [f"T{n}" for n in range(size)],
            "投诉日期": day,
            "客户编号": rng.choice(ids, size) if size else [],
            "投诉类别": rng.choice(CATEGORIES, size),
            "办结日期": closed.where(closed <= pd.Timestamp("2025-12-31")),
            "是否重复投诉": rng.choice(["是", "否"], size, p=[0.2, 0.8]),
            "城市": "黄山市",
        }
    )


def write(folder: Path, tables: Mapping[str, pd.DataFrame]) -> str:
    """Write tables as csv files of their names; one without rows is written, too."""
    for name, table in tables.items():
        table.to_csv(folder / f"黄山市-{name}.csv", index=False, date_format="%Y-%m-%d")
    return str(folder)
