"""Proposals by rule, decisions by people: what is refused, what they add up to, how far assessors agree."""

import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from industry_report.analysis.reviews import assessors, evidence, grade_outcomes, proposals, review_file
from industry_report.analysis.reviews.decisions import AGREED, OPEN, Checked, Fault, check_decisions
from industry_report.base import language, table_metadata
from industry_report.base.errors import InputError
from industry_report.export.attachments import write_attachment
from industry_report.intake import dataset
from industry_report.report import as_json
from scoring import load_scorecard

ROOT = Path(__file__).parents[3]
CARD = load_scorecard(ROOT / "params" / "scorecards" / "consultation.yaml")
REVIEW = review_file.load_review(ROOT / "params" / "review.yaml")
DAY, CYCLE = pd.Timestamp("2025-09-30"), pd.Period("2025Q3")
GOOD = {
    "customer_id": "c1",
    "date": "2025-07-15",
    "grade": "B",
    "who": "评估员甲",
    "approved_by": "评估员乙",
    "decision": "同意",
    "why": "订单增加",
}


def make_scored(grades, day="2025-03-01"):
    ranked = pd.Categorical(list(grades.values()), categories=list(CARD.grades), ordered=True)
    return pd.DataFrame({"customer_id": list(grades), "consulted_on": pd.Timestamp(day), "grade": ranked})


SCORED = make_scored({"c1": "A", "c2": "C", "c3": "D"})


def check(*changes, review=REVIEW, cycle=CYCLE):
    rows = pd.DataFrame([{**GOOD, **change} for change in changes])
    return check_decisions(rows.assign(date=pd.to_datetime(rows["date"])), SCORED, CARD, review, DAY, cycle)


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"approved_by": "评估员甲"}, "same", "评估员甲 both proposed and approved it"),
        ({"approved_by": ""}, "approval", "nobody is named who approved it"),
        ({"who": "路人"}, "stranger", "路人 is not in the assessment team"),
        ({"approved_by": "评估员已"}, "stranger", "评估员已 is not in the assessment team (评估员"),
        ({"why": " "}, "why", "no reason is given"),
        ({"grade": "S"}, "grade", "the scorecard has no grade S"),
        ({"customer_id": "c9"}, "customer", "customer c9 has no consultation up to that date"),
        ({"date": "2025-02-01"}, "customer", "customer c1 has no consultation up to that date"),
        ({"date": "2025-06-30"}, "cycle", "the date 2025-06-30 lies outside of the cycle 2025Q3"),
        ({"date": "2025-10-01"}, "later", "the date 2025-10-01 is later than"),
        ({"date": None}, "date", "there is no date"),
        ({"decision": "也许"}, "decision", "the decision 也许 is none that is known"),
        ({"who": ""}, "who", "nobody is named who proposed it"),
    ],
)
def test_a_decision_that_does_not_hold_is_named(change, code, said):
    found = check(change)
    assert code in [fault.code for fault in found.faults]
    assert found.valid.empty
    with pytest.raises(InputError, match="row 1") as refused:
        found.refuse("decisions.xlsx")
    assert said in str(refused.value)


def test_all_faults_are_told_at_once_and_good_rows_hold():
    found = check({}, {"customer_id": "c2", "why": "", "who": "路人"}, {"customer_id": "c3", "grade": "Z"})
    assert [fault.place for fault in found.faults] == ["row 2", "row 2", "row 3"]
    assert found.valid["customer_id"].tolist() == ["c1"]
    assert found.fault_table.index[-1].startswith("评分标准没有等级Z")


def test_one_person_may_decide_where_the_rules_say_so(tmp_path):
    text = (
        (ROOT / "params" / "review.yaml")
        .read_text(encoding="utf-8")
        .replace("approval: two", "approval: one")
    )
    (tmp_path / "review.yaml").write_text(text, encoding="utf-8")
    alone = review_file.load_review(tmp_path / "review.yaml")
    assert len(check({"approved_by": ""}, review=alone).valid) == 1


def test_an_opinion_needs_nobody_who_approves():
    found = check({"decision": None, "approved_by": None})
    assert found.valid["decision"].tolist() == [OPEN] and not found.faults


