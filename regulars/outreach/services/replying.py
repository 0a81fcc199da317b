"""What the owner does with what came in."""

from __future__ import annotations

from django.db import transaction

from regulars.kit import clock
from regulars.outreach.models import InboundMail, Suppression
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
