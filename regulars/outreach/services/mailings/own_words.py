"""Words of a mailing's own, beside those it was written with: a text message, a card, in every language of the house.

They belong to this mailing alone: what another one says by text or card is that one's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach.models import Channel, Mailing, Wording
from regulars.outreach.queries.variants import other_languages, variants_of
from regulars.outreach.queries.wordings import latest
from regulars.outreach.services.wordings import drop_variant, save_wording
from regulars.staff.models import User

OWN: dict[str, str] = {Channel.TEXT: "text_wording", Channel.CARD: "card_wording"}
FIELD: dict[str, str] = {Channel.TEXT: "text_words", Channel.CARD: "card_words"}
BY_POST = (Channel.CARD, Channel.LETTER)


@dataclass(frozen=True)
class OwnWords:
    """The words in the language of the business, and in others by their codes."""

    words: str = ""
    others: Mapping[str, str] = field(default_factory=dict)


def own_words(mailing: Mailing, channel: str) -> OwnWords:
    """What a mailing says this way, as it stands; nothing where it does not go this way. Two queries."""
    key = getattr(mailing, OWN[channel])
    if not key:
        return OwnWords()
    version = latest(key)
    known = variants_of(version)
    others = {code: one.body for code, one in known.by_language.items() if code != known.main}
    return OwnWords(version.body, others)


def keep_own(mailing: Mailing, channel: str, said: OwnWords, by: User | None) -> str:
    """Keep these words for this mailing; returns their key, or nothing where there are none.

    The same once more changes nothing; a language without words is put away.
    """
    others = {code: said.others.get(code, "").strip() for code in other_languages()}
    if not said.words.strip():
        if any(others.values()):
            raise Refusal(_("Write it in your own language first."), field=FIELD[channel])
        return ""
    main = latest(mailing.wording).wording
    _refuse_same_way(main, channel)
    key = f"_mailing-{mailing.pk}-{channel}"
    settings: dict[str, Any] = {
        "purpose": main.purpose,
        "has_offer": main.has_offer,
        "channel": channel,
        "name": mailing.name,
    }
    with _at_its_field(FIELD[channel]):
        wording = save_wording(key, subject="", body=said.words, by=by, **settings).wording
    Wording.objects.filter(pk=wording.pk).update(mailing=mailing)
    for code, words in others.items():
        if not words:
            drop_variant(wording, code, by)
            continue
        with _at_its_field(f"{FIELD[channel]}_{code}"):
            save_wording(key, subject="", body=words, by=by, language=code)
    return key


def _refuse_same_way(main: Wording, channel: str) -> None:
    if channel == Channel.TEXT and main.channel == Channel.TEXT:
        raise Refusal(_("These words are a text message already."), field=FIELD[channel])
    if channel == Channel.CARD and main.channel in BY_POST:
        raise Refusal(_("These words go by post already."), field=FIELD[channel])


@contextmanager
def _at_its_field(name: str) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise Refusal(refusal.sentence, field=name) from refusal
