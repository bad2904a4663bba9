"""The sample's tables beside the consultations: what was built in is found again."""

import hashlib
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from scipy.optimize import minimize
from scipy.special import betaln

from industry_report.base.errors import InputError
from industry_report.intake import sample
from industry_report.intake.sample import customer_sample, opinion_sample

ROWS = 2500


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".csv":
        return pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False)
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return pd.DataFrame(rows, columns=header)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    sample.write_tables(folder, rows=ROWS)
    return folder


@pytest.fixture(scope="module")
def orders(folder: Path) -> pd.DataFrame:
    table = pd.concat([read(path) for path in sorted(folder.glob("*-订单.xlsx"))], ignore_index=True)
    return table.assign(day=pd.to_datetime(table["下单日期"])).drop_duplicates("订单编号")


def test_the_nine_consultation_workbooks_are_the_same_as_before_these_tables_came(tmp_path):
    """Of their contents, because another version of zlib packs the same contents into other bytes."""
    digest = hashlib.sha256()
    for path in sorted(sample.write(tmp_path, rows=300, seed=7)):
        with zipfile.ZipFile(path) as package:
            for name in sorted(package.namelist()):
                digest.update(path.name.encode() + name.encode() + package.read(name))
    assert digest.hexdigest() == "63806803a0e78005f213c5889f59fa5f51289375644b26b4bb9a49e8928bd70f"


def test_same_seed_same_bytes_whatever_the_size(tmp_path):
    for rows in (1, 7, 120):
        one, other = (sample.write_tables(tmp_path / f"{name}{rows}", rows=rows, seed=5) for name in "ab")
        assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_every_file_says_that_it_is_synthetic_and_none_of_another_is_replaced(folder, tmp_path):
    assert all(sample.is_sample(path) for path in folder.iterdir())
    own = tmp_path / "黄山市-线索.csv"
    own.write_text("线索ID,创建时间\n1,2025-01-01\n", encoding="utf-8")
    with pytest.raises(InputError, match="is no sample"):
        sample.write_tables(tmp_path, rows=5)
    assert list(tmp_path.iterdir()) == [own]


def test_every_purchase_of_the_consultations_is_an_order(folder, orders, tmp_path):
    sample.write(tmp_path, rows=ROWS)
    asked = pd.concat([read(path) for path in sorted(tmp_path.glob("*.xlsx"))], ignore_index=True)
    bought = asked[asked["是否成交"] == "是"].drop_duplicates(["客户ID", "咨询日期"])
    bought = bought[pd.to_datetime(bought["成交日期"]) <= customer_sample.EXPORTED]
    new = orders[orders["订单类型"] == "新购"]
    assert len(new) == len(bought)
    assert abs(new["订单金额(元)"].abs().sum() - bought["成交金额(元)"].astype(float).sum()) < 1


