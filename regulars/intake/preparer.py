"""`python -m regulars.intake.preparer`: prepare the units of a staged file for the process that writes them."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    import django

    django.setup()
    from regulars.intake.services.preparing import prepare

    try:
        prepare(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(1)


if __name__ == "__main__":
    main()
