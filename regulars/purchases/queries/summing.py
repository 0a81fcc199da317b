"""What one person bought, in a line."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit.business import business
from regulars.kit.money import shown
from regulars.purchases.models import PersonTotals


def bought_by(person_id: int) -> list[tuple[str, str]]:
    """Return how often somebody bought, for how much and when last, for whoever compares two entries. One query."""
    totals = PersonTotals.objects.filter(pk=person_id).first()
    if totals is None or not totals.orders or totals.last_bought_on is None:
        return []
    orders = ngettext("%(n)s purchase", "%(n)s purchases", totals.orders) % {"n": totals.orders}
    amount = shown(totals.net_amount, business().currency)
    return [(_("Bought"), f"{orders}, {amount}"), (_("Last here"), date_format(totals.last_bought_on))]
