"""What customers do: visits, pages, stay, mails, social contacts, orders; whole numbers in windows of days.

Windows and no exponential decay: a threshold on a real number could be decided by rounding, and "twice for
the last 30 days" can be said in a sentence. What a customer did not do is 0; of a customer with no row at all
nothing was observed, which is not to say that they did nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ..customers import time_rule
from ..customers.time_rule import Moment, known_before
from .assumptions import Behaviour
from .contribution import is_refund

WINDOWS = (7, 30, 90)
VIEW, SENT, OPENED, CLICKED, SOCIAL = "浏览", "邮件发送", "邮件打开", "邮件点击", "社交互动"
READ = ("customer_id", "occurred_at", "kind", "product", "seconds", "session", "campaign", "staff")
COLUMNS = ("visits", "pages", "seconds", "sent", "opened", "clicked", "social")


def observe(
    interactions: pd.DataFrame, at: Moment, rules: Behaviour
) -> tuple[pd.DataFrame, Mapping[str, int]]:
    """Return the rows that count as a customer's behaviour before a moment, and what was left out.

    Parameters
    ----------
    interactions : DataFrame
        Rows in any order.
    at : moment
        Only what was known before it.
    rules : Behaviour
        See `Assumptions.behaviour`.

    Returns
    -------
    DataFrame
        customer_id, occurred_at, kind, campaign, product, ``visit`` (a number for each visit) and ``stay``
        (seconds on a page, missing where unknown: the last page of a visit has nothing after it).
    dict
        ``rows`` read, of which ``staff``, ``robots`` (page views of one visit beyond `robot_pages`),
        ``capped`` (rows of one kind and day beyond `most_a_day`) and ``no_customer`` are left out.
    """
    rows = known_before(interactions, at, "interactions", READ)
    left_out = {"rows": len(rows), "no_customer": int(rows["customer_id"].isna().sum())}
    rows = rows[rows["customer_id"].notna()]
    own = rows["staff"].fillna(False).astype(bool) if "staff" in rows else pd.Series(False, index=rows.index)
    left_out["staff"] = int(own.sum())
    rows = rows[~own].sort_values(["customer_id", "occurred_at"], kind="stable", ignore_index=True)
    rows = rows.assign(visit=_number_visits(rows, rules.visit_minutes))
    views = rows["visit"].map(rows["visit"].value_counts())
    robots = (views > rules.robot_pages).fillna(False).to_numpy(bool)
    left_out["robots"] = int(robots.sum())
    rows = rows[~robots].reset_index(drop=True)
    rows = rows.assign(stay=_measure_stay(rows, rules.visit_minutes))
    day = rows["occurred_at"].dt.normalize()
    place = rows.groupby([rows["customer_id"], rows["kind"], day]).cumcount()
    capped = (place >= rules.most_a_day).to_numpy(bool)
    kept = rows[~capped].reset_index(drop=True)
    return kept, left_out | {"capped": int(capped.sum())}


def _number_visits(rows: pd.DataFrame, minutes: int) -> pd.Series:
    """Give each visit a number: the views of one session or, without sessions, with no gap over `minutes`."""
    views = rows[rows["kind"] == VIEW]
    session = views["session"] if "session" in views else pd.Series(pd.NA, index=views.index)
    same = views["customer_id"].eq(views["customer_id"].shift())
    gap = views["occurred_at"].diff() > pd.Timedelta(minutes=minutes)
    run = (~same | gap).cumsum()
    keys = pd.DataFrame({"customer": views["customer_id"], "session": session.astype(object), "run": run})
    keys["run"] = keys["run"].where(session.isna(), -1)
    number = keys.groupby(["customer", "session", "run"], dropna=False, sort=False).ngroup()
    return number.reindex(rows.index).astype("Int64")


def _measure_stay(rows: pd.DataFrame, minutes: int) -> pd.Series:
    """Return the seconds on each page: as recorded, else until the next page of the visit, with a limit."""
    views = rows[rows["kind"] == VIEW].sort_values(["visit", "occurred_at"], kind="stable")
    following = views.groupby("visit")["occurred_at"].shift(-1)
    stay = (following - views["occurred_at"]).dt.total_seconds().clip(upper=60 * minutes)
    if "seconds" in views:
        stay = pd.to_numeric(views["seconds"]).astype("float64").fillna(stay)
    return stay.reindex(rows.index)


def features(
    interactions: pd.DataFrame,
    orders: pd.DataFrame | None,
    at: Moment,
    rules: Behaviour,
    windows: Sequence[int] = WINDOWS,
) -> pd.DataFrame:
    """Return one row a customer of whom anything was observed, in whole numbers.

    Parameters
    ----------
    interactions, orders : DataFrame
        Any rows; what is dated at the moment or after it does not count. None without orders.
    at : moment
        When it was known.
    windows : sequence of int
        Days before it.

    Returns
    -------
    DataFrame
        Index customer_id; for each window of W days ``visits_W``, ``pages_W``, ``seconds_W`` (known stay),
        ``sent_W``, ``opened_W``, ``clicked_W`` (a mail that is opened twice is opened once), ``social_W``
        and, with orders, ``orders_W``, ``products_W``; ``unknown_stays`` (pages whose stay is not known),
        ``recency_days``, ``orders_365``.

    Examples
    --------
    >>> minutes = pd.to_timedelta([0, 3, 10, 45, 47, 120], unit="min")
    >>> seen = pd.DataFrame({"occurred_at": pd.Timestamp("2025-05-01 09:00") + minutes})
    >>> seen = seen.assign(customer_id="a", kind="浏览")
    >>> told = features(seen, None, "2025-05-03", Behaviour()).loc["a"]
    >>> told[["visits_7", "pages_7", "seconds_7", "unknown_stays"]].tolist()
    [3, 6, 720, 3]
    """
    rows, _ = observe(interactions, at, rules)
    return count_features(rows, orders, at, windows)


def count_features(
    rows: pd.DataFrame, orders: pd.DataFrame | None, at: Moment, windows: Sequence[int] = WINDOWS
) -> pd.DataFrame:
    """Return what `features` does, of rows that `observe` gave for the same moment."""
    stamp = time_rule.moment(at)
    everyone = pd.Index(sorted(rows["customer_id"].unique()), name="customer_id")
    found: dict[str, pd.Series] = {}
    for days in windows:
        recent = rows[_is_within(rows["occurred_at"], stamp, days)]
        found |= {f"{name}_{days}": counts for name, counts in _count(recent).items()}
    found["unknown_stays"] = rows[(rows["kind"] == VIEW) & rows["stay"].isna()].groupby("customer_id").size()
    last = rows.groupby("customer_id")["occurred_at"].max()
    table = pd.DataFrame({name: counts.reindex(everyone) for name, counts in found.items()}, index=everyone)
    table = table.fillna(0).astype("int64")
    table["recency_days"] = (stamp.normalize() - last.reindex(everyone).dt.normalize()).dt.days.astype(
        "int64"
    )
    return table if orders is None else table.join(_count_orders(orders, at, everyone, windows))


def _is_within(day: pd.Series, stamp: pd.Timestamp, days: int) -> pd.Series:
    """Tell which rows, all known before a moment, lie in the days before it."""
    return (stamp.normalize() - day.dt.normalize()).dt.days.le(days)


def _count(rows: pd.DataFrame) -> dict[str, pd.Series]:
    by, kind = rows["customer_id"], rows["kind"]
    views = rows[kind == VIEW]
    counted = {
        "visits": views.groupby("customer_id")["visit"].nunique(),
        "pages": views.groupby("customer_id").size(),
        "seconds": views.groupby("customer_id")["stay"].sum().round(),
        "social": by[kind == SOCIAL].value_counts(),
    }
    for name, event in (("sent", SENT), ("opened", OPENED), ("clicked", CLICKED)):
        counted[name] = _drop_repeated(rows[kind == event]).groupby("customer_id").size()
    return counted


def _drop_repeated(mails: pd.DataFrame) -> pd.DataFrame:
    """Keep one row a customer and campaign; where none is named, each row."""
    if "campaign" not in mails:
        return mails
    return mails[mails["campaign"].isna() | ~mails.duplicated(["customer_id", "campaign"])]


def _count_orders(
    orders: pd.DataFrame, at: Moment, everyone: pd.Index, windows: Sequence[int]
) -> pd.DataFrame:
    known = known_before(orders, at, "orders", ["customer_id", "ordered_on", "amount", "kind", "product"])
    sold = known[~is_refund(known)]
    stamp, found = time_rule.moment(at), {}
    for days in (*windows, 365):
        recent = sold[_is_within(sold["ordered_on"], stamp, days)].groupby("customer_id")
        found[f"orders_{days}"] = recent.size()
        if "product" in sold and days in windows:
            found[f"products_{days}"] = recent["product"].nunique()
    return pd.DataFrame({name: n.reindex(everyone).fillna(0).astype("int64") for name, n in found.items()})


def open_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Return of how many mails sent, one a customer and campaign, how many were opened and clicked.

    Parameters
    ----------
    rows : DataFrame
        See `observe`.

    Returns
    -------
    DataFrame
        Index ``event``, “opened” and “clicked”; ``sent``, ``count``. Those without a campaign do not count:
        nothing tells which mail was opened. No rows where no mail was sent.
    """
    mails = list_mails(rows)
    if mails.empty:
        return pd.DataFrame({"sent": [], "count": []}, dtype="int64").rename_axis("event")
    counts = mails[["opened", "clicked"]].sum().astype("int64")
    return pd.DataFrame({"sent": len(mails), "count": counts}).rename_axis("event")


