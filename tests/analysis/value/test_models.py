"""Models of purchases and renewals: published numbers, quadrature, simulation and hold-out."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import beta as beta_function

from industry_report.analysis.value import model_check, purchase_models, renewal_models
from industry_report.analysis.value.purchase_models import BgNbd, GammaGamma
from industry_report.analysis.value.renewal_models import Sbg, count_from_survivors, fit_sbg
from industry_report.intake.sample import customer_sample
from industry_report.intake.sample.consultation_sample import consult
from industry_report.intake.sample.sample_facts import CITIES

PUBLISHED = BgNbd(0.243, 4.414, 0.793, 2.426)  # Fader, Hardie, Lee 2005, table 2
# Fitted by this package to the CDNOW summaries; LL there −9582.43, as in the paper.
CDNOW = BgNbd(0.2425929007, 4.4135309993, 0.7928860914, 2.4257532651)
CDNOW_AMOUNTS = GammaGamma(6.2488014841, 3.7445883595, 15.4477493169)
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]  # Fader, Hardie 2007
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]


def test_expected_purchases_as_published() -> None:
    assert round(float(purchase_models.expect_purchases(PUBLISHED, 39, 2, 30.43, 38.86)), 4) == 1.2260
    assert round(float(purchase_models.probability_alive(PUBLISHED, 2, 30.43, 38.86)), 4) == 0.7266
    assert round(float(purchase_models.probability_alive(PUBLISHED, 5, 10, 38.86)), 4) == 0.0248
    assert round(purchase_models.expect_purchases_of_new(PUBLISHED, 39), 4) == 1.1967
    never = purchase_models.expect_purchases(CDNOW, 39, 0, 0, 38.86)
    lapsed = purchase_models.expect_purchases(CDNOW, 52, 5, 10, 38.86)
    assert (round(float(never), 4), round(float(lapsed), 4)) == (0.1948, 0.1192)


@pytest.mark.parametrize(("x", "last", "age"), [(0, 0.0, 30.0), (2, 20.0, 38.0), (7, 5.0, 30.0)])
def test_the_likelihood_is_an_integral_over_rates_and_chances_of_leaving(
    x: int, last: float, age: float
) -> None:
    """Independent: integrate over λ ~ Gamma and p ~ Beta instead of the closed form."""
    r, alpha, a, b = 0.6, 5.0, 0.9, 2.5
    from scipy.stats import beta, gamma

    def of_rate(rate: float) -> float:
        stays = beta_function(a, b + x) / beta_function(a, b) * rate**x * np.exp(-rate * age)
        left = (
            beta_function(a + 1, b + x - 1) / beta_function(a, b) * rate**x * np.exp(-rate * last) if x else 0
        )
        return (stays + left) * gamma.pdf(rate, r, scale=1 / alpha)

    by_hand = np.log(quad(of_rate, 0, 0.05)[0] + quad(of_rate, 0.05, 20, limit=200)[0])
    ours = purchase_models._bgnbd_likelihood(
        np.array([r, alpha, a, b]), *(np.array([float(v)]) for v in (x, last, age))
    )
    assert ours[0] == pytest.approx(by_hand, abs=1e-6)
    assert beta.mean(a, b) < 1


def test_amounts_as_published() -> None:
    assert float(purchase_models.expect_amount(CDNOW_AMOUNTS, 2, 22.35)) == pytest.approx(24.6587, abs=1e-4)
    assert round(CDNOW_AMOUNTS.mean, 3) == 35.171
    assert GammaGamma(1, 0.9, 3).mean == np.inf


def test_value_of_the_model_over_twelve_months() -> None:
    customers = pd.DataFrame(
        {"x": [2, 1, 0], "last": [30.43, 1.71, 0], "age": [38.86] * 3, "mean": [22.35, 11.77, 0.0]}
    )
    found = purchase_models.model_value(CDNOW, CDNOW_AMOUNTS, customers)
    assert found == pytest.approx([36.2785, 4.6375, 8.3441], abs=1e-4)


def simulate(rng: np.random.Generator, model: BgNbd, size: int, weeks: float) -> pd.DataFrame:
    """Buy at random until the customer drops out: orders with days."""
    rate = rng.gamma(model.r, 1 / model.alpha, size)
    leaves = rng.beta(model.a, model.b, size)
    begun = rng.uniform(0, 20, size)
    rows = []
    for customer in range(size):
        time = begun[customer]
        while time < weeks:
            rows.append((f"K{customer:05}", time))
            if len(rows) > 1 and time > begun[customer] and rng.random() < leaves[customer]:
                break
            time += rng.exponential(1 / rate[customer]) + 0.2
    table = pd.DataFrame(rows, columns=["customer_id", "week"])
    day = pd.Timestamp("2023-01-02") + pd.to_timedelta((table["week"] * 7).astype(int), unit="D")
    amount = np.round(rng.lognormal(5, 0.5, len(table)), 2)
    return table.assign(ordered_on=day.astype("datetime64[us]"), amount=amount, kind="增购")


TRUE = BgNbd(0.9, 8.0, 0.8, 2.5)


def test_parameters_are_recovered_and_the_model_wins_on_its_own_data() -> None:
    orders = simulate(np.random.default_rng(3), TRUE, 2500, 120)
    check = model_check.check_purchases(orders, "2024-06-03", "2025-04-14")
    assert check.is_shown, check.rules
    assert 0.9 < check.rules.loc["model", "ratio"] < 1.1
    fitted = purchase_models.fit_bgnbd(model_check.summarise_purchases(orders, "2025-04-14"))
    # Mean rate and mean chance of leaving are what the data tell best.
    assert fitted.r / fitted.alpha == pytest.approx(TRUE.r / TRUE.alpha, rel=0.15)
    assert fitted.a / (fitted.a + fitted.b) == pytest.approx(TRUE.a / (TRUE.a + TRUE.b), abs=0.06)


def test_amounts_are_recovered() -> None:
    rng = np.random.default_rng(11)
    p, q, gamma, size = 6.0, 4.0, 15.0, 3000
    x = rng.integers(1, 8, size)
    nu = rng.gamma(q, 1 / gamma, size)
    table = pd.DataFrame({"x": x.astype(float), "mean": rng.gamma(p * x, 1 / nu) / x})
    fitted = purchase_models.fit_gamma_gamma(table)
    assert fitted.mean == pytest.approx(p * gamma / (q - 1), rel=0.05)
    assert fitted.q == pytest.approx(q, rel=0.2)
    in_other_units = purchase_models.fit_gamma_gamma(table.assign(mean=table["mean"] * 1000))
    assert in_other_units.p == pytest.approx(fitted.p, rel=1e-3)


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "likelihood"),
    [(HIGH_END, 0.668, 3.806, -1611.16), (REGULAR, 0.704, 1.182, -1680.27)],
)
def test_renewals_as_published(survivors: list[int], alpha: float, beta: float, likelihood: float) -> None:
    model = fit_sbg(count_from_survivors(np.array(survivors)))
    assert (round(model.alpha, 3), round(model.beta, 3)) == (alpha, beta)
    assert round(model.log_likelihood, 2) == likelihood


def test_retention_survival_and_payments_as_published() -> None:
    model = fit_sbg(count_from_survivors(np.array(HIGH_END)))
    rates = renewal_models.retention(model, np.arange(1, 5))
    assert np.round(rates, 3).tolist() == [0.851, 0.878, 0.897, 0.911]
    assert round(float(renewal_models.survival(model, 12)), 4) == 0.3780
    by_quadrature = quad(lambda p: p ** (model.alpha - 1) * (1 - p) ** (model.beta + 11), 0, 1)[0]
    assert renewal_models.survival(model, 12) == pytest.approx(
        by_quadrature / beta_function(model.alpha, model.beta), rel=1e-6
    )
    assert round(renewal_models.expect_payments(model, 0.1), 4) == pytest.approx(5.9223, abs=1e-4)
    assert round(renewal_models.expect_payments(model, 0.1, 3), 4) == pytest.approx(6.2939, abs=1e-4)
    years = np.arange(4000)
    terms = (renewal_models.survival(model, years) / 1.1**years).sum()
    assert renewal_models.expect_payments(model, 0.1) == pytest.approx(terms, rel=1e-4)
    other = fit_sbg(count_from_survivors(np.array(REGULAR)))
    assert round(float(renewal_models.survival(other, 12)), 4) == 0.1700
    assert round(renewal_models.expect_payments(other, 0.1), 4) == pytest.approx(3.6949, abs=1e-4)
    assert round(renewal_models.expect_payments(other, 0.1, 3), 4) == pytest.approx(4.8698, abs=1e-4)


def test_errors_of_renewals_cover_the_truth() -> None:
    """Of 20 samples about 95 % have log α within two standard errors."""
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(20):
        leaves = rng.beta(1.0, 3.4, 1500)
        renewed = np.minimum(rng.geometric(np.clip(leaves, 1e-9, 1)) - 1, 5)
        lost = renewed < 5
        model = fit_sbg(pd.DataFrame({"renewed": renewed, "lost": lost}))
        hits += abs(np.log(model.alpha / 1.0)) < 2 * model.log_errors[0]
    assert hits >= 16


def contracts(rng: np.random.Generator, size: int) -> pd.DataFrame:
    """Three cohorts with yearly renewals of chances of their own."""
    rows = []
    for customer in range(size):
        day = pd.Timestamp("2022-01-03") + pd.Timedelta(days=int(rng.integers(0, 700)))
        leaves = rng.beta(0.6, 1.2)
        rows.append((f"K{customer:05}", day, "新购"))
        year = 1
        while year < 4 and rng.random() >= leaves:
            rows.append((f"K{customer:05}", day + pd.DateOffset(years=year), "续费"))
            year += 1
    table = pd.DataFrame(rows, columns=["customer_id", "ordered_on", "kind"])
    return table.assign(amount=1800.0, ordered_on=table["ordered_on"].astype("datetime64[us]"))


def test_renewals_are_followed_only_as_far_as_they_can_be_known() -> None:
    days = ["2022-01-01", "2023-01-10", "2023-02-01", "2024-11-20", "2024-01-15"]
    orders = pd.DataFrame(
        {
            "customer_id": list("aabcd"),
            "ordered_on": pd.to_datetime(days).astype("datetime64[us]"),
            "kind": ["新购", "续费", "新购", "新购", "新购"],
            "amount": 1.0,
        }
    )
    told = model_check.follow_renewals(orders, "2025-01-01", 60)
    # a renewed once and then did not; b did not; c was not due; d is due in two weeks, not yet known
    assert told["renewed"].to_dict() == {"a": 1, "b": 0}
    assert told["lost"].to_dict() == {"a": True, "b": True}
    assert model_check.follow_renewals(orders.drop(columns="kind"), "2025-01-01", 60).empty


def test_renewals_are_checked_on_the_other_half() -> None:
    orders = contracts(np.random.default_rng(2), 1500)
    renewals = model_check.follow_renewals(orders, "2025-06-01", 60)
    check = model_check.check_renewals(renewals)
    assert check.is_shown, check.rules
    model = model_check.fit_renewals(renewals)
    assert abs(np.log(model.alpha / 0.6)) < 2 * model.log_errors[0] + 0.05
    many = check.groups[check.groups["customers"] > 100]
    assert (many["predicted"] - many["actual"]).abs().max() < 0.04


@pytest.mark.parametrize("size", [0, 1, 9, 299])
def test_few_customers_have_no_model(size: int) -> None:
    orders = contracts(np.random.default_rng(1), size)
    renewals = model_check.follow_renewals(orders, "2025-06-01", 60)
    assert model_check.check_renewals(renewals).verdict == model_check.TOO_FEW
    if size:
        assert model_check.check_purchases(orders, "2024-01-01", "2025-01-01").verdict == model_check.TOO_FEW


def test_without_repeats_or_time_there_is_no_model() -> None:
    ids = [f"K{n}" for n in range(400)]
    day = pd.Series(pd.Timestamp("2024-06-01"), index=range(400)).astype("datetime64[us]")
    once = pd.DataFrame({"customer_id": ids, "ordered_on": day, "amount": 5.0})
    assert model_check.check_purchases(once, "2025-01-01", "2026-01-01").verdict == model_check.NO_REPEATS
    one_year = pd.DataFrame({"renewed": [1] * 300 + [0] * 100, "lost": [False] * 300 + [True] * 100})
    assert model_check.check_renewals(one_year).verdict == model_check.NO_SPAN


def test_a_model_that_is_no_better_is_not_shown() -> None:
    """All renew alike: the mean is as good."""
    rng = np.random.default_rng(9)
    renewed = np.minimum(rng.geometric(0.2, 1200) - 1, 3)
    alike = pd.DataFrame({"renewed": renewed, "lost": renewed < 3})
    assert model_check.check_renewals(alike).verdict in (model_check.NOT_BETTER, model_check.SHOWN)
    check = model_check.check_renewals(alike)
    assert abs(check.rules.loc["model", "rmse"] - check.rules.loc["mean", "rmse"]) < 0.005


def test_frequency_that_goes_with_amount_is_refused() -> None:
    x = np.arange(1.0, 401) % 9 + 1
    table = pd.DataFrame({"x": x, "last": x * 3, "age": 60.0, "mean": 100 * x})
    fitted = model_check.fit_purchases(table)
    assert fitted.correlation == pytest.approx(1)
    assert fitted.amounts is None


def test_survivors_count_every_customer_once() -> None:
    assert count_from_survivors(np.array(HIGH_END))["customers"].sum() == 1000
    assert renewal_models.retention(Sbg(1, 1), 1) == 0.5


@pytest.fixture(scope="module")
def sample_orders() -> tuple[pd.DataFrame, pd.Series]:
    """Draw the sample's orders of its three cities, without any file, and who is of which type."""
    parts = []
    for number, city in enumerate(CITIES):
        years = [rows for _, rows in consult(city, 2500, np.random.SeedSequence([2025, number]))]
        people = customer_sample.gather(city, years, np.random.default_rng([1, number]))
        orders = customer_sample.draw_orders(np.random.default_rng([2, number]), people)
        parts.append((orders, people.people["type"]))
    named = {
        "客户编号": "customer_id",
        "下单日期": "ordered_on",
        "订单类型": "kind",
        "订单金额(元)": "amount",
    }
    orders = pd.concat([part for part, _ in parts]).rename(columns=named)[list(named.values())]
    orders["ordered_on"] = orders["ordered_on"].astype("datetime64[us]")
    return orders.reset_index(drop=True), pd.concat([types for _, types in parts])


@pytest.mark.parametrize("kind", customer_sample.TRUE_CHURN)
def test_the_churn_of_the_sample_is_found_again(
    sample_orders: tuple[pd.DataFrame, pd.Series], kind: str
) -> None:
    orders, types = sample_orders
    renewals = model_check.follow_renewals(orders, "2026-01-01", 30)
    mine = renewals[types.reindex(renewals.index).eq(kind).to_numpy()]
    model = model_check.fit_renewals(mine)
    alpha, beta = customer_sample.TRUE_CHURN[kind]
    assert len(mine) > 100
    assert abs(np.log(model.alpha / alpha)) < 2 * model.log_errors[0]
    assert abs(np.log(model.beta / beta)) < 2 * model.log_errors[1]
