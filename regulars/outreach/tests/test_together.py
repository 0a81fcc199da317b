"""What only shows when several work at once: planning, approving, claiming, the allowance, one letter a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.outreach import services
from regulars.outreach.models import AccountUse, SendingAccount, State, Touch, TouchChange, WordingVersion
from regulars.outreach.services import allowance, claiming
from regulars.outreach.services.moves import move
from regulars.outreach.tests.builders import (
    a_new_touch,
    a_person,
    a_shop,
    a_touch,
    an_approved_touch,
    approved,
    many_people,
    states,
)
from regulars.people.models import Household
from regulars.people.services import change_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def claim(number, limit=10):
    return [row.pk for row in claiming.claim_letters(limit, worker=f"w{number}", lease_seconds=60, account=None)]


def test_six_who_plan_the_same_touch_plan_it_once(in_threads):
    a_shop()
    wanted = [a_new_touch(a_person(), occurrence="order-7")]
    results = in_threads(6, lambda number: services.plan_touches(wanted))
    assert sum(planned.new for planned in results) == 1
    assert len({planned.ids[0] for planned in results}) == 1
    assert TouchChange.objects.count() == 1


def test_six_who_approve_the_same_touch_approve_it_once(in_threads):
    a_shop()
    touch = a_touch(a_person())
    results = in_threads(6, lambda number: approved([touch]))
    assert all(result.approved == [touch.pk] for result in results)
    assert touch.changes.filter(to_state=State.APPROVED).count() == 1


def test_workers_never_claim_the_same_letter(in_threads):
    a_shop()
    ids = services.plan_touches([a_new_touch(pk) for pk in many_people(60)]).ids
    services.approve(ids, None, dict(Touch.objects.filter(pk__in=ids).values_list("pk", "draft_hash")))
    claimed = [pk for result in in_threads(6, lambda number: claim(number)) for pk in result]
    assert len(claimed) == len(set(claimed)) == 60


def test_two_letters_to_one_person_are_not_let_through_at_once(in_threads):
    a_shop(touches_per_week=1)
    person = a_person()
    touches = [an_approved_touch(person) for _each in range(4)]
    claimed = [pk for result in in_threads(4, claim) for pk in result]
    assert len(claimed) == 1
    assert sorted(states(touches)) == [State.CLAIMED, State.HELD, State.HELD, State.HELD]


def test_stopping_and_starting_the_same_letter_have_one_winner(in_threads):
    a_shop()
    touch = an_approved_touch(a_person())
    claim(0)

    def act(number):
        if number % 2:
            return services.cancel([touch.pk], None)
        return len(move([touch.pk], State.SENDING, only_from=(State.CLAIMED,), held_by="w0"))

    assert sum(in_threads(6, act)) == 1
    assert states([touch])[0] in {State.SENDING, State.CANCELLED}


def test_workers_together_stay_within_the_mailboxs_allowance(in_threads):
    a_shop()
    account = SendingAccount.objects.create(host="h", from_address="a@b.example", per_day=25, per_second=0)
    grants = in_threads(6, lambda number: allowance.take(account.pk, 10, within_seconds=3))
    assert sum(grant.count for grant in grants) == 25
    assert AccountUse.objects.get().used == 25
    allowance.give_back(account.pk, grants[0], 5)
    assert allowance.take(account.pk, 10, within_seconds=3).count == 5


def test_workers_together_keep_the_pace(in_threads):
    a_shop()
    account = SendingAccount.objects.create(host="h", from_address="a@b.example", per_second=2)
    started_at = clock.now()
    grants = in_threads(4, lambda number: allowance.take(account.pk, 3, within_seconds=60))
    moments = sorted(grant.moment(n) for grant in grants for n in range(grant.count))
    assert len(moments) == 12
    assert (moments[-1] - started_at).total_seconds() >= 5.4


def test_workers_together_send_each_letter_once_to_the_outbox(in_threads, tmp_path: Path, settings):
    settings.OUTBOX_DIR = tmp_path
    a_shop()
    ids = services.plan_touches([a_new_touch(pk) for pk in many_people(40)]).ids
    services.approve(ids, None, dict(Touch.objects.filter(pk__in=ids).values_list("pk", "draft_hash")))

    def work(number):
        while services.send_due(worker=f"w{number}"):
            pass

    in_threads(3, work)
    assert set(Touch.objects.values_list("state", flat=True)) == {State.SENT}
    assert len(list(tmp_path.rglob("*.eml"))) == 40
    assert TouchChange.objects.filter(to_state=State.SENT).count() == 40


def test_two_who_approve_cards_to_one_household_at_once_let_one_go(in_threads):
    a_shop()
    roof = Household.objects.create(name="Under one roof")
    cards = []
    for name in ("Ann", "Bo", "Cy", "Di"):
        person = a_person(name)
        change_person(person, changes={"household_id": roof.pk}, by=None)
        cards.append(a_touch(person, programme="season:2026", channel="card", purpose="greeting"))
    results = in_threads(4, lambda number: approved([cards[number]]))
    assert sum(len(result.approved) for result in results) == 1
    assert sum(len(result.refused) for result in results) == 3


def test_six_who_use_a_starter_for_the_first_time_write_it_down_once(in_threads):
    a_shop()
    ids = many_people(6)
    in_threads(6, lambda number: services.plan_touches([a_new_touch(ids[number], wording="thank-you")]))
    version = WordingVersion.objects.get()
    assert set(Touch.objects.values_list("wording_version_id", flat=True)) == {version.pk}
