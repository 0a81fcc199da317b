"""Adding one person by hand, and the bucket for those who leave no name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.people.models import ExternalId, Person
from regulars.people.services.newcomers import NewPerson
from regulars.people.services.reaching import readable_email, readable_phone
from regulars.people.services.recording import record_people
from regulars.staff.models import User
from regulars.staff.services import note_audit

HOUSE = "regulars"
CASH = "cash customer"


def add_person(new: NewPerson, *, by: User | None, is_somebody_new: bool = False, source: str = "by hand") -> Person:
    """Add one person, or return the one who is here already; `is_somebody_new` adds them whatever looks alike."""
    for address in new.emails:
        readable_email(address)
    for number in new.phones:
        readable_phone(number)
    if not (new.full_name.strip() or new.given_name.strip() or new.family_name.strip()):
        raise Refusal(_("Please write a name."), field="full_name")
    recorded = record_people([new], source=source, by=by, are_new=is_somebody_new)
    person = Person.objects.get(pk=recorded.ids[0])
    if recorded.new:
        note_audit(by, "add", room="people", kind="person", object_id=person.pk, person_id=person.pk)
    return person


def cash_customer(by: User | None = None) -> Person:
    """Return the bucket that collects sales of people unknown, making it the first time. It stays out of grades."""
    known = ExternalId.objects.filter(external_id=CASH, source=HOUSE).select_related("person").first()
    if known is not None:
        return known.person
    bucket = NewPerson(full_name=_("Cash customer"), external_ids=((HOUSE, CASH),), kinds=("other",), is_bucket=True)
    return Person.objects.get(pk=record_people([bucket], source=HOUSE, by=by).ids[0])
