"""The verbs of this room, one file a topic: the only code that writes its tables."""

from .asking import (
    Asked,
    TooMany,
    asking_page,
    change_page,
    consent_wording,
    page_at,
    renew_address,
    set_wording,
    switch_off,
    switch_on,
    take_from_page,
)
from .belongings import add_belonging, change_belonging, have_back, part_with, record_service
from .callers import Caller, recognise
from .dues import forget_owed, owe, reopen, settle
from .enquiries import (
    NewEnquiry,
    answer_enquiry,
    compare_expectations,
    lose_enquiry,
    park_enquiry,
    reopen_enquiry,
    set_next_step,
    take_enquiry,
    win_enquiry,
)
from .life import NewEvent, answer_event, keep_address, record_event, remove_event
from .logging import NewEncounter, answer_encounter, log_encounter, resolve_complaint
from .ties import note_contact, rest, set_kind_rhythm, set_rhythm
from .winning import live_askers, unwin_enquiries, win_enquiries

__all__ = [
    "Asked",
    "Caller",
    "NewEncounter",
    "NewEnquiry",
    "NewEvent",
    "TooMany",
    "add_belonging",
    "answer_encounter",
    "answer_enquiry",
    "answer_event",
    "asking_page",
    "change_belonging",
    "change_page",
    "compare_expectations",
    "consent_wording",
    "forget_owed",
    "have_back",
    "keep_address",
    "live_askers",
    "log_encounter",
    "lose_enquiry",
    "note_contact",
    "owe",
    "page_at",
    "park_enquiry",
    "part_with",
    "recognise",
    "record_event",
    "record_service",
    "remove_event",
    "renew_address",
    "reopen",
    "reopen_enquiry",
    "resolve_complaint",
    "rest",
    "set_kind_rhythm",
    "set_next_step",
    "set_rhythm",
    "set_wording",
    "settle",
    "switch_off",
    "switch_on",
    "take_enquiry",
    "take_from_page",
    "unwin_enquiries",
    "win_enquiries",
    "win_enquiry",
]
