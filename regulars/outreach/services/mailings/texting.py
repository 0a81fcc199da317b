"""The text message beside the words of a mailing: for those whom these words cannot reach."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach.models import Channel, Purpose, Wording
from regulars.outreach.queries.wordings import latest
from regulars.outreach.services.planning import effective_purpose
from regulars.outreach.services.wordings import save_wording
from regulars.staff.models import User

ENDING = "-as-text"


def text_key(key: str) -> str:
    """Where the text message of these words is kept."""
    return f"{key[: 60 - len(ENDING)]}{ENDING}"


def kept_text(key: str) -> str:
    """The text message that these words have already, or nothing. One query."""
    row = Wording.objects.filter(key=text_key(key), channel=Channel.TEXT).select_related("latest").first()
    return row.latest.body if row is not None and row.latest is not None else ""


def keep_text(key: str, words: str, by: User | None) -> str:
    """Keep a text message beside words that go another way; returns its key. The same once more changes nothing."""
    main = latest(key).wording
    if main.channel == Channel.TEXT:
        raise Refusal(_("These words are a text message already."), field="text_words")
    if effective_purpose(main.purpose, main.has_offer) == Purpose.MARKETING and "stop" not in words.lower():
        raise Refusal(_("An offer by text says how to end them: add “STOP ends these texts.”"), field="text_words")
    try:
        save_wording(
            text_key(key),
            name=main.name,
            subject="",
            body=words,
            by=by,
            purpose=main.purpose,
            has_offer=main.has_offer,
            channel=Channel.TEXT,
        )
    except Refusal as refusal:
        raise Refusal(refusal.sentence, field="text_words") from refusal
    return text_key(key)
