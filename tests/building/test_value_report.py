"""The notebook of customer value: both editions and languages, with and without each table."""

import json
import re
import shutil
from pathlib import Path

import pytest
from crossing import cross, first
from reading import make_page
from running import ROOT, run_cells

from industry_report.intake import sample

NOTEBOOK = ROOT / "notebooks" / "value.ipynb"
ASKED = {"region": "黄山市", "year": 2025}
BROKEN = re.compile(r"\bnan\b|\bNone\b|\bNaT\b|\{|\}|[，、；：][，、；：。]|（）|\(\)")
FILES = {
    "orders": ("*订单*", "未提供订单表"),
    "interactions": ("*互动*", "未提供互动记录"),
    "customers": ("*客户档案*", "未提供客户档案"),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("value")
    sample.write(folder, rows=600)
    sample.write_tables(folder, rows=600)
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)

    def run(folder: Path, **changed: str) -> tuple[str, str]:
        """Return what the page says, and all that the cells put out."""
        ran = run_cells(NOTEBOOK, **{"language": "zh", "data": str(folder), **ASKED, **changed})
        put_out = json.dumps([cell.get("outputs") for cell in ran.cells], ensure_ascii=False)
        return re.sub(
            r"<style.*?</style>|<script.*?</script>|<[^>]+>", " ", str(make_page(ran)), flags=re.S
        ), put_out

    return run


@pytest.mark.slow
@pytest.mark.parametrize(("edition", "language"), cross(["enterprise", "industry"], ["zh", "en"]))
def test_both_editions_in_both_languages(run, data: Path, edition: str, language: str) -> None:
    page, put_out = run(data, edition=edition, language=language)
    said = re.findall(r'"text/plain": "([^"]*)"', put_out)
    assert not [words for words in said if BROKEN.search(words)]
    assert ("customer-values" in put_out) == (edition == "enterprise")
    assert ("HS-0000" in put_out) == (edition == "enterprise")
    assert ("客户潜力价值（CPV）" if language == "zh" else "Potential (CPV)") in page or edition == "industry"
    for word in ("生命周期价值", "贡献利润") if language == "zh" else ("Lifetime value", "Contribution"):
        assert word in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gone", "edition"),
    first([("interactions", "industry"), ("orders", "enterprise"), ("customers", "enterprise")]),
)
def test_a_table_that_is_missing_is_said_to_be(
    run, data: Path, tmp_path: Path, gone: str, edition: str
) -> None:
    for path in data.iterdir():
        if path.is_file() and not path.match(FILES[gone][0]):
            shutil.copy(path, tmp_path)
    page, _ = run(tmp_path, edition=edition)
    assert FILES[gone][1] in page


@pytest.mark.slow
def test_consultations_alone_are_enough_for_a_report(run, tmp_path: Path) -> None:
    sample.write(tmp_path, rows=300)
    page, _ = run(tmp_path)
    assert "以咨询登记的成交" in page
    assert "贡献利润未知" in page
