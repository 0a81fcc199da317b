"""Mailings: one message to many people, each of them once, and what is said before and after it goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from regulars.kit.errors import Refusal
from regulars.kit.models import Job
from regulars.outreach.mailings_shown import shown_mailing
from regulars.outreach.models import Batch, Mailing, Recipient, State, Touch, TouchChange, Wording
from regulars.outreach.queries import mailings as queries
from regulars.outreach.services import mailings, save_wording, skip
from regulars.outreach.services.approving import _rest_of
from regulars.outreach.services.mailings import gathering, tallying
from regulars.outreach.services.mailings.moments import Moments
from regulars.outreach.services.suppressing import suppress
from regulars.outreach.tests.builders import a_person, a_shop, a_touch, many_people, the_owner
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.queries.matching import Asked
from regulars.purchases.tests.builders import an_order

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def a_mailing(**fields) -> Mailing:
    usual = {"token": f"t{Mailing.objects.count()}", "name": "Summer hours", "wording": "thank-you"}
    new = mailings.NewMailing(**{**usual, "audience": Asked(is_list=True), **fields})
    mailing = mailings.make_mailing(new, None)
    mailings.gather(mailing)
    mailing.refresh_from_db()
    return mailing


def the_states(mailing: Mailing) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Touch.objects.filter(programme=mailing.programme).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


@pytest.fixture
def shop(db, frozen_clock):
    return a_shop()


def the_words(key: str, channel: str = "email", body: str = "{{ greeting }},\n\nthank you.") -> None:
    save_wording(key, name=key.title(), subject="Hours", body=body, by=None)
    Wording.objects.filter(key=key).update(channel=channel)


def test_whoever_can_be_reached_gets_it_and_the_others_are_named_with_their_reason(shop):
    ann = a_person("Ann Archer", "ann@example.org")
    left = a_person("Bea Bell", "bea@example.org")
    suppress("bea@example.org", "left", source="test")
    nowhere = people.record_people([people.NewPerson(full_name="Cy Cole", phones=("+49 30 1234567",))], source="t").ids[
        0
    ]
    mailing = a_mailing()
    rows = {row.person_id: (row.way, row.why) for row in Recipient.objects.filter(mailing=mailing)}
    assert mailing.stage == "ready"
    assert rows[ann.pk] == ("first", "")
    assert rows[left.pk][0] == rows[nowhere][0] == "out"
    assert "asked not to be written to" in rows[left.pk][1]
    assert rows[nowhere][1] == "We have no e-mail address."
    assert mailing.found["ways"] == {"first": 1, "out": 2}
    assert not Touch.objects.exists()


def test_two_people_with_one_telephone_get_one_text(shop):
    the_words("a-text", "text")
    a_person("Ann Archer", phones=("+49 151 23456789",))
    a_person("Abe Archer", phones=("+49 151 23456789",))
    everybody = list(Person.objects.values_list("pk", flat=True))
    people.record_consent(everybody, "text", "care", source="test")
    mailing = a_mailing(wording="a-text")
    assert mailing.found["ways"] == {"first": 1, "out": 1}
    assert mailing.found["left_out"] == {"Somebody else gets it at the same number.": 1}


def test_those_without_an_address_get_a_card_where_there_is_one(shop):
    the_words("a-card", "card")
    a_person("Ann Archer", "ann@example.org")
    place = people.NewAddress(lines="Linienstr. 12", city="Berlin", postcode="10178", country="DE")
    people.record_people([people.NewPerson(full_name="Cy Cole", addresses=(place,))], source="t")
    mailing = a_mailing(second_wording="a-card")
    assert mailing.found["channels"] == {"email": 1, "card": 1}
    mailings.begin_mailing(mailing, None)
    assert sorted(Touch.objects.values_list("channel", flat=True)) == ["card", "email"]


def test_everybody_gets_it_once_however_often_yes_is_pressed(shop):
    many_people(7)
    mailing = a_mailing()
    assert mailings.begin_mailing(mailing, None) is True
    assert mailings.begin_mailing(mailing, None) is False
    mailing.refresh_from_db()
    assert mailing.stage == "gone"
    assert the_states(mailing) == {State.APPROVED: 7}
    mailings.carry_on_mailing.func(mailing.pk)
    assert Touch.objects.count() == 7


def test_a_few_go_first_and_the_others_wait_for_another_yes(shop):
    many_people(150)
    mailing = a_mailing()
    assert mailings.send_sample(mailing, None) == 20
    assert mailings.send_sample(mailing, None) == 0
    assert the_states(mailing) == {State.APPROVED: 20}
    mailings.begin_mailing(Mailing.objects.get(pk=mailing.pk), None)
    assert the_states(mailing) == {State.APPROVED: 150}


def test_without_a_sample_the_first_hundred_go_first(shop):
    many_people(150)
    mailing = a_mailing()
    mailings.begin_mailing(mailing, None)
    assert the_states(mailing) == {State.APPROVED: 100, State.HELD: 50}
    mailing.refresh_from_db()
    assert mailing.batch is not None
    assert mailing.batch.size == 150


def test_many_people_are_left_to_the_worker_who_goes_on_where_another_died(shop, monkeypatch):
    many_people(620)
    mailing = a_mailing()
    assert (mailing.stage, bool(mailing.job_id)) == ("gathering", True)
    mailings.gather_mailing.func(mailing.pk)
    mailing.refresh_from_db()
    assert mailing.found["ways"]["first"] == 620
    monkeypatch.setattr("regulars.outreach.services.mailings.going.PORTION", 100)
    mailings.begin_mailing(mailing, None)
    real = Mailing.objects.filter(pk=mailing.pk)
    real.update(cursor=list(Recipient.objects.order_by("pk").values_list("pk", flat=True))[199])
    mailings.carry_on_mailing.func(mailing.pk)
    assert Touch.objects.count() == 420
    real.update(cursor=0, stage="going")
    mailings.carry_on_mailing.func(mailing.pk)
    mailings.carry_on_mailing.func(mailing.pk)
    assert Touch.objects.count() == 620


def test_what_breaks_off_while_the_owner_looks_on_is_done_by_the_worker_a_minute_later(shop, monkeypatch):
    many_people(7)
    real = gathering._sort_out
    monkeypatch.setattr(gathering, "_sort_out", lambda *_args: 1 / 0)
    new = mailings.NewMailing("t", "Summer", "thank-you", Asked(is_list=True))
    mailing = mailings.make_mailing(new, None)
    with pytest.raises(ZeroDivisionError):
        mailings.gather(mailing)
    monkeypatch.setattr(gathering, "_sort_out", real)
    (job,) = Job.objects.filter(task_path__endswith="gather_mailing")
    assert job.due_at == NOW + timedelta(minutes=1)
    mailings.gather_mailing.func(mailing.pk)
    mailing.refresh_from_db()
    assert (mailing.stage, mailing.found["ways"]) == ("ready", {"first": 7, "out": 0})
    mailings.gather_mailing.func(mailing.pk)
    assert Recipient.objects.count() == 7


def test_a_letter_of_a_mailing_is_written_as_approved_in_one_stroke_and_says_by_whom(shop):
    many_people(150)
    owner, mailing = the_owner(), a_mailing()
    mailings.begin_mailing(mailing, owner)
    assert set(Touch.objects.values_list("approved_by", "approved_at")) == {(owner.pk, NOW)}
    told = TouchChange.objects.values_list("from_state", "to_state", "by")
    assert sorted(set(told)) == [("", "approved", owner.pk), ("", "held", owner.pk)]
    assert TouchChange.objects.count() == 150
    assert set(Touch.objects.filter(state=State.HELD).values_list("held_from", "held_until")) == {("approved", None)}
    assert set(Touch.objects.values_list("priority", flat=True)) == {35}


def test_who_left_between_the_look_and_the_yes_is_put_away_with_the_reason(shop):
    ann = a_person("Ann Archer", "ann@example.org")
    a_person("Bea Bell", "bea@example.org")
    mailing = a_mailing()
    suppress("ann@example.org", "left", source="test")
    mailings.begin_mailing(mailing, None)
    assert the_states(mailing) == {State.SUPPRESSED: 1, State.APPROVED: 1}
    assert "asked not to be written to" in Touch.objects.get(person=ann).why


def test_what_an_earlier_worker_planned_and_did_not_approve_is_approved_and_the_rest_stays_as_it_is(shop):
    ann, bea, cy = a_person("Ann Archer"), a_person("Bea Bell"), a_person("Cy Cole")
    mailing = a_mailing()
    usual = {"programme": mailing.programme, "occurrence": "once", "step": "a"}
    planned, stopped = a_touch(ann, **usual), a_touch(bea, **usual)
    skip(stopped, None)
    mailings.begin_mailing(mailing, None)
    found = dict(Touch.objects.values_list("person_id", "state"))
    assert found == {ann.pk: State.APPROVED, bea.pk: State.CANCELLED, cy.pk: State.APPROVED}
    planned.refresh_from_db()
    assert planned.body == "Dear Ann,\n\nthank you."


def test_a_portion_is_read_from_the_index_alone_however_many_went_before(shop):
    many_people(30)
    mailing = a_mailing()
    rows = Recipient.objects.filter(mailing=mailing, edition=1, way="first", pk__gt=7).order_by("pk")[:10]
    plan = rows.explain()
    if connection.vendor == "sqlite":
        assert "outreach_recipients_by_way" in plan
        assert "TEMP B-TREE" not in plan


def test_what_waits_for_the_first_hundred_is_found_among_all_that_waits_for_the_morning(shop):
    batch = Batch.objects.create(at=NOW, size=500, first=100)
    plan = _rest_of(batch).values_list("pk", flat=True).explain()
    if connection.vendor == "sqlite":
        assert "outreach_in_batch (batch_id=? AND state=? AND held_until=?)" in plan


def test_who_lacks_by_now_what_the_words_need_is_named_with_those_left_out(shop):
    the_words("named", body="Dear {{ first_name }},\n\nthank you.\n\n{{ signature }}")
    ann, bea = a_person("Ann Archer"), a_person("Bea Bell")
    mailing = a_mailing(wording="named")
    assert mailing.found["ways"]["first"] == 2
    Person.objects.filter(pk=bea.pk).update(full_name="", given_name="", family_name="")
    mailings.begin_mailing(mailing, None)
    assert list(Touch.objects.values_list("person_id", flat=True)) == [ann.pk]
    left = Recipient.objects.get(person=bea)
    assert (left.way, "first name" in left.why.lower()) == ("out", True)


def test_stopping_stops_what_has_not_left_and_nothing_new_begins(shop):
    many_people(5)
    mailing = a_mailing()
    mailings.begin_mailing(mailing, None)
    assert mailings.stop_mailing(mailing, None) is True
    assert mailings.stop_mailing(mailing, None) is False
    assert the_states(mailing) == {State.CANCELLED: 5}
    with pytest.raises(Refusal, match="was stopped"):
        mailings.begin_mailing(mailing, None)


def test_the_same_form_sent_twice_makes_one_mailing(shop):
    new = mailings.NewMailing("once", "Summer", "thank-you", Asked(is_list=True))
    assert mailings.make_mailing(new, None).pk == mailings.make_mailing(new, None).pk


def test_what_has_begun_cannot_be_changed(shop):
    a_person()
    mailing = a_mailing()
    new = mailings.NewMailing("x", "Other", "thank-you", Asked(is_list=True))
    changed = mailings.change_mailing(mailing, new, None)
    assert (changed.name, changed.stage) == ("Other", "draft")
    mailings.gather(changed)
    mailings.begin_mailing(changed, None)
    with pytest.raises(Refusal, match="has begun"):
        mailings.change_mailing(mailing, new, None)


def test_words_changed_meanwhile_change_only_the_next_mailing(shop):
    the_words("hours", body="We open at nine.\n\n{{ signature }}")
    many_people(30)
    mailing = a_mailing(wording="hours")
    mailings.send_sample(mailing, None)
    the_words("hours", body="We open at ten.\n\n{{ signature }}")
    mailings.begin_mailing(Mailing.objects.get(pk=mailing.pk), None)
    assert not Touch.objects.filter(body__contains="ten").exists()
    assert Touch.objects.filter(body__contains="nine").count() == 30


def test_a_pasted_list_is_found_by_address_number_and_name_and_says_who_is_not(shop):
    ann = a_person("Ann Archer", "ann@example.org")
    bea = a_person("Bea Bell", phones=("+49 30 1234567",))
    a_person("Tom Thumb")
    a_person("Tom Thumb")
    cy = a_person("Cy Cole")
    found = mailings.read_pasted(
        "ANN@example.org\n<ann@example.org>\n+49 (0)30 123 45 67\nCy Cole\nTom Thumb\nNobody Here\n\n"
    )
    assert set(found.ids) == {ann.pk, bea.pk, cy.pk}
    assert (found.unknown, found.several) == (("Nobody Here",), ("Tom Thumb",))


def test_each_is_written_to_at_nine_on_their_own_clock(shop):
    home, tokyo = a_person("Ann"), a_person("Kei", zone="Asia/Tokyo")
    mailing = a_mailing(when="local", at=datetime(2026, 3, 5, tzinfo=UTC))
    due = Moments(mailing, NOW).of([home.pk, tokyo.pk])
    assert due[home.pk] == datetime(2026, 3, 5, 8, tzinfo=UTC)
    assert due[tokyo.pk] == datetime(2026, 3, 5, 0, tzinfo=UTC)


def test_a_morning_over_the_change_of_clocks_is_still_nine(shop):
    ann = a_person("Ann")
    mailing = a_mailing(when="local", at=datetime(2026, 3, 29, 1, tzinfo=UTC))
    assert Moments(mailing, NOW).of([ann.pk])[ann.pk] == datetime(2026, 3, 29, 7, tzinfo=UTC)


def test_spread_over_days_every_day_has_its_share_and_asking_again_gives_the_same(shop):
    ids = many_people(400)
    mailing = a_mailing(when="spread", spread_days=4)
    due = Moments(mailing, NOW).of(ids)
    days = [moment.date() for moment in due.values()]
    assert len(set(days)) == 4
    assert all(70 < days.count(day) < 130 for day in set(days))
    assert Moments(mailing, NOW).of(ids) == due


def test_what_waits_too_long_is_not_sent_late(shop):
    a_person()
    mailing = a_mailing(when="at", at=NOW + timedelta(days=1), good_for_days=3)
    mailings.begin_mailing(mailing, None)
    touch = Touch.objects.get()
    assert (touch.due_at, touch.not_after) == (NOW + timedelta(days=1), NOW + timedelta(days=4))


def test_regulars_who_spent_most_are_offered_for_a_call_and_then_get_no_letter(shop):
    best = a_person("Ann Archer", phones=("+49 30 1234567",))
    for day in (1, 2, 3):
        an_order(best, on=NOW.date() - timedelta(days=10 * day), paid="200")
    many_people(3)
    mailing = a_mailing()
    assert [one.person_id for one in mailings.call_candidates(mailing)] == [best.pk]
    assert mailings.call_instead(mailing, [best.pk, 99999999], None) == 1
    assert mailings.call_instead(mailing, [best.pk], None) == 0
    mailing.refresh_from_db()
    assert (mailing.found["channels"], mailing.found["minutes"]) == ({"email": 3}, "6")
    mailings.begin_mailing(mailing, None)
    assert Touch.objects.get(person=best).channel == "call"
    assert Touch.objects.filter(channel="email").count() == 3


def test_what_came_of_it_stands_beside_what_was_bought_before_it(shop, frozen_clock):
    ids = many_people(4)
    mailing = a_mailing()
    mailings.begin_mailing(mailing, None)
    Touch.objects.update(state=State.SENT, sent_at=NOW)
    an_order(Person.objects.get(pk=ids[0]), on=NOW.date() + timedelta(days=3))
    an_order(Person.objects.get(pk=ids[0]), on=NOW.date() + timedelta(days=4))
    an_order(Person.objects.get(pk=ids[1]), on=NOW.date() - timedelta(days=3))
    an_order(Person.objects.get(pk=ids[2]), on=NOW.date() + timedelta(days=30))
    (came,) = queries.what_came(mailing)
    assert (came.reached, came.bought, came.bought_before, came.is_open) == (4, 1, 1, True)
    frozen_clock.ahead(days=15)
    assert queries.what_came(mailing)[0].is_open is False


def test_two_wordings_are_drawn_by_lot_and_compared_only_when_the_days_are_over(shop, frozen_clock):
    many_people(400)
    mailing = a_mailing(other_wording="we-miss-you")
    mailings.begin_mailing(mailing, None)
    arms = list(Touch.objects.values_list("step", flat=True))
    assert 150 < arms.count("a") < 250
    assert arms.count("a") + arms.count("b") == 400
    Touch.objects.update(state=State.SENT, sent_at=NOW)
    assert queries.compared(queries.what_came(mailing)) is None
    frozen_clock.ahead(days=15)
    found = queries.compared(queries.what_came(mailing))
    assert found is not None
    assert found.low < 0 < found.high
    assert found.is_clear is False


def test_the_interval_of_a_difference_is_newcombes():
    """Newcombe 1998, table II, method 10: 56/70 against 48/80 gives 0.0524 to 0.3339."""
    arms = [queries.Came("a", reached=80, bought=48), queries.Came("b", reached=70, bought=56)]
    found = queries.compared(arms)
    assert found is not None
    assert (round(found.low, 2), round(found.high, 2)) == (5.24, 33.39)


def test_how_many_people_it_takes_to_tell_two_wordings_apart():
    """Fleiss: 10 % against 15 %, two-sided 5 %, power 80 %: 686 an arm (with 1.96 and 0.84, 685 to 686)."""
    assert 2 * 683 <= queries.people_it_takes(0.10) <= 2 * 688
    assert queries.people_it_takes(0.0) == queries.people_it_takes(0.01)


def test_a_person_who_is_merged_or_erased_leaves_no_trace_in_a_mailing_but_the_count(shop):
    ann, twin = a_person("Ann", "a@example.org"), a_person("Anne", "b@example.org")
    mailing = a_mailing()
    owner = the_owner()
    people.merge(ann, twin, owner)
    assert list(Recipient.objects.values_list("person_id", flat=True)) == [ann.pk]
    people.erase_person(ann, owner)
    assert not Recipient.objects.exists()
    assert mailing.found["ways"]["first"] == 2


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_several_who_press_yes_at_once_send_it_once(in_threads):
    a_shop()
    many_people(12)
    mailing = a_mailing()
    began = in_threads(4, lambda _number: mailings.begin_mailing(mailing, None))
    assert sorted(began) == [False, False, False, True]
    assert Touch.objects.filter(programme=mailing.programme).count() == 12


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_several_who_look_at_once_find_everybody_once(in_threads):
    a_shop()
    many_people(12)
    new = mailings.NewMailing("t", "Summer", "thank-you", Asked(is_list=True))
    mailing = mailings.make_mailing(new, None)
    in_threads(4, lambda _number: mailings.gather(mailing))
    mailing.refresh_from_db()
    assert Recipient.objects.filter(mailing=mailing, edition=mailing.edition).count() == 12


def test_what_came_of_a_large_mailing_is_counted_in_the_background_and_ever_more_seldom(
    shop, frozen_clock, monkeypatch
):
    monkeypatch.setattr(tallying, "LARGE", 3)
    many_people(5)
    mailing = a_mailing()
    mailings.begin_mailing(mailing, None)
    Touch.objects.update(state=State.SENT, sent_at=NOW)
    mailing.refresh_from_db()
    assert shown_mailing(mailing, may_approve=False).came == []
    for _again in range(2):
        mailings.tally_due()
    (job,) = Job.objects.filter(task_path__endswith="tally_mailing")
    mailings.tally_mailing.func(mailing.pk)
    job.delete()
    mailing.refresh_from_db()
    (came,) = shown_mailing(mailing, may_approve=False).came
    assert (came.reached, came.is_open, mailing.tallied_at) == (5, True, NOW)
    frozen_clock.ahead(seconds=50)
    mailings.tally_due()
    assert not Job.objects.filter(task_path__endswith="tally_mailing").exists()
    frozen_clock.ahead(seconds=15)
    mailings.tally_due()
    assert Job.objects.filter(task_path__endswith="tally_mailing").count() == 1


def test_a_small_mailing_is_counted_while_one_looks(shop):
    many_people(5)
    mailing = a_mailing()
    mailings.begin_mailing(mailing, None)
    mailing.refresh_from_db()
    mailings.tally_due()
    assert not Job.objects.filter(task_path__endswith="tally_mailing").exists()
    shown = shown_mailing(mailing, may_approve=False)
    assert ([one.waiting for one in shown.came], shown.is_counted_later) == ([5], False)
