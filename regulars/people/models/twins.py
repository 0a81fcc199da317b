"""Two records that may be one person, or two people who may live together; and how far the search for them has come."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .persons import Person


class Pair(models.Model):
    """Two people that the owner is asked about, each two once for each question; the lower id is `low`.

    `evidence` holds codes, never what stands in the records. APART is remembered for good; GONE are those that new
    facts, or a merge, have settled.
    """

    class About(models.TextChoices):
        PERSON = "person", _("one person")
        HOUSEHOLD = "household", _("one household")

    class State(models.TextChoices):
        OPEN = "open", _("not decided")
        ONE = "one", _("yes")
        APART = "apart", _("no")
        GONE = "gone", _("settled by itself")

    low = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    high = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=9, choices=About.choices, default=About.PERSON)
    state = models.CharField(max_length=5, choices=State.choices, default=State.OPEN)
    score = models.PositiveSmallIntegerField(default=0)
    is_certain = models.BooleanField(default=False)
    evidence = models.JSONField(default=list)
    found_at = models.DateTimeField()
    ask_on = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high", "about"], name="pair_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["about", "-score", "id"], name="pair_to_decide", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} and {self.high_id}: {self.about}, {self.state}"


class Search(models.Model):
    """How far one kind of search for pairs has come: every change numbered below `seen` has been compared."""

    class Kind(models.TextChoices):
        THOROUGH = "thorough", _("everybody with everybody")
        QUICK = "quick", _("what is new, by what is easily found")

    kind = models.CharField(max_length=8, choices=Kind.choices, unique=True)
    seen = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    compared = models.BigIntegerField(default=0)
    found = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.kind} up to {self.seen}"
