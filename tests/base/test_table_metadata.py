"""What a table carries is written and read in one place, and goes along with the table."""

import doctest

import pandas as pd

from industry_report.base import table_metadata
from industry_report.base.table_metadata import Counts


def example():
    return pd.DataFrame({"rate": [0.5, 0.2]}, index=pd.Index(["a", "b"], name="product"))


def test_a_bare_table_carries_nothing():
    table = example()
    assert table_metadata.counts(table) is None
    assert not table_metadata.heads(table) and not table_metadata.formats(table)
    assert table_metadata.withheld_rows(table) == set()


def test_what_is_described_is_read_back_and_goes_along_with_copies_and_selections():
    counts = Counts(("product",), {"consultations": "known"}, money=("amount",))
    table = table_metadata.describe(
        example(), heads={"rate": "率"}, formats={"rate": "share"}, counts=counts, withheld={"rate": ["b"]}
    )
    for same in (table, table.copy(), table.loc[["a"]], table.iloc[::-1]):
        assert table_metadata.heads(same) == {"rate": "率"}
        assert table_metadata.formats(same) == {"rate": "share"}
        assert table_metadata.counts(same) == counts
        assert table_metadata.withheld(same) == {"rate": ["b"]}
    assert table_metadata.withheld_rows(table) == {"b"}


def test_a_copy_that_is_described_anew_leaves_its_source_alone():
    table = table_metadata.describe(example(), heads={"rate": "率"})
    table_metadata.describe(table.copy(), heads={"rate": "Rate"}, withheld={"rate": ["a"]})
    assert table_metadata.heads(table) == {"rate": "率"}
    assert table_metadata.withheld(table) == {}


def test_what_is_left_unsaid_stays_and_afresh_forgets():
    table = table_metadata.describe(example(), heads={"rate": "率"})
    assert table_metadata.heads(table_metadata.describe(table, withheld={})) == {"rate": "率"}
    assert table_metadata.heads(table_metadata.describe(table, afresh=True)) == {}


def test_facts_are_told_carried_and_forgotten():
    table = table_metadata.tell(example(), reason="too few")
    other = table_metadata.carry(table, example())
    assert table_metadata.fact(other, "reason") == "too few"
    assert table_metadata.fact(table_metadata.forget(other, "reason"), "reason", "none") == "none"
    assert table_metadata.fact(table, "reason") == "too few"


def test_the_example_of_the_docstring_holds():
    assert doctest.testmod(table_metadata).failed == 0
