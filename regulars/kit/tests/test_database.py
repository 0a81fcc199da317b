"""Which database is talked to, how long it is held, and how its changes are numbered."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, connections, transaction

from regulars.kit import changes, database
from regulars.kit.business import Business, business
from regulars.kit.models import Counter
from regulars.kit.services import change_business, set_up_business
from regulars.kit.simulation import on_a_copy

pytestmark = pytest.mark.django_db


def sqlite_only():
    if connection.vendor != "sqlite":
        pytest.skip("simulation copies the SQLite file")


@pytest.mark.django_db(transaction=True)
def test_what_happens_on_a_copy_stays_there():
    sqlite_only()
    set_up_business(name="Boutique", zone="Europe/Paris", currency="EUR")
    with on_a_copy():
        assert database.alias() != "default"
        change_business(name="Another life")
        with transaction.atomic():
            Counter.objects.create(name="only here")
        assert business().name == "Another life"
    assert database.alias() == "default"
    assert business().name == "Boutique"
    assert not Counter.objects.filter(name="only here").exists()


@pytest.mark.django_db(transaction=True)
def test_another_thread_stays_on_the_real_database_meanwhile(in_threads):
    sqlite_only()
    set_up_business(name="Boutique", zone="Europe/Paris", currency="EUR")
    with on_a_copy():
        Counter.objects.create(name="only here")
        assert in_threads(1, lambda _: Counter.objects.filter(name="only here").count()) == [0]


@pytest.mark.django_db(transaction=True)
def test_rows_of_two_databases_do_not_mix():
    sqlite_only()
    real = Business(pk=1, name="Boutique")
    real.save()
    router = database.ContextRouter()
    with on_a_copy():
        copied = Business.objects.get()
        assert router.allow_relation(copied, copied)
        assert not router.allow_relation(real, copied)


def test_chunks_by_time_write_everything_and_hold_the_writer_shortly():
    written, sizes = [], []

    def write(chunk):
        assert connection.in_atomic_block
        time.sleep(0.0005 * len(chunk))
        sizes.append(len(chunk))
        written.extend(chunk)

    assert database.chunks_by_time(iter(range(1000)), write, held_ms=50) == 1000
    assert written == list(range(1000))
    assert max(sizes[2:]) <= 130, "half a millisecond a row: about a hundred rows in 50 ms"


def test_a_chunk_that_fails_leaves_the_earlier_ones():
    kept: list[list[int]] = []

    def write(chunk):
        if len(kept) == 2:
            raise ValueError("a bad row")
        kept.append(chunk)

    with pytest.raises(ValueError, match="bad row"):
        database.chunks_by_time(range(10_000), write, first=10)
    assert len(kept) == 2


@pytest.mark.django_db(transaction=True)
def test_full_sync_is_for_its_block_only():
    sqlite_only()

    def level():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            return cursor.fetchone()[0]

    before = level()
    with database.full_sync():
        assert level() == 2
    assert level() == before


def test_change_numbers_grow_and_the_horizon_is_above_what_is_complete():
    with transaction.atomic():
        first = changes.next_change_number()
    with transaction.atomic():
        second = changes.next_change_number()
    assert first <= second < changes.horizon()


@pytest.mark.django_db(transaction=True)
def test_a_number_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="inside the transaction"):
        changes.next_change_number()


@pytest.mark.django_db(transaction=True)
def test_after_an_epoch_every_number_is_above_the_old_ones():
    changes.begin_epoch(10**12)
    with transaction.atomic():
        assert changes.next_change_number() > 10**12
        assert changes.next_position() > 10**12
    with transaction.atomic():
        number = changes.next_change_number()
    assert number < changes.horizon()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_copy_that_reads_below_the_horizon_misses_no_slow_transaction(in_threads):
    """Writers commit in any order while a reader copies: in the end it has every change."""
    wrote: list[tuple[str, int]] = []
    seen: dict[str, int] = {}
    stop = threading.Event()

    def write(number):
        for step in range(12):
            with transaction.atomic():
                change = changes.next_change_number()
                time.sleep(0.001 * (number % 3))
                Counter.objects.create(name=f"row {number} {step}", value=change)
            wrote.append((f"row {number} {step}", change))

    def read():
        last = 0
        while True:
            over = stop.is_set()
            horizon = changes.horizon()
            fresh = Counter.objects.filter(name__startswith="row", value__gte=last, value__lt=horizon)
            seen.update(fresh.values_list("name", "value"))
            last = horizon
            if over:
                break
        connections.close_all()

    reader = threading.Thread(target=read)
    reader.start()
    faults = [fault for fault in in_threads(4, write) if fault]
    stop.set()
    reader.join(30)
    assert faults == []
    assert seen == dict(wrote)
    assert len(seen) == 48


def test_the_planner_learns_how_large_tables_are(db):
    from regulars.kit.models import Counter

    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's own autovacuum does this")
    Counter.objects.bulk_create(Counter(name=f"row {number}") for number in range(300))
    database.measure_tables()
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'kit_counter'")
        assert cursor.fetchone()[0].split()[0] >= "3"
