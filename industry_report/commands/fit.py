"""The command ``industry-report fit``: learn the card of leads and propose it, beside its report."""

from __future__ import annotations

from pathlib import Path

import click

from . import places, speech

PATH = click.Path(path_type=Path)


@click.command(
    epilog="\b\nExamples:\n  industry-report fit params/lead-model.yaml\n"
    "  industry-report fit params/lead-model.yaml --data data --region 黄山市"
)
@click.argument("params", type=PATH)
@click.option("--data", metavar="PATH", help="Workbook or folder, in place of the parameter `data`.")
@click.option("--region", help="In place of the parameter `region`, for a model file alone.")
@click.option(
    "--output", metavar="DIR", type=PATH, default=Path("reports"), show_default=True, help="Where reports go."
)
@speech.messages_option()
def fit(params: Path, data: str | None, region: str | None, output: Path) -> None:
    """Learn a card from past leads and write it beside the report on leads.

    PARAMS is a parameter file or plan that asks for reports of notebooks/leads.ipynb, or a model file such as
    params/lead-model.yaml. The card is a proposal: no standard in params/scorecards is touched.
    """
    from ..building import card_proposals

    here = places.enter_project([params])
    named = places.rename(here, params)
    for proposal in card_proposals.propose(
        named, places.rename_data(here, data), region, places.place_output(here, output)
    ):
        click.echo(f"{proposal.path}\n  {proposal.told}")
