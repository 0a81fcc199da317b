"""One card to look at before any is printed: the sheet as it would leave the printer, and no run of it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach.models import Channel, Stationery, Touch
from regulars.outreach.services.drafting import Draft
from regulars.outreach.services.printing.pieces import OnPaper, on_paper, parted
from regulars.outreach.services.printing.sheets import look_now, look_of, made, printer_now, usual_sheet
from regulars.outreach.services.printing.stationery import stationery, usual_printer


def proof(person_id: int | None, draft: Draft) -> bytes:
    """The PDF of one card, to this person or to nobody yet. Writes nothing; refuses words that fit on no card."""
    own = stationery()
    look = look_of(look_now(own), own.front, own.signature, None)
    found = made(usual_sheet(own), [_piece(person_id, draft, own)], look, printer_now(usual_printer()))
    if found is None or not found.pdf:
        raise Refusal(_("These words are too long for a card."))
    return found.pdf


def _piece(person_id: int | None, draft: Draft, own: Stationery) -> OnPaper:
    if person_id is None:
        greeting, words, signed = parted(draft.text)
        language = (draft.language or business().language).split("-")[0]
        return OnPaper(0, (), greeting, words, signed, own.front_words, language=language)
    touch = Touch(pk=0, person_id=person_id, channel=Channel.CARD, body=draft.text)
    return on_paper([touch], own, links=False)[0]
