"""The gate: the one call from which a notebook gets what may be published of a slice, and nothing beside it.

Rows are read, scored and counted here. What comes back is pooled, masked and rounded, the same in every
report and edition that shows some of it, and carries the mark that `display` asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..analysis import bases, conversion, market, outcome_window
from ..analysis.conversion import Measure, Standardised, Trend
from ..analysis.trade.planned import check_planned
from ..base import language, origin, own_names
from ..base.origin import Number, Withheld
from ..intake import dataset
from ..settings.editions import Policy
from . import consultation_tables, derived, disclosure, own_tables, source_files
from .basis import Basis, count_open_customers, describe_basis, mask_outcomes
from .consultation_tables import GROUPINGS
from .customers import find_thin
from .derived import ScoreQuality
from .groups import TOTAL
from .masked_tables import mark
from .source_files import Files

# Not imported on loading: a warm kernel has loaded this module before it knows whose notebook it will run,
# and a project may have a `scoring` of its own. Functions import it when they are called.
if TYPE_CHECKING:
    import scoring

TESTED = ("customer_type", "source")  # products overlap: no test


@dataclass(frozen=True, eq=False)
class Outline:
    """A slice as a whole, as `Published` has it: what a report on another slice compares with.

    Attributes
    ----------
    measure, received, average
        See `Published`.
    by : dict of str to DataFrame
        By customer type alone.
    outcomes : DataFrame
        See `Basis`.
    """

    measure: Measure
    received: Number | Withheld
    average: pd.Series
    by: Mapping[str, pd.DataFrame]
    outcomes: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Published:
    """One slice, its tables protected together; see `publish`.

    Attributes
    ----------
    measure : Measure
        What ``rate`` is in these tables.
    received, graded : Number
        All consultations, and those with a grade, which the tables are about; `Withheld` where too few
        customers made them.
    fields : DataFrame
        One row with the columns of the data, true where any consultation has a value; none if nothing could
        be graded. It says why a section is missing, see `sentences.absences.absent`.
    levels : tuple of str
        The dimensions that have scores.
    average : Series
        See `conversion.overall`.
    grades, by_grade, by_month : DataFrame
        See `conversion`. Grades whose outcomes are withheld may stand in one row of `by_grade`, “C、D”; by
        quarter, not by month, where there are few consultations.
    by : dict of str to DataFrame
        By customer type, source and product; see `conversion.by`. Small groups are pooled.
    money : dict of str to DataFrame
        By each further column that `also` names: sums and medians, see `own_tables.sum_money`.
    versus : dict of str to DataFrame
        Each published customer type and source against all others; see `conversion.compare`.
    shares, by_score, means : DataFrame
        See `conversion.score_shares`, `conversion.by_score`, `conversion.score_means`.
    contacts, open_contacts : DataFrame
        See `workload.contacts`: of all consultations, an upper bound, and of customers without a purchase.
    weak : DataFrame
        Which score is weak most often, as verdicts; see `market.compare_weak`.
    amounts : DataFrame
        Sums of money by customer type; see `disclosure.protect_amounts`.
    mix : Standardised
        Sources, standardised for customer type; empty where it may not be told.
    trend : Trend or None
        Of conversion by grade; None where a grade's is withheld.
    bounds : DataFrame
        See `bases.ungradable_bounds`; empty where a grade is withheld.
    scores : ScoreQuality
        How good the scores are.
    basis : Basis
        What the numbers rest on: window, bases, customers, missing values.
    status : Series
        Of each consultation, sorted: graded or why not; see `scoring.status`.
    grid, cases : DataFrame
        The scorecard's own tables: `scoring.combinations`, and `scoring.cells` of a card of conditions.
    files : Files
        What the slice was read from.
    audit : DataFrame
        How much of each table was protected; see `disclosure.audit`.
    """

    measure: Measure
    received: Number | Withheld
    graded: Number | Withheld
    fields: pd.DataFrame
    levels: tuple[str, ...]
    average: pd.Series
    grades: pd.DataFrame
    by_grade: pd.DataFrame
    by_month: pd.DataFrame
    by: Mapping[str, pd.DataFrame]
    money: Mapping[str, pd.DataFrame]
    versus: Mapping[str, pd.DataFrame]
    shares: pd.DataFrame
    by_score: pd.DataFrame
    means: pd.DataFrame
    contacts: pd.DataFrame
    open_contacts: pd.DataFrame
    weak: pd.DataFrame
    amounts: pd.DataFrame
    mix: Standardised
    trend: Trend | None
    bounds: pd.DataFrame
    scores: ScoreQuality
    basis: Basis
    status: pd.Series
    grid: pd.DataFrame
    cases: pd.DataFrame
    files: Files
    audit: pd.DataFrame


def publish(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None = None,
    *,
    scorecard: scoring.Scorecard,
    policy: Policy,
    follow_up_days: int = outcome_window.DAYS,
    data_cut: str = "",
    also: Sequence[str] = (),
    money: Sequence[str] = (),
    planned: Sequence[str] = (),
) -> Published:
    """Read, score, count and protect one slice: the only way from rows to a public edition.

    A table that depends on a count which the slice's own report withholds must not show it in another report
    either. So a report that shows a part, or sets several slices side by side, takes it from the whole.

    Parameters
    ----------
    data, region, year, columns
        See `dataset.load`.
    scorecard : scoring.Scorecard
        The standard to score by.
    policy : Policy
        See `load_policy`. Of an internal edition nothing is withheld.
    follow_up_days, data_cut
        Within how many days a purchase counts, and the day on which the data were drawn; see
        `outcome_window.choose_window`.
    also : sequence of str
        Further columns to group by, as a mapping file names them: how a table of your own passes the gate
        (docs/writing-a-notebook.md). `by` has their counts and rates.
        Not those that the scorecard rates by: by_score tells of these. For the same reason a public edition
        has no groups by customer type, source or product where the scorecard rates by it.
    money : sequence of str
        Columns of money whose sums and medians by these further columns `money` has: "amount", which is that
        of purchases, or a further column of numbers.
    planned : sequence of str
        Which of `TESTED` were decided on before the data were seen: adjusted by Holm, not as a search.

    Examples
    --------
    >>> now = publish("sample", "黄山市", 2025, scorecard=card, policy=policy)  # doctest: +SKIP
    >>> show(now.by["source"], caption="各来源的成交率")  # doctest: +SKIP

    Raises
    ------
    InputError
        A further column cannot be told of beside the tables that there are: the message says why.
    """
    planned = check_planned(planned, TESTED)
    consultations, window = _load(data, region, year, columns, follow_up_days, data_cut)
    told = source_files.describe_files(data, region, year, columns, policy)
    return protect_slice(consultations, year, scorecard, policy, told, window, also, planned, money)


def publish_months(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None = None,
    *,
    scorecard: scoring.Scorecard,
    policy: Policy,
    follow_up_days: int = outcome_window.DAYS,
    data_cut: str = "",
) -> pd.DataFrame:
    """Return ``by_month`` of `publish` alone, in less time."""
    consultations, window = _load(data, region, year, columns, follow_up_days, data_cut)
    counted = consultation_tables.count(consultations, year, scorecard, policy, window)
    return consultation_tables.protect_tables(counted, scorecard, policy)["by_month"]


def publish_outline(
    data: str | Path,
    region: str,
    year: int,
    columns: str | Path | None = None,
    *,
    scorecard: scoring.Scorecard,
    policy: Policy,
    follow_up_days: int = outcome_window.DAYS,
    data_cut: str = "",
) -> Outline:
    """Return the part of `publish` that another slice is compared with, in less time: withheld alike."""
    consultations, window = _load(data, region, year, columns, follow_up_days, data_cut)
    counted = consultation_tables.count(consultations, year, scorecard, policy, window)
    named = consultation_tables.protect_tables(counted, scorecard, policy)
    by_type = named.get(("by", "customer_type"))
    enough = _is_enough(counted, policy)
    return origin.release(
        Outline(
            measure=counted.measure,
            received=Number(len(counted.scored)) if enough else Withheld(),
            average=named["average"],
            by={
                "customer_type": _leave_out("customer_type", counted.rated, counted.measure)
                if by_type is None
                else by_type
            },
            outcomes=mask_outcomes(counted.scored if enough else counted.scored.iloc[:0], policy),
        )
    )


def _is_enough(counted: consultation_tables.Counted, policy: Policy) -> bool:
    """Tell whether enough customers stand behind a slice for anything to be told of it."""
    several = len(counted.scored) >= policy.threshold and "all" not in counted.thin.get(TOTAL, {})
    return policy.internal or several


def _load(
    data: str | Path, region: str, year: int, columns: str | Path | None, days: int, cut: str
) -> tuple[pd.DataFrame, outcome_window.Window | None]:
    # All years of a region know up to the same day: one year's own last purchase would be too early a cut.
    register = dataset.load(data, region=region, columns=columns, wanted=outcome_window.NEEDED)
    window = outcome_window.choose_window(register, days, cut)
    return dataset.load(data, region=region, year=year, columns=columns), window


def protect_slice(
    consultations: pd.DataFrame,
    year: int,
    scorecard: scoring.Scorecard,
    policy: Policy,
    told: Files,
    window: outcome_window.Window | None = None,
    also: Sequence[str] = (),
    planned: Sequence[str] = (),
    money: Sequence[str] = (),
) -> Published:
    """Return what may be published of the consultations of a slice; see `publish`."""
    import scoring

    counted = consultation_tables.count(consultations, year, scorecard, policy, window, also)
    registered, scored, rated, measure = counted.registered, counted.scored, counted.rated, counted.measure
    dimensions, grid = counted.dimensions, counted.grid
    named = consultation_tables.protect_tables(counted, scorecard, policy)
    by = {own_names.plain_name(name): named.pop(("by", name)) for name in counted.names}
    by |= {name: _leave_out(name, rated, measure) for name in GROUPINGS if name not in by}
    beside = _derive(scored, rated, dimensions, named, by, measure, scorecard, grid, policy, planned)
    enough = _is_enough(counted, policy)
    graded = registered[registered["grade"].notna()]
    return origin.release(
        Published(
            measure=measure,
            received=Number(len(scored)) if enough else Withheld(),
            graded=Number(len(rated)) if enough else Withheld(),
            fields=_list_fields(registered, rated),
            levels=tuple(dimensions),
            by=by,
            basis=describe_basis(registered, scored, window, measure, GROUPINGS, year, policy, enough=enough),
            open_contacts=count_open_customers(graded, scorecard, policy, named["contacts"]),
            grid=grid,
            cases=_list_cases(scorecard, grid),
            status=scoring.status(registered, scorecard).astype(str).sort_values(ignore_index=True),
            files=told,
            audit=disclosure.audit(policy, *named.values(), *by.values()),
            **named,
            **beside,
            money=_sum_money(scored, rated, money, by, beside["amounts"], policy),
        )
    )


def _sum_money(
    scored: pd.DataFrame,
    rated: pd.DataFrame,
    columns: Sequence[str],
    by: Mapping[str, pd.DataFrame],
    amounts: pd.DataFrame,
    policy: Policy,
) -> dict[str, pd.DataFrame]:
    """Return money by further columns; of a column that the scorecard rates by, the amounts, not levels."""
    further = {name: table for name, table in by.items() if name not in GROUPINGS}
    graded = scored[scored["grade"].notna()]
    own = {name: graded[name].array for name in columns if name in graded}
    return own_tables.sum_money(rated.assign(**own), columns, further, amounts, policy) if columns else {}


def _leave_out(name: str, rated: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    return mark(conversion.by(rated.drop(columns=name, errors="ignore"), name, measure))


def _list_cases(scorecard: scoring.Scorecard, grid: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of a card of conditions, none of another."""
    import scoring

    cells = scoring.cells(scorecard, language.current()).rename(columns=scorecard.level_names)
    return cells if scorecard.kind == "tiers" else grid.iloc[:0]


