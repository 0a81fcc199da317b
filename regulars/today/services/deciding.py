"""Decisions are written once: a line that is approved or done stays so, whoever clicks again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.kit.numbers import row_number
from regulars.outreach import services as outreach
from regulars.outreach.models import Touch
from regulars.outreach.services import checked_words
from regulars.people import services as people
from regulars.people.models import Reminder
from regulars.today.lines import BY_KEY, Line
from regulars.today.models import OPEN_CHOICES, Choice, Decision
from regulars.today.queries import lines_by_key
from regulars.today.services.counting import count_again

if TYPE_CHECKING:
    from regulars.staff.models import User


def line_of(key: str, on: date | None = None) -> Line:
    """The line as it stands now; refuses one that is no longer due."""
    line = lines_by_key([key], on or clock.today()).get(key)
    if line is None:
        raise Refusal(_("That line has been answered already, or is no longer due."))
    return line


def decide(lines: Iterable[Line], choice: Choice, by: User | None, *, until: date | None = None) -> set[str]:
    """Write one decision a line and return the keys of those it was written for; a closed line is never reopened by it.

    A few statements a line, in the caller's transaction; safe to repeat and to race: one of two hands gets the key.
    """
    written = set()
    for line in lines:
        now = clock.now()
        values: dict[str, Any] = {"choice": choice, "until": until, "by": by, "at": now, "minutes": line.minutes}
        identity = {"kind": line.due.kind, "subject_id": line.due.subject_id, "occurrence": line.due.occurrence}
        is_mine = bool(Decision.objects.filter(**identity, choice__in=OPEN_CHOICES).update(**values))
        if not is_mine:
            fresh = {"person_id": line.due.person_id, **values}
            _row, is_mine = Decision.objects.get_or_create(**identity, defaults=fresh)
        if is_mine:
            written.add(line.key)
    count_again({key.partition(":")[0] for key in written})
    return written


def keep_open(lines: Iterable[Line]) -> None:
    """Leave lines that could not be approved on the page, so that somebody decides what else to do."""
    for line in lines:
        decided = Decision.objects.filter(
            kind=line.due.kind, subject_id=line.due.subject_id, occurrence=line.due.occurrence, choice=Choice.APPROVED
        )
        decided.update(choice=Choice.EDITED)


@transaction.atomic
def snooze_line(key: str, until: date, by: User | None) -> Line:
    """Put a line off until a day to come."""
    if until <= clock.today():
        raise Refusal(_("Choose a day after today."), field="until")
    line = line_of(key)
    if line.way == "reminder":
        people.snooze_reminder(Reminder.objects.get(pk=line.due.subject_id), until, by)
    if line.due.kind == "hands":
        outreach.put_off(Touch.objects.get(pk=line.due.subject_id), until, by)
    decide([line], Choice.SNOOZED, by, until=until)
    return line


@transaction.atomic
def skip_line(key: str, by: User | None) -> Line:
    """Leave a line out this time; it does not come back for this occasion."""
    line = line_of(key)
    if line.way == "reminder":
        people.finish_reminder(Reminder.objects.get(pk=line.due.subject_id), by)
    settle = BY_KEY[line.due.kind].settle
    if decide([line], Choice.SKIPPED, by) and settle is not None:
        settle(line, "skipped", "", by)
    return line


@transaction.atomic
def edit_line(key: str, subject: str, body: str, by: User | None) -> Line:
    """Put the owner's own words under a line; they wait there for the yes."""
    line = line_of(key)
    if line.draft is None:
        raise Refusal(_("There are no words to change on this line."))
    subject, body = checked_words(line.way, subject, body)
    if not body:
        raise Refusal(_("A letter needs some words."), field="body")
    values = {"subject": subject, "body": body, "by": by, "at": clock.now(), "person_id": line.due.person_id}
    identity = {"kind": line.due.kind, "subject_id": line.due.subject_id, "occurrence": line.due.occurrence}
    if not Decision.objects.filter(**identity, choice__in=OPEN_CHOICES).update(**values):
        Decision.objects.bulk_create([Decision(**identity, choice=Choice.EDITED, **values)], ignore_conflicts=True)
    return line_of(key)


@transaction.atomic
def reopen_line(key: str, by: User | None) -> Line:
    """Bring back a line that was put off or left out; what was approved is stopped in the outbox instead."""
    kind, subject_id, occurrence = (*key.split(":", 2), "", "")[:3]
    number = row_number(subject_id)
    reopenable = Decision.objects.filter(kind=kind, subject_id=-1 if number is None else number, occurrence=occurrence)
    if not reopenable.filter(choice__in=[Choice.SNOOZED, Choice.SKIPPED]).update(
        choice=Choice.EDITED, until=None, by=by, at=clock.now()
    ):
        raise Refusal(_("There is nothing to bring back here."))
    count_again({kind})
    return line_of(key)
