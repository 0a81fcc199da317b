"""The one file of a backup: a gzipped tar, in plain or sealed, whose members are proved by their sha256."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.kit.sealing import MAGIC, SealedReader, SealedWriter, is_sealed

ABOUT, MANIFEST = "about.json", "manifest.json"
GZIP_LEVEL = 3
BLOCK_BYTES = 1 << 20


class Packer:
    """Adds members and remembers the sha256 of each for the manifest."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.sha256: dict[str, str] = {}

    def add_json(self, name: str, content: dict[str, Any]) -> None:
        self.add_bytes(name, json.dumps(content, indent=1, sort_keys=True).encode())

    def add_bytes(self, name: str, content: bytes) -> None:
        self._add(name, io.BytesIO(content), len(content))

    def add_file(self, name: str, path: Path) -> None:
        """A file that grows meanwhile is taken at its length of now; one that has just gone is left out."""
        try:
            source = path.open("rb")
        except FileNotFoundError:
            return
        with source:
            self._add(name, source, os.fstat(source.fileno()).st_size)

    def _add(self, name: str, source: BinaryIO, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        digest = _Digesting(source)
        self._tar.addfile(info, cast("IO[bytes]", digest))
        self.sha256[name] = digest.hexdigest()


class _Digesting:
    """A file that is hashed while it is read."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self._digest.update(block)
        return block

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


@contextmanager
def packing(target: Path, passphrase: str | None) -> Iterator[Packer]:
    """Write a parcel; it appears under its name only when it is whole and on the disk."""
    unfinished = target.with_name(f".{target.name}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with ExitStack() as stack:
                sink: Any = stack.enter_context(SealedWriter(file, passphrase)) if passphrase else file
                packed = stack.enter_context(gzip.GzipFile("", "wb", GZIP_LEVEL, sink, mtime=0))
                yield Packer(stack.enter_context(tarfile.open(fileobj=packed, mode="w|")))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def seal(source: Path, target: Path, passphrase: str) -> None:
    """Lock a parcel that was written in plain; the locked one appears under its name when it is whole."""
    unfinished = target.with_name(f".{target.name}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with source.open("rb") as plain, SealedWriter(file, passphrase) as sink:
                while block := plain.read(BLOCK_BYTES):
                    sink.write(block)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def unpack(source: Path, passphrase: str | None, into: Path, accept: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take a parcel apart into a folder; `accept(about)` may refuse before anything large is written.

    Returns about and manifest. Refuses what is damaged: every member must be as the manifest says.
    """
    try:
        with source.open("rb") as file:
            members, sha256 = _take_apart(file, passphrase, into, accept)
    except (tarfile.TarError, zlib.error, EOFError, OSError) as fault:
        if isinstance(fault, FileNotFoundError):
            raise Refusal(_("There is no file %(path)s.") % {"path": source}) from None
        raise Refusal(_("This is not a whole backup: %(why)s.") % {"why": fault}) from fault
    if MANIFEST not in members:
        raise Refusal(_("This backup is damaged or was cut off."))
    manifest = json.loads(members[MANIFEST])
    if manifest["sha256"] != {name: digest for name, digest in sha256.items() if name != MANIFEST}:
        raise Refusal(_("This backup is damaged: a part of it is not what was put in."))
    return json.loads(members[ABOUT]), manifest


def _take_apart(
    file: BinaryIO, passphrase: str | None, into: Path, accept: Any
) -> tuple[dict[str, bytes], dict[str, str]]:
    beginning = file.read(len(MAGIC))
    file.seek(0)
    plain: Any = file
    if is_sealed(beginning):
        if not passphrase:
            raise Refusal(_("This backup is locked with a passphrase. Give it."))
        plain = io.BufferedReader(SealedReader(file, passphrase), BLOCK_BYTES)
    read: dict[str, bytes] = {}
    sha256: dict[str, str] = {}
    with gzip.GzipFile(fileobj=plain) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is None or member.name in sha256:
                continue
            if member.name in (ABOUT, MANIFEST):
                read[member.name] = content.read()
                sha256[member.name] = hashlib.sha256(read[member.name]).hexdigest()
            else:
                if ABOUT not in read:
                    raise Refusal(_("This file is not a backup of Regulars."))
                sha256[member.name] = _write(content, _inside(into, member.name))
            if member.name == ABOUT:
                accept(json.loads(read[ABOUT]))
        while packed.read(BLOCK_BYTES):  # to the very end, where gzip proves the whole
            pass
    if ABOUT not in read:
        raise Refusal(_("This file is not a backup of Regulars."))
    return read, sha256


def _inside(folder: Path, name: str) -> Path:
    """Where a member goes; never outside the folder, whatever its name says."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise Refusal(_("This backup holds a file that would leave its folder."))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write(content: IO[bytes], path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("wb") as file:
        while block := content.read(BLOCK_BYTES):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()
