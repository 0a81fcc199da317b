"""A wording sent to the owner: the real letter, as one person would get it, past the ledger and past that person."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business, in_our_language
from regulars.kit.errors import Refusal
from regulars.outreach.channels.email.dress import Wardrobe
from regulars.outreach.channels.email.envelopes import sender_of
from regulars.outreach.channels.email.files import Enclosed
from regulars.outreach.channels.email.letters import Letter, WayOut
from regulars.outreach.channels.email.ways import way_of
from regulars.outreach.models import Purpose, WordingVersion
from regulars.outreach.queries.enclosures import Papers, read_papers
from regulars.outreach.services.accounts import PATIENCE_SECONDS, carry_at_once, test_failed, try_sign_in
from regulars.outreach.services.drafting import Draft, draft_for
from regulars.outreach.services.resting import active_account
from regulars.people.models import Person
from regulars.staff.models import User
from regulars.staff.services import note_audit


def send_to_me(
    version: WordingVersion,
    person: Person,
    by: User,
    *,
    purpose: str = Purpose.CARE,
    extras: Mapping[str, str] | None = None,
    patience: float = PATIENCE_SECONDS,
    papers: Papers = (),
) -> str:
    """Send the letter `person` would get to whoever asks, marked as a test; returns what the server said.

    `papers` are the files that go with it. Nothing is planned, nobody's timeline knows of it, and its way out is by
    answer only: it is nobody's link.
    """
    account = active_account()
    if account is None:
        raise Refusal(_("Connect a mailbox first."))
    if not by.email:
        raise Refusal(_("There is no e-mail address of yours to send it to."))
    draft = _draft(version, person, extras)
    with in_our_language():
        subject = _("Test: %(subject)s") % {"subject": draft.subject}
    shop = business()
    letter = Letter(
        message_id=f"<test.{clock.now():%Y%m%d%H%M%S%f}@{account.from_address.rpartition('@')[2]}>",
        to_name="",
        to_address=by.email,
        subject=subject[:300],
        body=draft.text,
        at=clock.now(),
        sender=sender_of(account),
        language=draft.language,
        shop=shop.name,
        postal_address=shop.postal_address,
        way_out=None if purpose == Purpose.SERVICE else WayOut("", account.reply_to or account.from_address),
        dress=Wardrobe([draft.layout], shop).dress(draft.layout) if draft.layout else None,
        enclosed=tuple(Enclosed(*file) for file in read_papers(papers)),
    )
    try_sign_in(way_of(account, timeout=patience))
    result = carry_at_once(account, letter, patience=patience)
    if result.kind != "sent":
        raise Refusal(test_failed(result), field="to")
    note_audit(
        by, "test_wording", room="outreach", kind="wording", object_id=version.wording_id or 0, text=draft.subject
    )
    return result.said


def _draft(version: WordingVersion, person: Person, extras: Mapping[str, str] | None) -> Draft:
    drafts = draft_for(version, [person.pk], {person.pk: extras} if extras else None)
    if person.pk in drafts.ready:
        return drafts.ready[person.pk]
    if person.pk in drafts.problems:
        raise Refusal(drafts.problems[person.pk])
    words = _("There is no “%(field)s” for %(name)s, and the words have no fallback.")
    raise Refusal(words % {"field": drafts.missing.get(person.pk, ""), "name": person.full_name})
