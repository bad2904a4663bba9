"""An attacker with all public tables of a report on satisfaction must not narrow a small count.

The attacker knows the program, all totals and everything published; a linear programme over what is printed
gives the least and the most that each count can be.
"""

import dataclasses
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from industry_report.analysis.opinions import coding, questionnaire, response
from industry_report.protection import (
    complaint_publication,
    feedback_publication,
    opinion_masks,
    survey_publication,
)
from industry_report.protection.opinion_sources import GRADE, Gathered
from industry_report.settings.editions import Policy

POLICY = Policy(10, 10.0)
INSIDE = Policy(10, 10.0, internal=True)
SURVEY = questionnaire.load_questionnaire("params/survey.yaml")
FRAME = coding.load_frame("params/feedback.yaml")
ITEMS = [item.column for item in SURVEY.rated]
CUT = pd.Timestamp("2025-12-31")
SEEDS = range(24)


def draw(seed):
    """Draw a slice of any size and skew: one row a customer."""
    rng = np.random.default_rng(seed)
    size, skew = int(rng.integers(12, 320)), float(rng.choice([0.4, 1.0, 4.0]))

    def pick(values):
        return rng.choice(values, size, p=rng.dirichlet(np.full(len(values), skew)))

    wave = pd.DataFrame({"customer_id": [f"K{n}" for n in range(size)], "survey": "w2"})
    wave["customer_type"], wave[GRADE] = pick(list("甲乙丙丁戊己")), pick(list("ABCD"))
    wave["sent_on"], wave["year"] = pd.Timestamp("2025-06-01"), 2025
    answered = rng.random(size) < rng.choice([0.2, 0.6, 0.97])
    for item in ITEMS:
        wave[item] = pd.array(pick([1, 2, 3, 4, 5]), dtype="Int64")
        wave.loc[~answered, item] = pd.NA
    wave["recommend"] = pd.array(pick(range(11)), dtype="Int64")
    wave.loc[~answered, "recommend"] = pd.NA
    wave["wishes"] = [
        list(rng.choice(["价格", "速度", "其他"], rng.integers(0, 3), replace=False)) for _ in range(size)
    ]
    wave["complete"], wave["partial"] = answered, False
    wave["answered_on"] = pd.Series(pd.Timestamp("2025-06-03"), index=wave.index).where(answered)
    return wave


def gather(wave, tables=None):
    faults = pd.DataFrame(columns=["off_scale", "unreadable", "several"], dtype="int64").rename_axis("item")
    nobody = wave.iloc[:0]
    listed = wave.set_index("customer_id")[["customer_type", GRADE]]
    return Gathered(tables or {}, wave, faults, "w2", "", wave, nobody, listed, CUT)


def narrow(cells, known, target):
    """Return the least and the most of a sum of cells: `known` are pairs of coefficients and value."""
    rows, values = np.array([row for row, _ in known], dtype=float), np.array([value for _, value in known])
    ends = []
    for sign in (1, -1):
        found = linprog(sign * np.asarray(target, dtype=float), A_eq=rows, b_eq=values, bounds=(0, None))
        assert found.status in (0, 3), "what is printed must be possible"
        ends.append(sign * found.fun if found.status == 0 else np.inf)
    return ends


def assert_hidden(cells, known, small):
    """No small count is told, nor narrowed to less than 1 to 9."""
    for target in small:
        low, high = narrow(cells, known, target)
        assert low <= 1 + 1e-6
        assert high >= 9 - 1e-6


def is_small(count):
    return 0 < count < POLICY.threshold


# --- who answered and was satisfied, by group


