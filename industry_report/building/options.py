"""What a build is asked for: workers, time limit, retries, further formats."""

from __future__ import annotations

from dataclasses import dataclass


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
