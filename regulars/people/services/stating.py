"""One statement by the owner for a batch of people, kept as evidence for each of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.errors import Refusal
from regulars.people import bulk
from regulars.people.events import ConsentChanged
from regulars.people.models import Basis, Channel, Consent, Person, Purpose, Statement
from regulars.people.services.consents import IDS_IN_AN_EVENT, Evidence, record_evidence, settle_consent
from regulars.staff.models import User
from regulars.staff.services import note_audit

SOURCE = "owner's statement"
SHORTEST = 12


def moment_on(day: date) -> datetime:
    """Noon of a day on the shop's clock, or now if that is still to come: nobody says anything later than now."""
    noon = datetime.combine(day, time(12), tzinfo=clock.local(clock.now()).tzinfo)
    return min(noon, clock.now())


def state_consent(
    person_ids: Collection[int], *, channel: str, purpose: str, text: str, said_on: date, key: str, by: User | None
) -> Statement:
    """Keep what the owner states of these people, one piece of evidence each.

    Refused without the statement in words, without people, or for a day to come. Safe to repeat: a `key` seen before
    gives the statement of the first time.
    """
    words = " ".join(text.split())[:300]
    if len(words) < SHORTEST:
        raise Refusal(_("Say in a sentence how you know: without the statement nothing is written down."), field="text")
    if channel not in Channel.values or purpose not in Purpose.values:
        raise Refusal(_("Please choose one of the ways and purposes listed."))
    if said_on > clock.today():
        raise Refusal(_("Nobody can have said this on a day that is still to come."), field="said_on")
    known = Statement.objects.filter(key=key).first()
    if known is not None:
        return known
    ids = list(Person.objects.gradable().filter(pk__in=bulk.among(set(person_ids))).values_list("pk", flat=True))
    if not ids:
        raise Refusal(_("Please choose at least one person."), field="people")
    try:
        with transaction.atomic():
            return _state(ids, Statement(key=key, text=words, channel=channel, purpose=purpose, said_on=said_on), by)
    except IntegrityError:
        return Statement.objects.get(key=key)


def _state(ids: list[int], statement: Statement, by: User | None) -> Statement:
    statement.stated_at, statement.stated_by = clock.now(), by
    statement.save(force_insert=True)
    at, basis = moment_on(statement.said_on), Basis.CONSENT.value
    evidence = [
        Evidence(pk, statement.channel, statement.purpose, True, basis, SOURCE, statement.text, at) for pk in ids
    ]
    record_evidence(evidence, by=by)
    rows = Consent.objects.filter(
        person__in=bulk.among(ids), source=SOURCE, wording=statement.text, said_at=at, channel=statement.channel,
        purpose=statement.purpose, statement=None,
    )  # fmt: skip
    statement.count = rows.update(statement=statement)
    statement.save(update_fields=["count"])
    note_audit(by, "state", room="people", kind="statement", object_id=statement.pk, text=statement.text)
    return statement


@transaction.atomic
def take_statement_back(statement: Statement, by: User | None) -> int:
    """Remove the evidence that rests on a statement; returns of how many people. Safe to repeat."""
    if not Statement.objects.filter(pk=statement.pk, undone_at=None).update(undone_at=clock.now()):
        return 0
    rows = Consent.objects.filter(statement=statement)
    ids = sorted(set(rows.values_list("person_id", flat=True)))
    rows.delete()
    settle_consent(ids)
    portions = (tuple(ids[start : start + IDS_IN_AN_EVENT]) for start in range(0, len(ids), IDS_IN_AN_EVENT))
    bulletin.post(*(ConsentChanged(portion, statement.channel, statement.purpose, False) for portion in portions))
    note_audit(by, "take back", room="people", kind="statement", object_id=statement.pk, text=statement.text)
    return len(ids)
