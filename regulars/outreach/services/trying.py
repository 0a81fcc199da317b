"""A wording sent to the owner: the real letter or text, as one person would get it, past the ledger and that person."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.utils.translation import gettext as _

from regulars.kit import clock, effects
from regulars.kit.business import business, in_our_language
from regulars.kit.errors import Refusal
from regulars.outreach.channels.email.dress import Wardrobe
from regulars.outreach.channels.email.envelopes import sender_of
from regulars.outreach.channels.email.files import Enclosed
from regulars.outreach.channels.email.letters import Letter, WayOut
from regulars.outreach.channels.email.ways import way_of
from regulars.outreach.channels.text.accounts import active_text_account
from regulars.outreach.channels.text.adapters import Outgoing, adapter_of
from regulars.outreach.channels.text.segments import measure
from regulars.outreach.models import Purpose, WordingVersion
from regulars.outreach.queries.enclosures import Papers, read_papers
from regulars.outreach.queries.variants import Variants
from regulars.outreach.services.accounts import PATIENCE_SECONDS, carry_at_once, test_failed, try_sign_in
from regulars.outreach.services.drafting import Draft, draft_for
from regulars.outreach.services.resting import active_account
from regulars.outreach.services.text_limits import too_long_why
from regulars.people.addresses import e164
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
    variants: Variants | None = None,
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
    draft = _draft(version, person, extras, variants)
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


def text_to_me(
    version: WordingVersion,
    person: Person,
    to: str,
    by: User,
    *,
    extras: Mapping[str, str] | None = None,
    variants: Variants | None = None,
) -> str:
    """Send the text `person` would get to a number of one's own, by the provider; returns what it said.

    As with letters nothing is planned, and nobody's timeline knows of it. Refused as a text to a customer would be
    that is longer than all that may go out.
    """
    account = active_text_account()
    if account is None:
        raise Refusal(_("No provider of texts is connected: send it with a tap from your own phone."))
    number = e164(to, business().country)
    if not number:
        raise Refusal(_("Enter your own mobile number, to send it to."), field="number")
    draft = _draft(version, person, extras, variants)
    if why := too_long_why(measure(draft.text).segments, account, is_bulk=False):
        raise Refusal(why)
    adapter = adapter_of(account)
    text = Outgoing(f"test-{secrets.token_hex(10)}", number, account.sender, draft.text)
    answer = effects.perform("text", lambda: adapter.send(text, lambda stage: None), instead=None, to=number)
    if answer is None:
        return ""
    if answer.kind != "sent":
        raise Refusal(_("The text did not go. The provider said: %(said)s") % {"said": answer.said or answer.code})
    note_audit(
        by, "test_wording", room="outreach", kind="wording", object_id=version.wording_id or 0, text=draft.text[:80]
    )
    return answer.said


def _draft(
    version: WordingVersion, person: Person, extras: Mapping[str, str] | None, variants: Variants | None
) -> Draft:
    drafts = draft_for(version, [person.pk], {person.pk: extras} if extras else None, variants=variants)
    if person.pk in drafts.ready:
        return drafts.ready[person.pk]
    if person.pk in drafts.problems:
        raise Refusal(drafts.problems[person.pk])
    words = _("There is no “%(field)s” for %(name)s, and the words have no fallback.")
    raise Refusal(words % {"field": drafts.missing.get(person.pk, ""), "name": person.full_name})
