"""What tests of arithmetic share."""

from __future__ import annotations

import pytest

from industry_report.analysis import rates


@pytest.fixture
def rates_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let fewer than ten have a rate, so that arithmetic can be followed by hand; no report does."""
    monkeypatch.setattr(rates, "FEWEST", 1)
