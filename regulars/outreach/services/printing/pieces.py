"""From touches to what stands on the paper: addresses by country, greeting, words, name, and the code to scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from django.urls import reverse
from django.utils import translation

from regulars.kit.business import Business, business
from regulars.outreach.channels.email.wayout import tokens_of
from regulars.outreach.models import Stationery, Touch
from regulars.people.models import Person, PostalAddress
from regulars.people.postal import letter_lines

LONGEST_GREETING = 80
LONGEST_SIGNED_LINE = 60
MOST_SIGNED_LINES = 4
EXAMPLE_TOKEN = "0" * 40


@dataclass(frozen=True)
class OnPaper:
    """What stands on one card, as plain text."""

    touch_id: int
    to_lines: tuple[str, ...] = ()
    greeting: str = ""
    words: str = ""
    signed: str = ""
    front_words: str = ""
    qr: str = ""
    qr_says: str = ""
    language: str = "en"


def on_paper(touches: Sequence[Touch], paper: Stationery, *, links: bool = True) -> list[OnPaper]:
    """Put touches on paper, in their order. At most five queries.

    A personal link is made where the shop has a public address; without `links` (a preview writes nothing down) a
    code that leads nowhere stands in its place.
    """
    shop = business()
    ids = {touch.person_id for touch in touches}
    persons = Person.objects.only("full_name", "language", "household_id").in_bulk(ids)
    places = addresses_for(ids)
    has_link = paper.qr == Stationery.Qr.LINK and bool(shop.public_address)
    tokens = (tokens_of(ids) if links else dict.fromkeys(ids, EXAMPLE_TOKEN)) if has_link else {}
    return [
        _one(touch, persons[touch.person_id], places.get(touch.person_id), paper, shop, tokens.get(touch.person_id, ""))
        for touch in touches
    ]


def addresses_for(person_ids: set[int]) -> dict[int, PostalAddress]:
    """The address paper goes to: the first that works, else where their household lives. Two queries."""
    found: dict[int, PostalAddress] = {}
    rows = PostalAddress.objects.postable().filter(person_id__in=person_ids)
    for row in rows.order_by("person_id", "-is_primary", "id"):
        found.setdefault(row.person_id, row)
    lacking = person_ids - set(found)
    if lacking:
        roofed = Person.objects.filter(pk__in=lacking, household__place__is_bad=False).select_related(
            "household__place"
        )
        for person in roofed:
            if person.household and person.household.place and person.household.place.is_postable:
                found[person.pk] = person.household.place
    return found


def _one(
    touch: Touch, person: Person, place: PostalAddress | None, paper: Stationery, shop: Business, token: str
) -> OnPaper:
    greeting, words, signed = parted(touch.body)
    piece = OnPaper(
        touch_id=touch.pk,
        to_lines=tuple(lines_for(person, place, shop)),
        greeting=greeting,
        words=words,
        signed=signed,
        front_words=paper.front_words,
        language=(person.language or shop.language or "en").split("-")[0],
    )
    code = code_for(paper, shop, token)
    return replace(piece, qr=code, qr_says=paper.qr_says) if code else piece


def lines_for(person: Person, place: PostalAddress | None, shop: Business) -> list[str]:
    """The address as its country writes it, with the country in our language and only abroad."""
    if place is None:
        return []
    with translation.override(shop.language or "en"):
        return letter_lines(place, name=person.full_name, home=shop.country)


def code_for(paper: Stationery, shop: Business, token: str) -> str:
    """What the code opens: the telephone, a text message, a letter, or the person's own page."""
    to = paper.qr_to.strip()
    if paper.qr == Stationery.Qr.LINK:
        address = shop.public_address.rstrip("/")
        return f"{address}{reverse('outreach:preferences', args=[token])}" if address and token else ""
    if paper.qr in {Stationery.Qr.CALL, Stationery.Qr.TEXT} and to:
        return f"{paper.qr}:{''.join(sign for sign in to if sign.isdigit() or sign == '+')}"
    return f"mailto:{quote(to, safe='@.+-_')}" if paper.qr == Stationery.Qr.EMAIL and to else ""


def parted(body: str) -> tuple[str, str, str]:
    """Part a letter into its greeting, its words and the name under it, as far as it plainly has them."""
    parts = [part.strip() for part in body.replace("\r\n", "\n").split("\n\n") if part.strip()]
    if len(parts) < 2:
        return "", "\n\n".join(parts), ""
    greeting = parts.pop(0) if _greets(parts[0]) else ""
    signed = parts.pop() if len(parts) > 1 and _signs(parts[-1]) else ""
    return greeting, "\n\n".join(parts), signed


def _greets(part: str) -> bool:
    return "\n" not in part and len(part) <= LONGEST_GREETING and part.endswith((",", "!", ":", ".", "，", "、"))


def _signs(part: str) -> bool:
    lines = part.split("\n")
    return len(lines) <= MOST_SIGNED_LINES and all(len(line) <= LONGEST_SIGNED_LINE for line in lines)
