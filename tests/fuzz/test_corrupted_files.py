"""Damaged files end in rows that reconcile or in one clear message."""

from .corrupted_files import damage


def test_damaged_files_end_in_words(tmp_path):
    wrong = {seed: faults for seed in range(60) if (faults := damage(seed, tmp_path))}
    assert wrong == {}
