"""The same words in several languages: the person's own chooses, and what there is not is named."""

from __future__ import annotations

import pytest

from regulars.kit.errors import Refusal
from regulars.outreach import queries, services
from regulars.outreach.models import Touch, WordingVersion
from regulars.outreach.tests.builders import a_person, a_shop

pytestmark = pytest.mark.django_db


def touched(key: str, *people):
    drafts = services.draft_for(queries.latest(key), [person.pk for person in people])
    new = [
        services.NewTouch(person.pk, "test", "1", wording=key, **drafts.ready[person.pk].for_touch())
        for person in people
    ]
    return [Touch.objects.get(pk=pk) for pk in services.plan_touches(new).ids]


def test_a_starter_nobody_changed_speaks_the_language_of_the_person():
    a_shop()
    ann, lena, jean = (
        a_person("Ann Archer"),
        a_person("Lena Vogt", language="de-AT"),
        a_person("Jean Roux", language="fr"),
    )
    english, german, french = touched("birthday", ann, lena, jean)
    assert english.subject == "Happy birthday, Ann"
    assert german.subject.startswith("Alles Gute")
    assert (german.language, german.language_wanted) == ("de", "")
    assert (french.subject, french.language, french.language_wanted) == ("Happy birthday, Jean", "en", "fr")
    assert german.wording_version is not None
    assert (german.wording_version.language, english.wording_version.language) == ("de", "")
    assert german.wording_version.wording_id == english.wording_version.wording_id


def test_words_of_ones_own_lead_until_they_are_written_in_another_language_too():
    a_shop()
    lena = a_person("Lena Vogt", language="de")
    services.save_wording("birthday", subject="Hooray", body="{{ greeting }}, hooray.", by=None)
    (before,) = touched("birthday", lena)
    assert (before.subject, before.language, before.language_wanted) == ("Hooray", "en", "de")
    variant = services.save_wording("birthday", subject="Hurra", body="{{ greeting }}, hurra.", by=None, language="de")
    Touch.objects.all().delete()
    (after,) = touched("birthday", lena)
    assert (after.body, after.language, after.language_wanted) == ("Guten Tag Lena, hurra.", "de", "")
    assert after.wording_version_id == variant.pk
    assert queries.latest("birthday").subject == "Hooray"


def test_a_starter_may_be_rewritten_in_one_language_and_go_on_in_the_others():
    a_shop()
    services.save_wording("birthday", subject="Hurra", body="{{ greeting }}, hurra.", by=None, language="de")
    german, spanish, english = touched(
        "birthday", a_person("Lena Vogt", language="de"), a_person("Ana Gil", language="es"), a_person("Ann Archer")
    )
    assert german.subject == "Hurra"
    assert spanish.language == "es"
    assert english.subject == "Happy birthday, Ann"
    assert german.wording_version.language == "de"


def test_a_language_put_away_is_named_as_missing_again_and_its_versions_stay():
    a_shop()
    lena = a_person("Lena Vogt", language="de")
    first = services.save_wording("ours", subject="Hi", body="Hi.", by=None, name="Ours")
    services.save_wording("ours", subject="Hallo", body="Hallo.", by=None, language="de")
    services.drop_variant(first.wording, "de", None)
    (touch,) = touched("ours", lena)
    assert (touch.body, touch.language_wanted) == ("Hi.", "de")
    assert WordingVersion.objects.filter(wording=first.wording, language="de").count() == 1


def test_a_language_of_nobody_here_is_refused():
    a_shop()
    services.save_wording("ours", subject="Hi", body="Hi.", by=None, name="Ours")
    with pytest.raises(Refusal, match="languages on the list"):
        services.save_wording("ours", subject="Hi", body="Hi.", by=None, language="tlh")


def test_an_earlier_version_is_taken_again_as_the_next_one():
    a_shop()
    first = services.save_wording("ours", subject="One", body="One.", by=None, name="Ours")
    services.save_wording("ours", subject="Two", body="Two.", by=None)
    again = services.take_again(first, None)
    assert (again.version, again.subject) == (3, "One")
    assert queries.latest("ours").pk == again.pk
