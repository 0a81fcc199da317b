"""The reads of this room."""

from regulars.outreach.queries.facts import FIELDS, LetterField, facts_for
from regulars.outreach.queries.outbox import (
    counts,
    needs_attention,
    open_batches,
    outbox,
    page_of,
    touches_of,
    unasked,
    waiting_to_go,
)
from regulars.outreach.queries.permission import Verdict, may_receive, may_receive_all
from regulars.outreach.queries.wordings import latest, latest_of, own_words_of_mailings, wordings_in_force

__all__ = [
    "FIELDS",
    "LetterField",
    "Verdict",
    "counts",
    "facts_for",
    "latest",
    "latest_of",
    "may_receive",
    "may_receive_all",
    "needs_attention",
    "open_batches",
    "outbox",
    "own_words_of_mailings",
    "page_of",
    "touches_of",
    "unasked",
    "waiting_to_go",
    "wordings_in_force",
]
