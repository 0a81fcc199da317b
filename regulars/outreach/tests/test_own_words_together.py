"""A yes and a change of the text at the same moment: what goes is what was said yes to, whoever was first."""

from __future__ import annotations

import pytest

from regulars.kit.errors import Refusal
from regulars.outreach.models import Mailing, Touch, Wording, WordingVersion
from regulars.outreach.services import mailings, save_wording
from regulars.outreach.tests.builders import a_shop
from regulars.people import services as people
from regulars.people.queries.matching import Asked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def the_mailing(text: str) -> mailings.NewMailing:
    return mailings.NewMailing("t", "Hours", "hours", Asked(is_list=True), text=mailings.OwnWords(text))


@pytest.fixture
def shop():
    a_shop(country="DE")
    save_wording("hours", name="Hours", subject="Open", body="Until eight.", by=None)
    new = people.NewPerson(full_name="Mo", phones=("+4915123456789",))
    people.record_consent(people.record_people([new], source="t").ids, "text", "care", source="test")


def test_the_same_form_sent_by_many_at_once_makes_one_mailing_and_one_text(shop, in_threads):
    made = in_threads(4, lambda number: mailings.make_mailing(the_mailing("Open."), None).pk)
    assert len(set(made)) == 1
    assert Mailing.objects.get().text_wording
    assert Wording.objects.filter(mailing__isnull=False).count() == 1
    assert WordingVersion.objects.filter(wording__mailing__isnull=False).count() == 1


def test_a_yes_and_a_change_at_once_never_send_what_nobody_said_yes_to(shop, in_threads):
    mailing = mailings.make_mailing(the_mailing("Open until eight."), None)
    mailings.gather(mailing)
    mailing.refresh_from_db()

    def act(number: int) -> object:
        if number == 0:
            return mailings.begin_mailing(mailing, None)
        return mailings.change_mailing(mailing, the_mailing("Closed for good."), None).pk

    began, changed = in_threads(2, act)
    bodies = list(Touch.objects.values_list("body", flat=True))
    if began is True:
        assert isinstance(changed, Refusal)
        assert bodies == ["Open until eight."]
    else:
        assert isinstance(began, Refusal)
        assert (changed, bodies) == (mailing.pk, [])
