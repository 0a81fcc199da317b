"""Where sending services tell us what became of our letters, and what they said that waits to be heard."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from regulars.kit.secrets import EncryptedTextField


class MailHook(models.Model):
    """The address that one service calls. It stays when the account is connected anew: old letters still have news."""

    preset = models.CharField(max_length=20, unique=True)
    token = models.CharField(max_length=64, unique=True)
    signing_key = EncryptedTextField(blank=True, default="")
    made_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.preset


class MailNews(models.Model):
    """One thing a service said of one letter, kept once under its own name. `told` is emptied once it was heard."""

    hook = models.ForeignKey(MailHook, on_delete=models.CASCADE, related_name="news", db_index=False)
    key = models.CharField(max_length=64, unique=True)
    told: models.JSONField[Any, Any] = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=("received_at",), condition=Q(heard_at=None), name="outreach_news_waiting"),
            models.Index(fields=("heard_at",), name="outreach_news_heard"),
        ]

    def __str__(self) -> str:
        return self.key
