"""Notebooks are pleasant to read and are stored without outputs."""

import ast
import io
import re
import tokenize
from pathlib import Path

import nbformat
import pytest

from industry_report.settings import parameters

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
FORBIDDEN = (ast.FunctionDef, ast.Lambda, ast.Try, ast.ClassDef, ast.With, ast.While)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}$|^(red|green|blue|black|white|gr[ae]y|orange|C\d)$")


def code_cells():
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                yield pytest.param(cell, id=f"{path.stem}-{number}")


@pytest.mark.parametrize("cell", list(code_cells()))
def test_cells_are_short_and_hold_choices_only(cell):
    tree = ast.parse(cell.source)
    is_parameters = "parameters" in cell.metadata.get("tags", [])  # a line for each
    assert len(cell.source.splitlines()) <= (20 if is_parameters else 13)
    assert not [node for node in ast.walk(tree) if isinstance(node, FORBIDDEN)]
    assert "sys.path" not in cell.source
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    assert not [text for text in texts if COLOUR.search(text)]
    if "parameters" not in cell.metadata.get("tags", []):
        assert not [text for text in texts if re.search(r"\w/\w+[./]|\\", text)]


@pytest.mark.parametrize("cell", list(code_cells()))
def test_cells_are_stored_without_outputs(cell):
    assert cell.outputs == []
    assert cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_parameter_has_a_type_a_default_and_a_help_comment(path):
    declared = parameters.read_parameters(path)
    assert declared
    assert all(parameter.types and parameter.default is not None for parameter in declared.values())
    source = next(
        c.source for c in nbformat.read(path, 4).cells if "parameters" in c.metadata.get("tags", [])
    )
    comments = [
        t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type == tokenize.COMMENT
    ]
    assert len(comments) == len(declared)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_prose_is_there_in_both_languages(path):
    tags = [c.metadata.get("tags") for c in nbformat.read(path, 4).cells if c.cell_type == "markdown"]
    assert tags == [["zh"], ["en"]] * (len(tags) // 2)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_chinese_prose_uses_chinese_punctuation(path):
    chinese = [c.source for c in nbformat.read(path, 4).cells if c.metadata.get("tags") == ["zh"]]
    assert not re.findall(r"[一-鿿][,;:?!()]|[,;?!()][一-鿿]", "\n".join(chinese).replace("\n: ", "\n"))
