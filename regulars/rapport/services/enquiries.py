"""Taking enquiries, answering them, and writing down what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.errors import Refusal
from regulars.kit.secrets import new_token
from regulars.people import services as people
from regulars.people.models import Channel, Person
from regulars.rapport.events import EnquiryTaken
from regulars.rapport.models import LIVE, CameBy, Enquiry, LostWhy, Met, State
from regulars.rapport.services.callers import Caller, recognise
from regulars.rapport.services.ticking import keep_tick
from regulars.staff.models import User

ROOM = "rapport"
TAKEN, ANSWERED, CLOSED = "enquiry", "enquiry_answered", "enquiry_closed"
WAYS = (Channel.CALL, Channel.EMAIL, Channel.TEXT, Channel.POST)


@dataclass(frozen=True)
class NewEnquiry:
    """What somebody asked for. `asked_at` None means now; `key` makes it safe to send twice."""

    caller: Caller
    came_by: str
    wants: str
    expects: str = ""
    wanted_by: date | None = None
    worth_amount: Decimal | None = None
    likes_answer_by: str = ""
    asked_at: datetime | None = None
    sent_by: str = ""
    sender_id: int | None = None
    is_answered: bool = False
    next_step: str = ""
    next_on: date | None = None
    wording_id: int | None = None
    key: str = ""


@transaction.atomic
def take_enquiry(new: NewEnquiry, by: User | None) -> Enquiry:
    """Write an enquiry down, once a key; somebody unknown comes into the book as an enquirer.

    The same key with other words is refused. Refuses an enquiry without a wish, and a day that has passed.
    """
    _check(new)
    people.hold_the_book()
    if new.key and (known := Enquiry.objects.filter(key=new.key).first()):
        return _same(known, new)
    who = recognise(new.caller, source="enquiry", by=by)
    people.link_sender(who.person, new.sent_by, by, sender_id=new.sender_id)
    enquiry = write_enquiry(
        new, who.person, by, is_new_person=who.is_new, has_ticked_consent=new.wording_id is not None
    )
    keep_tick(who.person, new.caller.reach or who.person.first_email, new.wording_id, "enquiry slip", by)
    if new.is_answered:
        answer_enquiry(enquiry, by)
    if new.next_step.strip() or new.next_on:
        set_next_step(enquiry, new.next_step, new.next_on or clock.today() + timedelta(days=1), by)
    return enquiry


def write_enquiry(new: NewEnquiry, person: Person, by: User | None, *, is_new_person: bool, **more: Any) -> Enquiry:
    """Write the row, the line of the timeline and the news. Inside the caller's transaction."""
    now = clock.now()
    asked_at = new.asked_at or now
    enquiry = Enquiry.objects.create(
        person=person,
        came_by=new.came_by,
        wants=new.wants.strip()[:1000],
        expects=new.expects.strip()[:1000],
        wanted_by=new.wanted_by,
        worth_amount=new.worth_amount,
        likes_answer_by=new.likes_answer_by if new.likes_answer_by in WAYS else "",
        asked_at=asked_at,
        asked_on=clock.local(asked_at).date(),
        recorded_at=now,
        state_at=now,
        waits_from=asked_at,
        taken_by=by,
        key=new.key or new_token(),
        sent_by_text=" ".join(new.sent_by.split())[:200],
        **more,
    )
    _tell(enquiry, TAKEN, enquiry.asked_at, _asked_words(enquiry))
    bulletin.post(EnquiryTaken(enquiry.pk, person.pk, enquiry.came_by, is_new_person))
    return enquiry


@transaction.atomic
def answer_enquiry(enquiry: Enquiry, by: User | None, words: str = "") -> bool:
    """Note that they have their answer; False if it was answered, or over, already."""
    now = clock.now()
    changed = Enquiry.objects.filter(pk=enquiry.pk, state__in=(State.OPEN, State.PARKED)).update(
        state=State.ANSWERED, state_at=now, answered_at=now, answered_by=by, parked_until=None, waits_from=None
    )
    if changed:
        said = _("Answered: %(words)s") % {"words": words.strip()} if words.strip() else _("Answered what they asked.")
        _tell(enquiry, ANSWERED, now, said)
    return bool(changed)


@transaction.atomic
def park_enquiry(enquiry: Enquiry, until: date, by: User | None) -> None:
    """Let it rest until a day; then it stands on Today again."""
    if until <= clock.today():
        raise Refusal(_("Please choose a day that is still to come."), field="until")
    _move(enquiry, State.PARKED, parked_until=until, waits_from=clock.start_of(until), round=F("round") + 1)
    _tell(enquiry, CLOSED, clock.now(), _("Put off until %(day)s.") % {"day": date_format(until)})


@transaction.atomic
def lose_enquiry(enquiry: Enquiry, why: str, words: str, by: User | None) -> None:
    """Note that nothing came of it, and why: one of the reasons listed."""
    if why not in LostWhy.values:
        raise Refusal(_("Please say why."), field="why")
    _move(enquiry, State.LOST, lost_why=why, lost_words=words.strip()[:300])
    _drop_next_step(enquiry)
    reason = words.strip() or str(LostWhy(why).label)
    _tell(enquiry, CLOSED, clock.now(), _("Nothing came of it: %(why)s") % {"why": reason})


