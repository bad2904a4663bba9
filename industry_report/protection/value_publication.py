"""The gate for what customers are worth and do: the one call from which `value.ipynb` gets what it may show.

Tables are read, joined and reckoned here. An internal edition gets everything, with a list of customers; a
public one sums of money by customer type, shares and models, and nothing that counts a few.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..analysis import outcome_window
from ..analysis.customers import coverage, time_rule
from ..analysis.rates import FEWEST
from ..analysis.value import customer_values, model_check, purchase_groups
from ..analysis.value.assumptions import Assumptions
from ..analysis.value.customer_values import Tables
from ..analysis.value.model_check import Check, PurchaseModel
from ..analysis.value.renewal_models import Sbg
from ..base import origin
from ..base.origin import Number, Withheld
from ..settings.editions import Policy
from . import publication, value_counts, value_protection
from .basis import is_small
from .money import Sums, protect_concentration, protect_quantiles, protect_sums
from .value_counts import NEW, TYPE
from .value_protection import Counted

if TYPE_CHECKING:  # see `publication`
    import scoring

MONEY = ("sales", "cost", "contribution", "clv", "potential")
COMPARED = ("sales", "contribution")  # what happened in a year; lifetime values rest on all years up to it


@dataclass(frozen=True)
class Cards:
    """The standards of a report: of consultations (intent), of value and of engagement."""

    intent: scoring.Scorecard
    value: scoring.Scorecard
    engagement: scoring.Scorecard


@dataclass(frozen=True, eq=False)
class PublishedValue:
    """What may be published of a slice; see `publish_value`.

    Attributes
    ----------
    last_day : str
        The last day that the data tell of.
    supplied : dict of str to bool
        Which tables there are: ``orders`` (false where purchases of consultations stand in), ``purchases``
        (either of them), ``interactions``, ``customers``, ``costs``, ``consultations``.
    counts : dict of str to Number
        ``buyers``, ``orders``, ``refunds``, ``unknown_contribution``, ``losing`` (contribution below 0),
        ``no_potential``; of behaviour ``customers``, ``not_observed``, ``inactive``, ``active``, ``rows``,
        ``staff``, ``robots``, ``capped``, ``no_customer``. `Withheld` where small in a public edition.
    money : Sums
        By customer type: `MONEY` and their means per customer.
    quantiles : DataFrame
        Of the year's sales per customer who bought in it, by customer type.
    concentration, whale : DataFrame
        Of lifetime value, and of the year's contribution; see `protect_concentration`.
    purchases, renewals : Check
        What the models were held against.
    purchase_model, renewal_model : PurchaseModel, Sbg or None
        None where the check was not passed.
    tenths, groups, gaps, matrix, strategies, interests : DataFrame
        See `customer_values`, `purchase_groups`, `potential` and `behaviour`; empty in a public edition.
    engagement : DataFrame
        By grade of behaviour ``consultations`` (customers whose outcome is known), ``conversions``, ``rate``,
        ``low``, ``high``; empty where a count is small.
    mails : DataFrame
        Index ``event``; ``sent``, ``count``, ``rate``, ``low``, ``high``.
    customers : DataFrame
        The list of customers; empty in a public edition.
    channels, files : DataFrame
        What data there are: by table and channel; by file.
    synthetic : bool
        Whether any row is invented.
    before : Series
        `COMPARED` of the year before, as that year's own report prints them; empty where its data do not
        cover that year, or this one is not over.
    """

    last_day: str
    supplied: Mapping[str, bool]
    counts: Mapping[str, Number | Withheld]
    money: Sums
    quantiles: pd.DataFrame
    concentration: pd.DataFrame
    whale: pd.DataFrame
    purchases: Check
    renewals: Check
    purchase_model: PurchaseModel | None
    renewal_model: Sbg | None
    tenths: pd.DataFrame
    groups: pd.DataFrame
    gaps: pd.DataFrame
    matrix: pd.DataFrame
    strategies: pd.DataFrame
    interests: pd.DataFrame
    engagement: pd.DataFrame
    mails: pd.DataFrame
    customers: pd.DataFrame
    channels: pd.DataFrame
    files: pd.DataFrame
    synthetic: bool
    before: pd.Series = field(default_factory=lambda: pd.Series(dtype="float64"))


def publish_value(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None = None,
    *,
    cards: Cards,
    rules: Assumptions,
    policy: Policy,
    follow_up_days: int = outcome_window.DAYS,
    data_cut: str = "",
) -> PublishedValue:
    """Read the tables of a region, reckon value and behaviour at the end of a year, and protect them.

    Parameters
    ----------
    data, region, year, columns
        See `dataset.load`. Any table may be missing.
    cards : Cards
        The standards.
    rules : Assumptions
        See `load_assumptions`.
    policy : Policy
        See `load_policy`.
    follow_up_days : int
        Of the slice's own report, whose types and amounts are withheld here, too; see `publication.publish`.
    data_cut : str
        The last day that the data tell of, such as 2025-06-30; see `find_end`.

    Examples
    --------
    >>> now = publish_value("sample", "黄山市", 2025, **how)  # doctest: +SKIP
    >>> show(now.money.by["customer_type"], caption="各类客户的销售额与价值")  # doctest: +SKIP
    """
    origin.release(rules)  # they come from no data
    all_tables = value_protection.read_tables(data, region, columns)
    consultations = all_tables.get("consultations", pd.DataFrame())
    files, synthetic = value_protection.list_files(data, region, columns, list(all_tables), policy)

    def ask_own_report(year: int) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
        """Return rates and amounts by type of the slice's own report: its types are withheld here, too."""
        if policy.internal or not _has_year(consultations, year):
            return None, None
        how: dict[str, Any] = {"follow_up_days": follow_up_days, "data_cut": data_cut}
        how |= {"scorecard": cards.intent, "policy": policy}
        now = publication.publish(data, region, year, columns, **how)
        return now.by["customer_type"], now.amounts

    found = protect_value(all_tables, year, cards, rules, policy, *ask_own_report(year), data_cut)
    before = pd.Series(dtype="float64")
    orders = _take_tables(all_tables, consultations).orders
    if customer_values.covers_two_years(orders, customer_values.find_end(all_tables, year, data_cut)):
        before = sum_year(all_tables, year - 1, rules, policy, *ask_own_report(year - 1), data_cut)
        if found["counts"]["unknown_contribution"] != 0:
            before = before.drop("contribution")
    return origin.release(PublishedValue(**found, files=files, synthetic=synthetic, before=before))


