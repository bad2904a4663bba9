"""The tables beside the consultations: told by their headers, reconciled to the row, faults in place."""

import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from industry_report.analysis import customers
from industry_report.base.errors import InputError
from industry_report.intake import check_report, contract, dataset, other_tables, table_drafts, table_headers
from industry_report.intake.mapping import load_column_map
from industry_report.intake.schemas import SCHEMAS

PHONE, RESIDENT = "13800138000", "11010519491231002X"


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def check(path: Path, columns: Path | None = None) -> contract.FileCheck:
    (found,) = contract.check([path], columns)
    assert found.error is None, found.error
    assert found.read == found.graded + found.ungradable + found.rejected + found.duplicates
    return found


def codes(found: contract.FileCheck, rejects: bool = True) -> dict[str, int]:
    table = found.rejects if rejects else found.flags
    return table.groupby("code").size().to_dict()


# A tidy row of each table, in Chinese and in English headers.
TIDY = {
    "customers": (
        "客户编号,客户名称,统一社会信用代码,客户类型,员工人数,注册资本(万元),更新时间,是否同意使用",
        "customer_id,customer_name,uscc,customer_type,employees,registered_capital,updated_on,consent",
        "A1,甲公司,91350100M000100Y43,小微企业,12,100,2025-03-01,是",
    ),
    "orders": (
        "订单编号,客户编号,下单日期,订单金额(元),产品,订单类型,成本",
        "order_id,customer_id,ordered_on,amount,product,kind,cost",
        "D1,A1,2025-03-01,1200.50,总账,新购,300",
    ),
    "interactions": (
        "客户编号,发生时间,类型,页面,停留时长(秒),是否内部访问",
        "customer_id,occurred_at,kind,page,seconds,staff",
        "A1,2025-03-01 09:30:00,浏览,/价格?user=3,35,否",
    ),
    "responses": (
        "答卷编号,客户编号,问卷批次,发放日期,提交时间,产品质量,总体满意度,推荐意愿",
        "response_id,customer_id,survey,sent_on,answered_on,quality,overall,recommend",
        "R1,A1,2025-06,2025-06-01,2025-06-03 10:00:00,4,5,9",
    ),
    "feedback": (
        "客户编号,反馈日期,反馈渠道,反馈内容",
        "customer_id,given_on,channel,text",
        "A1,2025-03-01,电话回访,很好用",
    ),
    "complaints": (
        "投诉编号,投诉日期,客户编号,投诉类别,办结日期,赔付金额,处理满意度",
        "complaint_id,received_on,customer_id,category,closed_on,cost,satisfied",
        "T1,2025-03-01,A1,响应慢,2025-03-05,100,3",
    ),
    "leads": (
        "线索编号,创建时间,线索来源,需求,预算,决策权,是否转换,转换时间",
        "Record Id,Created Time,Lead Source,need,budget,authority,converted,Converted Time",
        "L1,2025-03-01 08:00:00,官网,是,未知,否,是,2025-04-01",
    ),
    "market": (
        "地区,年度,指标,数值,下限,上限,数据来源,发布日期",
        "region,year,metric,value,low,high,source,published_on",
        "黄山市,2024,销售额,1000000,900000,1200000,统计公报,2025-03-01",
    ),
    "assignments": (
        "措施,客户编号,组别,分组日期",
        "action,customer_id,group,assigned_on",
        "增购邮件,A1,实施,2025-03-01",
    ),
    "decisions": (
        "客户编号,日期,等级,提出人,批准人,决定,理由",
        "customer_id,date,grade,who,approved_by,decision,why",
        "A1,2025-03-01,A,王,李,同意,连续三个月采购超过10万元",
    ),
}


@pytest.mark.parametrize("table", SCHEMAS)
@pytest.mark.parametrize("language", [0, 1])
def test_each_table_is_told_by_its_headers(tmp_path, table, language):
    headers, row = TIDY[table][language], TIDY[table][2]
    found = check(write(tmp_path, "黄山市.csv", headers, row))
    assert (found.table, found.read, found.graded, found.rejected) == (table, 1, 1, 0)
    loaded = dataset.load(tmp_path / "黄山市.csv", table=table)
    assert len(loaded) == 1
    assert loaded["region"].tolist() == ["黄山市"]


