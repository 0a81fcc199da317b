"""Where the present request came from, so that the log can note it without services knowing of requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_address: ContextVar[str] = ContextVar("address", default="")


@contextmanager
def came_from(address: str) -> Iterator[None]:
    """Remember the caller's network address for the time of one request."""
    token = _address.set(address[:45])
    try:
        yield
    finally:
        _address.reset(token)


def address() -> str:
    """Return the caller's network address, empty for the terminal and the worker."""
    return _address.get()
