"""The permission table: which role may do what. Anything not written here is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.staff.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from regulars.staff.models import User

OWNER = frozenset({Role.OWNER})
LEADS = frozenset({Role.OWNER, Role.MANAGER})
HANDS = frozenset({Role.OWNER, Role.MANAGER, Role.STAFF})
ANYBODY = frozenset(Role)

ACTIONS: dict[str, frozenset[Role]] = {
    "house.enter": ANYBODY,
    "house.stop": HANDS,
    "house.resume": LEADS,
    "house.health": LEADS,
    "house.backup": OWNER,
    "house.export": OWNER,
    "house.style": OWNER,
    "settings.see": LEADS,
    "settings.change": OWNER,
    "staff.see": LEADS,
    "staff.change": OWNER,
    "audit.see": LEADS,
    "people.see": ANYBODY,
    "people.add": HANDS,
    "people.change": HANDS,
    "people.consent": HANDS,
    "people.state": LEADS,
    "people.merge": LEADS,
    "people.export": LEADS,
    "people.erase": LEADS,
    "rapport.see": ANYBODY,
    "rapport.record": HANDS,
    "rapport.form": LEADS,
    "purchases.see": ANYBODY,
    "purchases.sell": HANDS,
    "purchases.refund": LEADS,
    "intake.see": LEADS,
    "intake.run": LEADS,
    "intake.undo": LEADS,
    "standings.see": ANYBODY,
    "standings.remember": HANDS,
    "standings.grade": LEADS,
    "standings.export": LEADS,
    "standings.margin": OWNER,
    "outreach.see": ANYBODY,
    "outreach.write": LEADS,
    "outreach.approve": LEADS,
    "outreach.record": HANDS,
    "outreach.connect": OWNER,
    "today.see": ANYBODY,
    "today.decide": HANDS,
    "today.approve": LEADS,
}


def may(user: User | AnonymousUser, action: str) -> bool:
    """Say whether this user's role is written against the action; a stranger may do nothing."""
    role = getattr(user, "role", None)
    return user.is_active and role in ACTIONS[action]
