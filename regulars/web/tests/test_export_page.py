"""Everything to take with you, from a page."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from regulars.kit import jobs
from regulars.kit.models import Job
from regulars.people.tests.builders import a_person
from regulars.staff.models import AuditEntry
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user, an_owner
from regulars.web.jobs import clear_exports

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.EXPORT_DIR = tmp_path / "exports"


def test_an_owner_has_it_made_and_fetches_it_once(client, settings):
    owner = an_owner()
    client.force_login(owner)
    a_person("Ann Baker")
    assert "Make the file" in client.get("/settings/export/").text
    assert not Job.objects.exists(), "looking makes nothing"
    client.post("/settings/export/")
    client.post("/settings/export/")
    [job] = Job.objects.all()
    assert "about to begin" in client.get("/settings/export/").text
    assert jobs.run_job(job.pk)
    assert "It is ready" in client.get("/settings/export/").text
    reply = client.post("/settings/export/files/")
    with zipfile.ZipFile(io.BytesIO(b"".join(reply.streaming_content))) as archive:
        assert b"Ann Baker" in archive.read("people.csv")
    assert list(Path(settings.EXPORT_DIR).glob("*.zip")) == []
    assert "Make the file" in client.get("/settings/export/").text
    assert client.post("/settings/export/files/", follow=True).redirect_chain
    assert AuditEntry.objects.get(action="export_all").user == owner


def test_only_an_owner_may(client):
    for role in (Role.MANAGER, Role.STAFF, Role.READ_ONLY):
        client.force_login(a_user(role))
        assert client.get("/settings/export/").status_code == 403
        assert client.post("/settings/export/").status_code == 403
        assert client.post("/settings/export/files/").status_code == 403
    assert not Job.objects.exists()


def test_what_nobody_fetched_is_removed_after_a_day(settings):
    import os
    import time

    folder = Path(settings.EXPORT_DIR)
    folder.mkdir()
    for name, age in (("old.zip", 90_000), ("new.zip", 60)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age,) * 2)
    clear_exports()
    assert [path.name for path in folder.iterdir()] == ["new.zip"]
