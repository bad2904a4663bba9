"""Which skills and courses a product calls for: a map that a college edits, and the demand beside it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from ..base import table_metadata
from ..base.errors import InputError
from ..base.language import name, text
from ..settings.parameters import find_file
from .conversion import REST

STANDARD = "params/skills.yaml"
WORDING: dict[str, Any] = {"zh": str, "en": str}
MODULE: dict[str, Any] = {"product": str, "skills": [WORDING], "courses": [WORDING]}
FORM: dict[str, Any] = {"title": WORDING, "version": str, "modules": [MODULE]}


@dataclass(frozen=True)
class Module:
    """A product of the data, the skills its customers need and the courses that teach them."""

    product: str
    skills: tuple[Mapping[str, str], ...] = field(hash=False)
    courses: tuple[Mapping[str, str], ...] = field(hash=False)


@dataclass(frozen=True)
class Curriculum:
    """The map of a college; see params/skills.yaml."""

    title: Mapping[str, str] = field(hash=False)
    version: str
    modules: tuple[Module, ...]


def load_curriculum(path: str | Path) -> Curriculum:
    """Read a map of products, skills and courses.

    Parameters
    ----------
    path : str or Path
        A YAML file, see params/skills.yaml. A relative path is looked for in the working folder and then in
        the folders above it.

    Raises
    ------
    InputError
        The file is missing or is not what a map must be; all faults at once, each with its line and mend.
    """
    page = _Page(str(path), [])
    values = page.read(page.compose(), FORM, "the file")
    if isinstance(values, dict):
        page.find_doubles(values.get("modules", []))
    page.refuse()
    modules = tuple(Module(m["product"], tuple(m["skills"]), tuple(m["courses"])) for m in values["modules"])
    return Curriculum(values["title"], values["version"], modules)


@dataclass(frozen=True)
class _Page:
    """A file that is being read, and the faults found so far: line, problem, mend."""

    path: str
    faults: list[tuple[int, str, str]]

    def compose(self) -> yaml.Node | None:
        found = find_file(Path(self.path))
        if found is None:
            problem = f"there is no such file in {Path.cwd()} or a folder above it."
            raise InputError(self.path, problem, f"Correct the path; the standard is {STANDARD}.")
        try:
            return yaml.compose(found.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise InputError(self.path, f"is not a YAML file: {error}.", "Mend the line named.") from None

    def refuse(self) -> None:
        """Raise all faults."""
        if not self.faults:
            return
        lines = [f"line {line}: {problem} {mend}" for line, problem, mend in sorted(self.faults)]
        first, *more = sorted(self.faults)
        if not more:
            raise InputError(f"{self.path}, line {first[0]}", first[1], first[2])
        listed = "".join(f"\n  - {line}" for line in lines)
        raise InputError(
            self.path, f"{len(lines)} faults.{listed}\n", f"Mend them; {STANDARD} is an example."
        )

    def read(self, node: yaml.Node | None, form: Any, what: str) -> Any:
        """Return what a node says if it has the form, else note a fault."""
        if isinstance(form, dict):
            return self._read_keys(node, form, what)
        if isinstance(form, list):
            return self._read_list(node, form[0], what)
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            return self._note(node, f"{what} is no text.", "Write one; text with `: ` or `, ` needs quotes.")
        return node.value.strip()

    def _read_list(self, node: yaml.Node | None, form: Any, what: str) -> list[Any]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self._note(node, f"{what} is no list.", "Write one item a line, each after `- `.")
            return []
        return [self.read(item, form, f"an item of {what}") for item in node.value]

    def _read_keys(self, node: yaml.Node | None, form: dict[str, Any], what: str) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            self._note(node, f"{what} is not of the form `name: value`.", f"It needs {', '.join(form)}.")
            return {}
        given: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value not in form:
                near = difflib.get_close_matches(str(key.value), form, n=1)
                mend = f"Did you mean {near[0]}?" if near else f"There are {', '.join(form)}."
                self._note(key, f"{what} has no key {key.value!r}.", mend)
            elif key.value in given:
                self._note(key, f"{key.value!r} stands here a second time.", "Keep one of them.")
            else:
                given[key.value] = value
        for key in form.keys() - given.keys():
            self._note(node, f"{what} lacks {key}.", f"Add a line `{key}: …`.")
        return {key: self.read(value, form[key], key) for key, value in given.items()}

    def find_doubles(self, modules: Sequence[dict[str, Any]]) -> None:
        """Note products that are there twice: which of the two holds is not ours to guess."""
        names = [module.get("product") for module in modules]
        for product in dict.fromkeys(names):
            if product and names.count(product) > 1:
                problem = f"product {product} is there {names.count(product)} times."
                self._note(None, problem, "Join its skills and courses in one entry.")

    def _note(self, node: yaml.Node | None, problem: str, mend: str) -> None:
        self.faults.append((node.start_mark.line + 1 if node else 1, problem, mend))


# --- the map beside what customers ask for


def needs(demand: pd.DataFrame, curriculum: Curriculum) -> pd.DataFrame:
    """Return the products that customers ask for with the skills they call for, most wanted first.

    Parameters
    ----------
    demand : DataFrame
        See `market.demand`, by product.
    curriculum : Curriculum
        See `load_curriculum`.

    Returns
    -------
    DataFrame
        Index ``product``; ``asked`` and ``rate`` of `demand`, ``skills``, ``courses``, both in the report's
        language and empty for a product that the map does not name. The pooled rest is left out.
    """
    known = {module.product: module for module in curriculum.modules}
    table = demand.loc[~demand.index.isin(REST.values()), ["asked", "rate"]].copy()
    for column in ("skills", "courses"):
        table[column] = [_worded(getattr(known.get(product), column, ())) for product in table.index]
    return table_metadata.carry(demand, table)


def _worded(items: Sequence[Mapping[str, str]]) -> str:
    return text(zh="；", en="; ").join(text(**item) for item in items)


def unmapped(demand: pd.DataFrame, curriculum: Curriculum) -> list[str]:
    """Return the products that customers ask for and the map does not name."""
    known = {*(module.product for module in curriculum.modules), *REST.values()}
    return [product for product in demand.index if product not in known]


def courses(demand: pd.DataFrame, curriculum: Curriculum) -> pd.DataFrame:
    """Return the courses of the map, those of the most wanted products first.

    Returns
    -------
    DataFrame
        Index ``course``, in the report's language; ``products`` that it serves, ``rate`` of the most wanted
        of them. Shares of products are not added up: one consultation may name several.
    """
    wanted = demand["rate"].to_dict()
    found: dict[str, list[str]] = {}
    for course, product in _pairs(curriculum):
        if pd.notna(wanted.get(product)):
            found.setdefault(course, []).append(product)
    rows = {
        course: (_named(sorted(products, key=lambda p: -wanted[p])), max(wanted[p] for p in products))
        for course, products in found.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["products", "rate"]).rename_axis("course")
    table_metadata.describe(
        table, heads={"rate": text(zh="其中最高的咨询占比", en="Highest share asked for")}
    )
    return table.sort_values("rate", ascending=False, kind="stable")


def _pairs(curriculum: Curriculum) -> Iterator[tuple[str, str]]:
    for module in curriculum.modules:
        for course in module.courses:
            yield text(**course), module.product


def _named(products: Sequence[str]) -> str:
    """Join products as a table's cell does."""
    return text(zh="、", en="; ").join(name(product) for product in products)
