"""Write and keep wordings. A version that was used stays as it was; a change is the next version."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach.drafts import LONGEST_SUBJECT
from regulars.outreach.models import Channel, Purpose, Wording, WordingVersion
from regulars.outreach.queries.facts import FIELDS
from regulars.outreach.services.liquid import fields_in
from regulars.outreach.services.versions import add_version, locked_wording
from regulars.outreach.starters import STARTERS
from regulars.staff.models import User
from regulars.staff.services import note_audit

OFFER = re.compile(
    r"\d\s*%|\b(voucher|coupon|discount|reduced|sale|off your|gutschein|rabatt|remise|soldes)\b", re.IGNORECASE
)


def check_words(subject: str, body: str, channel: str = Channel.EMAIL) -> tuple[str, str]:
    """Refuse words that could not become a letter: unreadable, unknown fields, no subject, two lines in one."""
    subject, body = subject.strip(), body.replace("\r\n", "\n").strip()
    if not body:
        raise Refusal(_("Write at least a sentence."), field="body")
    if channel == Channel.EMAIL and not subject:
        raise Refusal(_("An e-mail needs a subject."), field="subject")
    if len(subject) > LONGEST_SUBJECT or any(ord(sign) < 32 for sign in subject):
        raise Refusal(_("The subject must be one line of at most 300 characters."), field="subject")
    for name, words in (("subject", subject), ("body", body)):
        try:
            unknown = sorted(fields_in(words) - set(FIELDS))
        except Refusal as refusal:
            raise Refusal(refusal.sentence, field=name) from refusal
        if unknown:
            raise Refusal(_("There is no field called “%(name)s”.") % {"name": unknown[0]}, field=name)
    return subject, body


def looks_like_an_offer(subject: str, body: str) -> bool:
    """Guess, for a hint beside the tick box; the owner decides."""
    return bool(OFFER.search(f"{subject}\n{body}"))


@transaction.atomic
def save_wording(
    key: str, *, subject: str, body: str, by: User | None, name: str = "", purpose: str = "", has_offer: bool = False
) -> WordingVersion:
    """Save words under a key: a new version when they changed, the same one when they did not."""
    wording = _wording(key, name, purpose)
    subject, body = check_words(subject, body, wording.channel)
    wording.name, wording.has_offer = name.strip() or wording.name, has_offer
    wording.purpose = Purpose(purpose) if purpose else wording.purpose
    latest = wording.latest
    if latest is None or (latest.subject, latest.body) != (subject, body):
        wording.latest = add_version(wording, subject, body, created_by=by)
    wording.save(update_fields=["name", "purpose", "has_offer", "latest"])
    note_audit(by, "save_wording", room="outreach", kind="wording", object_id=wording.pk, text=wording.key)
    if wording.latest is None:
        raise AssertionError("A saved wording has a latest version.")
    return wording.latest


def _wording(key: str, name: str, purpose: str) -> Wording:
    """Find the row under its key, locked; the first change of a starter writes the starter down as version 1."""
    starter = STARTERS.get(key)
    if starter is None and not name.strip() and not Wording.objects.filter(key=key).exists():
        raise Refusal(_("Give these words a name."), field="name")
    wording = locked_wording(
        key,
        name=str(starter.name) if starter else name.strip(),
        purpose=starter.purpose if starter else purpose or Purpose.CARE,
    )
    if wording.latest is None and starter is not None:
        subject, body = starter.words
        first = {"subject": subject, "body": body}
        wording.latest = wording.versions.filter(**first).first() or add_version(wording, **first, used_at=clock.now())
    return wording


def free_key(name: str) -> str:
    """A key for new words, from their name."""
    stem = slugify(name)[:50] or "words"
    taken = set(Wording.objects.filter(key__startswith=stem).values_list("key", flat=True)) | set(STARTERS)
    return stem if stem not in taken else next(f"{stem}-{n}" for n in range(2, 10_000) if f"{stem}-{n}" not in taken)


def back_to_start(key: str, by: User | None) -> WordingVersion:
    """Take the first words of a starter again, as a new version."""
    starter = STARTERS.get(key)
    if starter is None:
        raise Refusal(_("These words are your own: there is nothing to go back to."))
    subject, body = starter.words
    return save_wording(key, subject=subject, body=body, by=by)


def archive(wording: Wording, by: User | None, *, is_archived: bool = True) -> None:
    """Put words away (or take them out again). Starters are always needed."""
    if wording.key in STARTERS:
        raise Refusal(_("These words are used by Today and cannot be put away. Change them instead."))
    with transaction.atomic():
        Wording.objects.filter(pk=wording.pk).update(is_archived=is_archived)
        note_audit(by, "archive_wording", room="outreach", kind="wording", object_id=wording.pk, text=wording.key)
