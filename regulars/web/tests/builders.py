"""A house that is open, made through the room's own services."""

from __future__ import annotations

from regulars.staff.models import User
from regulars.staff.tests.builders import PASSWORD
from regulars.web import services

NEW_HOUSE = services.NewHouse(
    business_name="Maya's Boutique",
    owner_name="Maya Keller",
    email="maya@example.com",
    password=PASSWORD,
    country="CH",
    zone="Europe/Zurich",
    currency="CHF",
)


def an_open_house() -> User:
    """Open the house; returns its owner."""
    return services.open_house(NEW_HOUSE)
