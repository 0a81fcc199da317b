"""The only way a view gets a touch, a batch or words for a user: what is not there is 404."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from regulars.kit.errors import Refusal
from regulars.outreach.models import Batch, Channel, InboundMail, Mailing, PrintPiece, PrintRun, Touch, WordingVersion
from regulars.outreach.queries.programmes import is_known
from regulars.outreach.queries.wordings import latest
from regulars.people.models import Person
from regulars.staff.models import User


def touch_for(user: User, touch_id: int) -> Touch:
    """Everybody who may see the outbox may see every touch in it."""
    return get_object_or_404(Touch.objects.select_related("person", "approved_by", "account"), pk=touch_id)


def hand_for(user: User, touch_id: int) -> Touch:
    """Something to do by hand; what is printed or sent by the machine is not there."""
    hands = (Channel.TEXT, Channel.CALL, Channel.BY_HAND, Channel.NOTICE, Channel.SOCIAL)
    return get_object_or_404(Touch.objects.select_related("person"), pk=touch_id, channel__in=hands)


def person_for(user: User, person_id: int) -> Person:
    """Somebody in the book."""
    return get_object_or_404(Person.objects.here().filter(is_bucket=False), pk=person_id)


def batch_for(user: User, batch_id: int) -> Batch:
    return get_object_or_404(Batch, pk=batch_id)


def words_for(user: User, key: str) -> WordingVersion:
    """Words under a key; what belongs to one mailing is written there."""
    try:
        version = latest(key)
    except Refusal as refusal:
        raise Http404 from refusal
    if version.wording.mailing_id is not None:
        raise Http404
    return version


def mail_for(user: User, mail_id: int) -> InboundMail:
    """One mail that came in, or 404."""
    return get_object_or_404(InboundMail.objects.select_related("person", "touch"), pk=mail_id)


def run_for(user: User, run_id: int) -> PrintRun:
    """One print run with its pictures, or 404."""
    rows = PrintRun.objects.select_related("front", "signature", "logo", "made_by", "settled_by")
    return get_object_or_404(rows, pk=run_id)


def piece_for(user: User, run_id: int, piece_id: int) -> PrintPiece:
    """One card of a run, or 404."""
    rows = PrintPiece.objects.select_related("run__front", "run__signature", "run__logo")
    return get_object_or_404(rows, pk=piece_id, run_id=run_id)


def mailing_for(user: User, mailing_id: int) -> Mailing:
    """One mailing, or 404."""
    return get_object_or_404(Mailing, pk=mailing_id)


def programme_for(user: User, key: str) -> str:
    """The key of a programme there is anything of, or 404."""
    if len(key) > 80 or not is_known(key):
        raise Http404
    return key
