"""The page, with and without htmx, for those who may and those who may not."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from regulars.outreach.models import SendingAccount, Touch
from regulars.people import services as people
from regulars.staff.models import User
from regulars.staff.services import add_staff
from regulars.today.lines.shape import address
from regulars.today.models import Decision
from regulars.today.queries import plan
from regulars.today.tests.builders import ON, a_person, a_shop, an_owner, bought, graded

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def maya(frozen_clock) -> User:
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop()
    return an_owner()


@pytest.fixture
def page(maya: User) -> Client:
    client = Client()
    client.force_login(maya)
    return client


def a_colleague(role: str) -> Client:
    client = Client()
    user = add_staff(email=f"{role}@example.com", display_name=role, role=role)
    client.force_login(user)
    return client


def text(reply) -> str:
    return re.sub(r"\s+", " ", reply.content.decode())


def test_an_empty_day_says_what_will_be_here(page: Client) -> None:
    empty = text(page.get("/today/"))
    assert "The book is still empty" in empty
    assert 'href="/intake/people/"' in empty
    a_person()
    assert "Nobody needs you just now" in text(page.get("/today/"))


def test_the_page_shows_each_line_with_its_letter_and_its_buttons(page: Client) -> None:
    bought(a_person("Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"), [8])
    seen = text(page.get("/today/"))
    assert "One thing today." in seen
    assert "Wolfeschlegelsteinhausenbergerdorff" in seen
    for words in ("Yes, send it", "Change the words", "Tomorrow", "Not this time", "Subject"):
        assert words in seen


def test_a_name_that_is_a_script_stays_a_name(page: Client) -> None:
    bought(a_person("<script>alert(1)</script>"), [8])
    assert "<script>alert(1)" not in page.get("/today/").content.decode()


def test_yes_works_without_javascript(page: Client) -> None:
    bought(a_person(), [8])
    line = plan(ON).lines[0]
    reply = page.post("/today/approvals/", {"line": f"{line.key}={line.seen}"}, follow=True)
    assert "No mailbox is connected yet: 1 letter is kept as a file" in text(reply)
    assert Touch.objects.get().state == "approved"


def test_without_a_mailbox_today_says_so_before_the_yes_and_with_one_that_letters_go_out(page: Client) -> None:
    bought(a_person("Ann Kavanagh"), [8])
    bought(a_person("Bo Lindqvist"), [8])
    seen = text(page.get("/today/"))
    assert "letters you say yes to are kept as files on this machine" in seen
    assert '/mailbox/">Connect a mailbox' in seen
    first, second = plan(ON).lines
    reply = page.post("/today/approvals/", {"line": f"{first.key}={first.seen}"}, headers=HTMX)
    assert "reaches nobody" in text(reply)
    SendingAccount.objects.create(is_active=True, from_address="maya@boutique.example")
    assert "No mailbox is connected" not in text(page.get("/today/"))
    reply = page.post("/today/approvals/", {"line": f"{second.key}={second.seen}"}, follow=True)
    assert "1 letter goes out soon." in text(reply)
    assert "To Today: whom to thank" in text(page.get("/mailbox/"))


def test_yes_by_htmx_answers_with_the_settled_line(page: Client) -> None:
    bought(a_person("Ann Kavanagh"), [8])
    SendingAccount.objects.create(is_active=True, from_address="maya@boutique.example")
    line = plan(ON).lines[0]
    reply = page.post("/today/approvals/", {"line": f"{line.key}={line.seen}"}, headers=HTMX)
    assert reply.status_code == 200
    assert "It goes out soon." in text(reply)
    assert "<html" not in text(reply)


def test_a_letter_that_changed_is_not_sent_and_the_page_says_so(page: Client) -> None:
    bought(a_person(), [8])
    line = plan(ON).lines[0]
    reply = page.post("/today/approvals/", {"line": f"{line.key}=0123456789abcdef"}, follow=True)
    assert "changed since you read them" in text(reply)
    assert not Touch.objects.exists()


def test_all_letters_shown_go_with_one_yes(page: Client) -> None:
    for name in ("Ann", "Bo", "Cy"):
        bought(a_person(name), [8])
    shown = re.findall(r'name="line" value="([^"]+)"', page.get("/today/").content.decode())
    page.post("/today/approvals/", {"line": sorted(set(shown))})
    assert Touch.objects.filter(state="approved").count() == 3


def test_new_words_are_kept_and_an_empty_letter_is_refused(page: Client) -> None:
    bought(a_person(), [8])
    key = plan(ON).lines[0].key
    assert page.get(f"/today/lines/{key}/words/", headers=HTMX).status_code == 200
    refused = page.post(f"/today/lines/{key}/words/", {"subject": "Hello", "body": ""}, headers=HTMX)
    assert refused.status_code == 422
    kept = page.post(f"/today/lines/{key}/words/", {"subject": "Hello", "body": "My own words."}, headers=HTMX)
    assert "My own words." in text(kept)
    assert "My own words." in text(page.get("/today/"))


def test_tomorrow_takes_the_line_away_and_undo_brings_it_back(page: Client) -> None:
    bought(a_person("Ann Kavanagh"), [8])
    key = plan(ON).lines[0].key
    reply = page.post(f"/today/lines/{key}/snoozes/", headers=HTMX)
    assert "Put off until" in text(reply)
    assert "Kept for later" in text(page.get("/today/"))
    back = page.post(f"/today/lines/{key}/returns/", headers=HTMX)
    assert "Yes, send it" in text(back)


def test_an_answer_to_a_line_that_is_gone_is_refused_with_a_sentence(page: Client) -> None:
    reply = page.post("/today/lines/thank_you:999:/skips/", headers=HTMX)
    assert reply.status_code == 422
    assert "answered already" in text(reply)


def test_a_call_takes_its_outcome_and_a_note(page: Client) -> None:
    bought(a_person("Bo", email=False, phones=("020 911 1234",)), [100, 140, 180])
    graded()
    assert "tel:+35320" in page.get("/today/").content.decode()
    key = plan(ON).lines[0].key
    reply = page.post(f"/today/lines/{key}/outcomes/", {"outcome": "spoke", "note": "Lovely."}, headers=HTMX)
    assert "Written down." in text(reply)
    assert Touch.objects.get().note == "Lovely."


def test_looking_is_never_answering(page: Client) -> None:
    bought(a_person(), [8])
    key = plan(ON).lines[0].key
    for verb in ("snoozes", "skips", "returns", "outcomes", "answers"):
        assert page.get(f"/today/lines/{key}/{verb}/").status_code == 405
    assert page.get("/today/approvals/").status_code == 405
    page.get("/today/?on=2026-12-24")
    page.head("/today/")
    assert not Decision.objects.exists()


def test_a_look_ahead_offers_no_buttons(page: Client) -> None:
    bought(a_person(), [3])
    seen = text(page.get("/today/?on=2026-06-14"))
    assert "a look ahead" in seen
    assert "Yes, send it" not in seen


def test_staff_may_do_but_not_approve_and_readers_may_only_read(page: Client) -> None:
    bought(a_person(), [8])
    line = plan(ON).lines[0]
    hands, eyes = a_colleague("staff"), a_colleague("read_only")
    assert hands.get("/today/").status_code == eyes.get("/today/").status_code == 200
    assert hands.post("/today/approvals/", {"line": f"{line.key}={line.seen}"}).status_code == 403
    assert eyes.post(f"/today/lines/{line.key}/skips/").status_code == 403
    assert Client().get("/today/").status_code == 302
    assert hands.post(f"/today/lines/{line.key}/skips/").status_code == 303


def test_with_many_lines_ten_are_shown_and_the_rest_is_a_page_away(page: Client) -> None:
    for number in range(12):
        bought(a_person(f"Person {number}"), [8])
    assert "2 more" in text(page.get("/today/"))
    assert text(page.get("/today/kinds/thank_you/?from=10")).count("Yes, send it") == 2
    assert page.get("/today/kinds/nonsense/").status_code == 404


def test_a_promise_is_done_with_one_press(page: Client) -> None:
    people.remind(a_person("Ruth"), "Ring ready", ON, kind="promise")
    key = plan(ON).lines[0].key
    assert "Written down." in text(page.post(f"/today/lines/{key}/outcomes/", {"outcome": "done"}, headers=HTMX))
    assert plan(ON).total == 0


@pytest.mark.parametrize("key", ["thank_you:12:", "contact:7:2026-06-10", "thing:3:w2026-06-10", "odd:1:ä b"])
def test_the_addresses_of_a_line_are_those_of_the_house(key: str) -> None:
    for place in ("words", "outcome", "snooze", "skip", "answer"):
        assert address(place, key) == reverse(f"today:{place}", args=[key])


def test_the_head_of_the_day_and_the_words_beside_it_follow_an_answer_given_there(page: Client) -> None:
    for name in ("Ann Kavanagh", "Bo Lindqvist"):
        bought(a_person(name), [8])
    first, second = plan(ON).lines
    here = {**HTMX, "HX-Current-URL": "http://testserver/today/"}
    reply = text(page.post("/today/approvals/", {"line": f"{first.key}={first.seen}"}, headers=here))
    assert "One thing today." in reply
    assert '<dt>Answered today</dt><dd class="num">1</dd>' in reply
    assert reply.count('hx-swap-oob="true"') == 2
    assert re.search(r'hx-swap-oob="outerHTML:.rail-link\[aria-current\] .rail-count">1<', reply)
    reply = text(page.post(f"/today/lines/{second.key}/snoozes/", headers=here))
    assert "The day is done." in reply
    assert "Kept for later" in reply
    assert 'rail-count" hx-swap-oob="outerHTML:.rail-link[aria-current] .rail-count" hidden' in reply
    again = text(page.post(f"/today/lines/{second.key}/returns/", headers=here))
    assert "One thing today." in again
    assert "Kept for later" not in again


def test_what_follows_an_answer_is_what_the_page_says_when_it_is_read_again(page: Client) -> None:
    for name in ("Ann Kavanagh", "Bo Lindqvist", "Cy Moore"):
        bought(a_person(name), [8])
    here = {**HTMX, "HX-Current-URL": "http://testserver/today/"}
    reply = page.post(f"/today/lines/{plan(ON).lines[0].key}/skips/", headers=here).content.decode()
    whole = page.get("/today/").content.decode()
    for part in (r'<div id="day-head".*?</h1>.*?</div>', r'<aside class="stack" id="day-aside".*?</aside>'):
        moved, read = (re.search(part, html, re.DOTALL) for html in (reply, whole))
        assert moved is not None
        assert read is not None
        assert re.sub(r"\s+", " ", moved[0].replace(' hx-swap-oob="true"', "")) == re.sub(r"\s+", " ", read[0])


def test_an_answer_given_on_another_page_brings_only_its_own_line(page: Client) -> None:
    for number in range(12):
        bought(a_person(f"Person {number}"), [8])
    line = plan(ON).lines[11]
    there = {**HTMX, "HX-Current-URL": "http://testserver/today/kinds/thank_you/?from=10"}
    for headers in (HTMX, there):
        assert "hx-swap-oob" not in text(page.post(f"/today/lines/{line.key}/snoozes/", headers=headers))
        assert "hx-swap-oob" not in text(page.post(f"/today/lines/{line.key}/returns/", headers=headers))


def test_a_first_purchase_is_said_once(page: Client) -> None:
    bought(a_person("Ann Kavanagh"), [8])
    assert text(page.get("/today/")).lower().count("first purchase") == 1


def test_a_yes_given_without_javascript_is_taken_back_on_the_page_that_follows(page: Client) -> None:
    bought(a_person("Ann Kavanagh"), [8])
    bought(a_person("Bo Berg"), [8])
    lines = plan(ON).lines
    after = page.post("/today/approvals/", {"line": [f"{line.key}={line.seen}" for line in lines]}, follow=True)
    assert "Yes to 2 letters." in text(after)
    assert 'action="/today/approvals/returns/"' in after.text
    back = page.post("/today/approvals/returns/", {"line": [line.key for line in lines]}, follow=True)
    assert "Taken back: they are on the page again." in text(back)
    assert {touch.state for touch in Touch.objects.all()} == {"planned"}
    assert plan(ON).total == 2
    again = page.post("/today/approvals/returns/", {"line": lines[0].key}, follow=True)
    assert "There is nothing to take back here." in text(again)


def test_a_yes_by_htmx_offers_the_way_back_in_its_place(page: Client) -> None:
    bought(a_person("Ann Kavanagh"), [8])
    (line,) = plan(ON).lines
    reply = page.post("/today/approvals/", {"line": f"{line.key}={line.seen}"}, headers=HTMX)
    assert "Take it back" in reply.text
    back = page.post("/today/approvals/returns/", {"line": line.key}, headers=HTMX)
    assert "Yes, send it" in back.text


def test_a_line_put_off_without_javascript_is_brought_back_on_the_page_that_follows(page: Client) -> None:
    bought(a_person("Ann Kavanagh"), [8])
    (line,) = plan(ON).lines
    after = page.post(f"/today/lines/{line.key}/skips/", follow=True)
    assert f'action="/today/lines/{line.key}/returns/"' in after.text
    page.post(f"/today/lines/{line.key}/returns/")
    assert plan(ON).total == 1
    assert "Undo" not in page.get(f"/today/?answered={line.key}&answered=x&answered=y:z").text
