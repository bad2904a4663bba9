"""No word of one trade stands outside the file of its subject: the rest takes any subject."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from industry_report.analysis.leads import model
from industry_report.base.vocabulary import VOCABULARY

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "industry_report"
TRADE = re.compile(
    r"财务软件|软件|财会|财税|会计|代账|记账|报税|申报期|发票|模块"
    r"|(?i:finance software|accounting|bookkeep|\btax|filing|invoice|licen[cs]es? fee|\bmodules?\b)"
)
# 咨询 takes the place of a noun: as a verb, it would read 客户外呼产品 under another subject.
VERB = re.compile("谁在咨询|主动咨询|咨询(哪|什么|过|了)|(再次|前来|主动向.{0,8})咨询")
ROOMS = ("analysis", "protection", "report", "export", "shelf")
# Where a word is none of a trade: the program that made a report, words to cut lines at.
ALLOWED = {
    "export/imprint.py": {"财务软件", "软件", "财会类专业"},
    "report/tables.py": {"软件"},
    "report/display.py": {"报告参数与软件版本"},
}


def list_strings(path: Path) -> list[str]:
    """Return the texts of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in prose]
    return [node.value for node in constants if isinstance(node.value, str)]


def list_modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py"))


def test_no_sentence_of_the_program_has_a_word_of_one_trade():
    found = {}
    for path in list_modules():
        name = path.relative_to(PACKAGE).as_posix()
        said = [one for one in list_strings(path) if re.search("[\u4e00-\u9fff]| ", one)]
        wrong = [one for one in said if TRADE.search(one) or VERB.search(one)]
        if left := [one for one in wrong if one not in ALLOWED.get(name, ())]:
            found[name] = left
    assert found == {}


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_no_notebook_has_a_word_of_one_trade(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    assert [found[0] for found in TRADE.finditer(text)] + [found[0] for found in VERB.finditer(text)] == []


@pytest.mark.parametrize("name", ["survey", "skills", "market", "review", "actions", "customer-value"])
def test_no_parameter_file_asks_about_one_trade(name):
    lines = (ROOT / "params" / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    heads = [line for line in lines if re.match(r"\s*(title|question):", line)]
    assert [line for line in heads if TRADE.search(line)] == []


def test_codes_of_a_figures_data_have_words():
    """The table behind a figure prints its codes by the vocabulary."""
    codes = {
        "behaviour",
        "firm",
        "person",
        "lead",
        model.FINE,
        model.TOO_HIGH,
        model.TOO_LOW,
        model.FEW_LEADS,
    }
    columns = {"low", "middle", "top", "days", "survival", "at_risk", "ended"}
    assert sorted((codes | columns) - set(VOCABULARY)) == []
