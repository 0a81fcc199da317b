"""Have a run printed and posted by a service: each card asked for under its own key, so that it is made once.

What is asked is written down before the call. Silence makes a card unknown, never sent again by itself except under
the same key, with which the service proves what it has.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task

from regulars.kit import bulletin, clock, effects, jobs
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.outside import checked_address
from regulars.kit.schedules import every
from regulars.outreach.channels.posted import (
    ADAPTERS,
    Declined,
    MailPiece,
    Place,
    PrintAndMail,
    Taken,
    Unclear,
    adapter_of,
)
from regulars.outreach.events import TouchFailed, TouchSent
from regulars.outreach.models import MailOrder, MailService, PrintPiece, PrintRun, State, Touch
from regulars.outreach.services.moves import FREE, move
from regulars.outreach.services.printing import sheets
from regulars.outreach.services.printing.pieces import addresses_for
from regulars.outreach.services.telling import tell_timeline
from regulars.people.models import PostalAddress
from regulars.staff.models import User
from regulars.staff.services import note_audit

LETTERS = ("letter",)
# The service remembers a key for a day; after that only a person can say what became of it.
KEY_HOLDS = timedelta(hours=23)
ASK_AGAIN_AFTER = timedelta(minutes=10)


def active_service() -> MailService | None:
    return MailService.objects.filter(is_active=True).first()


@transaction.atomic
def connect_service(provider: str, api_key: str, by: User | None, address: str = "") -> MailService:
    """Connect a service; the one before it is put away, its orders stay."""
    if provider not in ADAPTERS:
        raise Refusal(_("Please choose a service."), field="provider")
    if not api_key.strip():
        raise Refusal(_("Type in the key the service gave you."), field="api_key")
    checked_address(address or ADAPTERS[provider].address)
    MailService.objects.filter(is_active=True).update(is_active=False)
    row = MailService.objects.create(
        provider=provider, address=address or ADAPTERS[provider].address, api_key=api_key.strip(),
        connected_at=clock.now(),
    )  # fmt: skip
    note_audit(by, "connect_mail_service", room="outreach", kind="mail service", object_id=row.pk)
    return row


@transaction.atomic
def disconnect_service(by: User | None) -> None:
    """Put the service away and forget its key."""
    MailService.objects.filter(is_active=True).update(is_active=False, api_key="")
    note_audit(by, "disconnect_mail_service", room="outreach", kind="mail service")


@task(queue_name=jobs.HEAVY)
def hand_over_run(run_id: int) -> int:
    """Ask the service for every card of a run, one after the other; run again after a crash it goes on."""
    return hand_over(PrintRun.objects.get(pk=run_id))


def begin_handing_over(run: PrintRun, by: User | None) -> int:
    """Write down what is to be asked, and have it asked; of two who begin, one writes each order. Returns how many."""
    service = active_service()
    if service is None:
        raise Refusal(_("Connect a service first."))
    if business().is_sending_stopped:
        raise Refusal(_("Everything is stopped. Let it go on first."))
    n = _write_orders(run, service, by)
    if not n:
        raise Refusal(_("There is nothing left in this run to hand over."))
    jobs.enqueue_once(hand_over_run, run.pk, key=f"hand over run {run.pk}")
    return n


@transaction.atomic
def _write_orders(run: PrintRun, service: MailService, by: User | None) -> int:
    closed = PrintRun.objects.filter(pk=run.pk, state=PrintRun.State.OPEN).update(
        state=PrintRun.State.DONE, settled_at=clock.now(), settled_by=by
    )
    if not closed:
        raise Refusal(_("Somebody has said already what became of this run."))
    now = clock.now()
    rows = list(run.pieces.filter(state=PrintPiece.State.MADE))
    ready = [row for row in rows if row.to_lines]
    taken = move([row.touch_id for row in ready], State.CLAIMED, by=by, only_from=(State.APPROVED,), **FREE)
    move(list(taken), State.SENDING, by=by, only_from=(State.CLAIMED,), **FREE)
    left = [row.pk for row in rows if row.touch_id not in taken]
    PrintPiece.objects.filter(pk__in=left).update(state=PrintPiece.State.SPOILT, is_live=False)
    MailOrder.objects.filter(touch__in=taken, state=MailOrder.State.REFUSED).delete()
    orders = [
        MailOrder(touch_id=pk, run=run, service=service, key=_key(pk), asked_at=now, changed_at=now) for pk in taken
    ]
    MailOrder.objects.bulk_create(orders, batch_size=500)
    note_audit(by, "hand_over_run", room="outreach", kind="print run", object_id=run.pk, text=str(len(orders)))
    return len(orders)


def _key(touch_id: int) -> str:
    """The key of a card: the touch, and a mark of our house so that another's touch 7 is not ours."""
    return f"touch-{touch_id}-{secrets.token_hex(8)}"


def hand_over(run: PrintRun) -> int:
    """Ask for what has not been answered; returns how many were taken on."""
    orders = MailOrder.objects.filter(run=run, state=MailOrder.State.ASKED).select_related("touch", "service", "run")
    return sum(ask(order) for order in orders.order_by("pk"))


def ask(order: MailOrder, adapter: PrintAndMail | None = None) -> bool:
    """Ask for one card, under its key however often; says whether it was taken on."""
    service = order.service
    asked = adapter or adapter_of(service.provider, service.address, service.api_key)
    piece = PrintPiece.objects.select_related("run").get(run=order.run, touch=order.touch)
    try:
        asking = _mail_piece(piece, order.touch)
        taken = effects.perform("print and mail", lambda: asked.create(asking, order.key), instead=None, key=order.key)
    except Refusal as refusal:
        _declined(order, refusal.sentence)
        return False
    except Declined as declined:
        _declined(order, str(declined))
        return False
    except Unclear as unclear:
        _unclear(order, str(unclear))
        return False
    return taken is not None and _taken(order, taken)


