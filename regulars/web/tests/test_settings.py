from __future__ import annotations

import struct
import zlib
from datetime import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.kit.business import business
from regulars.kit.services import fix_currency
from regulars.staff.models import AuditEntry
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user

pytestmark = pytest.mark.django_db

ABOUT = {"name": "Maya & Co", "owner_name": "Maya", "country": "DE", "zone": "Europe/Berlin", "currency": "EUR"}
QUIET = {"quiet_from": "21:00", "quiet_until": "07:30"}
SENDING = {
    "postal_address": "Ring 1, Zurich",
    "public_address": "https://regulars.example.com/",
    "send_delay_minutes": "15",
    "touches_per_week": "1",
    "asks_per_month": "0",
    "call_attempts": "3",
}


def a_png(width: int = 40, height: int = 20) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + b"\xff" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def a_jpeg(width: int = 40, height: int = 20) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9 + frame + b"\0" * 40 + b"\xff\xd9"


def upload(client: Client, name: str, content: bytes) -> str:
    return client.post("/settings/business/logo/", {"logo": SimpleUploadedFile(name, content)}, follow=True).text


def test_the_owner_changes_the_name_the_clock_and_the_money(at_home: Client) -> None:
    page = at_home.post("/settings/business/", ABOUT, follow=True)
    assert "Kept." in page.text
    shop = business()
    assert (shop.name, shop.zone, shop.currency) == ("Maya & Co", "Europe/Berlin", "EUR")
    entry = AuditEntry.objects.get(action="change_settings")
    assert entry.text == "country, currency, name, owner_name, zone"


def test_saving_unchanged_settings_writes_nothing_down(at_home: Client) -> None:
    at_home.post("/settings/business/", ABOUT)
    at_home.post("/settings/business/", ABOUT)
    assert AuditEntry.objects.filter(action="change_settings").count() == 1


def test_the_currency_stays_once_there_are_sales_and_the_page_says_why(at_home: Client) -> None:
    fix_currency()
    page = at_home.get("/settings/business/")
    assert "sales are written down in it" in page.text
    at_home.post("/settings/business/", ABOUT)
    assert (business().name, business().currency) == ("Maya & Co", "CHF")


def test_the_week_is_read_as_it_is_written(at_home: Client) -> None:
    at_home.post("/settings/hours/", {"mon": "9-13, 14:00 – 18.30", "sat": "9am to 4pm", **QUIET})
    shop = business()
    assert shop.opening_hours == {"mon": [["09:00", "13:00"], ["14:00", "18:30"]], "sat": [["09:00", "16:00"]]}
    assert (shop.quiet_from, shop.quiet_until) == (time(21), time(7, 30))
    assert "09:00–13:00, 14:00–18:30" in at_home.get("/settings/hours/").text


@pytest.mark.parametrize("text", ["whenever", "18-9", "9-13, 12-18", "9-25", "9-13-14"])
def test_hours_that_make_no_sense_are_refused_at_their_day(at_home: Client, text: str) -> None:
    reply = at_home.post("/settings/hours/", {"tue": text, **QUIET})
    assert reply.status_code == 422
    assert reply.context["form"].errors["tue"]
    assert business().opening_hours == {}


def test_addresses_and_politeness_are_kept(at_home: Client) -> None:
    at_home.post("/settings/sending/", SENDING)
    shop = business()
    assert (shop.public_address, shop.send_delay_minutes) == ("https://regulars.example.com", 15)
    assert (shop.touches_per_week, shop.asks_per_month) == (1, 0)


def test_a_public_address_without_https_is_refused(at_home: Client) -> None:
    reply = at_home.post("/settings/sending/", SENDING | {"public_address": "http://regulars.example.com"})
    assert reply.status_code == 422
    assert "https://" in reply.context["form"].errors["public_address"][0]
    assert business().public_address == ""


def test_a_manager_reads_the_settings_and_cannot_change_them(at_home: Client) -> None:
    manager = Client()
    manager.force_login(a_user(Role.MANAGER))
    for page in ("business", "hours", "sending"):
        assert "Only the owner can change these." in manager.get(f"/settings/{page}/").text
    assert manager.post("/settings/business/", ABOUT).status_code == 403
    assert business().name == "Maya's Boutique"


@pytest.mark.parametrize(("name", "content", "kind"), [("a.png", a_png(), "png"), ("b.jpeg", a_jpeg(), "jpeg")])
def test_a_png_or_jpeg_becomes_the_logo_under_a_name_of_our_own(
    at_home: Client, name: str, content: bytes, kind: str
) -> None:
    assert "Kept." in upload(at_home, name, content)
    shop = business()
    assert str(shop.logo).startswith("business/logo-")
    reply = at_home.get(shop.logo.url)
    assert (reply["Content-Type"], b"".join(reply.streaming_content)) == (f"image/{kind}", content)  # type: ignore[attr-defined]
    assert reply["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("logo.png", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"),
        ("logo.jpg", b"\xff\xd8\xff<html>"),
        ("huge.png", a_png(5000, 10)),
        ("heavy.png", a_png() + b"\0" * (2 * 1024 * 1024)),
        ("empty.png", b""),
    ],
)
def test_anything_else_is_refused_by_what_is_in_it(at_home: Client, name: str, content: bytes) -> None:
    assert "Kept." not in upload(at_home, name, content)
    assert business().logo.name == ""


def test_a_new_logo_takes_the_place_of_the_old_one_and_can_be_done_without(at_home: Client) -> None:
    upload(at_home, "one.png", a_png())
    first = str(business().logo)
    upload(at_home, "two.png", a_png(30))
    second = str(business().logo)
    folder = Path(settings.MEDIA_ROOT)
    assert not (folder / first).exists()
    assert (folder / second).exists()
    at_home.post("/settings/business/logo/", {"remove": "yes"})
    assert business().logo.name == ""
    assert not (folder / second).exists()


@pytest.mark.parametrize(
    "name", ["../key", "..%2fkey", "business/../../key", "/etc/passwd", "business/none.png", "key", "../x.png"]
)
def test_nothing_outside_the_pictures_is_ever_sent(at_home: Client, name: str) -> None:
    assert at_home.get(f"/media/{name}").status_code == 404


def test_pictures_are_for_those_who_work_here(owner: object, client: Client) -> None:
    assert client.get("/media/business/logo.png").status_code == 302


def test_two_owners_who_settle_different_things_lose_nothing_and_the_same_thing_is_asked(at_home: Client) -> None:
    form = at_home.get("/settings/sending/").context["form"]
    opened = {name: form[name].value() for name in form.fields}
    assert at_home.post("/settings/sending/", opened | {"asks_per_month": 3}).status_code == 302
    assert at_home.post("/settings/sending/", opened | {"touches_per_week": 5}).status_code == 302
    shop = business()
    assert (shop.asks_per_month, shop.touches_per_week) == (3, 5)
    asked = at_home.post("/settings/sending/", opened | {"asks_per_month": 9})
    assert asked.status_code == 422
    assert "Someone changed this meanwhile" in asked.text
    assert "changed it" in asked.text
    assert business().asks_per_month == 3
    again = {name: asked.context["form"][name].value() for name in form.fields}
    assert at_home.post("/settings/sending/", again).status_code == 302
    assert business().asks_per_month == 9