@pytest.mark.parametrize("seed", SEEDS)
def test_groups(seed):
    wave = draw(seed)
    told = survey_publication.publish_survey(gather(wave), SURVEY, POLICY)
    if told is None:
        assert min(wave["complete"].sum(), (~wave["complete"]).sum()) < POLICY.threshold
        return
    satisfied = wave["overall"].ge(4).astype("Int64").where(wave["overall"].notna())
    pooled = survey_publication._pool_types(gather(wave), satisfied, POLICY)
    for table, groups in ((told.by_type, pooled["customer_type"]), (told.by_grade, wave[GRADE])):
        if table["received"].isna().any():  # no verdict on what is not told
            assert groups.name not in told.differs
        labels = sorted(groups.unique())
        cells = [(label, kind) for label in labels for kind in ("silent", "satisfied", "other")]
        kinds = {"received": ("silent", "satisfied", "other"), "consultations": ("satisfied", "other")}
        kinds["conversions"] = ("satisfied",)
        known, small = [], []
        every = {"received": len(wave), "consultations": int(satisfied.notna().sum())}
        if pd.notna(told.average["conversions"]):
            every["conversions"] = int(satisfied.sum())
        for level, total in every.items():
            known.append(([kind in kinds[level] for _, kind in cells], total))
        for label in labels:
            mine = groups.eq(label)
            truth = {
                "received": int(mine.sum()),
                "consultations": int((mine & satisfied.notna()).sum()),
                "conversions": int((mine & satisfied.eq(1).fillna(False)).sum()),
            }
            failed = truth["consultations"] - truth["conversions"]
            rows = {k: [name == label and kind in kinds[k] for name, kind in cells] for k in kinds}
            rows["failed"] = [name == label and kind == "other" for name, kind in cells]
            if label in table.index:
                for level in kinds:
                    value = table.loc[label, level]
                    if pd.notna(value):
                        assert value == truth[level]
                        assert not is_small(value)
                        known.append((rows[level], float(value)))
                if table.loc[label, ["consultations", "conversions"]].notna().all():
                    assert not is_small(failed)
                small += [rows[k] for k in ("received", "consultations", "conversions") if is_small(truth[k])]
                small += [rows["failed"]] if is_small(failed) else []
        assert_hidden(cells, known, small)


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_to_items_and_recommendation(seed):
    wave = draw(seed)
    told = survey_publication.publish_survey(gather(wave), SURVEY, POLICY)
    if told is None:
        return
    for item in SURVEY.rated:
        truth = wave[item.column].value_counts().reindex(range(1, 6), fill_value=0)
        n = int(truth.sum())
        known = [(np.ones(5), n)]
        steps = told.distribution[told.distribution["dimension"] == item.column]
        for row in steps.itertuples():
            assert not is_small(row.consultations)
            known.append((np.arange(1, 6) == row.score, row.consultations))
        if item.column in told.boxes.index:
            for box, chosen in (("low", [1, 2]), ("middle", [3]), ("top", [4, 5])):
                share = told.boxes.loc[item.column, box]
                assert not is_small(round(share * n))
                known.append((np.isin(np.arange(1, 6), chosen), share * n))
        if pd.notna(told.tops.loc[item.column, "conversions"]):
            known.append((np.isin(np.arange(1, 6), [4, 5]), told.tops.loc[item.column, "conversions"]))
        if pd.notna(told.tops.loc[item.column, "mean"]):
            known.append((np.arange(1, 6), told.tops.loc[item.column, "mean"] * n))
        small = [np.arange(1, 6) == step for step in range(1, 6) if is_small(truth[step])]
        assert_hidden(range(5), known, small)
    lacking = told.tops["mean"].isna()
    for name in told.scales.index:  # a scale less the items that are told is the mean of none or of several
        assert lacking[[item.column for item in SURVEY.items if name in ("", item.dimension)]].sum() != 1
    classes = [int(wave["recommend"].ge(9).sum()), int(wave["recommend"].lt(7).sum())]
    classes.append(int(wave["recommend"].notna().sum()) - sum(classes))
    assert (told.promotion is None) == any(map(is_small, classes))
    for options in told.choices.values():
        named = wave.loc[wave["complete"], "wishes"]
        total = int((named.map(len) > 0).sum())
        assert not any(is_small(n) or is_small(total - n) for n in options["texts"])


def test_a_weighted_score_is_withheld_with_the_score():
    wave = draw(1).iloc[:0]
    size = 200
    wave = pd.DataFrame({"customer_id": [f"K{n}" for n in range(size)], "survey": "w2"})
    wave["customer_type"], wave[GRADE] = np.resize(["甲", "乙"], size), "A"
    wave["sent_on"] = wave["answered_on"] = pd.Timestamp("2025-06-01")
    for item in ITEMS:
        wave[item] = pd.array(np.resize([2, 3, 4, 5, 5], size), dtype="Int64")
    wave["recommend"] = pd.array([3] * 4 + [8] * 60 + [10] * (size - 64), dtype="Int64")
    wave["wishes"], wave["complete"], wave["partial"], wave["year"] = [[]] * size, True, False, 2025
    told = survey_publication.publish_survey(gather(wave), SURVEY, POLICY)
    assert told.promotion is None and len(told.weighted)
    assert told.weighted["rate"].notna().all() and told.weighted["nps"].isna().all()
    open_ones = survey_publication.publish_survey(gather(wave), SURVEY, INSIDE)
    assert open_ones.weighted["nps"].notna().all()