def fit_churn(orders: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Fit the shifted beta-geometric to how often licences were renewed; alpha, beta and their errors."""
    first = orders[orders["订单类型"] == "新购"].groupby("客户编号")["day"].min()
    renewed = (
        orders[orders["订单类型"] == "续费"].groupby("客户编号").size().reindex(first.index, fill_value=0)
    )
    chances = pd.Series(
        [sum(day + pd.DateOffset(years=n) <= customer_sample.EXPORTED for n in (1, 2)) for day in first]
    )
    counts = pd.DataFrame({"k": renewed.to_numpy(), "n": chances}).query("n > 0").value_counts()

    def loss(logs: np.ndarray) -> float:
        a, b = np.exp(logs)
        total = 0.0
        for (k, n), rows in counts.items():
            left = betaln(a + 1, b + k) if k < n else betaln(a, b + k)
            total -= rows * (left - betaln(a, b))
        return total

    found = minimize(loss, np.log([1.0, 3.0]), method="BFGS")
    return found.x, np.sqrt(np.diag(found.hess_inv))


@pytest.mark.parametrize("kind", ["小微企业", "个体工商户"])
def test_the_churn_that_was_built_in_is_found_again(folder, orders, kind):
    people = pd.concat([read(path) for path in sorted(folder.glob("*-客户档案.xlsx"))])
    own = orders[orders["客户编号"].isin(people.loc[people["客户类型"] == kind, "客户编号"])]
    logs, errors = fit_churn(own)
    a, b = customer_sample.TRUE_CHURN[kind]
    assert abs(logs[0] - np.log(a)) < 3 * errors[0]
    mean, true = np.exp(logs[0]) / np.exp(logs).sum(), a / (a + b)
    assert abs(mean - true) < 0.05


def test_the_mail_works_and_the_text_message_does_not(folder, orders):
    groups = pd.concat([read(path) for path in sorted(folder.glob("*-措施分组.xlsx"))])
    added = orders[(orders["订单类型"] == "增购") & orders["day"].between("2025-03-04", "2025-06-01")]
    groups["added"] = groups["客户编号"].isin(added["客户编号"])
    rates = groups.groupby(["措施", "组别"])["added"].agg(["mean", "size"])
    mail = rates.loc["增购邮件"]
    error = np.sqrt((mail["mean"] * (1 - mail["mean"]) / mail["size"]).sum())
    gain = mail["mean"]["实施"] - mail["mean"]["对照"]
    assert abs(gain - customer_sample.TRUE_MAIL_EFFECT) < 3 * error
    assert gain > 2 * error
    text = rates.loc["短信提醒", "mean"]
    assert abs(text["实施"] - text["对照"]) < 3 * error


def test_answers_look_better_than_customers_are_and_the_weights_are_found(folder):
    answers = pd.concat([read(path) for path in sorted(folder.glob("*-问卷.xlsx"))])
    given = answers[answers["填写日期"] != ""].astype(
        dict.fromkeys((*opinion_sample.ITEMS, "总体满意度"), float)
    )
    assert 0.2 < len(given) / len(answers) < 0.36
    items = np.column_stack([given[name] for name in opinion_sample.ITEMS])
    inner = given["总体满意度"].between(2, 4)
    weights = np.linalg.lstsq(np.c_[items, np.ones(len(given))], given["总体满意度"], rcond=None)[0][:-1]
    assert inner.mean() > 0.5
    assert np.abs(weights - list(opinion_sample.TRUE_WEIGHTS.values())).max() < 0.05


def test_behaviour_tells_something_of_what_follows_but_not_all(folder, tmp_path):
    visits = pd.concat([read(path) for path in sorted(folder.glob("*-互动.csv"))])
    leads = pd.concat([read(path) for path in sorted(folder.glob("*-线索.csv"))])
    leads["day"], visits["day"] = (
        pd.to_datetime(leads["创建时间"]),
        pd.to_datetime(visits["时间"], format="mixed"),
    )
    pairs = visits[visits["是否内部访问"] == "否"].merge(
        leads[["客户编号", "day"]], on="客户编号", suffixes=("", "_lead")
    )
    before = pairs[
        (pairs["day"] < pairs["day_lead"]) & (pairs["day_lead"] - pairs["day"] < pd.Timedelta(days=60))
    ]
    pages = leads["客户编号"].map(before[before["类型"] == "浏览"].groupby("客户编号").size()).fillna(0)
    late = (leads["day"] >= "2025-01-01") & (pages < 400)
    won = leads["是否转换"][late] == "是"
    ranks = pages[late].rank()
    auc = (ranks[won].sum() - won.sum() * (won.sum() + 1) / 2) / (won.sum() * (~won).sum())
    assert 0.66 < auc < 0.80


def test_open_complaints_and_the_mess_are_there(folder, orders):
    complaints = pd.concat([read(path) for path in sorted(folder.glob("*-投诉.xlsx"))])
    closed = complaints[complaints["办结日期"] != ""]
    assert 0 < len(complaints) - len(closed) < len(complaints) / 4
    assert (pd.to_datetime(closed["办结日期"]) < pd.to_datetime(closed["投诉日期"])).sum() >= 2
    assert orders["客户编号"].isin(["WZ-000001", "1.2E+11"]).sum() >= 2
    assert orders["产品"].str.contains("13800138000").any()
    assert ((orders["订单金额(元)"] < 0) & (orders["订单类型"] != "退款")).any()
