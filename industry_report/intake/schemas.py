"""What each table beside the consultations looks like: columns, headers, key, dates. Data, no code.

A column is *known from* the date of its row, unless it names another date (a complaint's outcome is known
when the complaint is closed) or `EXPORT` (a lead's status is what it was when the file was written): the time
rule of `analysis.customers` reads this, so that nothing is known too early.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

EXPORT = "export"
CONSULTATIONS = "consultations"
REGION_HEADERS = (
    *("地区", "城市", "市", "区域", "地市", "所在地区", "所在城市", "所属地区", "所属城市", "city", "region"),
    "billing city",
)


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    kind : str
        How its cells are read: text, identifier, moment, amount, quantity, count, yes_no, score, rating
        (0 to 10), year, grade, uscc, page, seconds, or one of `CODES` (order_kind, event, known, group).
    headers : tuple of str
        Headers that name it; the first, in Chinese, names it in reasons.
    required : bool
        Whether a table without it is none of this kind, and a row without it is rejected.
    personal : bool
        Whether it is left out of the store unless a mapping file names it under `personal`.
    known_from : str
        The date column from which on it is known; "" for the row's own date, `EXPORT` for never before.
    """

    kind: str
    headers: tuple[str, ...]
    required: bool = False
    personal: bool = False
    known_from: str = ""


