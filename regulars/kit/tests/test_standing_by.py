"""What several would only be in each other's way at is done by one at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit.standing_by import alone

pytestmark = pytest.mark.django_db


def test_one_at_a_time_and_the_next_when_it_has_ended(tmp_path: Path, settings) -> None:
    settings.DATA_DIR = tmp_path
    with alone("sweeping") as first, alone("sweeping") as second, alone("counting") as other:
        assert (first, second, other) == (True, False, True)
    with alone("sweeping") as again:
        assert again


def test_where_no_file_can_be_written_everybody_works(tmp_path: Path, settings) -> None:
    settings.DATA_DIR = tmp_path / "gone"
    with alone("sweeping") as first, alone("sweeping") as second:
        assert first
        assert second
