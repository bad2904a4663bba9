"""What a build is asked for, and what became of a report."""

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


@dataclass(frozen=True)
class Options:
    """How to build.

    Attributes
    ----------
    workers : int, optional
        Reports at a time; None for as many as cores and memory allow.
    force : bool
        Make fresh reports, too.
    time_limit : float, optional
        Seconds for one report.
    retries : int
        How often a report is begun again whose worker or kernel was ended from outside.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers then make the reports.
    draft : bool
        Mark the reports as drafts: no versions are counted, and none takes a published report's place.
    also : tuple of str
        Further formats: docx.
    reason : str
        Why reports that say something else than before are corrected; told with each correction.
    """

    workers: int | None = None
    force: bool = False
    time_limit: float | None = None
    retries: int = 1
    scheduler: str | None = None
    draft: bool = False
    also: tuple[str, ...] = ()
    reason: str = ""
