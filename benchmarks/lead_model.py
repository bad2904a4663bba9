"""How good and how fast the fitted lead card is, beside scikit-learn on the same rows and in the same run.

    .venv/bin/python benchmarks/lead_model.py ../shared/data/x-education-leads.csv
    .venv/bin/python benchmarks/lead_model.py

With a file: leads of an education company (`Lead Number` ascending as time), 70 % to learn from, the rest
to test on; which columns the audit stops; grades with observed and predicted rates. The file is read
where it lies, nothing of it is kept. Without: fit, test and 40 resamples on 100,000 generated leads of 20
columns, against one scikit-learn logistic regression on the same columns; the aim: at most 20 times.
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # both sides on one core: what is measured is the work
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from industry_report.analysis.leads import accuracy, audit, model
from industry_report.analysis.leads.binning import cut
from industry_report.analysis.leads.fitting import Fit, Rule, fit
from industry_report.analysis.leads.stability import resample
from industry_report.scorecard.conditions import read_interval

HONEST = [
    *("Lead Origin", "Lead Source", "Do Not Email", "TotalVisits", "Total Time Spent on Website"),
    *("Page Views Per Visit", "Specialization", "current occupation", "City"),
]
SUSPECT = ["Tags", "Lead Quality", "Last Activity", "Last Notable Activity", "Lead Profile"]
CUTS = {"A": "[10, inf)", "B": "[0, 10)", "C": "[-8, 0)", "D": "(-inf, -8)"}
ROWS, NUMBERS, TEXTS, TIMES = 100_000, 12, 8, 20


def read_leads(path: Path) -> tuple[pd.DataFrame, pd.Series]:
    """Read the leads in the order in which they came, with their outcome."""
    leads = pd.read_csv(path).sort_values("Lead Number", kind="stable", ignore_index=True)
    return leads.replace("Select", np.nan), leads["Converted"].astype(bool)


def rules_of(leads: pd.DataFrame, columns: list[str]) -> dict[str, Rule]:
    """Give every number a bin for 0."""
    return {name: Rule(special=(0.0,) if leads[name].dtype.kind in "if" else ()) for name in columns}


def compare(path: Path) -> None:
    """Print the audit, the test of the card and of two others, and the grades."""
    leads, bought = read_leads(path)
    size = int(0.7 * len(leads))
    past, later, y = leads[:size], leads[size:], bought[size:].to_numpy()
    checked = audit.audit(past, bought[:size], leads.iloc[:0], rules_of(leads, HONEST + SUSPECT))
    print(checked[["column", "information", "auc", "why", "detail", "stopped"]].to_string(index=False))
    started = time.perf_counter()
    card = fit(past, bought[:size], rules_of(leads, HONEST))
    total = card.total(later)
    print(f"\nfitted and applied in {time.perf_counter() - started:.2f} s; left out: {dict(card.left_out)}")
    rows = [["card of whole points", *describe(total, card.chance(total), y)]]
    for name, other in make_others(leads[HONEST]).items():
        chance = other.fit(past[HONEST], bought[:size]).predict_proba(later[HONEST])[:, 1]
        rows.append([name, *describe(chance, chance, y)])
    print(
        pd.DataFrame(rows, columns=["model", "AUC", "low", "high", "Brier"]).round(4).to_string(index=False)
    )
    report_grades(card, past, bought[:size], later, bought[size:])


def describe(rank: np.ndarray, chance: np.ndarray, y: np.ndarray) -> list[float]:
    """Return AUC with interval, and Brier score; both as scikit-learn has them."""
    found = accuracy.area(rank, y)
    assert abs(found.value - roc_auc_score(y, rank)) < 1e-12
    assert abs(accuracy.brier(chance, y).score - brier_score_loss(y, chance)) < 1e-12
    return [found.value, found.low, found.high, accuracy.brier(chance, y).score]


def make_others(leads: pd.DataFrame) -> dict[str, object]:
    """Return one-hot logistic regression and gradient boosting, with the defaults of scikit-learn."""
    texts = [name for name in leads if leads[name].dtype.kind not in "if"]
    numbers = [name for name in leads if name not in texts]
    onehot = make_column_transformer(
        (make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), numbers),
        (OneHotEncoder(min_frequency=20, handle_unknown="infrequent_if_exist"), texts),
    )
    codes = make_column_transformer(
        ("passthrough", numbers),
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, min_frequency=20), texts),
    )
    return {
        "one-hot logistic": make_pipeline(onehot, LogisticRegression(max_iter=1000)),
        "gradient boosting": make_pipeline(codes, HistGradientBoostingClassifier(random_state=0)),
    }


def report_grades(
    card: Fit, past: pd.DataFrame, before: pd.Series, later: pd.DataFrame, after: pd.Series
) -> None:
    """Print observed and predicted rates by grade, calibration, shift and stability."""
    grades = {name: read_interval(text) for name, text in CUTS.items()}
    scored = model.grade(later.assign(outcome=after), card, grades)
    print("\n" + model.tabulate_grades(scored, grades).round(3).to_string(index=False))
    found = model.test_card(past, scored, card)
    print(f"\n{found.calibration}\n{found.brier}, skill {found.brier.skill:.3f}\n{found.shift}")
    cells = [cut(past[name], rule.special) for name, rule in rules_of(past, HONEST).items()]
    codes, test = ([one.encode(part[one.column]) for one in cells] for part in (past, later))
    floors = model.list_floors(grades)
    print(resample(card, cells, codes, before.to_numpy(), ["none"] * len(cells), test, floors))


def make_leads(rows: int) -> tuple[pd.DataFrame, pd.Series]:
    """Make leads of 20 columns with blanks, and outcomes that depend on half of them."""
    rng = np.random.default_rng(7)
    numbers = {f"number_{place}": np.round(rng.gamma(2, 10, rows), 1) for place in range(NUMBERS)}
    texts = {f"text_{place}": rng.choice(list("abcdefghij"), rows) for place in range(TEXTS)}
    leads = pd.DataFrame(numbers | texts)
    logit = -2 + sum((leads[f"number_{place}"] - 20) / 40 * (place % 3) for place in range(NUMBERS))
    logit += sum((leads[f"text_{place}"] < "c") * 0.4 * (place % 2) for place in range(TEXTS))
    bought = pd.Series(rng.random(rows) < 1 / (1 + np.exp(-logit)))
    leads.loc[rng.random(rows) < 0.1, "number_1"] = np.nan
    return leads, bought


def run_card(leads: pd.DataFrame, bought: pd.Series) -> tuple[Fit, float]:
    """Fit, test and resample; gives the card and the share of leads that keep their grade."""
    size = int(0.7 * len(leads))
    past, later, y = leads[:size], leads[size:], bought[:size].to_numpy()
    rules = {name: Rule() for name in leads}
    card = fit(past, bought[:size], rules)
    grades = model.propose_grades(card)
    scored = model.grade(later.assign(outcome=bought[size:]), card, grades)
    model.test_card(past, scored, card)
    cells = [cut(past[name]) for name in rules]
    codes, test = ([one.encode(part[one.column]) for one in cells] for part in (past, later))
    found = resample(card, cells, codes, y, ["none"] * len(cells), test, model.list_floors(grades))
    return card, found.same


def measure() -> None:
    """Print the time of fit, test and 40 resamples beside one scikit-learn logistic regression."""
    leads, bought = make_leads(ROWS)
    prepare, regression = (step for _, step in make_others(leads)["one-hot logistic"].steps)
    started = time.perf_counter()
    columns = prepare.fit_transform(leads)
    coded = time.perf_counter() - started
    started = time.perf_counter()
    regression.fit(columns, bought)
    theirs = time.perf_counter() - started
    started = time.perf_counter()
    card, same = run_card(leads, bought)
    ours = time.perf_counter() - started
    print(f"{ROWS:,} leads x {leads.shape[1]} columns, one core; {len(card.parts)} columns on the card")
    print(f"leads that keep their grade: {same:.1%}")
    print(f"scikit-learn, one logistic fit: {theirs:.2f} s, and {coded:.2f} s to code the columns for it")
    print(f"fit, test and 40 resamples:     {ours:.2f} s = {ours / theirs:.1f} times the fit (aim: {TIMES})")


if __name__ == "__main__":
    compare(Path(sys.argv[1])) if len(sys.argv) > 1 else measure()
