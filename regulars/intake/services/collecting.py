"""Python's cycle collector, kept from going through millions of short-lived rows again and again.

Measured: with it, writing takes nearly twice as long. What it would find is collected now and then by hand.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def seldom() -> Iterator[None]:
    """Collect only by `now_and_then` inside."""
    was_on = gc.isenabled()
    gc.freeze()  # without a look first: what is rubbish already waits until the end, and a look costs a small file most
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()


def now_and_then(turn: int, every: int) -> None:
    """Collect at every so many turns."""
    if turn % every == every - 1:
        gc.collect()
