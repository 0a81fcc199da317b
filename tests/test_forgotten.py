"""Somebody who is erased is gone from every table and every file, and stays gone when an older backup comes back.

One word that stands nowhere else is planted in everything a person can have, through the services of all rooms.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import File
from django.db import connection, models

from regulars.cli import exports
from regulars.intake.models import ImportRun, RefusedRow
from regulars.intake.options import ImportOptions
from regulars.intake.services import import_files, start_run
from regulars.kit import backups, bulletin, clock, jobs, restoring
from regulars.kit.models import HandlerCursor, Job, SetAside
from regulars.kit.services import change_business, set_up_business
from regulars.outreach import services as outreach
from regulars.outreach.models import Suppression, Touch
from regulars.outreach.queries.permission_reads import address_hash
from regulars.people import services as people
from regulars.people.models import (
    Consent,
    ErasedAddress,
    Erasure,
    Household,
    Merge,
    MovedRow,
    Organisation,
    Person,
)
from regulars.people.partial_dates import PartialDate
from regulars.people.services import NewAddress, NewConsent, NewEntry, NewPerson
from regulars.purchases import services as purchases
from regulars.purchases.models import Order
from regulars.purchases.services import NewLine, NewOrder, NewRefund
from regulars.rapport.models import CameBy
from regulars.rapport.services.callers import Caller
from regulars.rapport.services.enquiries import NewEnquiry, take_enquiry
from regulars.rapport.services.logging import NewEncounter, log_encounter
from regulars.staff.models import User
from regulars.staff.services import add_staff, note_audit
from regulars.today.models import Choice, Decision
from regulars.web.jobs import back_up_now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MARK = "Zwiebelquark"
EMAIL = f"{MARK}@example.org"
PHONE, DIGITS = "+49 30 7341998", "7341998"


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    for name in ("OUTBOX_DIR", "BACKUP_DIR", "EXPORT_DIR"):
        setattr(settings, name, Path(settings.DATA_DIR) / name.lower())
    yield
    for name in ("outbox_dir", "backup_dir", "export_dir", "intake"):
        shutil.rmtree(Path(settings.DATA_DIR) / name, ignore_errors=True)
    (Path(settings.DATA_DIR) / "erased.jsonl").unlink(missing_ok=True)


@pytest.fixture
def olga() -> User:
    set_up_business(name="Boutique", zone="Europe/Berlin", currency="EUR", country="DE")
    change_business(quiet_from="00:00", quiet_until="00:00", touches_per_week=14, asks_per_month=14)
    return add_staff(email="olga@example.com", display_name="Olga", role="owner")


def m(what: str) -> str:
    return f"{what} {MARK}"


def planted(by: User, tmp_path: Path) -> Person:
    """A person with the word in everything; the same under a second entry, merged, parted and merged again."""
    new = NewPerson(
        full_name=m("Ann"), given_name=m("Ann"), family_name=MARK, salutation=m("Dear"), emails=(EMAIL,), phones=(PHONE,),
        addresses=(NewAddress(m("Street"), m("Town"), MARK, m("Region"), "DE", m("at")),), external_ids=(("shopify", MARK),),
        tags=(m("tag"),), birthday=PartialDate(5, 3, 1980), note=m("note"), met=m("met"), referred_by_text=m("by"),
        consents=(NewConsent("email", "marketing", True, wording=m("yes to")),),
    )  # fmt: skip
    ann = Person.objects.get(pk=people.record_people([new], source="test").ids[0])
    second = people.add_person(
        NewPerson(full_name=m("Anna"), emails=(f"two.{EMAIL}",), note=m("second")), by=by, is_somebody_new=True
    )
    for person in (ann, second):
        about(person, by)
    texts = {name: m(name) for name in ("needs", "expectations", "say", "best_time", "met")} | {"reach_by": "call"}
    roof, firm = Household.objects.create(name=m("Family")), Organisation.objects.create(name=m("Firm"))
    people.change_person(ann, changes={**texts, "household_id": roof.pk, "organisation_id": firm.pk}, by=by)
    people.change_person(ann, changes={"full_name": m("Ann Other")}, by=by)
    friend = people.add_person(
        NewPerson(full_name="Bo Friend", referred_by_text=m("Ann Other")), by=by, is_somebody_new=True
    )
    Person.objects.filter(pk=friend.pk).update(referred_by=ann)
    files_and_machinery(ann, by, tmp_path)
    people.unmerge(people.merge(ann, second, by).pk, by)
    people.merge(ann, second, by)
    return Person.objects.get(pk=ann.pk)


def about(person: Person, by: User) -> None:
    """What other rooms know of somebody."""
    soon = clock.today() + timedelta(days=9)
    people.set_preferences(person, [m("likes")], [m("dislikes")])
    people.add_occasion(person, "other", PartialDate(6, 1), m("day"))
    people.remind(person, m("remind"), soon, "promise", by)
    people.silence(person, "complaint", m("silence"), "people", soon, by=by)
    people.write_timeline([NewEntry(person.pk, clock.now(), "test", "people", person.pk, m("story"))])
    people.set_kinds(person, ["customer", "supplier"])
    order = NewOrder(
        "shop", f"{person.pk}-{MARK}-{EMAIL}", person.pk, clock.today(), Decimal(20),
        lines=(NewLine(f"cake for {person.full_name}", amount=Decimal(20)),), note=m("order"),
        refunds=(NewRefund(f"back-{person.full_name}", clock.today(), Decimal(5)),),
    )  # fmt: skip
    purchases.record_orders([order])
    take_enquiry(NewEnquiry(Caller(person_id=person.pk), CameBy.values[0], m("wants"), m("expects")), by)
    log_encounter(NewEncounter("complaint", m("said"), Caller(person_id=person.pk), place=m("place")), by)
    gifts_and_parties(person, by)
    letter(person, by)
    Decision.objects.create(kind="order", subject_id=person.pk, person=person, choice=Choice.EDITED, subject=m("subject"), body=m("words"), at=clock.now())  # fmt: skip
    note_audit(by, "change", room="people", kind="person", person_id=person.pk, text=m("audit"))


def gifts_and_parties(person: Person, by: User) -> None:
    """A gift they gave, one they were given, a party of theirs and one they came to."""
    today = clock.today()
    other = people.add_person(NewPerson(full_name="Cy Giver"), by=by, is_somebody_new=True)
    given = purchases.sell(person.pk, Decimal(9), m("a thing"), by, today, key=f"gave {person.pk}")
    purchases.note_gift(given, m("for my niece"), m("occasion"), today + timedelta(days=4))
    got = purchases.sell(other.pk, Decimal(9), "A thing", by, today, key=f"got {person.pk}")
    purchases.note_gift(got, "", m("jubilee"), None, receiver_id=person.pk)
    hosted = purchases.plan_party(person, today, m("place"), key=f"hosted {person.pk}", by=by)
    purchases.welcome(hosted, other)
    purchases.close_party(hosted, m("host gift"), by)
    visited = purchases.plan_party(other, today, "at home", key=f"visited {person.pk}", by=by)
    purchases.note_party_sale(visited, person.pk, Decimal(7), m("ordered"), by, key=f"there {person.pk}")
    purchases.wants_to_host(visited.guests.get(person=person))


def letter(person: Person, by: User) -> None:
    """One that went into the outbox as a file, and one that waits."""
    new = [
        outreach.NewTouch(person.pk, "thanks", f"{n}", subject=m("Hello"), body=m("Dear Ann,\n\nthank you."))
        for n in range(2)
    ]
    ids = outreach.plan_touches(new).ids
    touch = Touch.objects.get(pk=ids[0])
    for silence in person.silences.filter(lifted_at=None):
        people.lift_silence(silence, by)
    result = outreach.approve([touch.pk], by, {touch.pk: touch.draft_hash})
    assert result.approved == [touch.pk], result
    Touch.objects.filter(pk=touch.pk).update(due_at=clock.now() - timedelta(days=1))
    outreach.send_due()
    outreach.cancel([ids[1]], by, m("why"))


def files_and_machinery(person: Person, by: User, tmp_path: Path) -> None:
    """Files taken in, refused and waiting; jobs, news that could not be delivered, exports, the log."""
    table = f"name,email,phone,notes\nAnn {MARK},{EMAIL},,{m('from a file')}\nBo,no address {EMAIL},{PHONE},\n,,,{m('Ann')} {EMAIL}\n"
    path = tmp_path / f"Ann {MARK} {EMAIL}.csv"
    path.write_text(table)
    import_files([path], ImportOptions(), by)
    waits = start_run(File(io.BytesIO(table.encode("utf-16")), name="waits.csv"), f"waits {EMAIL}", by)
    assert waits.state == ImportRun.State.WAITING
    job_id = back_up_now.enqueue().id
    jobs.cancel(job_id)
    Job.objects.filter(pk=job_id).update(args=[EMAIL], last_error=f"no {EMAIL.upper()}", errors=[{"traceback": EMAIL}])
    SetAside.objects.create(handler="x", notice_id=1, kind="x", content={"who": EMAIL}, error=EMAIL, tries=5)
    bulletin.enrol()
    HandlerCursor.objects.filter(pk=HandlerCursor.objects.values("pk")[:1]).update(last_error=f"fault {EMAIL}")
    note_audit(None, "import", room="intake", kind="run", text=f"{EMAIL}.csv")
    exports.everything(settings.EXPORT_DIR / "all.zip")
    exports.everything(settings.EXPORT_DIR / "all")


def every_text_of_the_database() -> Iterator[tuple[str, str]]:
    """Every row of every table as text, whatever the table is and whoever made it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield table, repr(row)