@pytest.mark.parametrize("table", SCHEMAS)
def test_a_messy_twin_of_each_is_reconciled_to_the_row(tmp_path, table):
    """A title, a blank row, the row twice, the header again, a total, a note: one record is left."""
    header, _, row = TIDY[table]
    book = Workbook()
    sheet = book.active
    for line in ("某公司导出", header, row, "", row, header, "合计", "备注：仅供参考"):
        sheet.append(line.split(","))
    path = tmp_path / "黄山市.xlsx"
    book.save(path)
    found = check(path)
    assert (found.table, found.read, found.graded, found.duplicates, found.rejected) == (table, 2, 1, 1, 0)
    assert sum(found.dropped.values()) == 4


@pytest.mark.parametrize("table", SCHEMAS)
def test_a_row_without_a_required_value_is_kept_out_with_its_cell(tmp_path, table):
    header, _, row = TIDY[table]
    names = header.split(",")
    for required in SCHEMAS[table].required:
        place = next(
            p
            for p, name in enumerate(names)
            if (table_headers.recognise_header(table, name) or ("",))[0] == required
        )
        cells = row.split(",")
        cells[place] = ""
        if sum(map(bool, cells)) < 2:
            continue
        found = check(write(tmp_path, "黄山市.csv", header, row, ",".join(cells)))
        assert (found.graded, found.rejected) == (1, 1)
        assert found.rejects[["row", "column", "code"]].to_numpy().tolist() == [
            [3, required, "required_missing"]
        ]


ORDERS = TIDY["orders"][0]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("D2,A1,2025-03-01,面议,总账,新购,1", "amount_no_number"),
        ("D2,A1,2025-03-01,-5,总账,新购,1", "negative_without_refund"),
        ("D2,A1,1/2/25,5,总账,新购,1", "date_ambiguous"),
        ("D2,A1,2025-02-30,5,总账,新购,1", "date_impossible"),
        ("D2,A1,2025-03-01,5,总账,新购,1,2,3", "too_many_cells"),
        ("D1,A1,2025-03-01,7,总账,新购,1", "conflicting_rows"),
    ],
)
def test_orders_that_are_kept_out(tmp_path, row, code):
    found = check(write(tmp_path, "黄山市.csv", ORDERS, TIDY["orders"][2], row))
    assert code in codes(found)
    assert found.rejected == (2 if code == "conflicting_rows" else 1)


@pytest.mark.parametrize(
    ("table", "header", "row", "code"),
    [
        ("complaints", 0, "T2,2025-03-05,A1,慢,2025-03-01,,", "ends_before_start"),
        ("interactions", 0, "A1,2025-03-01 09:00,浏览,/,90000,否", "seconds_impossible"),
        ("interactions", 0, "A1,2025-03-01 09:00,浏览,/,-1,否", "seconds_impossible"),
        ("responses", 0, "R2,A1,2025-06,2025-06-01,2025-06-02,6,5,9", "score_out_of_range"),
        ("responses", 0, "R2,A1,2025-06,2025-06-01,2025-06-02,4,5,11", "rating_out_of_range"),
        ("responses", 0, "R2,A1,2025-06,,,4,5,9", "year_missing"),
        ("market", 0, "黄山市,2024,销售额,5,,,,2025-03-01", "required_missing"),
        ("assignments", 0, "增购邮件,A2,待定,2025-03-01", "group_unreadable"),
        ("customers", 0, "A2,乙,,,二十多,,2025-01-01,是", "count_unreadable"),
    ],
)
def test_rows_that_are_kept_out(tmp_path, table, header, row, code):
    found = check(write(tmp_path, "黄山.csv", TIDY[table][header], TIDY[table][2], row))
    assert (found.table, found.graded, found.rejected) == (table, 1, 1)
    assert codes(found) == {code: 1}


@pytest.mark.parametrize(
    ("table", "row", "code"),
    [
        ("orders", "D2,A1,2025-03-01,0,总账,新购,1", "amount_zero"),
        ("orders", "D2,1.2E+11,2025-03-01,5,总账,新购,1", "id_scientific"),
        ("orders", "D2,A1,2025-03-01,5,总账,试用,1", "code_unknown"),
        ("interactions", "A1,2025-03-01 09:00,浏览,/,20000,否", "long_session"),
        ("interactions", "A1,2025-03-01 09:00,浏览,/,20,是", "staff_visit"),
        ("responses", "R2,A1,2025-06,2025-06-03,2025-06-02,4,5,9", "dates_disagree"),
        ("customers", "A2,乙,91350100M000100Y43,,,,2025-01-01,是", "same_credit_code"),
        ("customers", "A2,乙,91350100M000100Y44,,,,2025-01-01,是", "uscc_invalid"),
        ("customers", "A2,乙,,,,,2025-01-01,否", "no_consent"),
    ],
)
def test_what_is_only_noticed(tmp_path, table, row, code):
    found = check(write(tmp_path, "黄山.csv", TIDY[table][0], TIDY[table][2], row))
    assert (found.graded, found.rejected) == (2, 0)
    assert code in codes(found, rejects=False)


