"""What people of a mailing will read: a few of each way, anybody by name, and how the words come out for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.business import business
from regulars.kit.money import shown as money_shown
from regulars.outreach.channels.text.links import sms_link
from regulars.outreach.channels.text.segments import Measured, measure
from regulars.outreach.mailing_forms import label_of
from regulars.outreach.models import Channel, Mailing, Recipient
from regulars.outreach.queries import mailings as queries
from regulars.outreach.queries.roofs import POSTED
from regulars.outreach.queries.variants import language_name
from regulars.outreach.services.drafting import Draft, draft_for
from regulars.outreach.services.mailings.costs import costs_of
from regulars.outreach.services.mailings.routes import Route, key_of, routes_of
from regulars.outreach.services.preflight import Preflight, preflight
from regulars.people.models import Person
from regulars.people.queries import find_people

Way = Recipient.Way
TRIED = 5000
FOUND = 20
HEADINGS: dict[str, str | Promise] = {
    Way.FIRST: "",
    Way.TEXT: gettext_lazy("Those who get a text message"),
    Way.CARD: gettext_lazy("Those who get a card"),
    Way.SECOND: gettext_lazy("Those who get it another way"),
}


@dataclass(frozen=True)
class Example:
    """What one of them will read; of a text message also how many it becomes and what that costs."""

    person: Person
    draft: Draft
    channel: str
    measured: Measured | None = None
    price: str = ""

    @property
    def tap_url(self) -> str:
        """What opens a text in the owner's own phone, to look at or to send to themselves."""
        return sms_link("", self.draft.text) if self.channel == Channel.TEXT else ""

    @property
    def is_card(self) -> bool:
        return self.channel in POSTED

    @property
    def how(self) -> str:
        """The way it goes and the language it is in, in words."""
        way, language = str(Channel(self.channel).label), language_name(self.draft.language)
        if not self.draft.wanted:
            return _("%(way)s, in %(language)s") % {"way": way, "language": language}
        said = {"way": way, "language": language, "wanted": language_name(self.draft.wanted)}
        return _("%(way)s, in %(language)s, because there are no words in %(wanted)s") % said


@dataclass(frozen=True)
class Reader:
    """Somebody asked for by name: what they get, or why nothing."""

    asked: str
    example: Example | None = None
    sentence: str = ""


@dataclass(frozen=True)
class Trial:
    """How one wording comes out for those who get it; of very many (`is_cut`) the first `tried` were tried."""

    name: str
    found: Preflight
    tried: int
    is_cut: bool = False


def few_of_each(mailing: Mailing, most: int = 3) -> list[tuple[str, list[Example]]]:
    """A few of those on each way, under its heading. Eight queries a way at most."""
    found = []
    for route in routes_of(mailing):
        people = queries.some_recipients(mailing, most, route.way)
        if people and (examples := _examples(route, people)):
            found.append((str(HEADINGS[route.way]), examples))
    return found


def _examples(route: Route, people: Sequence[Person]) -> list[Example]:
    drafts = draft_for(route.version, [person.pk for person in people], variants=route.variants).ready
    written = [(person, drafts[person.pk]) for person in people if person.pk in drafts]
    if route.channel != Channel.TEXT:
        return [Example(person, draft, route.channel) for person, draft in written]
    costs = costs_of(Channel.TEXT, {pk: draft.text for pk, draft in drafts.items()})
    return [
        Example(person, draft, route.channel, measure(draft.text), _money(costs[person.pk]))
        for person, draft in written
    ]


def _money(amount: Decimal) -> str:
    return money_shown(amount, business().currency) if amount else ""


def route_for(mailing: Mailing, recipient: Recipient) -> Route | None:
    """The words of one of its people, as they are now or, once it has begun, as they were then."""
    is_other = recipient.way == Way.FIRST and recipient.arm == "b" and mailing.other_wording
    key = mailing.other_wording if is_other else key_of(mailing, recipient.way)
    return Route.of(recipient.way, key, mailing.versions) if key else None


def as_somebody(mailing: Mailing, asked: str) -> Reader | None:
    """What the first of its people found by these words will get, or why they get nothing. Some ten queries."""
    asked = asked.strip()[:200]
    if not asked:
        return None
    people = {person.pk: person for person in find_people(asked, FOUND)}
    rows = queries.recipients_among(mailing, people)
    here = [rows[pk] for pk in people if pk in rows]
    if not here:
        return Reader(asked, sentence=_("Nobody of this mailing is called “%(asked)s”.") % {"asked": asked})
    recipient = min(here, key=lambda row: row.way == Way.OUT)
    person, route = people[recipient.person_id], route_for(mailing, recipient)
    examples = _examples(route, [person]) if route else []
    if examples:
        return Reader(asked, examples[0])
    return Reader(asked, sentence=_why_nothing(person, recipient))


def _why_nothing(person: Person, recipient: Recipient) -> str:
    name = person.full_name or _("Somebody without a name")
    if recipient.way == Way.CALL:
        return _("%(name)s is called instead.") % {"name": name}
    return _("%(name)s is left out. %(why)s") % {"name": name, "why": recipient.why}


def trials(mailing: Mailing) -> list[Trial]:
    """Say how all its words come out: who reads a fallback, and how it reads. Of many, the first are tried.

    Six queries a wording; each is tried on those who get it.
    """
    return [trial for route, arm in _tried(mailing) if (trial := _trial(mailing, route, arm))]


def _tried(mailing: Mailing) -> Iterator[tuple[Route, str]]:
    for route in routes_of(mailing):
        is_compared = route.way == Way.FIRST and mailing.other_wording
        yield route, "a" if is_compared else ""
        if is_compared:
            yield Route.of(route.way, mailing.other_wording), "b"


def _trial(mailing: Mailing, route: Route, arm: str) -> Trial | None:
    ids = queries.first_recipients(mailing, TRIED, way=route.way, arm=arm)
    if not ids:
        return None
    found = preflight(route.version, ids, variants=route.variants)
    # A text message or a card of its own is named as the letter beside it.
    name = label_of(route.version) if route.way in {Way.TEXT, Way.CARD} else route.version.wording.name
    return Trial(name, found, len(ids), is_cut=len(ids) == TRIED)