def _list_fields(registered: pd.DataFrame, rated: pd.DataFrame) -> pd.DataFrame:
    """Return which columns have a value, with no row of the data."""
    told = pd.DataFrame([registered.notna().any().map({True: True, False: None})], dtype=object)
    return told if len(rated) else told.iloc[:0]


def _derive(
    scored: pd.DataFrame,
    rated: pd.DataFrame,
    dimensions: Sequence[str],
    named: Mapping[str, Any],
    by: Mapping[str, pd.DataFrame],
    measure: Measure,
    scorecard: scoring.Scorecard,
    grid: pd.DataFrame,
    policy: Policy,
    planned: Sequence[str],
) -> dict[str, Any]:
    """Return what is computed beside the tables, each by the rule of `derived`."""
    average, grades, by_grade = named["average"], named["grades"], named["by_grade"]
    scores = (average, grades, by_grade, named["shares"], named["by_score"])
    told = not disclosure.is_protected(by_grade, average)
    bounds = bases.ungradable_bounds(scored)
    weak = market.compare_weak(rated, dimensions if scorecard.has_common_scale else [])
    shares_hidden = disclosure.is_protected(grades, named["shares"])
    return {
        "weak": weak[["one", "other", "verdict"]].iloc[: 0 if shares_hidden else None],
        "versus": {
            name: derived.compare_groups(by[name], average, planned=name in planned) for name in TESTED
        },
        "amounts": derived.sum_amounts(rated, by["customer_type"], policy),
        "mix": derived.standardise(rated, by["source"], "customer_type", measure, policy),
        "trend": conversion.trend(by_grade) if told else None,
        "bounds": bounds.iloc[:0] if disclosure.is_protected(grades) else bounds,
        "scores": derived.judge_scores(rated, scorecard, grid, policy, scores),
    }


def count_regions(
    data: str | Path, year: int, regions: Sequence[str], policy: Policy, columns: str | Path | None = None
) -> pd.DataFrame:
    """Return how many consultations each region has, graded or not, most first.

    Returns
    -------
    DataFrame
        Index ``region``; ``consultations``. Regions that the data lack, and those of too few consultations or
        customers, are left out.
    """
    slices = dataset.slices(data, columns)
    found = {}
    for region in dict.fromkeys(regions):
        if not ((slices["region"] == region) & (slices["year"] == year)).any():
            continue
        rows = dataset.load(data, region=region, year=year, columns=columns)
        thin = find_thin(rows, pd.Series(0, index=rows.index), [], policy)
        if policy.internal or (len(rows) >= policy.threshold and not thin.get(TOTAL)):
            found[region] = len(rows)
    table = pd.DataFrame({"consultations": pd.Series(found, dtype="int64")}).rename_axis("region")
    return origin.release(table.sort_values("consultations", ascending=False))
