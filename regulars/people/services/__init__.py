"""The verbs of this room: the only code that writes its tables."""

from .consents import record_consent, withdraw_consent
from .newcomers import NewAddress, NewConsent, NewPerson, RecordedPeople
from .recording import record_people

__all__ = [
    "NewAddress",
    "NewConsent",
    "NewPerson",
    "RecordedPeople",
    "record_consent",
    "record_people",
    "withdraw_consent",
]
