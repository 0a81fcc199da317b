"""Files that go with every letter of some words, or of a mailing: kept once, weighed before, and part of the yes."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.channels.email.files import Enclosed, on_the_way
from regulars.outreach.models import Enclosure, KeptFile, Mailing, SendingAccount, Touch, WordingVersion
from regulars.outreach.queries.enclosures import enclosed_in, papers_of, papers_of_version
from regulars.outreach.queries.wordings import latest
from regulars.outreach.records import erase
from regulars.outreach.services import Chosen, NewFile
from regulars.outreach.services.enclosing import forget_unneeded, keep
from regulars.outreach.services.mailings import NewMailing, begin_mailing, change_mailing, gather, make_mailing
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests.builders import a_mailbox, a_person, a_shop, a_touch, approved, the_owner
from regulars.outreach.weights import Weight, weight_of
from regulars.people.queries.matching import Asked

pytestmark = pytest.mark.django_db(transaction=True)
PRICES = NewFile("Preise März.pdf", b"%PDF" + bytes(range(256)) * 30)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[sinks.Sink]:
    a_shop()
    with sinks.running(tmp_path / "accepted.jsonl") as server:
        yield server


def letters(sink: sinks.Sink) -> list[EmailMessage]:
    return [email.message_from_string(one, policy=email.policy.default) for one in sink.letters]


def files(letter: Any) -> list[tuple[str, bytes]]:
    return [(part.get_filename(), part.get_payload(decode=True)) for part in letter.iter_attachments()]


def words(*new: NewFile, key: str = "spring", body: str = "Here are our prices.", **fields: Any) -> WordingVersion:
    fields.setdefault("files", Chosen(new=new))
    return services.save_wording(key, name="Spring", subject="Prices", body=body, by=None, **fields)


def a_mailing(*new: NewFile, **fields: Any) -> Mailing:
    usual = {"token": "one", "name": "Prices", "wording": "spring", "audience": Asked(is_list=True)}
    return make_mailing(NewMailing(**{**usual, "files": Chosen(new=new), **fields}), None)


def test_a_file_of_the_words_arrives_with_every_letter_and_is_kept_once(sink):
    a_mailbox(sink.port)
    words(PRICES)
    people = [a_person(name) for name in ("Ann Archer", "Bo Bell", "Cy Clark")]
    approved([a_touch(person, wording="spring") for person in people])
    services.send_due()
    assert [files(letter) for letter in letters(sink)] == [[("Preise März.pdf", PRICES.content)]] * 3
    assert KeptFile.objects.count() == Enclosure.objects.count() == 1
    text = letters(sink)[0].get_body(("plain",))
    assert text is not None
    assert "Preise" not in text.get_content()


def test_a_file_of_a_mailing_arrives_with_each_of_its_letters_beside_those_of_the_words(sink):
    a_mailbox(sink.port)
    words(PRICES)
    for name in ("Ann Archer", "Bo Bell"):
        a_person(name)
    mailing = a_mailing(NewFile("plan.txt", b"Saturday"))
    gather(mailing)
    begin_mailing(mailing, None)
    services.send_due()
    assert [[name for name, _content in files(letter)] for letter in letters(sink)] == [
        ["Preise März.pdf", "plan.txt"]
    ] * 2
    assert Enclosure.objects.count() == 2


def test_words_once_used_keep_their_files_and_another_file_makes_the_next_version(sink):
    first = words(PRICES)
    touch = a_touch(a_person(), wording="spring")
    second = words(NewFile("Preise März.pdf", b"%PDF newer"))
    assert second.version == first.version + 1
    assert [paper.size for paper in papers_of([touch])[touch.pk]] == [len(PRICES.content)]
    assert papers_of_version(second.pk)[0].size == 10
    assert words(files=None) == second
    assert services.take_again(first, None).pk not in {first.pk, second.pk}
    assert papers_of_version(latest("spring").pk)[0].digest == papers_of_version(first.pk)[0].digest


def test_a_file_taken_out_of_the_words_is_gone_and_one_put_in_meanwhile_stays(sink):
    words(PRICES)
    words(NewFile("plan.txt", b"Saturday"), files=None)
    shown = frozenset({"Preise März.pdf"})
    words(files=Chosen(new=(NewFile("plan.txt", b"Saturday"),)))
    after = words(files=Chosen(shown=shown, ticked=frozenset()))
    assert [paper.name for paper in papers_of_version(after.pk)] == ["plan.txt"]


def test_other_files_are_another_draft_so_that_the_yes_to_the_old_ones_does_not_hold(sink):
    person = a_person()
    plain = words()
    without = a_touch(person, wording="spring", subject="S", body="B")
    with_file = words(PRICES)
    assert plain.pk != with_file.pk
    touch = a_touch(person, wording="spring", subject="S", body="B")
    assert touch.draft_hash != without.draft_hash
    seen = {touch.pk: touch.draft_hash}
    services.enclose(touch, "plan.txt", b"Saturday", None)
    assert services.approve([touch.pk], None, seen).changed == [touch.pk]
    touch.refresh_from_db()
    assert services.approve([touch.pk], None, {touch.pk: touch.draft_hash}).approved == [touch.pk]


def test_a_draft_without_files_is_called_what_it_was_always_called(sink):
    touch = a_touch(a_person())
    assert touch.draft_hash == services.draft_hash("email", touch.subject, touch.body)
    services.enclose(touch, "plan.txt", b"Saturday", None)
    services.take_out(touch, Enclosure.objects.get().pk, None)
    assert Touch.objects.get().draft_hash == touch.draft_hash


def test_a_file_in_one_letter_takes_the_place_of_the_one_of_its_name_in_the_words(sink):
    a_mailbox(sink.port)
    words(PRICES)
    touch = a_touch(a_person(), wording="spring")
    services.enclose(touch, PRICES.name, b"only for you", None)
    touch.refresh_from_db()
    approved([touch])
    services.send_due()
    assert files(letters(sink)[0]) == [(PRICES.name, b"only for you")]


def test_what_no_letter_and_no_words_need_any_more_is_forgotten(sink):
    person = a_person()
    touch = a_touch(person)
    services.enclose(touch, "bill.pdf", b"%PDF bill", None)
    services.enclose(touch, "prices.pdf", PRICES.content, None)
    words(PRICES)
    erase(person.pk)
    assert [kept.size for kept in KeptFile.objects.all()] == [len(PRICES.content)]


def test_a_letter_is_weighed_as_it_is_sent_with_base64(sink):
    a_mailbox(sink.port)
    version = words(NewFile("prices.pdf", bytes(200_000)))
    draft = services.draft_for(version, [a_person().pk]).ready.popitem()[1]
    weight = weight_of(draft, papers_of_version(version.pk), 340)
    touch = a_touch(a_person("Bo Bell"), wording="spring", subject=draft.subject, body=draft.text)
    approved([touch])
    services.send_due()
    assert abs(weight.letter - len(sink.letters[0].replace("\r\n", "\n").replace("\n", "\r\n"))) < 600
    assert abs(len(Enclosed("prices.pdf", "application/pdf", bytes(200_000)).part) - on_the_way(200_000)) < 300


def test_the_weight_of_all_letters_is_said_and_beyond_a_sensible_size_a_link_is_advised():
    weight = Weight(2_100_000, 340, most_mb=25, per_day=450, is_connected=True)
    assert weight.sentences[0] == "2.1 MB for each of 340 people: 714 MB."
    assert "450 letters a day of at most 25 MB: this takes one day." in weight.sentences[1]
    assert "link" in weight.sentences[2]
    assert len(Weight(300_000, 12, per_day=450, is_connected=True).sentences) == 2
    assert Weight(30_000_000, 1, most_mb=25).is_too_heavy


@pytest.mark.parametrize("place", ["words", "mailing"])
def test_more_than_the_mailbox_lets_out_is_refused_where_it_is_put_in(sink, place):
    heavy = NewFile("film.mp4", bytes(7_600_000))
    if place == "words":
        with pytest.raises(Refusal, match="at most 10 MB"):
            words(heavy)
    else:
        words()
        with pytest.raises(Refusal, match="at most 10 MB"):
            a_mailing(heavy)
        assert not Mailing.objects.exists()
    assert not KeptFile.objects.exists()


def test_a_mailing_too_heavy_for_another_mailbox_does_not_begin(sink):
    a_mailbox(sink.port)
    SendingAccount.objects.update(largest_mb=25)
    words(NewFile("film.mp4", bytes(9_000_000)))
    a_person()
    mailing = a_mailing()
    gather(mailing)
    SendingAccount.objects.update(largest_mb=10)
    with pytest.raises(Refusal, match="at most 10 MB"):
        begin_mailing(mailing, None)
    assert not Touch.objects.exists()


def test_letters_without_files_are_looked_up_in_two_queries_and_with_files_in_three(sink, django_assert_num_queries):
    words()
    rows = [a_touch(a_person(f"Guest {n}"), wording="spring") for n in range(5)]
    with django_assert_num_queries(2):
        assert enclosed_in(rows) == {}
    words(PRICES)
    rows += [a_touch(a_person(f"Guest {n}"), wording="spring") for n in range(5, 10)]
    with django_assert_num_queries(3):
        found = enclosed_in(rows)
    assert set(found) == {row.pk for row in rows[5:]}
    assert len({id(mine[0]) for mine in found.values()}) == 1


def test_files_are_put_into_words_on_their_page_and_shown_with_their_weight(client, sink):
    client.force_login(the_owner())
    words()
    form = {"subject": "Prices", "body": "Here are our prices.", "mode": "plain", "name": "Spring", "purpose": "care"}
    prices = SimpleUploadedFile("prices.pdf", bytes(90_000))
    assert client.post("/words/spring/", {**form, "files": prices}).status_code == 302
    page = client.get("/words/spring/").text
    assert "prices.pdf" in page
    assert "0.1 MB for 1 person." in page
    assert client.post("/words/spring/", {**form, "shown_file": "prices.pdf"}).status_code == 302
    assert not papers_of_version(latest("spring").pk)
    bad = client.post("/words/spring/", {**form, "files": SimpleUploadedFile("run.exe", b"MZ")})
    assert bad.status_code == 422
    assert "refuse files of this kind" in bad.text


def test_files_are_put_into_a_mailing_on_its_page_and_said_before_the_yes(client, sink):
    client.force_login(the_owner())
    words()
    for n in range(8):
        a_person(f"Guest {n}")
    form = {"token": "t", "name": "Prices", "wording": "spring", "to": "book", "when": "now"}
    prices = SimpleUploadedFile("prices.pdf", bytes(2_000_000))
    page = client.post("/mailings/new/", {**form, "files": prices}, follow=True).text
    assert "prices.pdf" in page
    assert "2.7 MB for each of 8 people: 21.9 MB." in page
    assert "A link to the file is kinder" in page
    mailing = Mailing.objects.get()
    form["shown_file"] = "prices.pdf"
    page = client.post(f"/mailings/{mailing.pk}/words/", form, follow=True).text
    assert "prices.pdf" not in page
    assert not KeptFile.objects.exists()


def test_a_mailing_on_paper_takes_no_files(sink):
    version = words()
    type(version.wording).objects.update(channel="card")
    with pytest.raises(Refusal, match="Only letters by e-mail"):
        a_mailing(PRICES)


def test_a_mailing_that_has_begun_keeps_its_files(sink):
    words()
    a_person()
    mailing = a_mailing(PRICES)
    gather(mailing)
    begin_mailing(mailing, None)
    new = NewMailing("two", "Prices", "spring", Asked(is_list=True), files=Chosen(shown=frozenset({PRICES.name})))
    with pytest.raises(Refusal, match="has begun"):
        change_mailing(mailing, new, None)
    assert Enclosure.objects.filter(mailing=mailing).count() == 1


@pytest.mark.both_databases
def test_the_same_file_kept_by_many_at_once_is_there_once(sink, in_threads):
    in_threads(4, lambda number: words(PRICES, key=f"words-{number}").pk)
    assert KeptFile.objects.count() == 1
    assert Enclosure.objects.count() == 4


@pytest.mark.both_databases
def test_a_file_forgotten_while_it_is_put_in_again_is_there_for_whoever_needs_it(sink, in_threads):
    words()
    pk = kept_for_nobody()
    in_threads(2, lambda number: words(PRICES).pk if number else forget_unneeded([pk]))
    assert Enclosure.objects.get().kept.size == len(PRICES.content)


def kept_for_nobody() -> int:
    with transaction.atomic():
        return keep(PRICES.content).pk
