"""Writing down what somebody owns, and that it was looked after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people.models import Person
from regulars.people.services import NewEntry, write_timeline
from regulars.people.services.changing import touch
from regulars.people.words import fold
from regulars.rapport.models import Belonging
from regulars.rapport.months import months_after
from regulars.staff.models import User

TEXTS = {"what": 120, "details": 200, "note": 300}
COLUMNS = (*TEXTS, "bought_on", "is_from_us", "warranty_until", "service_months", "serviced_on")
MOST_MONTHS = 240


@transaction.atomic
def add_belonging(person: Person, said: Mapping[str, Any], *, key: str, by: User | None = None) -> Belonging:
    """Write down a thing somebody owns; `said` may hold any of COLUMNS. The same key again is the same thing."""
    values = _checked(said)
    values["service_due_on"] = _due_on(values, clock.today())
    fixed = {"person": person, "noted_at": clock.now(), "noted_by": by}
    thing, is_new = Belonging.objects.get_or_create(key=key[:100], defaults={**values, **fixed})
    if is_new:
        touch(person.pk, "belongings")
    return thing


@transaction.atomic
def change_belonging(thing: Belonging, said: Mapping[str, Any]) -> None:
    """Write other words or days about a thing."""
    now = {name: getattr(thing, name) for name in COLUMNS}
    values = _checked({**now, **said})
    values["service_due_on"] = _due_on(values, clock.local(thing.noted_at).date())
    Belonging.objects.filter(pk=thing.pk).update(**values)
    touch(thing.person_id, "belongings")


@transaction.atomic
def record_service(thing: Belonging, on: date | None = None, by: User | None = None) -> bool:
    """Note that a thing was looked after, once a day; the next time is reckoned from then. False if noted already."""
    day = on or clock.today()
    if day > clock.today():
        raise Refusal(_("That day is still to come."), field="on")
    due_on = months_after(day, thing.service_months) if thing.service_months else None
    rows = Belonging.objects.filter(Q(serviced_on=None) | Q(serviced_on__lt=day), pk=thing.pk, gone_on=None)
    if not rows.update(serviced_on=day, service_due_on=due_on):
        return False
    text = _("Looked after: %(thing)s") % {"thing": thing.what}
    write_timeline([NewEntry(thing.person_id, clock.now(), "service", "rapport", _day_number(thing, day), text)])
    touch(thing.person_id, "belongings")
    return True


@transaction.atomic
def part_with(thing: Belonging) -> bool:
    """Note that it is theirs no longer; nothing is asked about it again. False if it was gone already."""
    gone = Belonging.objects.filter(pk=thing.pk, gone_on=None).update(gone_on=clock.today())
    if gone:
        touch(thing.person_id, "belongings")
    return bool(gone)


@transaction.atomic
def have_back(thing: Belonging) -> None:
    """Take back that it is gone."""
    Belonging.objects.filter(pk=thing.pk, gone_on__isnull=False).update(gone_on=None)
    touch(thing.person_id, "belongings")


def _day_number(thing: Belonging, day: date) -> int:
    """One entry of the timeline for each thing and day."""
    return thing.pk * 100_000 + (day - date(2000, 1, 1)).days % 100_000


def _checked(said: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: said.get(name) for name in COLUMNS}
    for name, length in TEXTS.items():
        values[name] = (values[name] or "").strip()[:length]
    values["is_from_us"] = bool(values["is_from_us"])
    if not values["what"]:
        raise Refusal(_("Please write what it is: a ring, a car, a boiler."), field="what")
    for name in ("bought_on", "serviced_on"):
        day: date | None = said.get(name)
        if day is not None and day > clock.today():
            raise Refusal(_("That day is still to come."), field=name)
    months = values["service_months"]
    if months is not None and not 1 <= months <= MOST_MONTHS:
        raise Refusal(_("Please write a number of months from 1 to 240."), field="service_months")
    return {**values, "word": " ".join(fold(values["what"]).split())[:120]}


def _due_on(values: Mapping[str, Any], noted_on: date) -> date | None:
    """From the last service; else the next time by the day it was bought that had not passed when we heard of it."""
    months = values["service_months"]
    if not months:
        return None
    if values["serviced_on"]:
        return months_after(values["serviced_on"], months)
    start = values["bought_on"] or noted_on
    passed = max(0, (noted_on.year - start.year) * 12 + noted_on.month - start.month)
    times = max(1, passed // months)
    due_on = months_after(start, times * months)
    return due_on if due_on >= noted_on else months_after(start, (times + 1) * months)
