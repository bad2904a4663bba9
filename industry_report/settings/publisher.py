"""Read ``params/publisher.yaml``: who publishes, and what holds for everything that is published."""

from __future__ import annotations

import copy
import datetime
import difflib
import functools
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from ..base.errors import InputError
from .logo import read_logo

PUBLIC = ("industry", "government", "training", "college")  # editions for readers outside of the house
READABLE = 4.5  # contrast of text with its ground, WCAG 2.2 level AA
DARK_GROUND = "#1e252b"  # the lightest ground of a page in dark mode
CITED = ("publisher", "title", "subtitle", "place", "date", "version")  # what a form of citation may name
SEE = "See params/publisher.yaml."


@dataclass(frozen=True)
class Policy:
    """What a publisher protects.

    Attributes
    ----------
    threshold : int
        Counts from 1 to one below it are protected.
    dominance : float
        p of the p% rule for sums of money, in percent.
    internal : bool
        True if the edition is for use inside the house; nothing is then protected.
    """

    threshold: int
    dominance: float
    internal: bool = False


def load_policy(path: str | Path, edition: str) -> Policy:
    """Read the disclosure policy of a publisher for one edition.

    Parameters
    ----------
    path : str or Path
        A YAML file, see params/publisher.yaml. A relative path is looked for in the working folder and then
        in the folders above it.
    edition : str
        An edition that the file does not call internal is protected.

    Raises
    ------
    InputError
        The file is missing or is not YAML, a key is unknown or missing, or a value cannot be.
    """
    values = _read_publisher(_find(Path(path)), str(path))["disclosure"]
    editions = [*PUBLIC, *values["internal"]]
    if edition not in editions:
        near = difflib.get_close_matches(edition, editions, n=1)
        mend = f"Did you mean {near[0]}?" if near else f"Editions are {', '.join(editions)}."
        raise InputError("parameter edition", f"expected an edition, got {edition!r}.", mend)
    return Policy(values["threshold"], values["dominance"]["p"], edition in values["internal"])


def load_identity(path: str | Path) -> dict[str, Any]:
    """Read who publishes: what cover, imprint, running heads and document information say.

    Parameters
    ----------
    path : str or Path
        As in `load_policy`.

    Returns
    -------
    dict
        JSON-ready, and only what the file gives: ``names``, ``short``, ``place`` and ``disclaimer`` as
        ``{"zh": …, "en": …}``; ``logo`` as a data address; ``colours`` with ``accent`` and its twin on a dark
        ground, ``accent_on_dark``; ``contact``, ``licence``, ``registration`` (dicts); ``citation`` (a form
        in both languages, see `CITED`); ``published_on`` (ISO date).

    Raises
    ------
    InputError
        As in `load_policy`; or a colour is too pale to read, or a logo is not a plain drawing.
    """
    file = _find(Path(path))
    values = _read_publisher(file, str(path))
    del values["disclosure"]
    if "logo" in values:
        name, at = values["logo"]
        values["logo"] = read_logo(file.parent / name, at)
    if "colours" in values:
        values["colours"]["accent_on_dark"] = lighten(values["colours"]["accent"])
    return values


def find_logo(path: str | Path) -> Path | None:
    """Return the logo's file, for a report is to be made anew when it changes; None without a logo."""
    file = _find(Path(path))
    named = _read_publisher(file, str(path)).get("logo")
    return file.parent / named[0] if named else None


def cite(identity: Mapping[str, Any], cover: Mapping[str, Any], version: int = 1) -> str:
    """Return how to cite a report in the publisher's own form; empty if the publisher gives none."""
    spoken = cover["language"]
    form = identity.get("citation", {}).get(spoken, "")
    words = {key: identity.get(key, {}).get(spoken, "") for key in ("names", "place")}
    return form.format(
        publisher=words["names"],
        place=words["place"],
        title=cover["title"],
        subtitle=cover["subtitle"],
        date=identity.get("published_on", ""),
        version=version,
    )


