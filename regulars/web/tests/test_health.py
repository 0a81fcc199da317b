from __future__ import annotations

import pytest
from django.test import Client

from regulars.kit import clock
from regulars.kit.models import BackupRecord, Job, SetAside
from regulars.staff.models import AuditEntry, User
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user

pytestmark = pytest.mark.django_db


def a_set_aside_notice() -> SetAside:
    return SetAside.objects.create(
        handler="standings.regrade", notice_id=7, kind="x.Y", content={}, error="ValueError: no such day", tries=5
    )


def test_a_machine_learns_that_all_is_well_and_nothing_more(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        reply = client.get("/healthz")
    assert (reply.status_code, reply.json()) == (200, {"status": "ok"})


def test_the_owner_sees_what_was_looked_at_what_was_set_aside_and_the_backups(at_home: Client) -> None:
    a_set_aside_notice()
    BackupRecord.objects.create(why="nightly", path="/data/backups/nightly.regulars", size_bytes=3_000_000)
    BackupRecord.objects.create(why="nightly", error="No space left on device", at=clock.now())
    page = at_home.get("/settings/health/").text
    assert "was set aside" in page
    assert "ValueError: no such day" in page
    assert "nightly.regulars" in page
    assert "No space left on device" in page


def test_a_notice_is_let_go_or_tried_again_and_it_is_written_down(at_home: Client, owner: User) -> None:
    row = a_set_aside_notice()
    reply = at_home.post(f"/settings/health/notices/{row.pk}/retries/", follow=True)
    assert "It failed again" in reply.text
    at_home.post(f"/settings/health/notices/{row.pk}/ends/")
    row.refresh_from_db()
    assert row.outcome == "let go"
    assert at_home.post(f"/settings/health/notices/{row.pk}/retries/").status_code == 404
    assert AuditEntry.objects.filter(user=owner, action__in=["retry_notice", "let_go_notice"]).count() == 2


def test_asking_twice_for_a_backup_begins_one(at_home: Client) -> None:
    for _ in range(2):
        at_home.post("/settings/health/backups/")
    job = Job.objects.get()
    assert job.task_path == "regulars.web.jobs.back_up_now"
    page = at_home.get("/settings/health/").text
    assert "A backup is being written" in page
    assert "Back up now" not in page


def test_a_manager_sees_the_health_and_takes_no_backup_away(owner: User, client: Client) -> None:
    client.force_login(a_user(Role.MANAGER))
    assert "Back up now" not in client.get("/settings/health/").text
    assert client.post("/settings/health/backups/").status_code == 403
