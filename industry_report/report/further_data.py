"""Tables that a report leaves to its data: unfolded on the page, in the data appendix, not in the PDF."""

from __future__ import annotations

import pandas as pd

from ..base import language, origin
from ..base.language import text
from ..protection.year_on_year import YearOnYear
from ..scorecard.scorecards import Scorecard
from . import tables

TESTED = ["consultations", "rate", "difference", "low", "high", "p_adjusted", "verdict"]


def of_industry(pair: YearOnYear, scorecard: Scorecard, *, internal: bool) -> list[tuple[str, pd.DataFrame]]:
    """Return captions and tables of what stands behind the industry report; empty ones left out."""
    found = [*_groups(pair), *_changes(pair), *_scores(pair, scorecard), *_rows(pair, internal)]
    return [(caption, table) for caption, table in found if len(table)]


def _groups(pair: YearOnYear) -> list[tuple[str, pd.DataFrame]]:
    now = pair.now
    listed = []
    for kind, versus in now.versus.items():
        name = language.term(kind)
        caption = text(zh=f"各{name}与其他组的差异", en=f"{name}: each against the rest")
        listed.append((caption, versus[TESTED] if len(versus) else versus))
    rates = now.mix.rates[["rate", "standardised", "low", "high"]] if len(now.mix.rates) else now.mix.rates
    caption = text(zh="按客户类型构成标准化的比率", en="Rates standardised for customer type")
    sales = text(zh="各类客户成交金额（未扣除退款）", en="Sales by customer type (before refunds)")
    return [(sales, now.amounts), *listed, (caption, rates)]


def _changes(pair: YearOnYear) -> list[tuple[str, pd.DataFrame]]:
    named = ((language.term(kind), table) for kind, table in pair.by.items())
    return [
        (
            text(zh=f"各{name}与上年比较", en=f"{name}: compared with the year before"),
            table.drop(columns=["low", "high"]),
        )
        for name, table in named
    ]


def _scores(pair: YearOnYear, scorecard: Scorecard) -> list[tuple[str, pd.DataFrame]]:
    now, grid = pair.now, tables.edge_cases(pair.now.grid)
    tenths = text(zh="综合评分十等分组的成交率", en="Conversion by decile of the overall score")
    moved = text(
        zh="单项评分升降一档时等级改变的咨询", en="Grades that change if one score moves by one level"
    )
    extremes = text(zh="评级标准的极端情形", en="Extreme cases of the rating standard")
    levels = scorecard.levels_decide and len(grid)
    return [
        (text(zh="各分值所占比重", en="Distribution of scores"), now.shares),
        (tenths, now.scores.tenths),
        (moved, now.scores.moves.set_index("dimension") if len(now.scores.moves) else now.scores.moves),
        (extremes, grid.set_index(scorecard.dimensions[0].level_name) if levels else grid.iloc[:0]),
    ]


def _rows(pair: YearOnYear, internal: bool) -> list[tuple[str, pd.DataFrame]]:
    files = pair.now.files
    quality = files.quality.set_index("file")[["read", "used", "elsewhere", "rejected", "duplicates"]]
    reasons = tables.reasons(files.reasons) if len(files.reasons) else files.reasons
    withheld = tables.extent(pair.now.audit)
    return [
        (text(zh="各文件的记录去向", en="Rows of each file by use"), quality),
        (text(zh="剔除与提示的原因", en="Reasons for rejections and notes"), reasons),
        (
            text(zh="数据保密处理的范围", en="Extent of what is withheld"),
            withheld.iloc[: 0 if internal else None],
        ),
    ]


origin.trace_module(globals())
