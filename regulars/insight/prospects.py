"""People who have not bought: Warm, Waiting or Cold."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw

from regulars.insight.cuts import values_at
from regulars.insight.frames import Frame, need, on_or_before, opened, ordinal, refuse_where, rows, with_days
from regulars.insight.groups import chosen

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

PROSPECT_GROUPS: tuple[str, ...] = ("Warm", "Waiting", "Cold")
_PARTS = 10_000


def prospects(contacts: IntoFrameT, as_of: date) -> IntoFrameT:
    """Grade people who have been in touch and have not bought.

    The rule: count the signs of interest. They were in touch at least twice; they asked for something in
    particular; they might spend at least as much as the middle one of those of whom that is known. Then

    ======================  ========  ========  ============
    last in touch           no sign   one sign  two or three
    ======================  ========  ========  ============
    within 30 days          Waiting   Warm      Warm
    within 31 to 90 days    Waiting   Waiting   Warm
    within 91 to 180 days   Cold      Waiting   Waiting
    longer ago              Cold      Cold      Cold
    ======================  ========  ========  ============

    Parameters
    ----------
    contacts : frame
        One row a contact of a person who has not bought: ``customer``, ``day`` (date or timestamp, never missing),
        and optionally ``has_asked`` (true when they asked for something in particular) and ``might_spend`` (amount in
        any one unit, missing when unknown).
    as_of : date
        The last day that counts; later contacts are ignored.

    Returns
    -------
    frame
        One row a person: ``customer``, ``contacts`` (days with a contact), ``last_contact_on``, ``signs`` (0 to 3),
        ``group`` (Warm, Waiting or Cold).

    Raises
    ------
    FrameError
        Naming the column and the row, when a customer or a day is missing.

    Notes
    -----
    Our own rule of thumb, on the three things a counter assistant would go by. It predicts nothing; it sorts the
    list so that who asked lately is answered first.

    Examples
    --------
    >>> import polars as pl
    >>> contacts = pl.DataFrame(
    ...     {
    ...         "customer": ["Lea", "Lea", "Max", "Nia"],
    ...         "day": [date(2026, 3, 1), date(2026, 3, 20), date(2026, 3, 15), date(2025, 6, 1)],
    ...         "has_asked": [True, False, False, True],
    ...     }
    ... )
    >>> prospects(contacts, date(2026, 4, 1)).sort("customer").select("customer", "signs", "group").rows()
    [('Lea', 2, 'Warm'), ('Max', 0, 'Waiting'), ('Nia', 1, 'Cold')]
    """
    people = graded_people(contacts, as_of)
    graded: IntoFrameT = people.select("customer", "contacts", "last_contact_on", "signs", "group").to_native()
    return graded


def graded_people(contacts: object, as_of: date) -> Frame:
    """Grade as `prospects` does, and keep ``might_spend``: the most that is known of each, as a float."""
    people = _people(_contacts(contacts, as_of))
    silent_days = nw.lit(as_of.toordinal()) - ordinal("last_contact_on")
    is_big = nw.col("spend_key") >= _middle(people)
    signs = [nw.col("contacts") >= 2, nw.col("asked_key") > 0, is_big.fill_null(False)]
    people = people.with_columns(signs=sum((sign.cast(nw.Int64) for sign in signs), nw.lit(0)), silent_days=silent_days)
    is_warm = ((nw.col("silent_days") <= 30) & (nw.col("signs") >= 1)) | (
        (nw.col("silent_days") <= 90) & (nw.col("signs") >= 2)
    )
    is_waiting = (nw.col("silent_days") <= 90) | ((nw.col("silent_days") <= 180) & (nw.col("signs") >= 1))
    is_cold = ~is_warm & ~is_waiting
    might_spend = nw.col("spend_key").cast(nw.Float64) / _PARTS
    group = chosen([(is_warm, "Warm"), (is_waiting, "Waiting"), (is_cold, "Cold")])
    return people.with_columns(group=group, might_spend=might_spend)


def _contacts(contacts: object, as_of: date) -> Frame:
    frame = opened(contacts)
    schema = need(frame, "customer", "day")
    optional = [column for column in ("has_asked", "might_spend") if column in schema]
    frame = with_days(frame.select("customer", "day", *optional), "day")
    refuse_where(frame, {(c, "is empty"): nw.col(c).is_null() for c in ("customer", "day")}, show=("customer", "day"))
    asked = nw.col("has_asked").fill_null(False).cast(nw.Int64) if "has_asked" in optional else nw.lit(0)
    spend = nw.col("might_spend").cast(nw.Float64) if "might_spend" in optional else nw.lit(float("nan"))
    has_spend = ~nw.col("might_spend").is_null() if "might_spend" in optional else nw.lit(False)
    key = nw.when(has_spend).then((spend * _PARTS).round(0))
    return frame.filter(on_or_before(frame, "day", as_of)).with_columns(asked_key=asked, spend_key=key)


def _people(frame: Frame) -> Frame:
    one_a_day = frame.group_by("customer", "day").agg(nw.col("asked_key").max(), nw.col("spend_key").max())
    people = one_a_day.group_by("customer").agg(
        nw.len().alias("contacts"),
        nw.col("day").max().alias("last_contact_on"),
        nw.col("asked_key").max(),
        nw.col("spend_key").max(),
    )
    return people.with_columns(nw.col("contacts").cast(nw.Int64))


def _middle(people: Frame) -> int:
    """Find the (lower) median of what people might spend; more than anybody might when nobody said."""
    known = people.filter(~nw.col("spend_key").is_null()).select(nw.col("spend_key").cast(nw.Int64))
    edges = known.select(
        nw.len().alias("n"), nw.col("spend_key").min().alias("low"), nw.col("spend_key").max().alias("high")
    )
    [(n, low, high)] = rows(edges)
    if not n:
        return 2**53  # the largest that a float holds exactly
    return values_at(known, "spend_key", [-(-int(n) // 2)], int(low), int(high))[0]
