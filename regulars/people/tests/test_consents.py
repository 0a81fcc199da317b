from datetime import UTC, date, datetime

import pytest

from regulars.kit.errors import Refusal
from regulars.kit.models import Notice
from regulars.people.models import Consent, ConsentNow
from regulars.people.queries import consent_state, silenced
from regulars.people.queries.consents import NOT_ASKED
from regulars.people.services import (
    NewConsent,
    NewPerson,
    erase_person,
    lift_silence,
    quiet_until,
    record_consent,
    record_people,
    silence,
    withdraw_consent,
)
from regulars.people.tests.builders import a_person

pytestmark = pytest.mark.django_db
MAY = datetime(2025, 5, 1, tzinfo=UTC)


def state(person, channel="email", purpose="marketing"):
    return consent_state([person.pk], channel, purpose)[person.pk]


def test_nobody_was_asked_until_evidence_says_otherwise():
    ann = a_person()
    assert state(ann) == NOT_ASKED
    record_consent([ann.pk], "email", "marketing", source="counter", wording="News, v1", at=MAY)
    assert state(ann).is_given
    assert state(ann).at == MAY
    assert state(ann, "text") == NOT_ASKED
    assert state(ann, "email", "feedback") == NOT_ASKED


def test_a_withdrawal_is_a_new_row_and_the_first_stays_as_it_was(frozen_clock):
    ann = a_person()
    record_consent([ann.pk], "email", "marketing", source="counter", at=MAY)
    evidence = Consent.objects.values().get()
    withdraw_consent([ann.pk], "email", "marketing", source="answered STOP")
    assert Consent.objects.count() == 2
    assert Consent.objects.values().get(pk=evidence["id"]) == evidence
    assert (state(ann).is_given, state(ann).is_objected) == (False, True)


def test_a_yes_of_an_unknown_day_never_outweighs_a_no(frozen_clock):
    ann = a_person()
    withdraw_consent([ann.pk], "email", "marketing", source="page", at=MAY)
    record_consent([ann.pk], "email", "marketing", source="an old file")
    assert state(ann).is_objected


def test_a_later_dated_yes_counts_and_an_earlier_one_does_not(frozen_clock):
    ann = a_person()
    withdraw_consent([ann.pk], "email", "marketing", source="page", at=MAY)
    record_consent([ann.pk], "email", "marketing", source="form", at=datetime(2025, 4, 1, tzinfo=UTC))
    assert state(ann).is_objected
    record_consent([ann.pk], "email", "marketing", source="form", at=datetime(2025, 6, 1, tzinfo=UTC))
    assert state(ann).is_given


def test_the_same_evidence_twice_is_written_and_announced_once():
    ann = a_person()
    assert record_consent([ann.pk], "email", "marketing", source="file", at=MAY) == 1
    assert record_consent([ann.pk], "email", "marketing", source="file", at=MAY) == 0
    assert Consent.objects.count() == 1
    assert Notice.objects.filter(kind__endswith="ConsentChanged").count() == 1


def test_a_yes_past_its_last_day_is_no_longer_given(frozen_clock):
    ann = a_person()
    record_consent([ann.pk], "email", "marketing", source="fair", at=MAY, expires_on=date(2026, 3, 4))
    assert state(ann).is_given
    frozen_clock.move_to(date(2026, 3, 5))
    assert (state(ann).is_given, state(ann).is_objected) == (False, False)


def test_a_way_or_purpose_nobody_knows_and_a_day_to_come_are_refused(frozen_clock):
    ann = a_person()
    with pytest.raises(Refusal):
        record_consent([ann.pk], "pigeon", "marketing", source="x")
    with pytest.raises(Refusal, match="still to come"):
        record_consent([ann.pk], "email", "marketing", source="x", at=datetime(2027, 1, 1, tzinfo=UTC))
    assert not Consent.objects.exists()


def test_the_state_is_what_the_evidence_adds_up_to():
    """The kept state and one plain query over the evidence agree."""
    people = [a_person(f"P {n}") for n in range(4)]
    ids = [person.pk for person in people]
    record_consent(ids, "email", "marketing", source="a", at=MAY)
    withdraw_consent(ids[:2], "email", "marketing", source="b", at=datetime(2025, 7, 1, tzinfo=UTC))
    record_consent(ids[:1], "email", "marketing", source="c", at=datetime(2025, 8, 1, tzinfo=UTC))
    latest = {row.person_id: row.is_given for row in Consent.objects.order_by("counts_from", "-is_given", "pk")}
    assert dict(ConsentNow.objects.values_list("person_id", "is_given")) == latest
    assert latest == {ids[0]: True, ids[1]: False, ids[2]: True, ids[3]: True}


def test_thousands_are_asked_for_in_one_query(django_assert_num_queries):
    rows = [
        NewPerson(emails=(f"p{n}@example.org",), consents=(NewConsent("email", "marketing", n % 2 == 0),))
        for n in range(500)
    ]
    ids = record_people(rows, source="s").ids
    with django_assert_num_queries(1):
        states = consent_state(range(1, 200_000), "email", "marketing")
    assert len(states) == 199_999
    assert sum(states[pk].is_given for pk in ids) == 250
    assert sum(states[pk].is_objected for pk in ids) == 250


def test_somebody_erased_who_comes_back_in_a_file_stays_left_alone():
    ann = a_person("Ann", email="ann@example.org")
    erase_person(ann)
    (back,) = record_people(
        [NewPerson(full_name="Ann", emails=("ANN@example.org",), consents=(NewConsent("email", "marketing", True),))],
        source="mailchimp",
    ).ids
    assert back != ann.pk
    assert consent_state([back], "email", "marketing")[back].is_objected
    assert consent_state([back], "email", "service")[back] == NOT_ASKED


def test_quiet_until_stops_everything_but_what_they_bought_through_its_last_day(frozen_clock):
    ann = a_person()
    quiet_until(ann, date(2026, 3, 10))
    assert ann.pk in silenced([ann.pk], date(2026, 3, 10), "care")
    assert "quiet until" in silenced([ann.pk], date(2026, 3, 4), "marketing")[ann.pk]
    assert silenced([ann.pk], date(2026, 3, 11), "care") == {}
    assert silenced([ann.pk], date(2026, 3, 4), "service") == {}


def test_quiet_until_a_day_that_has_passed_is_refused_and_nothing_changes(frozen_clock):
    ann = a_person()
    with pytest.raises(Refusal, match="already passed"):
        quiet_until(ann, date(2026, 3, 3))
    ann.refresh_from_db()
    assert ann.quiet_until is None
    quiet_until(ann, date(2026, 3, 4))


def test_an_open_complaint_stops_promotion_but_not_care_until_it_is_lifted():
    ann = a_person()
    made = silence(ann, "complaint", "The clasp broke twice", "care")
    assert silence(ann, "complaint", "The clasp broke thrice", "care").pk == made.pk
    assert silenced([ann.pk], date(2026, 3, 4), "marketing") == {ann.pk: "The clasp broke thrice"}
    assert silenced([ann.pk], date(2026, 3, 4), "care") == {}
    assert lift_silence(made) is True
    assert lift_silence(made) is False
    assert silenced([ann.pk], date(2026, 3, 4), "marketing") == {}
