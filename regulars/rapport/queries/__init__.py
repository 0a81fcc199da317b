"""The reads of this room, one file a topic."""

from .asked_yes import asked_yes_of, how_many_wait, unconfirmed, waiting_for_a_yes
from .belongings import services_due, things_of, warranties_ending
from .callers import callers_found
from .dues import Between, between, owed_due
from .encounters import LastContact, encounters_of, last_contacts, logged, open_complaints, unanswered
from .enquiries import (
    enquiries_in,
    enquiries_of,
    hopes_kept,
    late_before,
    to_compare,
    waiting_enquiries,
    waiting_now,
    waiting_since,
)
from .life import events_of, open_events
from .others import Other, OthersPage, kinds_in_use, others
from .saying import LastVisit, Say, what_to_say
from .ties import Contact, Unspoken, contacts_of, rhythms, tie_of, unspoken

__all__ = [
    "Between",
    "Contact",
    "LastContact",
    "LastVisit",
    "Other",
    "OthersPage",
    "Say",
    "Unspoken",
    "asked_yes_of",
    "between",
    "callers_found",
    "contacts_of",
    "encounters_of",
    "enquiries_in",
    "enquiries_of",
    "events_of",
    "hopes_kept",
    "how_many_wait",
    "kinds_in_use",
    "last_contacts",
    "late_before",
    "logged",
    "open_complaints",
    "open_events",
    "others",
    "owed_due",
    "rhythms",
    "services_due",
    "things_of",
    "tie_of",
    "to_compare",
    "unanswered",
    "unconfirmed",
    "unspoken",
    "waiting_enquiries",
    "waiting_for_a_yes",
    "waiting_now",
    "waiting_since",
    "warranties_ending",
    "what_to_say",
]
