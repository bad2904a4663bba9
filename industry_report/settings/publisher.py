"""Read ``params/publisher.yaml``: who publishes, and what holds for everything that is published."""

from __future__ import annotations

import copy
import datetime
import functools
import re
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..base.errors import InputError
from ..base.files import find_upwards
from ..base.subject import STANDARD, Subject
from ..base.yaml_forms import Kind, Listed, Worded, read_words
from ..base.yaml_reader import read_page
from . import editions, subject_file
from .editions import Policy
from .logo import read_logo

READABLE = 4.5  # contrast of text with its ground, WCAG 2.2 level AA
DARK_GROUND = "#1e252b"  # the lightest ground of a page in dark mode
CITED = ("publisher", "title", "subtitle", "place", "date", "version")  # what a form of citation may name
PUBLISHER = Kind("the publisher's file", "params/publisher.yaml")


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
    file = _find(path)
    page = _read_publisher(file, str(path))
    return editions.choose(edition, page["disclosure"], page.get("editions", {}), load_subject(file, page))


def load_subject(file: Path, page: Mapping[str, Any]) -> Subject:
    """Return what a publisher's reports are about; the standard subject where the file names none."""
    if "subject" not in page:
        return STANDARD
    name, at = page["subject"]
    return subject_file.read_subject(file.parent / name, at)


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
    file = _find(path)
    values = _read_publisher(file, str(path))
    for key in ("disclosure", "subject", "editions"):
        values.pop(key, None)
    if "logo" in values:
        name, at = values["logo"]
        values["logo"] = read_logo(file.parent / name, at)
    if "colours" in values:
        values["colours"]["accent_on_dark"] = lighten(values["colours"]["accent"])
    return values


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


# --- what turns the text of a key into its value


def _read_threshold(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text) or int(text) < 3:
        told = "expected a whole number of at least 3. Two people know each other's answer; 10 is usual."
        raise ValueError(f"is no threshold: {told}")
    return int(text)


def _read_percentage(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", text) or not 0 < float(text) <= 100:
        raise ValueError("is no percentage: expected a number above 0 up to 100. 10 is usual.")
    return float(text)


def _read_accent(text: str) -> str:
    if not text:
        raise ValueError('is no colour. In YAML a colour needs quotes: "#1b5e8c".')
    colour = text.strip().lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        raise ValueError('is no colour such as "#1b5e8c". Write six hex digits.')
    from ..base import style  # which brings matplotlib; most files name no colour

    if (found := style.contrast(colour, "#ffffff")) < READABLE:
        near = _mixed(colour, "#000000", "#ffffff")
        told = f"has a contrast of {found:.1f} on white; text needs {READABLE}."
        raise ValueError(f'{told} The nearest that can be read is "{near}".')
    return colour


def _read_url(text: str) -> str:
    """Read an address of the web; characters that turn the direction of writing could disguise one."""
    address = read_words(text)
    try:
        parts = urlsplit(address)
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # https://[::1
        is_sound = False
    if not is_sound or re.search(r"[\s<>\"']", address) or not address.isprintable():
        raise ValueError("is no address such as https://example.org/. Begin it with https://.")
    return address


def _read_email(text: str) -> str:
    address = read_words(text)
    if not re.fullmatch(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']+", address) or not address.isprintable():
        raise ValueError("is not an e-mail address. Write name@example.org.")
    return address


def _read_date(text: str) -> str:
    try:
        return datetime.datetime.strptime(text.strip(), "%Y-%m-%d").date().isoformat()
    except ValueError:
        raise ValueError("is no date: expected a date such as 2026-01-31. Write year-month-day.") from None


def _read_citation(text: str) -> str:
    form = read_words(text)
    try:
        fields = [part for part in string.Formatter().parse(form) if part[1] is not None]
    except ValueError as error:
        raise ValueError(f"is broken: {error}. The form of citation must close each {{.") from None
    for _, name, spec, turn in fields:
        if name not in CITED or spec or turn:
            known = ", ".join(f"{{{known}}}" for known in CITED)
            raise ValueError(f"has no field {{{name}}}. Fields of a citation are {known}.")
    return form


# --- the file


_WORDS = Worded(read_words)
FORM: dict[str, Any] = {
    "names?": _WORDS,
    "short?": _WORDS,
    "logo?": read_words,
    "subject?": read_words,
    "editions?": editions.FORM,
    "colours?": {"accent": _read_accent},
    "contact?": {"address?": _WORDS, "phone?": read_words, "email?": _read_email, "website?": _read_url},
    "licence?": {"name?": _WORDS, "url?": _read_url},
    "citation?": Worded(_read_citation),
    "registration?": {
        "register?": _WORDS,
        "number?": read_words,
        "page?": _read_url,
        "registered_on?": _read_date,
        "valid_until?": _read_date,
    },
    "disclaimer?": _WORDS,
    "published_on?": _read_date,
    "place?": _WORDS,
    "disclosure": {
        "threshold": _read_threshold,
        "dominance": {"p": _read_percentage},
        "internal": Listed(read_words),
    },
}


def _find(path: str | Path) -> Path:
    found = find_upwards(path)
    if found is None:
        problem = f"there is no such file in {Path.cwd()} or a folder above it."
        raise InputError(str(path), problem, f"Correct the path; the standard is {PUBLISHER.example}.")
    return found


def _read_publisher(file: Path, thing: str) -> dict[str, Any]:
    stamp = file.stat()
    return copy.deepcopy(_parse_publisher(file, thing, (stamp.st_mtime_ns, stamp.st_size)))


@functools.lru_cache(maxsize=8)
def _parse_publisher(file: Path, thing: str, stamp: tuple[int, int]) -> dict[str, Any]:
    """Read the file once, as long as its stamp is the same: each of a thousand reports names it."""
    page = read_page(file, thing, PUBLISHER)
    values = page.read(page.root, FORM) if page.root is not None else {}
    page.refuse(thing)
    for key in ("logo", "subject"):
        if key in values:
            values[key] = values[key], f"{thing}, line {page.find_line((key,))}"
    return values
