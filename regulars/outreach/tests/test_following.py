"""Links are counted only where it was asked for, and looking at one changes nothing anybody could notice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.kit.services import change_business, set_up_business
from regulars.outreach import records
from regulars.outreach.channels.email.envelopes import Stationery
from regulars.outreach.channels.email.links import CountedLinks, link_behind
from regulars.outreach.channels.email.scanners import is_a_program
from regulars.outreach.models import LinkFollowed, Touch
from regulars.outreach.queries.following import followed_by_step
from regulars.outreach.services import following
from regulars.outreach.services.following import count_followed, count_links
from regulars.outreach.tests.builders import a_person, a_touch
from regulars.people import fields
from regulars.people.models import Person

PUBLIC = "https://regulars.example.com"
SHOP = "https://shop.example.org/new?x=1&y=2"
BODY = f"Dear Ann,\n\nlook: {SHOP}\n\nor https://shop.example.org/hours, or ring tel:+41445550101 or write maya@example.com."
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "OUTBOX_DIR", tmp_path)
    set_up_business(name="Maya's Boutique", currency="CHF", zone="Europe/Zurich", country="CH")
    change_business(public_address=PUBLIC, counts_links=True)
    with clock.frozen(NOON):
        yield


def a_letter(person: Person | None = None, programme: str = "thank-you") -> Touch:
    return a_touch(person or a_person("Ann Abel", email="ann@example.org"), body=BODY, programme=programme)


def gone(touch: Touch, at: datetime = NOON - timedelta(hours=1)) -> Touch:
    Touch.objects.filter(pk=touch.pk).update(state="sent", sent_at=at, to_address="ann@example.org")
    return touch


def parts(touch: Touch) -> tuple[str, str]:
    Touch.objects.filter(pk=touch.pk).update(to_address="ann@example.org")
    row = Touch.objects.get(pk=touch.pk)
    mail = message_from_bytes(Stationery([row], None).envelope(row).content, policy=policy.default)
    return mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


def links(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', html)]


def through_us(html: str) -> list[str]:
    return [link.removeprefix(PUBLIC) for link in links(html) if link.startswith(f"{PUBLIC}/to/")]


def opened(path: str, at: datetime = NOON, browser: Client | None = None, **headers: str) -> int:
    with clock.frozen(at):
        return (browser or Client()).get(path, headers={**PHONE, **headers}).status_code


def read(after: timedelta = timedelta(minutes=10), at: datetime = NOON) -> int:
    with clock.frozen(at + after):
        return count_followed()


def test_a_letter_is_as_it_always_was_until_somebody_asks() -> None:
    touch = a_letter()
    assert through_us(parts(touch)[1]) == []
    assert SHOP in links(parts(touch)[1])


def test_neither_the_house_nor_the_programme_alone_switches_it_on() -> None:
    change_business(counts_links=False)
    with pytest.raises(Refusal, match="switched off for the house"):
        count_links("thank-you", None, is_on=True)
    change_business(counts_links=True)
    assert count_links("thank-you", None, is_on=True)
    assert not count_links("thank-you", None, is_on=True)
    assert through_us(parts(a_letter(programme="birthday"))[1]) == []
    touch = a_letter(a_person("Bo", email="bo@example.org"))
    assert len(through_us(parts(touch)[1])) == 2
    change_business(counts_links=False)
    assert through_us(parts(touch)[1]) == []
    change_business(counts_links=True, public_address="")
    assert through_us(parts(touch)[1]) == []


def test_only_pages_of_the_web_lead_through_us_and_what_is_read_stays_true() -> None:
    count_links("thank-you", None, is_on=True)
    text, html = parts(a_letter())
    assert SHOP in text
    assert "/to/" not in text
    assert len(through_us(html)) == 2
    assert "mailto:maya@example.com" in links(html)
    assert any(link.startswith(f"{PUBLIC}/leave/") for link in links(html))
    assert ">shop.example.org/hours</a>" in html
    assert ">https://shop" not in html


def test_a_link_leads_where_the_letter_said_and_says_so_itself(client: Client) -> None:
    count_links("thank-you", None, is_on=True)
    first, second = through_us(parts(a_letter())[1])
    reply = client.get(first, headers=PHONE)
    assert (reply.status_code, reply["Location"]) == (302, SHOP)
    assert "no-store" in reply["Cache-Control"]
    assert reply.cookies == {}
    assert client.get(second)["Location"] == "https://shop.example.org/hours"
    assert "shop.example.org" in first


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "https://shop.example.org/new", "", "mailto:a@b.c",
     "data:text/html,x", "https://shop.example.org/new?x=1&y=2\r\nSet-Cookie: a=b", "HTTPS://"],
)  # fmt: skip
def test_a_link_that_stood_in_no_letter_leads_nowhere(client: Client, target: str) -> None:
    count_links("thank-you", None, is_on=True)
    path = urlsplit(through_us(parts(a_letter())[1])[0]).path
    reply = client.get(path, {"to": target}, headers=PHONE)
    assert reply.status_code == 404
    assert "Location" not in reply
    assert target == "" or target not in reply.text


@pytest.mark.parametrize("mark", ["", "1", "1-1-", "zz-1-" + "0" * 24, "1-1-" + "é" * 24, "9" * 400 + "-1-" + "0" * 24])
def test_a_mark_nobody_gave_is_none(mark: str) -> None:
    assert link_behind(mark, SHOP) is None


def test_only_pages_are_ever_signed() -> None:
    assert CountedLinks(1, PUBLIC).put_into('<a href="javascript:x">a</a>') == '<a href="javascript:x">a</a>'
    own = f'<a href="{PUBLIC}/ask/abc/">ours</a>'
    assert CountedLinks(1, PUBLIC).put_into(own) == own


def test_looking_writes_nothing_to_the_book_and_head_nothing_at_all(
    client: Client, django_assert_num_queries: object
) -> None:
    count_links("thank-you", None, is_on=True)
    path = through_us(parts(gone(a_letter()))[1])[0]
    client.get(path, headers=PHONE)
    with django_assert_num_queries(0):  # type: ignore[operator]
        for _ in range(10):
            assert client.head(path, headers=PHONE).status_code == 302
    assert client.post(path, headers=PHONE).status_code == 405
    assert LinkFollowed.objects.count() == 0
    assert read() == 1
    assert read() == 0


def test_ten_openings_of_a_link_are_one_person() -> None:
    count_links("thank-you", None, is_on=True)
    first, second = through_us(parts(gone(a_letter()))[1])
    for minute in range(10):
        opened(first, NOON + timedelta(minutes=minute))
    opened(second, NOON + timedelta(minutes=11))
    assert read(timedelta(minutes=20)) == 2
    assert followed_by_step("thank-you") == {"1": 1}


def test_several_links_of_one_letter_at_once_are_a_scanner_and_count_for_nobody() -> None:
    count_links("thank-you", None, is_on=True)
    first, second = through_us(parts(gone(a_letter()))[1])
    opened(first, NOON)
    opened(second, NOON + timedelta(seconds=2))
    assert read() == 0
    opened(first, NOON + timedelta(hours=1))
    assert read(timedelta(hours=2)) == 1


def test_a_scanner_at_the_turn_of_two_files_counts_for_nobody_either() -> None:
    count_links("thank-you", None, is_on=True)
    first, second = through_us(parts(gone(a_letter()))[1])
    opened(first, NOON - timedelta(seconds=1))
    assert read(timedelta(seconds=60)) == 1, "NOON begins a file: the second link lies in one that is still written"
    opened(second, NOON + timedelta(seconds=1))
    assert read() == 0
    assert followed_by_step("thank-you") == {}
    opened(second, NOON + timedelta(hours=1))
    assert read(timedelta(hours=2)) == 1


def test_what_opens_a_letter_the_moment_it_arrives_is_no_reader() -> None:
    count_links("thank-you", None, is_on=True)
    path = through_us(parts(gone(a_letter(), NOON))[1])[0]
    opened(path, NOON + timedelta(seconds=4))
    assert read() == 0
    opened(path, NOON + timedelta(seconds=40))
    assert read() == 1


@pytest.mark.parametrize(
    "headers",
    [{"User-Agent": "Googlebot/2.1"}, {"User-Agent": ""}, {"User-Agent": "curl/8.5"}, {"Sec-Purpose": "prefetch;prerender"},
     {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}, {"User-Agent": "Mozilla/5.0 (compatible; Barracuda Sentinel)"},
     {"User-Agent": "WhatsApp/2.23"}, {"User-Agent": "Mozilla/5.0 HeadlessChrome/120"}],
)  # fmt: skip
def test_programs_are_led_on_and_not_noted(headers: dict[str, str]) -> None:
    count_links("thank-you", None, is_on=True)
    path = through_us(parts(gone(a_letter()))[1])[0]
    assert opened(path, NOON, None, **headers) == 302
    assert read() == 0


@pytest.mark.parametrize(
    "name",
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
     "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
     "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Mobile Safari/537.36",
     "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/318.0 Mobile/15E148"],
)  # fmt: skip
def test_browsers_of_people_are_no_programs(name: str) -> None:
    assert not is_a_program({"User-Agent": name})


def test_nothing_is_read_while_it_is_still_written_and_nothing_counted_once_it_is_switched_off() -> None:
    count_links("thank-you", None, is_on=True)
    path = through_us(parts(gone(a_letter()))[1])[0]
    opened(path)
    assert read(timedelta(seconds=20)) == 0
    count_links("thank-you", None, is_on=False)
    assert read() == 0
    change_business(counts_links=False)
    opened(path, NOON + timedelta(hours=1))
    count_links_again = list((Path(settings.OUTBOX_DIR) / following.FOLDER).glob("*.log"))
    assert count_links_again == []


def test_half_a_line_and_a_letter_nobody_knows_are_none() -> None:
    folder = Path(settings.OUTBOX_DIR) / following.FOLDER
    folder.mkdir()
    (folder / "1.log").write_text("12 1\n999999 1 1700000000.000\n\x00\n5 5 5")
    (folder / "notes.log").write_text("left alone")
    assert read() == 0
    assert [file.name for file in folder.iterdir()] == ["notes.log"]


def test_a_flood_or_a_full_disk_loses_the_count_and_nobody_s_way(monkeypatch: pytest.MonkeyPatch) -> None:
    count_links("thank-you", None, is_on=True)
    path = through_us(parts(gone(a_letter()))[1])[0]
    monkeypatch.setattr(following, "LARGEST_FILE", 0)
    assert opened(path) == 302
    monkeypatch.setattr(settings, "OUTBOX_DIR", Path("/proc/nowhere"))
    assert opened(path) == 302


def test_it_is_handed_out_erased_and_never_something_people_are_chosen_by() -> None:
    count_links("thank-you", None, is_on=True)
    ann = a_person("Ann Abel", email="ann@example.org")
    touch = gone(a_letter(ann))
    first, second = through_us(parts(touch)[1])
    gone(touch)
    opened(first)
    read()
    exported = records.export(ann.pk)["links"]
    assert [(link["touch_id"], link["place"]) for link in exported] == [(touch.pk, 1)]
    opened(second, NOON + timedelta(hours=1))
    records.erase(ann.pk)
    assert read(timedelta(hours=2)) == 0
    assert LinkFollowed.objects.count() == 0
    assert opened(first, NOON + timedelta(hours=3)) == 302
    assert not [field.key for field in fields.catalogue() if "follow" in field.key or "link" in field.key]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_workers_who_read_at_once_write_each_link_once(in_threads: Callable[..., Any]) -> None:
    count_links("thank-you", None, is_on=True)
    touch = gone(a_letter())
    path = through_us(parts(touch)[1])[0]
    gone(touch)
    opened(path)
    in_threads(3, lambda _number: read())
    assert LinkFollowed.objects.count() == 1
