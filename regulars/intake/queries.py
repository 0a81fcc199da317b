"""The reads of this room."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from regulars.intake.models import Arrival, Feed, ImportRun, Mapping, Question, RefusedRow


def open_questions() -> QuerySet[Question]:
    """Questions that wait for the owner, oldest first. One query."""
    return Question.objects.filter(answered_at=None).order_by("pk")


def recent_runs(limit: int = 12, *, before: int | None = None) -> QuerySet[ImportRun]:
    """The files taken in last, or those before run `before`, newest first. One query."""
    runs = ImportRun.objects.order_by("-pk")
    return (runs.filter(pk__lt=before) if before else runs)[:limit]


def refused_of(run: ImportRun, limit: int = 20) -> list[RefusedRow]:
    """The first refused rows of a run that nobody has mended yet. One query."""
    return list(run.refused_rows.filter(mended_in=None).order_by("row_number")[:limit])


def remembered_mappings() -> QuerySet[Mapping]:
    """What was agreed for each kind of header, newest first. One query."""
    return Mapping.objects.order_by("-agreed_at")


def feeds() -> QuerySet[Feed]:
    """Every kind of file that comes again and again. One query."""
    return Feed.objects.order_by("name", "pk")


def overdue_feeds(on: date) -> QuerySet[Feed]:
    """Kinds of file that should have come by that day, the longest due first."""
    return Feed.objects.filter(due_on__lte=on).order_by("due_on", "pk")


def arrived_unseen() -> QuerySet[ImportRun]:
    """Files from the watched folder of a kind nobody agreed to yet, oldest first."""
    return ImportRun.objects.filter(from_inbox=True, state=ImportRun.State.WAITING).order_by("pk")


def recent_arrivals(limit: int = 12) -> QuerySet[Arrival]:
    """What was put into the watched folder last. One query."""
    return Arrival.objects.order_by("-pk")[:limit]


def taken_in_before(run: ImportRun) -> ImportRun | None:
    """The run that took in this very file before, if there was one. One query."""
    same = ImportRun.objects.filter(digest=run.digest, state=ImportRun.State.FINISHED).exclude(pk=run.pk)
    return same.order_by("-pk").first() if run.digest else None
