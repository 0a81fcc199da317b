"""What the kit throws away at night: news and jobs that have served their purpose."""

from __future__ import annotations

from regulars.kit import bulletin, jobs
from regulars.kit.schedules import every


@every("tidy up", cron="10 4 * * *")
def tidy_up() -> None:
    bulletin.tidy()
    jobs.tidy()
