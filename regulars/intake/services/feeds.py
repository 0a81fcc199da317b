"""Kinds of file that come again and again: when one was taken in last, and when the next is due."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from regulars.intake.mapping.remembering import header_key
from regulars.intake.models import Feed, ImportRun
from regulars.kit import clock
from regulars.kit.errors import Refusal

RHYTHMS = (0, 1, 7, 14, 31, 92)


def note_taken(run: ImportRun, header: list[str]) -> None:
    """Write down that a kind of file came again; call it in the run's own transaction."""
    key, today = header_key(header), clock.today()
    if run.from_inbox:
        Feed.objects.get_or_create(header_key=key, defaults={"name": run.name, "last_taken_at": clock.now()})
    for feed in Feed.objects.filter(header_key=key):
        due = today + timedelta(days=feed.every_days + 1) if feed.every_days else None
        Feed.objects.filter(pk=feed.pk).update(
            last_taken_at=clock.now(), due_on=due, due_mark=due.isoformat() if due else ""
        )


def set_rhythm(feed: Feed, every_days: int) -> None:
    """Say how often this kind of file should come; 0 when nobody is to be reminded."""
    if every_days not in RHYTHMS:
        raise Refusal(_("Please choose one of the answers."), field="every_days")
    last_on = clock.local(feed.last_taken_at).date()
    due = last_on + timedelta(days=every_days + 1) if every_days else None
    Feed.objects.filter(pk=feed.pk).update(every_days=every_days, due_on=due, due_mark=due.isoformat() if due else "")