def test_a_list_of_overrides_is_a_list_of_agreed_decisions():
    rows = pd.DataFrame([GOOD]).drop(columns="decision").assign(date=pd.Timestamp("2025-07-15"))
    found = check_decisions(rows, SCORED, CARD, REVIEW, DAY, CYCLE)
    assert found.valid["decision"].tolist() == [AGREED]


def test_two_decisions_that_contradict_each_other_are_both_refused():
    found = check({}, {"grade": "C", "who": "评估员丙"}, {"customer_id": "c2"})
    assert [fault.code for fault in found.faults] == ["against", "against"]
    assert found.valid["customer_id"].tolist() == ["c2"]
    assert len(check({}, {}).valid) == 1  # the same twice is one


def test_rules_move_one_grade_and_never_beyond_the_scale():
    known = pd.DataFrame(
        {
            "orders_change": [1, 1, -1, -1, 1, 0],
            "satisfaction_last": [5, 5, 3, 3, 5, 5],
            "satisfaction_change": [0, 0, 0, 0, -3, None],
        },
        index=["top", "rises", "falls", "bottom", "both", "stays"],
        dtype="Float64",
    )
    grades = pd.Series(
        pd.Categorical(list("ABBDCC"), categories=list(CARD.grades), ordered=True), index=known.index
    )
    told = proposals.propose(known, grades, REVIEW, CARD)
    rows = [tuple(row) for row in told[["customer_id", "from", "to", "move"]].fillna("").to_numpy()]
    assert rows == [
        ("rises", "B", "A", "up"),
        ("falls", "B", "C", "down"),
        ("both", "C", "", "contradictory"),
    ]
    assert told["evidence"].tolist()[0] == "订单数变化+1；最近咨询满意度5"
    assert told["evidence"].tolist()[2] == "订单数变化+1；最近咨询满意度5；咨询满意度变化−3"


def test_proposals_begin_with_the_highest_grade_as_the_advice_does():
    known = pd.DataFrame(
        {"orders_change": [1, -1, -1], "satisfaction_last": [5, 3, 3]},
        index=["rises", "low", "high"],
        dtype="Float64",
    )
    grades = pd.Series(pd.Categorical(list("BBA"), list(CARD.grades), ordered=True), index=known.index)
    assert proposals.propose(known, grades, REVIEW, CARD)["customer_id"].tolist() == ["high", "rises", "low"]


def test_what_is_not_known_meets_no_condition():
    grades = proposals.find_grades(SCORED, pd.Timestamp("2025-07-01"))
    assert proposals.propose(pd.DataFrame(index=grades.index), grades, REVIEW, CARD).empty
    assert proposals.find_grades(SCORED.drop(columns="consulted_on"), DAY).empty


def test_nothing_of_the_cycle_is_known_when_it_begins():
    days = ["2025-06-30", "2025-07-01", "2025-04-01", "2025-03-31", "2025-01-01", "2024-12-31"]
    orders = pd.DataFrame(
        {"customer_id": "a", "ordered_on": pd.to_datetime(days), "amount": [1.0, 2, 4, 8, 16, 32]}
    )
    row = evidence.gather_evidence({"orders": orders}, CYCLE).loc["a"]
    assert (row["orders"], row["amount"]) == (2, 5.0)
    assert (row["orders_before"], row["amount_before"]) == (2, 24.0)
    assert (row["amount_change"], row["days_since_order"]) == (-19.0, 1)


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_the_workbook_comes_back_as_the_table_of_decisions(tmp_path, spoken):
    language.use(spoken)
    grades = pd.Series(pd.Categorical(["B"], list(CARD.grades), ordered=True), index=["0012"])
    known = pd.DataFrame({"orders_change": [1.0], "satisfaction_last": [5.0]}, index=["0012"])
    form = proposals.make_form(proposals.propose(known, grades, REVIEW, CARD))
    content = {"name": "proposals", "caption": "x", "columns": as_json.list_columns(form)}
    cover = {"title": "t", "subtitle": "s", "notice": "n", "language": spoken}
    book = openpyxl.load_workbook(io.BytesIO(write_attachment(content, cover)))
    sheet = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[1]}
    filled = {
        "decision": "同意",
        "date": "2025-07-15",
        "who": "评估员甲",
        "approved_by": "评估员乙",
        "why": "好",
    }
    for column, value in filled.items():
        sheet.cell(2, heads[table_metadata.heads(form)[column]], value)
    book.save(tmp_path / "黄山市-评级决定.xlsx")
    back = dataset.load(tmp_path, table="decisions")
    row = back.iloc[0]
    told = (row["customer_id"], row["grade"], row["decision"], row["who"], row["approved_by"], row["why"])
    assert told == ("0012", "A", "同意", "评估员甲", "评估员乙", "好")


