"""Is everything in order? Said in sentences that tell what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from regulars.kit import backups, bulletin, clock, health
from regulars.kit.models import BackupRecord, Heartbeat, Job, Schedule, SetAside
from regulars.kit.services import set_up_business

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_business(monkeypatch):
    monkeypatch.setattr(bulletin, "_handlers", {})
    set_up_business(name="Boutique", zone="Europe/Paris", currency="EUR")


def finding(key):
    [found] = [each for each in health.check() if each.key == key]
    return found


def test_a_house_at_work_is_fine():
    Heartbeat.objects.create(worker="ann", started_at=clock.now(), beat_at=clock.now())
    wrong = [each for each in health.check() if not each.is_fine and each.key != "disk"]
    assert wrong == []


def test_a_worker_that_never_ran_or_fell_silent_is_told(frozen_clock):
    assert "never run" in finding("worker").sentence
    Heartbeat.objects.create(worker="ann", started_at=clock.now(), beat_at=clock.now())
    assert finding("worker").is_fine
    frozen_clock.ahead(minutes=5)
    assert not finding("worker").is_fine
    assert "last ran at 4 March 2026, 13:00" in finding("worker").sentence


def test_what_went_wrong_in_the_worker_is_told():
    Heartbeat.objects.create(worker="ann", started_at=clock.now(), beat_at=clock.now(), last_error="no paper")
    assert finding("worker").sentence.endswith("no paper")


def test_news_that_was_set_aside_is_told():
    for number in (1, 2):
        SetAside.objects.create(handler="books", notice_id=number, kind="x", content={}, error="x", tries=5)
    assert finding("news").sentence.startswith("2 pieces of news")


def test_a_failed_job_is_told_with_its_reason():
    Job.objects.create(task_path="regulars.kit.backups.back_up_nightly", state=Job.FAILED, last_error="disk full")
    assert "back_up_nightly failed" in finding("jobs").sentence
    assert finding("jobs").sentence.endswith("disk full")


def test_a_schedule_nobody_started_is_told():
    late = clock.now() - timedelta(hours=2)
    Schedule.objects.create(name="nightly grades", cron="15 3 * * *", zone="UTC", next_at=late)
    assert "“nightly grades” was due" in finding("schedules").sentence


def test_a_backup_that_is_old_failed_or_missing_is_told(frozen_clock):
    frozen_clock.move_to(clock.now() + timedelta(days=365))
    set_up = finding("backup")
    assert not set_up.is_fine
    assert "no backup yet" in set_up.sentence
    BackupRecord.objects.create(why=backups.NIGHTLY, path="x", size_bytes=5_000_000, at=clock.now())
    assert finding("backup").is_fine
    frozen_clock.ahead(days=3)
    assert "Make one now" in finding("backup").sentence
    BackupRecord.objects.create(why=backups.NIGHTLY, error="disk full", at=clock.now())
    assert finding("backup").sentence.endswith("disk full")


def test_a_key_that_does_not_fit_is_told(settings):
    assert finding("key").is_fine
    settings.SECRET_KEY = "another key altogether"
    assert "Put the key of this installation back" in finding("key").sentence


def test_a_disk_that_is_nearly_full_is_told(monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE_MB", 10**9)
    assert "Make room" in finding("disk").sentence


def test_a_change_to_the_database_that_waits_is_told(monkeypatch):
    monkeypatch.setattr("regulars.kit.upgrade.pending_migrations", lambda: ["kit 0002_more"])
    assert finding("migrations").sentence.startswith("1 change to the database is waiting")


@pytest.mark.django_db(transaction=True)
def test_a_damaged_database_is_told():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL looks after its own pages")
    assert finding("database").sentence == "The database is sound."
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("INSERT INTO auth_permission (name, codename, content_type_id) VALUES ('x', 'x', 987654)")
        cursor.execute("PRAGMA foreign_keys=ON")
    assert "points nowhere" in finding("database").sentence


def test_the_worst_comes_first():
    fine = [each.is_fine for each in health.check(thoroughly=False)]
    assert fine == sorted(fine)
    assert not fine[0]
