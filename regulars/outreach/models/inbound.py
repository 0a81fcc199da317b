"""What came in: where answers are read from, each mail once, and each address that was said not to work."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.kit.secrets import EncryptedTextField
from regulars.outreach.models.accounts import SendingAccount
from regulars.outreach.models.states import Channel
from regulars.outreach.models.touches import Touch
from regulars.people.models import Person


class Inbox(models.Model):
    """The folder of a mailbox in which answers and bounces arrive. It is only ever read.

    `last_uid` is the highest number read so far; it holds as long as the server's `uid_validity` stays the same.
    """

    account = models.OneToOneField(SendingAccount, on_delete=models.CASCADE, related_name="inbox")
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=10, choices=SendingAccount.Security.choices, default="tls")
    username = models.CharField(max_length=254, blank=True)
    password = EncryptedTextField(blank=True, default="")
    folder = models.CharField(max_length=120, default="INBOX")
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    since_on = models.DateField()
    looked_at = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)
    resting_why = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.username}@{self.host}"


class InboundMail(models.Model):
    """One mail or text that concerns us, kept once: `key` is a hash of its own name, or of all of it without one."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("Answer")
        BOUNCE = "bounce", _("Came back")
        DELIVERED = "delivered", _("Arrived")
        COMPLAINT = "complaint", _("Reported as spam")
        REPORT = "report", _("A machine's report")
        AUTO_REPLY = "auto_reply", _("Answered by a machine")
        CHALLENGE = "challenge", _("A machine wants proof")
        STOP = "stop", _("Wants no letters")
        START = "start", _("Wants letters again")
        HELP = "help", _("Asks for help")

    # What a person should look at.
    FOR_YOU: ClassVar[frozenset[str]] = frozenset({Kind.REPLY, Kind.COMPLAINT, Kind.CHALLENGE, Kind.HELP})

    channel = models.CharField(max_length=12, default=Channel.EMAIL, db_default="email")
    key = models.CharField(max_length=64, unique=True)
    message_id = models.CharField(max_length=250, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    feedback = models.CharField(max_length=20, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    touch = models.ForeignKey(Touch, null=True, on_delete=models.SET_NULL, related_name="+")
    from_address = models.CharField(max_length=320, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    words = models.TextField(blank=True)
    whole = models.TextField(blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    is_understood = models.BooleanField(default=True)
    is_for_you = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    is_answered = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=(
                        *("reply", "bounce", "delivered", "complaint", "report"),
                        *("auto_reply", "challenge", "stop", "start", "help"),
                    )
                ),
                name="outreach_inbound_kind_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=("received_at", "id"),
                condition=Q(is_for_you=True, settled_at=None),
                name="outreach_replies_open",
            ),
            models.Index(fields=("-received_at", "-id"), name="outreach_inbound_latest"),
            models.Index(
                fields=("-received_at", "-id"), condition=Q(is_understood=False), name="outreach_not_understood"
            ),
            models.Index(fields=("person", "-received_at"), name="outreach_inbound_by_person"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Bounce(models.Model):
    """What a server said of one address in one mail."""

    mail = models.ForeignKey(InboundMail, on_delete=models.CASCADE, related_name="bounces")
    touch = models.ForeignKey(Touch, null=True, on_delete=models.SET_NULL, related_name="+")
    address_hash = models.CharField(max_length=64)
    is_hard = models.BooleanField()
    is_delayed = models.BooleanField(default=False)
    reason = models.CharField(max_length=20)
    status = models.CharField(max_length=12, blank=True)
    code = models.CharField(max_length=3, blank=True)
    said = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("mail", "address_hash"), name="outreach_bounce_once")]
        indexes = [models.Index(fields=("address_hash", "-at"), name="outreach_bounces_of")]
