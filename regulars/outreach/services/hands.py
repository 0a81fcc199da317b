"""What the owner does with their own hands and telephone: planned here, done outside, and told us afterwards.

Nothing counts as done before somebody says so. A call that reached nobody plans the next one, as often as the owner
allows; each has its own key, so that a second click makes no second call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach.models import Channel, Outcome, Purpose, State, Touch
from regulars.outreach.services.changing import record_outcome
from regulars.outreach.services.moves import move
from regulars.outreach.services.planning import NewTouch, plan_touches
from regulars.people import services as people
from regulars.people.models import Person, Silence

if TYPE_CHECKING:
    from regulars.staff.models import User

ROOM = "outreach"
PROGRAMME = "by-hand"
MORNING = time(9)
QUIET_DAYS = 14
REACHES_NOBODY = frozenset({Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE})
# By what an address of a profile may begin: nothing else becomes a link.
LINKS = ("https://", "http://")


@dataclass(frozen=True)
class ByHand:
    """Something to say to one person in the owner's own way. `key` makes a second click harmless."""

    person_id: int
    channel: str
    body: str
    key: str
    due_on: date
    purpose: str = Purpose.CARE
    where: str = ""
    wording: str = ""


@dataclass(frozen=True)
class Taken:
    """What was written down, and the next call it led to, if any."""

    touch: Touch
    again: Touch | None = None


@transaction.atomic
def plan_by_hand(new: ByHand, by: User | None) -> Touch:
    """Put a call, a text, words by hand or the like on the list; the same key gives the same touch."""
    if new.channel not in {Channel.TEXT, Channel.CALL, Channel.BY_HAND, Channel.NOTICE, Channel.SOCIAL}:
        raise Refusal(_("Choose how you want to reach them."), field="channel")
    if new.channel != Channel.CALL and not new.body.strip():
        raise Refusal(_("There are no words in it yet."), field="body")
    where = checked_link(new.where)
    touch = NewTouch(
        new.person_id,
        PROGRAMME,
        new.key[:120],
        channel=new.channel,
        purpose=new.purpose,
        body=new.body,
        wording=new.wording,
        due_at=morning_of(new.due_on),
        minutes=MINUTES[new.channel],
    )
    pk = plan_touches([touch]).ids[0]
    if where:
        Touch.objects.filter(pk=pk, state=State.PLANNED, to_address="").update(to_address=where)
    return Touch.objects.select_related("person").get(pk=pk)


MINUTES: dict[str, float] = {
    Channel.TEXT: 1,
    Channel.CALL: 6,
    Channel.BY_HAND: 8,
    Channel.NOTICE: 2,
    Channel.SOCIAL: 2,
}


def checked_link(where: str) -> str:
    """Refuse what is no link to a page of the web."""
    where = where.strip()
    if where and (not where.startswith(LINKS) or any(sign.isspace() or sign in "\"'<>" for sign in where)):
        raise Refusal(_("Enter the whole address of the profile, beginning with https://"), field="where")
    if len(where) > 300:
        raise Refusal(_("This address is too long."), field="where")
    return where


def morning_of(day: date) -> datetime:
    return datetime.combine(day, MORNING, clock.zone())


@transaction.atomic
def take_outcome(
    touch: Touch,
    outcome: str,
    note: str = "",
    by: User | None = None,
    *,
    again_on: date | None = None,
    number: str = "",
    next_step: str = "",
    next_step_on: date | None = None,
) -> Taken:
    """Write down what came of it, and do what follows: call again, mark the number, leave them in peace, remind.

    Of two who answer the same touch the second is refused. `number` is the one that was rung.
    """
    if outcome == Outcome.CALL_AGAIN and again_on is None:
        raise Refusal(_("On which day shall you call again?"), field="again_on")
    if again_on is not None and again_on < clock.today():
        raise Refusal(_("That day has already passed."), field="again_on")
    is_call = touch.channel == Channel.CALL
    day = _next_day(touch, outcome, again_on) if is_call else None
    row = record_outcome(touch, outcome, note, by, why=_why(touch, outcome) if is_call and day is None else "")
    if is_call and outcome == Outcome.WRONG_NUMBER:
        mark_number_wrong(row.person_id, number)
    if is_call and outcome == Outcome.NOT_NOW:
        leave_in_peace(row.person_id, again_on, by)
    if next_step.strip():
        person = Person.objects.get(pk=row.person_id)
        people.remind(person, next_step, next_step_on or clock.today() + timedelta(days=1), by=by)
    return Taken(row, _call_again(row, day, by) if day else None)


