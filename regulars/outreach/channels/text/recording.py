"""Write down what came of each text, a whole round of answers in one transaction."""

from __future__ import annotations

import random as chance
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.outreach.channels.text.adapters import Answer
from regulars.outreach.channels.text.leaving import leave_by_number
from regulars.outreach.events import TouchBounced, TouchFailed
from regulars.outreach.models import Channel, State, Suppression, TextMessage, Touch
from regulars.outreach.services.moves import FREE, move
from regulars.outreach.services.recording import MOST_TRIES, RETRY_FIRST, record_sent
from regulars.outreach.services.suppressing import suppress
from regulars.people.services import mark_numbers_bad

Answers = Mapping[int, Answer]


@transaction.atomic
def record(rows: Sequence[Touch], answers: Answers) -> None:
    """Write the outcome of each text; one recipient's refusal never touches another's."""
    sent = [row for row in rows if answers[row.pk].kind == "sent"]
    if sent:
        theirs = Case(*(When(touch=row.pk, then=Value(answers[row.pk].provider_id)) for row in sent))
        messages = TextMessage.objects.filter(touch__in=[row.pk for row in sent])
        messages.update(provider_id=theirs, status=TextMessage.Status.ACCEPTED)
    record_sent(sent, {})
    for row in rows:
        answer = answers[row.pk]
        if answer.kind != "sent":
            RECORDERS[answer.kind](row, answer)


def _evidence(row: Touch, answer: Answer) -> dict[str, object]:
    return {**row.evidence, "stage": answer.stage, "said": answer.said[:280]}


def _later(row: Touch, answer: Answer) -> None:
    """They said "not now", or could not be reached before they had all of it: again, each time later."""
    tries = row.tries + 1
    if tries >= MOST_TRIES:
        why = _("Tried %(n)d times. The provider said: %(said)s") % {"n": tries, "said": answer.said}
        _failed(row, answer, why)
        return
    wait = RETRY_FIRST * 3 ** (tries - 1) * chance.uniform(0.8, 1.2)
    fields: dict[str, Any] = {"tries": tries, "due_at": clock.now() + wait, "evidence": _evidence(row, answer), **FREE}
    move([row.pk], State.APPROVED, why=answer.said, only_from=(State.SENDING,), **fields)


def _refused(row: Touch, answer: Answer) -> None:
    _failed(row, answer, answer.said)


def _failed(row: Touch, answer: Answer, why: str) -> None:
    fields: dict[str, Any] = {"evidence": _evidence(row, answer), "tries": row.tries + 1, **FREE}
    TextMessage.objects.filter(touch=row.pk).update(status=TextMessage.Status.FAILED, code=answer.code[:40])
    if move([row.pk], State.FAILED, why=why, only_from=(State.SENDING, State.UNKNOWN), **fields):
        bulletin.post(TouchFailed((row.pk,), (row.person_id,)))


def _no_such_number(row: Touch, answer: Answer) -> None:
    fields: dict[str, Any] = {"evidence": _evidence(row, answer), **FREE}
    came_back(row, answer.said, answer.code, is_gone=True, only_from=(State.SENDING, State.UNKNOWN), **fields)


def came_back(row: Touch, why: str, code: str, *, is_gone: bool, only_from: tuple[str, ...], **fields: Any) -> bool:
    """A text that did not arrive; a number that is gone is written to no more, whoever has it. Safe to repeat."""
    if not move([row.pk], State.BOUNCED, why=why, only_from=only_from, **fields):
        return False
    TextMessage.objects.filter(touch=row.pk).update(status=TextMessage.Status.FAILED, code=code[:40])
    if is_gone:
        suppress(row.to_address, Suppression.Reason.HARD_BOUNCE, channel=Channel.TEXT, source=f"touch {row.pk}")
        mark_numbers_bad([row.to_address])
        bulletin.post(TouchBounced((row.pk,), (row.person_id,)))
    return True


def _left(row: Touch, answer: Answer) -> None:
    """The provider knows that they answered STOP: so do we now."""
    _failed(row, answer, _("Asked not to be written to."))
    leave_by_number(row.to_address, source="answered STOP at the provider")


def _unknown(row: Touch, answer: Answer) -> None:
    why = _("The text was handed over, but the provider did not answer any more.")
    move([row.pk], State.UNKNOWN, why=why, only_from=(State.SENDING,), evidence=_evidence(row, answer), **FREE)


def _account(row: Touch, answer: Answer) -> None:
    """The fault is the account's, not the text's: it waits where it was."""
    why = _("The provider did not let us in: %(said)s") % {"said": answer.said[:200]}
    move([row.pk], State.APPROVED, why=why, only_from=(State.SENDING,), evidence=_evidence(row, answer), **FREE)


RECORDERS = {
    "later": _later,
    "refused": _refused,
    "no_such_number": _no_such_number,
    "left": _left,
    "unknown": _unknown,
    "account": _account,
}
