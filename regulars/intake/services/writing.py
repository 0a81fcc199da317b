"""Write staged units into the book: in short transactions, each with its counts, its effects and the place it came to.

Killed in the middle, a run goes on after the last stretch that was written whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import DatabaseError, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F
from django.utils.translation import gettext as _
from duckdb import DuckDBPyConnection

from regulars.intake.models import ImportRun
from regulars.intake.services import collecting
from regulars.intake.services.effects import note_effects, orders_as_they_stand
from regulars.intake.services.first_lot import Lot, Places
from regulars.intake.services.people_of import Manner, Prepared
from regulars.intake.services.telling import Passed, keep_tellings
from regulars.intake.services.told_before import ToldBefore
from regulars.intake.services.units import Portion, Unit, people_beside, portions_after, pos_of, units_of
from regulars.intake.services.years_apart import told_apart
from regulars.intake.staging import slices
from regulars.intake.staging.pipeline import Staged
from regulars.kit import jobs
from regulars.kit.database import chunks_by_time, connection, is_postgres
from regulars.kit.measuring import measured_as_they_grow
from regulars.people import queries as people_queries
from regulars.people import services as people
from regulars.purchases import services as purchases
from regulars.purchases.services import Basket, FirstOrders, LaterRefund, NewRefund, Recorded
from regulars.staff.models import User

HELD_MS, FIRST_CHUNK, MOST = 50, 500, 20_000  # beside people at work
EMPTY_HELD_MS, EMPTY_FIRST_CHUNK, EMPTY_MOST = 2_000, 5_000, 40_000  # into an empty book
MUCH = 20_000
FIT_SQLITE: Mapping[str, str | int] = {"cache_size": -96_000, "wal_autocheckpoint": 25_000, "mmap_size": 0}
LOTS_AT_FIRST, MOST_LOTS = 1, 8
FIT_POSTGRES: Mapping[str, str | int] = {"synchronous_commit": "off"}
STORIES_UNTIL = 2_000  # a larger import writes no timeline entry for each order


@dataclass
class Writer:
    """Writes one run; `last_pos` and `last_person_id` tell whose orders the last stretch ended with."""

    run: ImportRun
    staged: Staged
    manner: Manner
    by: User | None
    last_pos: int | None = None
    last_person_id: int | None = None
    written: int = field(default=0)
    counted: Counter[str] = field(default_factory=Counter)
    told_before: ToldBefore = field(default_factory=lambda: ToldBefore([], ""))
    places: Places | None = None
    passed: Passed | None = None

    def write_all(self, portions: Iterable[Portion | Lot]) -> None:
        """Write everything that is left to write: these portions, which begin after the run's cursor."""
        run, staged = self.run, self.staged
        self.told_before = ToldBefore.of(run, staged.format.twin, self.manner.source)
        self.written = run.cursor
        self.last_pos = pos_of(staged.con, run.cursor) if run.cursor else None
        self.last_person_id = run.cursor_person_id
        held, first, most = (
            (EMPTY_HELD_MS, EMPTY_FIRST_CHUNK, EMPTY_MOST) if run.was_first else (HELD_MS, FIRST_CHUNK, MOST)
        )
        with collecting.seldom(), _fit_for_much(run, are_lots=self.places is not None):
            if self.places is not None:
                chunks_by_time(portions, self.write_lots, held, first=LOTS_AT_FIRST, most=MOST_LOTS)
            else:
                plain = (one for one in portions if not isinstance(one, Lot))
                chunks_by_time(units_of(plain), self.write, held, first=first, most=most)
        if self.passed is not None and self.written < staged.units:
            with transaction.atomic():
                self.counted.clear()
                self._keep_place(staged.units, None, None)
        if staged.is_about_sales:
            self._write_people_beside(staged.con)
            self._write_later_refunds(staged.con)
        staged.questions += self.told_before.asked()

    def _write_people_beside(self, con: DuckDBPyConnection) -> None:
        """Those whom an order names beside its buyer, and who bought nothing in this file."""
        beside = people_beside(con, self.written, self.staged.units, self.manner)
        chunks_by_time(beside, self._write_beside, HELD_MS, first=FIRST_CHUNK, most=MOST)

    def _write_beside(self, chunk: list[Unit]) -> None:
        self.counted.clear()
        self._people(chunk)
        self._keep_place(chunk[-1].number, None, None)

    def write(self, chunk: list[Unit]) -> None:
        """Write one stretch; the caller's transaction holds all of it or nothing; its counts in one update."""
        self.counted.clear()
        self._keep_place(*self._take(chunk))

    def write_lots(self, chunk: list[Portion | Lot]) -> None:
        """The same for lots: those of whom nobody is known yet together, each other one unit by unit."""
        self.counted.clear()
        last = self.written, self.last_pos, self.last_person_id
        together: list[Lot] = []
        for one in chunk:
            assert isinstance(one, Lot)
            last = one.last, None, None
            if one.orders is not None:
                together.append(one)
                continue
            self._take_lots(together)
            together = []
            last = self._read_again(one)
        self._take_lots(together)
        self._keep_place(*last)

    def _take_lots(self, lots: Sequence[Lot]) -> None:
        if not lots:
            return
        people_of = [lot.people for lot in lots if lot.people is not None]
        if not self._are_news(lots, people_of):
            for lot in lots:
                if len(lots) > 1:
                    self._take_lots([lot])
                else:
                    self._read_again(lot)
            return
        source = self.manner.source
        if people_of:
            new = people.write_first_people(people_of, source=source, by=self.by)
            note_effects(self.run, "person", _ids(people_of))
            self.counted.update(people_new=new)
        orders = [lot.orders for lot in lots if lot.orders is not None]
        written = purchases.write_first_orders(orders, source=source)
        note_effects(self.run, "order", _ids(orders))
        self.counted.update(orders_new=written, orders_cancelled=sum(one.cancelled for one in orders))

    def _are_news(self, lots: Sequence[Lot], people_of: Sequence[people.FirstPeople]) -> bool:
        assert self.places is not None
        after = self.places.orders_after
        return people.are_news(people_of) and purchases.hold_new_orders(
            self.manner.source,
            after + 1,
            after + self.staged.units,
            lambda: slices.references(self.staged.con, (lots[0].first, lots[-1].last)),
        )

    def _read_again(self, lot: Lot) -> tuple[int, int | None, int | None]:
        portions = portions_after(
            self.staged.con, lot.first - 1, lot.last, self.manner, is_about_sales=self.staged.is_about_sales
        )
        return self._take([unit for unit in units_of(portions) if unit.number <= lot.last])

    def _take(self, chunk: list[Unit]) -> tuple[int, int | None, int | None]:
        """Write these units and return the number of the last one, whose it is, and who that is."""
        known = self._people(chunk)
        baskets = [purchases.of_person(unit.basket, known.get(unit.pos)) for unit in chunk if unit.basket]
        if baskets:
            self._orders(self._new_here(baskets))
        last_pos = chunk[-1].pos
        return chunk[-1].number, last_pos, known.get(last_pos) if last_pos is not None else None

    def _keep_place(self, written: int, last_pos: int | None, last_person_id: int | None) -> None:
        if self.passed is not None and self.written < self.staged.units:
            self.counted.update(self.passed.between(self.written, written))
        self.written, self.last_pos, self.last_person_id = written, last_pos, last_person_id
        counts = {name: F(name) + count for name, count in self.counted.items() if count}
        ImportRun.objects.filter(pk=self.run.pk).update(
            cursor=self.written, cursor_person_id=self.last_person_id, **counts
        )
        transaction.on_commit(self._report)

    def _report(self) -> None:
        jobs.progress(
            min(self.written, self.staged.units), self.staged.units, _("Taking in %(file)s") % {"file": self.run.name}
        )

    def _people(self, chunk: Sequence[Unit]) -> dict[int | None, int]:
        """Record the people of this stretch, each once; the one it begins with may be known from the stretch before."""
        fresh: dict[int, Prepared] = {}
        known: dict[int | None, int] = {}
        for unit in chunk:
            if unit.pos is None or unit.person is None or unit.pos in fresh:
                continue
            if unit.pos == self.last_pos and self.last_person_id is not None:
                known[unit.pos] = self.last_person_id
            else:
                fresh[unit.pos] = unit.person
        if not fresh:
            return known
        tellings = list(fresh.values())
        recorded = people.record_prepared([one.draft for one in tellings], source=self.manner.source, by=self.by)
        known |= dict(zip(fresh, recorded.ids, strict=True))
        note_effects(self.run, "person", recorded.new_ids)
        note_effects(self.run, "person changed", [], before=recorded.learned)
        self._beyond(tellings, recorded.ids, set(recorded.new_ids))
        if self.manner.has_prints:
            keep_tellings(self.manner.source, recorded.ids, [one.fingerprint for one in tellings])
        self.counted.update(people_new=recorded.new, people_matched=recorded.matched)
        return known

    def _beyond(self, tellings: Sequence[Prepared], ids: Sequence[int], new_ids: set[int]) -> None:
        """Addresses that failed, people who no longer want offers, people who have died."""
        bad = [address for one in tellings for address in one.bad_addresses]
        if bad:
            marked = people.mark_emails_bad(bad)
            note_effects(self.run, "bad address", marked)
        self._take_back(
            {
                pk: one.declined_at
                for pk, one in zip(ids, tellings, strict=True)
                if one.declined_at and pk not in new_ids
            }
        )
        for pk, one in zip(ids, tellings, strict=True):
            if one.deceased_on:
                self._leave_in_peace(pk)

    def _take_back(self, declined: dict[int, datetime]) -> None:
        """A box left empty is no objection; but where the same source once said yes, it is the end of that yes."""
        if not declined:
            return
        states = people_queries.consent_state(declined, "email", "marketing")
        for pk, state in states.items():
            at = declined[pk]
            if state.is_given and (state.at is None or state.at < at):
                wording = _("The file %(file)s says no.") % {"file": self.run.name}
                people.withdraw_consent(
                    [pk], "email", "marketing", source=self.manner.source, wording=wording, by=self.by, at=at
                )

    def _leave_in_peace(self, person_id: int) -> None:
        from regulars.people.models import Person, Silence

        if Silence.objects.filter(person_id=person_id, set_by_room="intake", lifted_at=None).exists():
            return
        person = Person.objects.get(pk=person_id)
        people.silence(
            person, Silence.Kind.ENDED, _("The file %(file)s gives a day of death.") % {"file": self.run.name}, "intake"
        )

    def _new_here(self, baskets: list[Basket]) -> list[Basket]:
        """Without the sales that another file of the same program told; they count as seen."""
        kept = told_apart(self.told_before.without(baskets), self.manner.source)
        self.counted.update(orders_seen=len(baskets) - len(kept))
        return kept

    def _orders(self, baskets: list[Basket]) -> None:
        def keep(ids: list[int]) -> None:
            note_effects(self.run, "order changed", [], before=orders_as_they_stand(ids))

        recorded = purchases.record_baskets(baskets, is_bulk=self.staged.units > STORIES_UNTIL, about_to_change=keep)
        note_effects(self.run, "order", recorded.new_ids)
        self._count(recorded)

    def _count(self, recorded: Recorded) -> None:
        self.counted.update(
            orders_new=recorded.new,
            orders_seen=recorded.seen,
            orders_updated=recorded.updated,
            orders_cancelled=recorded.cancelled,
        )

    def _write_later_refunds(self, con: DuckDBPyConnection) -> None:
        """Money back for orders that came in earlier; those that nobody knows are refused."""
        rows = con.execute(
            "SELECT row_number, refers_key, reference, day, amount FROM later_refund ORDER BY place"
        ).fetchall()
        for start in range(0, len(rows), 500):
            self._write_refunds(rows[start : start + 500])

    def _write_refunds(self, rows: Sequence[tuple[int, str, str, date, Decimal]]) -> None:
        later = [
            LaterRefund(self.manner.source, key, NewRefund(reference[:200], day, amount))
            for _n, key, reference, day, amount in rows
        ]
        with transaction.atomic():
            recorded = purchases.record_refunds(later)
        unknown = set(recorded.unknown)
        for place, (row_number, key, *_rest) in enumerate(rows):
            if place in unknown:
                self.staged.refused.append(
                    (
                        row_number,
                        _("Money back for “%(order)s”, which is neither in this file nor in the book.")
                        % {"order": key},
                    )
                )
                self.staged.orders_refused += 1
            else:
                self.staged.refunds += 1
                self.staged.net_amount -= later[place].refund.amount


