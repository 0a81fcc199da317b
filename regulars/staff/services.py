"""Verbs: accounts and the log. The only code that writes here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.staff import origin
from regulars.staff.models import AuditEntry, User
from regulars.staff.permissions import may
from regulars.staff.roles import Role

SHORT = 120

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser


def note_audit(
    user: User | AnonymousUser | None,
    action: str,
    *,
    room: str,
    kind: str,
    object_id: int | str = "",
    person_id: int | None = None,
    text: str = "",
    changes: Sequence[tuple[str, object, object]] = (),
) -> AuditEntry:
    """Write one line into the log; `None` is the house itself or its terminal.

    `changes`: each field that differs with what stood there and what stands now; kept short.
    """
    known = user if isinstance(user, User) else None
    return AuditEntry.objects.create(
        at=clock.now(),
        user=known,
        user_name=str(known) if known else "",
        action=action,
        object_room=room,
        object_kind=kind,
        object_id=str(object_id),
        person_id=person_id,
        text=text,
        changes=[[name, _short(before), _short(after)] for name, before, after in changes] or None,
        address=origin.address(),
    )


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def check_may(user: User, action: str) -> None:
    """Answer 403 unless this user's role allows the action: for a page that anybody sees and few may change."""
    if not may(user, action):
        raise PermissionDenied


def create_owner(*, email: str, password: str, display_name: str = "") -> User:
    """Create the first owner, once: refused as soon as anybody has an account, also when two ask at the same moment."""
    taken = Refusal(_("This house already has an owner. Please sign in."))
    if User.objects.exists():
        raise taken
    user = User(email=_clean_email(email), display_name=display_name.strip(), role=Role.OWNER, is_founder=True)
    _give_password(user, password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            note_audit(user, "create_owner", room="staff", kind="user", object_id=user.pk)
    except IntegrityError as clash:
        raise taken from clash
    return user


def add_staff(*, email: str, display_name: str, role: str, by: User | None = None) -> User:
    """Add a colleague without a password; they choose it themselves through an invitation link."""
    user = User(email=_clean_email(email), display_name=display_name.strip(), role=_known_role(role))
    if not user.display_name:
        raise Refusal(_("Please write the colleague's name."), field="display_name")
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            note_audit(by, "add_staff", room="staff", kind="user", object_id=user.pk, text=f"{user} ({user.role})")
    except IntegrityError as clash:
        raise Refusal(_("Somebody with this e-mail address already works here."), field="email") from clash
    return user


def set_password(user: User, password: str, *, by: User | None = None) -> None:
    """Give a password and thereby end every other session of this person. Refuses a weak one with the reason."""
    _give_password(user, password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        note_audit(by, "set_password", room="staff", kind="user", object_id=user.pk)


def note_link(user: User, *, by: User) -> None:
    """Write down that somebody made a one-time password link for this person."""
    if not user.is_active:
        raise Refusal(_("This account is closed. Open it first."))
    note_audit(by, "make_link", room="staff", kind="user", object_id=user.pk, text=str(user))


def change_name(user: User, display_name: str) -> None:
    """Change how a colleague is called in the house."""
    name = display_name.strip()
    if not name:
        raise Refusal(_("Please write a name."), field="display_name")
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(display_name=name)
        note_audit(user, "change_name", room="staff", kind="user", object_id=user.pk, text=f"{user} > {name}")
    user.display_name = name


def change_role(user: User, role: str, *, by: User | None = None) -> None:
    """Change what a colleague may do. The last owner keeps the key."""
    wanted = _known_role(role)
    with transaction.atomic():
        _keep_one_owner(user, stays_owner=wanted == Role.OWNER)
        User.objects.filter(pk=user.pk).update(role=wanted)
        note_audit(by, "change_role", room="staff", kind="user", object_id=user.pk, text=f"{user.role} > {wanted}")
    user.role = wanted


def deactivate(user: User, *, by: User | None = None) -> None:
    """Close an account at once, on every device. What they did stays in the log. The last owner stays."""
    with transaction.atomic():
        _keep_one_owner(user, stays_owner=False)
        User.objects.filter(pk=user.pk).update(is_active=False)
        note_audit(by, "deactivate", room="staff", kind="user", object_id=user.pk)
    user.is_active = False


def reactivate(user: User, *, by: User | None = None) -> None:
    """Open a closed account again, with the password it had."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True)
        note_audit(by, "reactivate", room="staff", kind="user", object_id=user.pk)
    user.is_active = True


def _keep_one_owner(user: User, *, stays_owner: bool) -> None:
    """Refuse to lose the last owner; the rows are locked, so that two owners cannot demote each other."""
    owners = list(User.objects.owners().select_for_update().order_by("pk").values_list("pk", flat=True))
    if not stays_owner and owners == [user.pk]:
        raise Refusal(_("This is the only owner. Make somebody else an owner first."), field="role")


def _known_role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError as unknown:
        raise Refusal(_("Please choose one of the four roles."), field="role") from unknown


def _clean_email(email: str) -> str:
    clean = email.strip().lower()
    try:
        validate_email(clean)
    except ValidationError as fault:
        raise Refusal(_("This does not look like an e-mail address."), field="email") from fault
    return clean


def _give_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as fault:
        raise Refusal(" ".join(fault.messages), field="password") from fault
    user.set_password(password)
