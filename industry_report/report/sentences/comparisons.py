"""Which comparisons a report planned and which it searches for, as a printed list."""

from __future__ import annotations

from collections.abc import Sequence

from ...base import origin
from ...base.language import text


def comparison_name(key: str) -> str:
    """Return what a comparison is called."""
    return {
        "grade": text(zh="各等级两两比较", en="every two grades"),
        "year": text(zh="本年与上年", en="this year and the year before"),
        "sides": text(
            zh="各年度或各地区（由参数列出）",
            en="years or regions, as the parameters list them",
        ),
        "customer_type": text(zh="各客户类型与其余各组", en="each customer type against all others"),
        "source": text(zh="各来源与其余各组", en="each source against all others"),
        "groups": text(zh="各组的变化", en="changes of groups"),
        "directions": text(zh="各项占比的升降", en="rises and falls of shares"),
        "scores": text(zh="各组平均分与其余各组", en="mean scores of each group against all others"),
    }[key]


def list_comparisons(planned: Sequence[str], exploratory: Sequence[str]) -> str:
    """List what was decided on before the run, and what the data are searched for.

    Parameters
    ----------
    planned : sequence of str
        Keys of `comparison_name`; their p values are adjusted by Holm's method.
    exploratory : sequence of str
        Likewise, by the Benjamini-Hochberg method.

    Examples
    --------
    >>> list_comparisons(["grade"], [])
    '预设比较（运行前确定，P值按Holm法校正）：各等级两两比较；没有其他比较'
    """
    told = [text(zh="、", en=", ").join(map(comparison_name, keys)) for keys in (planned, exploratory)]
    first = (
        text(
            zh=f"预设比较（运行前确定，P值按Holm法校正）：{told[0]}",
            en=f"Planned before the run (P values by Holm's method): {told[0]}",
        )
        if planned
        else text(zh="没有预设比较", en="No comparison was planned")
    )
    second = (
        text(
            zh=f"其他比较（事先未确定，按Benjamini-Hochberg法校正）：{told[1]}",
            en=f"not planned (Benjamini-Hochberg method): {told[1]}",
        )
        if exploratory
        else text(zh="没有其他比较", en="there are no others")
    )
    return text(zh=f"{first}；{second}", en=f"{first}; {second}")


origin.trace_module(globals())
