"""What time it is, and in whose zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from regulars.kit import clock
from regulars.kit.services import set_up_business

pytestmark = pytest.mark.django_db


def test_today_is_the_day_in_the_zone_of_the_business():
    set_up_business(name="Boutique", zone="Pacific/Auckland", currency="NZD")
    with clock.frozen(datetime(2026, 3, 4, 12, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 5)


def test_before_the_first_run_the_day_is_that_of_utc(frozen_clock):
    assert clock.today() == frozen_clock.now.date()


def test_a_frozen_clock_moves_only_when_told(frozen_clock):
    before = clock.now()
    assert clock.now() == before
    frozen_clock.ahead(days=1)
    assert (clock.now() - before).days == 1


def test_the_start_of_a_day_follows_daylight_saving():
    set_up_business(name="Boutique", zone="Europe/Paris", currency="EUR")
    assert clock.start_of(date(2026, 3, 29)) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert clock.start_of(date(2026, 3, 30)) == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"), clock.frozen(datetime(2026, 3, 4)):  # noqa: DTZ001 the point
        pass


def test_the_day_of_the_demo_keeps_the_time_of_day(settings):
    settings.FROZEN_TODAY = "2025-12-24"
    assert clock.today() == date(2025, 12, 24)
    assert clock.now().tzinfo == UTC


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Honolulu", "UTC"])
@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_first_and_the_last_day_there_are_begin_and_end(zone, day):
    set_up_business(name="Boutique", zone=zone, currency="EUR")
    assert clock.start_of(day) < clock.end_of(day)


def test_a_day_ends_where_the_next_begins():
    set_up_business(name="Boutique", zone="Europe/Paris", currency="EUR")
    assert clock.end_of(date(2026, 3, 28)) == clock.start_of(date(2026, 3, 29))
