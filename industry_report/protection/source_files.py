"""What a slice was read from, as a public report says it: no checksum, no small count of outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..intake import dataset
from ..settings.editions import Policy
from .masked_tables import mark, mask_columns


@dataclass(frozen=True, eq=False)
class Files:
    """The files of a slice.

    Attributes
    ----------
    sources : DataFrame
        Index ``file``; ``read``, its rows. Internal editions also tell its checksum, ``sha256``: with it a
        reader of a public one could try guesses of a customer's row until the sum is right.
    quality : DataFrame
        See `dataset.quality`: what became of all rows, which tells of the register and of no customer.
    reasons : DataFrame
        See `dataset.reasons`; ``rows`` is missing where the count is small, for notes tell of outcomes.
    synthetic : bool
        Whether any row is invented.
    """

    sources: pd.DataFrame
    quality: pd.DataFrame
    reasons: pd.DataFrame
    synthetic: bool


def describe_files(
    data: str | Path,
    region: str,
    year: int | None,
    columns: str | Path | None,
    policy: Policy,
    table: str = dataset.CONSULTATIONS,
) -> Files:
    """Return what may be told of the files of a slice, or of another table of it."""
    sources = dataset.sources(data, region, year, columns, table)
    told = ["sha256", "read"] if policy.internal else ["read"]
    return Files(
        sources=sources.set_index("file")[told],
        quality=dataset.quality(data, region, year, columns, table),
        reasons=protect_reasons(dataset.reasons(data, region, year, columns, table), policy),
        synthetic=bool(sources["synthetic"].any()),
    )


def protect_reasons(reasons: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return the counts of faults without the small ones; rows may have several, so no total tells of one."""
    if policy.internal or reasons.empty:
        return mark(reasons, internal=policy.internal)
    return mask_columns(reasons, {"rows": np.array(reasons["rows"].lt(policy.threshold))})
