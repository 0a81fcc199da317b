"""What somebody is worth, as pairs for the panel, and what the estimate rests on."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit.business import business
from regulars.kit.money import roughly, shown
from regulars.standings.models import Basis, Finding, Standing
from regulars.standings.pages import figures
from regulars.standings.words import expects_nobody


def worth(standing: Standing) -> list[tuple[str, str]]:
    """Say what came in so far, exactly, and what the next twelve months may hold, about."""
    if standing.basis == Basis.CONTACT or not standing.buying_days:
        return []
    currency = business().currency
    facts = [(_("So far"), shown(standing.net_amount, currency))] if standing.net_amount else []
    if standing.value_amount is not None:
        about = _("about %(value)s") % {"value": roughly(standing.value_amount, currency)}
        facts.append((_("Next 12 months"), _("nothing") if expects_nobody(standing) else about))
    return facts


def rests_on(standing: Standing, card: Finding | None) -> str:
    """Say what the estimate rests on; nothing where there is none."""
    if standing.value_amount is None or card is None:
        return ""
    return ngettext(
        "Estimated from %(n)d visit, and from how %(people)s came.",
        "Estimated from %(n)d visits, and from how %(people)s came.",
        standing.buying_days,
    ) % {"n": standing.buying_days, "people": figures.people(card.n)}
