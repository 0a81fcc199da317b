"""News: stored with what it tells, delivered in order and at least once, whatever fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, connections, transaction

from regulars.kit import bulletin, changes, clock
from regulars.kit.event_text import from_primitives, to_primitives
from regulars.kit.models import Counter, HandlerCursor, Notice, SetAside

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Sold:
    number: int
    on: date | None = None
    amount: Decimal | None = None
    people: tuple[int, ...] = ()


@dataclass(frozen=True)
class Painted:
    colour: str


@pytest.fixture(autouse=True)
def handlers(monkeypatch):
    """Only the handlers of the test; the rooms' own are put back afterwards."""
    own: dict[str, bulletin.Handler] = {}
    monkeypatch.setattr(bulletin, "_handlers", own)
    return own


def hearing(name="books", *events, **options):
    heard = []

    def handle(batch):
        heard.append([getattr(event, "number", None) for event in batch])

    handle.__qualname__ = f"handle {name}"
    bulletin.hears(*(events or (Sold,)), name=name, **options)(handle)
    return heard


def sell(*numbers):
    with transaction.atomic():
        bulletin.post(*(Sold(number) for number in numbers))


def test_news_arrives_in_the_order_in_which_it_was_posted():
    heard = hearing(batch=2)
    sell(1, 2)
    sell(3)
    assert bulletin.deliver_due() == 3
    assert heard == [[1, 2], [3]]
    assert bulletin.deliver_due() == 0


def test_what_an_event_carries_comes_back_as_it_was():
    event = Sold(1, date(2026, 3, 4), Decimal("12.50"), (4, 5))
    assert from_primitives(Sold, to_primitives(event)) == event


def test_an_event_from_an_older_version_takes_the_defaults_and_a_newer_one_loses_what_is_unknown():
    assert from_primitives(Sold, {"number": 1, "weather": "rain"}) == Sold(1)
    with pytest.raises(ValueError, match="number"):
        from_primitives(Sold, {})


def test_an_event_with_a_thing_inside_is_refused():
    with transaction.atomic(), pytest.raises(TypeError, match="primitives"):
        bulletin.post(Sold(object()))  # type: ignore[arg-type]  # the point


def test_a_class_that_can_change_is_no_event():
    @dataclass
    class Loose:
        number: int

    with pytest.raises(TypeError, match="frozen"):
        bulletin.hears(Loose, name="loose")


@pytest.mark.django_db(transaction=True)
def test_news_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        bulletin.post(Sold(1))


def test_news_of_what_was_undone_is_never_told():
    heard = hearing()
    with transaction.atomic():
        bulletin.post(Sold(1))
        transaction.set_rollback(True)
    assert bulletin.deliver_due() == 0
    assert heard == []


def test_two_handlers_may_not_share_a_name():
    hearing("books")
    with pytest.raises(ValueError, match="books"):
        bulletin.hears(Sold, name="books")(print)


def test_a_handler_hears_only_its_own_kind_and_is_not_held_up_by_others():
    heard = hearing("books", Sold)
    with transaction.atomic():
        bulletin.post(*[Painted("red")] * 5, Sold(1), Painted("blue"))
    assert bulletin.deliver_due() == 1
    assert heard == [[1]]


def test_a_handler_added_later_starts_with_the_news_of_that_day():
    hearing("first")
    sell(1)
    bulletin.deliver_due()
    heard = hearing("second")
    assert bulletin.deliver_due() == 0
    sell(2)
    bulletin.deliver_due()
    assert heard == [[2]]


def poisoned(name="books", bad=(3,), **options):
    heard = []

    def handle(batch):
        numbers = [event.number for event in batch]
        if set(numbers) & set(bad):
            raise ValueError(f"{numbers} cannot be booked")
        heard.extend(numbers)

    bulletin.hears(Sold, name=name, **options)(handle)
    return heard


def deliver_until_quiet(frozen_clock, minutes=10):
    for _ in range(minutes * 6):
        bulletin.deliver_due()
        frozen_clock.ahead(seconds=10)


def test_a_poison_notice_is_set_aside_and_the_rest_arrives_in_order(frozen_clock):
    heard = poisoned()
    sell(1, 2, 3, 4, 5)
    bulletin.deliver_due()
    assert heard == [1, 2]
    deliver_until_quiet(frozen_clock, 2)
    assert heard == [1, 2, 4, 5]
    [aside] = bulletin.set_aside_notices()
    assert (aside.handler, aside.content["number"], aside.tries) == ("books", 3, bulletin.TRIES)
    assert "cannot be booked" in aside.error


def test_several_poison_notices_in_one_batch_are_each_set_aside(frozen_clock):
    heard = poisoned(bad=(1, 4, 5, 9))
    sell(*range(1, 11))
    deliver_until_quiet(frozen_clock)
    assert heard == [2, 3, 6, 7, 8, 10]
    assert [row.content["number"] for row in bulletin.set_aside_notices()] == [1, 4, 5, 9]


