"""Forecasts against published numbers, a hand-made recursion and the rules on when to forecast at all."""

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from industry_report.analysis.trade import forecast
from industry_report.analysis.trade.smoothing import Fit, Form, fit_smoothing

# Annual oil production, Saudi Arabia 1996-2013; Hyndman and Athanasopoulos, Forecasting (2018), section 7.1.
OIL = [
    445.3641, 453.1950, 454.4096, 422.3789, 456.0371, 440.3866, 425.1944, 486.2052, 500.4291, 521.2759,
    508.9476, 488.8889, 509.8706, 456.7229, 473.8166, 525.9509, 549.8338, 542.3405,
]  # fmt: skip
# Box, Jenkins: international airline passengers, thousands a month, 1949-1960.
AIR = [
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170,
    158, 133, 114, 140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181,
    183, 218, 230, 242, 209, 191, 172, 194, 196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201,
    204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229, 242, 233, 267, 269, 270, 315, 364, 347,
    312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306, 315, 301, 356, 348,
    355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337,
    360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606,
    508, 461, 390, 432,
]  # fmt: skip
# Australian tourists, quarters from 2005; the same book, section 7.6.
TOURISTS = [
    42.2057, 24.6492, 32.6673, 37.2574, 45.2425, 29.3505, 36.3442, 41.7821, 49.2766, 31.2754, 37.8506,
    38.8370, 51.2369, 31.8386, 41.3234, 42.7990, 55.7084, 33.4071, 42.3166, 45.1571, 59.5761, 34.8373,
    44.8417, 46.9712, 60.0190, 38.3712, 46.9759, 50.7338, 61.6469, 39.2996, 52.6712, 54.3323, 66.8344,
    40.8712, 51.8285, 57.4919, 65.2515, 43.0612, 54.7608, 59.8345, 73.2570, 47.6966, 61.0978, 66.0558,
]  # fmt: skip


def months(values, start="2023-01"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), dtype=float)


def test_simple_smoothing_of_oil_is_that_of_the_book_and_of_a_recursion_by_hand():
    fit = fit_smoothing(OIL, Form(season=0))
    assert fit.alpha == pytest.approx(0.8338, abs=1e-4)
    assert fit.initial[0] == pytest.approx(446.573, abs=0.01)
    assert fit.forecast(3) == pytest.approx([542.679] * 3, abs=2e-3)
    level, errors = 446.573, []
    for value in OIL:
        errors.append(value - level)
        level += 0.8338 * errors[-1]
    assert level == pytest.approx(542.6791, abs=2e-3)
    assert fit.sse == pytest.approx(np.square(errors).sum(), rel=1e-6)
    # With SSE/n, as the book has it; `sigma` divides by n - k, for the series are short.
    half = 1.959964 * np.sqrt(fit.sse / fit.size) * forecast.spread(fit.error_weights(3))
    assert (fit.forecast(3) - half)[[0, 2]] == pytest.approx([487.558, 457.457], abs=0.01)
    assert (fit.forecast(3) + half)[[0, 2]] == pytest.approx([597.800, 627.901], abs=0.01)
    assert fit.sigma == pytest.approx(np.sqrt(fit.sse / 16))


def ask_statsmodels(values, error, trend, damped, seasonal, periods):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ETSModel(
            np.array(values, float),
            error=error,
            trend=trend,
            damped_trend=damped,
            seasonal=seasonal,
            seasonal_periods=periods,
        ).fit(disp=False)


def test_the_other_implementation_gives_the_published_figures_of_the_passengers():
    """ETS(M,Ad,M), which we do not fit: it vouches for statsmodels, which vouches for ours."""
    result = ask_statsmodels(AIR, "mul", "add", True, "mul", 12)
    assert result.aicc == pytest.approx(1095.36, abs=0.01)
    assert result.forecast(3) == pytest.approx([441.91, 434.66, 496.93], abs=0.02)


def test_the_tourists_are_forecast_as_published():
    fit = fit_smoothing(TOURISTS, Form(trend=True, season=4))
    assert fit.forecast(4) == pytest.approx([76.007, 51.449, 63.838, 68.305], abs=5e-3)
    assert fit.form.name == "ETS(A,A,A)"


@pytest.mark.parametrize("form", forecast.CANDIDATES)
@pytest.mark.parametrize("size", [36, 60])
def test_the_likelihood_is_that_of_statsmodels(form, size):
    fit = fit_smoothing(AIR[:size], form)
    other = ask_statsmodels(AIR[:size], "add", "add" if form.trend else None, form.damped, "add", 12)
    ours = -size / 2 * (np.log(2 * np.pi * fit.sse / size) + 1)
    assert ours >= other.llf - 0.01  # as good a fit, or a better one
    if ours == pytest.approx(other.llf, abs=0.01):
        assert fit.forecast(12) == pytest.approx(np.asarray(other.forecast(12)), rel=0.01)


