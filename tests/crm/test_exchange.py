"""The way back into a CRM: what is written, what is not, the round trip, and exports of every kind."""

import csv
import hashlib
import io
import json
import random
import shutil
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from industry_report import cli
from industry_report.base import language
from industry_report.base.errors import InputError
from industry_report.crm import differences, exports, import_files, profiles, record_ids
from industry_report.intake import dataset

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "params" / "crm"
DAY = date(2025, 12, 31)
HEAD = ["Record Id", "Company", "Lead Owner", "Modified Time", "Locked", "Email Opt Out", "Lead Source"]
HEAD += ["Created Time", "Industry Report Grade", "Industry Report Points", "Industry Report Date"]
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def make_id(number):
    return f"4876880{number:08}123"


def make_record(number, grade="", points="", **changes):
    told = {
        **dict.fromkeys(HEAD, ""),
        "Record Id": make_id(number),
        "Company": f"示例公司{number}",
        "Lead Owner": "王",
        "Modified Time": "2025-12-01 10:00:00",
        "Locked": "false",
        "Email Opt Out": "false",
        "Created Time": "2025-01-05 09:00:00",
        "Industry Report Grade": grade,
        "Industry Report Points": points,
    }
    return {**told, **changes}


def write_export(path, records, head=HEAD, encoding="utf-8-sig", delimiter=","):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerow(head)
    writer.writerows([[one.get(name, "") for name in head] for one in records])
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def write_grades(path, rows, head=("线索编号", "等级", "综合评分")):
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("名单")
        for number, row in enumerate([head, *rows]):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell) if isinstance(cell, float) else sheet.write_string(
                    number, place, cell
                )
    return path


def grade(folder, *lines):
    """A list of grades, of (number of the record, grade)."""
    return write_grades(folder / "list.xlsx", [(make_id(one), letter, 4.0) for one, letter in lines])


def load(name="zoho-leads"):
    return profiles.load_profile(FOLDER / f"{name}.yaml")


def compare(export, grades, profile=None, graded_on=DAY, since=None):
    known = profile or load()
    before = exports.read_export(since, known) if since else None
    told = exports.read_export(export, known)
    return differences.compare(known, told, exports.read_grades(grades, known), graded_on, before)


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def apply(records, content, head):
    """Overwrite, as a CRM does, the mapped fields of the records that a file names."""
    api, *rows = read_csv(content)
    names = {load().api_names.get(header, header): header for header in head}
    by_id = {one["Record Id"]: dict(one) for one in records}
    for row in rows:
        by_id[row[0]].update({names[name]: cell for name, cell in zip(api[1:], row[1:], strict=True)})
    return list(by_id.values())


@pytest.fixture
def sheets(tmp_path):
    records = [make_record(1), make_record(2, "B", "3.40"), make_record(3, "A", "4.2"), make_record(4)]
    export = write_export(tmp_path / "leads.csv", records)
    lines = [(make_id(1), "A", 4.1), (make_id(2), "B", 3.4), (make_id(3), "C", 2.5), ("9" * 18, "D", 1.0)]
    return records, export, write_grades(tmp_path / "work-list.xlsx", lines), tmp_path


def test_what_changes_what_stays_and_what_is_in_one_file_only(sheets):
    _, export, grades, _ = sheets
    found = compare(export, grades)
    assert found.count() == {"changed": 2, "same": 1, "not_in_grades": 1, "not_in_export": 1}
    assert differences.tabulate_moves(found) == [("A", "C", 1), ("–", "A", 1)]
    assert not found.is_refused


def test_an_import_file_holds_ids_and_changed_fields_only(sheets):
    _, export, grades, _ = sheets
    files = dict(import_files.make_files(compare(export, grades)))
    rows = read_csv(files["import-zoho-leads-1.csv"])
    assert rows[0] == ["id", "Industry_Report_Grade", "Industry_Report_Points", "Industry_Report_Date"]
    assert rows[1:] == [[make_id(1), "A", "4.1", "2025-12-31"], [make_id(3), "C", "2.5", "2025-12-31"]]
    assert read_csv(files["undo-zoho-leads-1.csv"])[1:] == [
        [make_id(1), "", "", ""],
        [make_id(3), "A", "4.2", ""],
    ]
    assert b"\r" not in files["import-zoho-leads-1.csv"]
    assert not files["import-zoho-leads-1.csv"].startswith(b"\xef\xbb\xbf")


