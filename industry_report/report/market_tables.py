"""Tables of a market as readers see them: what may be told, under the trade's heads."""

from __future__ import annotations

import pandas as pd

from ..analysis.customers.data_coverage import name_channel
from ..base import language, origin, table_metadata
from ..base.language import term, text
from ..protection.market_publication import Market
from ..protection.market_regions import NET
from .sentences import market_outlook
from .sentences.market_amounts import yuan
from .sentences.wording import percent

MONTHS = 24  # the latest, in the text; the figure shows more
_TABLES = {
    "consultations": {"zh": "咨询", "en": "Consultations"},
    "customers": {"zh": "客户档案", "en": "Customers"},
    "orders": {"zh": "订单", "en": "Orders"},
    "interactions": {"zh": "互动记录", "en": "Interactions"},
    "responses": {"zh": "问卷答卷", "en": "Survey answers"},
    "feedback": {"zh": "反馈意见", "en": "Feedback"},
    "complaints": {"zh": "投诉记录", "en": "Complaints"},
    "leads": {"zh": "线索", "en": "Leads"},
    "market": {"zh": "市场总量", "en": "Market totals"},
    "assignments": {"zh": "措施分组", "en": "Groups of actions"},
    "decisions": {"zh": "评级决定", "en": "Grading decisions"},
}
_UNITS = {
    "firms": lambda value: text(zh=f"{value:,.0f}户", en=f"{value:,.0f}"),
    "need": percent,
    "buys": percent,
    "amount": yuan,
    "demand": yuan,
}


def months(now: Market) -> pd.DataFrame:
    """Return the latest months of sales."""
    table = now.monthly.tail(MONTHS)
    return table_metadata.carry(now.monthly, table.copy()) if len(table) else table


def small_effects(now: Market) -> pd.DataFrame:
    """Return what moved the sum for a small chart, in the unit of `small_unit`."""
    names = {
        "customers": text(zh="客户数", en="Customers"),
        "frequency": text(zh="户均订单", en="Frequency"),
        "amount": text(zh="单均金额", en="Amount"),
    }
    effect = now.effects["effect"].rename(index=names) / small_size()
    return pd.DataFrame({"effect": effect}).rename_axis("factor")


def small_unit() -> str:
    """Return the unit of money in a small chart."""
    return text(zh="万元", en="thousand yuan")


def small_size() -> float:
    """Return how many yuan the unit of a small chart is."""
    return float(text(zh="1e4", en="1e3"))


def told_shares(now: Market) -> pd.DataFrame:
    """Return the shares that there are, by year, one source each, earliest first."""
    known = now.places.shares[now.places.shares["rate"].notna()].drop_duplicates("year")
    table = known.set_index("year")[["rate", "low", "high"]].sort_index()
    table.index = table.index.map(str)
    return table.rename_axis("year")


def intent(now: Market) -> pd.DataFrame:
    """Return consultations and conversion by intent, where both may be told."""
    rows = now.consultations.by_score
    if rows.empty or rows["rate"].isna().all():
        return pd.DataFrame(columns=["rate"], dtype=float)
    mine = rows[rows["dimension"] == "intent"]
    return table_metadata.carry(rows, mine.set_index("score"))


def years(now: Market) -> pd.DataFrame:
    """Return sales by year."""
    return now.yearly


def averages(now: Market) -> pd.DataFrame:
    """Return the average purchase with its intervals."""
    names = {
        "per_order": text(zh="单均（按客户重抽样）", en="Per order (resampled by customer)"),
        "per_customer": text(zh="户均", en="Per customer"),
        "median": text(zh="每户中位数（次序统计量）", en="Median per customer (order statistics)"),
    }
    table = now.averages.rename(index=names).rename(columns={"mean": "average"})
    return table.rename_axis("measure")


