"""One file that holds everything, taken of a running house, and proved on the way back."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import tarfile
import threading
from contextlib import closing
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper

from regulars.kit import backups, changes, clock, restoring
from regulars.kit.business import Business, business
from regulars.kit.errors import Refusal
from regulars.kit.models import BackupRecord, Counter, Job, Notice
from regulars.kit.services import set_up_business
from regulars.kit.standing_by import hold_the_lock
from regulars.settings import _database

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.MEDIA_ROOT.mkdir()


def sqlite_only():
    if connection.vendor != "sqlite":
        pytest.skip("a folder of its own is SQLite's; PostgreSQL is restored in place below")


def a_lived_in_house():
    set_up_business(
        name="Boutique Ann", zone="Europe/Paris", currency="EUR", opening_hours={"mon": [["09:00", "18:00"]]}
    )
    Counter.objects.bulk_create(Counter(name=f"row {number}", value=number) for number in range(500))
    Job.objects.create(
        task_path="späti\tŁódź\n\\N 'quoted' \"…\" \x01", args=[None, True, {"ä": [1.5, "\\"]}], last_error="\\N",
        started_at=clock.now(), progress_done=2**40,
    )  # fmt: skip
    Notice.objects.create(position=777, kind="x", content={"a": "\\n"})
    default_storage.save("business/logo.png", ContentFile(os.urandom(5000)))


def everything():
    """All rows of the kit's tables, as Python sees them."""
    models = (Business, Counter, Job, Notice)
    rows: dict[str, list[dict[str, Any]]] = {
        model.__name__: [dict(row) for row in model._base_manager.order_by("pk").values()] for model in models
    }
    for row in rows["Business"]:
        for field in ("is_sending_stopped", "stopped_at", "stopped_by_name"):
            row.pop(field)
    rows["Counter"] = [row for row in rows["Counter"] if row["name"].startswith("row")]
    return rows


def read_folder(folder):
    with closing(sqlite3.connect(folder / "regulars.sqlite3")) as link:
        return {
            "names": link.execute("SELECT name, zone FROM kit_business").fetchall(),
            "rows": link.execute("SELECT name, value FROM kit_counter WHERE name LIKE 'row%' ORDER BY name").fetchall(),
        }


def test_a_backup_is_restored_into_another_folder_with_every_row_the_pictures_and_the_key(tmp_path, settings):
    sqlite_only()
    a_lived_in_house()
    info = backups.back_up(tmp_path / "all.regulars")
    assert info.counts["kit_counter"] == 500
    assert info.size_bytes == info.path.stat().st_size
    assert oct(info.path.stat().st_mode)[-3:] == "600"
    home = tmp_path / "new home"
    restored = restoring.restore(info.path, into=home)
    assert restored.counts == info.counts
    assert read_folder(home)["names"] == [("Boutique Ann", "Europe/Paris")]
    assert len(read_folder(home)["rows"]) == 500
    assert (home / "key").read_text() == settings.SECRET_KEY
    [picture] = (home / "media").rglob("*.png")
    assert picture.read_bytes() == next(settings.MEDIA_ROOT.rglob("*.png")).read_bytes()
    assert business().name == "Boutique Ann", "and the house itself is as it was"
    assert not business().is_sending_stopped


@pytest.mark.both_databases
def test_everything_deleted_comes_back_as_it_was(tmp_path, settings):
    a_lived_in_house()
    before = everything()
    info = backups.back_up(tmp_path / "all.regulars", "a long passphrase")
    for model in (Business, Counter, Job, Notice):
        model.objects.all().delete()
    restored = restoring.restore(
        info.path, "a long passphrase", into=tmp_path if connection.vendor == "postgresql" else None
    )
    assert everything() == before
    assert restored.counts == info.counts
    later = Job.objects.create(task_path="later")
    assert later.pk > before["Job"][-1]["id"], "numbering goes on behind what came back"
    with transaction.atomic():
        assert changes.next_position() > 777
    assert business().is_sending_stopped, "nobody is written to twice after a restore"


