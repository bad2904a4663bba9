"""New files read by several processes: the same store as one process makes, the same faults told."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from industry_report.base.errors import InputError
from industry_report.building import first_reading, plan
from industry_report.intake import data_files, dataset, sample

ROOT = Path(__file__).parents[2]
PLAN = """reports:
  - {notebook: industry, region: 黄山市, year: 2025, data: data/mine}
  - {notebook: value, region: 黄山市, year: 2025, data: data/mine}
"""


@pytest.fixture
def asked(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Parameter files for data with all tables, small, yet enough for several processes."""
    shutil.copytree(ROOT / "notebooks", project / "notebooks", dirs_exist_ok=True)
    sample.write(project / "data/mine", rows=60)
    sample.write_tables(project / "data/mine", rows=60)
    (project / "params/mine.yaml").write_text(PLAN, encoding="utf-8")
    monkeypatch.setattr(first_reading, "LEAST_BYTES", 0)
    return [Path("params/mine.yaml")]


def read_store(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and bytes of every file of a store but the notes on checksums, which hold times."""
    return {
        file.relative_to(folder).as_posix(): (
            file.stat().st_mode,
            file.read_bytes() if file.is_file() else b"",
        )
        for file in folder.rglob("*")
        if "known" not in file.relative_to(folder).parts and file.name != ".lock"
    }


def test_several_processes_make_the_store_that_one_makes(asked, monkeypatch):
    told: list[str] = []
    stores = {}
    for workers in (1, 2):
        monkeypatch.setenv("INDUSTRY_REPORT_STORE", f"store{workers}")
        with pd.option_context("mode.string_storage", "auto"):  # as workers have it, not as a report
            plan.list_jobs(asked, workers=workers, say=told.append)
            for table in ("orders", "customers", "interactions"):
                dataset.slices("data/mine", table=table)
        stores[workers] = read_store(Path(f"store{workers}"))
    assert told == ["Reading 52 new files."]
    assert set(stores[1]) <= set(stores[2])
    assert {name: stores[2][name] for name in stores[1]} == stores[1]
    assert any(name.endswith("orders/summary.json") for name in stores[1])


def test_what_is_read_already_starts_no_process(asked, monkeypatch):
    plan.list_jobs(asked, workers=2)
    monkeypatch.setattr(first_reading.pool, "Processes", lambda count: pytest.fail("a process was started"))
    plan.list_jobs(asked, workers=2, say=lambda message: pytest.fail(message))


def test_faults_are_those_that_one_process_tells(asked):
    Path("data/mine/黄山市-2025.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    told = []
    for workers in (1, 2):
        with pytest.raises(InputError) as fault:
            plan.list_jobs(asked, workers=workers)
        told.append(str(fault.value))
    assert told[0] == told[1]
    assert "黄山市-2025.xlsx" in told[0]


def test_a_table_that_cannot_be_read_leaves_the_rest_of_its_file(asked, monkeypatch):
    """Consultations and orders in one file: what is wrong with the orders is told to who needs orders."""

    def refuse(*_: object) -> None:
        raise InputError("orders", "cannot be read.", "Mend them.")

    with monkeypatch.context() as patch:
        patch.setattr(data_files.store.contract, "clean_table", refuse)
        (file, columns), *_ = data_files.list_unread("data/mine", None, ["customers"])
        entry = data_files.store.prepare_file(
            file, data_files.store.know_checksum(file), columns, ["customers"]
        )
        assert not (entry.folder / "customers").exists()
        with pytest.raises(InputError, match="cannot be read"):
            data_files.read_file(file, columns, entry.summary["tables"])
    data_files.read_file(file, columns, entry.summary["tables"])
    assert not any(unread == file for unread, _ in data_files.list_unread("data/mine", None, ["customers"]))


def test_a_worker_that_is_killed_leaves_the_file_to_the_build(asked, monkeypatch):
    monkeypatch.setattr(first_reading.data_files, "read_file", end_at_once)
    assert len(plan.list_jobs(asked, workers=2)) == 2
    assert len(dataset.load("data/mine", "黄山市", 2025)) > 50


def end_at_once(*_: object) -> None:
    """Stand for what the system ends for lack of memory."""
    os._exit(9)
