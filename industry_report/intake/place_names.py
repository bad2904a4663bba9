"""Read region and year out of the names of files and sheets."""

import re

# Words that stand beside a place in the names of exports.
_NOISE = re.compile("客户|咨询|数据|明细|记录|台账|导出|报表|统计|分级|评级|转化率|转化|年度|年|副本|表|的")
_REGION = re.compile(
    r"(?!各|分地区|全[国省市县区]|本[省市县区])(?:[\u4e00-\u9fff]{2,7}?"
    r"(?:特别行政区|自治[区州县旗]|新区|地区|州(?![市县区新])|[省市盟县区])|[\u4e00-\u9fff]县)"
)
_PROVINCE = ("省", "自治区")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def find_region(name: str) -> str | None:
    """Find a region in a name: 2025年安徽省黄山市客户咨询 → 黄山市, 黄山市歙县 → 黄山市歙县.

    A county stays together with its city: taken for the city, its records would count there.
    """
    found = list(_REGION.finditer(_NOISE.sub(" ", name)))
    places = [place for place in found if not place[0].endswith(_PROVINCE)] or found[:1]
    joined = "".join(
        place[0]
        for before, place in zip([None, *places], places, strict=False)
        if not before or before.end() == place.start()
    )
    return joined or None


def find_year(name: str) -> int | None:
    """Find the year in a name; of several years none is taken."""
    years = set(_YEAR.findall(name))
    return int(years.pop()) if len(years) == 1 else None


def agree(one: str, other: str) -> bool:
    """Tell whether two names can mean the same place; 黄山 and 黄山市 can."""
    return one in other or other in one


def find_city(title: str) -> str | None:
    """Find a city, county or prefecture in a title above a table; words such as 地区 name no place there."""
    region = find_region(title)
    return region if region and region.endswith(("市", "县", "州", "盟")) else None