def _mail_piece(piece: PrintPiece, touch: Touch) -> MailPiece:
    run, shop = piece.run, business()
    place = addresses_for({touch.person_id}).get(touch.person_id)
    lines = [line for line in shop.postal_address.splitlines() if line.strip()] or [shop.name]
    sender = Place(shop.name, lines[0], ", ".join(lines[1:]), country=shop.country)
    to, look = _place(piece, place), sheets.look_of(run.look, run.front, run.signature, run.logo)
    if sheets.sheet_of(run.sheet).kind not in LETTERS:
        return MailPiece(to, sender, True, *sheets.posted(piece, look))
    made = sheets.made(run.sheet, [piece], look, {})
    return MailPiece(to, sender, False, pdf=made.pdf if made else b"")


def _place(piece: PrintPiece, place: PostalAddress | None) -> Place:
    name, *rest = piece.to_lines
    if place is None or not place.lines:
        return Place(name, rest[0] if rest else "", ", ".join(rest[1:]))
    first, *more = [line.strip() for line in place.lines.splitlines() if line.strip()]
    country = place.country or business().country
    return Place(name, first, ", ".join(more), place.city, place.region, place.postcode, country)


@transaction.atomic
def _taken(order: MailOrder, taken: Taken) -> bool:
    mine = MailOrder.objects.filter(pk=order.pk, state=MailOrder.State.ASKED).update(
        state=MailOrder.State.TAKEN, provider_id=taken.provider_id, expected_on=taken.expected_on,
        cancel_until=taken.cancel_until, said="", changed_at=clock.now(),
    )  # fmt: skip
    if not mine:
        return False
    evidence = {"service": order.service.provider, "order": taken.provider_id, "key": order.key}
    fields: dict[str, Any] = {"sent_at": clock.now(), "evidence": evidence}
    moved = move(
        [order.touch_id], State.SENT, why=_("Printed and posted by the service."),
        only_from=(State.SENDING, State.UNKNOWN), **fields,
    )  # fmt: skip
    PrintPiece.objects.filter(run=order.run, touch=order.touch).update(state=PrintPiece.State.PRINTED)
    rows = list(Touch.objects.filter(pk__in=moved))
    tell_timeline(rows)
    if rows:
        bulletin.post(TouchSent(tuple(row.pk for row in rows), tuple(row.person_id for row in rows)))
    return True


@transaction.atomic
def _declined(order: MailOrder, said: str) -> None:
    """Nothing was made: the card failed with the service's words, and may be tried or printed here instead."""
    still = MailOrder.objects.filter(pk=order.pk, state=MailOrder.State.ASKED)
    if not still.update(state=MailOrder.State.REFUSED, said=said[:300], changed_at=clock.now()):
        return
    PrintPiece.objects.filter(run=order.run, touch=order.touch).update(state=PrintPiece.State.SPOILT, is_live=False)
    if move([order.touch_id], State.FAILED, why=said, only_from=(State.SENDING, State.UNKNOWN)):
        bulletin.post(TouchFailed((order.touch_id,), (order.touch.person_id,)))


def _unclear(order: MailOrder, said: str) -> None:
    why = _("The service did not answer. It may have taken the card on; asking again makes no second one.")
    MailOrder.objects.filter(pk=order.pk).update(said=said[:300], changed_at=clock.now())
    evidence = {"key": order.key, "said": said}
    move([order.touch_id], State.UNKNOWN, why=why, only_from=(State.SENDING,), evidence=evidence)


@every("cards at the service", cron="*/15 * * * *")
def ask_again() -> int:
    """Ask anew, under the same key, for what nobody answered; past a day only a person can settle it."""
    if business().is_sending_stopped:
        return 0
    now = clock.now()
    waiting = MailOrder.objects.filter(
        state=MailOrder.State.ASKED, changed_at__lt=now - ASK_AGAIN_AFTER, service__is_active=True
    ).select_related("touch", "service", "run")
    late = waiting.filter(asked_at__lte=now - KEY_HOLDS)
    _give_up(list(late[:100]))
    return sum(ask(order) for order in waiting.filter(asked_at__gt=now - KEY_HOLDS).order_by("pk")[:100])


def _give_up(orders: Sequence[MailOrder]) -> None:
    for order in orders:
        _unclear(order, order.said or _("The service never answered."))


def call_off(order: MailOrder, by: User | None) -> None:
    """Call a card off while the service still can; refused when it is too late."""
    service = order.service
    if order.state != MailOrder.State.TAKEN:
        raise Refusal(_("This card is not with the service."))
    try:
        done = adapter_of(service.provider, service.address, service.api_key).cancel(order.provider_id)
    except Unclear:
        raise Refusal(_("The service did not answer. Try again in a minute.")) from None
    if not done:
        raise Refusal(_("It is too late: the service is printing it already."))
    with transaction.atomic():
        MailOrder.objects.filter(pk=order.pk).update(state=MailOrder.State.CANCELLED, changed_at=clock.now())
        why = _("Called off before it was printed.")
        move([order.touch_id], State.BOUNCED, by=by, why=why, only_from=(State.SENT,), sent_at=None)
        move([order.touch_id], State.CANCELLED, by=by, why=why, only_from=(State.BOUNCED,))
        PrintPiece.objects.filter(run=order.run, touch=order.touch).update(is_live=False)
        note_audit(by, "call_off_card", room="outreach", kind="touch", object_id=order.touch_id)
