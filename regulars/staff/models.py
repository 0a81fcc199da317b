"""Nouns: the people who work here, and what they did."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulars.staff.roles import Role


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def owners(self) -> Self:
        return self.active().filter(role=Role.OWNER)


class UserAccounts(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]  # stubs: a computed base
    def get_by_natural_key(self, username: str | None) -> User:
        """Find an account by e-mail, whatever capitals were typed."""
        found: User = self.get(email=(username or "").strip().lower())
        return found


class User(AbstractBaseUser):
    """Somebody who works here. The e-mail is the login; it is kept in small letters."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    display_name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.READ_ONLY)
    is_active = models.BooleanField(default=True)
    is_founder = models.BooleanField(default=False)
    added_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserAccounts] = UserAccounts()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="staff_user_small_letters"),
            models.UniqueConstraint(fields=["is_founder"], condition=Q(is_founder=True), name="staff_user_one_founder"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="staff_user_known_role"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.email

    @property
    def has_chosen_a_password(self) -> bool:
        return self.has_usable_password()


class PhoneLink(models.Model):
    """A code on the screen that lets one phone in as this person, once, within a few minutes."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at:%H:%M}"


class AuditEntry(models.Model):
    """One line of the log: who did what to which thing. Written once; an erasure takes the words about somebody out.

    `changes` is a list of [field, before, after], shortened.
    """

    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    user_name = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=60)
    object_room = models.CharField(max_length=30)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64, blank=True)
    person_id = models.BigIntegerField(null=True)
    text = models.TextField(blank=True)
    changes: models.JSONField[Any, Any] = models.JSONField(null=True)
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person_id", "-id"], name="staff_audit_person"),
            models.Index(fields=["user", "-id"], name="staff_audit_user"),
            models.Index(fields=["action", "-id"], name="staff_audit_action"),
            models.Index(fields=["at"], name="staff_audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name}: {self.action} {self.object_kind} {self.object_id}".strip()
