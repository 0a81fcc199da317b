"""Mailings: one message to many people, once; and for each of them how it is to reach them, or why not."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.outreach.models.touches import Batch
from regulars.people.models import Person


class Mailing(models.Model):
    """What is to be said to whom and when. `edition` counts how often the people were gathered; the last one holds.

    `cursor` is the last recipient handed to the ledger, so that a worker that dies is followed by one that goes on.
    `versions` are the words as they were when it began, in every language: whoever changes them meanwhile changes the
    next mailing. `text_wording` and `card_wording` are words of its own, for those whom the first do not reach.
    """

    class Stage(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        GATHERING = "gathering", _("Looking who gets it")
        READY = "ready", _("Ready for your yes")
        SAMPLED = "sampled", _("A few have gone first")
        GOING = "going", _("Going out")
        GONE = "gone", _("On its way")
        STOPPED = "stopped", _("Stopped")

    class When(models.TextChoices):
        NOW = "now", _("as soon as you say yes")
        AT = "at", _("at a day and an hour")
        LOCAL = "local", _("at nine in the morning where each of them lives")
        SPREAD = "spread", _("spread over some days, in the morning")

    token = models.CharField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    wording = models.SlugField(max_length=60)
    second_wording = models.SlugField(max_length=60, blank=True)
    text_wording = models.SlugField(max_length=60, blank=True)
    card_wording = models.SlugField(max_length=60, blank=True)
    other_wording = models.SlugField(max_length=60, blank=True)
    versions: models.JSONField[Any, Any] = models.JSONField(default=dict)
    audience: models.JSONField[Any, Any] = models.JSONField(default=dict)
    when = models.CharField(max_length=8, choices=When.choices, default=When.NOW)
    at = models.DateTimeField(null=True)
    spread_days = models.PositiveSmallIntegerField(default=5)
    good_for_days = models.PositiveSmallIntegerField(default=7)
    window_days = models.PositiveSmallIntegerField(default=14)

    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.DRAFT)
    edition = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    job_id = models.CharField(max_length=40, blank=True)
    found: models.JSONField[Any, Any] = models.JSONField(default=dict)
    # What came of a large one, as it was counted last.
    tally: models.JSONField[Any, Any] = models.JSONField(default=list)
    tallied_at = models.DateTimeField(null=True)

    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    gathered_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    began_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=("-created_at", "-id"), name="outreach_mailings_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    stage__in=("draft", "gathering", "ready", "sampled", "going", "gone", "stopped"),
                ),
                name="outreach_mailing_stage_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def programme(self) -> str:
        """Its name in the ledger."""
        return f"mailing:{self.pk}"

    @property
    def own_wordings(self) -> tuple[str, ...]:
        """The keys of the words that are its own."""
        return tuple(filter(None, (self.text_wording, self.card_wording)))

    @property
    def wordings(self) -> tuple[str, ...]:
        """The keys of all words it goes with."""
        chosen = (self.wording, self.other_wording, *self.own_wordings, self.second_wording)
        return tuple(dict.fromkeys(filter(None, chosen)))


class Recipient(models.Model):
    """One person of a mailing. `why` says why somebody is left out; `arm` which of two wordings they get."""

    class Way(models.TextChoices):
        FIRST = "first", _("gets it")
        TEXT = "text", _("gets a text message")
        CARD = "card", _("gets a card")
        SECOND = "second", _("gets it another way")
        CALL = "call", _("is called instead")
        OUT = "out", _("left out")

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="recipients", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    edition = models.PositiveIntegerField()
    way = models.CharField(max_length=6, choices=Way.choices)
    why = models.CharField(max_length=200, blank=True)
    arm = models.CharField(max_length=1, default="a")
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("mailing", "edition", "person"), name="outreach_recipient_once"),
        ]
        indexes = [
            models.Index(fields=("mailing", "way", "id"), name="outreach_recipients_by_way"),
            models.Index(fields=("mailing", "why", "id"), condition=Q(way="out"), name="outreach_recipients_left_out"),
            models.Index(fields=("mailing",), condition=Q(is_sample=True), name="outreach_recipients_first"),
        ]
