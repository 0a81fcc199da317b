import pickle

import pytest

from regulars.kit.models import Notice
from regulars.people.models import Consent, ConsentNow, Email, Person, Phone, PostalAddress, SearchWord
from regulars.people.partial_dates import PartialDate
from regulars.people.services import (
    NewAddress,
    NewConsent,
    NewOccasion,
    NewPerson,
    cash_customer,
    record_people,
    unlearn,
)
from regulars.people.services.newcomers import RecordedPeople, prepared

pytestmark = pytest.mark.django_db

ANN = NewPerson(
    full_name="Ann Baker",
    emails=("Ann.Baker@Example.org",),
    phones=("+44 20 7946 0018",),
    external_ids=(("shopify", "77"),),
    addresses=(NewAddress("1 High Street", "York", "YO1 7HH", "", "gb"),),
    tags=("Silver", "silver "),
    birthday=PartialDate(5, 15),
    note="Came with Eva.",
)


def counts(recorded: RecordedPeople) -> tuple[int, int, int]:
    return recorded.new, recorded.matched, recorded.updated


def test_somebody_new_is_written_with_everything_that_was_said():
    recorded = record_people([ANN], source="shopify")
    assert counts(recorded) == (1, 0, 0)
    ann = Person.objects.get(pk=recorded.ids[0])
    assert ann.full_name == "Ann Baker"
    assert (ann.given_name, ann.family_name) == ("", ""), "a name given whole is never split"
    email, phone = ann.emails.get(), ann.phones.get()
    assert (email.address, email.normalised, email.is_primary) == (
        "Ann.Baker@Example.org",
        "ann.baker@example.org",
        True,
    )
    assert (phone.as_typed, phone.e164) == ("+44 20 7946 0018", "+442079460018")
    assert str(ann.addresses.get()) == "1 High Street, York, YO1 7HH, UNITED KINGDOM"
    assert [tag.tag.name for tag in ann.tags.all()] == ["Silver"]
    assert ann.occasions.get().date == PartialDate(5, 15)
    assert ann.notes.get().text == "Came with Eva."
    assert ann.change_number > 0


def test_the_same_batch_again_writes_nothing_and_announces_nothing():
    record_people([ANN, NewPerson(full_name="Bo", emails=("bo@example.org",))], source="shopify")
    before = list(Person.objects.order_by("pk").values())
    notices = Notice.objects.count()
    again = record_people([ANN, NewPerson(full_name="Bo", emails=("bo@example.org",))], source="shopify")
    assert counts(again) == (0, 2, 0)
    assert list(Person.objects.order_by("pk").values()) == before
    assert Notice.objects.count() == notices


def test_each_batch_is_announced_once_with_its_new_people():
    recorded = record_people([NewPerson(full_name=f"P {n}") for n in range(5)], source="csv")
    notice = Notice.objects.get()
    assert notice.kind.endswith("PeopleRecorded")
    assert sorted(notice.content["new_ids"]) == sorted(recorded.ids)


@pytest.mark.parametrize(
    "again",
    [
        NewPerson(full_name="A. Baker", external_ids=(("shopify", "77"),)),
        NewPerson(full_name="Anna", emails=("ANN.BAKER@example.ORG",)),
        NewPerson(full_name="ann  BAKER", phones=("+442079460018",)),
    ],
)
def test_somebody_is_known_again_by_id_then_address_then_number_with_the_same_name(again):
    first = record_people([ANN], source="shopify").ids
    recorded = record_people([again], source="shopify")
    assert recorded.ids == first
    assert recorded.new == 0
    assert Person.objects.get(pk=first[0]).full_name == "Ann Baker", "what stands there is not overwritten"


def test_the_same_number_with_another_name_is_another_person():
    first = record_people([ANN], source="shopify").ids
    recorded = record_people([NewPerson(full_name="Carl Baker", phones=("+442079460018",))], source="shopify")
    assert recorded.new == 1
    assert recorded.ids != first


def test_the_same_id_of_another_source_is_another_person():
    record_people([ANN], source="shopify")
    assert record_people([NewPerson(full_name="Zoe", external_ids=(("stripe", "77"),))], source="stripe").new == 1


def test_blanks_are_filled_and_more_addresses_added_and_filled_fields_stay():
    ids = record_people([NewPerson(emails=("ann@example.org",))], source="list").ids
    more = NewPerson(
        full_name="Ann Baker",
        emails=("ann@example.org", "ann@work.example"),
        tags=("vip",),
        language="en",
        met="a fair",
    )
    assert counts(record_people([more], source="shopify")) == (0, 1, 1)
    other = NewPerson(full_name="Somebody Else", emails=("ann@work.example",), language="de")
    assert counts(record_people([other], source="shopify")) == (0, 1, 0)
    ann = Person.objects.get(pk=ids[0])
    assert (ann.full_name, ann.sort_name, ann.language, ann.met) == ("Ann Baker", "ann baker", "en", "a fair")
    assert list(ann.emails.order_by("pk").values_list("normalised", "is_primary")) == [
        ("ann@example.org", True),
        ("ann@work.example", False),
    ]
    assert SearchWord.objects.filter(person=ann, word="baker").exists()


