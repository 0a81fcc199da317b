"""How long each way of reaching somebody takes, what it costs and what it is called."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from regulars.kit.business import business
from regulars.people.models import Email
from regulars.today.acquaintance import CALL, CARD, EMAIL

MINUTES = {"email": Decimal("0.5"), "card": Decimal(3), "call": Decimal(5), "in_person": Decimal(1)}


def cost_of(way: str) -> Decimal:
    """What the way costs in business currency: a card its postage, as the owner told it; the rest nothing."""
    return business().postage_amount if way == CARD else Decimal(0)


def way_in_words(way: str, *, thanks: bool = False) -> str:
    if thanks:
        words = {
            EMAIL: _("thank-you by e-mail"),
            CARD: _("thank-you card, by hand"),
            CALL: _("a call to say thank you"),
        }
        return words.get(way, _("say thank you next time they come in"))
    words = {EMAIL: _("a letter by e-mail"), CARD: _("a card, by hand"), CALL: _("a call")}
    return words.get(way, _("a word next time they come in"))


def day_in_words(day: date) -> str:
    """A day as a person says it: without the year, which every reader of a line knows."""
    return formats.date_format(day, "MONTH_DAY_FORMAT")


def addresses_of(person_ids: Collection[int]) -> dict[int, str]:
    """Where to write to these people, the address they prefer. One query."""
    rows = Email.objects.filter(person_id__in=person_ids, is_bad=False).order_by("person_id", "is_primary", "-pk")
    return dict(rows.values_list("person_id", "address"))
