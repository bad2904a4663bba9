"""The market notebook: on whole and on meagre data, in both languages, in public and inside."""

import re

import markets
import nbformat
import numpy as np
import pandas as pd
import pytest
from reading import find_empty_sections, make_page
from running import ROOT, run_cells

NOTEBOOK = ROOT / "notebooks" / "market.ipynb"


@pytest.fixture(autouse=True)
def in_project(monkeypatch):
    monkeypatch.chdir(ROOT)


def run(data, **given):
    return make_page(run_cells(NOTEBOOK, **{"region": "黄山市", "year": 2025, "data": data} | given))


def months_to(end, count):
    return pd.period_range(end=end, periods=count, freq="M")


def check(page):
    """What holds of every page: no empty section, no missing number in words, no traceback."""
    words = page.get_text(" ")
    assert not find_empty_sections(page)
    assert not re.search(r"\bnan\b|\bNaN\b|\bNone\b|inf元|Traceback", words)
    return words


def test_a_folder_without_orders_says_so_and_keeps_the_consultations(tmp_path):
    words = check(run(markets.write(tmp_path)))
    assert "未提供订单" in words and "未提供市场总量" in words
    assert "意向5分的咨询" in words


def test_orders_alone_make_a_report(tmp_path):
    orders = markets.make_orders(months_to("2025-12", 30), 40, np.random.default_rng(3))
    orders.assign(地区="黄山市").to_csv(tmp_path / "orders.csv", index=False)
    page = run(str(tmp_path))
    words = check(page)
    assert "未提供咨询记录" in words and "共30个月" in words
    assert "咨询登记表" not in words.split("附录")[-1] and "orders.csv" in words


def test_eleven_months_with_a_negative_one_inside_and_in_english(tmp_path):
    orders = markets.make_orders(months_to("2025-12", 11), 40, np.random.default_rng(3))
    back = orders[orders["下单日期"].dt.month == 6].assign(订单类型="退款")
    back = back.assign(订单编号=[f"R{i}" for i in range(len(back))], **{"订单金额(元)": -9_000.0})
    totals = markets.make_totals(("黄山市", 2025, "销售额", 5e3, 4e3, 6e3))
    data = markets.write(tmp_path, pd.concat([orders, back]), totals)
    words = check(run(data, language="en", edition="enterprise"))
    assert "fewer than 24 months of data (11)" in words and "not a whole year of data" in words
    assert "questions of one half of the customers" in words or "too few customers" in words
    assert "Comparisons planned before the data were seen (4)" in words


@pytest.mark.slow
def test_three_years_with_totals_in_public(tmp_path):
    orders = markets.make_orders(months_to("2025-12", 36), 90, np.random.default_rng(3))
    totals = markets.make_totals(
        ("黄山市", 2025, "销售额", 4e7, 3.4e7, 4.8e7),
        ("黄山市", 2024, "销售额", 3.8e7, 3.4e7, 4.8e7),
        ("黄山市", 2025, "企业数", 12_000, 11_000, 13_000),
        ("黄山市", 2024, "销售额", 1e3, 900, 1100),
    )
    words = check(run(markets.write(tmp_path, orders, totals.iloc[:3])))
    assert "市场总量来源：某市统计局（" in words and "95%预测区间" in words
    assert "未提供有需求的企业占比" in words
    assert "探索性" not in words.replace("探索性分析", "")


@pytest.mark.slow
def test_a_withheld_month_stops_months_and_forecast(tmp_path):
    orders = markets.make_orders(months_to("2025-12", 30), 40, np.random.default_rng(3))
    small = orders["下单日期"].dt.to_period("M") == pd.Period("2025-05")
    words = check(run(markets.write(tmp_path, orders[~small | (orders.groupby(small).cumcount() < 4)])))
    assert "销售额：部分月份不公布，不作预测" in words
    assert words.count("［保密］") >= 12


def test_the_list_of_planned_comparisons_is_a_parameter(tmp_path):
    source = nbformat.read(NOTEBOOK, 4).cells[0].source
    assert "planned: list" in source
    words = check(run(markets.write(tmp_path, rows=120), planned=["intent"]))
    assert "共1项：意向最高的与其余咨询的成交率比较" in words