def test_round_trip_says_nothing_to_do_and_undo_gives_the_bytes_back(sheets):
    records, export, grades, tmp_path = sheets
    files = dict(import_files.make_files(compare(export, grades)))
    after = apply(records, files["import-zoho-leads-1.csv"], HEAD)
    again = compare(write_export(tmp_path / "after.csv", after), grades)
    assert again.changes == () and "changed" not in again.count()
    assert import_files.write_files(again, tmp_path / "nothing") == []
    back = apply(after, files["undo-zoho-leads-1.csv"], HEAD)
    assert write_export(tmp_path / "back.csv", back).read_bytes() == export.read_bytes()


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
plain = cells.filter(lambda text: not differences._is_formula(text))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(plain, plain, plain, st.sampled_from("ABCD")), min_size=1, max_size=8))
def test_undo_gives_any_old_text_back(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("crm")
    records = [
        make_record(n, grade, points, **{"Industry Report Date": day})
        for n, (grade, points, day, _) in enumerate(rows)
    ]
    export = write_export(folder / "leads.csv", records)
    grades = write_grades(folder / "list.xlsx", [(make_id(n), one, 3.5) for n, (*_, one) in enumerate(rows)])
    found = compare(export, grades)
    if found.changes:
        files = dict(import_files.make_files(found))
        after = apply(records, files["import-zoho-leads-1.csv"], HEAD)
        assert compare(write_export(folder / "after.csv", after), grades).changes == ()
        back = apply(after, files["undo-zoho-leads-1.csv"], HEAD)
        assert write_export(folder / "back.csv", back).read_bytes() == export.read_bytes()


@pytest.mark.parametrize(
    ("change", "state", "refused"),
    [
        ({"Locked": "TRUE"}, "locked", False),
        ({"Email Opt Out": "是"}, "opted_out", False),
        ({"Modified Time": "2026-01-03 08:00:00"}, "changed_since", True),
        ({"Industry Report Date": '=HYPERLINK("http://x","y")'}, "formula", True),
        ({"Industry Report Points": "-2+3+cmd|' /C calc'!A0"}, "formula", True),
        ({"Record Id": ""}, "no_id", True),
        ({"Record Id": "=1+1"}, "no_id", True),
    ],
)
def test_a_record_is_left_alone_and_why(tmp_path, change, state, refused):
    export = write_export(tmp_path / "leads.csv", [make_record(1, "B", **change), make_record(2)])
    found = compare(export, grade(tmp_path, (1, "A"), (2, "A")))
    assert found.count()[state] == 1
    assert found.is_refused is refused
    assert [one.id for one in found.changes] == [make_id(2)]


def test_what_changed_since_the_graded_export_is_held_back(tmp_path):
    old = [make_record(n) for n in range(1, 4)]
    new = [
        old[0],
        make_record(2, **{"Lead Owner": "李"}),
        make_record(3, **{"Lead Source": "官网"}),
        make_record(4),
    ]
    graded, export = write_export(tmp_path / "old.csv", old), write_export(tmp_path / "new.csv", new)
    grades = write_grades(tmp_path / "list.xlsx", [(make_id(n), "A", 4.0) for n in range(1, 5)])
    found = compare(export, grades, since=graded)
    assert found.count() == {"changed": 1, "changed_since": 2, "owner_changed": 1}
    assert found.is_refused


def test_a_grade_that_the_crm_does_not_offer_and_two_grades_for_one(tmp_path):
    export = write_export(tmp_path / "leads.csv", [make_record(n) for n in (1, 2, 3)])
    lines = [
        (make_id(1), "S", 4.0),
        (make_id(2), "A", 4.0),
        (make_id(2), "B", 3.0),
        (make_id(3), "Ａ级", 4.0),
    ]
    found = compare(export, write_grades(tmp_path / "list.xlsx", lines))
    assert found.count() == {"changed": 1, "not_in_pick_list": 1, "contradictory": 1}
    assert found.changes[0].new["Industry Report Grade"] == "A"


def test_a_record_twice_is_refused_in_both_places(tmp_path):
    export = write_export(tmp_path / "leads.csv", [make_record(1), make_record(2), make_record(1, "C")])
    found = compare(export, grade(tmp_path, (1, "A"), (2, "A")))
    assert found.states["twice"] == ((2, make_id(1)), (4, make_id(1)))
    assert [one.id for one in found.changes] == [make_id(2)]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "4.87688E+17",
        lambda text: "4,87688E+17",
        lambda text: text[:15] + "0" * (len(text) - 15),
    ],
)
def test_ids_that_a_spreadsheet_ruined_are_refused(tmp_path, spoil):
    records = [make_record(n, **{"Record Id": spoil(make_id(n))}) for n in range(1, 4)]
    export = write_export(tmp_path / "leads.csv", records)
    grades = grade(tmp_path, (1, "A"))
    with pytest.raises(InputError, match="ids of the column Record Id were ruined") as refused:
        compare(export, grades)
    assert "row 2, 3, 4" in str(refused.value)
    whole = write_export(tmp_path / "whole.csv", [make_record(1)])
    ruined = write_grades(tmp_path / "ruined.xlsx", [(spoil(make_id(1)), "A", 4.0)])
    with pytest.raises(InputError, match="were ruined"):
        compare(whole, ruined)


