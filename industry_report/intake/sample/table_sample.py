"""The sample's tables beside the consultations, with the untidiness of real exports, written as files."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from ...base.errors import InputError
from ...base.workbook import open_book, write_text
from . import contact_sample, customer_sample, opinion_sample
from .consultation_sample import consult
from .customer_sample import EXPORTED, Parts
from .sample_facts import AUTHOR, CITIES, CREATED, NOTES, SYNTHETIC, City
from .sample_workbooks import fill_sheet, is_sample, publish

PHONE = "13800138000"  # the operator's own test number: the guard must find it
MARKET_SOURCE = "示例，非真实数据"
_TABLES = 50  # child seeds of these tables begin here; the consultations have their own


def write_tables(folder: Path, rows: int | None = None, seed: int = 2025) -> list[Path]:
    """Write the tables of every city beside its consultations, and the totals of an invented market.

    They belong to the consultations of the same rows and seed (`write`), with seeds of their own.

    Parameters
    ----------
    folder : Path
        Made if missing. Earlier samples of the same names are replaced.
    rows : int, optional
        As for `write`.
    seed : int
        The same seed (and rows) gives the same content.

    Raises
    ------
    InputError
        If the folder cannot be written, or a file of such a name is there that is no sample.

    Notes
    -----
    Invented and known: the shares of customers who do not renew, the effect of a randomised mail, the
    weights of the items in the overall satisfaction. Built in: answers look better than customers are, one
    column of the leads is written after the outcome, a program reads pages. Untidy: orders of unknown
    customers, rows twice, complaints closed before they came, negative amounts, an identifier in scientific
    notation, a telephone number in a text.
    """
    files = [*_draw_files(rows, seed)]
    for name, _ in files:
        path = Path(folder) / name
        if path.exists() and not is_sample(path):
            raise InputError(
                str(path),
                "is there already and is no sample.",
                "Name another folder; your own data are never replaced.",
            )
    return [publish(Path(folder) / name, content) for name, content in files]


def _draw_files(rows: int | None, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every file."""
    totals = []
    for number, city in enumerate(CITIES):
        years = [records for _, records in consult(city, rows, np.random.SeedSequence([seed, number]))]
        draws = [np.random.default_rng([seed, number, _TABLES + place]) for place in range(8)]
        parts = customer_sample.gather(city, years, draws[0])
        yield from _draw_city(parts, draws, seed)
        totals.append(_draw_market(draws[7], city, years))
    yield "市场总量-示例.xlsx", _make_workbook("市场总量", pd.concat(totals, ignore_index=True), seed)


def _draw_city(parts: Parts, draws: list[np.random.Generator], seed: int) -> Iterator[tuple[str, bytes]]:
    name, spoil = parts.city.name, draws[6]
    customers = customer_sample.draw_customers(draws[1], parts)
    yield f"{name}-客户档案.xlsx", _make_workbook("客户档案", customers, seed)
    orders = _spoil_orders(spoil, customer_sample.draw_orders(draws[2], parts))
    for year, part in orders.groupby(orders["下单日期"].dt.year):
        yield f"{name}-{year}-订单.xlsx", _make_workbook("订单", part, seed)
    visits = contact_sample.draw_interactions(draws[3], parts)
    for year, part in visits.groupby(visits["时间"].dt.year):
        yield f"{name}-{year}-互动.csv", _make_csv(part)
    leads = contact_sample.draw_leads(draws[4], parts)
    yield f"{name}-线索.csv", _make_csv(leads)
    responses = opinion_sample.draw_responses(draws[5], parts)
    yield f"{name}-问卷.xlsx", _make_workbook("问卷答卷", responses, seed)
    yield f"{name}-反馈.csv", _make_csv(opinion_sample.draw_feedback(draws[5], parts))
    complaints = _spoil_complaints(spoil, opinion_sample.draw_complaints(draws[5], parts))
    yield f"{name}-投诉.xlsx", _make_workbook("投诉记录", complaints, seed)
    yield f"{name}-措施分组.xlsx", _make_workbook("措施分组", customer_sample.assign(parts), seed)
    yield f"{name}-评级决定.xlsx", _make_workbook("评级决定", _draw_decisions(spoil, parts), seed)


