"""The owner on the day that most tests of Today are about: the morning of 10 June 2026, in a shop that is set up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regulars.today.tests.builders import a_shop, an_owner


@pytest.fixture
def the_day(frozen_clock):
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop()


@pytest.fixture
def maya(db, the_day):
    return an_owner()
