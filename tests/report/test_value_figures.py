"""Figures and sentences of customer value: nothing cut off, nothing overlapping, no broken words."""

import itertools
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from figure_checks import find_faults

from industry_report.analysis.value import model_check
from industry_report.analysis.value.model_check import Check
from industry_report.analysis.value.renewal_models import Sbg
from industry_report.base import language, style
from industry_report.base.origin import Number, Withheld
from industry_report.report import value_figures, value_tables
from industry_report.report.sentences import value, value_changes, value_models, wording

BROKEN = re.compile(r"nan|None|NaT|inf\b|[，、；：][，、；：。]|（）|\(\)|  |^[，；、,;:]|[，；、,;]$|\{|\}")
TITLE = "价值最高的20.0%客户占全部生命周期价值的54.5%，其余客户的贡献合计为总额的141.7%"


@pytest.fixture(params=["zh", "en"], autouse=True)
def spoken(request: pytest.FixtureRequest):
    language.use(request.param)
    style.apply()
    yield request.param
    language.use("zh")


def curve(*shares: float) -> pd.DataFrame:
    n = len(shares)
    return pd.DataFrame(
        {
            "contributors": np.arange(1, n + 1) * 20,
            "share_of_customers": np.arange(1, n + 1) / n,
            "share": shares,
        }
    )


def rates(*pairs: tuple[int, float]) -> pd.DataFrame:
    table = pd.DataFrame(
        [(n, round(n * rate), rate, max(rate - 0.05, 0), min(rate + 0.05, 1)) for n, rate in pairs],
        columns=["consultations", "conversions", "rate", "low", "high"],
        index=pd.Index(list("ABCD")[: len(pairs)], name="engagement_grade"),
    )
    table.loc[table["consultations"] < 10, ["rate", "low", "high"]] = np.nan
    return table


def check(verdict: str = "shown", groups: int = 8, customers: int = 2357) -> Check:
    rules = pd.DataFrame(
        {
            "ratio": [0.879, 1.557, 1.38, 1.556],
            "mae": [0.786, 1.024, 0.94, 1.38],
            "rmse": [1.6, 2.2, 2.1, 2.1],
        },
        index=pd.Index(model_check.RULES, name="rule"),
    )
    table = pd.DataFrame(
        {"customers": 1000, "predicted": np.arange(groups) + 0.2, "actual": np.arange(groups) + 0.4},
        index=pd.RangeIndex(groups, name="purchases"),
    )
    return Check(verdict, rules, table, customers)


def gaps(count: int) -> pd.DataFrame:
    names = [f"面向连锁零售企业的进销存一体化管理套件第{n:02}号" for n in range(count)]
    potential = np.arange(count, 0, -1) * 123_456.0
    return pd.DataFrame({"potential": potential, "customers": 2277}, index=pd.Index(names, name="product"))


def matrix() -> pd.DataFrame:
    table = pd.DataFrame([[241, 0, 12345, 8]] * 4, index=list("ABCD"), columns=list("ABCD"))
    return table.rename_axis(index="value_grade")


FIGURES = {
    "concentration": lambda: value_figures.concentration(curve(0.4, 0.7, 0.9, 1.0), "占比", title=TITLE),
    "whale": lambda: value_figures.concentration(curve(0.9, 1.2, 1.417, 1.2, 1.0), "占比", title=TITLE),
    "no curve": lambda: value_figures.concentration(curve(), "占比"),
    "tenths": lambda: value_figures.tenths(
        pd.DataFrame(
            {"share": np.arange(10, 0, -1) / 55, "mean_value": 1_234_567.0},
            pd.RangeIndex(1, 11, name="tenth"),
        ),
        title=TITLE,
    ),
    "held out": lambda: value_figures.held_out(check(), title=TITLE),
    "renewals": lambda: value_figures.held_out(check(groups=2), title=TITLE, renewals=True),
    "engagement": lambda: value_figures.engagement(
        rates((22, 0.68), (269, 0.32), (2452, 0.19), (5, 0.2)), title=TITLE
    ),
    "matrix": lambda: value_figures.matrix(matrix(), title=TITLE),
    "gaps": lambda: value_figures.gaps(gaps(40), title=TITLE),
}


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_cut_off_and_nothing_overlaps(name: str) -> None:
    assert find_faults(FIGURES[name]()) == []


def test_tables_have_heads_in_the_language(spoken: str) -> None:
    table = value_tables.check(check())
    assert next(iter(table.index)) == {"zh": "模型", "en": "Model"}[spoken]
    assert len(value_tables.held_out(check(), renewals=True)) == 8
    assert list(value_tables.groups(pd.DataFrame(
        {"customers": [1], "orders": [2], "amount": [3.0], "share": [1.0]},
        index=pd.Index(["lapsing"], name="purchase_group"),
    )).index) == [{"zh": "久未购买的高额客户", "en": "Lapsing, large"}[spoken]]  # fmt: skip


