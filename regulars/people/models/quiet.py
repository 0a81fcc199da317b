"""When somebody is left alone, and what was promised to them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .persons import Person


class Silence(models.Model):
    """Something a room knows that stops the asking: an open complaint, a bereavement, "not now"."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("an open complaint")
        BEREAVEMENT = "bereavement", _("a bereavement")
        NOT_NOW = "not_now", _("asked us to wait")
        ENDED = "ended", _("asked to be left alone")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="silences")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    why = models.CharField(max_length=300, blank=True)
    set_by_room = models.CharField(max_length=30)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    set_at = models.DateTimeField()
    until = models.DateField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "until"], name="silence_open", condition=Q(lifted_at__isnull=True))]

    def __str__(self) -> str:
        return self.why or self.get_kind_display()


class Reminder(models.Model):
    """Something to do for somebody by a day; a promise is one the person is waiting for."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("reminder")
        PROMISE = "promise", _("promise")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.REMINDER)
    what = models.CharField(max_length=300)
    due_on = models.DateField()
    show_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=["show_on"], name="reminder_open", condition=Q(done_at__isnull=True))]
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.what