def calls_of(touch: Touch) -> QuerySet[Touch]:
    """All calls for the same occasion: the first, and those that followed because nobody answered."""
    base = touch.step.partition("/")[0]
    rows = Touch.objects.filter(person_id=touch.person_id, programme=touch.programme, occurrence=touch.occurrence)
    return rows.filter(Q(step=base) | Q(step__startswith=f"{base}/"))


def times_missed(touch: Touch) -> int:
    """How often they were rung for this before without being reached; a call they asked for is none. One query."""
    return calls_of(touch).exclude(pk=touch.pk).filter(outcome__in=REACHES_NOBODY).count()


def _next_day(touch: Touch, outcome: str, again_on: date | None) -> date | None:
    """The day of the next attempt: as it was said, else tomorrow; none when they were reached or rung often enough."""
    if outcome == Outcome.CALL_AGAIN:
        return again_on
    if outcome not in REACHES_NOBODY or times_missed(touch) + 1 >= business().call_attempts:
        return None
    return again_on or clock.today() + timedelta(days=1)


def _why(touch: Touch, outcome: str) -> str:
    if outcome not in REACHES_NOBODY:
        return ""
    tried = times_missed(touch) + 1
    words = ngettext("Rung %(n)d time without reaching them.", "Rung %(n)d times without reaching them.", tried)
    return words % {"n": tried}


def _call_again(touch: Touch, day: date, by: User | None) -> Touch:
    """The next attempt is a touch of its own: "1" is followed by "1/2"."""
    base, _slash, count = touch.step.partition("/")
    due_at = morning_of(day)
    new = NewTouch(
        touch.person_id,
        touch.programme,
        touch.occurrence,
        step=f"{base}/{int(count or 1) + 1}",
        channel=touch.channel,
        purpose=touch.purpose,
        body=touch.body,
        wording_version_id=touch.wording_version_id,
        has_offer=touch.has_offer,
        due_at=due_at,
        not_after=None if touch.not_after is None else max(touch.not_after, due_at + timedelta(days=3)),
        minutes=touch.minutes,
        priority=touch.priority,
    )
    planned = plan_touches([new])
    if touch.approved_at is not None:
        fields: dict[str, Any] = {"approved_by": by, "approved_at": clock.now()}
        move(planned.ids, State.APPROVED, by=by, only_from=(State.PLANNED,), **fields)
    return Touch.objects.get(pk=planned.ids[0])


def mark_number_wrong(person_id: int, number: str = "") -> int:
    """Ring this number no more; without one, the number they are rung at. Returns how many rows were marked."""
    return people.mark_phones_bad(person_id, number)


def leave_in_peace(person_id: int, until: date | None, by: User | None) -> None:
    """They asked us to wait: nothing is asked of them until then."""
    person = Person.objects.get(pk=person_id)
    day = until or clock.today() + timedelta(days=QUIET_DAYS)
    people.silence(person, Silence.Kind.NOT_NOW, _("Asked us to wait, on the telephone."), ROOM, until=day, by=by)


@transaction.atomic
def put_off(touch: Touch, until: date, by: User | None) -> Touch:
    """Do it on another day."""
    if until <= clock.today():
        raise Refusal(_("Choose a day that is still to come."), field="until")
    row = Touch.objects.select_for_update(of=("self",)).get(pk=touch.pk)
    if row.state not in {State.PLANNED, State.APPROVED}:
        raise Refusal(_("This one is done already."))
    if row.not_after and morning_of(until) >= row.not_after:
        raise Refusal(_("By then it would be too late."), field="until")
    row.due_at, row.changed_at = morning_of(until), clock.now()
    row.save(update_fields=["due_at", "changed_at"])
    return row


__all__ = ["ByHand", "Taken", "plan_by_hand", "put_off", "take_outcome"]