@transaction.atomic
def win_enquiry(enquiry: Enquiry, by: User | None, on: date | None = None) -> None:
    """Note by hand that they bought what they asked for."""
    _move(enquiry, State.WON, won_on=on or clock.today())
    _drop_next_step(enquiry)
    _tell(enquiry, CLOSED, clock.now(), _("Bought what they asked for."))


@transaction.atomic
def reopen_enquiry(enquiry: Enquiry, by: User | None) -> None:
    """Let it wait again. Orders known so far no longer close it."""
    changed = (
        Enquiry.objects.filter(pk=enquiry.pk)
        .exclude(state=State.OPEN)
        .update(
            state=State.OPEN,
            state_at=clock.now(),
            waits_from=F("asked_at"),
            round=F("round") + 1,
            parked_until=None,
            lost_why="",
            lost_words="",
            after_order_id=enquiry.won_order_id or enquiry.after_order_id,
            won_order_id=None,
            won_on=None,
        )
    )
    if changed:
        people.remove_from_timeline(ROOM, CLOSED, [enquiry.person_id], [enquiry.pk])


@transaction.atomic
def set_next_step(enquiry: Enquiry, what: str, on: date, by: User | None) -> None:
    """Say what is to be done next and when: a reminder, so that it stands on Today. The one before is taken out."""
    if not enquiry.is_live:
        raise Refusal(_("This enquiry is over already."))
    _drop_next_step(enquiry)
    words = what.strip() or _("Come back to: %(wants)s") % {"wants": short(enquiry.wants)}
    reminder = people.remind(enquiry.person, words, on, by=by)
    Enquiry.objects.filter(pk=enquiry.pk).update(next_step=reminder)
    enquiry.next_step = reminder


@transaction.atomic
def compare_expectations(enquiry: Enquiry, is_as_hoped: str, delivered: str, by: User | None) -> None:
    """Hold what was delivered beside what they hoped for."""
    if is_as_hoped not in Met.values:
        raise Refusal(_("Please say whether it was as they hoped."), field="is_as_hoped")
    Enquiry.objects.filter(pk=enquiry.pk).update(is_as_hoped=is_as_hoped, delivered=delivered.strip()[:1000])
    words = _("Hoped for: %(hope)s. It was %(how)s.") % {
        "hope": short(enquiry.expects or enquiry.wants),
        "how": Met(is_as_hoped).label,
    }
    _tell(enquiry, "enquiry_compared", clock.now(), words)


def short(words: str, most: int = 80) -> str:
    """The wish in a few words, for a line."""
    plain = " ".join(words.split())
    return plain if len(plain) <= most else plain[: most - 1].rsplit(" ", 1)[0] + "…"


def _check(new: NewEnquiry) -> None:
    if not new.wants.strip():
        raise Refusal(_("Please write what they are looking for."), field="wants")
    if new.came_by not in CameBy.values:
        raise Refusal(_("Please say how they came to you."), field="came_by")
    if new.wanted_by is not None and new.wanted_by < clock.today():
        raise Refusal(_("That day has already passed."), field="wanted_by")
    if new.asked_at is not None and new.asked_at > clock.now() + timedelta(minutes=10):
        raise Refusal(_("That moment has not come yet."), field="asked_at")


def _same(known: Enquiry, new: NewEnquiry) -> Enquiry:
    """The enquiry this form saved already, if it says the same; else somebody went back and wrote over it."""
    is_other_person = new.caller.person_id is not None and new.caller.person_id != known.person_id
    if is_other_person or known.wants != new.wants.strip()[:1000]:
        raise Refusal(
            _("This form was saved already, with something else in it. If this is another enquiry, save it again.")
        )
    return known


def _move(enquiry: Enquiry, state: State, **more: Any) -> None:
    changes = {"state": state, "state_at": clock.now(), "waits_from": None, "parked_until": None, **more}
    changed = Enquiry.objects.filter(pk=enquiry.pk, state__in=LIVE).update(**changes)
    if not changed:
        raise Refusal(_("This enquiry is over already."))


def _drop_next_step(enquiry: Enquiry) -> None:
    if enquiry.next_step is not None:
        people.drop_reminder(enquiry.next_step)


def _asked_words(enquiry: Enquiry) -> str:
    words = {"how": CameBy(enquiry.came_by).label, "wants": enquiry.wants}
    if enquiry.wanted_by:
        return _("Asked %(how)s: %(wants)s, by %(day)s") % {**words, "day": date_format(enquiry.wanted_by)}
    return _("Asked %(how)s: %(wants)s") % words


def _tell(enquiry: Enquiry, kind: str, at: datetime, text: str) -> None:
    people.write_timeline([people.NewEntry(enquiry.person_id, at, kind, ROOM, enquiry.pk, text)])
