"""The table a college needs: products asked for, and what to teach for them."""

from __future__ import annotations

import pandas as pd

from ..base import language, origin, table_metadata
from ..base.language import text


def college_needs(needs: pd.DataFrame, changes: pd.DataFrame, earlier: int) -> pd.DataFrame:
    """Return the one table that a college needs: product, share, change, skills, courses.

    Parameters
    ----------
    needs, changes : DataFrame
        See `curriculum.needs` and `market.directions`.
    earlier : int
        The year that is compared with.
    """
    mine = changes[changes["kind"] == "product"].set_index("group")
    table = needs[["rate"]].join(mine[["difference", "direction"]]).join(needs[["skills", "courses"]])
    if table["difference"].isna().all():
        table = table.drop(columns=["difference", "direction"])
    heads = {
        "rate": language.term("share"),
        "difference": text(zh="变化（百分点）", en=f"On {earlier} (points)"),
    }
    hidden = table_metadata.withheld(needs).get("rate", [])
    withheld = {"rate": hidden} if len(hidden) else {}
    return table_metadata.describe(table.rename_axis("product"), heads=heads, withheld=withheld, afresh=True)


origin.trace_module(globals())
