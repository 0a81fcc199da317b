"""What the shell's tests stand on."""

from __future__ import annotations

import pytest
from django.test import Client

from regulars.staff.models import User
from regulars.web.tests.builders import an_open_house


@pytest.fixture
def owner(db: None) -> User:
    """The owner of an open house."""
    return an_open_house()


@pytest.fixture
def at_home(owner: User, client: Client) -> Client:
    """A browser in which the owner is signed in."""
    client.force_login(owner)
    return client
