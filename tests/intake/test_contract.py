"""Every phenomenon of real exports: what comes out clean, what is kept out, and why."""

import datetime as dt

import openpyxl
import pandas as pd
import pytest
import workbooks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from workbooks import HEADER, clean, list_faults, record, write, write_column, write_csv, write_sheets

from industry_report.base.errors import InputError
from industry_report.intake import contract
from industry_report.intake.fault_kinds import KINDS


def codes(table: pd.DataFrame) -> list[str]:
    return table["code"].to_list()


# --- finding the table


def test_a_clean_workbook(tmp_path):
    check, rows = clean(write(tmp_path, [HEADER, *(record(n) for n in range(1, 6))]))
    assert (check.read, check.graded, check.rejected, check.flags.empty) == (5, 5, 0, True)
    assert check.slices == [("黄山市", 2025, 5)]
    first = rows.iloc[0]
    assert (first.file, first.sheet, first.row, first.region, first.year) == (
        workbooks.NAME,
        "咨询数据",
        2,
        "黄山市",
        2025,
    )
    assert (first.customer_id, first.customer_type, first.consulted_on) == (
        "C0001",
        "小微企业",
        pd.Timestamp("2025-03-02"),
    )
    assert (first.intent, first.clarity, first.satisfaction) == (5, 4, 3)
    types = rows.dtypes.astype(str).to_dict()
    assert types["intent"] == types["year"] == "Int64"
    assert types["consulted_on"] == "datetime64[us]"
    assert "converted" not in rows


def test_a_title_and_merged_cells_above_the_header(tmp_path):
    rows = [
        ["黄山市2025年客户咨询登记表"],
        ["统计单位：某公司", None, None, "单位：元"],
        [],
        HEADER,
        record(1),
        record(2),
    ]
    check, table = clean(write(tmp_path, rows, change=lambda sheet: sheet.merge_cells("A1:F1")))
    assert (check.read, check.graded) == (2, 2)
    assert table["row"].to_list() == [5, 6]


def test_a_header_in_two_storeys(tmp_path):
    upper = ["客户信息", None, "咨询日期", "评分", None, None, "成交", None]
    lower = ["客户ID", "客户类型", None, "意向度", "需求明确性", "满意度", "日期", "金额(万元)"]
    cells = [*record(1), "2025-04-01", 1.5]

    def merge(sheet):
        for area in ("A1:B1", "C1:C2", "D1:F1", "G1:H1"):
            sheet.merge_cells(area)

    check, table = clean(write(tmp_path, [upper, lower, cells], change=merge))
    assert check.read == check.graded == 1
    assert set(check.columns.values()) >= {"customer_id", "consulted_on", "intent", "converted_on", "amount"}
    assert table.loc[0, "amount"] == 15_000
    assert table.loc[0, "converted_on"] == pd.Timestamp("2025-04-01")


def test_blank_leading_rows_and_columns(tmp_path):
    rows = [[], [], [None, None, *HEADER], [None, None, *record(1, 意向度=6)], [None, None, *record(2)]]
    check, table = clean(write(tmp_path, rows))
    assert table["row"].to_list() == [5]
    assert list_faults(check.rejects, "row", "cell", "header", "value") == [(4, "F4", "意向度", "6")]


def test_a_sheet_for_each_year_and_notes(tmp_path):
    sheets = {
        "2024年": [HEADER, record(1, 咨询日期="2024-05-01"), record(2, 咨询日期="2024-05-02")],
        "2025年": [HEADER, record(1), record(3)],
        "说明": [["本表由某公司提供"], ["评分标准", "1-5分"]],
    }
    check, _ = clean(write_sheets(tmp_path, sheets, "黄山市.xlsx"))
    assert check.slices == [("黄山市", 2024, 2), ("黄山市", 2025, 2)]
    assert check.duplicates == 0, "the same customer in two years is not a duplicate"
    assert list_faults(check.flags, "code", "value") == [("sheet_without_table", "说明")]
    assert not check.synthetic


def test_a_sheet_that_lacks_scores_is_said(tmp_path):
    sheets = {"甲": [HEADER, record(1)], "乙": [HEADER[:-1], record(2)[:-1]]}
    check, _ = clean(write_sheets(tmp_path, sheets))
    assert list_faults(check.flags, "sheet", "code") == [("乙", "sheet_without_scores")]
    assert "满意度" in check.flags.loc[0, "reason_zh"]