def test_ids_of_a_workbook_that_are_numbers_are_refused_and_short_ones_are_not(tmp_path):
    path = tmp_path / "leads.xlsx"
    for value, is_refused in ((487688000000123456, True), (1024, False)):
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["Record Id", "Industry Report Grade"])
            sheet.write_row(1, 0, [value, "B"])
        if is_refused:
            with pytest.raises(InputError, match="were ruined"):
                exports.read_export(path, load())
        else:
            assert exports.read_export(path, load()).records[0].id == "1024"


def test_honest_ids_that_end_in_zeros_by_chance_are_not_refused():
    draw = random.Random(3)
    ids = [record_ids.RecordId(n, str(draw.randrange(10**17, 10**18)), False) for n in range(25_000)]
    assert sum(one.text.endswith("000") for one in ids) > 10
    record_ids.refuse_ruined("x", "id", ids)
    some = [record_ids.RecordId(0, "487688000000123000", False)] * 200
    with pytest.raises(InputError):
        record_ids.refuse_ruined("x", "id", [*ids, *some])


def test_25001_rows_are_two_files_within_the_limits(tmp_path):
    records = [make_record(n) for n in range(25_001)]
    export = write_export(tmp_path / "leads.csv", records)
    grades = write_grades(tmp_path / "list.xlsx", [(make_id(n), "A", 4.0) for n in range(25_001)])
    profile = type(load())(**{**vars(load()), "files": ("csv",)})
    found = compare(export, grades, profile=profile)
    assert len({one.id for one in found.changes}) == 25_001
    files = dict(import_files.make_files(found))
    sizes = [len(read_csv(files[f"import-zoho-leads-{n}.csv"])) - 1 for n in (1, 2)]
    assert sizes == [25_000, 1]
    assert "import-zoho-leads-3.csv" not in files
    assert len(read_csv(files["undo-zoho-leads-2.csv"])) == 2


def test_files_are_split_by_bytes_too(sheets):
    _, export, grades, _ = sheets
    profile = load()
    small = type(profile)(**{**vars(profile), "bytes": 120, "files": ("csv",)})
    files = dict(import_files.make_files(compare(export, grades, profile=small)))
    parts = [content for name, content in files.items() if name.endswith(".csv")]
    assert len(parts) == 4 and all(len(content) <= 120 for content in parts)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_other_encodings_and_delimiters(tmp_path, encoding, delimiter):
    export = write_export(tmp_path / "leads.csv", [make_record(1), make_record(2)], HEAD, encoding, delimiter)
    grades = grade(tmp_path, (1, "A"))
    assert [one.id for one in compare(export, grades).changes] == [make_id(1)]


def test_utf16_is_refused_with_a_remedy(tmp_path):
    export = write_export(tmp_path / "leads.csv", [make_record(1)], HEAD, "utf-16")
    with pytest.raises(InputError, match="UTF-16"):
        exports.read_export(export, load())


def test_api_names_and_another_writing_of_headers_serve_as_well(tmp_path):
    api = load().api_names
    records = [make_record(1)]
    head = [api.get(name, name.upper()) for name in HEAD]
    renamed = [{new: records[0][old] for new, old in zip(head, HEAD, strict=True)}]
    export = write_export(tmp_path / "leads.csv", renamed, head)
    grades = grade(tmp_path, (1, "A"))
    assert len(compare(export, grades).changes) == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Record Id", "Record No", "no column of record ids .*If 'Record No' is it"),
        ("Industry Report Grade", "客户评级", "no column Industry Report Grade"),
    ],
)
def test_renamed_columns_are_named_with_the_remedy(tmp_path, old, new, said):
    head = [new if name == old else name for name in HEAD]
    export = write_export(tmp_path / "leads.csv", [make_record(1)], head)
    grades = grade(tmp_path, (1, "A"))
    with pytest.raises(InputError, match=f"(?s){said}.*copy of"):
        compare(export, grades)


