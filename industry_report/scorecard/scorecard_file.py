"""Read a scorecard from its file: what the form says, what it cannot say, and what it is made into.

Three kinds share one format. Common to all are the head (kind, name, version, title, dates), `bands` (the
grades and what follows from them) and `triggers`. What differs is how a record comes to its band:

- `weighted`: `dimensions` bring a record to levels, whose weighted sum is the composite;
- `tiers`: every band has conditions on `inputs`, joined by all and any;
- `checklist`: `items` that are yes, no or unknown; the points of the yeses are counted.

Numbers are taken from the text as exact fractions. A file that contradicts itself is refused with every
fault, its line and its remedy. Nothing in a file is ever executed.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..base.errors import InputError
from ..base.yaml_forms import Kind
from ..base.yaml_reader import Page, open_page
from .file_forms import CHECKLIST, TIERS, WEIGHTED
from .head_and_bands import check_band_names, check_dates, check_names
from .kinds.checklist import check_checklist, make_checklist
from .kinds.tiers import check_tiers, make_tiers
from .kinds.weighted import check_weighted, make_weighted
from .scorecards import Scorecard

FILE = Kind("the scorecard", "params/scorecards/consultation.yaml")


class ScorecardError(InputError, ValueError):
    """A scorecard cannot be used. One line per fault: file, line, what is wrong, what to do."""


def load_scorecard(path: str | Path) -> Scorecard:
    """Read a scorecard and check that it nowhere contradicts itself.

    Parameters
    ----------
    path : str or Path
        A YAML file in UTF-8. A relative path is looked for in the working folder and then in the folders
        above it, so that a notebook finds the same file as a command.

    Returns
    -------
    Scorecard

    Raises
    ------
    ScorecardError
        The file is missing or is not what a scorecard must be; all faults at once, each with line and mend.
    """
    page = open_page(path, FILE, ScorecardError)
    make, values = _read_page(page)
    page.refuse(path, ScorecardError)
    return make(values)


def read_scorecard(text: str, name: str) -> Scorecard:
    """Read a scorecard from text, such as that of a fitted one; `name` is what messages call it.

    Raises
    ------
    ScorecardError
        As `load_scorecard`.
    """
    page = Page(text, FILE)
    make, values = _read_page(page)
    page.refuse(name, ScorecardError)
    return make(values)


def _read_page(page: Page) -> tuple[Callable[[dict[str, Any]], Scorecard], dict[str, Any]]:
    """Return what makes a scorecard of this kind, and the values it is made of; faults are noted."""
    if page.root is None:
        return make_weighted, {}
    kind = page.find_text("kind")
    if kind not in _KINDS:
        told = "the scorecard lacks kind" if kind is None else f'kind "{kind}" is none'
        page.note(page.root.start_mark.line + 1, f"{told}. Write `kind: {'`, `kind: '.join(_KINDS)}`.")
        return make_weighted, {}
    form, check, make = _KINDS[kind]
    values = page.read(page.root, form)
    check_names(page, values)
    check_dates(page, values)
    check_band_names(page, values.get("bands", []))
    check(page, values)
    return make, values


_Form = tuple[dict[str, Any], Callable[[Page, dict[str, Any]], None], Callable[[dict[str, Any]], Scorecard]]

_KINDS: dict[str, _Form] = {
    "weighted": (WEIGHTED, check_weighted, make_weighted),
    "tiers": (TIERS, check_tiers, make_tiers),
    "checklist": (CHECKLIST, check_checklist, make_checklist),
}
