"""The one family of errors that a user's input can cause."""

import re

# Control characters but tab and line break, direction overrides, line separators, halves of characters: on a
# terminal they act (ANSI escape sequences) or deceive (CVE-2021-42574, "Trojan Source").
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Replace the characters of a text that would act on a terminal; it may come from anybody's file."""
    return _ACTING.sub("\ufffd", text)


class InputError(Exception):
    """Something the user can mend.

    Parameters
    ----------
    thing : str
        What the error is about: a file, sheet, row, column, key, report.
    problem : str
        What was expected and what came instead.
    mend : str
        What to do now.
    """

    def __init__(self, thing: str, problem: str, mend: str) -> None:
        super().__init__(printable(f"{thing}: {problem} {mend}"))
        self.thing, self.problem, self.mend = thing, problem, mend

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        """Errors travel between worker processes whole."""
        return type(self), (self.thing, self.problem, self.mend)
