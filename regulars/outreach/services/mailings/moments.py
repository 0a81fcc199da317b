"""When each person of a mailing is written to, on their own clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from regulars.kit import clock
from regulars.outreach.models import Mailing
from regulars.outreach.queries.hours import zone_of
from regulars.outreach.services.mailings.gathering import day_of_spread
from regulars.people.bulk import among
from regulars.people.models import Person

When = Mailing.When
MORNING = time(9)


class Moments:
    """The moments of one mailing: `began_at` is the owner's yes, and nothing is due before it."""

    def __init__(self, mailing: Mailing, began_at: datetime) -> None:
        self.mailing, self.began_at = mailing, began_at

    def of(self, person_ids: Iterable[int]) -> dict[int, datetime]:
        """When each of these is due. One query where their clocks matter."""
        ids = list(person_ids)
        mailing = self.mailing
        if mailing.when == When.NOW:
            return dict.fromkeys(ids, self.began_at)
        if mailing.when == When.AT:
            return dict.fromkeys(ids, max(mailing.at or self.began_at, self.began_at))
        zones = dict(Person.objects.filter(pk__in=among(ids)).values_list("pk", "zone"))
        return {person_id: self._morning(person_id, zones.get(person_id, "")) for person_id in ids}

    def _morning(self, person_id: int, zone_name: str) -> datetime:
        """Nine o'clock where they live, on their day; the next morning where that has passed."""
        zone = zone_of(zone_name)
        days = day_of_spread(self.mailing, person_id) if self.mailing.when == When.SPREAD else 0
        begins_at = max(self.mailing.at or self.began_at, self.began_at)
        first = _next_morning(begins_at, zone)
        return _at_nine(first + timedelta(days=days), zone)

    def last_use(self, due_at: datetime) -> datetime:
        """After this it would be too late."""
        return due_at + timedelta(days=self.mailing.good_for_days)


def _next_morning(at: datetime, zone: ZoneInfo) -> date:
    local = at.astimezone(zone)
    return local.date() if local.time() <= MORNING else local.date() + timedelta(days=1)


def _at_nine(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, MORNING, zone).astimezone(clock.zone())
