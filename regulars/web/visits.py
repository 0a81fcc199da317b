"""Whether pages are being asked for, so that work which nobody waits for leaves the processor to those who wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

QUIET_SECONDS = 0.5  # the parts of one page follow each other faster

Pages = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Visits:
    """All pages of this process, as the server calls them; knows how many are being made and when the last one was."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.under_way = 0
        self.last = time.monotonic()
        self._counting = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self._count(1)
        try:
            return self.pages(environ, start_response)
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._counting:
            self.under_way += change
            self.last = time.monotonic()

    def let_pass(self, stop: threading.Event) -> None:
        """Wait until nobody has asked for a page for a moment, or `stop` is set."""
        while (left := self._until_quiet()) > 0 and not stop.wait(left):
            pass

    def _until_quiet(self) -> float:
        with self._counting:
            return QUIET_SECONDS if self.under_way else self.last + QUIET_SECONDS - time.monotonic()
