"""Whose turn it is, and how much a mailbox lets out: a large mailing never makes one thank-you wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.kit import clock
from regulars.outreach import services
from regulars.outreach.models import AccountUse, SendingAccount, State, Touch
from regulars.outreach.services import allowance, claiming, pacing
from regulars.outreach.services.allowance import give_back, take
from regulars.outreach.services.turns import due_letters
from regulars.outreach.tests.builders import a_new_touch, a_person, a_shop, an_approved_touch, many_people

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def approved_crowd(n, programme, **fields):
    """Many letters of one programme that may go now."""
    planned = services.plan_touches(a_new_touch(pk, programme=programme, **fields) for pk in many_people(n))
    Touch.objects.filter(programme=programme).update(state=State.APPROVED)
    return planned.ids


def programmes_of(turns):
    found = dict(Touch.objects.filter(pk__in=[turn.touch_id for turn in turns]).values_list("pk", "programme"))
    return [found[turn.touch_id] for turn in turns]


def test_a_thank_you_is_not_kept_waiting_by_fifty_thousand_letters_as_urgent_as_itself(django_assert_max_num_queries):
    a_shop()
    people = many_people(500)
    drafts = (a_new_touch(people[n % 500], programme="mailing:7", occurrence=f"{n}") for n in range(50_000))
    services.plan_touches(drafts)
    Touch.objects.filter(programme="mailing:7").update(state=State.APPROVED)
    thanks = an_approved_touch(a_person())
    with django_assert_max_num_queries(8):
        turns = due_letters(clock.now(), 20)
    assert thanks.pk in [turn.touch_id for turn in turns[:2]]
    assert len(turns) == 20
    assert thanks.pk in [row.pk for row in claiming.claim_letters(8, worker="w", lease_seconds=60, account=None)]


def test_programmes_of_the_same_urgency_take_turns_and_nobody_leaves_a_place_empty():
    a_shop()
    for programme, n in (("a", 30), ("b", 2), ("c", 30)):
        approved_crowd(n, programme)
    turns = programmes_of(due_letters(clock.now(), 14))
    assert turns[:6] == ["a", "b", "c", "a", "b", "c"]
    assert (turns.count("a"), turns.count("b"), turns.count("c")) == (6, 2, 6)


def test_the_most_urgent_goes_first_and_what_is_not_due_is_passed_over(frozen_clock):
    a_shop()
    approved_crowd(3, "greetings", purpose="greeting")
    approved_crowd(2, "later", due_at=frozen_clock.now + timedelta(days=1))
    urgent = approved_crowd(2, "service", purpose="service")
    turns = due_letters(clock.now(), 10)
    assert [turn.touch_id for turn in turns[:2]] == urgent
    assert programmes_of(turns).count("later") == 0
    assert [turn.is_bulk for turn in turns] == [False, False, True, True, True]


def test_letters_approved_by_the_hundred_step_behind_a_single_one():
    a_shop()
    ids = services.plan_touches([a_new_touch(pk, programme="mailing:7") for pk in many_people(101)]).ids
    services.approve(ids, None, dict(Touch.objects.filter(pk__in=ids).values_list("pk", "draft_hash")))
    thanks = an_approved_touch(a_person())
    assert due_letters(clock.now(), 5)[0].touch_id == thanks.pk


def test_a_tenth_of_the_day_is_kept_from_mailings(frozen_clock):
    a_shop()
    account = SendingAccount.objects.create(host="h", from_address="a@b.example", per_day=50, per_second=0)
    approved_crowd(60, "offers", purpose="greeting")
    grant = take(account.pk, 50, within_seconds=3)
    assert (grant.count, grant.for_bulk) == (50, 45)
    rows = claiming.claim_letters(50, worker="w", lease_seconds=60, account=account, for_bulk=grant.for_bulk)
    assert len(rows) == 45
    give_back(account.pk, grant, 5)
    assert take(account.pk, 50, within_seconds=3).for_bulk == 0
    thanks = an_approved_touch(a_person())
    rows = claiming.claim_letters(5, worker="w", lease_seconds=60, account=account, for_bulk=0)
    assert [row.pk for row in rows] == [thanks.pk]


def test_a_letter_that_grew_too_late_while_it_waited_is_not_claimed(frozen_clock):
    a_shop()
    late = an_approved_touch(a_person(), not_after=frozen_clock.now + timedelta(hours=1))
    frozen_clock.ahead(hours=2)
    assert claiming.claim_letters(5, worker="w", lease_seconds=60, account=None) == []
    late.refresh_from_db()
    assert late.state == State.EXPIRED
    assert late.leased_by == ""


def test_the_clock_going_back_an_hour_neither_stops_the_mailbox_nor_gives_it_more(frozen_clock):
    a_shop()
    account = SendingAccount.objects.create(host="h", from_address="a@b.example", per_hour=20, per_second=1)
    assert take(account.pk, 12, within_seconds=30).count == 12
    frozen_clock.ahead(hours=-1)
    again = take(account.pk, 20, within_seconds=30)
    assert again.count == 0  # the pace: nobody may book further than a minute ahead, and so much is booked
    frozen_clock.ahead(minutes=2)
    assert take(account.pk, 20, within_seconds=30).count == 8
    assert sum(AccountUse.objects.values_list("used", flat=True)) == 20
    assert not AccountUse.objects.filter(slot_at__gt=frozen_clock.now).exists()


def test_a_clock_that_ran_a_year_ahead_does_not_stop_the_mailbox_for_a_year(frozen_clock):
    a_shop()
    account = SendingAccount.objects.create(host="h", from_address="a@b.example", per_day=10, per_second=0)
    frozen_clock.ahead(days=365)
    take(account.pk, 10, within_seconds=3)
    frozen_clock.ahead(days=-365)
    assert take(account.pk, 10, within_seconds=3).count == 0
    frozen_clock.ahead(days=1, minutes=10)
    assert take(account.pk, 10, within_seconds=3).count == 10


def test_what_did_not_leave_gives_its_time_back_too(frozen_clock):
    a_shop()
    account = SendingAccount.objects.create(host="h", from_address="a@b.example", per_second=1)
    grant = take(account.pk, 3, within_seconds=30)
    give_back(account.pk, grant, 2)
    assert take(account.pk, 1, within_seconds=30).starts_at == frozen_clock.now + timedelta(seconds=1)


def test_whoever_knows_an_address_may_say_later_and_the_letter_is_held_until_then(frozen_clock, monkeypatch):
    a_shop()
    monkeypatch.setattr(pacing, "_pacers", {})
    account = SendingAccount.objects.create(host="h", from_address="a@b.example")
    until = frozen_clock.now + timedelta(hours=1)

    @pacing.pacer
    def only_some_at_a_time(account, rows, now):
        slow = [row for row in rows if row.to_address.endswith("@slow.example")]
        return {row.pk: pacing.Later(until, "They take only so many letters an hour.") for row in slow}

    quick, slow = (an_approved_touch(a_person("Ann", f"ann@{where}.example")) for where in ("quick", "slow"))
    rows = claiming.claim_letters(5, worker="w", lease_seconds=60, account=account)
    assert [row.pk for row in rows] == [quick.pk]
    slow.refresh_from_db()
    assert (slow.state, slow.held_until, slow.held_why) == ("held", until, "They take only so many letters an hour.")


def test_used_up_allowances_are_said_in_words(frozen_clock):
    a_shop()
    account = SendingAccount.objects.create(host="h", from_address="a@b.example", per_hour=5, per_second=0)
    take(account.pk, 5, within_seconds=3)
    assert "5 letters an hour" in allowance.used_up_why(account)
