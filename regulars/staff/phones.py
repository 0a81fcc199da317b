"""Letting a phone in by a code on the screen of somebody who is signed in: once, within five minutes."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from regulars.kit import clock
from regulars.kit.secrets import keyed_hash, new_token
from regulars.staff.models import PhoneLink, User
from regulars.staff.services import note_audit

GOOD_FOR = timedelta(minutes=5)


def make_code(user: User) -> str:
    """A new code; those made before are spent."""
    token = new_token()
    now = clock.now()
    with transaction.atomic():
        PhoneLink.objects.filter(user=user).delete()
        PhoneLink.objects.create(user=user, token_hash=_hash(token), made_at=now, ends_at=now + GOOD_FOR)
    return token


def whose(token: str) -> User | None:
    """Whom this code would let in, or None where it is spent, too old or wrong. One query."""
    open_links = PhoneLink.objects.filter(used_at=None, ends_at__gt=clock.now(), user__is_active=True)
    link = open_links.filter(token_hash=_hash(token)).select_related("user").first()
    return link.user if link else None


@transaction.atomic
def use_code(token: str) -> User | None:
    """Spend the code and say whom to let in; of two phones that come at once one gets in."""
    user = whose(token)
    spent = PhoneLink.objects.filter(token_hash=_hash(token), used_at=None, ends_at__gt=clock.now())
    if user is None or not spent.update(used_at=clock.now()):
        return None
    note_audit(user, "let_phone_in", room="staff", kind="user", object_id=user.pk)
    return user


def _hash(token: str) -> str:
    return keyed_hash(token, "phone code")
