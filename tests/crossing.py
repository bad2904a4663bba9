"""Cases of which `make test` runs some and `make long` all."""

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


def first(items: Iterable[Any], number: int = 1) -> list[Any]:
    """Return all cases; those after the first so many, which differ in data alone, are marked as long."""
    return [
        case
        if i < number
        else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.long)
        for i, case in enumerate(items)
    ]
