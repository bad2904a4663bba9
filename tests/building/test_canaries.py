"""A public shelf of all notebooks, made of data in which canaries stand everywhere: none is on it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import canaries
import pytest
from bs4 import BeautifulSoup
from running import ROOT

pytestmark = pytest.mark.slow
PLAN = """
reports:
  - {notebook: industry, region: 黄山市, year: 2025}
  - {notebook: college, region: 黄山市, year: 2025}
  - {notebook: comparison, regions: [黄山市]}
  - {notebook: value, region: 黄山市, year: 2025, edition: industry}
  - {notebook: satisfaction, region: 黄山市, year: 2025, edition: industry}
  - {notebook: leads, region: 黄山市, year: 2025, edition: industry}
  - {notebook: market, region: 黄山市, year: 2025}
"""
SLICE = {"industry", "college", "comparison", "value-industry"}
SLICE |= {"satisfaction-industry", "leads-industry", "market"}


@dataclass(frozen=True)
class Shelf:
    folder: Path
    canaries: list[str]
    said: str


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Build the shelf with the command as a user would, once."""
    folder = tmp_path_factory.mktemp("canaries")
    words = canaries.plant(folder / "data")
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    run = [sys.executable, "-c", "from industry_report.cli import main; main()", "build"]
    told = [str(folder / "plan.yaml"), "--data", str(folder / "data"), "--output", str(folder / "out")]
    made = subprocess.run([*run, *told, "--also", "docx"], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert made.returncode == 0, made.stdout + made.stderr
    return Shelf(folder / "out", words, made.stdout + made.stderr)


def test_no_canary_is_in_any_artefact_of_a_public_shelf(shelf: Shelf) -> None:
    kinds = {path.suffix for path in shelf.folder.rglob("*") if path.is_file()}
    assert kinds >= {".html", ".pdf", ".json", ".xlsx", ".csv", ".svg", ".png", ".docx"}
    made = {path.name.split(".")[0] for path in shelf.folder.rglob("*.pdf")}
    assert made == SLICE
    assert canaries.search(shelf.folder, shelf.canaries) == {}


def test_the_command_says_nothing_of_a_customer(shelf: Shelf) -> None:
    assert canaries.find([shelf.said], shelf.canaries) == []


def test_the_search_reads_every_kind_of_file(shelf: Shelf) -> None:
    """A search that finds nothing where there is something would prove nothing."""
    found = {Path(name).suffix for name in canaries.search(shelf.folder, ["黄山"])}
    assert found >= {".html", ".pdf", ".json", ".xlsx", ".csv", ".docx"}


def test_no_page_counts_few_customers_in_words(shelf: Shelf) -> None:
    texts = {path.name: read_page(path) for path in shelf.folder.rglob("*.html")}
    assert canaries.list_few(texts) == []


def read_page(path: Path) -> str:
    """Return what a page says: text, alternative texts, titles of marks, metadata."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    said = [page.get_text("\n")]
    names = ("aria-label", "alt", "title", "content", "data-value")
    said += [str(tag[name]) for tag in page.find_all(True) for name in names if tag.has_attr(name)]
    return "\n".join(said)


def test_no_record_holds_a_count_under_the_threshold(shelf: Shelf) -> None:
    counts = ("received", "consultations", "conversions", "customers", "orders", "refunded", "leads")
    few = []
    for path in shelf.folder.rglob("*.json"):
        for exhibit in json.loads(path.read_text(encoding="utf-8")).get("exhibits", []):
            heads = {column["name"] for column in exhibit["columns"] if column["role"] == "row"}
            for row in exhibit["data"]:
                few += [
                    (path.name, exhibit["caption"], name, row[name])
                    for name in (*counts, "converted", "contributors", "texts", "base", "returned")
                    if name not in heads and isinstance(row.get(name), int | float) and 1 <= row[name] < 10
                ]
    assert few == []
