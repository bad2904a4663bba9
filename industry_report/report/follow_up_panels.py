"""The panels of a follow-up report's summary, one a function; draw others with `small_figures`.

All are internal. Each names its finding, its unit and the section that tells more, and is None where there is
nothing to draw.
"""

from __future__ import annotations

import pandas as pd

from ..analysis import conversion, sales
from ..analysis.history import DOWN, SAME, UP
from ..analysis.sales import HighGrades
from ..base import language, origin
from ..base.language import text
from . import small_figures
from .one_page import Panel
from .sentences import enterprise, headlines


def to_call(contacts: pd.DataFrame, see: str = "") -> Panel | None:
    """Draw how many customers of each grade are on the work list; see `workload.contacts`."""
    unit = text(zh="各等级待跟进客户，户", en="Customers to call, by grade")
    title = enterprise.headline_grades(contacts)
    return small_figures.bars(contacts, "consultations", title=title, measure=unit, see=see)


def recency(
    work_list: pd.DataFrame, promising: HighGrades, today: pd.Timestamp, see: str = ""
) -> Panel | None:
    """Draw how long ago the customers of high grades asked who have not bought."""
    counts = sales.count_recency(work_list, promising, today)
    if counts.empty:
        return None
    begins = [int(day) for day in counts.index]
    ends = [day - 1 for day in begins[1:]]
    spans = [
        text(zh=f"近{begins[1]}天", en=f"Under {begins[1]} days"),
        *(text(zh=f"{a}～{b}天", en=f"{a} to {b} days") for a, b in zip(begins[1:], ends[1:], strict=False)),
        text(zh=f"{begins[-1]}天以上", en=f"{begins[-1]} or more"),
    ]
    table = counts.set_axis(pd.Index(spans, name=counts.index.name))
    unit = text(
        zh=f"{promising.name}未成交，按咨询距今，户",
        en=f"Open, {promising.name}, by time since they asked",
    )
    title = enterprise.headline_recent(counts)
    return small_figures.bars(table, "customers", title=title, measure=unit, see=see)


def sources(by_source: pd.DataFrame, promising: HighGrades, see: str = "") -> Panel | None:
    """Draw how often promising consultations end in a purchase, by source, with each verdict in its mark."""
    if "rate" not in by_source:
        return None
    table = by_source.rename(columns={"known": "consultations"})
    versus = conversion.compare(table, planned=False)
    unit = text(zh=f"{promising.name}成交率；▲▼为显著", en=f"Conversion of {promising.name}; ▲ ▼ significant")
    title = headlines.headline_groups(versus, table, language.term("source"))
    return small_figures.bars(table, "rate", title=title, measure=unit, versus=versus, see=see)


def products(by_product: pd.DataFrame, promising: HighGrades, see: str = "") -> Panel | None:
    """Draw the same by product; products overlap, so none is set against the others."""
    if "rate" not in by_product:
        return None
    unit = text(zh=f"{promising.name}成交率", en=f"Conversion of {promising.name}")
    title = enterprise.headline_span(by_product)
    return small_figures.bars(by_product, "rate", title=title, measure=unit, see=see)


def moves(counts: pd.DataFrame, before: int, see: str = "") -> Panel | None:
    """Draw how many customers who came back rose, fell and kept their grade; see `history.count_moves`."""
    table = counts.loc[[move for move in (UP, DOWN, SAME) if move in counts.index]]
    if table.empty:
        return None
    unit = text(
        zh=f"两年均有咨询的客户，与{before}年相比，户", en=f"Customers of both years, against {before}"
    )
    table = table.set_axis([language.term(str(move)) for move in table.index]).rename_axis("move")
    return small_figures.bars(
        table, "customers", title=enterprise.headline_moves(counts), measure=unit, see=see
    )


origin.trace_module(globals())
