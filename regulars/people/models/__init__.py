"""The nouns of this room, one file a topic."""

from .consents import Basis, Channel, Consent, ConsentNow, Purpose
from .households import Household, Organisation
from .knowledge import Note, PersonTag, Preference, Tag
from .merging import Merge, MovedRow
from .occasions import Occasion
from .persons import Kind, LeapDay, Person, PersonKind, PersonQuerySet
from .quiet import Reminder, Silence
from .reach import Email, ErasedAddress, ExternalId, Phone, PostalAddress
from .search import SearchWord
from .timeline import TimelineEntry

__all__ = [
    "Basis",
    "Channel",
    "Consent",
    "ConsentNow",
    "Email",
    "ErasedAddress",
    "ExternalId",
    "Household",
    "Kind",
    "LeapDay",
    "Merge",
    "MovedRow",
    "Note",
    "Occasion",
    "Organisation",
    "Person",
    "PersonKind",
    "PersonQuerySet",
    "PersonTag",
    "Phone",
    "PostalAddress",
    "Preference",
    "Purpose",
    "Reminder",
    "SearchWord",
    "Silence",
    "Tag",
    "TimelineEntry",
]
