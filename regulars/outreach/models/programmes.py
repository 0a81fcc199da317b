"""How a programme (a mailing, a playbook, thank-yous) goes on, where the owner has said something about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Programme(models.Model):
    """One row a programme of which something was said; a programme without a row runs.

    `is_settling`: what was stopped with it is still being put away, a little at a time.
    """

    class Run(models.TextChoices):
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        DRAINING = "draining", _("Finishing")
        ENDED = "ended", _("Stopped")

    key = models.CharField(max_length=80, unique=True)
    run = models.CharField(max_length=10, choices=Run.choices, default=Run.RUNNING)
    why = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    counts_links = models.BooleanField(default=False)
    is_settling = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(run__in=("running", "paused", "draining", "ended")), name="outreach_run_known"
            ),
        ]
        indexes = [models.Index(fields=("id",), condition=models.Q(is_settling=True), name="outreach_settling")]

    def __str__(self) -> str:
        return self.key
