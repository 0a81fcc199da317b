"""The right to use a mailbox, given by its provider instead of a password."""

from __future__ import annotations

from django.db import models

from regulars.kit.secrets import EncryptedTextField
from regulars.outreach.models.accounts import SendingAccount


class MailAccess(models.Model):
    """`account` is empty while somebody is signing in; `state` then names the attempt, as a hash."""

    account = models.OneToOneField(SendingAccount, null=True, on_delete=models.CASCADE, related_name="access")
    preset = models.CharField(max_length=20)
    address = models.EmailField()
    client_id = models.CharField(max_length=300)
    client_secret = EncryptedTextField(blank=True, default="")
    refresh_token = EncryptedTextField(blank=True, default="")
    access_token = EncryptedTextField(blank=True, default="")
    expires_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=64, blank=True)
    verifier = EncryptedTextField(blank=True, default="")
    device_code = EncryptedTextField(blank=True, default="")
    user_code = models.CharField(max_length=40, blank=True)
    type_at = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address
