"""What the first page of a new process, or of a new day, would wait for: done before anybody asks.

The first page of all reads the addresses, the languages and the templates (half a second of work), the first one of a
day writes the day's questions out in SQL (a tenth). A thread does so in small pieces, each in a moment in which nobody
asks for a page; in a house that is never quiet the pages have long done it themselves. It only reads.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.urls import get_resolver, reverse
from django.utils.translation import gettext, override

from regulars.kit import clock
from regulars.kit.business import in_our_language
from regulars.staff.queries import is_inhabited
from regulars.today.lines import KINDS
from regulars.today.queries import COUNTED, SHOWN, count_of, plan
from regulars.web.visits import Visits

log = logging.getLogger("regulars.warming")

FIRST_SECONDS = 2.0  # who waits for the house to start is served before
LOOK_SECONDS = 20.0
AFTER_A_FAULT_SECONDS = 600.0
BREATH_SECONDS = 0.001  # a page that is asked for meanwhile comes first


def process_pieces() -> Iterator[None]:
    """Read what stays as long as the process does: addresses, languages and the templates of the house."""
    assert get_resolver().url_patterns
    yield
    reverse("web:home")  # makes the way back from names to addresses
    for code, _name in settings.LANGUAGES:
        yield
        with override(code):
            gettext("Today")
    for name in template_names():
        yield
        get_template(name)


def template_names() -> Iterator[str]:
    """The pages and parts of our rooms, by the names they are asked for."""
    for folder in map(Path, get_app_template_dirs("templates")):
        if folder.is_relative_to(settings.BASE_DIR):
            yield from (str(one.relative_to(folder)) for one in sorted(folder.rglob("*.html")))


def day_pieces(on: date) -> Iterator[None]:
    """Ask once what Today asks on a day, so that its questions are written; nothing where nobody lives here yet."""
    if not is_inhabited():
        return
    for kind in KINDS:
        yield
        with in_our_language():
            kind.due(on, COUNTED + 1, None)
            count_of(kind, on)
    yield
    with in_our_language():
        plan(on, shown=SHOWN)


def keep_warm(stop: threading.Event, visits: Visits) -> None:
    """Warm this process shortly, and its Today whenever a new day has begun, until `stop` is set.

    A fault is logged and costs only the warmth: the pages then do what was not done.
    """
    warmed: date | None = None
    stop.wait(FIRST_SECONDS)
    try:
        _between_pages(process_pieces(), visits, stop)
    except Exception:
        log.exception("the process could not be warmed")
    while not stop.is_set():
        rest = LOOK_SECONDS
        try:
            if (on := clock.today()) != warmed:
                _between_pages(day_pieces(on), visits, stop)
                warmed = on
        except Exception:
            log.exception("the day could not be warmed")
            rest = AFTER_A_FAULT_SECONDS
        finally:
            connections.close_all()
        stop.wait(rest)


def _between_pages(pieces: Iterator[None], visits: Visits, stop: threading.Event) -> None:
    """Do one piece after the other, as long as nobody asks for a page."""
    for _ in pieces:
        time.sleep(BREATH_SECONDS)
        visits.let_pass(stop)
        if stop.is_set():
            return


def start_warming(visits: Visits) -> threading.Thread:
    """Keep this process warm from a thread that ends with it."""
    thread = threading.Thread(target=keep_warm, args=(threading.Event(), visits), name="regulars-warming", daemon=True)
    thread.start()
    return thread
