"""Stamp on a report what its record knows: draft, internal, synthetic, whatever its notebook's cover says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ..base.marks import write_notice
from .plan import Job, is_internal

# Notebooks and exporters are imported where they are used: a preview lists marks without them.
if TYPE_CHECKING:
    from nbformat import NotebookNode


def list_marks(job: Job, facts: Mapping[str, Any]) -> list[str]:
    """Return what must be said of a report: the publisher calls its edition internal, its rows are invented.

    Parameters
    ----------
    job : Job
        The report.
    facts : mapping
        See `staleness.gather_facts`: ``draft`` and ``synthetic``.
    """
    known = {"draft": facts.get("draft"), "internal": is_internal(job), "synthetic": facts.get("synthetic")}
    return [name for name, holds in known.items() if holds]


def stamp(notebook: NotebookNode, marks: Collection[str]) -> None:
    """Put marks into the notice of a notebook's covers, and so on every page; it gets a cover if need be."""
    import nbformat

    from ..export import exporters
    from ..report.display import COVER

    if not marks:
        return
    covers = [o for c in notebook.cells for o in c.get("outputs", []) if COVER in o.get("data", {})]
    if not covers:
        covers = [nbformat.v4.new_output("display_data", data={COVER: exporters.find_cover(notebook)})]
        notebook.cells.insert(0, nbformat.v4.new_code_cell(outputs=covers))
    for output in covers:
        cover = dict(output.data[COVER])
        output.data[COVER] = {
            **cover,
            "notice": write_notice(marks, cover["language"], cover.get("notice", "")),
        }
