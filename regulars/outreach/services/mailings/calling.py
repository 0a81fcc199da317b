"""Call these instead? A few of those it would go to mean more to the shop than a letter says."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from regulars.kit import clock
from regulars.outreach.channels import means_of
from regulars.outreach.models import Channel, Mailing, Purpose, Recipient
from regulars.outreach.queries.permission import may_receive
from regulars.outreach.queries.wordings import latest
from regulars.outreach.services.mailings.costs import minutes_of
from regulars.people.bulk import among
from regulars.people.models import Phone
from regulars.purchases.models import PersonTotals
from regulars.staff.models import User
from regulars.staff.services import note_audit

Way = Recipient.Way
MOST = 8
LOOKED_AT = 60
# Fewer are taken by their numbers; more are met soon enough on the way down the list of who spent most.
LISTED = 5000
REGULAR_DAYS = 3


def call_candidates(mailing: Mailing) -> list[PersonTotals]:
    """The regulars of a mailing who have spent most and may be rung up: at most eight. A dozen queries."""
    rows = Recipient.objects.filter(mailing=mailing, edition=mailing.edition)
    first = rows.filter(way=Way.FIRST)
    is_small = mailing.found.get("ways", {}).get(Way.FIRST, 0) <= LISTED
    among_them = (
        Q(person__in=among(first.values_list("person_id", flat=True)))
        if is_small
        else Q(Exists(first.filter(person=OuterRef("person_id"))))
    )
    totals = (
        PersonTotals.objects.filter(among_them, buying_days__gte=REGULAR_DAYS)
        .filter(Exists(Phone.objects.filter(person=OuterRef("person_id"), is_bad=False)))
        .select_related("person")
        .order_by("-net_amount")
    )
    found = list(totals[:LOOKED_AT])
    verdicts = may_receive([one.person_id for one in found], Channel.CALL, Purpose.CARE, clock.now())
    return [one for one in found if verdicts[one.person_id].ok or verdicts[one.person_id].until][:MOST]


@transaction.atomic
def call_instead(mailing: Mailing, person_ids: Collection[int], by: User | None) -> int:
    """Ring these up instead; they get no letter. Only before it has begun; returns how many were changed."""
    row = Mailing.objects.select_for_update(of=("self",)).get(pk=mailing.pk)
    if row.stage != Mailing.Stage.READY:
        return 0
    allowed = {one.person_id for one in call_candidates(row)}
    rows = Recipient.objects.filter(mailing=row, edition=row.edition, way=Way.FIRST)
    n = rows.filter(person__in=set(person_ids) & allowed).update(way=Way.CALL, is_sample=False)
    if n:
        ways = dict(row.found.get("ways", {}))
        ways[Way.FIRST] = ways.get(Way.FIRST, 0) - n
        ways[Way.CALL] = ways.get(Way.CALL, 0) + n
        channels = dict(row.found.get("channels", {}))
        channel = latest(row.wording).wording.channel
        channels[channel] = channels.get(channel, 0) - n
        saved, taken = n * Decimal(str(minutes_of(channel))), n * Decimal(str(means_of(Channel.CALL).minutes))
        minutes_by = {**row.found.get("minutes_by", {})}
        minutes_by[channel] = str(Decimal(minutes_by.get(channel, 0)) - saved)
        minutes = str(Decimal(row.found.get("minutes", 0)) + taken - saved)
        row.found = {**row.found, "ways": ways, "channels": channels, "minutes": minutes, "minutes_by": minutes_by}
        row.save(update_fields=["found"])
        note_audit(by, "mailing_calls", room="outreach", kind="mailing", object_id=row.pk, text=row.name)
    return n