def test_hidden_rows_and_sheets_are_read_and_said(tmp_path):
    def hide(book: openpyxl.Workbook) -> None:
        for row in (3, 4, 6):
            book["甲"].row_dimensions[row].hidden = True
        book["乙"].sheet_state = "hidden"

    sheets = {"甲": [HEADER, *(record(n) for n in range(1, 7))], "乙": [HEADER, record(8)]}
    check, _ = clean(write_sheets(tmp_path, sheets, change=hide))
    assert check.graded == 7
    assert list_faults(check.flags, "code", "value") == [("hidden_rows", "3"), ("hidden_sheet", "乙")]
    assert "3-4, 6" in check.flags.loc[0, "reason_en"]


def test_totals_footnotes_blanks_and_repeated_headers_are_no_records(tmp_path):
    rows = [
        HEADER,
        record(1),
        [],
        ["小计", None, None, 5, 4, 3],
        HEADER,
        record(2),
        ["合计：2条", None, None, "=SUM(D2:D6)", None, None],
        ["平均", None, None, 4.2, 3.9, 4.1],
        [],
        ["注：数据截至2025年12月31日。"],
        ["制表人：某某", None, "审核：某某"],
        ["以上数据仅供参考"],
    ]
    check, table = clean(write(tmp_path, rows))
    assert table["row"].to_list() == [2, 6]
    assert check.read == 2
    assert check.dropped == {"blank": 2, "total_row": 3, "footnote": 3, "repeated_header": 1}
    assert {code for code, _ in check.counts} == {"total_row", "footnote", "repeated_header"}
    assert list_faults(check.flags, "row", "code")[:3] == [
        (4, "total_row"),
        (5, "repeated_header"),
        (7, "total_row"),
    ]


def test_a_record_of_which_only_the_identifier_is_known_stays_a_record(tmp_path):
    check, _ = clean(write(tmp_path, [HEADER, record(1), ["C0002"]]))
    assert (check.graded, check.ungradable) == (1, 1)


def test_a_row_with_nothing_but_a_wrong_score_is_rejected_not_dropped(tmp_path):
    check, _ = clean(write(tmp_path, [HEADER, record(1), [None, None, None, 9]]))
    assert list_faults(check.rejects) == [(3, "intent", "9", "score_out_of_range")]
    assert check.dropped == {}


def test_a_company_named_like_a_total_stays_a_record(tmp_path):
    check, _ = clean(write_column(tmp_path, "客户ID", ["Total Energy", "合计通软件"]))
    assert check.graded == 2


# --- headers


def test_a_near_header_is_suggested_not_taken(tmp_path):
    header = ["客户ID", "客户类别名称", "咨询日期", *HEADER[3:]]
    check, table = clean(write(tmp_path, [header, record(1)]))
    assert check.suggestions == {"客户类别名称": "customer_type"}
    assert "customer_type" not in table


def test_missing_scores_name_every_header_found(tmp_path):
    path = write(tmp_path, [["客户ID", "客户意向打分", "备注"], ["1", 5, "x"]])
    with pytest.raises(InputError) as error:
        clean(path)
    message = str(error.value)
    for part in (
        path.name,
        "intent (意向度)",
        "satisfaction (满意度)",
        "客户ID, 客户意向打分, 备注",
        "--write-mapping",
    ):
        assert part in message
    assert "Perhaps '客户意向打分' is intent" in message


def test_two_columns_for_one_are_asked_about(tmp_path):
    path = write(tmp_path, [[*HEADER, "意向度评分"], [*record(1), 5]])
    with pytest.raises(InputError, match="'意向度' and '意向度评分' both are intent"):
        clean(path)


def test_nothing_that_tells_region_or_year(tmp_path):
    rows = [("意向度", "需求明确性", "满意度"), (1, 2, 3)]
    with pytest.raises(InputError, match="nothing tells the region and the year"):
        clean(write(tmp_path, rows, "export.xlsx"))
    _, table = clean(write(tmp_path, [HEADER, record(1)], "黄山市.xlsx"))
    assert table.loc[0, "year"] == 2025, "the date tells the year if nothing else does"


