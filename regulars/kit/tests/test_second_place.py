"""A locked copy on a stick, a backup put back on trial, and warnings before it hurts."""

from __future__ import annotations

import errno
import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection

from regulars.kit import backups, clock, health, rehearsing, restoring, second_place, trouble, worries
from regulars.kit.errors import Refusal
from regulars.kit.models import BackupRecord, SecondPlace, Worry
from regulars.kit.services import set_up_business

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "green silk scarf twelve"


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.MEDIA_ROOT.mkdir()
    set_up_business(name="Boutique", zone="Europe/Paris", currency="EUR")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def finding(key):
    [found] = [each for each in health.check(thoroughly=False) if each.key == key]
    return found


def test_a_copy_on_the_stick_is_locked_and_opens_with_the_passphrase(stick, tmp_path):
    second_place.choose(str(stick), WORDS)
    copy = second_place.copy_now()
    assert copy.parent == stick
    assert b"Boutique" not in copy.read_bytes()
    if connection.vendor == "sqlite":
        assert restoring.restore(copy, WORDS, into=tmp_path / "new laptop").counts["kit_business"] == 1
        with pytest.raises(Refusal, match="does not open"):
            restoring.restore(copy, "another passphrase", into=tmp_path / "thief")


def test_the_passphrase_is_not_in_the_database_in_plain(stick):
    second_place.choose(str(stick), WORDS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT passphrase FROM kit_secondplace")
        assert WORDS not in cursor.fetchone()[0]


def test_the_folder_may_change_without_giving_the_passphrase_again(stick, tmp_path):
    second_place.choose(str(stick), WORDS)
    (tmp_path / "disk").mkdir()
    assert second_place.choose(str(tmp_path / "disk")).passphrase == WORDS


@pytest.mark.parametrize(
    ("folder", "words", "said"),
    [("/no/such/stick", WORDS, "plugged in"), ("relative", WORDS, "no folder"), (None, "short", "at least 12")],
)
def test_a_place_that_cannot_work_is_refused_and_nothing_changes(stick, folder, words, said):
    with pytest.raises(Refusal, match=said):
        second_place.choose(folder or str(stick), words)
    assert not SecondPlace.objects.exists()


def test_a_folder_inside_the_business_is_no_second_place(settings):
    inside = settings.DATA_DIR / "copies"
    inside.mkdir(exist_ok=True)
    with pytest.raises(Refusal, match="another disk"):
        second_place.choose(str(inside), WORDS)


def test_a_copy_is_made_once_a_day_when_the_stick_is_there(stick, frozen_clock):
    second_place.choose(str(stick), WORDS)
    frozen_clock.ahead(hours=1)
    second_place.copy_when_due()
    first = SecondPlace.objects.get().copied_at
    frozen_clock.ahead(hours=1)
    second_place.copy_when_due()
    assert SecondPlace.objects.get().copied_at == first
    stick.rename(stick.with_name("in the drawer"))
    frozen_clock.ahead(days=2)
    second_place.copy_when_due()
    assert SecondPlace.objects.get().copied_at == first
    stick.with_name("in the drawer").rename(stick)
    second_place.copy_when_due()
    assert SecondPlace.objects.get().copied_at != first


def test_seven_copies_are_kept(stick, monkeypatch):
    monkeypatch.setattr(second_place, "KEPT", 2)
    second_place.choose(str(stick), WORDS)
    for number in range(4):
        source = backups.back_up(backups.next_backup_path(f"trial {number}")).path
        BackupRecord.objects.filter(path=str(source)).update(at=clock.now() + timedelta(minutes=number))
        second_place.copy_now()
    assert len(list(stick.glob("*.regulars"))) == 2


def test_a_stick_that_stays_away_is_told_after_a_week(stick, frozen_clock):
    second_place.choose(str(stick), WORDS)
    second_place.copy_now()
    assert finding("second place").is_fine
    frozen_clock.ahead(days=9)
    assert "Plug the stick in" in finding("second place").sentence
    assert not finding("second place").is_fine


def test_a_stick_without_room_is_told_and_leaves_nothing_half_written(stick, monkeypatch):
    second_place.choose(str(stick), WORDS)
    backups.back_up(backups.next_backup_path())
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
    with pytest.raises(Refusal, match="only 0 MB"):
        second_place.copy_now()
    assert list(stick.iterdir()) == []
    assert not finding("second place").is_fine


def test_a_backup_is_put_back_on_trial_and_says_so():
    path = backups.back_up(backups.next_backup_path()).path
    rehearsing.rehearse_the_newest()
    assert BackupRecord.objects.get(path=str(path)).proved_at
    assert "every row arrived" in finding("proof").sentence


def test_a_damaged_backup_is_found_on_trial_before_it_is_needed():
    path = backups.back_up(backups.next_backup_path()).path
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refusal, match="cannot be put back"):
        rehearsing.rehearse_the_newest()
    assert not finding("backup").is_fine


def test_worries_come_and_go_and_keep_since_when(frozen_clock):
    wrong = health.Finding("disk", False, "Only 40 MB are left.")
    worries.keep([wrong, health.Finding("worker", False, "never ran")])
    since = Worry.objects.get(key="disk").since
    frozen_clock.ahead(hours=1)
    worries.keep([health.Finding("disk", False, "Only 30 MB are left.")])
    assert Worry.objects.get(key="disk").since == since
    assert not Worry.objects.filter(key="worker").exists()
    worries.keep([health.Finding("disk", True, "fine")])
    assert not Worry.objects.exists()


def test_damage_found_at_night_stays_until_it_is_read_through_again():
    worries.keep([health.Finding("database", False, "The database is damaged.")])
    worries.look()
    assert any("damaged" in sentence for sentence in worries.worries())
    worries.look_thoroughly()
    assert not Worry.objects.filter(key="database").exists()


def test_the_disk_is_looked_at_when_the_page_is_asked_for(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(health, "shutil", SimpleNamespace(disk_usage=lambda folder: SimpleNamespace(free=40_000_000)))
    with django_assert_num_queries(1):
        assert worries.worries() == ["Only 40 MB of disk space are left. Make room, or backups will fail."]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (OperationalError("database or disk is full"), "The disk is full"),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (OperationalError("could not extend file: No space left on device"), "The disk is full"),
        (OperationalError("database disk image is malformed"), "is damaged"),
        (OperationalError("file is not a database"), "is damaged"),
        (ValueError("x"), ""),
    ],
)
def test_what_a_disk_says_is_put_into_words(fault, said):
    sentence = trouble.in_words(fault)
    assert sentence.startswith(said) if not said or "full" in said else said in sentence


def test_a_full_disk_keeps_what_was_there_and_is_told_in_words():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such setting; its words are tried above")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            rows = [Worry(key=str(number), sentence="x" * 4000) for number in range(2000)]
            with pytest.raises(OperationalError) as caught:
                Worry.objects.bulk_create(rows)
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert "The disk is full" in trouble.in_words(caught.value)
    assert not Worry.objects.exists()
