"""A text longer than all that may go out in an hour or a day: said before the yes, and never waiting for ever."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from regulars.kit.models import Notice
from regulars.outreach import services
from regulars.outreach.channels.text import accounts
from regulars.outreach.channels.text.sending import send_texts
from regulars.outreach.mailings_shown import shown_mailing
from regulars.outreach.models import Mailing, Recipient, State, TextAccount, Touch
from regulars.outreach.services import mailings, save_wording
from regulars.outreach.tests.builders import BERLIN, a_person, a_shop, a_touch, approved, the_owner
from regulars.people import services as people
from regulars.people.queries.matching import Asked

pytestmark = pytest.mark.django_db
THREE_PARTS = "x" * 400


@pytest.fixture
def shop(settings, tmp_path, monkeypatch):
    monkeypatch.setattr("regulars.kit.database.full_sync", nullcontext)
    settings.OUTBOX_DIR = str(tmp_path)
    a_shop(country="DE", send_delay_minutes=0)


def an_account(**limits) -> TextAccount:
    return accounts.connect_texts(accounts.NewTextAccount("sandbox", per_second=100, **limits), None)


def somebody(number: int, **fields) -> int:
    person = a_person(f"Guest {number}", emails=(), phones=(f"+4915123456{number:03}",), **fields)
    people.record_consent([person.pk], "text", "care", source="test")
    return person.pk


def a_text(words: str, number: int = 1, **fields) -> Touch:
    return a_touch(somebody(number), channel="text", subject="", body=words, **fields)


def test_a_yes_to_it_is_refused_with_the_figures_and_a_shorter_one_goes(shop):
    an_account(per_day=2)
    long, short = a_text(THREE_PARTS), a_text("x" * 200, 2)
    result = approved([long, short])
    assert result.approved == [short.pk]
    assert "counts as 3 messages" in result.refused[long.pk]
    assert "more than 2 in one go" in result.refused[long.pk]
    send_texts()
    assert Touch.objects.get(pk=short.pk).state == State.SENT


@pytest.mark.both_databases
@pytest.mark.parametrize("limits", [{"per_day": 2}, {"per_hour": 2}, {"per_hour": 9, "per_day": 2}])
def test_one_that_is_due_when_the_limit_is_lowered_ends_with_the_reason_and_those_behind_it_go(shop, limits):
    an_account()
    long, short = a_text(THREE_PARTS), a_text("Thank you.", 2)
    assert approved([long, short]).approved == [long.pk, short.pk]
    an_account(**limits)
    send_texts()
    long.refresh_from_db()
    short.refresh_from_db()
    assert (long.state, short.state) == (State.FAILED, State.SENT)
    why = long.changes.latest("pk").why
    assert "counts as 3 messages" in why
    assert "raise the limit under Text messages" in why
    assert Notice.objects.filter(kind__endswith="TouchFailed").count() == 1
    send_texts()
    assert Notice.objects.filter(kind__endswith="TouchFailed").count() == 1


def test_with_the_limit_raised_it_can_be_tried_again(shop):
    an_account()
    long = a_text(THREE_PARTS)
    approved([long])
    an_account(per_day=2)
    send_texts()
    long.refresh_from_db()
    an_account(per_day=20)
    services.try_again(long, None)
    send_texts()
    long.refresh_from_db()
    assert long.state == State.SENT


def test_what_can_wait_never_gets_the_tenth_that_is_kept_from_it(shop):
    """Of thirty parts three are kept for single texts: a greeting of twenty-eight would wait for ever."""
    an_account()
    greeting, care = a_text("x" * 153 * 28, purpose="greeting"), a_text("x" * 153 * 28, 2)
    assert approved([greeting, care]).refused == {}
    an_account(per_day=30)
    send_texts()
    greeting.refresh_from_db()
    care.refresh_from_db()
    assert (greeting.state, care.state) == (State.FAILED, State.SENT)


def test_a_day_that_is_used_up_ends_nothing(shop):
    an_account(per_day=3)
    first, second = a_text(THREE_PARTS), a_text(THREE_PARTS, 2)
    approved([first, second])
    send_texts()
    send_texts()
    assert sorted(Touch.objects.values_list("state", flat=True)) == [State.APPROVED, State.SENT]


def test_in_a_mailing_who_would_get_it_gets_a_card_or_is_named_and_the_page_says_so(shop, client):
    save_wording("hours", name="Hours", subject="Open longer", body="{{ greeting }},\n\nuntil eight.", by=None)
    an_account(per_day=3)
    with_home, without = somebody(1, addresses=(BERLIN,)), somebody(2)
    new = mailings.NewMailing(
        "t1", "Hours", "hours", Asked(is_list=True),
        text=mailings.OwnWords("x" * 400), card=mailings.OwnWords("{{ greeting }},\n\nuntil eight.\n\nMaya"),
    )  # fmt: skip
    mailing = mailings.make_mailing(new, None)
    mailings.gather(mailing)
    mailing.refresh_from_db()
    assert mailing.found["too_long"] == 0, "a tenth of three is none"
    an_account(per_day=2)
    mailings.gather(mailing)
    mailing.refresh_from_db()
    ways = dict(Recipient.objects.filter(mailing=mailing, edition=mailing.edition).values_list("person_id", "way"))
    assert ways == {with_home: "card", without: "out"}
    assert "counts as 3 messages" in Recipient.objects.get(mailing=mailing, way="out", edition=mailing.edition).why
    assert "For 2 people the text is longer" in " ".join(shown_mailing(mailing, may_approve=True).missing)
    client.force_login(the_owner())
    assert "For 2 people the text is longer" in client.get(f"/mailings/{Mailing.objects.get().pk}/").text


def test_the_page_of_a_text_and_the_set_up_say_it_before(shop, client):
    client.force_login(the_owner())
    an_account()
    long = a_text(THREE_PARTS)
    assert "counts as 3 messages" not in client.get(f"/outbox/{long.pk}/").text
    assert "longer than your limit" not in client.get("/texts/").text
    an_account(per_day=2)
    assert "counts as 3 messages" in client.get(f"/outbox/{long.pk}/").text
    assert "1 text that waits is longer than your limit" in client.get("/texts/").text
