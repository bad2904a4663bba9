"""Small-number protection of a publication: all tables of a slice, in every edition that shows them.

The model. A report counts consultations by *classifications*: by grade, by customer type, by month, by each
score. A *group* of a classification has up to three nested counts: ``all`` its consultations, those whose
outcome is ``known``, and the ``successes`` among these. Everything printed is a function of these counts and
of totals, and the totals are taken as known to whoever reads the report.

1. A count from 1 to ``threshold - 1`` is masked, so are the successes where the failures are that few.
2. Further counts are masked until every count under the threshold could be anything from 1 to
   ``threshold - 1``, for a reader who knows this program, all totals and every number that is shown.
3. Every number that depends on a masked count is masked.

Which further count is masked must not itself give a hint. Were it the next smallest, readers would learn that
the masked one is smaller than all they see, and with the sum of both what the protected one is at least (Wong
and others, Minimality attack in privacy preserving data publishing, VLDB 2007). So groups come in pairs that
are fixed by what is shown anyway, a pair is masked whichever of the two is small, and whether a further pair
is needed is decided from what is shown.

Grades follow from scores. Their counts are margins of one joint distribution, so a linear programme over all
combinations of scores looks whether the shown margins narrow a masked one, and more is masked if they do.

Sources: Hundepool, Domingo-Ferrer, Franconi, Giessing, Schulte Nordholt, Spicer, de Wolf: Statistical
Disclosure Control, Wiley 2012, chapters 4 (tables of magnitudes: p% rule) and 5 (frequency tables).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from ..base import language, table_metadata
from ..base.errors import InputError
from ..base.language import text
from ..settings.editions import Policy
from ..settings.publisher import load_policy
from .amounts import dominance, protect_amounts
from .groups import LEVELS, TOTAL, Groups, Masks, Thin, arrange, collect_counts, find_kind
from .joint import join_family, protect_family
from .masked_tables import mark, mask_average, mask_table
from .suppression import protect_groups

__all__ = [
    "Policy",
    "audit",
    "dominance",
    "is_protected",
    "load_policy",
    "protect",
    "protect_amounts",
    "shown",
]


def protect(
    policy: Policy,
    *tables: Any,
    grid: pd.DataFrame | None = None,
    total: int | None = None,
    thin: Thin | None = None,
) -> Any:
    """Return the tables of one slice as they may be published, in the order given.

    Parameters
    ----------
    policy : Policy
        See `load_policy`.
    *tables : DataFrame or Series
        What `conversion` and `workload` return. `conversion.overall` must be among them. Whoever gives a
        table of grades or scores must give all of them (`grades`, `by_grade`, `score_shares`, `by_score`),
        also those that the edition does not show: what is masked in one depends on the others, and two
        editions of a slice must mask the same.
    grid : DataFrame, optional
        Every combination of levels with its ``grade``: ``scoring.combinations(card)``. Without it, or where
        it has no rows, all scores are withheld as soon as one grade or score is masked.
    total : int, optional
        The number of consultations of the slice, as the report prints it.
    thin : mapping, optional
        See `customers.find_thin`; without it every consultation counts as a customer.

    Returns
    -------
    tuple of DataFrame or Series
        Index, columns and attributes as given, but every score gets a row: a missing one would tell that its
        count is zero, and grades whose outcomes are masked take one row together where their sum is known
        anyway. A masked number is NaN, and the table carries which; that of an internal edition carries that
        nothing was protected. Groups whose number is masked stand last: their place would tell their size.

    Raises
    ------
    InputError
        If a table does not say what it counts, if one of them is missing, or if they are not of one slice.
    """
    kinds = [find_kind(table) for table in tables]
    if policy.internal:
        return tuple(mark(table, internal=True) for table in tables)
    _check_kinds(tables, kinds)
    groups, masks, sealed = _decide(tables, kinds, policy.threshold, grid, total, thin or {})
    return tuple(
        mask_average(table, sealed)
        if kind == "average"
        else mask_table(table, kind, groups, masks, policy.threshold)
        for table, kind in zip(tables, kinds, strict=True)
    )


def _check_kinds(tables: Sequence[Any], kinds: Sequence[str]) -> None:
    if "" in kinds:
        columns = ", ".join(map(str, tables[kinds.index("")].axes[-1]))
        problem = f"table {kinds.index('') + 1}, with {columns}, does not say what it counts."
        remedy = "Give tables of `conversion` and `workload`, or declare it: table_metadata.Counts."
        raise InputError("disclosure.protect", problem, remedy)
    if "average" not in kinds:
        raise InputError("disclosure.protect", "the average is missing.", "Give `conversion.overall`, too.")
    names = {
        "by_grade" if kind == "by" and table.index.name == "grade" else kind
        for table, kind in zip(tables, kinds, strict=True)
    }
    family = ("grades", "by_grade", "shares", "by_score")
    missing = [name for name in family if name not in names]
    if missing and names & {*family, "means", "contacts"}:
        problem = f"grades and scores depend on each other, and {missing[0]} is missing."
        mend = f"Give {', '.join(family)}, also those that this edition does not show."
        raise InputError("disclosure.protect", problem, mend)


def _decide(
    tables: Sequence[Any],
    kinds: Sequence[str],
    threshold: int,
    grid: pd.DataFrame | None,
    total: int | None,
    thin: Thin,
) -> tuple[dict[str, Groups], dict[str, Masks], frozenset[str]]:
    average = tables[kinds.index("average")]
    known, successes = int(average["consultations"]), int(average["conversions"])
    found = collect_counts(tables)
    grades = next((list(t.index)[::-1] for t, k in zip(tables, kinds, strict=True) if k == "grades"), [])
    groups = {
        name: arrange(
            name, _filled(name, levels, grid), known, successes,
            grades if name == "grade" else (), thin.get(name, {}),
        )
        for name, levels in found.items()
    }  # fmt: skip
    # Without outcomes a success is to reach the top grade: its count and the total are one number.
    top = grades[-1] if grades and "known" not in found.get("grade", {}) else None
    sealed = _seal(known, successes, threshold) | frozenset(thin.get(TOTAL, {}))
    totals = {"all": total, "known": known, "successes": successes}
    while True:
        sealed_groups = {name: _sealed(group, sealed, threshold) for name, group in groups.items()}
        told = {level: None if level in sealed else count for level, count in totals.items()}
        masks = _protect_all(sealed_groups, told, threshold, grid, top)
        hidden = top is not None and masks["grade"]["all"][len(grades) - 1]
        if not hidden or "successes" in sealed:
            return sealed_groups, masks, sealed
        sealed = sealed | {"successes"}


def _filled(name: str, levels: Mapping[str, pd.Series], grid: pd.DataFrame | None) -> Mapping[str, pd.Series]:
    """Add the scores that nobody gave: that their count is zero is known, too."""
    dimension = name.removeprefix("score ")
    if grid is None or dimension == name or dimension not in grid:
        return levels
    return {
        level: counts.reindex(counts.index.union(pd.Index(grid[dimension].unique())), fill_value=0)
        for level, counts in levels.items()
    }


def _seal(known: int, successes: int, threshold: int) -> frozenset[str]:
    """Return the levels whose total over all consultations is too small to be shown."""
    if 0 < known < threshold:
        return frozenset({"known", "successes"})
    small = 0 < successes < threshold or 0 < known - successes < threshold
    return frozenset({"successes"}) if small else frozenset()


def _sealed(groups: Groups, sealed: frozenset[str], threshold: int) -> Groups:
    for level in ("all", "known"):
        if level in groups.counts and 0 < groups.counts[level].sum() - groups.counts[level][-1] < threshold:
            sealed = sealed | set(LEVELS[LEVELS.index(level) :])
    return replace(groups, sealed=sealed)


def _protect_all(
    groups: Mapping[str, Groups],
    totals: Mapping[str, int | None],
    threshold: int,
    grid: pd.DataFrame | None,
    top: str | None,
) -> dict[str, Masks]:
    family = {name: g for name, g in groups.items() if name == "grade" or name.startswith("score ")}
    masks = {name: protect_groups(g, threshold) for name, g in groups.items() if name not in family}
    if not family:
        return masks
    joint = None if grid is None or grid.empty else join_family(family, grid, top)
    return masks | protect_family(family, joint, totals, threshold)


def is_protected(*tables: Any) -> bool:
    """Tell whether a number of these tables was withheld: what is derived from them may then not be shown."""
    return any(table_metadata.withheld_rows(t) or table_metadata.fact(t, "joined") for t in tables)


def shown(derived: pd.DataFrame, protected: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a derived table whose group has no withheld number in the table it is derived from.

    Only what a row says in words may then be told; its numbers follow from more than its own group.
    """
    return derived[~derived.index.isin(table_metadata.withheld_rows(protected))]


