"""What intake answers."""

from __future__ import annotations

from django.db.models import QuerySet

from regulars.intake.models import Question


def open_questions() -> QuerySet[Question]:
    """Questions nobody has answered yet, oldest first. One query when read."""
    return Question.objects.filter(answered_at=None).order_by("pk")