def test_an_export_of_leads_is_told_what_it_lacks(tmp_path):
    header = [
        "Prospect ID",
        "Lead Number",
        "Lead Origin",
        "Lead Source",
        "Converted",
        "Total Time Spent",
        "City",
    ]
    path = write_csv(tmp_path, [header, ["7927b2df", 660737, "API", "Olark Chat", 0, 0, "Select"]])
    [check] = contract.check([path])
    assert ", ".join(header) in str(check.error)
    assert "looks like leads (线索) but lacks created_on" in str(check.error)


# --- values


def test_rejected_scores_each_with_its_reason(tmp_path):
    check, table = clean(write_column(tmp_path, "意向度", ["5分", "五", "4.5", "0", "6", "高", "-", "", 4.0]))
    assert table["intent"].astype(object).where(table["intent"].notna(), None).to_list() == [
        5,
        5,
        None,
        None,
        4,
    ]
    assert list_faults(check.rejects) == [
        (4, "intent", "4.5", "score_not_whole"),
        (5, "intent", "0", "score_out_of_range"),
        (6, "intent", "6", "score_out_of_range"),
        (7, "intent", "高", "score_not_number"),
    ]
    assert list_faults(check.flags) == [
        (8, "intent", "-", "score_placeholder"),
        (9, "intent", "", "score_blank"),
    ]
    assert (check.read, check.graded, check.ungradable, check.rejected) == (9, 3, 2, 4)
    assert check.rejects["reason_zh"].str.contains("4.5").to_list() == [True, False, False, False]


def test_all_faults_of_a_row_at_once(tmp_path):
    check, _ = clean(
        write(tmp_path, [HEADER, record(1, 意向度=0, 满意度="好", 咨询日期="1/2/25"), record(2)])
    )
    assert (check.read, check.rejected, len(check.rejects)) == (2, 1, 3)
    assert set(codes(check.rejects)) == {"score_out_of_range", "score_not_number", "date_ambiguous"}
    assert "2025-01-02 / 2025-02-01" in check.rejects.loc[0, "reason_en"]


def test_dates_of_all_kinds_in_one_column(tmp_path):
    cells = [
        "2025-01-01",
        "2025年1月1日",
        "2025.1.1",
        20250101,
        45658,
        dt.datetime(2025, 1, 1),
        dt.date(2025, 1, 1),
    ]
    check, table = clean(write_column(tmp_path, "咨询日期", cells))
    assert check.graded == 7
    assert table["consulted_on"].eq(pd.Timestamp("2025-01-01")).all()


