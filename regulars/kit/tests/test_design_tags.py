"""What the tags of the design language write."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from regulars.kit import clock
from regulars.kit.faces import initials_of
from regulars.kit.form_renderer import CounterBookRenderer
from regulars.kit.sheets import icon_names, styles
from regulars.kit.templatetags.kit import people_count
from regulars.kit.views import choose_theme

HOUSE = Path(__file__).parents[2]


def drawn(source: str, **context: object) -> str:
    return Template("{% load i18n kit %}" + source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ruth Osei", "RO"),
        ("Anneke van der Noordman", "AN"),
        ("Łucja Żółć", "ŁŻ"),
        ("Γιώργος Παπαδόπουλος", "ΓΠ"),
        ("людмила ковальчук", "ЛК"),
        ("(Maya)", "M"),
        ("Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh", "W"),
        ("", "·"),
        (" — ", "·"),
        ("Zoe\u0308 O’Neil", "ZO"),
        ("陳 大文", "陳大"),
    ],
)
def test_initials_are_taken_in_any_script(name, initials):
    assert initials_of(name) == initials


def test_a_face_is_decoration_and_escapes_what_it_is_given():
    html = drawn("{% face name tone %}", name="<b> x", tone='warm" onclick="')
    assert 'aria-hidden="true"' in html
    assert "&quot;" in html
    assert "<b>" not in html


def test_an_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in drawn('{% icon "sun" %}')
    assert 'role="img" aria-label="Close"' in drawn('{% icon "x" "Close" %}')


def test_an_icon_that_is_not_there_is_refused_by_name():
    with pytest.raises(TemplateSyntaxError, match="no icon 'unicorn'"):
        drawn('{% icon "unicorn" %}')


def test_every_icon_named_in_a_template_is_in_the_sprite():
    named = set()
    for path in HOUSE.rglob("templates/**/*.html"):
        named |= set(re.findall(r"""{% icon ["']([\w-]+)["']|\bsign=["']([\w-]+)["']""", path.read_text()))
    missing = {first or second for first, second in named} - icon_names()
    assert not missing


@pytest.mark.django_db
def test_a_day_has_its_year_only_when_it_is_not_this_one():
    with clock.frozen(datetime(2026, 11, 22, 9, tzinfo=UTC)):
        assert drawn("{% on_day day %}", day=date(2026, 8, 18)) == '<time datetime="2026-08-18">18 August</time>'
        assert "18 Aug<" in drawn("{% on_day day short=True %}", day=date(2026, 8, 18))
        assert "29 Feb 2024<" in drawn("{% on_day day short=True %}", day=date(2024, 2, 29))
        assert "29 Feb<" in drawn("{% on_day day short=True yearless=True %}", day=date(2024, 2, 29))
        assert "Sunday 22 November<" in drawn("{% on_day day weekday=True %}", day=date(2026, 11, 22))
        assert drawn("{% on_day day %}", day=None) == ""


@pytest.mark.django_db
def test_a_day_follows_the_language():
    with clock.frozen(datetime(2026, 11, 22, 9, tzinfo=UTC)), translation.override("de"):
        assert "18. August<" in drawn("{% on_day day %}", day=date(2026, 8, 18))
    with clock.frozen(datetime(2026, 11, 22, 9, tzinfo=UTC)), translation.override("es"):
        assert "18 de agosto<" in drawn("{% on_day day %}", day=date(2026, 8, 18))
        assert "18 ago<" in drawn("{% on_day day short=True %}", day=date(2026, 8, 18))
        assert "29 feb 2024<" in drawn("{% on_day day short=True %}", day=date(2024, 2, 29))
        assert "domingo 22 de noviembre<" in drawn("{% on_day day weekday=True %}", day=date(2026, 11, 22))


