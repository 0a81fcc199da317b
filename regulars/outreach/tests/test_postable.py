"""A country, a region or a town alone is no address: what shops export of people whom they never sent anything."""

from __future__ import annotations

import pytest

from regulars.kit import clock
from regulars.outreach.models import Channel, Mailing, Purpose, Recipient
from regulars.outreach.queries.permission import may_receive
from regulars.outreach.queries.who import reach
from regulars.outreach.queries.year import by_post, why_nothing
from regulars.outreach.services import mailings, save_wording
from regulars.outreach.services.printing.pieces import addresses_for
from regulars.outreach.tests.builders import BERLIN, a_person, a_shop
from regulars.people import services as people
from regulars.people.models import Household, Person, PostalAddress
from regulars.people.queries.matching import Asked

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ONLY = {
    "a country": people.NewAddress(country="US"),
    "a region": people.NewAddress(region="NY", country="US"),
    "a town": people.NewAddress(city="Berlin", country="DE"),
}


@pytest.mark.parametrize("name", ONLY)
def test_nobody_counts_as_reached_by_post_who_has_no_more_than(name):
    a_shop(country="DE")
    ann, ben = a_person("Ann Archer", emails=(), addresses=(ONLY[name],)), a_person("Ben Bell", addresses=(BERLIN,))
    ids = [ann.pk, ben.pk]
    assert set(addresses_for(set(ids))) == {ben.pk}
    verdicts = may_receive(ids, Channel.LETTER, Purpose.CARE, clock.now())
    assert (verdicts[ann.pk].ok, verdicts[ben.pk].ok) == (False, True)
    assert verdicts[ann.pk].why == "We have no postal address."
    assert list(Person.objects.filter(by_post())) == [ben]
    assert why_nothing([ann])[ann.pk] == "No postal address and no e-mail address."
    assert reach().ways["care"]["letter"] == {"may": 1, "no_way": 1}


def test_the_address_of_their_household_counts_only_if_the_post_finds_it():
    a_shop(country="DE")
    ann, ben = a_person("Ann Archer", addresses=(ONLY["a country"],)), a_person("Ben Archer", addresses=(BERLIN,))
    people.make_household([ann.pk, ben.pk])
    Household.objects.update(place=PostalAddress.objects.get(person=ann))
    assert list(Person.objects.filter(by_post())) == [ben]
    assert set(addresses_for({ann.pk, ben.pk})) == {ben.pk}
    Household.objects.update(place=PostalAddress.objects.get(person=ben))
    assert set(Person.objects.filter(by_post())) == {ann, ben}
    assert set(addresses_for({ann.pk, ben.pk})) == {ann.pk, ben.pk}


def test_a_mailing_leaves_them_out_with_the_reason():
    a_shop(country="DE")
    a_person("Ann Archer", emails=(), addresses=(ONLY["a country"],))
    save_wording("hours", name="Hours", subject="", body="Open longer.", by=None, channel="card")
    mailing = mailings.make_mailing(mailings.NewMailing("t", "Hours", "hours", Asked(is_list=True)), None)
    mailings.gather(mailing)
    assert Recipient.objects.get(mailing=Mailing.objects.get()).why == "We have no postal address."
