"""Somebody asks not to be written to: it counts from this moment, for everything not yet on its way."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.errors import Refusal
from regulars.outreach.events import PersonLeft
from regulars.outreach.models import OPEN, Channel, Purpose, State, Suppression, Touch
from regulars.outreach.queries.permission_reads import ASKING
from regulars.outreach.services.moves import move
from regulars.outreach.services.suppressing import suppress, unsuppress
from regulars.outreach.services.telling import tell_they_left
from regulars.people.addresses import normalised_email
from regulars.people.models import Consent, Email
from regulars.people.services import record_consent, withdraw_consent
from regulars.rapport.services import forget_asks_of
from regulars.staff.models import User

MARKETING = Suppression.Scope.MARKETING
EVERYTHING = Suppression.Scope.EVERYTHING
WITHDRAWN: dict[str, tuple[str, ...]] = {
    MARKETING: ("marketing", "feedback"),
    EVERYTHING: ("marketing", "feedback", "care"),
}


@transaction.atomic
def leave(person_id: int, *, scope: str = MARKETING, source: str, by: User | None = None, wording: str = "") -> None:
    """Stop offers, or everything but what is strictly about a purchase. Safe to repeat.

    The consent is withdrawn as a new row of evidence, every address of theirs is suppressed (as a keyed hash, so that
    it outlives an erasure), and what was planned is closed, also what a worker has just claimed.
    """
    if scope not in WITHDRAWN:
        raise Refusal(_("Please choose what should stop."), field="scope")
    unsaid = [purpose for purpose in WITHDRAWN[scope] if not _has_said_so(person_id, purpose, source)]
    for purpose in unsaid:
        withdraw_consent([person_id], "email", purpose, source=source[:60], wording=wording, by=by, at=clock.now())
    if unsaid:
        tell_they_left([person_id], Channel.EMAIL, has_left_wholly=scope == EVERYTHING)
    for address in Email.objects.filter(person_id=person_id, normalised__contains="@").values_list(
        "normalised", flat=True
    ):
        suppress(address, Suppression.Reason.LEFT, scope=scope, source=source, by=by)
    _close_open(person_id, scope, by)
    forget_asks_of([person_id])
    bulletin.post(PersonLeft(person_id, scope))


def _has_said_so(person_id: int, purpose: str, source: str) -> bool:
    """Is the same "no", from the same place, the last word already? Mail programs press twice."""
    said = Consent.objects.filter(person_id=person_id, channel=Channel.EMAIL, purpose=purpose)
    last = said.order_by("-counts_from", "is_given", "-pk").values_list("is_given", "source").first()
    return last == (False, source[:60])


def _close_open(person_id: int, scope: str, by: User | None) -> None:
    rows = Touch.objects.filter(person_id=person_id, channel=Channel.EMAIL, state__in=OPEN)
    rows = rows.filter(purpose__in=ASKING) if scope == MARKETING else rows.exclude(purpose=Purpose.SERVICE)
    ids = list(rows.values_list("pk", flat=True))
    move(
        ids,
        State.SUPPRESSED,
        by=by,
        why=_("Asked not to be written to."),
        only_from=OPEN,
        lease_until=None,
        leased_by="",
    )


@transaction.atomic
def leave_by_address(address: str, *, scope: str = EVERYTHING, source: str, by: User | None = None) -> int:
    """Stop writing to an address, whoever it belongs to (somebody answered STOP); returns how many people have it."""
    normalised = normalised_email(address)
    if not normalised:
        raise Refusal(_("This does not look like an e-mail address."), field="address")
    people = list(Email.objects.filter(normalised=normalised).values_list("person_id", flat=True).distinct())
    for person_id in people:
        leave(person_id, scope=scope, source=source, by=by)
    suppress(normalised, Suppression.Reason.LEFT, scope=scope, source=source, by=by)
    return len(people)


@transaction.atomic
def come_back(
    person_id: int, *, source: str, purposes: tuple[str, ...] = ("care",), wording: str = "", by: User | None = None
) -> None:
    """Somebody wants to hear from us again: said by themselves, so that it counts as consent."""
    for address in Email.objects.filter(person_id=person_id, normalised__contains="@").values_list(
        "normalised", flat=True
    ):
        unsuppress(address, by=by, reasons=(Suppression.Reason.LEFT,))
    for purpose in purposes:
        record_consent([person_id], "email", purpose, source=source[:60], wording=wording, by=by, at=clock.now())
