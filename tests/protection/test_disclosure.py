"""The rules of protection, one by one; what they are worth together is tried in test_attack.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import scoring
from industry_report.analysis import conversion, workload
from industry_report.base import language, table_metadata
from industry_report.base.errors import InputError
from industry_report.base.table_metadata import Counts
from industry_report.protection import disclosure

ROOT = Path(__file__).parents[2]
CARD = scoring.load_scorecard(ROOT / "params" / "scorecards" / "consultation.yaml")
GRID = scoring.combinations(CARD)
DIMENSIONS = [dimension.column for dimension in CARD.dimensions]
POLICY = disclosure.Policy(threshold=10, dominance=10.0)


def by(known: dict[str, int], successes: list[int], name: str = "customer_type") -> pd.DataFrame:
    table = pd.DataFrame({"consultations": known.values(), "conversions": successes}, index=list(known))
    table["rate"] = table["conversions"] / table["consultations"].where(table["consultations"] > 0)
    table["low"], table["high"] = table["rate"] * 0.9, table["rate"] * 1.1
    levels = {"consultations": "known", "conversions": "successes"}
    return table_metadata.describe(table.rename_axis(name), counts=Counts((name,), levels))


def average(known: int, successes: int) -> pd.Series:
    rate = successes / known if known else np.nan
    row = {"consultations": known, "conversions": successes, "rate": rate, "low": rate, "high": rate}
    levels = {"consultations": "known", "conversions": "successes"}
    return table_metadata.describe(pd.Series(row), counts=Counts((), levels))


def protect_by(known: dict[str, int], successes: list[int], total: tuple[int, int] | None = None):
    table = by(known, successes)
    total = total or (sum(known.values()), sum(successes))
    return disclosure.protect(POLICY, table, average(*total))


def scored_rows(rows: int, seed: int = 1, outcomes: bool = True) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    table = pd.DataFrame({d: random.integers(1, 6, rows) for d in DIMENSIONS}, dtype="Int64")
    table["customer_type"] = random.choice(["甲", "乙", "丙"], rows, p=[0.7, 0.2, 0.1])
    if outcomes:
        table["converted"] = pd.array(random.random(rows) < 0.3, dtype="boolean")
    return scoring.score(table, CARD)


def tabulate(scored: pd.DataFrame) -> list:
    measure = conversion.choose_measure(scored)
    grades = conversion.grades(scored)
    return [
        grades,
        conversion.by_grade(scored),
        conversion.by(scored, "customer_type", measure),
        conversion.score_shares(scored, DIMENSIONS),
        conversion.by_score(scored, DIMENSIONS, measure),
        conversion.score_means(scored, DIMENSIONS),
        workload.contacts(grades, CARD),
        conversion.overall(scored, measure),
    ]


# --- policy


def write_policy(folder: Path, text: str) -> Path:
    (folder / "publisher.yaml").write_text(text, encoding="utf-8")
    return folder / "publisher.yaml"


def test_the_policy_is_found_from_any_folder_below(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "notebooks")
    policy = disclosure.load_policy("params/publisher.yaml", "industry")
    assert policy == disclosure.Policy(threshold=10, dominance=10.0, internal=False, like="industry")
    assert disclosure.load_policy("params/publisher.yaml", "enterprise").internal


REST = "  dominance: {p: 10}\n  internal: []\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "disclosure:\n  treshold: 10\n" + REST,
            ["line 2: unknown key treshold in disclosure. Did you mean threshold?"],
        ),
        (
            "disclosure:\n  threshold: 10\n",
            ["line 2: disclosure lacks dominance, internal. Add what is missing."],
        ),
        (
            "disclosure:\n  threshold: ten\n" + REST,
            ['line 2: threshold "ten" is no threshold: expected a whole number of at least 3.'],
        ),
        (
            "disclosure:\n  threshold: true\n" + REST,
            ['line 2: threshold "true" is no threshold: expected a whole number of at least 3.'],
        ),
        (
            "disclosure:\n  threshold: 1\n" + REST,
            ['line 2: threshold "1" is no threshold: expected a whole number of at least 3.'],
        ),
        (
            "disclosure:\n  threshold: 5\n  dominance: {p: 0}\n  internal: []\n",
            ['line 3: p "0" is no percentage: expected a number above 0 up to 100.'],
        ),
        (
            "disclosure:\n  threshold: 5\n  threshold: 3\n" + REST,
            ["line 3: the key threshold stands twice, first on line 2. Keep one of them."],
        ),
        (
            "disclosure:\n  threshold: 5\n  dominance: {p: 10}\n  internal: enterprise\n",
            ["line 4: internal is not a list."],
        ),
        (
            "disclosure: [\n",
            ["line 2: this cannot be read, expected the node content, but found '<stream end>'."],
        ),
        ("", ["line 1: the file is empty. Start from a copy of params/publisher.yaml."]),
        (
            "disclosure:\n  treshold: ten\n  internal: enterprise\n",
            [
                "line 2: disclosure lacks dominance. Add what is missing.",
                'line 2: threshold "ten" is no threshold: expected a whole number of at least 3.',
                "line 2: unknown key treshold in disclosure. Did you mean threshold?",
                "line 3: internal is not a list.",
            ],
        ),
    ],
)
def test_the_faults_of_a_policy_are_all_told_with_their_lines(
    tmp_path: Path, text: str, said: list[str]
) -> None:
    file = write_policy(tmp_path, text)
    with pytest.raises(InputError) as caught:
        disclosure.load_policy(file, "industry")
    told = str(caught.value).splitlines()
    for line, start in zip(told, said, strict=True):
        assert line.startswith(f"{file}, {start}")


def test_a_missing_policy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"nowhere\.yaml: there is no such file"):
        disclosure.load_policy("nowhere.yaml", "industry")


# --- single tables


def test_large_counts_stay_as_they_are() -> None:
    before = by({"a": 100, "b": 40}, [30, 20])
    table, whole = disclosure.protect(POLICY, before, average(140, 50))
    pd.testing.assert_frame_equal(table, before)
    assert table["consultations"].dtype == "int64"
    assert table_metadata.withheld(table) == table_metadata.withheld(whole) == {}


def test_a_small_number_of_successes_takes_a_partner_with_it() -> None:
    table, _ = protect_by({"a": 100, "b": 60, "c": 50, "d": 40}, [30, 20, 20, 3])
    assert table["conversions"].isna().to_list() == [False, False, True, True]
    assert table[["rate", "low", "high"]].isna().all(axis=1).to_list() == [False, False, True, True]
    assert table["consultations"].to_list() == [100, 60, 50, 40]
    assert table_metadata.withheld(table)["rate"] == ["c", "d"]


def test_few_failures_are_as_telling_as_few_successes() -> None:
    table, _ = protect_by({"a": 100, "b": 60, "c": 50, "d": 40}, [30, 20, 38, 38])
    assert table["conversions"].isna().to_list() == [False, False, True, True]


def test_zero_is_shown() -> None:
    table, _ = protect_by({"a": 100, "b": 40, "c": 30, "d": 0}, [30, 20, 0, 0])
    assert not table[["consultations", "conversions"]].isna().any(axis=None)


def test_a_small_group_hides_all_about_itself() -> None:
    table, _ = protect_by({"a": 100, "b": 60, "c": 50, "d": 4}, [30, 20, 20, 0])
    assert table.loc[["c", "d"]].isna().all(axis=None)
    assert table.loc[["a", "b"], "consultations"].to_list() == [100, 60]


def test_the_partner_does_not_depend_on_the_sizes() -> None:
    """The next smallest as a partner would tell that it is smaller than all that is seen."""
    one, _ = protect_by({"a": 300, "b": 61, "c": 60, "d": 4}, [30, 20, 20, 0])
    other, _ = protect_by({"a": 300, "b": 61, "c": 700, "d": 4}, [30, 20, 20, 0])
    assert set(one.index[one["consultations"].isna()]) == set(other.index[other["consultations"].isna()])


def test_the_order_of_rows_does_not_tell_which_masked_group_is_larger() -> None:
    one, _ = protect_by({"a": 300, "b": 60, "d": 7, "c": 4}, [30, 20, 0, 0])
    other, _ = protect_by({"a": 300, "b": 60, "c": 7, "d": 4}, [30, 20, 0, 0])
    assert one.index.to_list() == other.index.to_list() == ["a", "b", "c", "d"]


def test_the_outcomes_of_those_without_a_type_stay_hidden() -> None:
    """Three consultations lack a type; two of them converted, as the average less the table would tell."""
    table, _ = protect_by({"a": 100, "b": 60, "c": 50}, [30, 20, 20], total=(213, 72))
    assert table["conversions"].isna().sum() >= 1
    assert not table["consultations"].isna().any()


def test_many_without_a_type_are_partner_enough() -> None:
    table, _ = protect_by({"a": 100, "b": 60, "c": 50}, [30, 20, 3], total=(310, 73))
    assert table["conversions"].isna().to_list() == [False, False, True]


def test_months_keep_their_order_and_mask_all_three_counts() -> None:
    table = by(dict.fromkeys(range(1, 13), 50), [20] * 12, "month")
    table.insert(0, "received", 55)
    levels = {"received": "all", "consultations": "known", "conversions": "successes"}
    table_metadata.describe(table, counts=Counts(("month",), levels))
    table.loc[3, ["received", "consultations", "conversions"]] = [4, 4, 1]
    protected, _ = disclosure.protect(POLICY, table, average(554, 221))
    assert protected.index.to_list() == list(range(1, 13))
    masked = protected[["received", "consultations", "conversions"]].isna()
    assert masked.all(axis=1).to_list() == [month in (3, 4) for month in range(1, 13)]


def test_a_year_under_the_threshold_shows_nothing() -> None:
    table, whole = protect_by({"a": 4, "b": 3, "c": 0}, [1, 0, 0])
    assert table.isna().all(axis=None)
    assert whole.isna().all()


def test_a_small_total_of_successes_hides_all_outcomes() -> None:
    table, whole = protect_by({"a": 100, "b": 40}, [5, 0])
    assert table[["conversions", "rate"]].isna().all(axis=None)
    assert whole[["conversions", "rate", "low", "high"]].isna().all()
    assert whole["consultations"] == 140


@pytest.mark.parametrize("known", [{}, {"a": 0, "b": 0}, {"a": 50}])
def test_tables_without_small_counts_may_be_empty_zero_or_single(known: dict[str, int]) -> None:
    table, _ = protect_by(known, [n // 2 for n in known.values()])
    assert len(table) == len(known)
    assert not table["consultations"].isna().any()


def test_products_overlap_and_do_not_sum_to_all() -> None:
    table = by({"a": 100, "b": 90, "c": 80, "d": 30}, [40, 30, 50, 2], "product")
    protected, _ = disclosure.protect(POLICY, table, average(150, 70))
    assert protected["conversions"].isna().to_list() == [False, False, True, True]


# --- a whole report


@pytest.mark.parametrize("outcomes", [True, False])
@pytest.mark.parametrize("rows", [0, 8, 40, 400])
def test_tables_keep_index_columns_and_attributes(rows: int, outcomes: bool) -> None:
    tables = tabulate(scored_rows(rows, outcomes=outcomes))
    protected = disclosure.protect(POLICY, *tables, grid=GRID, total=rows)
    for before, after in zip(tables[:3] + tables[5:7], protected[:3] + protected[5:7], strict=True):
        assert sorted(before.index) == sorted(after.index)
        assert before.columns.to_list() == after.columns.to_list()
        assert table_metadata.heads(before) == table_metadata.heads(after)


def test_a_mean_and_all_shares_of_contacts_are_masked_with_one_count() -> None:
    scored = scored_rows(400)
    few = scored["intent"].eq(5).to_numpy().nonzero()[0][4:]
    scored = scoring.score(scored.drop(columns=["composite", "grade"]).drop(index=few), CARD)
    tables = tabulate(scored)
    *_, shares, _, means, contacts, _ = disclosure.protect(POLICY, *tables, grid=GRID, total=len(scored))
    intent = shares[shares["dimension"] == "intent"].set_index("score")["consultations"]
    assert np.isnan(intent[5]) and np.isnan(means.loc["intent", "mean"])
    masked = contacts["consultations"].isna()
    assert contacts["contacts"].isna().equals(masked)
    assert contacts["share"].isna().all() == masked.any()


def test_without_the_grid_scores_are_withheld() -> None:
    tables = tabulate(scored_rows(60))
    *_, shares, _, _, _, _ = disclosure.protect(POLICY, *tables)
    assert shares["consultations"].isna().all()


def test_a_score_that_nobody_gave_gets_a_row() -> None:
    scored = scored_rows(400)
    scored = scored[scored["intent"] != 2]
    *_, shares, _, _, _, _ = disclosure.protect(POLICY, *tabulate(scored), grid=GRID, total=len(scored))
    assert shares[shares["dimension"] == "intent"]["score"].to_list() == [1, 2, 3, 4, 5]


def test_the_language_of_the_report_makes_no_difference() -> None:
    masked = []
    for name in ("zh", "en"):
        language.use(name)
        rest = conversion.REST[name]
        table = by({"b": 90, rest: 50, "a": 30}, [20, 20, 3])
        protected, _ = disclosure.protect(POLICY, table, average(170, 43))
        masked.append(protected["rate"].isna().to_list())
    assert masked[0] == masked[1]


def test_an_internal_edition_is_marked_and_unchanged() -> None:
    table = by({"a": 100, "b": 4}, [30, 1])
    policy = disclosure.Policy(10, 10.0, internal=True)
    same, whole = disclosure.protect(policy, table, average(104, 31))
    pd.testing.assert_frame_equal(same, table)
    assert table_metadata.fact(same, "internal") is table_metadata.fact(whole, "internal") is True
    assert table_metadata.fact(table, "internal") is None


@pytest.mark.parametrize("left_out", [0, 1, 3, 4])
def test_grades_and_scores_are_protected_together_or_not_at_all(left_out: int) -> None:
    tables = tabulate(scored_rows(60))
    del tables[left_out]
    with pytest.raises(InputError, match="depend on each other"):
        disclosure.protect(POLICY, *tables)


def test_what_cannot_be_protected_is_refused() -> None:
    with pytest.raises(InputError, match="table 1, with customer_id, does not say what it counts"):
        disclosure.protect(POLICY, pd.DataFrame({"customer_id": ["x"]}), average(100, 20))
    with pytest.raises(InputError, match="the average is missing"):
        disclosure.protect(POLICY, by({"a": 100}, [20]))
    with pytest.raises(InputError, match="do not add up"):
        disclosure.protect(POLICY, by({"a": 100}, [20]), average(90, 20))
    with pytest.raises(InputError, match="different counts"):
        disclosure.protect(POLICY, by({"a": 100}, [20]), by({"a": 90}, [20]), average(100, 20))


def test_the_audit_counts_and_does_not_tell_which_is_small() -> None:
    table, whole = protect_by({"a": 100, "b": 60, "c": 50, "d": 4}, [30, 20, 20, 0])
    audit = disclosure.audit(POLICY, table, whole)
    assert audit.index.to_list() == ["客户类型：比率", "全体"]
    assert audit["rows"].to_list() == [4, 1]
    assert audit["protected_rows"].to_list() == [2, 0]
    assert not audit["rule"].str.contains("c|d").any()


# --- money


def sales(**amounts: list[float]) -> pd.DataFrame:
    rows = [
        {"source": group, "customer_id": f"{group}{place}", "amount": amount}
        for group, given in amounts.items()
        for place, amount in enumerate(given)
    ]
    return pd.DataFrame(rows, columns=["source", "customer_id", "amount"])


@pytest.mark.parametrize(
    ("amounts", "broken"),
    [
        ([100, 50, 9], True),
        ([100, 50, 10], False),
        ([100], True),
        ([100, 50], True),
        ([5] * 10, False),
        ([], False),
    ],
)
def test_the_p_percent_rule(amounts: list[float], broken: bool) -> None:
    """With p = 10 the third and smaller contributions must make up a tenth of the largest."""
    assert disclosure.dominance(pd.Series(amounts, dtype=float), 10) is broken


def test_a_dominated_sum_is_masked_alone_for_no_total_is_published() -> None:
    table = disclosure.protect_amounts(
        POLICY, sales(a=[100.0] * 40, b=[90.0] * 20, c=[80.0] * 12, d=[9000.0] + [5.0] * 15), "source"
    )
    assert table["amount"].to_dict() == pytest.approx(
        {"a": 4000.0, "b": 1800.0, "c": 960.0, "d": np.nan}, nan_ok=True
    )
    assert list(table) == ["amount"]  # how many customers bought is a count of its own
    assert table_metadata.withheld(table) == {"amount": ["d"]}


def test_sums_of_few_customers_are_masked() -> None:
    table = disclosure.protect_amounts(POLICY, sales(a=[100.0] * 40, b=[90.0] * 20, c=[80.0] * 3), "source")
    assert table["amount"].isna().to_list() == [False, False, True]


def test_repeated_customers_count_once() -> None:
    twice = pd.concat([sales(a=[100.0] * 40, b=[90.0] * 6)] * 2)
    table = disclosure.protect_amounts(POLICY, twice, "source")
    assert table["amount"].isna().to_list() == [False, True]
    assert table["amount"]["a"] == 8000.0


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(InputError, match=r"-5\.00"):
        disclosure.protect_amounts(POLICY, sales(a=[-5.0]), "source")


def test_no_sales_give_no_sums() -> None:
    assert disclosure.protect_amounts(POLICY, sales(), "source").empty


@pytest.mark.parametrize(
    ("edition", "remedy"),
    [
        ("enterprize", "Did you mean 'enterprise'?"),
        ("zzz", "Editions are industry, government, training, college, enterprise."),
    ],
)
def test_unknown_edition_is_refused_with_the_near_one(edition: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        disclosure.load_policy("params/publisher.yaml", edition)
    assert str(caught.value) == f"parameter edition: expected an edition, got {edition!r}. {remedy}"