@pytest.mark.both_databases
def test_a_backup_of_a_house_that_is_being_written_to_is_of_one_moment(tmp_path):
    """Two rows always change together; no backup may ever show them apart."""
    set_up_business(name="Boutique", zone="Europe/Paris", currency="EUR")
    Counter.objects.bulk_create([Counter(name="row left", value=0), Counter(name="row right", value=0)])
    stop, written = threading.Event(), []

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            with transaction.atomic():
                Counter.objects.filter(name="row left").update(value=number)
                Counter.objects.create(name=f"row {number}", value=number)
                Counter.objects.filter(name="row right").update(value=number)
            written.append(number)
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        taken = [backups.back_up(tmp_path / f"{number}.regulars") for number in range(3)]
    finally:
        stop.set()
        writer.join(60)
    assert written, "it was written to meanwhile"
    for info in taken if connection.vendor == "sqlite" else taken[-1:]:
        restoring.restore(info.path, into=tmp_path / info.path.stem, force=True)
        rows = dict(
            read_folder(tmp_path / info.path.stem)["rows"]
            if connection.vendor == "sqlite"
            else Counter.objects.filter(name__startswith="row").values_list("name", "value")
        )
        assert rows["row left"] == rows["row right"] == len(rows) - 2


def test_a_house_that_is_lived_in_is_replaced_only_by_force_and_kept_before(tmp_path, settings):
    sqlite_only()
    a_lived_in_house()
    info = backups.back_up(tmp_path / "all.regulars")
    Business.objects.update(name="Changed since")
    with pytest.raises(Refusal, match="force"):
        restoring.restore(info.path)
    assert Business.objects.get().name == "Changed since"
    restoring.restore(info.path, force=True)
    assert business().name == "Boutique Ann"
    [kept] = settings.BACKUP_DIR.glob("before-restore-*")
    home = tmp_path / "undo"
    restoring.restore(kept, into=home)
    assert read_folder(home)["names"][0][0] == "Changed since"


def test_a_house_that_is_open_is_not_replaced(tmp_path):
    a_lived_in_house()
    info = backups.back_up(tmp_path / "all.regulars")
    with hold_the_lock(threading.Event()), pytest.raises(Refusal, match="Stop it"):
        restoring.restore(info.path, force=True)


def test_a_locked_backup_opens_with_its_passphrase_only(tmp_path):
    sqlite_only()
    a_lived_in_house()
    info = backups.back_up(tmp_path / "all.regulars", "correct horse")
    assert info.is_encrypted
    assert b"Boutique" not in info.path.read_bytes()
    for passphrase, words in ((None, "locked"), ("wrong horse", "does not open")):
        with pytest.raises(Refusal, match=words):
            restoring.restore(info.path, passphrase, into=tmp_path / "home")
    assert restoring.restore(info.path, "correct horse", into=tmp_path / "home").counts == info.counts


@pytest.mark.parametrize("passphrase", [None, "correct horse"])
def test_a_backup_that_was_cut_or_changed_is_refused_and_nothing_is_replaced(tmp_path, passphrase):
    sqlite_only()
    a_lived_in_house()
    whole = backups.back_up(tmp_path / "all.regulars", passphrase).path.read_bytes()
    middle = len(whole) // 2
    changed = whole[:middle] + bytes(byte ^ 255 for byte in whole[middle : middle + 64]) + whole[middle + 64 :]
    for name, content in (("cut", whole[:middle]), ("short", whole[:-1000]), ("changed", changed), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refusal, match="damaged" if passphrase and name in {"cut", "short"} else None):
            pytest.fail(f"{name}: {restoring.restore(tmp_path / name, passphrase, into=tmp_path / 'home')}")
    assert not (tmp_path / "home" / "key").exists()


