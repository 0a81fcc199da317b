"""Events as JSON and back: frozen dataclasses of primitives, known by their class path."""

from __future__ import annotations

import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

PLAIN = (str, bool, int, float, type(None))
_PLAIN_TYPES = frozenset(PLAIN)


def kind_of(event: type) -> str:
    """The name under which an event is stored."""
    if not is_dataclass(event) or not event.__dataclass_params__.frozen:  # type: ignore[attr-defined]  # set by @dataclass
        raise TypeError(f"{event.__qualname__} is not a frozen dataclass.")
    return f"{event.__module__}.{event.__qualname__}"


def to_primitives(event: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(event, field.name)) for field in fields(event)}


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case tuple() | list() | frozenset():
            if _PLAIN_TYPES.issuperset(map(type, value)):  # thousands of ids, at once
                return list(value)
            return [_plain(item) for item in value]
        case _ if type(value) in PLAIN or isinstance(value, PLAIN):
            return value
    raise TypeError(f"An event carries ids and primitives only, not {type(value).__qualname__}.")


def from_primitives(event: type, content: dict[str, Any]) -> Any:
    """Build the event again; unknown fields are left out and new ones take their defaults: versions may differ."""
    hints = _hints(event)
    known = {field.name: field for field in fields(event)}
    missing = [
        name
        for name, field in known.items()
        if name not in content and field.default is MISSING and field.default_factory is MISSING
    ]
    if missing:
        raise ValueError(f"{event.__qualname__} lacks {', '.join(missing)}.")
    return event(**{name: _typed(hints[name], value) for name, value in content.items() if name in known})


@lru_cache(maxsize=256)
def _hints(event: type) -> dict[str, Any]:
    return get_type_hints(event)


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _typed(next(part for part in get_args(hint) if part is not type(None)), value)
    if isinstance(value, list):
        inner = [part for part in get_args(hint) if part is not Ellipsis] or [Any]
        each = inner if len(inner) == len(value) and Ellipsis not in get_args(hint) else inner[:1] * len(value)
        return tuple(_typed(part, item) for part, item in zip(each, value, strict=True))
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is date:
        return date.fromisoformat(value)
    return Decimal(value) if hint is Decimal else value
