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
from .callers import Caller, link_sender, recognise
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
from .logging import NewEncounter, answer_encounter, log_encounter, resolve_complaint
from .winning import live_askers, unwin_enquiries, win_enquiries

__all__ = [
    "Asked",
    "Caller",
    "NewEncounter",
    "NewEnquiry",
    "TooMany",
    "answer_encounter",
    "answer_enquiry",
    "asking_page",
    "change_page",
    "compare_expectations",
    "consent_wording",
    "link_sender",
    "live_askers",
    "log_encounter",
    "lose_enquiry",
    "page_at",
    "park_enquiry",
    "recognise",
    "renew_address",
    "reopen_enquiry",
    "resolve_complaint",
    "set_next_step",
    "set_wording",
    "switch_off",
    "switch_on",
    "take_enquiry",
    "take_from_page",
    "unwin_enquiries",
    "win_enquiries",
    "win_enquiry",
]
