"""Share of wallet: how much of what somebody spends on such things they spend here; asked, or estimated among peers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw

from regulars.insight.capacity import capacities
from regulars.insight.errors import FrameError
from regulars.insight.frames import Frame, day_literal, is_untyped, need, on_or_before, opened, refuse_where, with_days
from regulars.insight.groups import chosen
from regulars.insight.tables import merged, nullable, table_like, with_labels

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

MINIMUM_PEERS = 40
ANSWER_DAYS = 365
ANSWER_STEP = 0.1
TOTAL_WITHIN = 0.25
_PARTS = 10_000
_TOLD = ("told_share", "told_total", "told_rank", "told_brands")
ROOM = ("room to grow", "has us already")


def wallet(
    facts: IntoFrameT,
    answers: IntoFrameT | None,
    as_of: date,
    *,
    peers: str | None = None,
    minimum_peers: int = MINIMUM_PEERS,
    confidence: float = 0.95,
) -> IntoFrameT:
    """Say which share of their spending on such things people give to us, and how large the whole is.

    Parameters
    ----------
    facts : frame
        One row a person: ``customer`` and ``monetary``, what they paid us in a year (`summary` with
        ``monetary_since`` a year before), in any one unit.
    answers : frame or None
        Of the same kind; what people said of that year, one row an answer: ``customer``, ``told_on``, and of these
        what was asked, the others missing or left out:

        * ``told_share``: about how much of it they spend with us, 0 to 1
        * ``told_total``: about how much they spend in all, in the unit of ``monetary``, > 0
        * ``told_rank`` and ``told_brands``: our place among the shops they use for it, and how many those are
    as_of : date
        Answers told later are ignored, and answers older than 365 days have lapsed.
    peers : str, optional
        A column of `facts` (text or whole numbers) that says who is comparable; without it everybody is.
    minimum_peers : int, default 40
        Nothing is estimated among fewer people who paid something. At least 40.
    confidence : float, default 0.95
        Of the intervals of estimates.

    Returns
    -------
    frame
        One row for each of `facts`: ``customer``, ``spend`` (``monetary`` as a float), ``share``, ``low``, ``high``
        (0 to 1), ``wallet``, ``wallet_low``, ``wallet_high`` (what they spend in all; missing where it has no bound),
        ``n`` (1 answer, or the number of peers), ``basis`` (``"asked"`` or ``"estimated"``), ``rule`` (``"share"``,
        ``"total"``, ``"rank"``, ``"peers"``), and where the share is missing ``share_reason``: ``"no spend"`` or
        ``"too few peers"``.

    Raises
    ------
    FrameError
        Naming the column and the row: a share outside 0 to 1, a total that is not above 0, a rank outside 1 to the
        number of brands, a person or day missing.
    ValueError
        When `minimum_peers` is less than 40: the interval of the estimate has no upper end below it.

    Notes
    -----
    *share*: as told; people answer in tenths, so half a tenth either way. *total*: spend / total, at most 1; taken as
    right to a quarter either way (both are our own conventions, and say nothing of people who answer to please).
    *rank*: the wallet allocation rule, share = (1 - rank / (brands + 1)) 2 / brands, Keiningham, Aksoy, Buoye and
    Cooil (2011), "Customer Loyalty Isn't Enough. Grow Your Share of Wallet", Harvard Business Review 89(10); half a
    place either way. It fits groups of people better than one of them. *peers*: what the top tenth of peers spends
    here (their 90th percentile) is taken for what any of them could spend, the "realistic wallet" of Perlich, Rosset,
    Lawrence and Zadrozny (2007), "High-quantile modeling for customer wallet estimation", KDD; share = spend / that,
    at most 1. The interval is that of the percentile alone: it says how well it is known, not how well it fits this
    person. An estimate is no measurement, whatever its interval; ask where it matters.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame({"customer": range(50), "monetary": [10.0 * (n + 1) for n in range(50)]})
    >>> day = date(2026, 1, 1)
    >>> told = {"told_share": [0.2, None], "told_total": [None, 80]}
    >>> said = pl.DataFrame({"customer": [0, 1], "told_on": [day] * 2, **told})
    >>> found = wallet(facts, said, date(2026, 2, 1)).sort("customer")
    >>> found.select("share", "wallet", "n", "basis", "rule").rows()[:2]
    [(0.2, 50.0, 1, 'asked', 'share'), (0.25, 80.0, 1, 'asked', 'total')]
    >>> found.select("spend", "share", "wallet", "n", "basis", "rule").row(44)
    (450.0, 1.0, 450.0, 50, 'estimated', 'peers')
    """
    if minimum_peers < MINIMUM_PEERS:
        raise ValueError(f"{minimum_peers} peers are too few for an interval; give {MINIMUM_PEERS} or more")
    people = _people(facts, peers)
    people = _with_answers(people, answers, as_of)
    people = _with_capacities(people, minimum_peers, confidence)
    native: IntoFrameT = _told(people).to_native()
    return native


def _people(facts: Any, peers: str | None) -> Frame:
    frame = opened(facts)
    schema = need(frame, "customer", "monetary", *([peers] if peers else []))
    if not schema["monetary"].is_numeric() and not is_untyped(frame, schema["monetary"]):
        raise FrameError("monetary", f"holds {schema['monetary']}; give numbers")
    faults = {(c, "is empty"): nw.col(c).is_null() for c in ("customer", "monetary")}
    frame = nullable(frame.select("customer", "monetary", *([peers] if peers else [])))
    refuse_where(frame, faults, ("customer",))
    if peers:
        frame = with_labels(frame, peers)
    spend = nw.col("monetary").cast(nw.Float64)
    group = nw.col(peers).cast(nw.String) if peers else nw.lit("")
    key = (spend * _PARTS).round(0).cast(nw.Int64)
    return frame.select("customer", spend=spend, spend_key=key, peers=group)


def _with_answers(people: Frame, answers: Any, as_of: date) -> Frame:
    if answers is None:
        nothing = nw.when(nw.col("spend").is_null()).then(nw.lit(1.0))
        return people.with_columns(**dict.fromkeys(_TOLD, nothing))
    frame = opened(answers)
    schema = need(frame, "customer", "told_on")
    given = [column for column in _TOLD if column in schema]
    if not given:
        raise FrameError("told_share", "is missing; give told_share, told_total, or told_rank with told_brands")
    if ("told_rank" in given) != ("told_brands" in given):
        raise FrameError("told_brands", "and told_rank only tell something together")
    frame = with_days(nullable(frame.select("customer", "told_on", *given)), "told_on")
    frame = frame.with_columns(*(nw.col(column).cast(nw.Float64) for column in given))
    refuse_where(frame, _faults(given), ("customer", "told_on"))
    oldest = day_literal(frame, "told_on", as_of - timedelta(days=ANSWER_DAYS))
    frame = frame.filter(on_or_before(frame, "told_on", as_of), nw.col("told_on") >= oldest)
    latest = frame.group_by("customer").agg(latest=nw.col("told_on").max())
    last = merged(frame, latest, ["customer"]).filter(nw.col("told_on") == nw.col("latest"))
    one = last.group_by("customer").agg(*(nw.col(column).max().alias(column) for column in given))
    joined = merged(people, one, ["customer"], "left")
    nothing = nw.when(nw.col("spend").is_null()).then(nw.lit(1.0))
    others = {column: nothing for column in _TOLD if column not in given}
    return joined.with_columns(**others) if others else joined


def _faults(given: list[str]) -> dict[tuple[str, str], nw.Expr]:
    faults = {(c, "is empty"): nw.col(c).is_null() for c in ("customer", "told_on")}
    told, total, rank, brands = (nw.col(column) for column in _TOLD)
    if "told_share" in given:
        faults["told_share", "is not between 0 and 1"] = ((told < 0) | (told > 1)).fill_null(False)
    if "told_total" in given:
        faults["told_total", "is not above 0"] = (total <= 0).fill_null(False)
    if "told_rank" in given:
        faults["told_rank", "is not between 1 and told_brands"] = ((rank < 1) | (rank > brands)).fill_null(False)
    return faults


def _with_capacities(people: Frame, minimum_peers: int, confidence: float) -> Frame:
    found = capacities(people.filter(nw.col("spend_key") > 0), minimum_peers, confidence)
    table = table_like(
        people,
        {
            "peers": ("text", list(found)),
            "top": ("number", [c.value / _PARTS for c in found.values()]),
            "top_low": ("number", [c.low / _PARTS for c in found.values()]),
            "top_high": ("number", [c.high / _PARTS for c in found.values()]),
            "peers_n": ("whole", [c.n for c in found.values()]),
        },
    )
    return merged(people, table, ["peers"], "left")


def _told(people: Frame) -> Frame:
    spend, top = nw.col("spend"), nw.col("top")
    told, total, rank, brands = (nw.col(column) for column in _TOLD)
    paid = spend > 0
    rule = chosen(
        [
            (~told.is_null(), "share"),
            (~total.is_null(), "total"),
            (~rank.is_null() & ~brands.is_null(), "rank"),
            (paid & ~top.is_null(), "peers"),
        ]
    )
    people = people.with_columns(rule=rule)
    step = ANSWER_STEP / 2
    more, less = total * (1 + TOTAL_WITHIN), total * (1 - TOTAL_WITHIN)
    shares = {
        "share": (told, spend / total, _allocated(rank, brands), spend / top),
        "low": (told - step, spend / more, _allocated(rank + 0.5, brands), spend / nw.col("top_high")),
        "high": (told + step, spend / less, _allocated(rank - 0.5, brands), spend / nw.col("top_low")),
    }
    people = people.with_columns(**{name: _within(_by_rule(*four)) for name, four in shares.items()})
    wallets = {
        "wallet": (total, top, nw.col("share")),
        "wallet_low": (total * (1 - TOTAL_WITHIN), nw.col("top_low"), nw.col("high")),
        "wallet_high": (total * (1 + TOTAL_WITHIN), nw.col("top_high"), nw.col("low")),
    }
    people = people.with_columns(
        **{name: _whole_wallet(spend, *three) for name, three in wallets.items()},
        n=nw.when(nw.col("rule") == "peers").then(nw.col("peers_n")).otherwise(nw.lit(1, nw.Int64)),
        basis=chosen([(nw.col("rule") == "peers", "estimated"), (~nw.col("rule").is_null(), "asked")]),
        share_reason=chosen(
            [(nw.col("rule").is_null() & ~paid, "no spend"), (nw.col("rule").is_null() & paid, "too few peers")]
        ),
    )
    people = people.with_columns(n=nw.when(~nw.col("rule").is_null()).then(nw.col("n")))
    names = ("customer", "spend", "share", "low", "high", "wallet", "wallet_low", "wallet_high", "n", "basis", "rule")
    return people.select(*names, "share_reason")


def _allocated(rank: nw.Expr, brands: nw.Expr) -> nw.Expr:
    return (1 - rank / (brands + 1)) * 2 / brands


def _by_rule(share: nw.Expr, total: nw.Expr, rank: nw.Expr, peers: nw.Expr) -> nw.Expr:
    rule = nw.col("rule")
    others = nw.when(rule == "rank").then(rank).otherwise(nw.when(rule == "peers").then(peers))
    return nw.when(rule == "share").then(share).otherwise(nw.when(rule == "total").then(total).otherwise(others))


def _within(share: nw.Expr) -> nw.Expr:
    return nw.when(share < 0).then(nw.lit(0.0)).otherwise(nw.when(share > 1).then(nw.lit(1.0)).otherwise(share))


def _whole_wallet(spend: nw.Expr, total: nw.Expr, top: nw.Expr, share: nw.Expr) -> nw.Expr:
    """Give the wallet: what was told or taken for it, never less than was spent here, or spend / share."""
    rule = nw.col("rule")
    known = nw.when(rule == "total").then(total).otherwise(nw.when(rule == "peers").then(top))
    at_least = nw.when(known < spend).then(spend).otherwise(known)
    by_share = nw.when((share > 0) & (spend > 0)).then(spend / nw.when(share > 0).then(share))
    return nw.when((rule == "share") | (rule == "rank")).then(by_share).otherwise(at_least)


def with_room(graded: IntoFrameT, wallets: IntoFrameT) -> IntoFrameT:
    """Cross grades with share of wallet: *room to grow* or *has us already*.

    Parameters
    ----------
    graded : frame
        What `grades` returns, or any frame with ``customer``; all columns pass through.
    wallets : frame
        What `wallet` returns, of the same kind.

    Returns
    -------
    frame
        `graded` with ``share``, ``share_low``, ``share_high``, ``share_basis`` (asked or estimated), ``room``, and
        ``room_amount``, ``room_low``, ``room_high`` (wallet less spend, at least 0, in the unit of the wallet).
        ``room`` is ``"has us already"`` where the whole interval of the share is at least a half, ``"room to grow"``
        where it is below, and missing where it holds a half or nothing is known: ``room_reason`` is then ``"in
        between"`` or ``"not known"``.

    Examples
    --------
    >>> import polars as pl
    >>> graded = pl.DataFrame({"customer": [1, 2], "group": ["Champions", "Loyal"]})
    >>> facts = pl.DataFrame({"customer": [1, 2], "monetary": [90.0, 90.0]})
    >>> said = pl.DataFrame({"customer": [1, 2], "told_on": [date(2026, 1, 1)] * 2, "told_share": [0.9, 0.3]})
    >>> found = with_room(graded, wallet(facts, said, date(2026, 2, 1))).sort("customer")
    >>> found.select("group", "room", "room_amount").rows()
    [('Champions', 'has us already', 10.0), ('Loyal', 'room to grow', 210.0)]
    """
    frame = opened(graded)
    need(frame, "customer")
    held = opened(wallets)
    need(held, "customer", "spend", "share", "low", "high", "wallet", "wallet_low", "wallet_high", "basis")
    low, high, spend = nw.col("low"), nw.col("high"), nw.col("spend")
    rooms = {"room_amount": "wallet", "room_low": "wallet_low", "room_high": "wallet_high"}
    added = held.select(
        "customer",
        "share",
        share_low=low,
        share_high=high,
        share_basis=nw.col("basis"),
        **{name: _above(nw.col(column) - spend) for name, column in rooms.items()},
    )
    both = merged(nullable(frame), added, ["customer"], "left")
    is_full, has_room = nw.col("share_low") >= 0.5, nw.col("share_high") < 0.5
    room = chosen([(has_room, ROOM[0]), (is_full, ROOM[1])])
    both = both.with_columns(room=room)
    is_between = nw.col("room").is_null() & ~nw.col("share").is_null()
    reason = chosen([(is_between, "in between"), (nw.col("share").is_null(), "not known")])
    native: IntoFrameT = nullable(both.with_columns(room_reason=reason)).to_native()
    return native


def _above(amount: nw.Expr) -> nw.Expr:
    return nw.when(amount < 0).then(nw.lit(0.0)).otherwise(amount)
