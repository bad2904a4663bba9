import re
import zipfile
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from industry_report.base.errors import InputError
from industry_report.intake import sample

SCORES = ["客户意向度评分", "需求明确性评分", "满意度评分"]
WEIGHTS = (Fraction(4, 10), Fraction(3, 10), Fraction(3, 10))


def read(path: Path) -> pd.DataFrame:
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name("咨询数据").to_python()
    return pd.DataFrame(rows, columns=header)


def are_scores(records: pd.DataFrame) -> pd.Series:
    return records[SCORES].isin([1, 2, 3, 4, 5]).all(axis=1)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {path.stem: path for path in sample.write(tmp_path_factory.mktemp("sample"), rows=2000)}


@pytest.fixture(scope="module")
def workbooks(paths: dict[str, Path]) -> dict[str, pd.DataFrame]:
    return {stem: read(path) for stem, path in paths.items()}


@pytest.fixture(scope="module")
def everything(workbooks: dict[str, pd.DataFrame]) -> pd.DataFrame:
    table = pd.concat(
        [records.assign(region=stem[:3], year=int(stem[4:])) for stem, records in workbooks.items()],
        ignore_index=True,
    )
    return table.assign(bought=table["是否成交"] == "是")


@pytest.fixture(scope="module")
def own_sizes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    paths = sample.write(tmp_path_factory.mktemp("own-sizes"))
    return {path.stem: CalamineWorkbook.from_path(path).get_sheet_by_index(0).height - 1 for path in paths}


def test_one_workbook_per_city_and_year(paths: dict[str, Path]) -> None:
    assert sorted(paths) == sorted(
        f"{c}-{y}" for c in ("黄山市", "杭州市", "盐城市") for y in (2023, 2024, 2025)
    )
    assert all(path.suffix == ".xlsx" for path in paths.values())


def test_own_sizes_differ_and_huangshan_2025_has_5601(own_sizes: dict[str, int]) -> None:
    assert own_sizes["黄山市-2025"] == 5601
    assert len(set(own_sizes.values())) == 9
    assert 35_000 <= sum(own_sizes.values()) <= 45_000


@pytest.mark.parametrize("rows", [1, 2, 199, 500])
def test_rows_is_the_number_of_records_in_every_workbook(tmp_path: Path, rows: int) -> None:
    assert {len(read(path)) for path in sample.write(tmp_path, rows=rows)} == {rows}


def test_same_seed_same_bytes_and_no_other(tmp_path: Path) -> None:
    first, again, other = (
        sample.write(tmp_path / name, rows=300, seed=seed) for name, seed in (("a", 7), ("b", 7), ("c", 8))
    )
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert not {path.read_bytes() for path in first} & {path.read_bytes() for path in other}


def test_written_over_whole_with_nothing_left_beside(tmp_path: Path) -> None:
    sample.write(tmp_path, rows=3)
    paths = sample.write(tmp_path, rows=5)
    assert {len(read(path)) for path in paths} == {5}
    assert set(tmp_path.iterdir()) == set(paths)


def test_header_is_the_registrys(workbooks: dict[str, pd.DataFrame]) -> None:
    expected = ["客户ID", "客户类型", "客户来源", "咨询详情", "咨询产品", "咨询日期", *SCORES]
    expected += ["综合评分", "最终评级", "是否成交", "成交日期", "成交金额(元)"]
    assert all(list(records.columns) == expected for records in workbooks.values())


def test_every_workbook_says_that_it_is_synthetic_in_both_languages(paths: dict[str, Path]) -> None:
    for path in paths.values():
        book = CalamineWorkbook.from_path(path)
        notes = "\n".join(str(cell) for row in book.get_sheet_by_name("说明").to_python() for cell in row)
        properties = zipfile.ZipFile(path).read("docProps/core.xml").decode("utf-8")
        for text in (notes, properties):
            assert "合成数据" in text
            assert "synthetic data" in text.lower()
            assert "2025" in text
        assert "2,000" in notes


def test_dates_are_dates_of_the_year_and_purchases_follow(workbooks: dict[str, pd.DataFrame]) -> None:
    for stem, records in workbooks.items():
        days = pd.to_datetime(records["咨询日期"])
        assert set(days.dt.year) == {int(stem[4:])}
        assert days.is_monotonic_increasing
        bought = records[records["是否成交"] == "是"]
        assert (pd.to_datetime(bought["成交日期"]) > days[bought.index]).all()
        assert (bought["成交金额(元)"].astype(float) > 0).all()
        assert set(records.loc[records["是否成交"] == "否", "成交金额(元)"]) == {""}


def test_supplied_composite_and_grade_follow_the_standard_exactly(everything: pd.DataFrame) -> None:
    sound = everything[are_scores(everything)]
    for *scores, composite, letter in sound[[*SCORES, "综合评分", "最终评级"]].itertuples(index=False):
        exact = sum(w * int(s) for w, s in zip(WEIGHTS, scores, strict=True))
        assert composite == float(exact)
        assert letter == ("A" if exact >= 4 else "B" if exact >= 3 else "C" if exact >= 2 else "D")


def test_untidy_scores_are_few_and_their_composite_is_blank(workbooks: dict[str, pd.DataFrame]) -> None:
    for records in workbooks.values():
        unsound = records[~are_scores(records)]
        blank = (unsound[SCORES] == "").any(axis=1)
        assert (blank.sum(), (~blank).sum()) == (10, 5)
        assert set(unsound.loc[~blank, SCORES].to_numpy().flat) >= {0, 6, "4.5"}
        assert (unsound[["综合评分", "最终评级"]] == "").all(axis=None)


