"""regulars demo: a boutique with two years of custom, its day prepared, served."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from regulars.cli.main import Command

MARK = ".regulars-demo"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, help="serve there (the first free port from 8000)")
    parser.add_argument("--smoke", action="store_true", help="do everything, fetch every page once, stop, exit 0")
    parser.add_argument("--fresh", action="store_true", help="throw the demo's own folder away and begin again")


def folder(options: argparse.Namespace) -> Path:
    return Path(options.data_dir or ".demo").resolve()


def environment(options: argparse.Namespace) -> dict[str, str]:
    """The demo never touches a real installation: it has a folder of its own, with a mark on it."""
    home = folder(options)
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise SystemExit(f"{home} is not a demo's folder. Choose another with --data-dir.")
    if options.fresh or options.smoke:
        shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).touch()
    options.data_dir = str(home)
    os.environ.pop("REGULARS_DATABASE_URL", None)
    return {"REGULARS_DATA_DIR": str(home), "REGULARS_DEMO": "yes"}


def free_port(host: str, first: int = 8000) -> int:
    for port in range(first, first + 200):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if tried.connect_ex((host, port)) != 0:
                with contextlib.suppress(OSError):
                    tried.bind((host, port))
                    return port
    raise SystemExit("No free port between 8000 and 8200; give one with --port.")


@contextlib.contextmanager
def served(host: str, port: int) -> Iterator[str]:
    server = subprocess.Popen([sys.executable, "-m", "regulars", "serve", "--host", host, "--port", str(port)])
    address = f"http://{host}:{port}"
    try:
        wait_for(f"{address}/healthz", server)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()


def wait_for(address: str, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  # our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("The demo's server did not start.")


def tell_today() -> None:
    from regulars.kit import clock
    from regulars.today.queries import plan

    day = plan(clock.today(), shown=3)
    print(f"\nToday, {day.on:%A %d %B %Y}: {day.total} lines.")
    for section in day.sections:
        print(f"  {section.kind.heading} ({section.total})")
        for line in section.lines:
            print(f"    {line.person + ': ' if line.person else ''}{line.what}. {line.why_now}")
        if section.more:
            print(f"    and {section.more} more")


def smoke(address: str) -> int:
    from regulars.cli.demo.smoke import walk

    seen = walk(address)
    for path, status in seen:
        print(f"  {status or 'missing'} {path}")
    return 0 if all(status == 200 for _, status in seen) else 1


def run(options: argparse.Namespace) -> int:
    from regulars.cli.demo.build import build
    from regulars.kit.business import exists

    if not exists():
        print("Making the demo boutique ...", flush=True)
        build(lambda sentence: print(f"  {sentence}", flush=True))
    tell_today()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the server below stops with us
    port = options.port or free_port(options.host)
    with served(options.host, port) as address:
        if options.smoke:
            return smoke(address)
        print(f"\nOpen {address}/ and press “Enter as the owner”. Ctrl-C stops it.", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0


COMMAND = Command(
    "demo",
    "A boutique with two years of custom to look around in; its own folder, nothing of yours.",
    arguments,
    run,
    environment=environment,
)