def test_refunds_have_one_sign_however_they_are_written(tmp_path):
    rows = (
        "D2,A1,2025-03-02,30,总账,退款,",
        "D3,A1,2025-03-03,-40,总账,退款,",
        "D4,A1,2025-03-04,50,总账,续费,",
    )
    write(tmp_path, "黄山.csv", ORDERS, *rows)
    assert dataset.load(tmp_path, table="orders")["amount"].tolist() == [-30, -40, 50]
    mapping = write(tmp_path.parent, "refunds.yaml", "tables: {orders: {refunds: negative}}")
    path = write(tmp_path, "黄山.csv", ORDERS, "D5,A1,2025-03-04,-60,总账,,")
    assert check(path, mapping).rejected == 0
    assert dataset.load(tmp_path, columns=mapping, table="orders")["kind"].tolist() == ["退款"]


def test_units_of_amounts_are_each_columns_own(tmp_path):
    header = "客户编号,注册资本(万元),去年营收(亿)"
    write(tmp_path, "黄山.csv", header, "A1,100,1.5")
    loaded = dataset.load(tmp_path, table="customers")
    assert loaded[["registered_capital", "annual_revenue"]].to_numpy().tolist() == [[1_000_000, 150_000_000]]


def test_the_day_of_the_export_bounds_dates(tmp_path):
    mapping = write(tmp_path.parent, "export.yaml", "tables: {orders: {exported_on: 2025-12-31}}")
    late = "D2,A1,2026-01-01,5,总账,新购,"
    path = write(tmp_path, "黄山.csv", ORDERS, TIDY["orders"][2], late)
    assert codes(check(path, mapping)) == {"after_export": 1}
    assert check(path).rejected == 0


def test_exchanged_customers_need_consent_and_a_provider(tmp_path):
    header = "客户编号,采集渠道,数据提供方,是否同意使用"
    rows = ("A1,数据交换,某协会,是", "A2,数据交换,,是", "A3,资源整合,某协会,", "A4,展会,,")
    found = check(write(tmp_path, "黄山.csv", header, *rows))
    assert found.rejects["row"].tolist() == [3, 4]
    assert codes(found) == {"no_consent_exchange": 2}


def test_who_gave_no_consent_is_counted_and_used_nowhere(tmp_path):
    write(
        tmp_path,
        "黄山-客户.csv",
        TIDY["customers"][0],
        "A1,甲,,小微企业,3,1,2025-01-01,否",
        TIDY["customers"][2].replace("A1", "A2"),
    )
    write(tmp_path, "黄山-订单.csv", ORDERS, TIDY["orders"][2], TIDY["orders"][2].replace("D1,A1", "D2,A2"))
    assert dataset.load(tmp_path, table="customers")["customer_id"].tolist() == ["A2"]
    assert dataset.load(tmp_path, table="orders")["customer_id"].tolist() == ["A2"]
    reasons = dataset.reasons(tmp_path, table="customers").set_index("code")["rows"]
    assert reasons["no_consent"] == 1
    stored = pd.concat(pd.read_parquet(path) for path in tmp_path.rglob(".prepared/*/customers/0.parquet"))
    assert stored.set_index("customer_id").loc["A1", ["customer_type", "employees"]].isna().all()


def test_a_store_that_is_only_scanned_gives_the_same_snapshot(tmp_path):
    for year in (2024, 2025):
        rows = [f"D{year}{n},A{n},{year}-03-0{n},{n}00,总账,续费," for n in range(1, 5)]
        write(tmp_path, f"黄山市-{year}-订单.csv", ORDERS, *rows)
    people = [TIDY["customers"][2], TIDY["customers"][2].replace("A1", "A2").replace("是", "否")]
    write(tmp_path, "黄山市-客户.csv", TIDY["customers"][0], *people)
    whole = customers.snapshot(dataset.open_tables(tmp_path), "2025-03-04")
    scanned = customers.snapshot(dataset.scan_tables(tmp_path, "黄山市"), "2025-03-04")
    pd.testing.assert_frame_equal(whole, scanned)
    assert whole.set_index("customer_id")["amount"].to_dict() == {"A1": 200.0, "A3": 600.0, "A4": 400.0}


