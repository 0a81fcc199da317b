"""A PostgreSQL of our own for a test run: a fresh cluster in a temporary folder, reached over a socket file."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

ACCOUNTS = ("postgres", "nobody")
SETTINGS = ("max_connections=80", "shared_buffers=64MB")
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
PR_SET_PDEATHSIG = 1


def programs() -> Path | None:
    """Where initdb and postgres are, newest version first; None when PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: -float(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).parent if on_path else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """Made at the first `start()`, gone with this process. Not durable unless asked for: a test forgets anyway."""

    def __init__(self, *, is_durable: bool = False) -> None:
        self.settings = SETTINGS if is_durable else SETTINGS + FORGETFUL
        self.folder = Path(tempfile.mkdtemp(prefix="regulars-pg-", dir="/tmp"))
        self.port = free_port()
        self.server: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        return f"postgresql://regulars@{quote(str(self.folder), safe='')}:{self.port}/{database}"

    def start(self) -> None:
        if self.server is not None:
            return
        where = programs()
        if where is None:
            raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql.")
        if os.geteuid() == 0:
            account = _account()
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        made = ["--auth=trust", "--username=regulars", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run([str(where / "initdb"), "-D", str(self.folder / "data"), *made]).wait()
        self._serve(where)

    def restart(self) -> None:
        """As an update of the system does: whoever is connected is thrown out, and what was committed stays."""
        where = programs()
        assert where is not None
        assert self.server is not None
        self.server.send_signal(signal.SIGINT)
        self.server.wait(60)
        self._serve(where)

    def _serve(self, where: Path) -> None:
        settings = [*self.settings, "listen_addresses=", f"unix_socket_directories={self.folder}", f"port={self.port}"]
        options = [part for setting in settings for part in ("-c", setting)]
        self.server = self._run([str(where / "postgres"), "-D", str(self.folder / "data"), *options])
        self._wait_until_it_answers()

    def _run(self, command: list[str]) -> subprocess.Popen[bytes]:
        as_whom: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = _account()
            as_whom = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd="/tmp",
                preexec_fn=_end_with_the_parent,
                **as_whom,
            )

    def _wait_until_it_answers(self) -> None:
        for _ in range(200):
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL did not start, see {self.folder}.log.")

    def make_database(self, name: str) -> str:
        self.start()
        with psycopg.connect(self.url("postgres"), autocommit=True) as link:
            link.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            link.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def stop(self) -> None:
        if self.server is not None:
            self.server.send_signal(signal.SIGQUIT)
            self.server.wait(20)
            self.server = None
        shutil.rmtree(self.folder, ignore_errors=True)
        Path(f"{self.folder}.log").unlink(missing_ok=True)


def _account() -> pwd.struct_passwd:
    """An account without rights: PostgreSQL refuses to run as root."""
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("There is no account to run PostgreSQL under.")


def _end_with_the_parent() -> None:
    """Even when the test run is killed, its server goes with it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
