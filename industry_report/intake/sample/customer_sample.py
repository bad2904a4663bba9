"""Customers and their orders: what a customer is, buys, renews, gives back."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from .sample_facts import PRODUCTS, City

# Every figure is invented. Tests recover what is called a truth here from the tables.

EXPORTED = pd.Timestamp("2025-12-31")  # the day up to which the sample reaches
# The share of customers who do not renew, of each customer's own, is Beta-distributed by type (sBG).
TRUE_CHURN = {
    "小微企业": (1.0, 3.4),
    "个体工商户": (1.3, 2.6),
    "中型企业": (0.7, 4.5),
    "代理记账公司": (0.5, 4.8),
}
OTHER_CHURN = (0.8, 4.0)
TRUE_MAIL_EFFECT = 0.04  # the randomised mail raises the share of customers who add to their order by this
MAIL_BASE = 0.06
ADDED_A_YEAR = {"中型企业": 0.30, "大型企业": 0.45, "代理记账公司": 0.35}
OTHER_ADDED = 0.12
REFUNDED = 0.04
EMPLOYEES = {"个体工商户": 3, "小微企业": 18, "中型企业": 180, "大型企业": 1400, "代理记账公司": 25}
CHANNEL_OF_SOURCE = {
    "搜索引擎": "网站", "电话咨询": "电话", "老客户推荐": "登记表", "官网": "网站", "微信公众号": "网站",
    "短视频平台": "网站", "线下展会": "展会", "其他": "其他",
}  # fmt: skip
RARE_CHANNELS = {"联系卡": 0.03, "会员卡": 0.03, "呼叫中心": 0.05, "市场调研": 0.02, "数据交换": 0.02}


class Parts(NamedTuple):
    """What the tables of a city are drawn from."""

    city: City
    records: pd.DataFrame  # consultations, tidy: one a customer and day
    people: pd.DataFrame  # customers by number, with what is latent in them


def gather(city: City, years: list[pd.DataFrame], rng: np.random.Generator) -> Parts:
    """Put the consultations of a city's years together, and say what its customers are like."""
    records = pd.concat(years, ignore_index=True).drop_duplicates(["客户ID", "咨询日期"], ignore_index=True)
    first = records.drop_duplicates("客户ID").set_index("客户ID")
    score = pd.to_numeric(records["满意度评分"], errors="coerce").clip(1, 5).fillna(3)
    people = pd.DataFrame(
        {
            "type": first["客户类型"],
            "source": first["客户来源"],
            "since": first["咨询日期"],
            "bought": records[records["是否成交"] == "是"].groupby("客户ID")["成交日期"].min(),
            "satisfaction": score.groupby(records["客户ID"]).mean() + rng.normal(0, 0.4, len(first)),
            "interest": records.groupby("客户ID")["interest"].mean(),
        }
    )
    return Parts(city, records, people.sort_index())


