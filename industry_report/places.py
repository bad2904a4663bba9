"""Read region and year out of the names of files and sheets."""

import re

# Words that stand beside a place in the names of exports.
_NOISE = re.compile("客户|咨询|数据|明细|记录|台账|导出|报表|统计|分级|评级|转化率|转化|年度|年|副本|表|的")
_REGION = re.compile(
    r"(?!各|分地区|全[国省市县区]|本[省市县区])[\u4e00-\u9fff]{2,7}?"
    r"(?:特别行政区|自治[区州县旗]|新区|地区|州(?![市县区新])|[省市盟县区])"
)
_PROVINCE = ("省", "自治区")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def find_region(name: str) -> str | None:
    """Find a region in a name: 2025年安徽省黄山市客户咨询 → 黄山市."""
    found = _REGION.findall(_NOISE.sub(" ", name))
    return next((region for region in found if not region.endswith(_PROVINCE)), found[0] if found else None)


def find_year(name: str) -> int | None:
    """Find the year in a name; of several years none is taken."""
    years = set(_YEAR.findall(name))
    return int(years.pop()) if len(years) == 1 else None


def agree(one: str, other: str) -> bool:
    """Tell whether two names can mean the same place; 黄山 and 黄山市 can."""
    return one in other or other in one