def _has_year(consultations: pd.DataFrame, year: int) -> bool:
    return "year" in consultations and bool(consultations["year"].eq(year).any())


def protect_value(
    all_tables: Mapping[str, pd.DataFrame],
    year: int,
    cards: Cards,
    rules: Assumptions,
    policy: Policy,
    groups: pd.DataFrame | None = None,
    amounts: pd.DataFrame | None = None,
    data_cut: str = "",
) -> dict[str, Any]:
    """Return what may be published of the tables of a region, by the names of `PublishedValue`.

    Parameters
    ----------
    all_tables : mapping
        Table → its rows of all years; see `dataset.open_tables`.
    groups, amounts : DataFrame, optional
        The protected rates and sums of money by customer type of the industry report of the same slice.
    """
    consultations = all_tables.get("consultations", pd.DataFrame())
    now = _list_buyers(all_tables, year, rules, policy, groups, data_cut)
    graded = _grade_value(now.buyers, cards.value)
    buyers, pooled = (rows.assign(value_grade=graded) for rows in (now.buyers, now.pooled))
    intents = _grade_intent(consultations, now.at, cards.intent)
    seen = value_protection.observe(now.tables, all_tables, now.at, rules, cards.engagement)
    inside = value_protection.describe_customers(pooled, intents, seen) if policy.internal else None
    last = time_rule.moment(now.at) - pd.Timedelta(days=1)
    return {
        "last_day": f"{last:%Y-%m-%d}",
        "supplied": _list_supplied(now.tables, all_tables),
        "counts": value_protection.protect_counts(_count(buyers, seen), policy, now.few),
        **_protect_money(now, groups, amounts, policy),
        **_check_models(now.tables, now.at, rules, policy),
        **_show_inside(buyers, now.gaps, intents, seen, policy),
        "engagement": value_protection.protect_rates(seen.rates, policy),
        "mails": value_protection.protect_mails(seen, policy),
        "customers": pd.DataFrame() if inside is None else inside,
        "channels": value_protection.protect_channels(coverage(all_tables), policy),
    }


def sum_year(
    all_tables: Mapping[str, pd.DataFrame],
    year: int,
    rules: Assumptions,
    policy: Policy,
    groups: pd.DataFrame | None = None,
    amounts: pd.DataFrame | None = None,
    data_cut: str = "",
) -> pd.Series:
    """Return `COMPARED` of a year as its own report prints them, see `protect_value`: missing if withheld.

    A contribution that is not known of all customers is missing, too: it is no year's whole.
    """
    then = _list_buyers(all_tables, year, rules, policy, groups, data_cut)
    total = _sum_money(then, groups, amounts, policy).total.reindex(list(COMPARED))
    is_whole = bool(then.buyers["contribution"].notna().all())
    return total if is_whole else total.mask(total.index == "contribution")


