"""What happens in somebody's life, and what we did about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LifeEvent(models.Model):
    """Something that happened, or will. `show_on` is empty for what was long ago when we heard of it.

    `traces` remembers what noting it changed elsewhere (a silence, addresses marked as old), to be taken back with it.
    """

    class Kind(models.TextChoices):
        MOVED = "moved", _("moved house")
        BABY = "baby", _("a baby")
        WEDDING = "wedding", _("a wedding")
        NEW_JOB = "new_job", _("a new job")
        RETIRED = "retired", _("retired")
        GRADUATION = "graduation", _("a graduation")
        ILLNESS = "illness", _("an illness")
        BEREAVEMENT = "bereavement", _("lost somebody")
        OTHER = "other", _("something else")

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    label = models.CharField(max_length=120, blank=True)
    on = models.DateField(null=True, blank=True)
    is_whole_month = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
    show_on = models.DateField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    traces = models.JSONField(default=dict)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["show_on", "id"],
                name="life_event_open",
                condition=Q(answered_at__isnull=True, show_on__isnull=False),
            ),
            models.Index(fields=["kind", "person"], name="life_event_by_kind"),
        ]

    def __str__(self) -> str:
        return self.label or self.get_kind_display()

    @property
    def is_private(self) -> bool:
        """Nothing that everybody behind the counter needs to read."""
        return self.kind in {self.Kind.ILLNESS, self.Kind.BEREAVEMENT}
