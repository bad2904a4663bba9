"""What became of a report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What became of one job.

    Attributes
    ----------
    report : str
        The job's stem.
    status : str
        ``made``, ``fresh`` (it was up to date) or ``failed``.
    seconds : float
        Time the job took in its worker.
    digest : str
        Of everything the report is made from.
    cause : str
        Why it failed; empty otherwise.
    warnings : tuple of str
        What a publisher should look at.
    attempts : int
        How often it was begun.
    """

    report: str
    status: str
    seconds: float
    digest: str
    cause: str = ""
    warnings: tuple[str, ...] = ()
    attempts: int = 1
