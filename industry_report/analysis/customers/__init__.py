"""Customers out of several tables: what was known of each at a moment, what came later, what there is."""

from .data_coverage import coverage
from .outcomes import count_outcomes, outcomes
from .snapshots import snapshot
from .time_rule import known_before

__all__ = ["count_outcomes", "coverage", "known_before", "outcomes", "snapshot"]