def effects(now: Market) -> pd.DataFrame:
    """Return what moved the sum; before and after in the units of each factor."""
    forms = {"customers": "{:,.0f}", "frequency": "{:.2f}", "amount": "{:,.0f}"}
    heads = {
        "before": text(zh=f"{now.year - 1}年", en=str(now.year - 1)),
        "after": text(zh=f"{now.year}年", en=str(now.year)),
    }
    table = pd.DataFrame(
        {
            side: [forms[str(key)].format(value) for key, value in now.effects[side].items()]
            for side in ("before", "after")
        },
        index=[effect_name(str(key)) for key in now.effects.index],
    )
    table["effect"] = now.effects["effect"].to_numpy()
    return table_metadata.describe(table.rename_axis("factor"), heads=heads)


def effect_name(key: str) -> str:
    """Return what a factor of sales is called."""
    return {
        "customers": text(zh="客户数", en="Customers"),
        "frequency": text(zh="户均订单数", en="Orders per customer"),
        "amount": text(zh="单均金额（元）", en="Average per order (yuan)"),
    }[key]


def shares(now: Market) -> pd.DataFrame:
    """Return the share by year and source, newest first, with the citation."""
    table = now.places.shares.rename(columns={"own": "own_sales", "value": "market_total"})
    table = table[["year", "own_sales", "market_total", "rate", "low", "high", "source", "published_on"]]
    net = text(zh="本单位净销售额（扣除退款，元）", en="Own net sales (after refunds, yuan)")
    heads = {
        "own_sales": net if now.places.basis == NET else term("own_sales"),
        "rate": text(zh="市场份额", en="Market share"),
        "source": text(zh="数据来源", en="Source of the total"),
    }
    return table_metadata.describe(table.set_index("year"), heads=heads)


def regions(now: Market) -> pd.DataFrame:
    """Return customers, penetration and quotients by region."""
    table = now.places.regions.rename(columns={"standardised": "standardised_quotient"})
    kept = [
        name
        for name in ("customers", "firms", "per_thousand", "low", "high", "quotient", "standardised_quotient")
        if name in table and table[name].notna().any()
    ]
    return table[kept]


def growth(now: Market) -> pd.DataFrame:
    """Return growth against the market by region."""
    names = {"market": "market_effect", "mix": "mix_effect", "own": "own_effect"}
    table = now.places.growth.rename(columns=names)
    kept = ["change", "market_effect", *(["mix_effect"] if len(table) > 1 else []), "own_effect"]
    return table[kept]


def demand(now: Market) -> pd.DataFrame:
    """Return the chain of demand with the range and the source of each factor."""
    names = {
        "firms": text(zh="企业数", en="Firms"),
        "need": text(zh="有需求的企业占比", en="Share that needs it"),
        "buys": text(zh="成交率", en="Conversion rate"),
        "amount": text(zh="户均金额", en="Amount per customer"),
        "demand": text(zh="潜在需求（各因素之积）", en="Demand (product)"),
    }
    kinds = {
        "cited": text(zh="引用", en="Cited"),
        "assumed": text(zh="假设", en="Assumed"),
        "observed": text(zh="本数据", en="Observed"),
        "": "",
    }
    chain = now.outlook.demand
    table = pd.DataFrame(
        {
            side: [_UNITS[str(key)](value) for key, value in chain[side].items()]
            for side in ("low", "mid", "high")
        },
        index=[names[str(key)] for key in chain.index],
    ).rename(columns={"low": "lowest_case", "mid": "middle_case", "high": "highest_case"})
    heads = {
        "kind": text(zh="性质", en="Nature"),
        "lowest_case": text(zh="低", en="Low"),
        "middle_case": text(zh="中", en="Mid"),
        "highest_case": text(zh="高", en="High"),
        "source": text(zh="来源", en="Source"),
    }
    table.insert(0, "kind", [kinds[str(kind)] for kind in chain["kind"]])
    table["source"] = chain["source"].fillna("").astype(str).to_numpy()
    return table_metadata.describe(table.rename_axis("factor"), heads=heads)


def quartiles(table: pd.DataFrame) -> pd.DataFrame:
    """Return quartiles under their heads."""
    names = {part: f"{part}_quartile" for part in ("lower", "middle", "upper")}
    renamed = table.rename(columns=names)
    if renamed.index.name == "item":
        renamed.index = pd.Index([term(str(item)) for item in renamed.index], name="item")
    return renamed


