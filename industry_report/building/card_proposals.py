"""Learn the cards of leads that parameter files ask for, and write each beside its report, as a proposal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..base import language
from ..base.errors import InputError
from ..base.files import find_upwards
from ..base.yaml_reader import open_page
from ..settings.publisher import load_policy
from .build import assign_shelves
from .plan import Job, find_job, list_jobs

NOTEBOOK = "leads"


@dataclass(frozen=True)
class Proposal:
    """A card that was written.

    Attributes
    ----------
    path : Path
    told : str
        How good it is on the leads of the test.
    """

    path: Path
    told: str


def propose(params: Path, data: str | None, region: str | None, output: Path) -> list[Proposal]:
    """Learn the cards that a file asks for, and write each beside its report.

    Parameters
    ----------
    params : Path
        A parameter file or plan with reports of ``leads.ipynb``, or a model file: then the notebook's
        defaults hold beside it.
    data, region : str, optional
        In place of the parameters.
    output : Path
        Where reports go; those of internal editions go into a folder beside it.

    Raises
    ------
    InputError
        The file asks for no report of leads; there are no leads; no card can be learned from them.
    """
    jobs = find_jobs(params, data, region)
    return [_write(job, folder) for folder, mine in assign_shelves(jobs, output).items() for job in mine]


def find_jobs(params: Path, data: str | None, region: str | None) -> list[Job]:
    """Return the reports of leads that a file asks for."""
    if is_model_file(params):
        notebook = find_upwards(Path("notebooks", f"{NOTEBOOK}.ipynb"))
        if notebook is None:
            problem = f"there is no notebooks/{NOTEBOOK}.ipynb in {Path.cwd()} or a folder above it."
            raise InputError(str(params), problem, "Work in a project that has it.")
        job = find_job(notebook, None, data)
        job.parameters.update({"model": str(params), **({"region": region} if region else {})})
        return [Job(job.notebook, job.parameters, _rename(job, region), str(params))]
    if region:
        raise InputError(
            "--region", "is for a model file alone.", "Write the region into the parameter file."
        )
    jobs = [job for job in list_jobs([params], data) if job.notebook.stem == NOTEBOOK]
    if not jobs:
        remedy = f"Add an entry `- notebook: {NOTEBOOK}`, or name a model file."
        raise InputError(str(params), "asks for no report of leads.", remedy)
    return jobs


def _rename(job: Job, region: str | None) -> str:
    """Name the report as a plan would that leaves the edition to the notebook, of the region asked for."""
    *folders, name = job.stem.split("/")
    name = name.replace(f"-{job.parameters['edition']}.", ".")
    return "/".join([*folders[:-1], region, name] if region and folders else [*folders, name])


def is_model_file(params: Path) -> bool:
    """Tell whether a file says what a card is learned from, rather than which reports to make."""
    from ..analysis.leads.model_file import FILE

    return {"target", "columns", "test_from"} <= set(open_page(params, FILE).list_keys())


def _write(job: Job, folder: Path) -> Proposal:
    """Learn the card of one report and write it."""
    from ..protection.lead_publication import publish_leads
    from ..report.sentences import leads

    values: dict[str, Any] = job.parameters
    policy = load_policy(values["publisher"], values["edition"])
    language.use(values.get("language", "zh"))
    if not policy.internal:
        problem = f"the edition {values['edition']} is public, and a card is for the house."
        raise InputError(job.origin, problem, "Use an edition that the publisher's rules call internal.")
    now = publish_leads(
        values["data"], values["region"], values["year"], values["columns"] or None,
        spec=values["model"], policy=policy, data_cut=values["data_cut"],
    )  # fmt: skip
    if absent := leads.absent(now):
        raise InputError(f"{job.stem}", f"{absent}.", "Nothing was written.")
    path = folder / f"{job.stem}.scorecard.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(now.text, encoding="utf-8", newline="\n")
    return Proposal(path, leads.accuracy(now))
