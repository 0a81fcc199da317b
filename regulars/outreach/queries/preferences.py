"""What somebody gets from us by e-mail, for their own page."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.outreach.models import Suppression
from regulars.outreach.queries.permission_reads import address_hash
from regulars.people.models import Email
from regulars.people.queries import consent_state


@dataclass(frozen=True)
class Gets:
    care: bool
    marketing: bool


def what_they_get(person_id: int) -> Gets:
    """Say which kinds of letters they have not refused. Four queries."""
    addresses = Email.objects.filter(person_id=person_id, normalised__contains="@").values_list("normalised", flat=True)
    hashes = [address_hash(address) for address in addresses]
    scopes = set(Suppression.objects.filter(address_hash__in=hashes, undone_at=None).values_list("scope", flat=True))
    care = consent_state([person_id], "email", "care")[person_id]
    marketing = consent_state([person_id], "email", "marketing")[person_id]
    gets_care = not care.is_objected and Suppression.Scope.EVERYTHING not in scopes
    return Gets(gets_care, gets_care and marketing.is_given and Suppression.Scope.MARKETING not in scopes)
