"""What the kit throws away at night: news and jobs that have served their purpose."""

from __future__ import annotations

from regulars.kit import bulletin, database, jobs
from regulars.kit.schedules import every


@every("tidy up", cron="10 4 * * *")
def tidy_up() -> None:
    bulletin.tidy()
    jobs.tidy()


@every("look how large the tables are", cron="5 5 * * *", heavy=True)
def measure_tables() -> None:
    """So that the database chooses its ways by what is there, not by what was there when it was new."""
    database.measure_tables()
