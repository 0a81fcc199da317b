"""Who sent somebody: written down once, the first answer stays."""

from __future__ import annotations

from regulars.people.models import Person
from regulars.people.queries.persons import sender_named
from regulars.people.services.changing import change_person
from regulars.staff.models import User


def link_sender(person: Person, sent_by: str, by: User | None, *, sender_id: int | None = None) -> Person | None:
    """Write down who sent somebody, unless that is known. Words that mean one person of the book are linked.

    Returns the sender, if they are in the book. Words that were written without a link are tried again.
    """
    words = " ".join(sent_by.split())[:200]
    said_before = person.referred_by_text
    if person.referred_by_id or not (words or sender_id) or (said_before and said_before != words):
        return None
    if sender_id is not None:
        sender = Person.objects.gradable().filter(pk=sender_id).exclude(pk=person.pk).first()
    else:
        sender = sender_named(words, person)
    if sender is None and said_before:
        return None
    changes = {"referred_by_text": words or str(sender or ""), "referred_by_id": sender.pk if sender else None}
    change_person(person, changes=changes, by=by)
    return sender
