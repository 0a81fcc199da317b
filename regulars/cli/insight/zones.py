"""The zone in which a Parquet file's moments were: they are kept in UTC, and the program that wrote them says whose day it was."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
NAMED = re.compile(r"[A-Za-z][A-Za-z0-9+_-]*(/[A-Za-z0-9+_-]+)*")
ALWAYS_UTC = frozenset({"UTC", "Etc/UTC", "Z", "GMT", "Etc/GMT", "Zulu"})


def zones_of(con: DuckDBPyConnection, path: Path) -> set[str]:
    """Every zone that the schema kept for Arrow names: of one column or several; nothing where no such schema is kept."""
    found = con.execute("SELECT value FROM parquet_kv_metadata(?) WHERE key::VARCHAR = 'ARROW:schema'", [str(path)])
    return {zone for (kept,) in found.fetchall() for zone in _texts(bytes(kept)) if _is_zone(zone)}


def day_in(column: str, zone: str) -> str:
    """SQL for the day that a moment was in a zone."""
    column = f"{column}::TIMESTAMPTZ"  # from billionths of a second too
    if away := OFFSET.fullmatch(zone):
        minutes = int(away[2]) * 60 + int(away[3])
        return f"(timezone('UTC', {column}) {away[1]} INTERVAL {minutes} MINUTE)::DATE"
    return f"timezone('{zone}', {column})::DATE"


def _texts(kept: bytes) -> Iterator[str]:
    """The texts of a schema in FlatBuffers: four bytes of length, the letters, a zero."""
    try:
        schema = base64.b64decode(kept)
    except binascii.Error:
        return
    for start in range(0, len(schema) - 4, 4):
        (length,) = struct.unpack_from("<I", schema, start)
        end = start + 4 + length
        if 0 < length < 64 and end < len(schema) and schema[end] == 0:
            text = schema[start + 4 : end]
            if text.isascii():
                yield text.decode()


def _is_zone(text: str) -> bool:
    if text in ALWAYS_UTC or OFFSET.fullmatch(text):
        return True
    if "/" not in text or not NAMED.fullmatch(text):  # a column may be called Iran or EST
        return False
    try:
        ZoneInfo(text)
    except (ValueError, OSError):  # no such zone, or a folder of zones
        return False
    return True
