from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from industry_report.base.errors import InputError
from industry_report.building import plan
from industry_report.settings import parameters

ROOT = Path(__file__).parents[2]
PLAN = "reports:\n  - notebook: industry\n    region: [黄山市, 杭州市]\n    year: [2024, 2025]\n"


def fault_of(*files: Path, **options: str) -> str:
    with pytest.raises(InputError) as caught:
        plan.list_jobs(files, **options)
    return str(caught.value)


# --- what is planned


def test_flat_file_is_one_report_of_the_industry_notebook(write_params, slices):
    (job,) = plan.list_jobs([write_params("region: 黄山市\nyear: 2025\n")])
    assert job.stem == "2025/黄山市/industry.zh"
    assert job.notebook.name == "industry.ipynb"
    assert job.parameters == {
        "region": "黄山市",
        "year": 2025,
        "language": "zh",
        "edition": "industry",
        "data": "sample",
        "scorecard": "params/scorecards/consultation.yaml",
    }


def test_lists_of_a_plan_multiply_out_in_their_order(write_params, slices):
    jobs = plan.list_jobs([write_params(PLAN)])
    assert [job.stem for job in jobs] == [
        "2024/黄山市/industry.zh",
        "2025/黄山市/industry.zh",
        "2024/杭州市/industry.zh",
        "2025/杭州市/industry.zh",
    ]
    assert jobs[0].origin == f"{Path('params/x.yaml')}, line 2"


def test_list_of_a_list_parameter_stays_a_list(write_params):
    (job,) = plan.list_jobs(
        [write_params("reports:\n  - notebook: typed\n    name: 甲\n    types: [企业, 个人]\n")]
    )
    assert job.parameters["types"] == ["企业", "个人"]
    assert job.stem == "typed"


def test_merge_keys_are_allowed_and_own_values_win(write_params, slices):
    text = (
        "reports:\n  - &first {notebook: industry, region: 黄山市, year: 2024}\n"
        "  - <<: *first\n    year: 2025\n"
    )
    assert [job.parameters["year"] for job in plan.list_jobs([write_params(text)])] == [2024, 2025]


def test_edition_and_language_are_in_the_name(write_params, slices):
    text = "region: 黄山市\nyear: 2025\nedition: college\nlanguage: en\n"
    assert plan.list_jobs([write_params(text)])[0].stem == "2025/黄山市/industry-college.en"


@pytest.mark.parametrize(
    ("parameters", "stem"),
    [
        ({"regions": ["黄山市"], "years": []}, "黄山市/comparison.zh"),
        ({"regions": ["黄山市"], "years": [2024, 2025]}, "黄山市/comparison.zh"),
        ({"regions": ["黄山市", "杭州市"], "years": [2025]}, "2025/comparison.zh"),
        ({"region": "黄山市", "year": 2025, "regions": ["黄山市", "杭州市"]}, "2025/黄山市/comparison.zh"),
        ({"region": "黄山市", "year": 2025, "regions": ["杭州市"]}, "2025/黄山市/comparison.zh"),
    ],
)
def test_what_a_report_has_several_of_is_no_folder(parameters, stem):
    given = {**parameters, "edition": "industry", "language": "zh"}
    assert plan._name_output(Path("comparison.ipynb"), given, "industry") == stem


@pytest.mark.parametrize(
    ("parameters", "digests"),
    [
        ({"region": "黄山市", "year": 2025}, ["黄山市2025"]),
        ({"region": "黄山市", "year": 2025, "earlier_year": 0}, ["黄山市2024", "黄山市2025"]),
        ({"region": "黄山市", "year": 2025, "earlier_year": 2023}, ["黄山市2025"]),
        ({"regions": ["黄山市"], "years": []}, ["黄山市2024", "黄山市2025"]),
        ({"regions": ["黄山市", "杭州市"], "years": [2025]}, ["黄山市2025", "杭州市2025"]),
        ({"region": "黄山市", "year": 2025, "regions": ["杭州市"]}, ["黄山市2025", "杭州市2025"]),
        ({}, ["黄山市2024", "黄山市2025", "杭州市2024", "杭州市2025"]),
    ],
)
def test_report_depends_on_all_slices_that_it_reads(parameters, digests, slices):
    chosen = plan.select_slices(plan.index_slices(slices), parameters)
    assert sorted(part.digest for part in chosen) == sorted(digests)


