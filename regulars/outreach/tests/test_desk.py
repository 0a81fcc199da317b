"""The desk words are written at: by form buttons alone, previewed as anybody, kept as versions, tried and sent to oneself."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.outreach import queries, services
from regulars.outreach.blocks import layout_of
from regulars.outreach.blocks.source import source_of
from regulars.outreach.desk import Desk
from regulars.outreach.models import Picture, Touch, Wording, WordingVersion
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests.builders import a_mailbox, a_person, a_shop, many_people, the_owner
from regulars.outreach.tests.test_dressed_letters import a_png
from regulars.people.models import Person
from regulars.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner(client):
    a_shop()
    owner = the_owner()
    client.force_login(owner)
    return owner


def a_desk(**changes):
    blocks = {
        "mode": "blocks",
        "theme": "paper",
        "order": "b1 b2 b3",
        "b1-kind": "heading",
        "b1-text": "Hello {{ first_name | default: 'you' }}",
        "b2-kind": "text",
        "b2-text": "Thank you.",
        "b3-kind": "signature",
        "b3-text": "{{ signature }}",
        "name": "Hello",
        "subject": "Hello",
        "purpose": "care",
    }
    return {**blocks, **changes}


def test_blocks_are_moved_added_and_taken_out_by_plain_form_buttons_and_nothing_is_kept(client, owner):
    page = client.post("/words/new/", a_desk(do="up:b2")).text
    assert 'name="order" value="b2 b1 b3"' in page
    assert 'id="b2-down"' in page
    page = client.post("/words/new/", a_desk(do="add:button"), headers=HTMX).text
    assert page.lstrip().startswith('<div id="desk"')
    assert 'name="order" value="b1 b2 b4 b3"' in page
    assert 'id="b4-label"' in page
    page = client.post("/words/new/", a_desk(do="remove:b1")).text
    assert 'name="order" value="b2 b3"' in page
    assert not Wording.objects.exists()


def test_plain_words_become_blocks_and_source_and_come_back(client, owner):
    plain = {"mode": "plain", "body": "Dear you,\n\nhello.\n\nBye\n{{ signature }}", "subject": "x", "do": "blocks"}
    page = client.post("/words/new/", plain).text
    assert 'name="b2-kind" value="signature"' in page
    source = client.post("/words/new/", a_desk(do="source")).text
    assert "[[blocks]]" in source
    back = client.post("/words/new/", a_desk(mode="source", source="[[blocks]\n", do="blocks"))
    assert back.status_code == 422
    assert "cannot be read" in back.text
    assert "[[blocks]" in back.text


def test_blocks_are_kept_shown_again_and_changed_as_the_next_version(client, owner):
    assert client.post("/words/new/", a_desk()).status_code == 302
    version = queries.latest("hello")
    assert [block["kind"] for block in version.blocks["blocks"]] == ["heading", "text", "signature"]
    page = client.get("/words/hello/").text
    assert 'name="b2-text"' in page
    assert client.post("/words/hello/", a_desk(**{"b2-text": "Thanks."})).status_code == 302
    assert queries.latest("hello").version == 2
    assert client.post("/words/hello/", a_desk(mode="source", source=source_of(queries_layout()))).status_code == 302
    assert queries.latest("hello").version == 2


def queries_layout():
    return layout_of(queries.latest("hello").blocks)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"b1-text": "{{ frist_name }}"}, "Did you mean"),
        ({"b2-text": ""}, "is empty"),
        ({"b2-kind": "button", "b2-label": "Go", "b2-url": "javascript:x"}, "no address"),
        ({"order": ""}, "Add a block"),
        ({"subject": "{{ frog }}"}, "no field called"),
    ],
)
def test_what_could_not_be_sent_is_said_and_not_kept(client, owner, change, sentence):
    reply = client.post("/words/new/", a_desk(**change))
    assert reply.status_code == 422
    assert sentence in reply.text
    assert not Wording.objects.exists()


def test_a_picture_is_taken_in_at_its_block(client, owner):
    file = SimpleUploadedFile("scarf.png", a_png(600, 400))
    page = client.post(
        "/words/new/", a_desk(**{"b2-kind": "picture", "b2-alt": "A scarf", "b2-file": file, "do": "keep:b2"})
    ).text
    picture = Picture.objects.get()
    assert f'<option value="{picture.name}" selected>A scarf (600 × 400)</option>' in page
    wrong = SimpleUploadedFile("scarf.png", b"<svg/>")
    reply = client.post("/words/new/", a_desk(**{"b2-kind": "picture", "b2-file": wrong, "do": "keep:b2"}))
    assert reply.status_code == 422
    assert "PNG or JPEG" in reply.text


def test_the_letter_is_shown_in_a_frame_that_can_do_nothing(client, owner):
    ruth = a_person("<script>alert(1)</script> Osei", given_name="<script>alert(1)</script>")
    for scheme, rule in (("light", "@media not all"), ("dark", "@media all")):
        reply = client.post("/words/previews/letters/", a_desk(person=ruth.pk, scheme=scheme))
        assert "default-src 'none'" in reply["Content-Security-Policy"]
        assert "sandbox" in reply["Content-Security-Policy"]
        assert reply["X-Frame-Options"] == "SAMEORIGIN"
        assert "<script" not in reply.text
        assert "Hello &lt;script&gt;" in reply.text
        assert rule in reply.text
    assert "Happy birthday" in client.get("/words/birthday/letter/").text
    assert "Alles Gute" in client.get("/words/birthday/letter/?language=de").text
    assert not Touch.objects.exists()
    assert not WordingVersion.objects.exists()


def test_words_are_read_as_whoever_is_found(client, owner):
    ruth = a_person("Ruth Osei")
    many_people(3)
    assert f'value="{ruth.pk}"' in client.get("/words/readers/?who=osei").text
    shown = client.post("/words/previews/", a_desk(who="osei"), headers=HTMX).text
    assert "As Ruth Osei would get it" in shown
    assert "Hello Ruth" in shown


def test_a_language_is_written_beside_ours_and_put_away(client, owner):
    page = client.get("/words/birthday/languages/de/").text
    assert "Alles Gute zum Geburtstag" in page
    words = {"mode": "plain", "subject": "Hurra", "body": "{{ greeting }},\n\nhurra."}
    assert client.post("/words/birthday/languages/de/", words).status_code == 302
    lena = a_person("Lena Vogt", language="de")
    assert services.draft_for(queries.latest("birthday"), [lena.pk]).ready[lena.pk].subject == "Hurra"
    assert client.get("/words/birthday/languages/tlh/").status_code == 404
    assert client.post("/words/birthday/languages/de/archivings/").status_code in {302, 303}
    assert services.draft_for(queries.latest("birthday"), [lena.pk]).ready[lena.pk].subject.startswith("Alles Gute")


def test_an_earlier_version_is_listed_and_taken_again(client, owner):
    first = services.save_wording("hello", subject="One", body="One.", by=owner, name="Hello")
    services.save_wording("hello", subject="Two", body="Two.", by=owner)
    page = client.get("/words/hello/versions/").text
    assert page.index("<h2>Two") < page.index("<h2>One")
    assert page.count("Take this one again") == 1
    client.post(f"/words/versions/{first.pk}/retakes/")
    assert (queries.latest("hello").version, queries.latest("hello").subject) == (3, "One")


def test_words_are_begun_from_the_library(client, owner):
    page = client.get("/words/library/").text
    assert "Begin with this one" in page
    page = client.get("/words/new/?from=birthday.email.plain").text
    assert 'name="b1-kind" value="heading"' in page
    assert "Have a good day" in page
    assert not Wording.objects.exists()
    was = re.search(r'name="was" value="([^"]*)"', page)
    assert was is not None
    assert client.post("/words/new/", a_desk(was=unescape(was[1]))).status_code == 302
    assert queries.latest("hello").blocks


def test_the_real_letter_is_sent_to_myself_and_the_person_knows_nothing_of_it(client, owner, tmp_path):
    ruth = a_person("Ruth Osei", "ruth@example.org")
    with sinks.running(tmp_path / "accepted") as sink:
        a_mailbox(sink.port)
        reply = client.post("/words/new/", a_desk(do="try", person=ruth.pk), follow=True)
        assert "as Ruth Osei would get it" in reply.text
    (content,) = sink.letters
    assert json.loads(sink.record.read_text())["to"] == owner.email
    assert "Subject: Test: Hello" in content
    assert "Hello Ruth" in content
    assert "ruth@example.org" not in content
    assert "/leave/" not in content
    assert not Touch.objects.exists()
    assert AuditEntry.objects.filter(action="test_wording").count() == 1


def test_without_a_mailbox_the_try_says_so(client, owner):
    a_person("Ruth Osei")
    reply = client.post("/words/new/", a_desk(do="try"))
    assert reply.status_code == 422
    assert "Connect a mailbox first" in reply.text


def test_words_are_tried_on_everybody_page(client, owner):
    services.save_wording("hello", subject="Hi", body="Hello {{ first_name }}", by=owner, name="Hello")
    a_person("Ann Archer")
    nameless = a_person("Firm Ltd", given_name="", family_name="")
    page = client.get("/words/hello/everybody/").text
    assert "would get no letter: Firm Ltd" in page
    assert f"/people/{nameless.pk}/" in page
    assert "Of 2 people" in page


def test_preflight_takes_a_queryset_and_asks_no_more_for_more_people(django_assert_num_queries):
    a_shop()
    many_people(30)
    version = queries.latest("birthday")
    with django_assert_num_queries(4):
        found = services.preflight(version, Person.objects.all())
    assert (found.total, found.is_clear) == (30, True)
    many_people(30)
    with django_assert_num_queries(4):
        services.preflight(version, Person.objects.all())


def test_preflight_looks_at_values_where_the_words_compare_them():
    a_shop()
    one, two = a_person("Ann Archer"), a_person("Bo Berg")
    source = "Hello{% if first_name == 'Bo' %} {{ last_name | times: 2 }} {{ bought }}{% endif %}"
    found = services.preflight(WordingVersion(subject="Hi", body=source), [one.pk, two.pk])
    assert (found.total, found.ready) == (2, 1)
    assert [finding.kind for finding in found.findings if finding.kind == "missing"] == ["missing"]
    assert found.findings[0].people[0][0] == two.pk


def test_preflight_names_who_speaks_another_language():
    a_shop()
    a_person("Jean Roux", language="fr")
    found = services.preflight(queries.latest("birthday"), Person.objects.all())
    assert "1 person speaks French; there are no words in it, so theirs are in English." in found.sentences


def test_a_desk_of_nonsense_is_a_desk():
    from django.http import QueryDict

    desk = Desk.sent(QueryDict("mode=blocks&order=b1+b1+../x+b99999+b2&b1-kind=frog&b2-kind=text"))
    assert [row.uid for row in desk.rows] == ["b2"]
    for what in ("up:b9", "add:frog", "fly:b2", "", ":", "remove:"):
        assert desk.done(what) == desk
