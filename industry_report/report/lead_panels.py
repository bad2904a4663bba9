"""The panels of a summary on leads, one a function; draw others with `small_figures`.

Each names its finding, its unit and the section that tells more, and is None where there is nothing to draw,
as the list of leads is in a public edition.
"""

from __future__ import annotations

import pandas as pd

from ..base import origin
from ..base.language import text
from ..protection.lead_publication import PublishedLeads
from . import small_figures
from .one_page import Panel
from .sentences import lead_headlines, leads


def to_contact(now: PublishedLeads, see: str = "") -> Panel | None:
    """Draw how many leads of each grade are on the list; internal."""
    if now.scored.empty:
        return None
    counts = now.scored["grade"].value_counts().sort_index(ascending=False)
    table = pd.DataFrame({"known": counts[counts > 0]}).rename_axis("grade")
    table.index = table.index.astype(str)
    unit = text(zh="名单上的未成交线索，条", en="Leads on the list, not yet bought")
    return small_figures.bars(table, "known", title=lead_headlines.headline_list(now), measure=unit, see=see)


def grades(now: PublishedLeads, see: str = "") -> Panel | None:
    """Draw how often the leads of each grade bought."""
    unit = text(zh=f"检验期各等级{now.within_days}天成交率", en=f"Bought in {now.within_days} days, by grade")
    title = leads.grades_short(now) or text(zh="各等级的成交率", en="Conversion by grade")
    return small_figures.bars(now.by_grade, "rate", title=title, measure=unit, see=see)


def against_standard(now: PublishedLeads, see: str = "") -> Panel | None:
    """Draw how well the card and the standards in use tell buyers from others, on the same leads."""
    known = now.comparison[now.comparison["low"].notna()] if len(now.comparison) else now.comparison
    if known.empty:
        return None
    own, cards = text(zh="评分卡", en="The card"), known["card"].astype(str)
    named = [text(zh="现行标准", en="In use")] if len(known) == 1 else list(cards)
    areas = [known["auc"].iloc[0], *known["other"]]
    table = pd.DataFrame({"auc": areas}, index=pd.Index([own, *named], name="card"))
    unit = text(zh="区分能力（AUC，0.5相当于猜测）", en="AUC; 0.5 is guessing")
    return small_figures.bars(table, "auc", title=lead_headlines.headline_card(now), measure=unit, see=see)


def columns(now: PublishedLeads, see: str = "") -> Panel | None:
    """Draw by how many points each column of the card can move a total."""
    unit = text(zh="各字段最高分与最低分之差，分", en="Most less fewest points, by column")
    title = leads.strongest_short(now) or text(zh="各字段的分差", en="Span of points")
    return small_figures.bars(now.spans, "span", title=title, measure=unit, see=see)


def question(now: PublishedLeads, see: str = "") -> Panel | None:
    """Draw which one question, asked of all, would let most leads be graded; internal."""
    if now.settled.empty:
        return None
    table = now.settled.reset_index().set_index("item")
    unit = text(zh="只多问一项，可定级的线索占比", en="Of leads without a grade, by question")
    title = lead_headlines.headline_question(table.reset_index())
    return small_figures.bars(table, "share", title=title, measure=unit, see=see)


def months(now: PublishedLeads, see: str = "") -> Panel | None:
    """Draw how outcomes stand to predictions month by month; internal."""
    if now.drift.empty:
        return None
    unit = text(zh="实际成交为预测的百分之几，100为相符", en="Observed in % of predicted; 100: as predicted")
    title = lead_headlines.headline_months(now)
    table = pd.DataFrame({"known": 100 * now.drift["ratio"]})
    return small_figures.columns(table, "known", title=title, measure=unit, see=see)


origin.trace_module(globals())
