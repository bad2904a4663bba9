"""Cases of two kinds crossed: `make test` runs each of both at least once, `make long` every pair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def cross(ones: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    """Return all pairs; those off the diagonals that cover every one and every other are marked as long."""
    ones, others = list(ones), list(others)
    return [
        pytest.param(one, other, marks=() if i % len(others) == j % len(ones) else pytest.mark.long)
        for i, one in enumerate(ones)
        for j, other in enumerate(others)
    ]