def test_a_table_given_twice_in_two_files_counts_once_and_contradictions_are_named(tmp_path):
    one, two = TIDY["orders"][2], TIDY["orders"][2].replace("D1,", "D2,")
    write(tmp_path, "黄山市-1.csv", ORDERS, one)
    write(tmp_path, "黄山市-2.csv", ORDERS, one, two)
    assert dataset.load(tmp_path, table="orders")["order_id"].tolist() == ["D1", "D2"]
    write(tmp_path, "黄山市-3.csv", ORDERS, two.replace("1200.50", "7"))
    with pytest.raises(
        InputError, match=r"different things of order_id D2 .*黄山市-2\.csv, row 3; 黄山市-3\.csv, row 2"
    ):
        dataset.load(tmp_path, table="orders")


# --- which table


def test_a_workbook_may_hold_several_tables(tmp_path):
    book = Workbook()
    book.remove(book.active)
    for table in ("orders", "complaints", "customers"):
        sheet = book.create_sheet(SCHEMAS[table].zh)
        for line in (TIDY[table][0], TIDY[table][2]):
            sheet.append(line.split(","))
    sheet = book.create_sheet("咨询")
    sheet.append(["客户ID", "咨询日期", "意向度", "需求明确性", "满意度"])
    sheet.append(["A1", "2025-01-01", 5, 4, 3])
    book.create_sheet("说明").append(["本表仅供内部使用"])
    path = tmp_path / "黄山市.xlsx"
    book.save(path)
    checks = contract.check([path])
    assert [found.table for found in checks] == ["consultations", "orders", "complaints", "customers"]
    assert all((found.read, found.graded) == (1, 1) for found in checks)
    assert len(dataset.load(tmp_path)) == len(dataset.load(tmp_path, table="orders")) == 1


def test_what_lacks_a_required_column_is_said_and_not_read_as_a_poorer_table(tmp_path):
    path = write(
        tmp_path,
        "黄山.csv",
        "客户编号,下单日期,订单金额(元),产品,订单类型,成本",
        "A1,2025-03-01,5,总账,新购,1",
    )
    (found,) = contract.check([path])
    assert "looks like orders (订单) but lacks order_id (订单编号)" in str(found.error)
    with pytest.raises(InputError, match="lacks order_id"):
        dataset.load(tmp_path, table="orders")


def test_a_table_of_consultations_that_lacks_a_score_is_still_that(tmp_path):
    path = write(
        tmp_path, "黄山-2025.csv", "客户ID,客户类型,意向度,满意度,咨询日期", "A1,小微企业,5,4,2025-01-01"
    )
    (found,) = contract.check([path])
    assert "required scores are missing: clarity" in str(found.error)


def test_a_tie_is_said_and_a_name_or_a_mapping_decides_it(tmp_path):
    header = "客户编号,日期,类型,措施,组别"  # as much of interactions as of a group of actions
    found = table_headers.recognise([header.split(",")], ["x"], {}, {})
    if found.tie:
        assert set(found.tie) == {"interactions", "assignments"}
    by_name = table_headers.recognise([header.split(",")], ["措施分组"], {}, {})
    assert by_name.table is not None
    told = table_headers.recognise([header.split(",")], ["x"], {}, {}, only="interactions")
    assert told.table is not None and told.table.schema.name == "interactions"


def test_headers_of_ones_own_by_a_mapping(tmp_path):
    text = ("table: orders", "columns: {凭证号: order_id, 会员: customer_id, 日子: ordered_on, 收入: amount}")
    mapping = write(tmp_path.parent, "own.yaml", *text)
    path = write(tmp_path, "黄山.csv", "凭证号,会员,日子,收入", "1,A1,2025-01-01,5")
    assert check(path, mapping).table == "orders"
    mapping = write(tmp_path.parent, "several.yaml", "tables: {orders: {" + text[1] + "}}")
    write(tmp_path, "黄山市-2025.csv", "客户ID,意向度,需求明确性,满意度,咨询日期", "A1,5,4,3,2025-01-01")
    assert (
        len(dataset.load(tmp_path, columns=mapping))
        == len(dataset.load(tmp_path, columns=mapping, table="orders"))
        == 1
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("table: order", "is no table. Did you mean orders"),
        ("tables: {orders: {columns: {x: closed_on}}}", "orders have no column closed_on"),
        ("tables: {orders: {personal: [text]}}", "orders have no column text"),
        ("columns: {x: order_id}", "consultations have no column order_id"),
        ("tables: {orders: {refunds: yes}}", "refunds"),
        ("tables: {consultations: {}}", "told at the top"),
        ("tables: {orders: {exported_on: soon}}", "is no day"),
    ],
)
def test_faults_of_a_mapping_are_named(tmp_path, text, fault):
    mapping = write(tmp_path, "m.yaml", text)
    with pytest.raises(InputError, match=fault):
        contract.check([write(tmp_path, "黄山.csv", ORDERS, TIDY["orders"][2])], mapping)


