"""What may be told of answers, topics and durations: rules for counts that no classification of rows covers.

The model is that of `disclosure`: a count from 1 to one below the threshold is not told, nor what it would
follow from. Answers to one item are classes of the same customers, and their total is told, so a single
class cannot be withheld: neighbouring classes are told together (all steps, else three boxes, else two), or
nothing. Which form is chosen follows from the counts, and tells of a small one that it lies between 1 and the
threshold, which is what readers may know. Answers to different items are not tied to each other by any rule.

Topics of feedback overlap. Of two topics the union would give the overlap, a cell of a cross-classification,
so how many texts have none is told in steps of 5 % alone, and only where a step is as wide as the threshold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..analysis.opinions import coding, ratings
from ..analysis.opinions.questionnaire import Item, Questionnaire
from ..base import table_metadata
from ..base.language import text
from ..settings.editions import Policy
from .masked_tables import mark

PLACES = 3
STEP = 0.05  # in which the share of texts without a topic is told
LOW, MIDDLE, TOP = "low", "middle", "top"


def is_small(counts: Sequence[float] | np.ndarray, policy: Policy) -> bool:
    """Tell whether any of these counts must not be told."""
    values = np.asarray(counts, dtype=float)
    return not policy.internal and bool(((values > 0) & (values < policy.threshold)).any())


def box_counts(shares: pd.DataFrame, item: Item) -> pd.Series:
    """Return the answers to an item in three boxes: poor, between, satisfied."""
    steps = shares.set_index("score")["consultations"]
    told = {
        LOW: steps[steps.index <= min(item.weak, item.top - 1)].sum(),
        MIDDLE: steps[(steps.index > item.weak) & (steps.index < item.top)].sum(),
        TOP: steps[steps.index >= item.top].sum(),
    }
    return pd.Series(told, dtype="int64")


def protect_items(
    shares: pd.DataFrame, boxes: pd.DataFrame, survey: Questionnaire, policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return distributions, boxes and top boxes as they may be told.

    Parameters
    ----------
    shares, boxes : DataFrame
        See `ratings.distribution` and `ratings.top_boxes`.

    Returns
    -------
    distribution : DataFrame
        The items of which every step may be told.
    three : DataFrame
        Index ``item``; ``low``, ``middle``, ``top`` as shares, of the items of which the boxes may be told.
    tops : DataFrame
        All items; what is withheld is missing.
    """
    items = {item.column: item for item in survey.rated}
    whole, three, hidden, means = [], {}, [], []
    for name, rows in shares.groupby("dimension", sort=False):
        counts = box_counts(rows, items[str(name)])
        both = [counts[TOP], counts.sum() - counts[TOP]]
        if not is_small(rows["consultations"].to_numpy(), policy):
            whole.append(name)
        if not is_small(counts.to_numpy(), policy):
            three[name] = (counts / counts.sum()).tolist()
        if is_small(both, policy):
            hidden.append(name)
    hidden += [name for name in boxes.index if is_small([boxes.loc[name, "consultations"]], policy)]
    means = [name for name in boxes.index if name not in whole]
    distribution = shares[shares["dimension"].isin(whole)].reset_index(drop=True)
    told = pd.DataFrame.from_dict(three, orient="index", columns=[LOW, MIDDLE, TOP]).rename_axis("item")
    table_metadata.carry(shares, distribution)
    return (
        mark(distribution, internal=policy.internal),
        mark(
            table_metadata.describe(
                told, heads=_head_boxes(), formats=dict.fromkeys((LOW, MIDDLE, TOP), "rate")
            )
        ),
        mask_rows(boxes, {**_columns(hidden, _TOP_COLUMNS), **_columns(means, _MEAN_COLUMNS)}, policy),
    )


def _head_boxes() -> dict[str, str]:
    return {
        LOW: text(zh="评价差", en="Poor"),
        MIDDLE: text(zh="评价居中", en="In between"),
        TOP: text(zh="满意", en="Satisfied"),
    }


_TOP_COLUMNS = ("consultations", "conversions", "rate", "low", "high")
_MEAN_COLUMNS = ("mean", "mean_low", "mean_high")


def _columns(rows: Sequence[object], columns: Sequence[str]) -> dict[str, list[object]]:
    return {column: list(rows) for column in columns}


def mask_rows(table: pd.DataFrame, hidden: dict[str, list[object]], policy: Policy) -> pd.DataFrame:
    """Return a table without some numbers: column → labels of rows."""
    if policy.internal:
        return mark(table, internal=True)
    masked = table.copy()
    for column, rows in hidden.items():
        if column in table and rows:
            masked[column] = table[column].astype("float64").mask(table.index.isin(rows))
    told = {column: [row for row in rows if row in table.index] for column, rows in hidden.items()}
    # Nothing is withheld of what nobody answered.
    return mark(masked, {column: rows for column, rows in told.items() if rows and column in table})


