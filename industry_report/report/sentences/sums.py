"""Sums of money by group, in a sentence: the largest that are told; all of them stand in the data appendix."""

from __future__ import annotations

import pandas as pd

from ...base import language, origin
from ...base.language import listing, mention, text
from .wording import bracketed

MOST_NAMED = 2


def largest_sales(amounts: pd.DataFrame) -> str:
    """Name the groups with the largest sums, of those whose sum is told; nothing with fewer than two.

    Parameters
    ----------
    amounts : DataFrame
        See `disclosure.protect_amounts`.
    """
    told = amounts["amount"].dropna().sort_values(ascending=False, kind="stable")
    if len(told) < 2:
        return ""
    named = [mention(str(group)) + bracketed(_yuan(value)) for group, value in told.head(MOST_NAMED).items()]
    hidden = amounts["amount"].isna().any()
    return text(
        zh=f"{'公布金额的各组中，' if hidden else ''}成交金额较多的是{listing(named)}，未扣除退款；"
        "其余各组见网页版和数据附录",
        en=f"Largest sales before refunds{' of those published' if hidden else ''}: {listing(named)}; "
        "the others are on the page and in the data appendix",
    )


def _yuan(value: float) -> str:
    number = language.formatted(value, "amount")
    return text(zh=f"{number}元", en=f"{number} yuan")


origin.trace_module(globals())
