"""The step from one text message a letter to one a mailing: what was seen before a yes, and begun with after it, stays."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps

from regulars.outreach.models import Mailing, Recipient, Wording, WordingVersion
from regulars.outreach.services import mailings, save_wording
from regulars.outreach.tests.builders import a_person, a_shop
from regulars.people.queries.matching import Asked

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
step = import_module("regulars.outreach.migrations.0022_texts_of_their_own")


def the_shared_text(words: str, on_day: int, language: str = "") -> WordingVersion:
    """As it was kept before: under the key of the letter."""
    version = save_wording(
        "hours-as-text", name="Hours", subject="", body=words, by=None, channel="text", language=language
    )
    WordingVersion.objects.filter(pk=version.pk).update(created_at=datetime(2026, 3, on_day, tzinfo=UTC))
    return version


def an_old_mailing(looked_up_on: int, **fields) -> Mailing:
    """Looked up on that day of March, its text the second way."""
    new = mailings.NewMailing(f"t{Mailing.objects.count()}", "Hours", "hours", Asked(is_list=True))
    mailing = mailings.make_mailing(new, None)
    mailings.gather(mailing)
    usual = {
        "second_wording": "hours-as-text",
        "gathered_at": datetime(2026, 3, looked_up_on, tzinfo=UTC),
        "found": {"ways": {"first": 0, "second": 1}, "channels": {"text": 1}},
    }
    Recipient.objects.filter(mailing=mailing).update(way="second")
    Mailing.objects.filter(pk=mailing.pk).update(**{**usual, **fields})
    return mailing


@pytest.fixture
def shop(db):
    a_shop()
    a_person("Ann Archer", "ann@example.org")
    save_wording("hours", name="Hours", subject="Open", body="Until eight.", by=None)


def test_each_mailing_gets_the_text_it_was_looked_up_with_or_begun_with(shop):
    old = the_shared_text("Open until eight.", 1)
    early = an_old_mailing(2)
    begun = an_old_mailing(9, stage="going", versions={"hours-as-text": old.pk, "hours": 1})
    the_shared_text("Closed on Friday.", 5)
    the_shared_text("Freitag zu.", 5, "de")
    late = an_old_mailing(6)
    unused = an_old_mailing(6, second_wording="")
    step.own_words(apps, None)
    step.own_words(apps, None)
    for mailing, words in ((early, "Open until eight."), (begun, "Open until eight."), (late, "Closed on Friday.")):
        mailing.refresh_from_db()
        said = mailings.own_words(mailing, "text")
        assert (said.words, said.others) == (words, {"de": "Freitag zu."})
        assert (mailing.second_wording, mailing.found["ways"]) == ("", {"first": 0, "text": 1})
        assert set(Recipient.objects.filter(mailing=mailing).values_list("way", flat=True)) == {"text"}
    own = Wording.objects.get(mailing=begun)
    assert begun.versions == {own.key: own.latest_id, "hours": 1}
    unused.refresh_from_db()
    assert unused.text_wording == ""
    assert Wording.objects.get(key="hours-as-text").is_archived
    assert Wording.objects.filter(mailing__isnull=False).count() == 3


def test_words_of_another_name_that_somebody_chose_stay_as_they_are(shop):
    the_shared_text("Open until eight.", 1)
    save_wording("other", name="Other", subject="Open", body="Until nine.", by=None)
    chosen = an_old_mailing(2, wording="other")
    step.own_words(apps, None)
    chosen.refresh_from_db()
    assert (chosen.second_wording, chosen.text_wording) == ("hours-as-text", "")
    assert not Wording.objects.get(key="hours-as-text").is_archived


def test_what_is_under_way_goes_on_in_its_languages(shop):
    german = save_wording("hours", subject="Offen", body="Bis acht.", by=None, language="de")
    main = Wording.objects.get(key="hours").latest_id
    going = an_old_mailing(2, second_wording="", stage="going", versions={"hours": main})
    step.keep_languages(apps, None)
    going.refresh_from_db()
    assert going.versions == {"hours": main, "hours/de": german.pk}