def no_mails() -> pd.DataFrame:
    """Return the table of `list_mails` without a row."""
    columns: dict[str, list[object]] = {"customer_id": [], "campaign": []}
    return pd.DataFrame({**columns, "opened": pd.Series(dtype=bool), "clicked": pd.Series(dtype=bool)})


def list_mails(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the mails sent, one a customer and campaign: ``opened`` and ``clicked``, or not."""
    if "campaign" not in rows:
        return no_mails()
    named = rows[rows["campaign"].notna() & rows["kind"].isin([SENT, OPENED, CLICKED])]
    pairs = {
        event: named.loc[named["kind"] == event, ["customer_id", "campaign"]].drop_duplicates()
        for event in (SENT, OPENED, CLICKED)
    }
    if pairs[SENT].empty:
        return no_mails()
    told = pairs[SENT].reset_index(drop=True)
    keys = pd.MultiIndex.from_frame(told)
    done = {name: keys.isin(pd.MultiIndex.from_frame(pairs[event])) for name, event in
            (("opened", OPENED), ("clicked", CLICKED))}  # fmt: skip
    return told.assign(**done)


def count_observed(everyone: pd.Index, table: pd.DataFrame, window: int = 90) -> dict[str, int]:
    """Count customers of whom nothing was observed, who were inactive in the window, and who were active.

    Parameters
    ----------
    everyone : Index
        All customers.
    table : DataFrame
        See `features`.
    """
    seen = table.reindex(everyone.intersection(table.index))
    active = seen[[f"{name}_{window}" for name in ("visits", "opened", "clicked", "social")]].sum(axis=1) > 0
    return {
        "customers": len(everyone),
        "not_observed": len(everyone) - len(seen),
        "inactive": int((~active).sum()),
        "active": int(active.sum()),
    }


# --- interests


def interests(rows: pd.DataFrame) -> pd.Series:
    """Return whose pages a customer viewed most: product names, those that tie together, “总账、报税”.

    Parameters
    ----------
    rows : DataFrame
        See `observe`.

    Examples
    --------
    >>> seen = pd.DataFrame({"customer_id": list("aaabb"), "product": ["x", "x", "y", "y", "x"]})
    >>> interests(seen.assign(kind="浏览")).to_dict()
    {'a': 'x', 'b': 'x、y'}
    """
    if "product" not in rows:
        return pd.Series(dtype=object, name="interest")
    views = rows[(rows["kind"] == VIEW) & rows["product"].notna()]
    counts = views.groupby(["customer_id", "product"], observed=True).size().rename("pages").reset_index()
    most = counts["pages"] == counts.groupby("customer_id")["pages"].transform("max")
    named = counts[most].sort_values(["customer_id", "product"]).set_index("customer_id")["product"]
    several = named.index.duplicated(keep=False)
    tied: dict[str, list[str]] = {}
    for customer, product in named[several].items():
        tied.setdefault(str(customer), []).append(product)
    joined = pd.Series({customer: "、".join(products) for customer, products in tied.items()}, dtype=object)
    return pd.concat([named[~several].astype(object), joined]).sort_index().rename("interest")


def count_interest(told: pd.Series, bought: pd.DataFrame, everyone: pd.Index) -> pd.DataFrame:
    """Count by product who is interested in it and who bought it.

    Parameters
    ----------
    told : Series
        See `interests`; a customer with several counts for each.
    bought : DataFrame
        ``customer_id``, ``product`` of later purchases.
    everyone : Index
        All customers who could have bought: those with an interest of whom it is known what they bought.

    Returns
    -------
    DataFrame
        Index ``product``; ``customers`` interested, ``buyers`` among them, ``others`` not interested in it,
        ``other_buyers`` among these.
    """
    known = told[told.index.isin(everyone)]
    long = known.str.split("、").explode()
    owners = bought.drop_duplicates(["customer_id", "product"])
    rows = {}
    for product in sorted(long.unique()):
        mine = set(long.index[long == product])
        buyers = set(owners.loc[owners["product"] == product, "customer_id"])
        others = set(known.index) - mine
        rows[product] = [len(mine), len(mine & buyers), len(others), len(others & buyers)]
    columns = ["customers", "buyers", "others", "other_buyers"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype="int64").rename_axis(
        "product"
    )
    return table.sort_values("customers", ascending=False, kind="stable")
