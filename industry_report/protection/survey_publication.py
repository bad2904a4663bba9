"""What may be published of one wave of a survey: who answered, what, and what it goes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.opinions import answers, drivers, ratings, response
from ..analysis.opinions.drivers import Drivers
from ..analysis.opinions.questionnaire import Item, Questionnaire
from ..analysis.opinions.ratings import Promotion, Reliability
from ..analysis.opinions.response import Response, Weighted
from ..analysis.rates import REST, wilson
from ..base import table_metadata
from ..base.language import text
from ..base.origin import Number, Withheld
from ..settings.editions import Policy
from . import disclosure, invitations, opinion_masks
from .masked_tables import mark
from .opinion_sources import GRADE, Gathered
from .pooling import pool_categories

NAMED_FROM = 30  # answers from which a customer type is named, where the threshold is 10


@dataclass(frozen=True, eq=False)
class Surveyed:
    """What may be told of one wave of a survey.

    Attributes
    ----------
    wave, before : str
        Which wave, and the one before; empty where there is none or so few answered that it is not named.
    response : Response or None
        None where it is withheld; its rates are missing where nobody knows how many were invited.
    knows_invited : bool
        Whether the data say who was invited.
    average : Series
        ``consultations`` who answered, ``conversions`` satisfied, ``rate``, ``low``, ``high``.
    by_type, by_grade : DataFrame
        See `response.response_by`, with ``returned``, the response rate.
    differs : dict of str to bool
        ``customer_type``, ``grade_before`` → whether response rates differ; only where it could be tested.
    bound : tuple of float or None
        Between what the share of all invited lies, see `response.bound`.
    weighted : DataFrame
        Index ``estimate`` (raw, by type, by grade); ``rate``, ``low``, ``high``, ``nps``, ``effective``.
    distribution, boxes, tops : DataFrame
        See `opinion_masks.protect_items`.
    promotion : Promotion or None
        NPS of the wave; None where it is withheld or was not asked.
    waves : DataFrame
        NPS by wave, see `ratings.promotion_by_wave`.
    change, satisfied_change : tuple of float or None
        Difference of NPS, and of the share of satisfied, from the wave before, with 95 % intervals.
    reliabilities : mapping
        Dimension ("" for all items) → see `ratings.reliabilities`.
    scales : DataFrame
        Index ``dimension``; ``mean``, ``low``, ``high`` of the items' means, of reliable dimensions alone.
    drivers : Drivers
        See `drivers.find_drivers`.
    performance, contrasts : DataFrame
        See `drivers.importance_performance` and `drivers.penalties_rewards`.
    choices : dict of str to DataFrame
        Question with several answers → its options.
    faults : DataFrame
        See `answers.count_faults`.
    """

    wave: str
    before: str
    response: Response | None
    knows_invited: bool
    average: pd.Series
    by_type: pd.DataFrame
    by_grade: pd.DataFrame
    differs: Mapping[str, bool]
    bound: tuple[float, float] | None
    weighted: pd.DataFrame
    distribution: pd.DataFrame
    boxes: pd.DataFrame
    tops: pd.DataFrame
    promotion: Promotion | None
    waves: pd.DataFrame
    change: tuple[float, float, float] | None
    satisfied_change: tuple[float, float, float] | None
    reliabilities: Mapping[str, Reliability]
    scales: pd.DataFrame
    drivers: Drivers
    performance: pd.DataFrame
    contrasts: pd.DataFrame
    choices: Mapping[str, pd.DataFrame]
    faults: pd.DataFrame


def publish_survey(rows: Gathered, survey: Questionnaire, policy: Policy) -> Surveyed | None:
    """Return what may be told of a wave; None where too few answered, or all but few."""
    wave = rows.current
    key = survey.overall or survey.recommend
    if key is None or not _has_enough(wave, policy):
        return None
    asked, knows = _count_response(rows, survey)
    # Where nobody said who was invited, the number of answers may be that of all who have bought.
    counted = asked if knows else replace(asked, invited=asked.complete)
    hidden = invitations.find_hidden(rows, counted, policy)
    if "answers" in hidden:
        return None
    success = answers.is_satisfied(wave[key.column], key)
    pooled = _pool_types(rows, success, policy)
    average, by = _protect_groups(wave if policy.internal else pooled, success, policy)
    items = _protect_answers(wave, survey, policy)
    waves = _promotion(rows, survey, policy)
    promotion, change = _current_promotion(rows, survey, waves)
    found = _protect_drivers(drivers.find_drivers(wave, survey), policy)
    by = by if policy.internal or not knows else invitations.protect_tables(by, hidden, policy)
    return Surveyed(
        wave=rows.wave,
        before=rows.before if _has_enough(rows.former, policy) else "",
        response=invitations.protect_response(_protect_response(asked, knows, policy), hidden),
        knows_invited=knows,
        average=average,
        by_type=by["customer_type"],
        by_grade=by[GRADE],
        differs=_compare(by, pooled, success, policy),
        bound=_bound(asked, average, knows and "all" not in hidden),
        weighted=_weigh(rows, pooled, survey, by, average, tells_score=promotion is not None),
        **items,
        waves=waves,
        promotion=promotion,
        change=change,
        satisfied_change=_change_of_satisfied(rows, key, average, policy),
        drivers=found,
        performance=drivers.importance_performance(found.shares, items["tops"]),
        contrasts=_protect_contrasts(wave, survey, policy),
        choices=_protect_choices(wave, survey, policy),
        faults=_mask_faults(answers.count_faults(rows.faults, survey), policy),
    )


def _has_enough(wave: pd.DataFrame, policy: Policy) -> bool:
    answered = int(wave["complete"].sum()) if len(wave) else 0
    return answered >= (1 if policy.internal else policy.threshold)


# --- who answered


def _pool_types(rows: Gathered, success: pd.Series, policy: Policy) -> pd.DataFrame:
    """Return the wave with small customer types in one, by the same rule in every edition.

    A type needs so many answers that satisfied and others are both likely to be enough: else much of the
    table is withheld for the sake of its smallest rows.
    """
    least = max(NAMED_FROM * policy.threshold // 10, policy.threshold)
    return pool_categories(
        rows.current, success, ["customer_type"], replace(policy, threshold=least, internal=False)
    )


def _protect_groups(
    wave: pd.DataFrame, success: pd.Series, policy: Policy
) -> tuple[pd.Series, dict[str, pd.DataFrame]]:
    """Return who answered and was satisfied, all together and by group, protected as one publication."""
    tables = {name: response.response_by(wave, name, success) for name in ("customer_type", GRADE)}
    known = success.dropna()
    average = pd.DataFrame({"consultations": [len(known)], "conversions": [int(known.sum())]})
    described = response.describe_average(average)
    safe, *by = disclosure.protect(policy, described, *tables.values(), total=len(wave))
    return safe, {name: _add_returned(table) for name, table in zip(tables, by, strict=True)}


def _add_returned(table: pd.DataFrame) -> pd.DataFrame:
    """Add the response rate; of a group whose numbers are withheld it is, too."""
    received = table["received"].astype(float)
    returned = table["consultations"].astype(float) / received.where(received > 0)
    wider = table.assign(returned=returned.where(received >= ratings.FEWEST))
    wider = wider[["received", "consultations", "returned", "conversions", "rate", "low", "high"]]
    withheld = dict(table_metadata.withheld(table))
    if "consultations" in withheld:
        withheld["returned"] = withheld["consultations"]
    formats = {"returned": "rate"}
    return table_metadata.describe(wider, heads=response.heads(), formats=formats, withheld=withheld or None)


def _count_response(rows: Gathered, survey: Questionnaire) -> tuple[Response, bool]:
    """Return who answered of those invited, as rows or the file of items tell, and whether anything does."""
    told = sum(survey.invited.get(rows.wave, {}).values())
    knows = bool(told) or response.has_invitations(rows.current)
    return response.count_response(rows.current, told or None), knows


def _protect_response(asked: Response, knows: bool, policy: Policy) -> Response | None:
    if opinion_masks.is_small([asked.complete], policy):
        return None
    few = opinion_masks.is_small([asked.partial], policy)
    if not knows:
        partial = Withheld() if few else asked.partial
        return Response(asked.complete, asked.complete, partial, *[np.nan] * 4)  # type: ignore[arg-type]
    if not few:
        return asked
    ends = (asked.rate, asked.low, asked.high)
    return Response(asked.invited, asked.complete, Withheld(), *ends, np.nan)  # type: ignore[arg-type]


def _compare(
    by: Mapping[str, pd.DataFrame], pooled: pd.DataFrame, success: pd.Series, policy: Policy
) -> dict[str, bool]:
    """Tell by type and grade whether response rates differ, where all are told: a verdict tells of them."""
    told = {}
    for name in ("customer_type", GRADE):
        if not policy.internal and by[name]["received"].isna().any():
            continue
        p = response.compare_response(response.response_by(pooled, name, success))
        if not np.isnan(p):
            told[name] = response.is_different(p)
    return told


def _bound(asked: Response, average: pd.Series, knows: bool) -> tuple[float, float] | None:
    if not knows or np.isnan(asked.rate) or pd.isna(average["rate"]):
        return None
    low, high = response.bound(asked.rate, float(average["rate"]))
    return round(low, opinion_masks.PLACES), round(high, opinion_masks.PLACES)


def _weigh(
    rows: Gathered,
    pooled: pd.DataFrame,
    survey: Questionnaire,
    by: Mapping[str, pd.DataFrame],
    average: pd.Series,
    *,
    tells_score: bool,
) -> pd.DataFrame:
    """Return the estimates for the customer list beside the raw one; where a group is withheld, not by it.

    Where the score is withheld (`tells_score`), so is every weighted one: it rests on the same small class.
    """
    told: dict[str, list[float]] = {}
    key, asked = survey.overall or survey.recommend, survey.recommend if tells_score else None
    if key is None or rows.listed.empty or pd.isna(average["rate"]):
        return _describe_weighted(told)
    values = answers.is_satisfied(pooled[key.column], key)
    points = ratings.as_points(pooled[asked.column]) if asked else None
    for name, label in (("customer_type", "by_type"), (GRADE, "by_grade")):
        if name not in pooled or disclosure.is_protected(by[name]):
            continue
        listed = _count_listed(rows.listed[name], pooled[name])
        share = response.post_stratify(response.summarise_strata(values, pooled[name], listed))
        score = np.nan
        if points is not None:
            score = response.post_stratify(response.summarise_strata(points, pooled[name], listed)).value
        told[label] = [share.value, *_bound_share(share), score, share.effective]
    if told:
        raw = ratings.count_promoters(pooled[asked.column]).value if asked else np.nan
        ends = [float(average[name]) for name in ("rate", "low", "high")]
        told = {"raw": [*ends, raw, float(average["consultations"])], **told}
    return _describe_weighted(told)


def _bound_share(share: Weighted) -> tuple[float, float]:
    """Return Wilson's interval of a weighted share, for as many answers as its standard error is worth.

    It stays within 0 and 1 (Korn and Graubard 1998, Survey Methodology 24: 193-201, compare such intervals),
    and where all answers are alike it is not a point.
    """
    p, n = share.value, share.effective
    if np.isnan(p) or (share.se == 0 and 0 < p < 1):  # the whole list answered
        return share.low, share.high
    if share.se > 0:
        n = p * (1 - p) / share.se**2
    low, high = wilson(np.array([p * n]), np.array([n]))
    return min(float(low[0]), p), max(float(high[0]), p)  # against the last digit


def _count_listed(listed: pd.Series, named: pd.Series) -> dict[str, int]:
    """Count the customers on the list by the groups that the wave names; all others are of the rest."""
    rest = text(**REST)
    known = set(named.dropna())
    groups = listed.dropna()
    groups = groups.where(groups.isin(known), rest) if rest in known else groups[groups.isin(known)]
    return {str(group): int(count) for group, count in groups.value_counts().items()}


def _describe_weighted(told: dict[str, list[float]]) -> pd.DataFrame:
    columns = ["rate", "low", "high", "nps", "effective"]
    table = pd.DataFrame.from_dict(told, orient="index", columns=columns, dtype=float).rename_axis("estimate")
    table = table.dropna(subset=["rate"]).round({"rate": 3, "low": 3, "high": 3, "nps": 1, "effective": 0})
    return table_metadata.describe(table, heads=response.weighted_heads(), formats={"effective": "rows"})


# --- what they answered


def _promotion(rows: Gathered, survey: Questionnaire, policy: Policy) -> pd.DataFrame:
    if survey.recommend is None:
        return mark(ratings.describe_promotion({}))
    waves = ratings.promotion_by_wave(rows.answers, survey.recommend, rows.wave)
    waves = waves[waves["consultations"] > 0]
    if not policy.internal:  # the name of a wave that few answered may itself tell of them
        waves = waves[waves["consultations"] >= policy.threshold]
    return opinion_masks.protect_promotion(waves, policy)


def _current_promotion(
    rows: Gathered, survey: Questionnaire, waves: pd.DataFrame
) -> tuple[Promotion | None, tuple[float, float, float] | None]:
    """Return the score of the wave and its change, as far as the table of waves tells them."""
    if survey.recommend is None or not _is_told(waves, rows.wave):
        return None, None
    now = ratings.count_promoters(rows.current[survey.recommend.column])
    if not _is_told(waves, rows.before):
        return now, None
    gap, low, high = ratings.promotion_difference(
        now, ratings.count_promoters(rows.former[survey.recommend.column])
    )
    return now, (round(gap, 1), round(low, 1), round(high, 1))


def _is_told(waves: pd.DataFrame, wave: str) -> bool:
    return wave in waves.index and bool(waves.loc[wave, "nps"] == waves.loc[wave, "nps"])


def _change_of_satisfied(
    rows: Gathered, key: Item, average: pd.Series, policy: Policy
) -> tuple[float, float, float] | None:
    if rows.former.empty or pd.isna(average["rate"]):
        return None
    before = answers.is_satisfied(rows.former[key.column], key).dropna()
    satisfied = int(before.sum())
    if len(before) < ratings.FEWEST or opinion_masks.is_small([satisfied, len(before) - satisfied], policy):
        return None
    counts = pd.DataFrame({"consultations": [len(before)], "conversions": [satisfied]})
    return response.compare_shares(average, response.describe_average(counts))


def _protect_answers(wave: pd.DataFrame, survey: Questionnaire, policy: Policy) -> dict[str, Any]:
    """Return what may be told of the items, each alone and several together."""
    shares = ratings.distribution(wave, survey), ratings.top_boxes(wave, survey)
    distribution, boxes, tops = opinion_masks.protect_items(*shares, survey, policy)
    reliable = ratings.reliabilities(wave, survey)
    return {
        "distribution": distribution,
        "boxes": boxes,
        "tops": tops,
        "reliabilities": reliable,
        "scales": _scale_means(wave, survey, reliable, tops, policy),
    }


def _scale_means(
    wave: pd.DataFrame,
    survey: Questionnaire,
    reliable: Mapping[str, Reliability],
    tops: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """Return means of several items, of scales that are reliable alone.

    A scale less its items that are told is the mean of those withheld: it is told only where this is the
    mean of none or of several, also beside the scales before it.
    """
    rows: dict[str, list[float]] = {}
    known: list[np.ndarray] = []
    for name, scale in reliable.items():
        items = tuple(item for item in survey.items if not name or item.dimension == name)
        if scale.is_reliable:
            matrix = answers.as_matrix(wave, items)
            mine = np.array([item in items and _lacks_mean(tops, item) for item in survey.items], dtype=float)
            if not policy.internal and (len(matrix) < policy.threshold or _gives_one([*known, mine])):
                continue
            known.append(mine)
            rows[name] = [round(end, 2) for end in ratings.mean_interval(matrix.mean(axis=1))]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "low", "high"])
    return table_metadata.describe(table.rename_axis("dimension"), heads=ratings.heads())


def _lacks_mean(tops: pd.DataFrame, item: Item) -> bool:
    return item.column not in tops.index or bool(pd.isna(tops.loc[item.column, "mean"]))


def _gives_one(sums: Sequence[np.ndarray]) -> bool:
    """Tell whether a single term follows from these sums of terms: a unit vector in their row space."""
    rows = np.array(sums)
    rank = np.linalg.matrix_rank(rows)
    return any(
        np.linalg.matrix_rank(np.vstack([rows, unit])) == rank
        for unit in np.eye(rows.shape[1])[rows.any(axis=0)]
    )


def _protect_drivers(found: Drivers, policy: Policy) -> Drivers:
    """Round what is told: fifteen decimals of a statistic are an equation for the answers behind it."""
    if policy.internal:
        return replace(found, shares=found.shares.round({"vif": 1}))
    shares = found.shares.round({"share": 3, "low": 3, "high": 3, "vif": 1})
    few = found.answered < policy.threshold
    answered = Withheld() if few else Number(found.answered)
    fit, agreement = (round(n, 2) for n in (found.r_squared, found.agreement))
    return Drivers(shares, fit, answered, agreement, found.reason)  # type: ignore[arg-type]


def _protect_contrasts(wave: pd.DataFrame, survey: Questionnaire, policy: Policy) -> pd.DataFrame:
    table = drivers.penalties_rewards(wave, survey)
    if policy.internal:
        return table
    kept = []
    for item in survey.items:
        pair = wave[[item.column, *([survey.overall.column] if survey.overall else [])]].dropna()[item.column]
        sizes = [(pair <= item.weak).sum(), (pair >= item.delight).sum()]
        sizes.append(len(pair) - sum(sizes))
        if min(sizes) >= policy.threshold and item.column in table.index:
            kept.append(item.column)
    return table.loc[kept].round(2)


def _protect_choices(wave: pd.DataFrame, survey: Questionnaire, policy: Policy) -> dict[str, pd.DataFrame]:
    told = {}
    for item in survey.choices:
        counts, total = opinion_masks.describe_choices(wave.loc[wave["complete"], item.column])
        told[item.column] = opinion_masks.protect_choices(counts, total, policy)
    return told


def _mask_faults(faults: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    small = {name: [row for row in faults.index if opinion_masks.is_small([faults.loc[row, name]], policy)]
             for name in faults}  # fmt: skip
    return opinion_masks.mask_rows(faults, small, policy)
