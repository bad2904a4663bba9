"""Contacts: visits, mails and services around consultations, and sales leads before them."""

import numpy as np
import pandas as pd

from .customer_sample import EXPORTED, Parts

PAGES = ("产品介绍", "价格", "功能对比", "客户案例", "帮助中心", "下载试用")
STAFF_SHARE = 0.02
BOT_PAGES = 500  # a few sessions of a program that reads every page
MAILS = 1.2
CLICKED = 0.22
UNKNOWN_SHARE = 0.3


def draw_interactions(rng: np.random.Generator, parts: Parts) -> pd.DataFrame:
    """Draw what happened between firm and customers in the 60 days before a consultation, and after it."""
    records = parts.records
    pull = records["interest"].to_numpy() + 0.9 * (records["是否成交"] == "是").to_numpy()
    days = records["咨询日期"].to_numpy("datetime64[s]")
    views = _draw_views(rng, records, days, pull)
    rows = [views, _draw_mails(rng, records, days, pull), _draw_social(rng, records, days, pull)]
    rows += [_draw_services(rng, parts), _draw_bots(rng, records)]
    table = pd.concat(rows, ignore_index=True)
    table["是否内部访问"] = np.where(rng.random(len(table)) < STAFF_SHARE, "是", "否")
    table = table[table["时间"] <= EXPORTED].sort_values(["时间", "客户ID"], kind="stable", ignore_index=True)
    columns = [
        "客户ID",
        "时间",
        "类型",
        "页面",
        "产品",
        "停留时长(秒)",
        "会话ID",
        "活动",
        "服务时长(分钟)",
        "是否内部访问",
    ]
    return table.reindex(columns=columns).rename(columns={"客户ID": "客户编号"})


def _draw_views(
    rng: np.random.Generator, records: pd.DataFrame, days: np.ndarray, pull: np.ndarray
) -> pd.DataFrame:
    visits = rng.poisson(np.exp(-0.4 + 0.55 * pull).clip(max=8))
    of_visit = np.repeat(np.arange(len(records)), visits)
    begun = days[of_visit] - rng.integers(3_600, 60 * 86_400, len(of_visit)).astype("timedelta64[s]")
    pages = 1 + rng.poisson(0.9, len(of_visit))
    of_page = np.repeat(np.arange(len(of_visit)), pages)
    step = np.arange(len(of_page)) - np.repeat(np.cumsum(pages) - pages, pages)
    dwell = rng.gamma(1.5, 40 + 15 * np.clip(pull[of_visit][of_page], 0, 3)).round().clip(1, 1800)
    row = of_visit[of_page]
    return pd.DataFrame(
        {
            "客户ID": records["客户ID"].to_numpy()[row],
            "时间": begun[of_page] + (step * 95).astype("timedelta64[s]"),
            "类型": "浏览",
            "页面": np.char.add("/", rng.choice(PAGES, len(row))),
            "产品": records["咨询产品"].str.split("、").str[0].to_numpy()[row],
            # The last page of a visit has no known stay: nothing follows it.
            "停留时长(秒)": np.where(step + 1 < pages[of_page], dwell, np.nan),
            "会话ID": np.char.add("S", of_page.astype(str)),
        }
    )


def _draw_mails(
    rng: np.random.Generator, records: pd.DataFrame, days: np.ndarray, pull: np.ndarray
) -> pd.DataFrame:
    row = np.repeat(np.arange(len(records)), rng.poisson(MAILS, len(records)))
    sent = days[row] - rng.integers(2 * 86_400, 60 * 86_400, len(row)).astype("timedelta64[s]")
    campaign = np.char.add("邮件", (pd.DatetimeIndex(sent).month).astype(str).to_numpy(str))
    opened = rng.random(len(row)) < 1 / (1 + np.exp(1.1 - 0.6 * pull[row]))
    clicked = opened & (rng.random(len(row)) < CLICKED)
    facts = {"客户ID": records["客户ID"].to_numpy()[row], "活动": campaign}
    steps = (("邮件发送", 0, sent == sent), ("邮件打开", 5_000, opened), ("邮件点击", 5_060, clicked))
    return pd.concat(
        [
            pd.DataFrame({**facts, "类型": kind, "时间": sent + np.timedelta64(seconds, "s")})[holds]
            for kind, seconds, holds in steps
        ]
    )


