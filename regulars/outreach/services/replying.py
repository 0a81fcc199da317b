"""What the owner does with what came in."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach.models import InboundMail, Purpose, Suppression, Touch
from regulars.outreach.services.approving import approve
from regulars.outreach.services.planning import NewTouch, plan_touches
from regulars.outreach.services.suppressing import unsuppress
from regulars.people.models import Email
from regulars.people.services import mark_emails_good
from regulars.staff.models import User
from regulars.staff.services import note_audit


@transaction.atomic
def settle_reply(mail: InboundMail, by: User | None, *, is_answered: bool) -> bool:
    """Note that it is answered, or needs none; False if somebody did already."""
    rows = InboundMail.objects.filter(pk=mail.pk, settled_at=None)
    settled = rows.update(settled_at=clock.now(), settled_by=by, is_answered=is_answered)
    if settled:
        note_audit(by, "settle_reply", room="outreach", kind="mail", object_id=mail.pk, person_id=mail.person_id)
    return bool(settled)


@transaction.atomic
def write_back(mail: InboundMail, subject: str, body: str, by: User | None, *, step: str = "1") -> Touch:
    """Answer a mail: a letter of the ledger to whoever wrote it, in the same thread. Safe to repeat with one `step`.

    The owner's delay runs, so that it can be stopped. Refuses what cannot be a letter, and whom we may not answer.
    """
    if mail.person_id is None or not mail.from_address:
        raise Refusal(_("We do not know who wrote this, so it can only be answered in the mailbox itself."))
    if not body.strip():
        raise Refusal(_("There are no words in it yet."), field="body")
    planned = plan_touches(
        [
            NewTouch(
                person_id=mail.person_id,
                programme="reply",
                occurrence=f"mail-{mail.pk}",
                step=step[:40],
                purpose=Purpose.SERVICE,
                subject=subject or subject_back(mail),
                body=body,
            )
        ]
    )
    touch = Touch.objects.get(pk=planned.ids[0])
    if not planned.new:
        return touch
    Touch.objects.filter(pk=touch.pk).update(answers=mail, is_edited=True)
    said = approve([touch.pk], by, {touch.pk: touch.draft_hash})
    if touch.pk in said.refused:
        raise Refusal(said.refused[touch.pk])
    settle_reply(mail, by, is_answered=True)
    touch.refresh_from_db()
    return touch


def subject_back(mail: InboundMail) -> str:
    """The subject of an answer: once "Re:", in front of theirs."""
    theirs = " ".join(mail.subject.split())[:290]
    return theirs if theirs.lower().startswith(("re:", "aw:", "sv:", "rv:")) else f"Re: {theirs}".strip()


@transaction.atomic
def reopen_reply(mail: InboundMail, by: User | None) -> bool:
    """Take it up again; False if it was open."""
    rows = InboundMail.objects.filter(pk=mail.pk, settled_at__isnull=False)
    return bool(rows.update(settled_at=None, settled_by=None, is_answered=False))


@transaction.atomic
def trust_address_again(mail: InboundMail, by: User | None) -> int:
    """Undo what a bounce has done: the address is written to again. Returns how many suppressions ended."""
    reasons = (Suppression.Reason.HARD_BOUNCE, Suppression.Reason.SOFT_BOUNCES)
    undone = 0
    for bounce in mail.bounces.select_related("touch"):
        if bounce.touch is None or not bounce.touch.to_address:
            continue
        undone += unsuppress(bounce.touch.to_address, by=by, reasons=reasons)
        bad = Email.objects.filter(person_id=bounce.touch.person_id, is_bad=True)
        mark_emails_good([row.pk for row in bad if row.normalised == bounce.touch.to_address.lower()])
    if undone:
        note_audit(by, "trust_address", room="outreach", kind="mail", object_id=mail.pk, person_id=mail.person_id)
    return undone