def test_duplicates_are_a_handful_and_contradictions_deliberate(workbooks: dict[str, pd.DataFrame]) -> None:
    for records in workbooks.values():
        exact = records.duplicated()
        assert exact.sum() == 6
        same_day = records[~exact].duplicated(["客户ID", "咨询日期"])
        assert same_day.sum() == 1


def test_customer_numbers_point_to_nobody_and_return_next_year(workbooks: dict[str, pd.DataFrame]) -> None:
    for stem, records in workbooks.items():
        assert records["客户ID"].map(lambda value: re.fullmatch(r"(HS|HZ|YC)-0\d{7}", value)).all()
        assert not records["咨询详情"].str.contains(r"\d{3,}|先生|女士|@").any(), stem
    before, after = workbooks["黄山市-2024"], workbooks["黄山市-2025"]
    known = after["客户ID"].isin(before["客户ID"])
    assert 0.05 < known.mean() < 0.5
    types = pd.concat([before, after]).groupby("客户ID")["客户类型"].nunique()
    assert types.eq(1).all()


def test_higher_grades_convert_more(everything: pd.DataFrame) -> None:
    rates = everything[are_scores(everything)].groupby("最终评级")["bought"].mean()
    for grade, low, high in (("A", 0.45, 0.65), ("B", 0.20, 0.30), ("C", 0.04, 0.10), ("D", 0.005, 0.035)):
        assert low < rates[grade] < high, rates


def test_tax_season_and_year_end_peak_and_spring_festival_dips(everything: pd.DataFrame) -> None:
    days = pd.to_datetime(everything["咨询日期"])
    months = days.dt.month.value_counts()
    assert months[[4, 5, 12]].min() > months.mean() > months[[2, 8]].max()
    assert (days.dt.day_of_week >= 5).mean() < 0.1
    assert (
        days.between("2025-01-27", "2025-02-04").sum() < 0.2 * days.between("2025-01-06", "2025-01-14").sum()
    )


def test_sources_types_and_cities_differ(everything: pd.DataFrame) -> None:
    by_source = everything.groupby("客户来源")["bought"].mean()
    assert by_source["老客户推荐"] > 2 * by_source["短视频平台"]
    shares = everything["客户类型"].value_counts(normalize=True)
    assert shares["小微企业"] > 5 * shares["院校"]
    by_type = everything.groupby("客户类型")["bought"].mean()
    assert by_type["代理记账公司"] > 1.5 * by_type["个体工商户"]
    by_city = everything.groupby("region")["bought"].mean()
    assert by_city["杭州市"] > by_city["黄山市"] > by_city["盐城市"]


def test_years_change(everything: pd.DataFrame) -> None:
    shares = pd.crosstab(everything["year"], everything["客户来源"], normalize="index")
    assert shares.loc[2025, "短视频平台"] > 1.8 * shares.loc[2023, "短视频平台"]
    assert shares.loc[2025, "电话咨询"] < 0.7 * shares.loc[2023, "电话咨询"]
    sound = everything[are_scores(everything)].astype({"满意度评分": float})
    satisfaction = sound.groupby("year")["满意度评分"].mean()
    assert satisfaction.is_monotonic_increasing


def test_every_product_is_asked_for_and_some_together(everything: pd.DataFrame) -> None:
    names = everything["咨询产品"].str.split("、")
    assert set(names.explode()) == set(sample.PRODUCTS.index) == set(sample.TOPICS)
    assert names.map(len).value_counts(normalize=True)[1] > 0.6
    assert names.map(lambda together: len(set(together)) == len(together)).all()


def test_tables_name_only_known_types_sources_and_products() -> None:
    types, sources, products = (
        set(t.index) for t in (sample.CUSTOMER_TYPES, sample.SOURCES, sample.PRODUCTS)
    )
    for city in sample.CITIES:
        assert set(city.types) <= types
        assert set(city.sources) <= sources
    assert set(sample.PRODUCTS_OF_TYPE) <= types
    for factors in (*sample.PRODUCTS_OF_TYPE.values(), *sample.PRODUCTS_OF_MONTH.values()):
        assert set(factors) <= products


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"file.*could not be written.*Choose a folder"):
        sample.write(tmp_path / "file", rows=1)


@pytest.mark.parametrize(
    ("rows", "seed", "thing"), [(0, 1, "rows"), (-3, 1, "rows"), (2_000_000, 1, "rows"), (1, -1, "seed")]
)
def test_numbers_out_of_range_are_refused(tmp_path: Path, rows: int, seed: int, thing: str) -> None:
    with pytest.raises(InputError, match=f"^{thing}: expected"):
        sample.write(tmp_path, rows=rows, seed=seed)
    assert not any(tmp_path.iterdir())


def test_a_workbook_that_is_no_sample_is_never_replaced(tmp_path: Path) -> None:
    own = tmp_path / "黄山市-2025.xlsx"
    own.write_bytes(b"an institution's own data")
    with pytest.raises(InputError, match="is there already and is no sample"):
        sample.write(tmp_path, rows=5)
    assert own.read_bytes() == b"an institution's own data"
    assert list(tmp_path.iterdir()) == [own]
    own.unlink()
    assert sample.write(tmp_path, rows=5) == sample.write(tmp_path, rows=6)
