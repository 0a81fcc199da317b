"""What somebody said about how much of such things they buy here: one question."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people.models import Person
from regulars.staff.models import User
from regulars.standings.models import ToldShare


@transaction.atomic
def tell_share(person: Person, *, percent: int, by: User | None = None) -> ToldShare:
    """Note about what share of what they spend on such things is with us. Saying it again replaces it."""
    if not person.is_here or person.is_bucket:
        raise Refusal(_("Only a person can be asked, not a collective name."))
    if not 0 <= percent <= 100:
        raise Refusal(_("A share lies between nothing and all of it."), field="percent")
    said = {"percent": percent, "told_on": clock.today(), "told_at": clock.now(), "by": by}
    told, _made = ToldShare.objects.update_or_create(person=person, defaults=said)
    return told


def take_back_share(person: Person) -> None:
    """Forget what was said."""
    ToldShare.objects.filter(person=person).delete()
