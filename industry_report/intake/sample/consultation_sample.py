"""Consultations in the registry's form, drawn from a seed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from ...base.errors import InputError
from .sample_facts import (
    CITIES,
    CLARITY_LIMITS,
    CONVERSION_A_YEAR,
    CUSTOMER_TYPES,
    FURTHER_PRODUCT,
    HEADERS,
    HOLIDAY_WEIGHT,
    HOLIDAYS,
    INTENT_LIMITS,
    MONTHS,
    MOST_ROWS,
    NO_SCORES,
    PRODUCTS,
    PRODUCTS_AT_ONCE,
    PRODUCTS_OF_MONTH,
    PRODUCTS_OF_TYPE,
    REPEATED_SHARE,
    REQUESTS,
    RETURNING_INTEREST,
    RETURNING_SHARE,
    SATISFACTION_A_YEAR,
    SATISFACTION_LIMITS,
    SCORES,
    SOURCES,
    SPRING_FESTIVAL,
    TAX_DAYS,
    TAX_DAYS_WEIGHT,
    TOPICS,
    WEEKDAYS,
    City,
)
from .sample_workbooks import is_sample, publish, workbook


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
        publish(Path(folder) / f"{city.name}-{year}.xlsx", workbook(city, year, records[HEADERS], seed))
        for number, city in enumerate(CITIES)
        for year, records in consult(city, rows, np.random.SeedSequence([seed, number]))
    ]


def consult(city: City, rows: int | None, seed: np.random.SeedSequence) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield year and records for each year of a city: the registry's columns, and the latent `interest`."""
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
    """Tidy records of one city and year by date: the registry's columns, and the latent interest."""
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
    records = records.assign(interest=interest)
    return records.sort_values("咨询日期", kind="stable", ignore_index=True)[[*HEADERS, "interest"]]


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
