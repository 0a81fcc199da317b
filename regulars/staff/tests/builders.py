"""People who work here, made through the room's own services."""

from __future__ import annotations

import itertools

from regulars.staff import services
from regulars.staff.models import User
from regulars.staff.roles import Role

PASSWORD = "green silk scarf 12"
_numbers = itertools.count(1)


def a_user(role: Role = Role.STAFF, *, name: str = "", password: str = PASSWORD) -> User:
    """Somebody with an account and a password of their own."""
    number = next(_numbers)
    user = services.add_staff(
        email=f"colleague{number}@example.com", display_name=name or f"Colleague {number}", role=role
    )
    services.set_password(user, password)
    return user


def an_owner(*, name: str = "Maya Keller") -> User:
    """An owner beside whoever else there may be."""
    return a_user(Role.OWNER, name=name)
