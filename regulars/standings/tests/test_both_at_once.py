"""Two at once: what could be done or told twice is done and told once, on either database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from regulars.kit.models import Job, Notice
from regulars.purchases.tests.builders import a_business
from regulars.staff.models import AuditEntry
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user
from regulars.standings.models import Standing, Terms, ToldShare
from regulars.standings.services import grade_everyone, margin_percent, set_margin, tell_share
from regulars.standings.tests.builders import TODAY, a_shop, somebody

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.usefixtures("frozen_clock"),
]


def at_once(act: Callable[[int], Any], threads: int = 2) -> list[Any]:
    start = Barrier(threads)

    def run(number: int) -> Any:
        try:
            start.wait(60)
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def _told(kind: str) -> list[Any]:
    return [one for n in Notice.objects.filter(kind__contains="StandingsChanged") for one in n.content.get(kind, ())]


def test_who_slips_is_told_of_once_when_two_gradings_meet() -> None:
    a_shop(40, 200)
    grade_everyone(TODAY)
    later = TODAY + timedelta(days=60)
    due = set(Standing.objects.filter(slips_on__gt=TODAY, slips_on__lte=later).values_list("pk", flat=True))
    assert due
    before = len(_told("person_ids"))
    at_once(lambda _number: grade_everyone(later))
    slipped = _told("slipped")
    assert len(slipped) == len(set(slipped))
    changed = _told("person_ids")[before:]
    assert len(changed) == len(set(changed)), "whose row was written is told of once"


def test_a_margin_said_twice_at_once_is_kept_noted_and_reckoned_once() -> None:
    a_business()
    owner = a_user(Role.OWNER)
    at_once(lambda _number: set_margin(40, owner), 4)
    assert margin_percent() == 40
    assert Terms.objects.count() == 1
    assert AuditEntry.objects.filter(action="set_margin").count() == 1
    assert Job.objects.filter(key="standings: grade").count() == 1
    at_once(lambda _number: set_margin(None, owner), 2)
    assert margin_percent() is None
    assert AuditEntry.objects.filter(action="set_margin").count() == 2


def test_two_who_note_the_same_person_s_answer_leave_one_of_the_two() -> None:
    a_business()
    ann, owner = somebody(), a_user(Role.OWNER)
    at_once(lambda number: tell_share(ann, percent=(25, 75)[number], by=owner))
    assert ToldShare.objects.get().percent in (25, 75)
