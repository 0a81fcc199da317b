"""Leaving people alone, and keeping promises."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people.models import Person, Reminder, Silence
from regulars.people.services.changing import touch
from regulars.people.services.timeline import NewEntry, write_timeline
from regulars.staff.models import User


@transaction.atomic
def quiet_until(person: Person, until: date | None, by: User | None = None) -> None:
    """Leave somebody alone up to and including a day; None ends it. Refuses a day that has passed."""
    if until is not None and until < clock.today():
        raise Refusal(_("That day has already passed."), field="until")
    Person.objects.filter(pk=person.pk).update(quiet_until=until)
    person.quiet_until = until
    touch(person.pk, "quiet_until")


@transaction.atomic
def silence(
    person: Person, kind: str, why: str, set_by_room: str, until: date | None = None, *, by: User | None = None
) -> Silence:
    """Stop the asking for a reason a room knows. Safe to repeat: an open silence of that room and kind is renewed."""
    if kind not in Silence.Kind.values:
        raise Refusal(_("Please choose a reason."), field="kind")
    if until is not None and until < clock.today():
        raise Refusal(_("That day has already passed."), field="until")
    Person.objects.select_for_update().get(pk=person.pk)
    open_one = Silence.objects.filter(person=person, kind=kind, set_by_room=set_by_room, lifted_at=None).first()
    found = open_one or Silence(person=person, kind=kind, set_by_room=set_by_room, set_at=clock.now(), set_by=by)
    found.why, found.until = why.strip()[:300], until
    found.save()
    touch(person.pk, "silences")
    return found


@transaction.atomic
def lift_silence(silence: Silence, by: User | None = None) -> bool:
    """End a silence; False if somebody did already."""
    lifted = Silence.objects.filter(pk=silence.pk, lifted_at=None).update(lifted_at=clock.now())
    if lifted:
        touch(silence.person_id, "silences")
    return bool(lifted)


@transaction.atomic
def remind(person: Person, what: str, due_on: date, kind: str = "reminder", by: User | None = None) -> Reminder:
    """Write down what is to be done for somebody by a day, or what was promised to them."""
    if not what.strip():
        raise Refusal(_("Please write what is to be done."), field="what")
    if due_on < clock.today():
        raise Refusal(_("That day has already passed."), field="due_on")
    made = Reminder.objects.create(
        person=person,
        kind=Reminder.Kind(kind),
        what=what.strip()[:300],
        due_on=due_on,
        show_on=due_on,
        made_at=clock.now(),
        made_by=by,
    )
    touch(person.pk, "reminders")
    return made


@transaction.atomic
def finish_reminder(reminder: Reminder, by: User | None = None) -> bool:
    """Note it as done, once; False if it was already. It then stands on the timeline."""
    at = clock.now()
    if not Reminder.objects.filter(pk=reminder.pk, done_at=None).update(done_at=at, done_by=by):
        return False
    words = _("Promise kept: %(what)s") if reminder.kind == Reminder.Kind.PROMISE else _("Done: %(what)s")
    text = words % {"what": reminder.what}
    write_timeline([NewEntry(reminder.person_id, at, "reminder_done", "people", reminder.pk, text)])
    touch(reminder.person_id, "reminders")
    return True


@transaction.atomic
def reopen_reminder(reminder: Reminder, by: User | None = None) -> None:
    """Take back that it was done."""
    Reminder.objects.filter(pk=reminder.pk).update(done_at=None, done_by=None)
    reminder.person.timeline.filter(room="people", kind="reminder_done", object_id=reminder.pk).delete()
    touch(reminder.person_id, "reminders")


@transaction.atomic
def snooze_reminder(reminder: Reminder, until: date, by: User | None = None) -> None:
    """Show it again on a later day; the day it is due stays. Refuses a day that has passed, and what is done."""
    if until <= clock.today():
        raise Refusal(_("Please choose a day that is still to come."), field="until")
    if not Reminder.objects.filter(pk=reminder.pk, done_at=None).update(show_on=until):
        raise Refusal(_("This is done already."))
    touch(reminder.person_id, "reminders")


@transaction.atomic
def drop_reminder(reminder: Reminder) -> bool:
    """Take an open reminder out, because what it was about is over; False if it was done or gone already."""
    dropped = Reminder.objects.filter(pk=reminder.pk, done_at=None).delete()[0]
    if dropped:
        touch(reminder.person_id, "reminders")
    return bool(dropped)
