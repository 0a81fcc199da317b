"""The person, and the parts they play for the business."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .households import Household, Organisation


class Kind(models.TextChoices):
    """What somebody is to the business; one person may be several."""

    CUSTOMER = "customer", _("customer")
    LEAD = "lead", _("enquirer")
    REFERRAL_SOURCE = "referral_source", _("sends us people")
    SUPPLIER = "supplier", _("supplier")
    DISTRIBUTOR = "distributor", _("distributor")
    EMPLOYEE = "employee", _("employee")
    LANDLORD = "landlord", _("landlord")
    NEIGHBOUR = "neighbour", _("neighbour")
    OTHER = "other", _("somebody else")


class ReachBy(models.TextChoices):
    """How somebody likes to be reached; the first four are the values of `Channel`."""

    CALL = "call", _("by phone")
    TEXT = "text", _("by text message")
    EMAIL = "email", _("by e-mail")
    POST = "post", _("by letter")
    VISIT = "visit", _("in person")


class LeapDay(models.TextChoices):
    """When somebody born on 29 February is congratulated in a common year."""

    EVE = "28 Feb", _("on 28 February")
    MORNING = "1 Mar", _("on 1 March")


class PersonQuerySet(models.QuerySet["Person"]):
    def here(self) -> PersonQuerySet:
        """Everybody who is a person of their own: neither merged into another nor erased."""
        return self.filter(merged_into__isnull=True, erased_at__isnull=True)

    def gradable(self) -> PersonQuerySet:
        """Everybody here but the buckets that collect sales of people unknown."""
        return self.here().filter(is_bucket=False)


class Person(models.Model):
    """Somebody the business knows. Rows are never deleted: merged and erased ones stay as tombstones."""

    full_name = models.CharField(max_length=200, blank=True)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    salutation = models.CharField(max_length=100, blank=True)
    sort_name = models.CharField(max_length=200, blank=True, editable=False)
    language = models.CharField(max_length=16, blank=True)
    zone = models.CharField(max_length=64, blank=True)
    is_bucket = models.BooleanField(default=False)
    needs = models.TextField(blank=True)
    expectations = models.TextField(blank=True)
    say = models.TextField(blank=True)
    best_time = models.CharField(max_length=100, blank=True)
    reach_by = models.CharField(max_length=6, choices=ReachBy.choices, blank=True, default="", db_default="")
    met = models.CharField(max_length=300, blank=True)
    referred_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    referred_by_text = models.CharField(max_length=200, blank=True)
    quiet_until = models.DateField(null=True, blank=True)
    feb29_rule = models.CharField(max_length=6, choices=LeapDay.choices, default=LeapDay.EVE)
    household = models.ForeignKey(
        Household, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    source = models.CharField(max_length=60, blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    version = models.PositiveIntegerField(default=1)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    erased_at = models.DateTimeField(null=True, blank=True)
    change_number = models.BigIntegerField(default=0, db_index=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        indexes = [
            # With what says whether somebody is here, so that the list is walked without reading the people themselves.
            models.Index(fields=["sort_name", "id", "merged_into", "erased_at"], name="person_by_name"),
            models.Index(fields=["added_at"], name="person_by_added_at"),
            models.Index(fields=["quiet_until"], name="person_quiet", condition=models.Q(quiet_until__isnull=False)),
            models.Index(fields=["merged_into"], name="person_merged", condition=models.Q(merged_into__isnull=False)),
            models.Index(fields=["referred_by"], name="person_sent_by", condition=models.Q(referred_by__isnull=False)),
            models.Index(fields=["household"], name="person_household", condition=models.Q(household__isnull=False)),
            models.Index(
                fields=["organisation"], name="person_organisation", condition=models.Q(organisation__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(merged_into=models.F("id")), name="person_not_merged_into_self"),
        ]

    def __str__(self) -> str:
        return self.full_name or f"#{self.pk}"

    @property
    def first_email(self) -> str:
        """The address to write to, from rows already fetched; "" where there is none that arrives."""
        rows = [row for row in self.emails.all() if not row.is_bad]
        return min(rows, key=lambda row: (not row.is_primary, row.pk)).address if rows else ""

    @property
    def first_phone(self) -> str:
        """The number to ring, as it was typed, from rows already fetched."""
        rows = [row for row in self.phones.all() if not row.is_bad and row.is_for_voice]
        return min(rows, key=lambda row: (not row.is_primary, row.pk)).as_typed if rows else ""

    @property
    def is_here(self) -> bool:
        return self.merged_into_id is None and self.erased_at is None


class PersonKind(models.Model):
    """One part somebody plays: customer, supplier, neighbour."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="kinds", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="person_kind_once")]
        indexes = [models.Index(fields=["kind", "person"], name="person_kind_by_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()
