"""A home party from the invitation to the thanks."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import Person
from regulars.purchases.models import Order, Party, PartyGuest, PartyOrder
from regulars.purchases.services.selling import sell
from regulars.staff.models import User

GIFT_WITHIN = timedelta(days=3)
THANKS_WITHIN = timedelta(days=1)
NEXT_WITHIN = timedelta(days=7)
MOST_GUESTS = 200


def plan_party(host: Person, held_on: date, place: str = "", *, key: str, by: User | None = None) -> Party:
    """Write a party down. The same key again is the same party."""
    if not host.is_here:
        raise Refusal(_("This person is no longer in your book. Please choose again."), field="host")
    values = {"host": host, "held_on": held_on, "place": place.strip()[:200], "noted_at": clock.now(), "noted_by": by}
    party, is_new = Party.objects.get_or_create(key=key[:100], defaults=values)
    if is_new:
        text = _("Hosts a party at home") if held_on >= clock.today() else _("Hosted a party at home")
        people.write_timeline([people.NewEntry(host.pk, clock.now(), "party", "purchases", party.pk, text)])
    return party


def welcome(party: Party, person: Person) -> PartyGuest:
    """Note a guest; the host is none. Safe to repeat."""
    if person.pk == party.host_id:
        raise Refusal(_("The host is not a guest of their own party."), field="who")
    if party.guests.count() >= MOST_GUESTS:
        raise Refusal(_("A party holds at most %(n)d guests here.") % {"n": MOST_GUESTS}, field="who")
    guest, _is_new = PartyGuest.objects.get_or_create(party=party, person=person)
    return guest


def wants_to_host(guest: PartyGuest, *, is_wanted: bool = True) -> None:
    """Note who wants to be the next host."""
    PartyGuest.objects.filter(pk=guest.pk).update(wants_to_host=is_wanted)


@transaction.atomic
def note_party_sale(
    party: Party, person_id: int, amount: Decimal, what: str, by: User | None = None, *, key: str
) -> Order:
    """Note what a guest (or the host) ordered. The same key again is the same sale."""
    day = min(party.held_on, clock.today())
    order = sell(person_id, amount, what, by, day, key=key, channel="party")
    PartyOrder.objects.get_or_create(order=order, defaults={"party": party})
    if person_id != party.host_id:
        PartyGuest.objects.get_or_create(party=party, person_id=person_id)
    return order


@transaction.atomic
def close_party(party: Party, host_gift: str = "", by: User | None = None) -> int:
    """Prepare the thanks, once: the host's gift as a promise, a word to those who came and ordered nothing, and a talk
    with everybody who wants to host. Whoever ordered is thanked a week later, as after any purchase.

    Returns how many reminders were made; 0 if somebody has closed it already.
    """
    if party.held_on > clock.today():
        raise Refusal(_("The party is still to come."))
    closed = Party.objects.filter(pk=party.pk, closed_at=None)
    if not closed.update(closed_at=clock.now(), host_gift=host_gift.strip()[:200]):
        return 0
    made, today, host = 0, clock.today(), str(party.host)
    if host_gift.strip():
        words = _("Host gift for the party: %(gift)s") % {"gift": host_gift.strip()}
        people.remind(party.host, words[:300], today + GIFT_WITHIN, "promise", by)
        made += 1
    ordered = set(party.orders.values_list("order__person_id", flat=True))
    for guest in party.guests.select_related("person").order_by("pk"):
        if guest.person_id not in ordered:
            words = _("Thank them for coming to the party at %(host)s’s") % {"host": host}
            people.remind(guest.person, words[:300], today + THANKS_WITHIN, "reminder", by)
            made += 1
        if guest.wants_to_host:
            words = _("Find a day: wants to host a party after the one at %(host)s’s") % {"host": host}
            people.remind(guest.person, words[:300], today + NEXT_WITHIN, "reminder", by)
            made += 1
    return made