@dataclass(frozen=True)
class Schema:
    """One kind of table.

    Attributes
    ----------
    name, zh, en : str
        Its name in programs, and for people.
    columns : mapping
        Column name → `Column`, in the order of the store.
    key : tuple of str
        What one record has for itself; empty if only a row that is equal in every column is a duplicate.
    dates : tuple of str
        The first of these that is filled dates the row.
    is_static : bool
        Whether it describes customers (static) or what happened (dynamic).
    order : tuple of pairs
        Dates of which the second cannot lie before the first.
    names : tuple of str
        Words in the name of a file or sheet that decide between equals.
    """

    name: str
    zh: str
    en: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    dates: tuple[str, ...]
    is_static: bool = False
    order: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which a table is none of this kind."""
        return tuple(name for name, column in self.columns.items() if column.required)

    @property
    def personal(self) -> tuple[str, ...]:
        """The columns that hold personal data by their nature."""
        return tuple(name for name, column in self.columns.items() if column.personal)

    def columns_of(self, *kinds: str) -> tuple[str, ...]:
        """List the columns that are read in one of these ways."""
        return tuple(name for name, column in self.columns.items() if column.kind in kinds)


def _may(kind: str, *headers: str, **facts: bool | str) -> Column:
    return Column(kind, headers, **facts)  # type: ignore[arg-type]


def _must(kind: str, *headers: str) -> Column:
    return Column(kind, headers, required=True)


_CUSTOMER = (
    *("客户编号", "客户ID", "客户号", "会员号", "会员编号", "客户代码", "客户编码"),
    *("client id", "account no", "customer number", "account number", "account id"),
)
_PRODUCT = (
    *("产品", "产品名称", "模块", "商品名称", "商品", "产品模块", "意向产品"),
    *("products", "product name"),
)
_CHANNEL = ("采集渠道", "渠道", "登记渠道", "来源渠道", "collected by", "collection channel")
_STOP = ("退订", "免打扰", "是否退订", "请勿联系", "do not contact", "email opt out", "unsubscribed")
_TYPE = ("客户类型", "客户分类", "客户类别", "客户性质", "account type", "client type")
_INDUSTRY = ("行业", "所属行业", "渠道行业", "industry level1", "一级行业")
_STAFF = (
    *("员工人数", "参保人数", "公司规模", "企业规模", "人员规模"),
    *("no of employees", "number of employees"),
)
_REGION = Column("text", REGION_HEADERS)

_CUSTOMERS = Schema(
    "customers",
    "客户档案",
    "customers",
    {
        "customer_id": _must("identifier", *_CUSTOMER),
        "customer_name": _may(
            "text",
            "客户名称",
            "公司全称",
            "公司",
            "公司名称",
            "企业名称",
            "姓名",
            "account name",
            "company",
            personal=True,
        ),
        "uscc": _may("uscc", "统一社会信用代码", "社会信用代码", "uniform social credit code", "税号"),
        "parent_id": _may("identifier", "上级客户", "集团", "上级客户编号", "所属集团", "parent account"),
        "customer_type": _may("text", *_TYPE),
        "industry": _may("text", *_INDUSTRY),
        "region": _REGION,
        "registered_on": _may("moment", "成立日期", "企业成立时间", "注册日期", "founded on"),
        "employees": _may("count", *_STAFF, "employees"),
        "registered_capital": _may("amount", "注册资本", "registered capital"),
        "annual_revenue": _may("amount", "年营收", "去年营收", "年营业额", "annual revenue"),
        "since": _may(
            "moment", "首次合作日期", "首次成交时间", "首次成交日期", "customer since", known_from="since"
        ),
        "referred_by": _may("identifier", "推荐人", "介绍方客户", "推荐客户", "推荐人编号"),
        "channel": _may("text", *_CHANNEL),
        "provider": _may("text", "数据提供方", "数据来源方", "data provider"),
        "collected_on": _may("moment", "采集日期", "登记日期", "建档日期", "创建时间", "created time"),
        "updated_on": _may("moment", "更新时间", "最后修改时间", "更新日期", "modified time"),
        "consent": _may("yes_no", "授权", "是否同意使用", "是否授权", "是否同意", "同意使用"),
        "do_not_contact": _may("yes_no", *_STOP),
        "owner": _may("text", "负责人", "客户经理", "account owner", personal=True),
    },
    key=("customer_id", "updated_on"),
    dates=("updated_on", "collected_on"),
    is_static=True,
    names=("客户档案", "客户资料", "客户名单", "customers", "accounts"),
)

_ORDERS = Schema(
    "orders",
    "订单",
    "orders",
    {
        "order_id": _must("identifier", "订单编号", "单号", "合同编号", "订单号", "order no", "order number"),
        "customer_id": _must("identifier", *_CUSTOMER),
        "ordered_on": _must(
            "moment", "下单日期", "订单日期", "签约日期", "下单时间", "订单时间", "order date", "ordered at"
        ),
        "amount": _must(
            "amount", "订单金额", "成交金额", "合同金额", "金额", "实付金额", "order amount", "total"
        ),
        "product": _may("text", *_PRODUCT),
        "kind": _may("order_kind", "订单类型", "业务类型", "类型", "order type", "type"),
        "cost": _may("amount", "采购成本", "成本", "成本金额"),
        "quantity": _may("quantity", "数量", "件数", "qty"),
        "valid_from": _may("moment", "服务期起", "服务开始日期", "生效日期", "start date"),
        "valid_to": _may("moment", "服务期止", "服务结束日期", "到期日期", "失效日期", "end date"),
        "channel": _may("text", *_CHANNEL),
        "region": _REGION,
        "paid_on": _may("moment", "回款日期", "付款日期", "收款日期", "payment date", known_from="paid_on"),
    },
    key=("order_id",),
    dates=("ordered_on",),
    order=(("valid_from", "valid_to"),),
    names=("订单", "合同", "orders", "sales"),
)

_INTERACTIONS = Schema(
    "interactions",
    "互动记录",
    "interactions",
    {
        "customer_id": _must("identifier", *_CUSTOMER),
        "occurred_at": _must(
            "moment",
            "时间",
            "发生时间",
            "访问时间",
            "日期",
            "互动时间",
            "记录时间",
            "time",
            "timestamp",
            "date",
        ),
        "kind": _must(
            "event", "类型", "互动类型", "行为", "行为类型", "事件", "event", "type", "activity type"
        ),
        "channel": _may("text", *_CHANNEL, "channel"),
        "page": _may("page", "页面", "栏目", "URL", "网址", "访问页面"),
        "product": _may("text", *_PRODUCT),
        "seconds": _may(
            "seconds", "停留时长(秒)", "停留时间", "停留时长", "停留秒数", "duration", "time spent"
        ),
        "session": _may("identifier", "会话ID", "会话", "访问ID", "session id"),
        "campaign": _may("text", "活动", "批次", "活动名称", "市场活动", "campaign name"),
        "minutes": _may("quantity", "服务时长(分钟)", "服务时长", "服务分钟", "通话分钟"),
        "cost": _may("amount", "费用", "服务费用", "服务成本"),
        "staff": _may("yes_no", "是否内部访问", "内部访问", "是否员工", "internal"),
        "region": _REGION,
    },
    key=(),
    dates=("occurred_at",),
    names=("互动", "行为", "访问", "浏览", "interactions", "events", "visits"),
)

_RESPONSES = Schema(
    "responses",
    "问卷答卷",
    "survey responses",
    {
        "response_id": _may("identifier", "答卷编号", "序号", "答卷ID", "提交序号"),
        "customer_id": _may("identifier", *_CUSTOMER),
        "survey": _must("text", "问卷", "批次", "问卷名称", "问卷批次", "survey name", "wave"),
        "sent_on": _may("moment", "发放日期", "发送日期", "发放时间", "邀请日期", "invited on"),
        "answered_on": _may(
            "moment",
            "填写日期",
            "提交时间",
            "提交答卷时间",
            "答卷时间",
            "填写时间",
            "submitted at",
            known_from="answered_on",
        ),
        "channel": _may("text", *_CHANNEL, "答卷来源", "channel"),
        "region": _REGION,
        **{
            name: Column("score", headers, known_from="answered_on")
            for name, headers in {
                "quality": ("产品质量", "产品质量满意度", "product quality"),
                "attitude": ("服务态度", "服务态度满意度", "service attitude"),
                "after_sales": ("售后服务", "售后服务满意度", "after sales service"),
                "ease": ("易用性", "易用性满意度", "ease of use"),
                "price": ("价格", "价格满意度", "性价比"),
                "speed": ("响应速度", "响应速度满意度", "response speed"),
                "overall": ("总体满意度", "整体满意度", "overall satisfaction"),
            }.items()
        },
        "recommend": _may(
            "rating", "推荐意愿", "推荐意愿(0-10)", "NPS", "likelihood to recommend", known_from="answered_on"
        ),
    },
    key=("response_id", "survey"),
    dates=("sent_on", "answered_on"),
    order=(("sent_on", "answered_on"),),
    names=("问卷", "答卷", "满意度调查", "responses", "survey"),
)

_FEEDBACK = Schema(
    "feedback",
    "反馈意见",
    "feedback",
    {
        "customer_id": _may("identifier", *_CUSTOMER),
        "given_on": _must("moment", "反馈日期", "反馈时间", "日期", "date", "feedback date"),
        "channel": _must("text", "反馈渠道", *_CHANNEL, "反馈方式", "channel"),
        "text": Column(
            "text",
            ("反馈内容", "意见", "反馈意见", "内容", "评论", "comment", "feedback"),
            required=True,
            personal=True,
        ),
        "product": _may("text", *_PRODUCT),
        "region": _REGION,
    },
    key=(),
    dates=("given_on",),
    names=("反馈", "意见", "feedback", "comments"),
)

_COMPLAINTS = Schema(
    "complaints",
    "投诉记录",
    "complaints",
    {
        "complaint_id": _must("identifier", "投诉编号", "工单号", "投诉单号", "工单编号", "case number"),
        "received_on": _must(
            "moment", "投诉日期", "受理日期", "投诉时间", "受理时间", "received at", "created time"
        ),
        "customer_id": _may("identifier", *_CUSTOMER),
        "category": _may("text", "投诉类别", "原因", "投诉原因", "问题类型", "投诉类型", "case reason"),
        "product": _may("text", *_PRODUCT),
        "severity": _may("text", "严重程度", "优先级", "紧急程度", "priority"),
        "first_reply_on": _may(
            "moment", "首次响应日期", "首次响应时间", "首次回复时间", known_from="first_reply_on"
        ),
        "closed_on": _may(
            "moment", "办结日期", "关闭时间", "办结时间", "关闭日期", "closed time", known_from="closed_on"
        ),
        "outcome": _may("text", "处理结果", "resolution", known_from="closed_on"),
        "cost": _may("amount", "赔付金额", "赔偿金额", "compensation", known_from="closed_on"),
        "reopened": _may("yes_no", "是否重复投诉", "重复投诉", "是否重开", known_from=EXPORT),
        "satisfied": _may("score", "处理满意度", "satisfaction with handling", known_from="closed_on"),
        "department": _may("text", "责任部门", "处理部门", known_from="closed_on"),
        "text": _may("text", "投诉内容", "内容", "描述", "description", personal=True),
        "region": _REGION,
    },
    key=("complaint_id",),
    dates=("received_on",),
    order=(("received_on", "closed_on"), ("received_on", "first_reply_on")),
    names=("投诉", "工单", "complaints", "cases", "tickets"),
)

_LEADS = Schema(
    "leads",
    "线索",
    "leads",
    {
        "lead_id": _must("identifier", "线索ID", "线索编号", "线索号", "Record Id", "lead number"),
        "created_on": _must("moment", "创建时间", "创建日期", "线索创建时间", "Created Time", "created date"),
        "customer_id": _may("identifier", *_CUSTOMER),
        "source": _may("text", "线索来源", "来源", "客户来源", "Lead Source"),
        "channel": _may("text", "推广渠道", "渠道", "promotion channel"),
        "campaign": _may("text", "市场活动名称", "市场活动", "活动名称", "campaign name"),
        "job_title": _may("text", "职务", "职位", "Designation", "title"),
        "need": _may("known", "需求", "是否有需求"),
        "budget": _may("known", "预算", "是否有预算"),
        "authority": _may("known", "决策权", "是否有决策权", "decision maker"),
        "employees": _may("count", *_STAFF),
        "industry": _may("text", *_INDUSTRY),
        "region": _REGION,
        "status": _may("text", "线索状态", "业务状态", "跟进状态", "Lead Status", known_from=EXPORT),
        "rating_supplied": _may("text", "客户等级", "线索等级", "Rating", known_from=EXPORT),
        "converted": _may(
            "yes_no", "是否转换", "是否转化", "是否成交", "is converted", known_from="converted_on"
        ),
        "converted_on": _may(
            "moment",
            "转换时间",
            "成交日期",
            "转化时间",
            "Converted Time",
            "Converted Date Time",
            known_from="converted_on",
        ),
        "amount": _may("amount", "成交金额", "金额", "首次成交金额", known_from="converted_on"),
        "do_not_contact": _may("yes_no", *_STOP),
    },
    key=("lead_id",),
    dates=("created_on",),
    order=(("created_on", "converted_on"),),
    names=("线索", "商机", "leads", "prospects"),
)

_MARKET = Schema(
    "market",
    "市场总量",
    "market totals",
    {
        "region": Column("text", REGION_HEADERS, required=True),
        "year": _must("year", "年度", "年份", "统计年度"),
        "metric": _must("text", "指标", "指标名称", "统计指标", "indicator"),
        "value": _must("quantity", "数值", "数量", "总量", "指标值"),
        "low": _may("quantity", "下限", "最低", "lower"),
        "high": _may("quantity", "上限", "最高", "upper"),
        "product": _may("text", *_PRODUCT),
        "customer_type": _may("text", *_TYPE),
        "source": _must("text", "数据来源", "来源", "资料来源"),
        "published_on": _must("moment", "发布日期", "发布时间", "公布日期", "publication date"),
    },
    key=("region", "year", "metric", "product", "customer_type", "source"),
    dates=("published_on",),
    names=("市场总量", "市场", "market"),
)

_ASSIGNMENTS = Schema(
    "assignments",
    "措施分组",
    "assignments to actions",
    {
        "action": _must("text", "措施", "措施名称", "活动"),
        "customer_id": _must("identifier", *_CUSTOMER),
        "group": _must("group", "实施/对照", "组别", "分组", "实验组别", "arm"),
        "assigned_on": _must("moment", "分组日期", "分配日期", "日期", "assignment date"),
        "region": _REGION,
    },
    key=("action", "customer_id"),
    dates=("assigned_on",),
    names=("措施", "分组", "assignments"),
)

_DECISIONS = Schema(
    "decisions",
    "评级决定",
    "grading decisions",
    {
        "customer_id": _must("identifier", *_CUSTOMER),
        "date": _must("moment", "日期", "决定日期", "评定日期"),
        "grade": _must("grade", "等级", "评级", "评定等级"),
        "who": _must("text", "提出人", "经办人", "评定人", "proposed by"),
        "approved_by": _may("text", "批准人", "审批人"),
        "decision": _may("text", "决定", "审批意见", "审批结果"),
        "why": _must("text", "理由", "原因", "评定理由", "reason"),
        "region": _REGION,
    },
    key=("customer_id", "date", "who"),  # two assessors may look at a customer on the same day
    dates=("date",),
    names=("评级决定", "评级", "decisions", "overrides"),
)

SCHEMAS: Mapping[str, Schema] = MappingProxyType(
    {
        schema.name: schema
        for schema in (
            *(_CUSTOMERS, _ORDERS, _INTERACTIONS, _RESPONSES, _FEEDBACK),
            *(_COMPLAINTS, _LEADS, _MARKET, _ASSIGNMENTS, _DECISIONS),
        )
    }
)
TABLES = (CONSULTATIONS, *SCHEMAS)
