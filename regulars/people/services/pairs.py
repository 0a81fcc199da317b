"""What the owner says of two who look alike: one person, two people, or later."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people.models import Merge, Pair
from regulars.people.services.merging import merge
from regulars.staff.models import User

LATER_DAYS = 14


@transaction.atomic
def join_pair(pair_id: int, by: User | None = None) -> Merge:
    """Make the two of a pair one; the one known longer is kept. Refuses what was answered meanwhile."""
    pair = _open(pair_id)
    return merge(pair.low, pair.high, by)


@transaction.atomic
def keep_apart(pair_id: int, by: User | None = None) -> Pair:
    """Remember for good that these are two people, or two households. Safe to repeat."""
    pair = Pair.objects.select_for_update(of=("self",)).select_related("low", "high").filter(pk=pair_id).first()
    if pair is None or pair.state == Pair.State.ONE:
        raise Refusal(_("Somebody has answered this already."))
    if pair.state != Pair.State.APART:
        pair.state, pair.decided_at, pair.decided_by = Pair.State.APART, clock.now(), by
        pair.save(update_fields=["state", "decided_at", "decided_by"])
    return pair


@transaction.atomic
def ask_again(pair_id: int) -> Pair:
    """Take back a "no" or a "later"."""
    pair = Pair.objects.select_for_update(of=("self",)).select_related("low", "high").filter(pk=pair_id).first()
    if pair is None or pair.state == Pair.State.ONE or not (pair.low.is_here and pair.high.is_here):
        raise Refusal(_("There is nothing to bring back here."))
    pair.state, pair.ask_on, pair.decided_at, pair.decided_by = Pair.State.OPEN, None, None, None
    pair.save(update_fields=["state", "ask_on", "decided_at", "decided_by"])
    return pair


@transaction.atomic
def ask_later(pair_id: int, until: date | None = None) -> Pair:
    """Put the question off, for a fortnight unless a day is given."""
    pair = _open(pair_id)
    pair.ask_on = until or clock.today() + timedelta(days=LATER_DAYS)
    pair.save(update_fields=["ask_on"])
    return pair


def _open(pair_id: int) -> Pair:
    # `of` names the pair alone: the people are locked by the merge, in the order of their ids.
    rows = Pair.objects.select_for_update(of=("self",)).select_related("low", "high")
    pair = rows.filter(pk=pair_id, state=Pair.State.OPEN).first()
    if pair is None:
        raise Refusal(_("Somebody has answered this already."))
    return pair
