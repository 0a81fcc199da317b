"""Which conversation a letter belongs to: whom it answers, and the names of the mails before it."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.outreach.models import InboundMail, Touch

LONGEST_CHAIN = 10


def addresses_answered(rows: Sequence[Touch]) -> dict[int, str]:
    """Where an answer goes: to the address that asked. No query where nothing is answered, else one."""
    asked = {row.pk: row.answers_id for row in rows if row.answers_id}
    if not asked:
        return {}
    known = dict(InboundMail.objects.filter(pk__in=asked.values()).values_list("pk", "from_address"))
    return {pk: known.get(mail_id, "") for pk, mail_id in asked.items()}


def threads_of(rows: Sequence[Touch]) -> dict[int, tuple[str, ...]]:
    """The names of the mails before each answer, the oldest first: the last one is what it answers."""
    return {row.pk: chain_of(row.answers_id) for row in rows if row.answers_id}


def chain_of(mail_id: int | None) -> tuple[str, ...]:
    """Walk back from a mail to the letter it answered, to the mail that one answered, and so on. A query a step."""
    names: list[str] = []
    while mail_id is not None and len(names) < LONGEST_CHAIN:
        mail = InboundMail.objects.select_related("touch").filter(pk=mail_id).first()
        if mail is None:
            break
        names += [mail.message_id, mail.touch.message_id if mail.touch else ""]
        mail_id = mail.touch.answers_id if mail.touch else None
    return tuple(reversed([name for name in names if name]))
