"""The page of a programme: where it stands, what a verb would do, and that it is done once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from regulars.outreach import services
from regulars.outreach.models import Mailing, Programme, State, Touch
from regulars.outreach.queries.programmes import Waiting, programmes_waiting
from regulars.outreach.services import mailings
from regulars.outreach.tests.builders import (
    a_person,
    a_shop,
    a_touch,
    an_approved_touch,
    many_people,
    states,
    the_owner,
)
from regulars.people.queries.matching import Asked
from regulars.staff.models import AuditEntry
from regulars.staff.services import add_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client, frozen_clock, tmp_path, settings):
    settings.OUTBOX_DIR = tmp_path / "outbox"
    a_shop()
    user = the_owner()
    client.force_login(user)
    return user


@pytest.fixture
def thanks(owner, frozen_clock):
    """Two approved, one of them too late within the hour, and one that asks."""
    soon = frozen_clock.now + timedelta(hours=1)
    goes = an_approved_touch(a_person("Ann Archer"), minutes=2, cost_amount=Decimal("0.85"))
    late = an_approved_touch(a_person("Bea Bell"), not_after=soon)
    return [goes, late, a_touch(a_person("Cy Cole"))]


def a_mailing(owner, n=3):
    many_people(n)
    new = mailings.NewMailing(token="t1", name="Summer hours", wording="thank-you", audience=Asked(is_list=True))
    row = mailings.make_mailing(new, owner)
    mailings.gather(row)
    return Mailing.objects.get(pk=row.pk)


def test_the_outbox_lists_quietly_what_waits_and_leads_to_its_page(client, thanks):
    page = client.get("/outbox/").text
    assert 'href="/outbox/programmes/thank-you/">Thank-yous</a> <span class="small">3 wait</span>' in page
    page = client.get("/outbox/programmes/thank-you/").text
    assert "3 have not left yet" in page
    assert "2 minutes of your time" in page
    for verb in ("pause", "drain", "cancel"):
        assert f"/outbox/programmes/thank-you/{verb}/" in page
    assert "/outbox/programmes/thank-you/resume/" not in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_what_waits_is_found_on_both_databases_and_what_rests_stays_in_sight(frozen_clock):
    a_shop()
    assert programmes_waiting() == []
    for _each in range(2):
        a_touch(a_person())
    a_touch(a_person(), programme="birthday")
    services.cancel_programme("birthday", None)
    a_touch(a_person(), programme="slipped")
    services.pause_programme("slipped", None)
    a_touch(a_person(), programme="friend")
    services.pause_programme("friend", None)
    Touch.objects.filter(programme="friend").update(state=State.SENT)
    assert programmes_waiting() == [
        Waiting("slipped", 1, "paused"),
        Waiting("friend", 0, "paused"),
        Waiting("thank-you", 2, "running"),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_verb_says_first_what_it_would_do_and_does_it_once(client, thanks, frozen_clock):
    address = "/outbox/programmes/thank-you/pause/"
    page = client.get(address).text
    assert "3 wait until you let them go on." in page
    assert not Programme.objects.exists()
    for _click in range(2):
        reply = client.post(address, {"why": "The <b>picture</b> is wrong."})
        assert (reply.status_code, reply["Location"]) == (303, "/outbox/programmes/thank-you/")
    assert AuditEntry.objects.filter(action="programme_paused").count() == 1
    page = client.get("/outbox/programmes/thank-you/").text
    assert "Paused: nothing of it leaves" in page
    assert "The &lt;b&gt;picture&lt;/b&gt; is wrong." in page
    frozen_clock.ahead(hours=2)
    page = client.get("/outbox/programmes/thank-you/resume/").text
    for sentence in ("1 goes.", "1 asks for your yes first.", "1 is too late by now and does not go."):
        assert sentence in page
    client.post("/outbox/programmes/thank-you/resume/")
    services.send_due()
    assert states(thanks) == ["sent", "expired", "planned"]


def test_what_cannot_be_done_is_said_and_refused(client, thanks):
    client.post("/outbox/programmes/thank-you/cancel/")
    assert states(thanks) == ["cancelled"] * 3
    assert "Let it go on first" in client.get("/outbox/programmes/thank-you/pause/").text
    reply = client.post("/outbox/programmes/thank-you/pause/")
    assert reply.status_code == 422
    assert "Let it go on first" in reply.text
    for address in ("nothing-of-it/", "thank-you/explode/", f"{'x' * 90}/"):
        assert client.get(f"/outbox/programmes/{address}").status_code == 404


def test_who_only_looks_sees_where_it_stands_and_presses_nothing(client, thanks):
    client.force_login(add_staff(email="s@example.org", display_name="Sam", role="staff"))
    page = client.get("/outbox/programmes/thank-you/")
    assert page.status_code == 200
    assert "/pause/" not in page.text
    assert client.get("/outbox/programmes/thank-you/pause/").status_code == 403
    assert client.post("/outbox/programmes/thank-you/pause/").status_code == 403


def test_a_letter_of_a_paused_programme_says_that_it_waits_for_that(client, thanks):
    assert "Its programme is paused." not in client.get("/outbox/").text
    services.pause_programme("thank-you", None)
    for address in ("/outbox/", f"/outbox/{thanks[0].pk}/"):
        page = client.get(address).text
        assert "Waits until its programme goes on" in page
        assert "Its programme is paused." in page
    services.hold([thanks[0].pk], None, "Wait for the picture.", None)
    assert "Wait for the picture. Its programme is paused, too." in client.get("/outbox/?tab=held").text


def test_a_mailing_and_its_programme_are_paused_and_stopped_as_one(client, owner):
    mailing = a_mailing(owner)
    mailings.begin_mailing(mailing, owner)
    programme = f"/outbox/programmes/mailing:{mailing.pk}"
    page = client.get(f"/mailings/{mailing.pk}/").text
    assert f"{programme}/pause/" in page
    assert "Summer hours" in client.get("/outbox/").text
    reply = client.post(f"{programme}/pause/")
    assert reply["Location"] == f"/mailings/{mailing.pk}/"
    page = client.get(f"/mailings/{mailing.pk}/").text
    assert "Paused: nothing of it leaves" in page
    assert '<p class="eyebrow">Paused</p>' in page
    assert f"{programme}/resume/" in page
    client.post(f"{programme}/cancel/", {"why": "The date was wrong."})
    mailing.refresh_from_db()
    assert mailing.stage == Mailing.Stage.STOPPED
    assert set(Touch.objects.values_list("state", "why")) == {("cancelled", "The date was wrong.")}
    assert AuditEntry.objects.filter(action="mailing_stopped").count() == 1
    page = client.get(f"/mailings/{mailing.pk}/").text
    assert "/pause/" not in page
    assert "/resume/" not in page
    reply = client.post(f"{programme}/resume/")
    assert reply.status_code == 422
    assert "stays stopped" in reply.text


def test_a_mailing_stopped_by_itself_ends_its_programme(owner):
    mailing = a_mailing(owner)
    mailings.send_sample(mailing, owner)
    assert mailings.stop_mailing(mailing, owner) is True
    assert mailings.stop_mailing(mailing, owner) is False
    assert Programme.objects.get(key=mailing.programme).run == "ended"
    assert Mailing.objects.get().stage == Mailing.Stage.STOPPED


def test_a_mailing_that_is_finishing_takes_in_nobody_new(client, owner):
    mailing = a_mailing(owner, n=30)
    mailings.send_sample(mailing, owner)
    services.drain_programme(mailing.programme, owner)
    page = client.get(f"/mailings/{mailing.pk}/").text
    assert "Finishing: what you said yes to still goes" in page
    assert "Let the others go" not in page
    page = client.post(f"/mailings/{mailing.pk}/starts/", follow=True).text
    assert "takes in nothing new" in page
    assert Touch.objects.count() == 20
    assert Mailing.objects.get().stage == Mailing.Stage.SAMPLED