def test_a_table_that_is_not_there_and_one_that_does_not_exist(tmp_path):
    write(tmp_path, "黄山.csv", ORDERS, TIDY["orders"][2])
    with pytest.raises(InputError, match=r"holds no table of complaints \(投诉记录\)"):
        dataset.load(tmp_path, table="complaints")
    with pytest.raises(InputError, match="Did you mean 'orders'"):
        dataset.load(tmp_path, table="order")
    with pytest.raises(InputError, match="It has other tables: orders"):
        dataset.load(tmp_path)
    assert dataset.load(tmp_path, "黄山市", 2020, table="orders").empty


def test_rows_that_nothing_places_take_the_region_of_their_customer(tmp_path):
    write(tmp_path, "客户.csv", "客户编号,城市,员工人数", "A1,黄山市,3", "A2,杭州市,3")
    write(tmp_path, "订单.csv", ORDERS, TIDY["orders"][2], TIDY["orders"][2].replace("D1,A1", "D2,A2"))
    assert dataset.load(tmp_path, "杭州市", table="orders")["order_id"].tolist() == ["D2"]
    assert dataset.load(tmp_path, table="orders")["region"].tolist() == ["黄山市", "杭州市"]


def test_check_counts_orphans_over_the_files_of_a_folder(tmp_path):
    write(tmp_path, "黄山-客户.csv", TIDY["customers"][0], TIDY["customers"][2])
    write(tmp_path, "黄山-订单.csv", ORDERS, TIDY["orders"][2], TIDY["orders"][2].replace("D1,A1", "D2,X9"))
    assert {found.table: found.orphans for found in contract.check([tmp_path])} == {
        "customers": 0,
        "orders": 1,
    }


# --- personal data


def test_planted_numbers_reach_neither_store_nor_lists(tmp_path):
    """In every column of every table, in bad cells, notes and totals, and in the names of files."""
    secrets = [RESIDENT, PHONE, "a.wang@example.com", "6222021234567890128"]
    for table, (header, _, row) in TIDY.items():
        kinds = {name: column.kind for name, column in SCHEMAS[table].columns.items()}
        lines = [row]
        for place, name in enumerate(header.split(",")):
            column = (table_headers.recognise_header(table, name) or ("",))[0]
            for secret in secrets:
                cells = row.split(",")
                cells[place] = f"联系{secret}" if kinds.get(column) == "text" else secret
                lines.append(",".join(cells))
        name = f"黄山市-{PHONE}-{table}.csv"
        write(tmp_path, name, header, *lines, f"合计 {PHONE}", f"备注：{RESIDENT}")
    for table in SCHEMAS:
        rows = dataset.load(tmp_path, table=table)
        [told] = dataset.sources(tmp_path, table=table)["file"]
        assert told == f"黄山市-■■■-{table}.csv"
        assert set(rows["file"]) <= {told}
    assert len(list(tmp_path.rglob(".prepared/*/*/summary.json"))) == len(SCHEMAS)
    for path in tmp_path.rglob(".prepared/**/*.*"):
        content = (
            pd.read_parquet(path).to_csv() if path.suffix == ".parquet" else path.read_text(encoding="utf-8")
        )
        assert not [secret for secret in secrets if secret in content], path
    counted = dataset.reasons(tmp_path, table="orders").set_index(["code", "column"])["rows"]
    assert counted["personal_data", "product"] == len(secrets)


