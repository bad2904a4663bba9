"""Recompute the reports on other tables than consultations: market, value, satisfaction, leads, review."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import recompute_leads
import recompute_market
import recompute_opinions
import recompute_review
import recompute_value
from recompute_shared import Tally
from recompute_tables import REGIONS, Tables, files

KINDS = {
    "value_card": "value",
    "market": "market",
    "survey": "satisfaction",
    "lead_card": "leads",
    "review": "review",
}
"""A parameter that only one kind of report has, and that kind."""
LEFT_OUT = {
    **recompute_market.LEFT_OUT,
    **recompute_value.LEFT_OUT,
    **recompute_opinions.LEFT_OUT,
    **recompute_leads.LEFT_OUT,
    "reason: rows": "what a reader of files says of faults is tested with the reader",
}
"""Row and column → why it is not recomputed."""


class Others:
    """Checks reports on other tables, each of which is read once."""

    def __init__(self, folder: Path, register: Any) -> None:
        self.tables = {region: Tables(folder, region) for region in REGIONS}
        self.folder, self.register = folder, register

    @staticmethod
    def kind(report: dict[str, Any]) -> str:
        """Return which kind of report it is; empty for one on consultations."""
        return next((kind for name, kind in KINDS.items() if name in report["parameters"]), "")

    def check(self, tally: Tally, report: dict[str, Any]) -> None:
        """Check a report."""
        told = report["parameters"]
        found = self._reckon(self.kind(report), told, report)
        for exhibit in report["exhibits"]:
            if exhibit["columns"][0]["name"] == "file":
                tally.check(report["report"], exhibit, files(exhibit, self.folder))
            else:
                tally.check(report["report"], exhibit, found.expect(exhibit))

    def _reckon(self, kind: str, told: dict[str, Any], report: dict[str, Any]) -> Any:
        region, year = told["region"], told["year"]
        if kind == "market":
            return recompute_market.Market(self.tables, region, year, self.register, told["follow_up_days"])
        tables, internal = self.tables[region], told["edition"] == "enterprise"
        if kind == "value":
            return recompute_value.Value(tables, year, self.register, internal=internal)
        if kind == "satisfaction":
            how = {"internal": internal, "frame": told["feedback"]}
            return recompute_opinions.Satisfaction(tables, year, self.register, **how)
        if kind == "leads":
            return recompute_leads.Leads(tables, report, internal=internal)
        return recompute_review.Review(tables, year, self.register, told["followed_days"])