def draw_customers(rng: np.random.Generator, parts: Parts) -> pd.DataFrame:
    """One row for each customer of the consultations, as a register has them."""
    people, size = parts.people, len(parts.people)
    staff = np.maximum(
        1, people["type"].map(EMPLOYEES).astype(float).fillna(60) * rng.lognormal(0, 0.6, size)
    ).round()
    bought = people["bought"].where(people["bought"] <= EXPORTED)
    collected = people["since"] - pd.to_timedelta(rng.integers(0, 30, size), unit="D")
    rare = rng.choice(
        [*RARE_CHANNELS, ""], size, p=[*RARE_CHANNELS.values(), 1 - sum(RARE_CHANNELS.values())]
    )
    channel = np.where(rare == "", people["source"].map(CHANNEL_OF_SOURCE), rare)
    ids = people.index.to_numpy(object)
    has_parent = rng.random(size) < 0.08
    return pd.DataFrame(
        {
            "客户编号": ids,
            "客户名称": [f"示例客户{number:05}" for number in range(1, size + 1)],
            "上级客户": pd.Series(rng.choice(ids[: max(1, size // 40)], size), dtype=object).where(
                has_parent
            ),
            "客户类型": people["type"].to_numpy(),
            "城市": parts.city.name,
            "成立日期": collected.to_numpy() - pd.to_timedelta(rng.integers(200, 7000, size), unit="D"),
            "员工人数": staff.astype(int).to_numpy(),
            "注册资本(万元)": (staff * rng.lognormal(1.2, 0.8, size))
            .round(-1)
            .clip(lower=10)
            .astype(int)
            .to_numpy(),
            "首次成交日期": bought.to_numpy(),
            "采集渠道": channel,
            "数据提供方": pd.Series("示例行业协会", index=range(size)).where(channel == "数据交换"),
            "采集日期": collected.to_numpy(),
            "更新时间": (collected + pd.to_timedelta(rng.integers(0, 90, size), unit="D"))
            .clip(upper=EXPORTED)
            .to_numpy(),
            "是否同意使用": np.where(rng.random(size) < 0.97, "是", "否"),
            "退订": np.where(rng.random(size) < 0.02, "是", "否"),
        }
    )


def draw_orders(rng: np.random.Generator, parts: Parts) -> pd.DataFrame:
    """All orders of a city: purchases of the consultations, renewals, additions, upgrades, refunds."""
    bought = parts.records[parts.records["是否成交"] == "是"].copy()
    bought["kind"], bought["day"] = "新购", bought["成交日期"]
    bought["product"] = bought["咨询产品"].str.split("、").str[0]
    bought["amount"] = bought["成交金额(元)"].astype(float)
    first = bought.sort_values("day", kind="stable").drop_duplicates("客户ID")
    later = [_renew(rng, first), _add(rng, first), _mail(rng, parts)]
    columns = ["客户ID", "客户类型", "kind", "day", "product", "amount"]
    orders = pd.concat([bought[columns], *(part[columns] for part in later)], ignore_index=True)
    orders = pd.concat([orders, _refund(rng, orders)], ignore_index=True)
    orders = orders[orders["day"] <= EXPORTED].sort_values(
        ["day", "客户ID"], kind="stable", ignore_index=True
    )
    return _write_orders(rng, parts.city, orders)


def _renew(rng: np.random.Generator, first: pd.DataFrame) -> pd.DataFrame:
    """Renew yearly until a customer stops, each with a probability of its own (shifted beta-geometric)."""
    pairs = [TRUE_CHURN.get(kind, OTHER_CHURN) for kind in first["客户类型"]]
    leaves = rng.beta([a for a, _ in pairs], [b for _, b in pairs])
    stays, renewed = np.ones(len(first), dtype=bool), []
    for year in (1, 2):
        stays = stays & (rng.random(len(first)) >= leaves)
        day = first["day"] + pd.DateOffset(years=year)
        amount = (first["amount"] * rng.lognormal(0.02, 0.05, len(first)) / 10).round() * 10
        renewed.append(first.assign(kind="续费", day=day, amount=amount)[stays])
    return pd.concat(renewed)


def _add(rng: np.random.Generator, first: pd.DataFrame) -> pd.DataFrame:
    """Add products, or upgrade, now and then (Poisson by type)."""
    years = (EXPORTED - first["day"]).dt.days.clip(lower=0) / 365.25
    rate = first["客户类型"].map(ADDED_A_YEAR).astype(float).fillna(OTHER_ADDED)
    added = first.loc[np.repeat(first.index, rng.poisson(rate * years))]
    day = added["day"] + pd.to_timedelta(
        (rng.random(len(added)) * (EXPORTED - added["day"]).dt.days).astype(int), unit="D"
    )
    upgrade = rng.random(len(added)) < 0.3
    product = rng.choice(PRODUCTS.index.to_numpy(object), len(added))
    amount = (
        added["amount"] * np.where(upgrade, 0.4, 0.6) * rng.lognormal(0, 0.3, len(added)) / 10
    ).round() * 10
    return added.assign(kind=np.where(upgrade, "升级", "增购"), day=day, product=product, amount=amount + 10)


def draw_assignments(rng: np.random.Generator, parts: Parts) -> pd.DataFrame:
    """Draw the groups of three actions: one at random with an effect, one not at random, one without."""
    ids = parts.people.index[parts.people["bought"] < pd.Timestamp("2025-03-01")].to_numpy(object)
    treated = rng.random(len(ids)) < 0.5
    mail = pd.DataFrame({"客户编号": ids, "措施": "增购邮件", "组别": np.where(treated, "实施", "对照")})
    eager = parts.people.loc[ids, "interest"].to_numpy() > rng.normal(0.3, 0.5, len(ids))
    visit = mail.assign(措施="上门拜访", 组别=np.where(eager, "实施", "对照"))
    text = mail.assign(措施="短信提醒", 组别=np.where(rng.random(len(ids)) < 0.5, "实施", "对照"))
    return pd.concat([mail, visit, text], ignore_index=True).assign(分组日期=pd.Timestamp("2025-03-03"))


def _mail(rng: np.random.Generator, parts: Parts) -> pd.DataFrame:
    """Orders that follow the randomised mail within 90 days; the groups are those of `draw_assignments`."""
    groups = draw_assignments(np.random.default_rng(_mail_seed(parts)), parts)
    groups = groups[groups["措施"] == "增购邮件"]
    share = np.where(groups["组别"] == "实施", MAIL_BASE + TRUE_MAIL_EFFECT, MAIL_BASE)
    chosen = groups[rng.random(len(groups)) < share]
    day = chosen["分组日期"] + pd.to_timedelta(rng.integers(1, 90, len(chosen)), unit="D")
    types = parts.people["type"].reindex(chosen["客户编号"]).to_numpy()
    facts = {
        "客户ID": chosen["客户编号"].to_numpy(),
        "客户类型": types,
        "kind": "增购",
        "day": day.to_numpy(),
    }
    return pd.DataFrame({**facts, "product": "发票管理", "amount": 900.0})


def _mail_seed(parts: Parts) -> list[int]:
    return [len(parts.people), len(parts.records)]


def assign(parts: Parts) -> pd.DataFrame:
    """Return the groups that the orders were drawn with."""
    return draw_assignments(np.random.default_rng(_mail_seed(parts)), parts)


def _refund(rng: np.random.Generator, orders: pd.DataFrame) -> pd.DataFrame:
    back = orders[(orders["kind"] != "续费") & (rng.random(len(orders)) < REFUNDED)]
    day = back["day"] + pd.to_timedelta(rng.integers(3, 40, len(back)), unit="D")
    return back.assign(kind="退款", day=day, amount=-back["amount"])


def _write_orders(rng: np.random.Generator, city: City, orders: pd.DataFrame) -> pd.DataFrame:
    size = len(orders)
    cost = (orders["amount"] * rng.uniform(0.25, 0.40, size)).round(2).where(orders["kind"] != "退款")
    licence = orders["kind"].isin(["新购", "续费"])
    return pd.DataFrame(
        {
            "订单编号": [f"DD-{city.prefix}-{number:07}" for number in range(1, size + 1)],
            "客户编号": orders["客户ID"],
            "下单日期": orders["day"],
            "订单金额(元)": orders["amount"],
            "产品": orders["product"],
            "订单类型": orders["kind"],
            "成本": cost,
            "服务期起": orders["day"].where(licence),
            "服务期止": (orders["day"] + pd.DateOffset(years=1) - pd.Timedelta(days=1)).where(licence),
            "渠道": "订单",
            "回款日期": (orders["day"] + pd.to_timedelta(rng.integers(0, 45, size), unit="D")).where(
                orders["kind"] != "退款"
            ),
        }
    )