def audit(policy: Policy, *tables: Any) -> pd.DataFrame:
    """List how much of each table was protected.

    Which numbers are small themselves and which were masked for their sake is not told: it would undo the
    protection. Neither is anything listed that the table itself does not show.

    Parameters
    ----------
    policy : Policy
        The policy the tables were protected with.
    *tables : DataFrame or Series
        What `protect` returned.

    Returns
    -------
    DataFrame
        Index ``table``, in the report's language; ``rows``, ``protected_rows`` and ``rule``.
    """
    rule = text(
        zh=f"1至{policy.threshold - 1}的计数及可据以推算的数字",
        en=f"Counts from 1 to {policy.threshold - 1}, and numbers that would give them away",
    )
    rows = []
    for table in tables:
        labels = table_metadata.withheld_rows(table)
        size = len(table) if isinstance(table, pd.DataFrame) else 1
        said = text(zh="内部版，未作保护", en="Internal edition, not protected") if policy.internal else rule
        rows.append({"table": _title(table), "rows": size, "protected_rows": len(labels), "rule": said})
    return pd.DataFrame(rows, columns=["table", "rows", "protected_rows", "rule"]).set_index("table")


def _title(table: Any) -> str:
    kind = find_kind(table)
    if kind == "average":
        return text(zh="全体", en="All consultations")
    group = language.term("score" if kind in ("shares", "by_score") else str(table.index.name))
    shown = {"grades": "consultations", "shares": "share", "means": "mean", "contacts": "contacts"}.get(kind)
    return f"{group}{text(zh='：', en=': ')}{language.term(shown or 'rate')}"
