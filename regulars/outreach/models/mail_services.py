"""Services that print and post for us, and what each was asked for: one order a touch, known by its own key."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulars.kit.secrets import EncryptedTextField
from regulars.outreach.models.printing import PrintRun
from regulars.outreach.models.touches import Touch


class MailService(models.Model):
    """The account with a service that prints and posts."""

    provider = models.CharField(max_length=20, default="lob")
    address = models.URLField(max_length=200)
    api_key = EncryptedTextField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    connected_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(F("is_active"), condition=Q(is_active=True), name="outreach_one_mail_service"),
        ]

    def __str__(self) -> str:
        return self.provider


class MailOrder(models.Model):
    """One card handed to a service. The key is the same however often we ask, so it is printed once.

    `asked` is written before the call: found so after a crash, or after silence, nobody knows whether it arrived.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Asked, no answer yet")
        TAKEN = "taken", _("Taken on")
        REFUSED = "refused", _("Refused")
        CANCELLED = "cancelled", _("Called off")

    touch = models.OneToOneField(Touch, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(PrintRun, on_delete=models.CASCADE, related_name="orders")
    service = models.ForeignKey(MailService, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    provider_id = models.CharField(max_length=80, blank=True)
    expected_on = models.DateField(null=True)
    cancel_until = models.DateTimeField(null=True)
    said = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
