"""What page 1 of a report on leads says in a few words: its finding, headlines of panels, points."""

from __future__ import annotations

import pandas as pd

from ...analysis.leads import model
from ...base import origin
from ...base.language import capital, grade_name, text
from ...protection.lead_publication import PublishedLeads
from . import leads
from .wording import percent


def audience(internal: bool) -> str:
    """Return for whom the report is, for its cover."""
    if internal:
        return text(zh="销售负责人、客户经理", en="Sales managers and their teams")
    return text(zh="厂商、服务商与数据人员", en="Vendors, service providers and their analysts")


def finding(now: PublishedLeads) -> str:
    """Return what is new for a sales lead in one sentence; the comparison where there is no list."""
    rates = now.by_grade["rate"].dropna() if len(now.by_grade) else pd.Series(dtype=float)
    if len(rates) < 2:
        return leads.versus(now)
    first, last = (grade_name(str(rates.index[place])) for place in (0, -1))
    spread = text(
        zh=f"{first}线索{now.within_days}天内成交{percent(rates.iloc[0])}，{last}为{percent(rates.iloc[-1])}",
        en=f"{percent(rates.iloc[0])} of {first} buy within {now.within_days} days, {percent(rates.iloc[-1])} of {last}",
    )
    count = _on_list(now)
    if not count:
        return spread
    return spread + text(
        zh=f"；待联系的{first}线索{count:,}条，应优先联系",
        en=f"; {count:,} leads of {first} wait to be called first",
    )


def _on_list(now: PublishedLeads) -> int:
    """Return how many leads of the highest grade are on the list; 0 in a public edition, which has none."""
    if now.scored.empty or now.by_grade.empty:
        return 0
    return int((now.scored["grade"].astype(str) == str(now.by_grade.index[0])).sum())


def headline_list(now: PublishedLeads) -> str:
    """Return how many leads are to be called first."""
    top = grade_name(str(now.by_grade.index[0])) if len(now.by_grade) else ""
    count = _on_list(now)
    if not count:
        return text(zh="待联系的线索", en="Leads to contact")
    return text(zh=f"先联系{top}线索{count:,}条", en=f"First call {count:,} of {top}")


def headline_card(now: PublishedLeads) -> str:
    """Return whether the card does better than the standard in use, on the same leads."""
    known = now.comparison[now.comparison["low"].notna()] if len(now.comparison) else now.comparison
    if len(known) != 1:
        return text(zh="评分卡与现行标准", en="The card and standards in use")
    row = known.iloc[0]
    if row["low"] > 0:
        return text(zh="评分卡显著优于现行标准", en="The card beats the standard")
    if row["high"] < 0:
        return text(zh="评分卡显著不如现行标准", en="The card does worse than the standard")
    return text(zh="评分卡与现行标准差异不显著", en="Card and standard: no clear difference")


def headline_question(settled: pd.DataFrame) -> str:
    """Return which one question would let most leads be graded."""
    if settled.empty or not settled["settled"].iloc[0] > 0:
        return text(zh="问明一项即可定级", en="Settled by one more question")
    item, share = str(settled.iloc[0]["item"]), percent(settled.iloc[0]["share"])
    return text(zh=f"多问“{item}”可定级{share}", en=f"Asking “{item}” settles {share}")


def headline_months(now: PublishedLeads) -> str:
    """Return whether outcomes came as predicted month by month."""
    if now.drift.empty:
        return text(zh="各月实际与预测之比", en="Observed over predicted")
    if now.drift["due"].any():
        return text(zh="评分卡应重新拟合", en="The card is due to be learned anew")
    if side := leads.off_overall(now):
        return text(zh=f"预测总体{side}，宜重新校准", en=f"Predictions {side}: recalibrate")
    return text(zh="暂不需要重新拟合", en="No need to learn anew yet")


# --- the points


def points(now: PublishedLeads, year: int) -> list[str]:
    """Return what follows for the reader: a claim, its evidence, what to do."""
    told = [_call(now, year), _ask(now), _reading(now), leads.audited(now)]
    return [one for one in told if one][:3]


def _call(now: PublishedLeads, year: int) -> str:
    if now.state or now.why:
        return ""
    count = _on_list(now)
    if not count:
        return leads.first_step(now, year)
    top = grade_name(str(now.by_grade.index[0]))
    row = now.by_grade.iloc[0]
    rate = text(
        zh=f"检验期{top}线索成交{percent(row['rate'])}（{percent(row['low'])}～{percent(row['high'])}）；",
        en=f"In the test {percent(row['rate'])} of {top} bought ({percent(row['low'])} to {percent(row['high'])}). ",
    )
    return text(
        zh=f"先联系{top}线索{count:,}条。{rate if pd.notna(row['rate']) else ''}名单按等级排列，同一等级新近的在前，见附件",
        en=f"Call the {count:,} leads of {top} first. {rate if pd.notna(row['rate']) else ''}The list, by grade and the most recent first, is attached",
    )


def _ask(now: PublishedLeads) -> str:
    if now.settled.empty or not now.settled["settled"].iloc[0] > 0:
        return ""
    row = now.settled.iloc[0]
    return text(
        zh=f"通话时先问“{row['item']}”。{row['open']:,}条等级未定的线索中，问明这一项后约{row['settled']:,.0f}条（{percent(row['share'])}）可以定级",
        en=f"On the phone, ask about “{row['item']}” first. It would settle about {row['settled']:,.0f} ({percent(row['share'])}) of "
        f"{row['open']:,} leads without a certain grade",
    )


def _reading(now: PublishedLeads) -> str:
    said = leads.grades_off(now)
    if not said or not now.by_grade["verdict"].isin([model.TOO_LOW, model.TOO_HIGH]).any():
        return said
    return capital(said) + text(
        zh="。排序可用，预测成交率只作参考", en=". Trust the order; take the predicted rates as a guide"
    )


origin.trace_module(globals())
