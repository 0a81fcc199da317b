"""When a line of cron falls due on the wall clock of a business."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.cron import Cron

PARIS, NEW_YORK, LORD_HOWE = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")


def wall(text, zone=PARIS, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def due(line, after, count=1, zone=PARIS):
    moments, at = [], after
    for _ in range(count):
        at = Cron.parse(line).next_after(at, zone)
        moments.append(at.astimezone(zone).strftime("%Y-%m-%d %H:%M"))
    return moments


@pytest.mark.parametrize(
    ("line", "after", "expected"),
    [
        ("15 3 * * *", "2026-03-04 03:15", ["2026-03-05 03:15", "2026-03-06 03:15"]),
        ("*/20 * * * *", "2026-03-04 10:05", ["2026-03-04 10:20", "2026-03-04 10:40", "2026-03-04 11:00"]),
        ("0 9 * * mon-fri", "2026-03-06 09:00", ["2026-03-09 09:00", "2026-03-10 09:00"]),
        ("0 9 * * 7", "2026-03-04 12:00", ["2026-03-08 09:00"]),
        ("0 8 1 jan,jul *", "2026-03-04 12:00", ["2026-07-01 08:00", "2027-01-01 08:00"]),
        ("0 0 29 2 *", "2026-03-04 12:00", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("0 0 13 * fri", "2026-03-04 12:00", ["2026-03-06 00:00", "2026-03-13 00:00", "2026-03-20 00:00"]),
        ("0,30 8-9 * * *", "2026-03-04 08:15", ["2026-03-04 08:30", "2026-03-04 09:00", "2026-03-04 09:30"]),
        ("5/20 12 * * *", "2026-03-04 12:00", ["2026-03-04 12:05", "2026-03-04 12:25", "2026-03-04 12:45"]),
    ],
)
def test_a_line_falls_due(line, after, expected):
    assert due(line, wall(after), len(expected)) == expected


def test_a_time_that_spring_skips_falls_due_when_the_clock_has_jumped():
    assert due("30 2 * * *", wall("2026-03-28 12:00"), 2) == ["2026-03-29 03:00", "2026-03-30 02:30"]


def test_a_time_that_autumn_repeats_falls_due_once():
    first = Cron.parse("30 2 * * *").next_after(wall("2026-10-24 12:00"), PARIS)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert due("30 2 * * *", first) == ["2026-10-26 02:30"]


def test_every_hour_loses_and_repeats_no_hour_when_the_clock_changes():
    for night in ("2026-03-29 00:30", "2026-10-25 00:30"):
        at, moments = wall(night), []
        for _ in range(6):
            at = Cron.parse("0 * * * *").next_after(at, PARIS)
            moments.append(at)
        assert {late - early for early, late in pairwise(moments)} == {timedelta(hours=1)}


def test_a_half_hour_shift_is_kept_too():
    assert due("15 2 * * *", wall("2026-10-03 12:00", LORD_HOWE), 2, LORD_HOWE) == [
        "2026-10-04 02:30",
        "2026-10-05 02:15",
    ]


def test_other_sides_of_the_ocean_jump_on_another_day():
    assert due("30 2 * * *", wall("2026-03-07 12:00", NEW_YORK), 2, NEW_YORK) == [
        "2026-03-08 03:00",
        "2026-03-09 02:30",
    ]


@pytest.mark.parametrize(
    "line", ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *",
             "5-1 * * * *", "*/0 * * * *", "1,,2 * * * *"]
)  # fmt: skip
def test_a_line_that_makes_no_sense_is_refused(line):
    with pytest.raises(ValueError, match=r"\w"):
        Cron.parse(line)


def test_a_day_that_never_comes_is_refused():
    with pytest.raises(ValueError, match="never"):
        Cron.parse("0 0 31 2 *").next_after(wall("2026-03-04 12:00"), PARIS)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 hypothesis wants it so
    st.sampled_from(["30 2 * * *", "0 0 * * *", "*/15 * * * *", "0 3 * * sun", "59 23 1 * *"]),
    st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "Pacific/Apia"]),
)
def test_what_falls_due_next_is_later_and_nothing_lies_between(after, line, name):
    zone, cron = ZoneInfo(name), Cron.parse(line)
    at = cron.next_after(after, zone)
    assert at > after
    assert cron.next_after(at - timedelta(seconds=1), zone) == at
    middle = after + (at - after) / 2
    assert cron.next_after(middle, zone) == at
