from datetime import date, timedelta

import pytest

from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import PostalAddress, Silence, TimelineEntry
from regulars.people.queries import silenced
from regulars.people.tests.builders import a_person
from regulars.rapport import queries, services
from regulars.rapport.models import LifeEvent
from regulars.rapport.tests.builders import ON, a_shop, an_event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_day(frozen_clock):
    a_shop()


@pytest.mark.parametrize(
    ("on", "is_whole_month", "show_on"),
    [
        (None, False, ON),
        (ON, False, ON),
        (ON + timedelta(days=20), False, ON + timedelta(days=13)),
        (ON + timedelta(days=3), False, ON),
        (ON - timedelta(days=90), False, ON),
        (ON - timedelta(days=91), False, None),
        (date(2025, 12, 1), True, ON),
        (date(2025, 11, 30), True, None),
    ],
)
def test_fresh_news_is_shown_a_week_ahead_and_old_news_is_only_written_down(on, is_whole_month, show_on):
    assert an_event(a_person(), "wedding", on, is_whole_month=is_whole_month).show_on == show_on


def test_a_month_is_kept_as_its_first_day():
    assert an_event(a_person(), "baby", date(2026, 2, 17), is_whole_month=True).on == date(2026, 2, 1)


def test_a_bereavement_stops_promotion_for_three_months_and_taking_it_back_ends_that():
    ann = a_person()
    event = an_event(ann, "bereavement", note="Her mother")
    silence = Silence.objects.get()
    assert (silence.kind, silence.until, silence.set_by_room, silence.why) == (
        "bereavement", date(2026, 6, 4), "rapport", "",
    )  # fmt: skip
    assert set(silenced([ann.pk], ON, "marketing")) == {ann.pk}
    assert silenced([ann.pk], date(2026, 6, 5), "marketing") == {}
    services.remove_event(event)
    assert silenced([ann.pk], ON, "marketing") == {}


def test_a_loss_long_ago_silences_nobody():
    an_event(a_person(), "bereavement", date(2020, 1, 1))
    assert not Silence.objects.exists()


def test_after_a_move_the_old_address_gets_no_post_until_somebody_says_it_is_right():
    ann = a_person(addresses=(people.NewAddress(lines="1 Old Road", city="Cork"),))
    event = an_event(ann, "moved")
    assert PostalAddress.objects.get().is_bad
    services.keep_address(event)
    assert not PostalAddress.objects.get().is_bad


def test_a_move_to_come_leaves_the_address_alone():
    ann = a_person(addresses=(people.NewAddress(lines="1 Old Road"),))
    an_event(ann, "moved", ON + timedelta(days=30))
    assert not PostalAddress.objects.get().is_bad


def test_what_we_did_is_written_down_once():
    event = an_event(a_person(), "wedding")
    assert services.answer_event(event, "Card sent") is True
    assert services.answer_event(event, "Flowers") is False
    event.refresh_from_db()
    assert event.answer == "Card sent"
    assert [entry.text for entry in TimelineEntry.objects.all()] == ["a wedding: Card sent"]
    assert not queries.open_events(ON - timedelta(days=30), ON).exists()


def test_an_illness_never_stands_on_the_timeline():
    services.answer_event(an_event(a_person(), "illness", note="Her heart"), "Card sent")
    assert not TimelineEntry.objects.exists()


@pytest.mark.parametrize(("kind", "field"), [("nonsense", "kind"), ("other", "label")])
def test_an_event_without_a_kind_or_words_is_refused(kind, field):
    with pytest.raises(Refusal) as refused:
        an_event(a_person(), kind)
    assert refused.value.field == field
    assert not LifeEvent.objects.exists()


def test_the_same_form_sent_twice_is_one_event_and_one_silence():
    ann = a_person()
    an_event(ann, "bereavement", key="same")
    an_event(ann, "bereavement", key="same")
    assert LifeEvent.objects.count() == 1
    assert Silence.objects.count() == 1
