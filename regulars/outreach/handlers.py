"""News from below."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.kit.bulletin import hears
from regulars.outreach.services.confirming import ask_mailboxes
from regulars.rapport.events import YesAsked


@hears(YesAsked, name="outreach.ask_mailboxes")
def ask_whether_it_was_theirs(events: Sequence[YesAsked]) -> None:
    """Send the letter that has a yes to offers confirmed."""
    ask_mailboxes([(event.ask_id, event.letter_id) for event in events])
