"""Big files: prepared by a process beside the one that writes, in the very same order with the very same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from regulars.intake.models import ImportRun, Telling
from regulars.intake.options import ImportOptions
from regulars.intake.reading import Sheet
from regulars.intake.services import preparing, running, units
from regulars.intake.services.people_of import Manner
from regulars.intake.services.running import begin, carry_out
from regulars.intake.services.undoing import undo
from regulars.intake.services.writing import Writer
from regulars.intake.staging import contents, loading
from regulars.intake.tests.builders import a_business, a_file, taken_in
from regulars.people import queries as people_queries
from regulars.people import services as people
from regulars.people.models import Consent, ConsentNow, Email, Occasion, Person, PersonKind, SearchWord
from regulars.people.services import NewPerson
from regulars.purchases.models import DayTotals, Order, OrderLine, PersonTotals, Refund

HEAD = "Order,Date,Email,Name,Total,Refunded amount,Item,Price,Accepts marketing,Birthday\n"


def some_sales(orders: int = 400) -> str:
    rows = []
    for n in range(orders):
        who = f"p{n % 90}@lindenblatt.example,Péa {n % 90}"
        back = "1.00" if n % 7 == 0 else ""
        rows.append(
            f"B{n},2026-02-0{n % 9 + 1},{who},7.00,{back},“Scarf” {n % 5},4.00,{'yes' if n % 3 else 'no'},1980-05-0{n % 9 + 1}\n"
        )
        rows.append(f"B{n},,,,,,Cup {n % 11},3.00,,\n")
    return HEAD + "".join(rows)


def the_book() -> list[list[tuple[Any, ...]]]:
    """What stands in the book, without ids and moments of writing."""
    return [
        sorted(Order.objects.values_list("reference", "person__full_name", "bought_on", "paid_amount", "content_hash")),
        sorted(OrderLine.objects.values_list("order__reference", "position", "name", "amount", "product__name")),
        sorted(Refund.objects.values_list("order__reference", "reference", "amount")),
        sorted(Email.objects.values_list("person__full_name", "address", "is_key", "is_primary")),
        sorted(Consent.objects.values_list("person__full_name", "channel", "is_given", "wording")),
        sorted(
            ConsentNow.objects.values_list(
                "person__full_name", "channel", "purpose", "is_given", "basis", "counts_from"
            )
        ),
        sorted(SearchWord.objects.values_list("person__full_name", "word")),
        sorted(PersonKind.objects.values_list("person__full_name", "kind")),
        sorted(Occasion.objects.values_list("person__full_name", "kind", "month", "day", "year")),
        sorted(DayTotals.objects.values_list("on", "orders", "net_amount")),
        sorted(
            PersonTotals.objects.filter(orders__gt=0).values_list(
                "person__full_name", "orders", "buying_days", "net_amount", "first_bought_on", "last_bought_on"
            )
        ),
    ]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_big_file_brings_the_same_rows_as_it_would_in_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_business()
    path = a_file(tmp_path, some_sales())
    small = taken_in(path)
    expected = the_book()
    undo(ImportRun.objects.latest("pk"))
    monkeypatch.setattr(running, "BIG_FILE_BYTES", 0)
    big = taken_in(path)
    assert big == small
    assert the_book() == expected
    assert _again(path) == (400, 0, 90)
    assert the_book() == expected


def _again(path: Path) -> tuple[int, int, int]:
    """Take the file in once more: orders seen, orders updated, people matched."""
    again = taken_in(path)
    assert (again["orders"]["new"], again["people"]["new"]) == (0, 0)
    return again["orders"]["seen"], again["orders"]["updated"], again["people"]["matched"]


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of units that were looked at one by one, in the order of it; every file counts as big."""
    found: list[int] = []
    take = Writer._take

    def noted(self: Writer, chunk: list[units.Unit]) -> Any:
        found.extend(unit.number for unit in chunk)
        return take(self, chunk)

    monkeypatch.setattr(Writer, "_take", noted)
    monkeypatch.setattr(running, "BIG_FILE_BYTES", 0)
    return found


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_the_same_file_again_is_compared_and_not_looked_at(tmp_path: Path, looked_at: list[int]) -> None:
    a_business()
    path = a_file(tmp_path, some_sales())
    taken_in(path)
    assert looked_at == []
    assert _again(path) == (400, 0, 90)
    assert looked_at == []
    undo(ImportRun.objects.earliest("pk"))
    assert not Order.objects.exists()
    assert not Person.objects.here().exists()
    assert not Telling.objects.exists()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_newer_file_is_looked_at_where_it_differs(tmp_path: Path, looked_at: list[int]) -> None:
    a_business()
    taken_in(a_file(tmp_path, some_sales()))
    newer = some_sales().replace(
        "B7,2026-02-08,p7@lindenblatt.example,Péa 7,7.00", "B7,2026-02-08,p7@lindenblatt.example,Péa 7,9.00"
    )
    newer += "B400,2026-03-01,p8@lindenblatt.example,Péa 8,5.00,,Cup 1,5.00,yes,1980-05-01\n"
    newer += "B401,2026-03-01,new@lindenblatt.example,New,6.00,,Cup 1,6.00,yes,1980-05-01\n"
    answer = taken_in(a_file(tmp_path, newer))
    assert answer["orders"] | {"refused": 0} == {"new": 2, "seen": 399, "updated": 1, "cancelled": 0, "refused": 0}
    assert (answer["people"]["new"], answer["people"]["matched"]) == (1, 90)
    assert 0 < len(looked_at) < 30
    assert Order.objects.get(reference="B7").paid_amount == 9
    assert (
        PersonTotals.objects.get(person__full_name="Péa 8").orders
        == Order.objects.filter(person__full_name="Péa 8").count()
    )


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_who_was_changed_by_hand_is_looked_at_again(tmp_path: Path, looked_at: list[int]) -> None:
    a_business()
    path = a_file(tmp_path, some_sales())
    taken_in(path)
    edited, kept, other = (Person.objects.get(full_name=f"Péa {n}") for n in (3, 4, 5))
    people.change_person(edited, changes={"full_name": "Peer"}, by=None)
    Occasion.objects.filter(person=edited).delete()
    people.merge(kept, other, by=None)
    standing = set(Order.objects.values_list("reference", "person_id"))
    assert _again(path)[:2] == (400, 0)
    assert 0 < len(looked_at) < 30
    assert set(Order.objects.values_list("reference", "person_id")) == standing
    edited.refresh_from_db()
    assert (edited.full_name, Occasion.objects.filter(person=edited).count()) == ("Peer", 1)
    looked_at.clear()
    assert _again(path)[:2] == (400, 0)


