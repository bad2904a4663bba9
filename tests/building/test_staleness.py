from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from industry_report.base import messages
from industry_report.base.files import digest_file
from industry_report.building import notebook_inputs, plan, staleness
from industry_report.building.plan import Job
from industry_report.intake import dataset
from industry_report.intake.schemas import SCHEMAS
from industry_report.shelf import report_records

HEADER = ["客户编号", "地区", "咨询日期", "意向度评分", "需求明确性评分", "满意度评分"]
PLAN = "reports:\n  - {notebook: industry, region: [黄山市, 杭州市], year: 2025, data: all.csv}\n"
STEMS = ("2025/黄山市/industry.zh", "2025/杭州市/industry.zh")


def write_data(**changed: int) -> None:
    """Write one file of two cities; `changed` gives customers another score."""
    rows = [
        [f"C{city}{number}", name, "2025-03-01", changed.get(f"C{city}{number}", 4), 3, 5]
        for city, name in enumerate(("黄山市", "杭州市"))
        for number in range(4)
    ]
    pd.DataFrame(rows, columns=HEADER).to_csv("all.csv", index=False)


@pytest.fixture
def jobs(write_params) -> list[Job]:
    write_data()
    return plan.list_jobs([write_params(PLAN)])


def digests(jobs: list[Job]) -> dict[str, str]:
    """Of all that a report is made from; that of the rows stands in no published file."""
    facts = staleness.gather_facts(jobs)
    assert not [stem for stem, about in facts.items() if "data" in about["inputs"]]
    return {stem: about["digest"] + about["data"] for stem, about in facts.items()}


# --- what a report is made from


def test_changed_rows_of_one_city_in_a_file_of_several_concern_that_city_only(jobs):
    before = digests(jobs)
    write_data(C01=2)
    after = digests(jobs)
    assert after[STEMS[0]] != before[STEMS[0]]
    assert after[STEMS[1]] == before[STEMS[1]]
    sums = {region: dataset.sources("all.csv", region, 2025)["sha256"][0] for region in ("黄山市", "杭州市")}
    write_data()
    assert dataset.sources("all.csv", "杭州市", 2025)["sha256"][0] == sums["杭州市"]  # what a report prints
    assert dataset.sources("all.csv", "黄山市", 2025)["sha256"][0] != sums["黄山市"]


def test_file_of_one_slice_counts_with_its_checksum_which_reports_print(tmp_path):
    file = tmp_path / "黄山市-2025.csv"
    table = pd.DataFrame([["C1", "黄山市", "2025-03-01", 4, 3, 5]], columns=HEADER)
    table.to_csv(file, index=False)
    before = dataset.slices(file)["digest"][0]
    table.to_csv(file, index=False, lineterminator="\r\n")  # the same rows, as another program writes them
    assert dataset.slices(file)["digest"][0] != before


def test_parameters_differ_without_the_folders_of_this_machine():
    here, there = {"data": str(Path("/a/x.csv").absolute())}, {"data": str(Path("/b/x.csv").absolute())}
    assert staleness.publishable(here) == staleness.publishable(there) == {"data": "x.csv"}


def test_every_file_that_a_parameter_names_counts(write_params, project):
    for name in ("a.yaml", "b.csv"):
        (project / name).write_text("x", encoding="utf-8")
    values = {"data": "d.csv", "scorecard": "a.yaml", "extra": ["b.csv", "word"], "year": 2025}
    assert list(staleness._list_named(values, staleness.list_named_within)) == [
        ("scorecard", "a.yaml"),
        ("extra: b.csv", "b.csv"),
    ]


