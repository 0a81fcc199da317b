"""Write and keep wordings. A version that was used stays as it was; a change is the next version."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach.blocks import PLAIN, Layout, layout_of, needed, text_of
from regulars.outreach.blocks.filling import checked_address
from regulars.outreach.drafts import LONGEST_SUBJECT
from regulars.outreach.models import Channel, Picture, Purpose, Wording, WordingVariant, WordingVersion
from regulars.outreach.queries.enclosures import Papers, digests, papers_of_version
from regulars.outreach.queries.facts import FIELDS
from regulars.outreach.queries.variants import is_ours
from regulars.outreach.services.enclosing import Chosen, chosen_of, put_into
from regulars.outreach.services.liquid import fields_in
from regulars.outreach.services.planning import effective_purpose
from regulars.outreach.services.versions import add_version, locked_wording
from regulars.outreach.starters import STARTERS
from regulars.staff.models import User
from regulars.staff.services import note_audit

# Addresses of pages beside the words themselves.
PAGES = frozenset({"new", "library", "readers", "previews", "versions"})
OFFER = re.compile(
    r"\d\s*%|\b(voucher|coupon|discount|reduced|sale|off your|gutschein|rabatt|remise|soldes)\b", re.IGNORECASE
)


def check_words(subject: str, body: str, channel: str = Channel.EMAIL) -> tuple[str, str]:
    """Refuse words that could not become a letter: unreadable, unknown fields, no subject, two lines in one."""
    subject, body = _checked_subject(subject, channel), body.replace("\r\n", "\n").strip()
    if not body:
        raise Refusal(_("Write at least a sentence."), field="body")
    _check_fields(body, "body")
    return subject, body


def check_layout(stored: Mapping[str, Any]) -> Layout:
    """Refuse blocks that could not become a letter; a picture must be one of ours."""
    layout = layout_of(stored, is_strict=True)
    if not layout:
        raise Refusal(_("Add a block first."), field="source")
    for number, slot, words in needed(layout):
        _check_fields(words, f"{number}.{slot.name}")
        if slot.is_address and "{" not in words:
            _checked_link(words, number)
    known = Picture.objects.filter(name__in=layout.pictures).values_list("name", flat=True)
    if missing := set(layout.pictures) - set(known):
        raise Refusal(_("A picture of this letter is not here any more. Choose another."), field=min(missing))
    return layout


def _checked_link(address: str, number: int) -> None:
    try:
        checked_address(address)
    except Refusal as refusal:
        raise Refusal(refusal.sentence, field=f"{number}.url") from refusal


def _checked_subject(subject: str, channel: str) -> str:
    subject = subject.strip()
    if channel == Channel.EMAIL and not subject:
        raise Refusal(_("An e-mail needs a subject."), field="subject")
    if len(subject) > LONGEST_SUBJECT or any(ord(sign) < 32 for sign in subject):
        raise Refusal(_("The subject must be one line of at most 300 characters."), field="subject")
    _check_fields(subject, "subject")
    return subject


def _check_fields(words: str, place: str) -> None:
    """Refuse what Liquid cannot read, and a field nobody has, with the one that was probably meant."""
    try:
        unknown = sorted(fields_in(words) - set(FIELDS))
    except Refusal as refusal:
        raise Refusal(refusal.sentence, field=place) from refusal
    if not unknown:
        return
    near = difflib.get_close_matches(unknown[0].lower(), FIELDS, n=1, cutoff=0.6)
    if near:
        sentence = _("There is no field called “%(name)s”. Did you mean “%(near)s”?")
        raise Refusal(sentence % {"name": unknown[0], "near": near[0]}, field=place)
    raise Refusal(_("There is no field called “%(name)s”.") % {"name": unknown[0]}, field=place)


def looks_like_an_offer(subject: str, body: str) -> bool:
    """Guess, for a hint beside the tick box; the owner decides."""
    return bool(OFFER.search(f"{subject}\n{body}"))


@transaction.atomic
def save_wording(
    key: str,
    *,
    subject: str,
    body: str = "",
    by: User | None,
    name: str = "",
    purpose: str = "",
    has_offer: bool = False,
    blocks: Mapping[str, Any] | None = None,
    language: str = "",
    files: Chosen | Papers | None = None,
    channel: str = Channel.EMAIL,
) -> WordingVersion:
    """Save words under a key: a new version when they changed, the same one when they did not.

    With `blocks` the body is their text. In another `language` than the business's own they are a variant of the
    words, which must be there already. The `channel` of words stays as it was at first. `files` are exactly those that
    go with it, or what a form says of them; without it those that went with the words before go on with them.
    """
    wording = _wording(key, name, purpose, channel)
    layout = check_layout(blocks) if blocks else PLAIN
    subject, body = check_words(subject, text_of(layout) if layout else body, wording.channel)
    _says_how_to_end(wording, purpose, has_offer, body)
    if not is_ours(language):
        version = _save_variant(wording, language, subject, body, layout, by, files)
    else:
        wording.name, wording.has_offer = name.strip() or wording.name, has_offer or layout.has_offer
        wording.purpose = Purpose(purpose) if purpose else wording.purpose
        papers = _papers(wording, wording.latest, files)
        version = _next_version(wording, wording.latest, subject, body, layout, by, papers=papers)
        wording.latest = version
        wording.save(update_fields=["name", "purpose", "has_offer", "latest"])
    text = wording.key if is_ours(language) else f"{wording.key} ({language})"
    note_audit(by, "save_wording", room="outreach", kind="wording", object_id=wording.pk, text=text)
    return version


def _says_how_to_end(wording: Wording, purpose: str, has_offer: bool, words: str) -> None:
    """Refuse an offer by text that leaves people no way out."""
    is_offer = effective_purpose(purpose or wording.purpose, has_offer or wording.has_offer) == Purpose.MARKETING
    if wording.channel == Channel.TEXT and is_offer and "stop" not in words.lower():
        raise Refusal(_("An offer by text says how to end them: add “STOP ends these texts.”"), field="body")


def _save_variant(
    wording: Wording,
    language: str,
    subject: str,
    body: str,
    layout: Layout,
    by: User | None,
    files: Chosen | Papers | None,
) -> WordingVersion:
    """A language that is new begins with the files of our own words."""
    if language not in dict(settings.LANGUAGES):
        raise Refusal(_("Choose one of the languages on the list."), field="language")
    if wording.latest is None:
        raise Refusal(_("Keep these words in your own language first."), field="language")
    row = wording.variants.filter(language=language).select_related("latest").first()
    papers = _papers(wording, row.latest if row else wording.latest, files)
    version = _next_version(wording, row.latest if row else None, subject, body, layout, by, language, papers)
    WordingVariant.objects.update_or_create(wording=wording, language=language, defaults={"latest": version})
    if layout.has_offer and not wording.has_offer:
        wording.has_offer = True
        wording.save(update_fields=["has_offer"])
    return version


def _next_version(
    wording: Wording,
    latest: WordingVersion | None,
    subject: str,
    body: str,
    layout: Layout,
    by: User | None,
    language: str = "",
    papers: Papers = (),
) -> WordingVersion:
    """The version in force when it says the same, else the next one."""
    stored = layout.stored()
    is_same = latest is not None and (latest.subject, latest.body, latest.blocks) == (subject, body, stored)
    if latest is not None and is_same and digests(papers_of_version(latest.pk)) == digests(papers):
        return latest
    version = add_version(wording, subject, body, created_by=by, blocks=stored, language=language)
    if papers:
        put_into(version, papers, by)
    return version


def _papers(wording: Wording, before: WordingVersion | None, files: Chosen | Papers | None) -> Papers:
    """What is to go with the words; only an e-mail carries files."""
    papers = chosen_of(papers_of_version(before.pk if before else None), files)
    if papers and wording.channel != Channel.EMAIL:
        raise Refusal(_("Only letters by e-mail can have files with them."), field="file")
    return papers


def drop_variant(wording: Wording, language: str, by: User | None) -> None:
    """Have no words in a language any more: its people read those of the business. Versions stay in the record."""
    with transaction.atomic():
        if wording.variants.filter(language=language).delete()[0]:
            text = f"{wording.key} ({language})"
            note_audit(by, "archive_wording", room="outreach", kind="wording", object_id=wording.pk, text=text)


def take_again(version: WordingVersion, by: User | None) -> WordingVersion:
    """Let an earlier version be in force again, as a new one."""
    wording = version.wording
    return save_wording(
        wording.key,
        subject=version.subject,
        body=version.body,
        by=by,
        has_offer=wording.has_offer,
        blocks=version.blocks or None,
        language=version.language,
        files=papers_of_version(version.pk),
    )


def _wording(key: str, name: str, purpose: str, channel: str) -> Wording:
    """Find the row under its key, locked; the first change of a starter writes the starter down as version 1."""
    starter = STARTERS.get(key)
    if starter is None and not name.strip() and not Wording.objects.filter(key=key).exists():
        raise Refusal(_("Give these words a name."), field="name")
    wording = locked_wording(
        key,
        name=str(starter.name) if starter else name.strip(),
        purpose=starter.purpose if starter else purpose or Purpose.CARE,
        channel=Channel.EMAIL if starter else channel,
    )
    if wording.latest is None and starter is not None:
        subject, body = starter.words
        first = {"subject": subject, "body": body}
        same = wording.versions.filter(**first, blocks={}).first()
        wording.latest = same or add_version(wording, **first, used_at=clock.now())
    return wording


def free_key(name: str) -> str:
    """A key for new words, from their name."""
    stem = slugify(name)[:50] or "words"
    taken = set(Wording.objects.filter(key__startswith=stem).values_list("key", flat=True)) | set(STARTERS) | PAGES
    return stem if stem not in taken else next(f"{stem}-{n}" for n in range(2, 10_000) if f"{stem}-{n}" not in taken)


def back_to_start(key: str, by: User | None) -> WordingVersion:
    """Take the first words of a starter again, as a new version."""
    starter = STARTERS.get(key)
    if starter is None:
        raise Refusal(_("These words are your own: there is nothing to go back to."))
    subject, body = starter.words
    return save_wording(key, subject=subject, body=body, by=by, files=())


def archive(wording: Wording, by: User | None, *, is_archived: bool = True) -> None:
    """Put words away (or take them out again). Starters are always needed."""
    if wording.key in STARTERS:
        raise Refusal(_("These words are used by Today and cannot be put away. Change them instead."))
    with transaction.atomic():
        Wording.objects.filter(pk=wording.pk).update(is_archived=is_archived)
        note_audit(by, "archive_wording", room="outreach", kind="wording", object_id=wording.pk, text=wording.key)
