"""Seeded synthetic workbooks in the registry's form, to try the product on. They describe nobody."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xlsxwriter

from ..base.errors import InputError

# Every figure below is invented. They were chosen so that the reports have something to show (grades that
# relate to outcomes, sources that rise and fall, a season); none was estimated from a real register.


class City(NamedTuple):
    """One city of the sample: how many consultations a year, and how it differs from the others."""

    name: str
    english: str
    prefix: str
    rows: dict[int, int]
    interest: float
    satisfaction: float
    types: dict[str, float]  # the share of a customer type, times this
    sources: dict[str, float]  # the share of a source, times this


CITIES = (
    City(
        "黄山市", "Huangshan", "HS", {2023: 4312, 2024: 4968, 2025: 5601}, 0.0, 0.05,
        types={"个体工商户": 1.25, "大型企业": 0.6},
        sources={"线下展会": 1.2},
    ),
    City(
        "杭州市", "Hangzhou", "HZ", {2023: 5846, 2024: 6517, 2025: 7183}, 0.14, 0.0,
        types={"中型企业": 1.5, "大型企业": 1.8, "代理记账公司": 1.3, "农民专业合作社": 0.3},
        sources={"短视频平台": 1.35, "搜索引擎": 1.2, "电话咨询": 0.8},
    ),
    City(
        "盐城市", "Yancheng", "YC", {2023: 2874, 2024: 3265, 2025: 3608}, -0.10, -0.08,
        types={"农民专业合作社": 2.5, "事业单位": 1.3, "代理记账公司": 0.8},
        sources={"电话咨询": 1.4, "线下展会": 1.3, "短视频平台": 0.8},
    ),
)  # fmt: skip

# interest, clarity: on the latent scale; conversion: log odds; budget: times the list price
CUSTOMER_TYPES = pd.DataFrame.from_dict(
    orient="index",
    columns=["share", "interest", "clarity", "conversion", "budget"],
    data={
        "小微企业": (0.370, 0.05, -0.05, 0.05, 1.0),
        "个体工商户": (0.195, -0.25, -0.40, -0.20, 0.6),
        "中型企业": (0.150, 0.20, 0.20, 0.15, 2.4),
        "代理记账公司": (0.125, 0.35, 0.55, 0.35, 1.5),
        "事业单位": (0.060, -0.05, 0.15, -0.30, 2.0),
        "院校": (0.045, -0.20, 0.05, -0.45, 2.2),
        "大型企业": (0.040, 0.10, 0.30, -0.10, 5.0),
        "农民专业合作社": (0.013, -0.15, -0.30, 0.00, 0.8),
        "社会团体": (0.002, -0.10, 0.00, -0.10, 1.0),  # rare on purpose: small numbers need protection
    },
)

# growth: the share is multiplied by this each year after 2023
SOURCES = pd.DataFrame.from_dict(
    orient="index",
    columns=["share", "growth", "interest", "conversion"],
    data={
        "搜索引擎": (0.240, 0.97, 0.00, 0.00),
        "电话咨询": (0.205, 0.74, -0.10, -0.05),
        "老客户推荐": (0.170, 1.04, 0.55, 0.40),
        "官网": (0.130, 1.02, 0.15, 0.05),
        "微信公众号": (0.100, 1.08, 0.00, -0.05),
        "短视频平台": (0.070, 1.55, -0.35, -0.35),
        "线下展会": (0.060, 1.00, 0.25, 0.15),
        "其他": (0.025, 1.00, -0.20, -0.20),
    },
)

# price: yuan a year
PRODUCTS = pd.DataFrame.from_dict(
    orient="index",
    columns=["share", "growth", "interest", "price"],
    data={
        "总账": (0.260, 0.93, 0.05, 1800),
        "报税": (0.220, 1.00, 0.10, 1200),
        "进销存": (0.160, 1.12, 0.05, 2600),
        "发票管理": (0.120, 1.18, 0.15, 900),
        "工资管理": (0.080, 1.00, -0.10, 1000),
        "固定资产": (0.060, 0.97, -0.05, 1400),
        "应收应付": (0.055, 1.00, 0.00, 1600),
        "成本核算": (0.045, 1.05, -0.05, 3800),
    },
)
PRODUCTS_AT_ONCE = {1: 0.72, 2: 0.21, 3: 0.07}
FURTHER_PRODUCT = 0.9  # the list price of a bundle falls to this for each further product

# The share of a product is multiplied by these for the type, or in the month.
PRODUCTS_OF_TYPE = {
    "个体工商户": {"报税": 1.8, "发票管理": 1.6, "成本核算": 0.2, "固定资产": 0.3},
    "中型企业": {"进销存": 1.5, "成本核算": 2.2, "应收应付": 1.5},
    "大型企业": {"成本核算": 3.0, "固定资产": 2.0, "应收应付": 1.8, "报税": 0.6},
    "代理记账公司": {"总账": 1.6, "报税": 1.7, "进销存": 0.3},
    "事业单位": {"固定资产": 3.5, "工资管理": 1.8, "进销存": 0.3},
    "院校": {"总账": 1.8, "固定资产": 2.5, "进销存": 0.5},
    "农民专业合作社": {"进销存": 2.0, "成本核算": 1.5},
}
PRODUCTS_OF_MONTH = {
    1: {"报税": 1.4, "工资管理": 1.5},
    4: {"报税": 1.7},
    5: {"报税": 1.9},
    9: {"总账": 1.2},
    12: {"固定资产": 2.0, "成本核算": 1.5, "总账": 1.2},
}

MONTHS = (1.30, 0.85, 1.05, 1.30, 1.35, 0.85, 0.85, 0.75, 0.90, 0.90, 1.10, 1.50)
WEEKDAYS = (1.20, 1.10, 1.05, 1.05, 0.95, 0.25, 0.12)
TAX_DAYS, TAX_DAYS_WEIGHT = range(8, 16), 1.3  # the monthly return is due on the 15th
SPRING_FESTIVAL = {2023: "2023-01-22", 2024: "2024-02-10", 2025: "2025-01-29"}
HOLIDAYS = (("01-01", 1), ("05-01", 5), ("10-01", 7))  # month and day, days off
HOLIDAY_WEIGHT = 0.08

SATISFACTION_A_YEAR = 0.14  # service improves
CONVERSION_A_YEAR = 0.06
RETURNING_SHARE, RETURNING_INTEREST = 0.22, 0.30  # customers of an earlier year
REPEATED_SHARE = 0.14  # a further consultation in the same year

# A score is 1 plus the number of these limits that its latent value reaches.
INTENT_LIMITS = (-0.95, -0.10, 0.75, 1.60)
CLARITY_LIMITS = (-1.20, -0.35, 0.60, 1.55)
SATISFACTION_LIMITS = (-1.55, -0.75, 0.30, 1.40)
NO_SCORES = (0, 6, "4.5", 6, 0)  # what invalid scores look like

TOPICS = {
    "总账": ("凭证录入与结转", "多账套管理", "会计科目设置", "年度结账"),
    "报税": ("增值税申报", "汇算清缴", "个税申报", "申报表自动取数"),
    "进销存": ("库存盘点", "采购入库", "多仓库管理", "销售出库对账"),
    "发票管理": ("数电发票开具", "进项发票勾选", "发票查验", "发票与凭证关联"),
    "工资管理": ("工资条生成", "社保公积金核算", "年终奖计税", "考勤数据导入"),
    "固定资产": ("折旧计提", "资产盘点", "资产卡片批量导入", "资产处置"),
    "应收应付": ("账龄分析", "往来对账", "收款提醒", "坏账计提"),
    "成本核算": ("分步法核算", "材料成本分摊", "标准成本差异", "成本报表"),
}
REQUESTS = (
    "希望先试用再决定",
    "想了解年费和服务内容",
    "询问能否导入现有数据",
    "需要操作培训",
    "正在比较几款软件",
    "询问是否支持多人同时使用",
    "希望安排一次演示",
    "询问升级后旧数据如何处理",
)

AUTHOR = "industry-report sample"  # by which a sample is known again
SHEET, NOTES = "咨询数据", "说明"
SCORES = ["客户意向度评分", "需求明确性评分", "满意度评分"]
HEADERS = [
    "客户ID", "客户类型", "客户来源", "咨询详情", "咨询产品", "咨询日期", *SCORES,
    "综合评分", "最终评级", "是否成交", "成交日期", "成交金额(元)",
]  # fmt: skip
DATES = {"咨询日期", "成交日期"}
WIDTHS = {"客户ID": 14, "咨询详情": 44, "咨询产品": 24, "咨询日期": 12, "成交日期": 12, "成交金额(元)": 13}
MOST_ROWS = 1_048_575  # an Excel sheet, less its header
# Fixed, so that the same seed gives the same bytes.
CREATED = datetime(2026, 1, 5)


def write(folder: Path, rows: int | None = None, seed: int = 2025) -> list[Path]:
    """Write the synthetic workbooks, one per city and year, and give back their paths.

    Parameters
    ----------
    folder : Path
        Made if missing. Earlier samples of the same names are replaced, each whole or not at all.
    rows : int, optional
        Records in every workbook, untidy ones included. Without it Huangshan 2025 has 5,601 and the
        others sizes of their own.
    seed : int
        The same seed (and rows) gives byte-identical workbooks.

    Raises
    ------
    InputError
        If the folder cannot be written, a workbook of such a name is there that is no sample, or rows or
        seed is out of range.

    Notes
    -----
    About half a per cent of the records lack a score; a handful have a score that is none, are exact
    duplicates, or contradict another record of the same customer and day. The supplied composite and
    grade follow the rating standard and are blank where the scores do not allow them.
    """
    if rows is not None and not 1 <= rows <= MOST_ROWS:
        raise InputError(
            "rows", f"expected 1 to {MOST_ROWS:,}, got {rows:,}.", "Choose a number in that range."
        )
    if seed < 0:
        raise InputError("seed", f"expected a whole number from 0, got {seed}.", "Choose another seed.")
    for path in (Path(folder) / f"{city.name}-{year}.xlsx" for city in CITIES for year in city.rows):
        if path.exists() and not is_sample(path):
            mend = "Name another folder; your own data are never replaced."
            raise InputError(str(path), "is there already and is no sample.", mend)
    return [
        publish(Path(folder) / f"{city.name}-{year}.xlsx", workbook(city, year, records, seed))
        for number, city in enumerate(CITIES)
        for year, records in consult(city, rows, np.random.SeedSequence([seed, number]))
    ]


def is_sample(path: Path) -> bool:
    """Tell whether a workbook is one that this module wrote."""
    try:
        with zipfile.ZipFile(path) as package:
            return AUTHOR.encode() in package.read("docProps/core.xml")
    except (OSError, KeyError, zipfile.BadZipFile):  # whatever it is, it is not ours
        return False


def consult(city: City, rows: int | None, seed: np.random.SeedSequence) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield year and records, in the registry's columns, for each year of a city."""
    sizes = {year: rows or size for year, size in city.rows.items()}
    of_customers, *of_years = (np.random.default_rng(child) for child in seed.spawn(1 + len(sizes)))
    customers = draw_customers(of_customers, city, sum(sizes.values()))
    known = 0
    for rng, (year, size) in zip(of_years, sizes.items(), strict=True):
        untidy = count_untidy(size)
        tidy = size - untidy["duplicates"] - untidy["conflicts"]
        visits = draw_visits(rng, known, tidy).join(customers, on="number")
        known = max(known, int(visits["number"].max()) + 1)
        records = draw_records(rng, city, year, visits)
        yield year, spoil(rng, records, untidy)


