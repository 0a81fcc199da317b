"""What else is written while a first file comes in by lots, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connections
from django.db.models import Count, Sum

from regulars.intake.models import ImportRun
from regulars.intake.options import ImportOptions
from regulars.intake.services import running, writing
from regulars.intake.services.running import begin, carry_out
from regulars.intake.services.writing import Writer
from regulars.intake.staging import contents
from regulars.intake.tests.builders import a_business, a_file, some_first_sales
from regulars.people import services as people
from regulars.people.models import Email, Person
from regulars.people.services import NewPerson
from regulars.purchases.models import Order, OrderLine, PersonTotals, Product
from regulars.purchases.services import sell

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BIG_FILE_BYTES", 0)
    monkeypatch.setattr(writing, "MUCH", 0)
    monkeypatch.setattr(contents, "SLICE", 40)
    monkeypatch.setattr(writing, "MOST_LOTS", 2)


def _at_once(*acts: Callable[[], Any]) -> list[Any]:
    def act(one: Callable[[], Any]) -> Any:
        try:
            return one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(act, one) for one in acts]]


def _two_runs(first: Path, second: Path, monkeypatch: pytest.MonkeyPatch) -> list[ImportRun]:
    """Both begun before either has written, and both staged before either goes on."""
    runs = [begin(path, path.name, ImportOptions()) for path in (first, second)]
    ready, places = Barrier(2), running._places

    def together(*what: Any) -> Any:
        ready.wait(60)
        return places(*what)

    monkeypatch.setattr(running, "_places", together)
    _at_once(lambda: carry_out(runs[0], first), lambda: carry_out(runs[1], second))
    for run in runs:
        run.refresh_from_db()
        assert run.was_first
        assert run.state == ImportRun.State.FINISHED
    return runs


def _check_that_totals_are_those_of_the_orders() -> None:
    kept: dict[int, Any] = {
        pk: (orders, net)
        for pk, orders, net in PersonTotals.objects.values_list("person_id", "orders", "net_amount")
        if orders or net
    }
    told = Order.objects.exclude(person=None).values("person_id")
    told = told.annotate(orders=Count("pk"), paid=Sum("paid_amount"), back=Sum("refunded_amount"))
    expected: dict[int, Any] = {row["person_id"]: (row["orders"], row["paid"] - row["back"]) for row in told}
    assert kept == expected


def test_two_first_files_at_once_that_share_people_make_each_of_them_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_business()
    ones = a_file(tmp_path, some_first_sales(300, prefix="A"), "a.csv")
    others = a_file(tmp_path, some_first_sales(300, prefix="B", first=45), "b.csv")
    runs = _two_runs(ones, others, monkeypatch)
    assert (Person.objects.count(), Order.objects.count(), OrderLine.objects.count()) == (90, 600, 1200)
    assert sum(run.people_new for run in runs) == 90
    assert [run.orders_new for run in runs] == [300, 300]
    assert Product.objects.count() == 5 + 11
    assert Email.objects.filter(is_key=True).count() == 90
    _check_that_totals_are_those_of_the_orders()


def test_the_same_first_file_twice_at_once_comes_in_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_business()
    ones, others = (a_file(tmp_path, some_first_sales(300), name) for name in ("a.csv", "b.csv"))
    runs = _two_runs(ones, others, monkeypatch)
    assert (Person.objects.count(), Order.objects.count(), OrderLine.objects.count()) == (90, 300, 600)
    assert (sum(run.orders_new for run in runs), sum(run.people_new for run in runs)) == (300, 90)
    assert sum(run.orders_new + run.orders_seen + run.orders_updated for run in runs) == 600
    _check_that_totals_are_those_of_the_orders()


def test_customers_and_sales_by_hand_while_lots_come_in_are_neither_lost_nor_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_business()
    path = a_file(tmp_path, some_first_sales(600))
    run = begin(path, path.name, ImportOptions())
    looked_at: list[int] = []
    begun, has_met = Event(), Event()
    report, one_by_one = Writer._report, Writer._take

    def wait_for_the_hand(self: Writer) -> None:
        begun.set()
        assert has_met.wait(120)
        report(self)

    def take(self: Writer, chunk: list[Any]) -> Any:
        looked_at.extend(unit.number for unit in chunk)
        return one_by_one(self, chunk)

    monkeypatch.setattr(Writer, "_report", wait_for_the_hand)
    monkeypatch.setattr(Writer, "_take", take)

    def by_hand() -> list[int]:
        """Somebody whose orders come late in the file, somebody who is in the book by now, somebody of neither."""
        assert begun.wait(120)
        known = []
        for name in ("p89", "p0", "somebody"):
            newcomer = NewPerson(full_name=name, emails=(f"{name}@lindenblatt.example",))
            known.append(people.record_people([newcomer], source="by hand").ids[0])
            has_met.set()
        for pk in known:
            sell(pk, Decimal("2.00"), "Cup 1", key=f"sale {pk}")
        sell(
            None, Decimal("3.00"), "A thing of its own", newcomer=NewPerson(full_name="At the counter"), key="newcomer"
        )
        return known

    known = _at_once(lambda: carry_out(run, path), by_hand)[1]
    run.refresh_from_db()
    assert (run.state, run.orders_new, run.orders_seen) == (ImportRun.State.FINISHED, 600, 0)
    assert Order.objects.count() == 600 + 4
    assert Person.objects.count() == 90 + 2
    assert (run.people_new, run.people_matched) == (89, 1)
    assert 0 < len(looked_at) < 100
    assert Email.objects.filter(is_key=True).count() == 91
    assert Product.objects.count() == 5 + 11 + 1
    for pk, orders in zip(known, (6, 8, 1), strict=True):
        assert Order.objects.filter(person_id=pk).count() == orders
    _check_that_totals_are_those_of_the_orders()