@pytest.mark.django_db
def test_a_moment_of_today_is_only_its_hour():
    with clock.frozen(datetime(2026, 11, 22, 20, tzinfo=UTC)):
        assert ">18:40<" in drawn("{% at moment %}", moment=datetime(2026, 11, 22, 18, 40, tzinfo=UTC))
        assert ">21 Nov, 18:40<" in drawn("{% at moment %}", moment=datetime(2026, 11, 21, 18, 40, tzinfo=UTC))


@pytest.mark.django_db
def test_money_carries_its_currency_unless_the_column_says_it():
    assert "€2,964.00" in drawn("{% money amount %}", amount=Decimal("2964"))
    assert ">2,964.00<" in drawn("{% money amount plain=True %}", amount=Decimal("2964"))
    assert drawn("{% money amount %}", amount=None) == ""


def test_people_are_counted_in_words():
    assert people_count(1) == "1 person"
    assert people_count(0) == "0 people"
    assert people_count(1204) == "1,204 people"


def test_an_action_is_a_form_that_posts_and_keeps_its_token():
    html = drawn('{% action "/stops/" "Stop" fields=fields confirm="Sure?" %}', csrf_token="abc", fields={"a": "1"})
    assert '<form method="post" action="/stops/" data-confirm="Sure?" data-yes="Stop">' in html
    assert 'name="csrfmiddlewaretoken" value="abc"' in html
    assert '<input type="hidden" name="a" value="1">' in html


def test_an_error_stands_under_its_field_and_is_tied_to_it():
    class Name(forms.Form):
        name = forms.CharField(label="Name", help_text="As she writes it.")
        note = forms.CharField(label="Note", required=False)

    html = str(Name({"name": ""}))
    assert '<label for="id_name">Name' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert "may be left out" in html


def test_a_filter_form_does_not_say_that_fields_may_be_left_out():
    class Filter(forms.Form):
        says_optional = False
        name = forms.CharField(required=False)

    assert "may be left out" not in str(Filter())


def test_progress_is_written_for_the_machine_without_separators():
    html = render_to_string("kit/_progress.html", {"label": "Taking in", "words": "", "done": 214000, "total": 1000000})
    assert 'value="214000" max="1000000"' in html
    assert "value=" not in render_to_string("kit/_progress.html", {"label": "Reading", "words": ""})


@pytest.mark.parametrize(
    ("theme", "media"), [("auto", "screen and (prefers-color-scheme: dark)"), ("dark", "screen"), ("light", "not all")]
)
def test_the_dark_tokens_are_linked_for_the_theme_that_was_chosen(theme, media):
    assert re.search(rf'id="dark" href="[^"]+" media="{re.escape(media)}"', styles(theme))


def test_choosing_a_theme_sets_a_cookie_and_goes_back():
    reply = choose_theme(RequestFactory().post("/themes/", {"theme": "dark", "next": "/people/?q=a"}))
    assert (reply.status_code, reply["Location"]) == (303, "/people/?q=a")
    assert reply.cookies["theme"].value == "dark"


def test_a_theme_that_is_none_is_not_kept_and_a_strange_address_is_not_followed():
    reply = choose_theme(RequestFactory().post("/themes/", {"theme": "pink", "next": "https://elsewhere.example/"}))
    assert "theme" not in reply.cookies
    assert reply["Location"] == "/"


def test_looking_does_not_choose_a_theme():
    assert choose_theme(RequestFactory().get("/themes/?theme=dark")).status_code == 405


def test_a_select_reads_as_django_writes_it() -> None:
    choices = [("", "Please <choose>"), ("Europe", [("Europe/Berlin", "Berlin"), ("x&y", "X & Y")]), (7, "Seven")]
    attrs = {"required": True, "disabled": False, "data-guess-zone": "", "id": 'a"b'}
    field = forms.Select(attrs, choices=choices)
    ours = field.render("zone", "x&y", renderer=CounterBookRenderer())
    plain = field.render("zone", "x&y", renderer=DjangoTemplates())
    assert re.sub(r"\s*\n\s*", "", ours) == re.sub(r"\s*\n\s*", "", plain)
    assert "selected" in ours
