"""Hear what sending services say: each word once, in any order, with the same consequences as a mail that says it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import Message

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.schedules import every
from regulars.outreach.channels.email.news import News
from regulars.outreach.channels.email.news.telling import TAKEN
from regulars.outreach.inbound import Inbound, Kind, Mail
from regulars.outreach.models import Channel, InboundMail, MailHook, MailNews, State, Touch
from regulars.outreach.queries.matching import last_letter_to, letter_named, people_with
from regulars.outreach.services.moves import FREE, move
from regulars.outreach.services.policy import carry_out
from regulars.outreach.services.recording import record_sent

# So long a word waits for the letter it names; after a while it is taken to be about the last one that went there.
WAITS = timedelta(hours=6)
NAMED_WITHIN = timedelta(minutes=10)
KEPT = timedelta(days=60)
CHUNK = 500
UNDER_WAY = frozenset({State.CLAIMED, State.SENDING})
NO_MAIL = Mail(Message())
log = logging.getLogger(__name__)


def take_news(hook: MailHook, news: Sequence[News]) -> int:
    """Keep what a service said, and act on what can be acted on; returns how many were new."""
    now = clock.now()
    rows = {key_of(hook, one): one for one in news}
    known = set(MailNews.objects.filter(key__in=rows).values_list("key", flat=True))
    fresh = [
        MailNews(hook=hook, key=key, told=one.told, received_at=now) for key, one in rows.items() if key not in known
    ]
    MailNews.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=CHUNK)
    if fresh:
        _hear(MailNews.objects.filter(key__in=[row.key for row in fresh], heard_at=None).order_by("pk"))
    return len(fresh)


def key_of(hook: MailHook, news: News) -> str:
    """The name under which a word is kept once: its number there, of one address, in one meaning."""
    return hashlib.sha256("\n".join((hook.preset, news.event, news.kind, news.recipient)).encode()).hexdigest()


@every("hear sending services", cron="*/2 * * * *")
def hear_waiting() -> None:
    """Act on what waited for its letter, and forget what waited too long. Safe to repeat and beside others."""
    now = clock.now()
    MailNews.objects.filter(heard_at=None, received_at__lt=now - WAITS).update(heard_at=now, told={})
    MailNews.objects.filter(heard_at__lt=now - KEPT).delete()
    _hear(MailNews.objects.filter(heard_at=None).order_by("received_at", "pk")[:CHUNK])


def _hear(rows: QuerySet[MailNews]) -> None:
    """One word that nobody can act on keeps none of the others waiting."""
    for row in list(rows):
        try:
            _hear_one(row)
        except Exception:
            log.exception("news %s cannot be acted on", row.pk)


def _hear_one(row: MailNews) -> None:
    news = News(**row.told)
    touch = _letter(news, row.received_at)
    # A complaint or a farewell counts whatever letter it is about; all else waits for its letter.
    if touch is not None or news.kind == Kind.COMPLAINT:
        _act(row, news, touch)


def _letter(news: News, received_at: datetime) -> Touch | None:
    """Which letter: by the number and name we sent along, by what the service calls it, or the last one there."""
    if news.touch.isdecimal() and len(news.touch) < 19:
        touch = Touch.objects.filter(pk=int(news.touch), channel=Channel.EMAIL).select_related("person").first()
        if touch is not None and touch.message_id.strip("<>").partition("@")[0] == news.letter != "":
            return touch
    named = letter_named([news.name]) if news.name else None
    if named is not None or not news.recipient:
        return named
    is_late = received_at < clock.now() - NAMED_WITHIN
    return last_letter_to(news.recipient, _moment(news)) if is_late or not news.name else None


@transaction.atomic
def _act(row: MailNews, news: News, touch: Touch | None) -> None:
    if touch is not None:
        touch = Touch.objects.select_for_update(of=("self",)).select_related("person").get(pk=touch.pk)
        if touch.state in UNDER_WAY:
            return  # its own answer is not written down yet
    if not MailNews.objects.filter(pk=row.pk, heard_at=None).update(heard_at=clock.now(), told={}):
        return
    if touch is not None and touch.state == State.UNKNOWN:
        record_sent([touch], {})
    if news.kind == TAKEN:
        return
    if news.kind == Kind.DELIVERED:
        _has_arrived(touch)
        return
    if touch is not None and touch.person.erased_at is not None:
        return  # nothing about them is kept anew
    _as_a_mail(row, news, touch)


def _has_arrived(touch: Touch | None) -> None:
    """A letter that came back stays so, however late the better news comes."""
    if touch is not None:
        move([touch.pk], State.DELIVERED, why=_("The service says that it arrived."), only_from=(State.SENT,), **FREE)


def _as_a_mail(row: MailNews, news: News, touch: Touch | None) -> None:
    """What a mail of the same kind would lead to."""
    people = [touch.person_id] if touch else people_with(news.recipient)[:1]
    got = Inbound(
        Kind(news.kind),
        failures=(news.failure,) if news.kind == Kind.BOUNCE else (),
        about=(touch.message_id,) if touch and touch.message_id else (),
        feedback=news.feedback,
        addresses=(news.recipient,) if news.kind == Kind.COMPLAINT and news.recipient else (),
    )
    mail = InboundMail(
        key=row.key,
        kind=news.kind,
        feedback=news.feedback,
        person_id=people[0] if people else None,
        touch=touch,
        from_address=news.recipient,
        subject=touch.subject if touch else "",
        words=news.said,
        at=_moment(news),
        received_at=clock.now(),
        is_understood=bool(people),
        is_for_you=bool(people) and news.kind in InboundMail.FOR_YOU and news.feedback != "opt-out",
    )
    try:
        with transaction.atomic():
            mail.save(force_insert=True)
    except IntegrityError:
        return  # heard before, so long ago that only its consequences are left
    carry_out(mail, got, NO_MAIL, touch)


def _moment(news: News) -> datetime:
    """When it happened, if that can be; else now."""
    now, at = clock.now(), news.moment
    return at if at is not None and now - timedelta(days=60) < at <= now else now
