"""Mails nobody here wrote, where the folder of real files is at hand; tests that read them skip without it."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path

import pytest

REAL = Path(os.environ.get("REGULARS_REAL_DATA", Path(__file__).parents[4] / "shared" / "data"))
BOUNCES, REPLIES = REAL / "bounces", REAL / "replies"
MAILDIR = BOUNCES / "sisimai" / "maildir"
needs_bounces = pytest.mark.skipif(not MAILDIR.is_dir(), reason="the folder of real bounces is not here")
needs_replies = pytest.mark.skipif(not REPLIES.is_dir(), reason="the folder of real replies is not here")


def expected() -> dict[str, list[dict[str, str]]]:
    """What the labelled mails are: the file, and a row for each recipient."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (BOUNCES / "sisimai_expected.csv").open() as file:
        reader = csv.reader(file)
        _file, *names = next(reader)
        for name, *values in reader:
            found[name].append(dict(zip(names, values, strict=True)))
    return found
