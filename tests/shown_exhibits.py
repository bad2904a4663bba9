"""What `report_data` tells of a report with some tables: the input of everything that writes its numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from industry_report.base import table_metadata
from industry_report.report import as_json, tables

Data = dict[str, Any]


def rates() -> pd.DataFrame:
    """Three groups: one withheld, one without outcomes."""
    table = pd.DataFrame(
        {
            "consultations": [1234, 20, 0],
            "rate": [0.138, None, None],
            "low": [0.1, None, None],
            "high": [0.2, None, None],
            "difference": [0.052, -0.3, None],
            "verdict": ["higher", "too few", "not compared"],
        },
        index=pd.Index(["小微企业", "=cmd()", "@x"], name="customer_type"),
    )
    return table_metadata.describe(table, withheld={"rate": ["=cmd()"], "low": ["=cmd()"]})


def exhibit(table: pd.DataFrame, caption: str = "各类型", number: int = 1, kind: str = "table") -> Data:
    content = {"kind": kind, "caption": caption, "number": number, "alt": f"{caption}。小微企业最高"}
    return {**content, "data": as_json.list_records(table), **tables.describe(table)}


def report(*exhibits: Data, spoken: str = "zh", notice: str = "") -> Data:
    cover = {"language": spoken, "title": "=题", "subtitle": "2025年", "facts": [], "notice": notice}
    return {"cover": cover, "exhibits": list(exhibits)}