def test_the_1904_date_system(tmp_path):
    def count_from_1904(book: openpyxl.Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904

    rows = [HEADER, record(1, 咨询日期=dt.datetime(2025, 1, 1)), record(2, 咨询日期=44196)]
    _, table = clean(write_sheets(tmp_path, {"咨询": rows}, change=count_from_1904))
    assert table["consulted_on"].eq(pd.Timestamp("2025-01-01")).all()


def test_outcomes_and_amounts(tmp_path):
    header = (*HEADER, "是否成交", "成交日期", "金额/万元")
    rows = [
        [*record(1), "是", "2025-06-01", "1,200元"],
        [*record(2), "N", None, None],
        [*record(3), 1, None, 1.2],
        [*record(4), "-", None, None],
        [*record(5), "跟进中", None, "面议"],
    ]
    check, table = clean(write(tmp_path, [header, *rows]))
    outcomes = table["converted"].astype(object).where(table["converted"].notna(), None)
    assert outcomes.to_list() == [True, False, True, None, None]
    assert table["amount"].fillna(-1).to_list() == [1200, -1, 12_000, -1, -1]
    assert list_faults(check.flags) == [
        (6, "converted", "跟进中", "outcome_unreadable"),
        (6, "amount", "面议", "amount_unreadable"),
    ]
    assert (check.graded, check.rejected) == (5, 0), "an optional cell that cannot be read costs no record"


def test_damaged_identifiers_are_flagged_and_kept(tmp_path):
    check, table = clean(write_column(tmp_path, "客户ID", ["000123", "000456", 789, "1.2E+11", 123456789012]))
    assert table["customer_id"].to_list() == ["000123", "000456", "789", "1.2E+11", "123456789012"]
    assert list_faults(check.flags) == [
        (4, "customer_id", "789", "id_lost_zeros"),
        (5, "customer_id", "1.2E+11", "id_scientific"),
        (6, "customer_id", "123456789012", "id_number_too_long"),
    ]


def test_formulas_without_a_saved_value_are_missing_and_said(tmp_path):
    check, table = clean(write_column(tmp_path, "意向度", ["=1+4", 5, "=NA()"]))
    assert (check.graded, check.ungradable) == (1, 2)
    assert list_faults(check.flags, "cell", "code") == [
        ("D2", "formula_without_value"),
        ("D4", "formula_without_value"),
    ]
    assert table["intent"].isna().sum() == 2


def test_error_cells_are_missing_and_said(tmp_path):
    def put_error(sheet):
        sheet["D2"], sheet["D2"].data_type = "#DIV/0!", "e"

    check, _ = clean(write(tmp_path, [HEADER, record(1), record(2)], change=put_error))
    assert list_faults(check.flags) == [(2, "intent", "#DIV/0!", "cell_error")]
    assert check.ungradable == 1


def test_grades_and_composites_of_the_workbook_are_compared(tmp_path):
    header = (*HEADER, "综合评分", "最终评级")
    rows = [[*record(1), 4.1, "Ａ级"], [*record(2), 4.0, "B级(中等)"], [*record(3), "待定", "-"]]

    def score(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(composite=4.1, grade="A")

    path = write(tmp_path, [header, *rows])
    [check] = contract.check([path], score=score)
    assert list_faults(check.flags) == [
        (3, "composite_supplied", "4", "composite_differs"),
        (3, "grade_supplied", "B", "grade_differs"),
        (4, "composite_supplied", "待定", "composite_unreadable"),
    ]
    assert check.flags.loc[0, "reason_zh"] == "表内综合评分为4，按评分标准计算为4.1。"
    assert check.graded == 3


# --- duplicates and contradictions


def test_exact_duplicates_are_dropped_and_counted(tmp_path):
    check, table = clean(write(tmp_path, [HEADER, record(1), record(2), record(1), record(1)]))
    assert (check.read, check.graded, check.duplicates) == (4, 2, 2)
    assert table["row"].to_list() == [2, 3]


def test_records_without_identifier_are_no_duplicates(tmp_path):
    check, _ = clean(write_column(tmp_path, "客户ID", [None, None]))
    same = [HEADER, *([None, *record(1)[1:]] for _ in range(3))]
    assert clean(write(tmp_path, same))[0].duplicates == check.duplicates == 0


def test_conflicting_duplicates_are_kept_out_together(tmp_path):
    rows = [record(1), record(2), record(1, 意向度=1), record(3, 满意度=9), record(1, 满意度=None)]
    check, table = clean(write(tmp_path, [HEADER, *rows]))
    assert table["customer_id"].to_list() == ["C0002"]
    assert (check.read, check.rejected, check.duplicates) == (5, 4, 0)
    conflicts = check.rejects[check.rejects["code"] == "conflicting_scores"]
    assert list_faults(conflicts, "row", "value") == [(2, "5/4/3"), (4, "1/4/3"), (6, "5/4/–")]
    assert conflicts["reason_en"].str.contains("2: 5/4/3; 4: 1/4/3; 6: 5/4/–", regex=False).all()
    assert check.rejects.index[-3:].equals(conflicts.index)


def test_the_same_customer_on_another_day_or_for_another_product(tmp_path):
    header = (*HEADER, "咨询产品")
    rows = [[*record(1), "总账"], [*record(1), "报税"], [*record(1, 咨询日期="2025-07-01", 意向度=1), "总账"]]
    check, _ = clean(write(tmp_path, [header, *rows]))
    assert (check.graded, check.duplicates, check.rejected) == (3, 0, 0)


def test_identifiers_cut_to_scientific_notation_tell_no_duplicates(tmp_path):
    rows = [record(1, 客户ID="1.2E+11"), record(1, 客户ID="1.2E+11", 意向度=1)]
    check, _ = clean(write(tmp_path, [HEADER, *rows]))
    assert (check.graded, check.rejected) == (2, 0)
    assert codes(check.flags) == ["id_scientific", "id_scientific"]


def test_identifiers_masked_too_far_tell_no_duplicates(tmp_path):
    check, _ = clean(write(tmp_path, [HEADER, record(1, 客户ID="张**"), record(1, 客户ID="张**", 意向度=1)]))
    assert (check.graded, check.rejected) == (2, 0)
    assert codes(check.flags) == ["id_masked", "id_masked"]


def test_region_and_year_that_disagree_are_listed_and_the_column_wins(tmp_path):
    header = (*HEADER, "地区", "统计年度")
    rows = [
        [*record(1), "杭州市", 2025],
        [*record(2), "杭州市", 2024],
        [*record(3), "黄山", None],
        [*record(4), None, 2025],
    ]
    check, table = clean(write(tmp_path, [header, *rows], sheet="2025年"))
    assert table["region"].to_list() == ["杭州市", "杭州市", "黄山", "黄山市"]
    assert table["year"].to_list() == [2025, 2024, 2025, 2025]
    assert list_faults(check.flags) == [
        (2, "region", "杭州市", "region_disagrees"),
        (3, "year", "2024", "year_disagrees"),
        (3, "consulted_on", "2025-03-03", "date_outside_year"),
        (4, "year", "", "year_filled"),
        (5, "region", "", "region_filled"),
    ]
    assert check.counts["region_disagrees", "region"] == 2


def test_sheet_and_file_that_disagree(tmp_path):
    check, table = clean(write(tmp_path, [HEADER, record(1)], sheet="杭州市2025"))
    assert table.loc[0, "region"] == "杭州市"
    assert list_faults(check.flags, "code", "value") == [("region_disagrees", "杭州市")]


def test_a_row_that_nothing_places_is_rejected(tmp_path):
    rows = [[*record(1), "黄山市"], [*record(2, 咨询日期=None), None]]
    check, _ = clean(write(tmp_path, [(*HEADER, "城市"), *rows], "export.xlsx"))
    assert list_faults(check.rejects, "row", "code") == [(3, "region_missing"), (3, "year_missing")]
    assert (check.graded, check.rejected) == (1, 1)


def test_dates_that_contradict(tmp_path):
    header = (*HEADER, "是否成交", "成交日期", "成交金额")
    rows = [
        [*record(1, 咨询日期="2024-12-31"), "是", "2025-01-02", 1],
        [*record(2), "是", "2025-03-01", 1],
        [*record(3), "否", "2025-05-01", 100],
        [*record(4), "否", None, 0],
        [*record(5, 咨询日期="2025-12-31"), None, None, -5],
    ]
    path = write(tmp_path, [header, *rows])
    [check] = contract.check([path], today=dt.date(2025, 12, 30))
    assert list_faults(check.flags) == [
        (2, "consulted_on", "2024-12-31", "date_outside_year"),
        (3, "converted_on", "2025-03-01", "outcome_before_consultation"),
        (4, "converted_on", "2025-05-01", "outcome_contradicts"),
        (4, "amount", "100", "outcome_contradicts"),
        (6, "amount", "-5", "amount_negative"),
        (6, "consulted_on", "2025-12-31", "date_in_future"),
    ]
    assert check.graded == 5
    assert "date_in_future" not in codes(clean(path)[0].flags), "what is stored does not depend on the day"


# --- mapping files, csv, several files


def test_a_mapping_file(tmp_path):
    columns = tmp_path / "columns.yaml"
    columns.write_text(
        "columns: {打分一: intent, 打分二: clarity, 打分三: satisfaction, 状态: converted, 意向度: ignore}\n"
        'values: {converted: {A: true, B: false}, intent: {高: 5, 中: 3}, customer_type: {"1": 小微企业}}\n'
        "region: 歙县\nyear: 2024\n",
        encoding="utf-8",
    )
    header = ["客户类型", "打分一", "打分二", "打分三", "状态", "意向度"]
    check, table = clean(
        write(tmp_path, [header, [1, "高", 4, 3, "A", 99], [2, "中", 4, 3, "B", 99]], "x.xlsx"), columns
    )
    assert table["intent"].to_list() == [5, 3]
    assert table["converted"].to_list() == [True, False]
    assert table["customer_type"].to_list() == ["小微企业", "2"]
    assert check.slices == [("歙县", 2024, 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv(tmp_path, encoding):
    path = write_csv(
        tmp_path,
        [["黄山市2025年"], HEADER, record(1), record(2, 意向度="４分"), [], ["合计", "", "", "9", "", ""]],
        encoding,
    )
    check, table = clean(path)
    assert table["intent"].to_list() == [5, 4]
    assert table["row"].to_list() == [3, 4]
    assert check.dropped == {"blank": 1, "total_row": 1}


def test_a_comma_without_quotes_keeps_the_row_out(tmp_path):
    path = write_csv(tmp_path, [HEADER, record(1), [*record(2), "多余"], record(3)[:-2]])
    check, _ = clean(path)
    assert list_faults(check.rejects, "row", "value", "code") == [(3, "多余", "too_many_cells")]
    assert (check.graded, check.ungradable) == (1, 1)


def test_parquet(tmp_path):
    table = pd.DataFrame([record(n) for n in range(1, 4)], columns=list(HEADER))
    table["咨询日期"] = pd.to_datetime(table["咨询日期"])
    table["意向度"] = [5.0, None, 6.0]
    table["是否成交"] = [True, False, None]
    table["咨询产品"] = [["总账", "报税"], [], None]
    table.to_parquet(tmp_path / "黄山市-2025.parquet")
    check, rows = clean(tmp_path / "黄山市-2025.parquet")
    assert list_faults(check.rejects) == [(3, "intent", "6", "score_out_of_range")]
    assert rows["converted"].to_list() == [True, False]
    assert rows.loc[0, "product"] == "总账、报税"
    assert (check.graded, check.ungradable, check.rejected) == (1, 1, 1)


def test_check_reports_each_file(tmp_path):
    good = write(tmp_path, [HEADER, record(1)])
    bad = write(tmp_path, [["a", "b"], [1, 2]], "other.xlsx")
    copy = tmp_path / "杭州市-2025.xlsx"
    copy.write_bytes(good.read_bytes())
    checks = contract.check([good, bad, copy])
    assert [check.error is None for check in checks] == [True, False, True]
    assert list_faults(checks[2].flags, "value", "code") == [(copy.name, "same_file_twice")]


def test_listed_faults_are_limited_but_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(contract, "LISTED", 3)
    check, _ = clean(write_column(tmp_path, "意向度", [0] * 10))
    assert (len(check.rejects), check.rejected, check.counts["score_out_of_range", "intent"]) == (3, 10, 10)


# --- whatever comes

CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "",
            "-",
            "合计",
            "5分",
            "五",
            "注：",
            "意向度",
            "2025-01-01",
            "1/2/25",
            "=1",
            "C0001",
            "\n",
            "A级",
            "是",
        ]
    ),
    st.integers(-10, 10),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(dt.date(1890, 1, 1), dt.date(2300, 1, 1)),
    st.datetimes(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12),
)
ROWS = st.lists(st.lists(CELLS, min_size=9, max_size=11), max_size=12)
WIDE_HEADER = (*HEADER, "综合评分", "最终评级", "是否成交", "成交日期", "成交金额")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_whatever_is_in_a_csv_the_count_reconciles(tmp_path, rows):
    texts = [
        ["" if cell is None else '"' + str(cell).replace('"', '""').replace("\0", "") + '"' for cell in row]
        for row in rows
    ]
    path = write_csv(tmp_path, [WIDE_HEADER, *texts])
    [check] = contract.check([path])
    assert check.error is None
    assert_reconciled(check, len(rows))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_whatever_is_in_a_workbook_the_count_reconciles(tmp_path, rows):
    legal = [
        [
            cell
            for cell in row
            if not (isinstance(cell, str) and openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.search(cell))
        ]
        for row in rows
    ]
    legal = [
        [None if isinstance(cell, float) and not -1e300 < cell < 1e300 else cell for cell in row]
        for row in legal
    ]
    legal = [
        [None if isinstance(cell, (dt.date, dt.datetime)) and cell.year < 1900 else cell for cell in row]
        for row in legal
    ]
    [check] = contract.check([write(tmp_path, [WIDE_HEADER, *legal])])
    assert check.error is None
    assert_reconciled(check, len(rows))


def assert_reconciled(check: contract.FileCheck, rows: int) -> None:
    workbooks.reconcile(check)
    assert check.read + sum(check.dropped.values()) <= rows
    assert set(codes(check.rejects)) <= {code for code, kind in KINDS.items() if kind.rejects}
    assert set(codes(check.flags)) <= {code for code, kind in KINDS.items() if not kind.rejects}