def test_fields_that_the_export_lacks_are_told_and_not_written(tmp_path):
    head = [name for name in HEAD if name not in ("Industry Report Points", "Locked", "Industry Report Date")]
    export = write_export(tmp_path / "leads.csv", [make_record(1)], head)
    found = compare(export, grade(tmp_path, (1, "A")), graded_on=None)
    assert set(found.unchecked) == {
        "Locked",
        "Is Converted",
        "Industry Report Points",
        "Industry Report Date",
    }
    rows = read_csv(dict(import_files.make_files(found))["import-zoho-leads-1.csv"])
    assert rows == [["id", "Industry_Report_Grade"], [make_id(1), "A"]]


def test_a_column_twice_is_refused(tmp_path):
    export = write_export(tmp_path / "leads.csv", [make_record(1)], [*HEAD, "Record Id"])
    with pytest.raises(InputError, match="has the column Record Id twice"):
        exports.read_export(export, load())


def test_files_are_whole_told_in_a_manifest_and_never_written_over(sheets):
    _, export, grades, tmp_path = sheets
    found = compare(export, grades)
    files = import_files.write_files(found, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert {path.name for path in files} == {*told["files"], "manifest.json"}
    for name, about in told["files"].items():
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == about["sha256"]
    assert told["export"]["sha256"] == hashlib.sha256(export.read_bytes()).hexdigest()
    assert dict(import_files.make_files(found)) == {path.name: path.read_bytes() for path in files}
    with pytest.raises(InputError, match="is there already, and not empty"):
        import_files.write_files(found, tmp_path / "out")
    with pytest.raises(InputError, match="the day of the grades is not told"):
        import_files.write_files(compare(export, grades, graded_on=None), tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_no_cell_of_a_file_acts_in_a_spreadsheet(sheets):
    _, export, grades, _ = sheets
    for name, content in import_files.make_files(compare(export, grades)):
        if name.endswith(".xlsx"):
            for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows():
                assert {cell.data_type for cell in row} <= {"s", "n"}  # n is blank here
                assert all(isinstance(cell.value, str | None) for cell in row)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="there is no LibreOffice")
def test_libreoffice_shows_ids_as_they_are(sheets):
    _, export, grades, tmp_path = sheets
    out = tmp_path / "out"
    import_files.write_files(compare(export, grades), out)
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "csv",
    ]
    told = subprocess.run(
        [*command, "--outdir", str(tmp_path / "seen"), str(out / "import-zoho-leads-1.xlsx")], timeout=120
    )
    assert told.returncode == 0
    seen = read_csv((tmp_path / "seen" / "import-zoho-leads-1.csv").read_bytes())
    assert seen == read_csv((out / "import-zoho-leads-1.csv").read_bytes())


# --- profiles


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_is_sound_and_says_what_is_not_verified(name):
    profile = load(name)
    assert profile.not_verified and profile.table in ("leads", "customers", "orders", "complaints")
    assert set(profile.values) == set("ABCD")
    assert all(one["zh"] != one["en"] for one in profile.not_verified)


