"""Opinions of customers: survey answers, feedback, complaints."""

import numpy as np
import pandas as pd

from .customer_sample import EXPORTED, Parts
from .sample_facts import PRODUCTS

ITEMS = ("产品质量", "服务态度", "售后服务", "易用性", "价格", "响应速度")
# How much each item weighs in the overall satisfaction; a test finds them again.
TRUE_WEIGHTS = dict(zip(ITEMS, (0.32, 0.12, 0.24, 0.16, 0.06, 0.10), strict=True))
ANSWERED = (0.34, 0.22)  # who is satisfied answers more often: the answers look better than customers are
LIMITS = (-1.7, -0.9, 0.0, 1.1)
WAVES = [pd.Timestamp(day) for day in ("2023-12-04", "2024-06-03", "2024-12-02", "2025-06-02", "2025-12-01")]
REOPENED = 0.15
CATEGORIES = ("软件故障", "响应慢", "收费争议", "操作不便", "培训不足", "发票问题")
PRAISE = ("客服态度很好", "软件很好用", "响应快", "价格合理", "报表清楚")
BLAME = ("软件总是卡顿", "响应太慢", "价格偏贵", "操作不方便", "售后没人管")
NEGATED = ("客服不是很热情", "没有觉得好用", "不够稳定")
NEUTRAL = ("已收到,谢谢", "下次再说", "请寄发票")
UNCODED = 0.12
WAYS = ("电话回访", "邮件", "社交媒体", "在线客服")


def draw_responses(rng: np.random.Generator, parts: Parts) -> pd.DataFrame:
    """Invitations to every buyer at every wave, and the answers of those who gave one."""
    waves = [_invite(rng, parts, wave) for wave in WAVES]
    table = pd.concat(waves, ignore_index=True)
    return table.assign(
        答卷编号=[f"DJ-{parts.city.prefix}-{number:06}" for number in range(1, len(table) + 1)]
    )


def _invite(rng: np.random.Generator, parts: Parts, wave: pd.Timestamp) -> pd.DataFrame:
    buyers = parts.people[parts.people["bought"] < wave]
    size = len(buyers)
    mood = buyers["satisfaction"].to_numpy() - 3.4
    latent = 0.6 * mood[:, None] + rng.normal(0, 0.8, (size, len(ITEMS)))
    scores = 1 + np.searchsorted(LIMITS, latent, side="right")
    overall = scores @ np.array(list(TRUE_WEIGHTS.values())) + rng.normal(0, 0.35, size)
    answered = rng.random(size) < np.where(mood > 0, *ANSWERED)
    day = wave + pd.to_timedelta(rng.integers(0, 14, size), unit="D")
    told = pd.DataFrame(scores, columns=list(ITEMS), dtype=object)
    told["总体满意度"] = overall.round().clip(1, 5).astype(int)
    told["推荐意愿"] = (2.3 * overall - 1.6 + rng.normal(0, 1.2, size)).round().clip(0, 10).astype(int)
    told = told.astype(object)
    told.loc[~answered] = None
    facts = {"客户编号": buyers.index, "批次": f"{wave:%Y-%m}", "发放日期": wave}
    return pd.DataFrame({**facts, "填写日期": pd.Series(day).where(answered), "渠道": "邮件"}).join(told)


def draw_complaints(rng: np.random.Generator, parts: Parts) -> pd.DataFrame:
    """Complaints of buyers, year by year; those that are still open at the day of the export have no end."""
    buyers = parts.people[parts.people["bought"].notna()]
    rows = []
    for year in (2023, 2024, 2025):
        start = buyers["bought"].clip(lower=pd.Timestamp(year, 1, 1))
        share = 1 / (1 + np.exp(2.6 + 0.7 * (buyers["satisfaction"] - 3.6)))
        chosen = (rng.random(len(buyers)) < share) & (start.dt.year == year)
        day = start + pd.to_timedelta(rng.integers(0, 365, len(buyers)), unit="D")
        rows.append(pd.DataFrame({"客户编号": buyers.index, "投诉日期": day.to_numpy()})[chosen.to_numpy()])
    table = pd.concat(rows).sort_values(["投诉日期", "客户编号"], kind="stable", ignore_index=True)
    table = table[table["投诉日期"] <= EXPORTED].reset_index(drop=True)
    return _follow_up(rng, parts, table)


def _follow_up(rng: np.random.Generator, parts: Parts, table: pd.DataFrame) -> pd.DataFrame:
    size = len(table)
    closed = table["投诉日期"] + pd.to_timedelta(rng.lognormal(1.6, 1.0, size).round(), unit="D")
    is_closed = closed <= EXPORTED
    category = rng.choice(CATEGORIES, size, p=[0.3, 0.22, 0.14, 0.16, 0.08, 0.10])
    compensated = (rng.random(size) < 0.08) & is_closed
    facts = pd.DataFrame(
        {
            "投诉编号": [f"TS-{parts.city.prefix}-{number:06}" for number in range(1, size + 1)],
            "投诉类别": category,
            "产品": rng.choice(PRODUCTS.index.to_numpy(object), size),
            "严重程度": rng.choice(["一般", "严重", "紧急"], size, p=[0.7, 0.22, 0.08]),
            "办结日期": closed.where(is_closed),
            "处理结果": pd.Series(rng.choice(["已解决", "解释说明", "退款"], size)).where(is_closed),
            "赔付金额": pd.Series(rng.integers(1, 20, size) * 50.0).where(compensated),
            "是否重复投诉": np.where(rng.random(size) < REOPENED, "是", "否"),
            "处理满意度": pd.Series(rng.integers(1, 6, size), dtype=object).where(
                is_closed & (rng.random(size) < 0.5)
            ),
            "投诉内容": [f"关于{word}的投诉" for word in category],
        }
    )
    return table.join(facts)


def draw_feedback(rng: np.random.Generator, parts: Parts) -> pd.DataFrame:
    """Short texts from templates, some of them negated, some that say nothing."""
    buyers = parts.people[parts.people["bought"].notna()]
    chosen = buyers[rng.random(len(buyers)) < 0.35]
    size = len(chosen)
    good = rng.random(size) < (chosen["satisfaction"].to_numpy() - 1) / 4.4
    text = np.where(good, rng.choice(PRAISE, size), rng.choice(BLAME, size))
    text = np.where(rng.random(size) < 0.08, rng.choice(NEGATED, size), text)
    text = np.where(rng.random(size) < UNCODED, rng.choice(NEUTRAL, size), text)
    day = chosen["bought"] + pd.to_timedelta(rng.integers(5, 400, size), unit="D")
    facts = {"客户编号": chosen.index, "反馈日期": day, "反馈渠道": rng.choice(WAYS, size), "反馈内容": text}
    product = rng.choice(PRODUCTS.index.to_numpy(object), size)
    table = pd.DataFrame({**facts, "产品": product})
    return table[table["反馈日期"] <= EXPORTED].sort_values(["反馈日期", "客户编号"], ignore_index=True)
