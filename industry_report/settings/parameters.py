"""Read parameter files, and the parameters cell of a notebook that they are checked against."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..base.errors import InputError
from ..base.yaml_forms import Keyed, Kind, Place, Tree
from ..base.yaml_reader import Page, read_page

PARAMETERS = Kind(
    "the parameter file", "params/annual.yaml", has_aliases=True, may_be_empty=True, most_bytes=1_000_000
)
TYPES = frozenset({"str", "int", "float", "bool", "list", "dict", "None"})


@dataclass(frozen=True)
class Parameter:
    """One line of a notebook's parameters cell.

    Attributes
    ----------
    types : tuple of str
        Accepted type names; empty if the cell does not say, and anything is accepted.
    default : object
        None if the default is not a plain value.
    required : bool
        True if the help comment begins with "required": a parameter file must then name it.
    """

    name: str
    types: tuple[str, ...]
    default: Any
    required: bool


@dataclass(frozen=True)
class Entry:
    """One report, or one family of reports, as a parameter file asks for it."""

    file: Path
    line: int
    values: dict[str, Any]
    lines: dict[str, int]
    multiplies: bool

    def at(self, key: str) -> str:
        """Return where a key stands: ``params/annual.yaml, line 5``."""
        return f"{self.file}, line {self.lines.get(key, self.line)}"


# --- parameter files


def read_entries(file: Path) -> list[Entry]:
    """Read a parameter file: one entry if it is flat, else one for each item under ``reports:``.

    Raises
    ------
    InputError
        If the file cannot be read, is not YAML, names a key twice or has another form.
    """
    page = read_page(file, str(file), PARAMETERS)
    if page.root is None:
        page.refuse(file)
        return [Entry(file, 1, {}, {}, multiplies=False)]
    keys = page.list_keys()
    form = {f"{key}?": Tree() for key in keys} | {"reports": [_ENTRY]} if "reports" in keys else _ENTRY
    values = page.read(page.root, form)
    for key in keys if "reports" in keys else ():
        if key != "reports":
            fault = f"`{key}` stands beside `reports:`, where nothing else may stand."
            page.note(keys[key], f"{fault} Move it into the entries under `reports:`.")
    page.refuse(file)
    if "reports" not in keys:
        return [_make_entry(page, file, (), values)]
    places = [("reports", number) for number in range(len(values["reports"]))]
    return [
        _make_entry(page, file, place, entry, multiplies=True)
        for place, entry in zip(places, values["reports"], strict=True)
    ]


def _read_name(text: str) -> str:
    if not text:
        raise ValueError("is empty where a name is expected. Write `name: value`.")
    return text


_ENTRY = Keyed(_read_name, Tree(), may_be_empty=True)


def _make_entry(
    page: Page, file: Path, place: Place, values: dict[str, Any], *, multiplies: bool = False
) -> Entry:
    lines = {key: page.find_line((*place, key)) for key in values}
    return Entry(file, page.find_line(place), values, lines, multiplies)


# --- the notebook's parameters cell


def read_parameters(notebook: Path) -> dict[str, Parameter]:
    """Return the parameters of a notebook by name, as its cell tagged ``parameters`` declares them.

    Raises
    ------
    InputError
        If the file is no notebook, has no such cell, or the cell is not plain Python.
    """
    cells = [cell for cell in read_cells(notebook) if "parameters" in cell["metadata"].get("tags", [])]
    if not cells:
        mend = "In JupyterLab, give the cell with the parameters the tag `parameters`."
        raise InputError(str(notebook), "no cell has the tag `parameters`.", mend)
    source = cells[0]["source"]
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        problem = f"the parameters cell is not plain Python: line {error.lineno}, {error.msg}."
        raise InputError(
            str(notebook), problem, "Write only lines such as `year: int = 2025  # help`."
        ) from error
    comments = _read_comments(source)
    found = [_read_parameter(s, comments) for s in statements if isinstance(s, ast.Assign | ast.AnnAssign)]
    return {parameter.name: parameter for parameter in found}


def read_cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook file, each with ``cell_type``, ``metadata`` and ``source`` (one text).

    nbformat would do the same, but its schema library takes 0.8 s to import.
    """
    try:
        return list_cells(notebook.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        mend = "Open it in JupyterLab and save it again."
        raise InputError(str(notebook), "is not a notebook of format 4.", mend) from error
    except OSError as error:
        raise InputError(str(notebook), f"cannot be read: {error.strerror}.", "Check the file.") from error


def list_cells(text: str) -> list[dict[str, Any]]:
    """Return the cells of a notebook's JSON, as `read_cells` does.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it is not the JSON of a notebook.
    """
    cells = [{**cell, "source": "".join(cell["source"])} for cell in json.loads(text)["cells"]]
    return [{"metadata": {}, **cell} for cell in cells if cell["cell_type"]]


def _read_parameter(statement: ast.Assign | ast.AnnAssign, comments: dict[int, str]) -> Parameter:
    try:
        default = ast.literal_eval(statement.value) if statement.value else None
    except ValueError:  # computed in the cell, such as date.today().year
        default = None
    if isinstance(statement, ast.AnnAssign):
        name, types = ast.unparse(statement.target), _type_names(statement.annotation)
    else:
        name, types = ast.unparse(statement.targets[0]), () if default is None else (type_name(default),)
    comment = comments.get(statement.end_lineno or 0, "")
    required = re.match(r"required\b", comment, re.IGNORECASE) is not None
    return Parameter(name, types if TYPES.issuperset(types) else (), default, required)


def _type_names(annotation: ast.expr) -> tuple[str, ...]:
    """Return the types an annotation names: ``str | None`` → str, None; ``list[str]`` → list."""
    match annotation:
        case ast.Name(id=name):
            return (name,)
        case ast.Constant(value=None):
            return ("None",)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _type_names(left) + _type_names(right)
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return (*_type_names(inner), "None")
        case ast.Subscript(value=container):
            return _type_names(container)
    return (ast.unparse(annotation),)


def _read_comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}


def type_name(value: Any) -> str:
    """Return the name of a value's type as an annotation writes it."""
    return "None" if value is None else type(value).__name__


def word_remedy(parameter: Parameter, value: Any) -> str:
    """Return what to do about a value of another type than the parameter's."""
    if isinstance(value, list):
        return "A list multiplies out only in an entry under `reports:`."
    if value is None:
        return "Write a value, or leave the line out."
    if "str" in parameter.types and isinstance(value, bool):
        quoted = f'{parameter.name}: "{"yes" if value else "no"}"'
        return f"YAML reads yes, no, on and off as true or false. Put the word in quotes, such as {quoted}."
    if "str" in parameter.types and not isinstance(value, dict):
        return f'Put it in quotes: {parameter.name}: "{value}".'
    return f"Write it like `{show_example(parameter)}`."


def show_example(parameter: Parameter) -> str:
    """Return a line of a parameter file that gives the parameter its default."""
    return f"{parameter.name}: {'…' if parameter.default is None else parameter.default}"
