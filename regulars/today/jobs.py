"""Work of this room that runs by itself."""

from __future__ import annotations

from regulars.kit.schedules import every


@every("lines that wait", cron="*/5 * * * *")
def count_lines() -> None:
    """Count what waits, so that no page has to."""
    from regulars.today.services.counting import keep_counts

    keep_counts()
