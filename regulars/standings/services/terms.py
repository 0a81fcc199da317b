"""What part of what is paid is left to the owner."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.staff.models import User
from regulars.staff.services import note_audit
from regulars.standings.models import Terms
from regulars.standings.services.requesting import request_grading


def margin_percent() -> int | None:
    """Say how many in a hundred of what is paid are left to the owner; none where they did not say. One query."""
    rate = Terms.objects.filter(pk=1).values_list("margin_rate", flat=True).first()
    return None if rate is None else round(rate * 100)


def set_margin(percent: int | None, by: User) -> None:
    """Keep what is left to the owner of a hundred that are paid, and reckon anew where it differs. Safe to repeat.

    None forgets it: figures are then what is paid.
    """
    if percent is not None and not 1 <= percent <= 100:
        raise Refusal(_("Write a number from 1 to 100, or leave it empty."))
    rate = None if percent is None else Decimal(percent) / 100
    differs = Q(margin_rate__isnull=False) if rate is None else Q(margin_rate__isnull=True) | ~Q(margin_rate=rate)
    with transaction.atomic():
        Terms.objects.bulk_create([Terms(pk=1)], ignore_conflicts=True)
        if not Terms.objects.filter(differs, pk=1).update(margin_rate=rate):
            return
        note_audit(
            by, "set_margin", room="standings", kind="terms", object_id=1, text="" if rate is None else f"{percent} %"
        )
        request_grading()
