"""What the shelf tells to machines."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from industry_report.export import appendix, data_workbook
from industry_report.shelf import catalogue, report_records

ATOM = f"{{{catalogue.ATOM}}}"
PUBLISHER = {
    "names": {"zh": "协会", "en": "Association"},
    "published_on": "2026-01-31",
    "licence": {
        "name": {"zh": "署名4.0", "en": "CC BY 4.0"},
        "url": "https://creativecommons.org/licenses/by/4.0/",
    },
}


def put(output: Path, stem: str, publisher: dict[str, Any] | None = None, **changed: Any) -> None:
    year, region, name = stem.split("/")
    cover = {"title": f"{region}报告", "subtitle": "", "language": name[-2:], "facts": [], "notice": ""}
    cover["key_figures"] = [["咨询数", "5,601条"]]
    cover["publisher"] = publisher or {}
    data = {"cover": cover, "exhibits": []}
    pages = {"html": b"<p>", "xlsx": data_workbook.write_workbook(data), "csv": appendix.write_csv(data)}
    record = {
        "report": stem,
        "notebook": "industry.ipynb",
        "parameters": {"region": region, "year": int(year), "language": name[-2:]},
        "software": "0.1.0",
        "version": 1,
        "digest": "d",
        "synthetic": False,
        "files": {suffix: hashlib.sha256(content).hexdigest() for suffix, content in pages.items()},
        **data,
        **changed,
    }
    version = "" if "kept" not in changed else f".v{changed['kept']}"
    (output / stem).parent.mkdir(parents=True, exist_ok=True)
    for suffix, content in pages.items():
        (output / f"{stem}{version}.{suffix}").write_bytes(content)
    (output / f"{stem}{version}.json").write_text(json.dumps(record), encoding="utf-8")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Two reports, one of them corrected."""
    put(tmp_path, "2024/黄山市/industry.zh")
    put(tmp_path, "2025/黄 山#市/industry.en", PUBLISHER, kept=1)
    correction = {"version": 2, "date": "2026-02-14", "earlier": "x", "changes": [], "exhibits": 1}
    put(tmp_path, "2025/黄 山#市/industry.en", PUBLISHER, version=2, correction=correction)
    report_records.write_index(tmp_path)
    return tmp_path


def read(output: Path, name: str) -> dict[str, Any]:
    return json.loads((output / name).read_text(encoding="utf-8"))


def test_catalogue_tells_of_every_report_and_every_file(output):
    first, second = read(output, "catalog.json")["reports"]
    assert (first["year"], first["region"], first["language"], first["version"]) == (
        2025,
        "黄 山#市",
        "en",
        2,
    )
    assert (first["date"], second["date"]) == ("2026-02-14", "")
    assert second["key_figures"] == [["咨询数", "5,601条"]]
    files = [*first["files"], *first["earlier"][0]["files"], *second["files"]]
    assert len(files) == 12
    for file in files:
        content = (output / file["path"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])


@pytest.mark.parametrize(
    ("given", "regions", "years"),
    [
        ({"region": "黄山市", "year": 2025, "regions": ["黄山市", "杭州市"]}, ["黄山市"], [2025]),
        ({"regions": ["黄山市", "杭州市"], "years": [2025]}, ["黄山市", "杭州市"], [2025]),
        ({"regions": ["黄山市"], "years": []}, ["黄山市"], []),
        ({}, [], []),
    ],
    ids=["one region beside others", "comparison of regions", "comparison of years", "neither"],
)
def test_report_is_listed_under_what_it_is_about(tmp_path, given, regions, years):
    put(tmp_path, "2025/黄山市/industry.zh", parameters=given)
    report_records.write_index(tmp_path)
    [entry] = read(tmp_path, "catalog.json")["reports"]
    assert (entry["regions"], entry["years"]) == (regions, years)
    assert entry["region"] == (regions[0] if len(regions) == 1 else "")
    assert entry["year"] == (years[0] if years else None)


