"""What the sample is made from: cities, types, sources, products, seasons. Every figure is invented."""

from datetime import datetime
from typing import NamedTuple

import pandas as pd

# Every figure below is invented. They were chosen so that the reports have something to show (grades that
# relate to outcomes, sources that rise and fall, a season); none was estimated from a real register.


class City(NamedTuple):
    """One city of the sample: how many consultations a year, and how it differs from the others."""

    name: str
    english: str
    prefix: str
    rows: dict[int, int]
    interest: float
    satisfaction: float
    types: dict[str, float]  # the share of a customer type, times this
    sources: dict[str, float]  # the share of a source, times this


CITIES = (
    City(
        "黄山市", "Huangshan", "HS", {2023: 4312, 2024: 4968, 2025: 5601}, 0.0, 0.05,
        types={"个体工商户": 1.25, "大型企业": 0.6},
        sources={"线下展会": 1.2},
    ),
    City(
        "杭州市", "Hangzhou", "HZ", {2023: 5846, 2024: 6517, 2025: 7183}, 0.14, 0.0,
        types={"中型企业": 1.5, "大型企业": 1.8, "代理记账公司": 1.3, "农民专业合作社": 0.3},
        sources={"短视频平台": 1.35, "搜索引擎": 1.2, "电话咨询": 0.8},
    ),
    City(
        "盐城市", "Yancheng", "YC", {2023: 2874, 2024: 3265, 2025: 3608}, -0.10, -0.08,
        types={"农民专业合作社": 2.5, "事业单位": 1.3, "代理记账公司": 0.8},
        sources={"电话咨询": 1.4, "线下展会": 1.3, "短视频平台": 0.8},
    ),
)  # fmt: skip

# interest, clarity: on the latent scale; conversion: log odds; budget: times the list price
CUSTOMER_TYPES = pd.DataFrame.from_dict(
    orient="index",
    columns=["share", "interest", "clarity", "conversion", "budget"],
    data={
        "小微企业": (0.370, 0.05, -0.05, 0.05, 1.0),
        "个体工商户": (0.195, -0.25, -0.40, -0.20, 0.6),
        "中型企业": (0.150, 0.20, 0.20, 0.15, 2.4),
        "代理记账公司": (0.125, 0.35, 0.55, 0.35, 1.5),
        "事业单位": (0.060, -0.05, 0.15, -0.30, 2.0),
        "院校": (0.045, -0.20, 0.05, -0.45, 2.2),
        "大型企业": (0.040, 0.10, 0.30, -0.10, 5.0),
        "农民专业合作社": (0.013, -0.15, -0.30, 0.00, 0.8),
        "社会团体": (0.002, -0.10, 0.00, -0.10, 1.0),  # rare on purpose: small numbers need protection
    },
)

# growth: the share is multiplied by this each year after 2023
SOURCES = pd.DataFrame.from_dict(
    orient="index",
    columns=["share", "growth", "interest", "conversion"],
    data={
        "搜索引擎": (0.240, 0.97, 0.00, 0.00),
        "电话咨询": (0.205, 0.74, -0.10, -0.05),
        "老客户推荐": (0.170, 1.04, 0.55, 0.40),
        "官网": (0.130, 1.02, 0.15, 0.05),
        "微信公众号": (0.100, 1.08, 0.00, -0.05),
        "短视频平台": (0.070, 1.55, -0.35, -0.35),
        "线下展会": (0.060, 1.00, 0.25, 0.15),
        "其他": (0.025, 1.00, -0.20, -0.20),
    },
)

# price: yuan a year
PRODUCTS = pd.DataFrame.from_dict(
    orient="index",
    columns=["share", "growth", "interest", "price"],
    data={
        "总账": (0.260, 0.93, 0.05, 1800),
        "报税": (0.220, 1.00, 0.10, 1200),
        "进销存": (0.160, 1.12, 0.05, 2600),
        "发票管理": (0.120, 1.18, 0.15, 900),
        "工资管理": (0.080, 1.00, -0.10, 1000),
        "固定资产": (0.060, 0.97, -0.05, 1400),
        "应收应付": (0.055, 1.00, 0.00, 1600),
        "成本核算": (0.045, 1.05, -0.05, 3800),
    },
)
PRODUCTS_AT_ONCE = {1: 0.72, 2: 0.21, 3: 0.07}
FURTHER_PRODUCT = 0.9  # the list price of a bundle falls to this for each further product

