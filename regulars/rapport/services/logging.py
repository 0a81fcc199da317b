"""Writing down a call, a visit, a word in the street, a public comment, a complaint; answering; putting right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import Person, Silence
from regulars.rapport.models import Direction, Encounter, EncounterKind
from regulars.rapport.services.callers import Caller, recognise
from regulars.staff.models import User

ROOM = "rapport"
LOGGED, LOG_ANSWERED, RESOLVED = "encounter", "encounter_answered", "complaint_resolved"
WANT_AN_ANSWER = (EncounterKind.COMPLAINT, EncounterKind.COMMENT, EncounterKind.MESSAGE)


@dataclass(frozen=True)
class NewEncounter:
    """One entry of the log. `is_answered` None leaves it to the kind: complaints, comments and messages to us wait.

    A caller with a name that nobody in the book has stays a name (`adds_person` False).
    """

    kind: str
    words: str
    caller: Caller | None = None
    direction: str = Direction.IN
    place: str = ""
    link: str = ""
    is_answered: bool | None = None
    answer_by: date | None = None
    happened_at: datetime | None = None
    client_key: UUID | None = None
    adds_person: bool = False


@transaction.atomic
def log_encounter(new: NewEncounter, by: User | None) -> Encounter:
    """Write an entry down, once a client key, and return it; a repeat gets the entry that is there.

    A complaint of somebody in the book silences the asking until it is put right. Refuses a moment to come, an entry
    without words, a link that is no web address, and a key used before for other words.
    """
    _check(new)
    people.hold_the_book()
    if new.client_key and (known := Encounter.objects.filter(client_key=new.client_key).first()):
        return _same(known, new)
    person = _person(new, by)
    now = clock.now()
    row = Encounter(
        person=person,
        who="" if person else " ".join(new.caller.name.split())[:200] if new.caller else "",
        kind=new.kind,
        direction=new.direction,
        words=new.words.strip()[:2000],
        place=new.place.strip()[:120],
        link=new.link.strip()[:500],
        happened_at=new.happened_at or now,
        recorded_at=now,
        recorded_by=by,
        client_key=new.client_key or uuid4(),
    )
    if not row.person_id and not row.who:
        raise Refusal(_("Please say who it was."), field="who")
    row.answer_by = _answer_by(new, row)
    if row.kind == EncounterKind.COMPLAINT and person is not None:
        row.silence = people.silence(person, Silence.Kind.COMPLAINT, short_words(row.words), ROOM, by=by)
    row.save()
    _tell(row, LOGGED, row.happened_at, _logged_words(row))
    return row


@transaction.atomic
def answer_encounter(row: Encounter, words: str, by: User | None) -> bool:
    """Note that it was answered, and how; False if it was already."""
    now = clock.now()
    changed = Encounter.objects.filter(pk=row.pk, answered_at=None).update(
        answered_at=now, answered_by=by, answer=words.strip()[:2000]
    )
    if changed:
        said = _("Answered them: %(words)s") % {"words": words.strip()} if words.strip() else _("Answered them.")
        _tell(row, LOG_ANSWERED, now, said)
    return bool(changed)


@transaction.atomic
def resolve_complaint(row: Encounter, words: str, by: User | None) -> bool:
    """Note that a complaint is put right: it counts as answered, and the silence it set ends with the last one."""
    now = clock.now()
    if not Encounter.objects.filter(pk=row.pk, kind=EncounterKind.COMPLAINT, resolved_at=None).update(resolved_at=now):
        return False
    answer_encounter(row, words, by)
    said = _("Put right: %(words)s") % {"words": words.strip()} if words.strip() else _("The complaint is put right.")
    _tell(row, RESOLVED, now, said)
    others = Encounter.objects.filter(silence=row.silence_id, resolved_at=None).exclude(pk=row.pk)
    if row.silence is not None and not others.exists():
        people.lift_silence(row.silence, by)
    return True


def short_words(words: str, most: int = 120) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= most else plain[: most - 1].rsplit(" ", 1)[0] + "…"


def _check(new: NewEncounter) -> None:
    if new.kind not in EncounterKind.values:
        raise Refusal(_("Please say what it was."), field="kind")
    if new.direction not in Direction.values:
        raise Refusal(_("Please say who came to whom."), field="direction")
    if not new.words.strip():
        raise Refusal(_("Please write a few words."), field="words")
    if new.happened_at is not None and new.happened_at > clock.now() + timedelta(minutes=10):
        raise Refusal(_("That moment has not come yet."), field="happened_at")
    if new.link.strip() and not is_web_address(new.link):
        raise Refusal(_("Please paste the address of the page, beginning with https://."), field="link")


def is_web_address(text: str) -> bool:
    """Can this be followed as a page of the web? Anything else never becomes a link."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(c.isspace() for c in text.strip())


def _same(known: Encounter, new: NewEncounter) -> Encounter:
    if (known.kind, known.words) != (new.kind, new.words.strip()[:2000]):
        raise Refusal(
            _("This form was saved already, with something else in it. If this is another entry, save it again.")
        )
    return known


def _person(new: NewEncounter, by: User | None) -> Person | None:
    if new.caller is None:
        return None
    if new.caller.person_id is None and not new.adds_person:
        return None
    return recognise(new.caller, source="log", by=by).person


def _answer_by(new: NewEncounter, row: Encounter) -> date | None:
    """The day by which it wants an answer: today unless another was said; none where it is answered or wants none."""
    waits = new.kind in WANT_AN_ANSWER and new.direction == Direction.IN if new.is_answered is None else False
    if new.is_answered is False or (new.answer_by and not new.is_answered):
        waits = True
    if new.is_answered:
        row.answered_at, row.answered_by = row.recorded_at, row.recorded_by
        return None
    return (new.answer_by or clock.today()) if waits else None


def _logged_words(row: Encounter) -> str:
    what = capfirst(EncounterKind(row.kind).label)
    place = f" ({row.place})" if row.place else ""
    if row.direction == Direction.OUT:
        return _("%(what)s from us%(place)s: %(words)s") % {"what": what, "place": place, "words": row.words}
    return f"{what}{place}: {row.words}"


def _tell(row: Encounter, kind: str, at: datetime, text: str) -> None:
    if row.person_id:
        people.write_timeline([people.NewEntry(row.person_id, at, kind, ROOM, row.pk, text)])
