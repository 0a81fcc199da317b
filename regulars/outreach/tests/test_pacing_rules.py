"""A new sender begins gently, and large mailbox providers get only so many an hour."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from regulars.outreach import services
from regulars.outreach.channels.email.pace import FAMILIES, WARM_UP, allowed_on, family_of
from regulars.outreach.models import SendingAccount, State, Touch
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests.builders import a_mailbox, a_person, a_shop, an_approved_touch, many_people, the_owner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[sinks.Sink]:
    a_shop()
    with sinks.running(tmp_path / "accepted.jsonl") as server:
        yield server


@pytest.mark.parametrize(
    ("address", "family"),
    [
        ("a@hotmail.co.uk", "microsoft"),
        ("a@Outlook.de", "microsoft"),
        ("a@outlook.com.evil.example", None),
        ("a@mail.outlook.com", None),
        ("a@yahoo.com.br", "yahoo"),
        ("a@gmail.com", "gmail"),
        ("a@notgmail.com", None),
        ("a@boutique.example", None),
        ("a@web.de", "gmx"),
    ],
)
def test_whose_mailbox_an_address_is(address, family):
    found = family_of(address)
    assert (found.key if found else None) == family


def test_a_warm_up_rises_and_ends():
    began = date(2026, 1, 1)
    days = [allowed_on(began + timedelta(days=n), began) for n in range(len(WARM_UP) + 1)]
    assert (days[0], days[-1]) == (50, None)
    assert list(WARM_UP) == sorted(set(WARM_UP)) == days[:-1]
    assert all(family.pace(0) < family.pace(8) for family in FAMILIES)


def test_a_new_sender_stops_at_its_number_of_the_day_and_goes_on_the_next(sink, frozen_clock, monkeypatch):
    monkeypatch.setattr("regulars.outreach.channels.email.pace.WARM_UP", (5, 20))
    a_mailbox(sink.port, starts_gently=True)
    touches = [an_approved_touch(pk) for pk in many_people(9)]
    service = an_approved_touch(a_person(), purpose="service")
    for _round in range(6):
        services.send_due()
    ours = Touch.objects.filter(pk__in=[touch.pk for touch in touches])
    assert Touch.objects.filter(state=State.SENT).count() == 5
    service.refresh_from_db()
    assert service.state == State.SENT
    held = list(ours.filter(state=State.HELD))
    assert len(held) == 5
    assert all("lets out 5 letters today" in touch.held_why for touch in held)
    moment = held[0].held_until
    assert moment is not None
    frozen_clock.move_to(moment + timedelta(minutes=1))
    for _round in range(6):
        services.send_due()
    assert ours.filter(state=State.SENT).count() == 9
    assert len(sink.letters) == 10


def test_a_large_provider_gets_its_letters_one_by_one_and_others_do_not_wait(sink, frozen_clock):
    account = a_mailbox(sink.port, starts_gently=True)
    SendingAccount.objects.filter(pk=account.pk).update(warms_up_from=None, connected_at=frozen_clock.now)
    theirs = [an_approved_touch(pk, purpose="care") for pk in many_people(12, "crowd{n}@outlook.com")]
    others = [an_approved_touch(pk) for pk in many_people(5, "crowd{n}@example.org")]
    for _round in range(8):
        services.send_due()
    assert Touch.objects.filter(pk__in=[touch.pk for touch in others], state=State.SENT).count() == 5
    ours = Touch.objects.filter(pk__in=[touch.pk for touch in theirs])
    gone, held = ours.filter(state=State.SENT), ours.filter(state=State.HELD)
    # Twenty an hour in the first week: one at once.
    assert (gone.count(), held.count()) == (1, 11)
    assert all("Outlook and Hotmail takes only 20 letters an hour" in touch.held_why for touch in held)
    for _minute in range(45):
        frozen_clock.ahead(minutes=1)
        services.send_due()
    assert gone.count() == 12
    moments = sorted(at for at in gone.values_list("sent_at", flat=True) if at)
    assert all(b - a >= timedelta(minutes=2) for a, b in itertools.pairwise(moments))


def test_beginning_gently_is_switched_on_the_page(client, sink):
    a_mailbox(sink.port)
    client.force_login(the_owner())
    assert "begins gently" not in client.get("/mailbox/").text
    client.post("/mailbox/warm-ups/", {"gently": "yes"})
    client.post("/mailbox/warm-ups/", {"gently": "yes"})
    assert "begins gently: 50 letters today" in client.get("/mailbox/").text
    account = SendingAccount.objects.get(is_active=True)
    assert account.is_paced
    client.post("/mailbox/warm-ups/", {"gently": "no"})
    account.refresh_from_db()
    assert (account.warms_up_from, account.is_paced) == (None, False)


def test_connecting_the_same_address_anew_does_not_begin_again(sink, frozen_clock):
    first = a_mailbox(sink.port, starts_gently=True)
    frozen_clock.ahead(days=3)
    assert a_mailbox(sink.port, starts_gently=True).warms_up_from == first.warms_up_from
