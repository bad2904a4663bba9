"""The printed list of planned and exploratory comparisons."""

import numpy as np
import pandas as pd
import pytest

from industry_report.base import language
from industry_report.base.errors import InputError
from industry_report.protection import derived, publication
from industry_report.report.sentences import comparisons


@pytest.fixture(autouse=True)
def chinese():
    language.use("zh")


def test_the_list_tells_planned_from_exploratory():
    said = comparisons.list_comparisons(["grade", "customer_type"], ["source"])
    assert said == (
        "预设比较（运行前确定，P值按Holm法校正）：各等级两两比较、各客户类型与其余各组；"
        "其他比较（事先未确定，按Benjamini-Hochberg法校正）：各来源与其余各组"
    )
    assert comparisons.list_comparisons([], ["scores"]).startswith("没有预设比较；其他比较")
    language.use("en")
    assert comparisons.list_comparisons(["sides"], []).endswith("; there are no others")


def test_planned_groups_are_adjusted_by_holm_and_others_by_benjamini_hochberg():
    groups = pd.Index(list("abc"), name="customer_type")
    table = pd.DataFrame({"consultations": [300, 300, 300], "conversions": [90, 60, 75]}, index=groups)
    average = pd.Series({"consultations": 900, "conversions": 225})
    by_plan, searched = (derived.compare_groups(table, average, planned=p) for p in (True, False))
    assert set(by_plan["method"]) == {"Holm"} and set(searched["method"]) == {"Benjamini-Hochberg"}
    assert (by_plan["p_adjusted"] >= searched["p_adjusted"]).all()
    assert np.allclose(by_plan["p"], searched["p"])


def test_a_grouping_that_is_not_tested_cannot_be_planned():
    with pytest.raises(InputError, match="product"):
        publication.publish("sample", "黄山市", 2025, scorecard=None, policy=None, planned=["product"])  # type: ignore[arg-type]
