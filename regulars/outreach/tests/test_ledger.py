"""The ledger: planned once, approved as shown, moved only where the table allows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach import queries, services
from regulars.outreach.models import MOVES, Batch, State, Touch, TouchChange
from regulars.outreach.services.moves import move, sources_of
from regulars.outreach.tests.builders import (
    a_new_touch,
    a_person,
    a_shop,
    a_touch,
    an_approved_touch,
    approved,
    many_people,
    states,
    the_owner,
)
from regulars.people.fields import field
from regulars.people.models import Person

pytestmark = pytest.mark.django_db


def test_the_same_touch_is_planned_once_whoever_asks_how_often():
    a_shop()
    person = a_person()
    wanted = [a_new_touch(person, occurrence="order-7"), a_new_touch(person, occurrence="order-8")]
    first = services.plan_touches(wanted)
    again = services.plan_touches([wanted[1], wanted[0], wanted[1]])
    assert (first.new, first.seen) == (2, 0)
    assert (again.new, again.seen) == (0, 3)
    assert again.ids == [first.ids[1], first.ids[0], first.ids[1]]
    assert TouchChange.objects.count() == 2


def test_a_thank_you_with_an_offer_inside_is_marketing_and_needs_a_yes():
    a_shop()
    touch = a_touch(a_person(), purpose="care", has_offer=True)
    assert touch.purpose == "marketing"
    assert "Never agreed" in approved([touch]).refused[touch.pk]


def test_an_offer_in_the_words_is_an_offer_in_the_touch():
    a_shop()
    words = services.save_wording("thank-you", subject="Thank you", body="10% off next time.", by=None, has_offer=True)
    by_key, by_version = (a_touch(a_person(), wording="thank-you"), a_touch(a_person(), wording_version_id=words.pk))
    assert [(touch.purpose, touch.has_offer) for touch in (by_key, by_version)] == [("marketing", True)] * 2
    assert by_key.wording_version_id == words.pk
    assert a_touch(a_person(), wording="thank-you", has_offer=False).purpose == "care"
    assert a_touch(a_person(), wording="birthday").purpose == "care"


def test_a_starter_is_written_down_when_it_is_first_used_and_goes_on_to_follow_ours():
    a_shop()
    first = a_touch(a_person(), wording="thank-you")
    assert first.wording_version is not None
    assert first.wording_version.body == queries.latest("thank-you").body
    assert queries.latest("thank-you").pk is None
    again = a_touch(a_person(), wording="thank-you")
    assert again.wording_version_id == first.wording_version_id
    mine = services.save_wording("thank-you", subject="Thanks", body="My words.", by=None)
    assert (mine.version, mine.wording.versions.count()) == (2, 2)
    assert a_touch(a_person(), wording="thank-you").wording_version_id == mine.pk


def test_a_touch_that_would_come_too_late_is_planned_as_expired():
    a_shop()
    touch = a_touch(a_person(), not_after=clock.now() - timedelta(hours=1))
    assert touch.state == State.EXPIRED


def test_only_the_words_that_were_shown_are_approved():
    a_shop()
    touch = a_touch(a_person())
    seen = {touch.pk: touch.draft_hash}
    services.refresh_drafts({touch.pk: ("Thank you", "Dear Ann,\n\nother words.")})
    result = services.approve([touch.pk], None, seen)
    assert (result.approved, result.changed) == ([], [touch.pk])
    assert states([touch]) == [State.PLANNED]


def test_the_owners_own_words_are_never_replaced():
    a_shop()
    touch = services.edit_draft(a_touch(a_person()), "Mine", "My own words.", the_owner())
    assert services.refresh_drafts({touch.pk: ("Other", "Other words.")}) == 0
    touch.refresh_from_db()
    assert touch.body == "My own words."


def test_a_letter_waits_ten_minutes_after_the_yes_and_can_be_stopped(frozen_clock):
    a_shop(send_delay_minutes=10)
    touch = an_approved_touch(a_person())
    assert touch.due_at == frozen_clock.now + timedelta(minutes=10)
    assert services.cancel([touch.pk], the_owner()) == 1
    frozen_clock.ahead(minutes=11)
    assert services.send_due() == 0
    assert states([touch]) == [State.CANCELLED]


def test_approving_twice_changes_nothing():
    a_shop()
    touch = an_approved_touch(a_person())
    changes = touch.changes.count()
    assert approved([touch]).approved == [touch.pk]
    assert touch.changes.count() == changes


@pytest.mark.parametrize("state", sorted(State.values))
def test_a_touch_moves_only_where_the_table_allows(state):
    a_shop()
    touch = a_touch(a_person())
    for target in State.values:
        Touch.objects.filter(pk=touch.pk).update(state=state)
        moved = move([touch.pk], target)
        assert bool(moved) == (target in MOVES[state]), f"{state} to {target}"


def test_every_state_but_the_first_can_be_reached_and_the_last_ones_are_last():
    assert {state for state in State.values if not sources_of(state)} == set()
    assert MOVES[State.EXPIRED] == MOVES[State.WITHHELD] == frozenset()


def test_what_was_sent_can_not_be_stopped_and_the_reason_is_said():
    a_shop()
    touch = a_touch(a_person(), channel="card")
    services.record_outcome(touch, "done", "", the_owner())
    with pytest.raises(Refusal, match="sent"):
        services.skip(touch, the_owner())


def test_a_call_that_reached_nobody_does_not_count_as_heard():
    a_shop()
    people = [a_person("Ann"), a_person("Bo")]
    spoke, missed = (a_touch(person, channel="call") for person in people)
    services.record_outcome(spoke, "spoke", "She is well.", the_owner())
    services.record_outcome(missed, "no_answer", "", the_owner())
    assert states([spoke, missed]) == [State.SENT, State.FAILED]
    assert Touch.objects.get(pk=missed.pk).sent_at is None


def test_held_touches_say_why_and_go_on_from_where_they_were(frozen_clock):
    a_shop()
    planned, ready = a_touch(a_person("Ann")), an_approved_touch(a_person("Bo"))
    until = frozen_clock.now + timedelta(hours=2)
    assert services.hold([planned.pk, ready.pk], until, "the shop is closed", None) == 2
    assert states([planned, ready]) == [State.HELD, State.HELD]
    frozen_clock.ahead(hours=3)
    services.release([planned.pk, ready.pk])
    assert states([planned, ready]) == [State.PLANNED, State.APPROVED]


def test_what_is_too_late_expires_with_the_reason(frozen_clock):
    a_shop()
    touch = a_touch(a_person(), not_after=frozen_clock.now + timedelta(days=1))
    services.hold([touch.pk], None, "It is night where they are.", None)
    frozen_clock.ahead(days=2)
    services.send_due()
    touch.refresh_from_db()
    assert touch.state == State.EXPIRED
    assert "It is night where they are." in touch.why


def test_of_a_large_batch_the_first_hundred_go_first(frozen_clock):
    a_shop()
    ids = services.plan_touches([a_new_touch(pk) for pk in many_people(130)]).ids
    result = services.approve(ids, None, dict(Touch.objects.filter(pk__in=ids).values_list("pk", "draft_hash")))
    assert len(result.approved) == 130
    assert Touch.objects.filter(state=State.HELD).count() == 30
    Touch.objects.filter(state=State.APPROVED).update(state=State.SENT, changed_at=frozen_clock.now)
    assert services.release_batches() == 0
    frozen_clock.ahead(minutes=11)
    assert services.release_batches() == 30
    assert Batch.objects.get().released_at is not None


def test_the_rest_of_a_batch_stays_when_the_first_hundred_went_astray(frozen_clock):
    a_shop()
    ids = services.plan_touches([a_new_touch(pk) for pk in many_people(110)]).ids
    services.approve(ids, None, dict(Touch.objects.filter(pk__in=ids).values_list("pk", "draft_hash")))
    Touch.objects.filter(state=State.APPROVED).update(state=State.FAILED, changed_at=frozen_clock.now)
    frozen_clock.ahead(minutes=11)
    assert services.release_batches() == 0
    assert "did not arrive" in Touch.objects.filter(state=State.HELD).values_list("held_why", flat=True)[0]
    assert services.go_on(Batch.objects.get(), the_owner()) == 10


def test_a_header_can_not_be_smuggled_into_a_subject():
    a_shop()
    touch = a_touch(a_person())
    with pytest.raises(Refusal, match="one line"):
        services.edit_draft(touch, "Hello\r\nBcc: all@example.org", "Words.", the_owner())


def test_no_raw_field_ever_leaves():
    a_shop()
    with pytest.raises(Refusal, match=r"(?i)curly"):
        a_touch(a_person(), body="Dear {{ first_name }}")


def test_a_page_of_the_outbox_is_two_queries(django_assert_num_queries):
    a_shop()
    for name in ("Ann", "Bo", "Cy"):
        an_approved_touch(a_person(name))
    with django_assert_num_queries(2):
        page = queries.page_of("waiting", 1)
        assert [touch.person.full_name for touch in page.rows] == ["Ann", "Bo", "Cy"]


def test_people_are_found_by_when_they_last_heard_from_us(frozen_clock):
    a_shop()
    ann, bo = a_person("Ann"), a_person("Bo")
    services.record_outcome(a_touch(ann, channel="card"), "done", "", the_owner())
    heard = field("last_written_to")
    assert heard is not None
    assert heard.ids is not None
    day = frozen_clock.now.date().isoformat()
    assert set(heard.ids("since", day) or ()) == {ann.pk}
    assert set(Person.objects.filter(heard.matches("since", day)).values_list("pk", flat=True)) == {ann.pk}
    yesterday = (frozen_clock.now.date() - timedelta(days=1)).isoformat()
    assert heard.ids("until", yesterday) is None
    assert set(Person.objects.filter(heard.matches("until", yesterday)).values_list("pk", flat=True)) == {bo.pk}