def lighten(colour: str) -> str:
    """Return the colour nearest to `colour` that is readable on a page in dark mode."""
    return _mixed(colour, "#ffffff", DARK_GROUND)


def _mixed(colour: str, towards: str, ground: str) -> str:
    """Return the colour nearest to `colour`, on the way to another, that is readable on a ground."""
    import matplotlib as mpl  # here, for a build that finds nothing to do draws nothing
    import numpy as np

    from ..base import style

    start, end = np.array(mpl.colors.to_rgb(colour)), np.array(mpl.colors.to_rgb(towards))
    steps = (mpl.colors.to_hex(start + (end - start) * part / 100) for part in range(101))
    return next(step for step in steps if style.contrast(step, ground) >= READABLE)


# --- the values


def _read_int(node: yaml.Node, at: str) -> int:
    value = _plain(node, at)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(at, f"expected a whole number, got {value!r}.", SEE)
    return value


def _read_threshold(node: yaml.Node, at: str) -> int:
    value = _read_int(node, at)
    if value < 3:
        problem = f"disclosure.threshold expects a whole number of at least 3, not {value}."
        raise InputError(at, problem, "Two people know each other's answer; 10 is usual.")
    return value


def _read_percentage(node: yaml.Node, at: str) -> float:
    value = _plain(node, at)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise InputError(at, f"expected a number, got {value!r}.", SEE)
    if not 0 < value <= 100:
        problem = f"disclosure.dominance.p expects a percentage above 0 up to 100, not {value}."
        raise InputError(at, problem, "10 is usual.")
    return float(value)


def _read_list(node: yaml.Node, at: str) -> list[Any]:
    value = _plain(node, at)
    if not isinstance(value, list):
        raise InputError(at, f"expected a list such as [enterprise], got {value!r}.", SEE)
    return value


def _read_text(node: yaml.Node, at: str) -> str:
    """Return a text as it is written: a telephone number keeps its zeros."""
    words = " ".join(node.value.split()) if isinstance(node, yaml.ScalarNode) else ""
    if not words or str(node.tag).endswith(":null"):
        raise InputError(at, "expected a text here.", "Write one, or take the line away.")
    return words


def _read_worded(node: yaml.Node, at: str) -> dict[str, str]:
    """Return a text in both languages; what stands in one only serves for the other."""
    if not isinstance(node, yaml.MappingNode):
        return dict.fromkeys(("zh", "en"), _read_text(node, at))
    given = _read_form(node, {"zh": _read_text, "en": _read_text}, at)
    if not given:
        raise InputError(at, "expected a text here.", "Write {zh: …, en: …}, or take the line away.")
    return {spoken: given.get(spoken) or next(iter(given.values())) for spoken in ("zh", "en")}


def _read_logo(node: yaml.Node, at: str) -> tuple[str, str]:
    return _read_text(node, at), at


def _read_accent(node: yaml.Node, at: str) -> str:
    if str(node.tag).endswith(":null"):
        raise InputError(at, "there is no colour here.", 'In YAML a colour needs quotes: "#1b5e8c".')
    colour = _read_text(node, at).lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        raise InputError(at, f'expected a colour such as "#1b5e8c", got {colour!r}.', "Write six hex digits.")
    from ..base import style  # which brings matplotlib; most files name no colour

    if (found := style.contrast(colour, "#ffffff")) < READABLE:
        near = _mixed(colour, "#000000", "#ffffff")
        problem = f"{colour} has a contrast of {found:.1f} on white; text needs {READABLE}."
        raise InputError(at, problem, f'The nearest that can be read is "{near}".')
    return colour


def _read_url(node: yaml.Node, at: str) -> str:
    address = _read_text(node, at)
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[\s<>\"']", address):
        problem = f"expected an address such as https://example.org/, got {address!r}."
        raise InputError(at, problem, "Begin it with https://.")
    return address


