"""What the journal proves about a letter whose worker died, and when nobody may believe it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.outreach import services
from regulars.outreach.channels.email import journal
from regulars.outreach.channels.email.journal import Journal
from regulars.outreach.models import State, Touch
from regulars.outreach.services.tidying import recover
from regulars.outreach.tests.builders import a_person, a_shop, an_approved_touch, states

pytestmark = pytest.mark.django_db

WORKER = "host-123-abcd"


@pytest.fixture(autouse=True)
def _own_outbox(tmp_path, settings):
    settings.OUTBOX_DIR = tmp_path / "outbox"


@pytest.fixture
def touch(frozen_clock):
    """A letter that was on its way to a server when its lease ran out."""
    a_shop()
    touch = an_approved_touch(a_person())
    before = frozen_clock.now - timedelta(seconds=1)
    Touch.objects.filter(pk=touch.pk).update(
        state=State.SENDING, leased_by=WORKER, lease_until=before, message_id="<1.ab@boutique.example>"
    )
    return touch


def died_at(touch, *stages):
    book = Journal(WORKER)
    for stage in stages:
        book.note(touch.pk, stage)
    book.leave()


@pytest.mark.parametrize("stage", sorted(journal.NOTHING_HANDED_OVER))
def test_a_letter_of_which_nothing_was_handed_over_waits_again_by_itself(touch, stage):
    died_at(touch, "connecting", stage)
    assert recover() == 1
    assert states([touch]) == [State.APPROVED]
    touch.refresh_from_db()
    assert touch.leased_by == ""
    assert "before anything of this letter" in touch.changes.get(to_state=State.APPROVED, from_state=State.SENDING).why


@pytest.mark.parametrize("stage", ["handing over", "handed over", "dat", ""])
def test_a_letter_that_may_have_been_handed_over_waits_for_the_owner(touch, stage):
    died_at(touch, "connecting", "data", stage)
    recover()
    assert states([touch]) == [State.UNKNOWN]


def test_without_a_journal_nothing_is_proved(touch):
    recover()
    assert states([touch]) == [State.UNKNOWN]


def test_a_journal_without_a_word_about_the_letter_proves_nothing(touch):
    died_at(Touch(pk=touch.pk + 1), "data")
    recover()
    assert states([touch]) == [State.UNKNOWN]


def test_a_slow_worker_is_not_taken_for_a_dead_one(touch):
    alive = Journal(WORKER)
    alive.note(touch.pk, "data")
    recover()
    assert states([touch]) == [State.UNKNOWN]
    assert journal.leftovers()
    alive.close()
    assert not journal.leftovers()


def test_after_a_restart_of_the_machine_the_journal_is_not_believed(touch, monkeypatch):
    died_at(touch, "data")
    monkeypatch.setattr(journal, "this_running", lambda: "another-one")
    recover()
    assert states([touch]) == [State.UNKNOWN]


def test_where_the_system_does_not_say_whether_it_was_restarted_nothing_is_proved(touch, monkeypatch):
    monkeypatch.setattr(journal, "this_running", lambda: "")
    died_at(touch, "data")
    recover()
    assert states([touch]) == [State.UNKNOWN]


def test_what_somebody_else_has_begun_anew_is_left_alone(touch):
    died_at(touch, "data")
    stale = Touch.objects.get(pk=touch.pk)
    Touch.objects.filter(pk=touch.pk).update(leased_by="another-1-ef")
    from regulars.outreach.services.tidying import _look_at

    assert _look_at(stale) == 0
    assert states([touch]) == [State.SENDING]


def test_journals_go_when_their_letters_are_settled_and_not_before(touch, frozen_clock):
    died_at(touch, "data")
    Touch.objects.filter(pk=touch.pk).update(lease_until=frozen_clock.now + timedelta(minutes=1))
    recover()
    assert len(journal.leftovers()) == 1
    frozen_clock.ahead(minutes=2)
    recover()
    assert states([touch]) == [State.APPROVED]
    assert journal.leftovers() == []


@pytest.mark.django_db(transaction=True)
def test_a_run_leaves_no_journal_behind():
    a_shop()
    an_approved_touch(a_person())
    assert services.send_due() == 1
    assert journal.leftovers() == []


def test_a_full_disk_stops_the_letter_before_it_is_handed_over(touch, monkeypatch):
    book = Journal(WORKER)
    monkeypatch.setattr("os.write", lambda file, line: len(line) - 1)
    with pytest.raises(OSError, match="disk is full"):
        book.note(touch.pk, "handing over")
