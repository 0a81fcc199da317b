"""What a mailing says, to whom and when: made once however often the form is sent, changed until it has begun."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach.models import Channel, Mailing
from regulars.outreach.queries.enclosures import Papers, papers_of_mailing
from regulars.outreach.queries.wordings import latest
from regulars.outreach.services.enclosing import Chosen, chosen_of, put_into
from regulars.outreach.services.following import count_links
from regulars.outreach.services.mailings.own_words import FIELD, OwnWords, keep_own
from regulars.people.addresses import e164, normalised_email
from regulars.people.bulk import among_texts
from regulars.people.models import Email, Person, Phone
from regulars.people.queries.matching import Asked
from regulars.staff.models import User
from regulars.staff.services import note_audit

Stage, When = Mailing.Stage, Mailing.When
CHANGEABLE = (Stage.DRAFT, Stage.READY)
MOST_PASTED = 50_000
LONGEST_SPREAD = 60
NONE = OwnWords()


@dataclass(frozen=True)
class NewMailing:
    """What the owner chose. `wording`, `second_wording` (for whom the first cannot reach) and `other_wording` (to
    compare with the first) are keys of words; `text` and `card` are words of this mailing alone, for those who like
    that better and those whom `wording` cannot reach."""

    token: str
    name: str
    wording: str
    audience: Asked
    second_wording: str = ""
    other_wording: str = ""
    when: str = When.NOW
    at: datetime | None = None
    spread_days: int = 5
    good_for_days: int = 7
    window_days: int = 14
    counts_links: bool = False
    text: OwnWords = NONE
    card: OwnWords = NONE
    files: Chosen | Papers | None = None


@dataclass(frozen=True)
class Pasted:
    """Who was found on a pasted list, the lines nobody was found for, and those that fit several people."""

    ids: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()
    several: tuple[str, ...] = ()


@transaction.atomic
def make_mailing(new: NewMailing, by: User | None) -> Mailing:
    """Make a mailing; the same form sent twice makes one."""
    if not new.token:
        raise Refusal(_("Open the page once more and choose again."))
    fields = _checked(new)
    row, is_new = Mailing.objects.get_or_create(
        token=new.token, defaults={**fields, "created_at": clock.now(), "created_by": by}
    )
    if is_new:
        _keep_own_words(row, new, by)
        note_audit(by, "mailing_made", room="outreach", kind="mailing", object_id=row.pk, text=row.name)
        count_links(row.programme, by, is_on=new.counts_links)
        _put_files_in(row, chosen_of((), new.files), by)
    return row


def _put_files_in(mailing: Mailing, papers: Papers, by: User | None) -> None:
    """Refuses files where nobody gets an e-mail."""
    if papers and Channel.EMAIL not in {latest(key).wording.channel for key in mailing.wordings}:
        raise Refusal(_("Only letters by e-mail can have files with them."), field="file")
    put_into(mailing, papers, by)


@transaction.atomic
def change_mailing(mailing: Mailing, new: NewMailing, by: User | None) -> Mailing:
    """Change what has not begun; who gets it is looked up again."""
    row = Mailing.objects.select_for_update(of=("self",)).get(pk=mailing.pk)
    if row.stage not in CHANGEABLE:
        raise Refusal(_("This mailing has begun; it can be stopped, but not be changed any more."))
    for name, value in _checked(new).items():
        setattr(row, name, value)
    row.stage, row.found, row.gathered_at = Stage.DRAFT, {}, None
    row.save()
    _keep_own_words(row, new, by)
    note_audit(by, "mailing_changed", room="outreach", kind="mailing", object_id=row.pk, text=row.name)
    count_links(row.programme, by, is_on=new.counts_links)
    _put_files_in(row, chosen_of(papers_of_mailing(row), new.files), by)
    return row


def _keep_own_words(mailing: Mailing, new: NewMailing, by: User | None) -> None:
    mailing.text_wording = keep_own(mailing, Channel.TEXT, new.text, by)
    mailing.card_wording = keep_own(mailing, Channel.CARD, new.card, by)
    mailing.save(update_fields=["text_wording", "card_wording"])


def _checked(new: NewMailing) -> dict[str, Any]:
    if not new.name.strip():
        raise Refusal(_("Give it a name, so that you find it again."), field="name")
    first = latest(new.wording).wording
    if new.second_wording:
        _another_way(new, first.channel)
    if new.other_wording:
        _comparable(new, first.channel)
    if new.when == When.AT and new.at is None:
        raise Refusal(_("Say the day and the hour."), field="at")
    if new.when == When.AT and new.at is not None and new.at <= clock.now():
        raise Refusal(_("This moment has passed already. Choose a later one."), field="at")
    if not 1 <= new.spread_days <= LONGEST_SPREAD:
        raise Refusal(_("Spread it over 1 to 60 days."), field="spread_days")
    return {
        "name": new.name.strip()[:120],
        "wording": new.wording,
        "second_wording": new.second_wording,
        "other_wording": new.other_wording,
        "audience": new.audience.as_row(),
        "when": When(new.when),
        "at": new.at,
        "spread_days": new.spread_days,
        "good_for_days": min(max(new.good_for_days, 1), 60),
        "window_days": min(max(new.window_days, 1), 90),
    }


def _another_way(new: NewMailing, first: str) -> None:
    """Second words go a way nothing else of it goes."""
    channel = latest(new.second_wording).wording.channel
    if channel == first:
        raise Refusal(_("The second words must go another way than the first ones."), field="second_wording")
    for own, said in ((Channel.TEXT, new.text), (Channel.CARD, new.card)):
        if channel == own and said.words.strip():
            sentence = _("Choose one: the words you picked for those it cannot reach, or the ones written here.")
            raise Refusal(sentence, field=FIELD[own])


def _comparable(new: NewMailing, channel: str) -> None:
    if new.other_wording == new.wording:
        raise Refusal(_("To compare, choose two different wordings."), field="other_wording")
    if latest(new.other_wording).wording.channel != channel:
        raise Refusal(_("Two wordings can only be compared when both go the same way."), field="other_wording")


def read_pasted(text: str) -> Pasted:
    """Find the people of a pasted list: a line an e-mail address, a telephone number or a whole name. Three queries."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(lines) > MOST_PASTED:
        raise Refusal(
            _("That is a very long list. Take it in as a file with a tag, then choose the tag."), field="pasted"
        )
    emails, phones, names = _sorted_lines(lines)
    here = Person.objects.here().filter(is_bucket=False)
    found: dict[str, set[int]] = {line: set() for line in lines}
    rows = Email.objects.filter(normalised__in=among_texts(emails), person__in=here)
    _note(found, emails, rows.values_list("normalised", "person_id"))
    numbers = Phone.objects.filter(e164__in=among_texts(phones), person__in=here)
    _note(found, phones, numbers.values_list("e164", "person_id"))
    _note(found, names, here.filter(full_name__in=among_texts(names)).values_list("full_name", "pk"))
    return Pasted(
        ids=tuple(sorted({next(iter(ids)) for ids in found.values() if len(ids) == 1})),
        unknown=tuple(line for line, ids in found.items() if not ids),
        several=tuple(line for line, ids in found.items() if len(ids) > 1),
    )


Lines = dict[str, list[str]]


def _sorted_lines(lines: Sequence[str]) -> tuple[Lines, Lines, Lines]:
    """The lines by what they look like, each under what is looked for: addresses, numbers, names."""
    emails: Lines = {}
    phones: Lines = {}
    names: Lines = {}
    region = business().country
    for line in lines:
        number = e164(line, region) if "@" not in line else ""
        if "@" in line:
            emails.setdefault(normalised_email(line.strip("<>;, ")), []).append(line)
        elif number:
            phones.setdefault(number, []).append(line)
        else:
            names.setdefault(line, []).append(line)
    return emails, phones, names


def _note(found: dict[str, set[int]], lines: Lines, rows: Iterable[tuple[str, int]]) -> None:
    for key, person_id in rows:
        for line in lines.get(key, ()):
            found[line].add(person_id)
