"""What `value_publication` hands out, each part by the rule by which it leaves the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..analysis.rates import REST
from ..analysis.value import behaviour, behaviour_rates, customer_values
from ..analysis.value.assumptions import Assumptions
from ..analysis.value.customer_values import Tables
from ..analysis.value.model_check import Check
from ..analysis.value.purchase_groups import GROUPS
from ..base import table_metadata
from ..base.language import text
from ..base.origin import Number, Withheld
from ..intake import dataset
from ..intake.contradictions import PROVENANCE
from ..intake.data_files import list_tables
from ..settings.editions import Policy
from .basis import is_small
from .customers import find_thin
from .data_channels import protect_coverage, protect_files
from .masked_tables import mark
from .pooling import pool_categories

if TYPE_CHECKING:
    import scoring

PLACES = 3
TYPE = "customer_type"


@dataclass(frozen=True, eq=False)
class Counted:
    """What was observed of customers' behaviour.

    Attributes
    ----------
    table : DataFrame
        See `behaviour.features`, with ``engagement_grade`` and ``interest``.
    rates : DataFrame
        Index ``engagement_grade``; who bought afterwards: ``consultations``, ``conversions``, with interval.
    mails, interests : DataFrame
        See `behaviour.open_rates` and `behaviour.count_interest`, with intervals and tests.
    sent : DataFrame
        See `behaviour.list_mails`.
    counts : dict of str to int
        Observed, inactive, active; rows left out.
    """

    table: pd.DataFrame
    rates: pd.DataFrame
    mails: pd.DataFrame
    interests: pd.DataFrame
    sent: pd.DataFrame
    counts: Mapping[str, int]


# --- observing


def observe(
    tables: Tables,
    all_tables: Mapping[str, pd.DataFrame],
    at: str,
    rules: Assumptions,
    card: scoring.Scorecard,
) -> Counted:
    """Return what customers did before a day, and what those bought who had done so before."""
    everyone = list_everyone(all_tables)
    how = rules.behaviour
    if tables.interactions is None:
        counts = {"customers": len(everyone), "not_observed": len(everyone)}
        interests = behaviour_rates.no_interests()
        none = behaviour_rates.no_rates("engagement_grade")
        mails = behaviour_rates.no_rates("event")
        return Counted(pd.DataFrame(), none, mails, interests, behaviour.no_mails(), counts)
    rows, left_out = behaviour.observe(tables.interactions, at, how)
    table = behaviour.count_features(rows, tables.orders, at)
    table = table.assign(engagement_grade=_grade(table, card)).join(behaviour.interests(rows))
    rates, interests = behaviour_rates.no_rates("engagement_grade"), behaviour_rates.no_interests()
    if tables.orders is not None:
        before = behaviour_rates.look_back(tables, at, how)
        rates = behaviour_rates.rate_grades(_grade(before, card), before["outcome"])
        interests = behaviour_rates.compare_interests(before["interest"], tables.orders, at)
    return Counted(
        table,
        rates,
        behaviour_rates.rate_mails(rows),
        interests,
        behaviour.list_mails(rows),
        {**behaviour.count_observed(everyone, table), **left_out},
    )


def list_everyone(all_tables: Mapping[str, pd.DataFrame]) -> pd.Index:
    """Return all customers of any table."""
    known = [rows["customer_id"].dropna() for rows in all_tables.values() if "customer_id" in rows]
    return pd.Index(pd.concat(known).unique(), name="customer_id") if known else pd.Index([])


def _grade(table: pd.DataFrame, card: scoring.Scorecard) -> pd.Series:
    """Grade behaviour; who asked not to be contacted is in no table, so the gate of the card is open."""
    import scoring

    inputs = table.assign(do_not_contact="no")
    for column in set(card.columns) - set(inputs):
        inputs[column] = 0  # such as orders, where there is no table of them
    return scoring.score(inputs[list(card.columns)], card)["grade"]


# --- protecting


def protect_counts(
    counts: Mapping[str, int], policy: Policy, few: frozenset[str] = frozenset()
) -> dict[str, Number | Withheld]:
    """Withhold small counts; rows that programs and staff made tell of no customer.

    Parameters
    ----------
    counts : mapping
        What is counted → how many.
    few : frozenset of str
        Which of them few customers stand behind; see `value_counts.find_few`.
    """
    free = {"rows", "staff", "robots", "capped", "no_customer"}
    small = {name for name, n in counts.items() if name not in free and is_small([n], policy)}
    small |= few & set(counts)
    parts = ("not_observed", "inactive", "active")
    if small & set(parts):  # of three parts of a total two are withheld, and all are simplest to say
        small |= set(parts)
    complements = {"losing": "buyers", "unknown_contribution": "buyers", "no_potential": "buyers"}
    small |= {
        n for n, whole in complements.items() if n in counts and is_small([counts[whole] - counts[n]], policy)
    }
    return {name: Withheld() if name in small else Number(n) for name, n in counts.items()}


def protect_mails(seen: Counted, policy: Policy) -> pd.DataFrame:
    """Return the rates of mails opened and clicked; none where few customers got, opened or ignored them."""
    if policy.internal or seen.mails.empty:
        return protect_rates(seen.mails, policy)
    few = [
        find_thin(seen.sent, seen.sent[event].astype("Int64"), [], policy) for event in ("opened", "clicked")
    ]
    return protect_rates(seen.mails.iloc[: 0 if any(one for one in few) else None], policy)


def protect_rates(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return a table of rates as it is, by pairs of rows or not at all: where a count in it is small."""
    if _has_small(table, policy) and len(table) > 2:
        # Pairs from the top, whichever is small: which rows are joined gives no hint.
        pair = np.minimum(np.arange(len(table)) // 2, len(table) // 2 - 1)
        counts = table[["consultations", "conversions"]].groupby(pair).sum()
        names = table.index.to_series().groupby(pair).agg(text(zh="、", en=", ").join)
        table = behaviour_rates.with_rates(counts.set_index(pd.Index(names, name=table.index.name)))
    return mark(table.iloc[: 0 if _has_small(table, policy) else None], internal=policy.internal)


def _has_small(table: pd.DataFrame, policy: Policy) -> bool:
    n, x = (table[c].to_numpy(float) for c in ("consultations", "conversions"))
    return any(is_small(counts, policy) for counts in (n, x, n - x))


def protect_check(check: Check, policy: Policy, *, renewals: bool = False) -> Check:
    """Pool the groups at the end of a check's table of whom few are told, and round what is printed.

    A mean times its customers is a count: of purchases, or of the renewals that were made and not made.
    """
    if policy.internal or check.groups.empty:
        return check
    groups = check.groups
    last = next((n for n in range(len(groups)) if _is_row_small(groups.iloc[n], policy, renewals)), None)
    if last is not None:
        ends = (_pool_from(groups, start) for start in range(last, -1, -1))
        groups = next((g for g in ends if not _is_row_small(g.iloc[-1], policy, renewals)), groups.iloc[:0])
    return replace(check, rules=check.rules.round(PLACES), groups=groups.round(PLACES))


def _is_row_small(row: pd.Series, policy: Policy, renewals: bool) -> bool:
    made = round(row["customers"] * row["actual"])
    return is_small([row["customers"], made, *([row["customers"] - made] if renewals else [])], policy)


def _pool_from(groups: pd.DataFrame, start: int) -> pd.DataFrame:
    """Return groups of which those from one on are one."""
    tail = groups.iloc[start:]
    weights = tail["customers"] / tail["customers"].sum()
    pooled = tail[["predicted", "actual"]].mul(weights, axis=0).sum()
    row = pd.DataFrame([{"customers": tail["customers"].sum(), **pooled}], index=[tail.index[0]])
    told = pd.concat([groups.iloc[:start], row.astype({"customers": "int64"})])
    return told.rename_axis(groups.index.name)


def protect_channels(found: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return what data there are by table and channel, see `protect_coverage`, with which is static."""
    table = protect_coverage(found, policy)
    words = {True: text(zh="静态", en="static"), False: text(zh="动态", en="dynamic")}
    return table_metadata.carry(table, table.assign(is_static=table["is_static"].map(words)))


def pool_types(
    buyers: pd.DataFrame, consultations: pd.DataFrame, groups: pd.DataFrame | None, policy: Policy
) -> pd.DataFrame:
    """Return buyers with the customer types that may be named; 其他 for those that other reports pool.

    Where the customers' table has no type, the latest consultation tells it.
    """
    types = buyers[TYPE] if TYPE in buyers else pd.Series(pd.NA, index=buyers.index)
    types = types.astype(object).where(types.notna(), None)
    if {TYPE, "customer_id"} <= set(consultations):
        said = consultations.dropna(subset=["customer_id", TYPE]).drop_duplicates("customer_id", keep="last")
        types = types.where(types.notna(), types.index.map(said.set_index("customer_id")[TYPE]))
    if groups is not None and len(groups):
        types = types.where(types.isna() | types.isin(groups.index), text(**REST))
    rows = buyers.assign(**{TYPE: types})
    if policy.internal:
        return rows
    counted = rows.reset_index()
    ones = pd.Series(1, index=counted.index, dtype="Int64")
    return pool_categories(counted, ones, [TYPE], policy).set_index("customer_id")


def list_hidden(groups: pd.DataFrame | None) -> set[Any]:
    """Return the customer types that the slice's own report withholds."""
    return set() if groups is None else set(table_metadata.withheld_rows(groups))


# --- the list, the files


def no_buyers() -> pd.DataFrame:
    """Return the columns of `customer_values.value_customers` without a row."""
    columns = [
        "orders",
        "refunds",
        "amount",
        "recency_days",
        "recency",
        "frequency",
        "monetary",
        "sales",
        "cost",
    ]
    numbers = {
        name: pd.Series(dtype="Float64") for name in [*columns, "service", "contribution", "clv", "potential"]
    }
    texts = {name: pd.Series(dtype=object) for name in (TYPE, "purchase_group")}
    return pd.DataFrame({**numbers, **texts}).rename_axis("customer_id")


def describe_customers(buyers: pd.DataFrame, intents: pd.Series, seen: Counted) -> pd.DataFrame:
    """Return the list of buyers for a sales team, the most valuable first."""
    columns = [TYPE, "value_grade", "clv", "sales", "contribution", "potential", "orders", "recency_days"]
    table = buyers[[c for c in [*columns, "purchase_group"] if c in buyers]].copy()
    names = {key: text(zh=zh, en=en) for key, (zh, en) in GROUPS.items()}
    table["purchase_group"] = table["purchase_group"].map(names)
    table["intent_grade"] = intents.reindex(table.index).astype(object)
    for name in ("engagement_grade", "interest"):
        known = seen.table[name].reindex(table.index) if name in seen.table else None
        table[name] = None if known is None else known.astype(object)
    graded = intents[intents.index.isin(table.index)]
    keys = customer_values.choose_strategy(buyers["value_grade"], graded).reindex(table.index)
    said = {key: text(zh=zh, en=en) for key, (zh, en) in customer_values.STRATEGIES.items()}
    table["strategy"] = [said.get(key) if isinstance(key, tuple) else None for key in keys]
    ordered = table.sort_values(["clv", "potential"], ascending=False, kind="stable").reset_index()
    return ordered.astype(dict.fromkeys(("clv", "sales", "contribution", "potential"), "float64"))


READ = ("consultations", "customers", "orders", "interactions")


def read_tables(data: str | Path, region: str, columns: str | Path | None) -> dict[str, pd.DataFrame]:
    """Return those tables that the report uses and the data hold, all years of the region."""
    there = list_tables(data, columns, "customers")
    kept = set(dataset.slices(data, columns)["region"]) if "consultations" in there else set()
    used = [name for name in READ if name in there and (name != "consultations" or region in kept)]
    found = {name: dataset.load(data, region, None, columns, table=name) for name in used}
    return {name: rows.drop(columns=list(PROVENANCE), errors="ignore") for name, rows in found.items()}


def list_files(
    data: str | Path, region: str, columns: str | Path | None, tables: Sequence[str], policy: Policy
) -> tuple[pd.DataFrame, bool]:
    """Return what was read of which file, and whether any row is invented."""
    parts = [dataset.sources(data, region, None, columns, table=name).assign(table=name) for name in tables]
    found = (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["file", "table", "read", "synthetic"])
    )
    told = protect_files(found[["file", "table", "read"]].set_index("file"), policy)
    return told, bool(found["synthetic"].any())