# --- sentences

COUNTS: dict[str, Any] = {
    name: Number(n)
    for name, n in {
        "buyers": 2706, "orders": 5642, "refunds": 148, "unknown_contribution": 12, "losing": 82,
        "no_potential": 91,
        "customers": 10459, "not_observed": 1374, "inactive": 8261, "active": 824, "rows": 57603,
        "staff": 1127,
        "robots": 1463, "capped": 0, "no_customer": 0,
    }.items()
}  # fmt: skip


def total(**changed: float) -> pd.Series:
    values = {
        "customers": 2706,
        "sales": 9.1e6,
        "contribution": 6e6,
        "clv": 1.6e7,
        "potential": 3e6,
        "mean_clv": 6023,
    }
    return pd.Series(values | changed, name="total")


def list_sentences(
    counts: dict[str, Any], sums: pd.Series, points: pd.DataFrame, table: pd.DataFrame
) -> list[str]:
    few = pd.DataFrame(
        {"customers": [10, 20, 30, 40], "value_half": list("hhll"), "intent_half": list("hlhl")}
    ).replace({"h": "high", "l": "low"})
    return [
        value.totals(counts, sums, 2025), value.who_earns(points), value.gini(points),
        value.losing(counts, points),
        value.unknown(counts), value.refunds(counts), value.observed(counts), value.left_out(counts),
        value.active(table), value.matrix(few), *value.potential(counts, gaps(3)), value.largest_gap(gaps(0)),
        *(words for pair in value.key_figures(counts, sums) for words in pair),
        value.mails(table.set_axis(["opened", "clicked"]) if len(table) == 2 else table.iloc[:0]),
    ]  # fmt: skip


NOTHING = total(**dict.fromkeys(["sales", "contribution", "clv", "potential", "mean_clv"], np.nan))
WITHHELD = {name: Withheld() for name in COUNTS}
ZERO = {name: Number(0) for name in COUNTS}


@pytest.mark.parametrize(
    ("counts", "sums", "points", "table"),
    list(
        itertools.product(
            [COUNTS, WITHHELD, ZERO],
            [total(), NOTHING, total(sales=0.0, contribution=-5.0), total(contribution=np.nan)],
            [curve(0.5, 1.2, 1.0), curve()],
            [rates((22, 0.6), (300, 0.2)), rates((22, 0.3), (30, 0.3)), rates((5, 0.2), (6, 0.2)), rates()],
        )
    ),
)
def test_no_sentence_is_broken(
    counts: dict[str, Any], sums: pd.Series, points: pd.DataFrame, table: pd.DataFrame
) -> None:
    said = [words for words in list_sentences(counts, sums, points, table) if words]
    assert not [words for words in said if BROKEN.search(words)]


@pytest.mark.parametrize("verdict", ["few", "no_repeats", "no_span", "not_better", "shown"])
def test_a_check_says_why_a_model_is_left_out(verdict: str, spoken: str) -> None:
    tested = (
        check(verdict) if verdict in ("not_better", "shown") else model_check.nothing_checked(verdict, 40)
    )
    for words in (
        value_models.purchases_check(tested),
        value_models.renewals_check(tested),
        value_models.verdict(check("shown")),
    ):
        assert words and not BROKEN.search(words)
    assert ("通过检验" if spoken == "zh" else "passed") in value_models.purchases_check(check("shown"))
    assert ("不列" if spoken == "zh" else "left out") in value_models.purchases_check(check("not_better"))


@pytest.mark.parametrize(("error", "close"), [(0.94 * 0.995, True), (0.94 * 0.97, False)])
def test_a_model_is_called_better_only_by_one_percent_or_more(error: float, close: bool, spoken: str) -> None:
    tested = check()
    tested.rules.loc["model", "mae"] = error  # the better naive rule: 0.94
    word = {"zh": "相差不大", "en": "about as"}[spoken]
    assert (word in value_models.verdict(tested)) == close
    assert (word in value_models.purchases_check(tested)) == close


def test_sales_less_refunds_are_called_net_wherever_they_stand(spoken: str) -> None:
    word = {"zh": "净销售额（扣除退款", "en": "et sales (after refunds"}[spoken]
    assert word in value.totals(COUNTS, total(), 2025).replace(" of 2025", "")
    assert word in value.key_figures(COUNTS, total())[1][0]
    assert word in value_tables.MONEY_HEADS["sales"][0 if spoken == "zh" else 1]