def count_untidy(rows: int) -> dict[str, int]:
    """How many records of a workbook are untidy, and how; a very small workbook is clean."""
    return {
        "missing": round(rows * 0.005),
        "invalid": min(5, rows // 200),
        "duplicates": min(6, rows // 200),
        "conflicts": min(1, rows // 500),
    }


def draw_customers(rng: np.random.Generator, city: City, size: int) -> pd.DataFrame:
    """Draw the customers of a city, by number: what stays with them from year to year."""
    shares = CUSTOMER_TYPES["share"] * weights(city.types, CUSTOMER_TYPES.index)
    types = rng.choice(CUSTOMER_TYPES.index.to_numpy(object), size=size, p=shares / shares.sum())
    return pd.DataFrame({"type": types, "taste": rng.normal(0.0, 0.5, size)})


def draw_visits(rng: np.random.Generator, known: int, size: int) -> pd.DataFrame:
    """Who consults in a year: customers known from before, new ones, and some of both again."""
    back = rng.choice(known, size=min(known, round(size * RETURNING_SHARE)), replace=False)
    repeated = round(size * REPEATED_SHARE)
    new = np.arange(known, known + size - len(back) - repeated)
    once = np.concatenate([back, new])
    number = np.concatenate([once, rng.choice(once, size=repeated)])
    return pd.DataFrame({"number": number, "returning": number < known})


def draw_records(rng: np.random.Generator, city: City, year: int, visits: pd.DataFrame) -> pd.DataFrame:
    """Tidy records of one city and year in the registry's columns, by date."""
    day = draw_days(rng, year, visits["number"].to_numpy())
    source = draw_sources(rng, city, year, len(visits))
    products = draw_products(rng, year, visits["type"], pd.DatetimeIndex(day).month)
    main = products.map(lambda names: names[0])
    interest = (
        city.interest
        + RETURNING_INTEREST * visits["returning"]
        + visits["taste"]
        + visits["type"].map(CUSTOMER_TYPES["interest"])
        + source.map(SOURCES["interest"])
        + main.map(PRODUCTS["interest"])
        + rng.normal(0.0, 0.8, len(visits))
    )
    records = pd.DataFrame(
        {
            "客户ID": [f"{city.prefix}-{number + 1:08d}" for number in visits["number"]],
            "客户类型": visits["type"],
            "客户来源": source,
            "咨询详情": describe(rng, visits["type"], main),
            "咨询产品": products.map("、".join),
            "咨询日期": day,
        }
    )
    records[SCORES] = draw_scores(rng, city, year, interest, visits["type"])
    records = grade(records)
    records = settle(rng, records, year, interest, products)
    return records.sort_values("咨询日期", kind="stable", ignore_index=True)[HEADERS]


def draw_days(rng: np.random.Generator, year: int, number: np.ndarray) -> np.ndarray:
    """One day per consultation by the season; no customer comes twice on the same day."""
    days = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")
    shares = weigh_days(pd.DatetimeIndex(days), year)
    day = rng.choice(days, size=len(number), p=shares)
    while (again := pd.DataFrame({"number": number, "day": day}).duplicated().to_numpy()).any():
        day[again] = rng.choice(days, size=again.sum(), p=shares)
    return day


def weigh_days(days: pd.DatetimeIndex, year: int) -> np.ndarray:
    """Share of the year's consultations on each day: months, weekdays, tax days and holidays."""
    weight = np.array(MONTHS)[days.month - 1] * np.array(WEEKDAYS)[days.day_of_week]
    weight = np.where(days.day.isin(TAX_DAYS), weight * TAX_DAYS_WEIGHT, weight)
    from_festival = (days - pd.Timestamp(SPRING_FESTIVAL[year])).days
    off = (from_festival >= -3) & (from_festival <= 7)
    for start, length in HOLIDAYS:
        since = (days - pd.Timestamp(f"{year}-{start}")).days
        off |= (since >= 0) & (since < length)
    weight = np.where(off, weight * HOLIDAY_WEIGHT, weight)
    return weight / weight.sum()


def draw_sources(rng: np.random.Generator, city: City, year: int, size: int) -> pd.Series:
    """Where each consultation came from; shares grow or shrink over the years."""
    shares = SOURCES["share"] * SOURCES["growth"] ** (year - 2023) * weights(city.sources, SOURCES.index)
    return pd.Series(rng.choice(SOURCES.index.to_numpy(object), size=size, p=shares / shares.sum()))


def draw_products(rng: np.random.Generator, year: int, types: pd.Series, months: pd.Index) -> pd.Series:
    """One to three products each, as tuples, the main one first.

    Adding Gumbel noise to log weights and taking the largest is drawing without replacement by weight
    (Efraimidis and Spirakis 2006), for all rows at once.
    """
    names = PRODUCTS.index
    by_type = {name: weights(PRODUCTS_OF_TYPE.get(name, {}), names) for name in CUSTOMER_TYPES.index}
    by_month = {month: weights(PRODUCTS_OF_MONTH.get(month, {}), names) for month in range(1, 13)}
    shares = (PRODUCTS["share"] * PRODUCTS["growth"] ** (year - 2023)).to_numpy()
    weight = shares * np.array(
        [by_type[name] * by_month[month] for name, month in zip(types, months, strict=True)]
    )
    order = np.argsort(-(np.log(weight) + rng.gumbel(size=weight.shape)), axis=1)
    count = rng.choice(list(PRODUCTS_AT_ONCE), size=len(types), p=list(PRODUCTS_AT_ONCE.values()))
    names = names.to_numpy(object)
    return pd.Series([tuple(names[row[:n]]) for row, n in zip(order, count, strict=True)])


def weights(factors: dict[str, float], names: pd.Index) -> np.ndarray:
    """Factors in the order of the names, 1 where none is given."""
    return np.array([factors.get(name, 1.0) for name in names])


def describe(rng: np.random.Generator, types: pd.Series, products: pd.Series) -> list[str]:
    """Write short sentences from templates; nothing in them comes from or points to a person."""
    topic = rng.integers(0, min(map(len, TOPICS.values())), len(types))
    request = rng.integers(0, len(REQUESTS), len(types))
    return [
        f"{kind}咨询{product}的{TOPICS[product][t]},{REQUESTS[r]}。"
        for kind, product, t, r in zip(types, products, topic, request, strict=True)
    ]


def draw_scores(
    rng: np.random.Generator, city: City, year: int, interest: pd.Series, types: pd.Series
) -> np.ndarray:
    """Three scores, 1 to 5, per consultation: interest shows most in the intent, least in satisfaction."""
    noise = rng.normal(size=(3, len(interest)))
    intent = 0.85 * interest + 0.55 * noise[0]
    clarity = 0.50 * interest + types.map(CUSTOMER_TYPES["clarity"]) + 0.85 * noise[1]
    satisfaction = 0.30 * interest + city.satisfaction + SATISFACTION_A_YEAR * (year - 2023) + 0.90 * noise[2]
    latent = ((intent, INTENT_LIMITS), (clarity, CLARITY_LIMITS), (satisfaction, SATISFACTION_LIMITS))
    return np.column_stack([1 + np.searchsorted(limits, value, side="right") for value, limits in latent])


def grade(records: pd.DataFrame) -> pd.DataFrame:
    """Add composite and grade as the rating standard has them, decided in whole tenths."""
    tenths = records[SCORES].to_numpy(np.int64) @ np.array([4, 3, 3])
    letters = np.array(list("DCBA"), dtype=object)[np.searchsorted([20, 30, 40], tenths, side="right")]
    return records.assign(综合评分=tenths / 10, 最终评级=letters)


def settle(
    rng: np.random.Generator, records: pd.DataFrame, year: int, interest: pd.Series, products: pd.Series
) -> pd.DataFrame:
    """Add whether, when and for how much each consultation led to a purchase."""
    log_odds = (
        -2.0
        + 1.30 * (records["综合评分"] - 3.0)
        + 0.30 * interest
        + records["客户类型"].map(CUSTOMER_TYPES["conversion"])
        + records["客户来源"].map(SOURCES["conversion"])
        + CONVERSION_A_YEAR * (year - 2023)
    )
    bought = rng.random(len(records)) < 1 / (1 + np.exp(-log_odds))
    wait = np.clip(rng.lognormal(2.4, 0.9, len(records)), 1, 150).astype("timedelta64[D]")
    signed = np.busday_offset(records["咨询日期"].to_numpy("datetime64[D]") + wait, 0, roll="forward")
    price = PRODUCTS["price"].to_dict()
    listed = products.map(lambda names: sum(map(price.get, names)) * FURTHER_PRODUCT ** (len(names) - 1))
    budget = records["客户类型"].map(CUSTOMER_TYPES["budget"])
    amount = (listed * budget * rng.lognormal(0.0, 0.35, len(records)) / 10).round() * 10
    return records.assign(
        是否成交=np.where(bought, "是", "否"),
        成交日期=pd.Series(signed.astype("datetime64[s]")).where(bought),
        **{"成交金额(元)": amount.where(bought)},
    )


def spoil(rng: np.random.Generator, records: pd.DataFrame, untidy: dict[str, int]) -> pd.DataFrame:
    """Add the untidiness of a real export: missing and invalid scores, duplicates, contradictions.

    The rows touched are all different, so that each fault is counted once.
    """
    ends = np.cumsum(list(untidy.values()))
    missing, invalid, doubled, contradicted = np.split(rng.permutation(len(records))[: ends[-1]], ends[:-1])
    spoiled = records.iloc[[*range(len(records)), *doubled, *contradicted]].reset_index(drop=True)
    contradictions = spoiled.index[len(records) + len(doubled) :]
    spoiled.loc[contradictions, "客户意向度评分"] = spoiled["客户意向度评分"].map(
        {1: 4, 2: 5, 3: 5, 4: 2, 5: 2}
    )
    spoiled = grade(spoiled).astype(dict.fromkeys([*SCORES, "最终评级"], object))
    for row, column in zip(missing, rng.integers(0, 3, len(missing)), strict=True):
        spoiled.loc[row, SCORES[column]] = None
    for place, row in enumerate(invalid):
        spoiled.loc[row, SCORES[place % 3]] = NO_SCORES[place % len(NO_SCORES)]
    spoiled.loc[[*missing, *invalid], ["综合评分", "最终评级"]] = None
    return spoiled.sort_values("咨询日期", kind="stable", ignore_index=True)


def workbook(city: City, year: int, records: pd.DataFrame, seed: int) -> bytes:
    """Make the bytes of a workbook with the data sheet and the sheet that says what it is."""
    stream = io.BytesIO()
    # In memory the parts get fixed time stamps and no file modes of this machine.
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties(
        {
            "title": f"{city.name}{year}年客户咨询(合成数据)",
            "subject": "合成数据 synthetic data",
            "author": AUTHOR,
            "keywords": "合成数据, synthetic data",
            "comments": f"合成数据,不描述任何人。Synthetic data, seed {seed}; describes nobody.",
            "created": CREATED,
        }
    )
    write_records(book, records)
    write_notes(book, city, year, len(records), seed)
    book.close()
    return stream.getvalue()


def write_records(book: xlsxwriter.Workbook, records: pd.DataFrame) -> None:
    """Fill the data sheet, a column at a time; missing values leave the cell empty."""
    sheet = book.add_worksheet(SHEET)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, records.columns, book.add_format({"bold": True}))
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    for column, name in enumerate(records.columns):
        sheet.set_column(column, column, WIDTHS.get(name, 14))
        values, present = records[name], records[name].notna()
        if name in DATES:  # day numbers as Excel counts them
            values = (values - pd.Timestamp("1899-12-30")).dt.days
        for row, value in zip(np.flatnonzero(present) + 1, values[present].tolist(), strict=True):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            else:
                sheet.write_number(row, column, value, date if name in DATES else None)


def write_notes(book: xlsxwriter.Workbook, city: City, year: int, rows: int, seed: int) -> None:
    """Fill the sheet that says, in both languages, that the data are synthetic."""
    sheet = book.add_worksheet(NOTES)
    sheet.set_column(0, 0, 100)
    lines = (
        f"本工作簿是合成数据,由 industry-report 软件以随机种子 {seed} 生成,不描述任何真实的人或企业。",
        f"{city.name}{year}年,共{rows:,}条记录。客户、咨询、评分、成交与金额均为虚构,仅供试用与测试,不得作为统计依据。",
        "其中有意包含少量缺失评分、无效评分和重复记录,以便检验数据质量报告。",
        f"This workbook holds synthetic data, made by the software industry-report with seed {seed}. "
        "It describes no real person or company.",
        f"{city.english} {year}, {rows:,} records. Customers, consultations, scores, purchases and amounts "
        "are invented, for trial and testing only; they are no basis for statistics.",
        "A few missing scores, invalid scores and duplicate records are there on purpose, "
        "to give the data quality section something to report.",
    )
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)


def publish(path: Path, content: bytes) -> Path:
    """Put a file in place whole or not at all."""
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            unfinished.write_bytes(content)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            str(path),
            f"the sample workbook could not be written ({error.strerror}).",
            "Choose a folder you may write to, and close the workbook if it is open.",
        ) from error
    return path
