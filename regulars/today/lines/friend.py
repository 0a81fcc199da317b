"""Thank whoever sent a friend, once, when the friend has first bought."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit.business import business
from regulars.kit.prepared import prepared
from regulars.purchases.models import PersonTotals
from regulars.today.acquaintance import CALL, CARD, EMAIL, Acquaintance
from regulars.today.lines.quiet import not_quiet
from regulars.today.lines.shape import Due, Kind, Line, Words
from regulars.today.lines.ways import MINUTES, cost_of, day_in_words, way_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEY = "friend"
WINDOW_DAYS = 21
WAYS = (CARD, EMAIL, CALL)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """First purchases of the last three weeks by people somebody sent, oldest first. One query.

    The subject is the friend, so that each is thanked for once for ever; the line is about whoever sent them.
    """
    since = on - timedelta(days=WINDOW_DAYS)
    first = max(since, business().follow_up_since or since)
    return [
        Due(KEY, pk, "", day or on, sender_id, {"friend": given or name, "name": name})
        for pk, day, name, given, sender_id in _rows(first, on, limit, only)
    ]


@prepared
def _rows(first: date, on: date, limit: int, only: Collection[int] | None) -> QuerySet[PersonTotals, Any]:
    rows = PersonTotals.objects.filter(
        not_quiet(on, "person__referred_by"),
        Decision.objects.open_lines(KEY, on),
        first_bought_on__range=(first, on),
        person__referred_by__isnull=False,
        person__referred_by__merged_into=None,
        person__referred_by__erased_at=None,
    ).order_by("first_bought_on", "pk")
    if only is not None:
        rows = rows.filter(pk__in=only)
    found = rows.values_list("pk", "first_bought_on", "person__full_name", "person__given_name", "person__referred_by")
    return found[:limit]


def words(dues: Sequence[Due], known: Mapping[int, Acquaintance]) -> Words:
    return Words({due.key: "friend" for due in dues}, {due.key: {"friend": str(due.facts["friend"])} for due in dues})


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, known[due.person_id or 0], on) for due in dues]


def line(due: Due, person: Acquaintance, on: date) -> Line:
    way = person.way(WAYS)
    days = (on - due.due_on).days
    ago = ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days} if days else _("today")
    return Line(
        due=due,
        person=person.name,
        what=way_in_words(way, thanks=True),
        why_person=person.in_words,
        why_now=_("Sent us %(friend)s, who first bought on %(day)s, %(ago)s.")
        % {
            "friend": due.facts["name"] or due.facts["friend"] or _("a friend"),
            "day": day_in_words(due.due_on),
            "ago": ago,
        },
        chip=_("sent a friend"),
        minutes=MINUTES[way],
        cost_amount=cost_of(way),
        way=way,
        purpose="care",
        programme="friend",
        draft=due.draft,
        phone=person.phone,
        phone_link=person.phone_link,
        address=person.address,
    )


KIND = Kind(KEY, gettext_lazy("They sent a friend"), gettext_lazy("thanked once"), due, compose, words)