def _draw_market(rng: np.random.Generator, city: City, years: list[pd.DataFrame]) -> pd.DataFrame:
    """Totals of an invented market, with the range that such figures have."""
    records = []
    for year, consultations in zip(city.rows, years, strict=True):
        sales = pd.to_numeric(consultations["成交金额(元)"]).sum() / rng.uniform(0.06, 0.12)
        for metric, value in (("销售额", sales), ("企业数", 12.0 * len(consultations))):
            low, high = value * rng.uniform(0.8, 0.9), value * rng.uniform(1.1, 1.25)
            shown = [round(number, -2) for number in (value, low, high)]
            records.append([city.name, year, metric, *shown, MARKET_SOURCE, pd.Timestamp(year + 1, 3, 1)])
    columns = ["地区", "年度", "指标", "数值", "下限", "上限", "数据来源", "发布日期"]
    table = pd.DataFrame(records, columns=columns)
    return table[table["发布日期"] <= EXPORTED]


def _draw_decisions(rng: np.random.Generator, parts: Parts) -> pd.DataFrame:
    """Draw a few decisions of an assessment team."""
    ids = rng.choice(parts.people.index.to_numpy(object), min(20, len(parts.people)), replace=False)
    why = rng.choice(["三个月采购超过10万元", "满意度下降", "长期未联系"], len(ids))
    facts = {"客户编号": ids, "日期": pd.Timestamp("2025-07-01"), "等级": rng.choice(list("ABCD"), len(ids))}
    people = {"提出人": "评估员甲", "批准人": "评估员乙", "决定": "同意"}
    return pd.DataFrame({**facts, **people, "理由": why})


def _spoil_orders(rng: np.random.Generator, orders: pd.DataFrame) -> pd.DataFrame:
    """Add what real exports have; a very small table stays clean."""
    if len(orders) < 100:
        return orders
    chosen = rng.choice(np.flatnonzero(orders["订单类型"].to_numpy() != "退款"), 9, replace=False)
    orders = orders.astype({"客户编号": object, "产品": object})
    orders.loc[orders.index[chosen[:3]], "客户编号"] = ["WZ-000001", "WZ-000002", "1.2E+11"]
    orders.loc[orders.index[chosen[3:5]], "订单金额(元)"] *= -1
    orders.loc[orders.index[chosen[5]], "产品"] = f"总账(联系{PHONE})"
    return pd.concat([orders, orders.iloc[chosen[6:]]], ignore_index=True)


def _spoil_complaints(rng: np.random.Generator, complaints: pd.DataFrame) -> pd.DataFrame:
    closed = np.flatnonzero(complaints["办结日期"].notna().to_numpy())
    if len(closed) < 20:
        return complaints
    early = complaints.index[rng.choice(closed, 2, replace=False)]
    complaints.loc[early, "办结日期"] = complaints.loc[early, "投诉日期"] - pd.Timedelta(days=3)
    return pd.concat([complaints, complaints.loc[early[:1] + 1]], ignore_index=True)


def _make_csv(table: pd.DataFrame) -> bytes:
    text = table.assign(**{SYNTHETIC: "是"}).to_csv(
        index=False, date_format="%Y-%m-%d %H:%M:%S", lineterminator="\r\n"
    )
    return text.replace(" 00:00:00", "").encode("utf-8-sig")


def _make_workbook(sheet: str, table: pd.DataFrame, seed: int) -> bytes:
    stream = io.BytesIO()
    with open_book(stream, "", author=AUTHOR, keywords="合成数据, synthetic data", created=CREATED) as book:
        fill_sheet(book, sheet, table)
        notes = book.add_worksheet(NOTES)
        write_text(
            notes,
            0,
            0,
            f"本工作簿是合成数据,由 industry-report 软件以随机种子 {seed} 生成,不描述任何真实的人或企业。",
        )
        english = "Synthetic data, made by the software industry-report. It describes no real person or firm."
        write_text(notes, 1, 0, english)
    return stream.getvalue()
