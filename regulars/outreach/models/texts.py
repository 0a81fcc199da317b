"""Text messages by a provider: who sends them, each one on its way, and what the provider said of it afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulars.kit.secrets import EncryptedTextField
from regulars.outreach.models.touches import Touch


class TextAccount(models.Model):
    """The provider texts go through. `hook` names it in the addresses it calls us at; `options` are a generic one's."""

    class Provider(models.TextChoices):
        SANDBOX = "sandbox", _("Trying it out: texts stay here")
        TWILIO = "twilio", _("Twilio")
        HTTP = "http", _("Another provider")

    provider = models.CharField(max_length=12, choices=Provider.choices)
    sender = models.CharField(max_length=40, blank=True)
    username = models.CharField(max_length=80, blank=True)
    password = EncryptedTextField(blank=True, default="")
    headers = EncryptedTextField(blank=True, default="")
    hook = models.CharField(max_length=40, unique=True)
    hook_secret = EncryptedTextField(blank=True, default="")
    options = models.JSONField(default=dict, blank=True)
    prices = models.JSONField(default=dict, blank=True)
    answers_stop_itself = models.BooleanField(default=False)
    lanes = models.PositiveSmallIntegerField(default=2)
    per_second = models.FloatField(default=1)
    per_hour = models.PositiveIntegerField(null=True, blank=True)
    per_day = models.PositiveIntegerField(null=True, blank=True)
    next_free_at = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)
    resting_why = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)
    connected_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(F("is_active"), condition=Q(is_active=True), name="outreach_one_text_account"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.sender}".strip()


class TextMessage(models.Model):
    """What a touch became at the provider: our `key` for it, fixed before it leaves, and the provider's own number.

    `taken_at` is when it was taken from the budget; `segments` are the parts it is billed by.
    """

    class Status(models.TextChoices):
        WAITING = "", _("not sent yet")
        ACCEPTED = "accepted", _("taken by the provider")
        DELIVERED = "delivered", _("arrived")
        FAILED = "failed", _("did not arrive")

    touch = models.OneToOneField(Touch, on_delete=models.CASCADE, related_name="text_message")
    account = models.ForeignKey(TextAccount, on_delete=models.PROTECT, related_name="messages", db_index=False)
    key = models.CharField(max_length=64, unique=True)
    provider_id = models.CharField(max_length=120, blank=True)
    segments = models.PositiveSmallIntegerField(default=1)
    alphabet = models.CharField(max_length=6, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, blank=True)
    code = models.CharField(max_length=40, blank=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("account", "provider_id"), condition=~Q(provider_id=""), name="outreach_text_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=("account", "taken_at"), condition=Q(taken_at__isnull=False), name="outreach_texts_taken"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class TextReceipt(models.Model):
    """What the provider said of one text, each word of it once. It waits here until the text it speaks of is known."""

    account = models.ForeignKey(TextAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=12, choices=TextMessage.Status.choices)
    code = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("account", "name", "status"), name="outreach_receipt_once"),
        ]
        indexes = [
            models.Index(fields=("at",), condition=Q(heard_at=None), name="outreach_receipts_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.status}"
