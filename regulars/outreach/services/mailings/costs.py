"""What a message costs in money, by the way it goes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from regulars.outreach.channels import means_of
from regulars.outreach.channels.text.prices import cost_of as cost_of_text
from regulars.outreach.channels.text.segments import measure
from regulars.outreach.models import Channel, TextAccount
from regulars.outreach.queries.reach import mobiles_of
from regulars.outreach.services.printing.stationery import stationery


def minutes_of(channel: str) -> float:
    """The owner's minutes for one of them: none where the machine sends it."""
    return 0 if goes_by_itself(channel) else means_of(channel).minutes


def goes_by_itself(channel: str) -> bool:
    """Does the machine send it? Texts where a provider is connected. One query, and only for texts."""
    return channel == Channel.EMAIL or (channel == Channel.TEXT and TextAccount.objects.filter(is_active=True).exists())


def costs_of(channel: str, texts: Mapping[int, str]) -> dict[int, Decimal]:
    """Of each person's message, in the currency of the business. A letter by e-mail costs nothing. Two queries."""
    if channel in {Channel.CARD, Channel.LETTER}:
        return dict.fromkeys(texts, stationery().card_amount)
    account = TextAccount.objects.filter(is_active=True).only("prices").first() if channel == Channel.TEXT else None
    if account is None or not account.prices:
        return dict.fromkeys(texts, Decimal(0))
    numbers = mobiles_of(texts)
    return {
        person_id: cost_of_text(account.prices, numbers.get(person_id, ""), measure(text).segments)
        for person_id, text in texts.items()
    }
