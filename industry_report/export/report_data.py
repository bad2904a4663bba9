"""What is told of a report beside its pages: cover, figures, tables, sentences, attachments, warnings."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from nbformat import NotebookNode
from selectolax.lexbor import LexborHTMLParser

from ..base import language, style
from ..report import display
from . import markdown_cells, outputs
from .body import find_cover, iterate_outputs
from .typesetting import NO_GLYPH

SAID = ("<p>", "<ul>")


def report_data(nb: NotebookNode) -> dict[str, Any]:
    """Return cover, figures and tables of an executed notebook, JSON-ready, and what a publisher should know.

    Returns
    -------
    dict with keys ``cover``, ``exhibits`` (list, in order of appearance, with the numbers that page and PDF
    give them), ``sentences`` (list of str: what `display.say` said), ``summary`` (what
    `display.summary` showed, empty if nothing), ``attachments`` (captions by name) and
    ``warnings`` (list of str).
    """
    cover = find_cover(nb)
    shown = _in_language(nb, cover["language"])  # what the page leaves out is not published here, either
    return {
        "cover": _without_logo(cover),
        "exhibits": _list_exhibits(shown),
        "sentences": _list_sentences(shown),
        "summary": _find_summary(shown),
        "attachments": {name: one["caption"] for name, one in list_attachments(shown).items()},
        "warnings": _list_warnings(nb),
    }


def _in_language(nb: NotebookNode, report_language: str) -> NotebookNode:
    """Leave out cells tagged for another language."""
    others = set(language.LANGUAGES) - {report_language}
    cells = [cell for cell in nb.cells if not others & set(cell.metadata.get("tags", []))]
    return NotebookNode({**nb, "cells": cells})


def _list_exhibits(nb: NotebookNode) -> list[dict[str, Any]]:
    """Return figures and tables with their numbers: `body.number_exhibits` counts every caption."""
    counts: Counter[str] = Counter()
    exhibits = []
    for cell in nb.cells:
        if cell.cell_type != "code":
            counts.update(_find_captions(cell.get("source", ""), cell.cell_type == "markdown"))
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if display.COVER in data:
                continue
            counts.update(_find_captions(str(data.get("text/html", "")), False))
            if exhibit := data.get(display.EXHIBIT):
                tag = "figcaption" if exhibit["kind"] == "figure" else "caption"
                exhibits.append({"number": counts[tag], **exhibit})
    return exhibits


def _find_captions(source: str, is_markdown: bool) -> list[str]:
    if "caption" not in source.lower():
        return []
    html = markdown_cells.render(source, lambda _: None) if is_markdown else source
    return [node.tag or "" for node in LexborHTMLParser(html, is_fragment=True).css("figcaption, caption")]


def _list_sentences(nb: NotebookNode) -> list[str]:
    """Return the sentences of `display.say`, told by its HTML; what other libraries print is no sentence."""
    said = [
        o.data for o in iterate_outputs(nb) if str(o.get("data", {}).get("text/html", "")).startswith(SAID)
    ]
    return [line for data in said for line in data.get("text/plain", "").splitlines()]


def _find_summary(nb: NotebookNode) -> dict[str, Any]:
    """Return what `display.summary` showed, the last one if several did."""
    found = [o.data[display.SUMMARY] for o in iterate_outputs(nb) if display.SUMMARY in o.get("data", {})]
    return dict(found[-1]) if found else {}


def _without_logo(cover: dict[str, Any]) -> dict[str, Any]:
    """Leave the logo out of what is told of a report: it is no fact of it, and long."""
    identity = {key: value for key, value in cover.get("publisher", {}).items() if key != "logo"}
    told = {
        key: value for key, value in cover.items() if key != "words"
    }  # these are for Markdown cells alone
    return {**told, "publisher": identity}


def list_attachments(nb: NotebookNode) -> dict[str, dict[str, Any]]:
    """Return by name what `display.attach` put beside the report; the last one of a name counts.

    The tables are no part of `report_data`: one of customers goes into its workbook and nowhere else.
    """
    bundles = [output.get("data", {}) for output in iterate_outputs(nb)]
    found = [data[display.ATTACHMENT] for data in bundles if display.ATTACHMENT in data]
    return {attachment["name"]: attachment for attachment in found}


def _list_warnings(nb: NotebookNode) -> list[str]:
    """Return what the exporters do not see: warnings of the cells, figures without words, missing type."""
    found = []
    for number, cell in enumerate(nb.cells, start=1):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if output.get("name") == "stderr":
                told = outputs.first_warnings(output.text)
                found += [f"cell {number} wrote to stderr: {line}" for line in told]
            if "text/html" not in data and any(kind.startswith("image/") for kind in data):
                found.append(
                    f"cell {number} shows a picture without a description: use show(figure, caption=…)."
                )
    cover = json.dumps(_without_logo(find_cover(nb)), ensure_ascii=False)
    prose = [cell.get("source", "") for cell in nb.cells if cell.cell_type == "markdown"]
    if unknown := sorted(style.find_missing_glyphs("".join([cover, *prose, *_texts(nb)]))):
        listed = ", ".join(f"{character} (U+{ord(character):04X})" for character in unknown[:10])
        found.append(f"no glyph for {listed}; shown as {NO_GLYPH} in the PDF.")
    return found


def _texts(nb: NotebookNode) -> list[str]:
    """Return all that the cells put out as text."""
    kinds = ("text/html", "text/plain", "text/markdown", "image/svg+xml")
    return [str(output.get("data", {}).get(kind, "")) for output in iterate_outputs(nb) for kind in kinds] + [
        output.text for output in iterate_outputs(nb) if output.get("name") == "stdout"
    ]