def where_it_stands(*words: str) -> set[str]:
    """The tables and files in which one of these words stands."""
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    found = {table for table, text in every_text_of_the_database() if pattern.search(text)}
    wanted = [word.lower().encode(coding) for word in words for coding in ("utf-8", "utf-16-le")]
    for path in Path(settings.DATA_DIR).rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            if any(word in content for word in wanted) or pattern.search(path.name):
                found.add(str(path.relative_to(settings.DATA_DIR)))
    return found


def written_down() -> list[str]:
    """What the file of erasures says; other tests share it."""
    path = Path(settings.DATA_DIR) / "erased.jsonl"
    return path.read_text().splitlines() if path.exists() else []


def test_nothing_of_an_erased_person_is_left_in_any_table_or_file(olga: User, tmp_path: Path) -> None:
    ann = planted(olga, tmp_path)
    before = where_it_stands(MARK, DIGITS)
    assert len([name for name in before if "/" not in name and "." not in name]) >= 22, before
    assert {name.split("/")[0] for name in before if "/" in name} >= {"outbox_dir", "export_dir", "intake"}
    assert Merge.objects.count() == 2
    assert RefusedRow.objects.exists()
    sums = Order.objects.count(), sum(Order.objects.values_list("paid_amount", flat=True))
    lines = len(written_down())
    people.erase_person(ann, olga)
    assert where_it_stands(MARK, DIGITS) == set()
    assert (Order.objects.count(), sum(Order.objects.values_list("paid_amount", flat=True))) == sums, "sums stay"
    assert MovedRow.objects.count() == 0
    assert Erasure.objects.count() == 2
    assert len(written_down()) == lines + 2


