"""A file as it goes over the wire: put into base64 once, for however many letters it goes with."""

from __future__ import annotations

from base64 import encodebytes
from dataclasses import dataclass
from email.mime.base import MIMEBase
from email.policy import compat32
from functools import cached_property

WIRE = compat32.clone(linesep="\r\n")
IN_A_LINE = 57
HEADERS = 300


@dataclass(frozen=True)
class Enclosed:
    """A file that travels with the letter."""

    name: str
    media_type: str
    content: bytes

    @cached_property
    def part(self) -> bytes:
        """Its part of the letter; letters that share the file share these bytes."""
        return file_part(self).as_bytes(policy=WIRE)


def file_part(file: Enclosed) -> MIMEBase:
    """A file as it goes over the wire; its name in UTF-8 where it is not ASCII (RFC 2231)."""
    kind, _slash, rest = file.media_type.partition("/")
    part = MIMEBase(kind, rest or "octet-stream")
    name: str | tuple[str, str, str] = file.name if file.name.isascii() else ("utf-8", "", file.name)
    part.add_header("Content-Disposition", "attachment", filename=name)
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(encodebytes(file.content).decode().replace("\n", "\r\n"))
    return part


def on_the_way(size: int) -> int:
    """How many bytes a file of this size is in a letter: base64 in lines of 76, and its headers."""
    return (size + 2) // 3 * 4 + 2 * -(-size // IN_A_LINE) + HEADERS
