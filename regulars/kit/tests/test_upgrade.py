"""A new version: the old state is kept first, and one process does the work."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from regulars.kit import backups, restoring, upgrade
from regulars.kit.models import HandlerCursor
from regulars.kit.services import set_up_business

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "backups"


def a_house_of_the_version_before():
    """Take back the newest step of an app that nothing else stands on."""
    call_command("migrate", "sessions", "zero", verbosity=0)


def test_a_database_at_this_version_is_left_alone(settings):
    assert upgrade.migrate_safely() is False
    assert not settings.BACKUP_DIR.exists()


def test_an_upgrade_keeps_what_was_there_first(settings, tmp_path):
    set_up_business(name="Boutique", zone="Europe/Paris", currency="EUR")
    a_house_of_the_version_before()
    assert upgrade.pending_migrations() == ["sessions 0001_initial"]
    assert upgrade.migrate_safely() is True
    assert upgrade.pending_migrations() == []
    [kept] = settings.BACKUP_DIR.glob("before-upgrade-*")
    if connection.vendor == "sqlite":
        assert restoring.restore(kept, into=tmp_path / "before").counts["kit_business"] == 1


def test_only_the_last_few_are_kept(settings):
    settings.BACKUPS_KEPT = 1
    for _ in range(2):
        a_house_of_the_version_before()
        upgrade.migrate_safely()
    assert len(list(settings.BACKUP_DIR.glob("before-upgrade-*"))) == 1


@pytest.mark.both_databases
def test_processes_that_start_together_upgrade_once(in_threads, settings):
    a_house_of_the_version_before()
    assert sorted(in_threads(3, lambda _: upgrade.migrate_safely())) == [False, False, True]
    assert len(list(settings.BACKUP_DIR.glob("before-upgrade-*"))) == 1


def test_an_upgrade_that_cannot_keep_the_old_state_does_not_begin(monkeypatch):
    a_house_of_the_version_before()

    def full(target):
        raise OSError("No space left on device")

    monkeypatch.setattr(backups, "write_backup", full)
    with pytest.raises(OSError, match="No space"):
        upgrade.migrate_safely()
    assert upgrade.pending_migrations()
    monkeypatch.undo()
    upgrade.migrate_safely()


def test_every_handler_has_its_place_before_the_first_news():
    upgrade.migrate_safely()
    from regulars.kit import bulletin

    assert HandlerCursor.objects.count() == len(bulletin.handlers())