def test_files_count_that_a_named_file_names_beside_it_or_from_the_project_in_any_depth(project):
    params = project / "params"
    (params / "logo of ours.svg").write_text("<svg/>", encoding="utf-8")
    (params / "inner.yaml").write_text("back: outer.yaml\nlist: [{deep: params/third.yml}]", encoding="utf-8")
    (params / "third.yml").write_text("none: missing.yaml", encoding="utf-8")
    (params / "outer.yaml").write_text(
        "logo: logo of ours.svg\nuse: inner.yaml  # not fourth.yaml\nwords: [1.5, v1.0, params]",
        encoding="utf-8",
    )
    (params / "fourth.yaml").write_text("x: 1", encoding="utf-8")
    found = staleness.list_named_within("params/outer.yaml")
    assert [str(Path(one).relative_to(project)) for one in found] == [
        str(Path("params", name)) for name in ("logo of ours.svg", "inner.yaml", "third.yml")
    ]


def test_cards_that_the_model_of_leads_names_count(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
    found = staleness.list_named_within("params/lead-model.yaml")
    assert Path("params/scorecards/qualification.yaml").resolve() in map(Path, found)


@pytest.mark.parametrize(
    ("cells", "keys"),
    [
        (["dataset.load(data, region=region, year=year)"], {"region", "year"}),
        (["x = dataset.quality(data, region, year, columns)"], {"region", "year"}),
        (["1 + 1"], {"region", "year"}),
        (["dataset.load(data, region, year)", "dataset.load(data, region=region)"], {"region"}),
        (["dataset.load(data, region, year - 1)"], {"region"}),
        (["dataset.load(data, *one)"], set()),
        (["dataset.slices(data, columns)"], set()),
        (["pd.read_csv(data)"], set()),
        (["read = dataset.load", "read(data, region=region, year=year)"], set()),
        (["for region in regions: dataset.load(data, region=region, year=year)"], {"year"}),
        (["%time dataset.load(data, region, year)"], set()),
    ],
)
def test_what_a_notebook_keeps_to_is_read_from_its_cells(cells, keys, tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, tmp_path / "x.ipynb")
    assert notebook_inputs.find_slice_keys(tmp_path / "x.ipynb") == keys


@pytest.mark.parametrize(
    ("cell", "tables"),
    [
        ("dataset.load(data, region=region)", []),
        ('dataset.load(data, region, table="consultations")', []),
        ('dataset.load(data, region=region, table="orders")', ["customers", "leads", "orders"]),
        ("dataset.load(data, table=name)", sorted(SCHEMAS)),
        ("tables = dataset.open_tables(data, region)", sorted(SCHEMAS)),
        ("show(table=x)", sorted(SCHEMAS)),
        ("now = market_publication.publish_market(data, region, year)", sorted(SCHEMAS)),
        ("now = publication.publish(data, region, year)", []),
    ],
)
def test_tables_that_a_notebook_reads(tmp_path, cell, tables):
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]), tmp_path / "x.ipynb")
    assert notebook_inputs.find_tables(tmp_path / "x.ipynb") == tables


def test_orders_concern_the_notebooks_that_read_them_alone(project, write_params):
    def write_orders(amount: int) -> None:
        text = f"订单编号,客户编号,下单日期,订单金额\n1,C01,2025-01-01,{amount}\n"
        Path("data/黄山市-订单.csv").write_text(text, encoding="utf-8")

    Path("data").mkdir()
    write_data()
    Path("all.csv").rename("data/all.csv")
    cell = nbformat.v4.new_code_cell('dataset.load(data, region=region, table="orders")')
    parameters = nbformat.v4.new_code_cell('data = "data"\nregion = "黄山市"\nyear = 2025\nlanguage = "zh"')
    parameters.metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=[parameters, cell]), "notebooks/orders.ipynb")
    text = "reports:\n  - {notebook: industry, region: 黄山市, year: 2025, data: data}\n"
    text += "  - {notebook: orders, region: 黄山市, year: 2025, data: data}\n"
    jobs = plan.list_jobs([write_params(text)])
    rows = []
    for amount in (5, 6):
        write_orders(amount)
        rows.append({stem: facts["data"] for stem, facts in staleness.gather_facts(jobs).items()})
    changed = {stem for stem in rows[0] if rows[0][stem] != rows[1][stem]}
    assert changed == {"2025/黄山市/orders.zh"}
    Path("data/黄山市-订单.csv").unlink()
    without = {stem: facts["data"] for stem, facts in staleness.gather_facts(jobs).items()}
    assert without["2025/黄山市/industry.zh"] == rows[0]["2025/黄山市/industry.zh"]


