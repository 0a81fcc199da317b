"""Letters that wait for a yes stand in the outbox together: said how their words come out, approved as they were shown."""

from __future__ import annotations

import pytest

from regulars.outreach import services
from regulars.outreach.models import State, Touch
from regulars.outreach.tests.builders import a_person, a_shop, a_touch, the_owner
from regulars.outreach.trying_shown import findings_of

BODY = "Dear {{ first_name | default: 'friend' }},\n\nopen."
pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(frozen_clock):
    a_shop()
    services.save_wording("hours", subject="Hours", body=BODY, name="Hours", by=None)


def letters(*names: str) -> list[Touch]:
    return [a_touch(a_person(name), wording="hours") for name in names]


def test_the_tab_is_there_only_while_something_waits_and_says_how_the_words_come_out(client, shop):
    client.force_login(the_owner())
    assert "Waiting for your yes" not in client.get("/outbox/").text
    letters("Ann Archer", "")
    assert "Waiting for your yes 2" in client.get("/outbox/").text
    page = client.get("/outbox/?tab=unasked").text
    assert page.index("the fallback reads: “Dear friend,”") < page.index("Yes to the 2 letters shown")
    assert "thank you." in page


def test_one_yes_approves_what_was_shown_and_twice_approves_once(client, shop):
    client.force_login(the_owner())
    rows = letters("Ann Archer", "Bo Bell")
    said = {"letter": [f"{row.pk}={row.draft_hash}" for row in rows]}
    assert "2 letters are on their way." in client.post("/outbox/approvals/", said, follow=True).text
    client.post("/outbox/approvals/", said)
    assert set(Touch.objects.values_list("state", flat=True)) == {State.APPROVED}
    assert rows[0].changes.filter(to_state=State.APPROVED).count() == 1


def test_a_letter_with_another_file_than_was_shown_is_not_approved(client, shop):
    client.force_login(the_owner())
    row = letters("Ann Archer")[0]
    services.enclose(row, "plan.txt", b"Saturday", None)
    reply = client.post("/outbox/approvals/", {"letter": f"{row.pk}={row.draft_hash}"}, follow=True)
    assert "changed since you read them" in reply.text
    assert Touch.objects.get().state == State.PLANNED


def test_cards_are_not_approved_here(client, shop):
    client.force_login(the_owner())
    card = a_touch(a_person(), channel="card")
    client.post("/outbox/approvals/", {"letter": f"{card.pk}={card.draft_hash}"})
    assert Touch.objects.get().state == State.PLANNED


def test_what_is_asked_does_not_grow_with_the_letters(shop, django_assert_num_queries):
    few, more = letters("Ann Archer"), letters(*(f"Guest {n}" for n in range(8)))
    with django_assert_num_queries(3):
        findings_of(few)
    with django_assert_num_queries(3):
        findings_of(few + more)


def test_words_the_owner_changed_are_not_tried_again(shop):
    row = letters("")[0]
    assert findings_of([row])
    assert not findings_of([services.edit_draft(row, "Hours", "My dear,\n\nopen.", None)])
