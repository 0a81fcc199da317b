"""The send ledger: one row per planned touch, and one compact row per change of its state."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.kit.worklists import Worklist
from regulars.outreach.models.accounts import SendingAccount
from regulars.outreach.models.states import Channel, Outcome, Purpose, State
from regulars.outreach.models.wordings import WordingVersion
from regulars.people.models import Person


class Batch(models.Model):
    """Many letters approved at once: the first hundred go, the rest wait until these have gone well."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    size = models.PositiveIntegerField()
    first = models.PositiveIntegerField()
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # Set when nothing of it is held any more; until then the rest is let go a little at a time.
    emptied_at = models.DateTimeField(null=True)
    worry = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=("id",), condition=Q(emptied_at__isnull=True), name="outreach_open_batches")]


class Touch(Worklist):
    """One thing that is to reach one person once. `priority`: the higher goes first (see states.PRIORITY).

    `attempts` counts claims and is of no consequence here: a claim that came to nothing has sent nothing. `tries`
    counts the times a server was asked.
    """

    DUE: ClassVar[str] = State.APPROVED
    CLAIMED: ClassVar[str] = State.CLAIMED
    DONE: ClassVar[str] = State.SENT
    SET_ASIDE: ClassVar[str] = State.FAILED
    MAX_ATTEMPTS: ClassVar[int] = 1_000_000

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("person")
    )
    programme = models.CharField(max_length=80)
    occurrence = models.CharField(max_length=120)
    step = models.CharField(max_length=40, default="1")

    channel = models.CharField(max_length=12, choices=Channel.choices)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    has_offer = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PLANNED)

    not_before = models.DateTimeField(null=True)
    not_after = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    held_why = models.CharField(max_length=300, blank=True)
    held_from = models.CharField(max_length=12, blank=True)

    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    # The same words in blocks, filled in (blocks.schema); empty: a plain letter.
    blocks = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=16, blank=True)  # empty: the language of the business
    language_wanted = models.CharField(max_length=16, blank=True)  # what they speak, where there were no words in it
    wording_version = models.ForeignKey(
        WordingVersion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    draft_hash = models.CharField(max_length=16)
    is_edited = models.BooleanField(default=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    approved_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    account = models.ForeignKey(SendingAccount, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_address = models.CharField(max_length=320, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    # What the service calls this letter, where it gives it a name of its own.
    provider_id = models.CharField(max_length=120, blank=True)
    # The mail that this letter answers: it goes to whoever wrote it, into the same thread.
    answers = models.ForeignKey(
        "outreach.InboundMail", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    sent_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=300, blank=True)
    evidence = models.JSONField(default=dict, blank=True)

    minutes = models.DecimalField(max_digits=6, decimal_places=1, default=0)
    cost_amount = models.DecimalField(max_digits=14, decimal_places=4, default=0)

    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("person", "programme", "occurrence", "step"), name="outreach_touch_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="outreach_touch_state_known"),
        ]
        # Small partial indexes: what the poller asks every second and what a tab shows is never looked for in all of
        # the ledger. Their conditions must stand in the queries word for word (queries.literals).
        indexes = [
            models.Index(
                fields=("channel", "priority", "programme", "due_at", "id"),
                condition=Q(state="approved"),
                name="outreach_to_go",
            ),
            models.Index(
                fields=("not_after",),
                condition=Q(state__in=("planned", "held", "approved"), not_after__isnull=False),
                name="outreach_to_expire",
            ),
            models.Index(fields=("held_until", "id"), condition=Q(state="held"), name="outreach_held"),
            # What cannot wait, of all that is held: asked during a run.
            models.Index(
                fields=("held_until",), condition=Q(state="held", priority__gte=40), name="outreach_held_urgent"
            ),
            models.Index(
                fields=("due_at", "id"), condition=Q(state="planned", channel="email"), name="outreach_unasked"
            ),
            models.Index(
                fields=("lease_until",), condition=Q(state__in=("claimed", "sending")), name="outreach_leased"
            ),
            models.Index(
                fields=("due_at", "id"),
                condition=Q(state__in=("approved", "claimed", "sending")),
                name="outreach_waiting",
            ),
            models.Index(
                fields=("-changed_at", "-id"), condition=Q(state__in=("sent", "delivered")), name="outreach_gone"
            ),
            models.Index(
                fields=("-changed_at", "-id"), condition=Q(state__in=("failed", "bounced")), name="outreach_astray"
            ),
            models.Index(fields=("-changed_at", "-id"), condition=Q(state="unknown"), name="outreach_unknown"),
            models.Index(
                fields=("-changed_at", "-id"),
                condition=Q(state__in=("cancelled", "suppressed", "expired")),
                name="outreach_ended",
            ),
            models.Index(
                fields=("due_at", "id"),
                condition=Q(state__in=("planned", "approved"), channel__in=("card", "letter")),
                name="outreach_to_print",
            ),
            models.Index(fields=("person", "-changed_at"), name="outreach_by_person"),
            models.Index(fields=("sent_at",), condition=Q(sent_at__isnull=False), name="outreach_by_day"),
            models.Index(fields=("message_id",), condition=~Q(message_id=""), name="outreach_by_message"),
            models.Index(fields=("provider_id",), condition=~Q(provider_id=""), name="outreach_by_service"),
            models.Index(
                fields=("channel", "due_at", "id"),
                condition=Q(
                    state__in=("planned", "approved"), channel__in=("text", "call", "by_hand", "notice", "social")
                ),
                name="outreach_hands",
            ),
            models.Index(fields=("programme", "state", "channel"), name="outreach_by_programme"),
            # What a programme costs, and what of it waits without a yes: few rows, whatever its size.
            models.Index(
                fields=("programme", "minutes", "cost_amount"),
                condition=Q(minutes__gt=0) | Q(cost_amount__gt=0),
                name="outreach_spent",
            ),
            models.Index(
                fields=("programme", "state", "held_from"),
                condition=Q(state="held", held_from="planned"),
                name="outreach_held_unasked",
            ),
            models.Index(fields=("answers",), condition=Q(answers__isnull=False), name="outreach_answers"),
            # With the time of the hold: what waits for the first hundred is found among all that waits for the morning.
            models.Index(
                fields=("batch", "state", "held_until"), condition=Q(batch__isnull=False), name="outreach_in_batch"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}/{self.occurrence}/{self.step}"


class TouchChange(models.Model):
    """One move of a touch, compact: states by name, who, and why in a few words."""

    touch = models.ForeignKey(Touch, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("id",)