def test_progress_delay_and_decisions_beside_the_rules():
    proposed = pd.DataFrame(
        {"customer_id": ["c1", "c2", "c3"], "from": ["A", "C", "D"], "to": ["B", "B", "C"]}
    )
    decided = check(
        {},
        {"customer_id": "c2", "decision": "驳回", "date": "2025-07-21"},
        {"customer_id": "c3", "decision": ""},
    ).valid
    followed = assessors.follow_proposals(proposed, decided)
    assert assessors.count_progress(followed).loc["D"].tolist() == [1, 0, 0, 0, 1]
    assert assessors.find_delay(followed, CYCLE) == 17.0
    against = assessors.count_against(followed, decided)
    assert against == {"as proposed": 1, "otherwise": 0, "no proposal": 0}
    accepted = assessors.count_accepted(decided)
    assert accepted.loc["评估员甲", ["proposed", "agreed"]].tolist() == [2, 1]
    assert np.isnan(accepted.loc["评估员甲", "rate"])  # of two no percentage


# --- agreement

RATED = np.array([[20, 5, 1, 0], [4, 30, 8, 1], [0, 6, 40, 9], [0, 1, 7, 18]])


def kappa_by_hand(table):
    """Cohen's weighted kappa once more, from its definition."""
    shares = table / table.sum()
    place = np.arange(len(table))
    apart = (place[:, None] - place) ** 2
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    return 1 - (apart * shares).sum() / (apart * expected).sum()


def test_weighted_kappa_of_the_example():
    found = assessors.weighted_kappa(RATED)
    assert (round(found.value, 4), round(found.low, 3), round(found.high, 3)) == (0.8191, 0.756, 0.883)
    assert found.value == pytest.approx(kappa_by_hand(RATED))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=4, max_size=4))
def test_weighted_kappa_of_any_table(rows):
    table = np.array(rows)
    found = assessors.weighted_kappa(table)
    used = (table.sum(axis=0) > 0) | (table.sum(axis=1) > 0)
    if used.sum() >= 2:
        assert found.value == pytest.approx(kappa_by_hand(table))
        assert -1 <= found.low <= found.value <= found.high <= 1
    else:
        assert not found.is_known


def test_assessors_are_compared_where_both_looked():
    rows = [(f"c{n:02}", who, grade) for n in range(12) for who, grade in (("甲", "A"), ("乙", "AB"[n % 2]))]
    rows += [("c00", "丙", "A"), ("x", "甲", "D")]
    decided = pd.DataFrame(rows, columns=["customer_id", "who", "grade"])
    table = assessors.compare_assessors(decided, CARD).set_index(["one", "other"])
    assert table.loc[("乙", "甲"), "customers"] == 12
    assert table.loc[("乙", "甲"), "same"] == 0.5
    assert np.isnan(table.loc[("丙", "甲"), "kappa"])  # of one customer no measure
    assert assessors.compare_assessors(decided.head(0), CARD).empty


# --- grades against other indicators


def jonckheere_by_hand(groups):
    pairs = [(a, b) for n, upper in enumerate(groups) for lower in groups[:n] for a in lower for b in upper]
    return sum(1.0 if b > a else 0.5 if b == a else 0.0 for a, b in pairs)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=8), min_size=1, max_size=4), st.randoms())
