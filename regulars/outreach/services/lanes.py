"""Threads that only talk to a server: each takes a letter or a text, hands it over and says what came of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

Load = TypeVar("Load")
Outcome = TypeVar("Outcome")

# Next to the time a server takes this is nothing, and one commit then stands for most lanes.
TOGETHER_SECONDS = 0.002


class Lanes(Generic[Load, Outcome]):
    """As many on their way at once as there are lanes; a lane begins when it is first needed.

    `carry` returns the number of what it carried and what came of it. It never raises.
    """

    def __init__(self, carry: Callable[[Load], tuple[int, Outcome]], count: int, name: str) -> None:
        self.carry, self.count, self.name = carry, count, name
        self._out: SimpleQueue[Load | None] = SimpleQueue()
        self._back: SimpleQueue[tuple[int, Outcome]] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._under_way = 0

    @property
    def free(self) -> int:
        return self.count - self._under_way

    def send(self, load: Load) -> None:
        self._under_way += 1
        if len(self._threads) < min(self.count, self._under_way):
            lane = threading.Thread(target=self._drive, name=f"{self.name}-{len(self._threads)}", daemon=True)
            self._threads.append(lane)
            lane.start()
        self._out.put(load)

    def back(self, timeout: float = 0) -> dict[int, Outcome]:
        """What came back meanwhile; waits for the first no longer than `timeout`. Empty when nothing is under way.

        Behind the first it waits a moment for the others: what comes back together is written together.
        """
        results: dict[int, Outcome] = {}
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
        """Wait until the last have come back, whoever still wants to know of them."""
        for _thread in self._threads:
            self._out.put(None)
        for thread in self._threads:
            thread.join()

    def _drive(self) -> None:
        while (load := self._out.get()) is not None:
            self._back.put(self.carry(load))
