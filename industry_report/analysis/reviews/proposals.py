"""Evidence × rules → proposed changes of grade, one a customer, for people to decide on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...base import table_metadata
from ...base.language import grade_label, listing, text
from ...scorecard.scorecards import Scorecard
from .evidence import holds, list_reasons
from .review_file import DOWN, UP, Review

CONTRADICTORY = "contradictory"
COLUMNS = ("customer_id", "from", "to", "move", "rule", "evidence")
# What people fill in, under the heads by which the table of decisions is recognised.
_TO_FILL = {
    "decision": ("决定", "Decision"),
    "date": ("日期", "Date"),
    "who": ("提出人", "Proposed by"),
    "approved_by": ("批准人", "Approved by"),
    "why": ("理由", "Reason"),
}


def find_grades(scored: pd.DataFrame, before: pd.Timestamp, by: str = "customer_id") -> pd.Series:
    """Return the grade of each customer as it was before a moment: of the latest graded consultation.

    Parameters
    ----------
    scored : DataFrame
        Scored consultations, with the grades that people set (`review_log.replay`).
    before : Timestamp
        The first day that does not count.

    Returns
    -------
    Series
        Index `by`, categorical grades; empty where the data have no dates or no customers.
    """
    if not {by, "consulted_on"} <= set(scored):
        return scored["grade"].iloc[:0].rename_axis(by)
    own = scored[scored[by].notna() & scored["grade"].notna() & (scored["consulted_on"] < before)]
    latest = own.sort_values("consulted_on", kind="stable").drop_duplicates(by, keep="last")
    return latest.set_index(by)["grade"].sort_index()


def propose(evidence: pd.DataFrame, grades: pd.Series, review: Review, card: Scorecard) -> pd.DataFrame:
    """Propose changes of grade by rule.

    A rule moves a grade by one; who has the highest cannot rise. Where one rule says up and another down,
    nothing is proposed: people must look.

    Parameters
    ----------
    evidence : DataFrame
        See `evidence.gather_evidence`.
    grades : Series
        See `find_grades`; customers without a grade have none to change.

    Returns
    -------
    DataFrame
        One row a customer, by grade, highest first, then rises first: ``customer_id``, ``from``, ``to``
        (missing where rules contradict each other), ``move`` ("up", "down", "contradictory"), ``rule`` and
        ``evidence`` in the report's language.
    """
    known = evidence.reindex(grades.index).assign(grade=grades.astype(object))
    met = [holds(rule.condition, known) for rule in review.rules]
    reasons = [list_reasons(rule.condition, known) for rule in review.rules]
    rows = []
    for place, (customer, grade) in enumerate(grades.items()):
        found = [number for number, truth in enumerate(met) if truth[place]]
        if move := _join_moves({review.rules[number].move for number in found}):
            to = _step(str(grade), move, card)
            label = listing([text(**review.rules[number].label) for number in found])
            why = text(zh="；", en="; ").join(dict.fromkeys(filter(None, (reasons[n][place] for n in found))))
            rows.append((customer, str(grade), to, move, label, why))
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    table = table[~((table["move"] != CONTRADICTORY) & (table["from"] == table["to"]))]
    return _describe(_order(table, card))


def _join_moves(moves: set[str]) -> str:
    return CONTRADICTORY if len(moves) > 1 else next(iter(moves), "")


def _step(grade: str, move: str, card: Scorecard) -> str | None:
    """Return the next grade in a direction; at the end of the scale the grade itself."""
    if move == CONTRADICTORY:
        return None
    place = card.grades.index(grade) + (1 if move == UP else -1)
    return card.grades[min(max(place, 0), len(card.grades) - 1)]


def _order(table: pd.DataFrame, card: Scorecard) -> pd.DataFrame:
    ranks = {UP: 0, DOWN: 1, CONTRADICTORY: 2}
    keys = (
        table["customer_id"].astype(str).to_numpy(str),
        table["move"].map(ranks).to_numpy(float),
        table["from"].map({grade: -place for place, grade in enumerate(card.grades)}).to_numpy(float),
    )
    return table.iloc[np.lexsort(keys)].reset_index(drop=True)  # the last key comes first


def _describe(table: pd.DataFrame) -> pd.DataFrame:
    heads = {
        "from": text(zh="现等级", en="Present grade"),
        "to": text(zh="建议等级", en="Proposed grade"),
        "move": text(zh="方向", en="Direction"),
        "rule": text(zh="规则", en="Rule"),
        "evidence": text(zh="依据", en="Evidence"),
    }
    formats = {"from": "grade", "to": "grade"}
    return table_metadata.describe(table, heads=heads, formats=formats)


def count_proposals(proposals: pd.DataFrame) -> pd.DataFrame:
    """Count proposals by rule and direction, most frequent first.

    Returns
    -------
    DataFrame
        Index ``rule``; ``move`` and ``customers``.
    """
    counted = proposals.groupby(["rule", "move"], sort=True).size().reset_index(name="customers")
    counted = counted.sort_values(["customers", "rule"], ascending=[False, True]).set_index("rule")
    heads = {"rule": text(zh="规则", en="Rule"), "move": text(zh="方向", en="Direction")}
    return table_metadata.describe(counted, heads=heads)


def make_form(proposals: pd.DataFrame) -> pd.DataFrame:
    """Make of proposals the workbook that people fill in and put back among the data.

    ``grade`` begins as the proposed one and may be changed; decision, date, who proposed, who approved and
    why are empty.

    Returns
    -------
    DataFrame
        Its heads are those by which `intake` recognises the table of decisions.
    """
    table = proposals.rename(columns={"to": "grade"})
    for column in _TO_FILL:
        table[column] = pd.Series(pd.NA, index=table.index, dtype=object)
    first = ["customer_id", "from", "grade", "decision", "date", "who", "approved_by", "why"]
    table = table[[*first, "move", "rule", "evidence"]]
    heads = {name: text(zh=zh, en=en) for name, (zh, en) in _TO_FILL.items()}
    return table_metadata.describe(table, heads={**table_metadata.heads(proposals), **heads})


def tabulate_moves(before: pd.Series, after: pd.Series, card: Scorecard) -> pd.DataFrame:
    """Return how many customers went from which grade to which between two moments.

    Parameters
    ----------
    before, after : Series
        See `find_grades`.

    Returns
    -------
    DataFrame
        A row for each grade before, highest first, then "new"; a column for each grade after. Empty where
        nobody has a grade.
    """
    if after.empty:
        return pd.DataFrame()
    rows = before.astype(object).reindex(after.index).fillna("new").rename("before")
    order = [str(grade) for grade in reversed(card.grades)]
    matrix = pd.crosstab(rows, after.astype(object).rename("after"))
    matrix = matrix.reindex(index=[*order, "new"], columns=order, fill_value=0)
    heads = {grade: grade_label(grade) for grade in order}
    matrix = matrix.rename_axis(index="before", columns=None)
    return table_metadata.describe(matrix, heads=heads, formats=dict.fromkeys(order, "customers"))
