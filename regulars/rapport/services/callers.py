"""Who it is: somebody of the book, or a name with one way to reach them; and who sent them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import Person
from regulars.staff.models import User


@dataclass(frozen=True)
class Caller:
    """A person's number, or what they are called and how they are reached."""

    person_id: int | None = None
    name: str = ""
    reach: str = ""

    def as_newcomer(self, source_words: str = "") -> people.NewPerson:
        """The person as they would be written down; refuses a way to reach them that nobody can read."""
        name, reach = " ".join(self.name.split()), self.reach.strip()
        if not name:
            raise Refusal(_("Please write a name."), field="who")
        if "@" in reach:
            _readable(people.readable_email, reach)
            return people.NewPerson(full_name=name, emails=(reach,), kinds=("lead",), met=source_words)
        if reach:
            _readable(people.readable_phone, reach)
        return people.NewPerson(full_name=name, phones=(reach,) if reach else (), kinds=("lead",), met=source_words)


@dataclass(frozen=True)
class Recognised:
    person: Person
    is_new: bool


def recognise(caller: Caller, *, source: str, by: User | None) -> Recognised:
    """Return the person, adding them as an enquirer when nobody is known by that address or number.

    Somebody known stays exactly as they are written down. Inside the caller's transaction.
    """
    if caller.person_id is not None:
        person = Person.objects.gradable().filter(pk=caller.person_id).first()
        if person is None:
            raise Refusal(_("This person is no longer in your book. Please choose again."), field="who")
        return Recognised(person, is_new=False)
    newcomer = caller.as_newcomer()
    people.hold_the_book()
    known = people.known_as(newcomer)
    if known is not None:
        return Recognised(Person.objects.get(pk=known), is_new=False)
    recorded = people.record_people([newcomer], source=source, by=by)
    return Recognised(Person.objects.get(pk=recorded.ids[0]), is_new=bool(recorded.new))


def _readable(read: object, reach: str) -> None:
    try:
        read(reach)  # type: ignore[operator]  # one of two readers of people
    except Refusal as refusal:
        raise Refusal(refusal.sentence, field="reach") from refusal
