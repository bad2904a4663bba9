"""Mutated settings files are read or refused in words."""

from .mutated_settings import FILES, PARAMS, mutate_settings


def test_mutated_settings_end_in_words(tmp_path):
    wrong = {seed: faults for seed in range(300) if (faults := mutate_settings(seed, tmp_path))}
    assert wrong == {}


def test_a_fault_beside_another_is_no_crash(tmp_path):
    assert [mutate_settings(seed, tmp_path) for seed in (4841, 14921, 27341)] == [[], [], []]


def test_every_settings_file_is_among_those_that_are_mutated():
    assert set(FILES) == set(PARAMS.rglob("*.yaml"))
