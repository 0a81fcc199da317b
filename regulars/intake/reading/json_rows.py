"""JSON: a list of objects, a list inside an object, or one object a line. Nested objects become columns, a list of
items becomes one row an item with the order's own columns repeated. Where the list stands, `json_lists` says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from regulars.intake.reading import json_lists
from regulars.intake.reading.sheets import Fault, Row, UnreadableFile

ITEM_NAMES = ("lineitems", "items", "lines", "orderlines", "orderitems", "products")
SECRET = ("password", "token", "secret")
DEEPEST = 12  # names of columns; what stands deeper is none


def looks_like_json(path: Path, encoding: str) -> bool:
    """Say whether the text begins as JSON does."""
    with path.open(encoding=encoding, errors="replace") as file:
        head = file.read(4096).lstrip("\ufeff \r\n\t")
    return head.startswith("{") or (head.startswith("[") and head[1:].lstrip()[:1] in {"{", "[", "]"})


def read(path: Path, encoding: str) -> tuple[list[str], list[Row], dict[int, Fault]]:
    """Return the column names in the order they first appear, the rows (a row's number is its object's place), and what
    stands between them and is no object."""
    faults: dict[int, Fault] = {}
    flat = []
    for number, record in enumerate(_records(path, encoding), start=1):
        if isinstance(record, dict):
            flat += [(number, line) for line in _lines(record)]
        else:
            said = record.reason if isinstance(record, Fault) else _("This is no record with names and values.")
            faults[number] = Fault(said, record.cells if isinstance(record, Fault) else [str(record)[:500]])
    header: dict[str, int] = {}
    for _number, line in flat:
        for name in line:
            header.setdefault(name, len(header))
    return list(header), [(number, [line.get(name, "") for name in header]) for number, line in flat], faults


def _records(path: Path, encoding: str) -> Iterator[Any]:
    text = path.read_text(encoding=encoding, errors="replace").replace("\0", "").lstrip("\ufeff \r\n\t")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as fault:
        yield from _from_lines(text, fault)
        return
    yield from json_lists.records_in(whole)


def _from_lines(text: str, fault: Exception) -> Iterator[Any]:
    """One object a line; a line that is none is named. Where none is one, the whole file is broken."""
    is_too_deep = isinstance(fault, RecursionError)
    found: list[Any] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            found.append(json.loads(line.strip().rstrip(",")))
        except ValueError:
            found.append(Fault(_("This line is not valid JSON."), [line[:500]]))
        except RecursionError:
            is_too_deep = True
            found.append(Fault(_("What stands in this line is nested too deep."), [line[:500]]))
    if not any(isinstance(one, dict) for one in found):
        if is_too_deep:
            raise UnreadableFile(
                _("The records in this file are nested too deep to be read as a list. Export it as CSV instead.")
            ) from fault
        raise UnreadableFile(_("This file is not valid JSON, or was cut off. Export it again.")) from fault
    yield from found


def _lines(record: dict[str, Any]) -> list[dict[str, str]]:
    """One row, or one an item; only the first repeats the order's columns, as in a shop's own CSV."""
    by_key = {json_lists.key_of(name): name for name in record}
    told = (by_key[key] for key in ITEM_NAMES if key in by_key)
    name = next((name for name in told if json_lists.is_of_objects(record[name])), None)
    head = _flat({key: value for key, value in record.items() if key != name}) | _said_of(record)
    if name is None:
        return [head]
    return [head | _flat(item, "lineitem.") for item in record[name]]


def _said_of(record: dict[str, Any]) -> dict[str, str]:
    """What an order says in ways of its own: money that went back piece by piece, and that it was only a test."""
    said: dict[str, str] = {}
    if isinstance(record.get("test"), bool):
        said["test"] = "test" if record["test"] else ""
    refunds = record.get("refunds")
    if json_lists.is_of_objects(refunds) and "refunded_amount" not in record:
        said["refunded_amount"] = str(sum(map(_given_back, refunds), Decimal(0)))
    return said


def _given_back(refund: dict[str, Any]) -> Decimal:
    """The amount of one refund, or of the payments that it is made of."""
    parts = refund.get("transactions")
    if json_lists.is_of_objects(parts):
        return sum((_given_back(one) for one in parts if one.get("status") in {None, "", "success"}), Decimal(0))
    try:
        return abs(Decimal(str(refund.get("total") or refund.get("amount") or 0)))
    except InvalidOperation:
        return Decimal(0)


def _flat(record: dict[str, Any], prefix: str = "", depth: int = DEEPEST) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{key}.", depth - 1) if depth else {}
        elif not any(word in key.lower() for word in SECRET):
            found[prefix + key] = _text(value)
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value)) if all(isinstance(item, str | int) for item in value) else json.dumps(value)
    return str(value)
