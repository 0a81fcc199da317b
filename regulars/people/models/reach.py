"""How somebody is reached, and by which keys they are known again.

An e-mail address identifies one person, a phone number one person of that name: `is_key` marks the row that does, and
a partial unique index makes two of them impossible. Couples may share an address; only one of the rows is the key.
The same indexes serve the search by the first letters of an address or digits of a number (hence the operator classes).
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models

from regulars.kit.business import business
from regulars.people.postal import letter_lines, remarks

from .persons import Person


class Email(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="emails", db_index=False)
    address = models.CharField(max_length=320)
    normalised = models.CharField(max_length=320)
    label = models.CharField(max_length=40, blank=True, default="", db_default="")
    is_key = models.BooleanField(default=True)
    is_primary = models.BooleanField(default=True)
    is_bad = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "normalised"], name="email_once_a_person"),
            models.UniqueConstraint(
                fields=["normalised"],
                condition=models.Q(is_key=True),
                name="email_identifies_one",
                opclasses=["varchar_pattern_ops"],
            ),
        ]
        indexes = [
            models.Index(fields=["normalised"], condition=models.Q(is_key=False), name="email_shared_with_another"),
        ]

    def __str__(self) -> str:
        return self.address


class Phone(models.Model):
    """A number as it was typed; `e164` is empty when nobody could read it as a number. `label`: mobile, work, fax."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="phones", db_index=False)
    as_typed = models.CharField(max_length=60)
    e164 = models.CharField(max_length=20, blank=True)
    name_key = models.CharField(max_length=200, blank=True)
    label = models.CharField(max_length=40, blank=True, default="", db_default="")
    is_key = models.BooleanField(default=True)
    is_primary = models.BooleanField(default=True)
    is_bad = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "e164", "as_typed"], name="phone_once_a_person"),
            models.UniqueConstraint(
                fields=["e164", "name_key"],
                condition=models.Q(is_key=True),
                name="phone_and_name_identify_one",
                opclasses=["varchar_pattern_ops", "varchar_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.as_typed

    @property
    def is_for_voice(self) -> bool:
        """Nobody is rung at a fax or a pager."""
        return self.label not in {"fax", "pager"}


class PostalAddressQuerySet(models.QuerySet["PostalAddress"]):
    def postable(self) -> Self:
        """Those the post finds: they did not come back, and say more than a country, a region or a town."""
        return self.filter(~models.Q(lines="") | ~models.Q(postcode=""), is_bad=False)


class PostalAddress(models.Model):
    """Free lines, never validated away. `label`: home, work, or in somebody's own word."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    lines = models.TextField(blank=True)
    city = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    region = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True)
    label = models.CharField(max_length=40, blank=True, default="", db_default="")
    is_primary = models.BooleanField(default=True)
    is_bad = models.BooleanField(default=False)

    objects: ClassVar[PostalAddressQuerySet] = PostalAddressQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["postcode"], name="address_by_postcode", condition=~models.Q(postcode="")),
        ]

    def __str__(self) -> str:
        return ", ".join(self.letter_lines)

    @property
    def is_postable(self) -> bool:
        """Does the post find it? As `postable`."""
        return not self.is_bad and bool(self.lines or self.postcode)

    @property
    def letter_lines(self) -> list[str]:
        """The lines as this country writes them on an envelope; its own name only abroad."""
        return letter_lines(self, home=business().country)

    @property
    def remarks(self) -> list[str]:
        """What may keep a letter from arriving, in sentences."""
        return remarks(self, business().country)


class ExternalId(models.Model):
    """The number another system knows this person by."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="external_ids")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["external_id", "source"], name="external_id_once_a_source")]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class ErasedAddress(models.Model):
    """The keyed hash of an erased person's address: enough to leave them alone, not enough to reach them."""

    keyed_hash = models.CharField(max_length=64, unique=True)
    channel = models.CharField(max_length=10)
    erased_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.channel} {self.keyed_hash[:8]}"


class Erasure(models.Model):
    """That somebody was erased, so that they are erased again when an older backup comes back.

    `mark` is a keyed hash of their number and the moment they came into the book: it finds them in a backup of this
    house and says nothing to anybody else. `hashes` are those of their addresses, as ErasedAddress holds them.
    """

    person_id = models.BigIntegerField()
    mark = models.CharField(max_length=64, unique=True)
    hashes: models.JSONField[Any, Any] = models.JSONField(default=list)
    erased_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} {self.erased_at:%Y-%m-%d}"
