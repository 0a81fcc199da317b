"""The verbs of this room: the only code that writes its tables."""

from .acts import begin_act, begin_joining, begin_undoing, carry_out, undo_act
from .adding import add_person, cash_customer
from .changing import ChangedMeanwhile, change_person
from .consents import record_consent, withdraw_consent
from .erasing import erase_person, preview_erasure
from .first_people import FirstPeople, are_news, first_people, write_first_people
from .knowledge import add_note, add_tag, remove_tag, set_kinds, set_preferences, set_tags
from .leaving import export_person
from .matching import hold_the_book, known_as
from .merging import merge, unmerge
from .newcomers import Draft, NewAddress, NewConsent, NewOccasion, NewPerson, RecordedPeople, prepared
from .occasions import add_occasion, celebrate, keep_leap_day
from .pairs import ask_again, ask_later, join_pair, keep_apart
from .quiet import (
    drop_reminder,
    finish_reminder,
    lift_silence,
    quiet_until,
    remind,
    reopen_reminder,
    silence,
    snooze_reminder,
)
from .reaching import mark_places_good, mark_places_old, readable_email, readable_phone
from .recording import record_people, record_prepared
from .removals import forget_removals, put_back_removed, remove_note, remove_occasion
from .satellites import tag_word
from .senders import link_sender
from .slips import Slip, enter_slip
from .stating import state_consent, take_statement_back
from .taking_back import (
    mark_emails_bad,
    mark_emails_good,
    mark_numbers_bad,
    mark_phones_bad,
    remove_people,
    unlearn,
)
from .timeline import NewEntry, remove_from_timeline, write_timeline
from .together import (
    change_household,
    leave_household,
    leave_organisation,
    live_together,
    make_household,
    make_organisation,
    rename_organisation,
)

__all__ = [
    "ChangedMeanwhile",
    "Draft",
    "FirstPeople",
    "NewAddress",
    "NewConsent",
    "NewEntry",
    "NewOccasion",
    "NewPerson",
    "RecordedPeople",
    "Slip",
    "add_note",
    "add_occasion",
    "add_person",
    "add_tag",
    "are_news",
    "ask_again",
    "ask_later",
    "begin_act",
    "begin_joining",
    "begin_undoing",
    "carry_out",
    "cash_customer",
    "celebrate",
    "change_household",
    "change_person",
    "drop_reminder",
    "enter_slip",
    "erase_person",
    "export_person",
    "finish_reminder",
    "first_people",
    "forget_removals",
    "hold_the_book",
    "join_pair",
    "keep_apart",
    "keep_leap_day",
    "known_as",
    "leave_household",
    "leave_organisation",
    "lift_silence",
    "link_sender",
    "live_together",
    "make_household",
    "make_organisation",
    "mark_emails_bad",
    "mark_emails_good",
    "mark_numbers_bad",
    "mark_phones_bad",
    "mark_places_good",
    "mark_places_old",
    "merge",
    "prepared",
    "preview_erasure",
    "put_back_removed",
    "quiet_until",
    "readable_email",
    "readable_phone",
    "record_consent",
    "record_people",
    "record_prepared",
    "remind",
    "remove_from_timeline",
    "remove_note",
    "remove_occasion",
    "remove_people",
    "remove_tag",
    "rename_organisation",
    "reopen_reminder",
    "set_kinds",
    "set_preferences",
    "set_tags",
    "silence",
    "snooze_reminder",
    "state_consent",
    "tag_word",
    "take_statement_back",
    "undo_act",
    "unlearn",
    "unmerge",
    "withdraw_consent",
    "write_first_people",
    "write_timeline",
]
