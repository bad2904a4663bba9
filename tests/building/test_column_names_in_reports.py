"""Every notebook tells the same of the same data, whatever the scorecard's columns are called."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import running
from crossing import first

from industry_report.base import own_names

CARD = """kind: weighted
name: own
version: "1"
title: {{zh: 自有标准, en: Own}}
normalised: false
dimensions:
  - column: {0}
    label: {{zh: 甲项, en: First}}
    weight: 2
    levels: {{1: {{zh: 低, en: low}}, 2: {{zh: 中, en: mid}}, 3: {{zh: 高, en: high}}}}
  - column: {1}
    label: {{zh: 乙项, en: Second}}
    weight: 1
    bins:
      - {{level: 1, values: "(-inf, 40)"}}
      - {{level: 2, values: "[40, 70)"}}
      - {{level: 3, values: "[70, inf)"}}
bands:
  - {{grade: C, label: {{zh: 低级, en: low}}, composite: "[3, 5)", follow_up: {follow}}}
  - {{grade: B, label: {{zh: 中级, en: mid}}, composite: "[5, 7)", follow_up: {follow}}}
  - {{grade: A, label: {{zh: 高级, en: high}}, composite: "[7, 9]", follow_up: {follow}}}
"""
FOLLOW = (
    "{role: {zh: 销售, en: Sales}, cadence: {zh: 每月, en: Monthly}, contacts_per_year: 12, "
    "action: {zh: 联系, en: Call}}"
)
NEUTRAL = ("alpha", "beta")
NOTEBOOKS: dict[str, dict[str, Any]] = {
    "industry": {"year": 2025},
    "enterprise": {"year": 2025},
    "college": {"year": 2025},
    "comparison": {"years": [2024, 2025]},
    "review": {"year": 2025},
}


def write_files(folder: Path, names: tuple[str, str]) -> dict[str, str]:
    random = np.random.default_rng(11)
    count = 700
    level = random.integers(1, 4, count)
    bought = random.random(count) < 0.1 + 0.15 * level
    year = random.choice([2024, 2025], count)
    day = pd.to_datetime([f"{one}-01-01" for one in year])
    day += pd.to_timedelta(random.integers(0, 200, count), unit="D")
    table = pd.DataFrame(
        {
            "客户ID": [f"K{n % 400}" for n in range(count)],
            "客户类型": random.choice(["小微企业", "个体工商户", "中型企业"], count),
            "客户来源": random.choice(["搜索引擎", "电话咨询", "官网"], count),
            "咨询产品": random.choice(["总账", "报税"], count),
            "咨询日期": day.strftime("%Y-%m-%d"),
            "地区": "黄山市",
            "统计年度": year,
            "甲": level,
            "乙": random.integers(0, 100, count),
            "是否成交": np.where(bought, "是", "否"),
            "成交日期": np.where(bought, (day + pd.Timedelta(days=9)).strftime("%Y-%m-%d"), ""),
            "成交金额": np.where(bought, 1000 + np.arange(count), 0).astype(object),
        }
    )
    table.loc[~bought, "成交金额"] = ""
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "own.csv", index=False)
    first, second = names
    mapping = f"further:\n  甲: {{column: {first}, type: number}}\n  乙: {{column: {second}, type: number}}\n"
    (folder / "own.yaml").write_text(mapping, encoding="utf-8")
    (folder / "card.yaml").write_text(CARD.format(*names, follow=FOLLOW), encoding="utf-8")
    return {
        "data": str(folder / "own.csv"),
        "columns": str(folder / "own.yaml"),
        "scorecard": str(folder / "card.yaml"),
    }


def tell(notebook: str, folder: Path, names: tuple[str, str]) -> str:
    """Return all that a notebook puts out, the names of the columns taken out."""
    given = {**NOTEBOOKS[notebook], **write_files(folder, names)}
    ran = running.run_cells(running.ROOT / "notebooks" / f"{notebook}.ipynb", **given)
    told = [str(output.data) for cell in ran.cells if cell.cell_type == "code" for output in cell.outputs]
    text = "\n".join(told).replace(str(folder), "")
    for place, name in enumerate(names):  # what tables call the levels; the program's own words stay
        level = own_names.name_level(name)
        text = text.replace(f"'{level}'", f"<{place}>").replace(f'"{level}"', f"<{place}>")
    text = re.sub("[0-9a-f]{64}", "", text)  # checksums of rows, which have other columns
    return text


@pytest.mark.parametrize(
    ("notebook", "names"),
    [
        ("enterprise", ("size", "due")),
        *first([(notebook, ("month", "outcome")) for notebook in NOTEBOOKS], 2),
    ],
)
def test_a_notebook_tells_the_same_under_any_names(
    notebook: str, names: tuple[str, str], tmp_path: Path
) -> None:
    told, wanted = (tell(notebook, tmp_path / used[0], used).split("\n") for used in (names, NEUTRAL))
    assert [(one, other) for one, other in zip(told, wanted, strict=True) if one != other] == []