@dataclass(frozen=True, eq=False)
class _Buyers:
    """Who bought up to a day.

    Attributes
    ----------
    at : str
        The day after the last one.
    tables : Tables
        What their value rests on.
    buyers, gaps : DataFrame
        See `customer_values.value_customers`.
    pooled : DataFrame
        Buyers with the types that may be named, and whether they are new in the year.
    few : frozenset of str
        Which counts tell of few; see `value_counts.find_few`.
    """

    at: str
    tables: Tables
    buyers: pd.DataFrame
    gaps: pd.DataFrame
    pooled: pd.DataFrame
    few: frozenset[str]


def _list_buyers(
    all_tables: Mapping[str, pd.DataFrame],
    year: int,
    rules: Assumptions,
    policy: Policy,
    groups: pd.DataFrame | None,
    data_cut: str,
) -> _Buyers:
    consultations = all_tables.get("consultations", pd.DataFrame())
    tables = _take_tables(all_tables, consultations)
    at = customer_values.find_end(all_tables, year, data_cut)
    buyers, gaps = _value(tables, at, rules)
    pooled = value_protection.pool_types(buyers, consultations, groups, policy)
    everyone = value_protection.list_everyone(all_tables)
    known = value_counts.list_bought(tables.orders, consultations, everyone, at, data_cut)
    few = value_counts.find_few(known, value_counts.name_types(consultations, pooled[TYPE]), policy)
    told = pooled.assign(**{NEW: value_counts.mark_new(pooled, known, at)})
    return _Buyers(at, tables, buyers, gaps, told, few)


def _take_tables(all_tables: Mapping[str, pd.DataFrame], consultations: pd.DataFrame) -> Tables:
    orders = all_tables.get("orders")
    if orders is not None and orders.empty:
        orders = None
    stand_in = customer_values.take_purchases(consultations) if orders is None else None
    interactions, customers = all_tables.get("interactions"), all_tables.get("customers")
    return Tables(
        orders=stand_in if orders is None else orders,
        interactions=None if interactions is None or interactions.empty else interactions,
        customers=None if customers is None or customers.empty else customers,
        are_orders=orders is not None,
    )


def _value(tables: Tables, at: str, rules: Assumptions) -> tuple[pd.DataFrame, pd.DataFrame]:
    if tables.orders is None:
        return value_protection.no_buyers(), pd.DataFrame({"potential": [], "customers": []})
    return customer_values.value_customers(tables, at, rules)


def _grade_value(buyers: pd.DataFrame, card: scoring.Scorecard) -> pd.Series:
    import scoring

    known = {"clv": "clv", "ccp": "contribution", "cpv": "potential"}
    inputs = pd.DataFrame({name: buyers[column] for name, column in known.items()}, index=buyers.index)
    return scoring.score(inputs.astype("Float64"), card)["grade"]


def _grade_intent(consultations: pd.DataFrame, at: str, card: scoring.Scorecard) -> pd.Series:
    """Return the grade of each customer's latest graded consultation before a day."""
    import scoring

    nothing = pd.Series(pd.Categorical([], list(card.grades), ordered=True), name="grade")
    if "customer_id" not in consultations or consultations.empty:
        return nothing
    year = int(at[:4]) - (at[5:] == "01-01")
    told = consultations[consultations["year"] <= year]
    if "consulted_on" in told:
        told = time_rule.known_before(told, at, "consultations")
    scored = scoring.score(told, card)
    known = scored[scored["grade"].notna() & scored["customer_id"].notna()]
    if "consulted_on" in known:
        known = known.sort_values("consulted_on", kind="stable", na_position="first")
    return known.drop_duplicates("customer_id", keep="last").set_index("customer_id")["grade"]


def _list_supplied(tables: Tables, all_tables: Mapping[str, pd.DataFrame]) -> dict[str, bool]:
    orders = tables.orders
    has_costs = orders is not None and "cost" in orders and bool(orders["cost"].notna().any())
    return {
        "orders": tables.are_orders,
        "purchases": orders is not None,
        "interactions": tables.interactions is not None,
        "customers": tables.customers is not None,
        "costs": has_costs,
        "consultations": bool(len(all_tables.get("consultations", ()))),
    }


