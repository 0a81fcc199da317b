"""Grade the test's own database in a process of its own: a Spark session cannot change its master.

python -m regulars.standings.tests.grade_in_child DATABASE DAY
"""

from __future__ import annotations

import sys
from datetime import date

import django
from django.conf import settings


def main() -> None:
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    django.setup()
    from regulars.standings.services import grade_everyone

    grade_everyone(date.fromisoformat(sys.argv[2]))


if __name__ == "__main__":
    main()
