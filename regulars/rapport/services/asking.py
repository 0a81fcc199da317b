"""The page behind the code: on, off, a new address, and what a stranger writes into it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.kit.secrets import keyed_hash, new_token
from regulars.people import services as people
from regulars.rapport.models import AskingPage, CameBy, ConsentWording, Enquiry, Knock, SheetWay
from regulars.rapport.queries.sheets import is_own_name
from regulars.rapport.services.callers import Caller, recognise
from regulars.rapport.services.enquiries import NewEnquiry, write_enquiry
from regulars.rapport.services.ticking import take_tick
from regulars.staff.models import User

MOST_FROM_ONE_PLACE = 8
MOST_AN_HOUR = 80
SOURCE = "enquiry form"
EVERYBODY = ""


class TooMany(Refusal):
    """More questions than people ask: the shop's hour is full."""


@dataclass(frozen=True)
class Asked:
    """What a stranger wrote into the form; `place` is where it came from, as a network address."""

    name: str
    reach: str
    wants: str
    wanted_by: date | None = None
    sent_by: str = ""
    wording_id: int | None = None
    key: str = ""
    place: str = ""


def asking_page() -> AskingPage:
    """The settings of the page; unsaved defaults (off) until somebody saves them. One query."""
    return AskingPage.objects.filter(pk=1).first() or AskingPage()


def consent_wording() -> ConsentWording | None:
    """The wording in force. One query."""
    return ConsentWording.objects.order_by("-pk").first()


@transaction.atomic
def switch_on(by: User | None) -> AskingPage:
    """Open the page under the address it had, or a first one."""
    page = asking_page()
    if not page.token:
        return renew_address(by)
    page.is_on = True
    page.save()
    return page


@transaction.atomic
def switch_off(by: User | None) -> AskingPage:
    """Close the page; its address leads nowhere until it is opened again."""
    page = asking_page()
    page.is_on = False
    page.save()
    return page


@transaction.atomic
def renew_address(by: User | None) -> AskingPage:
    """Give the page another address and open it: sheets printed before lead nowhere."""
    page, token = asking_page(), new_token()
    page.token, page.token_hash = token, keyed_hash(token, "asking page")
    page.is_on, page.renewed_at = True, clock.now()
    page.save()
    if consent_wording() is None:
        set_wording(_("You may also write to me now and then about news and offers."), by)
    return page


@transaction.atomic
def change_page(
    *, way: str, shop_address: str, email: str, phone: str, answer_within_hours: int, by: User | None
) -> AskingPage:
    """Say what the code opens, where phones find the shop, and after how many hours a question stands on Today."""
    page = asking_page()
    if way not in SheetWay.values:
        raise Refusal(_("Please choose what the code opens."), field="way")
    page.way, page.shop_address = way, _shop_address(shop_address)
    page.email, page.phone = email.strip(), phone.strip()
    page.answer_within_hours = answer_within_hours
    if page.email:
        people.readable_email(page.email)
    if page.phone:
        people.readable_phone(page.phone)
    page.save()
    return page


@transaction.atomic
def set_wording(words: str, by: User | None) -> ConsentWording:
    """Give the box on the form another wording: a new version, the old ones stay as evidence."""
    clean = " ".join(words.split())[:280]
    if not clean:
        raise Refusal(_("Please write what the box says."), field="words")
    now_said = consent_wording()
    if now_said is not None and now_said.words == clean:
        return now_said
    return ConsentWording.objects.create(words=clean, since=clock.now(), by=by)


def page_at(token: str) -> AskingPage | None:
    """The page behind an address, while it is open. One query."""
    return AskingPage.objects.filter(pk=1, is_on=True, token_hash=keyed_hash(token, "asking page")).first()


def take_from_page(asked: Asked) -> Enquiry:
    """Write down what a stranger asked: once for the same words from the same form, and never too many an hour.

    Nothing it returns or refuses tells whether somebody is known. Somebody known stays as they are written down: a
    stranger's form neither renames them nor says for them what they said no to.
    """
    key = _key(asked)
    with transaction.atomic():
        people.hold_the_book()
        if known := Enquiry.objects.filter(key=key).first():
            return known
        _knock(asked.place)
        caller = Caller(name=asked.name[:200], reach=asked.reach[:320])
        who = recognise(caller, source=SOURCE, by=None)
        if who.is_new:
            people.link_sender(who.person, asked.sent_by, None)
        new = NewEnquiry(
            caller, CameBy.QR, asked.wants, wanted_by=asked.wanted_by, sent_by=asked.sent_by, key=key,
            likes_answer_by="email" if "@" in asked.reach else "call",
        )  # fmt: skip
        enquiry = write_enquiry(
            new, who.person, None, is_new_person=who.is_new, said_name=caller.name, said_reach=caller.reach,
            has_ticked_consent=asked.wording_id is not None,
        )  # fmt: skip
        take_tick(who.person, asked.reach, asked.wording_id, SOURCE)
        return enquiry


def _shop_address(text: str) -> str:
    """Where phones on the shop's Wi-Fi find this computer: http:// and a name or number, without a path."""
    address = text.strip().rstrip("/")
    if not address:
        return ""
    parts = urlsplit(address if "//" in address else f"http://{address}")
    try:
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.path and parts.port != 0
    except ValueError:
        is_good = False
    if is_good and is_own_name(f"{parts.scheme}://{parts.netloc}"):
        raise Refusal(_("That is this computer's name for itself; no phone finds it there."), field="shop_address")
    if not is_good or parts.query or parts.fragment or parts.username is not None or any(c.isspace() for c in address):
        raise Refusal(_("Please write it like http://192.168.1.20:8000."), field="shop_address")
    return f"{parts.scheme}://{parts.netloc}"


def _knock(place: str) -> None:
    """Count one question from a place and from everybody; past the limit it is refused and nothing is kept."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    hashed = keyed_hash(place, "knocks") if place else "unknown"
    for counted, most in ((hashed, MOST_FROM_ONE_PLACE), (EVERYBODY, MOST_AN_HOUR)):
        if not _count(counted, hour, most):
            raise TooMany(_("Many people are asking just now. Please try again in an hour, or speak to us."))
    Knock.objects.filter(hour__lt=hour - timedelta(days=2)).delete()


def _count(place: str, hour: datetime, most: int) -> bool:
    Knock.objects.bulk_create([Knock(place=place, hour=hour)], ignore_conflicts=True)
    return bool(Knock.objects.filter(place=place, hour=hour, count__lt=most).update(count=F("count") + 1))


def _key(asked: Asked) -> str:
    """The same form sent twice is one question; other words on the same form are another."""
    said = (asked.key, asked.name, asked.reach, asked.wants, str(asked.wanted_by))
    return hashlib.sha256("\0".join(said).encode()).hexdigest()