def returning(now: Market) -> pd.DataFrame:
    """Return how many customers came back."""
    heads = {"rate": text(zh="再次购买的比例", en="Share who bought again")}
    return table_metadata.describe(now.outlook.returning.copy(), heads=heads)


def size(now: Market) -> pd.DataFrame:
    """Return next year's customers, returning and new."""
    names = {
        "returning": text(zh="再次购买", en="Returning"),
        "new": text(zh="新客户", en="New"),
        "total": text(zh="合计", en="Total"),
    }
    table = now.outlook.size.rename(index=names, columns={"low95": "low", "high95": "high"})
    return table_metadata.describe(table.rename_axis("group"), heads=_predicted())


def _predicted() -> dict[str, str]:
    """Return the head of an interval for what is yet to come: it is wider than that of a mean."""
    return {"interval": text(zh="95%预测区间", en="95% prediction interval")}


def forecast(now: Market, what: str) -> pd.DataFrame:
    """Return a forecast by month with its 95 % prediction interval."""
    table = now.forecasts[what].table
    shown = table[["forecast", "low95", "high95"]].rename(columns={"low95": "low", "high95": "high"})
    unit = text(zh="（元）", en=" (yuan)") if what == "sales" else ""
    head = f"{market_outlook.measured(what)}{unit}"
    return table_metadata.describe(shown, heads={"forecast": head, **_predicted()})


def tests(now: Market) -> pd.DataFrame:
    """Return the rolling-origin tests of all forecasts that could be tested."""
    parts = [
        found.test.assign(group=market_outlook.measured(what)).reset_index()
        for what, found in now.forecasts.items()
        if len(found.test)
    ]
    columns = ["group", "model", "tested", "mae", "mase"]
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True)
    table["model"] = [market_outlook.model_name(str(model)) for model in table["model"]]
    return table_metadata.describe(
        table[columns].set_index(["group", "model"]),
        heads={"group": text(zh="序列", en="Series")},
    )


def planned(now: Market) -> pd.DataFrame:
    """Return the planned comparisons; money in yuan, shares in percent."""
    rows = []
    for key, row in now.planned.iterrows():
        money = key == "average_purchase"
        show = yuan if money else percent
        rows.append(
            {
                "comparison": market_outlook.comparison_name(str(key)),
                "value_now": _or_dash(row["now"], show),
                "value_before": _or_dash(row["before"], show),
                "p_adjusted": row["p_adjusted"],
                "verdict": row["verdict"],
            }
        )
    heads = {
        "value_now": text(zh="本期（本组）", en="This"),
        "value_before": text(zh="对照", en="Against"),
    }
    columns = ["comparison", "value_now", "value_before", "p_adjusted", "verdict"]
    table = pd.DataFrame(rows, columns=columns).set_index("comparison")
    return table_metadata.describe(table, heads=heads)


def _or_dash(value: float, show: object) -> str:
    return language.MISSING_SIGN if pd.isna(value) else show(value)  # type: ignore[operator]


def discoveries(now: Market) -> pd.DataFrame:
    """Return what a search found and the other half confirmed."""
    if now.discoveries is None:
        return pd.DataFrame()
    table = now.discoveries.found.copy()
    table["condition"] = [market_outlook.condition(parts) for parts in table["condition"]]
    return table.set_index("condition")


def coverage(now: Market) -> pd.DataFrame:
    """Return which data there are, by table and, in an internal edition, by channel."""
    table = now.coverage.copy()
    columns = [name for name in ("table", "channel") if name in table]
    whole = table_metadata.carry(now.coverage, table)
    whole["table"] = [_TABLES[str(key)][language.current()] for key in table["table"]]
    if "channel" in whole:
        whole["channel"] = [name_channel(str(key)) for key in table["channel"]]
    heads = {
        "share": text(zh="占全部客户", en="Share of all customers"),
        "table": text(zh="数据表", en="Table"),
    }
    return table_metadata.describe(whole.set_index(columns) if "channel" in whole else whole, heads=heads)


origin.trace_module(globals())
