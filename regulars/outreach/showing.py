"""A touch as a line of the outbox: what it is, what will happen, why, and what can be done with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import clock
from regulars.outreach.channels.email.local_outbox import is_local
from regulars.outreach.models import GOES_BY_ITSELF, Channel, InboundMail, Outcome, State, Touch
from regulars.outreach.services.changing import is_delayed

LONGEST_ABOUT = 80
TONES = {State.FAILED: "alarm", State.BOUNCED: "alarm", State.UNKNOWN: "warm", State.HELD: "warm"}


@dataclass(frozen=True)
class Line:
    """Everything a template needs about one touch."""

    touch: Touch
    what: str
    when: str
    why: str
    tone: str
    can_stop: bool = False
    can_edit: bool = False
    can_release: bool = False
    can_hurry: bool = False
    can_retry: bool = False
    can_decide: bool = False
    can_reopen: bool = False
    pause_url: str = ""

    @property
    def name(self) -> str:
        return self.touch.person.full_name or _("Somebody without a name")

    @property
    def state(self) -> str:
        return str(State(self.touch.state).label)

    @property
    def evidence(self) -> str:
        return evidence_words(self.touch)


def shown_lines(touches: Sequence[Touch], *, may_approve: bool, paused: Collection[str] = ()) -> list[Line]:
    return [shown(touch, may_approve=may_approve, paused=paused) for touch in touches]


def shown(touch: Touch, *, may_approve: bool, paused: Collection[str] = ()) -> Line:
    """Put one touch into words; no query when its person was fetched with it. `paused` are programmes that rest."""
    state = touch.state
    waits = touch.programme in paused and state in {State.PLANNED, State.HELD, State.APPROVED, State.CLAIMED}
    is_in_time = not touch.not_after or touch.not_after > clock.now()
    return Line(
        touch=touch,
        what=what(touch),
        when=_("Waits until its programme goes on") if waits and state != State.HELD else when(touch),
        why=_why(touch, is_paused=waits),
        pause_url=reverse("outreach:programme", args=[touch.programme]) if waits else "",
        tone=TONES.get(State(state), ""),
        can_stop=may_approve and state in {State.PLANNED, State.HELD, State.APPROVED, State.CLAIMED},
        can_edit=may_approve and state in {State.PLANNED, State.HELD, State.APPROVED},
        can_release=may_approve and state == State.HELD and touch.batch_id is None,
        can_hurry=may_approve and not waits and is_delayed(touch),
        can_retry=may_approve
        and state in {State.FAILED, State.BOUNCED}
        and is_in_time
        and touch.channel in GOES_BY_ITSELF,
        can_decide=may_approve and state == State.UNKNOWN,
        can_reopen=may_approve and state == State.CANCELLED and is_in_time,
    )


def _why(touch: Touch, *, is_paused: bool) -> str:
    if touch.state == State.HELD:
        return " ".join(
            part for part in (touch.held_why, _("Its programme is paused, too.") if is_paused else "") if part
        )
    if is_paused:
        return _("Its programme is paused.")
    return touch.why if touch.state in TONES or touch.state in _ENDED else ""


_ENDED = frozenset({State.SUPPRESSED, State.EXPIRED, State.CANCELLED})


def what(touch: Touch) -> str:
    """The way it goes and what it is about: of a text, which has no subject, its first words."""
    channel = str(Channel(touch.channel).label)
    begins = getattr(touch, "begins", None) if touch.channel == Channel.TEXT else ""
    about = touch.subject or " ".join((touch.body if begins is None else begins).split())
    return f"{channel}: {Truncator(about).chars(LONGEST_ABOUT)}" if about else channel


def when(touch: Touch) -> str:
    """Say when it goes or went, as near as a person needs to know."""
    now = clock.now()
    if touch.state == State.HELD:
        return (
            _("Held until %(moment)s") % {"moment": moment_words(touch.held_until)} if touch.held_until else _("Held")
        )
    if touch.state in {State.CLAIMED, State.SENDING}:
        return _("Going out now")
    if touch.state == State.APPROVED and touch.channel in GOES_BY_ITSELF:
        return _goes(touch.due_at, now)
    if touch.state in {State.SENT, State.DELIVERED} and touch.sent_at:
        words = _("Kept as a file, %(moment)s") if is_kept_as_file(touch) else _("Sent %(moment)s")
        if touch.channel != Channel.EMAIL and touch.outcome:
            words = f"{Outcome(touch.outcome).label}, %(moment)s"
        return words % {"moment": moment_words(touch.sent_at)}
    return f"{State(touch.state).label}, {moment_words(touch.changed_at)}"


def is_kept_as_file(touch: Touch) -> bool:
    """Was this letter written to the local outbox, because no mailbox was connected?"""
    return touch.sent_at is not None and is_local(touch)


def _goes(due_at: datetime, now: datetime) -> str:
    if due_at <= now:
        return _("Goes as soon as it can")
    if due_at - now < timedelta(minutes=90):
        minutes = max(1, round((due_at - now).total_seconds() / 60))
        return ngettext("Goes in %(n)d minute", "Goes in %(n)d minutes", minutes) % {"n": minutes}
    return _("Goes %(moment)s") % {"moment": moment_words(due_at)}


def moment_words(at: datetime | None) -> str:
    """ "18:40" today, "Tue 10:00" within a week, else "22 November, 18:40"."""
    from django.utils.formats import date_format

    if at is None:
        return ""
    local, today = clock.local(at), clock.today()
    hour = date_format(local, "TIME_FORMAT")
    if local.date() == today:
        return hour
    if abs((local.date() - today).days) < 7:
        return f"{date_format(local, 'D')} {hour}"
    return f"{date_format(local, 'DATE_FORMAT' if local.year != today.year else 'MONTH_DAY_FORMAT')}, {hour}"


def evidence_words(touch: Touch) -> str:
    """What is known about a letter of which nobody knows whether it arrived."""
    stage = str(touch.evidence.get("stage", ""))
    if stage in {"connecting", "greeted", "sender", "recipient", "data"}:
        return _(
            "It stopped before the letter was handed over. It has almost certainly not arrived: sending again is safe."
        )
    if stage == "handing over":
        return _(
            "It stopped in the middle of handing over. The server cannot have had the whole letter: "
            "sending again is safe."
        )
    if stage == "handed over":
        return _(
            "The whole letter had been handed over, and only the server's answer is missing. It may well have arrived."
        )
    return _("How far it got is not known.")


@dataclass(frozen=True)
class MailLine:
    """A mail that came in, as a list shows it."""

    pk: int
    who: str
    person_id: int | None
    what: str
    words: str
    when: str
    chip: str = ""
    tone: str = ""


MAIL_TONES = {"complaint": "alarm", "bounce": "warm", "stop": "warm"}


def shown_mails(rows: Iterable[InboundMail]) -> list[MailLine]:
    return [shown_mail(row) for row in rows]


def shown_mail(mail: InboundMail) -> MailLine:
    """Say who wrote what and when; of a person's own words the first, of a machine's what it means."""
    who = mail.person.full_name if mail.person else mail.from_name or mail.from_address or _("Somebody we do not know")
    is_words = mail.kind in {InboundMail.Kind.REPLY, InboundMail.Kind.HELP, InboundMail.Kind.CHALLENGE}
    label = str(InboundMail.Kind(mail.kind).label)
    return MailLine(
        mail.pk,
        who,
        mail.person_id,
        mail.subject or label,
        Truncator(" ".join(mail.words.split())).chars(160) if is_words else "",
        moment_words(mail.received_at),
        _("answered") if mail.is_answered else _("put aside") if mail.settled_at else "" if is_words else label,
        "good" if mail.settled_at else MAIL_TONES.get(mail.kind, ""),
    )


@dataclass(frozen=True)
class Said:
    """One voice in a thread."""

    is_ours: bool
    words: str
    when: str
    subject: str
    url: str = ""
    is_this: bool = False


def said_lines(rows: Iterable[InboundMail | Touch], this: InboundMail) -> list[Said]:
    """A thread, the oldest first."""
    lines = []
    for row in rows:
        if isinstance(row, InboundMail):
            url = "" if row.pk == this.pk else reverse("outreach:reply", args=[row.pk])
            words = row.words or str(InboundMail.Kind(row.kind).label)
            lines.append(Said(False, words, moment_words(row.received_at), row.subject, url, row.pk == this.pk))
        else:
            url = reverse("outreach:touch", args=[row.pk])
            lines.append(Said(True, row.body, moment_words(row.sent_at), row.subject, url))
    return lines