@pytest.mark.django_db(transaction=True)
def test_a_yes_given_since_ends_with_a_file_that_says_no(tmp_path: Path, looked_at: list[int]) -> None:
    a_business()
    path = a_file(tmp_path, some_sales())
    taken_in(path)
    said_no = Person.objects.exclude(pk__in=Consent.objects.values("person_id"))
    someone = said_no.first()
    assert someone is not None
    people.record_consent([someone.pk], "email", "marketing", source="by hand")
    taken_in(path)
    assert looked_at != []
    assert not people_queries.consent_state([someone.pk], "email", "marketing")[someone.pk].is_given


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_people_who_are_in_the_book_by_now_are_known_again_in_an_empty_book(
    tmp_path: Path, looked_at: list[int]
) -> None:
    a_business()
    known = people.add_person(NewPerson(full_name="Somebody", emails=("p7@lindenblatt.example",)), by=None)
    answer = taken_in(a_file(tmp_path, some_sales()))
    assert (answer["people"]["new"], answer["people"]["matched"], answer["orders"]["new"]) == (89, 1, 400)
    assert len(looked_at) == 400
    assert Order.objects.filter(person=known).count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_helper_dies_goes_on_where_it_had_come_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_business()
    monkeypatch.setattr(running, "BIG_FILE_BYTES", 0)
    path = a_file(tmp_path, some_sales())
    run = begin(path, "big.csv", ImportOptions())
    unpacked = preparing._unpacked

    def cut_short(waiting: Any) -> Any:
        yield next(unpacked(waiting))
        raise EOFError("the pipe broke")

    monkeypatch.setattr(preparing, "_unpacked", cut_short)
    monkeypatch.setattr(contents, "SLICE", 60)
    with pytest.raises(EOFError):
        carry_out(run, path)
    run.refresh_from_db()
    written = Order.objects.count()
    assert run.state == ImportRun.State.RUNNING
    assert run.cursor == written < 400
    monkeypatch.setattr(preparing, "_unpacked", unpacked)
    carry_out(run, path)
    run.refresh_from_db()
    assert (run.state, run.orders_new, run.orders_seen, run.people_new) == (ImportRun.State.FINISHED, 400, 0, 90)
    assert (Order.objects.count(), Person.objects.count()) == (400, 90)


