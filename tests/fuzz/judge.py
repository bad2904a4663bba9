"""Compare what came out of a messy file with its truth."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from industry_report.intake import contract
from industry_report.intake.mapping import ColumnMap

from .messy_workbooks import Maker

SCORES = ["intent", "clarity", "satisfaction"]


def judge(seed: int, folder: Path) -> list[str]:
    """Make a file from a seed and read it; gives what is wrong, nothing if all is right."""
    path, truth = Maker(seed).write(folder)
    frames: list[pd.DataFrame] = []
    check = contract.clean(path, ColumnMap(), lambda region, year, rows: frames.append(rows))
    path.unlink()
    wrong = []
    if check.read != check.graded + check.ungradable + check.rejected + check.duplicates:
        wrong.append("the counts do not reconcile")
    if check.read != truth.rows:
        wrong.append(f"{check.read} rows were read, {truth.rows} are records")
    if check.rejected != truth.rejected:
        wrong.append(f"{check.rejected} rows were rejected, {truth.rejected} should be")
    rows = pd.concat(frames) if frames else pd.DataFrame(columns=["customer_id", "region", *SCORES])
    scores = rows[SCORES].astype(object).where(rows[SCORES].notna(), None)
    kept = dict(zip(rows["customer_id"], map(tuple, scores.to_numpy()), strict=True))
    wrong += [f"{name} is lost" for name in truth.kept if name not in kept]
    wrong += [f"{name} is no record" for name in kept if name not in truth.kept]
    wrong += [f"{name} has {kept[name]}" for name in kept if kept[name] != truth.kept.get(name, kept[name])]
    regions = dict(zip(rows["customer_id"], rows["region"], strict=True))
    wrong += [
        f"{name} is counted in {regions[name]}, not in {region}"
        for name, region in truth.regions.items()
        if name in regions and regions[name] != region
    ]
    return wrong
