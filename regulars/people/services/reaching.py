"""E-mail addresses, phone numbers and postal addresses of one person, given as the whole list."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.people.addresses import e164, normalised_email
from regulars.people.models import Email, Person, Phone, PostalAddress
from regulars.people.services.finding import settle_email_keys
from regulars.people.services.newcomers import NewAddress, place_of


def set_emails(person: Person, addresses: Sequence[str]) -> None:
    """Keep exactly these addresses, the first as the one to write to. An address nobody can read is refused."""
    wanted: dict[str, str] = {}
    for address in addresses:
        if clean := address.strip():
            wanted.setdefault(readable_email(clean), clean)
    held = {row.normalised: row for row in person.emails.all()}
    gone = [address for address in held if address not in wanted]
    person.emails.filter(normalised__in=gone).delete()
    taken = set(Email.objects.filter(is_key=True, normalised__in=wanted).values_list("normalised", flat=True))
    for place, (normalised, as_typed) in enumerate(wanted.items()):
        if normalised in held:
            person.emails.filter(normalised=normalised).update(address=as_typed, is_primary=place == 0)
        else:
            is_key = normalised not in taken
            person.emails.create(address=as_typed, normalised=normalised, is_key=is_key, is_primary=place == 0)
    settle_email_keys(gone)


def set_phones(person: Person, numbers: Sequence[str]) -> None:
    """Keep exactly these numbers as typed, the first as the one to ring. What cannot be a number is refused."""
    wanted: dict[str, str] = {}
    for number in numbers:
        if clean := number.strip()[:60]:
            wanted.setdefault(readable_phone(clean), clean)
    held = {row.e164: row for row in person.phones.all() if row.e164}
    person.phones.exclude(e164__in=wanted).delete()
    name = person.sort_name
    taken = Phone.objects.filter(is_key=True, e164__in=wanted, name_key=name).values_list("e164", flat=True)
    keys = set(taken)
    for place, (number, as_typed) in enumerate(wanted.items()):
        if number in held:
            person.phones.filter(pk=held[number].pk).update(as_typed=as_typed, is_primary=place == 0)
        else:
            is_key = number not in keys
            person.phones.create(as_typed=as_typed, e164=number, name_key=name, is_key=is_key, is_primary=place == 0)


def set_places(person: Person, places: Sequence[NewAddress]) -> None:
    """Keep exactly these postal addresses, the first as the one to write to; the lines stay as they were written."""
    wanted = [(*place, given.label.strip()[:40]) for given in places if any(place := place_of(given))]
    person.addresses.all().delete()
    for number, (lines, city, postcode, region, country, label) in enumerate(wanted):
        PostalAddress.objects.create(
            person=person,
            lines=lines,
            city=city,
            postcode=postcode,
            region=region,
            country=country,
            label=label,
            is_primary=number == 0,
        )


def readable_email(address: str) -> str:
    """Return the address as it is compared; refuses what cannot be one. Whether it can be reached is not asked."""
    found = normalised_email(address)
    if not found:
        raise Refusal(_("“%(text)s” does not look like an e-mail address.") % {"text": address}, field="emails")
    return found


def readable_phone(number: str) -> str:
    """Return the number in international form; refuses what cannot be one in the business's country."""
    found = e164(number, business().country)
    if not found:
        sentence = _("“%(text)s” does not look like a phone number. With +44 or the like in front it always works.")
        raise Refusal(sentence % {"text": number}, field="phones")
    return found


def mark_places_old(person: Person) -> list[int]:
    """Mark the postal addresses somebody moved away from and return which; they stay readable and get no post."""
    ids = list(person.addresses.filter(is_bad=False).order_by("pk").values_list("pk", flat=True))
    person.addresses.filter(pk__in=ids).update(is_bad=True)
    return ids


def mark_places_good(person: Person, ids: Sequence[int]) -> int:
    """Take that back for these addresses, as far as they are still in the book."""
    return person.addresses.filter(pk__in=ids).update(is_bad=False)
