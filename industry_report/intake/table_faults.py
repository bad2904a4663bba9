"""The wording of faults of the tables beside the consultations, in Chinese and English."""

from .cell_faults import Kind

TABLE_FAULTS: dict[str, Kind] = {
    "required_missing": Kind(
        True,
        "必填项未填写",
        "required value missing",
        "{column}未填写；该表每一行都必须有它。",
        "{column} is blank; every row of this table needs it.",
    ),
    "amount_no_number": Kind(
        True,
        "金额不是数字",
        "amount that is no number",
        "{column}“{value}”不是金额；该表每一行都必须有它，请填写数字。",
        "{column} “{value}” is not an amount; every row of this table needs one, write a number.",
    ),
    "negative_without_refund": Kind(
        True,
        "金额为负数但不是退款",
        "negative amount that is no refund",
        "{column}“{value}”为负数，但订单类型不是退款；负数即退款时请在列映射文件中写 refunds: negative。",
        "{column} “{value}” is negative, but the kind is no refund; if negative amounts are refunds, say so "
        "with `refunds: negative` in a mapping file.",
    ),
    "ends_before_start": Kind(
        True,
        "结束早于开始",
        "end before the beginning",
        "{column}“{value}”早于{hint}，请核对。",
        "{column} “{value}” lies before {hint}; please check it.",
    ),
    "after_export": Kind(
        True,
        "日期晚于导出日",
        "date after the day of the export",
        "{column}“{value}”晚于导出日（{hint}）。",
        "{column} “{value}” lies after the day of the export ({hint}).",
    ),
    "seconds_impossible": Kind(
        True,
        "停留时间不可能",
        "impossible stay",
        "{column}“{value}”不在0至86400秒之间。",
        "{column} “{value}” is not within 0 and 86,400 seconds.",
    ),
    "rating_out_of_range": Kind(
        True,
        "评分不在0至10之间",
        "rating outside 0 to 10",
        "{column}为“{value}”，只能是0至10的整数。",
        "{column} is “{value}”; a rating is a whole number from 0 to 10.",
    ),
    "count_unreadable": Kind(
        True,
        "数目无法识别",
        "unreadable count",
        "{column}“{value}”不是数目，请填写整数。",
        "{column} “{value}” is no count; write a whole number.",
    ),
    "group_unreadable": Kind(
        True,
        "组别无法识别",
        "unreadable group",
        "{column}“{value}”既不是实施也不是对照。",
        "{column} “{value}” is neither 实施 (treated) nor 对照 (control).",
    ),
    "conflicting_rows": Kind(
        True,
        "同一编号内容矛盾",
        "contradicting rows of one key",
        "编号相同而内容不同的行（{hint}），全部退回，请只保留正确的一条。",
        "Rows with the same key but other contents ({hint}) are all kept out; keep the right one.",
    ),
    "no_consent_exchange": Kind(
        True,
        "数据交换无授权或来源",
        "exchanged data without consent or source",
        "通过数据交换取得的客户资料必须有本人授权和数据提供方，该行未采用。",
        "Customer data from an exchange need consent and a named provider; the row was left out.",
    ),
    "personal_data": Kind(
        False,
        "含个人信息，已清空",
        "personal data, blanked",
        "{column}含有{hint}，单元格已清空，不保存也不显示；确有需要时请在列映射文件的 personal 中写明该列。",
        "{column} holds {hint}; the cell was blanked and is neither stored nor shown. Where it is needed, "
        "name the column under `personal` in a mapping file.",
    ),
    "uscc_invalid": Kind(
        False,
        "统一社会信用代码校验不符",
        "credit code with a wrong check digit",
        "{column}不符合GB 32100的校验规则，已清空。",
        "{column} fails the check of GB 32100 and was blanked.",
    ),
    "code_unknown": Kind(
        False,
        "代码不在代码表中",
        "code that is in no list",
        "{column}“{value}”不在代码表中，照原样保留。",
        "{column} “{value}” is in no list of codes and was kept as it is.",
    ),
    "amount_zero": Kind(
        False, "金额为零", "amount of zero", "{column}为0元，请核对。", "{column} is 0; please check it."
    ),
    "long_session": Kind(
        False,
        "停留超过4小时",
        "stay of more than 4 hours",
        "{column}“{value}”超过4小时，可能不是真人访问。",
        "{column} “{value}” is more than 4 hours, perhaps of no person.",
    ),
    "staff_visit": Kind(
        False,
        "内部访问",
        "visit of the firm's own staff",
        "内部人员的访问，不计入客户行为。",
        "A visit of the firm's own staff; it counts as nobody's behaviour.",
    ),
    "no_consent": Kind(
        False,
        "未授权或已退订的客户",
        "customer without consent, or who opted out",
        "客户未授权或已退订，除计数外一律不采用。",
        "The customer gave no consent or opted out: counted here and used nowhere.",
    ),
    "same_credit_code": Kind(
        False,
        "两个客户同一信用代码",
        "two customers with one credit code",
        "{column}与另一客户（{hint}）相同，可能是同一企业。",
        "{column} is that of another customer ({hint}), too; perhaps they are one firm.",
    ),
    "dates_disagree": Kind(
        False,
        "日期先后矛盾",
        "dates in the wrong order",
        "{column}“{value}”早于{hint}。",
        "{column} “{value}” lies before {hint}.",
    ),
    "table_incomplete": Kind(
        False,
        "缺少必需列的表",
        "table that lacks a required column",
        "工作表“{value}”像是{hint}，未读取。",
        "The sheet “{value}” looks like {hint} and was left out.",
    ),
}
KIND_NAMES = {
    "resident_id": "身份证号 resident id",
    "mobile": "手机号 mobile number",
    "mail": "电子邮箱 mail address",
    "bank_card": "银行卡号 bank card",
}