def test_jonckheere_is_kendalls_tau_with_the_groups(groups, draw):
    z, p = grade_outcomes.jonckheere(groups)
    places = [n for n, group in enumerate(groups) for _ in group]
    values = [value for group in groups for value in group]
    if len(set(places)) < 2 or len(set(values)) < 2:
        assert np.isnan(z)
        return
    # J less its expectation is half of Kendall's S, whose exact permutation variance is known.
    centred = jonckheere_by_hand(groups) - jonckheere_by_hand([[0] * len(group) for group in groups])
    assert np.sign(round(z, 9)) == np.sign(round(centred, 9))
    tau = kendalltau(places, values).statistic
    assert np.sign(round(z, 9)) == np.sign(round(tau, 9))
    assert 0 <= p <= 1


def test_jonckheere_holds_its_level_by_permutation():
    draw = np.random.default_rng(3)
    groups = [draw.integers(0, 5, size) for size in (12, 9, 15)]
    whole, cuts = np.concatenate(groups), (12, 21)
    zs = [grade_outcomes.jonckheere(np.split(draw.permutation(whole), cuts))[0] for _ in range(1500)]
    assert np.mean(zs) == pytest.approx(0, abs=0.08)
    assert np.std(zs) == pytest.approx(1, abs=0.06)


def test_grades_that_order_an_indicator_and_grades_that_do_not():
    draw = np.random.default_rng(5)
    customers = [f"c{n}" for n in range(400)]
    grades = pd.Series(
        pd.Categorical(draw.choice(list(CARD.grades), 400), list(CARD.grades), ordered=True), index=customers
    )
    buys = draw.random(400) < 0.1 + 0.2 * grades.cat.codes.to_numpy()
    names = [name for name, bought in zip(customers, buys, strict=True) if bought]
    orders = pd.DataFrame({"customer_id": names, "ordered_on": pd.Timestamp("2025-05-01"), "amount": 100.0})
    complaints = pd.DataFrame({"customer_id": customers[:40], "received_on": pd.Timestamp("2025-05-02")})
    begin, end = pd.Timestamp("2025-04-01"), pd.Timestamp("2025-07-01")
    followed = grade_outcomes.follow_grades(grades, {"orders": orders, "complaints": complaints}, begin, end)
    table = grade_outcomes.tabulate_outcomes(followed).set_index(["indicator", "grade"])
    own = buys[grades == "A"]
    assert table.loc[("ordered", "A"), "value"] == pytest.approx(own.mean())
    assert table.loc[("amount", "A"), "value"] == pytest.approx(100 * own.mean())
    tested = grade_outcomes.find_order(followed)
    assert (tested["ordered"].verdict, tested["amount"].verdict) == ("rises", "rises")
    assert tested["complained"].verdict == "no clear trend"
    assert tested["amount"].name == "Jonckheere-Terpstra"
    before = grade_outcomes.follow_grades(grades, {"orders": orders}, pd.Timestamp("2025-01-01"), begin)
    assert before["ordered"].sum() == 0 and "complained" not in before


def test_places_of_faults_are_told_in_the_reports_language():
    place = "决定.xlsx, sheet 评级, 决定, row 4"
    found = Checked(pd.DataFrame(), (Fault(place, "C1", "against", ("row 7",)), Fault("row 9", "C2", "why")))
    table = found.fault_table
    assert table["place"].tolist() == ["决定.xlsx，工作表“评级, 决定”", ""]
    assert table["rows"].tolist() == ["4（C1）", "9（C2）"]
    assert "（第7行）" in table.index[0]
    language.use("en")
    assert found.fault_table["place"].tolist() == ["决定.xlsx, sheet 评级, 决定", ""]


def test_rows_with_one_reason_are_one_row_of_the_table():
    faults = [Fault(f"决定.xlsx, row {n}", f"C{n}", "customer", (f"C{n}",)) for n in range(1, 51)]
    table = Checked(pd.DataFrame(), (*faults, Fault("决定.xlsx, row 99", "", "why"))).fault_table
    assert table["count"].tolist() == [50, 1]
    assert table["rows"].iloc[0].startswith("1（C1）、2（C2）、") and table["rows"].iloc[0].endswith(
        "，另有10行"
    )
    assert table["rows"].iloc[1] == "99"
    assert "截至该日期没有客户C7的咨询" in faults[6].word()  # an error names the customer
