"""What somebody allowed or forbade: evidence that is only ever added to, and the state it adds up to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .persons import Person


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    TEXT = "text", _("Text message")
    POST = "post", _("Post")
    CALL = "call", _("Phone call")
    PORTAL = "portal", _("Their own page")


class Purpose(models.TextChoices):
    SERVICE = "service", _("about what they bought")
    CARE = "care", _("thanks and greetings")
    MARKETING = "marketing", _("offers and news")
    FEEDBACK = "feedback", _("asking how it was")
    PUBLICATION = "publication", _("printing their words")


class Basis(models.TextChoices):
    """The lawful basis it rests on."""

    CONSENT = "consent", _("they said yes")
    EXISTING_CUSTOMER = "existing_customer", _("they are a customer")
    CONTRACT = "contract", _("needed for what they bought")
    OBJECTION = "objection", _("they said no")


class Consent(models.Model):
    """One piece of evidence. A withdrawal is a new row; no row is ever edited.

    `counts_from` orders the evidence: a "yes" whose day nobody wrote down counts from the beginning of time, so that
    it never outweighs a "no"; an undated "no" counts from when it was recorded.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents", db_index=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    is_given = models.BooleanField()
    basis = models.CharField(max_length=20, choices=Basis.choices)
    source = models.CharField(max_length=60)
    wording = models.CharField(max_length=300, blank=True)
    said_at = models.DateTimeField(null=True)
    counts_from = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    expires_on = models.DateField(null=True)
    statement = models.ForeignKey(
        "people.Statement", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["person", "channel", "purpose", "counts_from"], name="consent_by_person"),
            models.Index(
                fields=["statement"], name="consent_by_statement", condition=models.Q(statement__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose} {'yes' if self.is_given else 'no'}"


class ConsentNow(models.Model):
    """The evidence that counts today, one row a person, channel and purpose, written with the evidence."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    is_given = models.BooleanField()
    basis = models.CharField(max_length=20)
    counts_from = models.DateTimeField()
    said_at = models.DateTimeField(null=True)
    expires_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "channel", "purpose"], name="consent_now_once")]
        indexes = [models.Index(fields=["channel", "purpose", "is_given", "person"], name="consent_now_by_state")]

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose} {'yes' if self.is_given else 'no'}"
