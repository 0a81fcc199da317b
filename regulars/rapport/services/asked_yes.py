"""A yes to offers by e-mail from a form that anybody can fill in: asked for, confirmed from the mailbox, or forgotten.

Until it is confirmed it counts for nothing. Whoever opens the mailbox confirms it: by the button behind the link of the
letter, or by answering the letter.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from enum import Enum

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.business import in_our_language
from regulars.kit.schedules import every
from regulars.kit.secrets import keyed_hash, new_token
from regulars.people import services as people
from regulars.people.addresses import normalised_email
from regulars.people.models import Person
from regulars.people.queries import ConsentState, consent_state
from regulars.rapport.events import YesAsked
from regulars.rapport.models import AskedLetter, AskedYes, ConsentWording

KEPT = timedelta(days=14)
MOST_LETTERS = 3  # to one address within `KEPT`, however many days the form is sent again
CHUNK = 500
PURPOSE = "rapport.asked_yes"
ROOM = "rapport"


class Confirmed(Enum):
    """What came of a link or an answer. Nothing: unknown, too old, or they said no since."""

    NOTHING = "nothing"
    NOW = "now"
    BEFORE = "before"


def is_a_no(state: ConsentState) -> bool:
    """Did they say no, with no yes since?"""
    return state.is_objected or (state.at is not None and not state.is_given)


@transaction.atomic
def ask_for_yes(person: Person, address: str, wording: ConsentWording, source: str) -> None:
    """Note that somebody wrote this yes into a form, and have the mailbox asked: once a day and address.

    Who said no before is not asked, and who said yes before need not be. Safe to repeat: the same form again makes it
    wait for another fortnight.
    """
    normalised = normalised_email(address)
    state = consent_state([person.pk], "email", "marketing")[person.pk]
    if not normalised or state.is_given or is_a_no(state):
        return
    now, name = clock.now(), hash_of(normalised)
    nonce = new_token()
    AskedYes.objects.bulk_create(
        [
            AskedYes(
                person=person,
                address=address.strip()[:320],
                address_hash=name,
                wording=wording,
                source=source[:30],
                language=(get_language() or "")[:16],
                nonce=nonce,
                lookup=_lookup(_token(nonce)),
                asked_at=now,
                until=now + KEPT,
            )
        ],
        ignore_conflicts=True,
    )
    open_asks = AskedYes.objects.filter(person=person, address_hash=name, confirmed_at=None)
    ask = open_asks.select_for_update(of=("self",)).first()
    if ask is None:
        return  # confirmed in this very moment
    letter = _letter_of_the_day(ask)
    ask.asked_at, ask.until = now, now + KEPT
    if letter is not None:
        ask.wording = wording  # what a letter quotes is what its yes confirms
        bulletin.post(YesAsked(ask.pk, person.pk, letter.pk))
    ask.save(update_fields=["wording", "asked_at", "until"])


def _letter_of_the_day(ask: AskedYes) -> AskedLetter | None:
    """Take the letter of this day for this address; None where it has gone, or where it got enough of them."""
    today = clock.today()
    lately = AskedLetter.objects.filter(address_hash=ask.address_hash, on__gt=today - KEPT)
    if lately.count() >= MOST_LETTERS:
        return None
    row, is_new = AskedLetter.objects.get_or_create(address_hash=ask.address_hash, on=today, defaults={"ask": ask})
    return row if is_new else None


def hash_of(normalised: str) -> str:
    """The name of an address by which asks for it are found."""
    return keyed_hash(normalised, f"{PURPOSE}.address")


def token_of(ask: AskedYes) -> str:
    """What stands in the link of the letter; never kept."""
    return _token(ask.nonce)


def _token(nonce: str) -> str:
    return keyed_hash(nonce, PURPOSE)[:40]


def _lookup(token: str) -> str:
    return keyed_hash(token, f"{PURPOSE}.lookup")


def ask_behind(token: str) -> AskedYes | None:
    """Whose yes a link confirms, while it can be confirmed or has been. One query, by the hash."""
    if not token or len(token) > 80:
        return None
    ask = AskedYes.objects.filter(lookup=_lookup(token)).select_related("wording").first()
    return ask if ask and (ask.confirmed_at or ask.until > clock.now()) else None


def confirm_by_link(token: str) -> Confirmed:
    """The button behind the link was pressed."""
    ask = ask_behind(token)
    return _confirm(ask, is_by_answer=False) if ask else Confirmed.NOTHING


def confirm_by_answer(ask_id: int) -> Confirmed:
    """The letter itself was answered with a yes."""
    ask = AskedYes.objects.filter(pk=ask_id).first()
    return _confirm(ask, is_by_answer=True) if ask else Confirmed.NOTHING


@transaction.atomic
def _confirm(ask: AskedYes, *, is_by_answer: bool) -> Confirmed:
    """Turn every open ask for this mailbox into evidence, each once. Who said no since the ask stays with the no."""
    now = clock.now()
    waiting = AskedYes.objects.filter(address_hash=ask.address_hash, confirmed_at=None, until__gt=now)
    rows = list(waiting.select_for_update(of=("self",)).select_related("wording").order_by("pk"))
    states = consent_state([row.person_id for row in rows], "email", "marketing")
    refused = [row.pk for row in rows if is_a_no(states[row.person_id])]
    AskedYes.objects.filter(pk__in=refused).delete()
    for row in rows:
        if row.pk not in refused:
            _keep(row, is_by_answer=is_by_answer)
    if ask.pk in refused:
        return Confirmed.NOTHING
    if any(row.pk == ask.pk for row in rows):
        return Confirmed.NOW
    is_known = AskedYes.objects.filter(pk=ask.pk, confirmed_at__isnull=False).exists()
    return Confirmed.BEFORE if is_known else Confirmed.NOTHING


def _keep(ask: AskedYes, *, is_by_answer: bool) -> None:
    """Write the evidence: what was ticked, and that the mailbox itself said so."""
    now = clock.now()
    AskedYes.objects.filter(pk=ask.pk).update(confirmed_at=now, is_by_answer=is_by_answer)
    people.record_consent(
        [ask.person_id],
        "email",
        "marketing",
        source=f"{ask.source}, confirmed from the mailbox, wording {ask.wording_id}",
        wording=ask.wording.words,
        at=now,
    )
    with in_our_language():
        text = _("Confirmed from their mailbox: offers by e-mail are welcome")
    people.write_timeline([people.NewEntry(ask.person_id, now, "confirmed", ROOM, ask.pk, text)])


def forget_asks(ask_ids: Collection[int]) -> None:
    """Forget unconfirmed asks: the address wants no letters."""
    AskedYes.objects.filter(pk__in=ask_ids, confirmed_at=None).delete()


def forget_asks_of(person_ids: Collection[int]) -> None:
    """Forget what these people asked for and did not confirm: they said no since."""
    AskedYes.objects.filter(person_id__in=person_ids, confirmed_at=None).delete()


@every("forget what nobody confirmed", cron="20 * * * *")
def forget_unconfirmed() -> int:
    """Forget every yes that was not confirmed within its fortnight; returns how many. Safe to repeat."""
    gone, old = 0, AskedYes.objects.filter(confirmed_at=None, until__lte=clock.now()).order_by("until")
    while ids := list(old.values_list("pk", flat=True)[:CHUNK]):
        gone += len(ids)
        AskedYes.objects.filter(pk__in=ids, confirmed_at=None).delete()
    days = AskedLetter.objects.filter(on__lte=clock.today() - KEPT).order_by("on")
    while ids := list(days.values_list("pk", flat=True)[:CHUNK]):
        AskedLetter.objects.filter(pk__in=ids).delete()
    return gone