# --- what is published


@pytest.fixture
def report(project: Path) -> Path:
    """A published report, settled: its files were not written within the last tick of the clock."""
    folder = Path("reports/2025")
    folder.mkdir(parents=True)
    (folder / "x.html").write_text("page", encoding="utf-8")
    record: dict[str, Any] = {"report": "2025/x", "notebook": "x.ipynb", "parameters": {}, "synthetic": False}
    record |= {"software": "0", "version": 1}
    record |= {"digest": "d", "inputs": {}, "files": {"html": digest_file(folder / "x.html")}}
    (folder / "x.json").write_text(staleness.json.dumps(record), encoding="utf-8")
    return folder


def look(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, int]:
    """Look for the report as a new build does; gives what it says, and how often files were hashed for it."""
    hashed: list[str] = []
    find = report_records.find_published
    monkeypatch.setattr(
        report_records, "find_published", lambda out, stem: hashed.append(stem) or find(out, stem)
    )
    shelf = staleness.open_shelf(Path("reports"))
    found = shelf.find("2025/x")
    shelf.save()
    monkeypatch.setattr(report_records, "find_published", find)
    return found, len(hashed)


def test_published_files_are_hashed_once(report, monkeypatch):
    monkeypatch.setattr(staleness, "CLOCK_TICK_NS", -1)
    assert [look(monkeypatch)[1] for _ in range(3)] == [1, 0, 0]
    assert look(monkeypatch)[0]["digest"] == "d"


def test_files_that_may_change_within_the_same_tick_are_hashed_again(report, monkeypatch):
    assert [look(monkeypatch)[1] for _ in range(2)] == [1, 1]


@pytest.mark.parametrize("change", ["other", "same size and time", "gone"])
def test_changed_file_is_noticed(change, report, monkeypatch):
    monkeypatch.setattr(staleness, "CLOCK_TICK_NS", -1)
    look(monkeypatch)
    page = report / "x.html"
    before = page.stat()
    time.sleep(0.02)
    if change == "gone":
        page.unlink()
    else:
        page.write_text("torn" if change == "same size and time" else "longer", encoding="utf-8")
        os.utime(page, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert look(monkeypatch)[0] is None


def test_damaged_note_costs_time_only(report, monkeypatch):
    note = report_records.find_work_folder(Path("reports")) / "known.json"
    note.parent.mkdir(parents=True)
    note.write_text("{", encoding="utf-8")
    assert look(monkeypatch)[0]["digest"] == "d"


# --- why


def test_reason_names_what_changed(jobs):
    [job, *_] = jobs
    now = staleness.gather_facts(jobs)[job.stem]
    before = {"digest": "old", "parameters": {**staleness.publishable(job.parameters), "year": 2024}}
    inputs = {**now["inputs"], "data": "old", "code": "old", "files": {"scorecard": "old"}}
    inputs["libraries"] = {**inputs["libraries"], "pandas": "1.0"}
    told = staleness.explain({**before, "inputs": inputs}, now, job, is_there=True)
    library = f"pandas 1.0 → {pd.__version__}"
    assert told == f"parameter year, the file of scorecard, {library}, the data, the program code changed"
    chinese = f"待制作（参数year、scorecard所用文件、{library}、数据、程序代码有变化）"
    assert messages.translate(f"stale ({told})") == chinese


def test_reason_without_a_record(jobs):
    [job, *_] = jobs
    now = staleness.gather_facts(jobs)[job.stem]
    assert staleness.explain(None, now, job, is_there=False) == "not made yet"
    assert "missing or was changed" in staleness.explain(None, now, job, is_there=True)
    fresh = {"digest": now["digest"]}
    assert staleness.explain(fresh, now, job, is_there=True) == ""
