"""The gate for the model of leads: the one call from which `leads.ipynb` gets what it may show.

An internal edition gets everything, the scored list and the card's text with it. A public one gets the model
card alone: points, how the card was tested, and of counts only what tells of no few.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..analysis.leads import lead_rows, model, qualification
from ..analysis.leads.model import LeadModel
from ..analysis.leads.model_file import ModelFile, load_model_file
from ..base import language, origin
from ..base.origin import Number, Withheld
from ..intake import dataset
from ..intake.data_files import list_tables
from ..settings.editions import Policy
from . import lead_cards, lead_tables
from .basis import is_small
from .customers import find_thin
from .data_channels import protect_files

TABLES = ("leads", "interactions", "customers", "orders")
NO_LEADS, NO_OUTCOMES, FEW = "no leads", "no outcomes", "few customers"


@dataclass(frozen=True, eq=False)
class PublishedLeads:
    """What may be told of leads and of the card learned from them; see `publish_leads`.

    Attributes
    ----------
    state : str
        `NO_LEADS` where no table of leads is supplied or the region has none, `NO_OUTCOMES`, `FEW` where a
        public edition would tell of few customers, or nothing.
    why : str
        Why there is no card (see `fitting`), or nothing.
    within_days : int
    test_from : str
    counts : dict of str to Number
        See `lead_rows.count_outcomes`; ``past``, ``past_converted``, ``test``,
        ``test_converted``, ``unseen``.
    audit, left_out, columns, card : DataFrame
        What the audit found, what is not on the card and why, each column's part, points by value.
    spans : DataFrame
        Index ``label``; ``span`` of points of each column.
    test : DataFrame
        One row: ``auc``, ``low``, ``high``, ``ks``, ``brier``, ``skill``, ``slope``, ``slope_error``,
        ``in_the_large``, ``in_the_large_error``, ``ratio``, ``ratio_low``, ``ratio_high``, ``error``,
        ``shift``, ``limit``. Empty where it may not be told or there is no test.
    by_grade : DataFrame
        See `model.tabulate_grades`.
    stability : DataFrame
        One row: ``same``, ``lowest``, ``highest``, ``resamples``.
    comparison : DataFrame
        See `model.compare_cards`.
    known, settled, answers, selection, drift, scored : DataFrame
        Internal: see `qualification`, `model.select_by_group`, `model.follow_months`; the list of leads.
    break_even : int or None
        The total from which a contact pays.
    text : str
        The card as YAML; internal.
    coverage, files : DataFrame
        What data there are, and the files of the leads.
    synthetic : bool
    """

    state: str
    why: str
    within_days: int
    test_from: str
    counts: Mapping[str, Number | Withheld]
    audit: pd.DataFrame
    left_out: pd.DataFrame
    columns: pd.DataFrame
    card: pd.DataFrame
    spans: pd.DataFrame
    test: pd.DataFrame
    by_grade: pd.DataFrame
    stability: pd.DataFrame
    comparison: pd.DataFrame
    known: pd.DataFrame
    settled: pd.DataFrame
    answers: pd.DataFrame
    selection: Mapping[str, pd.DataFrame]
    drift: pd.DataFrame
    scored: pd.DataFrame
    break_even: int | None
    text: str
    coverage: pd.DataFrame
    files: pd.DataFrame
    synthetic: bool


def publish_leads(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None = None,
    *,
    spec: str | Path,
    policy: Policy,
    data_cut: str = "",
) -> PublishedLeads:
    """Read the leads of a region, learn a card, test it on later ones, and protect what is told.

    Parameters
    ----------
    data, region, columns
        See `dataset.load`. All years of the region are read.
    year : int
        Of the leads that the list names.
    spec : path
        See `model_file.load_model_file`.
    policy : Policy
    data_cut : str
        The last day that the data cover; without it the last day in the leads.

    Examples
    --------
    >>> now = publish_leads("sample", "黄山市", 2025, spec=model, policy=policy)  # doctest: +SKIP
    >>> show(now.card, caption="评分卡")  # doctest: +SKIP
    """
    said = load_model_file(spec)
    tables = _load(data, region, columns)
    files, synthetic = _list_files(data, region, columns, policy, "leads" in tables)
    found = protect_leads(tables, year, said, policy, data_cut)
    return origin.release(PublishedLeads(**found, files=files, synthetic=synthetic))


def _load(data: str | Path, region: str, columns: str | Path | None) -> dict[str, pd.DataFrame]:
    supplied = list_tables(data, columns, "customers")
    names = [name for name in TABLES if name in supplied]
    found = {name: dataset.load(data, region=region, columns=columns, table=name) for name in names}
    return {name: rows for name, rows in found.items() if len(rows)}


def _list_files(
    data: str | Path, region: str, columns: str | Path | None, policy: Policy, has_leads: bool
) -> tuple[pd.DataFrame, bool]:
    if not has_leads:
        return pd.DataFrame({"read": []}, index=pd.Index([], name="file")), False
    sources = dataset.sources(data, region, None, columns, table="leads")
    told = ["sha256", "read"] if policy.internal else ["read"]
    return protect_files(sources.set_index("file")[told], policy), bool(sources["synthetic"].any())


def protect_leads(
    tables: Mapping[str, pd.DataFrame], year: int, spec: ModelFile, policy: Policy, data_cut: str = ""
) -> dict[str, Any]:
    """Return what may be told of the leads of a region, by the names of `PublishedLeads`."""
    if "leads" not in tables:
        return lead_tables.say_nothing(NO_LEADS, spec)
    rows = lead_rows.gather(tables, list(spec.rules), spec.within_days, data_cut)
    if rows["outcome"].notna().sum() == 0:
        return lead_tables.say_nothing(NO_OUTCOMES, spec) | {"counts": _count(rows, None, policy)}
    learned = model.learn(rows, model.hold_names(spec))
    counts = _count(rows, learned, policy)
    if any(isinstance(count, Withheld) for count in counts.values()):
        return lead_tables.say_nothing(FEW, spec)  # also an AUC of few leads tells how many they are
    remarks = _describe_origin(rows, learned)
    inside = _show_inside(rows, learned, year, remarks) if policy.internal else lead_tables.no_inside()
    return {
        "state": "",
        "why": learned.fit.why,
        "within_days": spec.within_days,
        "test_from": str(spec.test_from),
        "counts": counts,
        "audit": lead_tables.list_audit(learned, policy),
        "left_out": lead_tables.list_left_out(learned),
        "columns": (table := lead_tables.list_columns(learned, policy)),
        "spans": table.set_index("label")[["span"]],
        "card": lead_tables.list_points(learned, policy),
        "break_even": model.find_break_even(learned.fit, spec),
        "coverage": lead_tables.count_rows(tables, policy),
        **_show_test(learned, policy),
        **inside,
    }


def _count(rows: pd.DataFrame, learned: LeadModel | None, policy: Policy) -> dict[str, Number | Withheld]:
    """Return counts of leads; none of them where one, or a difference of two, is of few."""
    counts = lead_rows.count_outcomes(rows)
    if learned is not None:
        y = learned.past["outcome"].astype(bool)
        counts |= {"past": len(y), "past_converted": int(y.sum())}
        counts |= {"test": learned.test.leads, "test_converted": learned.test.converted}
    parts = [*counts.values()]
    if learned is not None:
        parts += [counts["past"] - counts["past_converted"], counts["test"] - counts["test_converted"]]
    thin = find_thin(rows, rows["outcome"].astype("Int64"), [], policy) if not policy.internal else {}
    hidden = is_small(parts, policy) or bool(thin.get("total"))
    counts |= {"unseen": learned.test.unseen if learned else 0}
    if not policy.internal:
        del counts["unseen"]
    return {name: Withheld() if hidden else Number(count) for name, count in counts.items()}


def _show_test(learned: LeadModel, policy: Policy) -> dict[str, pd.DataFrame]:
    """Return the test of the card; in a public edition only if no grade of it tells of few."""
    scored, told = learned.test_rows, lead_tables.describe_test(learned)
    if not policy.internal:
        table = learned.by_grade
        counts = [*table["leads"], *table["converted"], *(table["leads"] - table["converted"])]
        counts += [len(learned.past) - learned.fit.converted, learned.fit.converted]
        thin = find_thin(scored, scored["outcome"].astype("Int64"), ["grade"], policy)
        if is_small(counts, policy) or any(thin.values()):
            return {name: one.iloc[:0] for name, one in told.items()}
    ranks = dict(lead_cards.rank_by(path, scored) for path in learned.spec.compare)
    compared = model.compare_cards(scored, ranks)
    if not policy.internal:
        few = [is_small([n, len(scored) - n], policy) for n in compared["leads"]]
        compared = compared[~pd.Series(few, dtype=bool, index=compared.index)]
    titles = [lead_cards.title_of(path, language.current()) for path in compared["card"]]
    return told | {"comparison": lead_tables.head_comparison(compared.assign(card=titles))}


def _describe_origin(rows: pd.DataFrame, learned: LeadModel) -> list[str]:
    """Say what the card was learned from, for those who find its file one day; nothing without a card."""
    if learned.fit.why:
        return []
    values = pd.util.hash_pandas_object(learned.past.astype(str), index=False).to_numpy()
    digest = hashlib.sha256(values.tobytes()).hexdigest()[:16]
    first, last = learned.past["created_on"].min(), learned.past["created_on"].max()
    y = learned.past["outcome"].astype(bool)
    return [
        "A proposal, learned from past leads by `industry-report fit`: no standard until people decide so.",
        f"Leads of {first:%Y-%m-%d} to {last:%Y-%m-%d}: {len(y):,}, of which {int(y.sum()):,} converted "
        f"within {learned.spec.within_days} days; digest {digest}.",
        f"Log odds of a conversion = {learned.fit.intercept:.4f} + {learned.fit.slope:.5f} x total; "
        f"{learned.spec.double} points double the odds.",
    ]


def _show_inside(rows: pd.DataFrame, learned: LeadModel, year: int, remarks: list[str]) -> dict[str, Any]:
    """Return what only an internal edition shows."""
    text = lead_cards.propose(learned, remarks)
    checklist = lead_cards.find_checklist(learned.spec.compare, rows)
    items = [item for item in lead_cards.ITEMS if item in rows]
    settled = (
        qualification.settle(rows, items, lead_cards.count_open(checklist)) if checklist else pd.DataFrame()
    )
    groups = ("source", "customer_type", "industry", "region")
    chosen = {name: model.select_by_group(learned.test_rows, name) for name in groups}
    return {
        "known": lead_tables.head_known(qualification.count_known(rows, items)),
        "settled": lead_tables.head_settled(settled),
        "answers": lead_tables.head_answers(qualification.convert_by_answer(rows, items)),
        "selection": {
            name: lead_tables.head_selection(one, name) for name, one in chosen.items() if len(one) > 1
        },
        "drift": lead_tables.head_drift(learned.drift),
        "scored": lead_tables.list_leads(rows, learned, year),
        "text": text,
    }