def test_the_top_fifth_is_of_what_is_drawn() -> None:
    tenths = pd.DataFrame({"share": np.arange(10, 0, -1) / 55}, pd.RangeIndex(1, 11, name="tenth"))
    drawn = value_tables.cumulate(
        SimpleNamespace(tenths=tenths, concentration=curve(0.5, 0.7, 0.8, 0.9, 1.0))
    )
    assert "20%" in value.who_earns(drawn) and f"{19 / 55:.1%}" in value.who_earns(drawn)
    public = SimpleNamespace(tenths=tenths.iloc[:0], concentration=curve(0.5, 0.7, 0.8, 0.9, 1.0))
    assert value_tables.cumulate(public) is public.concentration


COMPARED = [
    (80.0, {"zh": "，比上年增长25.0%", "en": ", up 25.0% on 2024"}, "+25.0%"),
    (200.0, {"zh": "，比上年下降50.0%", "en": ", down 50.0% on 2024"}, "−50.0%"),
    (100.01, {"zh": "，与上年持平", "en": ", as in 2024"}, {"zh": "与上年持平", "en": "as in"}),
    (np.nan, {"zh": "", "en": ""}, ""),
    (-5.0, {"zh": "", "en": ""}, ""),
]


@pytest.mark.parametrize(("then", "said", "under"), COMPARED)
def test_sales_are_compared_with_the_year_before(then: float, said: Any, under: Any, spoken: str) -> None:
    now, before = total(sales=100.0), pd.Series({"sales": then, "contribution": np.nan})
    told = value.totals(COUNTS, now, 2025, before)
    assert told == value.totals(COUNTS, now, 2025).replace("100元", f"100元{said['zh']}", 1).replace(
        "100 yuan", f"100 yuan{said['en']}", 1
    )
    figures = value.key_figures(COUNTS, now)
    customers, sales, *others = value_changes.changes(figures, now, before)
    assert (under[spoken] if isinstance(under, dict) else under) in sales and bool(under) == bool(sales)
    assert not any([customers, *others])  # all years add up to it, or nothing is known
    assert any(value_changes.changes(figures, now, pd.Series(dtype="float64")))


def test_tenths_have_a_finding_of_their_own_and_a_cut_no_decimal(spoken: str) -> None:
    table = pd.DataFrame({"share": np.arange(10, 0, -1) / 55}, pd.RangeIndex(1, 11, name="tenth"))
    assert "18.2%" in value.tenths(table) and "1.8%" in value.tenths(table)
    assert value.tenths(table.head(4)) == ""
    points = curve(0.5, 0.7, 0.8, 0.9, 1.0)
    assert "20%" in value.who_earns(points) and "50.0%" in value.who_earns(points)
    assert wording.cut(0.213) == "21.3%"
    assert {"zh": "前20%的客户", "en": "First 20% of customers"}[spoken] in value_tables.curve(points).index


def test_the_formula_is_set_beside_the_model(spoken: str) -> None:
    from industry_report.analysis.value.assumptions import load_assumptions

    rules = load_assumptions("params/customer-value.yaml")
    told = value_models.against_formula(Sbg(0.668, 3.806), rules)
    assert "5.9" in told and "2.5" in told
    assert value_models.against_formula(None, rules, check("not_better"))
    assert value_models.against_formula(None, rules, check("shown")) == ""
    assert all(not BROKEN.search(words) for words in value.conventions(rules, 2025, "2025-12-31"))


@pytest.mark.parametrize(
    "gone", ["purchases", "orders", "interactions", "customers", "costs", "consultations"]
)
def test_what_was_not_supplied_is_said(gone: str) -> None:
    there = dict.fromkeys(
        ["orders", "purchases", "interactions", "customers", "costs", "consultations"], True
    )
    said = value.absences(there | {gone: False})
    assert said == [value.missing(gone)]
    assert value.absences(there) == []
    assert value.absences(dict.fromkeys(there, False))


def test_nothing_is_said_of_losses_where_costs_are_not_known() -> None:
    unknown = {**COUNTS, "losing": Number(0), "unknown_contribution": Number(2706)}
    assert value.losing(unknown, curve()) == ""
    told = value.totals(unknown, total(contribution=100.0), 2025)
    assert "%" not in told
    figures = value.key_figures(unknown, total(contribution=np.nan))
    assert len(figures) == 3
    assert value.no_whale(unknown, {"purchases": True, "costs": False}) == value.missing("costs")


def test_amounts_are_said_in_the_usual_units(spoken: str) -> None:
    assert value.yuan(9_085_950) == {"zh": "908.6万元", "en": "9,085,950 yuan"}[spoken]
    assert value.yuan(3358.2) == {"zh": "3,358元", "en": "3,358 yuan"}[spoken]
    assert value.yuan(np.nan) == language.protected()