def test_each_region_and_year_asked_for_must_be_there(write_params, slices):
    there, slices = plan._has_what_is_asked, plan.index_slices(slices)
    assert there(slices, {"regions": ["黄山市", "杭州市"], "years": [2025]})
    assert there(slices, {"region": "黄山市", "year": 2024, "earlier_year": 0})  # 2023 is not needed
    assert not there(slices, {"regions": ["黄山市", "盐城市"], "years": [2025]})
    assert not there(slices, {"regions": ["黄山市"], "years": [2023, 2025]})
    assert not there(slices, {"region": "黄山市", "year": 2023, "earlier_year": 2024})


def test_data_option_takes_the_place_of_the_parameter(write_params, slices):
    (job,) = plan.list_jobs([write_params("region: 黄山市\nyear: 2025\ndata: a.xlsx\n")], data="b.xlsx")
    assert job.parameters["data"] == "b.xlsx"


def test_only_keeps_what_has_the_text_in_its_name(write_params, slices):
    jobs = plan.list_jobs([write_params(PLAN)], only="2025/杭州")
    assert [job.stem for job in jobs] == ["2025/杭州市/industry.zh"]


def test_notebook_is_found_from_a_folder_below(project, write_params, slices, monkeypatch):
    file = write_params("region: 黄山市\nyear: 2025\n")
    (project / "work").mkdir()
    monkeypatch.chdir(project / "work")
    assert plan.list_jobs([".." / file])[0].notebook == project / "notebooks" / "industry.ipynb"


def test_date_reaches_the_notebook_as_text(write_params):
    text = "reports:\n  - notebook: typed\n    name: 2025-01-31\n"
    assert plan.list_jobs([write_params(text)])[0].parameters["name"] == "2025-01-31"


def test_whole_number_serves_as_float(write_params):
    text = "reports:\n  - notebook: typed\n    name: 甲\n    share: 1\n"
    assert plan.list_jobs([write_params(text)])[0].parameters["share"] == 1


def test_shipped_parameter_files_are_sound(monkeypatch, slices):
    monkeypatch.chdir(ROOT)
    slices.loc[len(slices)] = ["盐城市", 2023, 1, "x", True]
    for city in ("黄山市", "杭州市", "盐城市"):
        for year in (2023, 2024, 2025):
            slices.loc[len(slices)] = [city, year, 1, "x", True]
    stems = [job.stem for job in plan.list_jobs([ROOT / "params" / "annual.yaml"])]
    assert len(stems) == 9 + 3 + 3 + 3 + 4 + 2 + 10
    assert stems[9:12] == [f"2025/{city}/industry-government.zh" for city in ("黄山市", "杭州市", "盐城市")]
    assert stems[15:18] == [f"2025/{city}/enterprise.zh" for city in ("黄山市", "杭州市", "盐城市")]
    assert stems[-6:-2] == [
        *(f"{city}/comparison.zh" for city in ("黄山市", "杭州市", "盐城市")),
        "2025/comparison.zh",
    ]
    assert len(plan.list_jobs([ROOT / "params" / "huangshan-2025.yaml"])) == 1


def test_flat_file_is_papermills_own_form():
    parameters = yaml.safe_load((ROOT / "params" / "huangshan-2025.yaml").read_text(encoding="utf-8"))
    assert parameters == {"region": "黄山市", "year": 2025}


# --- the parameters cell


def test_parameters_cell_tells_types_defaults_and_what_is_required(project):
    found = parameters.read_parameters(project / "notebooks" / "typed.ipynb")
    types = {name: parameter.types for name, parameter in found.items()}
    assert types == {
        "name": ("str",),
        "count": ("int",),
        "share": ("float",),
        "strict": ("bool",),
        "types": ("list",),
        "levels": ("dict",),
        "note": ("str", "None"),
        "until": ("int",),
        "computed": (),
    }
    assert [name for name, parameter in found.items() if parameter.required] == ["name"]
    assert found["types"].default == ["企业"]


def test_notebook_without_parameters_cell(write_params):
    assert "no cell has the tag `parameters`" in fault_of(write_params("reports:\n  - notebook: untagged\n"))