def _draw_social(
    rng: np.random.Generator, records: pd.DataFrame, days: np.ndarray, pull: np.ndarray
) -> pd.DataFrame:
    row = np.flatnonzero(rng.random(len(records)) < 0.06 * np.exp(0.4 * pull))
    moment = days[row] - rng.integers(3_600, 60 * 86_400, len(row)).astype("timedelta64[s]")
    return pd.DataFrame({"客户ID": records["客户ID"].to_numpy()[row], "时间": moment, "类型": "社交互动"})


def _draw_services(rng: np.random.Generator, parts: Parts) -> pd.DataFrame:
    """Service after a purchase: the less satisfied a customer is, the more of it."""
    buyers = parts.people[parts.people["bought"].notna()]
    calls = rng.poisson((6.5 - buyers["satisfaction"]).clip(0.5, 6) / 2)
    chosen = buyers.loc[np.repeat(buyers.index, calls)]
    moment = chosen["bought"].to_numpy("datetime64[s]") + rng.integers(
        86_400, 300 * 86_400, len(chosen)
    ).astype("timedelta64[s]")
    kind = rng.choice(["电话", "远程", "上门", "培训"], len(chosen), p=[0.6, 0.25, 0.1, 0.05])
    minutes = (rng.gamma(2, 8, len(chosen)) * np.where(kind == "上门", 5, 1)).round() + 1
    return pd.DataFrame({"客户ID": chosen.index, "时间": moment, "类型": kind, "服务时长(分钟)": minutes})


def _draw_bots(rng: np.random.Generator, records: pd.DataFrame) -> pd.DataFrame:
    """Sessions of a program; a very small sample has none."""
    count = min(3, len(records) // 1000)
    row = np.repeat(rng.integers(0, max(1, len(records)), count), BOT_PAGES)
    begun = np.datetime64("2025-05-06T03:00:00") + (np.arange(len(row)) % BOT_PAGES).astype("timedelta64[s]")
    facts = {"客户ID": records["客户ID"].to_numpy()[row], "时间": begun, "类型": "浏览", "停留时长(秒)": 1.0}
    return pd.DataFrame(
        {**facts, "页面": "/帮助中心", "会话ID": np.char.add("B", (np.arange(len(row)) // 500).astype(str))}
    )


def draw_leads(rng: np.random.Generator, parts: Parts) -> pd.DataFrame:
    """Draw the first consultation of each customer as a lead, with what was known of it then."""
    first = parts.records.drop_duplicates("客户ID").reset_index(drop=True)
    size, interest = len(first), first["interest"].to_numpy()
    won = (first["是否成交"] == "是").to_numpy()
    seconds = rng.integers(8 * 3600, 18 * 3600, size).astype("timedelta64[s]")
    asked = {
        name: np.where(
            rng.random(size) < UNKNOWN_SHARE,
            "未知",
            np.where(rng.random(size) < 1 / (1 + np.exp(-weight * interest - shift)), "是", "否"),
        )
        for name, weight, shift in (("需求", 1.2, 0.8), ("预算", 0.8, 0.1), ("决策权", 0.3, 0.4))
    }
    note = np.where(won, "已签约", rng.choice(["继续跟进", "暂无意向", "无法联系"], size))
    return pd.DataFrame(
        {
            "线索ID": [f"XS-{parts.city.prefix}-{number:07}" for number in range(1, size + 1)],
            "创建时间": first["咨询日期"].to_numpy("datetime64[s]") + seconds,
            "客户编号": first["客户ID"],
            "线索来源": first["客户来源"],
            "职务": rng.choice(["财务经理", "会计", "负责人", "采购"], size, p=[0.3, 0.35, 0.25, 0.1]),
            **asked,
            "线索状态": np.where(won, "已转换", rng.choice(["跟进中", "待处理", "无效"], size)),
            "是否转换": first["是否成交"],
            "转换时间": first["成交日期"],
            "成交金额": first["成交金额(元)"],
            # Written after the outcome: a trap for whoever learns from it.
            "跟进结论": pd.Series(note).where(won | (rng.random(size) < 0.6)),
        }
    )
