"""A yes to offers from a form that anybody can fill in: asked for, confirmed by whoever reads there, or forgotten.

Until it is confirmed it counts for nothing. Whoever opens the mailbox confirms it, by the button behind the link of the
letter or by answering it; whoever has the telephone, by answering the text; and either by telling one of us.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from enum import Enum

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.business import business, in_our_language
from regulars.kit.schedules import every
from regulars.kit.secrets import keyed_hash, new_token
from regulars.people import services as people
from regulars.people.addresses import e164, normalised_email
from regulars.people.models import Person
from regulars.people.models.consents import Channel
from regulars.people.queries import ConsentState, consent_state
from regulars.rapport.events import YesAsked
from regulars.rapport.models import AskedLetter, AskedYes, ConsentWording
from regulars.staff.models import User
from regulars.staff.services import note_audit

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
    """Note that somebody wrote this yes into a form, and have the mailbox or telephone asked: once a day and address.

    Who said no before is not asked, and who said yes before need not be. Safe to repeat: the same form again makes it
    wait for another fortnight.
    """
    channel, normalised = way_of(address)
    state = consent_state([person.pk], channel, "marketing")[person.pk]
    if not normalised or state.is_given or is_a_no(state):
        return
    now, name = clock.now(), hash_of(normalised)
    nonce = new_token()
    AskedYes.objects.bulk_create(
        [
            AskedYes(
                person=person,
                channel=channel,
                address=address.strip()[:320] if channel == Channel.EMAIL else normalised,
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


def way_of(reach: str) -> tuple[str, str]:
    """What somebody typed, as the way it is reached and as it is compared: "" where nobody can read it."""
    if "@" in reach:
        return Channel.EMAIL, normalised_email(reach)
    return Channel.TEXT, e164(reach, business().country)


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
    """Turn every open ask for this address or number into evidence, once. Who said no since stays with the no."""
    now = clock.now()
    waiting = AskedYes.objects.filter(address_hash=ask.address_hash, confirmed_at=None, until__gt=now)
    rows = list(waiting.select_for_update(of=("self",)).select_related("wording").order_by("pk"))
    states = consent_state([row.person_id for row in rows], ask.channel, "marketing")
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
    """Write the evidence: what was ticked, and that the mailbox or telephone itself said so."""
    AskedYes.objects.filter(pk=ask.pk).update(confirmed_at=clock.now(), is_by_answer=is_by_answer)
    is_email = ask.channel == Channel.EMAIL
    with in_our_language():
        if is_email:
            text = _("Confirmed from their mailbox: offers by e-mail are welcome")
        else:
            text = _("Confirmed from their telephone: offers by text message are welcome")
    _write_down(ask, "confirmed from the mailbox" if is_email else "confirmed by text", text, None)


def _write_down(ask: AskedYes, how: str, text: str, by: User | None) -> None:
    now, source = clock.now(), f"{ask.source}, {how}, wording {ask.wording_id}"
    words = ask.wording.words
    people.record_consent([ask.person_id], ask.channel, "marketing", source=source, wording=words, by=by, at=now)
    people.write_timeline([people.NewEntry(ask.person_id, now, "confirmed", ROOM, ask.pk, text)])


@transaction.atomic
def confirm_as_told(ask_id: int, by: User | None) -> bool:
    """Write down that they told one of us it was them; False where it is settled or forgotten. Safe to repeat.

    That counts as what the owner hears in the shop counts: for this person, with who wrote it down.
    """
    rows = AskedYes.objects.filter(pk=ask_id, confirmed_at=None, until__gt=clock.now())
    ask = rows.select_for_update(of=("self",)).select_related("wording").first()
    if ask is None:
        return False
    AskedYes.objects.filter(pk=ask.pk).update(confirmed_at=clock.now(), is_told=True)
    with in_our_language():
        _write_down(ask, "told to us", _("Told us it was them: offers are welcome"), by)
    note_audit(by, "yes_told", room=ROOM, kind="asked yes", object_id=ask.pk, person_id=ask.person_id)
    return True


@transaction.atomic
def drop_ask(ask_id: int, by: User | None) -> bool:
    """Forget one that waits: it was not them, or they would rather not. Safe to repeat."""
    ask = AskedYes.objects.select_for_update().filter(pk=ask_id, confirmed_at=None).first()
    if ask is None:
        return False
    ask.delete()
    note_audit(by, "ask_forgotten", room=ROOM, kind="asked yes", object_id=ask_id, person_id=ask.person_id)
    return True


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
