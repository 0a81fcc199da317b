"""The collector's long pauses happen once, not in every fiftieth request."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from regulars.kit import pauses


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [100.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    gc.unfreeze()
    yield now
    gc.unfreeze()


def _collected(watch: pauses.Pauses, clock: list[float], generation: int, seconds: float) -> int:
    watch("start", {"generation": generation})
    clock[0] += seconds
    watch("stop", {"generation": generation})
    return gc.get_freeze_count()


def test_what_a_long_full_collection_leaves_is_set_aside(clock: list[float]) -> None:
    assert _collected(pauses.Pauses(), clock, 2, 0.1) > 0


def test_short_ones_and_those_of_the_young_change_nothing(clock: list[float]) -> None:
    watch = pauses.Pauses()
    assert _collected(watch, clock, 2, 0.01) == 0
    assert _collected(watch, clock, 1, 0.1) == 0


def test_a_process_is_watched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "callbacks", [])
    pauses.keep_short()
    pauses.keep_short()
    assert len(gc.callbacks) == 1