def test_smoothing_beats_last_year_on_three_years_of_passengers():
    ets = forecast.roll(AIR[:36], Form(trend=True, damped=True), 12)
    # statsmodels has 5.70: in half of the twelve fits it stops short of the likelihood that ours reaches.
    assert np.abs(ets).mean() == pytest.approx(5.70, abs=0.05)
    assert np.abs(forecast.roll(AIR[:36], None, 12)).mean() == 30.5


def test_the_winner_of_the_rolling_test_is_used_and_named():
    found = forecast.predict(months(AIR[:36]))
    assert found.model.startswith("ETS(A,")
    assert found.test.loc[found.model, "mae"] < found.test.loc[forecast.NAIVE, "mae"]
    assert found.test["tested"].tolist() == [12, 12] and len(found.table) == 12
    inner, outer = found.table["high80"], found.table["high95"]
    assert (found.table["forecast"] < inner).all() and (inner < outer).all()
    assert found.total[0] == pytest.approx(found.table["forecast"].sum())
    assert found.total[1] < found.total[0] < found.total[2]


def test_last_year_wins_where_every_month_is_that_of_a_year_ago():
    """Months that differ between the first two years and then repeat: no level, no trend, no mean season."""
    rng = np.random.default_rng(0)
    first, then = rng.uniform(50, 400, 12), rng.uniform(50, 400, 12)
    values = np.concatenate([first, then, then])
    found = forecast.predict(months(values))
    assert found.model == forecast.NAIVE and found.test.loc[forecast.NAIVE, "mae"] == 0
    assert found.table["forecast"].tolist() == then.tolist()


def test_a_year_that_rose_throughout_may_rise_again():
    """Last year's value is wrong by the whole rise, in every month: the year's interval must hold that."""
    found = forecast.predict(months([100.0] * 12 + [150.0 + i for i in range(12)]))
    rise = sum(50 + i for i in range(12))
    assert found.model == forecast.NAIVE
    assert found.total[2] - found.total[0] == pytest.approx(1.959964 * rise, rel=1e-4)


@pytest.mark.parametrize("size", [1, 11, 12, 23])
def test_fewer_than_24_months_are_not_forecast(size):
    found = forecast.predict(months(AIR[:size]))
    assert found.reason == forecast.SHORT and found.table.empty and np.isnan(found.total[0])


@pytest.mark.parametrize("size", [24, 29])
def test_too_few_months_to_test_get_last_year_and_no_claim(size):
    found = forecast.predict(months(AIR[:size]))
    assert (found.model, found.test.empty) == (forecast.NAIVE, True)
    assert found.table["forecast"].tolist() == AIR[size - 12 : size]


def test_ten_years_are_forecast():
    found = forecast.predict(months(AIR[:120]))
    assert found.months == 120 and found.test["tested"].tolist() == [12, 12]
    assert str(found.table.index[0]) == "2033-01"


def test_withheld_missing_and_constant_series_are_not_forecast():
    assert forecast.predict(months([])).reason == forecast.NOTHING
    assert forecast.predict(months([*AIR[:30], np.nan])).reason == forecast.WITHHELD
    assert forecast.predict(months([*AIR[:30], 0.0])).reason == forecast.GAPS
    assert forecast.predict(months([5.0] * 30)).reason == forecast.CONSTANT


def simulate(fit, draws, ahead):
    """Simulate paths of ETS(A,Ad,A) or ETS(A,N,A) by its equations; the variances must come out."""
    rng = np.random.default_rng(7)
    level, trend = np.zeros(draws), np.zeros(draws)
    season = [np.zeros(draws) for _ in range(fit.form.season)]
    paths = []
    for _ in range(ahead):
        error = rng.normal(0, 1, draws)
        paths.append(level + fit.phi * trend + season[0] + error)
        level, trend = level + fit.phi * trend + fit.alpha * error, fit.phi * trend + fit.beta * error
        season = [*season[1:], season[0] + fit.gamma * error]
    return np.array(paths)


@pytest.mark.parametrize(("beta", "phi"), [(0.0, 1.0), (0.1, 0.9)])
def test_spread_of_months_and_of_their_sum_is_that_of_simulated_paths(beta, phi):
    form = Form(trend=beta > 0, damped=beta > 0, season=4)
    fit = Fit(form, 0.4, beta, 0.2, phi, np.zeros(5), np.zeros(6), 1.0, 30)
    paths, weights = simulate(fit, 60_000, 9), fit.error_weights(9)
    assert forecast.spread(weights) == pytest.approx(paths.std(axis=1), rel=0.015)
    assert forecast.spread_of_sum(weights) == pytest.approx(paths.sum(axis=0).std(), rel=0.015)


def test_the_states_at_the_end_carry_the_recursion_on():
    """Fitted to 30 months and run on by hand, the forecasts are those of the longer run."""
    fit = fit_smoothing(AIR[:30], Form(trend=True, damped=True))
    level, trend, *season = fit.states
    by_hand = [level + trend * sum(fit.phi**j for j in range(1, h + 1)) + season[h - 1] for h in range(1, 13)]
    assert fit.forecast(12) == pytest.approx(by_hand)
