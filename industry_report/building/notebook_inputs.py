"""What a notebook reads of the data, told from its cells: which slices, which tables."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ..intake.schemas import CONSULTATIONS, SCHEMAS
from ..settings import parameters


def find_slice_keys(notebook: Path) -> frozenset[str]:
    """Return what of region and year a notebook keeps to in everything it reads of the parameter ``data``.

    It keeps to a key if `data` is used only in calls such as ``dataset.load(data, region=region, year=year)``
    and the key's parameter is never assigned anew. `publication.publish` reads all years of its region, for
    the last day that the data know. In doubt it reads all: a report too many is made, none
    too few.
    """
    nodes = [node for tree in _parse_cells(notebook) for node in ast.walk(tree)]
    assigned = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    keys = frozenset({"region", "year"} - assigned)
    explained = set()
    for node in nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="dataset" | "publication" as room)),
                args=[ast.Name(id="data"), *rest],
            ):
                explained.add(node.args[0])
                given = [*zip(("region", "year"), rest, strict=False)]
                given += [(keyword.arg or "", keyword.value) for keyword in node.keywords]
                keys -= {"year"} if room == "publication" else set()
                keys &= {key for key, value in given if isinstance(value, ast.Name) and value.id == key}
    uses = {node for node in nodes if isinstance(node, ast.Name) and node.id == "data"}
    return keys if uses <= explained else frozenset()


def find_tables(notebook: Path) -> list[str]:
    """List the tables beside the consultations that a notebook may read; where it reads one, consent counts.

    They are named by ``dataset.load(…, table="orders")``; where the name is computed, by
    ``dataset.open_tables(…)`` or by a gate such as ``market_publication.publish_market(…)``, all may be. All
    their slices count: what was known at a moment is the past.
    """
    found: set[str] = set()
    for node in (node for tree in _parse_cells(notebook) for node in ast.walk(tree)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="dataset"), attr="open_tables")):
                found |= set(SCHEMAS)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=str(gate)))) if gate.endswith("_publication"):
                found |= set(SCHEMAS)  # a gate of other tables reads what there is
            case ast.keyword(arg="table", value=ast.Constant(value=str(name))):
                found |= {name, "customers", "leads"} & set(SCHEMAS) if name != CONSULTATIONS else set()
            case ast.keyword(arg="table"):
                found |= set(SCHEMAS)
    return sorted(found)


def _parse_cells(notebook: Path) -> Iterator[ast.AST]:
    for cell in parameters.read_cells(notebook):
        if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", []):
            try:
                yield ast.parse(cell["source"])
            except SyntaxError:  # a magic; what it reads cannot be known
                yield ast.parse("data")
