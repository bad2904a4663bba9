"""Several tables in a sheet: each is read by its own header, and nothing above or between vanishes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import HEADER, clean, list_faults, reconcile, record, write, write_csv, write_sheets

from industry_report.base.errors import InputError
from industry_report.intake import contract, input_files

SWAPPED = ("客户ID", "客户类型", "咨询日期", "满意度", "需求明确性", "意向度")
SHORT = ("客户ID", "意向度", "需求明确性", "满意度")


def scores(table):
    return dict(
        zip(
            table["customer_id"],
            table[["intent", "clarity", "satisfaction"]].to_numpy().tolist(),
            strict=True,
        )
    )


def test_a_second_table_with_the_scores_in_another_order(tmp_path):
    rows = [HEADER, record(1), [], [], SWAPPED, ["B1", "学校", "2025-01-01", 1, 2, 3]]
    check, table = clean(write(tmp_path, rows))
    assert scores(table) == {"C0001": [5, 4, 3], "B1": [3, 2, 1]}
    assert check.dropped == {"blank": 2, "further_header": 1}
    assert list_faults(check.flags, "row", "code") == [(5, "further_header")]


@pytest.mark.parametrize("shift", [1, 2, 7])
def test_a_second_table_that_is_shifted(tmp_path, shift):
    lower = [[*[None] * shift, *row] for row in (SHORT, ["B1", 1, 2, 3], ["B2", 4, 4, 4], ["合计", 9, 9, 9])]
    check, table = clean(write(tmp_path, [HEADER, record(1), record(2), [], *lower]))
    assert scores(table) == {"C0001": [5, 4, 3], "C0002": [5, 4, 3], "B1": [1, 2, 3], "B2": [4, 4, 4]}
    assert check.read == 4


def test_the_better_header_may_stand_below(tmp_path):
    rows = [SHORT, ["A1", 5, 4, 3], ["A2", 1, 1, 1], [], HEADER, record(1)]
    _, table = clean(write(tmp_path, rows))
    assert scores(table) == {"A1": [5, 4, 3], "A2": [1, 1, 1], "C0001": [5, 4, 3]}


def test_a_header_in_two_storeys_that_comes_again(tmp_path):
    upper = ["客户信息", None, "咨询日期", "评分", None, None]
    lower = ["客户ID", "客户类型", None, "意向度", "需求明确性", "满意度"]
    check, table = clean(
        write(tmp_path, [upper, lower, record(1), upper, lower, record(2), HEADER, record(3)])
    )
    assert (check.read, check.graded, len(table)) == (3, 3, 3)
    assert table["consulted_on"].notna().all()


def test_tables_beside_each_other(tmp_path):
    pairs = [(record(1), ["B1", 1, 2, 3]), (record(2), ["B2", 2, 2, 2]), (record(3), [None] * 4)]
    rows = [[*HEADER, None, *SHORT], *([*left, None, *right] for left, right in pairs)]
    check, table = clean(write(tmp_path, rows))
    assert scores(table) == {f"C000{n}": [5, 4, 3] for n in (1, 2, 3)} | {"B1": [1, 2, 3], "B2": [2, 2, 2]}
    assert (check.read, check.dropped) == (5, {})


def test_a_table_that_begins_beside_records(tmp_path):
    rows = [HEADER, record(1), [*record(2), None, *SHORT], [*record(3), None, "B1", 1, 2, 3]]
    _, table = clean(write(tmp_path, rows))
    assert set(scores(table)) == {"C0001", "C0002", "C0003", "B1"}


def test_rows_below_a_header_without_scores_are_kept_out_and_listed(tmp_path):
    rows = [
        SHORT,
        ["A1", 5, 4, 3],
        [],
        ["客户类型", "户数", "占比", "平均"],
        ["小微企业", 3, 1, 2],
        ["学校", 4, 1, 1],
    ]
    check, table = clean(write(tmp_path, rows))
    assert scores(table) == {"A1": [5, 4, 3]}
    assert (check.read, check.rejected) == (3, 2)
    assert list_faults(check.rejects, "row", "code") == [(5, "other_table"), (6, "other_table")]


def test_a_record_above_its_header_is_kept_out_and_listed(tmp_path):
    check, _ = clean(write(tmp_path, [["登记表"], record(7), HEADER, record(1)]))
    assert (check.read, check.graded, check.rejected) == (2, 1, 1)
    assert list_faults(check.rejects, "row", "code") == [(2, "above_header")]


def test_a_header_far_down(tmp_path):
    rows = [[f"说明第{n}行"] for n in range(200)]
    check, table = clean(write(tmp_path, [*rows, HEADER, record(1)]))
    assert (check.graded, table["row"].to_list()) == (1, [202])


def test_a_sheet_of_averages_or_explanations_is_left_out_and_said(tmp_path):
    sheets = {
        "数据": [HEADER, *(record(n) for n in range(1, 6))],
        "按类型平均": [["客户类型", *SHORT[1:]], ["小微企业", 3, 4, 3], ["学校", 4, 4, 5]],
        "评分说明": [["分值", *SHORT[1:]], [5, "强", "明", "满"], [1, "弱", "不明", "不满"]],
    }
    for file in ("黄山市-2025.xlsx", "export.xlsx"):
        header = [*HEADER, "地区"]
        rows = [header, *([*record(n), "黄山市"] for n in range(1, 6))]
        check, _ = clean(write_sheets(tmp_path, sheets | {"数据": rows}, file))
        assert (check.read, check.graded) == (5, 5)
        assert [code for code, _ in check.counts] == ["summary_table"]
        assert check.counts["summary_table", ""] == 2


def test_a_table_without_identifiers_alone_is_read(tmp_path):
    check, _ = clean(write(tmp_path, [["客户类型", *SHORT[1:]], ["小微企业", 3, 4, 3], ["学校", 4, 4, 5]]))
    assert check.graded == 2


def test_a_sheet_and_its_copy_without_identifiers_count_once(tmp_path):
    rows = [HEADER[1:], *(record(n)[1:] for n in range(1, 8))]
    check, _ = clean(write_sheets(tmp_path, {"数据": rows, "数据 (2)": rows}))
    assert (check.read, check.graded, check.duplicates) == (14, 7, 7)
    assert list_faults(check.flags, "code", "value") == [("same_sheet_twice", "数据 (2)")]


def test_cells_merged_downwards_hold_for_their_rows(tmp_path):
    header = [*HEADER, "地区", "统计年度", "成交金额"]
    rows = [[*record(n), None, None, None] for n in range(1, 5)]
    rows[0][6:] = ["杭州市", 2024, 900]

    def merge(sheet):
        for area in ("G2:G4", "H2:H4", "I2:I4", "B2:B5"):
            sheet.merge_cells(area)

    check, table = clean(write(tmp_path, [header, *rows], change=merge))
    table = table.sort_values("row")
    assert table["region"].to_list() == ["杭州市"] * 3 + ["黄山市"]
    assert table["year"].to_list() == [2024] * 3 + [2025]
    assert table["customer_type"].notna().all()
    assert table["amount"].sum() == 900, "an amount in a merged cell is one amount"
    assert check.counts["merged_cells", "region"] == check.counts["amount_merged", "amount"] == 1


def test_merged_cells_hold_across_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(input_files, "BLOCK_ROWS", 2)
    rows = [[*record(n), "杭州市" if n == 1 else None] for n in range(1, 7)]
    path = write(tmp_path, [[*HEADER, "地区"], *rows], change=lambda sheet: sheet.merge_cells("G2:G6"))
    _, table = clean(path)
    assert table.sort_values("row")["region"].to_list() == ["杭州市"] * 5 + ["黄山市"]


def test_tables_are_found_across_blocks(tmp_path, monkeypatch):
    rows = [
        HEADER,
        *(record(n) for n in range(1, 6)),
        [],
        SWAPPED,
        *([f"B{n}", "学校", "2025-01-01", 1, 2, 3] for n in range(5)),
    ]
    whole = clean(write(tmp_path, rows))[1]
    for size in (1, 2, 3, 5):
        monkeypatch.setattr(input_files, "BLOCK_ROWS", size)
        assert scores(clean(write(tmp_path, rows))[1]) == scores(whole)


def test_a_column_without_cells_claims_nothing(tmp_path):
    check, _ = clean(write(tmp_path, [[*HEADER, "意向度"], *(record(n) for n in range(1, 4))]))
    assert check.graded == 3
    with pytest.raises(InputError, match="Rename one of the two"):
        clean(write(tmp_path, [[*HEADER, "意向度"], [*record(1), 2]]))


def test_a_title_that_says_another_year_is_said(tmp_path):
    rows = [["杭州市2024年咨询登记表"], HEADER, record(1)]
    check, table = clean(write(tmp_path, rows))
    assert table["region"].to_list() == ["黄山市"]
    assert [
        value for code, value in list_faults(check.flags, "code", "value") if code == "title_disagrees"
    ] == ["杭州市", "2024"]
    _, table = clean(write(tmp_path, [*rows[:2], record(1)], "export.xlsx"))
    assert (table["region"].to_list(), table["year"].to_list()) == (["杭州市"], [2024])


def test_a_region_left_blank_below_another_is_said(tmp_path):
    rows = [[*HEADER, "地区"], [*record(1), "杭州市"], [*record(2), ""], [*record(3), ""]]
    check, _ = clean(write_csv(tmp_path, rows))
    assert check.counts["region_filled", "region"] == 2


PIECES = st.lists(
    st.sampled_from(
        ["record", "ungraded", "wrong", "blank", "total", "note", "header", "swapped", "short", "foreign"]
    ),
    max_size=25,
)
ROWS = {
    "record": record(1),
    "ungraded": record(2, 意向度=None, 需求明确性=None, 满意度=None),
    "wrong": record(3, 意向度=9),
    "blank": [],
    "total": ["合计", None, None, 5, 4, 3],
    "note": ["注：脚注"],
    "header": HEADER,
    "swapped": SWAPPED,
    "short": SHORT,
    "foreign": ["客户类型", "户数", "占比"],
}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PIECES)
def test_every_row_below_the_header_is_in_one_count(tmp_path, pieces):
    """Read = kept + ungradable + rejected + duplicates, and with the named non-records it is all rows."""
    [check] = contract.check([write(tmp_path, [HEADER, *(ROWS[piece] for piece in pieces), record(99)])])
    assert check.error is None
    reconcile(check)
    assert check.read + sum(check.dropped.values()) == len(pieces) + 1
