"""Whoever tries to publish around the gate in a public edition is told how to publish through it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import scoring
from industry_report.analysis import conversion, market, workload
from industry_report.base import language, origin
from industry_report.base.errors import InputError
from industry_report.protection import disclosure, publication, source_files
from industry_report.protection.publication import Published
from industry_report.report import display, figures, tables
from industry_report.report.sentences import industry

ROOT = Path(__file__).parents[2]
CARD = scoring.load_scorecard(ROOT / "params" / "scorecards" / "consultation.yaml")
POLICY = disclosure.Policy(10, 10.0)
NOTHING = source_files.Files(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), synthetic=True)


def draw_rows(rows: int = 400, seed: int = 3) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    table = pd.DataFrame({d.column: random.integers(1, 6, rows) for d in CARD.dimensions}, dtype="Int64")
    table["customer_id"] = [f"K{number}" for number in range(rows)]
    table["customer_type"] = random.choice(["小微企业", "院校", "王小明工作室"], rows, p=[0.7, 0.29, 0.01])
    table["source"] = random.choice(["官网", "电话咨询"], rows)
    table["converted"] = pd.array(random.random(rows) < 0.4, dtype="boolean")
    return table


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[Published]:
    """A published slice, in a public report that has just begun."""
    monkeypatch.setattr(display, "display", lambda *_, **__: None)
    display.begin("zh", CARD, POLICY)
    yield publication.protect_slice(draw_rows(), 2025, CARD, POLICY, NOTHING)
    origin.watch(None)
    language.use("zh")
    plt.close("all")


@pytest.fixture
def scored() -> pd.DataFrame:
    return scoring.score(draw_rows(), CARD)


def test_what_came_from_the_gate_is_shown(now: Published) -> None:
    by_type, measure = now.by["customer_type"], now.measure
    display.cover(title="报告", subtitle="2025年", facts={"咨询": f"{now.received:,}条"})
    display.say(industry.overall(now.average, measure), f"可评级的有{now.graded:,}条。")
    display.say(f"成交率为{display.number(now.average, 'rate')}。")
    display.show(by_type, caption="各客户类型的成交率")
    display.show(
        figures.rates(by_type, measure, now.average.rate, title=industry.extremes(by_type, measure)),
        caption="各客户类型的成交率",
        data=by_type,
    )
    display.show(now.versus["customer_type"], caption="比较")
    staff = workload.full_time_equivalents(now.contacts, {"low": 10, "mid": 20, "high": 30}, 1600)
    display.show(tables.staff(staff), caption="人数")
    display.attach(market.demand(by_type, now.graded), "demand", "占比")


def test_rows_are_refused(now: Published, scored: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"did not come from the gate.*publication.publish"):
        display.show(scored.head(), caption="咨询")
    with pytest.raises(InputError, match="did not come from the gate"):
        display.attach(scored, "rows", "咨询")
    with pytest.raises(InputError, match="did not come from the gate"):
        display.show(scored[scored["source"] == "官网"][["intent"]], caption="官网咨询")


def test_a_count_in_an_f_string_is_refused_wherever_words_can_stand(
    now: Published, scored: pd.DataFrame
) -> None:
    words = f"其中{(scored['customer_type'] == '王小明工作室').sum()}条来自个人"
    for attempt in (
        lambda: display.say(words),
        lambda: display.say(zh=words, en=words),
        lambda: display.section(zh=words, en=words),
        lambda: display.cover(title="报告", subtitle="", facts={"咨询": words}),
        lambda: display.cover(title=words, subtitle="", facts={}),
        lambda: display.cover(title="报告", subtitle="", facts={}, key_figures=[("咨询", words)]),
        lambda: display.show(now.by["source"], caption=words),
    ):
        with pytest.raises(InputError, match=r"number .* did not come from the gate"):
            attempt()


def test_the_length_of_the_rows_is_refused_and_that_of_the_gate_is_not(
    now: Published, scored: pd.DataFrame
) -> None:
    with pytest.raises(InputError, match=r"the number \d+ in"):
        display.say(f"共{len(scored) - 3}条。")
    display.say(f"共{now.received}条。")


def test_own_tables_and_statistics_of_rows_are_refused(now: Published, scored: pd.DataFrame) -> None:
    measure = conversion.choose_measure(scored)
    own = [
        conversion.by(scored, "customer_type", measure, least=1),
        conversion.by_grade(scored),
        scored.describe(),
        scored.groupby("customer_type").size().to_frame("consultations"),
        pd.DataFrame({"咨询": [len(scored)]}),
        conversion.compare(conversion.by(scored, "source", measure), planned=False),
        market.demand(conversion.by(scored, "customer_type", measure, least=1), 400),
    ]
    for table in own:
        with pytest.raises(InputError, match="did not come from the gate"):
            display.show(table, caption="表")


def test_a_number_slipped_into_a_published_table_is_refused(now: Published, scored: pd.DataFrame) -> None:
    by_type = now.by["customer_type"]
    with pytest.raises(InputError, match=r"column 'n'.*did not come from the gate"):
        display.show(by_type.assign(n=scored["customer_type"].value_counts().iloc[-1]), caption="表")
    changed = by_type.copy()
    changed.iloc[0, 0] = 3
    with pytest.raises(InputError, match=r"row .* holds a number that did not come"):
        display.show(changed, caption="表")


def test_sentences_and_figures_of_own_numbers_are_refused(now: Published, scored: pd.DataFrame) -> None:
    measure = conversion.choose_measure(scored)
    by_type = conversion.by(scored, "customer_type", measure, least=1)
    part = scored[(scored["source"] == "官网") & (scored["intent"] > 2)]
    with pytest.raises(InputError, match="did not come from the gate"):
        display.say(industry.overall(conversion.overall(part, measure), measure))
    with pytest.raises(InputError, match="the figure was drawn"):
        display.show(figures.rates(by_type, measure, 0.4), caption="图")
    with pytest.raises(InputError, match="the figure was drawn"):
        figure = Figure()
        figure.subplots().bar([0, 1], [3, 4])
        display.show(figure, caption="图")
    with pytest.raises(InputError, match="did not come from the gate"):
        display.show(
            figures.rates(now.by["customer_type"], measure, now.average.rate), caption="图", data=by_type
        )


def test_a_figure_of_ones_own_is_drawn_from_published_tables(now: Published, scored: pd.DataFrame) -> None:
    def bars(table: pd.DataFrame) -> Figure:
        figure = Figure()
        figure.subplots().bar(range(len(table)), table["consultations"].to_numpy(float))
        return figure

    display.show(display.draw(bars, now.by["source"]), caption="各来源的咨询数", data=now.by["source"])
    raw = conversion.by(scored, "source", now.measure, least=1)
    with pytest.raises(InputError, match="the figure was drawn"):
        display.show(display.draw(bars, raw), caption="图")


def test_numbers_that_the_author_wrote_and_the_parameters_are_shown(now: Published) -> None:
    display.say("置信水平为95%，计数小于10的不公布。", f"{POLICY.threshold}以下不公布。")


def test_an_internal_edition_shows_what_it_likes(
    monkeypatch: pytest.MonkeyPatch, scored: pd.DataFrame
) -> None:
    monkeypatch.setattr(display, "display", lambda *_, **__: None)
    display.begin("zh", CARD, disclosure.Policy(10, 10.0, internal=True))
    display.show(scored.head(), caption="咨询")
    display.say(f"共{len(scored)}条。")
    origin.watch(None)


def test_a_label_that_few_share_stands_in_no_table_and_no_figure(now: Published) -> None:
    tables_of = [*now.by.values(), *now.versus.values(), now.amounts, now.mix.rates, now.mix.weights]
    assert "王小明工作室" not in {str(label) for table in tables_of for label in table.index}


def test_every_public_function_that_words_or_draws_passes_on_where_numbers_came_from() -> None:
    import importlib
    import inspect

    rooms = [*(ROOT / "industry_report" / "report" / "sentences").glob("[a-z]*.py")]
    rooms += [ROOT / "industry_report" / "report" / f"{name}.py" for name in ("figures", "panels", "tables")]
    for path in rooms:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        module = importlib.import_module(name)
        own = [f for _, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == name]
        untraced = [f.__name__ for f in own if not f.__name__.startswith("_") and not hasattr(f, "traced")]
        assert untraced == [], name
