"""Wordings: the words the owner writes once and sends to many. A version never changes once it has been used."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.outreach.models.states import Channel, Purpose


class Wording(models.Model):
    """Words under a key. Those with a `mailing` are that mailing's own: its text message, its card."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.EMAIL)
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.CARE)
    has_offer = models.BooleanField(_("there is an offer inside"), default=False)
    latest = models.ForeignKey("WordingVersion", null=True, on_delete=models.PROTECT, related_name="+")
    is_archived = models.BooleanField(default=False)
    mailing = models.ForeignKey("outreach.Mailing", null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class WordingVersion(models.Model):
    wording = models.ForeignKey(Wording, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=16, blank=True)  # empty: the language of the business
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(_("words"), max_length=20_000)
    blocks = models.JSONField(default=dict, blank=True)  # blocks.schema; empty: plain words
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-version",)
        constraints = [models.UniqueConstraint(fields=("wording", "version"), name="outreach_version_once")]

    def __str__(self) -> str:
        return f"{self.wording_id}.{self.version}"


class WordingVariant(models.Model):
    """The same words in another language than the business's own."""

    wording = models.ForeignKey(Wording, on_delete=models.CASCADE, related_name="variants")
    language = models.CharField(max_length=16)
    latest = models.ForeignKey(WordingVersion, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("language",)
        constraints = [models.UniqueConstraint(fields=("wording", "language"), name="outreach_variant_once")]


class Picture(models.Model):
    """A picture in letters: PNG or JPEG, never changed, named by what is in it."""

    name = models.CharField(max_length=32, unique=True)
    ending = models.CharField(max_length=3)
    content = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    shows = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-added_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name}.{self.ending}"
