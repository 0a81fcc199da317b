"""Cards to print in words for the page: who, what for, by when, where to, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit import clock
from regulars.kit.business import business
from regulars.outreach.models import Mailing, Stationery, Touch
from regulars.outreach.queries.posting import PostDays
from regulars.outreach.queries.roofs import family_of
from regulars.outreach.queries.year import same_words_before
from regulars.outreach.services.printing.pieces import OnPaper, addresses_for
from regulars.outreach.services.printing.stationery import post_days_of

KINDS: dict[str, str | Promise] = {
    "birthday": gettext_lazy("Birthdays"),
    "name_day": gettext_lazy("Name days"),
    "anniversary": gettext_lazy("Special days"),
    "customer-anniversary": gettext_lazy("Years with us"),
    "thank-you": gettext_lazy("Thank-yous"),
    "season": gettext_lazy("Greetings of the season"),
}
ORDER = list(KINDS)
MAILING = "mailing"


@dataclass(frozen=True)
class CardLine:
    """One card that waits for the printer."""

    touch: Touch
    what: str
    post_by: str
    to: tuple[str, ...]
    is_late: bool
    is_repeated: bool = False

    @property
    def name(self) -> str:
        return self.touch.person.full_name or _("Somebody without a name")

    @property
    def needs_address(self) -> bool:
        return not self.to

    @property
    def address(self) -> str:
        return " · ".join(line for line in self.to if line != self.touch.person.full_name)

    @property
    def tone(self) -> str:
        return "warm" if self.is_late or self.needs_address else ""

    @property
    def picked(self) -> str:
        """What the form sends back: the card and the words that were shown."""
        return f"{self.touch.pk}={self.touch.draft_hash}"

    @property
    def is_ticked(self) -> bool:
        return not self.needs_address and bool(self.touch.body.strip())


@dataclass(frozen=True)
class CardGroup:
    heading: str
    lines: Sequence[CardLine]
    # Of a mailing: its name in the ledger, under which its cards stand alone.
    programme: str = ""


def groups_of(touches: Sequence[Touch], pieces: Sequence[OnPaper], paper: Stationery) -> list[CardGroup]:
    """Put cards into groups by what they are for, each mailing by itself. Five queries."""
    days, home = post_days_of(paper), business().country
    places = addresses_for({touch.person_id for touch in touches})
    repeated = same_words_before(touches)
    names = _names_of_mailings(touches)
    found: dict[str, list[CardLine]] = {}
    for touch, piece in zip(touches, pieces, strict=True):
        place = places.get(touch.person_id)
        is_abroad = bool(place and place.country and home and place.country != home)
        found.setdefault(_kind(touch), []).append(
            _line(touch, piece, days, is_abroad=is_abroad, is_repeated=touch.pk in repeated)
        )
    return [
        CardGroup(names.get(kind) or heading_of(kind), found[kind], kind if kind in names else "")
        for kind in sorted(found, key=_place)
    ]


def _names_of_mailings(touches: Sequence[Touch]) -> dict[str, str]:
    """What the mailings are called that some of these cards are of, by their programme. One query, if any."""
    numbers = {touch.programme.partition(":")[2] for touch in touches if family_of(touch.programme) == MAILING}
    rows = Mailing.objects.filter(pk__in=[int(number) for number in numbers if number.isdigit()]) if numbers else ()
    return {row.programme: _("Mailing: %(name)s") % {"name": row.name} for row in rows}


def _place(kind: str) -> tuple[int, str]:
    return (ORDER.index(kind) if kind in KINDS else len(ORDER), kind)


def _kind(touch: Touch) -> str:
    family = family_of(touch.programme).replace("thank_you", "thank-you")
    if family == MAILING:
        return touch.programme
    return family if family in KINDS else "other"


def heading_of(kind: str) -> str:
    return str(KINDS.get(kind, _("Others")))


def _line(touch: Touch, piece: OnPaper, days: PostDays, *, is_abroad: bool, is_repeated: bool) -> CardLine:
    by = post_by(touch, days, is_abroad=is_abroad)
    is_late = by is not None and by < clock.today()
    return CardLine(touch, touch.subject, _post_words(by, is_late=is_late), piece.to_lines, is_late, is_repeated)


def post_by(touch: Touch, days: PostDays, *, is_abroad: bool) -> date | None:
    """The last day to post it so that it is there in time."""
    if touch.not_after is None:
        return None
    return days.post_on(clock.local(touch.not_after).date(), is_abroad=is_abroad)


def _post_words(by: date | None, *, is_late: bool) -> str:
    if by is None:
        return ""
    if is_late:
        return _("too late for the post: hand it over")
    if by == clock.today():
        return _("post it today")
    return _("post it by %(day)s") % {"day": formats.date_format(by, "MONTH_DAY_FORMAT")}


def preview_address(touch: Touch) -> str:
    return reverse("outreach:card-preview", args=[touch.pk])