def test_who_was_erased_is_not_written_to_when_a_file_brings_them_back(olga: User, tmp_path: Path) -> None:
    ann = planted(olga, tmp_path)
    people.erase_person(ann, olga)
    assert Suppression.objects.filter(address_hash=address_hash(EMAIL.lower()), undone_at=None).exists()
    new = NewPerson(
        full_name="Ann", emails=(EMAIL,), phones=(PHONE,), consents=(NewConsent("email", "marketing", True),)
    )
    again = people.record_people([new], source="file").ids[0]
    assert again != ann.pk
    said = Consent.objects.filter(person_id=again, channel="email", purpose="marketing").order_by("counts_from")
    assert [row.is_given for row in said][-1] is False
    planned = outreach.plan_touches([outreach.NewTouch(again, "thanks", "1", subject="x", body="y")])
    touch = Touch.objects.get(pk=planned.ids[0])
    result = outreach.approve([touch.pk], olga, {touch.pk: touch.draft_hash})
    assert result.approved == []


def test_an_erasure_is_done_again_when_an_older_backup_comes_back_also_for_merged_entries(
    olga: User, tmp_path: Path
) -> None:
    ann = planted(olga, tmp_path)
    cy = people.add_person(NewPerson(full_name="Cy Stays", emails=("cy@example.org",)), by=olga, is_somebody_new=True)
    info = backups.back_up(tmp_path / "old.regulars")
    people.erase_person(ann, olga)
    restored = restoring.restore(info.path, force=True)
    assert restored.again["erasures"] == 1
    assert (
        where_it_stands(MARK, DIGITS)
        - {str(path.relative_to(settings.DATA_DIR)) for path in settings.BACKUP_DIR.rglob("*")}
        == set()
    )
    assert Person.objects.here().filter(pk=cy.pk, full_name="Cy Stays").exists(), "nobody else is touched"
    assert not Person.objects.here().filter(pk=ann.pk).exists()
    assert ErasedAddress.objects.exists()
    assert restoring.restore(info.path, force=True).again["erasures"] == 1, "and again, as often as it comes back"