def _count(buyers: pd.DataFrame, seen: Counted) -> dict[str, int]:
    contribution = buyers["contribution"]
    return {
        "buyers": len(buyers),
        "orders": int(buyers["orders"].sum()),
        "refunds": int(buyers["refunds"].sum()),
        "unknown_contribution": int(contribution.isna().sum()),
        "losing": int(contribution.lt(0).fillna(False).sum()),
        "no_potential": int(buyers["potential"].isna().sum()),
        **seen.counts,
    }


def _sum_money(
    now: _Buyers, groups: pd.DataFrame | None, amounts: pd.DataFrame | None, policy: Policy
) -> Sums:
    hidden = value_protection.list_hidden(groups)
    sums = protect_sums(
        policy, now.pooled.reset_index(), [*MONEY, NEW], [TYPE], means=True, hidden={TYPE: hidden},
        known={} if amounts is None else {TYPE: amounts["amount"].dropna().to_dict()},
    )  # fmt: skip
    return value_counts.drop_new(sums)


def _protect_money(
    now: _Buyers, groups: pd.DataFrame | None, amounts: pd.DataFrame | None, policy: Policy
) -> dict[str, Any]:
    """Return all sums and curves; how many customers they are of only where that tells of no few."""
    rows, is_counted = now.pooled.reset_index(), "buyers" not in now.few
    hidden = value_protection.list_hidden(groups)
    sums = _sum_money(now, groups, amounts, policy)
    # What the sums withhold is withheld of the quantiles, too.
    withheld = hidden | set(sums.by[TYPE].index[sums.by[TYPE]["customers"].isna()])
    bought = rows[rows["sales"].gt(0).fillna(False)]
    quantiles = protect_quantiles(policy, bought, "sales", TYPE, hidden=withheld)
    curves = {"concentration": "clv", "whale": "contribution"}
    return {
        "money": sums if is_counted else value_counts.withhold_counts(sums),
        "quantiles": quantiles if policy.internal else value_counts.drop_customers(quantiles),
        **{name: _draw_curve(rows, column, policy, is_counted) for name, column in curves.items()},
    }


def _draw_curve(rows: pd.DataFrame, column: str, policy: Policy, is_counted: bool) -> pd.DataFrame:
    """Return a concentration curve; none of fewer than ten, nor where its last point would tell of few."""
    curve = protect_concentration(policy, rows, column)
    unknown = int(rows[column].isna().sum())
    is_told = is_counted and not is_small([unknown], policy) and len(rows) - unknown >= FEWEST
    return curve if is_told else curve.iloc[:0]


def _check_models(tables: Tables, at: str, rules: Assumptions, policy: Policy) -> dict[str, Any]:
    """Check both models: of purchases without a contract, with the last year held out, and of renewals."""
    if tables.orders is None:
        none = model_check.nothing_checked(model_check.TOO_FEW, 0)
        return {"purchases": none, "renewals": none, "purchase_model": None, "renewal_model": None}
    free = tables.orders
    if "kind" in free:
        free = free[free["kind"].ne("续费").fillna(True)]
    purchases = model_check.check_purchases(free, model_check.choose_cut(free, at), at)
    renewals = model_check.follow_renewals(tables.orders, at, rules.renewal_days)
    renewed = model_check.check_renewals(renewals)
    known = model_check.summarise_purchases(free, at) if purchases.is_shown else None
    return {
        "purchases": value_protection.protect_check(purchases, policy),
        "renewals": value_protection.protect_check(renewed, policy, renewals=True),
        "purchase_model": None if known is None else model_check.fit_purchases(known),
        "renewal_model": model_check.fit_renewals(renewals) if renewed.is_shown else None,
    }


def _show_inside(
    buyers: pd.DataFrame, gaps: pd.DataFrame, intents: pd.Series, seen: Counted, policy: Policy
) -> dict[str, Any]:
    """Return what only an internal edition shows: counts by several things at once."""
    shown = buyers if policy.internal else buyers.iloc[:0]
    grades = shown["value_grade"].dropna()
    strategy = customer_values.choose_strategy(grades, intents[intents.index.isin(grades.index)])
    both = bool(len(grades)) and bool(intents.index.isin(grades.index).any())
    matrix = customer_values.cross_grades(grades, intents) if both else pd.DataFrame()
    return {
        "tenths": customer_values.share_by_tenth(shown if len(shown) >= FEWEST else shown.iloc[:0]),
        "groups": purchase_groups.sum_groups(shown),
        "gaps": gaps if policy.internal else gaps.iloc[:0],
        "matrix": matrix,
        "strategies": customer_values.sum_strategies(strategy, shown) if both else pd.DataFrame(),
        "interests": seen.interests if policy.internal else seen.interests.iloc[:0],
    }
