"""The letter at the month's end: whom you thanked, whom you forgot, who came back. Names, no figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery
from django.utils import formats
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from regulars.kit import clock, effects
from regulars.kit.business import business, in_our_language
from regulars.kit.schedules import every
from regulars.outreach.models import MonthLetter, Purpose, Touch
from regulars.outreach.queries import year
from regulars.outreach.services.accounts import post_at_once
from regulars.outreach.services.resting import active_account
from regulars.people.models import Occasion, Person
from regulars.people.queries import occasions_between
from regulars.purchases.models import Order
from regulars.staff.models import User
from regulars.staff.roles import Role

AWAY_DAYS = 180
AROUND_DAYS = 14
THANK_WITHIN_DAYS = 21
KEPT = 200
NAMED = 40


@dataclass(frozen=True)
class Story:
    """One part of the letter, with the names to be read today: who was erased since is not among them.

    `sentence` stands over the names on the page, `told` holds them as a letter says it, `hint` is what one might do.
    """

    key: str
    sentence: str
    told: str
    hint: str
    people: Sequence[Person]
    has_more: bool

    @property
    def names(self) -> str:
        names = [person.full_name or _("somebody without a name") for person in self.people]
        return get_text_list([*names, _("others")] if self.has_more else names, _("and"))


@every("letter of the month", cron="30 7 1 * *")
def end_of_the_month() -> None:
    """Write the letter of the month that ended, once, and send it where a mailbox is connected."""
    with in_our_language():
        mail_letter(write_month_letter(last_month(clock.today())))


def last_month(today: date) -> date:
    """The first day of the month before."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def write_month_letter(month_on: date) -> MonthLetter:
    """Write down who is in the letter of a month; the first one written stays. A dozen queries."""
    known = MonthLetter.objects.filter(month_on=month_on).first()
    if known is not None:
        return known
    found = {
        "thanked": _ids(thanked(month_on)),
        "forgotten": _forgotten(month_on),
        "came_back": _ids(came_back(month_on)),
    }
    values = {"found": found, "written_at": clock.now()}
    return MonthLetter.objects.get_or_create(month_on=month_on, defaults=values)[0]


def _ids(rows: QuerySet[Person]) -> list[int]:
    return list(rows.order_by("sort_name", "pk").values_list("pk", flat=True)[: KEPT + 1])


def _end_of(month_on: date) -> date:
    return (month_on + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _reached(first: date, last: date) -> QuerySet[Touch]:
    """What thanked or greeted somebody in a stretch of days."""
    return Touch.objects.filter(
        person=OuterRef("pk"),
        purpose__in=(Purpose.CARE, Purpose.GREETING),
        sent_at__gte=clock.start_of(first),
        sent_at__lt=clock.end_of(last),
    )


def thanked(month_on: date) -> QuerySet[Person]:
    return year.customers().filter(Exists(_reached(month_on, _end_of(month_on))))


def came_back(month_on: date) -> QuerySet[Person]:
    """Who bought in the month and had not for half a year before."""
    orders = Order.objects.purchases().filter(person=OuterRef("pk"))
    before = orders.filter(bought_on__lt=month_on).order_by().values("person").annotate(last=Max("bought_on"))
    return (
        year.customers()
        .filter(Exists(orders.filter(bought_on__range=(month_on, _end_of(month_on)))))
        .annotate(before_on=Subquery(before.values("last")))
        .filter(before_on__lt=month_on - timedelta(days=AWAY_DAYS))
    )


def _forgotten(month_on: date) -> list[int]:
    """Whose birthday passed without a word, and who bought and was not thanked within three weeks."""
    last = _end_of(month_on)
    bought = Order.objects.purchases().filter(
        person=OuterRef("pk"),
        bought_on__range=(month_on - timedelta(days=THANK_WITHIN_DAYS), last - timedelta(days=THANK_WITHIN_DAYS)),
    )
    since = _reached(month_on - timedelta(days=THANK_WITHIN_DAYS), last)
    unthanked = _ids(year.customers().filter(Exists(bought)).filter(~Exists(since)))
    days = occasions_between(month_on, last, [Occasion.Kind.BIRTHDAY])
    greeted = year.customers().filter(pk__in={day.person_id for day in days[:5000]})
    around = _reached(month_on - timedelta(days=AROUND_DAYS), last + timedelta(days=AROUND_DAYS))
    ungreeted = _ids(greeted.filter(~Exists(around)))
    return list(dict.fromkeys([*ungreeted, *unthanked]))[: KEPT + 1]


def stories(letter: MonthLetter) -> list[Story]:
    """The letter in words, for whoever reads it now. One query."""
    ids = {pk for part in letter.found.values() for pk in part[:NAMED]}
    known = Person.objects.gradable().in_bulk(ids)
    found = []
    for key, (said, nobody, told, hint) in _sentences(letter.month_on).items():
        part = letter.found.get(key, [])
        people = [known[pk] for pk in part[:NAMED] if pk in known]
        sentence = said if people else nobody
        found.append(Story(key, sentence, told, hint if people else "", people, len(part) > NAMED))
    return found


def _sentences(month_on: date) -> dict[str, tuple[str, str, str, str]]:
    month = {"month": formats.date_format(month_on, "F")}
    return {
        "thanked": (
            _("You thanked or greeted"),
            _("You thanked nobody in %(month)s. It is never too late for a thank-you.") % month,
            _("In %(month)s you thanked or greeted %%(names)s.") % month,
            "",
        ),
        "forgotten": (
            _("Nobody had a word for"),
            _("You forgot nobody: no birthday passed without a word, and nobody bought without thanks."),
            _("Nobody had a word for %(names)s."),
            _("A birthday passed, or they bought and were not thanked. A line from you would still be welcome."),
        ),
        "came_back": (
            _("Back after a long while"),
            _("Nobody came back after a long while."),
            _("After a long while away, back in your shop: %(names)s."),
            _("They may like to hear that you noticed."),
        ),
    }


def month_words(month_on: date) -> str:
    return formats.date_format(month_on, "F Y")


def as_text(letter: MonthLetter, name: str = "") -> str:
    """The letter as an e-mail says it to somebody of this name."""
    parts = [_("Dear %(name)s,") % {"name": name} if name else _("Hello,")]
    for story in stories(letter):
        said = story.told % {"names": story.names} if story.people else story.sentence
        parts.append(f"{said} {story.hint}".strip())
    parts.append(_("Each name leads to its page under “A year of cards”, in the letter of this month."))
    return "\n\n".join([*parts, business().name])


def mail_letter(letter: MonthLetter) -> bool:
    """Send it to the owner, once: it is noted before it leaves, so that no second worker sends it again."""
    account = active_account()
    owners = list(User.objects.filter(role=Role.OWNER, is_active=True).exclude(email=""))
    if account is None or not owners or business().is_sending_stopped:
        return False
    if not MonthLetter.objects.filter(pk=letter.pk, mailed_at=None).update(mailed_at=clock.now()):
        return False
    subject = _("Your %(month)s") % {"month": month_words(letter.month_on)}
    for owner in owners:
        text = as_text(letter, owner.display_name)
        effects.perform(
            "letter of the month",
            lambda to=owner.email, text=text: post_at_once(account, to, subject, text, name="month"),  # type: ignore[misc]
            instead=None,
            to=owner.email,
        )
    return True


def latest_letters(most: int = 12) -> Iterable[MonthLetter]:
    return list(MonthLetter.objects.all()[:most])
