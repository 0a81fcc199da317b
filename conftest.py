"""What every test may ask for. The data folder and the database are laid by `regulars.kit.tests.ground`."""

from __future__ import annotations

import ipaddress
import itertools
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from regulars.kit import clock
from regulars.kit.laying_out import lay_out
from regulars.kit.tests import ground, postgres

# No test looks at a clock, a busy machine least of all; and the same code gives the same answer every time it is asked.
hypothesis_settings.register_profile("house", deadline=None, derandomize=True)
hypothesis_settings.register_profile("explore", deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

NOON_ON_A_WEDNESDAY = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_blocker: DjangoDbBlocker) -> None:
    """The test database is the one a child process finds under the same settings: a file, or our own server's.

    It is laid out as a new house is, in a twentieth of the work of all its steps.
    """
    link = connections["default"]
    if ground.ON_POSTGRES:
        ground.CLUSTER.make_database(ground.DATABASE)
    link.settings_dict["TEST"]["NAME"] = str(link.settings_dict["NAME"])
    with django_db_blocker.unblock():
        lay_out()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """What is laid out is taken as it stands; its folder or server ends with the run."""
    return True


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _every_test_begins_in_english() -> Iterator[None]:
    """A request leaves the language of its browser behind in the thread; the next test is none of its business."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _no_copy_of_another_tests_orders() -> None:
    """A copy is told by its database and how far that had come; a database emptied between tests is told by neither."""
    (Path(settings.CACHE_DIR) / "standings" / "copy.json").unlink(missing_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _no_outgoing_sockets() -> Iterator[None]:
    """A test that reaches for the network fails with a sentence."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def checked(address: Any) -> None:
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            raise RuntimeError(f"A test may not reach {address[0]}.")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        checked(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        checked(address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_here(name) and name != socket.gethostname():
            raise RuntimeError(f"A test may not look up {name}.")
        return look_up(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    patch.undo()


def _is_here(host: str) -> bool:
    if host in {"localhost", ""}:
        return True
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(autouse=True)
def _business_read_anew() -> Iterator[None]:
    """A rolled-back test leaves no settings behind."""
    from regulars.kit.business import forget_business

    forget_business()
    yield
    forget_business()


@pytest.fixture(scope="session", autouse=True)
def _what_is_kept_for_seconds_is_kept_for_the_test() -> Iterator[None]:
    """How many queries a page takes must not depend on how quick the machine was between two of them."""
    from regulars.kit import business
    from regulars.web import rooms

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(business, "KEPT_SECONDS", 3600.0)
        patch.setattr(rooms, "COUNT_KEPT_SECONDS", 3600)
        patch.setattr(rooms, "COUNTED_HERE_SECONDS", 3600)
        yield


@pytest.fixture(autouse=True)
def _nothing_in_the_cache_of_another_test() -> None:
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _looks_of_another_test_forgotten() -> None:
    """A look waits in memory for the next page that writes, which may be a later test's."""
    from regulars.staff import sightings

    sightings.forget()


class FrozenClock:
    """The house's clock, standing still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.now = at

    def move_to(self, when: datetime | date) -> datetime:
        """To a moment, or to noon (UTC) of a day."""
        self.now = when if isinstance(when, datetime) else datetime.combine(when, time(12), UTC)
        clock._frozen.set(self.now.astimezone(UTC))
        return self.now

    def ahead(self, **by: float) -> datetime:
        """Forward by `days=`, `hours=`, `minutes=` …"""
        return self.move_to(self.now + timedelta(**by))


@pytest.fixture
def frozen_clock() -> Iterator[FrozenClock]:
    """Wednesday 4 March 2026, noon UTC; `move_to(...)` and `ahead(days=3)` move it."""
    token = clock._frozen.set(NOON_ON_A_WEDNESDAY)
    yield FrozenClock(NOON_ON_A_WEDNESDAY)
    clock._frozen.reset(token)


@pytest.fixture
def work() -> Callable[[], int]:
    """Run the worker until nothing is due; returns how much it did."""
    from regulars.kit.worker import run_worker

    return lambda: run_worker(threading.Event(), once=True)


_numbers = itertools.count(1)


@pytest.fixture
def postgres_url() -> str:
    """An empty PostgreSQL database of this test's own; skipped where PostgreSQL is not installed."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed on this machine")
    return ground.CLUSTER.make_database(f"scratch_{next(_numbers)}")


@pytest.fixture
def in_threads() -> Callable[..., list[Any]]:
    """Run a function in n threads that all start together; returns what each returned or raised, in order."""

    def run(count: int, act: Callable[[int], Any]) -> list[Any]:
        start = threading.Barrier(count)
        results: list[Any] = [None] * count

        def one(number: int) -> None:
            try:
                start.wait(20)
                results[number] = act(number)
            except Exception as fault:
                results[number] = fault
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300)  # two gradings on a busy machine take minutes
        return results

    return run
