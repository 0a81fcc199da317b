"""People typed or pasted: one a line, a name and one way to reach them; what else is written becomes a note."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.intake.events import ImportFinished
from regulars.intake.models import ImportRun
from regulars.intake.services.effects import note_effects
from regulars.intake.values import reach
from regulars.kit import bulletin, clock
from regulars.kit.errors import Refusal
from regulars.people.services import NewPerson, record_people
from regulars.staff.models import User
from regulars.staff.services import note_audit

SOURCE = "typed in"
MOST_LINES = 2_000
PARTS = re.compile(r"[\t;,|]+|\s{2,}")
ADDRESS = re.compile(r"<?(?:mailto:)?[^\s<>,;|]+@[^\s<>,;|]+>?")
NUMBER = re.compile(r"(?:\+|00)?\(?\d[\d\s()/.-]{4,}\d")
REACHED = "\x1f"  # where an address or a number stood
BESIDE = " \t,;:-–|<>()\"'"


@dataclass(frozen=True)
class Pasted:
    """One line as it was understood, or why it was not."""

    number: int
    text: str
    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    note: str = ""
    reason: str = ""


def read_lines(text: str) -> list[Pasted]:
    """Understand each line; nothing is saved. Refused when there is nothing, or far too much."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise Refusal(
            _("Write one person on each line: a name, then an e-mail address or a phone number."), field="text"
        )
    if len(lines) > MOST_LINES:
        raise Refusal(
            _("That is more than %(n)d lines. Save them as a file and take that in.") % {"n": MOST_LINES}, field="text"
        )
    return [_read(number, line) for number, line in lines]


def _read(number: int, line: str) -> Pasted:
    emails = tuple(dict.fromkeys(found for part in ADDRESS.findall(line) if (found := reach.email(part))))
    rest = ADDRESS.sub(REACHED, line)
    if "@" in rest or (ADDRESS.search(line) and not emails):
        return Pasted(number, line, reason=_("The e-mail address cannot be read."))
    phones = tuple(dict.fromkeys(part.strip() for part in NUMBER.findall(rest)))
    name, note = _name_and_note(NUMBER.sub(REACHED, rest))
    if not emails and not phones:
        return Pasted(number, line, name, reason=_("There is no e-mail address or phone number."))
    if not name and not emails:
        return Pasted(number, line, reason=_("There is no name."))
    return Pasted(number, line, name, emails, phones, note)


def _name_and_note(rest: str) -> tuple[str, str]:
    """The name stands first, in one part or in two of one word each; whatever else is written is a note."""
    before, _reached, after = rest.partition(REACHED)
    parts = _parts(before)
    later = _parts(after.replace(REACHED, ";"))
    if not parts:
        parts, later = later[:1], later[1:]
    taken = 2 if len(parts) > 1 and not any(" " in part for part in parts[:2]) else 1
    return " ".join(parts[:taken]), ", ".join([*parts[taken:], *later])


def _parts(text: str) -> list[str]:
    return [clean for part in PARTS.split(text) if (clean := part.strip(BESIDE))]


def save_lines(lines: list[Pasted], by: User | None = None) -> ImportRun:
    """Record everybody who was understood as a run of its own, so that it can be undone. Safe to repeat."""
    good = [line for line in lines if not line.reason]
    if not good:
        raise Refusal(_("None of these lines can be saved yet."), field="text")
    people = [NewPerson(full_name=line.name, emails=line.emails, phones=line.phones, note=line.note) for line in good]
    with transaction.atomic():
        run = _run(len(good), by)
        recorded = record_people(people, source=SOURCE, by=by)
        note_effects(run, "person", recorded.new_ids)
        note_effects(run, "person changed", [], before=recorded.learned)
        run.people_new, run.people_matched, run.finished_at = recorded.new, recorded.matched, clock.now()
        run.save(update_fields=["people_new", "people_matched", "finished_at"])
        bulletin.post(ImportFinished(run.pk, recorded.new, 0, "", ""))
        note_audit(by, "paste", room="intake", kind="run", object_id=run.pk, text=run.name)
    return run


def _run(rows: int, by: User | None) -> ImportRun:
    at = clock.now()
    return ImportRun.objects.create(
        name=_("Typed in"),
        state=ImportRun.State.FINISHED,
        format="people",
        source=SOURCE,
        rows=rows,
        units=rows,
        cursor=rows,
        added_at=at,
        started_at=at,
        by=by,
        by_name=by.display_name if by else "",
    )
