"""Django's own sentences in the words of the house."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from django import forms

CATALOGUES = sorted((Path(__file__).parents[1] / "django_words").glob("*/LC_MESSAGES/django.po"))
each_language = pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parents[1].name)
ENTRY = re.compile(r'^msgid "(.+)"\n(?:msgid_plural "(.+)"\n)?msgstr(?:\[0\])? "(.+)"\n(?:msgstr\[1\] "(.+)"\n)?', re.M)


def entries(catalogue: Path) -> list[tuple[str, str, str, str]]:
    return ENTRY.findall(catalogue.read_text())


def test_a_missing_answer_is_asked_for_and_a_wrong_one_says_what_would_fit():
    class Caller(forms.Form):
        name = forms.CharField(max_length=5)
        email = forms.EmailField()
        day = forms.DateField()
        way = forms.ChoiceField(choices=[("card", "Card")])

    wrong = Caller({"name": "Wolfeschlegel", "email": "anneke@", "day": "31 June", "way": "owl"}).errors
    assert Caller({}).errors["name"] == ["Please fill this in."]
    assert wrong["name"] == ["Only 5 letters fit here; these are 13."]
    assert "missing @" in wrong["email"][0]
    assert "2026-04-03" in wrong["day"][0]
    assert wrong["way"] == ["“owl” is not on the list. Choose again."]


@each_language
def test_the_compiled_words_are_those_of_the_catalogue(catalogue: Path):
    compiled = gettext.GNUTranslations(catalogue.with_suffix(".mo").open("rb"))
    assert len(entries(catalogue)) >= 16
    for one, many, words, words_of_many in entries(catalogue):
        assert compiled.ngettext(one, many, 1) == words if many else compiled.gettext(one) == words
        assert not many or compiled.ngettext(one, many, 2) == words_of_many


@each_language
def test_every_sentence_replaces_one_that_django_still_says(catalogue: Path):
    folder = Path(forms.__file__).parents[1] / "conf" / "locale" / "en" / "LC_MESSAGES" / "django.po"
    said = re.sub(r'"\n"', "", folder.read_text())
    for one, *_ in entries(catalogue):
        assert f'"{one}"' in said, one