def test_there_are_profiles_for_both_systems_and_four_modules():
    assert [f"{name}-{one}" for name, last in (("fxiaoke", "orders"), ("zoho", "deals"))
                     for one in sorted(["leads", "accounts", last, "cases"])] == NAMES  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_reads_an_export_of_its_headers_as_its_table(tmp_path, name):
    profile = load(name)
    headers = {column: header for header, column in reversed(profile.columns.items()) if column != "ignore"}
    ids = ("lead_id", "customer_id", "complaint_id", "order_id")
    days = ("created_on", "ordered_on", "received_on", "collected_on", "updated_on", "closed_on")
    cells = dict.fromkeys(ids, make_id(1)) | dict.fromkeys(days, "2025-03-01") | {"amount": "100"}
    row = {header: cells.get(column, "") for column, header in headers.items()}
    write_export(tmp_path / "黄山市.csv", [row], list(row))
    rows = dataset.load(tmp_path, columns=profile.path, table=profile.table)
    assert len(rows) == 1
    key = {"leads": "lead_id", "customers": "customer_id", "orders": "order_id", "complaints": "complaint_id"}
    assert rows[key[profile.table]].iloc[0] == make_id(1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  rows: 25000", "  rows: 0", "from 1 to"),
        ("header: api", "header: both", "is none of 'api', 'export'"),
        ("encoding: utf-8", "encoding: latin-1", "is none of 'utf-8'"),
        ('date: "%Y-%m-%d"', 'date: "%Y"', "tells no day"),
        ("state: locked", "state: lokced", "is none of 'locked'"),
        ("points: Industry Report Points", "points: Industry Report Grade", "is written twice"),
        ("table: leads", "table: leeds", "Did you mean leads"),
        ("  values: {", "  value: {", "unknown key value"),
        ("Lead Source: source", "Lead Source: sourze", "source"),
    ],
)
def test_a_profile_that_contradicts_itself_is_refused_with_its_line(tmp_path, old, new, said):
    text = (FOLDER / "zoho-leads.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "own.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"own.yaml, line \d+") as refused:
        profiles.load_profile(path)
    assert said in str(refused.value)


def test_a_profile_of_another_name_is_suggested(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert profiles.load_profile("zoho-leads").name == "zoho-leads"
    with pytest.raises(InputError, match="Did you mean 'zoho-leads'"):
        profiles.load_profile("zoho-lead")


def test_fxiaoke_takes_headers_from_the_export_and_finds_customers_by_number(tmp_path):
    head = ["数据ID", "客户编号", "客户名称", "负责人", "锁定状态", "客户评级", "评级得分"]
    rows = [dict(zip(head, ["65f0a1", "HS-00000012", "示例", "王", "未锁定", "B", "3.1"], strict=True))]
    rows += [dict(zip(head, ["65f0a2", "HS-00000077", "示例", "王", "已锁定", "B", "3.1"], strict=True))]
    export = write_export(tmp_path / "客户.csv", rows, head)
    lines = [("HS-00000012", "A", 4.2), ("HS-00000077", "A", 4.2)]
    grades = write_grades(tmp_path / "list.xlsx", lines, ("客户编号", "等级", "综合评分"))
    found = compare(export, grades, profile=load("fxiaoke-accounts"))
    assert found.count() == {"changed": 1, "locked": 1}
    content = dict(import_files.make_files(found))["import-fxiaoke-accounts-1.csv"]
    assert content.startswith(b"\xef\xbb\xbf")  # a BOM, for import by hand
    assert read_csv(content) == [["数据ID", "客户评级", "评级得分"], ["65f0a1", "A", "4.2"]]


# --- the commands


def run(*arguments):
    language.use("zh")
    return CliRunner().invoke(cli.main, ["crm", *map(str, arguments)])


def test_the_commands_from_check_to_write(sheets, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("LANGUAGE", "zh")
    _, export, grades, tmp_path = sheets
    listed = run("profiles", "--language", "en")
    assert "zoho-leads\tLeads\tleads\tZoho CRM leads" in listed.output and "? " in listed.output
    checked = run("check", export, "--profile", "zoho-leads")
    assert checked.exit_code == 0 and "Record Id → 线索ID" in checked.output and "Company" in checked.output
    told = run("diff", export, "--profile", "zoho-leads", "--grades", grades)
    assert told.exit_code == 0 and "将更改" in told.output and not (tmp_path / "out").exists()
    for_programs = json.loads(
        run("diff", export, "--profile", "zoho-leads", "--grades", grades, "--json").output
    )
    assert for_programs["states"]["changed"] == 2
    options = (
        "--profile",
        "zoho-leads",
        "--grades",
        grades,
        "--date",
        "2025-12-31",
        "--out",
        tmp_path / "out",
    )
    written = run("write", export, *options)
    assert written.exit_code == 0 and "import-zoho-leads-1.csv" in written.output
    assert (
        "不是日期"
        in run("diff", export, "--profile", "zoho-leads", "--grades", grades, "--date", "soon").output
    )


def test_a_refusal_is_status_one(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    export = write_export(tmp_path / "leads.csv", [make_record(1)])
    grades = grade(tmp_path, (1, "S"))
    told = run("diff", export, "--profile", "zoho-leads", "--grades", grades, "--language", "en")
    assert (
        told.exit_code == 1
        and "grade not in the pick list" in told.output
        and "There is nothing to write" in told.output
    )
