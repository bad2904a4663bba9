"""The one family of errors that a user's input can cause, and what their messages have in common."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any

LONGEST_SHOWN = 200  # characters of a value that a message repeats

# Control characters but tab and line break, direction overrides, line separators, halves of characters: on a
# terminal they act (ANSI escape sequences) or deceive (CVE-2021-42574, "Trojan Source").
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Replace the characters of a text that would act on a terminal; it may come from anybody's file."""
    return ACTING.sub("\ufffd", text)


class InputError(Exception):
    """Something the user can mend.

    Parameters
    ----------
    thing : str
        What the error is about: a file, sheet, row, column, key, report.
    problem : str
        What was expected and what came instead.
    remedy : str
        What to do now.
    others : tuple of InputError
        Further faults that were found with this one; the message names them all, one a line.
    """

    def __init__(self, thing: str, problem: str, remedy: str, others: tuple[InputError, ...] = ()) -> None:
        first = " ".join(part for part in (f"{thing}: {problem}", remedy) if part)
        super().__init__(printable("\n".join([first, *map(str, others)])))
        self.thing, self.problem, self.remedy, self.others = thing, problem, remedy, others

    @classmethod
    def join(cls, faults: Sequence[InputError]) -> InputError:
        """Return several faults as one error of this class."""
        first, *others = faults
        return cls(first.thing, first.problem, first.remedy, tuple(others))

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        """Errors travel between worker processes whole."""
        return type(self), (self.thing, self.problem, self.remedy, self.others)

    @property
    def faults(self) -> list[InputError]:
        """Return this fault and all that were found with it, each alone."""
        return [type(self)(self.thing, self.problem, self.remedy), *self.others]


def shown(value: Any) -> str:
    """Return a value as a message repeats it: like Python, but never long."""
    text = repr(value) if not isinstance(value, list | dict | tuple | set) else _shown_container(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _shown_container(value: Any) -> str:
    """Return the beginning of a list or mapping; all of it might be larger than memory."""
    some: Any = dict(list(value.items())[:3]) if isinstance(value, dict) else list(value)[:5]
    return f"{some!r}" if all(not isinstance(one, list | dict) for one in some) else type(value).__name__


def near_match(name: Any, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known name that one written by a person resembles most, None if none does."""
    return next(iter(difflib.get_close_matches(str(name)[:LONGEST_SHOWN], list(names), 1, cutoff)), None)


def did_you_mean(name: Any, names: Sequence[str], otherwise: str = "") -> str:
    """Return "Did you mean …?", or what to say if nothing known is near."""
    near = near_match(name, names)
    return f"Did you mean {near!r}?" if near else otherwise
