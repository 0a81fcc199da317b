"""People as vCards, the form in which address books of phones and programs take them in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from regulars.people.models import Email, Note, Occasion, Person, PersonTag, Phone, PostalAddress

SLICE = 1000
VERSIONS = ("3.0", "4.0")
LINE_BYTES = 75
ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": None, ",": "\\,", ";": "\\;"})


def cards(version: str = "3.0", identity: str = "regulars") -> Iterator[str]:
    """Yield one card for everybody in the book, in slices of a thousand with seven queries each.

    3.0 is what most programs read. A birthday without a year is written --0503, as phones do. `identity` is the part of
    the UID that tells this house from another.
    """
    last = 0
    everybody = Person.objects.gradable().select_related("organisation").order_by("pk")
    while people := list(everybody.filter(pk__gt=last)[:SLICE]):
        last = people[-1].pk
        beside = _Beside([person.pk for person in people])
        for person in people:
            yield card(person, beside, version, identity)


class _Beside:
    """What stands beside these people's rows."""

    def __init__(self, ids: list[int]) -> None:
        def of(model: Any, *order: str) -> dict[int, list[Any]]:
            rows: dict[int, list[Any]] = defaultdict(list)
            for row in model._default_manager.filter(person_id__in=ids).order_by("person_id", *order):
                rows[row.person_id].append(row)
            return rows

        self.emails, self.phones = of(Email, "-is_primary", "pk"), of(Phone, "-is_primary", "pk")
        self.places, self.notes = of(PostalAddress, "-is_primary", "pk"), of(Note, "at", "pk")
        self.days = of(Occasion, "pk")
        self.tags: dict[int, list[str]] = defaultdict(list)
        worn = PersonTag.objects.filter(person_id__in=ids).order_by("tag__word")
        for person_id, name in worn.values_list("person_id", "tag__name"):
            self.tags[person_id].append(name)


def card(person: Person, beside: _Beside, version: str, identity: str) -> str:
    """Write one person as a card."""
    pk = person.pk
    lines = ["BEGIN:VCARD", f"VERSION:{version}", f"UID:{identity}-{pk}"]
    emails, phones = beside.emails[pk], beside.phones[pk]
    shown = person.full_name or f"{person.given_name} {person.family_name}".strip()
    shown = shown or (emails[0].address if emails else phones[0].as_typed if phones else f"#{pk}")
    lines += [f"FN:{_text(shown)}", f"N:{_name(person)}"]
    if person.organisation:
        lines.append(f"ORG:{_text(person.organisation.name)}")
    lines += [f"EMAIL{_type('INTERNET', version)}:{_text(row.address)}" for row in emails]
    lines += [f"TEL{_type('VOICE', version)}:{_text(row.e164 or row.as_typed)}" for row in phones]
    lines += [f"ADR;TYPE={'WORK' if row.label == 'work' else 'HOME'}:{_place(row)}" for row in beside.places[pk]]
    lines += [
        _day(day, version) for day in beside.days[pk] if day.kind in ("birthday", "anniversary") and not day.label
    ]
    if beside.tags[pk]:
        lines.append("CATEGORIES:" + ",".join(_text(name) for name in beside.tags[pk]))
    if beside.notes[pk]:
        lines.append("NOTE:" + _text("\n".join(note.text for note in beside.notes[pk])))
    if person.language and version == "4.0":
        lines.append(f"LANG:{_text(person.language)}")
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCARD"])


def _name(person: Person) -> str:
    """Family;given;;prefix; as far as it was told: a name given whole is not cut up, it stands as the first name."""
    given = person.given_name or ("" if person.family_name else person.full_name)
    return f"{_text(person.family_name)};{_text(given)};;;"


def _type(old: str, version: str) -> str:
    return f";TYPE={old}" if version == "3.0" else ""


def _place(row: PostalAddress) -> str:
    parts = ("", "", row.lines, row.city, row.region, row.postcode, row.country)
    return ";".join(_text(part) for part in parts)


def _day(day: Occasion, version: str) -> str:
    name = "BDAY" if day.kind == "birthday" else "ANNIVERSARY" if version == "4.0" else "X-ANNIVERSARY"
    if day.year is None:
        return f"{name}:--{day.month:02}{day.day:02}"
    dash = "-" if version == "3.0" else ""
    return f"{name}:{day.year:04}{dash}{day.month:02}{dash}{day.day:02}"


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(ESCAPED)


def _folded(line: str) -> str:
    """Break a line after at most 75 bytes, never inside a letter."""
    parts, part, size = [], "", 0
    for letter in line:
        width = len(letter.encode("utf-8", "replace"))
        if size + width > LINE_BYTES:
            parts.append(part)
            part, size = " ", 1
        part, size = part + letter, size + width
    return "\r\n".join([*parts, part])
