"""One view, two askers."""

from __future__ import annotations

import pytest
from django import forms
from django.test import RequestFactory, override_settings

from regulars.kit import effects
from regulars.kit.answer import answer, is_htmx, redirect_back, refused
from regulars.kit.errors import Refusal

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.locmem.Loader",
                    {
                        "page": "<main>{{ what }}{{ refusal }}</main>",
                        "part": "<p>{{ what }}{{ refusal }}{{ form.errors }}</p>",
                    },
                )
            ]
        },
    }
]
pytestmark = pytest.mark.usefixtures("two_templates")
ask = RequestFactory()
HTMX = {"HX-Request": "true"}


@pytest.fixture
def two_templates():
    with override_settings(TEMPLATES=TEMPLATES, FORM_RENDERER="django.forms.renderers.DjangoTemplates"):
        yield


class PauseForm(forms.Form):
    until = forms.DateField()


def test_a_browser_gets_the_page_and_htmx_its_part():
    for headers, expected in (({}, "<main>tea</main>"), (HTMX, "<p>tea</p>")):
        reply = answer(ask.get("/", headers=headers), "page", "part", {"what": "tea"})
        assert reply.content.decode() == expected
        assert reply.headers["Vary"] == "HX-Request"


def test_htmx_restoring_history_gets_the_page():
    assert not is_htmx(ask.get("/", headers={**HTMX, "HX-History-Restore-Request": "true"}))


def test_a_refusal_is_422_and_stands_at_its_field():
    form = PauseForm({"until": "2026-03-05"})
    refusal = Refusal("That day has already passed.", field="until")
    reply = refused(ask.post("/", headers=HTMX), "page", "part", {"form": form}, refusal)
    assert reply.status_code == 422
    assert form.errors["until"] == ["That day has already passed."]
    assert "already passed" in reply.content.decode()


def test_a_refusal_without_a_field_stands_above_the_form():
    form = PauseForm({"until": "2026-03-05"})
    refused(ask.post("/"), "page", "part", {"form": form}, Refusal("Not now.", field="colour"))
    assert form.non_field_errors() == ["Not now."]


def test_after_a_post_a_browser_is_sent_on_and_htmx_told():
    reply = redirect_back(ask.post("/"), "/people/")
    assert (reply.status_code, reply.headers["Location"]) == (303, "/people/")
    reply = redirect_back(ask.post("/", headers=HTMX), "/people/")
    assert (reply.status_code, reply.headers["HX-Redirect"]) == (204, "/people/")


def test_the_way_back_is_taken_only_when_it_stays_here():
    assert redirect_back(ask.post("/", {"next": "/today/?n=2"}), "/people/").headers["Location"] == "/today/?n=2"
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert redirect_back(ask.post("/", {"next": elsewhere}), "/people/").headers["Location"] == "/people/"


def test_effects_happen_unless_they_are_held():
    sent = []

    def send():
        sent.append("a letter")
        return "sent"

    assert effects.perform("send", send, instead="held") == "sent"
    with effects.held() as held:
        assert effects.are_held()
        assert effects.perform("send", send, instead="held", to="ann") == "held"
    assert sent == ["a letter"]
    assert held.effects == [("send", {"to": "ann"})]
    assert not effects.are_held()
