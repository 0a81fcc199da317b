"""What comes into an empty book: slices of the file as rows that only have to be written.

The process beside us makes them ready (`lots`), the one that writes looks whether nobody knows these people by now and
takes the whole slice; where somebody does, it is read again and written as every other file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from duckdb import DuckDBPyConnection

from regulars.intake.services.people_of import COLUMNS, Manner, ready, told
from regulars.intake.staging import slices
from regulars.kit import loads
from regulars.people.services import Draft, FirstPeople, first_people
from regulars.purchases.services import FirstOrders, first_orders


@dataclass(frozen=True)
class Places:
    """The ids that were reserved: `people_after` and the place of a person, `orders_after` and the unit of an order."""

    people_after: int
    orders_after: int
    at: str
    by_id: int | None


class Lot(NamedTuple):
    """One slice; without people and orders it has to be written as any other."""

    first: int
    last: int
    people: FirstPeople | None
    orders: FirstOrders | None

    def packed(self) -> tuple[tuple[Any, ...], tuple[Draft, ...]]:
        """What `marshal` takes, and the drafts, which it does not."""
        plain: list[Any] = [self.first, self.last, None, None]
        more: tuple[Draft, ...] = ()
        if self.people is not None:
            more = self.people.more
            plain[2] = (*self.people[:5], tuple(map(tuple, self.people.loads)), ())
        if self.orders is not None:
            plain[3] = (*self.orders[:5], tuple(map(tuple, self.orders.loads)))
        return tuple(plain), more

    @classmethod
    def unpacked(cls, plain: tuple[Any, ...], more: tuple[Draft, ...]) -> Lot:
        first, last, people, orders = plain
        return cls(
            first,
            last,
            FirstPeople._make((*people[:5], _loads(people[5]), more)) if people else None,
            FirstOrders._make((*orders[:5], _loads(orders[5]))) if orders else None,
        )


def _loads(plain: tuple[tuple[Any, ...], ...]) -> tuple[loads.Load, ...]:
    return tuple(map(loads.Load._make, plain))


def lots(con: DuckDBPyConnection, cursor: int, manner: Manner, places: Places) -> Iterator[Lot]:
    """Yield the slices after unit `cursor`; one that was broken off in the middle as a slice to be looked at."""
    rows = con.execute("SELECT first, last FROM slice WHERE last > ? ORDER BY first", [cursor]).fetchall()
    for first, last in rows:
        yield _lot(con, first, last, manner, places) if first > cursor else Lot(cursor + 1, last, None, None)


def _lot(con: DuckDBPyConnection, first: int, last: int, manner: Manner, places: Places) -> Lot:
    at, span, after = datetime.fromisoformat(places.at), (first, last), (places.people_after, places.orders_after)
    orders = slices.orders(con, span, *after)
    if any(row[-1] is None for row in orders):
        return Lot(first, last, None, None)
    people = _people(con, first, last, manner, places, at)
    if people is None:
        return Lot(first, last, None, None)
    return Lot(
        first,
        last,
        people if people.loads else None,
        first_orders(
            manner.source,
            at,
            orders,
            slices.lines(con, span, after[1]),
            slices.refunds(con, span, after[1]),
            slices.totals(con, span, after[0]),
            slices.days(con, span),
        ),
    )


NOBODY = FirstPeople(0, -1, (), (), (), (), ())


def _people(
    con: DuckDBPyConnection, first: int, last: int, manner: Manner, places: Places, at: datetime
) -> FirstPeople | None:
    """Those who bought in this slice; None where more has to be done about one of them than to write them down."""
    rows = slices.people(con, (first, last), COLUMNS)
    if not rows:
        return NOBODY
    people = [ready(told(row, manner), manner) for row in rows]
    if any(one.bad_addresses or one.deceased_on for one in people):
        return None
    numbered = [(places.people_after + row[0], one.draft) for row, one in zip(rows, people, strict=True)]
    found = first_people(numbered, source=manner.source, at=at, by_id=places.by_id)
    if found is None:
        return None
    prints = [(pk, one.fingerprint) for (pk, _draft), one in zip(numbered, people, strict=True) if one.fingerprint]
    tellings = loads.made_ready(
        "intake_telling", ("person_id", "fingerprint"), prints, source=manner.source[:60], change_number=loads.LATER
    )
    return found._replace(loads=(*found.loads, tellings))
