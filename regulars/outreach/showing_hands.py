"""A call, a text or a word by hand as a line of the list: to whom, by what way, why, and the words ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import clock
from regulars.outreach.channels.text.links import call_link, sms_link, whatsapp_link
from regulars.outreach.channels.text.segments import Measured, measure
from regulars.outreach.models import Channel, State, Touch
from regulars.outreach.queries.hands import Around, around
from regulars.outreach.queries.hours import zone_of
from regulars.people.models import Person, PostalAddress

SIGNS = {
    Channel.CALL: "phone",
    Channel.TEXT: "message-circle",
    Channel.BY_HAND: "pencil",
    Channel.NOTICE: "info",
    Channel.SOCIAL: "at-sign",
}
FRIENDLY = ("https://", "http://")


@dataclass(frozen=True)
class HandLine:
    """Everything a template needs about one thing to do. `why_not` bars it, `warning` only says to think twice."""

    touch: Touch
    what: str
    when: str
    is_late: bool = False
    facts: str = ""
    number: str = ""
    number_link: str = ""
    best_time: str = ""
    there: str = ""
    why_not: str = ""
    warning: str = ""
    sms_url: str = ""
    whatsapp_url: str = ""
    place: PostalAddress | None = None
    profile: str = ""
    measured: Measured = field(default_factory=lambda: measure(""))

    @property
    def pk(self) -> int:
        return self.touch.pk

    @property
    def name(self) -> str:
        return self.touch.person.full_name or _("Somebody without a name")

    @property
    def first_words(self) -> str:
        return Truncator(" ".join(self.touch.body.split())).chars(90)

    @property
    def url(self) -> str:
        return reverse("outreach:hand", args=[self.touch.pk])

    @property
    def sign(self) -> str:
        return SIGNS.get(Channel(self.touch.channel), "check")

    @property
    def is_call(self) -> bool:
        return self.touch.channel == Channel.CALL

    @property
    def is_text(self) -> bool:
        return self.touch.channel == Channel.TEXT

    @property
    def is_letter(self) -> bool:
        return self.touch.channel == Channel.BY_HAND

    @property
    def is_open(self) -> bool:
        return self.touch.state in {State.PLANNED, State.APPROVED}


def hand_lines(touches: Sequence[Touch], now: datetime) -> list[HandLine]:
    """Put a page of touches into words; what they need is read for all of them at once."""
    known = around(touches, now) if touches else None
    return [_line(touch, known, now) for touch in touches] if known else []


def _line(touch: Touch, known: Around, now: datetime) -> HandLine:
    person, day = touch.person, clock.local(touch.due_at).date()
    verdict = known.verdicts[touch.pk]
    numbers = known.mobiles if touch.channel == Channel.TEXT else known.numbers
    phone = numbers.get(person.pk) if touch.channel in {Channel.CALL, Channel.TEXT} else None
    dialled = (phone.e164 or phone.as_typed) if phone else ""
    is_barred = not verdict.ok and verdict.until is None
    is_ready = bool(dialled) and not is_barred and touch.channel == Channel.TEXT
    return HandLine(
        touch=touch,
        what=_what(touch),
        when=day_words(day, touch),
        is_late=day < clock.today(),
        facts=_facts(known, person),
        number=phone.as_typed if phone else "",
        number_link=call_link(dialled) if dialled else "",
        best_time=person.best_time,
        there=time_there(person, now),
        why_not=verdict.why if is_barred else "",
        warning=verdict.why if not verdict.ok and not is_barred else "",
        sms_url=sms_link(dialled, touch.body) if is_ready else "",
        whatsapp_url=whatsapp_link(dialled, touch.body) if is_ready and dialled.startswith("+") else "",
        place=known.places.get(person.pk),
        profile=touch.to_address if touch.to_address.startswith(FRIENDLY) else "",
        measured=measure(touch.body if touch.channel == Channel.TEXT else ""),
    )


def _what(touch: Touch) -> str:
    count = touch.step.partition("/")[2]
    label = str(Channel(touch.channel).label)
    if touch.channel == Channel.CALL and count.isdigit():
        return _("Call, attempt %(n)s") % {"n": count}
    return label


def day_words(day: date, touch: Touch) -> str:
    """When it is to be done, as a person says it."""
    today = clock.today()
    if touch.channel == Channel.BY_HAND:
        return _("Post it by %(day)s") % {"day": _day(day)}
    if day == today:
        return _("today")
    if day < today:
        return _("since %(day)s") % {"day": _day(day)}
    return _("tomorrow") if day == today + timedelta(days=1) else _("on %(day)s") % {"day": _day(day)}


def _day(day: date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT" if day.year == clock.today().year else "DATE_FORMAT")


def _facts(known: Around, person: Person) -> str:
    """How often they came and what they took last, in one sentence or two."""
    totals, bought = known.visits.get(person.pk), known.bought.get(person.pk, "")
    if totals is None or not totals.buying_days or totals.last_bought_on is None:
        return ""
    visits = ngettext("%(n)d visit", "%(n)d visits", totals.buying_days) % {"n": totals.buying_days}
    words = {"visits": visits, "day": _day(totals.last_bought_on), "bought": bought}
    return _("%(visits)s; last %(day)s: %(bought)s.") % words if bought else _("%(visits)s; last %(day)s.") % words


def time_there(person: Person, now: datetime) -> str:
    """What time it is where they are, if it is another time than here."""
    zone = zone_of(person.zone)
    local = now.astimezone(zone)
    if not person.zone or local.utcoffset() == clock.local(now).utcoffset():
        return ""
    return _("It is %(time)s where they are.") % {"time": date_format(local, "TIME_FORMAT")}
