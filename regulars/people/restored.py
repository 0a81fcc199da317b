"""What outlives a restore: whoever was erased since the backup was taken is erased again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from regulars.kit import restoring
from regulars.people.erasures import Told, collect, write_down
from regulars.people.services.erasing import erase_again


def replay(home: Path, told: list[Told]) -> int:
    """Erase again in the restored database, and write all of it down; returns how many people were erased."""
    moments = [
        {**one, "erased_at": datetime.fromisoformat(one.get("erased_at", "1970-01-01T00:00+00:00"))} for one in told
    ]
    count = erase_again(moments)
    write_down(home)
    return count


def register() -> None:
    restoring.carry_over("erasures", collect, replay)