def protect_promotion(waves: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return scores by wave without those of which a class of answers is small; a score gives the classes."""
    classes = ["promoters", "passives", "detractors"]
    small = [wave for wave in waves.index if is_small(waves.loc[wave, classes].to_numpy(float), policy)]
    return mask_rows(waves, _columns(small, [*classes, "consultations", "nps", "low", "high"]), policy)


def protect_codes(coded: pd.DataFrame, table: pd.DataFrame, policy: Policy) -> tuple[pd.DataFrame, float]:
    """Return topics that enough texts of enough customers name, and the share of texts without any topic.

    Parameters
    ----------
    coded, table : DataFrame
        See `coding.code_feedback` and `coding.count_codes`.

    Returns
    -------
    DataFrame, float
        Topics of few texts, or that few texts lack, are not listed. The share is missing where it may not be
        told.
    """
    total = coded["place"].nunique()
    uncoded = float((coded["code"] == coding.UNCODED).sum() / total) if total else np.nan
    if policy.internal:
        return mark(table, internal=True), uncoded
    if total < policy.threshold or _count_owners(coded) < policy.threshold:
        return mark(table.iloc[:0]), np.nan
    shown = table.loc[[code for code in table.index if _is_large(coded, str(code), total, policy)]]
    blamed, praised = shown["negative"], shown["texts"] - shown["negative"]
    few = [code for code in shown.index if is_small([blamed[code], praised[code]], policy)]
    masked = mask_rows(shown, _columns(few, ["negative", "rate", "low", "high"]), policy)
    told = round(uncoded / STEP) * STEP if total * STEP >= policy.threshold else np.nan
    return masked.round({"share": PLACES}), told


def _is_large(coded: pd.DataFrame, code: str, total: int, policy: Policy) -> bool:
    rows = coded[coded["code"] == code]
    others = total - rows["place"].nunique()
    return (
        rows["place"].nunique() >= policy.threshold
        and _count_owners(rows) >= policy.threshold
        and not is_small([others], policy)
    )


def _count_owners(rows: pd.DataFrame) -> int:
    """Count customers; a text without a customer's number is one of its own."""
    if "customer_id" not in rows:
        return int(rows["place"].nunique())
    named = rows["customer_id"].notna()
    return int(rows.loc[named, "customer_id"].nunique() + rows.loc[~named, "place"].nunique())


def protect_choices(counts: pd.DataFrame, total: int, policy: Policy) -> pd.DataFrame:
    """Return options of a question with several answers that are neither named nor left out by few."""
    if policy.internal:
        return mark(counts, internal=True)
    if total < policy.threshold:
        return mark(counts.iloc[:0])
    kept = [
        o
        for o in counts.index
        if not is_small([counts.loc[o, "texts"], total - counts.loc[o, "texts"]], policy)
    ]
    return mark(counts.loc[kept].round({"share": PLACES, "low": PLACES, "high": PLACES}))


def protect_curve(curve: pd.DataFrame, watched: int, policy: Policy) -> pd.DataFrame:
    """Return a Kaplan-Meier curve whose every step stands for enough complaints, on both sides of the last.

    Parameters
    ----------
    curve : DataFrame
        See `survival.curve`.
    watched : int
        All complaints, closed or open.
    """
    if policy.internal:
        return mark(curve, internal=True)
    kept = choose_steps(curve, watched, policy)
    shown = curve.iloc[kept][["days", "survival", "low", "high"]].reset_index(drop=True)
    return mark(shown.round({"survival": PLACES, "low": PLACES, "high": PLACES}))


def choose_steps(curve: pd.DataFrame, watched: int, policy: Policy) -> list[int]:
    """Return the places of a curve that may be told; see `protect_curve`."""
    kept, since = [], 0
    for place, count in enumerate(curve["ended"]):
        since += int(count)
        if since >= policy.threshold:
            kept.append(place)
            since = 0
    while kept and 0 < watched - int(curve["ended"].iloc[: kept[-1] + 1].sum()) < policy.threshold:
        kept.pop()
    return kept


def is_between_steps(curve: pd.DataFrame, early: int, watched: int, policy: Policy) -> bool:
    """Tell whether a further point of a curve, by which so many have ended, cuts few off one of its steps."""
    ended = curve["ended"].cumsum().iloc[choose_steps(curve, watched, policy)]
    return is_small((ended - early).abs().to_numpy(float), policy)


def protect_quantile(value: float, share: float, watched: int, policy: Policy) -> float:
    """Return a quantile if enough complaints lie on each side of it, rounded to two digits."""
    if policy.internal or np.isnan(value):
        return value
    if watched * min(share, 1 - share) < policy.threshold:
        return float("nan")
    return float(f"{value:.2g}")


def describe_choices(answers: pd.Series) -> tuple[pd.DataFrame, int]:
    """Return how often each option of a question with several answers was named, and by how many in all."""
    given = answers[answers.map(len) > 0]
    named = given.explode().value_counts()
    table = pd.DataFrame({"texts": named.astype("int64")}).rename_axis("option")
    low, high = ratings.wilson(named.to_numpy(float), np.full(len(named), float(len(given))))
    table = table.assign(share=named / max(len(given), 1), low=low, high=high)
    heads = {
        "option": text(zh="选项", en="Option"),
        "texts": text(zh="选择人数", en="Named by"),
        "share": text(zh="占作答者", en="Of those who answered"),
    }
    return table_metadata.describe(table, heads=heads, formats={"texts": "rows"}), len(given)
