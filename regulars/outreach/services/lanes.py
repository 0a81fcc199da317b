"""Threads that only talk to the mail server: each takes a letter, hands it over and says what came of it."""

from __future__ import annotations

import logging
import threading
import time
from queue import Empty, SimpleQueue

from regulars.outreach.channels.email.carrying import Envelope, Result
from regulars.outreach.channels.email.journal import Journal
from regulars.outreach.channels.email.switchboard import Switchboard

log = logging.getLogger("regulars.outreach")

# Next to the time a mail server takes this is nothing, and one commit then stands for most lanes.
TOGETHER_SECONDS = 0.002


class Lanes:
    """As many letters on their way at once as there are lanes; a lane begins when it is first needed."""

    def __init__(self, board: Switchboard, journal: Journal, count: int) -> None:
        self.board, self.journal, self.count = board, journal, count
        self._out: SimpleQueue[Envelope | None] = SimpleQueue()
        self._back: SimpleQueue[tuple[int, Result]] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._under_way = 0

    @property
    def free(self) -> int:
        return self.count - self._under_way

    def send(self, envelope: Envelope) -> None:
        self._under_way += 1
        if len(self._threads) < min(self.count, self._under_way):
            lane = threading.Thread(target=self._drive, name=f"letters-{len(self._threads)}", daemon=True)
            self._threads.append(lane)
            lane.start()
        self._out.put(envelope)

    def back(self, timeout: float = 0) -> dict[int, Result]:
        """What came back meanwhile; waits for the first no longer than `timeout`. Empty when nothing is under way.

        Behind the first it waits a moment for the others: what comes back together is written together.
        """
        results: dict[int, Result] = {}
        ends_at = time.monotonic() + timeout
        while self._under_way:
            left = ends_at - time.monotonic() if timeout else 0.0
            try:
                pk, result = self._back.get(block=left > 0, timeout=left if left > 0 else None)
            except Empty:
                break
            if not results and timeout:
                ends_at = min(ends_at, time.monotonic() + TOGETHER_SECONDS)
            results[pk] = result
            self._under_way -= 1
        return results

    def close(self) -> None:
        """Wait until the last letters have come back, whoever still wants to know of them."""
        for _thread in self._threads:
            self._out.put(None)
        for thread in self._threads:
            thread.join()

    def _drive(self) -> None:
        while (envelope := self._out.get()) is not None:
            try:
                result = self.board.deliver(envelope, self.journal)
            except BaseException as fault:
                log.exception("A letter broke off.")
                result = Result("unknown", "answered", 0, str(fault)[:300])
            self._back.put((envelope.touch_id, result))