def test_notebook_that_is_none(project, write_params):
    (project / "notebooks" / "odd.ipynb").write_text("{}", encoding="utf-8")
    assert "odd.ipynb: is not a notebook" in fault_of(write_params("reports:\n  - notebook: odd\n"))


# --- faults


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "regoin: 黄山市\nregion: 黄山市\nyear: 2025\n",
            "line 1: industry.ipynb has no parameter 'regoin'. Did you mean",
        ),
        ("region: 黄山市\n", "line 1: the required parameter `year` of industry.ipynb is missing. Add"),
        ("region: 黄山市\nyear: '2025'\n", "line 2: `year` must be int, got '2025' (str)."),
        (
            "region: 12\nyear: 2025\n",
            'line 1: `region` must be str, got 12 (int). Put it in quotes: region: "12".',
        ),
        ("region: 黄山市\nyear: true\n", "line 2: `year` must be int, got True (bool)."),
        ("region: 黄山市\nyear: [2024, 2025]\n", "A list multiplies out only in an entry under `reports:`."),
        (
            "region: 黄山市\nyear:\n",
            "line 2: `year` must be int, got None (None). Write a value, or leave the line out.",
        ),
        (
            "region: 黄山市\nyear: 2025\nlanguage: zn\n",
            "line 3: `language` must be zh or en, got 'zn'. Write `language: zh`.",
        ),
        (
            "region: 黄山市\nregion: 杭州市\nyear: 2025\n",
            "line 2: the key region stands twice, first on line 1.",
        ),
        ("- region: 黄山市\n", "line 1: the parameter file has no keys."),
        ("? [a, b]\n: 1\n", "line 1: the key in brackets is not a single value."),
        ("reports:\n", "line 1: reports is not a list."),
        ("reports:\n  - industry\n", "line 2: entry 1 of reports has no keys."),
        ("year: 2025\nreports:\n  - notebook: industry\n", "line 1: `year` stands beside `reports:`"),
        ("reports:\n  - region: 黄山市\n", "line 2: the entry does not name its notebook."),
        ("reports:\n  - notebook: 3\n", "line 2: notebook must be a name, got 3."),
        ("reports:\n  - notebook: industri\n", "Did you mean 'industry'?"),
        (
            "reports:\n  - notebook: industry\n    region: []\n    year: 2025\n",
            "line 3: the list of `region` is empty.",
        ),
        ("region: [黄山市\nyear: 2025\n", "line 1: this cannot be read, expected"),
        ("region: a: b\n", "line 1: this cannot be read, mapping values are not allowed here."),
        (
            "region: 黄山市\nyear: 2025-02-30\n",
            'line 2: year "2025-02-30" is no day of the calendar',
        ),
        ("region: \0\n", "line 1: the character 0x0 may not stand in YAML."),
        ("", "the required parameter `region`"),
    ],
)
def test_faulty_parameter_file_is_refused_with_line_and_mend(text, expected, write_params, slices):
    assert expected in fault_of(write_params(text))


def test_all_faults_of_all_files_are_told_at_once(write_params, slices):
    first = write_params("regoin: 黄山市\nyear: '2025'\n", "params/a.yaml")
    second = write_params(
        "reports:\n  - notebook: nothing\n  - notebook: industry\n    year: 2025\n", "params/b.yaml"
    )
    message = fault_of(first, second, Path("params/c.yaml"))
    assert message.startswith("plan: 6 faults, so nothing was made.")
    for part in (
        "'regoin'",
        "`region` of industry.ipynb is missing",
        "'2025'",
        "nothing.ipynb",
        "no such file",
    ):
        assert part in message


def test_missing_file_names_the_near_one(write_params):
    write_params("", "params/annual.yaml")
    assert fault_of(Path("params/anual.yaml")).endswith("or a folder above it. Did you mean 'annual.yaml'?")


def test_folder_as_parameter_file(project):
    assert "cannot be read" in fault_of(Path("params"))


def test_file_in_another_encoding(project, write_params):
    (project / "params/x.yaml").write_bytes("region: 黄山市\n".encode("gb18030"))
    assert "line 1: this is not UTF-8. Save the file as UTF-8." in fault_of(Path("params/x.yaml"))


def test_byte_order_mark_is_no_fault(write_params, slices):
    assert len(plan.list_jobs([write_params("\ufeffregion: 黄山市\nyear: 2025\n")])) == 1


