from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from regulars.kit import clock
from regulars.staff import queries, services, sightings
from regulars.staff.models import AuditEntry
from regulars.staff.origin import came_from
from regulars.staff.tests.builders import a_user, an_owner
from regulars.staff.tidying import sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def _nothing_seen() -> Iterator[None]:
    sightings.forget()
    yield
    sightings.forget()


def test_a_line_says_who_did_what_to_which_thing_and_from_where() -> None:
    maya = an_owner()
    with came_from("192.168.1.20"):
        entry = services.note_audit(
            maya, "export", room="people", kind="person", object_id=7, person_id=7, text="as CSV"
        )
    assert (entry.user, entry.user_name, entry.address) == (maya, "Maya Keller", "192.168.1.20")
    assert services.note_audit(None, "back_up", room="kit", kind="backup").address == ""


def test_the_log_is_read_page_by_page_without_gap_or_repeat() -> None:
    maya, bo = an_owner(), a_user(name="Bo")
    AuditEntry.objects.all().delete()
    for number in range(120):
        services.note_audit((maya, bo)[number % 2], "change", room="people", kind="person", person_id=number % 3)
    seen, before = [], None
    while True:
        page = queries.log_page(before=before)
        seen += [entry.pk for entry in page.entries]
        before = page.older_than
        if before is None:
            break
    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)
    assert {entry.user for entry in queries.log_page(user_id=bo.pk).entries} == {bo}
    assert len(queries.log_page(person_id=1).entries) == 40


@pytest.mark.usefixtures("_nothing_seen")
def test_looking_at_a_person_is_noted_once_an_hour_and_written_later(django_assert_num_queries: object) -> None:
    maya = an_owner()
    start = clock.now()
    with django_assert_num_queries(0):  # type: ignore[operator]
        for minutes in (0, 10, 59):
            with clock.frozen(start + timedelta(minutes=minutes)):
                sightings.note(maya, 7)
        with clock.frozen(start + timedelta(minutes=61)):
            sightings.note(maya, 7)
        sightings.note(maya, 8)
    sightings.write_down()
    looks = AuditEntry.objects.filter(action="see_person")
    assert sorted(str(look.person_id) for look in looks) == ["7", "7", "8"]
    assert sightings.write_down() == 0
    assert looks.count() == 3


def test_old_looks_and_ended_sessions_are_swept_up_and_changes_stay(frozen_clock: object) -> None:
    maya = an_owner()
    AuditEntry.objects.all().delete()
    for days, action in [(400, "see_person"), (300, "see_person"), (400, "change_role")]:
        with clock.frozen(clock.now() - timedelta(days=days)):
            services.note_audit(maya, action, room="people", kind="person", person_id=7)
    ended = SessionStore()
    ended.set_expiry(-60)
    ended.save()
    sweep()
    kept = AuditEntry.objects.order_by("at").values_list("action", flat=True)
    assert list(kept) == ["change_role", "see_person"]
    assert not Session.objects.exists()
