"""Checks of models → what they say, and whether a model is shown, in a sentence."""

from __future__ import annotations

import pandas as pd

from ...analysis.value.assumptions import Assumptions
from ...analysis.value.lifetime_value import discount_factor
from ...analysis.value.model_check import (
    FEW,
    NAIVE,
    NO_REPEATS,
    NO_SPAN,
    NOT_BETTER,
    RENEWAL_NAIVE,
    TOO_FEW,
    Check,
    PurchaseModel,
)
from ...analysis.value.renewal_models import Sbg, expect_payments, retention
from ...base import origin
from ...base.language import formatted, text
from .value import yuan
from .wording import percent

CLOSE = 0.01  # relative difference of errors below which a model is not called better


def purchases_check(check: Check) -> str:
    """State whether the model of repeat purchases is shown, and how far off it was."""
    if (why := _why_not(check)) and check.rules.empty:
        return text(
            zh=f"不列重复购买模型：{why[0]}", en=f"The model of repeat purchases is left out: {why[1]}"
        )
    model, naive = check.rules.loc["model"], check.rules.loc[["own_rate", "recent_rate"]]
    error = text(
        zh=f"检验期的平均误差每户{model['mae']:.2f}次，两种简单方法为{naive['mae'].iloc[0]:.2f}和{naive['mae'].iloc[1]:.2f}次",
        en=f"in the time held out it was off by {model['mae']:.2f} purchases a customer, the two naive rules by {naive['mae'].iloc[0]:.2f} and {naive['mae'].iloc[1]:.2f}",
    )
    if why:
        return text(
            zh=f"不列重复购买模型：{why[0]}（{error}）",
            en=f"The model of repeat purchases is left out: {why[1]} ({error})",
        )
    few = (
        text(
            zh="；客户不足1,000户，合计误差可能较大",
            en="; with fewer than 1,000 customers its total is uncertain",
        )
        if check.customers < FEW
        else ""
    )
    error += _closeness(check, renewals=False)
    return text(
        zh=f"重复购买模型（BG/NBD）通过检验：{error}；购买总数预测为实际的{percent(model['ratio'])}{few}",
        en=f"The model of repeat purchases (BG/NBD) passed: {error}; it predicted {percent(model['ratio'])} of all purchases{few}",
    )


def verdict(check: Check, *, renewals: bool = False) -> str:
    """State in a few words how a model that is shown did against the naive rules."""
    name = text(zh="重复购买模型", en="The model of repeat purchases")
    name = text(zh="续费模型", en="The model of renewals") if renewals else name
    if _is_close(check, renewals=renewals):
        return text(
            zh=f"{name}与简单方法相差不大（误差相差不足{CLOSE:.0%}）",
            en=f"{name} did about as well as naive rules (errors less than {CLOSE:.0%} apart)",
        )
    return text(zh=f"{name}优于两种简单方法", en=f"{name} was better than both naive rules")


def _is_close(check: Check, *, renewals: bool) -> bool:
    """Tell whether the error of a model is nearly that of the best naive rule."""
    errors = check.rules["rmse" if renewals else "mae"]
    best = float(errors[list(RENEWAL_NAIVE if renewals else NAIVE)].min())
    return bool(abs(best - errors["model"]) < CLOSE * best)


def _closeness(check: Check, *, renewals: bool) -> str:
    """Add to what passed that it was not much better; nothing where it was."""
    if not _is_close(check, renewals=renewals):
        return ""
    return text(
        zh=f"，与简单方法相差不大（不足{CLOSE:.0%}）",
        en=f", about as far off as a naive rule (less than {CLOSE:.0%})",
    )


