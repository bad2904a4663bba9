"""Read a file that says what reports are about: params/subjects/*.yaml, which the publisher's file names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..base.errors import InputError
from ..base.files import is_file
from ..base.subject import STANDARD, Noun, Subject
from ..base.yaml_forms import Keyed, Kind, Worded, read_words
from ..base.yaml_reader import read_page

SUBJECT = Kind("the subject", "params/subjects/finance-software.yaml")
_NOUN = {"zh": read_words, "en": read_words, "plural?": read_words}
_PHRASES = Keyed(read_words, read_words)
FORM: dict[str, Any] = {
    "trade": _NOUN,
    "record": _NOUN,
    "outcome": _NOUN,
    "customer?": _NOUN,
    "came_about": Worded(read_words),
    "phrases?": {"zh?": _PHRASES, "en?": _PHRASES},
}


def read_subject(file: Path, at: str) -> Subject:
    """Return what reports are about.

    Parameters
    ----------
    file : Path
        The subject's file.
    at : str
        Where it is named, for the message if it is missing.

    Raises
    ------
    InputError
        The file is missing or is not what a subject must be; all faults at once, each with its line.
    """
    if not is_file(file):
        problem = f"names {file.name}, which is not there."
        raise InputError(at, problem, f"Name a file beside the publisher's, such as subjects/{_example()}.")
    page = read_page(file, str(file), SUBJECT)
    values = page.read(page.root, FORM) if page.root is not None else {}
    page.refuse(str(file))
    nouns = {
        name: Noun(words["zh"], words["en"], words.get("plural", words["en"]))
        for name, words in values.items()
        if name in ("trade", "record", "outcome", "customer")
    }
    phrases = values.get("phrases", {})
    return Subject(
        trade=nouns["trade"],
        record=nouns["record"],
        outcome=nouns["outcome"],
        customer=nouns.get("customer", STANDARD.customer),
        came_about=values["came_about"],
        phrases=phrases,
    )


def _example() -> str:
    return Path(SUBJECT.example).name
