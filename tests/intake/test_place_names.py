"""Region and year in the names of files and sheets."""

import pytest

from industry_report.intake import place_names


@pytest.mark.parametrize(
    ("name", "region", "year"),
    [
        ("黄山市-2025", "黄山市", 2025),
        ("2025年黄山市客户咨询明细", "黄山市", 2025),
        ("客户咨询数据黄山市2025年度", "黄山市", 2025),
        ("安徽省黄山市2024", "黄山市", 2024),
        ("盐城市_2023", "盐城市", 2023),
        ("杭州市", "杭州市", None),
        ("湘西土家族苗族自治州", "湘西土家族苗族自治州", None),
        ("安徽省", "安徽省", None),
        ("2023-2025", None, None),
        ("20250101导出", None, None),
        ("全市汇总", None, None),
        ("各地区", None, None),
        ("Huangshan 2025", None, 2025),
        ("Sheet1", None, None),
    ],
)
def test_names(name, region, year):
    assert (place_names.find_region(name), place_names.find_year(name)) == (region, year)


def test_a_short_name_agrees():
    assert place_names.agree("黄山", "黄山市")
    assert not place_names.agree("黄山市", "杭州市")


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("歙县-2025", "歙县"),
        ("黄山市歙县-2025", "黄山市歙县"),
        ("杭州市-2023", "杭州市"),
        ("安徽省黄山市", "黄山市"),
    ],
)
def test_counties_are_regions_of_their_own(name, region):
    assert place_names.find_region(name) == region
