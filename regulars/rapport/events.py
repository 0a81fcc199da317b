"""What this room tells the rooms above."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EnquiryTaken:
    """Somebody asked for something; `is_new_person` says that they were not in the book before."""

    enquiry_id: int
    person_id: int
    came_by: str
    is_new_person: bool


@dataclass(frozen=True)
class YesAsked:
    """Somebody wrote a yes to offers into a form: it counts once that mailbox or telephone confirms it.

    `letter_id` names the one letter or text this is worth, of this address on this day.
    """

    ask_id: int
    person_id: int
    letter_id: int
