"""People typed or pasted: one a line, a name and one way to reach them in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.intake.values import reach
from regulars.kit.errors import Refusal
from regulars.people.services import NewPerson, RecordedPeople, record_people
from regulars.staff.models import User
from regulars.staff.services import note_audit

SOURCE = "typed in"
MOST_LINES = 2_000
PARTS = re.compile(r"[\t;,|]+|\s{2,}")
ADDRESS = re.compile(r"<?(?:mailto:)?[^\s<>,;|]+@[^\s<>,;|]+>?")
NUMBER = re.compile(r"(?:\+|00)?\(?\d[\d\s()/.-]{4,}\d")


@dataclass(frozen=True)
class Pasted:
    """One line as it was understood, or why it was not."""

    number: int
    text: str
    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
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
    rest = ADDRESS.sub(" ", line)
    if "@" in rest or (ADDRESS.search(line) and not emails):
        return Pasted(number, line, reason=_("The e-mail address cannot be read."))
    phones = tuple(dict.fromkeys(part.strip() for part in NUMBER.findall(rest)))
    name = " ".join(part.strip() for part in PARTS.split(NUMBER.sub(" ", rest)) if part.strip())
    name = name.strip(" \t,;:-–|\"'")
    if not emails and not phones:
        return Pasted(number, line, name, reason=_("There is no e-mail address or phone number."))
    if not name and not emails:
        return Pasted(number, line, reason=_("There is no name."))
    return Pasted(number, line, name, emails, phones)


def save_lines(lines: list[Pasted], by: User | None = None) -> RecordedPeople:
    """Record everybody who was understood; the others are left for correction. Safe to repeat."""
    good = [line for line in lines if not line.reason]
    if not good:
        raise Refusal(_("None of these lines can be saved yet."))
    recorded = record_people(
        [NewPerson(full_name=line.name, emails=line.emails, phones=line.phones) for line in good], source=SOURCE, by=by
    )
    note_audit(
        by, "paste", room="intake", kind="people", object_id=0, text=f"{recorded.new} new, {recorded.matched} known"
    )
    return recorded