def against_formula(model: Sbg | None, rules: Assumptions, *checks: Check) -> str:
    """State how far the formula is from the model of renewals or, where that is not shown, that none passed."""
    if model is None:
        passed = any(check.is_shown for check in checks)
        if all(check.rules.empty for check in checks):
            return text(
                zh="数据不足以检验模型，价值只按公式测算",
                en="The data are too few to check a model; value rests on the formula alone",
            )
        none = text(
            zh="没有模型通过检验，价值只按公式测算",
            en="No model passed its check; value rests on the formula alone",
        )
        return "" if passed else none
    expected = expect_payments(model, float(rules.lifetime.discount))
    factor = float(discount_factor(rules.lifetime))
    low = text(zh="公式偏于保守", en="the formula is cautious")
    high = text(zh="公式偏于乐观", en="the formula is hopeful")
    word = low if factor < expected else high
    return text(
        zh=f"按续费模型，新客户折现后平均付款{expected:.1f}次，公式按{factor:.1f}次计，{word}",
        en=f"By the model of renewals a new customer makes {expected:.1f} discounted payments; the formula counts {factor:.1f}: {word}",
    )


def renewals_check(check: Check) -> str:
    """State whether the model of renewals is shown, and how far off it was."""
    if (why := _why_not(check)) and check.rules.empty:
        return text(zh=f"不列续费模型：{why[0]}", en=f"The model of renewals is left out: {why[1]}")
    model, naive = check.rules.loc["model"], check.rules.loc[["own_rate", "mean"]]
    error = text(
        zh=f"对另一半客户，续费概率的均方根误差{model['rmse']:.3f}，两种简单方法为{naive['rmse'].iloc[0]:.3f}和{naive['rmse'].iloc[1]:.3f}",
        en=f"on the other half of the customers its root mean square error was {model['rmse']:.3f}, that of the two naive rules {naive['rmse'].iloc[0]:.3f} and {naive['rmse'].iloc[1]:.3f}",
    )
    if why:
        return text(
            zh=f"不列续费模型：{why[0]}（{error}）",
            en=f"The model of renewals is left out: {why[1]} ({error})",
        )
    error += _closeness(check, renewals=True)
    return text(zh=f"续费模型（sBG）通过检验：{error}", en=f"The model of renewals (sBG) passed: {error}")


def _why_not(check: Check) -> tuple[str, str] | None:
    return {
        TOO_FEW: ("可检验的客户不足300户", "fewer than 300 customers can be looked at"),
        NO_REPEATS: ("没有重复购买", "nobody bought again"),
        NO_SPAN: (
            "观察期太短，至少需要两次续费机会或一年的重复购买",
            "the time is too short: two renewals that were due, or a year of repeat purchases, are needed",
        ),
        NOT_BETTER: ("检验中不优于简单方法", "it was no better than naive rules"),
    }.get(check.verdict)


def renewals(model: Sbg | None, rules: Assumptions) -> str:
    """State what the model of renewals says beside the formula; nothing where it is not shown."""
    if model is None:
        return ""
    first, second = retention(model, 1), retention(model, 2)
    expected = expect_payments(model, float(rules.lifetime.discount))
    factor = float(discount_factor(rules.lifetime))
    return text(
        zh=f"按续费模型，首次续费率{percent(float(first))}，再次续费率{percent(float(second))}；新客户折现后平均付款{expected:.1f}次（首次在当期），公式的折现系数为{factor:.1f}",
        en=f"By the model, {percent(float(first))} renew the first time and {percent(float(second))} of these the second; a new customer makes {expected:.1f} discounted payments, the first at once, against a factor of {factor:.1f} in the formula",
    )


def purchase_model(model: PurchaseModel | None) -> str:
    """State the model's parameters and whether amounts may be modelled; nothing where it is not shown."""
    if model is None:
        return ""
    p = model.purchases
    told = f"r={p.r:.3f}, α={p.alpha:.3f}, a={p.a:.3f}, b={p.b:.3f}"
    if model.amounts is None:
        tail = text(
            zh="，频率与金额相关过强，不另列金额模型",
            en="; frequency and amount go together, so amounts are not modelled",
        )
    else:
        mean = yuan(model.amounts.mean)
        tail = text(zh=f"；重复购买的平均金额{mean}", en=f"; the mean amount of a repeat purchase is {mean}")
    corr = formatted(model.correlation, "auc") if pd.notna(model.correlation) else "–"
    return text(
        zh=f"模型参数{told}；频率与金额的相关系数{corr}{tail}",
        en=f"Parameters {told}; frequency and amount correlate by {corr}{tail}",
    )


origin.trace_module(globals())
