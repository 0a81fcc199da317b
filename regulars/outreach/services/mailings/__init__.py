"""Mailings: one message to many, from whom it is for to what came of it."""

from regulars.outreach.services.mailings.calling import call_candidates, call_instead
from regulars.outreach.services.mailings.composing import NewMailing, Pasted, change_mailing, make_mailing, read_pasted
from regulars.outreach.services.mailings.gathering import gather, gather_mailing
from regulars.outreach.services.mailings.going import (
    begin_mailing,
    carry_on_mailing,
    send_sample,
    stop_mailing,
)
from regulars.outreach.services.mailings.own_words import OwnWords, own_words
from regulars.outreach.services.mailings.tallying import is_large, tally_due, tally_mailing

__all__ = [
    "NewMailing",
    "OwnWords",
    "Pasted",
    "begin_mailing",
    "call_candidates",
    "call_instead",
    "carry_on_mailing",
    "change_mailing",
    "gather",
    "gather_mailing",
    "is_large",
    "make_mailing",
    "own_words",
    "read_pasted",
    "send_sample",
    "stop_mailing",
    "tally_due",
    "tally_mailing",
]
