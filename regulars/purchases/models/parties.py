"""Home parties: a host, guests, what they ordered, and who wants to be the next host."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from regulars.purchases.models.orders import Order


class Party(models.Model):
    """Somebody opens their home and asks friends in; closed once, when the thanks are prepared."""

    key = models.CharField(max_length=100, unique=True)
    host = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField()
    place = models.CharField(max_length=200, blank=True, default="")
    host_gift = models.CharField(max_length=200, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["-held_on", "-id"], name="party_by_day"),
            models.Index(fields=["held_on"], name="party_open", condition=Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.host_id}"


class PartyGuest(models.Model):
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="guests", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    wants_to_host = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "person"], name="party_guest_once")]

    def __str__(self) -> str:
        return f"{self.party_id} {self.person_id}"


class PartyOrder(models.Model):
    """An order taken at a party; its money counts for the guest as any other does."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, primary_key=True, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="orders")

    def __str__(self) -> str:
        return f"{self.party_id} {self.order_id}"
