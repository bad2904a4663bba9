"""From leads to a card and its test: leaks, odd inputs, known truth, the same card from the same leads."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from industry_report.analysis.leads import audit, fitting, model
from industry_report.analysis.leads.card_text import Grade, write_card
from industry_report.analysis.leads.model_file import load_model_file
from industry_report.base.errors import InputError
from industry_report.scorecard.scorecard_file import read_scorecard
from scoring import load_scorecard, score
from tests.analysis.leads.conftest import make_rows, make_spec

FOLLOW_UPS = [
    band.follow_up for band in reversed(load_scorecard("params/scorecards/qualification.yaml").bands)
]


def text_of(learned):
    grades = [
        Grade(name, interval, {"zh": "级", "en": "level"}, FOLLOW_UPS[min(place, 3)])
        for place, (name, interval) in enumerate(learned.grades.items())
    ]
    return write_card(
        learned.fit.parts, grades, name="own", version="1", title={"zh": "自有", "en": "Own"}, labels={}
    )


@pytest.fixture(scope="module")
def learned(rows, spec):
    return model.learn(rows, spec, resamples=6)


# --- known truth


def test_the_audit_stops_the_planted_leak_and_nothing_else(learned):
    told = learned.audit.set_index("column")
    assert told["stopped"].to_dict() == {"note": True, "source": False, "pages": False, "noise": False}
    assert told.loc["note", "why"] == audit.TOO_GOOD and told.loc["note", "detail"] == "已签约"
    assert {part.cells.column for part in learned.fit.parts} == {"pages", "source"}


def test_a_leak_that_a_person_accepts_is_used_and_said_so(rows):
    accepted = {"note": {"zh": "售前已知", "en": "known before"}}
    learned = model.learn(rows, make_spec(accepted=accepted), resamples=1)
    assert learned.audit.set_index("column").loc["note", "accepted"] == "售前已知"
    assert "note" in {part.cells.column for part in learned.fit.parts}
    assert learned.test.area.value > 0.95


def test_a_column_known_only_at_the_export_is_refused_whoever_accepts_it(rows):
    later = rows.assign(status=rows["note"])
    spec = make_spec(("pages", "status"), accepted={"status": {"zh": "无妨", "en": "never mind"}})
    told = model.learn(later, spec, resamples=1).audit.set_index("column")
    assert told.loc["status", "why"] == audit.LATE and told.loc["status", "stopped"]


def test_a_column_blank_in_all_open_leads_is_stopped(rows):
    rng = np.random.default_rng(1)
    is_open = rows["created_on"] >= pd.Timestamp("2025-10-01")
    late = rows.assign(
        visit=pd.Series(rng.choice(["上门", "电话"], len(rows)), dtype=object).where(~is_open, None),
        outcome=rows["outcome"].mask(is_open),
        open=np.where(is_open, "not yet known", ""),
    )
    told = model.learn(late, make_spec(("pages", "visit")), resamples=1).audit.set_index("column")
    assert told.loc["visit", "why"] == audit.EMPTY_WHEN_OPEN


def test_the_test_is_as_good_as_the_truth_allows(learned):
    from industry_report.analysis.leads.accuracy import area

    later = learned.test_rows
    best = area(truth_of(later), outcome_of(later)).value
    assert best - 0.02 < learned.test.area.value <= best + 0.01
    assert learned.test.area.low < best < learned.test.area.high + 0.01
    assert (learned.by_grade["verdict"] == model.FINE).sum() >= 3
    assert learned.test.calibration.slope == pytest.approx(1, abs=3 * learned.test.calibration.slope_error)


def truth_of(later):
    return -2 + 0.3 * later["pages"] + 1.2 * (later["source"] == "老客户推荐")


def outcome_of(later):
    return later["outcome"].to_numpy(dtype=bool)


def test_predicted_rates_lie_in_their_intervals_at_the_rate_promised():
    inside = total = 0
    for seed in range(12):
        told = model.learn(make_rows(3000, seed), make_spec(("pages", "source")), resamples=0).by_grade
        inside += int((told["verdict"] == model.FINE).sum())
        total += len(told)
    assert inside / total > 0.8  # 95 % of intervals, less what was learned with error


# --- the card as text


def test_totals_and_grades_of_the_text_are_those_of_the_fit_row_by_row(learned, rows):
    card = read_scorecard(text_of(learned), "text")
    rng = np.random.default_rng(5)
    odd = rows.sample(600, random_state=1).reset_index(drop=True)
    odd["pages"] = odd["pages"].where(rng.random(600) < 0.8) + rng.choice([0, 0.5, -4, 1e6], 600)
    odd["source"] = np.where(rng.random(600) < 0.2, rng.choice(["新", "", " 官网 "], 600), odd["source"])
    scored = score(odd[list(card.columns)], card)
    graded = model.grade(odd, learned.fit, learned.grades)
    assert scored["composite"].tolist() == graded["total"].astype(float).tolist()
    assert scored["grade"].astype(str).tolist() == graded["grade"].astype(str).tolist()


def test_the_same_leads_give_the_same_card_byte_for_byte(learned, rows, spec):
    again = model.learn(
        rows.sample(frac=1, random_state=3).sort_values(["created_on", "lead_id"]), spec, resamples=6
    )
    assert text_of(again) == text_of(learned)
    assert again.stability == learned.stability or again.stability.same == learned.stability.same


@pytest.mark.parametrize(
    "grades", [("[500, inf)", "(-inf, 500)"), ("[-500, inf)", "(-inf, -500)"), ("(3, inf)", "(-inf, 3]")]
)
def test_grades_that_no_lead_reaches_are_still_a_card(rows, grades):
    from industry_report.scorecard.conditions import read_interval

    spec = make_spec(("pages",), grades=dict(zip("AB", map(read_interval, grades), strict=True)))
    learned = model.learn(rows, spec, resamples=1)
    card = read_scorecard(text_of(learned), "text")
    scored = score(learned.test_rows[["pages"]], card)
    assert scored["grade"].astype(str).tolist() == learned.test_rows["grade"].astype(str).tolist()


# --- odd inputs


@pytest.mark.parametrize(
    ("change", "why", "tested"),
    [
        (lambda rows: rows.head(0), fitting.NO_OUTCOMES, False),
        (lambda rows: rows.head(10), fitting.TOO_FEW, False),
        (
            lambda rows: rows.assign(outcome=pd.array([False] * len(rows), dtype="boolean")),
            fitting.ALL_ALIKE,
            False,
        ),
        (
            lambda rows: rows.assign(outcome=pd.array([True] * len(rows), dtype="boolean")),
            fitting.ALL_ALIKE,
            False,
        ),
        (lambda rows: rows[rows["created_on"] < "2025-01-01"], "", False),
        (lambda rows: rows[rows["created_on"] >= "2025-01-01"], fitting.NO_OUTCOMES, False),
        (lambda rows: rows.assign(pages=np.nan, source=None, noise=np.nan), fitting.NOTHING_LEFT, False),
        (lambda rows: rows.assign(pages=1.0, source="官网", noise=0.0), fitting.NOTHING_LEFT, False),
        (lambda rows: rows.assign(source=[f"类{n % 200}" for n in range(len(rows))]), "", True),
        (lambda rows: rows.assign(pages=rows["outcome"].astype(float)), "", True),
        (lambda rows: rows.iloc[::40], fitting.NOTHING_LEFT, False),
    ],
    ids=[
        "none",
        "ten",
        "no buyer",
        "all buyers",
        "no test",
        "no past",
        "blank",
        "constant",
        "200",
        "perfect",
        "100",
    ],
)
def test_odd_leads_give_a_clear_result_or_a_reason(rows, change, why, tested):
    learned = model.learn(change(rows), make_spec(("pages", "source", "noise")), resamples=2)
    assert learned.fit.why == why
    assert (learned.test.why == "") == tested
    assert len(learned.by_grade) == (0 if why else 4)
    if not why:
        assert read_scorecard(text_of(learned), "text")


def test_one_column_and_a_category_that_comes_later(rows):
    later = rows.assign(source=rows["source"].where(rows["created_on"] < "2025-06-01", "新渠道"))
    learned = model.learn(later, make_spec(("source",)), resamples=2)
    new = learned.test_rows[learned.test_rows["source"] == "新渠道"]
    assert (new["total"] == 0).all() and learned.test.unseen == len(new) > 500


def test_a_perfect_column_is_stopped(rows):
    perfect = rows.assign(pages=rows["outcome"].astype(float))
    told = model.learn(perfect, make_spec(("pages", "source")), resamples=1).audit.set_index("column")
    assert told["stopped"].to_dict() == {"pages": True, "source": False}


# --- afterwards


def test_three_months_off_in_a_row_are_due():
    rows = make_rows(9000, 4)
    is_off = rows["created_on"] >= pd.Timestamp("2025-07-01")
    rng = np.random.default_rng(0)
    worse = rows["outcome"] & ~(is_off & (rng.random(len(rows)) < 0.6))
    drift = model.learn(
        rows.assign(outcome=worse), make_spec(("pages", "source")), resamples=0
    ).drift.set_index("month")
    assert drift.loc["2025-09":, "due"].all() and not drift.loc[:"2025-08", "due"].any()
    assert (drift.loc["2025-07":, "high"] < 1).all()


def test_comparison_is_on_the_leads_that_the_other_ranks(learned):
    later = learned.test_rows
    half = pd.Series(np.arange(len(later)), index=later.index) % 2 == 0
    ranks = {
        "pages": later["pages"].where(half),
        "luck": pd.Series(0.0, index=later.index),
        "none": later["pages"] * np.nan,
    }
    told = model.compare_cards(later, ranks).set_index("card")
    assert told.loc["pages", "leads"] == half.sum() and told.loc["pages", "difference"] > 0
    assert told.loc["luck", "other"] == 0.5
    assert told.loc["none", "leads"] == 0 and np.isnan(told.loc["none", "difference"])


def test_selection_counts_the_highest_grade_of_each_group(learned):
    told = model.select_by_group(learned.test_rows, "source").set_index("source")
    part = learned.test_rows[learned.test_rows["source"] == "展会"]
    assert told.loc["展会", "chosen"] == pytest.approx((part["grade"] == "A").mean())
    assert told.loc["展会", "predicted"] == pytest.approx(part["chance"].mean())


def test_the_best_hundred():
    scored = pd.DataFrame({"total": range(500, 0, -1), "outcome": [True] * 47 + [False] * 453})
    assert model.top_rate(scored, 100)[:2] == (100, 47)
    assert model.top_rate(scored, 100)[2:] == pytest.approx((0.375, 0.567), abs=5e-4)


# --- the model file


def test_the_shipped_model_file_is_read_whole():
    spec = load_model_file("params/lead-model.yaml")
    assert spec.within_days == 90 and str(spec.test_from) == "2025-01-01"
    assert spec.rules["seconds_90"] == fitting.Rule("up", (0.0,))
    assert spec.excluded["status"]["zh"].startswith("跟进过程中填写") and spec.worth.margin == 1200


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("within_days: 90", "within_days: 0", "is not a whole number of at least 1"),
        ("test_from: 2025-01-01", "test_from: 2025-13-01", "is not a date"),
        ("trend: up", "trend: rising", "is none of none, up, down"),
        ("  status: {zh", "  need: {zh", "need stands under columns, too"),
        ("# grades: {A: ", "grades: {A: ", ""),
        (
            '# grades: {A: "[5, inf)", B: "[0, 5)"',
            'grades: {A: "[5, inf)", B: "[0, 4)"',
            "does not end where",
        ),
        ('# grades: {A: "[5, inf)"', 'grades: {A: "[5, 9)"', "some totals have no grade"),
        (
            '# grades: {A: "[5, inf)", B: "[0, 5)"',
            'grades: {A: "[4.5, inf)", B: "[0, 4.5)"',
            "Totals are whole",
        ),
        ("  need: {kind", "  grade: {kind", "is a column that scoring adds"),
        ("points_to_double", "point_to_double", "Did you mean points_to_double"),
    ],
)
def test_a_wrong_model_file_is_refused_with_line_and_remedy(tmp_path, old, new, said):
    whole = Path("params/lead-model.yaml").read_text(encoding="utf-8")
    assert old in whole
    path = tmp_path / "model.yaml"
    path.write_text(whole.replace(old, new, 1), encoding="utf-8")
    if not said:
        assert list(load_model_file(path).grades) == ["A", "B", "C", "D"]
        return
    with pytest.raises(InputError) as caught:
        load_model_file(path)
    assert said in str(caught.value) and "line" in str(caught.value)


def test_another_process_gives_the_same_card_byte_for_byte():
    """Each of two workers learns in a process of its own, with hashes and threads of its own."""
    code = (
        "from tests.analysis.leads.conftest import make_rows, make_spec\n"
        "from tests.analysis.leads.test_model import model, text_of\n"
        "learned = model.learn(make_rows(800), make_spec(), resamples=6)\n"
        "print(text_of(learned), learned.stability, learned.by_grade.to_csv())"
    )
    said = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env=os.environ
            | {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            stdout=subprocess.PIPE,
        )
        for seed, threads in (("1", "1"), ("77", "2"))
    ]
    one, other = (process.communicate()[0] for process in said)
    assert b"kind: weighted" in one
    assert one == other
