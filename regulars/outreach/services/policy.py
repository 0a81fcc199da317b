"""What follows from an inbound mail: the policy as data, and the few things it can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.outreach.events import PersonLeft, TouchBounced
from regulars.outreach.inbound import Failure, Inbound, Kind, Mail
from regulars.outreach.models import OPEN, Bounce, InboundMail, State, Suppression, Touch
from regulars.outreach.queries.matching import letter_of, people_with
from regulars.outreach.queries.permission_reads import ASKING, address_hash
from regulars.outreach.services.confirming import take_answer
from regulars.outreach.services.leaving import EVERYTHING, MARKETING, come_back, leave, leave_by_address
from regulars.outreach.services.moves import FREE, move
from regulars.outreach.services.suppressing import suppress
from regulars.people.addresses import normalised_email
from regulars.people.models import Person, Silence
from regulars.people.models.consents import Channel as Way
from regulars.people.services import NewEntry, mark_emails_bad, silence, withdraw_consent, write_timeline
from regulars.rapport.services import forget_asks_of

ROOM = "outreach"
STILL_OUT = (State.SENT, State.DELIVERED, State.UNKNOWN)


@dataclass(frozen=True)
class BouncePolicy:
    """When an address is given up: at the first hard bounce, or after soft ones in a row over some days."""

    soft_times: int = 3
    soft_over: timedelta = timedelta(hours=72)
    looks_back: timedelta = timedelta(days=30)
    # A letter that has not come back within this time is taken to have arrived.
    comes_back_within: timedelta = timedelta(days=2)


BOUNCES = BouncePolicy()
Effect = Callable[[InboundMail, Inbound, Mail, "Touch | None"], None]


def carry_out(row: InboundMail, got: Inbound, mail: Mail, touch: Touch | None) -> None:
    """Do what the policy says of this kind of mail; a yes to a letter that asked for one is taken as that."""
    if take_answer(row, got, touch):
        return
    for effect in EFFECTS.get(got.kind, ()):
        effect(row, got, mail, touch)


def note_bounces(row: InboundMail, got: Inbound, mail: Mail, touch: Touch | None) -> None:
    """Mark the letters that came back, and give up addresses as the policy says. An unknown letter changes nothing."""
    for failure in got.failures:
        letter = letter_of(failure.address, got, row.at)
        if letter is not None:
            _note_bounce(row, failure, letter)


def _note_bounce(row: InboundMail, failure: Failure, letter: Touch) -> None:
    name = address_hash(normalised_email(letter.to_address))
    Bounce.objects.bulk_create(
        [
            Bounce(
                mail=row,
                touch=letter,
                address_hash=name,
                is_hard=failure.is_hard,
                is_delayed=failure.is_delayed,
                reason=failure.reason.value,
                status=failure.status[:12],
                code=failure.code[:3],
                said=failure.said.replace("\0", "")[:300],
                at=row.at,
            )
        ],
        ignore_conflicts=True,
    )
    if failure.is_delayed:
        return
    why = (failure.said or _("The letter came back.")).replace("\0", "")[:280]
    moved = move([letter.pk], State.BOUNCED, why=why, only_from=STILL_OUT)
    if moved:
        text = _("“%(subject)s” came back") % {"subject": letter.subject}
        write_timeline([NewEntry(letter.person_id, row.at, "came_back", ROOM, letter.pk, text)])
    if failure.is_hard:
        suppress(letter.to_address, Suppression.Reason.HARD_BOUNCE, source=f"mail {row.pk}")
        mark_emails_bad([letter.to_address])
        if moved:
            bulletin.post(TouchBounced((letter.pk,), (letter.person_id,)))
    elif has_failed_in_a_row(letter):
        suppress(letter.to_address, Suppression.Reason.SOFT_BOUNCES, source=f"mail {row.pk}")


def has_failed_in_a_row(letter: Touch) -> bool:
    """Has this address refused several letters in a row, over some days? Two queries."""
    name = address_hash(normalised_email(letter.to_address))
    since = clock.now() - BOUNCES.looks_back
    rows = Bounce.objects.filter(address_hash=name, is_delayed=False, at__gt=since).order_by("at", "pk")
    failed = dict(rows.exclude(touch=None).values_list("touch_id", "at")[:200])
    if len(failed) < BOUNCES.soft_times:
        return False
    last = max(failed.values())
    arrived = Touch.objects.filter(
        person_id=letter.person_id,
        to_address=letter.to_address,
        state__in=(State.SENT, State.DELIVERED),
        sent_at__gt=since,
        sent_at__lt=last - BOUNCES.comes_back_within,
    ).exclude(pk__in=failed)
    good_at = arrived.order_by("-sent_at").values_list("sent_at", flat=True).first()
    row = sorted(at for at in failed.values() if good_at is None or at > good_at)
    return len(row) >= BOUNCES.soft_times and row[-1] - row[0] >= BOUNCES.soft_over


def stop_offers(row: InboundMail, got: Inbound, mail: Mail, touch: Touch | None) -> None:
    """Somebody reported a letter as spam: no offers on any channel, and quiet until the owner has seen to it.

    What a mail program's "unsubscribe" sends is a farewell, not a grievance.
    """
    people = {touch.person_id} if touch else {pk for address in got.addresses for pk in people_with(address)}
    for person_id in sorted(people):
        if got.feedback == "opt-out":
            leave(person_id, scope=EVERYTHING, source="unsubscribed in the mail program")
            continue
        _hush(person_id, row)
    if touch and got.feedback != "opt-out":
        suppress(touch.to_address, Suppression.Reason.COMPLAINT, scope=MARKETING, source=f"mail {row.pk}")


def _hush(person_id: int, row: InboundMail) -> None:
    source = f"complaint, mail {row.pk}"
    for way in Way.values:
        withdraw_consent([person_id], way, "marketing", source=source, at=clock.now())
    forget_asks_of([person_id])
    ids = list(
        Touch.objects.filter(person_id=person_id, state__in=OPEN, purpose__in=ASKING).values_list("pk", flat=True)
    )
    move(ids, State.SUPPRESSED, why=_("Reported a letter as spam."), only_from=OPEN, **FREE)
    person = Person.objects.get(pk=person_id)
    silence(person, Silence.Kind.COMPLAINT, _("Reported a letter as spam."), ROOM)
    write_timeline([NewEntry(person_id, row.at, "complained", ROOM, row.pk, _("Reported a letter as spam"))])
    bulletin.post(PersonLeft(person_id, MARKETING))


def say_farewell(row: InboundMail, got: Inbound, mail: Mail, touch: Touch | None) -> None:
    """Somebody answered STOP: it counts for the address it came from and for whom the letter was."""
    source = f"answered STOP, mail {row.pk}"
    if mail.sender:
        leave_by_address(mail.sender, scope=EVERYTHING, source=source)
    if row.person_id is not None:
        leave(row.person_id, scope=EVERYTHING, source=source)


def welcome_back(row: InboundMail, got: Inbound, mail: Mail, touch: Touch | None) -> None:
    """Somebody answered START."""
    if row.person_id is not None:
        come_back(row.person_id, source=f"answered START, mail {row.pk}", wording=row.words[:200])


def hear_them(row: InboundMail, got: Inbound, mail: Mail, touch: Touch | None) -> None:
    """A person answered a letter."""
    hear(row)


def hear(row: InboundMail) -> None:
    """A person wrote: it stands on their timeline, and nothing more is asked of them meanwhile."""
    if row.person_id is None:
        return
    asking = Touch.objects.filter(person_id=row.person_id, state__in=OPEN, purpose__in=ASKING)
    ids = list(asking.values_list("pk", flat=True))
    move(ids, State.CANCELLED, why=_("They wrote to us; answer first."), only_from=OPEN, **FREE)
    words = " ".join((row.words or row.subject).split())
    text = _("Wrote: “%(words)s”") % {"words": words[:400]}
    write_timeline([NewEntry(row.person_id, row.at, "wrote", ROOM, row.pk, text)])


EFFECTS: Mapping[Kind, tuple[Effect, ...]] = {
    Kind.BOUNCE: (note_bounces,),
    Kind.COMPLAINT: (stop_offers,),
    Kind.STOP: (say_farewell,),
    Kind.START: (welcome_back,),
    Kind.HELP: (hear_them,),
    Kind.REPLY: (hear_them,),
    # A machine's answer is neither an answer nor a farewell; a report is about nobody; one wants proof of us.
    Kind.AUTO_REPLY: (),
    Kind.CHALLENGE: (),
    Kind.DELIVERED: (),
    Kind.REPORT: (),
}
