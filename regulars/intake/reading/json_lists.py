"""Where the records stand in JSON: under which name, how deep, one by one or by their number, each with its orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeGuard

LIST_NAMES = (
    "orders", "customers", "data", "results", "items", "records", "rows", "charges", "transactions",
    "contacts", "people", "members", "subscribers", "users", "value", "objects",
)  # fmt: skip
DEEP_NAMES = frozenset(LIST_NAMES) - {"data", "items", "value", "objects"}  # found below other things, too
OF_A_PERSON = ("orders", "purchases", "sales", "bookings")
PEOPLE = ("customers", "clients", "buyers", "contacts", "people", "users", "members")
OWN_NAMES = ("id", "customer_id", "customerId", "number", "_id")
OF_THE_ENTRY = frozenset(
    "createdat created updatedat updated modified modifiedat datecreated datemodified registeredat status total"
    " totalspent amount orderscount ordercount lastorderid lastordername lastorderat".split()
)  # what a shop says of its entry on a customer, and not of any order
DEEPEST = 6
ALIKE = 0.6  # the share of names that records by their number have in common


def records_in(whole: Any) -> list[Any]:
    """The list of records, wherever it stands. Customers who bring their orders become one record an order."""
    found = plain(whole)
    return _by_order(_as_objects(_put_together(found) or _list_in(found)))


def plain(value: Any, depth: int = 60) -> Any:
    """The same without the wrapping of GraphQL: edges that hold a node each, and lists called nodes."""
    if depth == 0:
        return value
    if isinstance(value, list):
        return [plain(one, depth - 1) for one in value]
    if not isinstance(value, dict):
        return value
    edges, nodes = value.get("edges"), value.get("nodes")
    if isinstance(edges, list) and all(isinstance(one, dict) and "node" in one for one in edges):
        return [plain(one["node"], depth - 1) for one in edges]
    if isinstance(nodes, list) and set(value) <= {"nodes", "pageInfo", "totalCount"}:
        return [plain(one, depth - 1) for one in nodes]
    return {key: plain(one, depth - 1) for key, one in value.items()}


def _put_together(whole: Any, depth: int = DEEPEST) -> list[Any]:
    """Customers beside their orders, each with those that name its number; orders of nobody stay alone."""
    if not isinstance(whole, dict):
        return []
    orders = next((whole[name] for name in OF_A_PERSON if is_of_objects(whole.get(name))), None)
    people = next((whole[name] for name in PEOPLE if is_of_objects(whole.get(name))), None)
    if orders is None or people is None:
        inner = [value for value in whole.values() if isinstance(value, dict)]
        return _put_together(inner[0], depth - 1) if depth and len(inner) == 1 else []
    by_number = {str(one[name]): one for one in reversed(people) for name in OWN_NAMES if one.get(name)}
    theirs: dict[int, list[Any]] = {id(one): [] for one in people}
    alone: list[Any] = []
    for order in orders:
        whose = by_number.get(_number_in(order)) if "customer" not in order else None
        (theirs[id(whose)] if whose is not None else alone).append(order)
    if len(alone) == len(orders):
        return []
    return [*({**one, "orders": theirs[id(one)]} for one in people), *({"customer": {}, **one} for one in alone)]


def _number_in(order: dict[str, Any]) -> str:
    """Whose order it is: the number under the name of the one who has it, customer_id, clientId, buyer."""
    singular = {name.removesuffix("s") for name in PEOPLE}
    said = (order[name] for name in order if key_of(name).removesuffix("id").removesuffix("number") in singular)
    return next((str(value) for value in said if isinstance(value, str | int) and value != ""), "")


def is_of_objects(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def key_of(name: str) -> str:
    """A name without case and separators: lineItems and line_items are one."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _list_in(whole: Any, depth: int = DEEPEST) -> list[Any]:
    """Under a usual name, as the longest list, as records by their number, or below other things."""
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
    if len(inner) > 1 and len(inner) == len(whole) and _are_alike(inner):
        return [{"id": key, **value} for key, value in whole.items()]
    if depth and len(inner) == 1 and len(whole) == 1:
        found = _list_in(inner[0], depth - 1)
        return found if found and found != [inner[0]] else [whole]
    below = max((_below(value, depth - 1) for value in inner), key=len, default=[]) if depth else []
    return below or [whole]


def _below(value: Any, depth: int) -> list[Any]:
    """The longest list under a usual name anywhere below."""
    if not isinstance(value, dict) or depth <= 0:
        return []
    here = [one for name, one in value.items() if name.casefold() in DEEP_NAMES and is_of_objects(one)]
    return max([*here, *(_below(one, depth - 1) for one in value.values())], key=len, default=[])


def _are_alike(records: list[dict[str, Any]]) -> bool:
    names = [set(record) for record in records]
    return len(set.intersection(*names)) >= ALIKE * len(set.union(*names))


def _as_objects(records: list[Any]) -> list[Any]:
    """A table as lists of cells: the first names the columns."""
    if len(records) < 2 or not all(isinstance(row, list) for row in records):
        return records
    names = [str(name) for name in records[0]]
    return [dict(zip(names, row, strict=False)) for row in records[1:]]


def _by_order(records: list[Any]) -> list[Any]:
    """One record an order, where customers (or days, or months) bring a list of theirs; who has none stays alone."""
    name = next((one for one in OF_A_PERSON if any(_has(record, one) for record in records)), None)
    return [row for record in records for row in _orders_of(record, name)] if name else records


def _has(record: Any, name: str) -> bool:
    return isinstance(record, dict) and is_of_objects(record.get(name)) and "customer" not in record


def _orders_of(record: Any, name: str) -> Iterable[Any]:
    if not isinstance(record, dict) or "customer" in record:
        return [record]
    whose = {key: value for key, value in record.items() if key != name and key_of(key) not in OF_THE_ENTRY}
    orders = record.get(name)
    return [{**order, "customer": whose} for order in orders] if is_of_objects(orders) else [{"customer": whose}]