def test_two_reports_with_one_output(write_params, slices):
    first = write_params("region: 黄山市\nyear: 2025\n", "params/a.yaml")
    message = fault_of(first, write_params(PLAN))
    assert "would write 2025/黄山市/industry.zh" in message
    assert "a.yaml, line 1 writes too" in message


def test_data_option_for_a_notebook_without_data(write_params):
    assert "has no parameter 'data'" in fault_of(
        write_params("reports:\n  - notebook: typed\n    name: 甲\n"), data="x"
    )


def test_only_without_a_match_lists_what_there_is(write_params, slices):
    message = fault_of(write_params(PLAN), only="2019")
    assert message.startswith("--only 2019: none of the 4 reports")
    assert "2024/黄山市/industry.zh" in message


def test_slice_the_data_lacks_is_found_before_anything_runs(write_params, slices):
    message = fault_of(write_params("region: 黄山\nyear: 2025\n"))
    assert "data sample: has no consultations of 黄山 2025" in message
    assert "There are: 黄山市 2024, 2025; 杭州市 2024, 2025." in message


def test_slice_outside_the_selection_is_not_asked_for(write_params, slices):
    file = write_params("reports:\n  - notebook: industry\n    region: [黄山市, 上海市]\n    year: 2025\n")
    assert len(plan.list_jobs([file], only="黄山")) == 1


def test_unreadable_data_is_told_once_for_all_its_reports(write_params, slices, monkeypatch):
    def fail(data: str, columns: str | None) -> None:
        raise InputError(data, "there is no such file.", "Check the path.")

    monkeypatch.setattr("industry_report.intake.dataset.slices", fail)
    assert fault_of(write_params(PLAN)) == "sample: there is no such file. Check the path."


# --- output paths


@pytest.mark.parametrize(
    ("region", "folder"),
    [
        ("..", "__"),
        (".git", "_git"),
        ("a/b\\c", "a_b_c"),
        ("NUL", "_NUL"),
        ("com1.x", "_com1.x"),
        ("甲:乙?", "甲_乙_"),
        ("甲. ", "甲._"),
    ],
)
def test_region_becomes_a_name_every_file_system_takes(region, folder, write_params, slices):
    slices.loc[len(slices)] = [region, 2025, 1, "x", True]
    file = write_params(yaml.safe_dump({"region": region, "year": 2025}, allow_unicode=True))
    assert plan.list_jobs([file])[0].stem == f"2025/{folder}/industry.zh"


keys = st.sampled_from(["region", "year", "reports", "notebook", "x"])
yaml_trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60) | yaml_trees.map(lambda value: yaml.safe_dump(value, allow_unicode=True)))
def test_whatever_stands_in_a_parameter_file_ends_in_a_plan_or_a_clear_fault(text, write_params, slices):
    file = write_params("")
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        plan.list_jobs([file])
    except InputError as fault:
        assert "x.yaml" in str(fault) or "data " in str(fault)


# --- one report, to look at


def test_job_of_a_notebook_by_its_own_defaults(project):
    job = plan.find_job(Path("notebooks/typed.ipynb"))
    assert job.notebook == project / "notebooks" / "typed.ipynb"
    assert (job.parameters["count"], job.parameters["types"]) == (3, ["企业"])


def test_job_of_a_notebook_by_a_flat_file_or_its_first_entry_in_a_plan(write_params, slices):
    flat = write_params("region: 杭州市\nyear: 2025\n", "params/flat.yaml")
    assert plan.find_job(Path("notebooks/broken.ipynb"), flat).stem == "2025/杭州市/broken.zh"
    assert plan.find_job(Path("notebooks/industry.ipynb"), flat, "x.csv").parameters["data"] == "x.csv"
    shelf = write_params(
        "reports:\n  - {notebook: broken, region: 黄山市, year: 2025}\n"
        "  - {notebook: industry, region: [黄山市, 杭州市], year: 2024}\n"
    )
    assert plan.find_job(Path("notebooks/industry.ipynb"), shelf).stem == "2024/黄山市/industry.zh"
    with pytest.raises(InputError, match=r"asks for no report of notebooks.typed\.ipynb"):
        plan.find_job(Path("notebooks/typed.ipynb"), shelf)
