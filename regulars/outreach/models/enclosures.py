"""Files that travel with letters: with one, with every letter of some words, or with every letter of a mailing.

What is in a file is kept once, whoever gets it and however many letters, words and mailings it goes with.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from regulars.outreach.models.mailings import Mailing
from regulars.outreach.models.touches import Touch
from regulars.outreach.models.wordings import WordingVersion


class KeptFile(models.Model):
    """The bytes, under the name of what they are; never changed, gone with the last that needs them."""

    digest = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.digest[:12]


class Enclosure(models.Model):
    """One file with one letter, one version of words, or one mailing."""

    touch = models.ForeignKey(Touch, null=True, on_delete=models.CASCADE, related_name="enclosures")
    version = models.ForeignKey(WordingVersion, null=True, on_delete=models.CASCADE, related_name="enclosures")
    mailing = models.ForeignKey(Mailing, null=True, on_delete=models.CASCADE, related_name="enclosures")
    kept = models.ForeignKey(KeptFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("touch", "name"), name="outreach_enclosed_once"),
            models.UniqueConstraint(fields=("version", "name"), name="outreach_enclosed_once_in_words"),
            models.UniqueConstraint(fields=("mailing", "name"), name="outreach_enclosed_once_in_many"),
            models.CheckConstraint(
                condition=Q(touch__isnull=False, version__isnull=True, mailing__isnull=True)
                | Q(touch__isnull=True, version__isnull=False, mailing__isnull=True)
                | Q(touch__isnull=True, version__isnull=True, mailing__isnull=False),
                name="outreach_enclosed_in_one_place",
            ),
        ]

    def __str__(self) -> str:
        return self.name
