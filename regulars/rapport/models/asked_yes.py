"""A yes to offers that somebody wrote into a form: asked for, until the mailbox or the telephone itself confirms it."""

from __future__ import annotations

from django.db import models

from regulars.people.models import Person
from regulars.people.models.consents import Channel
from regulars.rapport.models.asking import ConsentWording


class AskedYes(models.Model):
    """One yes of one person for one address. Unconfirmed it is forgotten at `until`; confirmed it stays as evidence.

    `lookup` is the keyed hash of the token in the link, which is itself derived from `nonce` and the key: what stands
    here confirms nothing. `is_by_answer` says that the letter or text was answered, instead of the link followed;
    `is_told` that they told one of us.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL, db_default=Channel.EMAIL.value)
    address = models.CharField(max_length=320)
    address_hash = models.CharField(max_length=64)
    wording = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=30)
    language = models.CharField(max_length=16, blank=True)
    nonce = models.CharField(max_length=64)
    lookup = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    is_by_answer = models.BooleanField(default=False)
    is_told = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "address_hash"],
                condition=models.Q(confirmed_at__isnull=True),
                name="asked_yes_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["person", "-asked_at"], name="asked_yes_of"),
            models.Index(fields=["address_hash"], name="asked_yes_at"),
            models.Index(fields=["until"], name="asked_yes_open", condition=models.Q(confirmed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.asked_at:%Y-%m-%d}"


class AskedLetter(models.Model):
    """The day on which a letter or text asked an address for its yes: at most one a day, whoever asks how often."""

    ask = models.ForeignKey(AskedYes, on_delete=models.SET_NULL, null=True, related_name="+")
    address_hash = models.CharField(max_length=64)
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address_hash", "on"], name="asked_letter_once_a_day")]
        indexes = [models.Index(fields=["on"], name="asked_letter_by_day")]
