"""A stream locked with a passphrase: scrypt makes the key, AES-GCM seals chunk after chunk, in order and to the end."""

from __future__ import annotations

import io
import os
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

MAGIC = b"REGULARS-SEALED1"
SALT_BYTES = 16
CHUNK_BYTES = 1 << 20
COST = 16  # scrypt N = 2**16: 64 MB and a fifth of a second
_LENGTH = struct.Struct(">I")


def is_sealed(beginning: bytes) -> bool:
    return beginning.startswith(MAGIC)


def _cipher(passphrase: str, salt: bytes, cost: int) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**cost, r=8, p=1).derive(passphrase.encode()))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")  # the key is this file's own, so a counter never repeats under it


class SealedWriter(io.RawIOBase):
    """Write plain bytes; sealed chunks go to `sink`. The last chunk is marked, so a cut file is noticed."""

    def __init__(self, sink: BinaryIO, passphrase: str) -> None:
        salt = os.urandom(SALT_BYTES)
        self._sink, self._cipher = sink, _cipher(passphrase, salt, COST)
        self._waiting, self._number = bytearray(), 0
        sink.write(MAGIC + bytes([COST]) + salt)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        plain = bytes(data)  # type: ignore[call-overload]  # any buffer
        self._waiting += plain
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), b"more")
            del self._waiting[:CHUNK_BYTES]
        return len(plain)

    def _seal(self, chunk: bytes, mark: bytes) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number), chunk, mark)
        self._number += 1
        self._sink.write(_LENGTH.pack(len(sealed)) + sealed)

    def close(self) -> None:
        if not self.closed:
            self._seal(bytes(self._waiting), b"last")
        super().close()


class SealedReader(io.RawIOBase):
    """Read plain bytes out of a sealed stream; refuses a wrong passphrase and a damaged or cut file."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        header = source.read(len(MAGIC) + 1 + SALT_BYTES)
        cost = header[len(MAGIC)] if len(header) > len(MAGIC) + SALT_BYTES else 0
        if not is_sealed(header) or not 10 <= cost <= 20:
            raise Refusal(_("This file is not a sealed backup."))
        self._source, self._cipher = source, _cipher(passphrase, header[len(MAGIC) + 1 :], cost)
        self._ready, self._number, self._ended = b"", 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # any buffer
        if not self._ready and not self._ended:
            self._open_next()
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _open_next(self) -> None:
        prefix = self._source.read(_LENGTH.size)
        length = _LENGTH.unpack(prefix)[0] if len(prefix) == _LENGTH.size else 0
        sealed = self._source.read(length) if 16 <= length <= CHUNK_BYTES + 16 else b""
        for mark in (b"more", b"last"):
            try:
                self._ready = self._cipher.decrypt(_nonce(self._number), sealed, mark)
            except InvalidTag:
                continue
            self._number, self._ended = self._number + 1, mark == b"last"
            return
        if self._number == 0 and length and len(sealed) == length:
            raise Refusal(_("The passphrase does not open this backup."))
        raise Refusal(_("This backup is damaged or was cut off."))
