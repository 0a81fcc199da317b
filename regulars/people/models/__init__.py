"""The nouns of this room, one file a topic."""

from .acts import BulkAct, BulkActRow
from .consents import Basis, Channel, Consent, ConsentNow, Purpose
from .households import Household, Organisation
from .knowledge import Note, PersonTag, Preference, Tag
from .merging import Merge, MovedRow
from .occasions import Occasion
from .persons import Kind, LeapDay, Person, PersonKind, PersonQuerySet, ReachBy
from .quiet import Reminder, Silence
from .reach import Email, ErasedAddress, Erasure, ExternalId, Phone, PostalAddress
from .removals import Removal
from .search import SearchWord
from .statements import Statement
from .timeline import TimelineEntry
from .twins import Pair, Search

__all__ = [
    "Basis",
    "BulkAct",
    "BulkActRow",
    "Channel",
    "Consent",
    "ConsentNow",
    "Email",
    "ErasedAddress",
    "Erasure",
    "ExternalId",
    "Household",
    "Kind",
    "LeapDay",
    "Merge",
    "MovedRow",
    "Note",
    "Occasion",
    "Organisation",
    "Pair",
    "Person",
    "PersonKind",
    "PersonQuerySet",
    "PersonTag",
    "Phone",
    "PostalAddress",
    "Preference",
    "Purpose",
    "ReachBy",
    "Reminder",
    "Removal",
    "Search",
    "SearchWord",
    "Silence",
    "Statement",
    "Tag",
    "TimelineEntry",
]
