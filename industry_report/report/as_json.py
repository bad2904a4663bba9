"""A tidy table as JSON: what an output carries beside its HTML, for data appendix and attachments."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from ..base import language, table_metadata


def list_content(attached: pd.DataFrame | str) -> dict[str, Any]:
    """Return what is attached to a report: the columns of a table, or a text."""
    return {"text": attached} if isinstance(attached, str) else {"columns": list_columns(attached)}


def list_columns(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the columns of a table, JSON-ready; heads and texts are in the report's language."""
    flat = table.reset_index() if table.index.name or table.index.nlevels > 1 else table
    heads = table_metadata.heads(table)
    return [
        {"head": heads.get(name) or language.term(str(name)), **_cells(flat[name])} for name in flat.columns
    ]


def _cells(column: pd.Series) -> dict[str, Any]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return {"kind": "date", "cells": [None if pd.isna(v) else f"{v:%Y-%m-%d}" for v in column]}
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return {"kind": "number", "cells": [None if pd.isna(v) else v for v in column.tolist()]}
    texts = [None if pd.isna(v) else language.formatted(v, str(column.name)) for v in column]
    return {"kind": "text", "cells": texts}


def list_records(data: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return the rows of a tidy table as JSON-ready records."""
    if data is None:
        return []
    table = data.reset_index() if data.index.name or data.index.nlevels > 1 else data
    return json.loads(
        table.to_json(orient="records", force_ascii=False, date_format="iso", double_precision=15)
    )
