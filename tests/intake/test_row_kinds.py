"""What is a record, and what only stands among them: each rule with what it must not take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbooks import HEADER, clean, list_faults, record, write

from industry_report.intake import row_kinds, values
from industry_report.intake.fault_kinds import KINDS

FULL = {
    "customer_type": "小微企业",
    "consulted_on": "2025-03-01",
    "intent": "5",
    "clarity": "4",
    "satisfaction": "3",
}
SCORES = {"intent": "5", "clarity": "4", "satisfaction": "3"}


def name(identifier: str, **known: str) -> str | None:
    cells = {"customer_id": identifier, "customer_type": "", "consulted_on": "", **known}
    return row_kinds.name_non_record([text for text in cells.values() if text], cells)


@pytest.mark.parametrize(
    "label",
    [
        *(
            "合计",
            "合 计",
            "总　计",
            "小　计",
            "1月合计",
            "本月合计",
            "黄山市合计",
            "人数合计",
            "全部",
            "均分",
            "最高分",
        ),
        *(
            "最低分",
            "中位数",
            "众数",
            "标准差",
            "人均",
            "计数",
            "平均得分",
            "MAX",
            "Median",
            "Grand Total",
            "std",
            "50%",
        ),
        *(
            "小微企业 汇总",
            "小微企业 计数",
            "Small total",
            "3月",
            "第一季度",
            "上半年",
            "2025年合计",
            "合计：12条",
        ),
    ],
)
def test_a_label_of_totals_with_nothing_but_numbers_is_a_total(label):
    assert name(label, **SCORES) == "total_row"


@pytest.mark.parametrize(
    "customer",
    ["合计通软件", "Total Energy", "MAX", "Median", "全部落实集团", "平均律琴行", "汇总网", "三月春酒店"],
)
def test_who_is_only_called_like_a_total_stays_a_record(customer):
    assert name(customer, **FULL) is None


def test_a_record_called_like_a_total_is_said(tmp_path):
    check, _ = clean(
        write(tmp_path, [HEADER, record(1), record(2, 客户ID="MAX"), record(3, 客户ID="合计通软件")])
    )
    assert check.graded == 3
    assert list_faults(check.flags, "row", "value", "code") == [(3, "MAX", "maybe_total")]


@pytest.mark.parametrize("identifier", ["*三", "**1234", "138****0001", "*A-7", "#12", "张*"])
def test_a_masked_identifier_without_scores_stays_a_record(identifier):
    assert name(identifier) is None
    assert name(identifier, customer_type="小微企业") is None


@pytest.mark.parametrize(
    "text",
    [
        "* 本表由各单位填报",
        "※ 内部资料",
        "注：截至12月31日",
        "以上数据仅供参考",
        "数据截至2025年12月31日",
        "共50条",
        "2025年12月31日",
    ],
)
def test_a_note_that_stands_alone_is_no_record(text):
    assert name(text) == "footnote"


def test_explanations_below_the_header_are_no_records(tmp_path):
    remarks = ["必填", "选填", "日期", "1-5分", "1-5", "（1-5分）"]
    example = ["示例", "小微企业", "2025-01-01", 5, 5, 5]
    numbers = [1, 2, 3, 4, 5, 6]
    for row in (remarks, example, numbers):
        check, _ = clean(write(tmp_path, [HEADER, row, record(1)]))
        assert (check.read, check.graded, check.dropped) == (1, 1, {"footnote": 1})


def test_what_a_template_filled_in_is_no_record(tmp_path):
    header = ["序号", *HEADER, "综合评分", "地区"]
    rows = [[1, *record(1), 4.1, "黄山市"], [2, *[None] * 6, 0, "黄山市"], [3, *[None] * 8]]
    check, _ = clean(write(tmp_path, [header, *rows]))
    assert (check.read, check.graded, check.dropped) == (1, 1, {"outside_table": 2})


def test_a_row_named_after_a_group_is_kept_out_and_said(tmp_path):
    rows = [
        HEADER,
        *(record(n) for n in range(1, 9)),
        ["小微企业", None, None, 4, 4, 4],
        ["华东", None, None, 4, 4, 4],
    ]
    check, _ = clean(write(tmp_path, rows))
    assert (check.graded, check.rejected, check.dropped) == (8, 1, {"total_row": 1})
    assert list_faults(check.rejects) == [(11, "customer_id", "华东", "maybe_summary")]
    assert KINDS["maybe_summary"].rejects


WORDS = st.sampled_from(
    ["", "K01", "*1", "合计", "MAX", "小微企业", "2025-01-01", "5", "注：", "必填", "意向度", "-", "12家"]
)


@given(st.lists(WORDS, min_size=6, max_size=6))
def test_a_row_with_identifier_type_day_and_scores_is_always_a_record(cells):
    """Whatever stands in the other columns."""
    known = dict(
        zip(("source", "product", "converted", "amount", "composite_supplied", "region"), cells, strict=True)
    )
    if row_kinds.is_surely_total(known["region"]) or row_kinds.is_surely_total(known["source"]):
        return
    full = {"customer_id": "K0001", **FULL, **known}
    assert row_kinds.name_non_record([text for text in full.values() if text], full, {"小微企业"}) is None


@given(
    st.sampled_from(["", "Q", "x ", "Grand ", "2025 ", "(", "p"]),
    st.sampled_from(["total", "sum", "n", "std dev", "count", "p", "2025", "K-", "Q3", ""]),
    st.sampled_from(["", " ", ":", ": ", " (", "=", "-", "."]),
    st.from_regex("[0-9]{1,5}", fullmatch=True),
)
def test_what_is_seen_at_a_glance_to_be_no_label_is_none_by_the_pattern_either(before, word, between, digits):
    text = values.trim(before + word + between + digits)
    pattern = row_kinds._PERHAPS_TOTAL
    slowly = any(pattern.fullmatch(form) for form in (values.fold(text), row_kinds._squeeze(text)))
    assert row_kinds.is_perhaps_total(text) == slowly
