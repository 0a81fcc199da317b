"""JSON: a list of objects, a list inside an object, or one object a line. Nested objects become columns, a list of
items becomes one row an item with the order's own columns repeated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeGuard

from django.utils.translation import gettext as _

from regulars.intake.reading.sheets import Fault, Row, UnreadableFile

LIST_NAMES = (
    "orders",
    "customers",
    "data",
    "results",
    "items",
    "records",
    "rows",
    "charges",
    "transactions",
    "contacts",
    "people",
    "members",
    "subscribers",
    "users",
    "value",
    "objects",
)
ITEM_NAMES = ("line_items", "items", "lines", "order_lines", "order_items", "products")
SECRET = ("password", "token", "secret")


def looks_like_json(path: Path, encoding: str) -> bool:
    """Say whether the text begins as JSON does."""
    with path.open(encoding=encoding, errors="replace") as file:
        head = file.read(4096).lstrip("\ufeff \r\n\t")
    return head.startswith("{") or (head.startswith("[") and head[1:].lstrip()[:1] in {"{", "]"})


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
    yield from _list_in(whole)


def _from_lines(text: str, fault: Exception) -> Iterator[Any]:
    """One object a line; a line that is none is named. Where none is one, the whole file is broken."""
    found: list[Any] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            found.append(json.loads(line.strip().rstrip(",")))
        except (ValueError, RecursionError):
            found.append(Fault(_("This line is not valid JSON."), [line[:500]]))
    if not any(isinstance(one, dict) for one in found):
        raise UnreadableFile(_("This file is not valid JSON, or was cut off. Export it again.")) from fault
    yield from found


def _list_in(whole: Any, depth: int = 3) -> list[Any]:
    """The list of records, wherever it stands: under a usual name, as the longest list, as records by their number."""
    if isinstance(whole, list):
        return whole
    if not isinstance(whole, dict):
        return []
    for name in LIST_NAMES:
        if isinstance(whole.get(name), list):
            return list(whole[name])
    lists = [value for value in whole.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    if lists:
        return max(lists, key=len)
    inner = [value for value in whole.values() if isinstance(value, dict)]
    if len(inner) > 1 and len(inner) == len(whole) and len({frozenset(value) for value in inner}) == 1:
        return [{"id": key, **value} for key, value in whole.items()]
    if depth and len(inner) == 1 and (found := _list_in(inner[0], depth - 1)) and found != [inner[0]]:
        return found
    return [whole]


def _lines(record: dict[str, Any]) -> list[dict[str, str]]:
    """One row, or one an item; only the first repeats the order's columns, as in a shop's own CSV."""
    name = next((name for name in ITEM_NAMES if _is_a_list_of_objects(record.get(name))), None)
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
    if _is_a_list_of_objects(refunds) and "refunded_amount" not in record:
        said["refunded_amount"] = str(sum(map(_given_back, refunds), Decimal(0)))
    return said


def _given_back(refund: dict[str, Any]) -> Decimal:
    """The amount of one refund, or of the payments that it is made of."""
    parts = refund.get("transactions")
    if _is_a_list_of_objects(parts):
        return sum((_given_back(one) for one in parts if one.get("status") in {None, "", "success"}), Decimal(0))
    try:
        return abs(Decimal(str(refund.get("total") or refund.get("amount") or 0)))
    except InvalidOperation:
        return Decimal(0)


def _is_a_list_of_objects(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{key}.")
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
