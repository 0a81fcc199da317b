"""The frame, every partial, and the style guide as templates."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from regulars.kit import clock
from regulars.kit.specimens import specimens

TEMPLATES = Path(__file__).parents[1] / "templates" / "kit"
PARTIALS = sorted(path.relative_to(TEMPLATES.parent).as_posix() for path in TEMPLATES.rglob("*.html"))
A_ROOM = {"label": "Today", "url": "/today/", "icon": "sun", "count": 7, "is_current": True, "is_main": True}
ANOTHER = {"label": "Outbox", "url": "/outbox/", "icon": "mail", "count": 0, "is_current": False, "is_main": False}


@pytest.fixture
def page(db):
    """Draw a template in a request of a stranger, with the frame's words given."""

    def draw(template: str, **context: object) -> str:
        request = RequestFactory().get("/style/")
        request.user = AnonymousUser()
        with clock.frozen(datetime(2026, 11, 22, 9, tzinfo=UTC)):
            return render_to_string(template, {"rooms": [A_ROOM, ANOTHER], **context}, request)

    return draw


class Inline(HTMLParser):
    """Collect what a strict Content-Security-Policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.found += [f"{tag} {name}" for name in names if name == "style" or name.startswith(("on", "hx-on"))]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.ids += [names["id"]] if names.get("id") else []  # type: ignore[list-item]  # not None once it is true


@pytest.mark.parametrize("name", PARTIALS)
def test_every_template_parses_and_says_first_what_it_needs(name):
    get_template(name)
    first = (TEMPLATES.parent / name).read_text().splitlines()[0]
    assert "{# Needs: " in first


def test_the_style_guide_draws_without_anything_inline_and_no_id_twice(page):
    html = page("kit/style_guide.html", **specimens())
    reader = Inline()
    reader.feed(html)
    assert reader.found == []
    assert len(reader.ids) == len(set(reader.ids))


def test_the_style_guide_shows_every_component(page):
    html = page("kit/style_guide.html", **specimens())
    shown = set(re.findall(r"kit/_(\w+)\.html", "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))))
    for partial in shown:
        assert (TEMPLATES / f"_{partial}.html").exists()
    for sign in (
        "line",
        "draft",
        "card",
        "chip",
        "face",
        "table",
        "timeline",
        "facts",
        "steps",
        "tabs",
        "pager",
        "search",
    ):
        assert f'class="{sign}' in html, sign
    for sign in (
        "drop",
        "note",
        "toast",
        "dialog",
        "progress",
        "empty",
        "bars",
        "spark",
        "filter",
        "back",
        "menu",
        "say",
    ):
        assert re.search(rf'class="[^"]*\b{sign}\b', html), sign


def test_the_rooms_stand_in_the_rail_with_the_current_one_marked(page):
    html = page("kit/base.html")
    assert '<a class="rail-link" href="/today/" aria-current="page">' in html
    assert html.index("/today/") < html.index('class="rail-desk"') < html.index("/outbox/")
    assert "7<span" in html
    assert '<main id="main"' in html


def test_the_frame_stands_without_a_user_and_without_rooms(page):
    html = page("kit/base.html", rooms=None, sending=None)
    assert "Stop everything" not in html
    assert "Sign out" not in html


def test_a_plain_page_has_no_rooms(page):
    html = page("kit/base_plain.html")
    assert "rail" not in html.split("</head>")[1]
    assert '<main id="main"' in html


def test_stopping_is_offered_only_to_whom_it_is_given_and_the_banner_stands_while_it_lasts(page):
    offered = page("kit/base.html", sending={"is_stopped": False, "stop_url": "/stops/"})
    assert 'action="/stops/"' in offered
    assert "Everything is stopped" not in offered
    stopped = page(
        "kit/base.html",
        sending={
            "is_stopped": True,
            "stopped_by_name": "Inés",
            "stopped_at": datetime(2026, 11, 22, 8, 5, tzinfo=UTC),
            "stop_url": "/stops/",
            "resume_url": "",
        },
    )
    assert "Everything is stopped" in stopped
    assert "Inés" in stopped
    assert "08:05" in stopped
    assert 'action="/stops/"' not in stopped
    assert "Let it go on" not in stopped


def test_htmx_may_neither_evaluate_nor_write_styles_and_swaps_a_refused_form(page):
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", page("kit/base.html"))
    assert found
    config = json.loads(found[1])
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert config["allowScriptTags"] is False
    assert config["selfRequestsOnly"] is True
    assert {"code": "422", "swap": True} in config["responseHandling"]
    assert config["historyCacheSize"] == 0  # no customer's page stays behind in a browser's storage


def test_a_line_takes_hostile_words_as_words():
    html = render_to_string("kit/_line.html", {"name": "<script>x</script>", "what": "<b>", "url": "/a", "why": "<i>"})
    assert "<script>" not in html
    assert "<b>" not in html
    assert "<i>" not in html