def test_who_was_merged_in_the_backup_and_erased_alone_later_is_parted_first(olga: User, tmp_path: Path) -> None:
    ann = people.add_person(
        NewPerson(full_name="Ann Stays", emails=("ann@example.org",)), by=olga, is_somebody_new=True
    )
    bo = people.add_person(NewPerson(full_name=m("Bo"), emails=(EMAIL,)), by=olga, is_somebody_new=True)
    made = people.merge(ann, bo, olga)
    info = backups.back_up(tmp_path / "old.regulars")
    people.unmerge(made.pk, olga)
    people.erase_person(Person.objects.get(pk=bo.pk), olga)
    restoring.restore(info.path, force=True)
    assert Person.objects.here().get(pk=ann.pk).full_name == "Ann Stays"
    assert not [table for table, text in every_text_of_the_database() if MARK.lower() in text.lower()]


def test_a_number_given_again_after_a_restore_is_not_mistaken_for_the_one_erased(olga: User, tmp_path: Path) -> None:
    info = backups.back_up(tmp_path / "old.regulars")
    ann = people.add_person(NewPerson(full_name=m("Ann"), emails=(EMAIL,)), by=olga, is_somebody_new=True)
    people.erase_person(ann, olga)
    restoring.restore(info.path, force=True)
    other = people.add_person(NewPerson(full_name="Di New", emails=("di@example.org",)), by=None, is_somebody_new=True)
    later = backups.back_up(tmp_path / "later.regulars")
    assert restoring.restore(later.path, force=True).again["erasures"] == 0
    assert Person.objects.here().filter(pk=other.pk).exists()


def test_every_column_that_names_a_person_is_known_to_a_room_that_erases() -> None:
    """A new table about people without an entry in the registry is found here."""
    from django.apps import apps

    from regulars.people import records

    rooms = {room.room for room in records.rooms()}
    holders = {
        model._meta.app_label
        for model in apps.get_models()
        if model.__module__.startswith("regulars.")
        for field in model._meta.concrete_fields
        if (isinstance(field, models.ForeignKey) and field.related_model is Person) or field.attname == "person_id"
    }
    assert holders - {"staff"} <= rooms, "the log is blanked by the staff room's own sweep"