def _ids(ranges: Sequence[people.FirstPeople] | Sequence[FirstOrders]) -> Iterator[int]:
    return (pk for one in ranges for pk in range(one.first_id, one.last_id + 1))


@contextmanager
def _fit_for_much(run: ImportRun, *, are_lots: bool) -> Iterator[None]:
    """Much to write into an empty book: each stretch need not wait for the disk.

    SQLite keeps more pages and copies its log back less often; the mapped file gains nothing here and counts as memory
    of this process. Of lots it does not look for parents that were written a line before, as `keys_unchecked` does on
    PostgreSQL. PostgreSQL does not wait for its log: a power cut may take back the last stretches, each whole and with
    the place it came to, so that the run goes on from there; `_finish` waits for all of them. Its tables are measured
    as they grow, so that the pages asked for meanwhile are planned for what is there.
    """
    if not run.was_first or run.units < MUCH:
        yield
        return
    settings = FIT_POSTGRES if is_postgres() else {**FIT_SQLITE, **({"foreign_keys": 0} if are_lots else {})}
    with connection().cursor() as cursor:
        before = {name: _setting(cursor, name) for name in settings}
        _set(cursor, settings)
    try:
        with measured_as_they_grow():
            yield
    finally:
        with suppress(DatabaseError), connection().cursor() as cursor:
            _set(cursor, before)


def _setting(cursor: CursorWrapper, name: str) -> str | int:
    cursor.execute(f"SHOW {name}" if is_postgres() else f"PRAGMA {name}")
    found: str | int = cursor.fetchone()[0]
    return found


def _set(cursor: CursorWrapper, settings: Mapping[str, str | int]) -> None:
    for name, value in settings.items():
        cursor.execute(f"SET {name} = {value}" if is_postgres() else f"PRAGMA {name} = {value}")
