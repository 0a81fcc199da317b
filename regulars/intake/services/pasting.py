"""People typed or pasted: understood line by line, shown, corrected, then saved once; the rest becomes a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.intake.events import ImportFinished, VisitsRemembered
from regulars.intake.lines import Said, read_people
from regulars.intake.models import ImportRun
from regulars.intake.services import visits_told
from regulars.intake.services.effects import note_effects
from regulars.kit import bulletin, clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.people.models import Person
from regulars.people.partial_dates import PartialDate
from regulars.people.queries.persons import sender_named
from regulars.people.services import NewAddress, NewPerson, change_person, record_people
from regulars.people.words import sort_key
from regulars.staff.models import User
from regulars.staff.services import note_audit

SOURCE = "typed in"
MOST_LINES = 2_000
MONTH_FIRST = frozenset({"US"})


@dataclass(frozen=True)
class Pasted:
    """One person as they were understood, or why they were not."""

    number: int
    text: str
    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    note: str = ""
    reason: str = ""
    birthday: PartialDate | None = None
    likes: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sent_by: str = ""
    met: str = ""
    address: str = ""
    gap_days: int | None = None
    seen_days: int | None = None
    amount: str = ""

    @property
    def is_remembered(self) -> bool:
        """Is enough said to know how often and about how much somebody buys?"""
        return self.gap_days is not None and bool(self.amount)


def read_lines(text: str) -> list[Pasted]:
    """Understand each person; nothing is saved. Refused when there is nobody, or far too many."""
    region = business().country
    order = "mdy" if region in MONTH_FIRST else "dmy"
    people = [_pasted(number, said) for number, said in read_people(text, region, order)]
    if not people:
        raise Refusal(_("Write one person on each line: a name, then whatever you know of them."), field="text")
    if len(people) > MOST_LINES:
        raise Refusal(
            _("That is more than %(n)d people. Save them as a file and take that in.") % {"n": MOST_LINES}, field="text"
        )
    return people


def _pasted(number: int, said: Said) -> Pasted:
    if said.bad_email:
        return Pasted(number, said.text, said.name, reason=_("The e-mail address cannot be read."))
    if not said.name and not said.emails:
        return Pasted(number, said.text, reason=_("There is no name."))
    return Pasted(
        number, said.text, said.name, tuple(said.emails), tuple(said.phones), said.note, "", said.birthday,
        tuple(said.likes), tuple(said.dislikes), tuple(dict.fromkeys(said.tags)), said.sent_by, said.met, said.address,
        said.gap_days, said.seen_days, said.amount,
    )  # fmt: skip


def names_in_the_book(lines: Sequence[Pasted]) -> set[str]:
    """Which of these names somebody in the book has already, as they are compared. One query."""
    keys = {sort_key(line.name) for line in lines if line.name}
    return set(Person.objects.here().filter(sort_name__in=keys).values_list("sort_name", flat=True)) if keys else set()


def save_lines(lines: Sequence[Pasted], by: User | None = None, key: str = "") -> ImportRun:
    """Record everybody who was understood as a run of its own, so that it can be undone.

    Safe to repeat: the same `key` (a page that was sent twice) gives the run of the first time and saves nothing.
    """
    good = [line for line in lines if not line.reason]
    if not good:
        raise Refusal(_("None of these lines can be saved yet."), field="text")
    if key and (known := _run_of(key)):
        return known
    try:
        with transaction.atomic():
            return _save(good, by, key)
    except IntegrityError:
        if key and (known := _run_of(key)):
            return known
        raise


def _run_of(key: str) -> ImportRun | None:
    return ImportRun.objects.filter(digest=key[:64], source=SOURCE).first()


def _save(good: Sequence[Pasted], by: User | None, key: str) -> ImportRun:
    run = _run(len(good), by, key)
    recorded = record_people([_person(line) for line in good], source=SOURCE, by=by)
    note_effects(run, "person", recorded.new_ids)
    note_effects(run, "person changed", [], before=recorded.learned)
    told = dict(zip(recorded.ids, good, strict=True))
    _tie_to_senders({pk: line.sent_by for pk, line in told.items() if line.sent_by and pk in set(recorded.new_ids)}, by)
    _tell_visits(run, told, by)
    run.people_new, run.people_matched, run.finished_at = recorded.new, recorded.matched, clock.now()
    run.save(update_fields=["people_new", "people_matched", "finished_at"])
    bulletin.post(ImportFinished(run.pk, recorded.new, 0, "", ""))
    note_audit(by, "paste", room="intake", kind="run", object_id=run.pk, text=run.name)
    return run


def _person(line: Pasted) -> NewPerson:
    """What was said of visits and is not enough for a memory stays a note: nothing said is lost."""
    notes = [line.note] if line.note else []
    if not line.is_remembered:
        if line.gap_days is not None:
            notes.append(visits_told.every(line.gap_days))
        if line.seen_days is not None:
            notes.append(visits_told.last_here(clock.today() - timedelta(days=line.seen_days)))
        if line.amount:
            notes.append(visits_told.spends(line.amount))
    return NewPerson(
        full_name=line.name,
        emails=line.emails,
        phones=line.phones,
        note="\n".join(notes),
        birthday=line.birthday,
        likes=line.likes,
        dislikes=line.dislikes,
        tags=line.tags,
        referred_by_text=line.sent_by,
        met=line.met,
        addresses=(NewAddress(lines=line.address),) if line.address else (),
        external_ids=() if line.emails or line.phones else ((SOURCE, _line_key(line.text or line.name)),),
    )


def _line_key(text: str) -> str:
    """Who has neither address nor number is known again by their own line: the same list pasted twice is nobody new."""
    return sha256(" ".join(text.casefold().split()).encode()).hexdigest()[:20]


def _tie_to_senders(senders: dict[int, str], by: User | None) -> None:
    """Somebody named as the one who sent them is linked, if exactly one in the book is called so."""
    for person in Person.objects.filter(pk__in=senders):
        if sender := sender_named(senders[person.pk], person):
            change_person(person, changes={"referred_by_id": sender.pk}, by=by)


def _tell_visits(run: ImportRun, told: dict[int, Pasted], by: User | None) -> None:
    """Post what the owner remembers of visits for the room that grades; half a rhythm ago where no day was said."""
    today = clock.today()
    visits = tuple(
        (pk, _seen_on(today, line.seen_days, line.gap_days), line.gap_days, str(Decimal(line.amount)))
        for pk, line in told.items()
        if line.is_remembered and line.gap_days is not None
    )
    if visits:
        bulletin.post(VisitsRemembered(run.pk, visits, clock.now().isoformat(), by.pk if by else None))


def _seen_on(today: date, seen_days: int | None, gap_days: int) -> str:
    return (today - timedelta(days=gap_days // 2 if seen_days is None else seen_days)).isoformat()


def _run(rows: int, by: User | None, key: str) -> ImportRun:
    at = clock.now()
    return ImportRun.objects.create(
        name=_("Typed in"),
        state=ImportRun.State.FINISHED,
        format="people",
        source=SOURCE,
        digest=key[:64],
        rows=rows,
        units=rows,
        cursor=rows,
        added_at=at,
        started_at=at,
        by=by,
        by_name=by.display_name if by else "",
    )
