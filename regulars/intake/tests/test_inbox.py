"""The watched folder: each content comes in once, a new kind waits for a look, what cannot be read is laid aside."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars.intake import queries, services
from regulars.intake.models import Arrival, Feed, ImportRun
from regulars.intake.services import confirm, execute, look_into_inbox
from regulars.intake.services.inbox import clear_done
from regulars.intake.tests.builders import a_business
from regulars.kit import clock
from regulars.people.models import Person
from regulars.staff.tests.builders import an_owner

pytestmark = pytest.mark.django_db
FIRST = "Name,Email\nAnn Abel,ann@x.example\n"
SECOND = "Name,Email\nAnn Abel,ann@x.example\nBo Berg,bo@x.example\nCy,none\n"


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    a_business()
    settings.INBOX_DIR = tmp_path / "inbox"
    return services.inbox()


def put(folder: Path, text: str | bytes, name: str = "customers.csv") -> None:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def lies_in(folder: Path) -> list[str]:
    return sorted(path.name.partition(" ")[2].partition(" ")[2] for path in folder.iterdir() if path.is_file())


def agreed(folder: Path) -> ImportRun:
    """The first file of its kind, looked over and taken in."""
    put(folder, FIRST)
    look_into_inbox(settled_seconds=0)
    run = ImportRun.objects.get()
    execute(confirm(run))
    return ImportRun.objects.get()


def test_a_file_of_a_new_kind_waits_for_a_look_and_the_next_of_its_kind_comes_in_by_itself(folder: Path) -> None:
    put(folder, FIRST)
    assert look_into_inbox(settled_seconds=0) == 1
    run = ImportRun.objects.get()
    assert (run.state, list(queries.arrived_unseen())) == ("waiting", [run])
    assert lies_in(folder / "done") == ["customers.csv"]
    execute(confirm(run))
    put(folder, SECOND, "customers-2.csv")
    look_into_inbox(settled_seconds=0)
    second = ImportRun.objects.latest("pk")
    assert second.state == "queued"
    execute(second)
    second.refresh_from_db()
    assert (Person.objects.count(), second.refused_rows.count()) == (2, 1)
    assert not queries.arrived_unseen()


def test_the_same_content_comes_in_once_whatever_it_is_called(folder: Path) -> None:
    put(folder, FIRST, "a.csv")
    put(folder, FIRST, "b.csv")
    assert look_into_inbox(settled_seconds=0) == 1
    put(folder, FIRST, "c.csv")
    assert look_into_inbox(settled_seconds=0) == 0
    assert (ImportRun.objects.count(), lies_in(folder / "done")) == (1, ["a.csv", "b.csv", "c.csv"])


def test_what_cannot_be_read_is_laid_aside_with_its_reason(folder: Path) -> None:
    put(folder, b"%PDF-1.7", "letter.pdf")
    put(folder, b"\x1f\x8bbroken", "x.csv.gz")
    look_into_inbox(settled_seconds=0)
    assert lies_in(folder / "unreadable") == ["letter.pdf", "x.csv.gz"]
    assert "PDF" in Arrival.objects.get(name="letter.pdf").problem
    assert not ImportRun.objects.exists()


def test_a_file_that_is_still_being_copied_is_left_alone(folder: Path) -> None:
    put(folder, FIRST)
    put(folder, FIRST, "other.csv.part")
    put(folder, FIRST, ".hidden.csv")
    assert look_into_inbox() == 0
    assert look_into_inbox(settled_seconds=0) == 1


def test_what_was_taken_in_a_month_ago_is_removed(folder: Path) -> None:
    put(folder, FIRST)
    look_into_inbox(settled_seconds=0)
    assert clear_done(30) == 0
    assert clear_done(-1) == 1
    assert lies_in(folder / "done") == []


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_workers_that_look_at_the_same_time_take_a_file_up_once(folder: Path, in_threads: Any) -> None:
    put(folder, FIRST)
    taken = in_threads(4, lambda _number: look_into_inbox(settled_seconds=0))
    assert sum(taken) == 1
    assert (ImportRun.objects.count(), Arrival.objects.count()) == (1, 1)


def test_a_weekly_export_that_does_not_come_is_missed(folder: Path, frozen_clock: Any) -> None:
    agreed(folder)
    feed = Feed.objects.get()
    assert (feed.name, feed.every_days) == ("customers.csv", 7)
    assert not queries.overdue_feeds(clock.today() + timedelta(days=7))
    assert list(queries.overdue_feeds(clock.today() + timedelta(days=8))) == [feed]
    services.set_rhythm(feed, 31)
    assert not queries.overdue_feeds(clock.today() + timedelta(days=12))
    services.set_rhythm(feed, 0)
    assert not queries.overdue_feeds(clock.today() + timedelta(days=400))


def test_the_page_shows_the_folder_and_looks_into_it(folder: Path, client: Client) -> None:
    client.force_login(an_owner())
    put(folder, FIRST)
    page = client.get("/intake/inbox/").content.decode()
    assert "customers.csv" in page
    assert client.post("/intake/inbox/looks/").status_code == 303
    run = ImportRun.objects.get()
    execute(confirm(run))
    feed = Feed.objects.get()
    assert client.post(f"/intake/inbox/feeds/{feed.pk}/", {"every_days": "14"}).status_code == 303
    client.post(f"/intake/inbox/feeds/{feed.pk}/", {"every_days": "5"})
    feed.refresh_from_db()
    assert feed.every_days == 14
    assert "Last taken in" in client.get("/intake/inbox/").content.decode()
