from pathlib import Path

import pandas as pd
import pytest

from industry_report.analysis import curriculum
from industry_report.base import language
from industry_report.base.errors import InputError
from industry_report.intake import sample

ROOT = Path(__file__).parents[2]
GOOD = """\
title: {zh: 对照表, en: Map}
version: "1"
modules:
  - product: 总账
    skills: [{zh: 结账, en: Closing}]
    courses: [{zh: 基础会计, en: Accounting}]
  - product: 报税
    skills: [{zh: 申报, en: Filing}]
    courses: [{zh: 税法, en: Tax law}, {zh: 基础会计, en: Accounting}]
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "skills.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def make_demand(**asked):
    table = pd.DataFrame({"asked": asked, "rate": {k: v / 100 for k, v in asked.items()}}, dtype=float)
    return table.rename_axis("product")


def test_standard_map_names_every_product_of_the_sample():
    taught = curriculum.load_curriculum(ROOT / "params" / "skills.yaml")
    assert {module.product for module in taught.modules} == set(sample.PRODUCTS.index)
    assert all(module.skills and module.courses for module in taught.modules)


def test_needs_follow_demand_and_name_skills_in_the_language(write):
    taught = curriculum.load_curriculum(write(GOOD))
    demand = make_demand(报税=40, 总账=30, 云=20, 其他=5)
    needs = curriculum.needs(demand, taught)
    assert needs["courses"].to_dict() == {"报税": "税法；基础会计", "总账": "基础会计", "云": ""}
    assert needs["asked"].tolist() == [40, 30, 20]
    assert curriculum.unmapped(demand, taught) == ["云"]
    language.use("en")
    assert curriculum.needs(demand, taught)["skills"]["报税"] == "Filing"


def test_courses_stand_in_the_order_of_the_most_wanted_product(write):
    taught = curriculum.load_curriculum(write(GOOD))
    courses = curriculum.courses(make_demand(总账=30, 报税=40), taught)
    assert courses["products"].to_dict() == {"基础会计": "报税、总账", "税法": "报税"}
    assert courses["rate"].tolist() == [0.4, 0.4]


def test_withheld_demand_is_not_told_through_a_course(write):
    taught = curriculum.load_curriculum(write(GOOD))
    demand = make_demand(总账=30, 报税=40)
    demand.loc["报税"] = float("nan")
    courses = curriculum.courses(demand, taught)
    assert courses["products"].to_dict() == {"基础会计": "总账"}


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("skills: [{zh: 申报, en: Filing}]", "skill: [{zh: 申报, en: Filing}]", 8, "Did you mean skills?"),
        ("    courses: [{zh: 基础会计, en: Accounting}]\n  -", "  -", 4, "lacks courses"),
        ("{zh: 结账, en: Closing}", "{zh: 结账}", 5, "lacks en"),
        ("[{zh: 结账, en: Closing}]", "结账", 5, "not a list"),
        ("product: 报税", "product: ''", 7, "expected a text"),
        ("product: 报税", "product: 总账", 7, "there twice"),
        ('version: "1"', "", 1, "lacks version"),
        ("  - product: 总账", "  - product: 总账\n    product: 报税", 5, "stands twice"),
    ],
)
def test_fault_is_named_with_its_line_and_mend(write, old, new, line, said):
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        curriculum.load_curriculum(write(GOOD.replace(old, new)))
    assert f"line {line}" in str(caught.value)
    assert said in str(caught.value)
    assert str(caught.value).rstrip()[-1] in ".?"


def test_all_faults_of_a_file_come_at_once(write):
    with pytest.raises(InputError) as caught:
        curriculum.load_curriculum(write(GOOD.replace("product:", "produkt:")))
    assert str(caught.value).count("Did you mean product?") == 2
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    ("text", "said"), [("a: [", "cannot be read"), ("", "is empty"), ("- 1", "has no keys")]
)
def test_file_of_another_form_is_refused(write, text, said):
    with pytest.raises(InputError, match=said):
        curriculum.load_curriculum(write(text))


def test_missing_file_is_named():
    with pytest.raises(InputError, match="no such file"):
        curriculum.load_curriculum("params/nothing.yaml")
