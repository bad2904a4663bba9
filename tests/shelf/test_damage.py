"""A shelf that is damaged in any way: nothing fails, and what was damaged is made or written again."""

from __future__ import annotations

import copy
import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shelf_records import put

from industry_report.building import staleness
from industry_report.shelf import corrections, report_records

STEM = "2025/黄山市/industry.zh"
EXHIBIT = {
    "kind": "table",
    "caption": "表1",
    "columns": [{"name": "grade", "label": "等级"}],
    "data": [{"grade": "A"}],
}
OTHERS: tuple[Any, ...] = (None, True, 0, -1, 2.5, "", "x", [], [[]], {}, {"a": 1}, [None], 10**400, "\ud800")


@pytest.fixture
def shelf(tmp_path, monkeypatch) -> Path:
    """A shelf with three reports, one of them corrected, and its index."""
    monkeypatch.chdir(tmp_path)
    output = tmp_path / "reports"
    cover = {
        **{"title": "报告", "subtitle": "2025年", "language": "zh", "key_figures": [["咨询数", "9条"]]},
        "publisher": {"published_on": "2026-01-01", "names": {"zh": "协会"}, "licence": {"url": "x"}},
    }
    correction = {"version": 2, "date": "2026-02-01", "earlier": "x.html", "changes": [["a", "1", "2"]]}
    put(output, STEM + ".v1", report=STEM)
    put(
        output,
        STEM,
        version=2,
        cover=cover,
        correction={**correction, "exhibits": 1},
        exhibits=[EXHIBIT],
        sentences=["一句。"],
        inputs={"files": {}, "libraries": {"pandas": "1"}, "code": "c"},
    )
    put(output, "2024/黄山市/industry.zh")
    put(output, "2025/杭州市/industry.en")
    report_records.write_index(output)
    return output


def mutate(value: Any, at: random.Random) -> Any:
    """Put something else in one place of a JSON value."""
    if isinstance(value, dict | list) and value and at.random() < 0.85:
        made = copy.copy(value)
        key = at.choice(list(value)) if isinstance(value, dict) else at.randrange(len(value))
        if at.random() < 0.2:
            del made[key]
        else:
            made[key] = mutate(value[key], at)
        return made
    return at.choice(OTHERS)


def look_at_all(output: Path) -> None:
    """Read back all that a build reads of a shelf."""
    report_records.write_index(output, {"2024/黄山市/industry.zh": "failed"})
    report_records.list_published(output)
    known = staleness.open_shelf(output)
    for stem in (STEM, "2024/黄山市/industry.zh", "2025/杭州市/industry.en"):
        record = known.find(stem)
        assert record is None or isinstance(record["digest"], str)
        earlier = report_records.find_earlier(output, stem)
        now = {"cover": {"key_figures": [["咨询数", "8条"]]}, "exhibits": [EXHIBIT], "sentences": ["9"]}
        corrections.find_version(now, earlier, "x.html", date(2026, 3, 1))
    known.save()


@pytest.mark.parametrize("seed", range(8))
def test_json_of_any_other_form_fails_nowhere(shelf, seed):
    at = random.Random(seed)
    look_at_all(shelf)
    files = [shelf / f"{STEM}.json", shelf / f"{STEM}.v1.json", shelf / "catalog.json"]
    files.append(report_records.find_work_folder(shelf) / "known.json")
    for turn in range(25):
        file = files[turn % 4]
        before = file.read_bytes()
        value = mutate(json.loads(before), at)
        file.write_text(json.dumps(value), encoding="utf-8")
        look_at_all(shelf)
        file.write_bytes(before)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[" * 200_000, b'{"form": 2}', b"9" * 9999])
@pytest.mark.parametrize(
    "name", [f"{STEM}.json", "catalog.json", "datapackage.json", "../.build/reports/known.json"]
)
def test_a_file_of_no_form_at_all_fails_nowhere(shelf, name, content):
    look_at_all(shelf)
    (shelf / name).write_bytes(content)
    look_at_all(shelf)


@pytest.mark.parametrize(
    "name", ["index.html", "index.en.html", "feed.xml", "datapackage.json", "catalog.json"]
)
def test_a_damaged_page_or_list_is_written_again(shelf, name):
    before = {file.name: file.read_bytes() for file in shelf.glob("*.*")}
    content = bytearray(before[name])
    content[len(content) // 2] ^= 4
    (shelf / name).write_bytes(content)
    report_records.write_index(shelf)
    assert {file.name: file.read_bytes() for file in shelf.glob("*.*")} == before


def test_a_record_with_other_words_is_made_again(shelf, monkeypatch):
    """Its form is sound, and it is not what was written: the same input gives the same record."""
    monkeypatch.setattr(staleness, "CLOCK_TICK_NS", -1)
    known = staleness.open_shelf(shelf)
    assert known.find(STEM) is not None
    known.save()
    record = json.loads((shelf / f"{STEM}.json").read_text(encoding="utf-8"))
    record["cover"]["title"] = "别的报告"
    (shelf / f"{STEM}.json").write_text(json.dumps(record), encoding="utf-8")
    assert staleness.open_shelf(shelf).find(STEM) is None
    record["digest"] = "of another input"  # a build that was killed wrote it, and did not come to say so
    (shelf / f"{STEM}.json").write_text(json.dumps(record), encoding="utf-8")
    assert staleness.open_shelf(shelf).find(STEM) is not None
