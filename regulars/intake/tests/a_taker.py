"""A process that takes in one file very slowly, to be killed by a test.

python -m regulars.intake.tests.a_taker RUN FILE [lots]: with `lots` the file counts as a big one.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import django

SLICE = 40


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    django.setup()
    from regulars.intake.models import ImportRun
    from regulars.intake.services import running, writing
    from regulars.intake.staging import contents

    writing.EMPTY_FIRST_CHUNK, writing.EMPTY_HELD_MS = 5, 1
    if "lots" in sys.argv:
        vars(running)["BIG_FILE_BYTES"] = 0
        writing.MUCH, contents.SLICE, writing.MOST_LOTS = 0, SLICE, 2
    keep_place = writing.Writer._keep_place

    def slowly(self: writing.Writer, written: int, last_pos: int | None, last_person_id: int | None) -> None:
        """Dawdle with everything written and nothing kept yet, and again when it is."""
        time.sleep(0.05)
        keep_place(self, written, last_pos, last_person_id)
        time.sleep(0.05)

    writing.Writer._keep_place = slowly  # type: ignore[method-assign]  # slow enough to be killed in the middle
    running.carry_out(ImportRun.objects.get(pk=int(sys.argv[1])), Path(sys.argv[2]))


if __name__ == "__main__":
    main()