@pytest.mark.parametrize(
    ("sums", "gives"),
    [
        ([[0, 0, 1]], True),
        ([[0, 1, 1]], False),
        ([[1, 1, 1], [0, 1, 1]], True),  # all items, less a dimension
        ([[1, 1, 1, 1], [0, 0, 1, 1]], False),
        ([[0, 0, 0]], False),
    ],
)
def test_the_mean_of_a_scale_gives_no_withheld_mean_of_an_item(sums, gives):
    assert survey_publication._gives_one([np.array(one, dtype=float) for one in sums]) is gives


# --- feedback


def make_feedback(seed):
    rng = np.random.default_rng(seed)
    texts = ["响应太慢", "响应快", "软件总是卡顿，响应太慢", "价格偏贵"]
    texts += ["客服态度很好", "已收到", "操作不方便", "售后没人管"]
    size = int(rng.integers(5, 400))
    owners = rng.integers(0, int(rng.choice([3, 30, 1000])), size)
    chosen = rng.choice(texts, size, p=rng.dirichlet(np.full(len(texts), 0.5)))
    day = pd.Timestamp("2025-03-01")
    return pd.DataFrame(
        {"text": chosen, "customer_id": [f"K{o}" for o in owners], "given_on": day, "year": 2025}
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_topics(seed):
    feedback = make_feedback(seed)
    rows = gather(draw(seed), {"feedback": feedback})
    told = feedback_publication.publish_feedback(rows, FRAME, 2025, POLICY)
    total, owner = len(feedback), feedback["customer_id"]
    codes = [coding.code_text(text, FRAME) for text in feedback["text"]]
    for code, row in told.codes.iterrows():
        mine = pd.Series([code in one for one in codes])
        assert row["texts"] == mine.sum()
        assert not is_small(row["texts"])
        assert not is_small(total - row["texts"])
        assert owner[mine].nunique() >= POLICY.threshold
        if pd.notna(row["negative"]):
            assert not is_small(row["negative"])
            assert not is_small(row["texts"] - row["negative"])
    if pd.notna(told.uncoded):  # a step of what is told is as wide as the threshold
        assert total * opinion_masks.STEP >= POLICY.threshold
        assert round(told.uncoded / opinion_masks.STEP, 6) % 1 == 0
    assert not any(text in str(told) for text in feedback["text"].unique())


# --- complaints


def make_complaints(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(3, 260))
    day = pd.Timestamp("2025-01-02") + pd.to_timedelta(rng.integers(0, 360, size), unit="D")
    closed = pd.Series(day + pd.to_timedelta(rng.integers(0, 60, size), unit="D"))
    owners = rng.integers(0, int(rng.choice([3, 40, 1000])), size)
    kinds = rng.choice(list("甲乙丙丁戊"), size, p=rng.dirichlet(np.full(5, rng.choice([0.4, 2.0]))))
    table = pd.DataFrame({"customer_id": [f"K{o}" for o in owners], "received_on": day, "category": kinds})
    table["closed_on"] = closed.where(closed <= CUT)
    table["reopened"] = pd.array(rng.random(size) < rng.choice([0.05, 0.3]), dtype="boolean")
    scores = pd.array(rng.integers(1, 6, size), dtype="Int64")
    return table.assign(satisfied=scores)


@pytest.mark.parametrize("seed", SEEDS)
def test_complaints(seed):
    table = make_complaints(seed)
    rows = gather(draw(seed), {"complaints": table})
    told = complaint_publication.publish_complaints(rows, 2025, POLICY, (1, 7))
    n, repeated = len(table), int(table["reopened"].sum())
    per_customer = np.sort(table["customer_id"].value_counts().to_numpy())[::-1]
    if is_small(n) or len(per_customer) < 10 or per_customer[2:].sum() < 0.1 * per_customer[0]:
        assert str(told.received) == "［保密］"
        assert told.rate is None and told.closed is None and told.curve.empty and told.months.empty
        return
    assert told.received == n
    if pd.notna(told.average["conversions"]):
        assert not is_small(repeated)
        assert not is_small(n - repeated)
    by = told.by["category"]
    shown = by["consultations"].dropna()
    assert not any(map(is_small, shown))
    for label, count in shown.items():
        if label in set(table["category"]):
            owners = table.loc[table["category"] == label, "customer_id"].nunique()
            assert count < POLICY.threshold or owners >= POLICY.threshold or count == n
    hidden = by.index[by["consultations"].isna()]
    cells = list(by.index)
    known = [(np.ones(len(cells)), n)] + [(np.array(cells) == label, count) for label, count in shown.items()]
    truth = table["category"].value_counts()
    small = [np.array(cells) == label for label in hidden if is_small(truth.get(label, 0))]
    assert_hidden(cells, known, small)
    still_open = int(table["closed_on"].isna().sum())
    if is_small(n - still_open):
        assert str(told.still_open) == "［保密］"
    if is_small(still_open) or is_small(table.loc[table["closed_on"].isna(), "customer_id"].nunique()):
        assert str(told.still_open) == "［保密］"
        if is_small(still_open):
            assert told.handling is None or pd.isna(told.handling["asked"])
    if len(told.curve):
        drops = -np.diff([1.0, *told.curve["survival"]])
        assert (drops > 0).all()
        ended = (table["closed_on"] - table["received_on"]).dt.days
        last = told.curve["days"].iloc[-1]
        assert not is_small(n - int((ended <= last).sum()))
        edges = [-1.0, *told.curve["days"]]
        for low, high in pairwise(edges):
            assert ((ended > low) & (ended <= high)).sum() >= POLICY.threshold


def test_all_less_the_open_complaints_are_the_closed_ones():
    table = make_complaints(4).iloc[:60].assign(customer_id=[f"K{n}" for n in range(60)])
    table["closed_on"] = table["closed_on"].where(np.arange(60) < 4)
    count = int(table["closed_on"].notna().sum())
    rows = gather(draw(4), {"complaints": table})
    assert is_small(count)
    told = complaint_publication.publish_complaints(rows, 2025, POLICY, (1, 7))
    assert told.received == 60 and str(told.still_open) == "［保密］"
    assert complaint_publication.publish_complaints(rows, 2025, INSIDE, (1, 7)).still_open == 60 - count


@pytest.mark.parametrize(("last", "hidden"), [(3, True), (40, False)])
def test_a_year_less_its_whole_months_is_no_month_of_few(last, hidden):
    """The chart leaves the month out that has begun; the number of the year counts it."""
    days = [pd.Timestamp(2025, month, 3) for month in range(1, 10) for _ in range(20)]
    days += [pd.Timestamp("2025-10-05")] * last
    table = pd.DataFrame({"customer_id": [f"K{n}" for n in range(len(days))], "received_on": days})
    table = table.assign(category="甲", closed_on=pd.NaT, reopened=pd.array([False] * len(days), "boolean"))
    rows = dataclasses.replace(gather(draw(4), {"complaints": table}), cut=pd.Timestamp("2025-10-12"))
    told = complaint_publication.publish_complaints(rows, 2025, POLICY, (1, 7))
    assert told.received == len(days) and told.withheld_months is hidden and told.months.empty is hidden


@pytest.mark.parametrize("seed", range(3))
def test_an_internal_edition_withholds_nothing(seed):
    wave, table = draw(seed), make_complaints(seed)
    rows = gather(wave, {"complaints": table, "feedback": make_feedback(seed)})
    told = survey_publication.publish_survey(rows, SURVEY, INSIDE)
    assert told.by_type["consultations"].sum() == wave["complete"].sum()
    assert set(told.distribution["dimension"]) == set(ITEMS)
    complained = complaint_publication.publish_complaints(rows, 2025, INSIDE, (1, 7))
    assert complained.by["category"]["consultations"].sum() == len(table)
    assert complained.still_open == table["closed_on"].isna().sum()


@pytest.mark.parametrize(("satisfied", "answered"), [(90, 90), (0, 90), (88, 90), (1, 12), (45, 90)])
def test_a_weighted_share_has_an_interval_within_0_and_1(satisfied, answered):
    values = pd.Series([1.0] * satisfied + [0.0] * (answered - satisfied)).sample(frac=1, random_state=2)
    groups = pd.Series(["甲", "乙"] * (answered // 2))
    strata = response.summarise_strata(values.reset_index(drop=True), groups, {"甲": 300, "乙": 100})
    share = response.post_stratify(strata)
    low, high = survey_publication._bound_share(share)
    assert 0 <= low <= share.value <= high <= 1 and low < high
    if satisfied == 45:  # far from the ends it is the usual one
        assert abs(low - share.low) < 0.01 and abs(high - share.high) < 0.01
