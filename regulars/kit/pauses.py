"""Python's cycle collector, kept from going through the whole program again and again while somebody waits.

A server that has everything loaded holds 200,000 objects that stay. Going through them takes about 0.1 s, in the
middle of some request, every fifty requests or so (measured: 84 to 187 ms; 8 to 22 ms once they are set aside).
"""

from __future__ import annotations

import gc
import time

SLOW_SECONDS = 0.025


class Pauses:
    """Set aside what a full collection left, whenever it took long: it is the program itself and will stay."""

    def __init__(self) -> None:
        self.began = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if info["generation"] < 2:
            return
        if phase == "start":
            self.began = time.perf_counter()
        elif time.perf_counter() - self.began > SLOW_SECONDS:
            gc.freeze()


def keep_short() -> None:
    """Watch this process's collector from now on; asking twice is asking once."""
    if not any(isinstance(one, Pauses) for one in gc.callbacks):
        gc.callbacks.append(Pauses())