def test_a_handler_that_fails_does_not_hold_up_another():
    poisoned("broken", bad=(1,))
    heard = hearing("sound")
    sell(1, 2)
    bulletin.deliver_due()
    assert heard == [[1, 2]]


def test_a_person_can_retry_what_was_set_aside(frozen_clock):
    bad = {3}
    heard = poisoned(bad=bad)
    sell(3)
    deliver_until_quiet(frozen_clock, 2)
    [aside] = bulletin.set_aside_notices()
    assert not bulletin.retry(aside.pk)
    bad.clear()
    assert bulletin.retry(aside.pk)
    assert heard == [3]
    assert bulletin.set_aside_notices() == []
    assert bulletin.retry(aside.pk), "a second click changes nothing"
    assert heard == [3]


def test_a_person_can_let_go_of_what_was_set_aside(frozen_clock):
    poisoned()
    sell(3)
    deliver_until_quiet(frozen_clock, 2)
    bulletin.let_go(bulletin.set_aside_notices()[0].pk)
    assert bulletin.set_aside_notices() == []
    assert SetAside.objects.get().outcome == "let go"


def test_a_database_that_is_away_for_a_while_sets_nothing_aside(frozen_clock):
    heard: list[int] = []
    away = [True] * 8

    def handle(batch):
        if away:
            away.pop()
            raise OperationalError("database is locked")
        heard.extend(event.number for event in batch)

    bulletin.hears(Sold, name="books")(handle)
    sell(1)
    deliver_until_quiet(frozen_clock, 15)
    assert heard == [1]
    assert bulletin.set_aside_notices() == []


def test_a_handler_in_a_transaction_writes_all_or_nothing(frozen_clock):
    def handle(batch):
        Counter.objects.create(name=f"sold {batch[0].number}")
        raise ValueError

    bulletin.hears(Sold, name="books", in_transaction=True)(handle)
    sell(1)
    deliver_until_quiet(frozen_clock, 2)
    assert not Counter.objects.filter(name__startswith="sold").exists()


def test_old_news_that_everyone_has_heard_is_removed(frozen_clock):
    hearing("books")
    sell(1, 2)
    frozen_clock.ahead(days=bulletin.KEPT_DAYS + 1)
    sell(3)
    assert bulletin.tidy() == 0, "the handler has not heard it yet"
    bulletin.deliver_due()
    assert bulletin.tidy(slice_size=1) == 2
    assert Notice.objects.count() == 1


def test_delivering_nothing_new_costs_three_reads(django_assert_num_queries):
    for number in range(8):
        hearing(f"handler {number}")
    sell(1)
    bulletin.deliver_due()
    with django_assert_num_queries(3):
        assert bulletin.deliver_due() == 0


def test_a_leased_handler_is_left_to_its_worker():
    heard = hearing()
    sell(1)
    bulletin.enrol()
    HandlerCursor.objects.update(leased_by="another", lease_until=clock.now() + timedelta(minutes=1))
    assert bulletin.deliver_due() == 0
    HandlerCursor.objects.update(lease_until=clock.now() - timedelta(minutes=1))
    assert bulletin.deliver_due() == 1
    assert heard == [[1]]


def test_after_a_restore_new_news_comes_after_all_the_old():
    heard = hearing()
    Notice.objects.create(position=5_000_000_000, kind=f"{__name__}.Sold", content={"number": 1})
    changes.begin_epoch(5_000_000_000)
    sell(2)
    bulletin.deliver_due()
    assert heard == [[1, 2]]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_transactions_that_commit_out_of_order_lose_no_news(in_threads):
    """The slow one takes its place first and commits last; the cursor must not have passed it."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: its transactions cannot overtake each other")
    import threading

    heard = hearing()
    slow_has_posted, fast_is_done = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            bulletin.post(Sold(1))
            slow_has_posted.set()
            assert fast_is_done.wait(60)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert slow_has_posted.wait(60)
    sell(2)
    bulletin.deliver_due()
    assert heard == [], "nothing above an open transaction is read yet"
    fast_is_done.set()
    thread.join(60)
    bulletin.deliver_due()
    assert heard == [[1, 2]]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_many_writers_and_two_deliverers_lose_and_repeat_nothing(in_threads):
    def note(batch):
        Counter.objects.bulk_create([Counter(name=f"heard {event.number}") for event in batch])

    bulletin.hears(Sold, name="books", in_transaction=True)(note)
    bulletin.enrol()

    def act(number):
        if number < 4:
            for step in range(15):
                sell(number * 100 + step)
        else:
            for _ in range(20):
                bulletin.deliver_due()

    assert [fault for fault in in_threads(6, act) if fault] == []
    bulletin.deliver_due()
    assert Counter.objects.filter(name__startswith="heard").count() == 60
    assert SetAside.objects.count() == 0


def test_an_event_knows_moments_too():
    @dataclass(frozen=True)
    class Called:
        at: datetime

    event = Called(clock.now())
    assert from_primitives(Called, to_primitives(event)) == event
