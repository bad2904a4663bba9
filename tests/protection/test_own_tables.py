"""Tables of a researcher's own: one call gives right numbers, and nobody away, or says why it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import scoring
from industry_report.base import language, origin
from industry_report.base.errors import InputError
from industry_report.protection import disclosure, own_tables, publication, source_files
from industry_report.report import tables

CARD = scoring.load_scorecard("params/scorecards/consultation.yaml")
PUBLIC, INTERNAL = disclosure.Policy(10, 10.0), disclosure.Policy(10, 10.0, internal=True)
NOTHING = source_files.Files(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), synthetic=True)
DISTRICTS = ["东区", "西区", "南区", "北区"]


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    origin.watch(None)
    language.use("zh")


def draw(count: int = 1200, seed: int = 3, **columns: Any) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    table = pd.DataFrame({d.column: random.integers(1, 6, count) for d in CARD.dimensions}, dtype="Int64")
    bought = random.random(count) < 0.4
    return table.assign(
        customer_id=[f"K{number % (count * 3 // 4)}" for number in range(count)],
        customer_type=random.choice(["小微企业", "个体工商户", "中型企业"], count),
        source=random.choice(["搜索引擎", "电话咨询", "官网"], count),
        product=random.choice(["总账", "报税"], count),
        district=random.choice(DISTRICTS, count),
        converted=pd.array(bought, dtype="boolean"),
        amount=pd.Series(random.integers(500, 5000, count).astype(float)).where(bought),
        **columns,
    )


def publish(table: pd.DataFrame, policy: Any = PUBLIC, **options: Any) -> publication.Published:
    return publication.protect_slice(table, 2025, CARD, policy, NOTHING, also=("district",), **options)


@pytest.mark.parametrize("policy", [PUBLIC, INTERNAL])
def test_counts_rates_sums_and_medians_are_those_of_the_rows(policy: Any) -> None:
    rows = draw()
    now = publish(rows, policy, money=("amount",))
    groups, bought = rows.groupby("district"), rows[rows["converted"].astype(bool)]
    counts = now.by["district"].sort_index()
    assert counts["consultations"].astype(int).to_dict() == groups.size().to_dict()
    assert counts["conversions"].astype(int).to_dict() == groups["converted"].sum().astype(int).to_dict()
    money = now.money["district"].sort_index()
    assert money["amount"].to_dict() == bought.groupby("district")["amount"].sum().to_dict()
    each = bought.groupby(["district", "customer_id"])["amount"].sum()
    middle = each.groupby("district").median()
    wanted = middle if policy.internal else middle.map(lambda value: float(f"{value:.1e}"))
    assert money["median_amount"].to_dict() == wanted.to_dict()
    assert own_tables.explain(now.money["district"]) == ""
    assert origin.is_released(now.money["district"])


def test_counts_print_as_counts_and_money_without_fen() -> None:
    now = publish(draw(8000), money=("amount",))
    printed = tables.printed(now.by["district"])
    assert list(printed.columns[:3]) == ["district", "咨询数", "成交数"]
    assert all(cell.replace(",", "").isdigit() for cell in printed["咨询数"])
    money = tables.printed(now.money["district"])
    assert list(money.columns) == ["district", "成交金额（元）", "每户成交金额（元）的中位数"]
    assert all(cell.replace(",", "").isdigit() for cell in money["成交金额（元）"])


def test_a_further_column_of_numbers_is_summed_over_all_records() -> None:
    rows = draw(spend=np.arange(1200) % 70 + 10.0)
    now = publish(rows, money=("spend",))
    assert now.money["district"]["spend"].to_dict() == rows.groupby("district")["spend"].sum().to_dict()


def dominate(rows: pd.DataFrame, district: str = "北区", share: float = 0.99) -> pd.DataFrame:
    """Let one customer make up nearly all that a district buys."""
    at = rows.index[(rows["district"] == district) & rows["converted"].astype(bool)]
    largest = rows.loc[at[1:], "amount"].sum() * share / (1 - share)
    return rows.assign(amount=rows["amount"].mask(rows.index == at[0], largest))


@pytest.mark.parametrize("seed", range(8))
def test_no_sum_of_a_dominated_group_follows_from_all_that_is_shown(seed: int) -> None:
    """The attacker knows every sum that is shown, by type and district, and that none is negative."""
    rows = dominate(draw(seed=seed))
    now = publish(rows, money=("amount",))
    money, types = now.money["district"]["amount"], now.amounts["amount"]
    largest = rows["amount"].max()
    if len(money):
        assert np.isnan(money["北区"])
    cells = rows.dropna(subset=["amount"]).groupby(["customer_type", "district"])["amount"].sum()
    told = {"customer_type": types.dropna(), "district": money.dropna()}
    shown = [
        (cells.index.get_level_values(column) == name, value)
        for column, sums in told.items()
        for name, value in sums.items()
    ]
    hidden = (cells.index.get_level_values("district") == "北区").astype(float)
    if not shown:
        return
    known = {"A_eq": np.array([row for row, _ in shown], float), "b_eq": [value for _, value in shown]}
    most = linprog(-hidden, **known)
    high = -most.fun if most.status == 0 else np.inf
    # Whoever bounds the sum of the district bounds its largest customer, and must not to within p percent.
    assert high - hidden @ cells > 0.1 * largest - 1e-6


def test_without_customers_no_money_is_told_and_the_report_says_why() -> None:
    now = publish(draw().drop(columns="customer_id"), money=("amount",))
    table = now.money["district"]
    assert table.empty and len(now.by["district"]) == 4
    assert own_tables.explain(table) == "数据没有客户编号，无法判断金额是否集中于少数客户，因此不公布金额。"
    language.use("en")
    assert own_tables.explain(table).startswith("The data name no customers")


def test_groups_that_differ_from_others_by_few_records_are_refused() -> None:
    rows = draw()
    rows["district"] = rows["source"].mask(rows.index == rows.index[rows["source"] == "官网"][0], "搜索引擎")
    with pytest.raises(InputError, match=r"of district and .* of source differ by fewer records than 10"):
        publish(rows)
    assert len(publish(rows, INTERNAL).by["district"]) == 3


@pytest.mark.parametrize(("money", "word"), [("amounts", "amounts"), ("source", "source")])
def test_money_that_is_none_is_refused(money: str, word: str) -> None:
    with pytest.raises(InputError, match=f"money names {word}, which is no column of numbers"):
        publish(draw(), money=(money,))


# --- groups that, subtracted, leave few


def by_segment(rows: pd.DataFrame, segments: dict[str, str], moved: pd.Series) -> pd.DataFrame:
    """Return rows with a district that follows from the type, but for those that moved."""
    there = rows["customer_type"].map(segments)
    return rows.assign(district=there.where(~moved, "东区"))


FOUR = ["小微企业", "个体工商户", "中型企业", "大型企业"]
SEGMENTS = dict(zip(FOUR, ["东区", "东区", "西区", "西区"], strict=True))


@pytest.mark.parametrize(("moved", "bought", "refused"), [(3, 1, True), (40, 3, True), (40, 20, False)])
def test_unions_of_groups_that_leave_few_records_or_few_purchases_are_refused(
    moved: int, bought: int, refused: bool
) -> None:
    rows = draw(2000, 5).assign(customer_type=np.resize(FOUR, 2000))
    rows["customer_id"] = [f"K{number}" for number in range(2000)]
    chosen = rows.index[rows["customer_type"] == "大型企业"][:moved]
    rows.loc[chosen, "converted"] = [place < bought for place in range(moved)]
    table = by_segment(rows, SEGMENTS, pd.Series(rows.index.isin(chosen), rows.index))
    if refused:
        with pytest.raises(InputError, match="differ by fewer records than 10, or by so few purchases"):
            publish(table)
    else:
        assert len(publish(table).by["district"]) == 2


def test_groups_that_are_the_same_or_have_nothing_to_do_with_each_other_pass() -> None:
    rows = draw()
    assert len(publish(rows).by["district"]) == len(DISTRICTS)
    same = rows["customer_type"].map({"小微企业": "东区", "个体工商户": "西区", "中型企业": "南区"})
    assert len(publish(rows.assign(district=same)).by["district"]) == 3
