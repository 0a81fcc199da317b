"""Decisions are written once: a line that is approved or done stays so, whoever clicks again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach import services as outreach
from regulars.outreach.models import Touch
from regulars.outreach.services import checked_words
from regulars.people import services as people
from regulars.people.models import Reminder
from regulars.today.lines import BY_KEY, Due, Line
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
    written = {line.key for line in lines if _decided(line, choice, by, until)}
    count_again({key.partition(":")[0] for key in written})
    return written


def _decided(line: Line, choice: Choice, by: User | None, until: date | None) -> bool:
    """Write the decision of a line and of all it answers, or nothing: whoever has one of them has another line."""
    values: dict[str, Any] = {"choice": choice, "until": until, "by": by, "at": clock.now()}
    due = line.due
    if not due.also:
        return _is_mine(due, due.subject_id, {**values, "minutes": line.minutes})
    try:
        with transaction.atomic():
            for subject_id in (due.subject_id, *due.also):
                is_its_own = subject_id == due.subject_id
                with_it = {"minutes": line.minutes} if is_its_own else {"answered_with": due.subject_id}
                if not _is_mine(due, subject_id, {**values, **with_it}):
                    raise _Taken
    except _Taken:
        return False
    return True


class _Taken(Exception):
    """Somebody else has answered a part of the line."""


def _is_mine(due: Due, subject_id: int, values: dict[str, Any]) -> bool:
    identity = {"kind": due.kind, "subject_id": subject_id, "occurrence": due.occurrence}
    if Decision.objects.filter(**identity, choice__in=OPEN_CHOICES).update(**{"answered_with": None, **values}):
        return True
    _row, is_mine = Decision.objects.get_or_create(**identity, defaults={"person_id": due.person_id, **values})
    return is_mine


def open_again(key: str, choices: Iterable[Choice], by: User | None) -> bool:
    """Open the decision of a line, and of what was answered with it; False where it has none of these choices."""
    mine = Decision.objects.of_lines([key]).filter(choice__in=tuple(choices))
    found = list(mine.values_list("kind", "subject_id", "occurrence"))
    opened: dict[str, Any] = {"choice": Choice.EDITED, "until": None, "by": by, "at": clock.now()}
    if not mine.update(**opened, answered_with=None):
        return False
    kind, subject_id, occurrence = found[0]
    with_it = Decision.objects.filter(kind=kind, answered_with=subject_id, occurrence=occurrence)
    with_it.filter(choice__in=tuple(choices)).update(**opened, answered_with=None)
    return True


def keep_open(lines: Iterable[Line]) -> None:
    """Leave lines that could not be approved on the page, so that somebody decides what else to do."""
    for line in lines:
        open_again(line.key, (Choice.APPROVED,), None)


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
    kind = key.partition(":")[0]
    if not open_again(key, (Choice.SNOOZED, Choice.SKIPPED), by):
        raise Refusal(_("There is nothing to bring back here."))
    count_again({kind})
    return line_of(key)
