"""Say how a YAML file is written: which keys stand where, and what turns the text of each into a value.

A form is data:

- a function reads one text and raises ValueError with fault and remedy;
- ``{"key": form}`` is a mapping, where a key with a question mark, ``"key?"``, may be left out;
- ``[form]`` is a list; `Listed` is one that may be empty;
- `Keyed` is a mapping whose keys are values; `Worded` is a text in both languages;
- `Typed` reads what YAML itself makes of a text (a number, a date, yes or no), `Tree` takes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Place = tuple[str | int, ...]
"""Where something stands, such as ``("bands", 0, "grade")``."""


@dataclass(frozen=True)
class Kind:
    """A kind of file: what messages call it, and where an example of it stands."""

    name: str
    example: str
    has_aliases: bool = False  # whether anchors, aliases and merge keys have a use in it
    may_be_empty: bool = False
    most_bytes: int = 200_000

    @property
    def most_entries(self) -> int:
        """How many values it may hold, its aliases written out."""
        return self.most_bytes // 10


@dataclass(frozen=True)
class Keyed:
    """A mapping with keys of the writer's choice: levels and their wordings."""

    key: Callable[[str], Any]
    form: Any
    may_be_empty: bool = False


@dataclass(frozen=True)
class Listed:
    """A list that may be empty."""

    form: Any


@dataclass(frozen=True)
class Worded:
    """A text in both languages, ``{zh: …, en: …}``; what stands in one only serves for the other."""

    text: Callable[[str], Any]


@dataclass(frozen=True)
class Typed:
    """A value as YAML types it: None, bool, int, float, date or str; `read` raises ValueError, too."""

    read: Callable[[Any], Any]


@dataclass(frozen=True)
class Tree:
    """Whatever stands there, of any depth, as YAML types it; dates stay text."""


def read_words(text: str) -> str:
    """Read a text that must say something, its blanks joined: a form's function."""
    if not text.strip():
        raise ValueError("is empty: expected a text. Write one, or take the line away.")
    return " ".join(text.split())
