"""Who must not be written to, kept as keyed hashes so that it outlives an erasure; and the way out."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.people.models import Person


class Suppression(models.Model):
    class Scope(models.TextChoices):
        EVERYTHING = "everything", _("everything")
        MARKETING = "marketing", _("offers")

    class Reason(models.TextChoices):
        LEFT = "left", _("asked not to be written to")
        HARD_BOUNCE = "hard_bounce", _("the address does not exist")
        SOFT_BOUNCES = "soft_bounces", _("the address has refused several times")
        COMPLAINT = "complaint", _("reported a letter as spam")
        BY_OWNER = "by_owner", _("you decided so")

    channel = models.CharField(max_length=12, default="email")
    address_hash = models.CharField(max_length=64)
    scope = models.CharField(max_length=12, choices=Scope.choices, default=Scope.EVERYTHING)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    source = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("address_hash", "channel", "scope"),
                condition=Q(undone_at=None),
                name="outreach_suppressed_once",
            ),
        ]


class LeavingToken(models.Model):
    """A person's own way out. The link is derived from the nonce and the key; only its hash can be looked up."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    lookup = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
