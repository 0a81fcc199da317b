"""What grows old: each kind of it, how long it is usually kept, how it is counted and how a slice of it is tidied away.

Every kind is found by an index on its age and goes slice by slice, each a short transaction of its own, so that nobody
waits for the database. What was looked at once is not looked at again: a kind remembers until when it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.intake.models import ImportRun, RefusedRow
from regulars.intake.services.resuming import clear_away
from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.kit.keeping import FOR_EVER
from regulars.kit.models import Keeping
from regulars.kit.schedules import every
from regulars.kit.sweeping import scrub
from regulars.outreach.models import LinkFollowed, Touch
from regulars.outreach.services.printing import forget_printed
from regulars.people.models import Erasure, TimelineEntry
from regulars.people.services import forget_removals
from regulars.purchases.models import PersonTotals
from regulars.rapport.models import Enquiry
from regulars.staff.models import AuditEntry, User
from regulars.staff.services import note_audit

SLICE = 2000
CHOICES = (
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("3 months")),
    (183, gettext_lazy("6 months")),
    (366, gettext_lazy("a year")),
    (731, gettext_lazy("2 years")),
    (1096, gettext_lazy("3 years")),
    (3653, gettext_lazy("10 years")),
    (FOR_EVER, gettext_lazy("for ever")),
)
Rows = QuerySet[Any]


@dataclass(frozen=True)
class Kind:
    """`old(since, before)` finds rows by age, oldest first; `away(ids)` tidies a slice of them."""

    key: str
    label: Any
    help: Any
    usual_days: int
    old: Callable[[datetime | None, datetime], Rows]
    away: Callable[[list[Any]], object]


def _aged(rows: Rows, column: str, since: datetime | None, before: datetime) -> Rows:
    found = rows.filter(**{f"{column}__lt": before})
    return (found.filter(**{f"{column}__gte": since}) if since else found).order_by(column)


def _uploads(since: datetime | None, before: datetime) -> Rows:
    states = (ImportRun.State.WAITING, ImportRun.State.FAILED)
    return _aged(ImportRun.objects.filter(state__in=states).exclude(stored_as=""), "added_at", None, before)


def _refused(since: datetime | None, before: datetime) -> Rows:
    runs = ImportRun.objects.filter(finished_at__lt=before)
    return RefusedRow.objects.filter(run__in=runs).order_by("run_id", "row_number")


def _letters(since: datetime | None, before: datetime) -> Rows:
    return _aged(Touch.objects.exclude(body="", subject="", note=""), "sent_at", since, before)


def _links(since: datetime | None, before: datetime) -> Rows:
    return _aged(LinkFollowed.objects.all(), "at", since, before)


def _looks(since: datetime | None, before: datetime) -> Rows:
    return _aged(AuditEntry.objects.filter(action="see_person"), "at", since, before)


def _log(since: datetime | None, before: datetime) -> Rows:
    return _aged(AuditEntry.objects.exclude(action__in=("see_person", "erase")), "at", since, before)


def _enquiries(since: datetime | None, before: datetime) -> Rows:
    return _aged(Enquiry.objects.filter(state="lost"), "state_at", None, before)


def _stories(since: datetime | None, before: datetime) -> Rows:
    """What happened with people who have not come for as long. A row is a person here, not an entry."""
    gone = PersonTotals.objects.filter(last_bought_on__lt=clock.local(before).date())
    if since:
        gone = gone.filter(last_bought_on__gte=clock.local(since).date() - timedelta(days=1))
    told = TimelineEntry.objects.filter(person_id=OuterRef("person_id"))
    return gone.filter(Exists(told)).order_by("last_bought_on")


def _forget_words(ids: list[int]) -> None:
    """Take the words out of letters, and out of the cards they were printed on."""
    Touch.objects.filter(pk__in=ids).update(subject="", body="", note="")
    forget_printed(ids)


def _forget_enquiries(ids: list[int]) -> None:
    TimelineEntry.objects.filter(room="rapport", kind__startswith="enquiry", object_id__in=ids).filter(
        person_id__in=list(Enquiry.objects.filter(pk__in=ids).values_list("person_id", flat=True))
    ).delete()
    Enquiry.objects.filter(pk__in=ids).delete()


KINDS: tuple[Kind, ...] = (
    Kind(
        "uploads",
        gettext_lazy("Files nobody took in"),
        gettext_lazy("Chosen, looked at, and left lying."),
        30,
        _uploads,
        lambda ids: clear_away(),
    ),
    Kind(
        "refused",
        gettext_lazy("Rows of files that were not taken in"),
        gettext_lazy("With what they said, so that you can mend them."),
        183,
        _refused,
        lambda ids: RefusedRow.objects.filter(pk__in=ids).delete(),
    ),
    Kind(
        "enquiries",
        gettext_lazy("Enquiries that came to nothing"),
        gettext_lazy("What somebody asked for who did not buy."),
        1096,
        _enquiries,
        _forget_enquiries,
    ),
    Kind(
        "letters",
        gettext_lazy("The words of letters sent"),
        gettext_lazy("That a letter was sent stays; only its words go."),
        FOR_EVER,
        _letters,
        _forget_words,
    ),
    Kind(
        "links",
        gettext_lazy("Who followed a link in a letter"),
        gettext_lazy("Where you asked for it to be counted. After that nobody is said to have followed one."),
        366,
        _links,
        lambda ids: LinkFollowed.objects.filter(pk__in=ids).delete(),
    ),
    Kind(
        "stories",
        gettext_lazy("What happened, of people long gone"),
        gettext_lazy("The story on the page of somebody who has not bought for so long. Sales stay."),
        FOR_EVER,
        _stories,
        lambda ids: TimelineEntry.objects.filter(person_id__in=ids).delete(),
    ),
    Kind(
        "looks",
        gettext_lazy("The log: who looked at whom"),
        gettext_lazy("One line an hour, for each colleague and person."),
        366,
        _looks,
        lambda ids: AuditEntry.objects.filter(pk__in=ids).delete(),
    ),
    Kind(
        "log",
        gettext_lazy("The log: who changed or took out what"),
        gettext_lazy("That somebody was erased is always kept."),
        FOR_EVER,
        _log,
        lambda ids: AuditEntry.objects.filter(pk__in=ids).delete(),
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}


def kept_days() -> dict[str, int]:
    """Return for how many days each kind is kept, 0 for ever. One query."""
    said = dict(Keeping.objects.values_list("kind", "days"))
    return {kind.key: said.get(kind.key, kind.usual_days) for kind in KINDS}


def how_many_would_go(days: dict[str, int], limit: int = 10_000) -> dict[str, int]:
    """Count what would go tonight, up to `limit` of each. One query a kind that is not kept for ever."""
    return {key: _old(BY_KEY[key], None, number)[:limit].count() for key, number in days.items() if number}


def _old(kind: Kind, since: datetime | None, days: int) -> Rows:
    return kind.old(since, clock.now() - timedelta(days=days))


def keep_for(days: dict[str, int], by: User | None) -> None:
    """Say how long each kind is kept, in days, 0 for ever. Refuses what is not among the choices."""
    allowed = {number for number, _words in CHOICES}
    before = kept_days()
    if unknown := [key for key, number in days.items() if key not in BY_KEY or number not in allowed]:
        raise Refusal(_("Please choose one of the times."), field=unknown[0])
    differs = [(key, before[key], number) for key, number in days.items() if before[key] != number]
    if not differs:
        return
    words = {number: str(label) for number, label in CHOICES}
    with transaction.atomic():
        for key, _was, number in differs:
            Keeping.objects.update_or_create(kind=key, defaults={"days": number, "tidied_until": None})
        told = [(str(BY_KEY[key].label), words.get(was, was), words[number]) for key, was, number in differs]
        note_audit(by, "keep_for", room="web", kind="keeping", changes=told)


@every("keep no longer", cron="30 4 * * *", heavy=True)
def tidy_at_night() -> None:
    tidy_away()


def tidy_away() -> dict[str, int]:
    """Tidy away what is older than it is kept; returns how many of each kind. Safe to repeat and to break off."""
    gone = {kind.key: _tidy(kind, number) for kind in KINDS if (number := kept_days()[kind.key])}
    forget_removals()
    if Erasure.objects.filter(erased_at__gte=clock.now() - timedelta(days=2)).exists():
        scrub()
    told = {key: count for key, count in gone.items() if count}
    if told:
        text = ", ".join(f"{BY_KEY[key].label}: {count}" for key, count in told.items())
        note_audit(None, "tidy_away", room="web", kind="keeping", text=text)
    return gone


def _tidy(kind: Kind, days: int) -> int:
    """One slice after the other; each is gone, or empty, before the next is looked for."""
    since = Keeping.objects.filter(kind=kind.key).values_list("tidied_until", flat=True).first()
    until = clock.now() - timedelta(days=days)
    count = 0
    while ids := list(kind.old(since, until).values_list("pk", flat=True)[:SLICE]):
        with transaction.atomic():
            kind.away(ids)
        count += len(ids)
    Keeping.objects.update_or_create(kind=kind.key, defaults={"days": days, "tidied_until": until})
    return count
