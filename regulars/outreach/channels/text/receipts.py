"""What providers say afterwards: taken, arrived, did not arrive. In any order, however often, each word once."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.schedules import every
from regulars.outreach.channels.text.recording import came_back
from regulars.outreach.models import State, TextAccount, TextMessage, TextReceipt, Touch
from regulars.outreach.services.moves import FREE, move
from regulars.outreach.services.recording import record_sent

# For so long a receipt waits for the text it speaks of.
WAITS = timedelta(hours=6)
CHUNK = 500
KEPT = timedelta(days=30)
GONE = frozenset({"30005", "30006"})


def take_receipt(account: TextAccount, name: str, status: str, code: str = "") -> bool:
    """Keep one word of a provider about one text, and act on it if the text is known; False if it was heard before.

    `name` is the provider's number of the text, or our key for it where the provider hands that back.
    """
    name = name[:120]
    known = TextReceipt.objects.filter(account=account, name=name, status=status).exists()
    if not known:
        TextReceipt.objects.bulk_create(
            [TextReceipt(account=account, name=name, status=status, code=code[:40], at=clock.now())],
            ignore_conflicts=True,
        )
    hear_waiting()
    return not known


def hear_waiting() -> int:
    """Act on what waits to be heard; returns how many touches moved. Safe to repeat and beside others."""
    since = clock.now() - WAITS
    waiting = list(TextReceipt.objects.filter(heard_at=None, at__gt=since).order_by("-at", "-pk")[:CHUNK])
    if not waiting:
        return 0
    names = {receipt.name for receipt in waiting}
    known: dict[tuple[int, str], TextMessage] = {}
    for message in TextMessage.objects.filter(Q(provider_id__in=names) | Q(key__in=names)):
        known |= {(message.account_id, name): message for name in (message.provider_id, message.key) if name}
    return sum(
        _hear(receipt, known[receipt.account_id, receipt.name])
        for receipt in reversed(waiting)
        if (receipt.account_id, receipt.name) in known
    )


@every("tidy receipts", cron="17 4 * * *")
def tidy_receipts() -> None:
    """Forget what providers said a month ago: what came of it stands with the text."""
    TextReceipt.objects.filter(at__lt=clock.now() - KEPT).delete()


@transaction.atomic
def _hear(receipt: TextReceipt, message: TextMessage) -> int:
    touch = Touch.objects.select_for_update(of=("self",)).get(pk=message.touch_id)
    if touch.state in {State.CLAIMED, State.SENDING}:
        return 0  # its own answer is not written down yet
    if not TextReceipt.objects.filter(pk=receipt.pk, heard_at=None).update(heard_at=clock.now()):
        return 0
    moved = _was_taken(touch, message)
    touch.refresh_from_db()
    if receipt.status == TextMessage.Status.DELIVERED:
        moved += _has_arrived(touch, message)
    elif receipt.status == TextMessage.Status.FAILED:
        moved += _did_not_arrive(touch, receipt.code)
    return moved


def _was_taken(touch: Touch, message: TextMessage) -> int:
    """Of a text of which nobody knew: the provider has it."""
    if touch.state != State.UNKNOWN:
        return 0
    TextMessage.objects.filter(pk=message.pk).update(status=TextMessage.Status.ACCEPTED)
    return record_sent([touch], {})


def _has_arrived(touch: Touch, message: TextMessage) -> int:
    why = _("The provider says that it arrived.")
    moved = move([touch.pk], State.DELIVERED, why=why, only_from=(State.SENT,), **FREE)
    if moved:
        TextMessage.objects.filter(pk=message.pk).update(status=TextMessage.Status.DELIVERED)
    return len(moved)


def _did_not_arrive(touch: Touch, code: str) -> int:
    why = _("The provider says that it did not arrive (%(code)s).") % {"code": code or "-"}
    return int(came_back(touch, why, code, is_gone=code in GONE, only_from=(State.SENT,)))
