"""The reads of this room."""

from .changed import who_changed
from .consents import ConsentState, consent_state, consent_states, silenced, silenced_for
from .lists import Filter, Page, people_list
from .occasions import OBSERVED, ObservedDay, coming_up, observed, occasion_rows, occasions_between, within_years
from .persons import has_people, known_as, likely_same, reminders_due
from .search import Found, find_people, search

__all__ = [
    "OBSERVED",
    "ConsentState",
    "Filter",
    "Found",
    "ObservedDay",
    "Page",
    "coming_up",
    "consent_state",
    "consent_states",
    "find_people",
    "has_people",
    "known_as",
    "likely_same",
    "observed",
    "occasion_rows",
    "occasions_between",
    "people_list",
    "reminders_due",
    "search",
    "silenced",
    "silenced_for",
    "who_changed",
    "within_years",
]