def test_rows_of_one_batch_about_one_person_fall_together():
    rows = [
        NewPerson(full_name="Ann Baker", emails=("ann@example.org",)),
        NewPerson(full_name="Ann Baker", emails=("ann@example.org",), phones=("+442079460018",)),
        NewPerson(full_name="Ann Baker", phones=("+442079460018",), external_ids=(("till", "4"),)),
        NewPerson(full_name="Bo", emails=("bo@example.org",)),
    ]
    recorded = record_people(rows, source="csv")
    assert recorded.new == 2
    assert len(set(recorded.ids[:3])) == 1
    assert Email.objects.count() == 2
    assert Phone.objects.count() == 1


def test_an_id_of_one_and_an_address_of_another_adds_the_address_without_taking_the_key():
    one, two = record_people(
        [NewPerson(full_name="A", external_ids=(("s", "1"),)), NewPerson(full_name="B", emails=("b@example.org",))],
        source="s",
    ).ids
    assert record_people([NewPerson(external_ids=(("s", "1"),), emails=("b@example.org",))], source="s").ids == [one]
    assert dict(Email.objects.values_list("person_id", "is_key")) == {one: False, two: True}


def test_a_couple_may_share_an_address_when_the_owner_says_they_are_two():
    (ann,) = record_people([NewPerson(full_name="Ann", emails=("us@example.org",))], source="s").ids
    (ben,) = record_people([NewPerson(full_name="Ben", emails=("us@example.org",))], source="s", are_new=True).ids
    assert ann != ben
    assert Email.objects.filter(normalised="us@example.org", is_key=True).get().person_id == ann


def test_an_address_nobody_can_read_is_kept_as_typed_and_is_no_key():
    a, b = record_people([NewPerson(full_name="A", emails=("not an address",)),
                          NewPerson(full_name="B", emails=("not an address",))], source="s").ids  # fmt: skip
    assert a != b
    assert set(Email.objects.values_list("address", "is_bad", "is_key")) == {("not an address", True, False)}


def test_an_unreadable_number_is_kept_as_typed():
    (pk,) = record_people([NewPerson(full_name="A", phones=("ask at the bakery",))], source="s").ids
    assert Phone.objects.values_list("person_id", "as_typed", "e164", "is_bad").get() == (
        pk,
        "ask at the bakery",
        "",
        True,
    )


def test_the_same_postal_address_is_written_once():
    record_people([ANN], source="shopify")
    record_people([ANN], source="shopify")
    assert PostalAddress.objects.count() == 1


def test_consent_comes_only_from_what_was_said_and_once():
    said = NewPerson(emails=("a@example.org",), consents=(NewConsent("email", "marketing", True),))
    silent = NewPerson(emails=("b@example.org",))
    for _ in range(2):
        record_people([said, silent], source="mailchimp")
    assert Consent.objects.count() == 1
    assert ConsentNow.objects.get().is_given is True


def test_the_cash_customer_is_one_and_stays_out_of_grades():
    assert cash_customer() == cash_customer()
    assert not Person.objects.gradable().exists()


def test_a_batch_needs_the_same_few_queries_whatever_its_size(django_assert_max_num_queries):
    rows = [
        NewPerson(full_name=f"P {n}", emails=(f"p{n}@example.org",), external_ids=(("s", str(n)),)) for n in range(400)
    ]
    with django_assert_max_num_queries(20):
        assert record_people(rows, source="s").new == 400
    with django_assert_max_num_queries(20):
        assert counts(record_people(rows, source="s")) == (0, 400, 0)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_threads_that_record_the_same_people_make_each_one_once(in_threads):
    rows = [
        NewPerson(full_name=f"P {n}", emails=(f"p{n}@example.org",), external_ids=(("s", str(n)),)) for n in range(30)
    ]
    results = in_threads(4, lambda number: record_people(rows if number % 2 else rows[::-1], source="s"))
    assert all(isinstance(result, RecordedPeople) for result in results), results
    assert sum(result.new for result in results) == 30
    assert Person.objects.count() == 30
    assert len({tuple(sorted(result.ids)) for result in results}) == 1


def test_what_a_number_is_for_and_a_day_beside_the_birthday_are_kept_and_can_be_taken_back():
    day = NewOccasion("anniversary", "", PartialDate(8, 8, 2009))
    told = NewPerson(full_name="Ann Abel", phones=("+49 30 901820", "+49 30 901821"), occasions=(day,),
                     labels={"+49 30 901820": "work", "+49 30 901821": "fax"})  # fmt: skip
    record_people([NewPerson(full_name="Ann Abel", phones=("+49 30 901820",))], source="file")
    recorded = record_people([told, told], source="file")
    ann = Person.objects.get()
    assert [phone.label for phone in ann.phones.order_by("pk")] == ["", "fax"]
    assert ann.first_phone == "+49 30 901820"
    assert [(one.kind, one.month, one.year) for one in ann.occasions.all()] == [("anniversary", 8, 2009)]
    assert not record_people([told], source="file").learned
    unlearn(recorded.learned)
    assert not ann.occasions.exists()


def test_a_draft_prepared_elsewhere_crosses_whole_and_looks_for_its_words_again_when_more_is_said() -> None:
    one = prepared(NewPerson(full_name="Ann Weber", emails=("ann@lindenblatt.example",), tags=("blue",)), "DE")
    assert pickle.loads(pickle.dumps(one)) == one  # our own bytes
    assert set(one.words) == {"ann", "weber", "lindenblatt", "blue"}
    one.add(prepared(NewPerson(full_name="Ann Weber", phones=("0171 2345678",)), "DE"))
    assert "~8765432171" + "94" in one.found_by()
