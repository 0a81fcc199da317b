"""What grows old is tidied away at night, and only that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.intake.models import ImportRun, RefusedRow
from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.kit.models import Keeping
from regulars.outreach.models import LinkFollowed, Touch
from regulars.outreach.services import NewTouch, plan_touches
from regulars.people.models import TimelineEntry
from regulars.people.services import NewEntry, write_timeline
from regulars.people.tests.builders import a_person
from regulars.purchases.models import PersonTotals
from regulars.staff.models import AuditEntry, User
from regulars.staff.services import note_audit
from regulars.staff.tidying import sweep
from regulars.web import keeping
from regulars.web.keeping import KINDS, how_many_would_go, keep_for, kept_days, tidy_away

pytestmark = pytest.mark.django_db


def grown_old(owner: User) -> None:
    """One of each kind, five years old, and one of today."""
    for years in (5, 0):
        at = clock.now() - timedelta(days=365 * years)
        ann = a_person("Ann Baker")
        run = ImportRun.objects.create(name="x", state="finished", added_at=at, finished_at=at)
        RefusedRow.objects.create(run=run, row_number=1, reason="no name", cells=["x"])
        ImportRun.objects.create(name="waits", stored_as="file", state="waiting", added_at=at)
        [pk] = plan_touches([NewTouch(ann.pk, "thanks", f"{years}", subject="Hello", body="Dear Ann")]).ids
        Touch.objects.filter(pk=pk).update(state="sent", sent_at=at)
        LinkFollowed.objects.create(touch_id=pk, place=1, at=at)
        write_timeline([NewEntry(ann.pk, at, "x", "people", 1, "came in")])
        PersonTotals.objects.create(
            person=ann, orders=1, buying_days=1, first_bought_on=at.date(), last_bought_on=at.date()
        )
        for action in ("see_person", "change", "erase"):
            AuditEntry.objects.filter(pk=note_audit(owner, action, room="people", kind="person").pk).update(at=at)


def left() -> dict[str, int]:
    return {
        "refused": RefusedRow.objects.count(),
        "uploads": ImportRun.objects.filter(state="waiting").count(),
        "letters": Touch.objects.exclude(body="").count(),
        "links": LinkFollowed.objects.count(),
        "stories": TimelineEntry.objects.count(),
        "looks": AuditEntry.objects.filter(action="see_person").count(),
        "log": AuditEntry.objects.filter(action="change").count(),
    }


def test_by_night_goes_what_is_usually_not_kept_and_what_is_kept_for_ever_stays(owner: User) -> None:
    grown_old(owner)
    assert how_many_would_go(kept_days()) == {"uploads": 1, "refused": 1, "enquiries": 0, "links": 1, "looks": 1}
    assert left() == dict.fromkeys(left(), 2), "counting takes nothing away"
    tidy_away()
    assert left() == {"refused": 1, "uploads": 1, "letters": 2, "links": 1, "stories": 2, "looks": 1, "log": 2}
    assert AuditEntry.objects.get(action="tidy_away").user is None


def test_the_owner_says_how_long_and_every_kind_can_go_or_stay(owner: User) -> None:
    grown_old(owner)
    keep_for({kind.key: 1096 for kind in KINDS}, owner)
    assert set(how_many_would_go(kept_days()).values()) == {0, 1}
    gone = tidy_away()
    assert {key: count for key, count in gone.items() if count} == dict.fromkeys(left(), 1)
    assert left() == dict.fromkeys(left(), 1)
    assert Touch.objects.filter(state="sent").count() == 2, "that a letter was sent stays"
    assert AuditEntry.objects.filter(action="erase").count() == 2, "that somebody was erased is always kept"
    assert not any(tidy_away().values()), "the second night finds nothing"
    [told] = AuditEntry.objects.filter(action="keep_for")
    assert any("for ever" in change for change in told.changes)


def test_for_ever_means_for_ever_also_for_the_sweeps_of_the_rooms(owner: User) -> None:
    grown_old(owner)
    keep_for({kind.key: 0 for kind in KINDS}, owner)
    tidy_away()
    sweep()
    assert left() == dict.fromkeys(left(), 2)


def test_it_goes_slice_by_slice(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "SLICE", 3)
    for _number in range(8):
        note_audit(owner, "see_person", room="people", kind="person")
    AuditEntry.objects.filter(action="see_person").update(at=clock.now() - timedelta(days=500))
    assert tidy_away()["looks"] == 8


def test_another_time_than_those_offered_is_refused(owner: User) -> None:
    with pytest.raises(Refusal):
        keep_for({"looks": 7}, owner)
    with pytest.raises(Refusal):
        keep_for({"people": 30}, owner)


def test_the_page_counts_without_taking_anything_and_keeps_what_was_chosen(at_home: Client, owner: User) -> None:
    grown_old(owner)
    page = at_home.get("/settings/keeping/")
    assert "1 would go tonight." in page.text
    chosen: dict[str, Any] = {kind.key: kind.usual_days for kind in KINDS} | {"log": 1096}
    assert at_home.post("/settings/keeping/", chosen | {"look": "yes"}).status_code == 200
    assert not Keeping.objects.exists()
    assert at_home.post("/settings/keeping/", chosen).status_code == 302
    assert kept_days()["log"] == 1096
    assert left() == dict.fromkeys(left(), 2)
    assert at_home.post("/settings/keeping/", chosen | {"log": "5"}).status_code == 422
