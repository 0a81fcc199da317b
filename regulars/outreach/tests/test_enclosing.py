"""Files that travel with one letter."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.models import Enclosure, KeptFile, State
from regulars.outreach.records import erase, export
from regulars.outreach.services.enclosing import clean_name
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests.builders import a_mailbox, a_person, a_shop, a_touch, an_approved_touch, the_owner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[sinks.Sink]:
    a_shop()
    with sinks.running(tmp_path / "accepted.jsonl") as server:
        yield server


def test_a_file_arrives_as_it_was_with_its_name(sink):
    a_mailbox(sink.port)
    touch = an_approved_touch(a_person())
    content = bytes(range(256)) * 40
    services.enclose(touch, "C:\\Größe & Maß.pdf", content, None)
    services.enclose(touch, "plan.txt", b"Saturday", None)
    services.send_due()
    letter = email.message_from_string(sink.letters[0], policy=email.policy.default)
    files = list(letter.iter_attachments())
    assert [(file.get_filename(), file.get_content_type()) for file in files] == [
        ("Größe & Maß.pdf", "application/pdf"),
        ("plan.txt", "text/plain"),
    ]
    assert files[0].get_payload(decode=True) == content
    body = letter.get_body(("plain",))
    assert body is not None
    assert "thank you" in body.get_content()


def test_a_file_of_the_same_name_takes_the_place_of_the_first(sink):
    touch = a_touch(a_person())
    services.enclose(touch, "plan.txt", b"one", None)
    services.enclose(touch, "plan.txt", b"two", None)
    assert [bytes(row.kept.content) for row in Enclosure.objects.select_related("kept")] == [b"two"]
    assert [bytes(row.content) for row in KeptFile.objects.all()] == [b"two"]
    assert services.take_out(touch, Enclosure.objects.get().pk, None)
    assert not services.take_out(touch, 12345, None)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("run.exe", b"MZ", "refuse files of this kind"),
        ("empty.txt", b"", "empty"),
        ("film.mp4", b"x" * 8_000_000, "at most 10 MB"),
    ],
)
def test_what_would_not_arrive_is_refused(sink, name, content, why):
    touch = a_touch(a_person())
    with pytest.raises(Refusal, match=why):
        services.enclose(touch, name, content, None)
    assert not Enclosure.objects.exists()


def test_a_letter_that_left_takes_no_file(sink):
    a_mailbox(sink.port)
    touch = an_approved_touch(a_person())
    services.send_due()
    with pytest.raises(Refusal, match="cannot be changed"):
        services.enclose(touch, "plan.txt", b"x", None)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\r\nBcc: all@example.org.pdf", "aBcc all@example.org.pdf"),
        ('we"ird;name.pdf', "weirdname.pdf"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_a_name_is_fit_for_a_header(name, clean):
    assert clean_name(name) == clean


def test_files_leave_with_the_person(sink):
    person = a_person()
    services.enclose(a_touch(person), "plan.txt", b"x", None)
    assert [row["name"] for row in export(person.pk)["files"]] == ["plan.txt"]
    erase(person.pk)
    assert not Enclosure.objects.exists()


def test_a_file_is_put_in_and_taken_out_on_the_page(client, sink):
    client.force_login(the_owner())
    touch = a_touch(a_person())
    client.post(f"/outbox/{touch.pk}/files/", {"file": SimpleUploadedFile("plan.txt", b"Saturday")})
    page = client.get(f"/outbox/{touch.pk}/").text
    assert "plan.txt" in page
    assert "Put a file in" in page
    bad = client.post(f"/outbox/{touch.pk}/files/", {"file": SimpleUploadedFile("run.exe", b"MZ")}, follow=True)
    assert "refuse files of this kind" in bad.text
    client.post(f"/outbox/{touch.pk}/files/{Enclosure.objects.get().pk}/removals/")
    assert not Enclosure.objects.exists()
    touch.refresh_from_db()
    assert touch.state == State.PLANNED
