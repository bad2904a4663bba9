"""Headers as exports write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from industry_report.intake import headers


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("客户ID", "customer_id"),
        ("客户 id", "customer_id"),
        ("\ufeff客户ＩＤ", "customer_id"),
        ("Customer_ID", "customer_id"),
        ("*客户编号：", "customer_id"),
        ("客户\n类型", "customer_type"),
        ("客户\xa0类型\u3000", "customer_type"),
        ("地区/城市", "region"),
        ("客户意向度评分(1-5分)", "intent"),
        ("意向度（分）", "intent"),
        ("需求明确性（必填）", "clarity"),
        ("满意度评分", "satisfaction"),
        ("purchase intent", "intent"),
        ("Converted", "converted"),
        ("统计年度", "year"),
    ],
)
def test_synonyms(header, column):
    assert headers.recognise(header) == (column, 1)


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("金额/元", 1),
        ("成交金额(元)", 1),
        ("成交金额（万元）", 10_000),
        ("金额/万元", 10_000),
        ("合同金额【千元】", 1000),
    ],
)
def test_units(header, unit):
    assert headers.recognise(header) == ("amount", unit)


@pytest.mark.parametrize(
    "header", ["意向打分", "满意度(百分制)", "成交金额(美元)", "客户满意度排名", "序号", "", "备注"]
)
def test_what_is_not_taken(header):
    assert headers.recognise(header) is None


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("客户意向评分", "intent"),
        ("满意度(百分制)", "satisfaction"),
        ("satisfactoin", "satisfaction"),
        ("序号", None),
    ],
)
def test_near_headers_are_suggested(header, column):
    assert headers.suggest(header) == column


def test_every_synonym_names_one_column():
    names = [headers.normalise(name) for column, all_ in headers.SYNONYMS.items() for name in {*all_, column}]
    assert len(names) == len(set(names))


def test_a_column_of_two_claimants_is_told():
    table = headers.find_table([["意向度", "客户意向度评分", "满意度"]], {})
    assert table.twice == {"intent": ["意向度", "客户意向度评分"]}


def test_a_mapping_goes_before_synonyms():
    table = headers.find_table([["意向度", "我的分", "满意度"]], {"我的分": "intent", "满意度": "ignore"})
    assert table.columns == {"intent": 1}
    assert table.twice == {}


@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=8), st.integers()), max_size=5), max_size=6))
def test_any_rows_can_be_searched(rows):
    table = headers.find_table(rows, {})
    assert table is None or 1 <= table.skip <= len(rows)
