"""All public reports of a slice together, and those of the year before: nothing of few follows from them."""

from __future__ import annotations

from pathlib import Path

import joint_attack as joint
import pytest


# 11: all who bought answered, and nobody says who was asked; 75: one renewal is nearly all of a year's
# sales; 81: one customer bought in both years.
@pytest.mark.parametrize("seed", [6, 11, 75, 81])
def test_all_reports_of_two_years_narrow_no_small_count_and_no_large_customer(
    seed: int, tmp_path: Path
) -> None:
    world = joint.draw(seed)
    told = joint.publish(world.write(tmp_path))
    assert joint.find_narrowed(joint.read_counts(world, told)) == []
    assert joint.find_known_sums(world, told) == []