def _read_email(node: yaml.Node, at: str) -> str:
    address = _read_text(node, at)
    if not re.fullmatch(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']+", address):
        raise InputError(at, f"expected an e-mail address, got {address!r}.", "Write name@example.org.")
    return address


def _read_date(node: yaml.Node, at: str) -> str:
    try:
        value = _plain(node, at)
    except ValueError:  # 2026-02-30
        value = node.value
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise InputError(at, f"expected a date such as 2026-01-31, got {value!r}.", "Write year-month-day.")
    return value.isoformat()


def _read_citation(node: yaml.Node, at: str) -> dict[str, str]:
    forms = _read_worded(node, at)
    for form in forms.values():
        try:
            fields = [
                (name, spec, turn)
                for _, name, spec, turn in string.Formatter().parse(form)
                if name is not None
            ]
        except ValueError as error:
            raise InputError(at, f"the form of citation is broken: {error}.", "Close each {.") from None
        for name, spec, turn in fields:
            if name not in CITED or spec or turn:
                problem = f"a citation has no field {{{name}}}."
                raise InputError(at, problem, f"Fields are {', '.join(f'{{{known}}}' for known in CITED)}.")
    return forms


def _plain(node: yaml.Node, at: str) -> Any:
    return yaml.SafeLoader("").construct_object(node, deep=True)


# --- the file

Reader = Callable[[yaml.Node, str], Any]
FORM: dict[str, Any] = {
    "names": _read_worded,
    "short": _read_worded,
    "logo": _read_logo,
    "colours": {"accent": _read_accent},
    "contact": {"address": _read_worded, "phone": _read_text, "email": _read_email, "website": _read_url},
    "licence": {"name": _read_worded, "url": _read_url},
    "citation": _read_citation,
    "registration": {
        "register": _read_worded,
        "number": _read_text,
        "page": _read_url,
        "registered_on": _read_date,
        "valid_until": _read_date,
    },
    "disclaimer": _read_worded,
    "published_on": _read_date,
    "place": _read_worded,
    "disclosure": {
        "threshold": _read_threshold,
        "dominance": {"p": _read_percentage},
        "internal": _read_list,
    },
}
REQUIRED = frozenset({"disclosure", "threshold", "dominance", "p", "internal", "accent"})


def _find(path: Path) -> Path:
    folders = [Path.cwd(), *Path.cwd().parents]
    found = next((folder / path for folder in folders if (folder / path).is_file()), None)
    if found is None:
        problem = f"there is no such file in {folders[0]} or a folder above it."
        raise InputError(str(path), problem, "Correct the path; the standard is params/publisher.yaml.")
    return found


def _read_publisher(file: Path, thing: str) -> dict[str, Any]:
    stamp = file.stat()
    return copy.deepcopy(_parse_publisher(file, thing, (stamp.st_mtime_ns, stamp.st_size)))


@functools.lru_cache(maxsize=8)
def _parse_publisher(file: Path, thing: str, stamp: tuple[int, int]) -> dict[str, Any]:
    """Read the file once, as long as its stamp is the same: each of a thousand reports names it."""
    try:
        page = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(thing, f"is not a YAML file: {error}.", "Mend the line named.") from None
    return _read_form(page, FORM, thing)


def _read_form(node: yaml.Node | None, form: Mapping[str, Any], thing: str) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise InputError(thing, "expected `name: value` lines.", SEE)
    values: dict[str, Any] = {}
    for key, value in node.value:
        at = f"{thing.split(', line')[0]}, line {key.start_mark.line + 1}"
        if str(key.value) not in form:
            near = difflib.get_close_matches(str(key.value), form, n=1)
            problem = f"there is no key {str(key.value)!r} here; there are {', '.join(form)}."
            raise InputError(at, problem, f"Did you mean {near[0]}?" if near else SEE)
        if key.value in values:
            raise InputError(at, f"{key.value!r} stands here a second time.", "Keep one of them.")
        inner = form[key.value]
        values[key.value] = _read_form(value, inner, at) if isinstance(inner, dict) else inner(value, at)
    if missing := [key for key in form if key in REQUIRED and key not in values]:
        at = f"{thing.split(', line')[0]}, line {node.start_mark.line + 1}"
        raise InputError(at, f"{missing[0]!r} is missing here.", SEE)
    return values
