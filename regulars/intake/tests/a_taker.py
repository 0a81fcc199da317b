"""A process that takes in one file very slowly, to be killed by a test: python -m regulars.intake.tests.a_taker RUN FILE."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    django.setup()
    from regulars.intake.models import ImportRun
    from regulars.intake.services import writing
    from regulars.intake.services.running import carry_out

    writing.EMPTY_FIRST_CHUNK, writing.EMPTY_HELD_MS = 5, 1
    write = writing.Writer.write

    def slowly(self: writing.Writer, chunk: Any) -> None:
        write(self, chunk)
        time.sleep(0.05)

    writing.Writer.write = slowly  # type: ignore[method-assign]  # slow enough to be killed in the middle
    carry_out(ImportRun.objects.get(pk=int(sys.argv[1])), Path(sys.argv[2]))


if __name__ == "__main__":
    main()
