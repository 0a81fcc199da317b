"""JSON: a list of objects, a list inside an object, or one object a line. Nested objects become columns, a list of
items becomes one row an item with the order's own columns repeated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from regulars.intake.reading.sheets import Row, UnreadableFile

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
)
ITEM_NAMES = ("line_items", "items", "lines", "order_lines", "order_items", "products")
SECRET = ("password", "token", "secret")


def looks_like_json(path: Path, encoding: str) -> bool:
    """Say whether the text begins as JSON does."""
    with path.open(encoding=encoding, errors="replace") as file:
        head = file.read(4096).lstrip("\ufeff \r\n\t")
    return head.startswith("{") or (head.startswith("[") and head[1:].lstrip()[:1] in {"{", "]"})


def read(path: Path, encoding: str) -> tuple[list[str], list[Row]]:
    """Return the column names in the order they first appear, and the rows; a row's number is its object's place."""
    flat = [
        (number, line) for number, record in enumerate(_records(path, encoding), start=1) for line in _lines(record)
    ]
    header: dict[str, int] = {}
    for _, line in flat:
        for name in line:
            header.setdefault(name, len(header))
    return list(header), [(number, [line.get(name, "") for name in header]) for number, line in flat]


def _records(path: Path, encoding: str) -> Iterator[dict[str, Any]]:
    text = path.read_text(encoding=encoding, errors="replace").lstrip("\ufeff")
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        yield from _from_lines(text)
        return
    yield from (record for record in _list_in(whole) if isinstance(record, dict))


def _from_lines(text: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as fault:
            raise UnreadableFile(f"Line {number} is not valid JSON: {fault.msg}. Export the file again.") from fault
        if isinstance(record, dict):
            yield record


def _list_in(whole: Any) -> list[Any]:
    if isinstance(whole, list):
        return whole
    for name in LIST_NAMES:
        if isinstance(whole.get(name), list):
            return list(whole[name])
    lists = [value for value in whole.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    return max(lists, key=len) if lists else [whole]


def _lines(record: dict[str, Any]) -> list[dict[str, str]]:
    """One row, or one an item; only the first repeats the order's columns, as in a shop's own CSV."""
    name = next((name for name in ITEM_NAMES if _is_a_list_of_objects(record.get(name))), None)
    head = _flat({key: value for key, value in record.items() if key != name})
    if name is None:
        return [head]
    return [head | _flat(item, "lineitem.") for item in record[name]]


def _is_a_list_of_objects(value: Any) -> bool:
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