def test_same_shelf_gives_the_same_lists(output):
    names = ("catalog.json", "datapackage.json", "feed.xml", "index.html", "index.en.html")
    before = {name: (output / name).read_bytes() for name in names}
    report_records.write_index(output)
    assert {name: (output / name).read_bytes() for name in names} == before


# The rules of the specification (Data Package v1, Table Schema v1), as far as they concern us.


def test_data_package_describes_every_csv_file(output):
    package = read(output, "datapackage.json")
    assert package["profile"] == "data-package"
    assert re.fullmatch(r"[-a-z0-9._/]+", package["name"])
    resources = package["resources"]
    written = {file.relative_to(output).as_posix() for file in output.rglob("*.csv")}
    assert {resource["path"] for resource in resources} == written
    assert len({resource["name"] for resource in resources}) == len(resources) == 3
    for resource in resources:
        content = (output / resource["path"]).read_bytes()
        assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
        assert not resource["path"].startswith(("/", "."))
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)
        assert content.decode("utf-8-sig").splitlines()[0].split(",") == [
            field["name"] for field in resource["schema"]["fields"]
        ]
        assert {field["type"] for field in resource["schema"]["fields"]} <= {"string", "integer", "number"}
        assert set(resource["schema"]["primaryKey"]) <= {f["name"] for f in resource["schema"]["fields"]}


def test_licence_and_publisher_are_told_where_they_are_known(output):
    package = read(output, "datapackage.json")
    licence = {"title": "CC BY 4.0", "path": PUBLISHER["licence"]["url"]}
    assert package["licenses"] == [licence]
    assert package["contributors"] == [{"title": "Association", "role": "publisher"}]
    assert [r.get("licenses") for r in package["resources"]] == [[licence], [licence], None]
    assert "licenses" not in catalogue.make_datapackage({"reports": []})


def test_feed_is_atom_with_stable_ids_and_latest_first(output):
    feed = ElementTree.parse(output / "feed.xml").getroot()
    assert feed.tag == f"{ATOM}feed"
    for required in ("title", "id", "updated", "author"):
        assert feed.find(f"{ATOM}{required}") is not None
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}updated") for entry in entries] == [
        "2026-02-14T00:00:00Z",
        "2024-12-31T00:00:00Z",
    ]
    assert feed.findtext(f"{ATOM}updated") == "2026-02-14T00:00:00Z"
    ids = [feed.findtext(f"{ATOM}id"), *(entry.findtext(f"{ATOM}id") for entry in entries)]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", name) for name in ids)
    links = [link.get("href") for link in entries[0].findall(f"{ATOM}link")]
    assert links[0] == "2025/%E9%BB%84%20%E5%B1%B1%23%E5%B8%82/industry.en.html"


def test_feed_holds_no_drafts_and_the_latest_reports_only(output):
    for year in range(1900, 2000):
        put(output, f"{year}/黄山市/industry.zh")
    put(output, "2026/黄山市/industry.zh", draft=True)
    report_records.write_index(output)
    entries = ElementTree.parse(output / "feed.xml").getroot().findall(f"{ATOM}entry")
    assert len(entries) == catalogue.LATEST
    assert "2026-12-31T00:00:00Z" not in [entry.findtext(f"{ATOM}updated") for entry in entries]


def test_title_with_markup_and_control_characters_is_text_in_the_feed(output):
    put(output, "2024/黄山市/industry.zh", cover={"title": "<b>\x00&\ufffe", "language": "zh"})
    report_records.write_index(output)
    titles = [t.text for t in ElementTree.parse(output / "feed.xml").getroot().iter(f"{ATOM}title")]
    assert "<b>&" in titles


def test_comparison_of_several_regions_and_years_is_listed_too(output):
    put(
        output,
        "2025/黄山市/comparison.zh",
        parameters={"regions": ["a"], "region": ["a"], "year": [2024, 2025]},
    )
    report_records.write_index(output)
    found = [e for e in read(output, "catalog.json")["reports"] if e["report"].endswith("comparison.zh")]
    assert [(entry["region"], entry["year"]) for entry in found] == [("", None)]
