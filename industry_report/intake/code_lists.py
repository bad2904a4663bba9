"""Code lists of the tables beside the consultations: channels of collection, kinds of order and of event."""

from collections.abc import Mapping
from types import MappingProxyType

from ..base import answer_words
from .values import fold

# How customer data were collected (the twelve ways of the source on collecting customer data).
CHANNELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "订单": ("订购", "下单", "合同", "order"),
        "登记表": ("客户登记表", "登记", "registration form", "registration"),
        "联系卡": ("客户联系卡", "名片", "contact card", "business card"),
        "会员卡": ("会员", "membership card", "loyalty card"),
        "电话": ("电话回访", "电话咨询", "来电", "phone", "telephone", "call"),
        "网站": (
            "官网",
            "网络",
            "互联网",
            "在线",
            "邮件",
            "邮件反馈",
            "微信",
            "微信公众号",
            "短信",
            "社交媒体",
            "社交媒体评论",
            "短视频平台",
            "搜索引擎",
            "website",
            "web",
            "email",
            "mail",
            "online",
            "social",
        ),
        "呼叫中心": ("客服中心", "客服热线", "在线客服", "热线", "call center", "call centre", "hotline"),
        "服务过程": ("服务", "服务流程", "上门", "上门服务", "远程", "售后", "service", "on site"),
        "展会": ("展览", "线下展会", "展销会", "exhibition", "trade fair", "fair"),
        "市场调研": (
            "市场调查",
            "第三方调查",
            "委托调查",
            "市场调研(委托第三方)",
            "问卷",
            "market research",
            "survey",
        ),
        "数据交换": ("资源整合", "数据共享", "数据资源整合", "共享", "data exchange", "exchange"),
        "其他": ("其它", "other"),
    }
)
EXCHANGE = "数据交换"
CHANNEL_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "订单": "orders",
        "登记表": "registration forms",
        "联系卡": "contact cards",
        "会员卡": "membership cards",
        "电话": "telephone",
        "网站": "website and mail",
        "呼叫中心": "call centre",
        "服务过程": "service",
        "展会": "exhibitions",
        "市场调研": "market research by third parties",
        "数据交换": "data exchange",
        "其他": "other",
    }
)

REFUND = "退款"
LONGEST_SECONDS = 86_400  # a stay of more than a day is no stay
LONG_SESSION_SECONDS = 4 * 3_600
# What codes mean, by the kind of column: the first word is stored.
CODES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "order_kind": {
            "新购": ("新签", "首购", "新订", "new", "new order"),
            "续费": ("续约", "续签", "续订", "renewal", "renew"),
            "升级": ("版本升级", "upgrade"),
            "增购": ("加购", "扩容", "追加", "add-on", "addon", "expansion"),
            REFUND: ("退货", "退单", "退费", "红冲", "refund", "return", "returned"),
        },
        "event": {
            "浏览": ("访问", "页面浏览", "网站浏览", "page view", "pageview", "view", "visit"),
            "邮件发送": ("发送邮件", "mail sent", "email sent", "sent"),
            "邮件打开": ("打开邮件", "mail opened", "email opened", "open", "opened"),
            "邮件点击": ("点击邮件", "mail clicked", "email clicked", "click", "clicked"),
            "社交互动": ("点赞", "评论", "转发", "social", "like", "comment", "share"),
            "电话": ("通话", "去电", "来电", "call", "phone"),
            "上门": ("拜访", "上门服务", "on site", "visit on site"),
            "远程": ("远程服务", "remote"),
            "培训": ("training",),
            "展会": ("exhibition", "fair"),
            "名片": ("联系卡", "business card"),
        },
        "known": {
            "yes": (*answer_words.YES, "有", "明确"),
            "no": (*answer_words.NO, "无", "没有", "不明确"),
            "unknown": answer_words.UNKNOWN,
        },
        "group": {
            "实施": ("实施组", "实验组", "处理组", "treatment", "treated", "test", "t"),
            "对照": ("对照组", "控制组", "control", "c"),
        },
    }
)

_KNOWN = {
    kind: {fold(word): name for name, words in names.items() for word in (name, *words)}
    for kind, names in {**CODES, "channel": CHANNELS}.items()
}


def find_code(kind: str, text: str) -> str | None:
    """Return the code that a word stands for; None if it is none of the list's.

    Examples
    --------
    >>> find_code("order_kind", "Renewal"), find_code("channel", "名片"), find_code("event", "?")
    ('续费', '联系卡', None)
    """
    return _KNOWN[kind].get(fold(text))