# The share of a product is multiplied by these for the type, or in the month.
PRODUCTS_OF_TYPE = {
    "个体工商户": {"报税": 1.8, "发票管理": 1.6, "成本核算": 0.2, "固定资产": 0.3},
    "中型企业": {"进销存": 1.5, "成本核算": 2.2, "应收应付": 1.5},
    "大型企业": {"成本核算": 3.0, "固定资产": 2.0, "应收应付": 1.8, "报税": 0.6},
    "代理记账公司": {"总账": 1.6, "报税": 1.7, "进销存": 0.3},
    "事业单位": {"固定资产": 3.5, "工资管理": 1.8, "进销存": 0.3},
    "院校": {"总账": 1.8, "固定资产": 2.5, "进销存": 0.5},
    "农民专业合作社": {"进销存": 2.0, "成本核算": 1.5},
}
PRODUCTS_OF_MONTH = {
    1: {"报税": 1.4, "工资管理": 1.5},
    4: {"报税": 1.7},
    5: {"报税": 1.9},
    9: {"总账": 1.2},
    12: {"固定资产": 2.0, "成本核算": 1.5, "总账": 1.2},
}

MONTHS = (1.30, 0.85, 1.05, 1.30, 1.35, 0.85, 0.85, 0.75, 0.90, 0.90, 1.10, 1.50)
WEEKDAYS = (1.20, 1.10, 1.05, 1.05, 0.95, 0.25, 0.12)
TAX_DAYS, TAX_DAYS_WEIGHT = range(8, 16), 1.3  # the monthly return is due on the 15th
SPRING_FESTIVAL = {2023: "2023-01-22", 2024: "2024-02-10", 2025: "2025-01-29"}
HOLIDAYS = (("01-01", 1), ("05-01", 5), ("10-01", 7))  # month and day, days off
HOLIDAY_WEIGHT = 0.08

SATISFACTION_A_YEAR = 0.14  # service improves
CONVERSION_A_YEAR = 0.06
RETURNING_SHARE, RETURNING_INTEREST = 0.22, 0.30  # customers of an earlier year
REPEATED_SHARE = 0.14  # a further consultation in the same year

# A score is 1 plus the number of these limits that its latent value reaches.
INTENT_LIMITS = (-0.95, -0.10, 0.75, 1.60)
CLARITY_LIMITS = (-1.20, -0.35, 0.60, 1.55)
SATISFACTION_LIMITS = (-1.55, -0.75, 0.30, 1.40)
NO_SCORES = (0, 6, "4.5", 6, 0)  # what invalid scores look like

TOPICS = {
    "总账": ("凭证录入与结转", "多账套管理", "会计科目设置", "年度结账"),
    "报税": ("增值税申报", "汇算清缴", "个税申报", "申报表自动取数"),
    "进销存": ("库存盘点", "采购入库", "多仓库管理", "销售出库对账"),
    "发票管理": ("数电发票开具", "进项发票勾选", "发票查验", "发票与凭证关联"),
    "工资管理": ("工资条生成", "社保公积金核算", "年终奖计税", "考勤数据导入"),
    "固定资产": ("折旧计提", "资产盘点", "资产卡片批量导入", "资产处置"),
    "应收应付": ("账龄分析", "往来对账", "收款提醒", "坏账计提"),
    "成本核算": ("分步法核算", "材料成本分摊", "标准成本差异", "成本报表"),
}
REQUESTS = (
    "希望先试用再决定",
    "想了解年费和服务内容",
    "询问能否导入现有数据",
    "需要操作培训",
    "正在比较几款软件",
    "询问是否支持多人同时使用",
    "希望安排一次演示",
    "询问升级后旧数据如何处理",
)

AUTHOR = "industry-report sample"  # by which a sample is known again
SHEET, NOTES = "咨询数据", "说明"
SYNTHETIC = "合成数据"  # a last column of this name says so in a csv
SCORES = ["客户意向度评分", "需求明确性评分", "满意度评分"]
HEADERS = [
    "客户ID", "客户类型", "客户来源", "咨询详情", "咨询产品", "咨询日期", *SCORES,
    "综合评分", "最终评级", "是否成交", "成交日期", "成交金额(元)",
]  # fmt: skip
WIDTHS = {"客户ID": 14, "咨询详情": 44, "咨询产品": 24, "咨询日期": 12, "成交日期": 12, "成交金额(元)": 13}
MOST_ROWS = 1_048_575  # an Excel sheet, less its header
# Fixed, so that the same seed gives the same bytes.
CREATED = datetime(2026, 1, 5)
