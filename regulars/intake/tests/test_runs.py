"""Runs: taken in twice, killed in the middle, undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.intake.models import ImportRun, Question
from regulars.intake.options import ImportOptions
from regulars.intake.services import answer_question, writing
from regulars.intake.services.running import begin, carry_out
from regulars.intake.services.undoing import undo
from regulars.intake.tests.builders import a_business, a_file, taken_in
from regulars.kit import clock
from regulars.kit.business import Business
from regulars.kit.errors import Refusal
from regulars.people.models import Consent, ConsentNow, Email, Person
from regulars.people.services import NewEntry, write_timeline
from regulars.purchases.models import Order, PersonTotals

pytestmark = pytest.mark.django_db

SALES = """\
Order,Date,Customer e-mail,Name,Total,Item
A1,2026-02-01,ann@lindenblatt.example,Ann Abel,20.00,Scarf
A2,2026-02-02,bo@lindenblatt.example,Bo Berg,30.00,Bowl
A3,2026-02-03,ann@lindenblatt.example,Ann Abel,40.00,Cup
"""


def the_run() -> ImportRun:
    return ImportRun.objects.latest("pk")


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    a_business()
    first = taken_in(a_file(tmp_path, SALES))
    before = list(Order.objects.order_by("pk").values_list("pk", "change_number"))
    again = taken_in(a_file(tmp_path, SALES))
    assert first["orders"]["new"] == 3
    assert again["orders"]["seen"] == 3
    assert again["people"] == {"new": 0, "matched": 2, "refused": 0}
    assert list(Order.objects.order_by("pk").values_list("pk", "change_number")) == before


def test_undo_takes_out_what_the_file_brought(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, SALES))
    undo(the_run())
    assert not Order.objects.exists()
    assert not Person.objects.here().exists()
    assert not Email.objects.exists()
    assert the_run().state == ImportRun.State.UNDONE
    again = taken_in(a_file(tmp_path, SALES))
    assert (again["orders"]["new"], again["people"]["new"]) == (3, 2)


def test_undo_restores_what_the_file_changed(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, SALES))
    newer = SALES.replace(
        "A1,2026-02-01,ann@lindenblatt.example,Ann Abel,20.00", "A1,2026-02-01,ann@lindenblatt.example,Ann Abel,25.00"
    )
    newer = newer.replace("Item\n", "Item,Phone,Refunded amount\n").replace("Scarf", "Scarf,+4915112345678,5.00")
    taken_in(a_file(tmp_path, newer, "newer.csv"))
    ann = Person.objects.get(full_name="Ann Abel")
    assert ann.phones.count() == 1
    undo(the_run())
    order = Order.objects.get(reference="A1")
    assert (str(order.paid_amount), order.refunds.count()) == ("20.000", 0)
    assert ann.phones.count() == 0
    assert str(PersonTotals.objects.get(person=ann).net_amount) == "60.000"


def test_undo_leaves_whoever_was_written_to_since_and_says_so(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, SALES))
    ann = Person.objects.get(full_name="Ann Abel")
    write_timeline([NewEntry(ann.pk, clock.now(), "letter", "outreach", 1, "Thank you for the scarf")])
    run = undo(the_run())
    assert set(Person.objects.here().values_list("full_name", flat=True)) == {"Ann Abel"}
    assert set(Order.objects.values_list("reference", flat=True)) == {"A1", "A3"}
    assert "1 person stays, with 2 orders" in run.error


def test_a_file_that_a_later_one_changed_is_undone_only_after_it(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, SALES))
    first = the_run()
    taken_in(a_file(tmp_path, SALES.replace("20.00", "21.00"), "newer.csv"))
    with pytest.raises(Refusal, match=r"newer\.csv"):
        undo(first)
    assert Order.objects.count() == 3


def test_a_run_broken_off_goes_on_where_it_had_come_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_business()
    path = a_file(
        tmp_path,
        "Order,Date,Email,Total\n" + "".join(f"B{n},2026-02-01,p{n % 7}@lindenblatt.example,1.00\n" for n in range(40)),
    )
    monkeypatch.setattr(writing, "EMPTY_FIRST_CHUNK", 5)
    monkeypatch.setattr(writing, "EMPTY_HELD_MS", 1)
    calls = 0
    write = writing.Writer.write

    def broken(self: Any, chunk: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        write(self, chunk)

    monkeypatch.setattr(writing.Writer, "write", broken)
    run = begin(path, "b.csv", ImportOptions())
    with pytest.raises(KeyboardInterrupt):
        carry_out(run, path)
    run.refresh_from_db()
    assert 0 < Order.objects.count() < 40
    assert run.cursor == Order.objects.count()
    monkeypatch.setattr(writing.Writer, "write", write)
    carry_out(run, path)
    run.refresh_from_db()
    assert (run.orders_new, run.people_new, run.people_matched) == (40, 7, 0)
    assert Order.objects.count() == 40
    assert PersonTotals.objects.count() == 7


def test_an_unsubscribed_address_stays_so_whatever_an_older_file_says(tmp_path: Path) -> None:
    a_business()
    left = "Email Address,First Name,OPTIN_TIME,UNSUB_TIME,LEID,EUID\nann@lindenblatt.example,Ann,2019-01-01 10:00:00,2021-05-05 10:00:00,1,e1\n"
    older = "Email Address,First Name,OPTIN_TIME,CONFIRM_TIME,LEID,EUID\nann@lindenblatt.example,Ann,2019-01-01 10:00:00,2019-01-01 10:00:00,1,e1\n"
    taken_in(a_file(tmp_path, left, "unsubscribed.csv"))
    taken_in(a_file(tmp_path, older, "subscribed.csv"))
    state = ConsentNow.objects.get(channel="email", purpose="marketing")
    assert not state.is_given
    assert Consent.objects.count() == 2


def test_a_cleaned_address_is_marked_and_stays_so(tmp_path: Path) -> None:
    a_business()
    cleaned = "Email Address,First Name,OPTIN_TIME,CLEAN_TIME,LEID,EUID\nann@lindenblatt.example,Ann,2019-01-01 10:00:00,2021-05-05 10:00:00,1,e1\n"
    taken_in(a_file(tmp_path, cleaned, "cleaned.csv"))
    taken_in(a_file(tmp_path, "Name,Email\nAnn,ann@lindenblatt.example\n", "contacts.csv"))
    assert Email.objects.get().is_bad
    assert not Consent.objects.filter(is_given=True).exists()


def test_consent_comes_from_a_column_or_from_the_owners_statement_and_from_nowhere_else(tmp_path: Path) -> None:
    a_business()
    path = a_file(tmp_path, "Name,Email\nAnn,ann@lindenblatt.example\n")
    taken_in(path)
    assert not Consent.objects.exists()
    taken_in(path, consent="Signed up on the list by the till, May 2026")
    assert Consent.objects.get().wording == "Signed up on the list by the till, May 2026"


def test_after_the_first_sales_the_owner_is_asked_once_about_the_last_week(tmp_path: Path, frozen_clock: Any) -> None:
    a_business()
    recent = SALES.replace("2026-02-0", "2026-03-0")
    taken_in(a_file(tmp_path, recent))
    question = Question.objects.get(kind="follow_up")
    assert "2 people" in question.text
    answer_question(question, "yes")
    assert str(Business.objects.get(pk=1).follow_up_since) == "2026-02-18"
    taken_in(a_file(tmp_path, recent.replace("A1", "C1"), "next.csv"))
    assert Question.objects.filter(kind="follow_up").count() == 1
    with pytest.raises(Refusal, match="already"):
        answer_question(question, "no")


def test_a_dry_run_says_what_would_happen_and_changes_nothing(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, SALES), is_dry_run=True)
    assert (answer["orders"]["new"], answer["people"]["new"], answer["net_total"]["amount"]) == (3, 2, "90.00")
    assert not Order.objects.exists()
    assert not Person.objects.exists()
    assert not ImportRun.objects.exists()
