"""The reads of this room, one file a topic."""

from .callers import callers_found
from .encounters import LastContact, encounters_of, last_contacts, logged, open_complaints, unanswered
from .enquiries import enquiries_in, enquiries_of, hopes_kept, to_compare, waiting_enquiries, waiting_now

__all__ = [
    "LastContact",
    "callers_found",
    "encounters_of",
    "enquiries_in",
    "enquiries_of",
    "hopes_kept",
    "last_contacts",
    "logged",
    "open_complaints",
    "to_compare",
    "unanswered",
    "waiting_enquiries",
    "waiting_now",
]
