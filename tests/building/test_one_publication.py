"""All public reports of a slice are one publication."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from industry_report.base.errors import InputError
from industry_report.building import one_publication
from industry_report.building.plan import Job
from industry_report.shelf import released, report_records

ROOT = Path(__file__).parents[2]
PLACE = ("黄山市", 2025)


def job(stem: str, **parameters: Any) -> Job:
    given = {"region": "黄山市", "year": 2025, "data": "sample", "scorecard": "a.yaml", **parameters}
    return Job(Path("notebooks/industry.ipynb"), given, stem, "params/x.yaml, line 1")


def record(stem: str, received: int, parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    exhibit = {
        **{"kind": "table", "caption": "各来源的咨询数"},
        "columns": [
            {"name": "source", "label": "来源", "role": "row"},
            {"name": "received", "label": "咨询数", "role": "number"},
        ],
        "data": [{"source": "官网", "received": received}, {"source": "电话咨询", "received": 300}],
    }
    told = {"report": stem, "notebook": "industry.ipynb", "software": "1", "version": 1, "digest": "d"}
    given = parameters or {"region": "黄山市", "year": 2025, "data": "sample", "scorecard": "a.yaml"}
    return {**told, "parameters": given, "files": {}, "synthetic": True, "exhibits": [exhibit], **more}


def put(output: Path, *records: dict[str, Any]) -> None:
    for one in records:
        file = output / f"{one['report']}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(one, ensure_ascii=False), encoding="utf-8")


@pytest.mark.parametrize("name", ["scorecard", "data", "columns"])
def test_a_second_standard_or_source_of_a_slice_is_refused(tmp_path: Path, name: str) -> None:
    jobs = [job("one"), job("other", **{name: "b.yaml"})]
    with pytest.raises(InputError, match=rf"黄山市 2025 .* two values of `{name}`.*one and b\.yaml in other"):
        one_publication.check_jobs(jobs, tmp_path)


@pytest.mark.parametrize(("name", "values"), [("follow_up_days", (90, 60)), ("data_cut", ("", "2025-12-31"))])
def test_purchases_within_two_windows_or_as_known_on_two_days_are_refused(
    tmp_path: Path, name: str, values: tuple[Any, Any]
) -> None:
    """Who bought from day 61 to day 90 is the difference of two published counts of one group."""
    window = {"follow_up_days": 90, "data_cut": ""}
    one, other, without = job("one", **window), job("other", **window), job("leads")
    one_publication.check_jobs([one, other, without], tmp_path)
    other.parameters[name], one.parameters[name] = values
    with pytest.raises(InputError, match=rf"two values of `{name}`"):
        one_publication.check_jobs([one, other], tmp_path)


def test_two_thresholds_for_a_slice_are_refused(tmp_path: Path) -> None:
    """The one withholds what the other tells; two files that say the same are one rule."""
    rules = "disclosure: {{threshold: {}, dominance: {{p: 10}}, internal: []}}\n"
    for name, threshold in (("a", 10), ("b", 10), ("c", 5)):
        (tmp_path / f"{name}.yaml").write_text(rules.format(threshold), encoding="utf-8")
    one, same, other = (job(name, publisher=str(tmp_path / f"{name}.yaml")) for name in "abc")
    one_publication.check_jobs([one, same], tmp_path)
    with pytest.raises(InputError, match=r"two values of `publisher`: threshold 10.* and threshold 5"):
        one_publication.check_jobs([one, other], tmp_path)


@pytest.mark.parametrize("name", ["industry", "college", "comparison", "market", "value"])
def test_a_notebook_on_purchases_takes_the_days_within_which_they_count(name: str) -> None:
    """One that took 90 whatever the others take would be a second window, which nobody could refuse."""
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "".join(line for cell in cells if cell["cell_type"] == "code" for line in cell["source"])
    for parameter in ("follow_up_days", "data_cut"):
        assert re.search(rf"^{parameter}: ", code, re.M)
        assert re.search(rf"{parameter}=|\"{parameter}\": ", code)  # and hands it on


def test_last_years_report_may_have_known_less(tmp_path: Path) -> None:
    """It is withdrawn where the two differ by few; the days of purchase are a choice, and refused."""
    given = {"region": "黄山市", "year": 2025, "data": "sample", "scorecard": "a.yaml", "follow_up_days": 90}
    put(tmp_path, record("there", 100, {**given, "data_cut": "2025-06-30"}))
    one_publication.check_jobs([job("new", follow_up_days=90, data_cut="2025-12-31")], tmp_path)
    with pytest.raises(InputError, match="two values of `follow_up_days`"):
        one_publication.check_jobs([job("new", follow_up_days=60, data_cut="2025-12-31")], tmp_path)


@pytest.mark.parametrize(
    ("mapping", "allowed"),
    [
        ("tables: {leads: {further: {结论: {column: conclusion, type: text}}}}", True),
        ("tables: {orders: {refunds: negative}}", False),
        ("tables: {leads: {columns: {编号: lead_id}}}", False),
        ("further: {结论: {column: conclusion, type: text}}", False),
        ("region: 黄山市", False),
    ],
)
def test_a_mapping_that_only_adds_columns_to_another_table_is_no_second_source(
    tmp_path: Path, mapping: str, allowed: bool
) -> None:
    file = tmp_path / "map.yaml"
    file.write_text(mapping, encoding="utf-8")
    jobs = [job("one"), job("other", columns=str(file))]
    with nullcontext() if allowed else pytest.raises(InputError, match="two values of `columns`"):
        one_publication.check_jobs(jobs, tmp_path)


def test_so_is_one_that_differs_from_what_is_published(tmp_path: Path) -> None:
    put(tmp_path, record("there", 100))
    one_publication.check_jobs([job("new")], tmp_path)
    with pytest.raises(InputError, match="in there and"):
        one_publication.check_jobs([job("new", scorecard="b.yaml")], tmp_path)


def test_a_notebook_that_names_no_data_is_no_second_source(tmp_path: Path) -> None:
    one_publication.check_jobs([job("one"), job("own", data="", scorecard="")], tmp_path)
    one_publication.check_jobs([job("one"), job("leads", scorecard="")], tmp_path)  # nor one without grades


def test_comparisons_and_single_reports_of_a_slice_are_one_publication(tmp_path: Path) -> None:
    several = {"region": "", "year": 0, "regions": ["黄山市", "杭州市"], "years": [2025]}
    with pytest.raises(InputError, match="two values"):
        one_publication.check_jobs([job("one"), job("both", **several, scorecard="b.yaml")], tmp_path)
    one_publication.check_jobs([job("one"), job("later", year=2024, scorecard="b.yaml")], tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "few"), [(100, 100, False), (100, 97, True), (100, 90, False), (100, 400, False)]
)
def test_two_reports_whose_difference_is_few_customers(before: int, after: int, few: bool) -> None:
    one, other = record("one", before), record("other", after)
    assert released.differ_by_few(one, other, {PLACE}, 10) is few


def test_rows_of_a_comparison_count_for_the_slice_that_they_name() -> None:
    sides = {"regions": ["黄山市"], "years": [2024, 2025]}
    exhibit = {
        "columns": [{"name": name, "role": "row"} for name in ("source", "side")],
        "data": [
            {"source": "官网", "side": 2024, "received": 98},
            {"source": "官网", "side": 2025, "received": 100},
        ],
    }
    both = record("both", 0, sides, exhibits=[exhibit])
    assert not released.differ_by_few(record("one", 100), both, {PLACE}, 10)
    assert released.differ_by_few(record("one", 97), both, {PLACE}, 10)


def test_an_outdated_report_beside_a_new_one_is_withdrawn_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(one_publication, "find_threshold", lambda job: 10)
    output = tmp_path / "reports"
    put(output, record("new", 100), record("old", 97), record("far", 50), record("also", 101))
    said = one_publication.withdraw_outdated(output, [job("new"), job("also")], ["new"], ["new", "also"])
    assert [words.split(":")[0] for words in said] == ["old"]
    assert not (output / "old.json").exists() and (output / "far.json").exists()
    assert (report_records.find_work_folder(output) / "withdrawn" / "old.json").is_file()


@pytest.mark.parametrize("column", ["customers", "orders", "refunded", "leads", "converted", "texts"])
def test_versions_of_any_report_that_differ_by_few_are_found(column):
    def told(count):
        columns = [{"name": "customer_type", "role": "row"}, {"name": column, "role": "number"}]
        exhibit = {"columns": columns, "data": [{"customer_type": "小微企业", column: count}]}
        return {"parameters": {"region": "黄山市", "year": 2025}, "exhibits": [exhibit]}

    assert released.differ_by_few(told(120), told(121), {PLACE}, 10)
    assert not released.differ_by_few(told(120), told(130), {PLACE}, 10)
    assert not released.differ_by_few(told(120), told(120), {PLACE}, 10)


def test_a_region_beside_others_is_compared_by_the_rows_that_name_it(tmp_path: Path) -> None:
    """A report on one region shows others' totals: its own counts are none of theirs, nor theirs its own."""
    given = {"region": "黄山市", "year": 2025, "earlier_year": 0, "regions": ["黄山市", "杭州市"]}
    regions = {
        **{"kind": "table", "caption": "各地区的咨询数"},
        "columns": [
            {"name": "region", "label": "地区", "role": "row"},
            {"name": "received", "label": "咨询数", "role": "number"},
        ],
        "data": [{"region": "黄山市", "received": 400}, {"region": "杭州市", "received": 500}],
    }
    ours = record("ours", 100, given)
    ours["exhibits"].append(regions)
    source = frozenset({"官网"})
    assert released.list_counts(ours, ("杭州市", 2025)) == {(frozenset(), "received"): 500.0}
    assert released.list_counts(ours, ("杭州市", 2024)) == {}
    own = released.list_counts(ours, PLACE)
    assert own[(frozenset(), "received")] == 400.0 and own[(source, "received")] == 100.0
    theirs = record("theirs", 103, {"region": "杭州市", "year": 2025})
    both = {("杭州市", 2025)}
    assert not released.differ_by_few(ours, theirs, both, 10)
    theirs["exhibits"].append({**regions, "data": [{"region": "杭州市", "received": 503}]})
    assert released.differ_by_few(ours, theirs, both, 10)
