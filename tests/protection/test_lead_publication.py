"""What a public edition may tell of leads: the model card, and no few."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from industry_report.analysis.leads.model_file import load_model_file
from industry_report.base import language, origin
from industry_report.base.errors import InputError
from industry_report.protection import lead_cards
from industry_report.protection.lead_publication import (
    FEW,
    NO_LEADS,
    NO_OUTCOMES,
    PublishedLeads,
    protect_leads,
)
from industry_report.report import lead_figures, lead_tables
from industry_report.report.sentences import leads as sentences
from industry_report.settings.editions import Policy

INTERNAL, PUBLIC = Policy(10, 10, True), Policy(10, 10, False)


def make_tables(size=1500, seed=0, **columns):
    rng = np.random.default_rng(seed)
    need = rng.choice(["yes", "no", "unknown"], size)
    source = rng.choice(["官网", "展会", "老客户推荐"], size)
    bought = rng.random(size) < 1 / (
        1 + np.exp(-(-1.6 + 1.2 * (need == "yes") + 1.0 * (source == "老客户推荐")))
    )
    created = pd.Timestamp("2024-01-02") + pd.to_timedelta(np.sort(rng.integers(0, 700, size)), "D")
    leads = pd.DataFrame(
        {
            "lead_id": [f"L{n}" for n in range(size)],
            "customer_id": [f"C{n}" for n in range(size)],
            "created_on": created,
            "source": source,
            "need": need,
            "budget": rng.choice(["yes", "no"], size),
            "authority": "unknown",
            "region": "甲市",
            "converted": pd.array(bought, dtype="boolean"),
            "converted_on": pd.Series(created + pd.Timedelta(days=20)).where(bought),
            "conclusion": np.where(bought, "已签约", "继续跟进"),
        }
    )
    return {"leads": leads.assign(**columns)}


@pytest.fixture(scope="module")
def spec():
    return load_model_file("params/lead-model.yaml")


def told(tables, spec, policy, year=2025, speaking="zh"):
    language.use(speaking)
    found = protect_leads(tables, year, spec, policy, "2026-03-31")
    return PublishedLeads(**found, files=pd.DataFrame(), synthetic=False)


SENTENCES = (
    *(
        "absent",
        "outcomes",
        "accuracy",
        "grades_off",
        "strongest",
        "versus",
        "stable",
        "audited",
        "calibrated",
    ),
    *("shifted", "drifting", "question", "worthwhile", "no_test", "columns_used", "grades_short"),
    "strongest_short",
)


def say_everything(now, year=2025):
    said = [getattr(sentences, name)(now) for name in SENTENCES]
    said += [sentences.to_contact(now, year), sentences.first_step(now, year)]
    return [*said, *map(str, sentences.key_figures(now))]


def test_an_internal_edition_has_the_list_and_the_card(spec):
    now = told(make_tables(), spec, INTERNAL)
    assert now.text.startswith("# A proposal") and "kind: weighted" in now.text
    listed = now.scored
    assert len(listed) and listed["grade"].cat.codes.is_monotonic_decreasing
    assert all(
        part["created_on"].is_monotonic_decreasing for _, part in listed.groupby("grade", observed=True)
    )
    leads = make_tables()["leads"].set_index("lead_id")
    assert not leads.loc[listed["lead_id"], "converted"].any()
    assert (leads.loc[listed["lead_id"], "created_on"].dt.year == 2025).all()
    scored = lead_cards.apply_card(now.text, leads.loc[listed["lead_id"]].assign(conclusion=None))
    assert scored["composite"].tolist() == listed["total"].astype(float).tolist()
    assert now.audit.set_index("label").loc["跟进结论", "stopped"]
    assert "跟进结论" in sentences.audited(now) and "优于" in sentences.versus(now)
    assert int(now.counts["leads"]) == 1500


def test_a_public_edition_has_the_model_card_alone(spec):
    now = told(make_tables(), spec, PUBLIC)
    assert now.text == "" and now.scored.empty and now.known.empty and now.settled.empty and not now.selection
    assert list(now.card.columns) == ["label", "value", "points"]
    assert not now.audit["detail"].any() and "unseen" not in now.counts
    # Information and AUC of a column of two values are two equations for its two unknown counts.
    assert "auc" not in now.audit and "information" in now.audit
    counts = now.by_grade[["leads", "converted"]].assign(
        rest=now.by_grade["leads"] - now.by_grade["converted"]
    )
    assert now.by_grade.empty or not ((counts > 0) & (counts < 10)).to_numpy().any()
    assert not [line for line in say_everything(now) if "L1" in line or "C1" in line]


def test_the_public_numbers_are_those_of_the_internal_edition(spec):
    inside, outside = (told(make_tables(), spec, policy) for policy in (INTERNAL, PUBLIC))
    pd.testing.assert_frame_equal(inside.card[["label", "value", "points"]], outside.card, check_like=True)
    if len(outside.test):
        pd.testing.assert_frame_equal(inside.test, outside.test)


def test_two_statistics_of_a_column_do_not_give_the_conversions_of_a_bin(spec):
    """AUC alone and information value are two equations for the two numbers of a column of two bins."""
    tables = make_tables()
    leads = tables["leads"]
    leads["budget"] = np.where(leads.index % 12 == 0, "yes", "no")
    leads.loc[(leads["budget"] == "yes") & (leads.index % 7 != 0), ["converted", "converted_on"]] = [
        False,
        pd.NaT,
    ]
    inside, outside = (told(tables, spec, policy) for policy in (INTERNAL, PUBLIC))
    told_inside, shown = (now.audit.set_index("label") for now in (inside, outside))
    assert len(count_solutions(inside, told_inside.loc["有预算"])) < 3  # of 1 to 9
    assert "auc" not in shown
    assert pd.isna(shown.loc["有预算", "information"]) and shown.index[-1] == "有预算"
    assert pd.notna(shown.loc["线索来源", "information"])
    assert pd.isna(outside.columns.set_index("label").loc["有预算", "information"])


def count_solutions(now, shown):
    """Return how many numbers of conversions of the smaller bin give what is printed of a column."""
    n, x = int(now.counts["past"]), int(now.counts["past_converted"])
    found = set()
    for size in range(30, n // 2):
        for bought in range(1, 10):
            yes = np.array([bought, x - bought]) / x
            no = np.array([size - bought, n - x - size + bought]) / (n - x)
            area = 0.5 + abs(yes[0] - no[0]) / 2
            value = ((yes - no) * np.log(yes / no)).sum()
            if abs(area - shown["auc"]) < 0.00051 and abs(value - shown["information"]) < 0.011:
                found.add(bought)
    return found


@pytest.mark.parametrize("size", [60, 150, 300])
def test_a_public_edition_of_few_leads_shows_no_small_count(spec, size):
    now = told(make_tables(size), spec, PUBLIC)
    if now.state == FEW:
        assert not now.counts and now.audit.empty and now.card.empty and now.test.empty
        assert "少数客户" in sentences.absent(now)
        return
    assert not [count for count in now.counts.values() if 0 < int(count) < 10]
    table = now.by_grade
    cells = [
        *table.get("leads", []),
        *table.get("converted", []),
        *(table["leads"] - table["converted"] if len(table) else []),
    ]
    assert not [cell for cell in cells if 0 < cell < 10]


def test_many_leads_of_one_customer_are_few(spec):
    tables = make_tables()
    top = tables["leads"]["need"].eq("yes") & tables["leads"]["source"].eq("老客户推荐")
    tables["leads"]["customer_id"] = tables["leads"]["customer_id"].where(~top, "C-big")
    now = told(tables, spec, PUBLIC)
    assert now.by_grade.empty and now.test.empty


def test_what_is_shown_in_a_public_edition_is_released(spec):
    now = origin.release(told(make_tables(), spec, PUBLIC))
    for field in dataclasses.fields(now):
        thing = getattr(now, field.name)
        if isinstance(thing, pd.DataFrame) and len(thing):
            assert origin.is_released(thing), field.name
    assert origin.is_released(lead_tables.words(now.audit))
    assert origin.is_released(lead_tables.model_card(now, sentences.columns_used(now)))


@pytest.mark.parametrize("speaking", ["zh", "en"])
@pytest.mark.parametrize(
    ("change", "state"),
    [
        (lambda t: {}, NO_LEADS),
        (lambda t: {"leads": t["leads"].assign(converted=pd.NA, converted_on=pd.NaT)}, NO_OUTCOMES),
        (lambda t: {"leads": t["leads"].head(10)}, ""),
        (lambda t: {"leads": t["leads"].assign(converted=False, converted_on=pd.NaT)}, ""),
        (lambda t: {"leads": t["leads"][t["leads"]["created_on"] < "2025-01-01"]}, ""),
        (
            lambda t: {
                "leads": t["leads"].drop(columns=["need", "budget", "authority", "source", "conclusion"])
            },
            "",
        ),
        (lambda t: {"leads": t["leads"].drop(columns="customer_id")}, ""),
    ],
    ids=["no table", "no outcomes", "ten", "no buyers", "no test", "no columns", "no customers"],
)
@pytest.mark.parametrize("policy", [INTERNAL, PUBLIC], ids=["internal", "public"])
def test_every_lack_is_a_sentence(spec, change, state, speaking, policy):
    tables = change(make_tables())
    try:
        now = told(tables, spec, policy, speaking=speaking)
    except InputError as error:  # the model file names a column that the data lack
        assert "is no column of the leads" in str(error)
        return
    assert now.state == state or (now.state == FEW and policy is PUBLIC)
    said = [line for line in say_everything(now) if line]
    assert said and not [line for line in said if "nan" in line or "None" in line]
    if now.state or now.why:
        assert sentences.absent(now) and now.card.empty and now.text == ""
    for drawn in (lead_figures.spans(now.columns),) if len(now.columns) else ():
        assert drawn.axes
    language.use("zh")


def test_a_card_worse_than_the_one_in_use_is_said_to_be(spec):
    now = told(make_tables(), spec, INTERNAL)
    row = {
        "card": "现行",
        "leads": 900,
        "auc": 0.6,
        "other": 0.7,
        "difference": -0.1,
        "low": -0.15,
        "high": -0.05,
        "p": 0.0,
    }
    worse, equal = (pd.DataFrame([row | change]) for change in ({}, {"high": 0.05}))
    assert "不如《现行》" in sentences.versus(dataclasses.replace(now, comparison=worse))
    assert "没有证据表明评分卡优于《现行》" in sentences.versus(dataclasses.replace(now, comparison=equal))


def test_the_checklist_ranks_leads_with_unknown_answers_by_what_is_possible():
    leads = pd.DataFrame(
        {"need": ["yes", "yes", "no"], "budget": ["yes", "unknown", "no"], "authority": ["yes", "yes", "no"]}
    )
    _, rank = lead_cards.rank_by("params/scorecards/qualification.yaml", leads)
    assert rank.tolist() == [3.0, 2.5, 0.0]


@pytest.mark.parametrize("hostile", ["outcome", "open", "bought", "total", "chance", "lead", "self"])
def test_a_column_may_be_called_as_the_program_calls_one(spec, hostile):
    tables = make_tables()
    need = tables["leads"].pop("need").replace("unknown", np.nan)
    said = {}
    for name in ("plain", hostile):
        own = {"leads": tables["leads"].assign(**{"x": need}).rename(columns={"x": name})}
        own["interactions"] = pd.DataFrame(
            {
                "customer_id": ["C1"],
                "occurred_at": pd.Timestamp("2024-01-01"),
                "kind": "浏览",
                "created_on": 1,
            }
        ).rename(columns={"created_on": "created_on" if name == "plain" else "lead"})
        rule = dataclasses.replace(spec.rules["need"])
        one = dataclasses.replace(
            spec, rules={name: rule, "pages_30": rule}, kinds={name: "person", "pages_30": "behaviour"},
            labels={}, excluded={}, accepted={},
        )  # fmt: skip
        said[name] = protect_leads(own, 2025, one, INTERNAL, "2026-03-31")
    plain, named = said["plain"], said[hostile]
    assert len(plain["card"]) and not plain["audit"]["stopped"].any()
    for part in ("card", "audit", "by_grade", "test", "scored", "columns"):
        told = named[part].astype(str).replace(hostile, "plain")
        pd.testing.assert_frame_equal(told, plain[part].astype(str))
    assert f'column: "{hostile}"' in named["text"]


def test_leads_that_all_came_in_after_the_day_of_the_test_leave_a_reason(spec):
    tables = make_tables(created_on=pd.Timestamp("2025-06-30"), converted_on=pd.NaT)
    now = told(tables, spec, INTERNAL)
    assert now.card.empty and now.text == "" and sentences.no_card(now)


@pytest.mark.parametrize(
    ("even", "said"), [(-99, "得分最低的线索也值得联系"), (99, "最高的线索也不值得"), (0, "总分在0分")]
)
def test_where_every_lead_or_none_is_worth_a_contact_it_is_said(spec, even, said):
    now = told(make_tables(), spec, INTERNAL)
    assert said in sentences.worthwhile(dataclasses.replace(now, break_even=even))
