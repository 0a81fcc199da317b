"""Letters in blocks stand on their pages as they will look, in a frame that runs nothing, with the words beneath."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.outreach import services
from regulars.outreach.models import Mailing
from regulars.outreach.services import mailings
from regulars.outreach.tests.builders import a_person, a_shop, a_touch, the_owner
from regulars.people.queries.matching import Asked
from regulars.staff.services import add_staff

pytestmark = pytest.mark.django_db
BLOCKS: dict[str, Any] = {
    "schema": 1,
    "theme": "paper",
    "blocks": [
        {"kind": "heading", "text": "<b>Hello</b>"},
        {"kind": "text", "text": "Dear {{ first_name }},\n\nthank you."},
    ],
}


@pytest.fixture
def owner(client, frozen_clock):
    a_shop()
    user = the_owner()
    client.force_login(user)
    return user


def test_a_letter_in_blocks_is_drawn_on_its_page_with_its_words_beneath(client, owner):
    filled = {**BLOCKS, "blocks": [BLOCKS["blocks"][0], {"kind": "text", "text": "Dear Ann,\n\nthank you."}]}
    touch = a_touch(a_person(), blocks=filled)
    page = client.get(f"/outbox/{touch.pk}/").text
    assert f'<iframe sandbox="" loading="lazy" title="The letter" src="/outbox/{touch.pk}/frames/">' in page
    assert "<p>Dear Ann,</p>" in page
    drawn = client.get(f"/outbox/{touch.pk}/frames/")
    assert "sandbox" in drawn["Content-Security-Policy"]
    assert drawn["X-Frame-Options"] == "SAMEORIGIN"
    assert "&lt;b&gt;Hello&lt;/b&gt;" in drawn.text
    assert "<script" not in drawn.text


def test_a_plain_letter_has_no_frame(client, owner):
    touch = a_touch(a_person())
    assert "<iframe" not in client.get(f"/outbox/{touch.pk}/").text
    assert client.get(f"/outbox/{touch.pk}/frames/").status_code == 404


def test_the_examples_of_a_mailing_are_drawn_for_those_who_get_it_only(client, owner):
    ann = a_person("Ann Archer")
    services.save_wording("news", subject="News, {{ first_name }}", body="", by=owner, name="News", purpose="care",
                          blocks=BLOCKS)  # fmt: skip
    row = mailings.make_mailing(mailings.NewMailing("t1", "News", "news", Asked(is_list=True)), owner)
    mailings.gather(row)
    late_comer = a_person("Bea Bell")
    page = client.get(f"/mailings/{row.pk}/").text
    address = f"/mailings/{row.pk}/examples/{ann.pk}/"
    assert f'src="{address}"' in page
    assert "<p>Dear Ann,</p>" in page
    assert "Dear Ann" in client.get(address).text
    assert client.get(f"/mailings/{row.pk}/examples/{late_comer.pk}/").status_code == 404
    assert Mailing.objects.get().stage == Mailing.Stage.READY
    client.force_login(add_staff(email="s@example.org", display_name="Sam", role="staff"))
    assert client.get(address).status_code == 200