def test_something_else_is_not_a_backup(tmp_path):
    with pytest.raises(Refusal, match="no file"):
        restoring.restore(tmp_path / "nowhere", into=tmp_path / "home")
    (tmp_path / "letter.txt").write_text("Dear Ann")
    with pytest.raises(Refusal, match="not a whole backup"):
        restoring.restore(tmp_path / "letter.txt", into=tmp_path / "home")
    with gzip.open(tmp_path / "other.tgz", "wb") as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        tar.addfile(tarfile.TarInfo("x"))
    with pytest.raises(Refusal, match="not a backup of Regulars"):
        restoring.restore(tmp_path / "other.tgz", into=tmp_path / "home")


def test_a_backup_of_a_newer_version_is_refused(tmp_path, monkeypatch):
    a_lived_in_house()
    monkeypatch.setattr("regulars.__version__", "99.0.0")
    info = backups.back_up(tmp_path / "all.regulars")
    monkeypatch.undo()
    with pytest.raises(Refusal, match=r"99\.0\.0"):
        restoring.restore(info.path, into=tmp_path / "home", force=True)


def test_a_backup_of_tables_this_version_does_not_know_is_refused(tmp_path, monkeypatch):
    a_lived_in_house()
    known = backups.applied_migrations()
    monkeypatch.setattr(backups, "applied_migrations", lambda: [*known, ["kit", "0999_from_the_future"]])
    info = backups.back_up(tmp_path / "all.regulars")
    with pytest.raises(Refusal, match=r"newer Regulars.*kit 0999_from_the_future.*Upgrade first"):
        restoring.restore(info.path, into=tmp_path / "home", force=True)


def test_a_backup_never_replaces_a_file(tmp_path):
    (tmp_path / "all.regulars").write_text("precious")
    with pytest.raises(Refusal, match="another name"):
        backups.back_up(tmp_path / "all.regulars")
    assert (tmp_path / "all.regulars").read_text() == "precious"
    assert "there already" in BackupRecord.objects.get().error


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(packer):
        raise OSError("No space left on device")

    monkeypatch.setattr(backups, "_pack_media", full)
    with pytest.raises(Refusal, match="No space left"):
        backups.back_up(tmp_path / "all.regulars")
    assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*")) + list(tmp_path.glob("*.regulars"))


def test_nights_are_kept_for_a_week_and_backups_by_hand_for_ever(settings):
    by_hand = backups.back_up(backups.next_backup_path()).path
    settings.BACKUPS_KEPT = 2
    for _ in range(4):
        backups.back_up_nightly()
    assert len(list(settings.BACKUP_DIR.glob("nightly-*"))) == 2
    assert by_hand.exists()
    assert backups.prune(backups.BY_HAND) == 0


def raw_job(path):
    """A job as SQLite keeps it."""
    with closing(sqlite3.connect(path)) as link:
        columns = "task_path, progress_done, started_at, enqueued_at, last_error, lease_until, args"
        *plain, args = link.execute(f"SELECT {columns} FROM kit_job").fetchone()
        return [*plain, json.loads(args)]


def test_a_small_business_moves_to_postgresql_and_back(tmp_path, postgres_url):
    """The same backup goes into either database."""
    sqlite_only()
    a_lived_in_house()
    before = everything()
    small = backups.back_up(tmp_path / "small.regulars")
    here = connections["default"]
    server = {**here.settings_dict, "OPTIONS": {}, **_database(tmp_path, postgres_url)}
    connections["default"] = DatabaseWrapper(server, "default")
    try:
        restoring.restore(small.path, into=tmp_path / "server")
        moved = everything()
        assert moved == before
        assert Job.objects.create(task_path="later").pk > before["Job"][-1]["id"]
        Job.objects.filter(task_path="later").delete()
        back = backups.back_up(tmp_path / "large.regulars")
    finally:
        connections["default"].close()
        connections["default"] = here
    restored = restoring.restore(back.path, into=tmp_path / "home again")
    assert restored.counts["kit_job"] == small.counts["kit_job"]
    assert len(read_folder(tmp_path / "home again")["rows"]) == 500
    assert raw_job(tmp_path / "home again" / "regulars.sqlite3") == raw_job(here.settings_dict["NAME"])
