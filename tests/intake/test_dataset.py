"""The prepared store: read once, loaded by slice, made anew when anything that matters changed."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from workbooks import HEADER, record, write, write_csv, write_sheets

from industry_report.base.checked_json import read_checked
from industry_report.base.errors import InputError
from industry_report.intake import contract, dataset, fault_log, input_files, records, store


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    write(folder, [HEADER, *(record(n) for n in range(1, 4)), record(9, 意向度=6)])
    header = (*HEADER, "是否成交")
    write(
        folder, [header, *([*record(n), "是"] for n in range(1, 3)), [*record(1), "是"]], "杭州市-2025.xlsx"
    )
    return folder


@pytest.fixture
def opened(monkeypatch):
    """Take note of the files whose content is read or hashed."""
    names = []
    read, hash_file = input_files.read, input_files.hash_file
    monkeypatch.setattr(input_files, "read", lambda path: names.append(path.name) or read(path))
    monkeypatch.setattr(input_files, "hash_file", lambda path: names.append(path.name) or hash_file(path))
    return names


def settle(folder):
    """Let the files be older than the tick of any clock."""
    for file in folder.glob("*.*"):
        os.utime(file, ns=(1_700_000_000_000_000_001,) * 2)


def test_load_gives_the_slice(data):
    rows = dataset.load(data, "黄山市", 2025)
    assert len(rows) == 3
    assert list(rows) == ["file", "sheet", "row", *(c for c in records.TYPES if c in rows)]
    assert isinstance(rows.index, pd.RangeIndex)
    assert "converted" not in rows
    assert "converted" in dataset.load(data, "杭州市", 2025)
    types = {column: str(rows[column].dtype) for column in ("intent", "year", "consulted_on")}
    assert types == {"intent": "Int64", "year": "Int64", "consulted_on": "datetime64[us]"}
    assert rows["customer_type"].dtype == pd.Series(["x"], dtype=fault_log.TEXT_DTYPE).dtype


def test_load_without_a_slice_gives_everything(data):
    rows = dataset.load(data)
    assert rows["region"].value_counts().to_dict() == {"黄山市": 3, "杭州市": 2}
    assert rows["converted"].isna().sum() == 3


def test_an_empty_slice_names_those_that_exist(data):
    with pytest.raises(InputError, match=r"黄山市 1999.*杭州市 2025; 黄山市 2025"):
        dataset.load(data, "黄山市", 1999)


def test_what_is_known_about_the_files(data):
    slices = dataset.slices(data)
    assert slices[["region", "year", "consultations", "synthetic"]].to_numpy().tolist() == [
        ["杭州市", 2025, 2, False],
        ["黄山市", 2025, 3, False],
    ]
    quality = dataset.quality(data, "杭州市", 2025)
    assert quality.to_numpy().tolist() == [["杭州市-2025.xlsx", 3, 2, 0, 0, 1, 2, 0]]
    rejects = dataset.rejects(data, "黄山市", 2025)
    assert rejects[["file", "row", "column", "value", "code"]].to_numpy().tolist() == [
        ["黄山市-2025.xlsx", 5, "intent", "6", "score_out_of_range"]
    ]
    assert dataset.rejects(data, "杭州市", 2025).empty
    assert len(dataset.rejects(data)) == 1
    named = dataset.sources(data, "黄山市", 2025)
    assert named.loc[0, "sha256"] == input_files.hash_file(data / "黄山市-2025.xlsx")
    reasons = dataset.reasons(data)
    assert reasons[["code", "column", "rejects", "rows"]].to_numpy().tolist() == [
        ["score_out_of_range", "intent", True, 1]
    ]
    assert reasons.loc[0, "reason_zh"] == "评分不在1至5之间"


def test_a_second_time_no_source_is_read(data, opened):
    settle(data)
    dataset.slices(data)
    assert opened != []
    opened.clear()
    dataset.load(data, "黄山市", 2025)
    dataset.quality(data)
    assert opened == []


def test_a_changed_file_is_read_again_and_the_old_content_removed(data, opened):
    settle(data)
    before = dataset.slices(data).set_index("region")["digest"]
    opened.clear()
    write(data, [HEADER, record(1)])
    after = dataset.slices(data).set_index("region")["digest"]
    assert set(opened) == {"黄山市-2025.xlsx"}
    assert before["杭州市"] == after["杭州市"]
    assert before["黄山市"] != after["黄山市"]
    assert len(list((data / ".prepared").glob("*-*"))) == 2


def test_a_file_of_the_same_size_and_time_right_after_reading(data):
    path = data / "黄山市-2025.csv"
    path.unlink(missing_ok=True)
    write_csv(data, [HEADER, record(1)])
    dataset.slices(data)
    about = path.stat()
    path.write_bytes(path.read_bytes().replace(b"C0001", b"C0002"))
    os.utime(path, ns=(about.st_mtime_ns, about.st_mtime_ns))
    assert "C0002" in dataset.load(data, "黄山市", 2025)["customer_id"].to_list()


def test_rejects_change_the_digest_of_a_slice(data):
    before = dataset.slices(data).set_index("region")["digest"]
    write(data, [HEADER, *(record(n) for n in range(1, 4)), record(9, 意向度=7)])
    assert dataset.slices(data).set_index("region")["digest"]["黄山市"] != before["黄山市"]


def test_a_mapping_and_a_new_contract_read_again(data, tmp_path, opened, monkeypatch):
    settle(data)
    dataset.slices(data)
    opened.clear()
    columns = tmp_path / "columns.yaml"
    columns.write_text("values: {intent: {6: 5}}", encoding="utf-8")
    assert len(dataset.load(data, "黄山市", 2025, columns=columns)) == 4
    assert opened != []
    opened.clear()
    monkeypatch.setattr(contract, "VERSION", "next")
    assert len(dataset.load(data, "黄山市", 2025)) == 3
    assert opened != []


def test_deleting_or_damaging_the_store_only_costs_time(data):
    whole = dataset.load(data)
    for file in sorted((data / ".prepared").rglob("*.*")):
        if file.is_file():
            for content in (b"", file.read_bytes()[:-7], b"x" * 100):
                file.write_bytes(content)
                store._read_slices.cache_clear()
                assert_frame_equal(dataset.load(data), whole)
                assert len(dataset.rejects(data)) == 1
                if not file.exists():
                    break


def test_a_flipped_bit_is_noticed(data):
    whole = dataset.load(data, "黄山市", 2025)
    [file] = [
        f for f in (data / ".prepared").rglob("0.parquet") if "黄山市" in set(pd.read_parquet(f)["region"])
    ]
    content = bytearray(file.read_bytes())
    content[60] ^= 1
    file.write_bytes(content)
    assert_frame_equal(dataset.load(data, "黄山市", 2025), whole)


def test_the_same_file_twice_is_counted_once_and_said(data):
    (data / "黄山市-2025(1).xlsx").write_bytes((data / "黄山市-2025.xlsx").read_bytes())
    assert len(dataset.load(data)) == 5
    assert dataset.quality(data)["read"].sum() == 7
    flags = dataset.flags(data)
    assert flags[["value", "code"]].to_numpy().tolist() == [["黄山市-2025.xlsx", "same_file_twice"]]
    assert dataset.reasons(data)["code"].to_list() == ["score_out_of_range", "same_file_twice"]


def test_one_file_and_several_years(tmp_path):
    sheets = {"2024": [HEADER, record(1, 咨询日期="2024-01-01")], "2025": [HEADER, record(1), record(2)]}
    path = write_sheets(tmp_path, sheets, "黄山市.xlsx")
    assert dataset.slices(path)["consultations"].to_list() == [1, 2]
    assert len(dataset.load(path, year=2025)) == 2
    assert dataset.quality(path, year=2024)[["read", "used"]].to_numpy().tolist() == [[3, 1]]


def test_a_store_elsewhere(data, tmp_path, monkeypatch):
    monkeypatch.setenv(store.STORE_VARIABLE, str(tmp_path / "store"))
    assert len(dataset.load(data)) == 5
    assert not (data / ".prepared").exists()
    assert (tmp_path / "store").is_dir()


def test_a_store_that_cannot_be_written_says_what_to_do(data, tmp_path, monkeypatch):
    (tmp_path / "blocked").write_text("a file, no folder", encoding="utf-8")
    monkeypatch.setenv(store.STORE_VARIABLE, str(tmp_path / "blocked" / "store"))
    with pytest.raises(InputError, match="Set INDUSTRY_REPORT_STORE"):
        dataset.load(data)


def test_nothing_unfinished_stays_behind(data, monkeypatch):
    monkeypatch.setattr(contract, "clean", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        dataset.load(data)
    assert [path.name for path in (data / ".prepared").iterdir() if path.name != "known"] == []


def test_several_at_once(data):
    code = f"from industry_report.intake import dataset; print(len(dataset.load({str(data)!r})))"

    def run(_):
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(run, range(3)))
    assert [result.stdout.strip() for result in results] == ["5"] * 3, results
    entries = [path for path in (data / ".prepared").iterdir() if path.name != "known"]
    assert len(entries) == 2


def test_the_sample_is_made_on_first_use(tmp_path, monkeypatch):
    from industry_report.intake import sample

    def write_little(folder: Path) -> list[Path]:
        return [write_sheets(folder, {"咨询": [HEADER, record(1)], "说明": [["合成数据"]]})]

    monkeypatch.setattr(sample, "write", write_little)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert len(dataset.load("sample", "黄山市", 2025)) == 1
    assert dataset.sources("sample")["synthetic"].all()
    assert (tmp_path / "data" / "sample").is_dir()
    monkeypatch.setattr(sample, "write", lambda folder: 1 / 0)
    dataset.load("sample")


def test_many_rows_wait_on_disk(tmp_path, monkeypatch):
    random = np.random.default_rng(1)
    table = pd.DataFrame([record(n) for n in range(1, 4)] * 700, columns=list(HEADER))
    table["客户ID"] = [f"C{n:05d}" for n in range(len(table))]
    table["地区"] = random.choice(["黄山市", "杭州市", "盐城市"], len(table))
    table["意向度"] = random.integers(1, 6, len(table))
    table.loc[5, "意向度"] = 9
    table = pd.concat([table, table.iloc[:3]])
    table.to_parquet(tmp_path / "咨询-2025.parquet")
    whole = dataset.load(tmp_path)
    monkeypatch.setenv(store.STORE_VARIABLE, str(tmp_path / "other"))
    monkeypatch.setattr(input_files, "BLOCK_ROWS", 300)
    monkeypatch.setattr("industry_report.intake.spill.HELD_ROWS", 700)
    monkeypatch.setattr("industry_report.intake.spill.Spill.__init__.__defaults__", (700,))
    assert_frame_equal(dataset.load(tmp_path), whole)
    assert dataset.quality(tmp_path).drop(columns="file").to_numpy().tolist() == [
        [2103, 2099, 0, 1, 3, 2099, 0]
    ]


def test_the_summary_holds_what_a_report_prints(data):
    dataset.slices(data)
    [summary] = [
        read_checked(path)
        for path in (data / ".prepared").rglob("summary.json")
        if "黄山市" in path.read_text(encoding="utf-8")
    ]
    assert (summary["read"], summary["graded"], summary["rejected"]) == (4, 3, 1)
    assert summary["counts"] == [["score_out_of_range", "intent", 1]]
