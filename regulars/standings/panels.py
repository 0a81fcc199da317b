"""What this room shows on the person page: their rhythm, where they stand, and what to expect of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.http import HttpRequest
from django.utils.translation import gettext as _

from regulars.insight.rhythm import MINIMUM_BUYING_DAYS
from regulars.insight.seasonality import Seasonality
from regulars.kit import clock
from regulars.kit.charts import Rhythm, Visit, rhythm
from regulars.kit.panels import Panel
from regulars.people.models import Person
from regulars.purchases.models import Order
from regulars.purchases.queries import orders_of
from regulars.staff.doors import who_knocks
from regulars.staff.permissions import may
from regulars.standings.hopes import chances, in_touch, touched
from regulars.standings.models import Basis, Finding, SimpleGroup, Standing
from regulars.standings.outlook import rests_on, worth
from regulars.standings.queries import GroupCounts, findings, group_counts, standing_of
from regulars.standings.room import room_of
from regulars.standings.sending import sent_by_words, sent_people
from regulars.standings.services.card import season_of
from regulars.standings.suggesting import suggested
from regulars.standings.words import ago, ahead, coming, every, given_back, late, reason

VISITS_DRAWN = 200


def panels(request: HttpRequest, person: Person) -> list[Panel]:
    """Their rhythm in the main column, their standing at the side, and their friends. Nine queries.

    Two more where something can be suggested. Four more of somebody who has not bought.
    Up to three more where what they buy elsewhere is shown: in shops of 200 people and more.
    """
    if person.is_bucket:
        return []
    standing, today = standing_of(person.pk), clock.today()
    counts = group_counts() if standing is not None else None
    visits = _visits(person.pk, today)
    found = findings(Finding.Name.MODEL, Finding.Name.PRODUCTS, Finding.Name.POTENTIAL)
    card = found.get(Finding.Name.MODEL)
    may_remember = may(who_knocks(request), "standings.remember")
    come = coming(standing, card.data if card else None, today) if standing else []
    shown = _rhythm_panel(person, standing, visits, today, come, may_remember, season_of(card.data if card else None))
    return [
        *([shown] if shown else []),
        *_standing_panel(standing, card, counts, today, _hopes_of(person, standing, found)),
        *_suggestion_panel(person, found.get(Finding.Name.PRODUCTS), today),
        *_share_panel(person, standing, counts, today, may_remember),
        *_sent_panel(person),
    ]


def _sent_panel(person: Person) -> list[Panel]:
    """Who sent them and whom they sent; nothing where neither is known. At most four queries."""
    words, sent = sent_by_words([person]).get(person.pk, ""), sent_people(person)
    if not words and not sent:
        return []
    context = {"words": words, "sender": person.referred_by_id, "sent": sent}
    return [Panel(25, "main", "standings/_sent.html", context)]


def _visits(person_id: int, today: date) -> list[Visit]:
    rows = (
        Order.objects.purchases()
        .filter(person_id=person_id, bought_on__lte=today)
        .values_list("bought_on")
        .annotate(net=Sum("net_amount"))
        .order_by("-bought_on")[:VISITS_DRAWN]
    )
    return [Visit(on, Decimal(net)) for on, net in reversed(rows)]


def _rhythm_panel(
    person: Person,
    standing: Standing | None,
    visits: list[Visit],
    today: date,
    come: list[str],
    may_remember: bool,
    season: Seasonality | None,
) -> Panel | None:
    if not visits and not may_remember:
        return None
    context = {
        "person": person,
        "standing": standing,
        "chart": _chart(standing, visits, today, season) if visits else None,
        "sentence": " ".join(filter(None, (_sentence(standing, today, is_seasonal=season is not None), *come))),
        "is_remembered": standing is not None and standing.basis == Basis.MEMORY,
        "may_remember": may_remember and (standing is None or standing.basis != Basis.ORDERS),
    }
    return Panel(20, "main", "standings/_rhythm.html", context)


def _chart(standing: Standing | None, visits: list[Visit], today: date, season: Seasonality | None) -> Rhythm:
    """Due is when one usual gap has gone by, for all that it may be; quiet months take longer to go by."""
    due, last = None, visits[-1].on
    if standing is not None and _has_rhythm(standing) and standing.usual_gap_days is not None:
        low = standing.gap_low_days or standing.usual_gap_days
        high = standing.gap_high_days or standing.usual_gap_days
        if season is not None:
            low, high = season.calendar_days(last, low), season.calendar_days(last, high)
        due = (last + timedelta(days=round(low)), last + timedelta(days=max(round(high), round(low) + 1)))
    return rhythm(visits, today=today, due=due, label=reason(standing, today) if standing else "")


def _sentence(standing: Standing | None, today: date, *, is_seasonal: bool) -> str:
    """Say the usual gap, how sure that is, how long it is now, and since when that is too long."""
    if standing is None or standing.basis == Basis.CONTACT:
        return ""
    gap, silent = standing.usual_gap_days, standing.silent_days(today)
    if gap is None or silent is None or not _has_rhythm(standing):
        return " ".join(filter(None, (reason(standing, today), late(standing, today, is_seasonal=is_seasonal))))
    low, high = round(standing.gap_low_days or 0), round(standing.gap_high_days or 0)
    facts = {"every": every(gap), "low": low, "high": high, "now": silent, "ago": ago(silent)}
    if silent <= 1 and low == high:
        said = _("Usually %(every)s; last here %(ago)s.") % facts
    elif silent <= 1:
        said = _("Usually %(every)s (most likely %(low)d to %(high)d); last here %(ago)s.") % facts
    elif low == high:
        said = _("Usually %(every)s; now %(now)d.") % facts
    else:
        said = _("Usually %(every)s (most likely %(low)d to %(high)d); now %(now)d.") % facts
    return " ".join(filter(None, (said, late(standing, today, is_seasonal=is_seasonal))))


def _has_rhythm(standing: Standing) -> bool:
    return standing.basis == Basis.ORDERS and standing.buying_days >= MINIMUM_BUYING_DAYS


def _hopes_of(person: Person, standing: Standing | None, found: Mapping[str, Finding]) -> list[str]:
    """What may come of somebody who has not bought; nothing of others. Three queries, or none."""
    if standing is None or standing.basis != Basis.CONTACT:
        return []
    one = touched([person])[person.pk]
    said = [in_touch(len(one.days))] if len(one.days) > 1 else []
    return [*said, *chances(found.get(Finding.Name.POTENTIAL), standing, one)]


def _standing_panel(
    standing: Standing | None, card: Finding | None, counts: GroupCounts | None, today: date, hopes: list[str]
) -> list[Panel]:
    if standing is None:
        return []
    simple = standing.simple_group
    is_small = counts is None or counts.is_simple
    name = simple.label if simple and is_small else standing.get_group_display()
    context = {
        "standing": standing,
        "name": name,
        # Their group may be called the same: said once is enough.
        "is_slipping": standing.is_slipping(today) and not (is_small and simple == SimpleGroup.SLIPPING),
        "reason": _why(standing, today),
        "facts": [*worth(standing), *_grades(standing)],
        "ahead": hopes or ahead(standing, card.data if card else None),
        "rests_on": rests_on(standing, card),
        # A standing that did not change is not written anew; it is as of the last grading all the same.
        "as_of": max(standing.as_of, counts.as_of) if counts else standing.as_of,
    }
    return [Panel(30, "side", "standings/_standing.html", context)]


def _why(standing: Standing, today: date) -> str:
    """Say what the standing rests on; who gave back all they bought is told apart. A query of those without."""
    if standing.basis == Basis.CONTACT and orders_of(standing.person_id).filter(is_cancelled=False).exists():
        return given_back(standing, today)
    return reason(standing, today)


def _suggestion_panel(person: Person, products: Finding | None, today: date) -> list[Panel]:
    """What to suggest; nothing where nothing can be said. At most two queries."""
    found = suggested(person.pk, today, products)
    return [Panel(22, "main", "standings/_suggestions.html", {"suggestions": found})] if found else []


def _share_panel(
    person: Person, standing: Standing | None, counts: GroupCounts | None, today: date, may_tell: bool
) -> list[Panel]:
    """What they buy elsewhere: nothing in a small shop, nor of somebody who has not bought. At most three queries."""
    if standing is None or standing.basis != Basis.ORDERS or counts is None or counts.is_simple:
        return []
    room = room_of(person.pk, today)
    if room is None and not may_tell:
        return []
    return [Panel(35, "side", "standings/_share.html", {"person": person, "room": room, "may_tell": may_tell})]


def _grades(standing: Standing) -> list[tuple[str, str]]:
    if standing.r is None:
        return []
    out_of = _("%(grade)d of 5")
    grades = ((_("How lately"), standing.r), (_("How often"), standing.f), (_("How much"), standing.m))
    return [(name, out_of % {"grade": grade}) for name, grade in grades if grade is not None]
