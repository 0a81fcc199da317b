"""What an order was, in a few words: for lists, the timeline and letters."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit.business import business
from regulars.kit.money import shown


def what(names: Sequence[str]) -> str:
    """The first two things by name and how many more; "" when the source said nothing."""
    known = [name for name in names if name]
    if len(known) <= 2:
        return _(" and ").join(known)
    rest = len(known) - 2
    more = ngettext("%(first)s, %(second)s and %(rest)d more", "%(first)s, %(second)s and %(rest)d more", rest)
    return more % {"first": known[0], "second": known[1], "rest": rest}


def sentence(names: Sequence[str], paid: Decimal, refunded: Decimal, *, is_cancelled: bool) -> str:
    """One order as the timeline tells it, such as "Bought a silver chain, 84.00"."""
    goods = what(names) or _("something")
    words = {"goods": goods, "paid": _plain(paid), "refunded": _plain(refunded)}
    if is_cancelled:
        return _("Ordered %(goods)s, %(paid)s; cancelled") % words
    if refunded and refunded >= paid:
        return _("Bought %(goods)s, %(paid)s; all of it paid back") % words
    if refunded:
        return _("Bought %(goods)s, %(paid)s; %(refunded)s paid back") % words
    return _("Bought %(goods)s, %(paid)s") % words


def _plain(amount: Decimal) -> str:
    return shown(amount, business().currency, with_currency=False)
