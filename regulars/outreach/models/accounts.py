"""The mailbox letters go through, and how much of its allowance is used."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from regulars.kit.secrets import EncryptedTextField


class SendingAccount(models.Model):
    """`kind` says whether letters go to a mail server or to a service on the web; then `keys` holds what it knows us
    by, as JSON, and `service_url` where it is."""

    class Kind(models.TextChoices):
        SMTP = "smtp", _("A mailbox or mail server")
        WEB = "web", _("A sending service")

    class Security(models.TextChoices):
        STARTTLS = "starttls", _("STARTTLS (usual, port 587)")
        TLS = "tls", _("TLS from the start (port 465)")
        NONE = "none", _("None (only a server on this machine or network)")

    name = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SMTP)
    preset = models.CharField(max_length=20, default="host")
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(max_length=10, choices=Security.choices, default=Security.STARTTLS)
    username = models.CharField(max_length=254, blank=True)
    password = EncryptedTextField(blank=True, default="")
    keys = EncryptedTextField(blank=True, default="")
    service_url = models.CharField(max_length=200, blank=True)
    from_name = models.CharField(max_length=120, blank=True)
    from_address = models.EmailField()
    reply_to = models.EmailField(blank=True)
    connections = models.PositiveSmallIntegerField(default=2)
    per_second = models.FloatField(default=1)
    per_hour = models.PositiveIntegerField(null=True, blank=True)
    per_day = models.PositiveIntegerField(null=True, blank=True)
    largest_mb = models.PositiveSmallIntegerField(default=10)
    # A new sender writes a little more each day; the first day of it, or none.
    warms_up_from = models.DateField(null=True, blank=True)
    # Only so many letters an hour to the large mailbox providers, as their rules for new senders want it.
    is_paced = models.BooleanField(default=False)
    next_free_at = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)
    resting_why = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)
    tested_at = models.DateTimeField(null=True)
    # When the last test letter was taken.
    letter_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(F("is_active"), condition=models.Q(is_active=True), name="outreach_one_mailbox"),
        ]

    def __str__(self) -> str:
        return self.from_address

    @property
    def is_web(self) -> bool:
        return self.kind == self.Kind.WEB


class AccountUse(models.Model):
    """Letters let go in one five-minute slot; hour and day limits are sums over the slots."""

    account = models.ForeignKey(SendingAccount, on_delete=models.CASCADE, related_name="uses")
    slot_at = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("account", "slot_at"), name="outreach_one_slot")]


class Pace(models.Model):
    """When the next letter may go to one large mailbox provider, and up to when those who wait have their moments."""

    account = models.ForeignKey(SendingAccount, on_delete=models.CASCADE, related_name="paces")
    family = models.CharField(max_length=20)
    next_free_at = models.DateTimeField()
    booked_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("account", "family"), name="outreach_one_pace")]


class IdentityCheck(models.Model):
    """What was found in the records of the sender's domain, when it was last looked up; words are made when shown."""

    account = models.OneToOneField(SendingAccount, on_delete=models.CASCADE, related_name="identity")
    address = models.CharField(max_length=254)
    selector = models.CharField(max_length=120, blank=True)
    findings = models.JSONField(default=list)
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address
