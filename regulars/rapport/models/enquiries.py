"""Somebody asks for something: what they want, what they hope for, by when, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.people.models import Person, Reminder

TAKEN_BY_HAND = "hand"


class CameBy(models.TextChoices):
    """How they came to us."""

    PHONE = "phone", _("by phone")
    WALK_IN = "walk_in", _("came in")
    EMAIL = "email", _("by e-mail")
    QR = "qr", _("by the code in the shop")
    SLIP = "slip", _("on a paper slip")
    SOCIAL = "social", _("on social media")
    WEB = "web", _("from a website")
    MARKET = "market", _("at a market or fair")
    SENT = "sent", _("sent by somebody")


class State(models.TextChoices):
    OPEN = "open", _("waiting for an answer")
    ANSWERED = "answered", _("answered")
    PARKED = "parked", _("parked")
    WON = "won", _("bought")
    LOST = "lost", _("came to nothing")


class LostWhy(models.TextChoices):
    PRICE = "price", _("too dear")
    ELSEWHERE = "elsewhere", _("found it elsewhere")
    TIME = "time", _("not in time")
    CANNOT = "cannot", _("we do not have it")
    MIND = "mind", _("changed their mind")
    SILENT = "silent", _("never heard again")


class Met(models.TextChoices):
    """Was it as they hoped?"""

    YES = "yes", _("as they hoped")
    PARTLY = "partly", _("partly")
    NO = "no", _("not as they hoped")


LIVE = (State.OPEN, State.ANSWERED, State.PARKED)
WAITING = (State.OPEN, State.PARKED)


class Enquiry(models.Model):
    """One wish of one person. `round` grows whenever it waits again, so that Today asks again. `asked_on` is
    the day of `asked_at` on the shop's calendar; `waits_from` is set while somebody waits or will wait: the moment they
    asked, or the first of the day until which it rests.

    `won_order_id` is the number of the order that answered it (purchases stand upstairs, so it is no key); orders up to
    `after_order_id` do not: somebody has said that they were about something else. `said_name` and `said_reach` are
    what a stranger typed into the form, which need not be what the book says of them.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    came_by = models.CharField(max_length=10, choices=CameBy.choices)
    wants = models.CharField(max_length=1000)
    expects = models.CharField(max_length=1000, blank=True, default="")
    wanted_by = models.DateField(null=True, blank=True)
    worth_amount = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    likes_answer_by = models.CharField(max_length=10, blank=True, default="")
    asked_at = models.DateTimeField()
    asked_on = models.DateField()
    recorded_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    key = models.CharField(max_length=64, unique=True)
    said_name = models.CharField(max_length=200, blank=True, default="")
    said_reach = models.CharField(max_length=320, blank=True, default="")
    sent_by_text = models.CharField(max_length=200, blank=True, default="")
    has_ticked_consent = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    state_at = models.DateTimeField()
    waits_from = models.DateTimeField(null=True)
    round = models.PositiveSmallIntegerField(default=1)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    parked_until = models.DateField(null=True)
    lost_why = models.CharField(max_length=10, choices=LostWhy.choices, blank=True, default="")
    lost_words = models.CharField(max_length=300, blank=True, default="")
    won_on = models.DateField(null=True)
    won_order_id = models.BigIntegerField(null=True)
    after_order_id = models.BigIntegerField(default=0)
    delivered = models.CharField(max_length=1000, blank=True, default="")
    is_as_hoped = models.CharField(max_length=6, choices=Met.choices, blank=True, default="")
    next_step = models.ForeignKey(Reminder, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="parked") | Q(parked_until__isnull=False), name="enquiry_parked_has_its_day"
            ),
            models.CheckConstraint(
                condition=Q(worth_amount=None) | Q(worth_amount__gte=0), name="enquiry_worth_is_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "asked_at"], name="enquiry_by_person"),
            models.Index(fields=["waits_from", "id"], name="enquiry_waits", condition=Q(waits_from__isnull=False)),
            models.Index(fields=["state", "state_at", "id"], name="enquiry_by_state"),
            models.Index(fields=["won_order_id"], name="enquiry_won_by", condition=Q(won_order_id__isnull=False)),
            models.Index(fields=["next_step"], name="enquiry_next_step", condition=Q(next_step__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.wants

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_waiting(self) -> bool:
        return self.state == State.OPEN

    @property
    def asks_how_it_was(self) -> bool:
        """They said what they hoped for, bought, and nobody has compared the two."""
        return self.state == State.WON and bool(self.expects) and not self.is_as_hoped