def test_texts_of_consultations_are_guarded_too_and_so_is_the_workbook_of_faults(tmp_path):
    header = "客户ID,客户来源,咨询详情,咨询日期,意向度,需求明确性,满意度"
    rows = (
        f"A1,官网,请打{PHONE},2025-01-01,5,4,3",
        f"A2,{RESIDENT},好,2025-01-02,5,9,3",
        f"{PHONE},官网,好,2025-01-03,5,4,3",
    )
    path = write(tmp_path, "黄山市-2025.csv", header, *rows)
    loaded = dataset.load(tmp_path)
    assert loaded["detail"].isna().tolist() == [True, False]
    assert loaded["customer_id"].isna().tolist() == [False, True]
    (found,) = contract.check([path])
    check_report.write_workbook([found], tmp_path.parent / "faults.xlsx")
    with zipfile.ZipFile(tmp_path.parent / "faults.xlsx") as package:
        content = b"".join(map(package.read, package.namelist())).decode("utf-8", "replace")
    stored = [pd.read_parquet(file).to_csv() for file in tmp_path.rglob(".prepared/**/*.parquet")]
    for told in (content, *stored, check_report.summary([found], "zh"), str(check_report.as_json([found]))):
        assert PHONE not in told
        assert RESIDENT not in told
    assert codes(found, rejects=False)["personal_data"] == 3


def test_a_column_that_is_needed_stays_as_it_is(tmp_path):
    mapping = write(tmp_path.parent, "needed.yaml", "tables: {feedback: {personal: [text]}}")
    write(tmp_path, "黄山.csv", TIDY["feedback"][0], TIDY["feedback"][2])
    assert "text" not in dataset.load(tmp_path, table="feedback")
    assert dataset.load(tmp_path, columns=mapping, table="feedback")["text"].tolist() == ["很好用"]


def test_pages_lose_what_follows_their_address(tmp_path):
    write(tmp_path, "黄山.csv", TIDY["interactions"][0], TIDY["interactions"][2])
    assert dataset.load(tmp_path, table="interactions")["page"].tolist() == ["/价格"]


def test_a_draft_names_what_is_known_what_may_be_meant_and_what_is_missing(tmp_path):
    path = write(
        tmp_path, "黄山.csv", "订单编码,客户编号,下单日期,订单金额(元),产品,备注", "1,A1,2025-01-01,5,总账,x"
    )
    text = table_drafts.draft_mapping(path)
    assert "# Required and not found: order_id (订单编号)." in text
    assert '# "订单编码": order_id  # similar name' in text
    own = write(tmp_path.parent, "draft.yaml", text.replace('# "订单编码": order_id', '"订单编码": order_id'))
    assert check(path, own).table == "orders"


def test_the_example_of_a_mapping_speaks_of_other_tables():
    told = load_column_map(Path(__file__).parents[2] / "params" / "columns" / "example.yaml").tables
    assert told["orders"].columns["凭证号"] == "order_id"
    assert told["feedback"].personal == ("text",)


@pytest.mark.parametrize("page", ["your-own-data.md", "your-own-data.zh.md"])
def test_the_docs_have_a_section_for_each_table_with_a_row_that_is_read(tmp_path, page):
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    rows = re.findall(r"^```csv\n(.+)\n(.+)\n```$", text, flags=re.M)
    told = [check(write(tmp_path, f"黄山市-{place}.csv", *lines)) for place, lines in enumerate(rows)]
    assert [(found.table, found.graded) for found in told] == [(name, 1) for name in SCHEMAS]
    assert all(f"### {name}" in text or f" {name}\n" in text for name in SCHEMAS)
    mapping = write(tmp_path, "m.yaml", re.search(r"^```yaml\n(tables:.+?)```$", text, flags=re.M | re.S)[1])
    assert load_column_map(mapping).tables["orders"].refunds_are_negative


@pytest.mark.parametrize("table", [name for name in SCHEMAS if name not in ("consultations", "responses")])
def test_a_table_without_rows_has_the_types_that_rows_would_give_it(table):
    empty = other_tables._make_empty(table)
    schema = SCHEMAS[table]
    assert set(schema.columns) <= set(empty) and not len(empty)
    assert all(empty[date].dtype.kind == "M" for date in schema.dates)


@pytest.mark.parametrize("table", SCHEMAS)
def test_a_column_is_called_as_its_own_table_calls_it(tmp_path, table):
    """Orders have a cost, too: it is no compensation, as that of complaints is."""
    names = [column.headers[0] for column in SCHEMAS[table].columns.values()]
    cells = dict(zip(TIDY[table][0].split(","), TIDY[table][2].split(","), strict=True))
    row = ",".join(cells.get(name, "") for name in names)
    told = check_report.summary([check(write(tmp_path, "黄山市.csv", ",".join(names), row))], "zh")
    assert "→" not in told, told
