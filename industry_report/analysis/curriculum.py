"""Which skills and courses a product calls for: a map that a college edits, and the demand beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ..base import origin, table_metadata
from ..base.language import name, text
from ..base.yaml_forms import Kind, read_words
from ..base.yaml_reader import Page, open_page
from .conversion import REST

MAP = Kind("the map of skills", "params/skills.yaml")
WORDING: dict[str, Any] = {"zh": read_words, "en": read_words}
MODULE: dict[str, Any] = {"product": read_words, "skills": [WORDING], "courses": [WORDING]}
FORM: dict[str, Any] = {"title": WORDING, "version": read_words, "modules": [MODULE]}


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
    page = open_page(path, MAP)
    values = page.read(page.root, FORM) if page.root is not None else {}
    _find_doubles(page, values.get("modules", []))
    page.refuse(path)
    modules = tuple(Module(m["product"], tuple(m["skills"]), tuple(m["courses"])) for m in values["modules"])
    return Curriculum(values["title"], values["version"], modules)


def _find_doubles(page: Page, modules: Sequence[dict[str, Any]]) -> None:
    """Note products that are there twice: which of the two holds is not ours to guess."""
    first: dict[str, int] = {}
    for number, module in enumerate(modules):
        product, place = module.get("product"), ("modules", number, "product")
        if product and product in first:
            fault = f"the product {product} is there twice, first on line {first[product]}."
            page.note_at(place, f"{fault} Join its skills and courses in one entry.")
        elif product:
            first[product] = page.find_line(place)


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


origin.trace_module(globals())
