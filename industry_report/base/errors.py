"""The one family of errors that a user's input can cause."""


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
        super().__init__(f"{thing}: {problem} {mend}")
        self.thing, self.problem, self.mend = thing, problem, mend

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        """Errors travel between worker processes whole."""
        return type(self), (self.thing, self.problem, self.mend)
