"""Files that lie here, not taken in yet or not readable: looked through for somebody who is erased."""

from __future__ import annotations

import contextlib
import shutil
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from django.db import transaction

from regulars.intake.models import ImportRun
from regulars.intake.services.running import folder_of

BLOCK = 1 << 20
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")
AT_WORK = (ImportRun.State.QUEUED, ImportRun.State.RUNNING, ImportRun.State.UNDOING)


def forget_files(texts: Collection[str]) -> int:
    """Remove files at rest that name somebody, with the runs that wait for them; returns how many.

    A file that is being taken in is left: what it brings of an erased person is refused a letter all the same. What
    cannot be looked into (a packed table) goes as well: it can be chosen again.
    """
    gone = 0
    if not texts:
        return 0
    for run in ImportRun.objects.exclude(state__in=AT_WORK).exclude(stored_as=""):
        folder = folder_of(run)
        if folder.is_dir() and any(_names(path, texts) for path in folder.rglob("*") if path.is_file()):
            transaction.on_commit(lambda folder=folder: shutil.rmtree(folder, ignore_errors=True))  # type: ignore[misc]
            ImportRun.objects.filter(pk=run.pk).update(stored_as="")
            ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.WAITING).delete()
            gone += 1
    return gone


def _names(path: Path, texts: Collection[str]) -> bool:
    wanted = {text.encode(name).lower() for text in texts for name in ENCODINGS if _has(text, name)}
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith((b"PAR1", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"BZh")):
        return True
    return any(_holds(content, wanted) for content in _contents(path, is_zip=head.startswith(b"PK")))


def _has(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _contents(path: Path, *, is_zip: bool) -> Iterator[IO[bytes]]:
    """The file itself, or what is packed in it."""
    if not is_zip:
        with path.open("rb") as file:
            yield file
        return
    with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as member:
                yield member


def _holds(content: IO[bytes], wanted: Collection[bytes]) -> bool:
    """Look block by block, each with the end of the one before."""
    longest = max(map(len, wanted), default=0)
    before = b""
    while block := content.read(BLOCK):
        seen = (before + block).lower()
        if any(text in seen for text in wanted):
            return True
        before = seen[-longest:] if longest else b""
    return False