@pytest.mark.django_db(transaction=True)
def test_a_helper_that_is_killed_is_an_error_and_no_shorter_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_business()
    monkeypatch.setattr(running, "BIG_FILE_BYTES", 0)
    begun = preparing.Preparer

    def killed() -> preparing.Preparer:
        beside = begun()
        beside.process.kill()
        beside.process.wait()
        return beside

    monkeypatch.setattr(preparing, "Preparer", killed)
    path = a_file(tmp_path, some_sales(20))
    run = begin(path, "big.csv", ImportOptions())
    with pytest.raises((RuntimeError, BrokenPipeError)):
        carry_out(run, path)
    run.refresh_from_db()
    assert run.state == ImportRun.State.RUNNING
    assert not Order.objects.exists()


def test_lines_stand_in_the_order_of_the_file_however_the_staging_hands_them_out() -> None:
    con = duckdb.connect(":memory:")
    con.execute("CREATE TABLE unit AS SELECT 1 AS unit, NULL::BIGINT AS pos, 'A1' AS reference, '2026-02-01' AS day, NULL AS moment,"
                " 7000 AS paid_mils, 0 AS tax_mils, 0 AS shipping_mils, 0 AS discount_mils, false AS is_cancelled, '' AS channel, '' AS note")  # fmt: skip
    con.execute("CREATE TABLE unit_item (unit BIGINT, place BIGINT, name VARCHAR, sku VARCHAR, quantity BIGINT, amount BIGINT, kind VARCHAR)")  # fmt: skip
    con.execute("INSERT INTO unit_item VALUES (1, 3, 'Third', '', 1000, 1, 'product'), (1, 1, 'First', '', 1000, 1, 'product'),"
                " (1, 2, 'Second', '', 1000, 1, 'product')")  # fmt: skip
    con.execute("CREATE TABLE unit_refund (unit BIGINT, place BIGINT, reference VARCHAR, day VARCHAR, amount BIGINT)")
    con.execute("INSERT INTO unit_refund VALUES (1, 9, 'r2', '2026-02-03', 2), (1, 4, 'r1', '2026-02-02', 1)")
    (portion,) = units.portions_after(con, 0, 1, Manner("shop", "f.csv", "dmy"), is_about_sales=True)
    (unit,) = units.units_of([portion])
    assert unit.basket is not None
    assert [line[0] for line in unit.basket.lines] == ["First", "Second", "Third"]
    assert [refund[0] for refund in unit.basket.refunds] == ["r1", "r2"]


def test_a_file_read_on_both_cores_keeps_the_number_of_every_row(tmp_path: Path) -> None:
    rows, path = 400_000, tmp_path / "numbered.csv"
    path.write_text("Order,Total\n" + "".join(f"number {n:09},1.00\n" for n in range(rows)))
    sheet = Sheet(["Order", "Total"], lambda: iter(()), 1, "text", encoding="utf-8", separator=",")
    con = duckdb.connect(":memory:")
    assert loading.load(con, sheet, {"order_id": [0], "amount": [1]}, tmp_path, path) == rows
    found = con.execute(
        "SELECT count(*), count(DISTINCT place), bool_and(right(order_id, 9)::BIGINT = place), bool_and(row_number = place + 2),"
        " bool_and(surplus = 0) FROM entry_row"
    ).fetchone()
    assert found == (rows, rows, True, True, True)
