#!/usr/bin/env python3
"""Django's own commands for developers (makemigrations, shell); owners use `regulars`."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
